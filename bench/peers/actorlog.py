"""ActorLog, published by scripts/publish.  The same file serves this harness and another one's --adapter."""
import os
import subprocess

from benchlib.core import SCRATCH, Adapter

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMED = os.environ.get("ACTORLOG") or os.path.join(REPOSITORY, "artifacts", "publish")
EXE = os.path.join(NAMED, "actorlog") if os.path.isdir(NAMED) else NAMED
CERTS = os.path.join(SCRATCH, "certs-actorlog")
TRANSPORTS = {"udp": "udp", "tcp": "tcp", "unix-dgram": "unix-datagram"}


def certificates():
    """A CA and one certificate for both sides: edge and aggregator each ask the other for theirs."""
    if not os.path.exists(os.path.join(CERTS, "node.key")):
        os.makedirs(CERTS, exist_ok=True)
        subprocess.run([EXE, "certs", "--directory", CERTS, "--name", "node", "--host", "localhost", "--host", "127.0.0.1"],
                       check=True, capture_output=True)
    return CERTS


class ActorLog(Adapter):
    name = "actorlog"
    # The first second or two of a run compile: long runs, so that they do not stand for the steady state (see bench/README.md).
    scale = 5.0
    durable_note = "its only mode: spool and journal are SQLite with synchronous=FULL, an ack follows the journal's commit, " \
                   "each record exactly once in the aggregator's file"

    def unavailable(self):
        return None if os.path.isfile(EXE) else "run scripts/publish, or set ACTORLOG to a published executable or folder"

    def version(self):
        return subprocess.run([EXE, "version"], capture_output=True, text=True).stdout.strip()

    def size_bytes(self):
        return sum(os.path.getsize(os.path.join(p, f)) for p, _, fs in os.walk(os.path.dirname(EXE)) for f in fs)

    def unsupported(self, cfg):
        if cfg.inp == "tls":
            return "no listener for plain syslog over TLS yet"
        # The footprint (W6) is asked for without durability, but idle it is what it is.
        footprint = os.path.dirname(cfg.out_dir).endswith("-w6")
        if cfg.role in ("edge", "aggregator") and not cfg.durable and not footprint:
            return "ActorLog has no such mode: what leaves an edge is always durable"
        return None

    def files(self, cfg):
        return [f for f in super().files(cfg) if f.endswith((".log", ".gz")) or ".log." in os.path.basename(f)]

    def command(self, cfg):
        parts = {"ingest": self.ingest, "edge": self.edge, "aggregator": self.aggregator}[cfg.role](cfg)
        text = f"""actorlog {{
  name = bench
  data-directory = "{cfg.state_dir}"
  http.listen = "127.0.0.1:{cfg.port + 1000}"
{parts}
}}
"""
        path = os.path.join(cfg.state_dir, "actorlog.hocon")
        with open(path, "w") as f:
            f.write(text)
        role = "aggregator" if cfg.role == "aggregator" else "edge"
        return [EXE, "run", "--config", path, "--role", role]

    def ingest(self, cfg):
        return self.source(cfg) + self.local_sink(cfg) + self.route(cfg, '["local"]')

    def edge(self, cfg):
        return self.source(cfg) + self.local_sink(cfg) + """
  sinks.central { type = aggregator }
""" + self.route(cfg, '["local", "central"]') + f"""
  forward.endpoints = ["localhost:{cfg.forward}"]
""" + self.tls()

    def aggregator(self, cfg):
        return f"""
  aggregator {{
    listen = "127.0.0.1:{cfg.port}"
    files {{
      directory = "{cfg.out_dir}"
      path = "{self.file_name(cfg)}"
    }}
  }}
""" + self.tls()

    def source(self, cfg):
        at = f'path = "{cfg.path}"' if cfg.path else f'listen = "127.0.0.1:{cfg.port}"'
        stream = f"connections-max = {max(cfg.max_conns, 16)}" if cfg.inp == "tcp" else "receive-buffer = 4MiB"
        return f"""
  sources = null
  sources.input {{
    transport = {TRANSPORTS[cfg.inp]}
    {at}
    keep-hostname = on
    {stream}
  }}
"""

    def local_sink(self, cfg):
        return f"""
  sinks = null
  sinks.local {{
    type = file
    directory = "{cfg.out_dir}"
    path = "{self.file_name(cfg)}"
  }}
"""

    def route(self, cfg, sinks):
        wanted = "\n  filters.gunicorn { program = \"gunicorn.*\" }" if cfg.filter_program else ""
        use = "\n    filter = gunicorn" if cfg.filter_program else ""
        return f"""{wanted}
  routes = null
  routes.all {{{use}
    sinks = {sinks}
  }}
"""

    def tls(self):
        certs = certificates()
        return f"""
  tls {{
    ca = "{certs}/ca.crt"
    certificate = "{certs}/node.crt"
    key = "{certs}/node.key"
  }}
"""

    def file_name(self, cfg):
        return "{host}.log" if cfg.per_host else "all.log"
