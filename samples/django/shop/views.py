"""Views that log in each of the ways a shop does: a line, several lines, a traceback, a warning of Django's own."""
import logging

from django.http import Http404, HttpResponse

log = logging.getLogger(__name__)

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL}


def index(request):
    log.info("index %s", request.get_full_path())
    return HttpResponse("ok\n", content_type="text/plain")


def say(request):
    """Logs ?text=... at ?level=...; line feeds in the text are part of the one record."""
    level = LEVELS.get(request.GET.get("level", "info"), logging.INFO)
    log.log(level, "%s", request.GET.get("text", ""))
    return HttpResponse("said\n", content_type="text/plain")


def boom(request, mark):
    stock = {}
    return HttpResponse(stock["lamp " + mark])


def notfound(request, mark):
    raise Http404(mark)
