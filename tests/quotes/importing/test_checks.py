"""Checks of values: what passes as it stands is what the check by hand lets through, unchanged."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quotes.importing.checks import (
    DAY,
    FLAG,
    ID,
    JSON,
    NEEDED,
    NUMBER,
    PROBABILITY,
    TIME,
    Check,
    Wrong,
    code_of,
    is_plain,
    list_of,
    maybe,
    object_of,
    one_of,
    text_of,
)

CHECKS = {
    "text": text_of(5),
    "some text": text_of(5, empty=False),
    "code": code_of(5),
    "number": NUMBER,
    "probability": PROBABILITY,
    "flag": FLAG,
    "id": ID,
    "day": DAY,
    "one of": one_of("a", "b"),
    "maybe": maybe(NUMBER),
    "list": list_of(code_of(3)),
    "object": object_of({"a": (NUMBER, NEEDED), "b": (maybe(text_of(3)), None)}),
    "json": JSON,
}
WORDS = st.text(st.sampled_from("ab0-9=+@ \n\x00\ud800é😀T:Z."), max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([2**31 - 1, 2**31, 2**63, 2**64, -(2**64)])
    | st.floats(-1, 2)
    | WORDS
    | st.uuids().map(str)
    | st.uuids().map(lambda one: str(one).upper())
    | st.dates().map(str)
    | st.sampled_from(["2031-02-30", "2031-5-4", "20310504", "2031-05-04T00:00:00"])
)
VALUES = st.recursive(
    LEAVES,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from("abc"), some),
    max_leaves=6,
)


def stored(check: Check, value: Any) -> Any:
    try:
        return check.stored(value)
    except Wrong as wrong:
        return wrong


@pytest.mark.parametrize("name", CHECKS)
@given(value=VALUES)
@example(value="a\n")
@example(value="a\x00")
@example(value="\ud800")
@example(value={"a": 1, "b": None})
@example(value={"a": 1})
@example(value=["a", "=1"])
def test_what_passes_as_it_stands_is_let_through_unchanged(name: str, value: Any):
    if is_plain(value, CHECKS[name]):
        assert stored(CHECKS[name], value) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "é😀"), ("code", ""), ("code", "a-1"), ("number", 0), ("probability", 0.5),
        ("flag", True), ("id", "00000000-0000-4000-8000-00000000000a"), ("day", "2031-05-04"),
        ("one of", "b"), ("maybe", None), ("list", ["a", "b"]), ("object", {"a": 1, "b": "x"}),
        ("json", {"seed": [1, None, "x"]}),
    ],
)  # fmt: skip
def test_what_we_write_ourselves_passes_as_it_stands(name: str, value: Any):
    assert is_plain(value, CHECKS[name])


@given(st.datetimes(timezones=st.just(dt.UTC)), st.sampled_from(["Z", "+00:00", "+02:00", ""]))
def test_a_time_is_the_same_moment_either_way(moment: dt.datetime, zone: str):
    value = moment.replace(tzinfo=None).isoformat() + zone
    assert is_plain(value, TIME) == bool(zone)
    if zone:
        assert dt.datetime.fromisoformat(TIME.stored(value)) == dt.datetime.fromisoformat(value)
    else:
        with pytest.raises(Wrong):
            TIME.stored(value)
