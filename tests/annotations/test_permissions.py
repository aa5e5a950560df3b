"""Who may do what, apart from any page: the table as it was decided, and each way to be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from annotations.permissions import (
    ABOUT,
    PERMISSIONS,
    allows,
    membership_role,
    require,
    require_known,
    role_in,
    role_table,
)
from annotations.refusals import NotVisible
from quotes.models import Article, Collection, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Role = Membership.Role

DECIDED = {
    "read": "reader researcher editor adjudicator manager",
    "export": "researcher editor adjudicator manager",
    "annotate": "editor adjudicator manager",
    "import": "editor adjudicator manager",
    "change_speaker": "editor adjudicator manager",
    "assign": "adjudicator manager",
    "adjudicate": "adjudicator manager",
    "withdraw": "manager",
    "manage_members": "manager",
    "manage_webhooks": "manager",
}


def test_the_table_is_the_one_that_was_decided() -> None:
    written = {permission: set(roles.split()) for permission, roles in DECIDED.items()}
    assert {permission: set(roles) for permission, roles in PERMISSIONS.items()} == written
    assert ABOUT.keys() == PERMISSIONS.keys()


def test_the_table_is_shown_role_by_role() -> None:
    shown = dict(role_table())
    assert shown[ABOUT["export"]] == [role != Role.READER for role in Role]
    assert shown[ABOUT["manage_members"]] == [role == Role.MANAGER for role in Role]
    assert len(shown) == len(PERMISSIONS)


def test_a_member_has_their_role_and_in_another_collection_none(
    collection: Collection, editor: User, outsider: User
) -> None:
    assert role_in(editor, collection.pk) == Role.EDITOR
    assert role_in(outsider, collection.pk) is None


def test_who_is_not_signed_in_has_no_role(collection: Collection) -> None:
    assert role_in(AnonymousUser(), collection.pk) is None


def test_who_was_shut_out_has_no_role(collection: Collection, editor: User) -> None:
    editor.is_active, editor.is_superuser = False, True
    assert role_in(editor, collection.pk) is None
    with pytest.raises(NotVisible):
        require_known(editor, "read", Role.MANAGER)


def test_who_runs_the_server_manages_every_collection(
    collection: Collection, outsider: User
) -> None:
    outsider.is_superuser = True
    assert role_in(outsider, collection.pk) == Role.MANAGER
    assert require(outsider, "manage_members", collection.pk) == Role.MANAGER
    assert require_known(outsider, "manage_members", None) == Role.MANAGER


@pytest.mark.parametrize("permission", DECIDED)
@pytest.mark.parametrize("role", Role)
def test_each_role_is_let_in_or_told(
    collection: Collection, make_member: Callable[..., User], permission: str, role: str
) -> None:
    somebody = make_member("sam", role)
    may = role in DECIDED[permission].split()
    assert allows(Role(role), permission) is may
    if may:
        assert require(somebody, permission, collection.pk) == role
        assert require_known(somebody, permission, role) == role
        return
    for ask in (
        lambda: require(somebody, permission, collection.pk),
        lambda: require_known(somebody, permission, role),
    ):
        with pytest.raises(PermissionDenied, match="may not do this"):
            ask()


def test_to_who_is_no_member_nothing_is_there(collection: Collection, outsider: User) -> None:
    assert allows(None, "read") is False
    with pytest.raises(NotVisible):
        require(outsider, "read", collection.pk)
    with pytest.raises(NotVisible):
        require_known(outsider, "read", None)


def test_the_role_comes_with_the_row(article: Article, editor: User, outsider: User) -> None:
    def role_of(user: User) -> str | None:
        rows = Article.objects.annotate(role=membership_role(user))
        return rows.values_list("role", flat=True).get(pk=article.pk)

    assert role_of(editor) == Role.EDITOR
    assert role_of(outsider) is None
