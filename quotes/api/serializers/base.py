"""What the JSON of several resources has in common. Serializers show; they never write."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
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


class Shown(serializers.Serializer[Any]):
    """A serializer that only shows: what reaches for its writing half finds none.

    How each field is read is worked out once a serializer, not once a row: a list of fifty quotes
    has three thousand fields.
    """

    create = None  # type: ignore[assignment]
    update = None  # type: ignore[assignment]
    save = None  # type: ignore[assignment]

    @functools.cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        return [(name, _reader(field, self)) for name, field in self.fields.items()]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: read(instance) for name, read in self._readers}


def _reader(field: Any, of: Shown) -> Callable[[Any], Any]:
    """What reads one field's JSON value from a row, be it a model's or a dictionary."""
    if isinstance(field, serializers.SerializerMethodField):
        method: Callable[[Any], Any] = getattr(of, field.method_name)
        return method
    get = _getter(field.source_attrs)
    shape = _shape(field)
    if shape is None:
        return get

    def read(row: Any) -> Any:
        value = get(row)
        return None if value is None else shape(value)

    return read


def _getter(path: list[str]) -> Callable[[Any], Any]:
    first, *rest = path

    def get(row: Any) -> Any:
        value = row[first] if type(row) is dict else getattr(row, first)
        for name in rest:
            if value is None:
                return None
            value = getattr(value, name)
        return value

    return get


def _shape(field: Any) -> Callable[[Any], Any] | None:
    """How a field's value becomes JSON; None where it is so already."""
    if isinstance(field, serializers.ListSerializer):
        one = cast("Any", field.child).to_representation
        return lambda rows: [one(row) for row in rows]
    if isinstance(field, Shown):
        return field.to_representation
    if isinstance(field, serializers.UUIDField):
        return str
    if isinstance(field, serializers.DateField | serializers.DateTimeField):
        return _moment
    return None


def _moment(value: dt.date | str) -> str:
    """A day or a UTC time as ISO 8601; what the database made JSON of is that already."""
    if isinstance(value, str):
        return value
    return value.isoformat().replace("+00:00", "Z")


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
