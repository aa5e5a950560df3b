"""What a list reads: compiled once, with rows that hold what was read and nothing else."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.renderers import JSONRenderer

from quotes.api import reading, rows, serializers
from quotes.api.pagination import NEWEST_FIRST
from quotes.api.rendering import as_json
from quotes.models import Quote
from tests.api.conftest import API, World


def test_a_page_says_what_the_models_say(world: World, api: Client) -> None:
    """The plain rows of a list, and the records themselves through the same serializer."""
    models = NEWEST_FIRST.of(reading.quote_rows(Quote.objects.all()))
    expected = serializers.QuoteSerializer(models, many=True).data
    assert len(expected) == 2
    assert api.get(f"{API}/quotes/").json()["results"] == json.loads(
        JSONRenderer().render(expected)
    )


def test_the_statement_of_a_list_is_compiled_once(
    world: World, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.reading.cache_clear()
    api.get(f"{API}/quotes/")
    monkeypatch.setattr(rows, "Reading", None)  # who compiles again gets an error
    for query in ({}, {"status": "confirmed"}, {"q": "figure"}, {"limit": "1"}):
        assert api.get(f"{API}/quotes/", query).status_code == 200


def test_what_was_not_read_is_never_read_later(world: World) -> None:
    found = rows.reading(Quote, reading.quote_rows, NEWEST_FIRST, reverse=False)
    with CaptureQueriesContext(connection) as queries:
        first, *_ = found.rows(Quote.objects.values("pk"), at_most=2)
        assert first.article.headline == world.article.headline
        with pytest.raises(AttributeError):
            _ = first.article.text
    assert len(queries) == 1
    assert first.decided_by is None
    assert found.rows(Quote.objects.none().values("pk"), at_most=2) == []


@pytest.mark.parametrize(
    "value", ["é “x” \u2028 👩‍👩‍👧", 0.1, 1e-7, True, None, [], {"ä": [1, {}]}]
)
def test_json_means_what_the_frameworks_own_means(value: object) -> None:
    assert json.loads(as_json({"value": value})) == json.loads(
        JSONRenderer().render({"value": value})
    )


def test_indented_json_is_still_to_be_had(world: World, api: Client) -> None:
    address = f"{API}/quotes/"
    shown = api.get(address, headers={"accept": "application/json; indent=2"})
    assert shown.content.startswith(b'{\n  "results"')
    assert shown.json() == api.get(address).json()
