#!/usr/bin/env python3
"""Side-by-side benchmark of syslog pipelines.   python3 run.py --systems syslog-ng,rsyslog --work W2"""
import argparse
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from actorlog import ActorLog                         # noqa: E402
from adapters.floor import Floor                      # noqa: E402
from adapters.fluent_bit import FluentBit             # noqa: E402
from adapters.rsyslog import Rsyslog, RsyslogDiskQ    # noqa: E402
from adapters.syslog_ng import SyslogNg               # noqa: E402
from benchlib import core, report, works              # noqa: E402

SYSTEMS = [Floor, ActorLog, SyslogNg, Rsyslog, RsyslogDiskQ, FluentBit]      # add a system: one entry here, or --adapter FILE


def load_adapter(path):
    """The classes of core.Adapter that a file outside this folder defines."""
    spec = importlib.util.spec_from_file_location("external_adapter", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [c for c in vars(module).values()
             if isinstance(c, type) and issubclass(c, core.Adapter) and c is not core.Adapter and c.__module__ == spec.name]
    if not found:
        raise SystemExit(f"{path}: no subclass of core.Adapter in it")
    SYSTEMS.extend(found)


def prepare():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))      # so that an interrupted run still ends its processes
    for part in ("make", "gcc", "openssl"):
        if not shutil.which(part):
            raise SystemExit(f"{part} not found: {core.INSTALL}")
    os.makedirs(core.BIN, exist_ok=True)
    subprocess.run(["make", "-s", "-C", os.path.join(core.BENCH, "src"), "OUT=" + core.BIN], check=True)
    if not os.path.exists(core.CERT):
        os.makedirs(core.CERTS, exist_ok=True)
        subprocess.run(["sh", os.path.join(core.BENCH, "certs.sh"), core.CERTS], check=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--systems", default="all", help="comma separated: " + ",".join(s.name for s in SYSTEMS))
    ap.add_argument("--work", default="all", help="comma separated: " + ",".join(works.WORKS))
    ap.add_argument("--case", default="", help="only cases in whose name this expression is found")
    ap.add_argument("--repeat", type=int, default=3)
    ap.add_argument("--scale", type=float, default=1.0, help="multiplies every message count")
    ap.add_argument("--out", default=os.path.join(core.SCRATCH, "results"), help="folder for results.jsonl and table.md")
    ap.add_argument("--report-only", action="store_true", help="only print the tables of what is in --out")
    ap.add_argument("--adapter", action="append", default=[], help="a file that defines another system's adapter")
    a = ap.parse_args()
    for path in a.adapter:
        load_adapter(path)
    os.makedirs(a.out, exist_ok=True)
    log = os.path.join(a.out, "results.jsonl")
    if not a.report_only:
        prepare()
        works.SCALE = a.scale
        chosen = [s() for s in SYSTEMS if a.systems == "all" or s.name in a.systems.split(",")]
        live = []
        for s in chosen:
            why = s.unavailable()
            print(f"# {s.name}: " + (f"left out, {why}" if why else s.version()), flush=True)
            if not why:
                live.append(s)
        for w, (title, cases) in works.WORKS.items():
            if a.work != "all" and w not in a.work.split(","):
                continue
            for name, fn, reps, *_ in cases:
                if not re.search(a.case, name):
                    continue
                for i in range(min(reps or a.repeat, a.repeat)):
                    for s in live:
                        one(w, name, fn, s, i, log)
        core.Turn.release()
    text = report.tables(log, works.WORKS, [s.name for s in SYSTEMS])
    with open(os.path.join(a.out, "table.md"), "w") as f:
        f.write(text)
    print(text)


def one(w, name, fn, system, i, log):
    rec = {"t": round(time.time()), "work": w, "case": name, "system": system.name, "repeat": i}
    try:
        rec["r"] = fn(system)
    except core.Unsupported as e:
        rec["unsupported"] = str(e)
    except (SystemExit, KeyboardInterrupt):
        raise
    except Exception as e:                            # one broken run must not end an unattended series
        rec["error"] = f"{type(e).__name__}: {e}"
    with open(log, "a") as f:
        f.write(json.dumps(rec) + "\n")
    short = {k: round(v, 2) for k, v in rec.get("r", {}).items() if not isinstance(v, str)}
    print(f"{w} | {name} | {system.name} #{i}: {short or rec.get('unsupported') or rec.get('error')}", flush=True)


if __name__ == "__main__":
    main()
