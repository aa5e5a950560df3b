"""Importing many articles: accepted at once, brought in by a worker, each with a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import ArticleBody, Body, Text
from annotations.api.repeats import REQUIRED_KEY, idempotent
from annotations.api.views import collection_of
from annotations.operations.importing import queue_articles, queue_file
from quotes.api import reading
from quotes.api.fields import UUID_FORM
from quotes.api.parsing import FileParser, StrictJSONParser
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


class FileBody(Body):
    """A file with articles: text, a web page, JSON lines, a table, or a zip of these."""

    collection = ManyArticlesBody._declared_fields["collection"]
    file = serializers.FileField(
        allow_empty_file=True,
        help_text="txt, html, jsonl, csv or zip: its name says which. The columns of a table and "
        "the fields of a line are those of an article.",
    )


class Imports(ImportList):
    __doc__ = ImportList.__doc__

    scopes = {**READING, "POST": "import"}
    parser_classes = (StrictJSONParser, FileParser)

    @extend_schema(
        request={"application/json": ManyArticlesBody, "multipart/form-data": FileBody},
        parameters=[REQUIRED_KEY],
        responses={202: OpenApiResponse(ImportSerializer, description="A worker does it next.")},
    )
    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        """Import up to 1,000 articles, or a file that holds many; 8 MB in all.

        A worker brings them in, each whole or not at all. `Location` says how far it has come, its
        `items/` what became of each.
        """
        user = cast("User", request.user)
        batch = _from_file(request, user) if request.FILES else _from_list(request, user)
        shown = ImportSerializer(reading.import_rows(Import.objects.all()).get(pk=batch.pk)).data
        address = reverse("api:import_detail", args=[batch.public_id])
        return Response(shown, status=202, headers={"Location": address})


def _from_list(request: Request, user: User) -> Import:
    body = ManyArticlesBody(data=request.data)
    body.is_valid(raise_exception=True)
    said = body.validated_data
    collection = collection_of(user, said.get("collection"))
    articles = [
        {**article, "name": f"API, {n}"} for n, article in enumerate(said["articles"], start=1)
    ]
    return queue_articles(collection=collection, user=user, articles=articles)


def _from_file(request: Request, user: User) -> Import:
    body = FileBody(data=request.data)
    body.is_valid(raise_exception=True)
    said = body.validated_data
    collection = collection_of(user, said.get("collection"))
    file = said["file"]
    return queue_file(collection=collection, user=user, name=file.name, file=file)
