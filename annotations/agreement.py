"""How far coders agree: Krippendorff's alpha and the share of agreeing pairs. No queries here.

Nominal alpha by way of coincidences, as in Klaus Krippendorff, "Computing Krippendorff's
Alpha-Reliability" (2011), with any number of coders and missing answers. Intervals resample whole
articles, since the answers within one are not independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

RESAMPLES: Final = 1000
NOBODY_TWICE: Final = "No case was answered by two coders."
ONE_VALUE: Final = "All answers are the same value: there is nothing to tell apart."


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: ``value`` from its interval's ``low`` to ``high``; ``note`` where it is None."""

    measure: str
    value: float | None
    low: float | None
    high: float | None
    n_units: int
    note: str = ""


@dataclass(slots=True)
class _Tally:
    """Sums over units: they add up, so that resampling articles need not look at units again."""

    units: int = 0
    differing: float = 0.0
    """Off-diagonal coincidences: pairs of different values, each weighted 1/(answers - 1)."""
    values: Counter[Hashable] = field(default_factory=Counter)

    def add(self, answers: Sequence[Hashable]) -> None:
        if len(answers) < 2:
            return
        counted = Counter(answers)
        pairs = sum(n * (len(answers) - n) for n in counted.values())
        self.units += 1
        self.differing += pairs / (len(answers) - 1)
        self.values.update(counted)

    def merge(self, other: _Tally) -> None:
        self.units += other.units
        self.differing += other.differing
        self.values.update(other.values)  # in place: thousands of articles are added up


def alpha(tallied: _Tally) -> float | None:
    """1 - observed/expected disagreement; None where there is nothing to expect."""
    counts = tallied.values.values()
    n = sum(counts)
    expected = n * n - sum(count * count for count in counts)
    if not expected:
        return None
    return 1 - (n - 1) * tallied.differing / expected


def share(tallied: _Tally) -> float | None:
    """Pairs of answers to the same case that agree, each case weighing by its answers."""
    n = sum(tallied.values.values())
    return 1 - tallied.differing / n if n else None


MEASURES: Final = {"krippendorff_alpha": alpha, "agreeing_pairs": share}


def measure(
    articles: Mapping[Hashable, Iterable[Sequence[Hashable]]], *, seed: int = 1
) -> list[Measured]:
    """Measure one variable.

    ``articles`` gives for each article its cases, and for each case the coders' answers (missing
    ones left out). Intervals hold 95 % of ``RESAMPLES`` resamplings of articles and are the same
    for the same answers; one article alone has none.
    """
    tallies = []
    for units in articles.values():
        tally = _Tally()
        for answers in units:
            tally.add(answers)
        if tally.units:
            tallies.append(tally)
    whole = _sum(tallies)
    if not whole.units:
        return [Measured(name, None, None, None, 0, NOBODY_TWICE) for name in MEASURES]
    resampled = _resampled(tallies, seed) if len(tallies) > 1 else []
    found = []
    for name, of in MEASURES.items():
        value = of(whole)
        spread = sorted(v for v in map(of, resampled) if v is not None)
        low, high = (None, None)
        if value is not None and spread:
            low, high = spread[len(spread) * 25 // 1000], spread[(len(spread) * 975 - 1) // 1000]
        note = ONE_VALUE if value is None else ""
        found.append(Measured(name, value, low, high, whole.units, note))
    return found


def _sum(tallies: Iterable[_Tally]) -> _Tally:
    whole = _Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole


def _resampled(tallies: Sequence[_Tally], seed: int) -> list[_Tally]:
    random = Random(seed)  # noqa: S311 - the same interval for the same answers, no secret
    return [_sum(random.choices(tallies, k=len(tallies))) for _ in range(RESAMPLES)]
