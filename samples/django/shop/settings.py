"""Django without a database; all it does is log."""
import os

from shop.syslog import handler_arguments

SECRET_KEY = "a sample: there is nothing to sign"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
MIDDLEWARE = ["shop.syslog.RememberRequest"]
DEFAULT_CHARSET = "utf-8"
TIME_ZONE = "UTC"
USE_TZ = True

SYSLOG = os.environ.get("SYSLOG", "udp://127.0.0.1:5140")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"requester": {"()": "shop.syslog.Requester"}},
    "formatters": {
        "gunicorn": {
            "format": "gunicorn.shop.app: [%(process)d] %(remote_addr)s %(username)s %(levelname)s [%(asctime)s] %(message)s",
            "datefmt": "%d/%b/%Y:%H:%M:%S %z",
        },
    },
    "handlers": {
        "syslog": {
            "class": "logging.handlers.SysLogHandler",
            "filters": ["requester"],
            "formatter": "gunicorn",
            **handler_arguments(SYSLOG),
        },
    },
    "loggers": {"django": {"handlers": ["syslog"], "level": "INFO", "propagate": False}},
    "root": {"handlers": ["syslog"], "level": "INFO"},
}
