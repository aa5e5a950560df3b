"""Every figure of the engine on annotated news, with 95 % intervals over articles."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks import sureness
from benchmarks.scorers import SHARED, articles, rows, scorer
from quotes.extraction.config import Config
from quotes.extraction.output import as_json
from quotes.extraction.pipeline import extract_many
from quotes.extraction.types import Document

Figure = tuple[float, float, float]
"""A share, and the bounds of its interval."""

ATTRIBUTIONS = {
    "end_f1": "end to end, F1",
    "exact_f1": "exact contents, F1",
    "token_f1": "words of contents, F1",
    "quoted_speaker": "quoted stretch found with the right speaker",
    "direct.end_r": "direct, recall",
    "mixed.end_r": "mixed, recall",
    "indirect.end_p": "indirect, precision",
    "indirect.end_r": "indirect, recall",
}
CORRECTIONS = {
    "precision": "event, precision",
    "recall": "event, recall",
    "f1": "event, F1",
    "direction_acc": "both names right, of those found",
}
PEOPLE = {"named": "named speakers, right person", "named, not by name": "the same, not by name"}
_RESAMPLES, _SEED = 1000, 20161108


def measure(
    config: Config = Config(),  # noqa: B008 frozen
    *,
    shared: Path = SHARED,
    every_correction: bool = True,
    resamples: int = _RESAMPLES,
    processes: int = 1,
) -> dict[str, dict[str, Figure]]:
    """Figures by set of articles; ``every_correction`` also reads 216 articles of the train part.

    Those were used for training the tagger: of that set only the corrections are counted.
    """
    dev = articles("polnear-dev.jsonl.gz", shared)
    found = _read(dev, config, processes)
    commonwealth = articles("commonwealth-dev.jsonl", shared)
    statements = {
        key: {**row, "attributions": [a for a in row["attributions"] if a["act"] != "attitude"]}
        for key, row in _read(commonwealth, config, processes).items()
    }
    sets = {
        "polnear-dev": _attributions(dev, found, shared, resamples, ATTRIBUTIONS),
        "commonwealth-dev": _attributions(
            commonwealth,
            statements,
            shared,
            resamples,
            ("end_f1", "quoted_speaker", "direct.end_r"),
        ),
        "speakers-dev": _people(dev, found, shared, resamples),
        "corrections-complete": _corrections(found, shared, resamples, complete=True),
    }
    if every_correction:
        wanted = {row["id"] for row in rows("corrections-dev.jsonl", shared)} - set(found)
        train = articles("polnear-train.jsonl.gz", shared)
        others = _read({key: train[key] for key in sorted(wanted)}, config, processes)
        sets["corrections-all"] = _corrections(
            {**found, **others}, shared, resamples, complete=False
        )
    sets["calibration"] = _sureness(dev, found, shared, resamples)
    return sets


def _read(
    given: dict[str, dict[str, Any]], config: Config, processes: int
) -> dict[str, dict[str, Any]]:
    documents = (Document(row["text"]) for row in given.values())
    results = extract_many(documents, config, processes=processes)
    return {key: as_json(key, result) for key, result in zip(given, results, strict=True)}


def _attributions(
    gold: dict[str, Any],
    found: dict[str, Any],
    shared: Path,
    resamples: int,
    names: Iterable[str],
) -> dict[str, Figure]:
    predicted = {key: row["attributions"] for key, row in found.items()}
    result = scorer("score_attributions", shared).score(gold, predicted, resamples)
    return {name: _figure(result["figures"][name], result["intervals"].get(name)) for name in names}


def _people(
    gold: dict[str, Any], found: dict[str, Any], shared: Path, resamples: int
) -> dict[str, Figure]:
    score = scorer("score_speakers", shared)
    wanted = {row["id"]: row for row in rows("speakers-dev.jsonl", shared)}
    predicted = {key: found[key]["attributions"] for key in wanted}
    result = score.score(gold, wanted, predicted, resamples)
    return {
        name: _figure(result[name]["accuracy"], result[name].get("interval")) for name in PEOPLE
    }


def _corrections(
    found: dict[str, Any], shared: Path, resamples: int, *, complete: bool
) -> dict[str, Figure]:
    score = scorer("score_corrections", shared)
    gold = score.load_gold(rows("corrections-dev.jsonl", shared))
    counts = [
        score.score_article(article, found[key]["corrections"])[0]
        for key, article in gold.items()
        if article["complete"] or not complete
    ]

    def figures(drawn: Sequence[Any]) -> dict[str, float]:
        summary = score.summary(drawn)
        return {name: summary[name] or 0.0 for name in CORRECTIONS}

    return resampled(counts, figures, resamples)


def halves(keys: Iterable[str]) -> tuple[list[str], list[str]]:
    """Articles to fit the probabilities on, and those on which they are measured."""
    order = sorted(keys)
    return order[::2], order[1::2]


def _sureness(
    gold: dict[str, Any], found: dict[str, Any], shared: Path, resamples: int
) -> dict[str, Figure]:
    """Calibration errors on the half of the articles that the tables were not fitted on."""
    content = judged_contents(gold, found, shared, halves(gold)[1])
    people = {row["id"]: row for row in rows("speakers-dev.jsonl", shared)}
    first, every = judged_speakers(gold, found, people, shared, halves(people)[1])
    result: dict[str, Figure] = {}
    for name, judged in (("content", content), ("speaker", first), ("candidates", every)):
        figures = partial(_error, name)
        result |= resampled(judged, figures, resamples)
    return result


def _error(name: str, drawn: Sequence[list[sureness.Judged]]) -> dict[str, float]:
    return {name: sureness.error([*chain.from_iterable(drawn)])}


def judged_contents(
    gold: dict[str, Any], found: dict[str, Any], shared: Path, keys: Sequence[str]
) -> list[list[sureness.Judged]]:
    """Contents by article, with their probabilities."""
    score = scorer("score_attributions", shared)
    return [sureness.contents(score, gold[key], found[key]) for key in keys]


def judged_speakers(
    gold: dict[str, Any],
    found: dict[str, Any],
    people: dict[str, Any],
    shared: Path,
    keys: Sequence[str],
) -> tuple[list[list[sureness.Judged]], list[list[sureness.Judged]]]:
    """Chosen speakers and all candidates by article, with their probabilities."""
    score = scorer("score_speakers", shared)
    pairs = [sureness.speakers(score, gold[key], people[key], found[key]) for key in keys]
    return [first for first, _ in pairs], [every for _, every in pairs]


def resampled(
    counts: Sequence[Any], figures: Callable[[Sequence[Any]], dict[str, float]], resamples: int
) -> dict[str, Figure]:
    """Figures with 95 % intervals by drawing articles again, with replacement."""
    values = figures(counts)
    chance = random.Random(_SEED)  # noqa: S311 the same draws each time are the point
    drawn = [figures(chance.choices(counts, k=len(counts))) for _ in range(resamples)]
    return {
        name: _figure(value, _bounds([draw[name] for draw in drawn]) if drawn else None)
        for name, value in values.items()
    }


def _bounds(values: list[float]) -> tuple[float, float]:
    order = sorted(values)
    last = len(order) - 1
    return order[round(0.025 * last)], order[round(0.975 * last)]


def _figure(value: float | None, interval: Sequence[float] | None) -> Figure:
    share = value or 0.0
    low, high = interval or (share, share)
    return round(share, 4), round(low, 4), round(high, 4)
