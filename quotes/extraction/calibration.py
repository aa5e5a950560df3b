"""From scores to probabilities that mean something: of ten at 0.8, eight are right.

The tables are points of a rising line, fitted by ``benchmarks.calibrate`` on one half of the
articles and measured on the other. A new tagger or new rules want new tables.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

TABLES = Path(__file__).parent / "data" / "calibration.json"

Point = tuple[float, float]


@lru_cache(maxsize=1)
def tables() -> dict[str, list[Point]]:
    """Points of each line: ``content`` for attributions, ``speaker`` for the first candidate."""
    loaded = json.loads(TABLES.read_text("utf-8"))
    return {name: [(raw, share) for raw, share in points] for name, points in loaded.items()}


def calibrated(score: float, points: Sequence[Point]) -> float:
    """The share of right ones at this score, between the points on a straight line."""
    place = bisect_left(points, (score, -1.0))
    if not points:
        return score
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[place - 1], points[place]
    return low + (high - low) * (score - left) / (right - left)


def confidence(score: float) -> float:
    """How likely a content with this score is right."""
    return calibrated(score, tables()["content"])


def candidates(probabilities: Sequence[float]) -> list[float]:
    """Probabilities of a chosen speaker and the others behind him, who share what he leaves."""
    if not probabilities:
        return []
    first = calibrated(probabilities[0], tables()["speaker"])
    left = 1 - probabilities[0]
    share = (1 - first) / left if left > 0 else 0.0
    # Nobody behind may look surer than the one who was chosen.
    return [first, *(min(first, other * share) for other in probabilities[1:])]
