"""The JSON of a quote, and of a quote with a little of its article around it."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from quotes.api.serializers.base import (
    ArticleReference,
    NamedPerson,
    Provenance,
    Shown,
    SpeakerReference,
    shown_id,
    shown_offset,
)
from quotes.models import Quote
from quotes.models.correction import CorrectionKind, CorrectionSide
from quotes.models.quote import QuoteAct, QuoteKind, SpanRole
from quotes.models.suggestion import Status

LEFT_OUT = " […] "


class Part(Shown):
    role = serializers.ChoiceField(choices=SpanRole.choices)
    ordinal = serializers.IntegerField(help_text="Place among the parts of this role, from 0.")
    start = shown_offset("First character.")
    end = shown_offset("After the last character.")
    exact = serializers.CharField(help_text="The article's words there.")


class StandsIn(Shown):
    """A live correction that a quote takes part in."""

    id = serializers.UUIDField()
    side = serializers.ChoiceField(
        choices=CorrectionSide.choices,
        help_text="`corrected`: the claim; `correcting`: the retort.",
    )
    kind = serializers.ChoiceField(choices=CorrectionKind.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    corrector = serializers.SerializerMethodField()
    corrected = serializers.SerializerMethodField()

    @extend_schema_field(NamedPerson(allow_null=True))
    def get_corrector(self, row: dict[str, Any]) -> dict[str, Any] | None:
        return _named(row, "corrector")

    @extend_schema_field(NamedPerson(allow_null=True))
    def get_corrected(self, row: dict[str, Any]) -> dict[str, Any] | None:
        return _named(row, "corrected")


def _named(row: dict[str, Any], part: str) -> dict[str, Any] | None:
    if row[f"{part}_id"] is None:
        return None
    return {"id": row[f"{part}_id"], "name": row[f"{part}_name"]}


class QuoteSerializer(Provenance):
    emptied: ClassVar[dict[str, Any]] = {
        "text": "",
        "parts": [],
        "cue_lemma": "",
        "speaker": None,
        "addressee": None,
        "corrections": [],
    }

    id = shown_id()
    collection = shown_id(source="collection.public_id")
    article = ArticleReference()
    published_on = serializers.DateField(allow_null=True, help_text="The article's date.")
    kind = serializers.ChoiceField(choices=QuoteKind.choices)
    act = serializers.ChoiceField(choices=QuoteAct.choices)
    text = serializers.SerializerMethodField(
        help_text="The content with its quotation marks; ` […] ` where the article's own words "
        "stand between two parts."
    )
    start = shown_offset("Of the first part of the content.")
    end = shown_offset("Of the last part of the content.")
    parts = Part(many=True, help_text="Content, cue and source as they stand in the article.")
    cue_lemma = serializers.CharField()
    speaker = SpeakerReference(allow_null=True, help_text="Null where nobody knows yet.")
    addressee = SpeakerReference(allow_null=True)
    parent = shown_id(
        source="parent.public_id", null=True, text="The quote that this one is inside of."
    )
    corrections = StandsIn(many=True, source="in_corrections")

    def get_text(self, quote: Quote) -> str:
        parts: list[dict[str, Any]] = quote.parts  # type: ignore[attr-defined]
        between: list[str] = quote.between_parts  # type: ignore[attr-defined]
        content = [part["exact"] for part in parts if part["role"] == SpanRole.CONTENT]
        glued = (
            (gap if gap.isspace() else LEFT_OUT) + words
            for gap, words in zip(between, content[1:], strict=True)
        )
        return "".join((*content[:1], *glued))


class StatementSerializer(QuoteSerializer):
    emptied: ClassVar[dict[str, Any]] = {
        **QuoteSerializer.emptied,
        "context_before": "",
        "context_after": "",
    }

    context_before = serializers.CharField(help_text="Up to 160 characters before `start`.")
    context_after = serializers.CharField(help_text="Up to 160 characters after `end`.")
