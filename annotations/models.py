"""People's work on the record: the history of decisions, tokens, and one-time sign-in links."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from quotes.models import Article, Collection
from quotes.models.base import PublicRecord, one_of
from quotes.models.collection import MembershipRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EditQuerySet(models.QuerySet["Edit"]):
    def by_person(self, user: User) -> Self:
        return self.filter(actor=user)

    def of_object(self, public_id: uuid.UUID) -> Self:
        return self.filter(object_id=public_id)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_display(self) -> Self:
        return self.select_related("actor", "article", "undoes", "undone_by")


class ObjectKind(models.TextChoices):
    QUOTE = "quote", "Quote"
    CORRECTION = "correction", "Correction"
    SPEAKER = "speaker", "Speaker"
    ARTICLE = "article", "Article"
    SAME_WORDS = "same_words", "Same words"


class Edit(models.Model):
    """One decision of one person. Append-only: the database refuses to change or delete a row.

    ``before`` and ``after`` hold what the action could change (see ``annotations.history``);
    ``before`` is null where the action made the object. ``version`` is the object's version after
    the action. A bulk action shares one ``batch``. An undo is an edit that ``undoes`` another; a
    redo is an undo of an undo.
    """

    ObjectKind = ObjectKind

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="edits"
    )
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=60)
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="edits"
    )
    object_kind = models.CharField(max_length=20, choices=ObjectKind)
    object_id = models.UUIDField()
    version = models.PositiveIntegerField()
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    batch = models.UUIDField(default=uuid.uuid4)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    is_undo = models.BooleanField(default=False)
    """True for an undo, false for an action and for a redo."""
    request_id = models.CharField(max_length=64, blank=True)
    milliseconds = models.PositiveBigIntegerField(null=True, blank=True)
    """Since the person's previous decision."""

    objects = EditQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("object_kind", ObjectKind, name="edit_object_kind_known"),
            models.UniqueConstraint(
                fields=("object_id", "version"),
                name="edit_once_per_version",
                violation_error_message="This version already has its history row.",
            ),
        )
        indexes = (
            models.Index(fields=("actor", "-id"), name="edit_of_person"),
            models.Index(fields=("article", "-id"), name="edit_of_article"),
            models.Index(fields=("batch",), name="edit_batch"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"


class Presence(models.Model):
    """Who had an article open last, and when: its page asks every few seconds."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-seen_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("article", "user"),
                name="presence_once_per_person",
                violation_error_message="This person is in the article already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.article_id}"


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


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def done(self) -> Self:
        return self.filter(state=Snapshot.State.DONE)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class SnapshotState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Being made"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Snapshot(PublicRecord):
    """All tables of one state of a collection, kept as a numbered zip that can be cited.

    ``filters`` and ``options`` are what it was asked for; ``counts`` and ``checksums`` name its
    tables. A file is there only when the state is ``done``, and its hash is in ``sha256``.
    """

    State = SnapshotState

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=SnapshotState, default=SnapshotState.QUEUED)
    filters = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    checksums = models.JSONField(default=dict, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    software = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("state", SnapshotState, name="snapshot_state_known"),
            models.UniqueConstraint(
                fields=("collection", "number"),
                name="snapshot_number_once",
                violation_error_message="This number is taken.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(sha256=""),
                name="snapshot_done_has_its_sum",
                violation_error_message="A snapshot that is done has a file and its sum.",
            ),
        )

    def __str__(self) -> str:
        return f"Snapshot {self.number} of {self.collection_id}"

    @property
    def file_name(self) -> str:
        return f"{self.collection.slug}-{self.number:04d}.zip"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def kept(self) -> Self:
        """Without those that were taken away."""
        return self.filter(ended_at=None)

    def called(self) -> Self:
        return self.kept().filter(active=True)


class Webhook(PublicRecord):
    """An address outside that is told what people do in a collection.

    The secret that signs is not stored: it is made from ``nonce`` and the server's secret key,
    whose fingerprint is in ``signed_with``.
    """

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=100)
    address = models.URLField(max_length=2000)
    events = ArrayField(models.CharField(max_length=20, choices=ObjectKind))
    active = models.BooleanField(default=True)
    nonce = models.CharField(max_length=64)
    signed_with = models.CharField(max_length=16)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name}: {self.address}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(PublicRecord):
    """One message to one webhook, and how it went. Kept for a month."""

    State = DeliveryState

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    answered = models.PositiveIntegerField(null=True, blank=True)
    """The status of the last answer."""
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (one_of("state", DeliveryState, name="webhook_delivery_state_known"),)
        indexes = (
            models.Index(fields=("webhook", "-created_at", "-id"), name="webhook_log"),
            models.Index(fields=("created_at",), name="webhook_oldest"),
        )

    def __str__(self) -> str:
        return f"{self.event}: {self.state}"
