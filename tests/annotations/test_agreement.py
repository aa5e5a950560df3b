"""Agreement: against published figures, and where it is undefined."""

from __future__ import annotations

import pytest

from annotations.agreement import NOBODY_TWICE, ONE_VALUE, Measured, measure

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A and C.
TWO_CODERS = ("0100000010", "1110010000")
FOUR_CODERS = ("12332141 2...", "12332241 25.3", ".3332342 251.", "12332441 251.")


def cases(answers: tuple[str, ...]) -> list[list[str]]:
    rows = [row.replace(" ", "") for row in answers]
    return [[row[i] for row in rows if row[i] != "."] for i in range(len(rows[0]))]


def alpha(articles: dict[int, list[list[str]]]) -> Measured:
    return measure(articles)[0]


def test_alpha_of_two_coders_is_the_published_one():
    assert alpha({1: cases(TWO_CODERS)}).value == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_four_coders_with_missing_answers_is_the_published_one():
    found = alpha({1: cases(FOUR_CODERS)})
    assert found.value == pytest.approx(0.743, abs=5e-4)
    assert found.n_units == 11


def test_the_share_counts_pairs_that_agree():
    assert measure({1: cases(TWO_CODERS)})[1].value == pytest.approx(0.6)


def test_without_two_answers_to_one_case_nothing_is_measured():
    found = measure({1: [["a"], [], ["b"]]})
    assert [(one.value, one.note) for one in found] == [(None, NOBODY_TWICE)] * 2


def test_alpha_is_undefined_where_all_answers_are_one_value():
    alpha_, share = measure({1: [["a", "a"], ["a", "a"]]})
    assert (alpha_.value, alpha_.note) == (None, ONE_VALUE)
    assert (share.value, share.note) == (1.0, "")


def test_one_article_has_no_interval():
    found = alpha({1: cases(TWO_CODERS)})
    assert (found.low, found.high) == (None, None)


def test_an_interval_holds_the_value_and_is_the_same_each_time():
    articles = {n: cases(TWO_CODERS if n % 2 else FOUR_CODERS) for n in range(8)}
    found = alpha(articles)
    assert found.low is not None and found.high is not None and found.value is not None
    assert found.low < found.value < found.high
    assert alpha(articles) == found
