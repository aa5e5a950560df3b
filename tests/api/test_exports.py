"""CSV by the API: the same bytes as by the page, for those who may take them away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client

from quotes.exports.csv import stream_csv
from quotes.exports.filters import ExportFilters
from quotes.exports.tables import TABLES
from tests.annotations.coded_story import coded_story
from tests.api.conftest import API, World, make_world
from tests.factories import make_collection, make_edit, make_same_words

pytestmark = pytest.mark.slow


def content(response: HttpResponseBase) -> bytes:
    return b"".join(response)  # type: ignore[arg-type]


def rows(response: HttpResponseBase) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(response).decode(), newline="")))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_what_the_command_line_gives(
    api: Client, world: World, editor: User, table: str
) -> None:
    make_edit(world.claim, editor)
    make_same_words(world.claim, world.retort)
    coded_story(world.article.collection)
    response = api.get(f"{API}/exports/{table}.csv", headers={"accept": "text/csv"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv; charset=utf-8")
    assert response["Content-Disposition"] == f'attachment; filename="{table}.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    within = (world.article.collection_id,)
    found = content(response)
    assert found == b"".join(stream_csv(table, ExportFilters(within=within)))
    assert found.count(b"\r\n") > 1


def test_filters_narrow(api: Client, world: World) -> None:
    address = f"{API}/exports/quotes.csv"
    assert len(rows(api.get(address))) == 2
    found = rows(api.get(address, {"status": "confirmed"}))
    assert [row["quote_id"] for row in found] == [str(world.claim.public_id)]
    assert (
        rows(api.get(address, {"speaker": str(world.tobias.public_id), "kind": "indirect"})) == []
    )
    mine = {"collection": str(world.article.collection.public_id)}
    assert len(rows(api.get(address, mine))) == 2


def test_only_ones_own_collections_are_in_it(
    api: Client, world: World, outsider: User, client_of: Callable[..., Client]
) -> None:
    other = make_world(make_collection("Third desk"))
    address = f"{API}/exports/quotes.csv"
    assert len(rows(api.get(address))) == 2
    theirs = {"collection": str(other.article.collection.public_id)}
    assert rows(api.get(address, theirs)) == []
    assert rows(client_of(outsider).get(address)) == []


def test_who_may_not_export_gets_nothing(
    client_of: Callable[..., Client], client: Client, reader: User, editor: User, world: World
) -> None:
    address = f"{API}/exports/quotes.csv"
    assert client.get(address).status_code == 401
    assert client_of(reader).get(address).json()["code"] == "forbidden"
    assert client_of(editor, "read").get(address).json()["code"] == "missing-scope"


@pytest.mark.parametrize(
    "query",
    [
        "x=1",
        "speaker__name=x",
        "raw=true",
        "excel=2",
        "body=no",
        "unit=article",
        "status=withdrawn",
        "collection=newsroom",
        "speaker=7",
        "published_after=yesterday",
        "status=confirmed&status=rejected",
        "outlet=a%00b",
    ],
)
def test_odd_parameters_are_problems(api: Client, db: None, query: str) -> None:
    response = api.get(f"{API}/exports/quotes.csv?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_another_table_is_not_there(api: Client, db: None) -> None:
    for name in ("auth_user", "annotations_edit", "quotes.csv"):
        response = api.get(f"{API}/exports/{name}.csv")
        assert (response.status_code, response.json()["code"]) == (404, "not-found")
