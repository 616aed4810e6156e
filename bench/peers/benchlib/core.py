"""Building blocks: the scratch area, processes under test, CPU/RSS accounting, generator and verifier."""
import contextlib
import fcntl
import glob
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import Optional

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCRATCH = os.environ.get("BENCH_SCRATCH") or os.path.join(tempfile.gettempdir(), "actorlog-bench")
LOCK = os.environ.get("BENCH_LOCK") or os.path.join(SCRATCH, "lock")
PARTS = os.environ.get("ACTORLOG_TEST_PARTS", "/var/lib/actorlog-test-parts")
INSTALL = "run scripts/install-test-parts"
BIN = os.path.join(SCRATCH, "bin")
CERTS = os.path.join(SCRATCH, "certs")
CA = os.path.join(CERTS, "ca.crt")
CERT = os.path.join(CERTS, "server.crt")
KEY = os.path.join(CERTS, "server.key")
TICK = os.sysconf("SC_CLK_TCK")
PORT_IN, PORT_FWD = 15140, 15240
# <linux/netlink.h>, <linux/sock_diag.h>
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLMSG_DONE, NLM_F_REQUEST, NLM_F_DUMP, TCP_LISTEN = 4, 20, 3, 0x1, 0x300, 10


@dataclass
class NodeCfg:
    """What one process under test has to do; an adapter turns it into a config file and a command line."""
    role: str = "ingest"              # ingest | edge | aggregator
    inp: str = "tcp"                  # udp | tcp | tls | unix-dgram | fwd (whatever this system's edges speak)
    fmt: str = "3164"                 # bare | 3164 | 5424
    framing: str = "nl"               # nl | octet
    port: int = PORT_IN
    path: str = ""                    # unix-dgram socket
    out_dir: str = ""                 # every output file goes below this folder
    state_dir: str = ""               # survives crash and restart (queues, buffers)
    per_host: bool = False            # one file per host in place of one file
    filter_program: bool = False      # keep program matching ^gunicorn\. only
    forward: Optional[int] = None     # port of the aggregator: also forward there over TLS
    durable: bool = False             # the strongest durability the system has
    max_conns: int = 16


class Adapter:
    """One system.  Subclass it in adapters/<name>.py and list it in run.py."""
    name = "?"
    scale = 1.0          # multiplies message counts: below 1 for slow systems, so that a run stays short
    filters = True       # can drop by program name
    patience = 15.0      # seconds from the start of a process to its listening
    durable_note = ""

    def unavailable(self):            # -> None, or why it cannot run here
        return None

    def version(self):
        return ""

    def size_bytes(self):             # -> installed size of what a node needs
        return 0

    def unsupported(self, cfg):       # -> None, or why this configuration has no equivalent
        return None

    def command(self, cfg):           # write config files below cfg.state_dir, return argv
        raise NotImplementedError

    def env(self, cfg):
        return {}

    def acknowledged(self, cfg):      # -> (port, metric) of a counter, on HTTP, of what this edge knows to be stored
        return None

    def ready(self, cfg):             # beyond the listening socket
        return True

    def files(self, cfg):
        return sorted(f for f in glob.glob(os.path.join(cfg.out_dir, "**"), recursive=True) if os.path.isfile(f))


def read(path):
    with open(path) as f:
        return f.read()


def children(pid):
    out, todo = [pid], [pid]
    while todo:
        p = todo.pop()
        for t in glob.glob(f"/proc/{p}/task/*/children"):
            with contextlib.suppress(OSError):
                for c in map(int, read(t).split()):
                    out.append(c)
                    todo.append(c)
    return out


def cpu_of(pid):
    try:
        s = read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()
        return (int(s[11]) + int(s[12])) / TICK
    except (OSError, IndexError):
        return 0.0


def status_kb(pid, key):
    with contextlib.suppress(OSError):
        for line in read(f"/proc/{pid}/status").splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
    return 0


def pss_kb(pid):
    with contextlib.suppress(OSError):
        for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def machine_busy():
    v = list(map(int, read("/proc/stat").splitlines()[0].split()[1:9]))
    return (sum(v) - v[3] - v[4] - v[7]) / TICK      # less idle, iowait, steal


def listening(inp, port, path):
    """Whether the input is there, told without a connection and without taking time from the one that starts."""
    if inp == "unix-dgram":
        return os.path.exists(path)
    if inp == "udp":
        want = f":{port:04X}"
        tables = filter(os.path.exists, ("/proc/net/udp", "/proc/net/udp6"))
        return any(line.split()[1].endswith(want) for table in tables for line in read(table).splitlines()[1:])
    return any(port in tcp_listeners(family) for family in (socket.AF_INET, socket.AF_INET6))


