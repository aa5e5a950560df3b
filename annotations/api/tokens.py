"""A person's tokens: list them, make one, end one."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.models import ApiToken, TokenState
from annotations.operations.tokens import make_token, revoke_token
from quotes.api.fields import TIME_FORM
from quotes.api.pagination import Order
from quotes.api.serializers import Shown, shown_id
from quotes.api.views import ListView, RecordView

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LATEST_FIRST = Order("created_at", descending=True, read=dt.datetime.fromisoformat)


class TokenSerializer(Shown):
    id = shown_id()
    name = serializers.CharField()
    begins = serializers.CharField(source="prefix", help_text="What stands after `onr_`.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))
    state = serializers.ChoiceField(choices=TokenState.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(
        allow_null=True, help_text="Noted at most once a minute."
    )
    last_used_from = serializers.CharField(allow_null=True, help_text="The address it came from.")
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewToken(TokenSerializer):
    token = serializers.CharField(help_text="Shown this once; only its hash is kept.")


class TokenBody(Body):
    """What the token is for, and what it may do."""

    name = Text(max_length=100, help_text="What it is for.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices),
        min_length=1,
        max_length=10,
        help_text="What it may do; of a token that asks, no more than that one may.",
    )
    expires_at = Text(
        required=False,
        allow_null=True,
        form=TIME_FORM,
        help_text="When it ends, as in `2031-05-04T08:30:00Z`; null for until it is revoked.",
    )

    shown = frozenset(
        {*("id", "token", "begins", "state", "created_at", "last_used_at"), "revoked_at"}
    )

    def validate_expires_at(self, value: str | None) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(value).astimezone(dt.UTC) if value else None
        except (ValueError, OverflowError):
            raise serializers.ValidationError("There is no such time.") from None


class Tokens(ListView):
    """Your own tokens, the latest first; those that ended too. Never the tokens themselves."""

    scopes = {"GET": "manage", "HEAD": "manage", "POST": "manage"}
    serializer_class = TokenSerializer
    queryset = ApiToken.objects.none()
    belongs = Q(user=OuterRef("pk"))
    order = LATEST_FIRST

    @staticmethod
    def rows(rows: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
        return rows.defer("digest")

    def owners(self) -> QuerySet[Any]:
        return get_user_model().objects.filter(pk=self.request.user.pk)

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.of_person(cast("User", self.request.user))

    @extend_schema(
        request=TokenBody, responses={201: OpenApiResponse(NewToken, description="Made.")}
    )
    def post(self, request: Request) -> Response:
        """Make a token for yourself. It is shown in this answer and never again.

        Takes no `Idempotency-Key`: an answer that is kept would keep the token.
        """
        body = TokenBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        row, plain = make_token(
            user=cast("User", request.user),
            name=said["name"],
            scopes=said["scopes"],
            expires_at=said.get("expires_at"),
            within=cast("ApiToken | None", request.auth),
        )
        shown = {**TokenSerializer(row).data, "token": plain}
        address = reverse("api:token_detail", args=[row.public_id])
        headers = {"Location": address, "Cache-Control": "no-store"}
        return Response(shown, status=201, headers=headers)


class TokenDetail(RecordView):
    """End a token: from the next request on it opens nothing."""

    scopes = {"DELETE": "manage"}
    serializer_class = TokenSerializer
    queryset = ApiToken.objects.none()

    @extend_schema(responses={200: TokenSerializer})
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """End a token. Its row stays, so that you see when it ended; ending it again is fine."""
        row = revoke_token(user=cast("User", request.user), public_id=public_id)
        return Response(self.get_serializer(row).data)
