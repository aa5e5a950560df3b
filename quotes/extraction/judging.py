"""How likely a link of what the tagger found is right as a whole: content, cue and source.

A logistic model over a dozen readable numbers, fitted by ``benchmarks.calibrate`` on one half of
the articles that the tagger has not seen. A new tagger wants new weights.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from spacy.tokens import Doc

from quotes.extraction.frames import Frame, Quoted

WEIGHTS = Path(__file__).parent / "data" / "judging.json"
_SAME = 0.5
_FEW_WORDS = 4
_LEAST = 1e-4


@lru_cache(maxsize=1)
def weights() -> dict[str, float]:
    """Weight of each kind of evidence; ``""`` is the bias."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text("utf-8"))
    return loaded


def logit(probability: float) -> float:
    """Log odds, bounded."""
    bounded = min(1 - _LEAST, max(_LEAST, probability))
    return math.log(bounded / (1 - bounded))


def judge(doc: Doc, frames: Iterable[Frame]) -> None:
    """Set the score of what the tagger found, also by whether the rules say the same."""
    marks: Quoted = doc._.marks
    frames = list(frames)
    by_head: dict[int, list[Frame]] = defaultdict(list)
    for frame in frames:
        if frame.features:
            by_head[frame.head].append(frame)
    table = weights()
    for frame in frames:
        if not frame.evidence:
            continue
        rules = [rule for i in {frame.head, *frame.cue} for rule in by_head.get(i, ())]
        frame.evidence |= {
            "rule": _agreement(frame, rules),
            "few words": float(len(frame.content) <= _FEW_WORDS),
            "quoted": float(any(marks.of[i] >= 0 for i in frame.content)),
        }
        total = table[""] + sum(
            table.get(name, 0.0) * value for name, value in frame.evidence.items()
        )
        frame.score = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _agreement(frame: Frame, rules: Iterable[Frame]) -> float:
    """Score of the best rule that names the same source for much the same words."""
    content = set(frame.content)
    return max(
        (
            rule.score
            for rule in rules
            if rule.anchor == frame.anchor
            and 2 * len(content.intersection(rule.content))
            >= _SAME * (len(content) + len(rule.content))
        ),
        default=0.0,
    )
