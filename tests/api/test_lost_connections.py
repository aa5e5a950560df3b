"""Connections that are cut, to the client and to the database (cases 5 and 47)."""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection

from annotations.models import Edit, IdempotencyRecord
from annotations.operations import deciding
from annotations.operations.tokens import make_token
from quotes.api.views.quotes import QuoteList
from quotes.models import Collection, Quote, Speaker
from tests.api.conftest import API, World, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Site:
    """A client that keeps its one connection open, as browsers and proxies do."""

    def __init__(self, url: str, token: str) -> None:
        self.place = urlsplit(url).netloc
        self.token = token
        self.kept = HTTPConnection(self.place, timeout=30)

    def headers(self, **more: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in more.items()},
        }

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        data = None if body is None else json.dumps(body)
        self.kept.request(method, f"{API}/{path}", data, self.headers(**headers))
        answer = self.kept.getresponse()
        return answer.status, dict(answer.headers), json.loads(answer.read())

    def hang_up_on(self, path: str, body: object, **headers: str) -> None:
        """Send the whole request, then cut the connection without reading an answer."""
        data = json.dumps(body).encode()
        sent = self.headers(Host=self.place, Content_Length=str(len(data)), **headers)
        lines = [f"POST {API}/{path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items()), "", ""]
        host, _, port = self.place.partition(":")
        with socket.create_connection((host, int(port)), timeout=30) as raw:
            raw.sendall("\r\n".join(lines).encode() + data)


@pytest.fixture
def world(collection: Collection, editor: User) -> World:
    return make_world(collection, editor)


@pytest.fixture
def site(live_server: Any, editor: User) -> Iterator[Site]:
    _, token = make_token(user=editor, name="far away", scopes=["read", "annotate"])
    site = Site(str(live_server.url), token)
    yield site
    site.kept.close()


def cut_all_others() -> int:
    """End every session of this database but our own; gives how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_case_5_a_request_whose_answer_was_lost_is_answered_when_it_is_sent_again(
    site: Site, collection: Collection
) -> None:
    body = {"collection": str(collection.public_id), "name": "Uma Thole"}
    key = str(uuid.uuid4())
    site.hang_up_on("speakers/", body, Idempotency_Key=key)
    eventually(lambda: IdempotencyRecord.objects.filter(key=key).exists())
    made = Speaker.objects.get(name="Uma Thole")
    again = [site.ask("POST", "speakers/", body, Idempotency_Key=key) for _ in range(2)]
    for status, headers, answer in again:
        assert (status, answer["id"]) == (201, str(made.public_id))
        assert headers["Idempotent-Replayed"] == "true"
    assert again[0][2] == again[1][2]
    assert Speaker.objects.count() == 1
    status, _, answer = site.ask(
        "POST", "speakers/", {**body, "name": "Ona Thole"}, Idempotency_Key=key
    )
    assert (status, answer["code"]) == (422, "key-reused")
    assert Speaker.objects.count() == 1


def confirm(site: Site, quote: Quote) -> tuple[int, dict[str, str], Any]:
    quote.refresh_from_db()
    tag = f'"{quote.public_id}.{quote.version}"'
    return site.ask("POST", f"quotes/{quote.public_id}/confirm/", {}, If_Match=tag)


def test_case_47_sessions_cut_between_requests_are_opened_anew(site: Site, world: World) -> None:
    assert site.ask("GET", "quotes/")[0] == 200
    assert cut_all_others() >= 1
    status, _, listed = site.ask("GET", "quotes/")
    assert (status, len(listed["results"])) == (200, 2)
    assert cut_all_others() >= 1
    status, _, answer = confirm(site, world.retort)
    assert (status, answer["status"]) == (200, "confirmed")
    assert Edit.objects.count() == 1


def test_case_47_a_write_cut_in_the_middle_is_refused_and_never_repeated(
    site: Site, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    record = deciding.record_edit

    def cut(**facts: Any) -> Edit:
        edit = record(**facts)
        tried.append(edit)
        with connection.cursor() as cursor:  # the server's thread: its own connection
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return edit

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "record_edit", cut)
        status, headers, answer = confirm(site, world.retort)
    assert (status, answer["code"]) == (503, "busy")
    assert "Retry-After" in headers
    assert len(tried) == 1
    assert not Edit.objects.exists()
    world.retort.refresh_from_db()
    assert (world.retort.status, world.retort.version) == ("suggested", 1)
    # The same thread goes on with a new session.
    assert confirm(site, world.retort)[0] == 200
    assert Edit.objects.count() == 1


def test_case_47_a_read_cut_in_the_middle_is_refused_and_the_next_one_answered(
    site: Site, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = QuoteList.filter_queryset

    def cut(*args: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return listed(*args)

    with monkeypatch.context() as patched:
        patched.setattr(QuoteList, "filter_queryset", cut)
        assert site.ask("GET", "quotes/")[0] == 503
    assert site.ask("GET", "quotes/")[0] == 200
