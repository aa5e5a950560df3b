"""Figures beside their bars: printed, kept, and a failure where one falls short."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / ".cache" / "bench-figures.jsonl"

_short: list[str] = []


def say(row: str, measured: str, bar: str, *, holds: bool) -> None:
    """Print one figure, and keep it in ``.cache/bench-figures.jsonl`` with the time."""
    sys.stdout.write(f"{'holds' if holds else 'FALLS SHORT':<12} {row}: {measured} (bar: {bar})\n")
    sys.stdout.flush()
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    figure = {"at": at, "row": row, "measured": measured, "bar": bar, "holds": holds}
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a", encoding="utf-8") as file:
        file.write(json.dumps(figure, ensure_ascii=False) + "\n")
    if not holds:
        _short.append(row)


def verdict() -> int:
    """The exit status of a measurement: 1 where a figure fell short."""
    return 1 if _short else 0
