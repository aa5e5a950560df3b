"""Every list with every filter is read along an index, whatever the table's size (case 56)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quotes.api import filters
from tests.api.conftest import API, World

pytestmark = pytest.mark.slow

VALUES = {
    "outlet": "Harbour Gazette",
    "language": "en",
    "published_after": "2026-01-01",
    "published_before": "2026-12-31",
    "updated_since": "2026-01-01T00:00:00Z",
    "undecided": "true",
    "corrected": "true",
    "has_speaker": "false",
    "has_quotes": "true",
    "distinct": "true",
    "q": "winters",
    "external_id": "cms-1",
    "origin": "person",
    "cue_lemma": "say",
    "min_confidence": "0.99",
    "wikidata_id": "Q42",
    "status": "confirmed",
    "role": "corrector",
    "speaker_name": "Ines Adair",
    "group": "same_words",
}
KINDS = {"quotes": "direct", "speakers": "group", "corrections": "denial"}
LISTS = {
    "articles/": filters.ArticleFilters,
    "quotes/": filters.QuoteFilters,
    "speakers/": filters.SpeakerFilters,
    "corrections/": filters.CorrectionFilters,
    "speakers/{id}/statements/": filters.StatementFilters,
    "statements/": filters.StatementListFilters,
    "speakers/{id}/corrections/": filters.SpeakerCorrectionFilters,
}
BIG = {"quotes_quote", "quotes_article", "quotes_correction", "quotes_speaker"}


def value_of(name: str, address: str, world: World) -> str:
    ids = {
        "collection": world.article.collection.public_id,
        "article": world.article.public_id,
        "speaker": world.ines.public_id,
        "addressee": world.ines.public_id,
        "corrector": world.tobias.public_id,
        "corrected": world.ines.public_id,
    }
    if name == "corrected" and "corrections" not in address:
        return "true"
    if name == "kind":
        return KINDS["quotes" if "statements" in address else address.rstrip("/").split("/")[-1]]
    return str(ids[name]) if name in ids else VALUES[name]


def plan_of(api: Client, place: str, query: dict[str, str], **settings: str) -> Any:
    """How the database would read the page, were its tables large."""
    with CaptureQueriesContext(connection) as queries:
        assert api.get(f"{API}/{place}", query).status_code == 200
    statement = next(q["sql"] for q in reversed(queries) if "unnest" in q["sql"])
    with connection.cursor() as cursor:
        # A small table is read whole where that is allowed: ask whether it need be.
        for name, value in {"enable_seqscan": "off", **settings}.items():
            cursor.execute(f"SET LOCAL {name} = {value}")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        (found,) = cursor.fetchone()
    plans = json.loads(found) if isinstance(found, str) else found
    return plans[0]["Plan"]


def nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


@pytest.mark.parametrize("address", LISTS)
def test_no_filter_reads_a_whole_table(api: Client, world: World, address: str) -> None:
    place = address.format(id=world.ines.public_id)
    for name in ("", *sorted(filters.parameters(LISTS[address]))):
        query = {name: value_of(name, address, world)} if name else {}
        scanned = {
            node["Relation Name"]
            for node in nodes(plan_of(api, place, query))
            if node["Node Type"] == "Seq Scan"
        }
        assert not scanned & BIG, name


@pytest.mark.parametrize("address", ["speakers/{id}/statements/", "statements/"])
def test_statements_once_a_group_read_no_whole_table(
    api: Client, world: World, address: str
) -> None:
    place = address.format(id=world.ines.public_id)
    for name in sorted(filters.parameters(LISTS[address]) - {"group"}):
        query = {"group": "same_words", name: value_of(name, address, world)}
        scanned = {
            node["Relation Name"]
            for node in nodes(plan_of(api, place, query))
            if node["Node Type"] == "Seq Scan"
        }
        assert not scanned & BIG, name


@pytest.mark.parametrize("name", ["", "speaker", "status", "kind", "cue_lemma", "has_speaker"])
def test_only_the_one_page_is_sorted(api: Client, world: World, name: str) -> None:
    """Within a collection an index gives the rows in order."""
    query = {name: value_of(name, "quotes/", world)} if name else {}
    sorts = [
        key
        for node in nodes(plan_of(api, "quotes/", query, enable_sort="off"))
        for key in node.get("Sort Key", ())
        if "published_on" in key
    ]
    assert len(sorts) == 1, sorts
