"""Exports by the API: the same bytes as by the command, for those who may take them away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client

from quotes.exports.csv import stream_csv
from quotes.exports.files import open_format
from quotes.exports.filters import ExportFilters
from quotes.exports.formats.all import SERVED
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
    for asked in ({"corrected": "true"}, {"updated_since": "2001-01-01T00:00:00Z"}, {"q": "held"}):
        listed = api.get(f"{API}/quotes/", asked).json()["results"]
        assert {row["quote_id"] for row in rows(api.get(address, asked))} == {
            quote["id"] for quote in listed
        }


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


@pytest.mark.parametrize("name", SERVED)
def test_a_format_is_what_the_command_line_gives(api: Client, world: World, name: str) -> None:
    response = api.get(f"{API}/exports/formats/{name}/", headers={"accept": "text/html"})
    assert response.status_code == 200
    assert response["Content-Type"] == SERVED[name].media_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert f'filename="on-record-{name}' in response["Content-Disposition"]
    with open_format(SERVED[name], ExportFilters(within=(world.article.collection_id,))) as file:
        assert content(response) == file.read()
    assert str(world.article.public_id).encode() in content(
        api.get(f"{API}/exports/formats/jsonl/")
    )


def test_a_format_holds_ones_own_collections_and_what_the_filters_leave(
    api: Client, world: World, outsider: User, client_of: Callable[..., Client]
) -> None:
    address = f"{API}/exports/formats/jsonl/"
    make_world(make_collection("Third desk"))
    assert content(api.get(address)).count(b"\n") == 1
    assert content(api.get(address, {"outlet": "Nobody's"})) == b""
    assert content(client_of(outsider).get(address)) == b""
    assert client_of(outsider, "read").get(address).json()["code"] == "missing-scope"


@pytest.mark.parametrize("query", ["x=1", "raw=1", "body=0", "speaker=7", "status=withdrawn"])
def test_odd_parameters_of_a_format_are_problems(api: Client, db: None, query: str) -> None:
    assert api.get(f"{API}/exports/formats/tei/?{query}").status_code == 400


@pytest.mark.parametrize("name", ["spacy", "parquet", "pickle"])
def test_a_format_that_is_not_made_here_is_not_there(api: Client, world: World, name: str) -> None:
    response = api.get(f"{API}/exports/formats/{name}/")
    assert (response.status_code, response.json()["code"]) == (404, "not-found")


def test_another_table_is_not_there(api: Client, db: None) -> None:
    for name in ("auth_user", "annotations_edit", "quotes.csv"):
        response = api.get(f"{API}/exports/{name}.csv")
        assert (response.status_code, response.json()["code"]) == (404, "not-found")
