"""Who belongs to which collection, as the pages show it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Invitation
from annotations.permissions import PERMISSIONS, Role, require
from annotations.refusals import NotVisible
from quotes.models import Collection, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def managed_collection(user: User, public_id: uuid.UUID) -> Collection:
    """A collection whose people this person may see and change."""
    collection = Collection.objects.filter(public_id=public_id).first()
    if collection is None:
        raise NotVisible
    require(user, "manage_members", collection.pk)
    return collection


def collections_of(user: User) -> list[tuple[Collection, str, bool]]:
    """Each collection that the person sees, their role, and whether they manage its people."""
    roles = dict(Membership.objects.filter(user=user).values_list("collection_id", "role"))
    own = Role.MANAGER if user.is_superuser else None
    found = [(row, own or Role(roles[row.pk])) for row in Collection.objects.readable_by(user)]
    return [(row, role.label, role in PERMISSIONS["manage_members"]) for row, role in found]


def members_of(collection: Collection) -> QuerySet[Membership]:
    """By name; those who may not sign in are among them."""
    names = (f"user__{get_user_model().USERNAME_FIELD}", "pk")
    return collection.memberships.select_related("user").order_by(*names)


def open_invitations(collection: Collection) -> QuerySet[Invitation]:
    """Invitations that still work."""
    return (
        collection.invitations.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())
        .select_related("invited_by")
        .order_by("expires_at", "pk")
    )
