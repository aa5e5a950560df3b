"""Articles out of real web pages: nearly all of the story, and nearly nothing else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.pages import holds, read_pages, score_pages
from benchmarks.scorers import SHARED

STORY = "“The pier will open on Friday,” said Ida Marsh, who has painted it since the thaw."


def test_what_is_skipped_is_not_counted_as_read(tmp_path: Path) -> None:
    pages = tmp_path / "eval" / "html"
    pages.mkdir(parents=True)
    (pages / "expected.jsonl").write_text(json.dumps({"file": "a.html.gz"}), encoding="utf-8")
    parts = "".join(f"<p>{part}</p>" for part in (STORY, "Subscribe now!", STORY[::-1]))
    html = f"<!doctype html><html><body><article><h1>Pier opens</h1>{parts}</article></body></html>"
    (pages / "a.html.gz").write_bytes(gzip.compress(html.encode()))
    (page,) = read_pages(tmp_path)
    assert (page["title"], page["author"], page["date"]) == ("Pier opens", [], None)
    assert STORY in page["body"]
    assert "Subscribe" not in page["body"]


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "eval" / "html").is_dir(), reason="no real pages beside it")
def test_real_pages_are_read_as_well_as_promised() -> None:
    assert holds(score_pages())
