"""Who may do what: one table of roles, read by operations, pages, API and docs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery

from annotations.refusals import NotVisible
from quotes.models import Membership
from quotes.models.collection import MembershipRole as Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

_EVERYBODY: Final = frozenset(Role)
_EXPORTERS: Final = frozenset({Role.RESEARCHER, Role.EDITOR, Role.ADJUDICATOR, Role.MANAGER})
_EDITORS: Final = frozenset({Role.EDITOR, Role.ADJUDICATOR, Role.MANAGER})
_ADJUDICATORS: Final = frozenset({Role.ADJUDICATOR, Role.MANAGER})
_MANAGERS: Final = frozenset({Role.MANAGER})

PERMISSIONS: Final[dict[str, frozenset[Role]]] = {
    "read": _EVERYBODY,
    "export": _EXPORTERS,
    "annotate": _EDITORS,
    "import": _EDITORS,
    "change_speaker": _EDITORS,
    "assign": _ADJUDICATORS,
    "adjudicate": _ADJUDICATORS,
    "manage_members": _MANAGERS,
    "manage_webhooks": _MANAGERS,
    "withdraw": _MANAGERS,
}
"""Permission → the roles that have it, within one collection."""

ABOUT: Final[dict[str, str]] = {
    "read": "Read articles, quotes, corrections, speakers and their history",
    "export": "Download tables",
    "annotate": "Accept, reject and change quotes and corrections, and add quotes",
    "import": "Bring articles in",
    "change_speaker": "Add and change speakers",
    "assign": "Hand articles out to edit or to code blind, and see who is through",
    "adjudicate": "Settle what blind coders disagree about, unless it is their own dispute",
    "manage_members": "Invite people, change their roles, and end their membership",
    "manage_webhooks": "Have other servers told of what people do here",
    "withdraw": "Withdraw speakers, quotes and corrections for legal or privacy reasons",
}
"""What each permission means, for pages and documents."""


def role_table() -> list[tuple[str, list[bool]]]:
    """What each permission means, and for each role, in their order, whether it has it."""
    return [
        (about, [role in PERMISSIONS[permission] for role in Role])
        for permission, about in ABOUT.items()
    ]


def role_in(user: User | AnonymousUser, collection_id: int) -> Role | None:
    """The person's role in the collection; superusers manage every collection."""
    if not user.is_active:  # who is not signed in never is
        return None
    if user.is_superuser:
        return Role.MANAGER
    role = (
        Membership.objects.filter(user_id=user.pk, collection_id=collection_id)
        .values_list("role", flat=True)
        .first()
    )
    return Role(role) if role else None


def allows(role: Role | None, permission: str) -> bool:
    return role in PERMISSIONS[permission]


def membership_role(user: User) -> Subquery:
    """The person's role in a row's collection, to come with the row: for ``require_known``."""
    mine = Membership.objects.filter(user_id=user.pk, collection=OuterRef("collection"))
    return Subquery(mine.values("role")[:1])


def require_known(user: User, permission: str, role: str | None) -> Role:
    """As ``require``, where the role came with the row that is asked for: no statement."""
    if not user.is_active:
        raise NotVisible
    known = Role.MANAGER if user.is_superuser else Role(role) if role else None
    return _require_role(known, permission)


def require(user: User | AnonymousUser, permission: str, collection_id: int) -> Role:
    """The person's role, or a refusal.

    Raises ``NotVisible`` to people outside the collection (what one may not see looks like what
    does not exist) and ``PermissionDenied`` to members whose role does not allow it.
    """
    return _require_role(role_in(user, collection_id), permission)


def _require_role(role: Role | None, permission: str) -> Role:
    if role is None:
        raise NotVisible
    if not allows(role, permission):
        raise PermissionDenied(f"Your role here, {role.label.lower()}, may not do this.")
    return role
