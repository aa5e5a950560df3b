"""Bytes to text: detected, recorded, strict (case 38)."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotes.importing import RefusedInput, decode

PROSE = "“We kept the café open,” Ms Halvørsen said — at £4 a cup."
LATIN_PROSE = "“We kept the café open,” Ms Okonédo said — at £4 a cup."

READABLE = [
    pytest.param(PROSE.encode(), PROSE, "utf-8", id="utf-8"),
    pytest.param(codecs.BOM_UTF8 + PROSE.encode(), PROSE, "utf-8", id="utf-8 with mark"),
    pytest.param(PROSE.encode("utf-16"), PROSE, "utf-16-le", id="utf-16 with mark"),
    pytest.param(
        codecs.BOM_UTF16_BE + PROSE.encode("utf-16-be"), PROSE, "utf-16-be", id="utf-16-be mark"
    ),
    pytest.param(PROSE.encode("utf-16-le"), PROSE, "utf-16-le", id="utf-16-le without mark"),
    pytest.param(PROSE.encode("utf-16-be"), PROSE, "utf-16-be", id="utf-16-be without mark"),
    pytest.param(PROSE.encode("utf-32"), PROSE, "utf-32-le", id="utf-32 with mark"),
    pytest.param(LATIN_PROSE.encode("cp1252"), LATIN_PROSE, "windows-1252", id="windows-1252"),
    pytest.param(b"\x93Yes,\x94 he said.", "“Yes,” he said.", "windows-1252", id="curly marks"),
    pytest.param(b"the caf\xe9", "the café", "windows-1252", id="accent as last byte"),
    pytest.param(b"Plain.", "Plain.", "utf-8", id="ascii"),
]

REFUSED = [
    pytest.param(PROSE.encode()[:1], "UTF-8 at byte 0", id="half of a mark alone"),
    pytest.param("He said: “".encode()[:-1], "UTF-8 at byte 9", id="truncated at the end"),
    pytest.param(
        "“One” and ".encode() + b"\xff" + " “two”".encode(), "UTF-8 at byte 14", id="one bad byte"
    ),
    pytest.param(
        ("a café by the quay, " * 9).encode() + b"\x93", "UTF-8 at byte 189", id="damaged utf-8"
    ),
    pytest.param(PROSE.encode("utf-16")[:-1], "UTF-16 at byte", id="utf-16 with a byte missing"),
    pytest.param(codecs.BOM_UTF16_LE + b"A\x00\x00\xd8", "UTF-16 at byte 4", id="lone surrogate"),
    pytest.param(b"\x81\x8d\x8f", "UTF-8 at byte 0", id="no Windows-1252 either"),
    pytest.param(bytes(range(0xC0, 0x100)) * 4, "UTF-8 at byte 0", id="not prose in any encoding"),
]


@pytest.mark.parametrize(("data", "text", "encoding"), READABLE)
def test_case_38_encoding_is_detected_and_recorded(data, text, encoding):
    assert decode(data) == (text, encoding)


@pytest.mark.parametrize(("data", "named"), REFUSED)
def test_case_38_a_byte_that_cannot_be_read_is_named(data, named):
    with pytest.raises(RefusedInput, match=named):
        decode(data)


def test_declared_encoding_is_used():
    assert decode("naïve".encode("latin-1"), "ISO-8859-1") == ("naïve", "windows-1252")


def test_declared_encoding_that_does_not_fit_names_the_byte():
    with pytest.raises(RefusedInput, match="UTF-8 at byte 2"):
        decode(b"na\xefve", "utf-8")


def test_a_byte_order_mark_is_stronger_than_the_declared_encoding():
    assert decode(codecs.BOM_UTF8 + "naïve".encode(), "latin-1") == ("naïve", "utf-8")


def test_unknown_declared_encoding_is_refused_by_name():
    with pytest.raises(RefusedInput, match="klingon"):
        decode(b"x", "klingon")


@given(st.binary())
def test_case_38_any_bytes_are_decoded_without_loss_or_refused(data):
    try:
        text, encoding = decode(data)
    except RefusedInput:
        return
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
    marks += (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    again = text.encode(encoding)
    assert again == data or any(mark + again == data for mark in marks)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_in_utf_8_comes_back_unchanged(text):
    assert decode(text.encode())[0] == text.removeprefix("\ufeff")
