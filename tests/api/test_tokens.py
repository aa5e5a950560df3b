"""Tokens: shown once, stored hashed, useless the moment they are revoked (cases 18 and 19)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

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
