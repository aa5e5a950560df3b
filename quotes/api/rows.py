"""What a list reads of a record: one statement, compiled once a process, and plain rows.

Building the statement of a page of quotes and making models of its rows takes ten times as long
as all the rest of the answer. The queryset still says what is read; only the keys differ from
request to request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, JSONField, Model, QuerySet
from django.db.models.expressions import RawSQL
from psycopg import adapters
from psycopg.pq import Format

if TYPE_CHECKING:
    from quotes.api.pagination import Order

Decorate = Callable[[QuerySet[Any]], QuerySet[Any]]

_KEYS: Final = "__keys_of_the_page__"


# Django's own for times is written in Python; ids are shown as the database writes them.
_LOADERS: Final = {
    "timestamptz": adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT),
    "uuid": adapters.get_loader(adapters.types["text"].oid, Format.TEXT),
}


class Row:
    """One record as it was read: columns by name, related records as rows or None. Ids are text.

    What was not read is missing, and asking for it an error, never another statement.
    """

    @property
    def pk(self) -> int:
        return self.id  # type: ignore[attr-defined, no-any-return]


class Reading:
    """The statement for the records of a page, with a place for the keys."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        among = Func(
            F("pk"),
            RawSQL(_KEYS, ()),  # noqa: S611 - a mark, replaced below
            # Not `IN`: a join of many tables would then be planned for the whole table.
            arg_joiner=" = ANY(",
            template="%(expressions)s)",
            output_field=BooleanField(),
        )
        compiler = rows.filter(among).query.get_compiler(connection=connection)
        # Bound here, once: splitting so long a text at its places takes longer than sending it.
        statement = connection.ops.compose_sql(*compiler.as_sql())
        self._before, self._after = statement.split(f"({_KEYS})")
        columns = [column for column, *_ in compiler.select]
        self._make = _maker(
            compiler.klass_info,
            columns,
            annotations=compiler.annotation_col_map or {},
            converters=_converters(compiler.get_converters(columns)),
        )

    def rows(self, keys: QuerySet[Any], *, at_most: int) -> list[Any]:
        """The first of the records with these keys, in the order of the queryset."""
        try:
            inner = connection.ops.compose_sql(
                *keys.query.get_compiler(connection=connection).as_sql()
            )
        except EmptyResultSet:
            return []
        with connection.cursor() as cursor:
            for name, loader in _LOADERS.items():
                cursor.adapters.register_loader(name, loader)
            cursor.execute(f"{self._before}ARRAY({inner}){self._after} LIMIT {at_most}")
            return [self._make(values) for values in cursor.fetchall()]


@lru_cache(maxsize=128)
def reading(model: Any, decorate: Decorate, order: Order, *, reverse: bool) -> Reading:
    """The statement for what ``decorate``, a function of a module, adds to the rows."""
    return Reading(order.of(decorate(model._default_manager.all()), reverse=reverse))


def _kind(model: type[Model]) -> type[Row]:
    """Rows with the properties of their model: what a record says of itself is said once."""
    of_model = {
        name: value
        for of in reversed(model.__mro__)
        for name, value in vars(of).items()
        if isinstance(value, property) and name != "pk"
    }
    return type(f"{model.__name__}Row", (Row,), of_model)


def _converters(
    found: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]],
) -> dict[int, Callable[[Any], Any]]:
    """By column, what turns a value as the driver gives it into what the field stands for."""
    converters: dict[int, Callable[[Any], Any]] = {}
    for place, (steps, expression) in found.items():
        field = expression.output_field
        if isinstance(field, ArrayField) and isinstance(field.base_field, JSONField):
            converters[place] = _each_from_json
        else:
            converters[place] = _in_turn(steps, expression)
    return converters


def _each_from_json(texts: list[str] | None) -> list[Any] | None:
    return None if texts is None else [orjson.loads(text) for text in texts]


def _in_turn(steps: Sequence[Callable[..., Any]], expression: Any) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, expression, connection)
        return value

    return convert


def _maker(
    info: Mapping[str, Any],
    columns: Sequence[Any],
    *,
    annotations: Mapping[str, int],
    converters: Mapping[int, Callable[[Any], Any]],
) -> Callable[[Sequence[Any]], Any]:
    """What makes a row of a record's columns and of the records that it points to."""
    places = {columns[place].target.attname: place for place in info["select_fields"]}
    places.update(annotations)
    key, kind = places["id"], _kind(info["model"])
    # The key once more, so that there is a tuple for one column too.
    names, take = tuple(places), itemgetter(*places.values(), key)
    conversions = [
        (name, converters[place]) for name, place in places.items() if place in converters
    ]
    related = [
        (inner["field"].name, _maker(inner, columns, annotations={}, converters=converters))
        for inner in info.get("related_klass_infos", ())
    ]

    def make(values: Sequence[Any]) -> Any:
        if values[key] is None:
            return None
        found = dict(zip(names, take(values), strict=False))
        for name, convert in conversions:
            found[name] = convert(found[name])
        for name, make_related in related:
            found[name] = make_related(values)
        row = kind()
        row.__dict__ = found
        return row

    return make
