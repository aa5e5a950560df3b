"""Errors as RFC 9457 ``application/problem+json``: one table of codes, one shape for all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, JsonResponse
from procrastinate.exceptions import AppNotOpen, ConnectorException
from rest_framework import exceptions, status
from rest_framework.response import Response

CONTENT_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its usual status, a title, and what a client can do about it."""

    status: int
    title: str
    meaning: str


KINDS: Final[dict[str, Kind]] = {
    "malformed-body": Kind(400, "The body cannot be read", "Send one JSON object in UTF-8."),
    "invalid-body": Kind(400, "The body has wrong fields", "`errors` names each field."),
    "invalid-parameter": Kind(
        400, "A query parameter has a wrong value", "`errors` names each parameter."
    ),
    "unknown-parameter": Kind(
        400, "There is no such query parameter", "The reference lists what each address takes."
    ),
    "bad-cursor": Kind(
        400,
        "The cursor does not belong to this list",
        "Follow `next` and `previous` as they are, or begin again without a cursor.",
    ),
    "key-required": Kind(
        400,
        "The request needs an idempotency key",
        "Send `Idempotency-Key`: a name of your own for this one request, as a UUID.",
    ),
    "invalid-token": Kind(
        401, "The token is not valid", "It is unknown, expired or revoked, or its owner left."
    ),
    "not-signed-in": Kind(401, "Nobody is signed in", "Send a bearer token or a session cookie."),
    "forbidden": Kind(403, "You may not do this", "Your role in the collection does not allow it."),
    "missing-scope": Kind(
        403, "The token may not do this", "Make a token with the scope that `detail` names."
    ),
    "csrf-failed": Kind(
        403, "The request lacks its CSRF token", "Sessions send `X-CSRFToken`; tokens need none."
    ),
    "not-found": Kind(
        404, "There is nothing here", "It does not exist, or you may not see it: both look alike."
    ),
    "method-not-allowed": Kind(
        405, "This address has no such method", "`Allow` lists the methods it has."
    ),
    "not-acceptable": Kind(406, "No such representation", "Ask for `application/json`."),
    "not-allowed-now": Kind(
        409, "Its state does not allow this", "`detail` says what can be done instead."
    ),
    "still-running": Kind(
        409,
        "The first request with this key is still running",
        "Ask again after `Retry-After` seconds.",
    ),
    "stale-version": Kind(
        412, "Somebody changed it meanwhile", "`current` is the object as it stands; look again."
    ),
    "body-too-large": Kind(413, "The body is too large", "`detail` names the limit."),
    "unsupported-media-type": Kind(
        415, "The body is in another format", "Send `application/json` in UTF-8."
    ),
    "invalid": Kind(
        422, "It cannot be stored as it is", "`errors` names the field and gives the reason."
    ),
    "key-reused": Kind(
        422,
        "The key belongs to another request",
        "Make a new `Idempotency-Key` for each request.",
    ),
    "version-required": Kind(
        428, "Say which version you saw", "Send the object's `ETag` as `If-Match`."
    ),
    "too-many-requests": Kind(429, "Too many requests", "Wait for `Retry-After` seconds."),
    "busy": Kind(503, "The database is busy", "Try again after `Retry-After` seconds."),
}


WAITS: Final = {"busy": 2, "still-running": 1}
"""Seconds after which to ask again."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong in one place: a JSON pointer into the body, or a query parameter's name."""

    pointer: str
    code: str
    detail: str


