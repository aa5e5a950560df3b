"""People's work on the record: decisions, ways in, and what leaves the house."""

from __future__ import annotations

from annotations.models.access import (
    ApiToken,
    IdempotencyRecord,
    Invitation,
    SignInLink,
    TokenState,
)
from annotations.models.coding import (
    Agreement,
    Assignment,
    AssignmentState,
    Coding,
    Purpose,
)
from annotations.models.history import Edit, EditQuerySet, ObjectKind, Presence
from annotations.models.telling import (
    DeliveryState,
    Snapshot,
    SnapshotState,
    Webhook,
    WebhookDelivery,
)

__all__ = [
    "Agreement",
    "ApiToken",
    "Assignment",
    "AssignmentState",
    "Coding",
    "DeliveryState",
    "Edit",
    "EditQuerySet",
    "IdempotencyRecord",
    "Invitation",
    "ObjectKind",
    "Presence",
    "Purpose",
    "SignInLink",
    "Snapshot",
    "SnapshotState",
    "TokenState",
    "Webhook",
    "WebhookDelivery",
]
