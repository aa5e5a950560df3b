"""``Idempotency-Key``: a POST that is sent again is answered again and done once."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.operations.repeats import Answer, answer_once
from quotes.api.problems import Problem

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEY_FORM: Final = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
KEPT_HEADERS: Final = ("ETag", "Location")


def _parameter(*, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        OpenApiParameter.HEADER,
        required=required,
        description="Your own name for this request, as a UUID. Sent again within a day with the "
        "same body, it is answered as the first time and does nothing more.",
    )


IDEMPOTENCY_KEY: Final = _parameter(required=False)
REQUIRED_KEY: Final = _parameter(required=True)


def idempotent(*, required: bool = False) -> Callable[..., Any]:
    """For a view's ``post``: takes the key, or asks for one where it is ``required``."""

    def wrap(post: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(post)
        def answered_once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = request.headers.get("Idempotency-Key")
            if key is None and not required:
                return post(view, request, *args, **kwargs)
            if key is None:
                raise Problem("key-required")
            if not KEY_FORM.fullmatch(key):
                raise Problem("key-required", "A key has 1 to 200 visible ASCII characters.")

            def act() -> Answer:
                response = post(view, request, *args, **kwargs)
                kept = {name: response[name] for name in KEPT_HEADERS if name in response}
                return Answer(response.status_code, response.data, kept)

            answer = answer_once(
                user=cast("User", request.user),
                key=key,
                fingerprint=_fingerprint(request),
                act=act,
            )
            headers = dict(answer.headers)
            if answer.is_repeat:
                headers["Idempotent-Replayed"] = "true"
            return Response(answer.body, status=answer.status, headers=headers)

        return answered_once

    return wrap


def _fingerprint(request: Request) -> str:
    """Of what is asked: method, address and body, and the version that was seen."""
    told = [
        request.method,
        request.get_full_path(),
        request.headers.get("If-Match", ""),
        _body(request),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _body(request: Request) -> Any:
    if not request.FILES:
        return request.data
    files = {}
    for name, several in request.FILES.lists():
        files[name] = [(file.name, hashlib.sha256(file.read()).hexdigest()) for file in several]
        for file in several:
            file.seek(0)
    return [dict(request.POST.lists()), files]
