"""Writing quotes, corrections and speakers: the operations of the pages, with versions and keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from annotations.models import Edit, IdempotencyRecord
from annotations.operations.speakers import create_speaker
from annotations.operations.tokens import make_token
from quotes.models import Article, Collection, Correction, Quote, Speaker
from tests.api.conftest import API, World, make_world, without_request_id
from tests.factories import make_article, make_correction, make_quote, make_speaker

ASTRAL = "The 𝒟ean said “We stay 𝒟own,” and left."


def send(
    client: Client,
    method: str,
    address: str,
    body: object = None,
    *,
    row: Any = None,
    key: str = "",
) -> Any:
    headers = {"idempotency-key": key} if key else {}
    if row is not None:
        headers["if-match"] = f'"{row.public_id}.{row.version}"'
    data = "" if body is None else json.dumps(body)
    return client.generic(
        method, f"{API}/{address}", data, content_type="application/json", headers=headers
    )


def span(text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "exact": words}


def quote_body(world: World, words: str = "“The figure is forty million,”") -> dict[str, Any]:
    return {
        "article": str(world.article.public_id),
        "content": [span(world.article.text, words)],
        "speaker": str(world.ines.public_id),
    }


def test_a_quote_is_added_and_confirmed(api: Client, world: World, editor: User) -> None:
    response = send(api, "POST", "quotes/", quote_body(world))
    found = response.json()
    assert response.status_code == 201, found
    assert (found["text"], found["status"], found["origin"], found["kind"]) == (
        "“The figure is forty million,”",
        "confirmed",
        "person",
        "direct",
    )
    assert found["decided_by"] == editor.get_username()
    assert api.get(response["Location"]).json() == found
    assert api.get(response["Location"])["ETag"] == response["ETag"]
    assert Edit.objects.get().action == "quote.added"


def test_words_that_do_not_stand_there_are_refused(api: Client, world: World) -> None:
    body = quote_body(world)
    body["content"][0]["exact"] = "“The figure is fifty million,”"
    response = send(api, "POST", "quotes/", body)
    assert response.status_code == 422
    assert "The figure is forty million" in response.json()["detail"]
    assert Quote.objects.count() == 2


def test_offsets_count_as_the_client_counts(api: Client, collection: Collection) -> None:
    article = make_article(collection, ASTRAL)
    words = "“We stay 𝒟own,”"
    units = ASTRAL.encode("utf-16-le")
    at = units.index(words.encode("utf-16-le")) // 2
    end = at + len(words.encode("utf-16-le")) // 2

    def add(start: int, end: int) -> Any:
        part = {"start": start, "end": end, "exact": words}
        body = {"article": str(article.public_id), "content": [part]}
        return send(api, "POST", "quotes/?offset_unit=utf16", body)

    inside = ASTRAL.index("𝒟") + 1
    refused = add(inside, end)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "inside-surrogate-pair"
    found = add(at, end).json()
    assert (found["start"], found["end"]) == (at, end)
    row = Quote.objects.get()
    assert ASTRAL[row.start : row.end] == words


def in_units(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le")) // 2


@pytest.mark.parametrize("unit", ["codepoint", "utf16"])
def test_every_answer_to_a_write_counts_as_the_client_counts(
    api: Client, collection: Collection, unit: str
) -> None:
    text = f"𝒟 {ASTRAL}"
    article = make_article(collection, text)
    ines, tobias = make_speaker(collection), make_speaker(collection, "Tobias Wrenfield")
    quote = make_quote(article, "“We stay 𝒟own,”", speaker=ines)
    correction = make_correction(article, "left", corrector=tobias, corrected=ines)
    Article.objects.filter(pk=article.pk).update(skipped=[[text.index("said"), len(text), "x"]])
    shown = {
        kind: place if unit == "codepoint" else in_units(text, place)
        for kind, place in (
            ("quote", quote.start),
            ("correction", correction.start),
            ("article", text.index("said")),
        )
    }

    def act(kind: str, row: Any, path: str, method: str = "POST", body: object = None) -> None:
        row.refresh_from_db()
        address = f"{kind}s/{row.public_id}/{path}?offset_unit={unit}"
        found = send(api, method, address, body, row=row)
        assert found.status_code == 200, (path, found.content)
        first = found.json()["skipped"][0] if kind == "article" else found.json()
        assert first["start"] == shown[kind], path
        assert found["ETag"].endswith('.utf16"') is (unit == "utf16"), path
        stale = send(api, method, address, body, row=row)
        if stale.status_code == 412 and kind != "article":
            assert stale.json()["current"]["start"] == shown[kind], path

    for path, body in (
        ("kind/", {"kind": "mixed"}),
        ("speaker/", {"speaker": str(tobias.public_id)}),
        ("reopen/", None),
        ("confirm/", None),
        ("undo/", None),
        ("reject/", {"reason": "No."}),
    ):
        act("quote", quote, path, body=body)
    for path in ("swap/", "confirm/", "reopen/", "undo/", "reject/"):
        act("correction", correction, path)
    act("article", article, "", "PATCH", {"byline": "By Uma Thole"})
    act("article", article, "undo/")
    again = send(api, "POST", f"articles/?offset_unit={unit}", {"text": text})
    assert again.json()["skipped"][0]["start"] == shown["article"]
    quote.refresh_from_db()
    item = {"id": str(quote.public_id), "version": quote.version, "action": "reopen"}
    bulk = f"quotes/bulk/?offset_unit={unit}"
    done = send(api, "POST", bulk, {"items": [item]}, key="a").json()["results"][0]
    late = send(api, "POST", bulk, {"items": [item | {"action": "confirm"}]}, key="b").json()
    assert done["quote"]["start"] == shown["quote"]
    assert late["results"][0]["problem"]["current"]["start"] == shown["quote"]


def test_a_write_is_answered_in_json_or_not_done(api: Client, world: World) -> None:
    """A suggestion is no quotation to publish, whoever flags it; a stream is not one object."""
    address = f"{API}/quotes/{world.retort.public_id}/"
    headers = {"if-match": f'"{world.retort.public_id}.1"', "accept": "application/ld+json"}
    refused = api.patch(
        address, {"flagged": True}, content_type="application/json", headers=headers
    )
    assert (refused.status_code, refused.json()["code"]) == (406, "not-acceptable")
    lines = {"accept": "application/x-ndjson"}
    body = quote_body(world)
    there = f"{API}/quotes/"
    assert api.post(there, body, content_type="application/json", headers=lines).status_code == 406
    assert not Edit.objects.exists()


def test_a_change_is_all_or_nothing_and_asks_for_the_version(api: Client, world: World) -> None:
    address = f"quotes/{world.retort.public_id}/"
    change = {"speaker": str(world.tobias.public_id), "note": "Checked.", "flagged": True}
    assert send(api, "PATCH", address, change).json()["code"] == "version-required"
    response = send(api, "PATCH", address, change, row=world.retort)
    found = response.json()
    assert (found["status"], found["note"], found["flagged"]) == ("confirmed", "Checked.", True)
    assert response["ETag"] == api.get(f"{API}/{address}")["ETag"]
    stale = send(api, "PATCH", address, {"note": "Late."}, row=world.retort)
    assert (stale.status_code, stale.json()["current"]) == (412, found)
    world.retort.refresh_from_db()
    bad = send(api, "PATCH", address, {"note": "Not kept.", "kind": "indirect"}, row=world.retort)
    assert bad.status_code == 422
    assert api.get(f"{API}/{address}").json() == found


@pytest.mark.parametrize(
    "body", [{}, {"status": "confirmed"}, {"x": 1}, {"note": 7}, {"flagged": "maybe"}, []]
)
def test_odd_changes_are_refused(api: Client, world: World, body: object) -> None:
    response = send(api, "PATCH", f"quotes/{world.retort.public_id}/", body, row=world.retort)
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")
    assert not Edit.objects.exists()


def test_boundaries_move(api: Client, world: World) -> None:
    text = world.article.text
    words = "It has not held since March,"
    body = {"content": [span(text, words)], "cue": [span(text, "told the board")]}
    found = send(api, "PATCH", f"quotes/{world.retort.public_id}/", body, row=world.retort).json()
    assert {part["exact"] for part in found["parts"]} == {words, "told the board"}


def test_ones_own_decision_is_taken_back_and_no_other(
    api: Client, world: World, colleague: User, client_of: Callable[..., Client]
) -> None:
    address = f"quotes/{world.retort.public_id}/"
    before = api.get(f"{API}/{address}").json()
    assert send(api, "POST", f"{address}undo/", row=world.retort).status_code == 409
    send(api, "POST", f"{address}confirm/", row=world.retort)
    world.retort.refresh_from_db()
    other = send(client_of(colleague), "POST", f"{address}undo/", row=world.retort)
    assert (other.status_code, other.json()["code"]) == (409, "not-allowed-now")
    found = send(api, "POST", f"{address}undo/", row=world.retort).json()
    changed = {"version", "updated_at"}
    assert {k: v for k, v in found.items() if k not in changed} == {
        k: v for k, v in before.items() if k not in changed
    }
    history = api.get(f"{API}/{address}history/").json()["results"]
    assert [row["action"] for row in history] == ["quote.undone", "quote.confirmed"]
    assert "decided_by" not in history[0]["before"]


def test_corrections_are_added_and_changed(api: Client, world: World) -> None:
    claim = send(api, "POST", "quotes/", quote_body(world)).json()
    body = {
        "article": str(world.article.public_id),
        "evidence": span(world.article.text, "“The figure is forty million,” Ms Adair replied."),
        "corrector": str(world.ines.public_id),
        "corrected": str(world.tobias.public_id),
        "kind": "denial",
        "retorts": [claim["id"]],
    }
    response = send(api, "POST", "corrections/", body)
    found = response.json()
    assert response.status_code == 201, found
    assert (found["kind"], found["status"]) == ("denial", "confirmed")
    assert [(quote["id"], quote["side"]) for quote in found["quotes"]] == [
        (claim["id"], "correcting")
    ]
    row = Correction.objects.get(public_id=found["id"])
    address = f"corrections/{found['id']}/"
    half = send(api, "PATCH", address, {"claims": []}, row=row)
    assert half.json()["errors"][0]["pointer"] == "/retorts"
    changed = send(api, "PATCH", address, {"kind": "contradiction", "note": "As told."}, row=row)
    assert (changed.json()["kind"], changed.json()["note"]) == ("contradiction", "As told.")
    row.refresh_from_db()
    undone = send(api, "POST", f"{address}undo/", row=row)
    assert undone.json()["note"] == ""
    assert len(api.get(f"{API}/{address}history/").json()["results"]) == 4


def test_speakers_are_made_and_merged_and_parted(api: Client, world: World) -> None:
    body = {"collection": str(world.article.collection.public_id), "name": "I. Adair"}
    made = send(api, "POST", "speakers/", body)
    assert made.status_code == 201, made.json()
    double = Speaker.objects.get(public_id=made.json()["id"])
    into = {"into": str(world.ines.public_id)}
    merged = send(api, "POST", f"speakers/{double.public_id}/merge/", into, row=double)
    assert merged.status_code == 200, merged.json()
    assert merged.json()["id"] == str(world.ines.public_id)
    shown = api.get(f"{API}/speakers/{double.public_id}/").json()
    assert shown["merged_into"] == str(world.ines.public_id)
    stale = send(api, "POST", f"speakers/{double.public_id}/undo/", row=double)
    assert stale.status_code == 412
    double.refresh_from_db()
    parted = send(api, "POST", f"speakers/{double.public_id}/undo/", row=double)
    assert parted.status_code == 200, parted.json()
    assert parted.json()["merged_into"] is None


def test_many_are_decided_each_on_its_own(api: Client, world: World) -> None:
    other = make_world(world.article.collection)
    items = [
        {"id": str(world.retort.public_id), "version": 1, "action": "confirm"},
        {"id": str(other.retort.public_id), "version": 7, "action": "confirm"},
        {"id": str(other.claim.public_id), "version": 1, "action": "reopen"},
        {"id": str(other.retort.public_id), "version": 1, "action": "reject", "reason": "A title"},
        {"id": "0b7a3a6e-6b0e-4c58-9f0e-3d6f3c1f8a51", "version": 1, "action": "confirm"},
        {"id": str(world.claim.public_id), "version": 1, "action": "speaker"},
    ]
    assert send(api, "POST", "quotes/bulk/", {"items": items}).json()["code"] == "key-required"
    response = send(api, "POST", "quotes/bulk/", {"items": items}, key="one")
    results = response.json()["results"]
    assert [row["status"] for row in results] == [200, 412, 200, 200, 404, 400]
    assert results[0]["quote"]["status"] == "confirmed"
    assert results[1]["problem"]["current"]["version"] == 1
    assert results[3]["quote"]["note"] == "A title"
    many = {"items": items[:1] * 201}
    assert send(api, "POST", "quotes/bulk/", many, key="two").status_code == 400


def test_case_5_a_repeated_request_is_answered_again_and_done_once(
    api: Client, world: World
) -> None:
    body = {"collection": str(world.article.collection.public_id), "name": "Uma Thole"}
    first = send(api, "POST", "speakers/", body, key="k-1")
    again = send(api, "POST", "speakers/", body, key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert Speaker.objects.filter(name="Uma Thole").count() == 1
    other = send(api, "POST", "speakers/", {**body, "name": "Ona Thole"}, key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert send(api, "POST", "speakers/", body, key="k-2").status_code == 201


def test_a_key_is_its_owners_alone_and_a_refusal_is_not_kept(
    api: Client, world: World, colleague: User, client_of: Callable[..., Client]
) -> None:
    body = {"collection": str(world.article.collection.public_id), "name": " "}
    assert send(api, "POST", "speakers/", body, key="k").status_code == 422
    assert not IdempotencyRecord.objects.exists()
    body["name"] = "Uma Thole"
    assert send(api, "POST", "speakers/", body, key="k").status_code == 201
    assert send(client_of(colleague), "POST", "speakers/", body, key="k").status_code == 201
    for key in ("ä", "a b", "x" * 201):
        assert send(api, "POST", "speakers/", body, key=key).status_code == 400


def test_an_answer_is_kept_for_a_day(api: Client, world: World) -> None:
    body = {"collection": str(world.article.collection.public_id), "name": "Uma Thole"}
    send(api, "POST", "speakers/", body, key="k")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotations_idempotencyrecord SET created_at = now() - interval '25 hours'"
        )
    again = send(api, "POST", "speakers/", body, key="k")
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_case_6_the_same_key_twice_at_once_runs_once(
    collection: Collection, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, plain = make_token(user=editor, name="two", scopes=["annotate"])
    body = {"collection": str(collection.public_id), "name": "Uma Thole"}
    begun, go_on, answers = threading.Event(), threading.Event(), []

    def post() -> Any:
        client = Client(headers={"authorization": f"Bearer {plain}"})
        return send(client, "POST", "speakers/", body, key="k")

    def slowly(**said: Any) -> Speaker:
        begun.set()
        assert go_on.wait(10)
        return create_speaker(**said)

    def first() -> None:
        try:
            answers.append(post())
        finally:
            begun.set()
            connection.close()

    monkeypatch.setattr("annotations.api.speakers.create_speaker", slowly)
    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert begun.wait(10)
        second = post()
    finally:
        go_on.set()
        thread.join()
    assert (second.status_code, second.json()["code"]) == (409, "still-running")
    assert second["Retry-After"] == "1"
    assert answers[0].status_code == 201
    assert post().content == answers[0].content
    assert Speaker.objects.filter(name="Uma Thole").count() == 1


def test_who_may_not_see_it_learns_nothing(
    world: World, outsider: User, reader: User, client_of: Callable[..., Client]
) -> None:
    stranger, onlooker = client_of(outsider), client_of(reader)
    unknown = Quote(public_id="0b7a3a6e-6b0e-4c58-9f0e-3d6f3c1f8a51", version=1)
    for method, address, body in (
        ("PATCH", "quotes/{}/", {"note": "x"}),
        ("POST", "quotes/{}/undo/", None),
        ("GET", "quotes/{}/history/", None),
    ):
        seen = send(stranger, method, address.format(world.claim.public_id), body, row=world.claim)
        none = send(stranger, method, address.format(unknown.public_id), body, row=unknown)
        assert seen.status_code == none.status_code == 404
        assert without_request_id(seen) == without_request_id(none)
        if method != "GET":
            shown = send(
                onlooker, method, address.format(world.claim.public_id), body, row=world.claim
            )
            assert shown.status_code == 403
    assert send(stranger, "POST", "quotes/", quote_body(world)).status_code == 404
    assert not Edit.objects.exists()


def test_a_quote_beside_another_is_refused_in_words(api: Client, world: World) -> None:
    make_quote(world.article, "“The figure is forty million,”")
    response = send(api, "POST", "quotes/", quote_body(world))
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "quote-already-there"
    assert Article.objects.count() == 1
