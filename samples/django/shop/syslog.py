"""One syslog address for gunicorn and Django: what the logging settings need beyond the standard library."""
import base64
import binascii
import logging
import socket
from contextvars import ContextVar
from urllib.parse import urlsplit

_request = ContextVar("request", default=None)


def handler_arguments(address):
    """What logging.handlers.SysLogHandler wants, from an address as gunicorn's syslog_addr has it.

    udp://HOST:PORT, tcp://HOST:PORT, unix://PATH#dgram, unix://PATH#stream
    """
    url = urlsplit(address)
    if url.scheme == "unix":
        kinds = {"dgram": socket.SOCK_DGRAM, "stream": socket.SOCK_STREAM}
        return {"address": url.netloc + url.path, "socktype": kinds.get(url.fragment)}
    kinds = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
    if url.scheme not in kinds:
        raise ValueError(f"SYSLOG={address!r}: expected udp://, tcp:// or unix://PATH#dgram, unix://PATH#stream")
    return {"address": (url.hostname or "localhost", url.port or 514), "socktype": kinds[url.scheme]}


class RememberRequest:
    """Middleware: the request that is being answered, for records that do not name it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


class Requester(logging.Filter):
    """Gives each record remote_addr and username; "-" where there is no request."""

    def filter(self, record):
        # Django's own records of 4xx and 5xx are made after the middleware has returned, but they carry the request.
        request = getattr(record, "request", None) or _request.get()
        meta = getattr(request, "META", None)
        record.remote_addr = "-" if meta is None else meta.get("HTTP_X_FORWARDED_FOR") or meta.get("REMOTE_ADDR", "")
        record.username = "-" if meta is None else user_of(request, meta)
        return True


def user_of(request, meta):
    """The signed-in user, or the one that HTTP Basic names (as gunicorn's access log does), or "-"."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return user.get_username()
    scheme, _, token = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(token).decode().partition(":")[0] or "-"
        except (binascii.Error, UnicodeDecodeError):
            return "-"
    return "-"
