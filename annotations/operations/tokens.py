"""Bearer tokens: made and revoked by their owner, shown once, stored as a hash."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import ipaddress
import secrets
import string
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from annotations.models import ApiToken
from annotations.refusals import Invalid, NotVisible

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MARK: Final = "onr"
"""So that a scanner for leaked secrets can know a token when it sees one."""

USE_NOTED_EVERY: Final = dt.timedelta(minutes=1)

_PREFIX_LETTERS: Final = string.ascii_lowercase + string.digits
_PREFIX_LENGTH: Final = 10


def make_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    expires_at: dt.datetime | None = None,
    within: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for oneself. The second value is the token itself, never to be had again.

    ``within`` is the token that asks for it, if one does: the new one can do no more, and no
    longer, than that one.
    """
    wanted = sorted(set(scopes))
    if not name.strip() or len(name) > 100:
        raise Invalid("A token needs a name of at most 100 characters.", field="name")
    if not wanted or not set(wanted) <= set(ApiToken.Scope.values):
        known = ", ".join(ApiToken.Scope.values)
        raise Invalid(f"A token needs scopes, out of: {known}.", field="scopes")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("A token cannot end before it begins.", field="expires_at")
    if within is not None and not set(wanted) <= set(within.scopes):
        raise Invalid("A token can make no token that may do more than itself.", field="scopes")
    end = within.expires_at if within is not None else None
    if end is not None and (expires_at is None or expires_at > end):
        raise Invalid("A token can make no token that lasts longer.", field="expires_at")
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(_PREFIX_LENGTH))
    plain = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        digest=_digest(plain),
        scopes=wanted,
        expires_at=expires_at,
    )
    return token, plain


def revoke_token(*, user: User, public_id: uuid.UUID) -> ApiToken:
    """Make a token useless from the next request on. Revoking it again changes nothing."""
    token = ApiToken.objects.filter(public_id=public_id, user=user).first()
    if token is None:
        raise NotVisible
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=("revoked_at",))
    return token


def authenticate_token(plain: str, *, address: str | None = None) -> ApiToken | None:
    """The valid token with its user, or None. Notes when and where, at most once a minute."""
    mark, _, rest = plain.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or len(prefix) != _PREFIX_LENGTH or not secret or not plain.isascii():
        return None
    token = _with_prefix(prefix)
    now = timezone.now()
    # A digest is compared in every case, so that time does not tell which prefixes exist.
    expected = token.digest if token is not None else _digest("")
    is_right = secrets.compare_digest(_digest(plain), expected)
    if token is None or not is_right or not _is_valid(token, now):
        return None
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        _note_use(token, now, address)
    return token


def _with_prefix(prefix: str) -> ApiToken | None:
    """The token with its user. Prefixes are unique."""
    statement, of_token, of_user = _lookup()
    with connection.cursor() as cursor:
        cursor.execute(statement, (prefix,))
        found = cursor.fetchone()
    if found is None:
        return None
    token = ApiToken.from_db(connection.alias, of_token, found[: len(of_token)])
    token.user = get_user_model().from_db(connection.alias, of_user, found[len(of_token) :])
    return token


@functools.cache
def _lookup() -> tuple[str, list[str], list[str]]:
    """The statement of every request, compiled once a process: that takes longer than asking.

    With the names of the columns that it gives, first the token's, then the user's.
    """
    rows = ApiToken.objects.select_related("user").filter(prefix="")
    statement, _ = rows.query.get_compiler(connection=connection).as_sql()
    of_token, of_user = (
        [field.attname for field in model._meta.concrete_fields]
        for model in (ApiToken, get_user_model())
    )
    return statement, of_token, of_user


def _digest(plain: str) -> str:
    """SHA-256 is enough: a token has 256 random bits, there is nothing to guess."""
    return hashlib.sha256(plain.encode()).hexdigest()


def _is_valid(token: ApiToken, now: dt.datetime) -> bool:
    return (
        token.revoked_at is None
        and (token.expires_at is None or now < token.expires_at)
        and token.user.is_active
    )


def _note_use(token: ApiToken, now: dt.datetime, address: str | None) -> None:
    unused = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    known = address if address and _is_address(address) else None
    rows = ApiToken.objects.filter(unused, pk=token.pk)
    rows.update(last_used_at=now, last_used_from=known)
    token.last_used_at, token.last_used_from = now, known


def _is_address(text: str) -> bool:
    """Behind a proxy anything may stand here."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
