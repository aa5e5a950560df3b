"""The command that learns the cue weights, on a few written sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quotes.extraction.fitting import main

pytestmark = pytest.mark.model


def line(content: str, cue: str) -> str:
    text = f"Ida Marsh {cue} {content}."
    start = text.index(content)
    return json.dumps(
        {
            "text": text,
            "attributions": [{"content": [[start, start + len(content)]], "source": [[0, 9]]}]
            if cue == "said"
            else [],
        }
    )


@pytest.mark.slow
def test_a_cue_that_brings_quotes_weighs_more(tmp_path: Path) -> None:
    contents = [f"that the {noun} had sunk" for noun in ("pier", "boat", "barge", "ferry")]
    corpus, target = tmp_path / "news.jsonl", tmp_path / "cues.json"
    corpus.write_text("\n".join(line(c, cue) for c in contents for cue in ("said", "saw")))
    assert main([str(corpus), "--target", str(target), "--minimum", "2"]) == 0
    weights = json.loads(target.read_text())
    said, saw = (
        sum(w for name, w in weights.items() if name.endswith(f"={lemma}") or f"|{lemma}" in name)
        for lemma in ("say", "see")
    )
    assert said > 0 > saw


@pytest.mark.slow
def test_a_corpus_without_proposals_changes_nothing(tmp_path: Path) -> None:
    corpus, target = tmp_path / "news.jsonl", tmp_path / "cues.json"
    corpus.write_text(json.dumps({"text": "Rain.", "attributions": []}))
    assert main([str(corpus), "--target", str(target)]) == 1
    assert not target.exists()
