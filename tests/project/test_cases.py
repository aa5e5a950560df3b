"""docs/cases.md says for each numbered case which test or benchmark shows it, or why none does."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
BENCHMARK = re.compile(r"`make (bench-\w+)`")
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
ROWS = ROW.findall((PROJECT / "docs/cases.md").read_text(encoding="utf-8"))
TESTS = {path: path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py")}


def test_every_case_has_one_row() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 69))


def test_the_tests_that_rows_name_are_there() -> None:
    for number, _, shown in ROWS:
        for file, name in NAMED.findall(shown):
            text = TESTS.get(PROJECT / file, "")
            assert re.search(rf"\b(def|class) {name or ''}", text), f"case {number}: {file}::{name}"


def test_a_case_without_a_numbered_test_names_one_or_says_why_not() -> None:
    numbered = {
        int(number)
        for text in TESTS.values()
        for number in re.findall(r"def test_case_(\d+)_", text)
    }
    for number, _, shown in ROWS:
        by_number = shown.strip() == f"`test_case_{number}_…`"
        if by_number:
            assert int(number) in numbered, f"case {number} has no test of its number"
        else:
            said = NAMED.search(shown) or shown.startswith(("not shown: ", "not built: "))
            measured = [name for name in BENCHMARK.findall(shown) if f"\n{name}: " in MAKEFILE]
            assert said or measured, f"case {number} names no test and gives no reason"
