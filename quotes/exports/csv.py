"""CSV by PostgreSQL's COPY: any number of rows in constant memory, from one snapshot.

PostgreSQL hands over one row at a time, ended by a line feed. That one byte is replaced; a line
feed inside a cell stays as it is stored.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from quotes.exports.columns import ARTICLE_FILTERS, COLLECTION_FILTERS, Table
from quotes.exports.filters import ExportFilters, RefusedFilter
from quotes.exports.quote_columns import QUOTE_FILTERS
from quotes.exports.tables import TABLES, UNITS

BLOCK_BYTES = 64 * 1024
LINE_END = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How cells are written. ``raw`` leaves out the guard against formulas, ``excel`` puts a byte
    order mark in front, ``body`` false leaves out the words of articles (copyright)."""

    raw: bool = False
    excel: bool = False
    body: bool = True


OPTIONS = ("raw", "excel", "body", "unit")
PLAIN = Form()


def form_of(query: Mapping[str, str]) -> Form:
    """Read the form from a query's parameters: each is ``0``, ``1`` or not given."""
    for name in ("raw", "excel", "body"):
        if query.get(name, "") not in {"", "0", "1"}:
            raise RefusedFilter(name, f"“{name}” is 0 or 1.")
    return Form(
        raw=query.get("raw") == "1", excel=query.get("excel") == "1", body=query.get("body") != "0"
    )


def table_of(name: str, query: Mapping[str, str]) -> str:
    """The table that a name and a unit mean: quotes by the decision are the table of decisions,
    by the same words the table of their groups.

    Raises ``KeyError`` for an unknown table.
    """
    unit = query.get("unit", "") or "quote"
    if name != "quotes" and unit != "quote":
        raise RefusedFilter("unit", "Only quotes can be taken by another unit.")
    if unit not in UNITS:
        raise RefusedFilter("unit", f"“unit” is one of: {', '.join(UNITS)}.")
    return TABLES[UNITS[unit] if name == "quotes" else name].name


def stream_csv(
    table: str, filters: ExportFilters, form: Form = PLAIN
) -> Generator[bytes, None, None]:
    """Give one table as CSV in blocks of about 64 KiB, the header first.

    Holds a read-only transaction on this thread's connection until it is used up or closed, so
    make no other query meanwhile. Raises ``KeyError`` for an unknown table at once.
    """
    blocks = csv_blocks(TABLES[table], filters, form)

    def stream() -> Generator[bytes, None, None]:
        with closing(blocks):
            for block, _ in blocks:
                yield block

    return stream()


def csv_blocks(
    table: Table, filters: ExportFilters, form: Form = PLAIN
) -> Generator[tuple[bytes, int], None, None]:
    """Give the blocks of ``stream_csv`` with the number of rows in each.

    Where its reader stops early, it must be closed before a transaction around it ends: in the
    middle of a COPY a connection waits for ever for the answer to its ROLLBACK.
    """
    block = [codecs.BOM_UTF8] if form.excel else []
    block.append(",".join(table.header).encode() + LINE_END)
    size = rows = 0
    with snapshot(), connection.cursor() as cursor:
        query = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')").format(
            select(table, filters, form)
        )
        with cursor.copy(query) as copy:
            while row := copy.read():
                block.append(row[:-1])
                block.append(LINE_END)
                rows += 1
                size += len(row)
                if size >= BLOCK_BYTES:
                    yield b"".join(block), rows
                    block.clear()
                    size = rows = 0
    if block:
        yield b"".join(block), rows


def count_rows(table: str, filters: ExportFilters) -> int:
    """Say how many rows the table has with these filters."""
    return row_counts(filters, (table,))[table]


def row_counts(filters: ExportFilters, tables: Iterable[str] = TABLES) -> dict[str, int]:
    """Say how many rows each table has with these filters, all in one state of the database."""
    found = {}
    with snapshot(), connection.cursor() as cursor:
        for name in tables:
            rows, conditions = _narrowed(TABLES[name], filters)
            cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE {}").format(rows, conditions))
            found[name] = int(cursor.fetchone()[0])
    return found


def select(table: Table, filters: ExportFilters, form: Form = PLAIN) -> sql.Composable:
    """Compose the SELECT. Columns and joins are constants of this package; values are bound."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(
            sql.SQL(column.cell(raw=form.raw, body=form.body)), sql.Identifier(column.name)
        )
        for column in table.columns
    )
    rows, conditions = _narrowed(table, filters)
    return sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
        columns, rows, conditions, sql.SQL(table.order)
    )


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything inside from one state of the database, however long it takes.

    Inside somebody else's transaction that one is used, with the isolation it has.
    """
    if connection.in_atomic_block:
        with _without_time_limit():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with _without_time_limit():
            yield


@contextmanager
def _without_time_limit() -> Iterator[None]:
    """Lift the limit on a statement's time, which is meant for pages, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (limit,) = cursor.fetchone()
        cursor.execute("SET LOCAL statement_timeout = 0")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])


def _narrowed(table: Table, filters: ExportFilters) -> tuple[sql.Composable, sql.Composable]:
    """Give the table's rows and conditions with the filters in them."""
    conditions = [sql.SQL(table.where), *_bound(table.filters, filters)]
    on_articles: sql.Composable = sql.SQL("TRUE")
    if found := _bound(table.article_filters, filters):
        on_articles = sql.SQL(table.articles).format(conditions=sql.SQL(" AND ").join(found))
    if "{narrowed}" in table.rows:
        rows: sql.Composable = sql.SQL(table.rows).format(narrowed=on_articles)
    else:
        rows = sql.SQL(table.rows)
        conditions.append(on_articles)
    return rows, sql.SQL(" AND ").join(conditions)


def narrowed_articles(filters: ExportFilters) -> sql.Composable:
    """Give the filters' condition on articles, for ``a`` (articles) and ``c`` (collections)."""
    found = _bound({**COLLECTION_FILTERS, **ARTICLE_FILTERS}, filters)
    return sql.SQL(" AND ").join(found) if found else sql.SQL("TRUE")


def narrowed_quotes(filters: ExportFilters) -> sql.Composable:
    """Give the filters' condition on quotes alone, for ``q``."""
    found = _bound(QUOTE_FILTERS, filters)
    return sql.SQL(" AND ").join(found) if found else sql.SQL("TRUE")


def _bound(templates: Mapping[str, str], filters: ExportFilters) -> list[sql.Composable]:
    given = filters.given()
    return [
        sql.SQL(template).format(value=sql.Literal(given[name]))
        for name, template in templates.items()
        if name in given
    ]
