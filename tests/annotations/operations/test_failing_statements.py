"""The n-th statement of each action fails, for every n: nothing is half done (case 43)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection
from procrastinate.exceptions import ConnectorException

from annotations.checking import find_breaks
from annotations.operations import corrections, members, quotes, undoing
from annotations.operations.importing import import_articles
from annotations.operations.selections import Selection
from annotations.operations.speakers import merge_speakers
from quotes.importing import read_paste
from quotes.models import ExtractionRun
from quotes.operations import apply_extraction
from tests.factories import make_article, make_correction, make_quote, make_speaker
from tests.quotes.operations.test_apply_extraction import found, the_usual

TABLES = (
    "quotes_article quotes_quote quotes_quotespan quotes_speaker quotes_speakername"
    " quotes_correction quotes_correctionquote quotes_speakercandidate quotes_membership"
    " annotations_edit annotations_invitation auth_user procrastinate_jobs"
).split()


@contextmanager
def failing_at(number: int) -> Iterator[list[int]]:
    """Let the statement with this number fail; yields how many were sent."""
    sent = [0]

    def wrapper(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        # What only ends a savepoint or a transaction is the way back, not a statement of ours.
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent[0] += 1
            if sent[0] == number:
                # A real error, after which the database refuses the rest of the transaction.
                sql, rest = "SELECT this_statement_fails()", (None, *rest[1:])
        return execute(sql, *rest)

    with connection.execute_wrapper(wrapper):
        yield sent


def state() -> list[Any]:
    """Every row that the actions may write, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in TABLES:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608 our names
            rows.append((table, cursor.fetchall()))
    return rows


@pytest.fixture
def actions(collection, editor, make_member) -> dict[str, Callable[[], object]]:
    """One call of each action that writes, none of them made yet."""
    manager = make_member("mona", "manager")
    article = make_article(collection)
    ines, tobias = make_speaker(collection, "Ines Adair"), make_speaker(collection, "T. Wrenfield")
    claim = make_quote(article, "“It has held for ninety winters,”", speaker=ines)
    retort = make_quote(article, "“It has not held since March,”", speaker=tobias)
    third = make_quote(article, "“The figure is forty million,”", speaker=ines)
    quotes.confirm_quote(public_id=third.public_id, version=1, user=editor)
    correction = make_correction(
        article,
        "“It has not held since March,” Tobias Wrenfield told the board",
        corrector=tobias,
        corrected=ines,
        claims=(claim,),
        retorts=(retort,),
    )
    other = make_article(collection)
    run = ExtractionRun.objects.create(article=other)
    words = "the harbour wall would stand"
    start = article.text.index(words)
    which = {"public_id": claim.public_id, "version": 1, "user": editor}
    _, secret = members.invite_member(collection=collection, user=manager, role="editor")
    return {
        "confirm a quote": lambda: quotes.confirm_quote(**which),
        "reject a quote": lambda: quotes.reject_quote(**which),
        "set a speaker": lambda: quotes.set_speaker(**which, speaker_id=tobias.public_id),
        "set a note": lambda: quotes.set_note(**which, note="Ask again."),
        "add a quote": lambda: quotes.add_quote(
            article_id=article.public_id,
            user=editor,
            content=[Selection(start, start + len(words), words)],
        ),
        "confirm a correction": lambda: corrections.confirm_correction(
            public_id=correction.public_id, version=1, user=editor
        ),
        "swap a correction": lambda: corrections.swap_correction(
            public_id=correction.public_id, version=1, user=editor
        ),
        "undo": lambda: undoing.undo_last(user=editor),
        "merge speakers": lambda: merge_speakers(
            public_id=tobias.public_id, version=1, user=editor, into_id=ines.public_id
        ),
        "import": lambda: import_articles(
            collection=collection, user=editor, items=[read_paste("“Snow fell,” she said.")]
        ),
        "store a run": lambda: apply_extraction(
            run=run, extraction=found(other, *the_usual(other))
        ),
        "join": lambda: members.accept_as_new_person(
            secret=secret, username="nora", password="harbour lantern 94"
        ),
        "set a role": lambda: members.set_role(
            collection=collection, member_id=editor.pk, role="reader", user=manager
        ),
    }


NAMES = (
    "confirm a quote|reject a quote|set a speaker|set a note|add a quote|confirm a correction|"
    "swap a correction|undo|merge speakers|import|store a run|join|set a role"
).split("|")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db(transaction=True)
def test_case_43_a_failing_statement_leaves_nothing_half_done(
    name: str, actions: dict[str, Callable[[], object]]
) -> None:
    before = state()
    number = 0
    while True:
        number += 1
        with failing_at(number) as sent:
            try:
                actions[name]()
            except (DatabaseError, ConnectorException):
                failed = True
            else:
                failed = False
        if sent[0] < number:
            assert not failed
            break
        if name == "import":
            # The report of a batch is begun first and stays; of its item there is all or nothing.
            assert [row for row in state() if row[0] == "quotes_article"] == [
                row for row in before if row[0] == "quotes_article"
            ]
        else:
            assert state() == before, f"statement {number} failed and left something"
        assert failed, f"statement {number} failed and nobody was told"
    assert number > 2
    assert state() != before
    assert list(find_breaks()) == []
