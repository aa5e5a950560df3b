"""Writing speakers: make one, and say that two are one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.api.decisions import IF_MATCH, version_of
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.api.spans import id_field
from annotations.operations.speakers import create_speaker, merge_speakers, undo_speaker_edit
from annotations.permissions import require
from annotations.refusals import NotAllowedNow, NotVisible, StaleVersion
from quotes.api import reading
from quotes.api.permissions import READING
from quotes.api.problems import FieldError, Problem
from quotes.api.serializers import SpeakerSerializer, etag
from quotes.api.views import RecordView, SpeakerList
from quotes.models import Collection, Speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NewSpeakerBody(Body):
    """A speaker that the engine did not know."""

    collection = id_field("Id of the collection.")
    name = Text(max_length=300, help_text="As lists show it.")
    kind = serializers.ChoiceField(choices=Speaker.Kind.choices, default="person")

    shown = frozenset(
        {
            *("id", "description", "wikidata_id", "names", "merged_into", "origin", "version"),
            *("created_at", "updated_at"),
        }
    )


class MergeBody(Body):
    into = id_field("Id of the speaker that remains.")


def show(speaker: Speaker) -> dict[str, Any]:
    """The speaker as reading gives it."""
    row = reading.speaker_rows(Speaker.objects.all()).get(pk=speaker.pk)
    shown: dict[str, Any] = SpeakerSerializer(row).data
    return shown


class Speakers(SpeakerList):
    __doc__ = SpeakerList.__doc__

    scopes = {**READING, "POST": "annotate"}

    @extend_schema(
        request=NewSpeakerBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: OpenApiResponse(SpeakerSerializer, description="Made.")},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Make a speaker with one name."""
        body = NewSpeakerBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        user = cast("User", request.user)
        readable = Collection.objects.readable_by(user)
        collection = readable.filter(public_id=said["collection"]).first()
        if collection is None:
            detail = "There is no such collection."
            error = FieldError("/collection", "unknown-collection", detail)
            raise Problem("invalid", detail, errors=[error])
        speaker = create_speaker(
            collection=collection, user=user, name=said["name"], kind=said["kind"]
        )
        address = reverse("api:speaker_detail", args=[speaker.public_id])
        headers = {"Location": address, "ETag": etag(speaker)}
        return Response(show(speaker), status=201, headers=headers)


class _OnSpeaker(RecordView):
    scopes = {"POST": "annotate"}
    serializer_class = SpeakerSerializer
    queryset = Speaker.objects.none()

    def show_current(self, row: Speaker) -> Any:
        return show(row)


@extend_schema(
    methods=["POST"],
    request=MergeBody,
    parameters=[IF_MATCH, IDEMPOTENCY_KEY],
    responses=SpeakerSerializer,
)
class SpeakerMerge(_OnSpeaker):
    """Say that this speaker is that one: whatever points to the first points to the other then.

    `If-Match` is of the speaker that is merged; the answer is the one that remains.
    """

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        body = MergeBody(data=request.data)
        body.is_valid(raise_exception=True)
        survivor = merge_speakers(
            public_id=public_id,
            version=version,
            user=cast("User", request.user),
            into_id=uuid.UUID(body.validated_data["into"]),
        )
        return Response(show(survivor), headers={"ETag": etag(survivor)})


@extend_schema(
    methods=["POST"],
    request=None,
    parameters=[IF_MATCH, IDEMPOTENCY_KEY],
    responses=SpeakerSerializer,
)
class SpeakerUndo(_OnSpeaker):
    """Take back the merge or split that made this speaker's version."""

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        body = Body(data=request.data)
        body.is_valid(raise_exception=True)
        user = cast("User", request.user)
        known = Speaker.objects.readable_by(user).filter(public_id=public_id).first()
        if known is None:
            raise NotVisible
        require(user, "change_speaker", known.collection_id)
        if known.version != version:
            raise StaleVersion(known)
        try:
            speaker = undo_speaker_edit(public_id=public_id, version=version, user=user)
        except NotVisible:
            raise NotAllowedNow("The last change of this speaker is no merge or split.") from None
        return Response(show(speaker), headers={"ETag": etag(speaker)})
