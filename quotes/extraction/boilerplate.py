"""Stretches of a text that are not the story: appeals, metadata, credits, "Read more"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from quotes.extraction.spoken import inside_quotations
from quotes.extraction.types import Skipped

_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’')]{0,2}\s+(?=[\"“‘'(]?[A-Z0-9])")

_METADATA = re.compile(
    r"(?:date|published|updated|last updated|posted|first published|publication date)"
    r"\s{0,3}:?\s{1,3}"
    r"(?P<date>\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8},? \d{4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4})"
    r"(?![\w-])",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}

# A line that is one of these and nothing else.
_WHOLE_LINE = (
    (
        re.compile(
            r"(?:read (?:more|next|also)|see also|related|recommended|continue reading|"
            r"support (?:us|now)|subscribe(?: now)?|sign up(?: now)?|share(?: this)?|advertisement|"
            r"listen to this article|view (?:gallery|comments)|more on this story|"
            r"story continues below.{0,40}|article continues below.{0,40}|skip to .{1,40})"
            r"\s?[.:»>…]{0,3}",
            re.IGNORECASE,
        ),
        "link to another story",
    ),
    (
        re.compile(
            r"(?:read (?:more|next|also)|see also|related(?: (?:story|article)s?)?|recommended|"
            r"watch|listen)\s?:\s.{1,200}",
            re.IGNORECASE,
        ),
        "link to another story",
    ),
    (
        re.compile(
            r"(?:photo(?:graph)?|picture|image|file photo|pic|video)s?"
            r"(?: (?:credit|courtesy|by)s?)?\s?[:/]\s?.{1,160}",
            re.IGNORECASE,
        ),
        "photo credit",
    ),
    (
        re.compile(
            r".{0,300}\((?:photo(?:graph)?|picture|image|file photo|AP Photo|AFP|Reuters|Getty)"
            r"[^()]{0,100}\)\.?",
            re.IGNORECASE,
        ),
        "photo credit",
    ),
    (
        re.compile(
            r"(?:©|\(c\)|copyright) ?(?:\d{4})?.{0,160}|.{0,40}all rights reserved\.?",
            re.IGNORECASE,
        ),
        "copyright line",
    ),
    (
        re.compile(
            r"\(?(?:additional )?(?:reporting|writing|editing|compiled) by .{1,300}",
            re.IGNORECASE,
        ),
        "credits of the reporters",
    ),
    (
        re.compile(
            r"(?:follow|like|find|join) us on .{1,120}|.{0,80}\bclick here\b.{0,120}|"
            r"(?:sign up|subscribe) (?:to|for) .{1,200}|"
            r"get .{1,60} (?:delivered|straight|sent) (?:directly )?to your inbox.{0,200}",
            re.IGNORECASE,
        ),
        "newsletter appeal",
    ),
)

_APPEAL_PHRASES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\byour (?:support|donation|contribution|subscription|gift) "
        r"(?:helps|allows|makes|enables|means|keeps|funds|will help)\b",
        r"\b(?:support|subscribe|donate|sign up|contribute) now\b",
        r"\b(?:please|consider) (?:donat|support|subscrib|contribut|making a (?:gift|donation))",
        r"\bmak(?:e|ing) a (?:tax-deductible )?(?:donation|contribution|gift) (?:to|today|now)\b",
        r"\b(?:our|quality|independent) journalism\b",
        r"\b(?:our|more) (?:reporters|journalists|newsroom) (?:on the ground|around)",
        r"\bkeep sending (?:journalists|reporters)\b",
        r"\bpaywalls?\b",
        r"\bour (?:readers|subscribers|newsletters?|reporting|coverage|award-winning)\b",
        r"\byour inbox\b",
        r"\bsign up (?:to|for) (?:our|the|a) .{0,60}(?:newsletter|email|briefing|alerts?)\b",
        r"\b(?:by signing up|privacy (?:policy|notice)|terms of (?:use|service))\b",
        r"\bread more\b",
        r"\bunlock (?:unlimited|full) access\b",
        r"\bbecome a (?:member|supporter|subscriber)\b",
        r"\bat such a critical moment\b",
        r"\b(?:paid for by|afford it)\b.{0,60}\bsupport\b|\bpaid for by those who\b",
    )
)
_APPEAL_MIN = 2
_READ_MORE_END = re.compile(r"\b(?:read more|support now|sign up|subscribe)\s?[.…»>]?\s*$", re.I)
_APPEAL = "appeal for money or readers"
_APPEAL_SEARCH = 6_000
_APPEAL_LINE = 2_500


def find_skipped(text: str) -> tuple[Skipped, ...]:
    """Stretches to leave unread, in text order and disjoint; the text itself stays as it is."""
    return tuple(_find(text))


def read_date(text: str) -> dt.date | None:
    """The date of a leading metadata line ("date 2031-05-06"), None where there is none."""
    start = len(text) - len(text.lstrip())
    for offset in (start, *_line_starts_after(text, start, limit=3)):
        match = _METADATA.match(text, offset)
        if match is not None:
            return _as_date(match.group("date"))
    return None


def _line_starts_after(text: str, start: int, *, limit: int) -> Iterator[int]:
    position = start
    for _ in range(limit):
        position = text.find("\n", position)
        if position < 0:
            return
        position += 1
        yield position


def _as_date(written: str) -> dt.date | None:
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})", written)
    try:
        if iso:
            return dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
        year = re.search(r"\d{4}", written)
        day = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", written)
        month = next(
            (_MONTHS[w] for w in re.findall(r"[a-z]+", written.lower()) if w in _MONTHS), 0
        )
        return dt.date(int(year[0]), month, int(day[1])) if year and day and month else None
    except ValueError:
        return None


def _find(text: str) -> Iterator[Skipped]:
    lines = [match.span() for match in _LINE.finditer(text)]
    lines = [(start, end) for start, end in lines if text[start:end].strip()]
    spoken = inside_quotations(text, [start for start, _ in lines])
    for number, (start, end) in enumerate(lines):
        if number in spoken:
            continue
        while text[start].isspace():
            start += 1
        while text[end - 1].isspace():
            end -= 1
        if number < 4:
            metadata = _METADATA.match(text, start, end)
            if metadata is not None:
                yield Skipped(start, metadata.end(), "metadata line")
                start = metadata.end()
                while start < end and text[start].isspace():
                    start += 1
                if start == end:
                    continue
        yield from _skipped_in_line(text, start, end)


def _skipped_in_line(text: str, start: int, end: int) -> Iterator[Skipped]:
    line = text[start:end]
    if len(line) <= 400:
        for pattern, reason in _WHOLE_LINE:
            if pattern.fullmatch(line) and not _is_speech(line):
                yield Skipped(start, end, reason)
                return
    head = line[:_APPEAL_SEARCH]
    if _appeal_score(head) < _APPEAL_MIN or _is_speech(head):
        return
    if len(line) <= 400:
        yield Skipped(start, end, _APPEAL)
    elif _appeal_score(head) > _APPEAL_MIN or _READ_MORE_END.search(line[-60:]):
        yield Skipped(start, start + _appeal_end(line), _APPEAL)


def _appeal_end(line: str) -> int:
    """Where an appeal stops: at the line's end, or in a story without line breaks earlier."""
    if len(line) <= _APPEAL_LINE:
        return len(line)
    last = max(
        (
            match.end()
            for pattern in _APPEAL_PHRASES
            for match in pattern.finditer(line, 0, _APPEAL_LINE)
        ),
        default=0,
    )
    if _READ_MORE_END.search(line[:last][-60:]):
        return last
    sentence = _SENTENCE_END.search(line, last)
    return min(sentence.start() if sentence else len(line), last + 200)


def _appeal_score(line: str) -> int:
    return sum(pattern.search(line) is not None for pattern in _APPEAL_PHRASES)


def _is_speech(line: str) -> bool:
    """Words in double marks with a reporting verb: somebody talks about donations."""
    return bool(
        re.search(r"[“\"][^“”\"]{12,}[”\"]", line)
        and re.search(r"\b(?:said|says|told|added|asked|wrote|tweeted)\b", line)
    )
