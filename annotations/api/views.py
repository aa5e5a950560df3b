"""Writing: each address calls the operation that the page calls too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.articles import show_row
from annotations.api.bodies import ArticleBody
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.operations.importing import import_articles
from annotations.request_id import current_request_id
from annotations.selectors import importable_collections
from quotes.api import reading
from quotes.api.permissions import READING
from quotes.api.problems import FieldError, Problem, plain_response
from quotes.api.serializers import ArticleSerializer, etag
from quotes.api.views import OFFSET_UNIT, ArticleList
from quotes.importing import MAX_CHARACTERS, ReadFailure, read_paste
from quotes.models import Article, Collection, ImportItem

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ImportedArticle(ArticleSerializer):
    """The article, and whether it was new."""

    outcome = serializers.ChoiceField(
        choices=[("stored", "Stored"), ("duplicate", "Duplicate")],
        help_text="`duplicate`: this very text was there already; this is the stored article.",
    )


class Articles(ArticleList):
    """Articles, newest first: the latest version of each story."""

    scopes = {**READING, "POST": "import"}
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(
        request=ArticleBody,
        parameters=[OFFSET_UNIT, IDEMPOTENCY_KEY],
        responses={
            201: OpenApiResponse(ImportedArticle, description="Stored; the engine reads it next."),
            200: OpenApiResponse(ImportedArticle, description="The same text is there already."),
        },
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Import one article.

        It is stored at once and read by the engine in the background: ask for its annotations
        until `extraction.state` is `done`. Sending the same text again stores nothing new and
        answers 200 with the stored article.
        """
        body = ArticleBody(data=request.data)
        body.is_valid(raise_exception=True)
        fields, unit = dict(body.validated_data), self.unit()
        user = cast("User", request.user)
        collection = collection_of(user, fields.pop("collection", None))
        if len(fields["text"]) > MAX_CHARACTERS:
            raise Problem("body-too-large", f"An article may have {MAX_CHARACTERS:,} characters.")
        item = read_paste(**fields, name="API")
        if isinstance(item, ReadFailure):
            raise self._unreadable(item.reason)
        batch = import_articles(collection=collection, user=user, items=[item])
        report = batch.items.get()
        if report.article_id is None:
            raise self._unreadable(report.message)
        return self._imported(report, unit)

    def _imported(self, report: ImportItem, unit: str) -> Response:
        article = reading.whole_article_rows(Article.objects.all()).get(pk=report.article_id)
        is_new = report.state == ImportItem.State.STORED
        shown = {**show_row(article, unit), "outcome": "stored" if is_new else "duplicate"}
        address = reverse("api:article_detail", args=[article.public_id])
        headers = {"Location": address, "ETag": etag(article, unit)}
        return Response(shown, status=201 if is_new else 200, headers=headers)

    @staticmethod
    def _unreadable(reason: str) -> Problem:
        return Problem("invalid", reason, errors=[FieldError("", "unreadable-article", reason)])


def collection_named(user: User, public_id: str) -> Collection:
    found = Collection.objects.readable_by(user).filter(public_id=public_id).first()
    if found is None:
        detail = "There is no such collection."
        error = FieldError("/collection", "unknown-collection", detail)
        raise Problem("invalid", detail, errors=[error])
    return found


def collection_of(user: User, public_id: str | None) -> Collection:
    """The collection named or, where only one can be meant, that one."""
    if public_id is not None:
        return collection_named(user, public_id)
    found_all = list(importable_collections(user).order_by("name", "pk")[:20])
    if len(found_all) == 1:
        return found_all[0]
    if not found_all:
        raise Problem("forbidden", "You may not import into any collection.")
    known = "; ".join(f"{row.public_id} ({row.name})" for row in found_all)
    detail = f"Say into which collection: {known}."
    raise Problem("invalid", detail, errors=[FieldError("/collection", "required", detail)])


@csrf_exempt
def nothing_here(request: HttpRequest, **_: Any) -> HttpResponse:
    """Any other address under the API's: a problem like all others, not a page."""
    return plain_response(Problem("not-found"), request_id=current_request_id())
