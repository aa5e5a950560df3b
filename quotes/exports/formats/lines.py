"""What the formats are made from: one article with the quotes and corrections that go into it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from django.db import connection
from psycopg import sql

from quotes.exports.columns import shown_quotes
from quotes.exports.csv import narrowed_quotes
from quotes.exports.filters import ExportFilters
from quotes.exports.jsonl import stream_jsonl

Line = dict[str, Any]
SHOWN_STATES = ("suggested", "confirmed")
"""What a format holds where no filter names other states: rejected is no quote."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: how it is written into a file, and what it cannot hold."""

    name: str
    title: str
    suffix: str
    media_type: str
    write: Callable[[ExportFilters, IO[bytes]], int]
    """Write the articles into an open file; give how many."""
    loses: str
    heavy: bool = False
    """It needs the language library: for the command line, never in a web process."""

    @property
    def file_name(self) -> str:
        return f"on-record-{self.name}{self.suffix}"


def article_lines(filters: ExportFilters) -> Iterator[Line]:
    """Give each article that has a quote left by the filters, with these quotes only."""
    narrowed = replace(filters, status=filters.status or SHOWN_STATES)
    rest = b""
    for block in stream_jsonl(filters):
        *whole, rest = (rest + block).split(b"\n")
        articles = [json.loads(line) for line in whole]
        kept = _kept_quotes(narrowed, [article["id"] for article in articles])
        for article in articles:
            article["quotes"] = [quote for quote in article["quotes"] if quote["id"] in kept]
            for quote in article["quotes"]:
                if quote["parent"] not in kept:
                    quote["parent"] = None
                quote["parts"].sort(key=lambda part: (part["role"], part["ordinal"]))
            if article["quotes"]:
                yield article


def _kept_quotes(filters: ExportFilters, articles: list[str]) -> set[str]:
    """Give the ids of the quotes in these articles that quotes.csv would have."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT q.public_id FROM quotes_quote q JOIN quotes_article a "
                "ON a.id = q.article_id WHERE a.public_id = ANY({}::uuid[]) AND {} AND {}"
            ).format(sql.Literal(articles), sql.SQL(shown_quotes("q")), narrowed_quotes(filters))
        )
        return {str(row[0]) for row in cursor.fetchall()}


def parts_of(quote: Line, role: str = "content") -> list[Line]:
    """Give a quote's stretches of one role, in order."""
    return [part for part in quote["parts"] if part["role"] == role]


def split_at_lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a stretch at line feeds, without the space around each piece."""
    pieces = []
    for line in text[start:end].split("\n"):
        kept = line.strip()
        if kept:
            begin = start + line.index(kept)
            pieces.append((begin, begin + len(kept)))
        start += len(line) + 1
    return pieces


def add_file(archive: zipfile.ZipFile, name: str, text: str) -> None:
    """Add a text to a zip with one fixed time, so that one state gives the same bytes."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode())
