"""Quoted stretches of a text, by their marks alone: one pass, linear in the text's length."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CLOSERS = {
    "“": "”",
    "”": "”",
    "„": "“”",
    "«": "»",
    "»": "«»",
    '"': '"',
    "''": "''",
    "``": "''",
    "‘‘": "’’",
    "‘": "’",
    "'": "'",
}
_DOUBLE = frozenset(("“", "”", "„", "«", '"', "''", "``", "‘‘"))
_MARK = re.compile(r"''|``|‘‘|’’|[“”„«»\"‘’'\n]")
_ELIDED = re.compile(
    r"(?:em|tis|twas|til|cause|cos|n|round|bout|ere|neath|\d\ds?)\b", re.IGNORECASE
)
_MAX_SINGLE = 1500


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words between an opening and a closing mark of one paragraph.

    An unclosed stretch runs to the end of its paragraph. ``continues`` is true where the
    stretch goes on with one that the paragraph before left open.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    mark: str
    closed: bool
    continues: bool = False

    @property
    def single(self) -> bool:
        """Single marks: an outlet's style, or a quote inside a quote, or a title."""
        return self.mark in "‘'"


@lru_cache(maxsize=8)
def stretches(text: str) -> tuple[Stretch, ...]:
    """Outermost quoted stretches in text order; they never overlap and never cross a line."""
    found: list[Stretch] = []
    opened: tuple[str, int, int] | None = None
    line_start = 0
    single_style = text.count("‘") > text.count("“") + text.count('"') // 2
    turned = _turned(text)
    for match in _MARK.finditer(text):
        mark, start, end = match.group(), match.start(), match.end()
        if mark == "\n":
            if opened is not None:
                _leave_open(text, found, opened, start, line_start)
            opened, line_start = None, end
            continue
        if opened is None:
            if _opens(text, mark, start, end, turned):
                opened = (mark, start, end)
            continue
        if _ends(text, opened[0], mark, start, end):
            found.append(_stretch(text, found, opened, start, end, line_start))
            opened = None
        elif (
            not single_style
            and opened[0] in "‘'"
            and mark in _DOUBLE
            and _opens(text, mark, start, end, turned)
        ):
            # A single mark that a double one follows was an apostrophe: the double mark wins.
            opened = (mark, start, end)
    if opened is not None:
        _leave_open(text, found, opened, len(text), line_start)
    return tuple(found)


def _closers(mark: str) -> tuple[str, ...]:
    closer = _CLOSERS[mark]
    return (closer,) if len(closer) == 2 and closer in ("''", "’’") else tuple(closer)


def _ends(text: str, opened: str, mark: str, start: int, end: int) -> bool:
    """The mark closes what was opened; “ does where it stands the wrong way round."""
    if mark == opened == "“":
        after = text[end] if end < len(text) else "\n"
        return after in "\n" and text[start - 1] in ".,!?…"
    return mark in _closers(opened) and _closes(text, mark, start, end)


def _turned(text: str) -> str:
    """Closing marks of English that open in this text: ”så här”, »so«, »så»."""
    found = ""
    if "”" in text and not any(mark in text for mark in "“„"):
        found += "”"
    if "»" in text and ("«" not in text or text.find("»") < text.find("«")):
        found += "»"
    return found


def _opens(text: str, mark: str, start: int, end: int, turned: str) -> bool:
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    if mark in turned:
        return not before.isalnum() and (after.isalnum() or after in "…[¿¡")
    if mark not in _CLOSERS or mark == "»":
        return False
    if mark == "”":
        # Set the wrong way round at the head of a line: ”We won,” said …
        return before == "\n" and after.isalnum()
    if mark in "‘'":
        if before.isalnum() or not (after.isalnum() or after in "…[$£€"):
            return False
        return not _ELIDED.match(text, end)
    if mark == '"' and before.isdigit() and not after.isalnum():
        return False
    return not (mark in ('"', "''") and after in " \n,.;:" and not before.isspace())


def _closes(text: str, mark: str, start: int, end: int) -> bool:
    if mark not in "’'":
        return True
    after = text[end] if end < len(text) else "\n"
    before = text[start - 1]
    if after.isalnum() or before.isspace():
        return False
    # "the voters’ choice": a possessive plural is followed by a lower-case word.
    possessive = before == "s" and after == " " and text[end + 1 : end + 2].islower()
    return not possessive or not _another_close(text, end)


def _another_close(text: str, position: int) -> bool:
    """True where a further closing single mark stands before the line or 300 characters end."""
    stop = min(len(text), position + 300)
    newline = text.find("\n", position, stop)
    stop = stop if newline < 0 else newline
    for index in range(position, stop):
        if text[index] in "’'" and not text[index + 1 : index + 2].isalnum():
            return True
        if text[index] == "‘":
            return False
    return False


def _stretch(
    text: str,
    found: list[Stretch],
    opened: tuple[str, int, int],
    close_start: int,
    close_end: int,
    line_start: int,
) -> Stretch:
    mark, start, inner = opened
    return Stretch(
        start,
        close_end,
        inner,
        close_start,
        mark,
        closed=True,
        continues=_continues(text, found, mark, start, line_start),
    )


def _leave_open(
    text: str,
    found: list[Stretch],
    opened: tuple[str, int, int],
    end: int,
    line_start: int,
) -> None:
    mark, start, inner = opened
    while end > inner and text[end - 1].isspace():
        end -= 1
    if end <= inner:
        return
    before = text[line_start:start].rstrip()
    if mark in "‘'" and (before and before[-1] != ":" or end - inner > _MAX_SINGLE):
        return
    found.append(
        Stretch(
            start,
            end,
            inner,
            end,
            mark,
            closed=False,
            continues=_continues(text, found, mark, start, line_start),
        )
    )


def _introduced(text: str, stretch: Stretch) -> bool:
    """ "She added: ‘…": also where the next paragraph opens with another mark, it goes on."""
    before = text[max(0, stretch.start - 3) : stretch.start].rstrip()
    return before.endswith(":")


def _continues(text: str, found: list[Stretch], mark: str, start: int, line_start: int) -> bool:
    """The paragraph before left this mark open, and this paragraph opens with it."""
    if not found or found[-1].closed:
        return False
    if found[-1].mark != mark and (found[-1].mark not in "‘'" or not _introduced(text, found[-1])):
        return False
    between = text[found[-1].end : start]
    return not between.strip() and "\n" in between and not text[line_start:start].strip()
