"""ActorLog, published by scripts/publish.  The same file serves this harness and another one's --adapter."""
import os
import subprocess

from benchlib.core import CA, CERT, KEY, SCRATCH, Adapter

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMED = os.environ.get("ACTORLOG") or os.path.join(REPOSITORY, "artifacts", "publish")
EXE = os.path.join(NAMED, "actorlog") if os.path.isdir(NAMED) else NAMED
CERTS = os.path.join(SCRATCH, "certs-actorlog")
# ACTORLOG_... in the environment is configuration; these are meant for the harness and its scripts.
NOT_SETTINGS = ["ACTORLOG_TEST_PARTS", "ACTORLOG_IMAGE_CACHE", "ACTORLOG_PUBLISHED"]
TYPES = {"udp": "udp", "tcp": "tcp", "tls": "tls", "unix-dgram": "unix-datagram"}


def certificates():
    """A CA, an aggregator's certificate, and an edge's that may claim any host; each side asks the other for its own."""
    if not os.path.exists(os.path.join(CERTS, "edge-bench.pem")):
        os.makedirs(CERTS, exist_ok=True)
        subprocess.run([EXE, "certs", "--out", CERTS, "--server", "localhost", "--server", "127.0.0.1", "--edge", "bench", "--hosts", "*"],
                       check=True, capture_output=True)
    return CERTS


class ActorLog(Adapter):
    name = "actorlog"
    # The first million messages compile: long runs, so that they do not stand for the steady state (see bench/README.md).
    scale = 10.0
    durable_note = "its only mode: spool and journal are SQLite with synchronous=FULL, an ack follows the journal's commit, " \
                   "each record exactly once in the aggregator's file"

    def unavailable(self):
        return None if os.path.isfile(EXE) else "run scripts/publish, or set ACTORLOG to a published executable or folder"

    def version(self):
        return subprocess.run([EXE, "version"], capture_output=True, text=True).stdout.strip()

    def size_bytes(self):
        return sum(os.path.getsize(os.path.join(p, f)) for p, _, fs in os.walk(os.path.dirname(EXE)) for f in fs)

    def unsupported(self, cfg):
        # The footprint (W6) is asked for without durability, but idle it is what it is.
        footprint = os.path.dirname(cfg.out_dir).endswith("-w6")
        if cfg.role in ("edge", "aggregator") and not cfg.durable and not footprint:
            return "ActorLog has no such mode: what leaves an edge is always durable"
        return None

    def acknowledged(self, cfg):
        return cfg.port + 1000, "actorlog_stored_records_total"

    def files(self, cfg):
        return [f for f in super().files(cfg) if f.endswith(".log")]

    def command(self, cfg):
        blocks = {"ingest": self.ingest, "edge": self.edge, "aggregator": self.aggregator}[cfg.role](cfg)
        text = f"""actorlog {{
  name = bench
  data-directory = "{cfg.state_dir}"
  http.listen = "127.0.0.1:{cfg.port + 1000}"
  defaults.files.rotation {{
    size = off
    every = never
  }}
{blocks}}}
"""
        path = os.path.join(cfg.state_dir, "actorlog.hocon")
        with open(path, "w") as f:
            f.write(text)
        role = "aggregator" if cfg.role == "aggregator" else "edge"
        return ["env", *(f"--unset={v}" for v in NOT_SETTINGS), EXE, "run", "--config", path, "--role", role]

    def ingest(self, cfg):
        return self.source(cfg) + self.local_sink(cfg) + self.route(cfg, "local")

    def edge(self, cfg):
        return self.source(cfg) + self.local_sink(cfg) + self.route(cfg, "local, aggregator") + self.forward(cfg)

    def forward(self, cfg):
        return f"""
  forward.endpoints = ["localhost:{cfg.forward}"]
""" + self.tls("edge-bench")

    def aggregator(self, cfg):
        return f"""
  aggregator {{
    listen = "127.0.0.1:{cfg.port}"
    files {{
      directory = "{cfg.out_dir}"
      path = "{self.file_name(cfg)}"
    }}
  }}
""" + self.tls("server")

    def source(self, cfg):
        at = f'path = "{cfg.path}"' if cfg.path else f'listen = "127.0.0.1:{cfg.port}"'
        limit = f"connections-max = {max(cfg.max_conns, 16)}" if cfg.inp in ("tcp", "tls") else "receive-buffer = 4MiB"
        # The generator shows no certificate and trusts the harness's CA, as for the peers.
        tls = f"""client-certificate = none
      tls {{
        ca = "{CA}"
        certificate = "{CERT}"
        key = "{KEY}"
      }}""" if cfg.inp == "tls" else ""
        return f"""
  sources {{
    input {{
      type = {TYPES[cfg.inp]}
      {at}
      keep-hostname = on
      {limit}
      {tls}
    }}
  }}
"""

    def local_sink(self, cfg):
        return f"""
  sinks {{
    local {{
      type = file
      directory = "{cfg.out_dir}"
      path = "{self.file_name(cfg)}"
    }}
  }}
"""

    def route(self, cfg, sinks):
        wanted = '\n  filters.gunicorn.program = "gunicorn.*"' if cfg.filter_program else ""
        return f"""{wanted}
  routes {{
    all {{
      filter = {"gunicorn" if wanted else "all"}
      sinks = [{sinks}]
    }}
  }}
"""

    def tls(self, name):
        certs = certificates()
        return f"""
  tls {{
    ca = "{certs}/ca.pem"
    certificate = "{certs}/{name}.pem"
    key = "{certs}/{name}-key.pem"
  }}
"""

    def file_name(self, cfg):
        return "{host}.log" if cfg.per_host else "all.log"
