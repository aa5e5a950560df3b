"""Stretches of an article in bodies of requests, counted in the unit that the client uses."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from annotations.api.bodies import Body, Text
from annotations.operations.selections import Selection
from annotations.refusals import Invalid
from quotes.api.fields import UUID_FORM
from quotes.api.offsets import CODE_POINTS, Offsets
from quotes.models import Article

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_PARTS = 50


class WholeNumber(serializers.IntegerField):
    """A number as a number: no string, no 3.0, no true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        value: int = super().to_internal_value(data)
        return value


class SpanBody(Body):
    """A stretch of the article: where it is, and the words that stand there."""

    start = WholeNumber(min_value=0, max_value=10_000_000, help_text="First character.")
    end = WholeNumber(min_value=1, max_value=10_000_000, help_text="After the last character.")
    exact = Text(max_length=100_000, help_text="The words there, to be sure.")

    shown = frozenset({"role", "ordinal"})


def parts_of(text: str, **options: Any) -> Any:
    """A field with the parts of a content, a source or a cue."""
    many: Any = {"many": True, "max_length": MAX_PARTS}
    return SpanBody(required=False, help_text=text, **many, **options)


def id_field(text: str, **options: Any) -> Text:
    return Text(form=UUID_FORM, help_text=text, **options)


def as_id(value: str | None) -> uuid.UUID | None:
    return None if value is None else uuid.UUID(value)


class Selecting:
    """Turns spans of a body into selections of one article, counting as the client counts."""

    def __init__(self, unit: str, *, user: User, **which: Any) -> None:
        self.offsets, self.article = Offsets(), 0
        if unit == CODE_POINTS:
            return
        found = Article.objects.readable_by(user).filter(**which)
        # An article that is not there is the operation's to refuse.
        for pk, text in found.values_list("pk", "text")[:1]:
            self.article, self.offsets = pk, Offsets.of_text(unit, pk, text)

    def selection(self, span: Mapping[str, Any], place: str) -> Selection:
        return Selection(
            self._stored(span["start"], f"{place}/start"),
            self._stored(span["end"], f"{place}/end"),
            span["exact"],
        )

    def selections(self, spans: Sequence[Mapping[str, Any]], place: str) -> list[Selection]:
        return [self.selection(span, f"{place}/{n}") for n, span in enumerate(spans)]

    def _stored(self, offset: int, place: str) -> int:
        stored = self.offsets.stored(self.article, offset)
        if stored is None:
            raise Invalid(
                "This offset lies inside a surrogate pair.",
                code="inside_surrogate_pair",
                field=place,
            )
        return stored
