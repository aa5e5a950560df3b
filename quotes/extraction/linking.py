"""Tie corrections to the quotes they are about, and to earlier tellings of the same event."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace

from spacy.tokens import Doc

from quotes.extraction.assemble import People, spans_of
from quotes.extraction.components.speakers import Finding
from quotes.extraction.events import Event
from quotes.extraction.types import Attribution, Correction

_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    "that this with from have been were they their there about would could should which when "
    "what will says said told than then them also more some because into over only very".split()
)
_REACH = 1600
_EARLIER = 60
_ALIKE = 0.12


def corrections(
    doc: Doc, found: list[Attribution], findings: list[Finding], people: People, lowest: float
) -> list[Correction]:
    """Corrections in text order; those below ``lowest`` confidence are left out."""
    result: list[Correction] = []
    words: list[set[str]] = []
    text = doc._.marks.text
    for event in doc._.events:
        if event.confidence < lowest:
            continue
        start, end = _hull(doc, event)
        against, by = _quotes(doc, event, start, end, found, findings, text)
        topic = _words(text[start:end]).union(
            *(_words(_content(text, found[n])) for n in (*against, *by))
        )
        correction = Correction(
            start=start,
            end=end,
            cue=spans_of(doc, event.cue),
            kind=event.kind,
            explicitness=event.explicitness,
            corrector=people.number(event.corrector),
            corrected=people.number(event.corrected) if event.corrected is not None else None,
            corrected_quotes=tuple(against),
            correcting_quotes=tuple(by),
            retells=None,
            same_point_as=None,
            confidence=round(event.confidence, 4),
            rule=event.rule,
            reason=event.reason,
        )
        result.append(_related(correction, event, topic, result, words))
        words.append(topic)
    return result


def _related(
    correction: Correction,
    event: Event,
    topic: set[str],
    earlier: list[Correction],
    words: list[set[str]],
) -> Correction:
    """An earlier telling of the same event, or an earlier event about the same point."""
    for number in range(max(0, len(earlier) - _EARLIER), len(earlier)):
        other = earlier[number]
        same_people = (other.corrector, other.corrected) == (
            correction.corrector,
            correction.corrected,
        )
        if (
            same_people
            and other.retells is None
            and (len(topic & words[number]) >= 2 or correction.start - other.end < _REACH // 2)
        ):
            return replace(
                correction,
                retells=number,
                reason=f"{correction.reason}; told before in this article",
            )
    if event.same_point and earlier:
        point = next(
            (
                n
                for n in reversed(range(max(0, len(earlier) - _EARLIER), len(earlier)))
                if earlier[n].corrected == correction.corrected and earlier[n].retells is None
            ),
            None,
        )
        return replace(correction, same_point_as=point)
    return correction


def _hull(doc: Doc, event: Event) -> tuple[int, int]:
    tokens = [i for i in range(event.start, event.end) if not doc[i].is_space]
    first, last = doc[tokens[0]], doc[tokens[-1]]
    return first.idx, last.idx + len(last)


def _quotes(
    doc: Doc,
    event: Event,
    start: int,
    end: int,
    found: list[Attribution],
    findings: list[Finding],
    text: str,
) -> tuple[list[int], list[int]]:
    """Numbers of the claim's quotes and of the retort's, each by likeness and nearness."""
    against: list[int] = []
    by: list[int] = []
    claim = _words(" ".join(doc[i].text for i in event.claim)) or _words(text[start:end])
    low = bisect_left(found, start - _REACH, key=lambda item: item.content[-1].end)
    high = bisect_right(found, end + _REACH, key=lambda item: item.content[0].start)
    for number in range(low, high):
        attribution, finding = found[number], findings[number]
        first, last = attribution.content[0].start, attribution.content[-1].end
        if attribution.act == "attitude":
            continue
        inside = first < end and start < last
        alike = _likeness(claim, _words(_content(text, attribution)))
        if event.corrected is not None and finding.entity is event.corrected:
            adjacent = event.rule == "intervened" and 0 <= start - last < 200
            if inside or alike >= _ALIKE or adjacent:
                against.append(number)
        elif finding.entity is event.corrector and not event.same_point:
            follows = 0 <= first - end < _REACH // 2 and alike > 0
            if (inside and attribution.kind != "indirect") or follows or alike >= 2 * _ALIKE:
                by.append(number)
    return against[:4], by[:4]


def _likeness(left: set[str], right: set[str]) -> float:
    return len(left & right) / max(1, min(len(left), len(right)))


def _content(text: str, attribution: Attribution) -> str:
    return " ".join(text[span.start : span.end] for span in attribution.content)


def _words(text: str) -> set[str]:
    return {word[:6].lower() for word in _WORD.findall(text)} - {w[:6] for w in _COMMON}
