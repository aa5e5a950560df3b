"""The first person: made at the first start, found again at each later one."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from annotations.models import SignInLink
from annotations.operations.sign_in import first_person, make_sign_in_link, use_sign_in_link
from quotes.models import Collection, Membership

pytestmark = pytest.mark.django_db


def test_the_first_person_is_made_once_without_a_password(collection: Collection):
    made = first_person()
    assert (made.username, made.is_superuser, made.has_usable_password()) == ("editor", True, False)
    assert Membership.objects.get(user=made, collection=collection).role == "manager"
    assert first_person() == made
    assert get_user_model().objects.count() == Membership.objects.count() == 1


def test_a_superuser_who_is_there_already_is_the_first_person(collection: Collection):
    boss = get_user_model().objects.create_superuser("boss", password="correct horse battery")
    assert first_person() == boss
    boss.refresh_from_db()
    assert boss.check_password("correct horse battery")
    assert not get_user_model().objects.filter(username="editor").exists()


def test_without_a_collection_the_link_still_signs_in(db: None):
    Collection.objects.all().delete()
    link = make_sign_in_link(base_url="http://paper.example/")
    secret = link.rstrip("/").rpartition("/")[2]
    assert link.startswith("http://paper.example/sign-in/")
    assert use_sign_in_link(secret=secret) == SignInLink.objects.get().user
    assert not Membership.objects.exists()


def test_the_link_is_never_to_an_ordinary_account_of_that_name(collection: Collection):
    there = get_user_model().objects.create_user("editor", password="correct horse battery")
    Membership.objects.create(collection=collection, user=there, role=Membership.Role.READER)
    made = first_person()
    assert (made.username, made.is_superuser) == ("editor-2", True)
    assert first_person() == made
    there.refresh_from_db()
    assert there.check_password("correct horse battery")
    assert not there.is_superuser
    assert Membership.objects.get(user=there).role == "reader"


def test_a_first_person_who_left_is_followed_by_another(collection: Collection):
    left = first_person()
    left.is_active = False
    left.save()
    assert first_person().username == "editor-2"
    left.refresh_from_db()
    assert not left.is_active
