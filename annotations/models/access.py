"""How people and programs come in: tokens, one-time links, invitations, repeated requests."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from quotes.models import Collection
from quotes.models.base import one_of
from quotes.models.collection import MembershipRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class TokenState(models.TextChoices):
    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def of_person(self, user: User) -> Self:
        return self.filter(user=user)


class ApiToken(models.Model):
    """A bearer token: shown once, stored as a hash. ``prefix`` finds it, ``digest`` proves it."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        ANNOTATE = "annotate", "Annotate"
        IMPORT = "import", "Import articles"
        EXPORT = "export", "Export"
        MANAGE = "manage", "Manage"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> str:
        """Whether it still opens anything, as far as it depends on the token."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return TokenState.EXPIRED if is_over else TokenState.ACTIVE


class SignInLink(models.Model):
    """A link that signs one person in once, soon. Only its hash is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"Sign-in link of {self.user_id}"


class Invitation(models.Model):
    """A link that makes one person a member of a collection, once, soon. Kept as its hash."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=20, choices=MembershipRole)
    note = models.CharField(max_length=200, blank=True)
    """Whom it is for, in the inviter's words."""
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("role", MembershipRole, name="invitation_role_known"),
            models.CheckConstraint(
                condition=models.Q(used_at=None) | models.Q(used_by__isnull=False),
                name="invitation_used_by_somebody",
                violation_error_message="A used invitation names who used it.",
            ),
        )

    def __str__(self) -> str:
        return f"Invitation to {self.collection_id} as {self.role}"


class IdempotencyRecord(models.Model):
    """The first answer to a request with an ``Idempotency-Key``, given again to its repeats.

    Written in the transaction of what was asked, so there is none of a request still running.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    """Hash of method, path and body: the same key with another body is refused."""
    status_code = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "key"),
                name="idempotency_key_once",
                violation_error_message="This key was already used.",
            ),
        )
        indexes = (models.Index(fields=("created_at",), name="idempotency_oldest"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.status_code}"
