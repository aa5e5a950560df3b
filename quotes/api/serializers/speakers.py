"""The JSON of a speaker with all names."""

from __future__ import annotations

from rest_framework import serializers

from quotes.api.serializers.base import Shown, shown_id
from quotes.models.speaker import NameKind, Origin, SpeakerKind


class SpeakerNameSerializer(Shown):
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=NameKind.choices)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    place = serializers.CharField(help_text="The place or organisation of a title.")


class SpeakerSerializer(Shown):
    id = shown_id()
    collection = shown_id(source="collection.public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SpeakerKind.choices)
    description = serializers.CharField()
    wikidata_id = serializers.CharField(allow_null=True)
    names = SpeakerNameSerializer(many=True, source="known_as")
    merged_into = shown_id(
        source="merged_into.public_id", null=True, text="The speaker that holds these quotes now."
    )
    withdrawn = serializers.BooleanField(
        source="is_withdrawn", help_text="Drop what you keep of this speaker. Only a list says it."
    )
    origin = serializers.ChoiceField(choices=Origin.choices)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
