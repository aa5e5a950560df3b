"""Withdrawing and putting back by the API: managers only, with the version that was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from quotes.models import Speaker, Withdrawal
from tests.api.conftest import API, World

WHY = {"reason": "A court has said so."}


@pytest.fixture
def manager(client_of: Callable[..., Client], make_member: Callable[..., User]) -> Client:
    return client_of(make_member("mona", "manager"))


def post(client: Client, address: str, body: object, *, row: Any = None, key: str = "") -> Any:
    headers = {"idempotency-key": key} if key else {}
    if row is not None:
        headers["if-match"] = f'"{row.public_id}.{row.version}"'
    return client.post(f"{API}/{address}", body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("kind", ["quote", "correction", "speaker"])
def test_it_is_withdrawn_listed_without_its_words_and_put_back(
    manager: Client, world: World, kind: str
) -> None:
    row: Any = {"quote": world.claim, "correction": world.correction, "speaker": world.ines}[kind]
    one = f"{kind}s/{row.public_id}/"
    before = manager.get(f"{API}/{one}").json()
    done = post(manager, f"{one}withdraw/", WHY, row=row, key="a")
    assert done.status_code == 200, done.content
    found = done.json()
    assert (found["kind"], found["object"], found["reason"]) == (kind, before["id"], WHY["reason"])
    assert (found["made_by"], found["ended_at"]) == ("mona", None)
    assert found["n_corrections"] == 1
    assert manager.get(f"{API}/{one}").status_code == 404
    assert post(manager, f"{one}withdraw/", WHY, row=row, key="a").json() == found
    listed = manager.get(f"{API}/withdrawals/", {"kind": kind})
    assert listed.json()["results"] == [found]
    assert not any(words in listed.content.decode() for words in ("Ines", "winters", "March"))
    back = post(manager, f"withdrawals/{found['id']}/put-back/", {})
    assert (back.status_code, back.json()["ended_by"]) == (200, "mona")
    again = manager.get(f"{API}/{one}").json()
    later = {"version", "updated_at"}
    assert {name: again[name] for name in again.keys() - later} == {
        name: before[name] for name in before.keys() - later
    }
    assert post(manager, f"withdrawals/{found['id']}/put-back/", {}).json() == back.json()


def test_who_does_not_say_why_or_saw_another_version_withdraws_nothing(
    manager: Client, world: World
) -> None:
    address = f"speakers/{world.ines.public_id}/withdraw/"
    assert post(manager, address, {}, row=world.ines).status_code == 400
    assert post(manager, address, {**WHY, "label": "x"}, row=world.ines).status_code == 400
    assert post(manager, address, {"reason": "x" * 2001}, row=world.ines).status_code == 400
    blank = post(manager, address, {"reason": " "}, row=world.ines)
    assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert post(manager, address, WHY).json()["code"] == "version-required"
    Speaker.objects.filter(pk=world.ines.pk).update(version=2)
    stale = post(manager, address, WHY, row=world.ines)
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 2)
    assert not Withdrawal.objects.exists()


def test_only_managers_withdraw_and_see_what_was_withdrawn(
    api: Client, manager: Client, client_of: Callable[..., Client], outsider: User, world: World
) -> None:
    address = f"quotes/{world.claim.public_id}/withdraw/"
    assert post(api, address, WHY, row=world.claim).json()["code"] == "forbidden"
    assert post(client_of(outsider), address, WHY, row=world.claim).status_code == 404
    act = post(manager, address, WHY, row=world.claim).json()
    for client in (api, client_of(outsider)):
        assert json.loads(client.get(f"{API}/withdrawals/").content)["results"] == []
    assert post(api, f"withdrawals/{act['id']}/put-back/", {}).status_code == 403
    assert post(client_of(outsider), f"withdrawals/{act['id']}/put-back/", {}).status_code == 404
