"""Writing corrections: add one that the engine missed, change one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.api.decisions import IF_MATCH, version_of
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.api.spans import MAX_PARTS, Selecting, SpanBody, as_id, id_field
from annotations.operations import correction_remarks, corrections
from quotes.api import reading
from quotes.api.offsets import CODE_POINTS, Offsets
from quotes.api.permissions import READING
from quotes.api.problems import FieldError, Problem
from quotes.api.serializers import CorrectionSerializer, etag
from quotes.api.views import OFFSET_UNIT, CorrectionDetail, CorrectionList
from quotes.models import Correction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN: Final = frozenset(
    {
        *("id", "collection", "published_on", "start", "end", "exact", "cue", "status", "origin"),
        *("engine_version", "rule", "reason", "confidence", "changed_fields", "decided_by"),
        *("decided_at", "version", "created_at", "updated_at", "topic", "occasion"),
    }
)


def _quotes(text: str) -> serializers.ListField:
    return serializers.ListField(
        child=id_field("Id of a quote of the article."),
        required=False,
        max_length=MAX_PARTS,
        help_text=text,
    )


class CorrectionBody(Body):
    """A correction that the engine missed. It is confirmed from the start."""

    article = id_field("Id of the article.")
    evidence = SpanBody(help_text="Where the article tells of it.")
    corrector = id_field("Id of who corrects.")
    corrected = id_field("Id of who is corrected.", required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=Correction.Kind.choices, default="contradiction")
    explicitness = serializers.ChoiceField(choices=Correction.Explicitness.choices, default="verb")
    claims = _quotes("Quotes of who is corrected that hold the claim.")
    retorts = _quotes("Quotes of the corrector that hold the retort.")

    shown = SHOWN | {"note", "flagged", "retells", "same_point_as", "quotes"}


class CorrectionChange(Body):
    """What to change; what is left out stays. None of it decides the correction."""

    kind = serializers.ChoiceField(choices=Correction.Kind.choices, required=False)
    corrector = id_field("Id of who corrects; give `corrected` with it.", required=False)
    corrected = id_field(
        "Id of who is corrected, or null; give `corrector` with it.",
        required=False,
        allow_null=True,
    )
    claims = _quotes("All quotes with the claim anew; give `retorts` with it.")
    retorts = _quotes("All quotes with the retort anew; give `claims` with it.")
    retells = id_field("The same event told earlier.", required=False, allow_null=True)
    same_point_as = id_field("Another occasion.", required=False, allow_null=True)
    note = Text(required=False, allow_blank=True, max_length=5000, help_text="For colleagues.")
    flagged = serializers.BooleanField(required=False, help_text="Asks for a second pair of eyes.")

    shown = SHOWN | {"article", "evidence", "explicitness", "quotes"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for one, other in (("corrector", "corrected"), ("claims", "retorts")):
            if (one in attrs) is not (other in attrs):
                missing = other if one in attrs else one
                raise serializers.ValidationError({missing: ["The other side belongs to it."]})
        return attrs


def show(correction: Correction, unit: str = CODE_POINTS) -> dict[str, Any]:
    """The correction as reading it gives it."""
    row = reading.correction_rows(Correction.objects.all()).get(pk=correction.pk)
    if unit != CODE_POINTS:
        Offsets.of_articles(unit, [row.article_id]).shift_corrections([row])
    shown: dict[str, Any] = CorrectionSerializer(row).data
    return shown


class Corrections(CorrectionList):
    __doc__ = CorrectionList.__doc__

    scopes = {**READING, "POST": "annotate"}
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(
        request=CorrectionBody,
        parameters=[OFFSET_UNIT, IDEMPOTENCY_KEY],
        responses={201: OpenApiResponse(CorrectionSerializer, description="Added, confirmed.")},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Add a correction that the engine missed."""
        body = CorrectionBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        user, unit = cast("User", request.user), self.unit()
        article = uuid.UUID(said["article"])
        select = Selecting(unit, user=user, public_id=article)
        correction = corrections.add_correction(
            article_id=article,
            user=user,
            evidence=select.selection(said["evidence"], "evidence"),
            corrector_id=uuid.UUID(said["corrector"]),
            corrected_id=as_id(said.get("corrected")),
            kind=said["kind"],
            explicitness=said["explicitness"],
            corrected=[uuid.UUID(quote) for quote in said.get("claims", ())],
            correcting=[uuid.UUID(quote) for quote in said.get("retorts", ())],
        )
        address = reverse("api:correction_detail", args=[correction.public_id])
        headers = {"Location": address, "ETag": etag(correction, unit)}
        return Response(show(correction, unit), status=201, headers=headers)


class CorrectionInFull(CorrectionDetail):
    __doc__ = CorrectionDetail.__doc__

    scopes = {**READING, "PATCH": "annotate"}
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(
        request=CorrectionChange, parameters=[OFFSET_UNIT, IF_MATCH], responses=CorrectionSerializer
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change a correction: kind, people, quotes, what it retells, note, flag; all or nothing.

        Each change is an action of its own in the history, so that the version may grow by more
        than one.
        """
        version = version_of(request, public_id)
        body = CorrectionChange(data=request.data)
        body.is_valid(raise_exception=True)
        unit = self.unit()
        correction = _change(public_id, version, cast("User", request.user), body.validated_data)
        return Response(show(correction, unit), headers={"ETag": etag(correction, unit)})

    def show_current(self, row: Correction) -> Any:
        return show(row, self.unit())


@transaction.atomic
def _change(public_id: uuid.UUID, version: int, user: User, said: Mapping[str, Any]) -> Correction:
    steps: list[tuple[Callable[..., Correction], dict[str, Any]]] = []
    if "kind" in said:
        steps.append((corrections.set_correction_kind, {"kind": said["kind"]}))
    if "corrector" in said:
        people = {
            "corrector_id": uuid.UUID(said["corrector"]),
            "corrected_id": as_id(said["corrected"]),
        }
        steps.append((corrections.set_correction_people, people))
    if "claims" in said:
        sides = {
            "corrected": [uuid.UUID(quote) for quote in said["claims"]],
            "correcting": [uuid.UUID(quote) for quote in said["retorts"]],
        }
        steps.append((corrections.set_correction_quotes, sides))
    if "retells" in said:
        other = {"other_id": as_id(said["retells"])}
        steps.append((corrections.set_correction_retells, other))
    if "same_point_as" in said:
        other = {"other_id": as_id(said["same_point_as"])}
        steps.append((corrections.set_correction_same_point, other))
    if "note" in said:
        steps.append((correction_remarks.set_correction_note, {"note": said["note"]}))
    if "flagged" in said:
        steps.append((correction_remarks.flag_correction, {"flagged": said["flagged"]}))
    if not steps:
        raise Problem(
            "invalid-body",
            "Say what to change.",
            errors=[FieldError("", "nothing-to-change", "Say what to change.")],
        )
    for act, what in steps:
        correction = act(public_id=public_id, version=version, user=user, **what)
        version = correction.version
    return correction
