"""Changing what is known of an article and of a speaker; versions; statements by any name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import Edit
from quotes.models import Article, Collection, ExtractionRun, Quote, Speaker, SpeakerName
from quotes.normal_form import normal_name
from tests.api.conftest import API, World
from tests.factories import make_article, make_quote, make_speaker

pytestmark = pytest.mark.slow


def ask(
    client: Client,
    address: str,
    body: object,
    version: int | None = None,
    row: Any = None,
    method: str = "POST",
) -> Any:
    """A writing request, with the version of the row that was seen."""
    headers = {} if version is None else {"if-match": f'"{row.public_id}.{version}"'}
    return client.generic(
        method, address, json.dumps(body), content_type="application/json", headers=headers
    )


def article_address(world: World) -> str:
    return f"{API}/articles/{world.article.public_id}/"


def speaker_address(world: World) -> str:
    return f"{API}/speakers/{world.ines.public_id}/"


def test_details_of_an_article_change_and_quotes_take_over_the_date(
    api: Client, world: World, editor: User
) -> None:
    text = Article.objects.get().text
    body = {"headline": "Wall stands", "published_on": "2026-03-09", "external_id": "cms-7"}
    answer = ask(api, article_address(world), body, version=1, row=world.article, method="PATCH")
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert {name: shown[name] for name in body} == body
    assert (shown["version"], shown["text"], shown["outlet"]) == (2, text, "Harbour Gazette")
    assert answer["ETag"] == f'"{world.article.public_id}.2"'
    assert set(Quote.objects.values_list("published_on", flat=True)) == {dt.date(2026, 3, 9)}
    edit = Edit.objects.of_object(world.article.public_id).get()
    assert (edit.action, edit.actor, edit.version) == ("article.changed", editor, 2)
    assert (edit.before or {})["headline"] == "Wall talks end"


def test_a_change_of_an_article_is_taken_back_and_done_again(api: Client, world: World) -> None:
    there = article_address(world)
    before = api.get(there).json()
    ask(api, there, {"published_on": None}, version=1, row=world.article, method="PATCH")
    undone = ask(api, f"{there}undo/", {}, version=2, row=world.article).json()
    assert undone | {"version": 1, "updated_at": before["updated_at"]} == before
    again = ask(api, f"{there}undo/", {}, version=3, row=world.article).json()
    assert (again["published_on"], again["version"]) == (None, 4)
    actions = [row["action"] for row in api.get(f"{there}history/").json()["results"]]
    assert actions == ["article.redone", "article.undone", "article.changed"]
    assert Quote.objects.filter(published_on=None).count() == 2


def test_what_cannot_be_changed_of_an_article_is_refused(
    api: Client, world: World, collection: Collection
) -> None:
    there = article_address(world)
    make_article(collection, external_id="taken")
    for body, status, code in (
        ({"text": "Other words."}, 400, "read-only-field"),
        ({"version": 7}, 400, "read-only-field"),
        ({"search_vector": ""}, 400, "unknown-field"),
        ({"published_on": "2026-13-01"}, 422, "invalid"),
        ({"published_on": "٢٠٢٦-٠١-٠١"}, 400, "invalid"),
        ({"url": "javascript:alert(1)"}, 422, "invalid"),
        ({"language": "x" * 36}, 400, "invalid"),
        ({"external_id": "taken"}, 422, "article-external-id-once-per-collection"),
        ({"headline": "Wall talks end"}, 422, "nothing-to-change"),
        ({}, 400, "nothing-to-change"),
    ):
        answer = ask(api, there, body, version=1, row=world.article, method="PATCH")
        found = answer.json()
        assert (answer.status_code, found["errors"][0]["code"]) == (status, code), (body, found)
    assert not Edit.objects.exists()


def test_an_article_asks_for_the_version_and_shows_the_present_one(
    api: Client, world: World
) -> None:
    there, body = article_address(world), {"byline": "By Odile Marsh"}
    assert api.patch(there, body, content_type="application/json").status_code == 428
    assert ask(api, there, body, 1, world.article, method="PATCH").json()["version"] == 2
    assert ask(api, there, body, 1, world.article, method="PATCH").json()["version"] == 2
    stale = ask(api, there, {"byline": "Other"}, 1, world.article, method="PATCH")
    assert (stale.status_code, stale.json()["current"]["byline"]) == (412, "By Odile Marsh")


def test_an_article_is_read_again_once_while_a_run_waits(api: Client, world: World) -> None:
    there = f"{article_address(world)}extract/"
    first, second = ask(api, there, {}), ask(api, there, {})
    assert (first.status_code, first.json()["state"]) == (202, "queued")
    assert first.json()["id"] == second.json()["id"]
    assert ExtractionRun.objects.count() == 1
    assert api.get(first["Location"]).json()["results"][0]["id"] == first.json()["id"]


def test_versions_of_a_story_are_listed_from_any_of_them(
    api: Client, collection: Collection, count_queries: Callable[..., int]
) -> None:
    first = make_article(collection)
    second, third = make_article(collection), make_article(collection)
    make_article(collection)
    Article.objects.filter(pk=second.pk).update(previous=first)
    Article.objects.filter(pk=third.pk).update(previous=second)
    wanted = [str(row.public_id) for row in (third, second, first)]
    for row in (first, second, third):
        found = api.get(f"{API}/articles/{row.public_id}/versions/").json()["results"]
        assert [item["id"] for item in found] == wanted
        assert "text" not in found[0]
    assert count_queries(lambda: api.get(f"{API}/articles/{row.public_id}/versions/")) <= 3


def test_a_speaker_changes_and_the_change_is_taken_back(api: Client, world: World) -> None:
    there = speaker_address(world)
    body = {"name": "Inés Adair", "wikidata_id": "Q42", "description": "Minister of works"}
    changed = ask(api, there, body, 1, world.ines, method="PATCH")
    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in body} == body
    assert (changed.json()["version"], changed["ETag"]) == (2, f'"{world.ines.public_id}.2"')
    undone = ask(api, f"{there}undo/", {}, 2, world.ines).json()
    assert (undone["name"], undone["wikidata_id"], undone["version"]) == ("Ines Adair", None, 3)
    redone = ask(api, f"{there}undo/", {}, 3, world.ines).json()
    assert (redone["name"], redone["wikidata_id"]) == ("Inés Adair", "Q42")


def test_a_name_comes_and_goes_and_undo_leaves_what_was_learnt_since(
    api: Client, world: World
) -> None:
    there = speaker_address(world)
    name = {"text": "the Minister of Works", "kind": "title", "valid_from": "2025-01-01"}
    added = ask(api, f"{there}names/", name, 1, world.ines)
    assert added.status_code == 200, added.content
    assert ask(api, f"{there}names/", name, 1, world.ines).json()["version"] == 2, "once"
    texts = {row["text"] for row in api.get(f"{there}names/").json()["results"]}
    assert texts == {"Ines Adair", "the Minister of Works"}
    SpeakerName.objects.create(speaker=world.ines, text="Adair", norm=normal_name("Adair"))
    gone = {"text": "the Minister of Works", "kind": "title"}
    assert ask(api, f"{there}names/remove/", gone, 2, world.ines).json()["version"] == 3
    assert ask(api, f"{there}undo/", {}, 3, world.ines).status_code == 200
    found = {row["text"]: row for row in api.get(f"{there}names/").json()["results"]}
    assert set(found) == {"Ines Adair", "the Minister of Works", "Adair"}
    assert found["the Minister of Works"]["valid_from"] == "2025-01-01"


def test_odd_changes_of_a_speaker_are_refused(
    api: Client, world: World, collection: Collection
) -> None:
    make_speaker(collection, "Uma Thole", wikidata_id="Q7")
    there = speaker_address(world)
    known = {"text": "Ines Adair", "kind": "name"}
    refused: list[tuple[str, dict[str, Any], int, str]] = [
        ("", {"wikidata_id": "Q7"}, 422, "speaker-wikidata-once"),
        ("", {"wikidata_id": "Q٤٢"}, 400, "invalid"),
        ("", {"wikidata_id": "42"}, 400, "invalid"),
        ("", {"name": "  "}, 422, "invalid"),
        ("", {"merged_into": str(world.tobias.public_id)}, 400, "read-only-field"),
        ("", {"name": "Ines Adair"}, 422, "nothing-to-change"),
        ("names/", {"text": "—"}, 422, "invalid"),
        ("names/", known, 422, "speaker-name-once"),
        ("names/", {"text": "A", "valid_from": "2026-02-30"}, 400, "invalid"),
        (
            "names/",
            {"text": "A", "valid_from": "2026-02-02", "valid_to": "2026-02-01"},
            422,
            "speaker-name-dates-in-order",
        ),
        ("names/remove/", {"text": "Nobody", "kind": "name"}, 422, "unknown-name"),
        ("names/remove/", known, 409, ""),
    ]
    for place, body, status, code in refused:
        method = "POST" if place else "PATCH"
        answer = ask(api, f"{there}{place}", body, 1, world.ines, method=method)
        assert "errors" in answer.json(), (body, answer.content)
        errors = answer.json()["errors"] or [{"code": ""}]
        assert (answer.status_code, errors[0]["code"]) == (status, code), (body, answer.content)
    assert not Edit.objects.exists()


def test_a_speaker_is_split_in_two_and_put_together_again(
    api: Client, world: World, collection: Collection
) -> None:
    other = make_article(collection)
    make_quote(other, "“It has held for ninety winters,”", speaker=world.ines)
    body = {"name": "Ines Adair (poet)", "articles": [str(other.public_id)]}
    child = ask(api, f"{speaker_address(world)}split/", body, 1, world.ines)
    assert child.status_code == 201, child.content
    assert Quote.objects.get(article=other).speaker == Speaker.objects.get(name=body["name"])
    back = ask(api, f"{child['Location']}undo/", {}, version=1, row=Speaker.objects.latest("pk"))
    assert back.json()["merged_into"] == str(world.ines.public_id), back.content
    assert Quote.objects.get(article=other).speaker == world.ines


def statements(api: Client, **filters: str) -> list[str]:
    answer = api.get(f"{API}/statements/", filters)
    assert answer.status_code == 200, answer.content
    return [row["speaker"]["name"] for row in answer.json()["results"]]


@pytest.fixture
def premiers(collection: Collection, editor: User) -> dict[str, Quote]:
    """Two people who were premier one after the other, and one more of the same name."""
    said = {}
    for name, begin, end, day in (
        ("Orla Finn", None, dt.date(2025, 6, 30), dt.date(2025, 3, 1)),
        ("Bram Toll", dt.date(2025, 7, 1), None, dt.date(2026, 3, 1)),
    ):
        speaker = make_speaker(collection, name, wikidata_id=f"Q{len(name) + len(said)}")
        SpeakerName.objects.create(
            speaker=speaker,
            text="the Premier",
            norm=normal_name("the Premier"),
            kind=SpeakerName.Kind.TITLE,
            valid_from=begin,
            valid_to=end,
        )
        for published_on in (dt.date(2025, 3, 1), dt.date(2026, 3, 1)):
            article = make_article(collection, published_on=published_on)
            quote = make_quote(
                article,
                "“It has held for ninety winters,”",
                speaker=speaker,
                status="confirmed",
                decided_by=editor,
                decided_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
            )
            if published_on == day:
                said[name] = quote
    return said


def test_a_name_finds_who_was_called_so_on_the_day(
    api: Client, premiers: dict[str, Quote], count_queries: Callable[..., int]
) -> None:
    found = api.get(f"{API}/statements/", {"speaker_name": "THE premier"}).json()["results"]
    assert [row["id"] for row in found] == [
        str(premiers[name].public_id) for name in ("Bram Toll", "Orla Finn")
    ]
    assert len(statements(api, speaker_name="Bram Toll")) == 2
    assert statements(api, speaker_name="Nobody Here") == []
    assert statements(api, speaker_name="the premier", published_before="2025-12-31") == [
        "Orla Finn"
    ]
    assert len(statements(api)) == 4
    assert count_queries(lambda: statements(api, speaker_name="the premier")) <= 4


def test_statements_are_found_by_wikidata_id_and_by_id(
    api: Client, premiers: dict[str, Quote]
) -> None:
    speaker = premiers["Orla Finn"].speaker
    assert speaker is not None and speaker.wikidata_id is not None
    assert statements(api, wikidata_id=speaker.wikidata_id) == ["Orla Finn"] * 2
    assert statements(api, speaker=str(speaker.public_id)) == ["Orla Finn"] * 2
    assert statements(api, wikidata_id="Q999999") == []
    shown = api.get(f"{API}/statements/", {"wikidata_id": speaker.wikidata_id}).json()
    assert shown["results"][0]["speaker"]["wikidata_id"] == speaker.wikidata_id
    assert api.get(f"{API}/statements/?wikidata_id=Q1' OR 1=1").status_code == 400


def test_nobody_outside_reads_statements_by_name(
    client_of: Callable[..., Client], outsider: User, premiers: dict[str, Quote]
) -> None:
    assert statements(client_of(outsider), speaker_name="the premier") == []
