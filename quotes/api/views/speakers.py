"""Speakers: the list, one of them, what they said, and their corrections."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import reading, serializers
from quotes.api.filters import SpeakerCorrectionFilters, SpeakerFilters, StatementFilters
from quotes.api.linked_data import JSON_LD, JSONLDRenderer
from quotes.api.offsets import Offsets
from quotes.api.pagination import BY_NAME
from quotes.api.rendering import JSONRenderer
from quotes.api.streaming import NDJSONRenderer
from quotes.api.views.base import IF_NONE_MATCH, OFFSET_UNIT, Answer, DetailView, ListView
from quotes.models import Correction, Quote, Speaker


class SpeakerList(ListView):
    """Speakers by name, without those that were merged into another.

    With `updated_since` those come too, with `merged_into`, and without their names those that
    were `withdrawn`.
    """

    serializer_class = serializers.SpeakerSerializer
    filterset_class = SpeakerFilters
    queryset = Speaker.objects.none()
    rows = staticmethod(reading.speaker_rows)
    order = BY_NAME

    def get_queryset(self) -> QuerySet[Speaker]:
        return Speaker.objects.all() if self.follows() else Speaker.objects.current()


class SpeakerDetail(DetailView):
    """One speaker with all names. A merged one says into whom."""

    serializer_class = serializers.SpeakerSerializer
    queryset = Speaker.objects.none()

    @extend_schema(parameters=[IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Speaker]:
        return reading.speaker_rows(Speaker.objects.readable_by(self.request.user))


class _OfSpeaker(ListView):
    """Rows of one speaker or, where it was merged, of the one it became."""

    has_offsets = True

    def owners(self) -> QuerySet[Speaker]:
        speakers = Speaker.objects.readable_by(self.request.user)
        return speakers.filter(pk=reading.survivor_of(self.kwargs["public_id"]))

    def refuse_unknown_owner(self) -> None:
        if not self.owners().exists():
            raise Http404


class SpeakerStatements(_OfSpeaker):
    """What a speaker said: confirmed quotes, newest first.

    Each with its article, exact words, offsets, a little context, who decided, and the corrections
    that it takes part in. A merged speaker's address gives the statements of the one it became.
    With `updated_since` also quotes that are confirmed no more, and some that never were: keep
    those only whose `status` is `confirmed`.
    """

    serializer_class = serializers.StatementSerializer
    renderer_classes = (JSONRenderer, NDJSONRenderer, JSONLDRenderer)
    filterset_class = StatementFilters
    queryset = Quote.objects.none()
    rows = staticmethod(reading.statement_rows)
    having = staticmethod(Quote.having)
    belongs = Q(speaker=OuterRef("pk"))

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Quote]:
        as_quotations = self.request.accepted_renderer.media_type == JSON_LD
        if as_quotations or not self.follows():
            return Quote.objects.confirmed()
        return self.to_list(Quote.objects.told_as_statements())

    def shift(self, page: list[Any], unit: str) -> None:
        Offsets.of_articles(unit, (row.article_id for row in page)).shift_quotes(page)


class SpeakerCorrections(_OfSpeaker):
    """Corrections that a speaker made or received, newest first.

    With `updated_since` also those that are `replaced` or, without their words, `withdrawn`.
    """

    serializer_class = serializers.CorrectionSerializer
    filterset_class = SpeakerCorrectionFilters
    queryset = Correction.objects.none()
    rows = staticmethod(reading.correction_rows)
    belongs = Q(corrector=OuterRef("pk")) | Q(corrected=OuterRef("pk"))

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Correction]:
        return self.to_list(Correction.objects.all())

    def shift(self, page: list[Any], unit: str) -> None:
        Offsets.of_articles(unit, (row.article_id for row in page)).shift_corrections(page)
