"""Limits on requests: counted by the database, told in headers, never dodged by a header."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings

from quotes.api.throttling import count_request
from tests.api.conftest import API

ADDRESS = f"{API}/quotes/"


@pytest.fixture
def three_a_minute(db: None) -> Iterator[None]:
    changed: dict[str, Any] = copy.copy(site.REST_FRAMEWORK)
    changed["DEFAULT_THROTTLE_RATES"] = {"anonymous": "2/min", "authenticated": "3/min"}
    with override_settings(REST_FRAMEWORK=changed):
        yield


def expire_windows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET expires = now() - interval '1 second'")


def test_the_limits_are_those_that_the_docs_promise() -> None:
    rates = site.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    assert rates == {"anonymous": "60/min", "authenticated": "600/min"}


def test_a_token_has_a_number_of_requests_a_minute(three_a_minute: None, api: Client) -> None:
    seen = [api.get(ADDRESS) for _ in range(4)]
    assert [response.status_code for response in seen] == [200, 200, 200, 429]
    assert [response["RateLimit"].partition(";t=")[0] for response in seen] == [
        '"authenticated";r=2',
        '"authenticated";r=1',
        '"authenticated";r=0',
        '"authenticated";r=0',
    ]
    assert seen[0]["RateLimit-Policy"] == '"authenticated";q=3;w=60'
    assert seen[3].json()["code"] == "too-many-requests"
    assert 1 <= int(seen[3]["Retry-After"]) <= 60
    expire_windows()
    assert api.get(ADDRESS).status_code == 200


def test_one_clients_requests_are_not_anothers(
    three_a_minute: None,
    editor: User,
    researcher: User,
    client_of: Callable[..., Client],
) -> None:
    busy = client_of(editor)
    for _ in range(4):
        busy.get(ADDRESS)
    assert busy.get(ADDRESS).status_code == 429
    assert client_of(editor).get(ADDRESS).status_code == 200
    assert client_of(researcher).get(ADDRESS).status_code == 200
    signed_in = Client()
    signed_in.force_login(editor)
    assert signed_in.get(ADDRESS).status_code == 200


def test_strangers_are_counted_by_address_whatever_they_claim(three_a_minute: None) -> None:
    answers = [
        Client(REMOTE_ADDR="192.0.2.7", headers={"x-forwarded-for": f"198.51.100.{n}"})
        .get(ADDRESS)
        .status_code
        for n in range(4)
    ]
    assert answers == [401, 401, 429, 429]
    assert Client(REMOTE_ADDR="192.0.2.8").get(ADDRESS).status_code == 401


def test_guesses_at_tokens_are_counted(three_a_minute: None) -> None:
    guesses = [
        Client(headers={"authorization": f"Bearer onr_abcdefghij_{n}"}).get(ADDRESS).status_code
        for n in range(4)
    ]
    assert guesses == [401, 401, 429, 429]


def test_behind_our_proxy_its_word_counts(three_a_minute: None) -> None:
    changed = {**site.REST_FRAMEWORK, "NUM_PROXIES": 1}
    with override_settings(REST_FRAMEWORK=changed):
        answers = [
            Client(headers={"x-forwarded-for": f"forged, 198.51.100.{n}"}).get(ADDRESS).status_code
            for n in range(4)
        ]
        assert answers == [401] * 4


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_count_one_request_as_one() -> None:
    def count() -> None:
        try:
            for _ in range(25):
                count_request(name="anonymous", client="192.0.2.9")
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    limit = count_request(name="anonymous", client="192.0.2.9")
    assert limit is not None
    assert limit.used == 101


def test_old_counters_are_cleared_on_the_way(db: None) -> None:
    for n in range(5):
        count_request(name="anonymous", client=f"192.0.2.{n}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET expires = now() - interval '2 hours'")
    count_request(name="anonymous", client="192.0.2.200")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE starts_with(cache_key, 'rate:')")
        assert cursor.fetchone() == (1,)
