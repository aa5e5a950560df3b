"""Quotes: the list, and one with a little of its article."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import reading, serializers
from quotes.api.filters import QuoteFilters
from quotes.api.linked_data import JSON_LD, JSONLDRenderer
from quotes.api.offsets import Offsets
from quotes.api.problems import Problem
from quotes.api.rendering import JSONRenderer
from quotes.api.views.base import IF_NONE_MATCH, OFFSET_UNIT, Answer, DetailView, ListView
from quotes.models import Quote
from quotes.models.suggestion import Status


class QuoteList(ListView):
    """Quotes that nobody withdrew, newest first; rejected ones too (see `status`).

    Attitudes ("wants", "hopes") that nobody has touched are left out, as on the article's page.
    With `updated_since` also those that are `replaced` or, without their words, `withdrawn`, and
    attitudes that are not `touched`, or no more: these are in no list.
    """

    serializer_class = serializers.QuoteSerializer
    filterset_class = QuoteFilters
    queryset = Quote.objects.none()
    rows = staticmethod(reading.quote_rows)
    having = staticmethod(Quote.having)
    has_offsets = True

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Quote]:
        rows = self.to_list(Quote.objects.all())
        return rows.told() if self.follows() else rows.shown()

    def shift(self, page: list[Any], unit: str) -> None:
        Offsets.of_articles(unit, (row.article_id for row in page)).shift_quotes(page)


class QuoteDetail(DetailView):
    """One quote, with a little of the article around it.

    A confirmed one also as schema.org's `Quotation`: ask for `application/ld+json`.
    """

    renderer_classes = (JSONRenderer, JSONLDRenderer)
    serializer_class = serializers.StatementSerializer
    queryset = Quote.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT, IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if request.accepted_renderer.media_type == JSON_LD:
            return self._as_quotation(kwargs["public_id"])
        return super().get(request, *args, **kwargs)

    def _as_quotation(self, public_id: uuid.UUID) -> Response:
        """Without an entity tag: that is of the object, of which this is another picture."""
        row = self.get_row(public_id)
        if row.status != Status.CONFIRMED:
            raise Problem("not-acceptable", "Only a confirmed quote is a quotation to publish.")
        return Response(self.show(row))

    def get_queryset(self) -> QuerySet[Quote]:
        return reading.statement_rows(Quote.objects.readable_by(self.request.user).on_record())

    def shift(self, row: Quote, unit: str) -> None:
        Offsets.of_articles(unit, [row.article_id]).shift_quotes([row])
