"""Imports with what became of each item, and runs of the engine."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import OuterRef, Q, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import reading
from quotes.api.filters import ImportFilters, ImportItemFilters, RunFilters
from quotes.api.pagination import Order
from quotes.api.serializers.imports import (
    ArticleRunSerializer,
    ImportItemSerializer,
    ImportSerializer,
)
from quotes.api.views.base import ListView, RecordView
from quotes.models import ExtractionRun, Import, ImportItem

LATEST_FIRST = Order("created_at", descending=True, read=dt.datetime.fromisoformat)


class ImportList(ListView):
    """Imports, the latest first."""

    serializer_class = ImportSerializer
    filterset_class = ImportFilters
    queryset = Import.objects.none()
    rows = staticmethod(reading.import_rows)
    order = LATEST_FIRST

    def get_queryset(self) -> QuerySet[Import]:
        return Import.objects.all()


class ImportDetail(RecordView):
    """How far an import has come."""

    serializer_class = ImportSerializer
    queryset = Import.objects.none()

    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        readable = reading.import_rows(Import.objects.readable_by(request.user))
        batch = readable.filter(public_id=public_id).first()
        if batch is None:
            raise Http404
        return Response(self.get_serializer(batch).data)


class ImportItemList(ListView):
    """What became of each item, in the order sent."""

    serializer_class = ImportItemSerializer
    filterset_class = ImportItemFilters
    queryset = ImportItem.objects.none()
    rows = staticmethod(reading.import_item_rows)
    belongs = Q(batch=OuterRef("pk"))
    order = Order("ordinal", read=int)

    def owners(self) -> QuerySet[Import]:
        readable = Import.objects.readable_by(self.request.user)
        return readable.filter(public_id=self.kwargs["public_id"])

    def get_queryset(self) -> QuerySet[ImportItem]:
        return ImportItem.objects.all()

    def refuse_unknown_owner(self) -> None:
        if not self.owners().exists():
            raise Http404


class RunList(ListView):
    """Runs of the engine, the latest first."""

    serializer_class = ArticleRunSerializer
    filterset_class = RunFilters
    queryset = ExtractionRun.objects.none()
    rows = staticmethod(reading.run_rows)
    belongs = Q(article__collection=OuterRef("pk"))
    order = LATEST_FIRST

    def get_queryset(self) -> QuerySet[ExtractionRun]:
        return ExtractionRun.objects.all()
