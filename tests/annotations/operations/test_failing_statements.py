"""The n-th statement of each operation fails, for every n: nothing is half done (case 43)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from procrastinate.exceptions import ConnectorException

from annotations.checking import find_breaks
from tests.annotations.operations.every_action import ACTS, PARTS, READS, operations
from tests.annotations.operations.scenes import Act, Scene

FAILS = "SELECT this_statement_fails()"
PROGRESS = {
    "quotes_import",
    "quotes_importitem",
    "quotes_extractionrun",
    "annotations_snapshot",
    "annotations_webhookdelivery",
}
"""Where an operation of several transactions says how far it has come."""


@contextmanager
def failing_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the statement with this number fail; yields how many were sent."""
    sent = [0]

    def wrapper(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        # What only ends a savepoint or a transaction is the way back, not a statement of ours; and
        # where Django cannot check a constraint beforehand, it leaves it to the database.
        aside = str(sql).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) or '"_check"' in str(sql)
        if not aside:
            sent[0] += 1
            if sent[0] == number:
                # A real error, after which the database refuses the rest of the transaction.
                sql, rest = FAILS, (None, *rest[1:])
        return execute(sql, *rest)

    copy = psycopg.Cursor.copy

    def copying(cursor: Any, statement: Any, *rest: Any, **more: Any) -> Any:
        sent[0] += 1
        return copy(cursor, f"COPY ({FAILS}) TO STDOUT" if sent[0] == number else statement)

    with connection.execute_wrapper(wrapper), monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "copy", copying)
        yield sent


def state() -> dict[str, str]:
    """Every table of the database with a digest of its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        digests = (
            f"SELECT '{t}', md5(string_agg(r::text, ' ' ORDER BY r::text)) FROM \"{t}\" r"  # noqa: S608 our names
            for t in tables
        )
        cursor.execute(" UNION ALL ".join(digests))
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> set[str]:
    now = state()
    return {table for table in now if now[table] != before[table]}


def test_case_43_every_operation_is_in_the_list_or_writes_nothing_by_itself() -> None:
    listed = {act.operation for act in ACTS}
    known = listed | READS | PARTS
    missing = sorted(f"{o.__module__}.{o.__name__}" for o in set(operations()) - known)
    assert missing == [], "add a call to tests/annotations/operations/every_action.py"
    assert not listed & (READS | PARTS)


MODULES = sorted({act.operation.__module__ for act in ACTS})


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.django_db(transaction=True)
def test_case_43_a_failing_statement_leaves_nothing_half_done(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = [act for act in ACTS if act.operation.__module__ == module]
    for number, act in enumerate(acts):
        fails_at_each_statement(act, Scene(number, monkeypatch), monkeypatch)


def fails_at_each_statement(act: Act, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    call = act.begin(scene)
    before = state()
    number = 0
    while True:
        number += 1
        if act.steps:
            call = act.begin(scene)
            before = state()
        result: object = None
        with failing_at(number, monkeypatch) as sent:
            try:
                result = call()
            except (DatabaseError, psycopg.Error, ConnectorException):
                told = True
            else:
                told = act.told(result)
        if sent[0] < number:
            break
        where = f"{act.name}, statement {number}"
        assert told, f"{where} failed and nobody was told"
        left = changed(before)
        if act.steps:
            # What is begun first says how far it came; of the thing itself there is all or nothing.
            if left - PROGRESS:
                assert list(find_breaks()) == [], where
        else:
            assert not left, f"{where} failed and left something in {left}"
    assert not told, f"{act.name} fails also where no statement does"
    assert number >= 2
    assert list(find_breaks()) == []
    assert changed(before), f"{act.name} did nothing: the call shows nothing"
