"""What an export is narrowed to: a closed list of filters with checked values."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from quotes.models import Correction, Quote


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
    "speaker",
    "kind",
    "status",
    "published_after",
    "published_before",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFilters:
    """None means: not narrowed. Both days are included.

    ``within`` holds the primary keys of the collections the reader may see; None is for the
    command line only, which sees all. ``kind`` takes kinds of quotes and of corrections; each
    table is narrowed by its own.
    """

    within: tuple[int, ...] | None
    collection: str | None = None
    article: uuid.UUID | None = None
    outlet: str | None = None
    speaker: uuid.UUID | None = None
    kind: tuple[str, ...] | None = None
    correction_kind: tuple[str, ...] | None = None
    status: tuple[str, ...] | None = None
    published_after: dt.date | None = None
    published_before: dt.date | None = None
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
    if name in {"article", "speaker"}:
        return {name: _id(name, value)}
    if name in {"published_after", "published_before"}:
        return {name: _day(name, value)}
    if name == "status":
        return {name: _several(name, value, STATUSES)}
    if name == "kind":
        kinds = _several(name, value, QUOTE_KINDS + CORRECTION_KINDS)
        of_quotes = tuple(kind for kind in kinds if kind in QUOTE_KINDS)
        of_corrections = tuple(kind for kind in kinds if kind in CORRECTION_KINDS)
        return {"kind": of_quotes or None, "correction_kind": of_corrections or None}
    return {name: value}


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
