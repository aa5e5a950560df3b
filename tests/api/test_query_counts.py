"""Statements a request: at most four a list, all counted (who asks, how often, the rows)."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quotes.models import Collection, Quote
from tests.api.conftest import API, World
from tests.factories import make_article, make_correction, make_quote, make_speaker

Counter = Callable[[Callable[[], object]], int]
LISTS = (
    "articles/",
    "quotes/",
    "speakers/",
    "corrections/",
    "speakers/{speaker}/statements/",
    "speakers/{speaker}/corrections/",
)


def grow(world: World, rows: int) -> None:
    """More of everything: articles, quotes of one speaker, corrections, names."""
    collection = world.article.collection
    for n in range(rows):
        article = make_article(collection)
        other = make_speaker(collection, f"Person {n}")
        claim = make_quote(
            article, "“It was always forty.”", speaker=world.ines, status=Quote.Status.CONFIRMED
        )
        retort = make_quote(article, "“It has not held since March,”", speaker=other)
        make_correction(
            article,
            "“It has not held since March,”",
            corrector=other,
            corrected=world.ines,
            claims=(claim,),
            retorts=(retort,),
        )


def test_lists_cost_the_same_for_one_row_and_two_hundred(
    world: World,
    editor: User,
    client_of: Callable[..., Client],
    count_queries: Counter,
) -> None:
    signed_in = Client()
    signed_in.force_login(editor)
    requests = [
        (client, f"{API}/{address.format(speaker=world.ines.public_id)}?limit=200")
        for client in (client_of(editor, "read"), signed_in)
        for address in LISTS
    ]

    def rows(client: Client, address: str) -> int:
        return len(client.get(address).json()["results"])

    rows(*requests[0])  # notes the token's use, which happens once a minute
    few = []
    for request in requests:
        assert 1 <= rows(*request) <= 2
        few.append(count_queries(functools.partial(rows, *request)))
    grow(world, 200)
    for request, before in zip(requests, few, strict=True):
        assert rows(*request) == 200
        assert count_queries(functools.partial(rows, *request)) == before <= 4, request


def test_a_later_page_and_a_unit_cost_one_statement_more_at_most(
    world: World, api: Client, count_queries: Counter
) -> None:
    grow(world, 6)
    first = f"{API}/quotes/?limit=3"
    following = api.get(first).json()["next"]
    base = count_queries(lambda: api.get(first))
    assert count_queries(lambda: api.get(following)) == base
    assert count_queries(lambda: api.get(f"{first}&offset_unit=utf16")) == base + 1
    assert count_queries(lambda: api.get(f"{first}&count=true")) == base + 1


def test_annotations_cost_the_same_for_any_number(
    world: World, api: Client, count_queries: Counter, collection: Collection
) -> None:
    address = f"{API}/articles/{world.article.public_id}/annotations/"
    api.get(address)
    few = count_queries(lambda: api.get(address))
    make_quote(world.article, "“The figure is forty million,”", speaker=world.tobias)
    make_quote(world.article, "“It was always forty.”", speaker=world.ines)
    assert count_queries(lambda: api.get(address)) == few <= 6


def test_no_secret_column_is_read_for_a_list(world: World, api: Client) -> None:
    for address in world.lists():
        with CaptureQueriesContext(connection) as queries:
            api.get(address)
        rows = [query["sql"] for query in queries if "quotes_" in query["sql"]]
        assert rows
        assert not [sql for sql in rows if '"password"' in sql or '"search_vector"' in sql]
