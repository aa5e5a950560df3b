"""Probabilities: how wrong they are, and the lines that mend them."""

from __future__ import annotations

import pytest

from benchmarks import sureness
from quotes.extraction import calibration


def test_error_is_the_distance_of_sureness_and_share_right() -> None:
    half_right = [(0.9, True), (0.9, False)] * 10
    assert sureness.error(half_right) == pytest.approx(0.4)


def test_no_error_where_eight_of_ten_at_eight_tenths_are_right() -> None:
    assert sureness.error([(0.8, n < 8) for n in range(10)]) == pytest.approx(0.0)


def test_errors_on_either_side_do_not_cancel_between_bins() -> None:
    assert sureness.error([(0.25, True), (0.75, False)]) == pytest.approx(0.75)


def test_a_fitted_line_mends_what_was_too_sure() -> None:
    judged = [(0.95, n % 2 == 0) for n in range(400)] + [(0.55, n % 4 == 0) for n in range(400)]
    line = sureness.fitted(judged)
    mended = [(calibration.calibrated(score, line), right) for score, right in judged]
    assert sureness.error(mended) < 0.03 < sureness.error(judged)


def test_a_fitted_line_never_falls() -> None:
    judged = [(n / 100, n % 3 == 0 or n < 40) for n in range(100)]
    shares = [share for _, share in sureness.fitted(judged)]
    assert shares == sorted(shares)


def test_between_two_points_the_line_is_straight() -> None:
    line = [(0.2, 0.1), (0.6, 0.5)]
    assert calibration.calibrated(0.4, line) == pytest.approx(0.3)
    assert calibration.calibrated(0.0, line) == 0.1
    assert calibration.calibrated(0.9, line) == 0.5


def test_without_points_a_score_stays_what_it_is() -> None:
    assert calibration.calibrated(0.37, []) == 0.37


def test_candidates_stay_in_order_and_within_one() -> None:
    sure = calibration.candidates([0.9, 0.06, 0.04])
    assert sure == sorted(sure, reverse=True)
    assert sum(sure) <= 1.0 + 1e-9
    assert calibration.candidates([]) == []


@pytest.mark.parametrize("name", ["content", "speaker"])
def test_the_shipped_lines_rise_between_nothing_and_one(name: str) -> None:
    points = calibration.tables()[name]
    assert points == sorted(points)
    assert [share for _, share in points] == sorted(share for _, share in points)
    assert all(0 <= value <= 1 for point in points for value in point)
