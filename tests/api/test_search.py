"""Words in a list: found by walking along it or by looking them up, always the same rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from quotes.models import Article, Quote
from tests.api.conftest import API, World
from tests.api.test_plans import nodes, plan_of

pytestmark = pytest.mark.slow

SAID = (
    "the harbour wall stands",
    "a wall, then the harbour",
    "the harbour wall will fall",
    "no wall at all",
    "the ferry leaves the harbour",
    "a wall; and a harbour wall behind it",
    "the ferry is late",
    "harbour dues rise",
)
SEARCHES = {
    "harbour": 6,
    "wall harbour": 4,
    '"harbour wall"': 3,
    "harbour -wall": 2,
    'wall -"harbour wall"': 2,
    "ferry or dues": 3,
    '"harbour wall" or late': 4,
    "zeppelin": 0,
    '"': 0,
}


@pytest.fixture
def said(world: World) -> None:
    """One quote a day and two without a date, in an order that is not that of their keys."""
    days = [dt.date(2031, 5, 1 + n * 5 % 7) if n not in {2, 5} else None for n in range(len(SAID))]
    Quote.objects.bulk_create(
        Quote(
            article=world.article,
            collection=world.article.collection,
            published_on=day,
            kind="direct",
            status=Quote.Status.CONFIRMED,
            parent=world.claim,  # may overlap
            speaker=world.ines,
            start=0,
            end=10,
            normal_text=words,
        )
        for words, day in zip(SAID, days, strict=True)
    )


def walk(api: Client, query: dict[str, str]) -> list[str]:
    """All ids, page by page, and the same again backwards."""
    address: str | None = f"{API}/quotes/"
    forth: list[str] = []
    page: dict[str, Any] = api.get(address, query).json()
    last = page
    while page:
        forth += [row["id"] for row in page["results"]]
        last = page
        page = api.get(page["next"]).json() if page["next"] else {}
    back = [row["id"] for row in last["results"]]
    while last["previous"]:
        last = api.get(last["previous"]).json()
        back = [row["id"] for row in last["results"]] + back
    assert back == forth
    return forth


@pytest.mark.slow
@pytest.mark.parametrize("walked", [1, 2, 100])
def test_both_ways_of_searching_find_the_same(
    said: None, world: World, api: Client, monkeypatch: pytest.MonkeyPatch, walked: int
) -> None:
    monkeypatch.setattr("quotes.api.pagination.WALKED", walked)
    for words, number in SEARCHES.items():
        matching = Quote.objects.filter(Quote.having(words).matches).newest_first()
        expected = [str(public_id) for public_id in matching.values_list("public_id", flat=True)]
        assert len(expected) == number, words
        assert walk(api, {"q": words, "limit": "2"}) == expected, words
        counted = api.get(f"{API}/quotes/", {"q": words, "count": "true"}).json()
        assert counted["count"] == number


def test_what_the_index_names_is_never_too_little(said: None) -> None:
    for words in SEARCHES:
        search = Quote.having(words)
        missed = Quote.objects.filter(search.matches).exclude(search.candidates)
        assert not missed.exists(), words


def test_what_is_looked_up_is_sorted_whatever_index_gives_the_order(
    said: None, world: World, api: Client
) -> None:
    """Otherwise the database walks past the whole table for a word that is nowhere."""
    for place in ("quotes/", f"speakers/{world.ines.public_id}/statements/"):
        plan = plan_of(api, place, {"q": "harbour"}, enable_sort="off")
        keys = [key for node in nodes(plan) for key in node.get("Sort Key", ())]
        assert len([key for key in keys if "GREATEST" in key]) == 1, keys


def test_articles_are_searched_both_ways(
    world: World, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = next(word for word in world.article.text.split() if word.isalpha() and len(word) > 6)
    assert Article.objects.matching(word).count() == 1
    for walked in (0, 1):
        monkeypatch.setattr("quotes.api.pagination.WALKED", walked)
        found = api.get(f"{API}/articles/", {"q": word}).json()["results"]
        assert [row["id"] for row in found] == [str(world.article.public_id)]
