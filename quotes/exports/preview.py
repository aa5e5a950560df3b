"""The first rows of a table as they will be written, without reading what comes after them."""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from quotes.exports.csv import PLAIN, Form, narrowed_articles, select, snapshot
from quotes.exports.filters import ExportFilters
from quotes.exports.tables import TABLES

ARTICLES_READ = 200
"""A window over the quotes of an article reads all of these; no more articles than that."""


def first_rows(
    table: str, filters: ExportFilters, form: Form = PLAIN, *, count: int = 5
) -> list[dict[str, str]]:
    """Give the first rows of a table, cells as text; fewer where they lie far apart."""
    chosen = TABLES[table]
    with snapshot(), connection.cursor() as cursor:
        if "{narrowed}" in chosen.rows:
            filters = filters.among(_first_articles(filters))
        cursor.execute(sql.SQL("{} LIMIT {}").format(select(chosen, filters, form), count))
        return [
            {
                name: "" if cell is None else str(cell)
                for name, cell in zip(chosen.header, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


def _first_articles(filters: ExportFilters) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT a.id FROM quotes_article a JOIN quotes_collection c "
                "ON c.id = a.collection_id WHERE {} AND EXISTS (SELECT 1 FROM quotes_quote q "
                "WHERE q.article_id = a.id) ORDER BY a.id LIMIT {}"
            ).format(narrowed_articles(filters), ARTICLES_READ)
        )
        return tuple(row[0] for row in cursor.fetchall())
