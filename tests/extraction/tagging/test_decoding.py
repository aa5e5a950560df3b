"""The decoder against every possible labelling."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quotes.extraction.tagging.decoding import Decoded, WordSpan, decode, spans, transitions
from quotes.extraction.tagging.labels import LABELS, may_follow

OUT, B_SOURCE, I_SOURCE, B_CUE, _I_CUE, B_CONTENT, I_CONTENT = range(len(LABELS))
FREE = transitions([[0.0] * len(LABELS) for _ in LABELS])


def chain(*favoured: int, strength: float = 4.0) -> np.ndarray:
    """Emissions of words that favour these labels, between two separators."""
    scores = np.zeros((len(favoured) + 2, len(LABELS)), dtype=np.float32)
    for word, label in enumerate(favoured, start=1):
        scores[word, label] = strength
    return scores


def fixed(emissions: np.ndarray) -> list[bool]:
    return [True, *[False] * (len(emissions) - 2), True]


def labels_of(emissions: np.ndarray, steps: np.ndarray = FREE) -> list[int]:
    (decoded,) = decode([emissions], [fixed(emissions)], steps)
    return decoded.labels[1:-1]


def every_labelling(emissions: np.ndarray, steps: np.ndarray):
    """All legal labellings between the separators with their weights."""
    for labels in product(range(len(LABELS)), repeat=len(emissions) - 2):
        whole = (OUT, *labels, OUT)
        pairs = list(pairwise(whole))
        if all(may_follow(*pair) for pair in pairs):
            score = sum(float(emissions[i + 1, label]) for i, label in enumerate(labels))
            score += sum(float(steps[pair]) for pair in pairs)
            yield labels, np.exp(score)


def test_clear_scores_are_followed():
    wanted = [B_SOURCE, I_SOURCE, B_CUE, OUT, B_CONTENT, I_CONTENT]
    assert labels_of(chain(*wanted)) == wanted


def test_span_never_goes_on_from_outside():
    emissions = chain(OUT, I_CONTENT, I_CONTENT)
    emissions[2, B_CONTENT] = 3.5
    assert labels_of(emissions) == [OUT, B_CONTENT, I_CONTENT]


def test_span_never_goes_on_from_another_role():
    emissions = chain(B_SOURCE, I_CONTENT)
    assert labels_of(emissions) in ([B_SOURCE, OUT], [B_CONTENT, I_CONTENT], [B_SOURCE, B_CONTENT])


def test_weak_hole_in_a_content_is_closed():
    steps = np.zeros((len(LABELS), len(LABELS)))
    steps[I_CONTENT, OUT] = -2.0
    emissions = chain(B_CONTENT, I_CONTENT, OUT, I_CONTENT, I_CONTENT)
    emissions[3, I_CONTENT] = 3.0
    assert labels_of(emissions, transitions(steps.tolist())) == [B_CONTENT] + [I_CONTENT] * 4


def test_separators_stay_outside_whatever_the_scores():
    emissions = chain(OUT, OUT)
    emissions[0, B_CUE] = emissions[-1, B_CUE] = 50.0
    (decoded,) = decode([emissions], [fixed(emissions)], FREE)
    assert (decoded.labels[0], decoded.labels[-1]) == (OUT, OUT)


def test_steps_that_are_not_given_are_shut():
    steps = [[0.0 if may_follow(i, j) else None for j in range(7)] for i in range(7)]
    assert transitions(steps).tolist() == FREE.tolist()
    assert transitions(steps)[OUT, I_CONTENT] < -1000


scores = st.lists(
    st.lists(st.floats(-3, 3, width=32), min_size=7, max_size=7), min_size=3, max_size=5
)
step_scores = st.lists(
    st.lists(st.floats(-2, 2, width=32), min_size=7, max_size=7), min_size=7, max_size=7
)


@settings(max_examples=25, deadline=None)
@given(scores, step_scores)
def test_the_best_of_all_legal_labellings_is_found(rows, table):
    emissions, steps = np.array(rows, dtype=np.float32), transitions(table)
    weight = dict(every_labelling(emissions, steps))
    found = tuple(labels_of(emissions, steps))
    assert found in weight
    assert weight[found] == pytest.approx(max(weight.values()), rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(scores, step_scores)
def test_probability_is_the_share_of_labellings_with_exactly_this_span(rows, table):
    emissions, steps = np.array(rows, dtype=np.float32), transitions(table)
    weight = dict(every_labelling(emissions, steps))
    (decoded,) = decode([emissions], [fixed(emissions)], steps)
    total = sum(weight.values())
    for span in spans(decoded):
        first, last = span.first - 1, span.last - 1
        here = decoded.labels[span.first : span.last + 1]

        def same(labels: tuple[int, ...], first=first, last=last, here=here) -> bool:
            after = labels[last + 1] if last + 1 < len(labels) else OUT
            goes_on = after % 2 == 0 and after != OUT
            return list(labels[first : last + 1]) == here and not goes_on

        share = sum(w for labels, w in weight.items() if same(labels)) / total
        assert span.probability == pytest.approx(share, abs=1e-3)


def test_chains_of_unequal_length_do_not_disturb_each_other():
    long, short = chain(B_SOURCE, B_CUE, B_CONTENT, I_CONTENT, strength=2.0), chain(B_CUE)
    together = decode([long, short], [fixed(long), fixed(short)], FREE)
    for emissions, decoded in zip((long, short), together, strict=True):
        (alone,) = decode([emissions], [fixed(emissions)], FREE)
        assert decoded.labels == alone.labels
        assert decoded.own == pytest.approx(alone.own, abs=1e-5)
        assert decoded.stops == pytest.approx(alone.stops, abs=1e-5)


def sure(*labels: int) -> Decoded:
    ones = [1.0] * len(labels)
    return Decoded(list(labels), ones, list(ones), list(ones))


def test_two_contents_side_by_side_stay_two():
    found = spans(sure(B_CONTENT, I_CONTENT, B_CONTENT, OUT))
    assert found == [WordSpan("content", 0, 1, 1.0), WordSpan("content", 2, 2, 1.0)]


def test_span_cut_by_a_window_begins_where_it_goes_on():
    assert spans(sure(I_CONTENT, I_CONTENT)) == [WordSpan("content", 0, 1, 1.0)]


def test_no_words_have_no_spans():
    assert spans(sure()) == []
