"""Many people at one thing at the same moment, with real connections (cases 3, 6, 7, 11)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from annotations.checking import find_breaks
from annotations.history import snapshot
from annotations.models import Edit, IdempotencyRecord
from annotations.operations.deciding import TRANSITIONS
from annotations.operations.quotes import confirm_quote, reject_quote, reopen_quote, set_note
from annotations.operations.snapshots import check_snapshot, make_snapshot, request_snapshot
from annotations.operations.tokens import make_token
from annotations.refusals import NotAllowedNow, StaleVersion
from quotes.exports.csv import row_counts, stream_csv
from quotes.exports.csv import snapshot as one_state
from quotes.exports.filters import ExportFilters
from quotes.models import Quote, Speaker
from tests.at_once import at_once
from tests.factories import make_article, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User

    from quotes.models import Article, Collection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

API = "/api/v1"
NEEDS = {
    "quote.confirmed": "accept",
    "quote.rejected": "reject",
    "quote.reopened": "reopen",
    "quote.note_set": "remark",
}


def deciding_for_a_while(quote: Quote, user: User, seed: int, turns: int = 4) -> dict[str, int]:
    """Decide what comes up, each time in the version that stands there; what came of it."""
    chance = random.Random(seed)  # noqa: S311 the same each time
    came: Counter[str] = Counter()
    for turn in range(turns):
        version = Quote.objects.values_list("version", flat=True).get(pk=quote.pk)
        which: dict[str, Any] = {"public_id": quote.public_id, "version": version, "user": user}
        try:
            match chance.randrange(4):
                case 0:
                    confirm_quote(**which)
                case 1:
                    reject_quote(**which)
                case 2:
                    reopen_quote(**which)
                case _:
                    set_note(**which, note=f"{seed}, turn {turn}")
        except (StaleVersion, NotAllowedNow) as refusal:
            came[type(refusal).__name__] += 1
        else:
            came["done"] += 1
    return dict(came)


def test_case_3_twenty_at_one_quote_leave_a_history_without_gaps(
    article: Article, make_member: Callable[..., User]
) -> None:
    quote = make_quote(article)
    people = [make_member(f"editor-{number}", "editor") for number in range(20)]
    came = at_once(
        *(
            lambda user=user, seed=seed: deciding_for_a_while(quote, user, seed)
            for seed, user in enumerate(people)
        )
    )
    wrong = [one for one in came if not isinstance(one, dict)]
    assert wrong == []
    quote.refresh_from_db()
    edits = list(Edit.objects.of_object(quote.public_id).order_by("pk"))
    assert [edit.version for edit in edits] == list(range(2, len(edits) + 2))
    # A double click (the same person does the same again) is answered and not counted.
    assert 1 <= len(edits) <= sum(one.get("done", 0) for one in came)  # type: ignore[attr-defined]
    assert quote.version == edits[-1].version
    assert snapshot(quote) == edits[-1].after
    status = "suggested"
    for edit, following in zip(edits, [*edits[1:], None], strict=True):
        assert edit.before["status"] == status
        assert status in TRANSITIONS[NEEDS[edit.action]]
        status = edit.after["status"]
        if following is not None:
            assert following.before == edit.after
    assert list(find_breaks()) == []


def post(token: str, address: str, body: object, **headers: str) -> Any:
    client = Client(headers={"authorization": f"Bearer {token}"})
    return client.post(
        f"{API}/{address}",
        json.dumps(body),
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_case_6_eight_requests_with_one_key_make_one_row(
    collection: Collection, editor: User
) -> None:
    _, token = make_token(user=editor, name="eight", scopes=["annotate"])
    body = {"collection": str(collection.public_id), "name": "Uma Thole"}
    for number in range(3):
        key = f"key-{number}"
        answers: list[Any] = at_once(
            *(lambda: post(token, "speakers/", body, idempotency_key=key) for _ in range(8))  # noqa: B023
        )
        made = [answer for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len(made) + len(waiting) == 8
        assert len({answer.content for answer in made}) == 1
        assert all(answer["Retry-After"] == "1" for answer in waiting)
        assert sum("Idempotent-Replayed" not in answer for answer in made) == 1
        assert Speaker.objects.count() == IdempotencyRecord.objects.count() == number + 1


def test_case_7_two_merges_against_each_other_leave_one_survivor(
    collection: Collection, editor: User, colleague: User
) -> None:
    tokens = [
        make_token(user=user, name="merge", scopes=["annotate"])[1] for user in (editor, colleague)
    ]
    for number in range(8):
        article = make_article(collection)
        one, other = (make_speaker(collection, f"{name} {number}") for name in ("Ines", "I. Adair"))
        make_quote(article, speaker=one)
        make_quote(article, "“The figure is forty million,”", speaker=other)
        make_correction(article, "correcting the minister", corrector=one)

        def merge(token: str, child: Speaker, parent: Speaker) -> Any:
            return post(
                token,
                f"speakers/{child.public_id}/merge/",
                {"into": str(parent.public_id)},
                if_match=f'"{child.public_id}.1"',
            )

        answers: list[Any] = at_once(
            lambda: merge(tokens[0], one, other),  # noqa: B023 called within the round
            lambda: merge(tokens[1], other, one),  # noqa: B023
        )
        # The survivor is a version further: the second one saw what is no longer so.
        assert sorted(answer.status_code for answer in answers) == [200, 412], [
            answer.content for answer in answers
        ]
        one.refresh_from_db()
        other.refresh_from_db()
        assert sorted(s.merged_into_id is None for s in (one, other)) == [False, True]
        survivor = one if one.merged_into_id is None else other
        assert set(Quote.objects.filter(article=article).values_list("speaker", flat=True)) == {
            survivor.pk
        }
    assert list(find_breaks()) == []


def rows_of(table: str, filters: ExportFilters) -> list[dict[str, str]]:
    text = b"".join(stream_csv(table, filters)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_case_11_what_is_exported_while_five_write_is_one_state(
    collection: Collection, make_member: Callable[..., User]
) -> None:
    people = [make_member(f"editor-{number}", "editor") for number in range(5)]
    quotes = [
        make_quote(make_article(collection), speaker=make_speaker(collection, f"Ines {number}"))
        for number in range(10)
    ]
    everything = ExportFilters.parse({}, within=(collection.pk,))
    over, read = threading.Event(), 0

    def write(user: User, seed: int) -> int:
        turns = 0
        while not over.is_set() and turns < 500:
            deciding_for_a_while(quotes[(seed + turns) % len(quotes)], user, seed * 1000 + turns, 1)
            turns += 1
        return turns

    def export() -> None:
        nonlocal read
        try:
            for _ in range(6):
                with one_state():
                    counts = row_counts(everything, ("quotes",))
                    rows = rows_of("quotes", everything)
                ids = [row["quote_id"] for row in rows]
                assert len(ids) == len(set(ids)) == counts["quotes"]
                for row in rows:  # a torn row would have one without the other
                    assert (row["status"] == "suggested") == (row["decided_at"] == "")
                read += len(rows)
        finally:
            over.set()

    came = at_once(export, *(lambda u=u, n=n: write(u, n) for n, u in enumerate(people)))
    assert [one for one in came if isinstance(one, Exception)] == []
    assert read > 0
    assert sum(one for one in came if isinstance(one, int)) > 5
    twice = [
        hashlib.sha256(b"".join(stream_csv("quotes", everything))).hexdigest() for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_case_11_the_counts_in_a_snapshot_made_meanwhile_are_its_rows(
    collection: Collection, make_member: Callable[..., User], data_directory: Path
) -> None:
    people = [make_member(f"editor-{number}", "editor") for number in range(5)]
    quotes = [make_quote(make_article(collection)) for _ in range(5)]
    row = request_snapshot(collection=collection, user=people[0], queue=False)
    made, *came = at_once(
        lambda: make_snapshot(snapshot_id=row.public_id),
        *(
            lambda q=q, u=u, n=n: deciding_for_a_while(q, u, n, 10)
            for n, (q, u) in enumerate(zip(quotes, people, strict=True))
        ),
    )
    assert [one for one in came if isinstance(one, Exception)] == []
    assert (made.state, made.error) == ("done", "")  # type: ignore[attr-defined]
    assert check_snapshot(made) == []  # type: ignore[arg-type]
