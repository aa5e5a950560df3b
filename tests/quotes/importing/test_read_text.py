"""Pasted and plain text: what is stored, refused and skipped."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotes.importing import MAX_CHARACTERS, ArticleInput, ReadFailure, read_file, read_paste

STORY = (
    "The harbour board will vote again on the pier, its chair said.\n\n"
    "“We were asked twice,” said Inga Brandvold.\n"
)


def read_one(name: str, data: bytes) -> ArticleInput | ReadFailure:
    (item,) = read_file(name, data)
    return item


def article(name: str, data: bytes) -> ArticleInput:
    item = read_one(name, data)
    assert isinstance(item, ArticleInput), item
    return item


def reason(name: str, data: bytes) -> str:
    item = read_one(name, data)
    assert isinstance(item, ReadFailure), item
    return item.reason


def test_line_ends_are_unified_and_nothing_else_changes():
    raw = "\ufeff  He said: \u201cCafe\u0301\u201d \r\nand \rleft.\t\n\n "
    item = read_paste(raw)
    assert isinstance(item, ArticleInput)
    assert item.text == "  He said: \u201cCafe\u0301\u201d \nand \nleft.\t\n\n "


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")).filter(
        lambda text: text.lstrip("\ufeff").strip()
    )
)
def test_case_36_pasted_text_is_stored_as_it_is(text):
    item = read_paste(text)
    assert isinstance(item, ArticleInput)
    assert item.text == text.lstrip("\ufeff")
    for stretch in item.skipped:
        assert 0 <= stretch.start < stretch.end <= len(item.text)


@given(st.text(st.characters(), max_size=40))
def test_any_string_is_an_article_or_a_reason(text):
    assert isinstance(read_paste(text), ArticleInput | ReadFailure)


@pytest.mark.parametrize("text", ["", " \n\t ", "\ufeff", "\u2003\u00a0"])
def test_case_41_text_without_words_is_refused(text):
    assert read_paste(text) == ReadFailure("", "There is no text in it.")


def test_case_38_nul_is_refused_with_its_place():
    item = read_paste("ab\x00c")
    assert isinstance(item, ReadFailure)
    assert item.reason == "The text has a NUL character at character 2, which cannot be stored."


def test_case_38_lone_surrogate_is_refused():
    item = read_paste("ab \ud83d c")
    assert isinstance(item, ReadFailure)
    assert "surrogate" in item.reason


def test_case_38_a_surrogate_in_a_headline_is_refused():
    item = read_paste(STORY, headline="Pier \udc00")
    assert isinstance(item, ReadFailure)
    assert "headline" in item.reason


def test_case_41_an_article_over_the_cap_is_refused_with_both_numbers():
    item = read_paste("a" * (MAX_CHARACTERS + 1))
    assert isinstance(item, ReadFailure)
    assert "1,000,001" in item.reason
    assert "1,000,000" in item.reason


def test_case_41_a_file_over_the_cap_is_refused_before_it_is_decoded():
    assert reason("big.txt", b"\xff" * 10_000_000) == "The file has 9.5 MB; at most 5 MB are read."


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"%PDF-1.7\n...", "PDF"),
        ("a.txt", b"PK\x03\x04....", "zip"),
        ("a.html", b"\x89PNG\r\n\x1a\n", "image"),
        ("a.txt", b"\xff\xd8\xff\xe0", "image"),
        ("a.docx", b"plain words", "docx"),
        ("a.pdf", b"plain words", "pdf"),
        ("a.txt", b"word \x01\x02\x03\x04\x05\x06 word", "control characters"),
        ("a.txt", b"word \x00 more words here", "NUL"),
    ],
)
def test_a_file_that_is_no_article_is_refused_in_words(name, data, word):
    assert word in reason(name, data)


def test_case_38_windows_text_is_read_and_its_encoding_recorded():
    item = article("old.txt", b"\x93Yes,\x94 she said.\r\nThen she left.")
    assert item.text == "“Yes,” she said.\nThen she left."
    assert item.encoding == "windows-1252"


def test_case_31_a_hostile_file_name_does_no_harm():
    assert article("../a\x00\udcff.txt", STORY.encode()).name == "../a??.txt"


def test_date_of_a_leading_metadata_line_is_read_and_the_line_skipped():
    item = article("a.txt", b"date 2031-05-04\n\n" + STORY.encode())
    assert item.published_on == dt.date(2031, 5, 4)
    assert item.text.startswith("date 2031-05-04\n")
    assert [item.text[s.start : s.end] for s in item.skipped] == ["date 2031-05-04"]


def test_a_given_date_is_stronger_than_that_in_the_text():
    item = read_paste("date 2031-05-04\n\n" + STORY, published_on="2031-05-06")
    assert isinstance(item, ArticleInput)
    assert item.published_on == dt.date(2031, 5, 6)


def test_a_headline_line_stays_in_the_text_and_is_skipped():
    item = article("a.txt", ("Harbour board to vote again on pier\n\n" + STORY).encode())
    assert item.headline == "Harbour board to vote again on pier"
    assert item.text.startswith("Harbour board to vote again on pier\n\n")
    assert [(s.start, s.end, s.reason) for s in item.skipped] == [(0, 35, "headline")]


def test_a_headline_after_a_metadata_line_is_found():
    item = article("a.txt", ("date 2031-05-04\nBoard to vote again\n\n" + STORY).encode())
    assert item.headline == "Board to vote again"


@pytest.mark.parametrize(
    "opening",
    [
        "The vote is on Friday.\n\n",
        "“We will not go,” she said.\n\n",
        "“We will not go”\n\n",
        "Board to vote again\n",
        "and so it went on\n\n",
        "FLASH\n\n",
        "By Ana Lindqvist\n\n",
        "A line that goes on " + "and on " * 20 + "\n\n",
    ],
)
def test_a_first_line_that_may_be_story_is_no_headline(opening):
    item = read_paste(opening + STORY)
    assert isinstance(item, ArticleInput)
    assert item.headline == ""
    assert all(s.reason != "headline" for s in item.skipped)


def test_a_given_headline_is_found_again_as_first_line():
    item = read_paste(
        "“One number”, says minister.\n" + STORY, headline="'One number', says minister"
    )
    assert isinstance(item, ArticleInput)
    assert item.headline == "'One number', says minister"
    assert [item.text[s.start : s.end] for s in item.skipped] == ["“One number”, says minister."]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("published_on", "4 May"),
        ("published_on", "2031-02-30"),
        ("url", "javascript:alert(1)"),
        ("language", "English!"),
        ("country", "GBR"),
    ],
)
def test_metadata_that_cannot_be_is_refused_with_the_value(field, value):
    item = read_paste(STORY, **{field: value})
    assert isinstance(item, ReadFailure)
    assert value in item.reason


def test_metadata_is_kept_as_given():
    item = read_paste(
        STORY, outlet="Northquay Ledger", country="gb", language="en-GB", external_id=" 7 "
    )
    assert isinstance(item, ArticleInput)
    assert (item.outlet, item.country, item.language) == ("Northquay Ledger", "GB", "en-GB")
    assert item.external_id == " 7 "


def test_reading_loads_neither_the_language_model_nor_django():
    code = (
        "import sys; from quotes.importing import read_file;"
        "list(read_file('a.txt', b'Some words.'));"
        "print([m for m in ('spacy', 'django', 'trafilatura') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
