"""Choose among overlapping proposals, let marks repair contents, join what is one quote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spacy.tokens import Doc

from quotes.extraction import lexicon
from quotes.extraction.components.nested import speech_before_colon
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.syntax import trimmed

THRESHOLD = 0.4
LEAST_TAGGED = 0.3
"""Below it what the tagger found is left out: the best for F1, by cross-validation on dev."""
BESIDE_TAGGER = 0.7
_ALONE = frozenset(("tagged", "signed", "dialogue", "headline"))
_ORDER = {"signed": 0, "dialogue": 0, "headline": 0, "tagged": 1}
_MOSTLY = 0.5
_LONGEST_GROUP = 100
_FEWEST_BEFORE_COLON = 4
_BARE_CLAIM = 4


def snap_to_marks(doc: Doc, frames: Iterable[Frame]) -> None:
    """A content that takes most of a quoted stretch takes all of it, and what continues it."""
    marks: Quoted = doc._.marks
    frames = list(frames)
    named = _named_anew(doc, frames)
    for frame in frames:
        if not frame.content:
            continue
        content = set(frame.content)
        touched = {marks.of[i] for i in content if marks.of[i] >= 0}
        for number in sorted(touched):
            tokens = [i for i in marks.tokens(number) if not doc[i].is_space]
            inside = sum(i in content for i in tokens)
            first_word = next((i for i in tokens if doc[i].is_alpha), tokens[0])
            if any(i in frame.cue for i in tokens):
                continue
            if inside > _MOSTLY * len(tokens) or first_word in content:
                for member in _rest(marks.group(number), number):
                    if member > number and named.get(member, frozenset()) - _names(doc, frame):
                        break
                    content.update(i for i in marks.tokens(member) if not doc[i].is_space)
            elif inside <= 2:
                content.difference_update(tokens)
        content.difference_update(frame.cue, frame.source)
        frame.content = _without_addressee(
            doc, frame.cue, trimmed_keeping_marks(doc, content, marks), marks
        )


def _without_addressee(doc: Doc, cue: list[int], content: list[int], marks: Quoted) -> list[int]:
    """ "Marsh corrected Wren: “…”": whom it was said to is not what was said."""
    quoted = next((place for place, i in enumerate(content) if marks.of[i] >= 0), 0)
    lead = content[:quoted]
    if (
        0 < len(lead) <= _FEWEST_BEFORE_COLON
        and cue
        and lead[0] == cue[-1] + 1
        and doc[content[quoted] - 1].text == ":"
        and all(doc[i].pos_ in ("DET", "ADJ", "NOUN", "PROPN", "PRON", "PUNCT") for i in lead)
    ):
        return content[quoted:]
    return content


def _named_anew(doc: Doc, frames: Iterable[Frame]) -> dict[int, frozenset[str]]:
    """Whom the paragraph of a stretch names for it, where the stretch seems to go on with another.

    A mark that the paragraph before forgot to close makes no quote of two speakers.
    """
    marks: Quoted = doc._.marks
    found: dict[int, frozenset[str]] = {}
    for frame in frames:
        number = marks.of[frame.content[0]] if frame.content else -1
        if number < 0 or not marks.stretches[number].continues or not frame.cue:
            continue
        here = marks.paragraph[marks.bounds[number][0]]
        if marks.paragraph[frame.cue[0]] == here and frame.cue[0] >= marks.bounds[number][1]:
            found[number] = found.get(number, frozenset()) | _names(doc, frame)
    return found


def _names(doc: Doc, frame: Frame) -> frozenset[str]:
    """The source's head word, where it is a name."""
    anchor = doc[frame.anchor] if frame.anchor is not None else None
    return frozenset([anchor.lower_] if anchor is not None and anchor.pos_ == "PROPN" else ())


