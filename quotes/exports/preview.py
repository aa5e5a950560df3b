"""The first quotes as they will be written, without reading what comes after them."""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from quotes.exports.columns import shown_quotes
from quotes.exports.csv import (
    PLAIN,
    Form,
    narrowed_articles,
    narrowed_quotes,
    select,
    snapshot,
)
from quotes.exports.filters import ExportFilters
from quotes.exports.quote_columns import QUOTES


def first_quotes(
    filters: ExportFilters, form: Form = PLAIN, *, count: int = 5
) -> list[dict[str, str]]:
    """Give the first rows of quotes.csv, cells as text.

    A window over the quotes of an article reads all of these: no more articles are read than have
    a row in it.
    """
    with snapshot(), connection.cursor() as cursor:
        few = filters.among(_first_articles(filters, count))
        cursor.execute(sql.SQL("{} LIMIT {}").format(select(QUOTES, few, form), count))
        return [
            {
                name: "" if cell is None else str(cell)
                for name, cell in zip(QUOTES.header, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


def _first_articles(filters: ExportFilters, count: int) -> tuple[int, ...]:
    """Give the first articles with a quote that the filters leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT a.id FROM quotes_article a JOIN quotes_collection c "
                "ON c.id = a.collection_id WHERE {} AND EXISTS (SELECT FROM quotes_quote q "
                "WHERE q.article_id = a.id AND {} AND {}) ORDER BY a.id LIMIT {}"
            ).format(
                narrowed_articles(filters),
                sql.SQL(shown_quotes("q")),
                narrowed_quotes(filters),
                count,
            )
        )
        return tuple(row[0] for row in cursor.fetchall())
