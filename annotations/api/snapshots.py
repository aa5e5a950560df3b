"""Snapshots: ask for one, see how far it is, take its file."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.api.repeats import REQUIRED_KEY, idempotent
from annotations.api.spans import id_field
from annotations.api.tokens import LATEST_FIRST
from annotations.api.views import collection_named
from annotations.models import Snapshot, SnapshotState
from annotations.operations.snapshots import path_of, request_snapshot
from annotations.selectors import exportable_collections
from quotes.api.fields import DATE_FORM, UUID_FORM
from quotes.api.problems import Problem
from quotes.api.serializers import Shown, shown_id
from quotes.api.views import ListView, RecordView
from quotes.exports.csv import Form
from quotes.models import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READING: Final = {"GET": "export", "HEAD": "export"}
FORM: Final = ("raw", "excel", "body")


class SnapshotSerializer(Shown):
    id = shown_id()
    collection = shown_id(source="collection.public_id")
    number = serializers.IntegerField(help_text="Within the collection, from 1: to be cited.")
    state = serializers.ChoiceField(choices=SnapshotState.choices)
    filters = serializers.JSONField(help_text="What it was asked for.")
    counts = serializers.JSONField(help_text="Rows of each table.")
    checksums = serializers.JSONField(help_text="SHA-256 of each table.")
    size = serializers.IntegerField(help_text="Of the zip, in bytes.")
    sha256 = serializers.CharField(help_text="Of the zip; empty until it is done.")
    software = serializers.CharField()
    error = serializers.CharField(help_text="Why it failed, in words.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SnapshotBody(Body):
    """What goes in; all of the collection where no filter is given."""

    collection = id_field("Id of the collection.")
    article = Text(required=False, form=UUID_FORM, help_text="Id of the article.")
    outlet = Text(required=False, max_length=200, help_text="The outlet's name, exactly.")
    language = Text(required=False, max_length=35, help_text="BCP 47, as in `en`.")
    external_id = Text(required=False, max_length=200, help_text="The id that the importer gave.")
    speaker = Text(required=False, form=UUID_FORM, help_text="Id of the speaker.")
    addressee = Text(required=False, form=UUID_FORM, help_text="Id of the speaker spoken to.")
    kind = Text(required=False, max_length=200, help_text="Kinds, parted by commas.")
    status = Text(required=False, max_length=200, help_text="States, parted by commas.")
    published_after = Text(required=False, form=DATE_FORM, help_text="This day or later.")
    published_before = Text(required=False, form=DATE_FORM, help_text="This day or earlier.")
    origin = Text(required=False, max_length=200, help_text="Who put it there, as `kind`.")
    cue_lemma = Text(required=False, max_length=80, help_text="As in `say`.")
    min_confidence = Text(required=False, max_length=10, help_text="As in `0.85`.")
    updated_since = Text(required=False, max_length=40, help_text="This time or later.")
    has_speaker = Text(required=False, max_length=5, help_text="`true` or `false`.")
    q = Text(required=False, max_length=500, help_text="Words of the quote.")
    corrector = Text(required=False, form=UUID_FORM, help_text="Id of who corrects.")
    corrected = Text(
        required=False, max_length=36, help_text="`true`, `false`, or the id of who is corrected."
    )
    distinct = Text(required=False, max_length=5, help_text="`true`: without retellings.")
    raw = serializers.BooleanField(
        default=False, help_text="Cells as stored, also where a spreadsheet would run them."
    )
    excel = serializers.BooleanField(default=False, help_text="A byte order mark in front.")
    body = serializers.BooleanField(default=True, help_text="With the words of the articles.")

    shown = frozenset(
        {*("id", "number", "state", "counts", "checksums", "size", "sha256"), "created_at"}
    )


class Snapshots(ListView):
    """Snapshots of the collections that you may export, the latest first."""

    scopes = {**READING, "POST": "export"}
    serializer_class = SnapshotSerializer
    queryset = Snapshot.objects.none()
    order = LATEST_FIRST

    @staticmethod
    def rows(rows: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
        return rows.select_related("collection")

    def owners(self) -> QuerySet[Any]:
        found = exportable_collections(cast("User", self.request.user))
        return Collection.objects.filter(pk__in=[row.pk for row in found])

    def get_queryset(self) -> QuerySet[Snapshot]:
        return Snapshot.objects.all()

    @extend_schema(
        request=SnapshotBody,
        parameters=[REQUIRED_KEY],
        responses={202: OpenApiResponse(SnapshotSerializer, description="A worker makes it.")},
    )
    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        """Have all tables of a collection kept as a numbered zip that can be cited.

        A worker makes it: ask at `Location` until its state is `done`, then take its `file/`.
        """
        body = SnapshotBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        user = cast("User", request.user)
        row = request_snapshot(
            collection=collection_named(user, said.pop("collection")),
            user=user,
            form=Form(**{name: said.pop(name) for name in FORM}),
            filters=said,
        )
        address = reverse("api:snapshot_detail", args=[row.public_id])
        shown = SnapshotSerializer(row).data
        return Response(shown, status=202, headers={"Location": address})


class _OneSnapshot(RecordView):
    scopes = READING
    serializer_class = SnapshotSerializer
    queryset = Snapshot.objects.none()

    def found(self, public_id: uuid.UUID) -> Snapshot:
        collections = exportable_collections(cast("User", self.request.user))
        rows = Snapshot.objects.filter(collection__in=collections, public_id=public_id)
        row = rows.select_related("collection").first()
        if row is None:
            raise Http404
        return row


class SnapshotDetail(_OneSnapshot):
    """One snapshot: what is in it, and how far it has come."""

    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        return Response(self.get_serializer(self.found(public_id)).data)


class SnapshotFile(_OneSnapshot):
    """The zip of a finished snapshot; always the same bytes, whose sum is in `sha256`."""

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001, FBT002 - the framework's signature
    ) -> tuple[BaseRenderer, str]:
        """A zip is what there is here, whatever is asked for; problems are JSON."""
        return JSONRenderer(), "application/json"

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: uuid.UUID) -> FileResponse:
        row = self.found(public_id)
        if row.state != Snapshot.State.DONE:
            raise Problem("not-found", f"The file is not there: {row.get_state_display().lower()}.")
        path = path_of(row)
        if not path.is_file():
            raise Problem("not-found", "The file is not where it was put. Ask who runs the server.")
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip"
        )
