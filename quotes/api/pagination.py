"""Pages by keyset: a signed cursor holds the last row's sort value and id, never a count of rows.

Rows that come or go elsewhere in the list shift nothing, and a late page costs what the first
costs. The cursor is bound to the list, its filters and its order; another one's is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core import signing
from django.db.models import (
    BigIntegerField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from quotes.api.problems import BadParameter
from quotes.api.rows import Decorate, Row, reading
from quotes.exports.csv import snapshot
from quotes.models.words import WordSearch

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
COUNTED_TO: Final = 10_000
STREAMED_AT_ONCE: Final = 500
WALKED: Final = 30
"""For each wanted row that a search walks past before it looks words up."""
MAX_CURSOR: Final = 1_000
SALT: Final = "quotes.api.cursor"
PARAMETERS: Final = frozenset({"limit", "cursor", "count"})

_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: by one column, then by id in the same direction; missing values last."""

    column: str
    descending: bool = False
    nullable: bool = False
    read: Callable[[str], Any] = str

    def of(
        self, rows: QuerySet[Any], *, reverse: bool = False, by_sorting: bool = False
    ) -> QuerySet[Any]:
        """In this order; ``by_sorting`` keeps the database from walking along an index for it."""
        column: Any = F(self.column)
        if by_sorting:
            column = Func(column, function="GREATEST")  # the greatest of one: itself
        nulls = {} if not self.nullable else {"nulls_first" if reverse else "nulls_last": True}
        if self.descending is not reverse:
            return rows.order_by(column.desc(**nulls), "-pk")
        return rows.order_by(column.asc(**nulls), "pk")

    def beyond(
        self, rows: QuerySet[Any], value: Any, pk: int, *, reverse: bool = False
    ) -> list[QuerySet[Any]]:
        """What follows a row, as ordered stretches that each can be read along an index."""
        down = self.descending is not reverse
        ordered = self.of(rows, reverse=reverse)
        if value is None:
            undated = ordered.filter(
                **{f"{self.column}__isnull": True, "pk__lt" if down else "pk__gt": pk}
            )
            dated = ordered.filter(**{f"{self.column}__isnull": False})
            return [undated, dated] if reverse else [undated]
        lookup = TupleLessThan if down else TupleGreaterThan
        after = ordered.filter(lookup((F(self.column), F("pk")), (value, pk)))
        if not self.nullable or reverse:
            return [after]
        return [after, ordered.filter(**{f"{self.column}__isnull": True})]


NEWEST_FIRST: Final = Order(
    "published_on", descending=True, nullable=True, read=dt.date.fromisoformat
)
BY_NAME: Final = Order("name")
BY_CHANGE: Final = Order("updated_at", read=dt.datetime.fromisoformat)
"""Oldest change first: what a client that keeps a copy follows."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: after this row, or before it."""

    value: Any
    pk: int
    reverse: bool

    def signed(self, fingerprint: str) -> str:
        value = self.value.isoformat() if hasattr(self.value, "isoformat") else self.value
        place = [fingerprint, value, self.pk, int(self.reverse)]
        return signing.dumps(place, salt=SALT)

    @classmethod
    def read(cls, text: str, *, fingerprint: str, order: Order) -> Cursor:
        refusal = BadParameter(
            "cursor", "This cursor is not one of this list with these filters.", code="bad-cursor"
        )
        if len(text) > MAX_CURSOR:
            raise refusal
        try:
            bound_to, value, pk, reverse = signing.loads(text, salt=SALT)
        except signing.BadSignature:
            raise refusal from None
        if bound_to != fingerprint:
            raise refusal
        return cls(None if value is None else order.read(value), pk, bool(reverse))


