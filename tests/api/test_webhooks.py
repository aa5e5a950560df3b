"""Webhooks by the API and on their pages; what they do is tested with their operations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import Webhook, WebhookDelivery
from annotations.operations.webhooks import add_webhook
from quotes.models import Collection
from tests.api.conftest import API


@pytest.fixture
def manager(make_member: Callable[..., User]) -> User:
    return make_member("mona", "manager")


def body_of(collection: Collection, **facts: Any) -> dict[str, Any]:
    return {
        "collection": str(collection.public_id),
        "name": "Desk",
        "address": "https://paper.example/told",
        "events": ["quote", "correction"],
        **facts,
    }


def test_a_webhook_is_made_changed_tried_and_taken_away(
    client_of: Callable[..., Client], manager: User, collection: Collection
) -> None:
    api = client_of(manager, "manage")

    def ask(method: str, address: str, body: object = None, tag: str = "") -> Any:
        headers = {"if-match": tag} if tag else {}
        data = "" if body is None else json.dumps(body)
        return api.generic(method, address, data, "application/json", headers=headers)

    made = ask("POST", f"{API}/webhooks/", body_of(collection))
    assert made.status_code == 201, made.content
    assert made["Cache-Control"] == "no-store"
    there, secret = made["Location"], made.json()["secret"]
    for shown in (api.get(there), api.get(f"{API}/webhooks/")):
        assert shown.status_code == 200
        assert secret not in shown.content.decode() and "nonce" not in shown.content.decode()
    assert ask("PATCH", there, {"active": False}).status_code == 428
    off = ask("PATCH", there, {"active": False}, made["ETag"])
    assert (off.json()["active"], off.json()["version"]) == (False, 2)
    stale = ask("PATCH", there, {"active": True}, made["ETag"])
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 2)
    assert ask("POST", f"{there}test/").status_code == 409
    on = ask("PATCH", there, {"active": True}, off["ETag"])
    assert ask("POST", f"{there}test/").json()["state"] == "waiting"
    log = api.get(f"{there}deliveries/").json()["results"]
    assert [(row["event"], row["attempts"]) for row in log] == [("test", 0)]
    assert api.get(f"{there}deliveries/?state=failed").json()["results"] == []
    renewed = ask("POST", f"{there}secret/", tag=on["ETag"])
    assert renewed.json()["secret"] != secret
    assert ask("DELETE", there, tag=renewed["ETag"]).status_code == 204
    assert api.get(there).status_code == 404
    assert Webhook.objects.get().ended_at is not None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"address": "http://user@paper.example/"}, 422),
        ({"address": "javascript:alert(1)"}, 422),
        ({"address": "http://2130706433/"}, 422),
        ({"events": []}, 400),
        ({"events": ["everything"]}, 400),
        ({"name": " "}, 422),
        ({"secret": "mine"}, 400),
        ({"collection": "7"}, 400),
    ],
)
def test_odd_webhooks_are_refused(
    client_of: Callable[..., Client],
    manager: User,
    collection: Collection,
    change: dict[str, Any],
    status: int,
) -> None:
    body = body_of(collection) | change
    answer = client_of(manager).post(f"{API}/webhooks/", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert not Webhook.objects.exists()


def test_the_pages_make_one_and_show_its_log(
    client: Client, manager: User, collection: Collection, editor: User
) -> None:
    client.force_login(manager)
    made = client.post("/webhooks/", body_of(collection, events=["quote"]))
    assert made.status_code == 201
    hook = Webhook.objects.get()
    there = f"/webhooks/{hook.public_id}/"
    assert "onw_" in made.content.decode()
    assert "onw_" not in client.get(there).content.decode()
    assert client.post(f"{there}test/", follow=True).status_code == 200
    assert WebhookDelivery.objects.get().event == "test"
    assert "<code>test</code>" in client.get(there).content.decode()
    assert "onw_" in client.post(there, {"version": 1}).content.decode()
    assert client.post(f"{there}set-active/", {"version": 1, "active": "0"}).status_code == 409
    assert client.post(f"{there}set-active/", {"version": 2, "active": "0"}).status_code == 302
    assert client.post(f"{there}remove/", {"version": 3}).status_code == 302
    assert client.get(there).status_code == 404
    refused = client.post("/webhooks/", body_of(collection, address="ftp://paper.example/"))
    assert refused.status_code == 422
    assert "There is no public server" in refused.content.decode()


def test_statements_of_the_log_do_not_grow(
    client: Client, manager: User, collection: Collection, count_queries: Callable[..., int]
) -> None:
    client.force_login(manager)
    hook, _ = add_webhook(
        collection=collection,
        user=manager,
        name="Desk",
        address="https://paper.example/",
        events=["quote"],
    )
    there = f"/webhooks/{hook.public_id}/"
    WebhookDelivery.objects.create(webhook=hook, event="test")
    few = count_queries(lambda: client.get(there))
    listed = count_queries(lambda: client.get("/webhooks/"))
    for n in range(10):
        WebhookDelivery.objects.create(webhook=hook, event="test")
        Webhook.objects.create(
            collection=collection, name=str(n), made_by=manager, events=["quote"]
        )
    assert count_queries(lambda: client.get(there)) == few
    assert count_queries(lambda: client.get("/webhooks/")) == listed
