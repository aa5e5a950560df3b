"""Articles: the list, one with its text, and all that is known of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import reading, serializers
from quotes.api.filters import ArticleFilters
from quotes.api.offsets import Offsets
from quotes.api.views.base import IF_NONE_MATCH, OFFSET_UNIT, DetailView, ListView, RecordView
from quotes.models import Article, Correction, ExtractionRun, Quote


class ArticleList(ListView):
    """Articles, newest first: the latest version of each story.

    With `updated_since` also versions that a newer one took the place of, with `is_latest` false.
    """

    serializer_class = serializers.ArticleListItem
    filterset_class = ArticleFilters
    queryset = Article.objects.none()
    rows = staticmethod(reading.article_list_rows)
    having = staticmethod(Article.having)

    def get_queryset(self) -> QuerySet[Article]:
        articles = Article.objects.all()
        return articles if self.follows() else articles.newest_versions()


class ArticleDetail(DetailView):
    """An article with its text."""

    serializer_class = serializers.ArticleSerializer
    queryset = Article.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT, IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Article]:
        return reading.whole_article_rows(Article.objects.readable_by(self.request.user))

    def shift(self, row: Article, unit: str) -> None:
        Offsets.of_text(unit, row.pk, row.text).shift_article(row)


class ArticleAnnotations(RecordView):
    """All quotes and corrections of one article, in reading order, with its text."""

    serializer_class = serializers.AnnotationsSerializer
    queryset = Article.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        unit = self.unit()
        readable = Article.objects.readable_by(request.user)
        article = reading.whole_article_rows(readable).filter(public_id=public_id).first()
        if article is None:
            raise Http404
        run = ExtractionRun.objects.filter(article=article).order_by("-pk").first()
        quotes = list(
            reading.quote_rows(
                Quote.objects.filter(article=article).on_record().shown()
            ).in_reading_order()  # type: ignore[attr-defined]
        )
        corrections = list(
            reading.correction_rows(
                Correction.objects.filter(article=article).on_record()
            ).in_reading_order()  # type: ignore[attr-defined]
        )
        offsets = Offsets.of_text(unit, article.pk, article.text)
        offsets.shift_article(article)
        offsets.shift_quotes(quotes)
        offsets.shift_corrections(corrections)
        found = {
            "article": article,
            "extraction": run,
            "quotes": quotes,
            "corrections": corrections,
        }
        return Response(self.get_serializer(found).data)


class ArticleVersions(RecordView):
    """The versions of the article's story, the newest first, without their texts."""

    serializer_class = serializers.VersionsSerializer
    queryset = Article.objects.none()

    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        readable = Article.objects.readable_by(request.user)
        found = list(reading.article_rows(readable.versions_of(public_id)))
        if not any(row.public_id == public_id for row in found):
            raise Http404
        return Response(self.get_serializer({"results": found}).data)
