"""Statements as schema.org's Quotation, and a queue that cannot be reached."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from procrastinate import exceptions

from quotes.models import Article, Collection, ExtractionRun
from quotes.operations import running
from tests.api.conftest import API, World

LD = {"accept": "application/ld+json"}


def test_a_confirmed_quote_is_a_quotation_on_request(api: Client, world: World) -> None:
    answer = api.get(f"{API}/quotes/{world.claim.public_id}/", headers=LD)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/ld+json; charset=utf-8"
    assert "Accept" in answer["Vary"]
    assert "ETag" not in answer
    assert answer.json() == {
        "@context": "https://schema.org",
        "@type": "Quotation",
        "@id": f"urn:uuid:{world.claim.public_id}",
        "text": "“It has held for ninety winters,”",
        "inLanguage": "en",
        "isPartOf": {
            "@type": "NewsArticle",
            "@id": f"urn:uuid:{world.article.public_id}",
            "headline": "Wall talks end",
            "datePublished": "2026-02-27",
            "publisher": {"@type": "Organization", "name": "Harbour Gazette"},
        },
        "spokenByCharacter": {
            "@type": "Person",
            "@id": f"urn:uuid:{world.ines.public_id}",
            "name": "Ines Adair",
        },
    }


def test_what_nobody_confirmed_is_no_quotation(api: Client, world: World) -> None:
    answer = api.get(f"{API}/quotes/{world.retort.public_id}/", headers=LD)
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert answer["Content-Type"] == "application/problem+json"


def test_statements_are_a_graph(api: Client, world: World) -> None:
    for there in (f"speakers/{world.ines.public_id}/statements/", "statements/"):
        found = api.get(f"{API}/{there}", headers=LD).json()
        assert [row["@id"] for row in found["@graph"]] == [f"urn:uuid:{world.claim.public_id}"]
        assert (found["@context"], found["next"]) == ("https://schema.org", None)


def test_lists_that_have_no_statements_have_no_linked_data(api: Client, world: World) -> None:
    assert api.get(f"{API}/articles/", headers=LD).status_code == 406


@pytest.fixture
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unreachable:
        def configure_task(self, *_: Any, **__: Any) -> Any:
            raise exceptions.ConnectorException

    monkeypatch.setattr(running, "app", Unreachable())


def test_a_queue_that_cannot_be_reached_is_503_and_nothing_is_stored(
    api: Client, client: Client, editor: User, world: World, collection: Collection, no_queue: None
) -> None:
    body = {"text": "“The pier is shut,” said Bram Toll."}
    extract = f"{API}/articles/{world.article.public_id}/extract/"
    for there, sent in ((f"{API}/articles/", body), (extract, {})):
        answer = api.post(there, sent, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (503, "busy"), answer.content
        assert int(answer["Retry-After"]) > 0
    client.force_login(editor)
    form = {"collection": str(collection.public_id), "language": "en", **body}
    assert client.post("/articles/import/", form).status_code == 503
    assert not ExtractionRun.objects.exists()
    assert Article.objects.count() == 1
