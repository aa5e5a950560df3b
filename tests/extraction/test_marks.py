"""Quoted stretches by their marks alone."""

from __future__ import annotations

import pytest

from quotes.extraction.marks import stretches
from tests.timing import times_longer


def inner(text: str) -> list[str]:
    return [text[s.inner_start : s.inner_end] for s in stretches(text)]


@pytest.mark.parametrize(
    "text",
    [
        "She said “the tide turned” and left.",
        'She said "the tide turned" and left.',
        "She said ''the tide turned'' and left.",
        "She said ``the tide turned'' and left.",
        "She said ‘the tide turned’ and left.",
        "She said 'the tide turned' and left.",
        "She said «the tide turned» and left.",
        "She said „the tide turned“ and left.",
        "She said ”the tide turned” and left.",
        "She said »the tide turned« and left.",
        "She said »the tide turned» and left.",
    ],
)
def test_each_style_of_marks(text: str) -> None:
    assert inner(text) == ["the tide turned"]


def test_apostrophes_open_and_close_nothing() -> None:
    assert inner("The Ilves’ boat wasn’t his, it was the voters’ choice and Ottoline's.") == []


def test_possessive_plural_does_not_close_a_single_mark() -> None:
    assert inner("‘The voters’ choice was clear,’ she said.") == ["The voters’ choice was clear,"]


def test_a_cut_word_opens_nothing() -> None:
    assert inner("They called ‘em fools and left in the ‘90s.") == []


def test_a_single_mark_left_open_in_a_line_is_no_quote() -> None:
    assert inner("The ‘Mamello of old was gone, she said.") == []


def test_an_open_stretch_ends_with_its_paragraph_and_goes_on_in_the_next() -> None:
    text = "“We came late.\n\n“We left early,” he said."
    first, second = stretches(text)
    assert (first.closed, first.continues) == (False, False)
    assert (second.closed, second.continues) == (True, True)


def test_inches_are_not_quotes() -> None:
    assert inner('The plank was 6" wide and 9" long.') == []


def test_a_quote_in_a_quote_is_part_of_the_outer_one() -> None:
    assert inner("“He told me, ‘Leave now,’ and I left,” she said.") == [
        "He told me, ‘Leave now,’ and I left,"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["“", "“a", "‘x ", '"', "'' ", "“ab\n", " ", "“a” ‘b’ "])
def test_time_grows_with_the_length(piece: str) -> None:
    def read(count: int) -> None:
        stretches.cache_clear()
        stretches(piece * count)

    # Doubled three times: over a longer way the noise of one measurement weighs less.
    most = 2.6**3
    assert times_longer(lambda: read(40_000), lambda: read(5_000), at_most=most) <= most


def test_a_mark_set_the_wrong_way_round_opens_a_line() -> None:
    text = "”The pier stands,” said Ida Marsh."
    (stretch,) = stretches(text)
    assert text[stretch.inner_start : stretch.inner_end] == "The pier stands,"


def test_a_mark_set_the_wrong_way_round_ends_a_line() -> None:
    text = "“The pier stands.“\nIt rained."
    (stretch,) = stretches(text)
    assert stretch.closed
    assert text[stretch.inner_start : stretch.inner_end] == "The pier stands."


def test_a_single_mark_after_a_colon_goes_on_in_the_next_paragraph() -> None:
    text = "She added: ‘I'm done with boats.\n\n“I love the pier.”"
    first, second = stretches(text)
    assert not first.closed
    assert second.continues


def test_an_apostrophe_in_the_middle_of_a_line_opens_nothing() -> None:
    assert stretches("The lads ‘em and us\n\nIt rained.") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("» Read on » here", []),
        ("a 5” pipe, a 6” one", []),
        ("“so” and ”ill set", ["“so”"]),
    ],
)
def test_closing_marks_open_nothing_where_english_marks_or_spaces_say_otherwise(
    text: str, found: list[str]
) -> None:
    assert [text[s.start : s.end] for s in stretches(text)] == found
