"""The codebook: every column with its meaning, as CSV and as the tables of the documentation."""

from __future__ import annotations

import csv
import io

from quotes.exports.tables import TABLES
from quotes.formula_guard import guard

HEADER = (
    "table",
    "column",
    "type",
    "allowed_values",
    "meaning",
    "missing",
    "made_by",
    "since_version",
    "example",
)
BEGIN, END = "<!-- columns: begin -->", "<!-- columns: end -->"


def codebook_rows() -> list[tuple[str, ...]]:
    """Give one row a column, in the order of ``HEADER``."""
    return [
        (
            table.name,
            column.name,
            column.type,
            column.allowed_values,
            column.meaning,
            column.emptiness,
            column.made_by,
            column.since,
            column.example,
        )
        for table in TABLES.values()
        for column in table.columns
    ]


def codebook_csv() -> bytes:
    """Give codebook.csv, written by the rules of all other tables."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([guard(cell) for cell in row] for row in codebook_rows())
    return out.getvalue().encode()


def with_columns(page: str) -> str:
    """Give the documentation page with its tables of columns written anew."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{_markdown()}\n{END}{after}"


def _markdown() -> str:
    parts = []
    for table in TABLES.values():
        parts.append(f"### {table.file_name}\n\n{table.about}\n")
        parts.append("| column | type | meaning | values | empty | made by | since | example |")
        parts.append("|---|---|---|---|---|---|---|---|")
        for column in table.columns:
            cells = (
                f"`{column.name}`",
                column.type,
                column.meaning,
                column.allowed_values,
                column.emptiness,
                column.made_by,
                column.since,
                f"`{column.example}`",
            )
            parts.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        parts.append("")
    return "\n".join(parts)
