"""Bearer tokens for the API: shown once, kept as a hash, gone at once when revoked."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from annotations.models import ApiToken
from annotations.refusals import Invalid, NotVisible

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PREFIX_LENGTH = 12


def digest_of(secret: str) -> str:
    """What is stored of a token. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: User, name: str, scopes: Sequence[str]) -> tuple[ApiToken, str]:
    """Make a token; the second value is the secret, which nobody can read again."""
    unknown = set(scopes) - set(ApiToken.Scope.values)
    if unknown or not scopes:
        raise Invalid("Choose at least one scope.", field="scopes")
    secret = f"or_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=sorted(scopes),
    )
    return token, secret


@transaction.atomic
def revoke_token(*, public_id: uuid.UUID, user: User) -> ApiToken:
    """End one of one's own tokens. Again is no error."""
    token = (
        ApiToken.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=public_id, user=user)
        .first()
    )
    if token is None:
        raise NotVisible("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=("revoked_at",))
    return token
