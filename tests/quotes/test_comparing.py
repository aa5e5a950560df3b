"""How the words of two quotes compare."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quotes.comparing import Words, compare, shingles, word_diff, words_of
from quotes.extraction.text import normalise_quote


def quote(text: str, speaker: int | None = 1) -> Words:
    return words_of(normalise_quote(text), [text], speaker)


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("“The mill was sold. It was.”", "“The mill was sold, it was.”", "same"),
        ("“The mill was sold twice.”", "“So, the mill was sold twice, in fact.”", "contained"),
        # Words between the marks, and those around them that both have.
        ("she had a “very long winter”", "“I thought we had a very long winter.”", "contained"),
        # Two stretches of one sentence, in its order.
        (
            "millers “get their grain back” but “bakers never see the grain”",
            "“You see, they get their grain back by asking; bakers never see the grain.”",
            "contained",
        ),
        (
            "bakers “never see the grain” but millers “get their grain back”",
            "“You see, they get their grain back by asking; bakers never see the grain.”",
            "near",
        ),
        ("the mill would be sold", "“I hope that we shall sell it.”", None),
        ("“Not so.”", "“Not so.”", None),
    ],
)
def test_two_quotes_compare(a: str, b: str, relation: str | None):
    for one, other in ((a, b), (b, a)):
        found = compare(quote(one), quote(other))
        assert (found.relation if found else None) == relation


def test_of_two_people_more_words_are_asked_for():
    few, many = "“The mill was sold.”", "“The mill was sold to the town for two sacks of rye.”"
    assert compare(quote(few, 1), quote(few, 2)) is None
    assert compare(quote(few, 1), quote(few, None)) is not None
    assert compare(quote(many, 1), quote(many, 2)) is not None


texts = st.lists(st.sampled_from("mill sold rye the town was it “ ”".split()), max_size=14).map(
    " ".join
)


@given(texts, texts)
@example("was it the “ was sold", "was it the “ was it")  # as long as each other
def test_comparing_is_the_same_from_both_sides(a: str, b: str):
    one, other = compare(quote(a), quote(b)), compare(quote(b), quote(a))
    assert (one is None) == (other is None)
    assert one is None or one.relation == other.relation


@given(texts, texts)
def test_what_is_contained_shares_a_shingle(a: str, b: str):
    found = compare(quote(a), quote(b))
    if found is not None and found.relation == "contained":
        assert set(shingles(normalise_quote(a), 1)) & set(shingles(normalise_quote(b), 1))


@given(texts, texts)
def test_a_difference_gives_both_versions_back(fuller: str, other: str):
    pieces = word_diff(fuller, other)
    shown = " ".join(p.text for p in pieces if p.kind != "gone").split()
    assert shown == other.split()
    kept = sum(len(p.text.split()) for p in pieces if p.kind != "new")
    assert kept == len(fuller.split())


def test_a_difference_is_told_word_by_word():
    pieces = word_diff("“The old mill was sold twice.”", "“The mill was burnt”")
    assert [(p.kind, p.text) for p in pieces] == [
        ("kept", "“The"),
        ("gone", "old"),
        ("kept", "mill was"),
        ("gone", "sold twice.”"),
        ("new", "burnt”"),
    ]
