"""Cutting an article into segments: nothing lost, nothing doubled, the right signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.rendering import (
    HUES,
    Mark,
    hues,
    paragraph_at,
    paragraph_ranges,
    paragraphs,
    paragraphs_touching,
    segments,
)
from tests.timing import times_longer

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab “”\n\n\n\t\r\u2028é👩🏽‍🚒\u0301\u202e"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
)


@st.composite
def marked_texts(draw):
    text = draw(texts)
    marks = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        if not text:
            break
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        role = draw(st.sampled_from(["content", "content", "source", "cue", "evidence"]))
        marks.append(Mark(start, end, role, quote=number, kind="direct", hue=number, is_open=True))
    return text, marks


def joined(found):
    return "".join(
        "".join(s.text for s in p.segments) + (p.gap.text if p.gap else "") for p in found
    )


@given(marked_texts())
def test_segments_and_gaps_joined_are_the_text(case):
    text, marks = case
    assert joined(paragraphs(text, marks)) == text


@given(marked_texts())
def test_each_segment_stands_where_it_says(case):
    text, marks = case
    for paragraph in paragraphs(text, marks):
        for segment in (*paragraph.segments, *([paragraph.gap] if paragraph.gap else [])):
            assert text[segment.start : segment.start + len(segment.text)] == segment.text


@given(marked_texts())
def test_a_segment_names_exactly_the_quotes_that_cover_it(case):
    text, marks = case
    for paragraph in paragraphs(text, marks):
        for segment in paragraph.segments:
            covering = {
                m.quote for m in marks if m.role == "content" and m.start <= segment.start < m.end
            }
            assert {int(n) for n in segment.quotes.split()} == covering
            ends = segment.start + len(segment.text)
            assert {int(n) for n in segment.first.split()} == {
                m.quote for m in marks if m.role == "content" and m.start == segment.start
            }
            assert {int(n) for n in segment.last.split()} == {
                m.quote for m in marks if m.role == "content" and m.end == ends
            }


@given(texts)
def test_paragraphs_have_words_unless_the_text_has_none(text):
    found = paragraph_ranges(text)
    assert found
    if text.strip():
        assert all(text[a:b].strip() for a, b in found)


def test_blank_lines_part_paragraphs_and_single_line_ends_do_not():
    text = "One\nstill one.\n\n \nTwo."
    assert [text[a:b] for a, b in paragraph_ranges(text)] == ["One\nstill one.", "Two."]


def test_without_blank_lines_each_line_is_a_paragraph():
    text = "One.\nTwo.\n"
    assert [text[a:b] for a, b in paragraph_ranges(text)] == ["One.", "Two."]


def test_leading_white_space_belongs_to_the_first_paragraph():
    found = paragraphs("\n\n  A.\n\nB.", [])
    assert (found[0].start, joined(found)) == (0, "\n\n  A.\n\nB.")


def test_quote_source_and_cue_get_their_signs():
    text = "“Go,” she said."
    marks = [
        Mark(0, 5, "content", 3, "direct", hue=2, is_open=True),
        Mark(6, 9, "source", 3, "direct", hue=2),
        Mark(10, 14, "cue", 3, "direct"),
    ]
    drawn = [(s.text, s.classes) for s in paragraphs(text, marks)[0].segments]
    assert drawn == [
        ("“Go,”", "seg direct open hue-2"),
        (" ", ""),
        ("she", "seg source hue-2"),
        (" ", ""),
        ("said", "seg cue"),
        (".", ""),
    ]


def test_number_stands_on_the_first_piece_only():
    marks = [Mark(4, 8, "content", 1, "mixed"), Mark(0, 2, "content", 1, "mixed")]
    assert [s.number for s in segments("abcdefgh", marks)] == ["1", "", ""]


def test_nested_quotes_are_flat_and_the_inner_one_is_drawn():
    marks = [
        Mark(0, 10, "content", 1, "indirect", hue=1),
        Mark(3, 6, "content", 2, "direct", hue=2),
    ]
    found = segments("abcdefghij", marks)
    assert [(s.text, s.quotes) for s in found] == [("abc", "1"), ("def", "1 2"), ("ghij", "1")]
    assert found[1].classes == "seg direct nested hue-2"


def test_overlapping_quotes_are_cut_at_every_border():
    marks = [Mark(0, 6, "content", 1, "direct"), Mark(4, 9, "content", 2, "direct")]
    assert [s.quotes for s in segments("abcdefghi", marks)] == ["1", "1 2", "2"]


def test_focus_is_open_where_the_quote_goes_on():
    marks = [Mark(0, 4, "content", 7, "direct"), Mark(2, 3, "cue", 7)]
    drawn = [s.classes for s in segments("abcd", marks, focus=7)]
    assert drawn == [
        "seg direct focus first",
        "seg direct cue focus",
        "seg direct focus last",
    ]


def test_evidence_has_its_sign_once():
    found = segments("abcd", [Mark(0, 4, "evidence"), Mark(2, 4, "content", 1, "direct")])
    assert [s.classes for s in found] == ["evidence starts", "seg direct evidence"]


def test_a_paragraph_outside_of_the_story_is_known():
    text = "Support us.\n\nThe story."
    found = paragraphs(text, [Mark(0, 11, "skipped")])
    assert [p.is_skipped for p in found] == [True, False]


def test_hues_come_by_first_appearance_and_come_round():
    assert hues(["b", None, "a", "b"]) == {"b": 1, "a": 2}
    assert hues(range(HUES + 1))[HUES] == 1


def test_paragraph_of_an_offset():
    found = paragraphs("One.\n\nTwo.\n\nThree.", [])
    assert [paragraph_at(found, n) for n in (0, 4, 6, 12)] == [0, 0, 1, 2]
    assert [p.number for p in paragraphs_touching(found, [(0, 2), (7, 13)])] == [1, 2, 3]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["\n" * 40_000, "a\n" * 5_000, "a\n\n" * 5_000])
def test_time_grows_with_the_text_and_not_with_its_square(text):
    # The square would be 16.
    longer = times_longer(lambda: paragraphs(text * 4, []), lambda: paragraphs(text, []), at_most=9)
    assert longer <= 9
