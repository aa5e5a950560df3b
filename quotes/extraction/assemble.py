"""From proposals in tokens to the result in characters, with every promise kept."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import replace

from spacy.tokens import Doc

from quotes.extraction import calibration, lexicon
from quotes.extraction.cast import Entity
from quotes.extraction.components.speakers import Finding
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.marks import Stretch
from quotes.extraction.text import Ranges, has_words, trim, verbatim_spans
from quotes.extraction.types import (
    Act,
    Alias,
    Attribution,
    Candidate,
    Kind,
    Span,
    Speaker,
)


class People:
    """Numbers the entities that the result refers to, in order of first use."""

    def __init__(self) -> None:
        self._number: dict[int, int] = {}
        self._entities: list[Entity] = []

    def number(self, entity: Entity) -> int:
        if id(entity) not in self._number:
            self._number[id(entity)] = len(self._entities)
            self._entities.append(entity)
        return self._number[id(entity)]

    def speakers(self) -> tuple[Speaker, ...]:
        return tuple(
            Speaker(
                entity.name,
                entity.kind,
                tuple(
                    Alias(text, kind)
                    for text, kind in sorted(entity.aliases.items())
                    if text != entity.name
                ),
            )
            for entity in self._entities
        )


def attributions(
    doc: Doc, findings: list[Finding], people: People, skipped: Ranges
) -> tuple[list[Attribution], list[Finding]]:
    """Attributions in text order whose top-level hulls are disjoint, with their findings.

    A quote in a quote follows the one that it stands in.
    """
    built: list[tuple[Attribution, Finding]] = []
    nested: list[tuple[Attribution, Finding]] = []
    for finding in findings:
        attribution = _attribution(doc, finding, people, skipped)
        if attribution is not None:
            (built if finding.frame.parent is None else nested).append((attribution, finding))
    config = doc._.config
    kept = [
        (attribution, finding)
        for attribution, finding in _without_overlaps(built)
        if attribution.confidence >= config.min_confidence
        and (config.attitudes or attribution.act != "attitude")
    ]
    return _with_nested(kept, nested, config.min_confidence)


def _with_nested(
    kept: list[tuple[Attribution, Finding]],
    nested: list[tuple[Attribution, Finding]],
    min_confidence: float,
) -> tuple[list[Attribution], list[Finding]]:
    inside: dict[int, list[tuple[Attribution, Finding]]] = defaultdict(list)
    for attribution, finding in nested:
        if attribution.confidence >= min_confidence:
            inside[id(finding.frame.parent)].append((attribution, finding))
    found: list[Attribution] = []
    findings: list[Finding] = []
    for attribution, finding in kept:
        number = len(found)
        found.append(attribution)
        findings.append(finding)
        for child, its_finding in inside[id(finding.frame)]:
            if _holds(attribution, child):
                found.append(replace(child, parent=number))
                findings.append(its_finding)
    return found, findings


def _holds(outer: Attribution, inner: Attribution) -> bool:
    first, last = inner.content[0].start, inner.content[-1].end
    hull = outer.content[0].start <= first and last <= outer.content[-1].end
    return hull and inner.content != outer.content


def _without_overlaps(
    built: list[tuple[Attribution, Finding]],
) -> list[tuple[Attribution, Finding]]:
    order = sorted(
        range(len(built)),
        key=lambda n: (-built[n][1].frame.score, built[n][0].content[0].start, n),
    )
    starts: list[int] = []
    chosen: list[tuple[int, int, int]] = []
    for number in order:
        content = built[number][0].content
        start, end = content[0].start, content[-1].end
        place = bisect_left(starts, start)
        before = chosen[place - 1] if place else None
        after = chosen[place] if place < len(chosen) else None
        if (before and before[1] > start) or (after and after[0] < end):
            continue
        starts.insert(place, start)
        chosen.insert(place, (start, end, number))
    return [built[number] for _, _, number in chosen]


def _attribution(doc: Doc, finding: Finding, people: People, skipped: Ranges) -> Attribution | None:
    frame = finding.frame
    marks: Quoted = doc._.marks
    content = _content_spans(doc, frame.content, marks)
    cue, source = spans_of(doc, frame.cue), spans_of(doc, frame.source)
    if not content or _touches(skipped, (*content, *cue, *source)):
        return None
    text = marks.text
    # Of all stretches, not of those that have tokens of their own: a token may hold two marks.
    verbatim = verbatim_spans(text, content)
    kind = _kind(doc, frame.content, content, verbatim, text)
    others = [candidate for candidate in finding.candidates if math.isfinite(candidate[1])]
    sure = [probability for _, probability, _ in others]
    plain = not doc._.config.calibrated
    if finding.entity is not None and not plain:
        sure = calibration.candidates(sure)
    candidates = tuple(
        Candidate(people.number(entity), round(probability, 4), reason)
        for (entity, _, reason), probability in zip(others, sure, strict=True)
    )
    speaker = people.number(finding.entity) if finding.entity is not None else None
    return Attribution(
        content=content,
        cue=cue,
        source=source,
        kind=kind,
        act=_act(doc, frame, kind),
        speaker=speaker,
        candidates=candidates,
        addressee=people.number(finding.addressee) if finding.addressee is not None else None,
        cue_lemma=frame.lemma,
        confidence=round(frame.score if plain else calibration.confidence(frame.score), 4),
        rule=frame.construction,
        reason=finding.reason,
    )


def spans_of(doc: Doc, tokens: list[int]) -> tuple[Span, ...]:
    """Stretches of text that the tokens cover; white space between tokens does not part them."""
    text = doc._.marks.text
    found: list[Span] = []
    for i in tokens:
        token = doc[i]
        if token.is_space:
            continue
        start, end = token.idx, token.idx + len(token)
        joined = found and not text[found[-1].end : start].strip()
        if joined and "\n" not in text[found[-1].end : start]:
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
    return tuple(found)


def _content_spans(doc: Doc, tokens: list[int], marks: Quoted) -> tuple[Span, ...]:
    """Parts in text order: whole stretches with their marks, stray punctuation left out."""
    text = marks.text
    parts = []
    for part in spans_of(doc, sorted(set(tokens))):
        if not has_words(text[part.start : part.end]):
            continue
        parts.append(_with_marks(text, part, marks))
    merged: list[Span] = []
    for part in parts:
        if merged and part.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(part.end, merged[-1].end))
        else:
            merged.append(part)
    return tuple(merged)


def _with_marks(text: str, part: Span, marks: Quoted) -> Span:
    """Take in the mark that closes a stretch, and one that a token split left outside."""
    start, end = part.start, part.end
    for stretch in _near_stretches(marks.stretches, (part,)):
        if stretch.start < start < stretch.end and not has_words(text[stretch.start : start]):
            start = stretch.start
        if stretch.start < end < stretch.end and not has_words(text[end : stretch.end]):
            end = stretch.end
    return trim(text, Span(start, end))


def _near_stretches(found: tuple[Stretch, ...], content: tuple[Span, ...]) -> list[Stretch]:
    low = bisect_left(found, content[0].start, key=lambda stretch: stretch.end)
    high = bisect_right(found, content[-1].end, key=lambda stretch: stretch.start)
    return list(found[low:high])


def _touches(skipped: Ranges, spans: tuple[Span, ...]) -> bool:
    return any(skipped.touch(span.start, span.end) for span in spans)


def _kind(
    doc: Doc, tokens: list[int], content: tuple[Span, ...], verbatim: list[Span], text: str
) -> Kind:
    if not verbatim:
        return "indirect"
    said = sum(_letters(text, span) for span in verbatim)
    if said < sum(_letters(text, span) for span in content):
        return "mixed"
    first = text[verbatim[0].start]
    if len(content) == 1 and first.islower() and not _is_clause(doc, tokens):
        return "mixed"
    return "direct"


def _letters(text: str, span: Span) -> int:
    return sum(character.isalnum() for character in text[span.start : span.end])


def _is_clause(doc: Doc, tokens: list[int]) -> bool:
    """Words that could stand alone: a verb with its subject."""
    inside = set(tokens)
    return any(
        doc[i].dep_ in ("nsubj", "nsubjpass", "expl")
        and doc[i].head.i in inside
        and doc[i].head.pos_ in ("VERB", "AUX")
        and all(doc[k].lower_ not in ("that", "if") for k in range(max(0, tokens[0]), i))
        for i in tokens
    )


_DIRECT = frozenset(
    ("colon", "before", "after", "carried", "bare", "dialogue", "signed", "headline", "according")
)


def _act(doc: Doc, frame: Frame, kind: Kind) -> Act:
    """Words in marks were said; of other cues the verb or a noun beside it decides."""
    family = frame.construction.partition(":")[0]
    if frame.lemma in lexicon.QUESTIONS and family in (
        "clause",
        "colon",
        "before",
        "after",
        "inserted",
        "tagged",
    ):
        return "question"
    if frame.construction in _DIRECT or kind == "direct" or frame.lemma in lexicon.STATEMENTS:
        return "statement"
    cue = [doc[i] for i in frame.cue]
    if any(token.lower_ in lexicon.SAID_BY for token in cue) or any(
        token.pos_ == "NOUN" and token.lemma_.lower() in lexicon.STATEMENTS for token in cue
    ):
        return "statement"
    return "attitude"
