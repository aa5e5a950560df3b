"""What an export is narrowed to: a closed list of filters with checked values."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Collection as Several
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Self

from quotes.models import Correction, Quote
from quotes.models.speaker import Origin


class RefusedFilter(ValueError):
    """A filter that does not exist or a value it cannot have; the message says which."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


QUOTE_KINDS = tuple(Quote.Kind.values)
CORRECTION_KINDS = tuple(Correction.Kind.values)
STATUSES = tuple(
    status.value
    for status in (Quote.Status.SUGGESTED, Quote.Status.CONFIRMED, Quote.Status.REJECTED)
)
NAMES = (
    "collection",
    "article",
    "outlet",
    "language",
    "external_id",
    "published_after",
    "published_before",
    "speaker",
    "addressee",
    "kind",
    "status",
    "origin",
    "cue_lemma",
    "min_confidence",
    "updated_since",
    "has_speaker",
    "q",
    "corrector",
    "corrected",
    "distinct",
)
"""Those of the lists of quotes, corrections and articles."""
ORIGINS = tuple(Origin.values)
MAX_WORDS = 500
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
SHARE = re.compile(r"0(\.\d{1,6})?|1(\.0{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFilters:
    """None means: not narrowed. Both days are included.

    ``within`` holds the primary keys of the collections the reader may see; None is for the
    command line only, which sees all. ``kind`` takes kinds of quotes and of corrections; each
    table is narrowed by its own. So does ``corrected``: yes or no for quotes, a person for
    corrections.
    """

    within: tuple[int, ...] | None
    collection: str | None = None
    article: uuid.UUID | None = None
    outlet: str | None = None
    language: str | None = None
    external_id: str | None = None
    published_after: dt.date | None = None
    published_before: dt.date | None = None
    speaker: uuid.UUID | None = None
    addressee: uuid.UUID | None = None
    kind: tuple[str, ...] | None = None
    correction_kind: tuple[str, ...] | None = None
    status: tuple[str, ...] | None = None
    origin: tuple[str, ...] | None = None
    cue_lemma: str | None = None
    min_confidence: Decimal | None = None
    updated_since: dt.datetime | None = None
    has_speaker: bool | None = None
    q: str | None = None
    corrector: uuid.UUID | None = None
    corrected: bool | None = None
    corrected_person: uuid.UUID | None = None
    distinct: bool | None = None
    articles: tuple[int, ...] | None = None
    """Primary keys; set by ``among``, never by a request."""

    @classmethod
    def parse(
        cls,
        query: Mapping[str, str],
        *,
        within: Iterable[int] | None,
        besides: Several[str] = (),
    ) -> Self:
        """Read filters from a query's parameters; refuse unknown ones, by name.

        ``besides`` names parameters that the caller reads. An empty value does not narrow.
        Several kinds or states are parted by commas.
        """
        found: dict[str, Any] = {}
        for name in query:
            if name in besides:
                continue
            if name not in NAMES:
                raise RefusedFilter(
                    name, f"Unknown parameter “{name[:60]}”. Known are: {', '.join(NAMES)}."
                )
            value = _single(query, name)
            if value:
                found.update(_checked(name, value))
        return cls(within=None if within is None else tuple(within), **found)

    def among(self, articles: tuple[int, ...]) -> Self:
        """The same filters, on these articles only."""
        return replace(self, articles=articles)

    def given(self) -> dict[str, Any]:
        """The filters that narrow, with the values to bind."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value is not None
        }


def _single(query: Mapping[str, str], name: str) -> str:
    """The one value of a parameter; a QueryDict would silently give the last of several."""
    several = getattr(query, "getlist", None)
    values = several(name) if several is not None else [query[name]]
    if len(values) > 1:
        raise RefusedFilter(name, f"The parameter “{name}” is given {len(values)} times.")
    value = values[0]
    if "\x00" in value:
        raise RefusedFilter(name, f"The value of “{name}” holds a NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RefusedFilter(name, f"The value of “{name}” is not valid text.") from None
    return value


def _checked(name: str, value: str) -> dict[str, Any]:
    if name == "kind":
        kinds = _several(name, value, QUOTE_KINDS + CORRECTION_KINDS)
        of_quotes = tuple(kind for kind in kinds if kind in QUOTE_KINDS)
        of_corrections = tuple(kind for kind in kinds if kind in CORRECTION_KINDS)
        return {"kind": of_quotes or None, "correction_kind": of_corrections or None}
    if name == "corrected" and value not in {"true", "false"}:
        return {"corrected_person": _id(name, value)}
    read = READERS.get(name)
    return {name: read(name, value) if read else value}


def _id(name: str, value: str) -> uuid.UUID:
    try:
        found = uuid.UUID(value)
    except ValueError:
        found = None
    if found is None or str(found) != value.lower():
        raise RefusedFilter(name, f"“{value[:60]}” in “{name}” is not an id.")
    return found


def _day(name: str, value: str) -> dt.date:
    try:
        if len(value) == len("2031-05-04") and value.isascii():
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise RefusedFilter(name, f"“{value[:60]}” in “{name}” is not a date like 2031-05-04.")


def _several(name: str, value: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(value.split(","))
    for part in found:
        if part not in known:
            raise RefusedFilter(
                name, f"“{part[:60]}” in “{name}” is not known. Known are: {', '.join(known)}."
            )
    return found


def _status(name: str, value: str) -> tuple[str, ...]:
    return _several(name, value, STATUSES)


def _origin(name: str, value: str) -> tuple[str, ...]:
    return _several(name, value, ORIGINS)


def _words(name: str, value: str) -> str:
    if len(value) > MAX_WORDS:
        raise RefusedFilter(name, f"“{name}” has more than {MAX_WORDS} characters.")
    return value


def _flag(name: str, value: str) -> bool:
    if value not in {"true", "false"}:
        raise RefusedFilter(name, f"“{name}” is true or false.")
    return value == "true"


def _share(name: str, value: str) -> Decimal:
    if not SHARE.fullmatch(value):
        raise RefusedFilter(name, f"“{value[:60]}” in “{name}” is not a number from 0 to 1.")
    return Decimal(value)


def _time(name: str, value: str) -> dt.datetime:
    value = value.replace(" ", "+")  # a bare plus sign in a query is a blank
    try:
        if TIME.fullmatch(value):
            return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise RefusedFilter(
        name, f"“{value[:60]}” in “{name}” is not a time with a zone like 2031-05-04T08:30:00Z."
    )


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "article": _id,
    "published_after": _day,
    "published_before": _day,
    "speaker": _id,
    "addressee": _id,
    "status": _status,
    "origin": _origin,
    "min_confidence": _share,
    "updated_since": _time,
    "has_speaker": _flag,
    "corrector": _id,
    "corrected": _flag,
    "distinct": _flag,
    "q": _words,
}
"""Filter → what reads its value; another one is words, taken as they stand."""
