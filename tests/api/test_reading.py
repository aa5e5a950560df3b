"""What each resource shows, to whom, and that nobody else learns even that it exists."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from quotes.models import Quote, Speaker
from tests.api.conftest import API, World, make_world, without_request_id
from tests.factories import make_article, make_collection, make_quote, make_speaker


def test_an_article_shows_its_text_untouched(api: Client, world: World) -> None:
    found = api.get(f"{API}/articles/{world.article.public_id}/").json()
    assert found["text"] == world.article.text
    assert found["headline"] == "Wall talks end"
    assert found["published_on"] == "2026-02-27"
    assert found["length"] == len(world.article.text)
    assert found["collection"] == str(world.article.collection.public_id)


def test_the_article_list_shows_how_far_people_have_come(api: Client, world: World) -> None:
    found = api.get(f"{API}/articles/").json()
    assert [row["id"] for row in found["results"]] == [str(world.article.public_id)]
    row = found["results"][0]
    assert (row["n_quotes"], row["n_decided"], row["n_corrections"]) == (2, 1, 1)
    assert row["extraction"] is None
    assert "text" not in row
    assert (found["next"], found["previous"]) == (None, None)
    assert "count" not in found


def test_annotations_of_an_article_come_in_reading_order(api: Client, world: World) -> None:
    found = api.get(f"{API}/articles/{world.article.public_id}/annotations/").json()
    assert found["article"]["text"] == world.article.text
    ids = [str(world.claim.public_id), str(world.retort.public_id)]
    assert [quote["id"] for quote in found["quotes"]] == ids
    assert [row["id"] for row in found["corrections"]] == [str(world.correction.public_id)]
    assert found["extraction"] is None


def test_a_quote_says_where_it_comes_from_and_who_decided(
    api: Client, world: World, editor: User
) -> None:
    found = api.get(f"{API}/quotes/{world.claim.public_id}/").json()
    assert found["text"] == "“It has held for ninety winters,”"
    assert found["speaker"] == {
        "id": str(world.ines.public_id),
        "name": "Ines Adair",
        "kind": "person",
        "wikidata_id": None,
    }
    assert found["status"] == "confirmed"
    assert found["origin"] == "machine"
    assert found["confidence"] == 0.9
    assert found["decided_by"] == editor.get_username()
    assert found["decided_at"] == "2026-03-01T09:00:00Z"
    assert found["changed_fields"] == []
    assert found["engine_version"] is None
    assert found["version"] == 1
    assert found["corrections"] == [
        {
            "id": str(world.correction.public_id),
            "side": "corrected",
            "kind": "contradiction",
            "status": "suggested",
            "corrector": {"id": str(world.tobias.public_id), "name": "Tobias Wrenfield"},
            "corrected": {"id": str(world.ines.public_id), "name": "Ines Adair"},
        }
    ]
    text = world.article.text
    roles = set()
    for part in found["parts"]:
        roles.add(part["role"])
        assert text[part["start"] : part["end"]] == part["exact"]
    assert roles == {"content", "cue", "source"}


def test_statements_are_confirmed_quotes_with_their_surroundings(api: Client, world: World) -> None:
    address = f"{API}/speakers/{world.ines.public_id}/statements/"
    make_quote(world.article, "“The figure is forty million,”", speaker=world.ines)
    found = api.get(address).json()["results"]
    assert [row["id"] for row in found] == [str(world.claim.public_id)]
    row = found[0]
    text, start, end = world.article.text, row["start"], row["end"]
    assert text[start:end] == row["text"]
    assert row["context_before"] == text[max(0, start - 160) : start]
    assert row["context_after"] == text[end : end + 160]
    assert row["article"]["outlet"] == "Harbour Gazette"
    assert row["corrections"][0]["corrector"]["name"] == "Tobias Wrenfield"


def test_context_stops_at_the_borders_of_the_text(api: Client, world: World) -> None:
    article = make_article(world.article.collection, "“All of it,” they said.")
    make_quote(
        article, "“All of it,” they said.", speaker=world.tobias, status=Quote.Status.CONFIRMED
    )
    row = api.get(f"{API}/speakers/{world.tobias.public_id}/statements/").json()["results"][0]
    assert (row["context_before"], row["context_after"]) == ("", "")


def test_a_merged_speaker_points_to_the_one_it_became(api: Client, world: World) -> None:
    old = make_speaker(world.article.collection, "I. Adair")
    Speaker.objects.filter(pk=old.pk).update(merged_into=world.ines)
    found = api.get(f"{API}/speakers/{old.public_id}/").json()
    assert found["merged_into"] == str(world.ines.public_id)
    rows = api.get(f"{API}/speakers/{old.public_id}/statements/").json()["results"]
    assert [row["id"] for row in rows] == [str(world.claim.public_id)]
    listed = api.get(f"{API}/speakers/").json()["results"]
    assert str(old.public_id) not in [row["id"] for row in listed]


def test_a_speaker_shows_all_names(api: Client, world: World) -> None:
    found = api.get(f"{API}/speakers/{world.ines.public_id}/").json()
    assert found["names"] == [
        {"text": "Ines Adair", "kind": "name", "valid_from": None, "valid_to": None, "place": ""}
    ]


def test_a_correction_shows_both_sides(api: Client, world: World) -> None:
    found = api.get(f"{API}/corrections/{world.correction.public_id}/").json()
    assert found["corrector"]["name"] == "Tobias Wrenfield"
    assert found["corrected"]["name"] == "Ines Adair"
    assert found["exact"] == world.article.text[found["start"] : found["end"]]
    assert [(row["side"], row["id"]) for row in found["quotes"]] == [
        ("corrected", str(world.claim.public_id)),
        ("correcting", str(world.retort.public_id)),
    ]
    assert "right" not in found


def test_corrections_of_a_speaker_can_be_read_by_part(api: Client, world: World) -> None:
    address = f"{API}/speakers/{world.ines.public_id}/corrections/"
    assert len(api.get(address).json()["results"]) == 1
    assert len(api.get(f"{address}?role=corrected").json()["results"]) == 1
    assert api.get(f"{address}?role=corrector").json()["results"] == []


@pytest.mark.parametrize("status", [Quote.Status.WITHDRAWN, Quote.Status.REPLACED])
def test_what_is_off_the_record_is_nowhere(api: Client, world: World, status: str) -> None:
    Quote.objects.filter(pk=world.claim.pk).update(status=status)
    assert api.get(f"{API}/quotes/{world.claim.public_id}/").status_code == 404
    for address in (*world.lists(), f"{API}/articles/{world.article.public_id}/annotations/"):
        assert str(world.claim.public_id) not in api.get(address).text, address


def test_no_number_of_a_row_is_shown(api: Client, world: World) -> None:
    found = api.get(f"{API}/articles/{world.article.public_id}/annotations/").json()

    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {n for inner in value.values() for n in names(inner)}
        return {n for inner in value for n in names(inner)} if isinstance(value, list) else set()

    assert "pk" not in names(found)
    assert all(uuid.UUID(quote["id"]) for quote in found["quotes"])


def test_case_13_anothers_object_is_the_same_404_as_none(
    client_of: Callable[..., Client], outsider: User, world: World
) -> None:
    client = client_of(outsider)
    ids = [row.public_id for row in (world.article, world.claim, world.ines, world.correction)]
    for address in world.addresses():
        hidden = client.get(address)
        none = address
        for public_id in ids:
            none = none.replace(str(public_id), str(uuid.uuid4()))
        assert none != address
        missing = client.get(none)
        assert hidden.status_code == missing.status_code == 404, address
        assert without_request_id(hidden) == without_request_id(missing)
        assert {k: v for k, v in hidden.items() if k not in {"X-Request-Id", "RateLimit"}} == {
            k: v for k, v in missing.items() if k not in {"X-Request-Id", "RateLimit"}
        }


def test_lists_hold_ones_own_collections_only(
    client_of: Callable[..., Client], outsider: User, editor: User, world: World
) -> None:
    make_world(make_collection("Third desk"))
    for address in (f"{API}/{name}/" for name in ("articles", "quotes", "speakers", "corrections")):
        assert client_of(outsider).get(address).json()["results"] == [], address
        assert client_of(editor).get(address).json()["results"], address


def test_everything_is_closed_to_strangers(client: Client, world: World) -> None:
    for address in (*world.addresses(), *world.lists()):
        response = client.get(address)
        assert response.status_code == 401, address
        assert response["WWW-Authenticate"] == 'Bearer realm="On Record"'
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not-signed-in"


def test_a_deactivated_member_sees_nothing(client: Client, editor: User, world: World) -> None:
    client.force_login(editor)
    assert client.get(f"{API}/quotes/").status_code == 200
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert client.get(f"{API}/quotes/").status_code == 401


def test_other_addresses_and_methods_are_problems_too(api: Client, world: World) -> None:
    for address in (f"{API}/nothing/", f"{API}/quotes", f"{API}/quotes/7/", f"{API}/quotes/x/"):
        response = api.get(address)
        assert (response.status_code, response.json()["code"]) == (404, "not-found"), address
        assert response["Content-Type"] == "application/problem+json"
    response = api.delete(f"{API}/quotes/{world.claim.public_id}/")
    assert (response.status_code, response.json()["code"]) == (405, "method-not-allowed")
    assert "GET" in response["Allow"]
    assert api.options(f"{API}/quotes/").status_code == 405
    response = api.get(f"{API}/quotes/", headers={"accept": "text/html"})
    assert (response.status_code, response.json()["code"]) == (406, "not-acceptable")


def test_every_problem_has_a_description(client: Client, db: None) -> None:
    from quotes.api.problems import KINDS

    for code, kind in KINDS.items():
        found = client.get(f"{API}/problems/{code}/").json()
        assert (found["code"], found["status"]) == (code, kind.status)
    assert client.get(f"{API}/problems/none/").status_code == 404


def test_an_answer_names_its_request(api: Client, db: None) -> None:
    response = api.get(f"{API}/quotes/{uuid.uuid4()}/")
    assert response.json()["request_id"] == response["X-Request-Id"] != ""
