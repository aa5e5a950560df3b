"""Pages: a walk sees every row once, whatever is added meanwhile (case 57)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from annotations.operations.tokens import make_token
from quotes.models import Article, Collection, Correction, Quote, Speaker
from tests.api.conftest import API, World
from tests.factories import make_article, make_speaker

pytestmark = pytest.mark.slow


def walk(api: Client, address: str, link: str = "next") -> Iterator[list[str]]:
    """The ids of each page, from an address on."""
    page: str | None = address
    while page:
        response = api.get(page)
        assert response.status_code == 200, response.content
        body = response.json()
        yield [row["id"] for row in body["results"]]
        page = body[link]


def make_many(collection: Collection, dates: list[dt.date | None]) -> list[str]:
    """Articles on these dates; their ids as the list shows them: newest first, undated last."""
    rows = [make_article(collection, published_on=date) for date in dates]
    rows.sort(key=lambda row: (row.published_on or dt.date.min, row.pk), reverse=True)
    return [str(row.public_id) for row in rows]


DAY = dt.date(2026, 4, 1)
DATES = [DAY, None, DAY, DAY + dt.timedelta(1), None, DAY, None, DAY - dt.timedelta(9), DAY]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9, 10])
def test_a_walk_sees_every_row_once_in_order(
    api: Client, collection: Collection, limit: int
) -> None:
    expected = make_many(collection, DATES)
    pages = list(walk(api, f"{API}/articles/?limit={limit}"))
    assert [row for page in pages for row in page] == expected
    assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_walk_back_sees_the_same_rows(api: Client, collection: Collection, limit: int) -> None:
    expected = make_many(collection, DATES)
    address = f"{API}/articles/?limit={limit}"
    last = address
    while following := api.get(last).json()["next"]:
        last = following
    pages = list(walk(api, last, "previous"))
    assert [row for page in reversed(pages) for row in page] == expected


def test_names_and_changes_are_total_orders_too(api: Client, collection: Collection) -> None:
    for name in ("Ann Ode", "Ann Ode", "Bo Lund", "ann ode", "Åse Berg"):
        make_speaker(collection, name)
    for query in ("limit=2", "limit=2&updated_since=2020-01-01T00:00:00Z"):
        seen = [row for page in walk(api, f"{API}/speakers/?{query}") for row in page]
        assert len(seen) == len(set(seen)) == 5


def test_changes_come_oldest_first(api: Client, world: World) -> None:
    Quote.objects.get(pk=world.claim.pk).save()
    since = "2020-01-01T00:00:00Z"
    rows = api.get(f"{API}/quotes/", {"updated_since": since}).json()["results"]
    assert [row["id"] for row in rows] == [
        str(world.retort.public_id),
        str(world.claim.public_id),
    ]


def test_who_follows_changes_learns_what_went(api: Client, world: World) -> None:
    """A copy drops what the engine replaced and what a person withdrew (decision 2)."""
    seen = world.claim.updated_at.isoformat()
    Quote.objects.filter(pk=world.retort.pk).mark_replaced()
    Quote.objects.filter(pk=world.claim.pk).update(
        status=Quote.Status.WITHDRAWN, version=2, updated_at=Now(), note="Legal, 4 May"
    )
    Correction.objects.filter(pk=world.correction.pk).mark_replaced()

    def statuses(address: str, **filters: str) -> dict[str, str]:
        rows = api.get(f"{API}/{address}/", filters).json()["results"]
        return {row["id"]: row["status"] for row in rows}

    claim, retort = str(world.claim.public_id), str(world.retort.public_id)
    assert statuses("quotes") == statuses("corrections") == {}
    assert statuses("quotes", updated_since=seen) == {retort: "replaced", claim: "withdrawn"}
    assert statuses("quotes", updated_since=seen, article=str(world.article.public_id)) == {
        retort: "replaced",
        claim: "withdrawn",
    }
    assert statuses("quotes", updated_since=seen, status="suggested") == {}
    went = {str(world.correction.public_id): "replaced"}
    assert statuses("corrections", updated_since=seen) == went
    mine = f"speakers/{world.ines.public_id}/corrections"
    assert statuses(mine) == {}
    assert statuses(mine, updated_since=seen) == went


@pytest.mark.parametrize("gone", ["rejected", "suggested", "withdrawn", "replaced"])
def test_who_follows_statements_learns_what_is_one_no_more(
    api: Client, world: World, gone: str
) -> None:
    seen = world.claim.updated_at.isoformat()
    Quote.objects.filter(pk=world.claim.pk).update(status=gone, version=2, updated_at=Now())
    claim = str(world.claim.public_id)
    for address in ("statements/", f"speakers/{world.ines.public_id}/statements/"):
        assert api.get(f"{API}/{address}").json()["results"] == []
        for query in ({}, {"group": "same_words"}):
            found = api.get(f"{API}/{address}", {"updated_since": seen, **query}).json()["results"]
            # Nobody ever touched the other quote: it was never a statement.
            assert [(row["id"], row["status"]) for row in found] == [(claim, gone)]
        linked = api.get(
            f"{API}/{address}", {"updated_since": seen}, headers={"accept": "application/ld+json"}
        )
        assert linked.json()["@graph"] == []


def test_who_follows_changes_learns_who_was_merged(api: Client, world: World) -> None:
    Speaker.objects.filter(pk=world.ines.pk).update(merged_into=world.tobias)
    ines, tobias = str(world.ines.public_id), str(world.tobias.public_id)
    rows = api.get(f"{API}/speakers/").json()["results"]
    assert [row["id"] for row in rows] == [tobias]
    rows = api.get(f"{API}/speakers/", {"updated_since": "2020-01-01T00:00:00Z"}).json()["results"]
    assert {row["id"]: row["merged_into"] for row in rows} == {ines: tobias, tobias: None}


def test_what_was_withdrawn_comes_without_its_words(api: Client, world: World) -> None:
    seen = world.claim.updated_at.isoformat()
    Quote.objects.filter(pk=world.claim.pk).update(
        status=Quote.Status.WITHDRAWN, version=2, updated_at=Now(), note="Legal, 4 May"
    )
    Correction.objects.filter(pk=world.correction.pk).update(
        status=Correction.Status.WITHDRAWN, version=2, updated_at=Now(), note="Legal, 4 May"
    )
    response = api.get(f"{API}/quotes/", {"updated_since": seen})
    row = next(row for row in response.json()["results"] if row["status"] == "withdrawn")
    assert (row["id"], row["version"]) == (str(world.claim.public_id), 2)
    assert (row["text"], row["parts"], row["note"], row["reason"]) == ("", [], "", "")
    assert row["speaker"] is None
    assert "ninety winters" not in response.content.decode()
    assert "Legal" not in response.content.decode()
    for kind in ("quotes", "statements"):
        query = {"updated_since": seen, "q": "ninety winters"}
        assert api.get(f"{API}/{kind}/", query).json()["results"] == []
    (row,) = api.get(f"{API}/statements/", {"updated_since": seen}).json()["results"]
    assert (row["context_before"], row["context_after"], row["text"]) == ("", "", "")
    response = api.get(f"{API}/corrections/", {"updated_since": seen})
    (row,) = response.json()["results"]
    assert (row["id"], row["status"]) == (str(world.correction.public_id), "withdrawn")
    assert (row["exact"], row["cue"], row["quotes"]) == ("", None, [])
    assert row["corrector"] is row["corrected"] is None
    assert "since March" not in response.content.decode()
    for kind, gone in (("quotes", world.claim), ("corrections", world.correction)):
        assert api.get(f"{API}/{kind}/{gone.public_id}/").status_code == 404


def test_rows_that_come_in_between_shift_nothing(api: Client, collection: Collection) -> None:
    before = make_many(collection, [DAY - dt.timedelta(n) for n in range(10)])
    seen: list[str] = []
    for page in walk(api, f"{API}/articles/?limit=3"):
        seen.extend(page)
        make_article(collection, published_on=DAY + dt.timedelta(1))
        make_article(collection, published_on=DAY - dt.timedelta(99))
    assert len(seen) == len(set(seen))
    assert [row for row in seen if row in before] == before


@pytest.mark.django_db(transaction=True)
def test_case_57_a_walk_beside_a_writer_loses_and_repeats_nothing(
    collection: Collection, editor: User
) -> None:
    before = make_many(collection, [DAY - dt.timedelta(n % 7) for n in range(40)])
    _, plain = make_token(user=editor, name="walk", scopes=["read"])
    api = Client(headers={"authorization": f"Bearer {plain}"})
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        try:
            while not stop.is_set():
                make_article(collection, published_on=DAY - dt.timedelta(3))
                written.set()
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(10)
        seen = []
        for page in walk(api, f"{API}/articles/?limit=3"):
            seen.extend(page)
            if len(seen) > 600:
                stop.set()
    finally:
        stop.set()
        writer.join()
    assert len(seen) == len(set(seen))
    assert [row for row in seen if row in set(before)] == before
    assert len(seen) > len(before)


def test_a_cursor_belongs_to_its_list_filters_and_order(
    api: Client, collection: Collection, world: World
) -> None:
    make_many(collection, DATES)
    following = api.get(f"{API}/articles/?limit=2&outlet=Harbour%20Gazette").json()["next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]
    good = f"{API}/articles/?limit=5&outlet=Harbour%20Gazette&cursor={cursor}"
    assert api.get(good).status_code == 200
    for bad in (
        f"{API}/articles/?cursor={cursor}",
        f"{API}/articles/?outlet=Other&cursor={cursor}",
        f"{API}/quotes/?outlet=Harbour%20Gazette&cursor={cursor}",
        f"{API}/articles/?outlet=Harbour%20Gazette&updated_since=2020-01-01T00:00:00Z"
        f"&cursor={cursor}",
        f"{API}/articles/?outlet=Harbour%20Gazette&cursor={cursor[:-1]}",
        f"{API}/articles/?outlet=Harbour%20Gazette&cursor={cursor}A",
        f"{API}/articles/?outlet=Harbour%20Gazette&cursor={'A' * 5000}",
    ):
        response = api.get(bad)
        assert (response.status_code, response.json()["code"]) == (400, "bad-cursor"), bad


def test_someone_elses_cursor_shows_ones_own_rows_only(
    api: Client,
    collection: Collection,
    outsider: User,
    client_of: Callable[..., Client],
) -> None:
    make_many(collection, DATES)
    following = api.get(f"{API}/articles/?limit=2").json()["next"]
    assert client_of(outsider).get(following).json()["results"] == []


def test_links_keep_filters_and_size(api: Client, collection: Collection) -> None:
    make_many(collection, DATES)
    following = api.get(f"{API}/articles/?limit=2&outlet=Harbour%20Gazette&count=true").json()
    assert following["count"] == len(DATES)
    assert "limit=2" in following["next"]
    assert "outlet=Harbour" in following["next"]
    assert "count" not in following["next"]
    assert len(api.get(following["next"]).json()["results"]) == 2


def test_a_count_stops_at_ten_thousand(
    api: Client, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(collection, DATES)
    address = f"{API}/articles/?count=true&limit=1"
    assert api.get(address).json()["count"] == len(DATES)
    monkeypatch.setattr("quotes.api.pagination.COUNTED_TO", len(DATES) - 1)
    assert api.get(address).json()["count"] == f"{len(DATES) - 1}+"


def test_the_largest_page_has_two_hundred_rows(api: Client, collection: Collection) -> None:
    template = make_article(collection)
    Article.objects.bulk_create(
        Article(
            collection=collection,
            text=template.text,
            sha256=f"{n:064x}",
            length=template.length,
            published_on=DAY,
        )
        for n in range(210)
    )
    assert len(api.get(f"{API}/articles/?limit=200").json()["results"]) == 200
    assert len(api.get(f"{API}/articles/").json()["results"]) == 50
