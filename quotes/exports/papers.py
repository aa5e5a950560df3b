"""What stands beside the tables of a snapshot: how to read and cite it, and its licence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quotes.exports.csv import Form
    from quotes.exports.snapshots import SnapshotFacts

OFFSETS = """Offsets (start, end) count Unicode code points in the article's text, half-open:

    Python      text[start:end]
    R           substr(text, start + 1, end)
    JavaScript  [...text].slice(start, end).join("")
"""


def readme(facts: SnapshotFacts, form: Form) -> str:
    """Say what is in the snapshot and how its cells are written."""
    said = [
        f"{facts.title}, snapshot {facts.number}",
        f"Made on {facts.made_at:%Y-%m-%d at %H:%M} UTC by {facts.software}.",
        "",
        "Quotes that news articles give, who said them, and who corrected whom. codebook.csv says",
        "what each column means; datapackage.json says it to programs.",
        "",
        "Tables are UTF-8, comma, CRLF, with a header; an empty cell is a missing value.",
        "",
        OFFSETS,
        _guard_line(form),
    ]
    if form.excel:
        said.append("Each table begins with a byte order mark (excel=1).")
    if not form.body:
        said += [
            "The words of the articles are left out (body=0). Who has a lawful copy of them as",
            ".txt files puts them back with:  python rejoin.py THIS_FOLDER TEXTS OUT",
            "Each text is checked by its SHA-256 (articles.csv, text_sha256).",
        ]
    narrowed = ", ".join(f"{name}={value}" for name, value in facts.filters.items())
    said += [
        "",
        f"Narrowed to: {narrowed}." if narrowed else "Nothing is left out by a filter.",
        "Suggestions of the machine are in it unless a filter says otherwise: look at status.",
        f"Check the files with:  sha256sum -c {'SHA256SUMS'}",
    ]
    return "\n".join(said) + "\n"


def _guard_line(form: Form) -> str:
    if form.raw:
        return "Cells are exactly as stored (raw=1): do not open them in a spreadsheet unseen."
    return (
        "A cell that a spreadsheet would run as a formula has one apostrophe in front: one that\n"
        "begins with apostrophes and then = + - @, a tab, CR, LF or a full-width form of these\n"
        "loses the first apostrophe when it is read back."
    )


def citation(facts: SnapshotFacts) -> str:
    """Give CITATION.cff (Citation File Format 1.2.0)."""
    lines = [
        "cff-version: 1.2.0",
        "type: dataset",
        "message: If you use this data, please cite it as below.",
        f"title: {_yaml(facts.title)}",
        f"version: {_yaml(str(facts.number))}",
        f"date-released: {facts.made_at:%Y-%m-%d}",
        "authors:",
        f"  - name: {_yaml(facts.title)}",
        f"abstract: {_yaml(f'Annotated quotes from news, made with {facts.software}.')}",
    ]
    if facts.address:
        lines.append(f"url: {_yaml(facts.address)}")
    return "\n".join(lines) + "\n"


def licence_text(facts: SnapshotFacts) -> str:
    return (
        f"{facts.licence or 'The publisher of this data has stated no licence: ask before reuse.'}"
        "\n\nQuoted words and article texts belong to those who spoke and wrote them.\n"
    )


def _yaml(value: str) -> str:
    """A string in double quotes, which YAML reads as JSON does."""
    return json.dumps(value, ensure_ascii=False)
