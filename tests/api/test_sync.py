"""Keeping a copy: who walks once and then follows changes has what the server has in the end."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotations.operations import corrections as judge
from annotations.operations import quotes as decide
from annotations.operations.naming import change_speaker
from annotations.operations.putting_back import put_back
from annotations.operations.speakers import merge_speakers
from annotations.operations.tokens import make_token
from annotations.operations.undoing import undo_own
from annotations.operations.withdrawing import withdraw
from annotations.refusals import Refusal
from quotes.models import Collection, Correction, Quote, Speaker, Withdrawal
from tests.api.conftest import API, World, make_world
from tests.factories import make_article, make_correction, make_quote, make_speaker

LISTS = ("quotes", "corrections", "speakers")
ELSEWHERE = {"article", "corrections", "quotes"}
"""What rows show of other objects: these are followed in their own lists."""


def is_gone(row: dict[str, Any]) -> bool:
    return bool(
        row.get("status") in {"withdrawn", "replaced"}
        or (row.get("act") == "attitude" and not row["touched"])
        or row.get("merged_into")
        or row.get("withdrawn")
    )


def own(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what it shows of others, but for who they are."""
    people = {"speaker", "addressee", "corrector", "corrected"}
    return {
        name: value["id"] if name in people and value else value
        for name, value in row.items()
        if name not in ELSEWHERE
    }


def rows_of(api: Client, address: str) -> Any:
    page: str | None = address
    while page:
        answer = api.get(page)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        yield from body["results"]
        page = body["next"]


class Writers(threading.Thread):
    """People and runs that change quotes, corrections and speakers until told to stop."""

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
        people = chance.sample(list(Speaker.objects.current()), 2)
        self.add(*people)
        acts = {
            "quote": self.decide_quote,
            "correction": self.decide_correction,
            "speaker": self.change_speaker,
            "withdraw": self.withdraw_or_put_back,
        }
        try:
            acts[chance.choice(list(acts))](chance, *people)
        except Refusal:
            return

    def seen(self, row: Any) -> dict[str, Any]:
        return {"public_id": row.public_id, "version": row.version, "user": self.user}

    def add(self, one: Speaker, other: Speaker) -> None:
        quote = make_quote(make_article(self.collection), speaker=one)
        make_quote(make_article(self.collection), speaker=one, act=Quote.Act.ATTITUDE)
        make_correction(quote.article, "Tobias Wrenfield", corrector=other, claims=(quote,))

    def decide_quote(self, chance: random.Random, one: Speaker, other: Speaker) -> None:
        quote = chance.choice(list(Quote.objects.on_record()))
        what = chance.choice(
            ["confirm", "reject", "reopen", "undo", "undo", "note", "speaker", "replace"]
        )
        if what == "confirm":
            decide.confirm_quote(**self.seen(quote))
        elif what == "reject":
            decide.reject_quote(**self.seen(quote))
        elif what == "reopen":
            decide.reopen_quote(**self.seen(quote))
        elif what == "undo":
            undo_own(**self.seen(quote))
        elif what == "note":
            decide.set_note(**self.seen(quote), note=str(chance.random()))
        elif what == "speaker":
            decide.set_speaker(**self.seen(quote), speaker_id=one.public_id)
        elif not quote.touched:
            Quote.objects.filter(pk=quote.pk).mark_replaced()

    def decide_correction(self, chance: random.Random, one: Speaker, other: Speaker) -> None:
        correction = chance.choice(list(Correction.objects.on_record()))
        act = chance.choice([judge.confirm_correction, judge.reject_correction])
        if correction.status == Correction.Status.SUGGESTED:
            act(**self.seen(correction))
        else:
            judge.reopen_correction(**self.seen(correction))

    def change_speaker(self, chance: random.Random, one: Speaker, other: Speaker) -> None:
        if chance.random() < 0.3:
            merge_speakers(**self.seen(one), into_id=other.public_id)
        else:
            name = f"Uma {chance.choice('abcdefgh')}{chance.choice('aeiou')}n"
            change_speaker(**self.seen(one), changes={"name": name})
        make_speaker(self.collection, f"Orla {chance.random()}")

    def withdraw_or_put_back(self, chance: random.Random, one: Speaker, other: Speaker) -> None:
        acts = list(Withdrawal.objects.filter(ended_at=None))
        if len(acts) > 2:
            put_back(public_id=chance.choice(acts).public_id, user=self.user)
            return
        rows = {
            "quote": chance.choice(list(Quote.objects.on_record())),
            "correction": chance.choice(list(Correction.objects.on_record())),
            "speaker": one,
        }
        kind = chance.choice(list(rows))
        withdraw(kind=kind, **self.seen(rows[kind]), reason="A court asks for it.")


@pytest.mark.django_db
def test_who_follows_learns_that_an_attitude_is_listed_no_more(api: Client, world: World) -> None:
    editor = User.objects.get(username="nell")
    Quote.objects.filter(pk=world.retort.pk).update(act=Quote.Act.ATTITUDE)
    since = timezone.now().isoformat().replace("+", "%2B")
    decide.confirm_quote(public_id=world.retort.public_id, version=1, user=editor)
    copy = {row["id"] for row in rows_of(api, f"{API}/quotes/")}
    undo_own(public_id=world.retort.public_id, version=2, user=editor)
    told = {row["id"]: is_gone(row) for row in rows_of(api, f"{API}/quotes/?updated_since={since}")}
    assert told == {str(world.retort.public_id): True}
    left = {row["id"] for row in rows_of(api, f"{API}/quotes/")}
    assert copy - left == told.keys()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_copy_ends_with_the_servers_state(
    collection: Collection, make_member: Callable[..., User], settings: Any
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {}}
    editor = make_member("ada", "manager")
    make_world(collection, editor)
    for _ in range(12):
        make_quote(make_article(collection), speaker=make_speaker(collection))
    _, plain = make_token(user=editor, name="sync", scopes=["read"])
    api = Client(headers={"authorization": f"Bearer {plain}"})
    stop = threading.Event()
    writers = Writers(collection, editor, stop)
    begun = timezone.now()
    writers.start()
    copies: dict[str, dict[str, Any]] = {kind: {} for kind in LISTS}

    def follow(since: dt.datetime) -> None:
        early = (since - dt.timedelta(minutes=1)).isoformat().replace("+", "%2B")
        for kind, copy in copies.items():
            for row in rows_of(api, f"{API}/{kind}/?limit=50&updated_since={early}"):
                if is_gone(row):
                    copy.pop(row["id"], None)
                else:
                    copy[row["id"]] = own(row)

    try:
        for kind, copy in copies.items():
            copy |= {row["id"]: own(row) for row in rows_of(api, f"{API}/{kind}/?limit=5")}
        while writers.done < 80 and writers.is_alive():
            since, begun = begun, timezone.now()
            follow(since)
    finally:
        stop.set()
        writers.join()
    follow(begun)
    assert writers.done >= 80
    assert Withdrawal.objects.exists()
    undone = Quote.objects.filter(act=Quote.Act.ATTITUDE, touched=False, version__gt=1)
    assert undone.exists()
    assert Speaker.objects.exclude(merged_into=None).exists()
    for kind, copy in copies.items():
        assert copy == {row["id"]: own(row) for row in rows_of(api, f"{API}/{kind}/")}, kind
