"""The JSON of an import, of what became of each of its items, and of a run of the engine."""

from __future__ import annotations

from rest_framework import serializers

from quotes.api.serializers.articles import RunSerializer
from quotes.api.serializers.base import Shown, shown_id
from quotes.models.intake import ImportState, ItemState


class ImportSerializer(Shown):
    id = shown_id()
    collection = shown_id(source="collection.public_id")
    state = serializers.ChoiceField(choices=ImportState.choices)
    n_items = serializers.IntegerField(allow_null=True, help_text="How many there are to be.")
    n_stored = serializers.IntegerField(help_text="New articles so far.")
    n_duplicate = serializers.IntegerField(help_text="Were there already.")
    n_failed = serializers.IntegerField(help_text="Could not be read or stored.")
    imported_by = serializers.CharField(source="user.username", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ImportItemSerializer(Shown):
    ordinal = serializers.IntegerField(help_text="Place in what was sent, from 1.")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=ItemState.choices)
    article = shown_id(
        source="article.public_id", null=True, text="The stored article, also of a duplicate."
    )
    message = serializers.CharField(help_text="Why it failed, in words.")


class ArticleRunSerializer(RunSerializer):
    article = shown_id(source="article.public_id")
