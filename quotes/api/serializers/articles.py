"""The JSON of an article, in a list and with its text, and of all that is known of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from quotes.api.serializers.base import Shown, shown_id, shown_offset
from quotes.api.serializers.corrections import CorrectionSerializer
from quotes.api.serializers.quotes import QuoteSerializer
from quotes.models import Article
from quotes.models.run import RunState


class ArticleSummary(Shown):
    id = shown_id()
    collection = shown_id(source="collection.public_id")
    headline = serializers.CharField()
    outlet = serializers.CharField()
    byline = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    url = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    country = serializers.CharField(help_text="ISO 3166 alpha-2 of the outlet, or empty.")
    external_id = serializers.CharField(allow_null=True)
    sha256 = serializers.CharField(help_text="Of the text in UTF-8.")
    length = serializers.IntegerField(help_text="Of the text, in code points.")
    encoding = serializers.CharField(help_text="The encoding that it came in.")
    is_latest = serializers.BooleanField(help_text="No newer version of the story is here.")
    previous = shown_id(
        source="previous.public_id", null=True, text="The version that this one replaces."
    )
    imported_by = serializers.CharField(source="imported_by.username", allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class VersionsSerializer(Shown):
    results = ArticleSummary(many=True)


class ArticleListItem(ArticleSummary):
    n_quotes = serializers.IntegerField()
    n_decided = serializers.IntegerField()
    n_corrections = serializers.IntegerField()
    extraction = serializers.ChoiceField(
        choices=RunState.choices,
        source="run_state",
        allow_null=True,
        help_text="State of the newest run of the engine; null where there was none.",
    )


class SkippedSerializer(Shown):
    start = shown_offset("First character.")
    end = shown_offset("After the last character.")
    reason = serializers.CharField()


class ArticleSerializer(ArticleSummary):
    text = serializers.CharField(trim_whitespace=False, help_text="As imported, never altered.")
    skipped = serializers.SerializerMethodField(help_text="What in the text is not story.")

    @extend_schema_field(SkippedSerializer(many=True))
    def get_skipped(self, article: Article) -> list[dict[str, Any]]:
        return [{"start": s, "end": e, "reason": reason} for s, e, reason in article.skipped]


class RunSerializer(Shown):
    id = shown_id()
    state = serializers.ChoiceField(choices=RunState.choices)
    engine_version = serializers.CharField()
    model = serializers.CharField()
    n_quotes = serializers.IntegerField()
    n_corrections = serializers.IntegerField()
    milliseconds = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class AnnotationsSerializer(Shown):
    """All that is known of one article, in reading order."""

    article = ArticleSerializer()
    extraction = RunSerializer(allow_null=True, help_text="The newest run of the engine.")
    quotes = QuoteSerializer(many=True)
    corrections = CorrectionSerializer(many=True)
