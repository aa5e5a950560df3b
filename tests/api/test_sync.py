"""Keeping a copy: who walks once and then follows changes has what the server has in the end."""

from __future__ import annotations

import datetime as dt
import random
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotations.operations import quotes as decide
from annotations.operations.tokens import make_token
from annotations.refusals import Refusal
from quotes.models import Collection, Quote
from tests.api.conftest import API, make_world
from tests.factories import make_article, make_quote, make_speaker

GONE = {"withdrawn", "replaced"}


def rows_of(api: Client, address: str) -> Any:
    page: str | None = address
    while page:
        body = api.get(page).json()
        yield from body["results"]
        page = body["next"]


class Writers(threading.Thread):
    """People and runs that change quotes until told to stop."""

    def __init__(self, collection: Collection, user: User, stop: threading.Event) -> None:
        super().__init__()
        self.collection, self.user, self.stop_now = collection, user, stop
        self.done = 0

    def run(self) -> None:
        chance = random.Random(7)  # noqa: S311 - the same run each time
        try:
            while not self.stop_now.is_set():
                self.act(chance)
                self.done += 1
        finally:
            connection.close()

    def act(self, chance: random.Random) -> None:
        quote = chance.choice(list(Quote.objects.on_record()))
        seen = {"public_id": quote.public_id, "version": quote.version, "user": self.user}
        what = chance.choice(["confirm", "reject", "reopen", "note", "replace", "add"])
        try:
            if what == "confirm":
                decide.confirm_quote(**seen)
            elif what == "reject":
                decide.reject_quote(**seen)
            elif what == "reopen":
                decide.reopen_quote(**seen)
            elif what == "note":
                decide.set_note(**seen, note=str(chance.random()))
            elif what == "replace" and not quote.touched:
                Quote.objects.filter(pk=quote.pk).mark_replaced()
            else:
                make_quote(make_article(self.collection))
        except Refusal:
            return


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_copy_ends_with_the_servers_state(collection: Collection, editor: User) -> None:
    make_world(collection, editor)
    for _ in range(12):
        make_quote(make_article(collection), speaker=make_speaker(collection))
    _, plain = make_token(user=editor, name="sync", scopes=["read"])
    api = Client(headers={"authorization": f"Bearer {plain}"})
    stop = threading.Event()
    writers = Writers(collection, editor, stop)
    begun = timezone.now()
    writers.start()
    copy: dict[str, Any] = {}

    def follow(since: dt.datetime) -> None:
        early = (since - dt.timedelta(minutes=1)).isoformat()
        for row in rows_of(api, f"{API}/quotes/?limit=5&updated_since={early.replace('+', '%2B')}"):
            if row["status"] in GONE:
                copy.pop(row["id"], None)
            else:
                copy[row["id"]] = row

    try:
        for row in rows_of(api, f"{API}/quotes/?limit=5"):
            copy[row["id"]] = row
        while writers.done < 40 and writers.is_alive():
            since, begun = begun, timezone.now()
            follow(since)
    finally:
        stop.set()
        writers.join()
    follow(begun)
    assert writers.done >= 40
    assert copy == {row["id"]: row for row in rows_of(api, f"{API}/quotes/")}
