"""The account, members and invitation pages, and the ways to sign in beside a password."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from django.urls import reverse

from quotes.models import Membership

PASSWORD = "correct horse battery"  # what the named people of the tests have


@pytest.fixture
def manager(make_member):
    user = make_member("mona", "manager")
    user.email = "mona@gazette.example"
    user.save()
    return user


@pytest.fixture
def page(collection):
    return reverse("annotations:member_list", args=[collection.public_id])


@pytest.fixture
def as_manager(manager):
    client = Client()
    client.force_login(manager)
    return client


def sign_in(client, login="mona", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": login, "password": password, **more})


def prove(client):
    """Give the password again, as what changes a second factor asks for."""
    return client.post("/account/reauthenticate/", {"password": PASSWORD})


def test_an_invitation_is_shown_once_and_brings_a_person_in(as_manager, page, collection):
    made = as_manager.post(page, {"role": "researcher", "note": "Nora, data desk"})
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    link = re.search(r"http://testserver(/invitations/[^<\"]+)", made.text)[1]
    assert link not in as_manager.get(page).text
    assert "Nora, data desk" in as_manager.get(page).text
    stranger = Client()
    shown = stranger.get(link)
    assert (shown.status_code, collection.name in shown.text) == (200, True)
    refused = stranger.post(link, {"username": "nora", "password": "nora"})
    assert refused.status_code == 422
    form = {"username": "nora", "password": "harbour lantern 94"}
    assert stranger.post(link, form)["Location"] == "/articles/"
    assert stranger.get("/articles/").status_code == 200
    assert Membership.objects.get(user__username="nora").role == "researcher"
    assert Client().get(link).status_code == 404


def test_somebody_with_an_account_joins_with_one_click(as_manager, page, outsider):
    made = as_manager.post(page, {"role": "reader"})
    link = re.search(r"http://testserver(/invitations/[^<\"]+)", made.text)[1]
    client = Client()
    client.force_login(outsider)
    assert "otto" in client.get(link).text
    assert client.post(link)["Location"] == "/articles/"
    assert outsider.memberships.count() == 2


def test_roles_change_and_end_from_the_page(as_manager, page, editor, collection):
    there = reverse("annotations:member_set_role", args=[collection.public_id, editor.pk])
    assert as_manager.post(there, {"role": "reader"})["Location"] == page
    assert editor.memberships.get().role == "reader"
    gone = reverse("annotations:member_remove", args=[collection.public_id, editor.pk])
    assert as_manager.post(gone)["Location"] == page
    assert not editor.memberships.exists()
    shut = reverse("annotations:member_set_active", args=[collection.public_id, editor.pk])
    assert as_manager.post(shut, {"active": "0"}).status_code == 403


def test_the_page_has_the_table_of_roles(as_manager, page):
    text = as_manager.get(page).text
    assert "Invite people, change their roles, and end their membership" in text
    assert "Members" in as_manager.get("/account/").text


def test_a_session_ends_when_the_person_is_shut_out(as_manager, manager):
    assert as_manager.get("/account/").status_code == 200
    manager.is_active = False
    manager.save()
    assert as_manager.get("/account/").status_code == 302


def test_an_address_signs_in_like_a_name(client, manager):
    assert sign_in(client, "mona@gazette.example")["Location"] == "/articles/"


def test_nobody_signs_up(client, db):
    answer = client.get("/account/signup/")
    assert "<form" not in answer.text.split('id="main"')[1].split("</main>")[0]
    form = {"username": "eve", "password1": "harbour lantern 94"}
    client.post("/account/signup/", form)
    assert sign_in(client, "eve", "harbour lantern 94").status_code == 200


class TestSecondFactor:
    """A code after the password, or one of ten that were written down."""

    @pytest.fixture
    def secret(self, manager):
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(manager, secret)
        return secret

    def test_a_password_alone_no_longer_signs_in(self, client, secret):
        assert sign_in(client)["Location"].startswith("/account/2fa/authenticate/")
        assert client.get("/articles/").status_code == 302

    def test_the_code_does(self, client, secret):
        sign_in(client)
        page = client.get("/account/2fa/authenticate/")
        assert "style=" not in page.text
        wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
        assert wrong.status_code == 200
        code = totp.format_hotp_value(
            totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
        )
        client.post("/account/2fa/authenticate/", {"code": code})
        assert client.get("/articles/").status_code == 200

    def test_codes_cannot_be_tried_for_ever(self, client, secret):
        sign_in(client)
        said = [
            client.post("/account/2fa/authenticate/", {"code": f"{n:06}"}).text for n in range(12)
        ]
        assert "Too many" in said[-1]

    def test_it_is_set_up_with_a_picture_and_recovery_codes(self, client, manager):
        sign_in(client)
        assert client.get("/account/2fa/totp/activate/").status_code == 302
        prove(client)
        shown = client.get("/account/2fa/totp/activate/")
        assert shown.status_code == 200
        assert "data:image/svg+xml" in shown.text
        secret = re.search(r"value=\"([A-Z2-7]{32})\"", shown.text)[1]
        code = totp.format_hotp_value(
            totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
        )
        client.post("/account/2fa/totp/activate/", {"code": code})
        kinds = set(Authenticator.objects.filter(user=manager).values_list("type", flat=True))
        assert kinds == {"totp", "recovery_codes"}
        assert client.get("/account/2fa/recovery-codes/").status_code == 200


def test_a_forgotten_password_is_reset_by_mail_to_our_own_address(client, manager, settings):
    settings.PUBLIC_URL = "https://quotes.gazette.example"
    settings.ALLOWED_HOSTS = ["*"]
    form = {"email": "mona@gazette.example"}
    client.post("/account/password/reset/", form, headers={"host": "evil.example"})
    link = re.search(r"https://quotes\.gazette\.example(/account/\S+)", mail.outbox[0].body)[1]
    assert "evil" not in mail.outbox[0].body
    form = client.get(link)["Location"]
    new = {"password1": "lantern harbour 49", "password2": "lantern harbour 49"}
    client.post(form, new)
    assert sign_in(Client(), password="lantern harbour 49").status_code == 302
    assert Client().get(link).status_code == 200  # a page that says it was used
    unknown = client.post("/account/password/reset/", {"email": "nobody@gazette.example"})
    assert unknown.status_code == 302  # the same answer: it does not say who has an account
    assert len(mail.outbox) == 1


def test_other_sessions_are_listed_and_ended(client, manager):
    sign_in(client)
    elsewhere = Client(headers={"user-agent": "Lantern browser"})
    sign_in(elsewhere)
    assert "Lantern browser" in client.get("/account/sessions/").text
    client.post("/account/sessions/")
    assert elsewhere.get("/articles/").status_code == 302
    assert client.get("/articles/").status_code == 200


def test_a_passkey_is_offered(client, manager):
    page = client.get("/sign-in/").text
    assert "passkey_login" in page
    assert "webauthn.js" in page
    asked = client.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    assert "publicKey" in asked.text
    sign_in(client)
    prove(client)
    assert client.get("/account/2fa/webauthn/add/").status_code == 200


def test_ones_own_identity_provider_is_offered_when_configured(client, db, settings):
    assert "openid" not in client.get("/sign-in/").text.lower()
    app = {"provider_id": "sso", "name": "Gazette House", "client_id": "a", "secret": "b"}
    providers = {"openid_connect": {"APPS": [{**app, "settings": {"server_url": "https://x"}}]}}
    settings.SOCIALACCOUNT_PROVIDERS = providers
    page = client.get("/sign-in/").text
    assert "Sign in with Gazette House" in page
    assert "/account/oidc/sso/login/" in page
