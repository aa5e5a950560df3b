"""Importing many articles: accepted at once, brought in by a worker, each with a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import ArticleBody, Body, Text
from annotations.api.repeats import REQUIRED_KEY, idempotent
from annotations.api.views import collection_of
from annotations.operations.importing import queue_articles
from quotes.api import reading
from quotes.api.fields import UUID_FORM
from quotes.api.permissions import READING
from quotes.api.serializers.imports import ImportSerializer
from quotes.api.views.imports import ImportList
from quotes.models import Import

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MANY: Final[dict[str, Any]] = {"many": True, "min_length": 1, "max_length": 1000}


class OneOfMany(ArticleBody):
    """One article of an import. Only ``text`` is required."""

    collection = None  # type: ignore[assignment] # it is the import's


class ManyArticlesBody(Body):
    """Many articles to import into one collection."""

    collection = Text(
        required=False,
        form=UUID_FORM,
        help_text="Id of the collection; may be left out by who can import into one only.",
    )
    articles = OneOfMany(help_text="In the order that the items keep.", **MANY)


class Imports(ImportList):
    __doc__ = ImportList.__doc__

    scopes = {**READING, "POST": "import"}

    @extend_schema(
        request=ManyArticlesBody,
        parameters=[REQUIRED_KEY],
        responses={202: OpenApiResponse(ImportSerializer, description="A worker does it next.")},
    )
    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        """Import up to 1,000 articles, 8 MB in all.

        A worker brings them in, each whole or not at all. `Location` says how far it has come, its
        `items/` what became of each.
        """
        body = ManyArticlesBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        user = cast("User", request.user)
        collection = collection_of(user, said.get("collection"))
        articles = [
            {**article, "name": f"API, {n}"} for n, article in enumerate(said["articles"], start=1)
        ]
        batch = queue_articles(collection=collection, user=user, articles=articles)
        shown = ImportSerializer(reading.import_rows(Import.objects.all()).get(pk=batch.pk)).data
        address = reverse("api:import_detail", args=[batch.public_id])
        return Response(shown, status=202, headers={"Location": address})
