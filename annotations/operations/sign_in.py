"""One-time links that sign a person in: for the first start, never stored in clear."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import secrets
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from annotations.models import SignInLink
from annotations.refusals import NotVisible
from quotes.models import Collection, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LINK_LIFETIME = dt.timedelta(hours=24)
FIRST_USER = "editor"


def make_sign_in_link(*, base_url: str, user: User | None = None) -> str:
    """A link that signs ``user`` in once within a day; by default the first person.

    The first person manages the first collection and has no password.
    """
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user or first_person(),
        digest=_digest(secret),
        expires_at=timezone.now() + LINK_LIFETIME,
    )
    return base_url.rstrip("/") + reverse("annotations:sign_in_by_link", args=[secret])


@transaction.atomic
def first_person() -> User:
    """Whoever set the server up; made at the first start. Never somebody else's account."""
    users = get_user_model().objects
    user = users.filter(is_active=True, is_superuser=True).order_by("pk").first()
    numbered = (f"{FIRST_USER}-{number}" for number in itertools.count(2))
    names = itertools.chain([FIRST_USER], numbered)
    while user is None:
        found, made = users.get_or_create(username=next(names), defaults={"is_superuser": True})
        if made:
            found.set_unusable_password()
            found.save(update_fields=("password",))
        if found.is_active and found.is_superuser:
            user = found
    collection = Collection.objects.order_by("pk").first()
    if collection is not None:
        Membership.objects.get_or_create(
            user=user, collection=collection, defaults={"role": Membership.Role.MANAGER}
        )
    return user


@transaction.atomic
def use_sign_in_link(*, secret: str) -> User:
    """The person whom the link signs in; the link is then spent.

    Raises ``NotVisible`` for a link that is unknown, spent or expired, or whose person left.
    """
    link = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(
            digest=_digest(secret),
            used_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )
    if link is None:
        raise NotVisible("This link was used already, or is too old. Ask for a new one.")
    link.used_at = timezone.now()
    link.save(update_fields=("used_at",))
    return link.user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
