"""Statements a request: at most four a list, all counted (who asks, how often, the rows)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quotes.models import (
    Article,
    Collection,
    Correction,
    CorrectionQuote,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerName,
)
from quotes.normal_form import normal_name
from tests.api.conftest import API, World
from tests.factories import make_quote

pytestmark = pytest.mark.slow

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
    """More of everything: articles, quotes of one speaker, corrections, names.

    Written in bulk: two hundred rows one by one take longer than all that is measured.
    """
    known = world.article
    columns: dict[str, Any] = {
        "collection": known.collection,
        "published_on": known.published_on,
        "start": 0,
        "end": 10,
    }
    articles = Article.objects.bulk_create(
        Article(
            collection=known.collection,
            text=known.text,
            sha256=f"{n:064x}",
            length=known.length,
            published_on=known.published_on,
        )
        for n in range(rows)
    )
    others = Speaker.objects.bulk_create(
        Speaker(collection=known.collection, name=f"Person {n}") for n in range(rows)
    )
    SpeakerName.objects.bulk_create(
        SpeakerName(speaker=other, text=other.name, norm=normal_name(other.name))
        for other in others
    )
    confirmed = Quote.Status.CONFIRMED
    claims = Quote.objects.bulk_create(
        Quote(article=article, speaker=world.ines, kind="direct", status=confirmed, **columns)
        for article in articles
    )
    retorts = Quote.objects.bulk_create(
        Quote(article=article, speaker=other, kind="direct", **columns | {"start": 10, "end": 20})
        for article, other in zip(articles, others, strict=True)
    )
    QuoteSpan.objects.bulk_create(
        QuoteSpan(
            quote=quote,
            role=QuoteSpan.Role.CONTENT,
            ordinal=0,
            start=quote.start,
            end=quote.end,
            exact=known.text[quote.start : quote.end],
        )
        for quote in (*claims, *retorts)
    )
    corrections = Correction.objects.bulk_create(
        Correction(
            article=article,
            corrector=other,
            corrected=world.ines,
            kind=Correction.Kind.CONTRADICTION,
            exact=known.text[:10],
            **columns,
        )
        for article, other in zip(articles, others, strict=True)
    )
    CorrectionQuote.objects.bulk_create(
        CorrectionQuote(correction=correction, quote=quote, side=side)
        for side, quotes in (("corrected", claims), ("correcting", retorts))
        for correction, quote in zip(corrections, quotes, strict=True)
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
