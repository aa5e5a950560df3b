"""Signing in and out, one-time links, tokens, the two switches, and the pages of errors."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from annotations.models import ApiToken, SignInLink
from annotations.operations.sign_in import make_sign_in_link
from annotations.operations.tokens import authenticate_token
from annotations.sign_in_rules import ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_ADDRESS
from annotations.views import errors
from tests.annotations.views.conftest import HTMX


def test_a_password_signs_in_and_goes_on_to_where_one_wanted(client, editor):
    form = {"login": "nell", "password": "correct horse battery", "next": "/speakers/"}
    assert client.post("/sign-in/", form)["Location"] == "/speakers/"
    assert client.get("/articles/").status_code == 200


def test_a_wrong_password_is_said_without_saying_which_part(client, editor):
    for name in ("nell", "nobody"):
        answer = client.post("/sign-in/", {"login": name, "password": "wrong"})
        assert 'role="alert"' in answer.text
    assert client.get("/articles/").status_code == 302


def test_signing_in_never_leads_to_another_site(client, editor):
    form = {"login": "nell", "password": "correct horse battery", "next": "//evil.example/"}
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


WRONG = "tide and tidings"


class TestGuessingPasswords:
    """Attempts are counted per account and per address, whoever has the account."""

    def attempt(self, client, name, password=WRONG, **more):
        return client.post("/sign-in/", {"login": name, "password": password}, **more)

    @pytest.mark.parametrize("name", ["nell", "nobody"])
    def test_an_account_is_closed_after_ten_attempts_from_anywhere(self, client, editor, name):
        for n in range(ATTEMPTS_PER_ACCOUNT):
            assert self.attempt(client, name, REMOTE_ADDR=f"192.0.2.{n}").status_code == 200
        answer = self.attempt(client, f" {name.upper()} ", "correct horse battery")
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 900
        assert "Too many attempts" in answer.text
        assert self.attempt(client, name, "correct horse battery").status_code == 429
        assert client.get("/articles/").status_code == 302

    def test_an_address_is_closed_after_fifty_names(self, client, editor):
        for n in range(ATTEMPTS_PER_ADDRESS):
            assert self.attempt(client, f"somebody-{n}").status_code == 200
        assert self.attempt(client, "nell", "correct horse battery").status_code == 429
        elsewhere = self.attempt(client, "nell", "correct horse battery", REMOTE_ADDR="192.0.2.9")
        assert elsewhere.status_code == 302


@pytest.mark.parametrize("where", ["x", "quote_add", "http://[", "//evil.example/", "/\\evil"])
def test_a_switch_goes_on_to_the_list_where_next_is_no_address(client, db, where):
    answer = client.post("/preferences/theme/", {"theme": "dark", "next": where})
    assert (answer.status_code, answer["Location"]) == (302, "/articles/")


@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_a_page_of_no_readable_address_leads_to_the_list(client, db, header):
    answer = client.post("/undo/", headers={header: "http://["})
    assert answer.status_code == 302
    assert "next=%2Farticles%2F" in answer["Location"]


class TestABusyDatabase:
    """What gave up waiting is no fault: it may be sent again, and nothing was saved."""

    def busy(self, *args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    def test_a_page_and_a_decision_say_so(self, as_editor, world, monkeypatch):
        monkeypatch.setattr("annotations.views.quotes.confirm_quote", self.busy)
        monkeypatch.setattr("annotations.selectors.article_list", self.busy)
        there = reverse("annotations:quote_confirm", args=[world.quote.public_id])
        for answer in (
            as_editor.get("/articles/"),
            as_editor.post(there, {"version": 1}),
            as_editor.post(there, {"version": 1}, headers=HTMX),
        ):
            assert answer.status_code == 503
            assert answer["Retry-After"] == "2"
            assert "Nothing was saved" in answer.text

    def test_also_where_the_session_is_read(self, as_editor, world, monkeypatch):
        as_editor.raise_request_exception = False
        monkeypatch.setattr("django.contrib.auth.middleware.get_user", self.busy)
        answer = as_editor.get("/articles/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