class Problem(exceptions.APIException):
    """A refusal with one of the codes of ``KINDS``."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.status_code = KINDS[code].status
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        super().__init__(detail or KINDS[code].meaning, code)


class BadParameter(Problem):
    """One query parameter is wrong."""

    def __init__(self, name: str, detail: str, *, code: str = "invalid-parameter") -> None:
        super().__init__(code, detail, errors=[FieldError(name, code, detail)])


def document(
    problem: Problem, *, request_id: str, status_code: int | None = None
) -> dict[str, Any]:
    """The problem's JSON."""
    kind = KINDS[problem.code]
    return {
        "type": f"/api/v1/problems/{problem.code}/",
        "title": kind.title,
        "status": status_code or kind.status,
        "detail": str(problem.detail),
        "code": problem.code,
        "errors": [
            {"pointer": error.pointer, "code": error.code, "detail": error.detail}
            for error in problem.errors
        ],
        "request_id": request_id,
        **problem.extra,
    }


def problem_response(exc: Exception, *, request_id: str = "") -> Response | None:
    """The answer to an exception; None for what nobody expected, which Django reports as 500."""
    problem = _as_problem(exc)
    if problem is None:
        return None
    return Response(
        document(problem, request_id=request_id),
        status=problem.status_code,
        headers=_headers(exc, problem),
        content_type=CONTENT_TYPE,
    )


def plain_response(problem: Problem, *, request_id: str) -> JsonResponse:
    """The same answer outside of REST framework's views."""
    return JsonResponse(
        document(problem, request_id=request_id),
        status=problem.status_code,
        content_type=CONTENT_TYPE,
    )


def _headers(exc: Exception, problem: Problem) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(exc, exceptions.Throttled) and exc.wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(exc.wait)))
    if problem.code in WAITS:
        headers["Retry-After"] = str(WAITS[problem.code])
    return headers


def _as_problem(exc: Exception) -> Problem | None:
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, Http404 | exceptions.NotFound):
        return Problem("not-found")
    if isinstance(exc, PermissionDenied):
        return Problem("forbidden", str(exc))
    if isinstance(exc, exceptions.ValidationError):
        errors = list(field_errors(exc.detail))
        return Problem("invalid-body", _summary(errors), errors=errors)
    if isinstance(exc, OperationalError):
        return Problem("busy")
    if isinstance(exc, AppNotOpen | ConnectorException):
        return Problem("busy", "Work cannot be queued just now: nothing was done. Try again.")
    if isinstance(exc, exceptions.APIException):
        return _from_framework(exc)
    return None


def _from_framework(exc: exceptions.APIException) -> Problem:
    by_type: tuple[tuple[type[exceptions.APIException], str], ...] = (
        (exceptions.ParseError, "malformed-body"),
        (exceptions.AuthenticationFailed, "invalid-token"),
        (exceptions.NotAuthenticated, "not-signed-in"),
        (exceptions.PermissionDenied, "forbidden"),
        (exceptions.MethodNotAllowed, "method-not-allowed"),
        (exceptions.NotAcceptable, "not-acceptable"),
        (exceptions.UnsupportedMediaType, "unsupported-media-type"),
        (exceptions.Throttled, "too-many-requests"),
    )
    code = next(code for kind, code in by_type if isinstance(exc, kind))
    if code == "forbidden" and str(exc.detail).startswith("CSRF Failed"):
        code = "csrf-failed"
    detail = "" if code in {"too-many-requests", "not-acceptable"} else str(exc.detail)
    problem = Problem(code, detail)
    if status.is_client_error(exc.status_code):
        # A 401 without a challenge would not be one: the framework turns it into a 403.
        problem.status_code = exc.status_code
    return problem


def field_errors(detail: Any, pointer: str = "") -> Iterator[FieldError]:
    """The framework's nested error details as flat JSON pointers."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            place = pointer if name == "non_field_errors" else f"{pointer}/{escaped(str(name))}"
            yield from field_errors(inner, place)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from field_errors(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        code = str(getattr(detail, "code", "") or "invalid").replace("_", "-")
        yield FieldError(pointer, code, str(detail))


def escaped(name: str) -> str:
    """A member's name inside a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _summary(errors: Sequence[FieldError]) -> str:
    return " ".join(f"{error.pointer or 'body'}: {error.detail}" for error in errors[:3])[:500]
