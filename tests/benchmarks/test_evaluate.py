"""The figures that are written down, and the alarm when one of them falls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import evaluate
from benchmarks.measure import measure, resampled
from benchmarks.scorers import SHARED, TextsMissing, folder


def stored(value: float, group: str = "polnear-dev", name: str = "end_f1") -> dict:  # type: ignore[type-arg]
    return {"figures": {group: {name: {"value": value, "low": value, "high": value}}}}


@pytest.mark.parametrize(("now", "falls"), [(0.77, 0), (0.762, 0), (0.759, 1), (0.9, 0)])
def test_a_figure_that_falls_by_more_than_a_point_is_named(now: float, falls: int) -> None:
    worse = evaluate.fallen(stored(0.77), {"polnear-dev": {"end_f1": (now, now, now)}})
    assert len(worse) == falls


@pytest.mark.parametrize(("now", "falls"), [(0.04, 0), (0.02, 0), (0.06, 1)])
def test_an_error_is_worse_when_it_grows(now: float, falls: int) -> None:
    before = stored(0.04, "calibration", "content")
    assert len(evaluate.fallen(before, {"calibration": {"content": (now, now, now)}})) == falls


def test_intervals_are_the_same_each_time_and_hold_the_value() -> None:
    def share(drawn):  # type: ignore[no-untyped-def]
        return {"share": sum(drawn) / len(drawn)}

    first = resampled([0, 1] * 40, share, 200)
    assert first == resampled([0, 1] * 40, share, 200)
    value, low, high = first["share"]
    assert low < value == 0.5 < high


def test_without_the_texts_the_command_says_so(tmp_path: Path) -> None:
    with pytest.raises(TextsMissing, match="nothing can be measured"):
        folder(tmp_path)


def test_the_table_shows_peers_and_intervals() -> None:
    shown = evaluate.table({"polnear-dev": {"end_f1": (0.771, 0.74, 0.8)}})
    assert "77.1 [74.0–80.0]" in shown
    assert "54.5" in shown


def test_what_is_written_down_are_numbers_only() -> None:
    document = json.loads(evaluate.FIGURES.read_text("utf-8"))
    assert set(document) == {"engine", "figures"}
    for group in document["figures"].values():
        for figure in group.values():
            assert set(figure) == {"value", "low", "high"}
            assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1


def test_the_page_says_what_was_measured() -> None:
    page = evaluate.PAGE.read_text("utf-8")
    assert page == evaluate.with_table(page, json.loads(evaluate.FIGURES.read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.shared
def test_no_figure_falls_by_more_than_a_point() -> None:
    if not (SHARED / "eval").is_dir():
        pytest.skip("the annotated texts are not on this machine")
    sets = measure(every_correction=False, resamples=0)
    before = json.loads(evaluate.FIGURES.read_text("utf-8"))
    assert evaluate.fallen(before, sets) == []
