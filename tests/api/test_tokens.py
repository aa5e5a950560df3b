"""Tokens: shown once, stored hashed, useless the moment they are revoked (cases 18 and 19)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.models import ApiToken
from annotations.operations.tokens import authenticate_token, make_token, revoke_token
from annotations.refusals import Invalid, NotVisible
from quotes.models import Article
from tests.api.conftest import API, World

ADDRESS = f"{API}/quotes/"


def call(plain: str, **headers: str) -> int:
    return (
        Client().get(ADDRESS, headers={"authorization": f"Bearer {plain}", **headers}).status_code
    )


def test_a_token_opens_what_its_owner_may_see(editor: User, world: World) -> None:
    token, plain = make_token(user=editor, name="CMS", scopes=["read"])
    assert call(plain) == 200
    assert token.prefix in plain
    assert plain.startswith("onr_")


def test_only_a_hash_is_stored(editor: User) -> None:
    _, plain = make_token(user=editor, name="CMS", scopes=["read"])
    secret = plain.rpartition("_")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM annotations_apitoken t")
        dump = "\n".join(row[0] for row in cursor.fetchall())
    assert "CMS" in dump
    assert secret not in dump
    assert plain not in dump


def test_two_tokens_are_never_alike(editor: User) -> None:
    made = [make_token(user=editor, name="n", scopes=["read"]) for _ in range(20)]
    assert len({plain for _, plain in made}) == len({token.prefix for token, _ in made}) == 20


def test_case_18_a_revoked_token_is_useless_at_once(editor: User) -> None:
    token, plain = make_token(user=editor, name="CMS", scopes=["read"])
    assert call(plain) == 200
    revoke_token(user=editor, public_id=token.public_id)
    assert call(plain) == 401
    first = ApiToken.objects.get(pk=token.pk).revoked_at
    assert revoke_token(user=editor, public_id=token.public_id).revoked_at == first


def test_nobody_revokes_anothers_token(editor: User, colleague: User) -> None:
    token, plain = make_token(user=editor, name="CMS", scopes=["read"])
    with pytest.raises(NotVisible):
        revoke_token(user=colleague, public_id=token.public_id)
    assert call(plain) == 200


def test_case_19_a_token_ends_to_the_second(editor: User) -> None:
    ends = timezone.now() + dt.timedelta(hours=1)
    token, plain = make_token(user=editor, name="CMS", scopes=["read"], expires_at=ends)
    assert call(plain) == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    response = Client().get(ADDRESS, headers={"authorization": f"Bearer {plain}"})
    assert (response.status_code, response.json()["code"]) == (401, "invalid-token")
    assert response["WWW-Authenticate"] == 'Bearer realm="On Record"'


def test_case_19_the_token_of_a_deactivated_person_is_useless(editor: User) -> None:
    _, plain = make_token(user=editor, name="CMS", scopes=["read"])
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert call(plain) == 401


def test_case_19_an_address_never_carries_a_token(editor: User) -> None:
    _, plain = make_token(user=editor, name="CMS", scopes=["read"])
    for name in ("token", "access_token", "api_key", "authorization"):
        assert Client().get(ADDRESS, {name: plain}).status_code == 401
        signed_in = Client()
        signed_in.force_login(editor)
        assert signed_in.get(ADDRESS, {name: plain}).status_code == 400


def test_odd_headers_are_refused(editor: User) -> None:
    token, plain = make_token(user=editor, name="CMS", scopes=["read"])
    other, _ = make_token(user=editor, name="other", scopes=["read"])
    for value in (
        "",
        "x",
        plain[:-1],
        plain + "x",
        plain.replace(token.prefix, other.prefix),
        plain.upper(),
        f"{plain} {plain}",
        f"{plain}, Bearer {plain}",
        f"onr_{token.prefix}_",
        "onr__",
        "é" * 60,
        "\u0663" * 60,
        "x" * 5000,
    ):
        assert call(value) == 401, value
    assert Client().get(ADDRESS, headers={"authorization": plain}).status_code == 401
    assert Client().get(ADDRESS, headers={"authorization": f"Basic {plain}"}).status_code == 401
    assert Client().get(ADDRESS, headers={"authorization": f"bearer {plain}"}).status_code == 200


def test_a_wrong_token_is_not_helped_by_a_session(client: Client, editor: User) -> None:
    client.force_login(editor)
    response = client.get(ADDRESS, headers={"authorization": "Bearer onr_wrong"})
    assert response.status_code == 401


def test_use_is_noted_at_most_once_a_minute(editor: User) -> None:
    token, plain = make_token(user=editor, name="CMS", scopes=["read"])
    assert ApiToken.objects.get(pk=token.pk).last_used_at is None
    assert authenticate_token(plain) == token
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    assert first is not None
    with CaptureQueriesContext(connection) as queries:
        assert authenticate_token(plain) == token
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - dt.timedelta(seconds=61))
    assert authenticate_token(plain) == token
    again = ApiToken.objects.get(pk=token.pk).last_used_at
    assert again is not None
    assert again >= first


@pytest.mark.parametrize(
    "change",
    [
        {"name": "  "},
        {"name": "x" * 101},
        {"scopes": []},
        {"scopes": ["read", "everything"]},
        {"expires_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_odd_tokens_are_not_made(editor: User, change: dict[str, object]) -> None:
    wanted = {"user": editor, "name": "CMS", "scopes": ["read"], **change}
    with pytest.raises(Invalid):
        make_token(**wanted)  # type: ignore[arg-type]
    assert not ApiToken.objects.exists()


def test_a_token_does_what_its_scopes_say_and_no_more(
    client_of: Callable[..., Client], editor: User, world: World
) -> None:
    reads, imports = client_of(editor, "read"), client_of(editor, "import")
    body = {"text": "“We sail at noon,” Captain Orla Finn said."}
    address = f"{API}/articles/"
    response = reads.post(address, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "missing-scope")
    assert "import" in response.json()["detail"]
    assert Article.objects.count() == 1
    assert imports.post(address, body, content_type="application/json").status_code == 201
    for read in (*world.addresses(), *world.lists()):
        assert imports.get(read).status_code == 403, read
        assert reads.get(read).status_code == 200, read


def test_a_session_needs_its_csrf_token_to_write_and_a_token_does_not(
    editor: User, client_of: Callable[..., Client]
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    body = {"text": "“We sail at noon,” Captain Orla Finn said."}
    address = f"{API}/articles/"
    response = strict.post(address, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf-failed")
    assert not Article.objects.exists()
    strict.get(f"{API}/")
    secret = strict.cookies["csrftoken"].value
    response = strict.post(
        address, body, content_type="application/json", headers={"x-csrftoken": secret}
    )
    assert response.status_code == 201
    _, plain = make_token(user=editor, name="CMS", scopes=["import"])
    by_token = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {plain}"})
    assert by_token.post(address, body, content_type="application/json").status_code == 200


def ask(client: Client, body: object) -> Any:
    return client.post(f"{API}/tokens/", body, content_type="application/json")


def test_a_token_is_made_listed_and_ended_by_the_api(
    client_of: Callable[..., Client], editor: User, colleague: User
) -> None:
    client = client_of(editor, "manage", "read")
    made = ask(client, {"name": "Nightly report", "scopes": ["read"]})
    assert made.status_code == 201, made.content
    plain, there = made.json()["token"], made["Location"]
    assert made["Cache-Control"] == "no-store"
    assert call(plain) == 200
    listed = client.get(f"{API}/tokens/").json()["results"]
    row = next(row for row in listed if row["name"] == "Nightly report")
    assert (row["state"], row["last_used_from"]) == ("active", "127.0.0.1")
    assert not any(plain in json.dumps(one) or "token" in one for one in listed)
    assert client_of(colleague).delete(there).status_code == 404
    assert client.delete(there).json()["state"] == "revoked"
    assert call(plain) == 401


def test_a_token_makes_none_that_can_do_more_or_lasts_longer(
    editor: User, client_of: Callable[..., Client]
) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    _, plain = make_token(user=editor, name="a", scopes=["manage", "read"], expires_at=soon)
    client = Client(headers={"authorization": f"Bearer {plain}"})
    more = ask(client, {"name": "b", "scopes": ["annotate"], "expires_at": soon.isoformat()})
    assert (more.status_code, more.json()["errors"][0]["pointer"]) == (422, "/scopes")
    for later in (None, (soon + dt.timedelta(seconds=1)).isoformat()):
        longer = ask(client, {"name": "b", "scopes": ["read"], "expires_at": later})
        assert (longer.status_code, longer.json()["errors"][0]["pointer"]) == (422, "/expires_at")
    fine = ask(client, {"name": "b", "scopes": ["read"], "expires_at": soon.isoformat()})
    assert fine.status_code == 201, fine.content


def test_odd_tokens_are_not_made_by_the_api(client_of: Callable[..., Client], editor: User) -> None:
    client = client_of(editor)
    for change in (
        {"scopes": []},
        {"scopes": ["root"]},
        {"name": ""},
        {"expires_at": "2031-02-30T00:00:00Z"},
        {"expires_at": "tomorrow"},
        {"user": 1},
        {"token": "onr_chosen"},
    ):
        answer = ask(client, {"name": "a", "scopes": ["read"], **change})
        assert answer.status_code == 400, change
    past = ask(client, {"name": "a", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"})
    assert past.status_code == 422
    assert ApiToken.objects.filter(name="a").count() == 0


def test_a_session_makes_a_token_with_its_csrf_token_only(editor: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    refused = ask(strict, {"name": "a", "scopes": ["read"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
    strict.get(f"{API}/")
    secret = strict.cookies["csrftoken"].value
    answer = strict.post(
        f"{API}/tokens/",
        {"name": "a", "scopes": ["read"]},
        content_type="application/json",
        headers={"x-csrftoken": secret},
    )
    assert answer.status_code == 201, answer.content


def test_the_page_makes_tokens_that_end(client: Client, editor: User) -> None:
    client.force_login(editor)
    page = "/tokens/"
    made = client.post(page, {"name": "Report", "scopes": ["read"], "days": "30"})
    assert made.status_code == 201
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    left = token.expires_at - timezone.now()
    assert dt.timedelta(days=29, hours=23) < left < dt.timedelta(days=30, seconds=1)
    assert client.post(page, {"name": "R", "scopes": ["read"], "days": "7"}).status_code == 422
    client.post(page, {"name": "For ever", "scopes": ["read"], "days": "0"})
    assert ApiToken.objects.get(name="For ever").expires_at is None
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert "expired" in client.get(page).content.decode()


def test_an_address_that_is_none_is_not_noted(editor: User) -> None:
    for said, noted in (("unknown", None), ("fe80::1%eth0", None), ("203.0.113.5", "203.0.113.5")):
        made, plain = make_token(user=editor, name="CMS", scopes=["read"])
        assert authenticate_token(plain, address=said) == made
        made.refresh_from_db()
        assert made.last_used_at is not None
        assert made.last_used_from == noted
