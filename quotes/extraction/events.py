"""Drafts of corrections: what the detection rules find before quotes are linked to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from quotes.extraction.cast import Entity
from quotes.extraction.types import CorrectionKind, Explicitness


@dataclass(slots=True, eq=False)
class Event:
    """Somebody says that somebody's claim is not so, in token indices.

    ``claim`` are the tokens that stand for the claim; ``same_point`` is set where the text says
    that it is the point of an earlier event ("on the same point").
    """

    start: int
    end: int
    cue: list[int]
    kind: CorrectionKind
    explicitness: Explicitness
    corrector: Entity
    corrected: Entity | None
    rule: str
    reason: str
    confidence: float
    claim: list[int] = field(default_factory=list)
    same_point: bool = False
