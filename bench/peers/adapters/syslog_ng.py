"""syslog-ng (Debian package syslog-ng-core)."""
import os
import subprocess

from benchlib.core import CA, CERT, INSTALL, KEY, Adapter

LINE = r'template("$ISODATE $HOST $MSGHDR$MSG\n")'


class SyslogNg(Adapter):
    name = "syslog-ng"
    durable_note = "disk-buffer(reliable(yes)) at the edge, syslog() over TLS"

    def unavailable(self):
        return None if os.path.exists("/usr/sbin/syslog-ng") else "syslog-ng-core not found: " + INSTALL

    def version(self):
        return subprocess.run(["/usr/sbin/syslog-ng", "-V"], capture_output=True, text=True).stdout.split("\n")[0].split("(")[-1].rstrip(")")

    def size_bytes(self):
        out = subprocess.run(["dpkg-query", "-W", "-f", "${Installed-Size}", "syslog-ng-core"], capture_output=True, text=True).stdout
        return int(out or 0) * 1024

    def command(self, cfg):
        tls_in = f'tls(key-file("{KEY}") cert-file("{CERT}") peer-verify(optional-untrusted))'
        # the window (messages in flight) is split evenly over max-connections
        window = f"max-connections({cfg.max_conns}) log-iw-size({max(100000, cfg.max_conns * 100)}) log-fetch-limit(1000)"
        if cfg.fmt == "5424" and cfg.framing == "nl":
            window += " flags(syslog-protocol)"
        at = f'ip("127.0.0.1") port({cfg.port})'
        if cfg.inp == "udp":
            src = f'network({at} transport("udp") so-rcvbuf(4194304) log-iw-size(200000) log-fetch-limit(1000) ' \
                  f'{"flags(syslog-protocol)" if cfg.fmt == "5424" else ""})'
        elif cfg.inp == "unix-dgram":
            src = f'unix-dgram("{cfg.path}" log-iw-size(100000) log-fetch-limit(1000))'
        else:
            tls = cfg.inp in ("tls", "fwd")
            drv = "syslog" if cfg.inp == "fwd" or cfg.framing == "octet" else "network"
            src = f'{drv}({at} transport("{"tls" if tls else "tcp"}") {tls_in if tls else ""} {window})'
        name = "$HOST.log" if cfg.per_host else "all.log"
        dst = f'file("{cfg.out_dir}/{name}" {LINE} create-dirs(yes))'
        paths = "destination(d_file);"
        fwd = ""
        if cfg.forward:
            buf = ""
            if cfg.durable:
                buf = f'disk-buffer(reliable(yes) mem-buf-size(67108864) disk-buf-size(2147483648) dir("{cfg.state_dir}"))'
            fwd = f'destination d_fwd {{ syslog("localhost" port({cfg.forward}) transport("tls") ' \
                  f'tls(ca-file("{CA}") peer-verify(required-trusted)) {buf}); }};'
            paths += " destination(d_fwd);"
        flt = r'filter f_prog { program("^gunicorn\..*"); };' if cfg.filter_program else ""
        conf = f"""@version: 3.38
options {{ keep-hostname(yes); chain-hostnames(no); use-dns(no); dns-cache(no); threaded(yes); time-reopen(1); log-fifo-size(200000);
  flush-lines(100); stats-freq(0); create-dirs(yes); }};
source s_in {{ {src}; }};
destination d_file {{ {dst}; }};
{fwd}
{flt}
log {{ source(s_in); {"filter(f_prog);" if flt else ""} {paths} {"" if cfg.inp == "udp" else "flags(flow-control);"} }};
"""
        path = os.path.join(cfg.state_dir, "syslog-ng.conf")
        with open(path, "w") as f:
            f.write(conf)
        s = cfg.state_dir
        return ["/usr/sbin/syslog-ng", "-F", "--no-caps", "-f", path, "-R", f"{s}/persist", "-p", f"{s}/pid", "-c", f"{s}/ctl"]
