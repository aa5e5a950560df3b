"""JSON bodies, read strictly: what two parsers could read in two ways is refused.

UTF-8 only, one object, no duplicate names, no NaN, bounded depth, numbers that a double can hold,
and no character that PostgreSQL cannot store.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, Final, NoReturn

from django.core.exceptions import SuspiciousOperation
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser, MultiPartParser

from quotes.api.problems import FieldError, Problem, escaped

MAX_BYTES: Final = 8 * 1024 * 1024
"""A million characters, the longest article, take at most six megabytes as ``\\uXXXX``."""

MAX_DEPTH: Final = 32

# The string branch is possessive and ends at the end of the body too: linear on any input.
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """For every body that the API takes, but for files."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {})["request"]
        charset = request.content_type and _charset(request.content_type)
        if charset and charset.lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType(request.content_type, "Bodies are read as UTF-8 only.")
        _refuse_long(request)
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise _too_large()
        return strict_json(body)


class FileParser(MultiPartParser):
    """A form with one file and a few short fields, each there once."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _refuse_long((parser_context or {})["request"])
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except (SuspiciousOperation, UnicodeError) as error:
            raise ParseError("The form cannot be read.") from error
        for name, several in (*parsed.data.lists(), *parsed.files.lists()):
            if len(several) > 1:
                raise ParseError(f"{json.dumps(name)[:100]} stands twice in the form.")
        if not parsed.files:
            raise ParseError("There is no file in the form.")
        return parsed


def strict_json(body: bytes) -> Any:
    """The value of a JSON text. Raises ``ParseError`` or ``Problem`` with a place."""
    _refuse_deep(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8 at byte {error.start}.") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except ValueError:
        # Python refuses integers of more than 4,300 digits.
        raise ParseError("A number in the body is too long.") from None
    _refuse_unstorable(value, "")
    return value


def _charset(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return ""


def _refuse_long(request: Any) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise _too_large()


def _too_large() -> Problem:
    return Problem("body-too-large", f"A body may have {MAX_BYTES // 2**20} MB.")


def _refuse_deep(body: bytes) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(body):
        token = match.group()
        if token in {b"[", b"{"}:
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")
        elif token in {b"]", b"}"}:
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(f"The name {json.dumps(_twice(pairs))[:100]} stands twice in one object.")
    return found


def _twice(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise LookupError("every name stands there once")


def _no_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ParseError("A number in the body is too large.")
    return number


def _refuse_unstorable(value: Any, pointer: str) -> None:
    """NUL and lone surrogates cannot be stored; depth is bounded, so this may recurse."""
    if isinstance(value, str):
        if bad := _UNSTORABLE.search(value):
            what = "a NUL" if bad.group() == "\x00" else "half of a surrogate pair"
            detail = f"There is {what} at character {bad.start()}, which cannot be stored."
            raise Problem(
                "malformed-body",
                detail,
                errors=[FieldError(pointer, "unstorable-character", detail)],
            )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_unstorable(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_unstorable(name, pointer)
            _refuse_unstorable(item, f"{pointer}/{escaped(name)}")
