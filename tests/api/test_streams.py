"""NDJSON: everything that matches, one object a line, with the fields of the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from quotes.models import Article, Collection
from tests.api.conftest import API, World
from tests.api.test_pages import DATES, make_many
from tests.factories import make_article

NDJSON = {"accept": "application/x-ndjson"}


def lines(api: Client, address: str) -> list[dict[str, Any]]:
    response = api.get(address, headers=NDJSON)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/x-ndjson"
    whole = b"".join(response.streaming_content)
    assert whole == b"" or whole.endswith(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def test_a_stream_has_the_rows_of_the_pages(api: Client, world: World) -> None:
    for address in world.lists():
        rows = api.get(address).json()["results"]
        assert rows
        assert lines(api, address) == rows, address


def test_a_stream_goes_on_past_what_is_read_at_once(
    api: Client, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quotes.api.pagination.STREAMED_AT_ONCE", 2)
    expected = make_many(collection, DATES)
    assert [row["id"] for row in lines(api, f"{API}/articles/")] == expected


def test_a_stream_takes_filters_and_units_but_no_pages(api: Client, world: World) -> None:
    assert len(lines(api, f"{API}/quotes/?status=confirmed")) == 1
    assert lines(api, f"{API}/quotes/?outlet=None%20such") == []
    assert lines(api, f"{API}/quotes/?offset_unit=utf16")
    for query in ("limit=5", "count=true", "cursor=x"):
        response = api.get(f"{API}/quotes/?{query}", headers=NDJSON)
        assert (response.status_code, response.json()["code"]) == (400, "invalid-parameter")


def test_problems_are_json_whatever_was_asked_for(
    api: Client, client: Client, world: World, outsider: User, client_of: Callable[..., Client]
) -> None:
    statements = f"{API}/speakers/{world.ines.public_id}/statements/"
    for response, status in (
        (client.get(f"{API}/quotes/", headers=NDJSON), 401),
        (api.get(f"{API}/quotes/?x=1", headers=NDJSON), 400),
        (client_of(outsider).get(statements, headers=NDJSON), 404),
        (api.get(f"{API}/quotes/", headers={"accept": "text/html"}), 406),
    ):
        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == status


def test_nobody_streams_what_others_collect(
    outsider: User, client_of: Callable[..., Client], world: World
) -> None:
    for kind in ("articles", "quotes", "speakers", "corrections"):
        assert lines(client_of(outsider), f"{API}/{kind}/") == []


def test_who_follows_changes_learns_which_version_was_replaced(
    api: Client, collection: Collection
) -> None:
    old = make_article(collection)
    since = old.updated_at.isoformat()
    new = make_article(collection)
    Article.objects.filter(pk=old.pk).update(is_latest=False)
    Article.objects.filter(pk=new.pk).update(previous=old)
    listed = api.get(f"{API}/articles/").json()["results"]
    assert [row["id"] for row in listed] == [str(new.public_id)]
    changes = api.get(f"{API}/articles/", {"updated_since": since}).json()["results"]
    assert {row["id"]: row["is_latest"] for row in changes} == {
        str(old.public_id): False,
        str(new.public_id): True,
    }
