"""Corrections: who corrected whom. Nobody says who is right."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import reading, serializers
from quotes.api.filters import CorrectionFilters
from quotes.api.offsets import Offsets
from quotes.api.views.base import IF_NONE_MATCH, OFFSET_UNIT, Answer, DetailView, ListView
from quotes.models import Correction


class CorrectionList(ListView):
    """Who corrected whom, newest first. Nobody says who is right.

    With `updated_since` also those that are `replaced` or, without their words, `withdrawn`.
    """

    serializer_class = serializers.CorrectionSerializer
    filterset_class = CorrectionFilters
    queryset = Correction.objects.none()
    rows = staticmethod(reading.correction_rows)
    has_offsets = True

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Correction]:
        return self.to_list(Correction.objects.all())

    def shift(self, page: list[Any], unit: str) -> None:
        Offsets.of_articles(unit, (row.article_id for row in page)).shift_corrections(page)


class CorrectionDetail(DetailView):
    """One correction: who, whom, the evidence, and the quotes on both sides."""

    serializer_class = serializers.CorrectionSerializer
    queryset = Correction.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT, IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Correction]:
        readable = Correction.objects.readable_by(self.request.user)
        return reading.correction_rows(readable.on_record())

    def shift(self, row: Correction, unit: str) -> None:
        Offsets.of_articles(unit, [row.article_id]).shift_corrections([row])
