"""Which lines of a text stand inside a quotation that was opened before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_QUOTATIONS = (
    (re.compile("“"), re.compile("”")),
    (re.compile(r'(?<!\S)"(?=\S)'), re.compile(r'(?<=\S)"')),
    (re.compile(r"(?<![^\s“])‘(?=\w)"), re.compile(r"(?<=[.,!?…])’")),
    (re.compile("«"), re.compile("»")),
)
"""What opens and what closes a quotation; ’ alone is an apostrophe more often than a mark."""


def inside_quotations(text: str, starts: Sequence[int]) -> set[int]:
    """Numbers of the lines (by their first characters, in order) where the mark before one opens
    a quotation and the next mark of its kind closes it."""
    inside = set()
    for opens, closes in _QUOTATIONS:
        marks = sorted(
            [(match.start(), True) for match in opens.finditer(text)]
            + [(match.start(), False) for match in closes.finditer(text)]
        )
        place = 0
        for number, start in enumerate(starts):
            while place < len(marks) and marks[place][0] < start:
                place += 1
            if 0 < place < len(marks) and marks[place - 1][1] and not marks[place][1]:
                inside.add(number)
    return inside
