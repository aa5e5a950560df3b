"""Invitations, roles and leaving: who manages a collection decides, and nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from annotations.models import Invitation
from annotations.operations import members
from annotations.operations.tokens import authenticate_token, make_token
from annotations.permissions import role_in
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Membership
from tests.annotations.operations.test_races import at_once

GOOD = "harbour lantern 94"


@pytest.fixture
def manager(make_member):
    return make_member("mona", "manager")


@pytest.fixture
def secret(collection, manager):
    return members.invite_member(collection=collection, user=manager, role="editor")[1]


def join(secret, username="nora", password=GOOD, email=""):
    return members.accept_as_new_person(
        secret=secret, username=username, password=password, email=email
    )


def test_an_invitation_makes_an_account_and_a_member(collection, secret):
    person = join(secret, email="nora@gazette.example")
    assert role_in(person, collection.pk) == "editor"
    assert person.check_password(GOOD)
    assert not (person.is_staff or person.is_superuser)
    invitation = Invitation.objects.get()
    assert invitation.used_by == person
    assert secret not in invitation.digest


def test_it_works_once(collection, secret, outsider):
    join(secret)
    with pytest.raises(NotVisible):
        join(secret, username="second")
    with pytest.raises(NotVisible):
        members.accept_invitation(secret=secret, user=outsider)
    assert Membership.objects.filter(collection=collection).count() == 2


@pytest.mark.parametrize("change", [{"expires_at": timezone.now()}, {"revoked_at": timezone.now()}])
def test_it_ends_and_can_be_revoked(secret, change):
    Invitation.objects.update(**change)
    with pytest.raises(NotVisible):
        join(secret)


def test_who_leaves_takes_their_open_invitations_along(secret, manager):
    manager.is_active = False
    manager.save()
    with pytest.raises(NotVisible):
        join(secret)


def test_it_ends_in_a_week(secret):
    ends = Invitation.objects.get().expires_at
    assert dt.timedelta(days=6, hours=23) < ends - timezone.now() <= dt.timedelta(days=7)


def test_a_member_keeps_their_role(secret, reader, collection):
    members.accept_invitation(secret=secret, user=reader)
    assert role_in(reader, collection.pk) == "reader"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("password", {"password": "short"}),
        ("password", {"password": "password123"}),
        ("username", {"username": "MONA"}),
        ("username", {"username": ""}),
        ("username", {"username": "a b"}),
        ("email", {"email": "nowhere"}),
        ("email", {"email": "Taken@gazette.example"}),
    ],
)
def test_what_makes_no_account_spends_no_invitation(secret, manager, field, said):
    manager.email = "taken@gazette.example"
    manager.save()
    with pytest.raises(Invalid) as refusal:
        join(secret, **said)
    assert refusal.value.field == field
    assert Invitation.objects.get().used_at is None
    assert join(secret).username == "nora"


def test_only_managers_invite_and_revoke(collection, editor, outsider, secret):
    with pytest.raises(PermissionDenied):
        members.invite_member(collection=collection, user=editor, role="reader")
    with pytest.raises(NotVisible):
        members.invite_member(collection=collection, user=outsider, role="reader")
    invitation = Invitation.objects.get()
    with pytest.raises(PermissionDenied):
        members.revoke_invitation(public_id=invitation.public_id, user=editor)
    with pytest.raises(NotVisible):
        members.revoke_invitation(public_id=collection.public_id, user=outsider)


def test_an_unknown_role_is_refused(collection, manager, editor):
    with pytest.raises(Invalid):
        members.invite_member(collection=collection, user=manager, role="owner")
    with pytest.raises(Invalid):
        members.set_role(collection=collection, member_id=editor.pk, role="", user=manager)
    with pytest.raises(Invalid):
        members.invite_member(collection=collection, user=manager, role="reader", note="x" * 201)


def test_a_role_holds_from_the_next_request_on(collection, manager, editor):
    members.set_role(collection=collection, member_id=editor.pk, role="reader", user=manager)
    assert role_in(editor, collection.pk) == "reader"
    members.end_membership(collection=collection, member_id=editor.pk, user=manager)
    assert role_in(editor, collection.pk) is None
    with pytest.raises(NotVisible):
        members.end_membership(collection=collection, member_id=editor.pk, user=manager)


def test_a_collection_keeps_a_manager(collection, manager, make_member):
    for change in (
        lambda: members.end_membership(collection=collection, member_id=manager.pk, user=manager),
        lambda: members.set_role(
            collection=collection, member_id=manager.pk, role="editor", user=manager
        ),
    ):
        with pytest.raises(NotAllowedNow, match="needs a manager"):
            change()
    second = make_member("second", "manager")
    members.set_role(collection=collection, member_id=manager.pk, role="editor", user=second)
    assert role_in(manager, collection.pk) == "editor"


@pytest.mark.django_db(transaction=True)
def test_two_managers_cannot_demote_each_other_at_once(collection, manager, make_member):
    second = make_member("second", "manager")
    at_once(
        *(
            lambda who=who, whom=whom: members.set_role(
                collection=collection, member_id=whom.pk, role="reader", user=who
            )
            for who, whom in ((manager, second), (second, manager))
        )
    )
    assert Membership.objects.filter(collection=collection, role="manager").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_with_one_link_at_once(secret):
    results = at_once(*(lambda n=n: join(secret, username=f"nora{n}") for n in range(4)))
    assert sum(isinstance(result, NotVisible) for result in results) == 3
    assert Membership.objects.filter(role="editor").count() == 1


def test_who_is_shut_out_loses_tokens_and_roles_at_once(collection, editor, manager):
    _, plain = make_token(user=editor, name="x", scopes=["read"])
    with pytest.raises(PermissionDenied):
        members.set_active(member_id=editor.pk, active=False, user=manager)
    manager.is_superuser = True
    members.set_active(member_id=editor.pk, active=False, user=manager)
    assert authenticate_token(plain) is None
    members.set_active(member_id=editor.pk, active=True, user=manager)
    assert authenticate_token(plain) is not None
    with pytest.raises(NotAllowedNow):
        members.set_active(member_id=manager.pk, active=False, user=manager)
    with pytest.raises(NotVisible):
        members.set_active(member_id=0, active=False, user=manager)
