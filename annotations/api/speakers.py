"""Writing speakers: make one, change one, say that two are one, and that one is two."""

from __future__ import annotations

import datetime as dt
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
from annotations.api.views import collection_named
from annotations.models import Edit
from annotations.operations.naming import (
    CHANGES,
    add_speaker_name,
    change_speaker,
    remove_speaker_name,
    undo_speaker_change,
)
from annotations.operations.speakers import (
    create_speaker,
    merge_speakers,
    split_speaker,
    undo_speaker_edit,
)
from annotations.permissions import require
from annotations.refusals import NotAllowedNow, NotVisible, StaleVersion
from quotes.api import reading
from quotes.api.fields import DATE_FORM, WIKIDATA_FORM
from quotes.api.permissions import READING
from quotes.api.problems import FieldError, Problem
from quotes.api.serializers import Shown, SpeakerNameSerializer, SpeakerSerializer, etag
from quotes.api.views import RecordView, SpeakerDetail, SpeakerList
from quotes.models import Speaker, SpeakerName

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
            *("withdrawn", "created_at", "updated_at"),
        }
    )


class SpeakerChange(Body):
    """What to change; what is left out stays."""

    name = Text(required=False, max_length=300, help_text="As lists show it; kept as a name too.")
    kind = serializers.ChoiceField(choices=Speaker.Kind.choices, required=False)
    description = Text(
        required=False, allow_blank=True, max_length=500, help_text="Who that is, in a few words."
    )
    wikidata_id = Text(
        required=False,
        allow_null=True,
        max_length=20,
        form=WIKIDATA_FORM,
        help_text="As in `Q42`, or null. The engine never sets it.",
    )

    shown = frozenset(
        {
            *("id", "collection", "names", "merged_into", "withdrawn", "origin", "version"),
            "created_at",
        }
    )


class NameBody(Body):
    """One name, and when it holds."""

    text = Text(max_length=300, help_text="As texts write it.")
    kind = serializers.ChoiceField(choices=SpeakerName.Kind.choices, default="name")
    valid_from = Text(
        required=False, allow_null=True, form=DATE_FORM, help_text="The first day, or null."
    )
    valid_to = Text(
        required=False, allow_null=True, form=DATE_FORM, help_text="The last day, or null."
    )
    place = Text(
        required=False,
        allow_blank=True,
        default="",
        max_length=200,
        help_text="The place or organisation of a title.",
    )

    shown = frozenset({"origin", "norm"})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("valid_from", "valid_to"):
            try:
                attrs[name] = dt.date.fromisoformat(attrs[name]) if attrs.get(name) else None
            except ValueError:
                raise serializers.ValidationError({name: ["There is no such day."]}) from None
        return attrs


class NameGoneBody(Body):
    """Which name: as it stands there."""

    text = Text(max_length=300, help_text="As it stands there.")
    kind = serializers.ChoiceField(choices=SpeakerName.Kind.choices, default="name")
    place = Text(
        required=False, allow_blank=True, default="", max_length=200, help_text="Of a title."
    )


class SplitBody(Body):
    """Who speaks instead, and where."""

    name = Text(max_length=300, help_text="Of the new speaker.")
    articles = serializers.ListField(
        child=id_field("Id of an article in which the other one speaks."),
        min_length=1,
        max_length=1000,
        help_text="In which articles it is the other one.",
    )
    names = serializers.ListField(
        child=Text(max_length=300),
        required=False,
        max_length=100,
        help_text="Which of the names, as written, are the other one's.",
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
        collection = collection_named(user, said["collection"])
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
    request=SplitBody,
    parameters=[IF_MATCH, IDEMPOTENCY_KEY],
    responses={201: OpenApiResponse(SpeakerSerializer, description="The new speaker.")},
)
class SpeakerSplit(_OnSpeaker):
    """Say that in some articles somebody else speaks; the answer is that new speaker."""

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        body = SplitBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        child = split_speaker(
            public_id=public_id,
            version=version,
            user=cast("User", request.user),
            name=said["name"],
            articles=[uuid.UUID(article) for article in said["articles"]],
            names=said.get("names", ()),
        )
        address = reverse("api:speaker_detail", args=[child.public_id])
        headers = {"Location": address, "ETag": etag(child)}
        return Response(show(child), status=201, headers=headers)


class SpeakerInFull(SpeakerDetail):
    __doc__ = SpeakerDetail.__doc__

    scopes = {**READING, "PATCH": "annotate"}

    @extend_schema(request=SpeakerChange, parameters=[IF_MATCH], responses=SpeakerSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change a speaker: name, kind, description, Wikidata id; all of it or nothing."""
        version = version_of(request, public_id)
        body = SpeakerChange(data=request.data)
        body.is_valid(raise_exception=True)
        if not body.validated_data:
            said = "Say what to change."
            raise Problem("invalid-body", said, errors=[FieldError("", "nothing-to-change", said)])
        user, changes = cast("User", request.user), body.validated_data
        speaker = change_speaker(public_id=public_id, version=version, user=user, changes=changes)
        return Response(show(speaker), headers={"ETag": etag(speaker)})

    def show_current(self, row: Speaker) -> Any:
        return show(row)


class Names(Shown):
    results = SpeakerNameSerializer(many=True)


class SpeakerNames(_OnSpeaker):
    """The ways in which texts name the speaker, with the days on which each holds."""

    scopes = {**READING, "POST": "annotate"}

    @extend_schema(responses=Names)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        readable = Speaker.objects.readable_by(request.user).filter(public_id=public_id)
        speaker = reading.speaker_rows(readable).first()
        if speaker is None:
            raise NotVisible
        return Response(Names({"results": speaker.known_as}).data)  # type: ignore[attr-defined] # annotated

    @extend_schema(
        request=NameBody, parameters=[IF_MATCH, IDEMPOTENCY_KEY], responses=SpeakerSerializer
    )
    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Say that texts call the speaker so too."""
        version = version_of(request, public_id)
        body = NameBody(data=request.data)
        body.is_valid(raise_exception=True)
        user = cast("User", request.user)
        speaker = add_speaker_name(
            public_id=public_id, version=version, user=user, **body.validated_data
        )
        return Response(show(speaker), headers={"ETag": etag(speaker)})


@extend_schema(
    methods=["POST"],
    request=NameGoneBody,
    parameters=[IF_MATCH, IDEMPOTENCY_KEY],
    responses=SpeakerSerializer,
)
class SpeakerNameRemove(_OnSpeaker):
    """Say that texts do not call the speaker so. The last name stays."""

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        body = NameGoneBody(data=request.data)
        body.is_valid(raise_exception=True)
        user = cast("User", request.user)
        speaker = remove_speaker_name(
            public_id=public_id, version=version, user=user, **body.validated_data
        )
        return Response(show(speaker), headers={"ETag": etag(speaker)})


@extend_schema(
    methods=["POST"],
    request=None,
    parameters=[IF_MATCH, IDEMPOTENCY_KEY],
    responses=SpeakerSerializer,
)
class SpeakerUndo(_OnSpeaker):
    """Take back the change, merge or split that made this speaker's version."""

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
        edit = Edit.objects.of_object(public_id).filter(version=version).first()
        undo = undo_speaker_change if edit and edit.action in CHANGES else undo_speaker_edit
        try:
            speaker = undo(public_id=public_id, version=version, user=user)
        except NotVisible:
            raise NotAllowedNow("Nobody changed, merged or split this speaker last.") from None
        return Response(show(speaker), headers={"ETag": etag(speaker)})
