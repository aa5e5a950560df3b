"""The JSON of a problem, for the OpenAPI document."""

from __future__ import annotations

from rest_framework import serializers

from quotes.api.serializers.base import Shown


class ProblemErrorSerializer(Shown):
    pointer = serializers.CharField(
        help_text="JSON pointer into the body, or the name of a query parameter."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(Shown):
    """RFC 9457."""

    type = serializers.CharField(help_text="Address of a description of this kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; what programs compare.")
    errors = ProblemErrorSerializer(many=True)
    request_id = serializers.CharField(help_text="Also in the server's log.")
