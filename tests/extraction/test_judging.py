"""What the tagger found is judged as a whole, also by what the rules say of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.calibrate import weighed
from quotes.extraction import judging, selection
from quotes.extraction.frames import Frame

SENTENCE = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ROOT 1 say
boats NNS nsubj 3
sink VBP ccomp 1
. . punct 1
"""


def _link(score: float = 0.0) -> Frame:
    frame = Frame("tagged", "say", 1, [1], [0], [2, 3], score=score, anchor=0)
    frame.evidence = {"content": 1.0}
    return frame


def _rule(anchor: int) -> Frame:
    return Frame("clause", "say", 1, [1], [0], [2, 3], ["known"], score=0.8, anchor=anchor)


@pytest.mark.parametrize(("anchor", "agreement"), [(0, 0.8), (2, 0.0)])
def test_a_rule_agrees_that_names_the_same_source(
    read: Callable, anchor: int, agreement: float
) -> None:
    link = _link()
    judging.judge(read(SENTENCE), [link, _rule(anchor)])
    assert link.evidence["rule"] == agreement


def test_a_link_is_surer_where_a_rule_agrees(read: Callable) -> None:
    alone, backed = _link(), _link()
    doc = read(SENTENCE)
    judging.judge(doc, [alone])
    judging.judge(doc, [backed, _rule(0)])
    assert 0 < alone.score < backed.score < 1


def test_scores_of_the_rules_are_left_alone(read: Callable) -> None:
    rule = _rule(0)
    judging.judge(read(SENTENCE), [rule])
    assert rule.score == 0.8


@pytest.mark.parametrize(("score", "kept"), [(0.25, 0), (0.35, 1)])
def test_an_unlikely_link_is_left_out(read: Callable, score: float, kept: int) -> None:
    assert len(selection.select(read(SENTENCE), [_link(score)])) == kept


def test_weights_are_found_on_scales_of_their_own() -> None:
    rows = [{"big": 100.0 * n, "idle": 1.0} for n in range(40)]
    weights = weighed(rows, [n >= 20 for n in range(40)])
    border = -weights[""] / weights["big"]
    assert 1500 < border < 2400
    assert weights["idle"] == 0
