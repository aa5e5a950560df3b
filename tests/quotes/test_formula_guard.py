"""The guard against formulas: lossless, and the same in SQL and in Python (case 22)."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quotes.formula_guard import guard, sql_guard, unguard

ODD = st.text(st.sampled_from("'=+-@\t\r\n＝＋－＠\x00 a\"“;|\u200b"), max_size=6)
STORED = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd()",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "\nx",
        "\x00x",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "'=x",
        "''-1",
    ],
)
def test_case_22_a_cell_that_would_run_gets_one_apostrophe(cell):
    assert guard(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "'", "''", "'tis", "a=b", "“=x”", " =x", "1-2", "'a'=b"])
def test_case_22_any_other_cell_stays_as_it_is(cell):
    assert guard(cell) == cell
    assert unguard(cell) == cell


@pytest.mark.parametrize("cell", ["=1+1", "-5", "+x", "@x", "\tx", "＝1"])
def test_case_22_a_cell_that_no_guard_wrote_is_read_as_it_stands(cell):
    assert unguard(cell) == cell


@given(st.text() | ODD)
@example("'='")
def test_case_22_the_guard_is_undone_without_loss(cell):
    assert unguard(guard(cell)) == cell


@given(st.text() | ODD)
def test_case_22_no_guarded_cell_begins_with_what_would_run(cell):
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\x00"))
    assert not guard(cell).startswith(("＝", "＋", "－", "＠"))


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(STORED) | ODD.map(lambda cell: cell.replace("\x00", "")), max_size=20))
@example(["'=", "''-1", "＝", "＋1", "\n", "\r", "\t", "'a", "a=", ""])
def test_case_22_sql_and_python_guard_alike(cells):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS cells (n int, cell text)")
        cursor.execute("TRUNCATE cells")
        cursor.executemany("INSERT INTO cells VALUES (%s, %s)", list(enumerate(cells)))
        cursor.execute(f"SELECT {sql_guard('cell')} FROM cells ORDER BY n")  # noqa: S608 - ours
        assert [row[0] for row in cursor.fetchall()] == [guard(cell) for cell in cells]
