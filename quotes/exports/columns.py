"""What a column of an export is: the one definition for CSV, codebook and documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from quotes.formula_guard import sql_guard

ColumnType = Literal[
    "id", "text", "code", "list", "json", "integer", "number", "boolean", "date", "time"
]
MadeBy = Literal["machine", "human", "derived"]

NEVER_MISSING = "never"
FREE = frozenset({"text", "json"})
"""Types whose cells hold words from outside, which a spreadsheet might run."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it means, what may stand in it, and the SQL that makes it.

    ``missing`` says when the cell is empty. ``made_by`` says whose value it is: the machine's
    until a person changes it, a person's, or derived from other values. ``body`` marks the words
    of an article, which an export without the body leaves empty.
    """

    name: str
    type: ColumnType
    meaning: str
    sql: str
    example: str
    made_by: MadeBy = "derived"
    values: str = ""
    missing: str = NEVER_MISSING
    since: str = "0.1.0"
    body: bool = False

    @property
    def allowed_values(self) -> str:
        return self.values or ANY_VALUE[self.type]

    @property
    def emptiness(self) -> str:
        """When the cell is empty, for the codebook."""
        if not self.body:
            return self.missing
        return "with body=0" if self.missing == NEVER_MISSING else f"{self.missing}; with body=0"

    def cell(self, *, raw: bool, body: bool = True) -> str:
        """Give the SQL of the cell: empty where missing, guarded unless ``raw``.

        ``body`` false leaves the cell empty where it gives the article's words.
        """
        if self.body and not body:
            return "NULL::text"
        if self.type == "boolean":
            return f"CASE WHEN {self.sql} THEN 1 ELSE 0 END"
        if self.type == "time":
            return f"""to_char({self.sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        if self.type in FREE:
            cell = f"NULLIF({self.sql}, '')"
            return cell if raw else sql_guard(cell)
        if self.type in {"code", "list"}:
            return f"NULLIF({self.sql}, '')"
        return self.sql


ANY_VALUE: Mapping[ColumnType, str] = {
    "id": "UUID in lower case",
    "text": "any text",
    "code": "a code",
    "list": "codes parted by |",
    "json": "JSON",
    "integer": "whole number from 0",
    "number": "decimal number",
    "boolean": "0 or 1",
    "date": "ISO 8601 day (YYYY-MM-DD)",
    "time": "ISO 8601 time in UTC (YYYY-MM-DDTHH:MM:SS.ffffffZ)",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the export: its columns, where its rows come from, and their total order.

    ``filters`` maps a filter's name to its condition with ``{value}`` in it; a filter that a
    table does not name does not narrow it. ``articles`` makes one condition of the conditions on
    articles (``article_filters``). It takes the place of ``{narrowed}`` in ``rows``, so that a
    window over all quotes of an article reads no other articles; without that place it is one
    condition more.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: str
    where: str
    order: str
    filters: Mapping[str, str]
    articles: str = "{conditions}"
    article_filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


COLLECTION_FILTERS = {"collection": "c.slug = {value}", "within": "c.id = ANY({value})"}
ARTICLE_FILTERS = {
    "articles": "a.id = ANY({value})",
    "article": "a.public_id = {value}",
    "outlet": "a.outlet = {value}",
    "language": "a.language = {value}",
    "external_id": "a.external_id = {value}",
    "published_after": "a.published_on >= {value}",
    "published_before": "a.published_on <= {value}",
}

# A speaker or, where it was merged, the one it was merged into, as in lists.
SURVIVOR = "(SELECT coalesce(merged_into_id, id) FROM quotes_speaker WHERE public_id = {value})"

# What lists, pages and exports show: `on_record()` and `shown()` of the models' vocabulary.
ON_RECORD = "{alias}.status IN ('suggested', 'confirmed', 'rejected')"
SHOWN = "({alias}.act <> 'attitude' OR {alias}.touched)"
LIVE = "{alias}.status IN ('suggested', 'confirmed')"


def in_articles(alias: str) -> str:
    """Give the template of a condition for rows in the articles that meet ``{conditions}``."""
    return (
        f"{alias}.article_id IN (SELECT a.id FROM quotes_article a "  # noqa: S608 - a constant
        "JOIN quotes_collection c ON c.id = a.collection_id WHERE {conditions})"
    )


def shown_quotes(alias: str) -> str:
    """Give the condition for the quotes that pages show and exports hold."""
    return f"{ON_RECORD.format(alias=alias)} AND {SHOWN.format(alias=alias)}"


def on_record(alias: str) -> str:
    """Give the condition for what is neither withdrawn nor replaced."""
    return ON_RECORD.format(alias=alias)


def fitting_link(link: str, correction: str, quote: str) -> str:
    """Give the condition for a live quote on the side of a correction whose person said it."""
    return (
        f"{LIVE.format(alias=quote)} AND {quote}.speaker_id = CASE {link}.side "
        f"WHEN 'corrected' THEN {correction}.corrected_id ELSE {correction}.corrector_id END"
    )
