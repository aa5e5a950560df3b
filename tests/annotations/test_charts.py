"""Charts: coordinates that fit the picture, whatever the figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.charts import BOTTOM, FEWEST, MOST, TOP, WIDTH, months_chart

FEBRUARY = dt.date(2026, 2, 1)


def test_without_statements_there_is_no_chart():
    assert months_chart([]) is None


def test_one_month_stands_at_the_right_of_its_empty_forerunners():
    chart = months_chart([(FEBRUARY, Counter(direct=3, mixed=1))])
    assert [bar.label for bar in chart.bars] == ["Sep", "Oct", "Nov", "Dec", "Jan", "Feb"]
    assert [bar.year for bar in chart.bars] == ["2025", "", "", "", "2026", ""]
    assert [bar.total for bar in chart.bars] == [0, 0, 0, 0, 0, 4]
    assert [block.kind for block in chart.bars[-1].blocks] == ["direct", "mixed"]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10**6)), min_size=1, max_size=20).filter(
        lambda rows: any(n for _, n in rows)
    )
)
def test_every_bar_stays_inside(rows):
    totals: Counter[int] = Counter()
    for month, n in rows:
        totals[month] += n
    months = [
        (dt.date(2020 + m // 12, m % 12 + 1, 1), Counter(direct=n))
        for m, n in sorted(totals.items())
    ]
    chart = months_chart(months)
    assert chart is not None
    assert FEWEST <= len(chart.bars) <= MOST
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + 25 <= WIDTH + 1
        assert sum(block.height for block in bar.blocks) <= BOTTOM - TOP + 1
    assert len(chart.lines) <= 6


@pytest.mark.parametrize(
    ("highest", "lines"), [(1, [0, 1]), (7, [0, 2, 4, 6, 8]), (40, [0, 10, 20, 30, 40])]
)
def test_lines_stand_at_round_numbers(highest, lines):
    chart = months_chart([(FEBRUARY, Counter(indirect=highest))])
    assert [n for _, n in chart.lines] == lines
