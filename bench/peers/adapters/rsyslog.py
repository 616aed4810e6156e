"""rsyslog: Debian packages unpacked by scripts/install-test-parts (they conflict with syslog-ng-core), or the installed one."""
import glob
import os
import subprocess

from benchlib.core import CA, CERT, INSTALL, KEY, PARTS, Adapter

TLSLIB = os.environ.get("BENCH_RELP_TLS", "openssl")
WINDOW = os.environ.get("BENCH_RELP_WINDOW", "2000")
ROOT = os.environ.get("BENCH_RSYSLOG_ROOT", os.path.join(PARTS, "rsyslog"))


class Rsyslog(Adapter):
    name = "rsyslog"
    diskq = False
    durable_note = "RELP over TLS, disk-assisted LinkedList queue (memory first, spills to disk)"

    def paths(self):
        for r in (ROOT, "/"):
            exe = os.path.join(r, "usr/sbin/rsyslogd")
            mods = glob.glob(os.path.join(r, "usr/lib/*/rsyslog"))
            if os.path.exists(exe) and mods:
                return exe, mods[0]
        return None, None

    def unavailable(self):
        return None if self.paths()[0] else "rsyslogd not found: " + INSTALL

    def version(self):
        return subprocess.run([self.paths()[0], "-v"], capture_output=True, text=True).stdout.split()[1]

    def size_bytes(self):
        exe, mods = self.paths()
        return os.path.getsize(exe) + sum(os.path.getsize(f) for f in glob.glob(mods + "/*"))

    def unsupported(self, cfg):
        if self.diskq and not cfg.durable:
            return "same as rsyslog without durability"
        return None

    def command(self, cfg):
        mods, ins = [], ""
        tcp = 'address="127.0.0.1" '
        if cfg.inp == "udp":
            mods.append('module(load="imudp" batchSize="256" timeRequery="8")')
            ins = f'input(type="imudp" address="127.0.0.1" port="{cfg.port}" rcvbufSize="4m" ruleset="main")'
        elif cfg.inp == "unix-dgram":
            mods.append('module(load="imuxsock" sysSock.use="off")')
            ins = f'input(type="imuxsock" socket="{cfg.path}" createPath="off" ruleset="main" useSysTimeStamp="off" rateLimit.interval="0")'
        elif cfg.inp == "tcp":
            mods.append('module(load="imptcp" threads="2")')
            ins = f'input(type="imptcp" {tcp}port="{cfg.port}" ruleset="main")'
        elif cfg.inp == "tls" or (cfg.inp == "fwd" and not cfg.durable):
            mods.append(f'module(load="imtcp" maxSessions="{cfg.max_conns + 50}" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")')
            ins = f'input(type="imtcp" {tcp}port="{cfg.port}" ruleset="main")'
        else:
            mods.append('module(load="imrelp" tls.tlslib="%s")' % TLSLIB + '')
            ins = f'input(type="imrelp" address="127.0.0.1" port="{cfg.port}" tls="on" tls.cacert="{CA}" tls.mycert="{CERT}" ' \
                  f'tls.myprivkey="{KEY}" tls.authmode="certvalid" ruleset="main")'
        q = 'queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="1024"'
        mainq = q
        if cfg.durable and self.diskq:
            mainq = 'queue.type="Direct"'
        if cfg.per_host:
            mods.append(f'template(name="where" type="string" string="{cfg.out_dir}/%HOSTNAME%.log")')
            dst = 'action(type="omfile" dynaFile="where" dynaFileCacheSize="1100" template="line" ioBufferSize="64k")'
        else:
            dst = f'action(type="omfile" file="{cfg.out_dir}/all.log" template="line" ioBufferSize="64k")'
        fwd = ""
        if cfg.forward:
            if cfg.durable:
                mods.append('module(load="omrelp" tls.tlslib="%s")' % TLSLIB + '')
                dq = 'queue.type="Disk" queue.syncQueueFiles="on" queue.checkpointInterval="1000"' if self.diskq else \
                     'queue.type="LinkedList" queue.size="100000"'
                fwd = f'action(type="omrelp" target="localhost" port="{cfg.forward}" tls="on" tls.cacert="{CA}" tls.mycert="{CERT}" ' \
                      f'tls.myprivkey="{KEY}" tls.authmode="name" tls.permittedPeer=["localhost"] windowSize="{WINDOW}" template="RSYSLOG_SyslogProtocol23Format" ' \
                      f'{dq} queue.filename="fwd" queue.maxDiskSpace="2g" queue.saveOnShutdown="on" queue.dequeueBatchSize="1024" ' \
                      'action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="1")'
            else:
                fwd = f'action(type="omfwd" target="localhost" port="{cfg.forward}" protocol="tcp" tcpFraming="octet-counted" ' \
                      'streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="localhost" ' \
                      'template="RSYSLOG_SyslogProtocol23Format" queue.type="FixedArray" queue.size="100000" queue.dequeueBatchSize="1024" ' \
                      'action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="1")'
        body = dst + "\n  " + fwd
        if cfg.filter_program:
            body = "if re_match($programname, '^gunicorn\\\\..*') then {\n  " + body + "\n}"
        nl = "\n"
        conf = f"""global(workDirectory="{cfg.state_dir}" maxMessageSize="8k" net.enableDNS="off" defaultNetstreamDriver="{'ossl' if cfg.inp in ('tls', 'fwd') or cfg.forward else 'ptcp'}"
  defaultNetstreamDriverCAFile="{CA}" defaultNetstreamDriverCertFile="{CERT}" defaultNetstreamDriverKeyFile="{KEY}")
{nl.join(mods)}
main_queue({q})
template(name="line" type="string" string="%timereported:::date-rfc3339% %hostname% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%\\n")
ruleset(name="main" {mainq}) {{
  {body}
}}
{ins}
"""
        path = os.path.join(cfg.state_dir, "rsyslog.conf")
        with open(path, "w") as f:
            f.write(conf)
        exe, moddir = self.paths()
        return [exe, "-n", "-f", path, "-i", os.path.join(cfg.state_dir, "pid"), "-M", moddir]


class RsyslogDiskQ(Rsyslog):
    name = "rsyslog-diskq"
    diskq = True
    scale = 0.03
    durable_note = "RELP over TLS, pure Disk action queue, syncQueueFiles=on, main queue Direct"
