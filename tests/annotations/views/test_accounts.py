"""Signing in and out, one-time links, tokens, the two switches, and the pages of errors."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from annotations.models import ApiToken, SignInLink
from annotations.operations.sign_in import make_sign_in_link
from annotations.operations.tokens import authenticate_token
from annotations.views import errors


def test_a_password_signs_in_and_goes_on_to_where_one_wanted(client, editor):
    form = {"username": "nell", "password": "correct horse battery", "next": "/speakers/"}
    assert client.post("/sign-in/", form)["Location"] == "/speakers/"
    assert client.get("/articles/").status_code == 200


def test_a_wrong_password_is_said_without_saying_which_part(client, editor):
    for name in ("nell", "nobody"):
        answer = client.post("/sign-in/", {"username": name, "password": "wrong"})
        assert 'role="alert"' in answer.text
    assert client.get("/articles/").status_code == 302


def test_signing_in_never_leads_to_another_site(client, editor):
    form = {"username": "nell", "password": "correct horse battery", "next": "//evil.example/"}
    assert client.post("/sign-in/", form)["Location"] == "/articles/"


def test_signing_out_is_a_post(as_editor):
    assert as_editor.get("/sign-out/").status_code == 405
    assert as_editor.post("/sign-out/")["Location"] == "/sign-in/"
    assert as_editor.get("/articles/").status_code == 302


class TestOneTimeLinks:
    """A link signs in once, within a day."""

    def link(self, editor):
        return make_sign_in_link(base_url="", user=editor)

    def test_it_opens_the_article_list(self, client, editor):
        assert client.get(self.link(editor))["Location"] == "/articles/"
        assert client.get("/articles/").status_code == 200

    def test_it_works_once(self, client, editor):
        link = self.link(editor)
        client.get(link)
        assert client.get(link)["Location"] == "/articles/"  # already in: nothing to explain
        assert Client().get(link).status_code == 404

    def test_it_is_too_old_after_a_day(self, client, editor):
        link = self.link(editor)
        SignInLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        answer = client.get(link)
        assert answer.status_code == 404
        assert "too old" in answer.text

    def test_looking_at_it_does_not_spend_it(self, client, editor):
        link = self.link(editor)
        assert client.head(link).status_code == 405
        assert client.get(link).status_code == 302

    def test_an_unknown_one_is_not_found(self, client, db):
        assert client.get("/sign-in/no-such-secret/").status_code == 404


class TestTokens:
    """Shown once, listed by their beginning, revoked at once."""

    def make(self, client, **data):
        return client.post("/tokens/", {"name": "Moonshine", "scopes": ["read"], **data})

    def test_a_new_token_is_shown_once_and_kept_as_a_hash(self, as_editor, editor):
        answer = self.make(as_editor)
        assert answer.status_code == 201
        token = ApiToken.objects.get(user=editor)
        secret = answer.context["secret"]
        assert secret in answer.text
        assert secret not in (token.digest, token.prefix)
        assert authenticate_token(secret) == token
        assert "no-store" in answer["Cache-Control"]
        assert secret not in as_editor.get("/tokens/").text

    @pytest.mark.parametrize("data", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}])
    def test_a_form_that_makes_no_sense_makes_no_token(self, as_editor, data):
        assert self.make(as_editor, **data).status_code == 422
        assert not ApiToken.objects.exists()

    def test_revoking_ends_it(self, as_editor):
        self.make(as_editor)
        token = ApiToken.objects.get()
        there = reverse("annotations:token_revoke", args=[token.public_id])
        assert as_editor.get(there).status_code == 405
        assert as_editor.post(there)["Location"] == "/tokens/"
        token.refresh_from_db()
        assert token.revoked_at is not None
        assert "revoked" in as_editor.get("/tokens/").text

    def test_other_peoples_tokens_do_not_exist(self, as_editor, client, colleague):
        self.make(as_editor)
        there = reverse("annotations:token_revoke", args=[ApiToken.objects.get().public_id])
        client.force_login(colleague)
        assert client.post(there).status_code == 404
        assert "Moonshine" not in client.get("/tokens/").text
        unknown = reverse("annotations:token_revoke", args=[uuid.uuid4()])
        assert client.post(unknown).status_code == 404
        client.logout()
        assert client.post(there).status_code == 302
        assert ApiToken.objects.get().revoked_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "name", "value", "default"),
    [
        ("/preferences/theme/", "theme", "dark", "system"),
        ("/preferences/theme/", "theme", "light", "system"),
        ("/preferences/keys/", "keys", "off", "on"),
    ],
)
def test_a_switch_is_kept_in_a_cookie(client, address, name, value, default):
    answer = client.post(address, {name: value, "next": "/keys/"})
    assert answer["Location"] == "/keys/"
    assert client.cookies[name].value == value
    assert client.cookies[name]["httponly"]
    html = client.get("/keys/").text
    assert f'data-{name}="{value}"' in html
    client.post(address, {name: default, "next": "/keys/"})
    assert f'data-{name}="' not in client.get("/keys/").text.split("<head>")[0]
    assert client.post(address, {name: "loud"}).status_code == 422
    assert client.get(address).status_code == 405


@pytest.mark.django_db
def test_a_forged_cookie_cannot_write_into_the_page(client):
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/keys/").text.split("<head>")[0]


@pytest.mark.django_db
def test_error_pages_say_what_happened_and_the_way_on(client, settings):
    settings.DEBUG = False
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    request = RequestFactory().get("/")
    request.user = None  # type: ignore[assignment]
    too_big = errors.bad_request(request, RequestDataTooBig("big"))
    assert (too_big.status_code, b"Too large" in too_big.content) == (413, True)
    assert errors.bad_request(request, ValueError()).status_code == 400
    assert errors.permission_denied(request, PermissionError()).status_code == 403
    ours = errors.server_error(request)
    assert (ours.status_code, b"Our fault" in ours.content) == (500, True)
