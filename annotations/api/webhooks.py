"""Webhooks: who is told, a new secret, a trial, and how each message went."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

import django_filters
from django.db.models import OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.api.decisions import IF_MATCH, NoBody, version_of
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.api.spans import id_field
from annotations.api.tokens import LATEST_FIRST
from annotations.api.views import collection_named
from annotations.models import DeliveryState, ObjectKind, Webhook, WebhookDelivery
from annotations.operations.webhooks import (
    add_webhook,
    change_webhook,
    remove_webhook,
    renew_secret,
    try_webhook,
)
from annotations.selectors import managed_webhooks, webhook_collections
from quotes.api.fields import ChoiceFilter
from quotes.api.serializers import Shown, etag, shown_id
from quotes.api.views import DetailView, ListView, RecordView

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READING = {"GET": "manage", "HEAD": "manage"}


class WebhookSerializer(Shown):
    id = shown_id()
    collection = shown_id(source="collection.public_id")
    name = serializers.CharField()
    address = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=ObjectKind.choices))
    active = serializers.BooleanField(help_text="Off: it is told nothing.")
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class WebhookWithSecret(WebhookSerializer):
    secret = serializers.CharField(help_text="Signs each message. Shown this once.")


class DeliverySerializer(Shown):
    id = shown_id()
    event = serializers.CharField(help_text="As in `quote.confirmed`, or `test`.")
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried again.")
    answered = serializers.IntegerField(allow_null=True, help_text="Status of the last answer.")
    error = serializers.CharField(help_text="Why it did not arrive, in words.")
    milliseconds = serializers.IntegerField(allow_null=True)
    payload = serializers.JSONField(help_text="What was told.")  # type: ignore[assignment] # a field
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def _events(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=ObjectKind.choices),
        min_length=1,
        max_length=10,
        help_text="Kinds of objects: it is told of whatever people do to these.",
        **options,
    )


SHOWN = frozenset({"id", "version", "created_at", "updated_at", "secret"})


class WebhookBody(Body):
    """Who is told of what."""

    collection = id_field("Id of the collection.")
    name = Text(max_length=100, help_text="What it is for.")
    address = Text(max_length=2000, help_text="http or https, on a public server.")
    events = _events()

    shown = SHOWN | {"active"}


class WebhookChange(Body):
    """What to change; what is left out stays."""

    name = Text(required=False, max_length=100, help_text="What it is for.")
    address = Text(required=False, max_length=2000, help_text="http or https, public.")
    events = _events(required=False)
    active = serializers.BooleanField(required=False, help_text="Off: it is told nothing.")

    shown = SHOWN | {"collection"}


class Webhooks(ListView):
    """Webhooks of the collections that you manage, the latest first."""

    scopes = {**READING, "POST": "manage"}
    serializer_class = WebhookSerializer
    queryset = Webhook.objects.none()
    order = LATEST_FIRST

    @staticmethod
    def rows(rows: QuerySet[Webhook]) -> QuerySet[Webhook]:
        return rows.select_related("collection")

    def owners(self) -> QuerySet[Any]:
        return webhook_collections(cast("User", self.request.user))

    def get_queryset(self) -> QuerySet[Webhook]:
        return Webhook.objects.kept()

    @extend_schema(
        request=WebhookBody,
        responses={201: OpenApiResponse(WebhookWithSecret, description="Made.")},
    )
    def post(self, request: Request) -> Response:
        """Have an address told of what people do. Its secret is in this answer and never again.

        Takes no `Idempotency-Key`: an answer that is kept would keep the secret.
        """
        body = WebhookBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        user = cast("User", request.user)
        collection = collection_named(user, said.pop("collection"))
        hook, secret = add_webhook(collection=collection, user=user, **said)
        return with_secret(hook, secret, status=201)


class WebhookDetail(DetailView):
    """One webhook."""

    scopes = {**READING, "PATCH": "manage", "DELETE": "manage"}
    serializer_class = WebhookSerializer
    queryset = Webhook.objects.none()

    def get_queryset(self) -> QuerySet[Webhook]:
        return managed_webhooks(cast("User", self.request.user))

    @extend_schema(request=WebhookChange, parameters=[IF_MATCH], responses=WebhookSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change name, address or events, or turn it on or off."""
        version = version_of(request, public_id)
        body = WebhookChange(data=request.data)
        body.is_valid(raise_exception=True)
        user, changes = cast("User", request.user), body.validated_data
        hook = change_webhook(public_id=public_id, version=version, user=user, changes=changes)
        return Response(self.show_current(hook), headers={"ETag": etag(hook)})

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """Take it away: it is told nothing more."""
        version = version_of(request, public_id)
        remove_webhook(public_id=public_id, version=version, user=cast("User", request.user))
        return Response(status=204)

    def show_current(self, row: Webhook) -> Any:
        return WebhookSerializer(row).data


class WebhookSecret(RecordView):
    """Make a new secret. It is in this answer and never again; the old one signs nothing more."""

    scopes = {"POST": "manage"}
    serializer_class = WebhookWithSecret
    queryset = Webhook.objects.none()

    @extend_schema(request=None, parameters=[IF_MATCH])
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        NoBody(data=request.data).is_valid(raise_exception=True)
        user = cast("User", request.user)
        hook, secret = renew_secret(public_id=public_id, version=version, user=user)
        return with_secret(hook, secret)

    def show_current(self, row: Webhook) -> Any:
        return WebhookSerializer(row).data


class WebhookTest(RecordView):
    """Send a message that means nothing; `deliveries/` says how it went."""

    scopes = {"POST": "manage"}
    serializer_class = DeliverySerializer
    queryset = WebhookDelivery.objects.none()

    @extend_schema(
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: OpenApiResponse(DeliverySerializer, description="A worker sends it.")},
    )
    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        NoBody(data=request.data).is_valid(raise_exception=True)
        row = try_webhook(public_id=public_id, user=cast("User", request.user))
        return Response(self.get_serializer(row).data, status=202)


class DeliveryFilters(django_filters.FilterSet):
    state = ChoiceFilter("state", choices=DeliveryState.choices, help_text="How it went.")


class WebhookDeliveries(ListView):
    """What the webhook was told in the last month, the latest first, and how it went."""

    scopes = READING
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilters
    queryset = WebhookDelivery.objects.none()
    belongs = Q(webhook=OuterRef("pk"))
    order = LATEST_FIRST

    @staticmethod
    def rows(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        return rows

    def owners(self) -> QuerySet[Any]:
        found = managed_webhooks(cast("User", self.request.user))
        return found.filter(public_id=self.kwargs["public_id"])

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return WebhookDelivery.objects.all()

    def refuse_unknown_owner(self) -> None:
        if not self.owners().exists():
            raise Http404


def with_secret(hook: Webhook, secret: str, *, status: int = 200) -> Response:
    """The webhook and its secret, in an answer that nobody on the way may keep."""
    address = reverse("api:webhook_detail", args=[hook.public_id])
    headers = {"Location": address, "ETag": etag(hook), "Cache-Control": "no-store"}
    shown = {**WebhookSerializer(hook).data, "secret": secret}
    return Response(shown, status=status, headers=headers)
