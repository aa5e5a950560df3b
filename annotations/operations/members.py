"""Who belongs to a collection: invitations, roles, leaving, and who may no longer sign in."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
import uuid
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from annotations.models import Invitation
from annotations.permissions import Role, require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Collection, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

INVITATION_LIFETIME: Final = dt.timedelta(days=7)


@transaction.atomic
def invite_member(
    *, collection: Collection, user: User, role: str, note: str = ""
) -> tuple[Invitation, str]:
    """Invite somebody into a collection. The second value is the link's secret, shown once."""
    require(user, "manage_members", collection.pk)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        collection=collection,
        role=_role(role),
        note=note.strip(),
        digest=_digest(secret),
        invited_by=user,
        expires_at=timezone.now() + INVITATION_LIFETIME,
    )
    try:
        invitation.full_clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="note") from error
    invitation.save()
    _log("invited", user=user, collection_id=collection.pk, role=role)
    return invitation, secret


def revoke_invitation(*, public_id: uuid.UUID, user: User) -> Invitation:
    """Make an invitation useless. One that was used is left as it is."""
    invitation = Invitation.objects.filter(public_id=public_id).first()
    if invitation is None:
        raise NotVisible
    require(user, "manage_members", invitation.collection_id)
    Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    return invitation


def open_invitation(secret: str) -> Invitation:
    """The invitation behind a link, if it still works.

    Raises ``NotVisible`` for one that is unknown, used, revoked or expired, or whose inviter may
    no longer invite: who left takes their open links along.
    """
    invitation = (
        Invitation.objects.select_related("collection", "invited_by")
        .filter(
            digest=_digest(secret), used_at=None, revoked_at=None, expires_at__gt=timezone.now()
        )
        .first()
    )
    if invitation is not None:
        try:
            require(invitation.invited_by, "manage_members", invitation.collection_id)
        except (NotVisible, PermissionDenied):
            invitation = None
    if invitation is None:
        raise NotVisible("This invitation was used already, or is too old. Ask for a new one.")
    return invitation


@transaction.atomic
def accept_invitation(*, secret: str, user: User) -> Membership:
    """Become a member. Who is one already keeps the role they have."""
    # Locked first: of two people with one link, the second finds it used.
    Invitation.objects.select_for_update().filter(digest=_digest(secret)).first()
    invitation = open_invitation(secret)
    membership, made = Membership.objects.get_or_create(
        user=user, collection=invitation.collection, defaults={"role": invitation.role}
    )
    invitation.used_at = timezone.now()
    invitation.used_by = user
    invitation.save(update_fields=("used_at", "used_by"))
    if made:
        _log("joined", user=user, collection_id=invitation.collection_id, role=invitation.role)
    return membership


@transaction.atomic
def accept_as_new_person(*, secret: str, username: str, password: str, email: str = "") -> User:
    """Make an account with an invitation and become a member, or neither."""
    open_invitation(secret)
    people = get_user_model()
    user = people(username=people.normalize_username(username.strip()), email=email.strip())
    try:
        user.full_clean(exclude=("password",))
        validate_password(password, user)
    except ValidationError as error:
        fields = (
            error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}
        )
        field, messages = next(iter(fields.items()))
        raise Invalid(messages[0], field=field) from error
    if people.objects.filter(username__iexact=user.username).exists():
        raise Invalid("Somebody has this name already.", field="username")
    if user.email and people.objects.filter(email__iexact=user.email).exists():
        raise Invalid("This address cannot be used here.", field="email")
    user.set_password(password)
    user.save()
    accept_invitation(secret=secret, user=user)
    return user


@transaction.atomic
def set_role(*, collection: Collection, member_id: int, role: str, user: User) -> Membership:
    """Give a member another role. A collection keeps at least one manager."""
    membership = _lock_membership(collection, member_id, user)
    wanted = _role(role)
    if membership.role == Role.MANAGER and wanted != Role.MANAGER:
        _keep_a_manager(membership)
    membership.role = wanted
    membership.clean_fields(exclude=("collection", "user"))
    membership.save(update_fields=("role",))
    _log("role set", user=user, collection_id=collection.pk, role=role, member_id=member_id)
    return membership


@transaction.atomic
def end_membership(*, collection: Collection, member_id: int, user: User) -> None:
    """End a membership, from the person's next request on. What they decided stays."""
    membership = _lock_membership(collection, member_id, user)
    if membership.role == Role.MANAGER:
        _keep_a_manager(membership)
    membership.delete()
    _log("membership ended", user=user, collection_id=collection.pk, member_id=member_id)


@transaction.atomic
def set_active(*, member_id: int, active: bool, user: User) -> User:
    """Let a person sign in, or no more: sessions and tokens end with their next request.

    For whoever runs the server (superusers), never on themselves.
    """
    if not (user.is_active and user.is_superuser):
        raise PermissionDenied("Only who runs this server may do this.")
    person = get_user_model().objects.select_for_update().filter(pk=member_id).first()
    if person is None:
        raise NotVisible
    if person.pk == user.pk:
        raise NotAllowedNow("You cannot shut yourself out.")
    person.is_active = active
    person.save(update_fields=("is_active",))
    _log("let in" if active else "shut out", user=user, member_id=member_id)
    return person


def _lock_membership(collection: Collection, member_id: int, user: User) -> Membership:
    require(user, "manage_members", collection.pk)
    # All managers' rows, in one order: two who demote each other at once cannot both succeed.
    rows = list(Membership.objects.select_for_update().filter(collection=collection).order_by("pk"))
    found = next((row for row in rows if row.user_id == member_id), None)
    if found is None:
        raise NotVisible
    return found


def _keep_a_manager(membership: Membership) -> None:
    others = Membership.objects.filter(
        collection_id=membership.collection_id, role=Role.MANAGER, user__is_active=True
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise NotAllowedNow("A collection needs a manager: make somebody else one first.")


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise Invalid("There is no such role.", field="role") from None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _log(what: str, *, user: User, **facts: object) -> None:
    said = " ".join(f"{name}={value}" for name, value in facts.items())
    logger.info("members: %s by=%s %s", what, user.pk, said)
