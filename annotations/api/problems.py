"""Refusals of operations, and every other error under the API, as problem documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.response import Response

from annotations.operations.repeats import KeyReused, StillRunning
from annotations.refusals import (
    Invalid,
    NotAllowedNow,
    NothingToUndo,
    NotVisible,
    Refusal,
    StaleVersion,
)
from annotations.request_id import current_request_id
from quotes.api.problems import FieldError, Problem, field_errors, plain_response, problem_response


def answer(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. What nobody expected stays an exception: a 500."""
    return problem_response(translated(exc, context), request_id=current_request_id())


def as_document(exc: Exception, *, show: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """The problem's JSON by itself: for one item of many. ``show`` gives a current object."""

    class _Shows:
        show_current = staticmethod(show) if show else None

    response = problem_response(
        translated(exc, {"view": _Shows()}), request_id=current_request_id()
    )
    if response is None:
        raise exc
    found: dict[str, Any] = response.data
    return found


def translated(exc: Exception, context: Mapping[str, Any]) -> Exception:
    """The problem that a refusal is in HTTP."""
    if isinstance(exc, NotVisible):
        return Problem("not-found")
    if isinstance(exc, StaleVersion):
        shown = getattr(context.get("view"), "show_current", None)
        return Problem(
            "stale-version", str(exc), extra={"current": shown(exc.current)} if shown else None
        )
    if isinstance(exc, NotAllowedNow | NothingToUndo):
        return Problem("not-allowed-now", str(exc))
    if isinstance(exc, StillRunning):
        return Problem("still-running")
    if isinstance(exc, KeyReused):
        return Problem("key-reused")
    if isinstance(exc, Invalid):
        place = f"/{exc.field}" if exc.field else ""
        error = FieldError(place, exc.code.replace("_", "-"), str(exc))
        return Problem("invalid", str(exc), errors=[error])
    if isinstance(exc, Refusal):
        return Problem("not-allowed-now", str(exc))
    if isinstance(exc, ValidationError):
        errors = list(
            field_errors(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
        )
        return Problem("invalid", " ".join(exc.messages), errors=errors)
    return exc


class ProblemMiddleware:
    """Under ``/api/``, what no REST view answered is a problem document too, not a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if isinstance(exc, Http404) and request.path.startswith("/api/"):
            return plain_response(Problem("not-found"), request_id=current_request_id())
        return None
