"""Paragraphs, verbatim words, comparable forms: all without a language model."""

from __future__ import annotations

import subprocess
import sys

import pytest

from quotes.extraction.text import Ranges, context, normalise_quote, paragraphs, verbatim_spans
from quotes.extraction.types import Span


def test_paragraphs_leave_out_empty_lines_and_edges() -> None:
    text = "  One.\n\n \nTwo. \n"
    assert [text[p.start : p.end] for p in paragraphs(text)] == ["One.", "Two."]


def test_verbatim_words_stand_between_the_marks() -> None:
    text = "He called it “a long night” and “a fine one”."
    found = verbatim_spans(text, [Span(10, len(text))])
    assert [text[s.start : s.end] for s in found] == ["a long night", "a fine one"]


def test_verbatim_words_stop_at_the_content() -> None:
    text = "“One two three.”"
    assert verbatim_spans(text, [Span(5, 8)]) == [Span(5, 8)]


def test_words_outside_marks_are_not_verbatim() -> None:
    assert verbatim_spans("She was late, he said.", [Span(0, 12)]) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("“We’re not done.”", "We're not done"),
        ("It’s  late—very late", "it's late - very late"),
        ("ﬁne words", "FINE WORDS!"),
    ],
)
def test_same_words_have_one_normal_form(left: str, right: str) -> None:
    assert normalise_quote(left) == normalise_quote(right)


def test_other_words_have_another_normal_form() -> None:
    assert normalise_quote("We will win") != normalise_quote("We will not win")


def test_context_stops_at_the_edges() -> None:
    assert context("abcdef", Span(1, 3), 4) == ("a", "def")


def test_ranges_touch_only_what_they_share() -> None:
    ranges = Ranges([Span(5, 8), Span(1, 3)])
    assert ranges.touch(2, 4) and ranges.touch(7, 20)
    assert not ranges.touch(3, 5) and not ranges.touch(8, 9)


def test_the_web_process_never_loads_spacy() -> None:
    code = (
        "import sys; import quotes.extraction.text, quotes.extraction.boilerplate, "
        "quotes.extraction.config, quotes.extraction.types; "
        "sys.exit('spacy' in sys.modules or 'django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
