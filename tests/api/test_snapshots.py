"""Snapshots by the API: asked for once, made by a worker, taken as a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import Snapshot
from annotations.operations.snapshots import make_snapshot
from quotes.models import Collection
from tests.api.conftest import API, World

THERE = f"{API}/snapshots/"


def ask(client: Client, body: object, key: str = "one") -> Any:
    data = json.dumps(body)
    return client.post(
        THERE, data, content_type="application/json", headers={"idempotency-key": key}
    )


@pytest.fixture(autouse=True)
def own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_a_snapshot_is_asked_for_made_and_taken(api: Client, world: World) -> None:
    body = {"collection": str(world.article.collection.public_id), "status": "confirmed"}
    asked = ask(api, body)
    assert asked.status_code == 202, asked.content
    assert (asked.json()["state"], asked.json()["number"]) == ("queued", 1)
    assert ask(api, body).json()["id"] == asked.json()["id"], "the same key asks once"
    there = asked["Location"]
    early = api.get(f"{there}file/")
    assert (early.status_code, early.json()["code"]) == (404, "not-found")
    make_snapshot(snapshot_id=asked.json()["id"])
    shown = api.get(there).json()
    assert (shown["state"], shown["counts"]["quotes.csv"]) == ("done", 1)
    file = api.get(f"{there}file/")
    content = b"".join(file.streaming_content)
    assert file["Content-Type"] == "application/zip"
    assert (len(content), hashlib.sha256(content).hexdigest()) == (shown["size"], shown["sha256"])
    assert [row["id"] for row in api.get(THERE).json()["results"]] == [shown["id"]]


def test_odd_snapshots_are_refused(api: Client, world: World) -> None:
    collection = str(world.article.collection.public_id)
    for body, status in (
        ({}, 400),
        ({"collection": collection, "number": 7}, 400),
        ({"collection": collection, "speaker__name": "x"}, 400),
        ({"collection": collection, "published_after": "yesterday"}, 400),
        ({"collection": collection, "status": "true"}, 422),
        ({"collection": "00000000-0000-4000-8000-000000000000"}, 422),
    ):
        assert ask(api, body).status_code == status, body
    missing = api.post(THERE, {"collection": collection}, content_type="application/json")
    assert (missing.status_code, missing.json()["code"]) == (400, "key-required")
    assert not Snapshot.objects.exists()


def test_who_may_not_export_sees_no_snapshot(
    client_of: Callable[..., Client],
    api: Client,
    reader: User,
    outsider: User,
    collection: Collection,
) -> None:
    there = ask(api, {"collection": str(collection.public_id)})["Location"]
    for user in (reader, outsider):
        client = client_of(user)
        assert client.get(there).status_code == 404
        assert client.get(f"{there}file/").status_code == 404
        assert client.get(THERE).json()["results"] == []
    refused = ask(client_of(reader), {"collection": str(collection.public_id)})
    assert refused.status_code == 403
