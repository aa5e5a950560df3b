"""What the JSON of several resources has in common. Serializers show; they never write."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import Any, ClassVar, cast

from django.db.models import Model
from rest_framework import serializers

from quotes.api.offsets import CODE_POINTS
from quotes.models.speaker import Origin, SpeakerKind
from quotes.models.suggestion import Status


def shown_id(*, source: str = "public_id", null: bool = False, text: str = "") -> Any:
    return serializers.UUIDField(
        source=source, read_only=True, allow_null=null, help_text=text or None
    )


def shown_offset(text: str, **options: Any) -> Any:
    return serializers.IntegerField(min_value=0, read_only=True, help_text=text, **options)


# Without a docstring, which the OpenAPI document would repeat for each resource.
class Shown(serializers.Serializer[Any]):
    # A serializer that only shows: what reaches for its writing half finds none. How the fields
    # are read is worked out once a class, not once a row: fifty quotes have three thousand.

    create = None  # type: ignore[assignment]
    update = None  # type: ignore[assignment]
    save = None  # type: ignore[assignment]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return _showing(type(self))(instance)


@functools.cache
def _showing(of: type[Shown]) -> Callable[[Any], dict[str, Any]]:
    """What makes the JSON value of a row: a dictionary, or an object with attributes."""
    shown = of()
    fields: dict[str, Any] = dict(shown.fields)
    # Values that are JSON already are taken all at once, by a function of the interpreter's own.
    plain = {
        name: field.source
        for name, field in fields.items()
        if not isinstance(field, serializers.SerializerMethodField) and len(field.source_attrs) == 1
    }
    names, sources = tuple(plain), tuple(plain.values())
    # With the first once more they give a tuple for one field too.
    of_object, of_dict = attrgetter(*sources, *sources[:1]), itemgetter(*sources, *sources[:1])
    shapes = [(name, shape) for name in plain if (shape := _shape(fields[name])) is not None]
    others = [(name, _reader(fields[name], shown)) for name in fields if name not in plain]
    order = dict.fromkeys(fields)
    is_plain = names == sources and not shapes and not others

    def show(row: Any) -> dict[str, Any]:
        if is_plain and type(row) is dict and row.keys() == order.keys():
            return row
        values = of_dict(row) if type(row) is dict else of_object(row)
        found = order | dict(zip(names, values, strict=False))
        for name, shape in shapes:
            value = found[name]
            if value is not None:
                found[name] = shape(value)
        for name, read in others:
            found[name] = read(row)
        return found

    return show


def _reader(field: Any, of: Shown) -> Callable[[Any], Any]:
    """What reads one value that the row has not ready: a method's, or one of a related record."""
    if isinstance(field, serializers.SerializerMethodField):
        method: Callable[[Any], Any] = getattr(of, field.method_name)
        return method
    first, last = field.source_attrs
    shape = _shape(field) or _as_it_is

    def read(row: Any) -> Any:
        related = row[first] if type(row) is dict else getattr(row, first)
        value = None if related is None else getattr(related, last)
        return None if value is None else shape(value)

    return read


def _as_it_is(value: Any) -> Any:
    return value


def _shape(field: Any) -> Callable[[Any], Any] | None:
    """How a field's value becomes JSON; None where it is so already."""
    if isinstance(field, serializers.ListSerializer):
        one = cast("Any", field.child).to_representation
        return lambda rows: [one(row) for row in rows]
    if isinstance(field, Shown):
        return field.to_representation
    if isinstance(field, serializers.UUIDField):
        return str
    if isinstance(field, serializers.DateField):
        return _day
    if isinstance(field, serializers.DateTimeField):
        return _moment
    return None


def _day(value: dt.date | str) -> str:
    """A day as ISO 8601; what the database made JSON of is that already."""
    return value if isinstance(value, str) else value.isoformat()


def _moment(value: dt.datetime | str) -> str:
    """A UTC time as ISO 8601, as ``_day``."""
    return value if isinstance(value, str) else value.isoformat().replace("+00:00", "Z")


class SpeakerReference(Shown):
    id = shown_id()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SpeakerKind.choices)
    wikidata_id = serializers.CharField(allow_null=True)


class ArticleReference(Shown):
    id = shown_id()
    headline = serializers.CharField()
    outlet = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    url = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")


class NamedPerson(Shown):
    id = serializers.UUIDField()
    name = serializers.CharField()


class Provenance(Shown):
    """Where an object comes from, and who made of it what it is.

    ``emptied`` is what is shown in place of words and people once it is withdrawn.
    """

    emptied: ClassVar[dict[str, Any]] = {}

    status = serializers.ChoiceField(choices=Status.choices)
    origin = serializers.ChoiceField(choices=Origin.choices, help_text="Who put it there.")
    engine_version = serializers.CharField(
        source="run.engine_version", allow_null=True, help_text="Null where a person added it."
    )
    rule = serializers.CharField(help_text="The engine's rule that found it.")
    reason = serializers.CharField(help_text="The engine's evidence, in words.")
    confidence = serializers.FloatField(allow_null=True, help_text="0 to 1; the engine's own.")
    touched = serializers.BooleanField(help_text="A person did something to it, not undone since.")
    changed_fields = serializers.ListField(
        child=serializers.CharField(), help_text="What a person changed of the suggestion."
    )
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    flagged = serializers.BooleanField(help_text="Somebody asks for a second pair of eyes.")
    version = serializers.IntegerField(help_text="Grows by one with every change.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.status == Status.WITHDRAWN:
            shown |= {"rule": "", "reason": "", "note": "", "changed_fields": [], **self.emptied}
        return shown


def etag(row: Model, unit: str = CODE_POINTS) -> str:
    """The strong entity tag of a versioned object, also taken by ``If-Match``.

    Offsets in another unit are other bytes, so they have another tag.
    """
    suffix = "" if unit == CODE_POINTS else f".{unit}"
    return f'"{row.public_id}.{row.version}{suffix}"'  # type: ignore[attr-defined]
