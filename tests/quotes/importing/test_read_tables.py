"""JSON lines and CSV: one result an item, a bad one costs only itself (case 49)."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quotes.formula_guard import guard
from quotes.importing import ArticleInput, ReadFailure, read_file

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")).filter(
    lambda text: text.lstrip("\ufeff").strip()
)


def reasons(name: str, data: bytes) -> list[str]:
    return [item.reason if isinstance(item, ReadFailure) else "" for item in read_file(name, data)]


def texts(name: str, data: bytes) -> list[str | None]:
    return [item.text if isinstance(item, ArticleInput) else None for item in read_file(name, data)]


def test_a_line_of_json_is_an_article_with_its_metadata():
    line = {
        "text": "She left.\r\nHe stayed.",
        "headline": "Two at the door",
        "byline": "Ana Lindqvist",
        "outlet": "Northquay Ledger",
        "published_on": "2031-05-04T09:00:00Z",
        "url": "https://ledger.example/door",
        "language": "en-GB",
        "country": "gb",
        "external_id": "door-1",
    }
    (item,) = read_file("a.jsonl", json.dumps(line).encode())
    assert item == ArticleInput(
        text="She left.\nHe stayed.",
        headline="Two at the door",
        byline="Ana Lindqvist",
        outlet="Northquay Ledger",
        published_on=dt.date(2031, 5, 4),
        url="https://ledger.example/door",
        language="en-GB",
        country="GB",
        external_id="door-1",
        name="a.jsonl, line 1",
    )


def test_case_49_bad_lines_fail_alone_and_the_order_is_kept():
    data = b"\n".join(
        [
            b'{"text": "One."}',
            b"",
            b'{"text": "Tw\xff\xfeo."}',
            b'{"text": "Three."',
            b'{"text": "Four.\\u2028"}',
            b'["Five."]',
            b'{"text": ""}',
            b'{"text": "a\\ud800b"}',
            b'{"text": "a\\u0000b"}',
            b'{"text": 7}',
            b'{"headline": "No text"}',
            b'{"text": "T.", "id": 1}',
            b'{"text": "T.", "text": "U."}',
            b'{"text": "Last."}',
        ]
    )
    items = list(read_file("batch.jsonl", data))
    read = [item.text for item in items if isinstance(item, ArticleInput)]
    assert read == ["One.", "Four.\u2028", "Last."]
    assert [item.name for item in items][:3] == [
        "batch.jsonl, line 1",
        "batch.jsonl, line 3",
        "batch.jsonl, line 4",
    ]
    words = ["byte 12", "JSON", "object", "no text", "surrogate", "NUL", "quotation marks"]
    words += ["missing", "“id”", "twice"]
    failed = [item.reason for item in items if isinstance(item, ReadFailure)]
    assert len(failed) == len(words)
    for reason, word in zip(failed, words, strict=True):
        assert word in reason


def test_case_38_a_bad_byte_far_into_the_file_says_where_its_line_begins():
    (_, bad) = reasons("a.jsonl", b'{"text": "One."}\n{"text": "Tw\xff\xfeo."}\n')
    assert "byte 12" in bad
    assert "begins at byte 17 of the file" in bad


def test_case_34_deep_nesting_and_long_numbers_are_refused():
    deep = b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    long = b'{"text": ' + b"9" * 5_000 + b"}"
    assert all(reasons("a.jsonl", deep + b"\n" + long))


def test_json_lines_in_utf_16_are_read():
    data = '{"text": "“One.”"}\n{"text": "Two."}\n'.encode("utf-16")
    items = list(read_file("a.jsonl", data))
    assert [item.text for item in items if isinstance(item, ArticleInput)] == ["“One.”", "Two."]
    assert {item.encoding for item in items if isinstance(item, ArticleInput)} == {"utf-16-le"}


def test_null_values_count_as_not_given():
    assert texts("a.jsonl", b'{"text": "One.", "url": null}') == ["One."]


@given(TEXTS)
@example("'=")
def test_case_36_any_text_comes_through_json_lines_unchanged(text):
    for ascii_only in (True, False):
        data = json.dumps({"text": text}, ensure_ascii=ascii_only).encode()
        assert texts("a.jsonl", data) == [text.lstrip("\ufeff")]


def as_csv(*rows: list[str], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def test_rows_of_a_table_are_articles():
    data = as_csv(["outlet", "text"], ["Ledger", 'She said "no",\nand left.'], ["", "Two."])
    items = list(read_file("t.csv", data))
    assert [item.name for item in items] == ["t.csv, row 2", "t.csv, row 3"]
    assert texts("t.csv", data) == ['She said "no",\nand left.', "Two."]
    assert [item.outlet for item in items if isinstance(item, ArticleInput)] == ["Ledger", ""]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_other_countries_are_read(delimiter):
    data = as_csv(["text", "outlet"], ["One, two; three.", "L"], delimiter=delimiter)
    assert texts("t.csv", b"\xef\xbb\xbf" + data) == ["One, two; three."]


def test_a_long_cell_is_read():
    assert texts("t.csv", as_csv(["text"], ["a" * 500_000])) == ["a" * 500_000]


def test_case_49_bad_rows_fail_alone():
    data = as_csv(
        ["text", "url"], ["One.", ""], ["Ragged."], ["", ""], ["Two.", "x"], ["Three.", ""]
    )
    found = reasons("t.csv", data)
    assert texts("t.csv", data) == ["One.", None, None, None, "Three."]
    assert "1 cells, the header 2" in found[1]
    assert "no text" in found[2]
    assert "http" in found[3]


def test_case_38_a_bad_byte_in_a_table_costs_one_row_and_is_named():
    data = "text\r\n“One.”\r\nTw@o.\r\n“Three.”\r\n".encode().replace(b"@", b"\xff")
    found = reasons("t.csv", data)
    assert texts("t.csv", data) == ["“One.”", None, "“Three.”"]
    assert f"byte {data.index(0xFF)} (0xFF)" in found[1]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("body,outlet", "Line 1: The column “body” is not known"),
        ("\r\n\r\ntext,mood", "Line 3: The column “mood” is not known"),
        ("outlet,url", "“text” is missing"),
        ("\r\ntext,text", "Line 2: The column “text” stands there twice."),
        ("text,mood", "“mood”"),
    ],
)
def test_a_wrong_header_names_the_column(header, word):
    (found,) = reasons("t.csv", f"{header}\r\na,b\r\n".encode())
    assert word in found


def test_a_million_columns_are_refused_by_their_number():
    (found,) = reasons("t.csv", b",".join([b"x"] * 1_000_000))
    assert found == "Line 1: There are 1,000,000 columns; at most 200 are read."


@pytest.mark.parametrize("data", [b"text\r\n", b"\r\n", b"text"])
def test_a_table_without_rows_is_refused(data):
    (found,) = reasons("t.csv", data)
    assert found


def test_an_unclosed_cell_is_refused_in_words():
    found = reasons("t.csv", b'text\r\nOne.\r\n"Two.\r\nThree.\r\n')
    assert found[0] == ""
    assert "Not valid CSV" in found[1]


@given(TEXTS)
@example("'=")
def test_case_36_any_text_comes_through_a_table_unchanged(text):
    data = as_csv(["outlet", "text"], ["L", text])
    found = texts("t.csv", data)
    if found == [None]:
        (why,) = reasons("t.csv", data)
        assert "control characters" in why
    else:
        assert found == [text.lstrip("\ufeff")]


@given(TEXTS)
def test_case_22_a_guarded_table_comes_back_as_it_was(text):
    digest = hashlib.sha256(text.encode()).hexdigest()
    data = as_csv(["text", "headline", "text_sha256"], [guard(text), guard("=1+1"), digest])
    for item in read_file("t.csv", data):
        if isinstance(item, ArticleInput):
            assert (item.text, item.headline) == (text.lstrip("\ufeff"), "=1+1")
        else:
            assert "control characters" in item.reason


def test_our_own_table_is_read_back_and_checked_by_its_hash():
    def row(text: str, of: str) -> bytes:
        digest = hashlib.sha256(of.encode()).hexdigest()
        return as_csv(["article_id", "text", "text_sha256"], ["x", text, digest])

    assert texts("t.csv", row("'=One.", "=One.")) == ["=One."]
    assert texts("t.csv", row("'=One.", "'=One.")) == ["'=One."]  # exported with raw=1
    (why,) = reasons("t.csv", row("=One!", "=One."))
    assert "not the one that was exported" in why


def test_columns_of_our_own_table_need_its_hash():
    (why,) = reasons("t.csv", as_csv(["article_id", "text"], ["x", "One."]))
    assert "“article_id”" in why