def is_thing(doc: Doc, frame: Frame) -> bool:
    """ "corrected him within the minute", "rejected an offer": an object that says nothing."""
    if not doc._.tagged and frame.construction != "tagged":
        # The rules' own proposals need no second look: their weights are learnt with the noun.
        return False
    marks: Quoted = doc._.marks
    if any(marks.of[i] >= 0 for i in frame.content):
        return _is_place_name(doc, frame, marks)
    words = [doc[i] for i in frame.content if not doc[i].is_space]
    if len(words) == 1 and words[0].lower_ in lexicon.HE | lexicon.SHE | {"which", "who"}:
        return True
    if frame.lemma not in lexicon.NEEDS_CLAIM or not frame.cue:
        return False
    inside = set(frame.content)
    root = next((token for token in words if token.head.i not in inside), None)
    if root is None or root.pos_ not in ("NOUN", "PROPN", "PRON") or root.dep_ == "nsubj":
        return False
    if any(token.dep_ in ("nsubj", "nsubjpass") for token in words):
        return False
    return root.lemma_.lower() not in lexicon.CLAIM_NOUNS or len(words) <= _BARE_CLAIM


def _is_place_name(doc: Doc, frame: Frame, marks: Quoted) -> bool:
    """ "what the town calls the “Iron Mile”": a name that everybody uses."""
    if frame.lemma not in lexicon.NAMING or frame.anchor is None:
        return False
    namer = doc[frame.anchor]
    words = [doc[i] for i in frame.content if doc[i].is_alpha and doc[i].pos_ != "DET"]
    return (
        namer.pos_ == "NOUN"
        and namer.lemma_.lower() in lexicon.PLACE_NOUNS | lexicon.LOCALS
        and all(word.is_title and marks.of[word.i] >= 0 for word in words)
    )


def _rest(group: tuple[int, ...], number: int) -> tuple[int, ...]:
    """The stretch and those that continue it."""
    place = number - group[0]
    return group[place : place + _LONGEST_GROUP]


def split_at_colon(doc: Doc, frames: list[Frame]) -> list[Frame]:
    """ "She said the plan would hold: “It will.”" are two quotes of one cue."""
    marks: Quoted = doc._.marks
    result = []
    for frame in frames:
        cut = _colon_inside(doc, frame, marks)
        if cut is None:
            result.append(frame)
            continue
        before = trimmed_keeping_marks(doc, set(frame.content[:cut]), marks)
        after = frame.content[cut:]
        result.append(replace(frame, content=before))
        result.append(replace(frame, content=after, construction="colon"))
    return result


def _colon_inside(doc: Doc, frame: Frame, marks: Quoted) -> int | None:
    """Where in the content a stretch begins that a colon introduces."""
    for place, i in enumerate(frame.content):
        if place < _FEWEST_BEFORE_COLON or marks.of[i] < 0 or marks.bounds[marks.of[i]][0] != i:
            continue
        if doc[i - 1].text == ":" and all(i < cue or cue < frame.start for cue in frame.cue):
            nested = speech_before_colon(doc, frame.content[0], i - 1)
            return place if nested is None else None
    return None


def trimmed_keeping_marks(doc: Doc, content: set[int], marks: Quoted) -> list[int]:
    """Trim commas and dashes at the ends, but never inside a quoted stretch."""
    order = sorted(content)
    while order and marks.of[order[0]] < 0 and trimmed(doc, order[:1]) == []:
        order.pop(0)
    while order and marks.of[order[-1]] < 0 and trimmed(doc, order[-1:]) == []:
        order.pop()
    return order


def select(
    doc: Doc,
    frames: Iterable[Frame],
    threshold: float = THRESHOLD,
    beside_tagger: float = BESIDE_TAGGER,
) -> list[Frame]:
    """The best set of proposals whose hulls do not overlap, best first come first served.

    Where the tagger was asked its proposals come first, and the rules add what they are sure of.
    """
    with_tagger = bool(doc._.tagged)
    taken = [False] * len(doc)
    chosen: list[Frame] = []
    ranked = sorted(
        (
            frame
            for frame in frames
            if frame.content and frame.score >= (LEAST_TAGGED if frame.evidence else threshold)
        ),
        key=lambda frame: (-frame.score, frame.start, frame.end, frame.construction),
    )
    ranked.sort(key=lambda frame: _ORDER.get(frame.construction, len(_ORDER)))
    for frame in ranked:
        if with_tagger and frame.construction not in _ALONE and frame.score < beside_tagger:
            continue
        if any(taken[i] for i in frame.content) or any(
            taken[i] for i in range(frame.start, frame.end)
        ):
            continue
        for i in range(frame.start, frame.end):
            taken[i] = True
        chosen.append(frame)
    return sorted(chosen, key=lambda frame: frame.start)
