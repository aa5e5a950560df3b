"""Importing many articles: accepted, brought in by the worker's job, a result for each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from quotes.models import Article, Collection, ExtractionRun, Import
from quotes.operations import run_import
from tests.api.conftest import API
from tests.api.test_streams import lines


def send(api: Client, articles: list[Any], key: str = "k", **more: Any) -> Any:
    return api.post(
        f"{API}/imports/",
        json.dumps({"articles": articles, **more}),
        content_type="application/json",
        headers={"idempotency-key": key},
    )


ARTICLES = [
    {"text": "“We sail at noon,” said Orla Finn.", "external_id": "cms-1"},
    {"text": "“We sail at noon,” said Orla Finn.", "external_id": "cms-2"},
    {"text": "Something else.", "url": "ftp://example.org/x"},
    {"text": "“Nobody sails today,” said Bram Toll.", "published_on": "2026-03-04"},
]


def test_many_articles_are_accepted_and_then_brought_in(
    api: Client, collection: Collection, editor: User
) -> None:
    response = send(api, ARTICLES)
    accepted = response.json()
    assert response.status_code == 202, accepted
    assert (accepted["state"], accepted["n_items"], accepted["n_stored"]) == ("queued", 4, 0)
    assert not Article.objects.exists()
    assert api.get(response["Location"]).json() == accepted
    run_import(import_id=accepted["id"])
    done = api.get(response["Location"]).json()
    assert (done["state"], done["imported_by"]) == ("done", editor.get_username())
    assert (done["n_stored"], done["n_duplicate"], done["n_failed"]) == (2, 1, 1)
    items = api.get(f"{response['Location']}items/?limit=3").json()
    assert [row["state"] for row in items["results"]] == ["stored", "duplicate", "failed"]
    assert items["results"][0]["article"] == items["results"][1]["article"]
    assert items["results"][2]["message"]
    (last,) = api.get(items["next"]).json()["results"]
    assert (last["ordinal"], last["state"]) == (4, "stored")
    assert len(lines(api, f"{response['Location']}items/?state=failed")) == 1
    runs = api.get(f"{API}/runs/?state=queued").json()["results"]
    assert {run["article"] for run in runs} == {str(a.public_id) for a in Article.objects.all()}
    assert [row["id"] for row in api.get(f"{API}/imports/?state=done").json()["results"]] == [
        accepted["id"]
    ]


def test_a_job_begun_again_goes_on_where_it_was(
    api: Client, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = send(api, ARTICLES).json()["id"]
    from quotes.operations import intake

    once = iter([True])
    step = intake._next_item

    def killed(which: str) -> bool:
        next(once)
        return step(which)

    monkeypatch.setattr(intake, "_next_item", killed)
    with pytest.raises(StopIteration):
        run_import(import_id=import_id)
    assert Import.objects.get().items.count() == 1
    monkeypatch.setattr(intake, "_next_item", step)
    run_import(import_id=import_id)
    run_import(import_id=import_id)
    batch = Import.objects.get()
    assert (batch.state, batch.waiting, batch.items.count()) == ("done", [], 4)
    assert ExtractionRun.objects.count() == Article.objects.count() == 2


def test_an_import_sent_twice_is_one(api: Client, collection: Collection) -> None:
    first, again = send(api, ARTICLES), send(api, ARTICLES)
    assert first.content == again.content
    assert Import.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"articles": []}, "invalid-body"),
        ({"articles": [{"headline": "x"}]}, "invalid-body"),
        ({"articles": [{"text": "x", "collection": "x"}]}, "invalid-body"),
        ({"articles": [{"text": "x"}] * 1001}, "invalid-body"),
        ({"articles": "x"}, "invalid-body"),
        ({"articles": [{"text": "x"}], "state": "done"}, "invalid-body"),
    ],
)
def test_odd_imports_are_refused(api: Client, collection: Collection, body: Any, code: str) -> None:
    response = send(api, **body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert not Import.objects.exists()
