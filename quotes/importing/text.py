"""The rules for stored text: what is refused, the little that is changed, and what is skipped.

A leading byte order mark is dropped and CRLF and CR become LF. Nothing else is altered: no
trimming, no normal form, no other quotation marks. What is not story is marked, never cut.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from quotes.extraction.types import Skipped
from quotes.importing.folding import folded
from quotes.importing.furniture import find_furniture
from quotes.importing.items import MAX_CHARACTERS, RefusedInput

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
LINE_BREAK = re.compile(r"\r\n?")
MAX_LABEL = {"headline": 500, "byline": 500, "outlet": 200, "external_id": 200, "url": 2000}
"""How many characters the database keeps of each; a test holds them equal to the model's."""
MAX_HEADLINE = 120
SENTENCE_END = tuple(".!?…:;,”’\"'")
NOT_A_HEADLINE = re.compile(r"(?i)\s*(?:by|from|published|updated|posted|date)\b")


def stored_text(text: str) -> str:
    """Give the text as it will be stored, or refuse it in a sentence."""
    text = LINE_BREAK.sub("\n", text.lstrip("\ufeff"))
    _refuse_unstorable(text, "text")
    if not text or text.isspace():
        raise RefusedInput("There is no text in it.")
    if len(text) > MAX_CHARACTERS:
        raise RefusedInput(
            f"The article has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read."
        )
    return text


def stored_label(value: str, what: str) -> str:
    """Give a metadata value as it will be stored; refuse what the database cannot hold."""
    _refuse_unstorable(value, what)
    if len(value) > MAX_LABEL[what]:
        raise RefusedInput(
            f"The {what} has {len(value):,} characters; at most {MAX_LABEL[what]:,} are kept."
        )
    return value


def looks_binary(text: str) -> bool:
    """Say whether decoded text holds so many control characters that it is no prose."""
    return len(CONTROL.findall(text)) * 50 > len(text)


def not_story(
    text: str, *, headline: str = "", links: Collection[str] = ()
) -> tuple[str, tuple[Skipped, ...]]:
    """Find what is not story; return the headline (given, or read from the text) and the ranges.

    ``links`` are lines that a page has as links only, folded.
    """
    from quotes.extraction.boilerplate import find_skipped  # the engine's: loaded on first use

    skipped = list(find_skipped(text))
    line = _first_line(text, skipped)
    if line is not None:
        start, end = line
        found = text[start:end]
        if headline and folded(found) == folded(headline):
            skipped.append(Skipped(start, end, "headline"))
        elif not headline and _is_headline(text, start, end):
            headline = found
            skipped.append(Skipped(start, end, "headline"))
    return headline, _disjoint([*skipped, *find_furniture(text, headline=headline, links=links)])


def _disjoint(found: list[Skipped]) -> tuple[Skipped, ...]:
    """Give the ranges in text order; where two overlap, the one that was found first."""
    in_order = sorted(enumerate(found), key=lambda one: (one[1].start, one[0]))
    kept: list[tuple[int, Skipped]] = []
    for rank, stretch in in_order:
        if not kept or kept[-1][1].end <= stretch.start:
            kept.append((rank, stretch))
        elif rank < kept[-1][0]:
            kept[-1] = (rank, stretch)
    return tuple(stretch for _, stretch in kept)


def date_in(text: str) -> dt.date | None:
    """Read the date of a leading metadata line ("date 2031-05-04")."""
    from quotes.extraction.boilerplate import read_date  # the engine's: loaded on first use

    return read_date(text)


def _refuse_unstorable(value: str, what: str) -> None:
    if bad := UNSTORABLE.search(value):
        name = "a NUL character" if bad.group() == "\x00" else "half of a surrogate pair"
        raise RefusedInput(
            f"The {what} has {name} at character {bad.start():,}, which cannot be stored."
        )


def _first_line(text: str, skipped: list[Skipped]) -> tuple[int, int] | None:
    """Find the first line with words that is not skipped, without the space around it."""
    covered = sorted((stretch.start, stretch.end) for stretch in skipped)
    start = place = 0
    while start < len(text):
        while place < len(covered) and covered[place][1] <= start:
            place += 1
        if text[start].isspace():
            start += 1
        elif place < len(covered) and covered[place][0] <= start:
            start = covered[place][1]
        else:
            break
    else:
        return None
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    end = start + len(line.rstrip())
    if any(begin < end and stop > start for begin, stop in covered):
        return None
    if text[text.rfind("\n", 0, start) + 1 : start].strip():
        return None  # the rest of a line that began with something skipped
    return start, end


def _is_headline(text: str, start: int, end: int) -> bool:
    """Recognise a headline: one short line of its own, no sentence, and a story after it."""
    line, rest = text[start:end], text[end:]
    return (
        len(line) <= MAX_HEADLINE
        and " " in line
        and not line.endswith(SENTENCE_END)
        and not line[0].islower()
        and any(character.islower() for character in line)
        and re.match(r"[^\S\n]*\n[^\S\n]*\n\s*\S", rest) is not None
        and NOT_A_HEADLINE.match(line) is None
        and line not in rest
    )
