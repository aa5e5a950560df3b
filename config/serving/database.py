"""Bring the database to the state that this version of the program needs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

MIGRATION_LOCK = 7_301_955_022


class DatabaseUnreachable(Exception):
    """The database did not answer in time."""


def wait_until_reachable(*, seconds: float) -> None:
    """Connect, and keep trying: a database in a container may start later than we do."""
    connection = connections[DEFAULT_DB_ALIAS]
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.ensure_connection()
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise DatabaseUnreachable(str(error).strip()) from error
            time.sleep(0.5)


def pending_migrations() -> int:
    """Count the migrations that are still to be applied."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Apply migrations and make the cache table; servers on several machines take turns."""
    with _turn():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Hold a lock of the database's; asked for again and again, as lock_timeout ends a wait."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATION_LOCK])
            if cursor.fetchone() == (True,):
                break
            time.sleep(0.2)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
