"""Cells that a spreadsheet would run as a formula: one ``'`` in front, and the way back.

One definition serves SQL (exports) and Python (imports, other writers). A cell that already begins
with ``'`` before such a character gets one more, so that ``unguard(guard(cell)) == cell`` always.
"""

from __future__ import annotations

import re

RUN_BY_SPREADSHEETS = "=+@\t\r\n＝＋－＠-"  # the hyphen last: it stands in a bracket expression
# A NUL counts too, but PostgreSQL stores none, and its patterns cannot hold one.
GUARDED = re.compile(f"'*[\x00{RUN_BY_SPREADSHEETS}]")
SQL_PATTERN = f"^'*[{RUN_BY_SPREADSHEETS}]"


def guard(cell: str) -> str:
    """Put one ``'`` in front of a cell that a spreadsheet would run."""
    return f"'{cell}" if GUARDED.match(cell) else cell


def unguard(cell: str) -> str:
    """Take away the ``'`` that ``guard`` has put there."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def sql_guard(expression: str) -> str:
    """Give the SQL for ``guard`` of an expression, which is evaluated once."""
    pattern = SQL_PATTERN.replace("'", "''")
    return f"regexp_replace({expression}, '{pattern}', '''\\&')"
