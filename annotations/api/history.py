"""The history of one object: who did what to it, and what it was before and after."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.models import Edit
from annotations.selectors import history_of
from annotations.without_names import without_names
from quotes.api.serializers import Shown
from quotes.api.views import RecordView
from quotes.models import Article, Correction, Quote, Speaker

INSIDE = frozenset({"decided_by"})
"""What a snapshot holds for undo and is a number of this server only."""


class EditSerializer(Shown):
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.username")
    action = serializers.CharField(help_text="Dotted words, as in `quote.confirmed`.")
    version = serializers.IntegerField(help_text="The object's version after it.")
    is_undo = serializers.BooleanField(help_text="Takes back an earlier action.")
    batch = serializers.UUIDField(help_text="The same for all that was done at once.")
    before = serializers.SerializerMethodField(help_text="Null where the action made the object.")
    after = serializers.SerializerMethodField()
    request_id = serializers.CharField()
    milliseconds = serializers.IntegerField(
        allow_null=True, help_text="Since the person's previous decision."
    )

    def get_before(self, edit: Edit) -> dict[str, Any] | None:
        return _outside(edit.before)

    def get_after(self, edit: Edit) -> dict[str, Any] | None:
        return _outside(edit.after)


def _outside(snapshot: dict[str, Any] | None) -> dict[str, Any] | None:
    if snapshot is None:
        return None
    return {name: value for name, value in snapshot.items() if name not in INSIDE}


class History(Shown):
    results = EditSerializer(many=True)


class _HistoryOf(RecordView):
    serializer_class = History
    queryset = Edit.objects.none()
    objects: ClassVar[QuerySet[Any]]

    @extend_schema(responses=History)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        readable = self.objects.all().readable_by(request.user)
        if not readable.filter(public_id=public_id).exists():
            raise Http404
        edits = without_names(history_of(object_id=public_id))
        return Response(self.get_serializer({"results": edits}).data)


class ArticleHistory(_HistoryOf):
    """What people changed of what is known about the article, newest first."""

    objects = Article.objects.all()


class QuoteHistory(_HistoryOf):
    """What people did to the quote, newest first."""

    objects = Quote.objects.on_record()


class CorrectionHistory(_HistoryOf):
    """What people did to the correction, newest first."""

    objects = Correction.objects.on_record()


class SpeakerHistory(_HistoryOf):
    """What people did to the speaker, newest first."""

    objects = Speaker.objects.all()
