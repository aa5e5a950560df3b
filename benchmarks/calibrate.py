"""Fit the tables that turn scores into probabilities (``make calibrate``).

Fitted on every second article only; ``make evaluate`` measures them on the others.

python -m benchmarks.calibrate [--shared FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import chain
from pathlib import Path

from benchmarks import sureness
from benchmarks.measure import halves, judged_contents, judged_speakers
from benchmarks.scorers import SHARED, TextsMissing, articles, rows
from quotes.extraction import calibration
from quotes.extraction.config import Config
from quotes.extraction.output import as_json
from quotes.extraction.pipeline import extract
from quotes.extraction.types import Document


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


def main() -> int:
    """Fit and write ``quotes/extraction/data/calibration.json``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    options = parser.parse_args()
    try:
        found = fit(options.shared)
    except TextsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    calibration.TABLES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
