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
_ALIKE = 0.2
_CLAIM_REACH = 900
_NEXT = 120
_MOST_RETORTS = 3


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
    claim = _words(" ".join(doc[i].text for i in event.claim)) or _words(text[start:end])
    low = bisect_left(found, start - _REACH, key=lambda item: item.content[-1].end)
    high = bisect_right(found, end + _REACH, key=lambda item: item.content[0].start)
    near = [n for n in range(low, high) if found[n].act != "attitude"]
    taken = range(*_span(doc, event.claim)) if event.claim else range(0)
    by = [] if event.same_point else _retort(near, event, start, end, taken, found, findings)
    if event.corrected is None:
        return [], by
    likeness = {}
    for number in near:
        first = found[number].content[0].start
        if findings[number].entity is event.corrected and first < end and number not in by:
            likeness[number] = _likeness(claim, _words(_content(text, found[number])))
    alike = sorted((n for n in likeness if likeness[n] >= _ALIKE), key=lambda n: -likeness[n])[:2]
    before = [n for n in likeness if found[n].content[0].start < start]
    if not alike and before and not event.same_point:
        last = max(before)
        if start - found[last].content[-1].end < _CLAIM_REACH:
            return [last], by
    return sorted(alike), by


def _retort(
    near: list[int],
    event: Event,
    start: int,
    end: int,
    claim: range,
    found: list[Attribution],
    findings: list[Finding],
) -> list[int]:
    """What the corrector says in the sentence, or right after it before anybody else speaks."""
    result: list[int] = []
    last = end
    for number in near:
        first = found[number].content[0].start
        own = findings[number].entity is event.corrector
        if first < start:
            if own and found[number].content[-1].end > start and first not in claim:
                result.append(number)
            continue
        if first < end:
            if own and first not in claim:
                result.append(number)
                last = max(last, found[number].content[-1].end)
            continue
        if not own or first - last > _NEXT:
            break
        result.append(number)
        last = found[number].content[-1].end
    return result[:_MOST_RETORTS]


def _span(doc: Doc, tokens: list[int]) -> tuple[int, int]:
    last = doc[tokens[-1]]
    return doc[tokens[0]].idx, last.idx + len(last)


def _likeness(left: set[str], right: set[str]) -> float:
    return len(left & right) / max(1, min(len(left), len(right)))


def _content(text: str, attribution: Attribution) -> str:
    return " ".join(text[span.start : span.end] for span in attribution.content)


def _words(text: str) -> set[str]:
    return {word[:6].lower() for word in _WORD.findall(text)} - {w[:6] for w in _COMMON}
