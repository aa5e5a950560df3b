"""Charts drawn on the server: numbers in, coordinates out, a template makes the SVG."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("direct", "mixed", "indirect")
FEWEST, MOST = 6, 12
"""Months that are drawn, up to the last one with a statement."""

WIDTH, TOP, BOTTOM, LEFT, BAR = 540, 32, 172, 26, 25


@dataclass(frozen=True, slots=True)
class Block:
    """One kind within one bar."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One month."""

    x: float
    middle: float
    top: float
    total: int
    label: str
    year: str
    words: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over an axis with a few lines; ``lines`` are ``(y, label)``."""

    bars: list[Bar]
    lines: list[tuple[float, int]]


def months_chart(months: Sequence[tuple[dt.date, Counter[str]]]) -> Chart | None:
    """Stacked bars of statements by month, the empty months between them too."""
    if not months:
        return None
    filled = _with_empty_months(months)
    highest = max(1, *(sum(counts.values()) for _, counts in filled))
    step = next(s * 10**e for e in range(7) for s in (1, 2, 5) if highest / (s * 10**e) <= 4)
    ceiling = -(-highest // step) * step
    scale = (BOTTOM - TOP) / ceiling
    width = (WIDTH - LEFT) / len(filled)
    bars = []
    for index, (month, counts) in enumerate(filled):
        x = LEFT + index * width + (width - BAR) / 2
        y = float(BOTTOM)
        blocks = []
        for kind in KINDS:
            height = counts[kind] * scale
            y -= height
            if height:
                blocks.append(Block(kind, round(y, 1), round(height, 1)))
        total = sum(counts.values())
        parts = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
        bars.append(
            Bar(
                x=round(x, 1),
                middle=round(x + BAR / 2, 1),
                top=round(y - 6, 1),
                total=total,
                label=month.strftime("%b"),
                year=str(month.year) if index == 0 or month.month == 1 else "",
                words=f"{month:%b %Y}: {total} statements, {parts}",
                blocks=blocks,
            )
        )
    lines = [(round(BOTTOM - n * scale, 1), n) for n in range(0, ceiling + 1, step)]
    return Chart(bars, lines)


def _with_empty_months(
    months: Sequence[tuple[dt.date, Counter[str]]],
) -> list[tuple[dt.date, Counter[str]]]:
    known = dict(months)
    first, last = (month.year * 12 + month.month - 1 for month in (months[0][0], months[-1][0]))
    begin = min(max(first, last - MOST + 1), last - FEWEST + 1)
    every = [dt.date(n // 12, n % 12 + 1, 1) for n in range(begin, last + 1)]
    return [(month, known.get(month, Counter())) for month in every]
