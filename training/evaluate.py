"""Measure a tagger alone, without linker: words and exact spans of each role.

python -m training.evaluate --model quotes/extraction/model --articles DEV.jsonl.gz
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quotes.extraction.tagging import Tagger, load_tagger
from quotes.extraction.tagging.labels import ROLES
from quotes.extraction.text import paragraphs
from training.data import read

_WORD = re.compile(r"\w+(?:[’'.,\-]\w+)*")


def measure(tagger: Tagger, articles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Precision, recall and F1 in per cent by role; spans are compared by the words they hold."""
    words: Counter[tuple[str, str]] = Counter()
    spans: Counter[tuple[str, str]] = Counter()
    surest = []
    total, begun = 0, time.process_time()
    for article in articles:
        text = article["text"]
        tagged = tagger.tag(text, paragraphs(text))
        tokens = [match.span() for match in _WORD.finditer(text)]
        total += len(tokens)
        for role in ROLES:
            gold = {(s, e) for a in article["attributions"] for s, e in a[role]}
            wanted = {_held(tokens, s, e) for s, e in gold} - {()}
            found = {_held(tokens, t.start, t.end): t for t in tagged if t.role == role}
            found.pop((), None)
            _count(spans, role, wanted, set(found))
            _count(words, role, _flat(wanted), _flat(set(found)))
            if role == "content":
                surest += [(t.probability, held in wanted) for held, t in found.items()]
    return {
        "words": {role: _figures(words, role) for role in ROLES},
        "exact_spans": {role: _figures(spans, role) for role in ROLES},
        "content_calibration_error": round(_calibration_error(surest), 3),
        "words_a_second": round(total / (time.process_time() - begun)),
    }


def _held(tokens: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, ...]:
    return tuple(i for i, (first, last) in enumerate(tokens) if first < end and start < last)


def _flat(spans: set[tuple[int, ...]]) -> set[int]:
    return {word for span in spans for word in span}


def _count(counter: Counter[tuple[str, str]], role: str, wanted: set[Any], found: set[Any]) -> None:
    counter[role, "right"] += len(wanted & found)
    counter[role, "wanted"] += len(wanted)
    counter[role, "found"] += len(found)


def _figures(counter: Counter[tuple[str, str]], role: str) -> dict[str, float]:
    right = 100 * counter[role, "right"]
    return {
        "precision": round(right / max(1, counter[role, "found"]), 1),
        "recall": round(right / max(1, counter[role, "wanted"]), 1),
        "f1": round(2 * right / max(1, counter[role, "found"] + counter[role, "wanted"]), 1),
    }


def _calibration_error(surest: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error in ten bins: mean distance of probability and share right."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for probability, right in surest:
        bins.setdefault(min(9, int(probability * 10)), []).append((probability, right))
    return sum(
        abs(sum(p for p, _ in found) - sum(right for _, right in found)) for found in bins.values()
    ) / max(1, len(surest))


def main() -> None:
    """Read the command line, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    tagger = load_tagger(arguments.model)
    if tagger is None:
        sys.exit(f"no tagger in {arguments.model}")
    text = json.dumps(measure(tagger, read(arguments.articles)), indent=2) + "\n"
    sys.stdout.write(text)
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
