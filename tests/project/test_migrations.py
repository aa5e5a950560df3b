"""Migrations on a database with articles in it, back and forth (case 61)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db.migrations.loader import MigrationLoader
from psycopg.sql import SQL, Identifier

from config.postgres.server import Cluster
from tests.project.serving import manage

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]

OURS = ("quotes", "annotations")
SCHEMA = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
"""
TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public'
AND (tablename LIKE 'quotes\\_%' OR tablename LIKE 'annotations\\_%')
"""


class Site:
    """A data directory of its own, and what its database holds."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.cluster = Cluster(place / "postgres")
        self.cluster.ensure_running()

    def manage(self, *words: str) -> None:
        manage(self.place, *words)

    def schema(self) -> set[tuple[str, ...]]:
        with psycopg.connect(self.cluster.url()) as there:
            return {tuple(map(str, row)) for row in there.execute(SCHEMA)}

    def rows(self) -> dict[str, tuple[int, str]]:
        """How many rows each of our tables has, and a digest of them all."""
        found = {}
        every_row = SQL("SELECT * FROM {}")
        with psycopg.connect(self.cluster.url()) as there:
            for (table,) in there.execute(TABLES).fetchall():
                rows = sorted(
                    str(row) for row in there.execute(every_row.format(Identifier(table)))
                )
                found[table] = len(rows), "\n".join(rows)
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    site.manage("migrate", "--verbosity", "0")
    site.manage("load_samples", "--inline")
    yield site
    site.cluster.release()


def steps_after_the_schema(app: str) -> list[str]:
    """Names of an app's migrations that come after the one that makes its tables."""
    names = sorted(name for label, name in MigrationLoader(None).disk_migrations if label == app)
    schema = next(name for name in names if name.endswith("_schema"))
    return names[names.index(schema) :]


def test_case_61_each_step_goes_back_and_forth_with_every_row_as_it_was(site: Site):
    schema, rows = site.schema(), site.rows()
    assert rows["quotes_quote"][0] > 100
    for app in OURS:
        tables_made, *later = steps_after_the_schema(app)
        assert later, "there is no step to try"
        for target in reversed([tables_made, *later[:-1]]):
            site.manage("migrate", app, target, "--verbosity", "0")
            assert site.schema() != schema
        site.manage("migrate", "--verbosity", "0")
        assert site.schema() == schema
        assert site.rows() == rows
    for app in reversed(OURS):
        site.manage("migrate", app, "zero", "--verbosity", "0")
    assert not [row for row in site.schema() if row[1].startswith(("quotes_", "annotations_"))]
    site.manage("migrate", "--verbosity", "0")
    assert site.schema() == schema
    assert site.rows()["quotes_article"][0] == 0
