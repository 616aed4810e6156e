"""gunicorn's part: syslog on, and the client from behind the proxy in the access line."""
import os

wsgi_app = "shop.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WORKERS", "2"))

syslog = True
syslog_addr = os.environ.get("SYSLOG", "udp://127.0.0.1:5140")
syslog_prefix = "shop"                    # the program becomes gunicorn.shop.access and gunicorn.shop.error
access_log_format = '%({X-Forwarded-For}i)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"'
