"""Measures how well articles are read out of real web pages: part of `make bench`.

The pages and their scorer lie beside the repository (`eval/html/`, `eval/score_html.py`). What an
article keeps as skipped counts as left out: neither the engine nor an export reads it.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.bars import say, verdict
from benchmarks.scorers import SHARED, TextsMissing, folder, rows, scorer
from quotes.importing.files import read_file
from quotes.importing.items import ArticleInput

F1, TITLES, AUTHORS, APPEAL_PAGES = 0.98, 0.95, 0.90, 1


def read_pages(shared: Path = SHARED) -> Iterator[dict[str, Any]]:
    """What is kept of each page, as the scorer takes it."""
    for page in rows("html/expected.jsonl", shared):
        name = page["file"]
        data = gzip.decompress((folder(shared) / "html" / name).read_bytes())
        (item,) = read_file(name.removesuffix(".gz"), data)
        if isinstance(item, ArticleInput):
            yield {
                "file": name,
                "title": item.headline,
                "author": item.byline.split(", ") if item.byline else [],
                "date": item.published_on and item.published_on.isoformat(),
                "body": _without_skipped(item),
            }


def score_pages(shared: Path = SHARED) -> dict[str, Any]:
    expected = list(rows("html/expected.jsonl", shared))
    total, _ = scorer("score_html", shared).score(expected, list(read_pages(shared)))
    return {
        "pages": total["pages"],
        "f1": total["f1"],
        "appeal_pages": total["appeal_pages"],
        **{field: total["fields"][field]["accuracy"] for field in ("title", "author", "date")},
    }


def holds(figures: dict[str, Any]) -> bool:
    return bool(
        figures["f1"] >= F1
        and figures["title"] >= TITLES
        and figures["author"] >= AUTHORS
        and figures["appeal_pages"] <= APPEAL_PAGES
    )


def _without_skipped(item: ArticleInput) -> str:
    kept, place = [], 0
    for skipped in item.skipped:
        kept.append(item.text[place : skipped.start])
        place = skipped.end
    return "".join([*kept, item.text[place:]])


def main() -> int:
    try:
        figures = score_pages()
    except TextsMissing as missing:
        sys.stdout.write(f"{'':<12} web pages: {missing}\n")
        return 0
    say(
        f"articles out of {figures['pages']} web pages",
        f"body F1 {figures['f1']:.3f}, title {figures['title']:.2f}, author"
        f" {figures['author']:.2f}, date {figures['date']:.2f},"
        f" {figures['appeal_pages']} with an appeal",
        f"F1 ≥ {F1}, title ≥ {TITLES}, author ≥ {AUTHORS}, ≤ {APPEAL_PAGES}",
        holds=holds(figures),
    )
    return verdict()


if __name__ == "__main__":
    sys.exit(main())
