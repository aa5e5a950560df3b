"""Learn the cue weights from annotated news: ``python -m quotes.extraction.fitting CORPUS``.

``CORPUS`` is JSON lines, plain or .gz: ``{"text", "attributions": [{"content", "source"}]}`` with
lists of ``[start, end]``. The weights are written to ``data/cues.json`` of the package. Some
hundred articles are needed: a feature counts from its fifth sight on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.tokens import Doc

from quotes.extraction import extensions, language, scoring, selection
from quotes.extraction.boilerplate import find_skipped
from quotes.extraction.components import direct, quoted, reported, signed
from quotes.extraction.config import Config
from quotes.extraction.frames import Frame

_WORD = re.compile(r"\w+(?:[’'.,\-]\w+)*")
MATCH = 0.5

Spans = Sequence[Sequence[int]]


def labels(doc: Doc, frames: Iterable[Frame], gold: Iterable[dict[str, Spans]]) -> list[bool]:
    """Which proposals match a gold attribution: content by token F1, source by a shared head."""
    units = [(_tokens(doc, item["content"]), _tokens(doc, item["source"])) for item in gold]
    owners: dict[int, list[int]] = {}
    for number, (content, _) in enumerate(units):
        for i in content:
            owners.setdefault(i, []).append(number)
    result = []
    for frame in frames:
        content = {i for i in frame.content if doc[i].text[:1].isalnum()}
        near = {number for i in content for number in owners.get(i, ())}
        result.append(
            any(
                2 * len(content & units[n][0]) >= MATCH * (len(content) + len(units[n][0]))
                and _same_source(frame, units[n][1])
                for n in near
            )
        )
    return result


def _tokens(doc: Doc, spans: Spans) -> set[int]:
    found: set[int] = set()
    for start, end in spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None:
            found.update(t.i for t in span if t.text[:1].isalnum())
    return found


def _same_source(frame: Frame, gold: set[int]) -> bool:
    if not gold:
        return not frame.source
    return frame.anchor in gold if frame.anchor is not None else bool(gold & set(frame.source))


def fit(
    rows: Sequence[Sequence[str]],
    outcomes: Sequence[bool],
    *,
    minimum: int = 4,
    penalty: float = 1.0,
    rounds: int = 300,
) -> dict[str, float]:
    """Weights of a logistic regression over features seen at least ``minimum`` times."""
    counts: dict[str, int] = {}
    for row in rows:
        for feature in row:
            counts[feature] = counts.get(feature, 0) + 1
    names = [name for name, count in sorted(counts.items()) if count >= minimum]
    index = {name: number for number, name in enumerate(names)}
    row_of = np.array([r for r, row in enumerate(rows) for f in row if f in index], dtype=np.int64)
    column = np.array([index[f] for row in rows for f in row if f in index], dtype=np.int64)
    target = np.array(outcomes, dtype=np.float64)
    size = len(rows)
    weight = np.zeros(len(names))
    bias = 0.0
    first, second = np.zeros(len(names) + 1), np.zeros(len(names) + 1)
    for step in range(1, rounds + 1):
        total = bias + np.bincount(row_of, weights=weight[column], minlength=size)
        error = 1 / (1 + np.exp(-np.clip(total, -30, 30))) - target
        slope = np.bincount(column, weights=error[row_of], minlength=len(names))
        gradient = np.append(slope + penalty * weight, error.sum()) / size
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = 0.05 * (1 if step < rounds * 0.7 else 0.2)
        change = rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
        weight -= change[:-1]
        bias -= change[-1]
    table = {
        name: round(float(w), 3) for name, w in zip(names, weight, strict=True) if abs(w) >= 0.02
    }
    return {"": round(float(bias), 3), **table}


def examples(corpus: Path) -> Iterator[tuple[list[str], bool]]:
    """Features and outcome of each proposal that the rules make of the annotated articles."""
    extensions.register()
    model = language.load()
    opener = gzip.open if corpus.suffix == ".gz" else open
    with opener(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            article: dict[str, Any] = json.loads(line)
            doc = language.read(article["text"], model, Config().chunk_chars)
            doc._.skipped = find_skipped(article["text"])
            for component in (
                quoted.quoted_stretches,
                reported.reported_speech,
                direct.direct_speech,
                signed.signed_quotes,
            ):
                doc = component(doc)
            selection.snap_to_marks(doc, doc._.frames)
            frames = [f for f in doc._.frames if f.content and not selection.is_thing(doc, f)]
            outcomes = labels(doc, frames, article["attributions"])
            yield from zip((frame.features for frame in frames), outcomes, strict=True)


def main(argv: list[str] | None = None) -> int:
    """Fit on a corpus and write the weights; ``--target`` leaves the package's own alone."""
    parser = argparse.ArgumentParser(prog="python -m quotes.extraction.fitting")
    parser.add_argument("corpus", type=Path, metavar="CORPUS")
    parser.add_argument("--target", type=Path, default=scoring.WEIGHTS)
    parser.add_argument("--minimum", type=int, default=5, help="fewest sights of a feature")
    options = parser.parse_args(argv)
    rows: list[list[str]] = []
    outcomes: list[bool] = []
    for features, outcome in examples(options.corpus):
        rows.append(features)
        outcomes.append(outcome)
    if not rows:
        sys.stderr.write(f"{options.corpus}: no proposals to learn from\n")
        return 1
    weights = fit(rows, outcomes, minimum=options.minimum)
    text = json.dumps(weights, indent=0, ensure_ascii=False, sort_keys=True)
    options.target.write_text(text + "\n", encoding="utf-8")
    sys.stderr.write(f"{len(rows)} proposals, {sum(outcomes)} right, {len(weights)} weights\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