def tcp_listeners(family):
    """The ports that are listened on, by sock_diag(7): 0.02 ms, where /proc/net/tcp takes 1 ms to walk a table of all connections."""
    ports = set()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as s:
        header = struct.pack("=IHHII", 72, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0)
        s.send(header + struct.pack("=BBBxI48x", family, socket.IPPROTO_TCP, 0, 1 << TCP_LISTEN))
        while True:
            data = s.recv(1 << 16)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind == NLMSG_DONE:
                    return ports
                if kind != SOCK_DIAG_BY_FAMILY:
                    raise OSError(f"the kernel does not tell TCP listeners by sock_diag (answer {kind}, {data[16:20].hex()})")
                ports.add(struct.unpack_from("!H", data, 20)[0])
                data = data[(length + 3) & ~3:]


class Node:
    def __init__(self, adapter, cfg, tag):
        self.a, self.cfg, self.tag = adapter, cfg, tag
        self.p, self.past_cpu, self.hwm, self.log = None, 0.0, 0, None

    def start(self):
        os.makedirs(self.cfg.out_dir, exist_ok=True)
        os.makedirs(self.cfg.state_dir, exist_ok=True)
        argv = self.a.command(self.cfg)
        self.log = open(os.path.join(self.cfg.state_dir, "..", self.tag + ".log"), "ab")
        env = dict(os.environ)
        env.update(self.a.env(self.cfg))
        t = time.monotonic()
        self.p = subprocess.Popen(argv, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env=env,
                                  cwd=self.cfg.state_dir, start_new_session=True)
        while True:
            if self.p.poll() is not None:
                raise RuntimeError(f"{self.tag} exited {self.p.returncode}: {read(self.log.name)[-1500:]}")
            if listening(self.cfg.inp, self.cfg.port, self.cfg.path) and self.a.ready(self.cfg):
                break
            if time.monotonic() - t > self.a.patience:
                self.crash()
                raise RuntimeError(f"{self.tag} not ready: {read(self.log.name)[-1500:]}")
            time.sleep(0.002)
        took = time.monotonic() - t
        time.sleep(0.05)
        if self.p.poll() is not None:
            raise RuntimeError(f"{self.tag} exited {self.p.returncode}: {read(self.log.name)[-1500:]}")
        return took

    def pids(self):
        return children(self.p.pid) if self.p and self.p.poll() is None else []

    def cpu(self):
        return self.past_cpu + sum(map(cpu_of, self.pids()))

    def rss_mb(self, key="VmRSS"):
        return sum(status_kb(p, key) for p in self.pids()) / 1024

    def peak_mb(self):
        self.hwm = max(self.hwm, self.rss_mb("VmHWM"))
        return self.hwm

    def files(self):
        return self.a.files(self.cfg)

    def size(self):
        n = 0
        for f in self.files():
            with contextlib.suppress(OSError):
                n += os.stat(f).st_size
        return n

    def last_write(self):
        return max((os.stat(f).st_mtime for f in self.files()), default=0)

    def crash(self):
        if self.p and self.p.poll() is None:
            self.past_cpu = self.cpu()
            self.peak_mb()
            for pid in reversed(self.pids()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.p.wait()

    def stop(self, timeout=6):
        """Orderly stop; True when the process left on its own."""
        if self.p is None or self.p.poll() is not None:
            return True
        self.past_cpu = self.cpu()
        self.peak_mb()
        self.p.terminate()
        try:
            self.p.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            self.crash()
            return False


class Lines:
    """Counts the newlines of a node's files, reading only what is new."""

    def __init__(self, node):
        self.node, self.pos, self.n = node, {}, 0

    def count(self):
        for f in self.node.files():
            with open(f, "rb") as h:
                h.seek(self.pos.get(f, 0))
                while True:
                    b = h.read(1 << 20)
                    if not b:
                        break
                    self.n += b.count(b"\n")
                self.pos[f] = h.tell()
        return self.n


class Turn:
    """The machine lock, shared with whoever else measures here.  Short runs share one turn of at most TURN seconds."""
    f, since, longest = None, 0.0, 6.0
    most = float(os.environ.get("BENCH_TURN", "50"))

    @classmethod
    def take(cls):
        t = time.monotonic()
        if cls.f and t - cls.since + cls.longest > cls.most:
            cls.release()
            time.sleep(0.1)
        if not cls.f:
            os.makedirs(os.path.dirname(LOCK), exist_ok=True)
            f = open(LOCK, "a")
            fcntl.flock(f, fcntl.LOCK_EX)
            cls.f, cls.since, cls.longest = f, time.monotonic(), 6.0
        cls.run0 = time.monotonic()

    @classmethod
    def done(cls):
        cls.longest = max(cls.longest, time.monotonic() - cls.run0)
        if time.monotonic() - cls.since > cls.most:
            cls.release()

    @classmethod
    def release(cls):
        if cls.f:
            cls.f.close()                 # drops the lock
            cls.f = None


class Run:
    """One timed run: a folder, some nodes, one generator.  Use as a context manager (holds the machine lock)."""

    def __init__(self, adapter, name):
        self.a = adapter
        self.dir = os.path.join(SCRATCH, "runs", f"{adapter.name}-{name}")
        self.nodes, self.gen_p, self.unfinished = [], None, False

    def __enter__(self):
        Turn.take()
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        return self

    def __exit__(self, et, ev, tb):
        if self.gen_p and self.gen_p.poll() is None:
            self.gen_p.kill()
            self.gen_p.wait()
        for n in self.nodes:
            n.crash()
            if n.log:
                n.log.close()
        if et is None and not os.environ.get("BENCH_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)
        Turn.done()

    def node(self, tag, **kw):
        cfg = NodeCfg(out_dir=os.path.join(self.dir, tag + "-out"), state_dir=os.path.join(self.dir, tag + "-state"), **kw)
        if cfg.inp == "unix-dgram":
            cfg.path = os.path.join(self.dir, "in.sock")
        why = self.a.unsupported(cfg)
        if why:
            raise Unsupported(why)
        n = Node(self.a, cfg, tag)
        self.nodes.append(n)
        return n

    def gen(self, node, count, **kw):
        c = node.cfg
        inp = c.inp
        argv = [os.path.join(BIN, "gen"), "--proto", inp, "--port", str(c.port), "--count", str(count), "--format", c.fmt,
                "--framing", c.framing, "--state", os.path.join(self.dir, "sent")]
        if inp == "unix-dgram":
            argv += ["--path", c.path]
        if inp == "tls":
            argv += ["--ca", CA]
        for k, v in kw.items():
            argv += ["--" + k.replace("_", "-")] + ([] if v is True else [str(v)])
        self.cpu0 = {n.tag: n.cpu() for n in self.nodes}
        self.busy0, self.t0, self.self0 = machine_busy(), time.monotonic(), sum(os.times()[:2])
        self.gen_p = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def gen_result(self):
        out, err = self.gen_p.communicate()
        if self.gen_p.returncode:
            raise RuntimeError("generator: " + err[-500:])
        return json.loads(out)

    def settle(self, expect, quiet=0.6, give_up=6.0, limit=50.0, events=()):
        """Waits until the generator is done and every node in `expect` ({node: lines}) has its lines on disk,
        or nothing grew for give_up seconds.  events: (seconds, function) run on the way."""
        events, lines = sorted(events, key=lambda e: e[0]), {n: Lines(n) for n in expect}
        size, changed, snap = -1, time.monotonic(), {}
        while True:
            time.sleep(0.04)
            t = time.monotonic()
            while events and t - self.t0 >= events[0][0]:
                events.pop(0)[1]()
                changed = time.monotonic()
            s = sum(n.size() for n in expect)
            if s != size or self.gen_p.poll() is None:
                if s != size:
                    snap = {n.tag: n.cpu() for n in self.nodes}
                    self.busy1, self.self1, self.t1 = machine_busy(), sum(os.times()[:2]), time.monotonic()
                size, changed = s, t
            if not events and self.gen_p.poll() is not None and t - changed > quiet:
                if all(lines[n].count() >= k for n, k in expect.items()) or t - changed > give_up:
                    break
            if t - self.t0 > limit:
                self.unfinished = True         # what is counted as lost may only be late
                break
        for n in self.nodes:
            n.peak_mb()
        self.cpu1 = snap

    def verify(self, node):
        r = subprocess.run([os.path.join(BIN, "verify"), os.path.join(self.dir, "sent")] + node.files(), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
        if r.returncode:
            raise RuntimeError("verify: " + r.stderr[-500:])
        v = json.loads(r.stdout)
        if r.stderr:
            v["sample"] = r.stderr.splitlines()[0][:300]
        return v

    def cpu_used(self):
        return sum(self.cpu1.get(n.tag, n.cpu()) - self.cpu0.get(n.tag, 0) for n in self.nodes)

    def other_cpu(self, g):
        """CPU-seconds per second that something else took meanwhile: how disturbed the run was."""
        used = self.cpu_used() + g["cpu_user"] + g["cpu_sys"] + (self.self1 - self.self0)
        return max(0.0, (self.busy1 - self.busy0 - used) / max(0.1, self.t1 - self.t0))


class Unsupported(Exception):
    pass
