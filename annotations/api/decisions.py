"""Deciding: each action on a quote or a correction, with the version that the client saw."""

from __future__ import annotations

import re
import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.operations import corrections, quotes
from annotations.operations.undoing import undo_own
from quotes.api import reading
from quotes.api.fields import UUID_FORM
from quotes.api.offsets import CODE_POINTS, Offsets
from quotes.api.problems import Problem
from quotes.api.serializers import CorrectionSerializer, StatementSerializer, etag
from quotes.api.views import OFFSET_UNIT, RecordView
from quotes.models import Correction, Quote
from quotes.models.quote import QuoteKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TAG_FORM: Final = re.compile(r'"([0-9a-f-]{36})\.([1-9][0-9]{0,8})(?:\.utf16)?"', re.ASCII)
ANOTHERS: Final = -1
"""A version that no object has: the tag given is one of another object."""

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description='The `ETag` of the object that you looked at: `"{id}.{version}"`.',
)

TAKEN: Final = (OFFSET_UNIT, IF_MATCH, IDEMPOTENCY_KEY)
"""What every action takes beside its body."""


class NoBody(Body):
    """An action that needs nothing to be said."""


class ReasonBody(Body):
    reason = Text(
        required=False, allow_blank=True, default="", max_length=5000, help_text="Kept as the note."
    )


class SpeakerBody(Body):
    speaker = Text(form=UUID_FORM, help_text="Id of a speaker of the same collection.")


class KindBody(Body):
    kind = serializers.ChoiceField(choices=QuoteKind.choices)


class Action(RecordView, ABC):
    """One decision. The answer is the object as it is then, with its new ``ETag``.

    Sending the same decision again with the same `If-Match` changes nothing and answers alike.
    """

    scopes = {"POST": "annotate"}
    written_parameters = frozenset({"offset_unit"})
    body: ClassVar[type[Body]] = NoBody

    @abstractmethod
    def act(self, *, public_id: uuid.UUID, version: int, user: User, **said: Any) -> Model:
        """Do it: call the operation."""

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """The rows as reading shows them."""

    @abstractmethod
    def shift(self, row: Any, offsets: Offsets) -> None:
        """Put the row's offsets into the client's unit."""

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        user, unit = cast("User", request.user), self.unit()
        row = self.act(public_id=public_id, version=version, user=user, **body.validated_data)
        return Response(self.show_current(row), headers={"ETag": etag(row, unit)})

    def show_current(self, row: Model) -> Any:
        """The object as reading it gives it; also shown to who came with an older version."""
        shown, unit = self.rows().get(pk=row.pk), self.unit()
        if unit != CODE_POINTS:
            self.shift(shown, Offsets.of_articles(unit, [shown.article_id]))
        return self.get_serializer(shown).data


def version_of(request: Request, public_id: uuid.UUID) -> int:
    """The version in ``If-Match``; an operation refuses one that is not the present one."""
    tag = TAG_FORM.fullmatch(request.headers.get("If-Match", "").strip())
    if tag is None:
        raise Problem("version-required")
    return int(tag[2]) if tag[1] == str(public_id) else ANOTHERS


class QuoteAction(Action):
    serializer_class = StatementSerializer
    queryset = Quote.objects.none()

    def rows(self) -> QuerySet[Quote]:
        return reading.statement_rows(Quote.objects.all())

    def shift(self, row: Quote, offsets: Offsets) -> None:
        offsets.shift_quotes([row])


class CorrectionAction(Action):
    serializer_class = CorrectionSerializer
    queryset = Correction.objects.none()

    def rows(self) -> QuerySet[Correction]:
        return reading.correction_rows(Correction.objects.all())

    def shift(self, row: Correction, offsets: Offsets) -> None:
        offsets.shift_corrections([row])


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class QuoteConfirm(QuoteAction):
    """Accept a suggested quote as it stands."""

    def act(self, **said: Any) -> Quote:
        return quotes.confirm_quote(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=ReasonBody)
class QuoteReject(QuoteAction):
    """Say that this is not a quote. The engine never suggests it again."""

    body = ReasonBody

    def act(self, **said: Any) -> Quote:
        return quotes.reject_quote(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class QuoteReopen(QuoteAction):
    """Make a decided quote a suggestion again."""

    def act(self, **said: Any) -> Quote:
        return quotes.reopen_quote(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=SpeakerBody)
class QuoteSpeaker(QuoteAction):
    """Say who said it, and accept the quote."""

    body = SpeakerBody

    def act(self, *, speaker: str, **said: Any) -> Quote:
        return quotes.set_speaker(speaker_id=uuid.UUID(speaker), **said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=KindBody)
class QuoteKindOf(QuoteAction):
    """Say whether the quote is direct, mixed or indirect. Does not decide it."""

    body = KindBody

    def act(self, **said: Any) -> Quote:
        return quotes.set_kind(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class CorrectionConfirm(CorrectionAction):
    """Accept a suggested correction as it stands."""

    def act(self, **said: Any) -> Correction:
        return corrections.confirm_correction(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class CorrectionReject(CorrectionAction):
    """Say that nobody corrects anybody here. The engine never suggests it again."""

    def act(self, **said: Any) -> Correction:
        return corrections.reject_correction(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class CorrectionReopen(CorrectionAction):
    """Make a decided correction a suggestion again."""

    def act(self, **said: Any) -> Correction:
        return corrections.reopen_correction(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class CorrectionSwap(CorrectionAction):
    """Turn it round: who corrects becomes who is corrected."""

    def act(self, **said: Any) -> Correction:
        return corrections.swap_correction(**said)


UNDO = """Take back your own last decision on it, which nobody changed since."""


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class QuoteUndo(QuoteAction):
    __doc__ = UNDO

    def act(self, **said: Any) -> Model:
        return undo_own(**said)


@extend_schema(methods=["POST"], parameters=[*TAKEN], request=None)
class CorrectionUndo(CorrectionAction):
    __doc__ = UNDO

    def act(self, **said: Any) -> Model:
        return undo_own(**said)
