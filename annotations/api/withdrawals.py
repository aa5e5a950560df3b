"""Withdrawing for legal or privacy reasons, and putting back: managers only."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api import corrections, quotes, speakers
from annotations.api.bodies import Body, Text
from annotations.api.decisions import IF_MATCH, NoBody, version_of
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.api.tokens import LATEST_FIRST
from annotations.operations.putting_back import put_back
from annotations.operations.withdrawing import withdraw
from annotations.selectors import withdrawing_collections
from quotes.api.fields import ChoiceFilter
from quotes.api.filters import Filters
from quotes.api.serializers import Shown, shown_id
from quotes.api.views import ListView, RecordView
from quotes.models import Correction, Quote, Speaker, Withdrawal
from quotes.models.withdrawal import WithdrawalKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class WithdrawalSerializer(Shown):
    # Without the label: a name that was withdrawn is shown on the managers' page and nowhere else.

    id = shown_id()
    collection = shown_id(source="collection.public_id")
    kind = serializers.ChoiceField(choices=WithdrawalKind.choices, help_text="What was withdrawn.")
    object = shown_id(source="object_id", text="Its id.")
    reason = serializers.CharField(help_text="Why, for managers.")
    n_quotes = serializers.IntegerField(help_text="Quotes that went with it.")
    n_corrections = serializers.IntegerField(help_text="Corrections that went with it.")
    made_by = serializers.CharField(source="made_by.username")
    created_at = serializers.DateTimeField()
    ended_by = serializers.CharField(source="ended_by.username", allow_null=True)
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was put back; null while it is withdrawn."
    )


class WithdrawBody(Body):
    """Why it goes."""

    reason = Text(max_length=2000, help_text="Managers read it, nobody else does.")


class WithdrawalFilters(Filters):
    kind = ChoiceFilter("kind", choices=WithdrawalKind.choices, help_text="What was withdrawn.")


class Withdrawals(ListView):
    """What was withdrawn in the collections that you manage, the latest first."""

    scopes = {"GET": "manage", "HEAD": "manage"}
    serializer_class = WithdrawalSerializer
    filterset_class = WithdrawalFilters
    queryset = Withdrawal.objects.none()
    order = LATEST_FIRST

    @staticmethod
    def rows(rows: QuerySet[Withdrawal]) -> QuerySet[Withdrawal]:
        return rows.select_related("collection", "made_by", "ended_by").defer("label", "kept")

    def owners(self) -> QuerySet[Any]:
        return withdrawing_collections(cast("User", self.request.user))

    def get_queryset(self) -> QuerySet[Withdrawal]:
        return Withdrawal.objects.all()


class WithdrawalPutBack(RecordView):
    """Put all that went with it back on the record. Asking again changes nothing."""

    scopes = {"POST": "manage"}
    serializer_class = WithdrawalSerializer
    queryset = Withdrawal.objects.none()

    @extend_schema(request=None, parameters=[IDEMPOTENCY_KEY])
    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        NoBody(data=request.data).is_valid(raise_exception=True)
        act = put_back(public_id=public_id, user=cast("User", request.user))
        return Response(self.get_serializer(act).data)


class _Withdraw(RecordView):
    scopes = {"POST": "manage"}
    serializer_class = WithdrawalSerializer
    queryset = Withdrawal.objects.none()
    kind: ClassVar[WithdrawalKind]

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        body = WithdrawBody(data=request.data)
        body.is_valid(raise_exception=True)
        user = cast("User", request.user)
        act = withdraw(
            kind=self.kind, public_id=public_id, version=version, user=user, **body.validated_data
        )
        return Response(self.get_serializer(act).data)


_described = extend_schema(
    methods=["POST"], request=WithdrawBody, parameters=[IF_MATCH, IDEMPOTENCY_KEY]
)


@_described
class QuoteWithdraw(_Withdraw):
    """Take a quote off the record, with quotes inside of it and corrections that repeat it."""

    kind = WithdrawalKind.QUOTE

    def show_current(self, row: Quote) -> Any:
        return quotes.show(row)


@_described
class CorrectionWithdraw(_Withdraw):
    """Take a correction off the record, with those that retell it."""

    kind = WithdrawalKind.CORRECTION

    def show_current(self, row: Correction) -> Any:
        return corrections.show(row)


@_described
class SpeakerWithdraw(_Withdraw):
    """Take a speaker off the record, with all names, what they said and what they corrected."""

    kind = WithdrawalKind.SPEAKER

    def show_current(self, row: Speaker) -> Any:
        return speakers.show(row)
