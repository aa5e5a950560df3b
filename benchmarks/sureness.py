"""Whether probabilities mean something: how sure the engine was, and how often it was right."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

Judged = tuple[float, bool]
"""A probability, and whether what it was given to is right."""

BINS = 10
_POINTS, _PRIOR = 6, 8.0


def error(judged: Sequence[Judged]) -> float:
    """Expected calibration error: mean distance of probability and share right, in ten bins."""
    bins: dict[int, list[Judged]] = {}
    for probability, right in judged:
        bins.setdefault(min(BINS - 1, int(probability * BINS)), []).append((probability, right))
    distance = sum(abs(sum(p - right for p, right in members)) for members in bins.values())
    return distance / max(1, len(judged))


def fitted(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """Points of a rising line from scores to shares right, a few wide groups smoothed."""
    order = sorted(judged)
    groups: list[list[Judged]] = []
    size = max(1, -(-len(order) // _POINTS))
    for item in order:
        if groups and (len(groups[-1]) < size or groups[-1][-1][0] == item[0]):
            groups[-1].append(item)
        else:
            groups.append([item])
    blocks: list[tuple[float, float, float]] = []
    for group in groups:
        score = sum(p for p, _ in group) / len(group)
        share = (sum(right for _, right in group) + _PRIOR * score) / (len(group) + _PRIOR)
        blocks.append((score, share, len(group)))
        # Pool neighbours until the line rises: what is surer is never less often right.
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            (a, x, n), (b, y, m) = blocks[-2], blocks[-1]
            blocks[-2:] = [((a * n + b * m) / (n + m), (x * n + y * m) / (n + m), n + m)]
    return [(round(score, 4), round(share, 4)) for score, share, _ in blocks]


def contents(score: ModuleType, gold: dict[str, Any], found: dict[str, Any]) -> list[Judged]:
    """Each attribution of one article: its confidence, and whether its content is in the gold."""
    article = score.Article(gold["text"])
    wanted = [a for raw in gold["attributions"] if (a := score.Attribution(article, raw)).content]
    given = [
        (a, raw["confidence"])
        for raw in found["attributions"]
        if (a := score.Attribution(article, raw)).content
    ]
    matched = {j for _, j in score.assign(wanted, [a for a, _ in given])}
    return [(confidence, j in matched) for j, (_, confidence) in enumerate(given)]


def speakers(
    score: ModuleType, gold: dict[str, Any], row: dict[str, Any], found: dict[str, Any]
) -> tuple[list[Judged], list[Judged]]:
    """Chosen speakers of one article, and all candidates: probability, and whether he is it."""
    article = score.Article(gold["text"])
    wanted = [
        (n, a)
        for n, raw in enumerate(gold["attributions"])
        if (a := score.Attribution(article, raw)).content
    ]
    given = [
        (a, raw) for raw in found["attributions"] if (a := score.Attribution(article, raw)).content
    ]
    entries = {entry["attribution"]: entry for entry in row["speakers"]}
    first: list[Judged] = []
    every: list[Judged] = []
    for i, j in score.assign([a for _, a in wanted], [a for a, _ in given]):
        entry = entries.get(wanted[i][0])
        if entry is None:
            continue
        raw = given[j][1]
        judged = [
            (c["probability"], bool(score.judge(entry, row["cast"], c["speaker"])[0]))
            for c in raw["candidates"]
        ]
        every += judged
        if raw["speaker"] is not None:
            first += judged[:1]
    return first, every
