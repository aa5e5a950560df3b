"""Fit the weights that judge links, and the tables that make probabilities (``make calibrate``).

Fitted on every second article only; ``make evaluate`` measures them on the others.

python -m benchmarks.calibrate [--shared FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import chain
from pathlib import Path

import numpy as np
from spacy.tokens import Doc

from benchmarks import sureness
from benchmarks.measure import halves, judged_contents, judged_speakers
from benchmarks.scorers import SHARED, TextsMissing, articles, rows
from quotes.extraction import calibration, judging
from quotes.extraction.components import tagged
from quotes.extraction.config import Config
from quotes.extraction.fitting import labels
from quotes.extraction.frames import Frame
from quotes.extraction.output import as_json
from quotes.extraction.pipeline import extract
from quotes.extraction.types import Document

_PENALTY = 3.0
_ROUNDS = 60


def judged(shared: Path) -> dict[str, float]:
    """New weights for what the tagger's links show, by Newton's method."""
    gold = articles("polnear-dev.jsonl.gz", shared)
    rows: list[dict[str, float]] = []
    outcomes: list[bool] = []
    for key in halves(gold)[0]:
        links: list[Frame] = []
        seen: list[Doc] = []

        def watch(name: str, doc: Doc, links: list[Frame] = links, seen: list[Doc] = seen) -> None:
            if name == tagged.NAME:
                links += [frame for frame in doc._.frames if frame.evidence]
                seen.append(doc)

        extract(Document(gold[key]["text"]), Config(corrections=False), watch)
        links = [frame for frame in links if "rule" in frame.evidence]  # others lost all words
        rows += [frame.evidence for frame in links]
        outcomes += labels(seen[0], links, gold[key]["attributions"])
    return weighed(rows, outcomes)


def weighed(rows: list[dict[str, float]], outcomes: list[bool]) -> dict[str, float]:
    """Weights of a logistic regression over numbers on scales of their own."""
    names = sorted(rows[0])
    plain = np.array([[row[name] for name in names] for row in rows])
    middle, width = plain.mean(0), plain.std(0) + 1e-6
    given = np.c_[(plain - middle) / width, np.ones(len(plain))]
    target = np.array(outcomes, dtype=np.float64)
    penalty = np.r_[np.full(len(names), _PENALTY), 0.0]
    weight = np.zeros(len(names) + 1)
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-given @ weight))
        slope = given.T @ (likely - target) + penalty * weight
        curve = (given * (likely * (1 - likely))[:, None]).T @ given + np.diag(penalty + 1e-6)
        weight -= np.linalg.solve(curve, slope)
    scaled = weight[:-1] / width
    bias = weight[-1] - scaled @ middle
    return {"": round(float(bias), 4)} | {
        name: round(float(value), 4) for name, value in zip(names, scaled, strict=True)
    }


def fit(shared: Path) -> dict[str, list[tuple[float, float]]]:
    """New tables, from the scores that the engine gives without any."""
    gold = articles("polnear-dev.jsonl.gz", shared)
    people = {row["id"]: row for row in rows("speakers-dev.jsonl", shared)}
    keys, speaking = halves(gold)[0], halves(people)[0]
    plain = Config(calibrated=False)
    found = {
        key: as_json(key, extract(Document(gold[key]["text"]), plain))
        for key in sorted({*keys, *speaking})
    }
    contents = judged_contents(gold, found, shared, keys)
    first, _ = judged_speakers(gold, found, people, shared, speaking)
    return {
        "content": sureness.fitted([*chain.from_iterable(contents)]),
        "speaker": sureness.fitted([*chain.from_iterable(first)]),
    }


def _write(path: Path, found: object) -> None:
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Fit and write ``judging.json`` and ``calibration.json`` in ``quotes/extraction/data/``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    options = parser.parse_args()
    try:
        weights = judged(options.shared)
        _write(judging.WEIGHTS, weights)
        judging.weights.cache_clear()
        found = fit(options.shared)
    except TextsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _write(calibration.TABLES, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
