"""Turn a CSV export of what editors decided into articles to train on.

    manage.py export_quotes --raw --format csv --out exports
    python -m training.decisions exports articles.jsonl

Only articles in which every quote is confirmed or rejected are taken: a suggestion that nobody has
looked at says nothing, and neither does what an unread page leaves out.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LONGEST_CELL = 50_000_000


def articles(export: Path) -> Iterator[dict[str, Any]]:
    """Articles decided to the end, in the export's order, with their confirmed quotes."""
    csv.field_size_limit(_LONGEST_CELL)
    texts = {row["article_id"]: row["text"] for row in _rows(export / "articles.csv")}
    confirmed: dict[str, dict[str, dict[str, list[list[int]]]]] = {}
    open_articles = set()
    for row in _rows(export / "quotes.csv"):
        found = confirmed.setdefault(row["article_id"], {})
        if row["status"] == "suggested":
            open_articles.add(row["article_id"])
        elif row["status"] == "confirmed":
            found[row["quote_id"]] = {"content": [], "cue": [], "source": []}
    quotes = {
        quote: (article, parts)
        for article, found in confirmed.items()
        for quote, parts in found.items()
    }
    for row in _rows(export / "quote_parts.csv"):
        if row["quote_id"] not in quotes:
            continue
        article, parts = quotes[row["quote_id"]]
        start, end = int(row["start"]), int(row["end"])
        if texts[article][start:end] != row["exact"]:
            raise ValueError(f"quote {row['quote_id']} is not where it says: export with --raw")
        parts[row["role"]].append([start, end])
    for article, found in confirmed.items():
        if article not in open_articles:
            yield {"id": article, "text": texts[article], "attributions": list(found.values())}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        yield from csv.DictReader(opened)


def main() -> None:
    """Read the command line and write the articles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    count = 0
    with arguments.out.open("w", encoding="utf-8") as out:
        for article in articles(arguments.export):
            out.write(json.dumps(article, ensure_ascii=False) + "\n")
            count += 1
    sys.stdout.write(f"{count} articles\n")


if __name__ == "__main__":
    main()
