"""The JSON of a correction."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from quotes.api.serializers.base import (
    ArticleReference,
    Provenance,
    Shown,
    SpeakerReference,
    shown_id,
    shown_offset,
)
from quotes.models.correction import CorrectionKind, CorrectionSide, Explicitness


class CorrectionQuoteSerializer(Shown):
    id = serializers.UUIDField()
    side = serializers.ChoiceField(choices=CorrectionSide.choices)
    start = shown_offset("Of the quote's content.")
    end = shown_offset("Of the quote's content.")


class Cue(Shown):
    start = shown_offset("First character.")
    end = shown_offset("After the last character.")
    exact = serializers.CharField()


class CorrectionSerializer(Provenance):
    emptied: ClassVar[dict[str, Any]] = {
        "exact": "",
        "cue": None,
        "topic": "",
        "occasion": "",
        "corrector": None,
        "corrected": None,
        "quotes": [],
    }

    id = shown_id()
    collection = shown_id(source="collection.public_id")
    article = ArticleReference()
    published_on = serializers.DateField(allow_null=True, help_text="The article's date.")
    kind = serializers.ChoiceField(choices=CorrectionKind.choices)
    explicitness = serializers.ChoiceField(choices=Explicitness.choices)
    corrector = SpeakerReference(allow_null=True)
    corrected = SpeakerReference(allow_null=True, help_text="Null where nobody is named.")
    start = shown_offset("Of the evidence.")
    end = shown_offset("Of the evidence.")
    exact = serializers.CharField(help_text="The evidence: the article's words there.")
    cue = serializers.SerializerMethodField()
    topic = serializers.CharField()
    occasion = serializers.CharField()
    retells = shown_id(source="retells.public_id", null=True, text="The same event, told earlier.")
    same_point_as = shown_id(
        source="same_point_as.public_id", null=True, text="The same point on another occasion."
    )
    quotes = CorrectionQuoteSerializer(many=True, source="sides")

    @extend_schema_field(Cue(allow_null=True))
    def get_cue(self, correction: Any) -> dict[str, Any] | None:
        if correction.cue_start is None or correction.cue_end is None:
            return None
        return {
            "start": correction.cue_start,
            "end": correction.cue_end,
            "exact": correction.cue_text,
        }