class Pages:
    """``{results, next, previous}``, and ``count`` where ``count=true`` asks for it.

    ``owners`` are what the rows ``belong`` to: within each, the wanted number of keys is read
    along an index in the list's order; of these, the first are the page. A filter on many owners
    at once would make the database read and sort all their rows instead. ``decorate`` adds what
    the serializer shows, to the page's rows only.
    """

    def __init__(
        self,
        request: Request,
        rows: QuerySet[Any],
        *,
        order: Order,
        owners: QuerySet[Any],
        belongs: Q,
        decorate: Decorate,
        search: WordSearch | None = None,
    ) -> None:
        self.request = request
        self.rows = rows
        self.order = order
        self.owners = owners.order_by()
        self.belongs = belongs
        self.decorate = decorate
        self.search = search
        self.fingerprint = _fingerprint(request, order)
        self.count: int | str | None = None
        self.found: Sequence[Row] = ()
        self.has_next = self.has_previous = False

    def page(self) -> list[Any]:
        """The page that ``cursor`` and ``limit`` ask for."""
        limit = _limit(self.request)
        text = self.request.query_params.get("cursor")
        cursor = (
            None
            if text is None
            else Cursor.read(text, fingerprint=self.fingerprint, order=self.order)
        )
        if _wants_count(self.request):
            self.count = self._count()
        found = self._read(cursor, limit + 1)
        more, found = len(found) > limit, found[:limit]
        reverse = cursor is not None and cursor.reverse
        if reverse:
            found.reverse()
        self.has_next = bool(found) and (more or reverse)
        self.has_previous = bool(found) and (more if reverse else cursor is not None)
        self.found = found
        return found

    def pages(self) -> Iterator[list[Any]]:
        """Everything, page by page, from one state of the database.

        Holds a read-only transaction on this thread's connection until it is used up or closed.
        """
        cursor = None
        with snapshot():
            while found := self._read(cursor, STREAMED_AT_ONCE):
                yield found
                last = found[-1]
                cursor = Cursor(getattr(last, self.order.column), last.pk, reverse=False)

    def has_rows(self) -> bool:
        return bool(self._read(None, 1))

    def refuse_pages(self) -> None:
        """A stream has everything: it is an error to ask for a part of it."""
        for name in sorted(PARAMETERS & set(self.request.query_params)):
            raise BadParameter(name, "A stream has no pages: leave this out, or ask for JSON.")

    def _read(self, cursor: Cursor | None, wanted: int) -> list[Any]:
        """The rows after the cursor (before it, backwards, where it says so), in one statement."""
        reverse = cursor is not None and cursor.reverse
        stretches = (
            [self.order.of(self.rows)]
            if cursor is None
            else self.order.beyond(self.rows, cursor.value, cursor.pk, reverse=reverse)
        )
        of_owner = [
            self._keys(stretch.filter(self.belongs), wanted, reverse=reverse)
            for stretch in stretches
        ]
        keys = self.owners.values(key=Func(reduce(_joined, of_owner), function="unnest"))
        model: Any = self.rows.model
        statement = reading(model, self.decorate, self.order, reverse=reverse)
        return statement.rows(keys, at_most=wanted)

    def _keys(self, rows: QuerySet[Any], wanted: int, *, reverse: bool) -> Any:
        """The first keys of a stretch.

        Words are searched for in two ways, each fast where the other is slow, and both exact: one
        walks along the list, and gives nothing where it ends before it has found enough; then all
        that have the words are looked up and sorted. The database cannot choose, because it does
        not know how often a rare word occurs, nor where.
        """
        if self.search is None:
            return ArraySubquery(rows.values("pk")[:wanted])
        walked = rows.values("pk", hit=self.search.matches)[: wanted * WALKED]
        having = self.order.of(
            rows.filter(self.search.candidates), reverse=reverse, by_sorting=True
        ).values("pk", hit=self.search.matches)
        return Coalesce(_Enough(walked, wanted), _Hits(having, wanted))

    def _count(self) -> int | str:
        """How many rows there are, counted to ``COUNTED_TO`` in each owner."""
        rows = self.rows if self.search is None else self.rows.filter(self.search.matches)
        some = rows.filter(self.belongs).order_by().values("pk")[: COUNTED_TO + 1]
        size = Func(ArraySubquery(some), function="cardinality", output_field=IntegerField())
        counted = sum(self.owners.values_list(size, flat=True))
        return counted if counted <= COUNTED_TO else f"{COUNTED_TO}+"

    def response(self, data: Any) -> Response:
        body = {
            "results": data,
            "next": self._link(self.found[-1], reverse=False) if self.has_next else None,
            "previous": self._link(self.found[0], reverse=True) if self.has_previous else None,
        }
        if self.count is not None:
            body["count"] = self.count
        return Response(body)

    def _link(self, row: Row, *, reverse: bool) -> str:
        cursor = Cursor(getattr(row, self.order.column), row.pk, reverse).signed(self.fingerprint)
        address = remove_query_param(self.request.build_absolute_uri(), "count")
        return str(replace_query_param(address, "cursor", cursor))


class KeysetPagination(BasePagination):
    """Describes pages for the OpenAPI document; ``Pages`` reads them."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": {**link, "description": "The next page; null on the last."},
                "previous": {**link, "description": "The page before; null on the first."},
                "count": {
                    # Not one of two schemas: clients that are generated read that wrongly.
                    "type": ["integer", "string"],
                    "pattern": r"^10000\+$",
                    "description": "Only with `count=true`: exact up to 10,000.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        def parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
            return {
                "name": name,
                "in": "query",
                "required": False,
                "schema": schema,
                "description": description,
            }

        return [
            parameter(
                "limit",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_LIMIT,
                    "default": DEFAULT_LIMIT,
                },
                "Rows a page.",
            ),
            parameter(
                "cursor",
                {"type": "string", "maxLength": MAX_CURSOR},
                "From `next` or `previous` of this list with the same filters.",
            ),
            parameter(
                "count",
                {"type": "boolean", "default": False},
                'Count all matching rows: exact up to 10,000, then `"10000+"`.',
            ),
        ]


def _limit(request: Request) -> int:
    text = request.query_params.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not _LIMIT.fullmatch(text) or int(text) > MAX_LIMIT:
        raise BadParameter("limit", f"A whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def _wants_count(request: Request) -> bool:
    text = request.query_params.get("count", "false")
    if text not in {"true", "false"}:
        raise BadParameter("count", "true or false.")
    return text == "true"


class _Hits(Subquery):
    """Of rows with a key and whether it is a hit, the first hits' keys."""

    # A limit makes the database sort first, and look for hits in that order until it has enough.
    template = (
        "ARRAY(SELECT key FROM (%(subquery)s LIMIT 2147483647) AS walked (key, hit)"
        " WHERE hit LIMIT %(wanted)s)"
    )

    def __init__(self, walked: QuerySet[Any], wanted: int) -> None:
        super().__init__(walked, ArrayField(BigIntegerField()), wanted=wanted)


class _Enough(_Hits):
    """As many as are wanted, or null."""

    template = (
        "(SELECT array_agg(key) FROM (SELECT key FROM (%(subquery)s) AS walked (key, hit)"
        " WHERE hit LIMIT %(wanted)s) AS found HAVING count(*) = %(wanted)s)"
    )


def _joined(first: Any, second: Any) -> Func:
    return Func(first, second, function="array_cat")


def _fingerprint(request: Request, order: Order) -> str:
    """What a cursor is bound to. The unit of offsets and the size of pages may change midway."""
    filters = sorted(
        (name, value)
        for name, value in request.query_params.items()
        if name not in PARAMETERS and name != "offset_unit"
    )
    bound = repr((request.path, order.column, order.descending, filters))
    return hashlib.sha256(bound.encode()).hexdigest()[:16]
