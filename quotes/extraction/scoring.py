"""How likely a proposed attribution is right: a logistic model over readable features."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from quotes.extraction.frames import Frame

WEIGHTS = Path(__file__).parent / "data" / "cues.json"


@lru_cache(maxsize=2)
def weights(path: Path = WEIGHTS) -> dict[str, float]:
    """Weight of each feature; ``""`` is the bias. Learnt from annotated news by ``fitting``."""
    loaded: dict[str, float] = json.loads(path.read_text("utf-8"))
    return loaded


def score(frames: Iterable[Frame]) -> None:
    """Set the score of frames with features: how likely annotators would mark them so."""
    table = weights()
    bias = table[""]
    for frame in frames:
        if not frame.features:
            continue
        total = bias + sum(table.get(feature, 0.0) for feature in frame.features)
        frame.score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
