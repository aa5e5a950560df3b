"""Pages for what Django refuses itself: bad request, forbidden, not found, too large, our fault."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

BUSY_SECONDS = 2
"""After how long a busy database may be asked again, as the API says it."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the body was larger than the server reads."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was older than the session: nothing was saved, reload and send it again.

    The article page keeps the answer in its outbox, is loaded anew, and sends it then.
    """
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def busy() -> HttpResponse:
    """503 where the database gave up waiting. Drawn without it: not even the session is read."""
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(BUSY_SECONDS)})


def server_error(request: HttpRequest) -> HttpResponse:
    """500, drawn without the request: whatever failed may fail again.

    Django calls this while the error is handled. A busy database that fails outside a view, where
    the session is read, is no fault of ours either.
    """
    if isinstance(sys.exc_info()[1], OperationalError):
        return busy()
    return HttpResponse(loader.get_template("500.html").render(), status=500)
