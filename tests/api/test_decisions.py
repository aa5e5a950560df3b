"""Deciding by the API: the operations of the pages, with versions in headers (cases 5, 10, 13)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import Edit
from quotes.models import Correction, Quote
from tests.api.conftest import API, World, make_world, without_request_id
from tests.factories import make_collection, make_speaker

ACTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("quotes", "confirm", {}),
    ("quotes", "reject", {"reason": "A headline"}),
    ("quotes", "reopen", {}),
    ("quotes", "speaker", {"speaker": str(uuid.UUID(int=4**63))}),
    ("quotes", "kind", {"kind": "direct"}),
    ("corrections", "confirm", {}),
    ("corrections", "reject", {}),
    ("corrections", "reopen", {}),
    ("corrections", "swap", {}),
)


def tag(row: Quote | Correction, version: int = 1) -> str:
    return f'"{row.public_id}.{version}"'


def act(
    client: Client,
    row: Quote | Correction,
    action: str,
    body: object = None,
    *,
    match: str | None = None,
) -> Any:
    kind = "quotes" if isinstance(row, Quote) else "corrections"
    match = tag(row) if match is None else match
    return client.post(
        f"{API}/{kind}/{row.public_id}/{action}/",
        json.dumps(body or {}),
        content_type="application/json",
        headers={"if-match": match} if match else {},
    )


def test_confirm_reject_and_reopen_a_quote(api: Client, world: World, editor: User) -> None:
    quote = world.retort
    response = act(api, quote, "confirm")
    assert response.status_code == 200, response.content
    found = response.json()
    assert (found["status"], found["version"]) == ("confirmed", 2)
    assert found["decided_by"] == editor.get_username()
    assert response["ETag"] == tag(quote, 2)
    found = act(api, quote, "reject", {"reason": "A headline"}, match=tag(quote, 2)).json()
    assert (found["status"], found["note"], found["version"]) == ("rejected", "A headline", 3)
    found = act(api, quote, "reopen", match=tag(quote, 3)).json()
    assert (found["status"], found["decided_by"], found["version"]) == ("suggested", None, 4)
    actions = (
        Edit.objects.of_object(quote.public_id).order_by("pk").values_list("action", flat=True)
    )
    assert list(actions) == ["quote.confirmed", "quote.rejected", "quote.reopened"]


def test_say_who_said_it(api: Client, world: World) -> None:
    orla = make_speaker(world.article.collection, "Orla Finn")
    world.correction.links.all().delete()
    found = act(api, world.retort, "speaker", {"speaker": str(orla.public_id)}).json()
    assert found["speaker"]["name"] == "Orla Finn"
    assert found["status"] == "confirmed"
    assert found["changed_fields"] == ["speaker"]


def test_say_how_the_words_are_given(api: Client, world: World) -> None:
    assert act(api, world.retort, "kind", {"kind": "mixed"}).json()["kind"] == "mixed"
    response = act(api, world.retort, "kind", {"kind": "indirect"}, match=tag(world.retort, 2))
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert response.json()["errors"][0]["code"] == "kind-disagrees"


def test_decide_a_correction(api: Client, world: World) -> None:
    row = world.correction
    found = act(api, row, "swap").json()
    assert found["corrector"]["name"] == "Ines Adair"
    found = act(api, row, "confirm", match=tag(row, 2)).json()
    assert found["status"] == "confirmed"
    found = act(api, row, "reopen", match=tag(row, 3)).json()
    assert found["status"] == "suggested"
    found = act(api, row, "reject", match=tag(row, 4)).json()
    assert found["status"] == "rejected"


def test_case_5_the_same_request_again_gives_the_same_answer(api: Client, world: World) -> None:
    first, again = (act(api, world.retort, "confirm") for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert Edit.objects.count() == 1


def test_a_stale_version_gets_the_object_as_it_is(
    api: Client, world: World, colleague: User, client_of: Callable[..., Client]
) -> None:
    act(client_of(colleague), world.retort, "reject")
    response = act(api, world.retort, "confirm")
    assert (response.status_code, response.json()["code"]) == (412, "stale-version")
    current = response.json()["current"]
    assert current == api.get(f"{API}/quotes/{world.retort.public_id}/").json()
    assert (current["status"], current["decided_by"]) == ("rejected", "mats")
    assert Edit.objects.count() == 1


@pytest.mark.parametrize(
    "match", ["", "*", "1", '"1"', 'W/"{}.1"', '"{}.0"', '"{}.1", "{}.2"', '"{}.١"']
)
@pytest.mark.parametrize(("kind", "action", "body"), ACTIONS)
def test_case_10_nothing_is_written_without_a_version(
    api: Client, world: World, kind: str, action: str, body: object, match: str
) -> None:
    row = world.retort if kind == "quotes" else world.correction
    given = match.replace("{}", str(row.public_id))
    response = api.post(
        f"{API}/{kind}/{row.public_id}/{action}/",
        json.dumps(body),
        content_type="application/json",
        headers={"if-match": given} if given else {},
    )
    assert (response.status_code, response.json()["code"]) == (428, "version-required")
    assert not Edit.objects.exists()


def test_the_tag_of_another_object_is_stale(api: Client, world: World) -> None:
    response = act(api, world.retort, "confirm", match=tag(world.claim))
    assert response.status_code == 412
    assert not Edit.objects.exists()


@pytest.mark.parametrize(("kind", "action", "body"), ACTIONS)
def test_case_13_anothers_object_is_the_same_404_as_none(
    api: Client, world: World, kind: str, action: str, body: object
) -> None:
    other = make_world(make_collection("Third desk"))
    row = other.retort if kind == "quotes" else other.correction
    before = type(row).objects.filter(pk=row.pk).values().get()
    answers = [
        api.post(
            f"{API}/{kind}/{public_id}/{action}/",
            json.dumps(body),
            content_type="application/json",
            headers={"if-match": f'"{public_id}.1"'},
        )
        for public_id in (row.public_id, uuid.uuid4())
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert without_request_id(answers[0]) == without_request_id(answers[1])
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize(("kind", "action", "body"), ACTIONS)
def test_only_editors_with_the_scope_decide(
    client: Client,
    client_of: Callable[..., Client],
    world: World,
    editor: User,
    reader: User,
    researcher: User,
    kind: str,
    action: str,
    body: object,
) -> None:
    row = world.retort if kind == "quotes" else world.correction
    assert act(client, row, action, body).status_code == 401
    for user in (reader, researcher):
        response = act(client_of(user), row, action, body)
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    response = act(client_of(editor, "read", "import"), row, action, body)
    assert (response.status_code, response.json()["code"]) == (403, "missing-scope")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert act(strict, row, action, body).json()["code"] == "csrf-failed"
    assert client_of(editor).get(f"{API}/{kind}/{row.public_id}/{action}/").status_code == 405
    assert not Edit.objects.exists()


def test_what_the_state_does_not_allow_is_409(api: Client, world: World) -> None:
    response = act(api, world.retort, "reopen")
    assert (response.status_code, response.json()["code"]) == (409, "not-allowed-now")
    assert response.json()["detail"]


def test_a_speaker_of_another_collection_is_unknown(api: Client, world: World) -> None:
    stranger = make_speaker(make_collection("Third desk"), "Uma Thole")
    answers = [
        act(api, world.retort, "speaker", {"speaker": str(public_id)})
        for public_id in (stranger.public_id, uuid.uuid4())
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert without_request_id(answers[0]) == without_request_id(answers[1])


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("confirm", {"status": "confirmed"}),
        ("reject", {"reason": 7}),
        ("reject", {"reason": "x" * 5001}),
        ("reject", {"note": "x"}),
        ("speaker", {}),
        ("speaker", {"speaker": None}),
        ("speaker", {"speaker": 10**30}),
        ("speaker", {"speaker": "Ines Adair"}),
        ("kind", {"kind": "Direct"}),
        ("kind", {"kind": ["direct"]}),
    ],
)
def test_odd_bodies_are_refused(api: Client, world: World, action: str, body: object) -> None:
    response = act(api, world.retort, action, body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")
    assert not Edit.objects.exists()
