"""Stretches that no cue governs: parts of the quote before them, or the same speaker's next."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from quotes.extraction import lexicon, selection
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.syntax import is_negated, noun_phrase, subject, verb_group

NAME = "carried_quotes"
_FEWEST_WORDS = 5
_FEWEST_WITHOUT_PARSE = 4
_REACH = 3
_LONGEST_GROUP = 1500
_LONGEST_TAIL = 40


@Language.component(NAME, requires=["doc._.marks", "doc._.frames"], assigns=["doc._.frames"])
def carried_quotes(doc: Doc) -> Doc:
    """Join a bare stretch to its quote ("“A,” she said. “B.”") or carry the speaker over."""
    frames: list[Frame] = doc._.frames
    marks: Quoted = doc._.marks
    owner: list[Frame | None] = [None] * len(doc)
    for frame in frames:
        for i in frame.content:
            owner[i] = frame
    hull: list[Frame | None] = [None] * len(doc)
    for frame in frames:
        for i in range(frame.start, frame.end):
            hull[i] = frame
    last: Frame | None = None
    position = 0
    ordered = sorted(frames, key=lambda frame: frame.start)
    added: list[Frame] = []
    for number, (first, end) in enumerate(marks.bounds):
        while position < len(ordered) and ordered[position].start <= first:
            if not _unsaid(doc, marks, ordered[position]):
                last = _later(last, ordered[position])
            position += 1
        words = [i for i in range(first, end) if doc[i].is_alpha]
        if len(words) < 2 or sum(owner[i] is not None for i in words) * 2 > len(words):
            continue
        free = [i for i in range(first, end) if not doc[i].is_space]
        if any(hull[i] is not None for i in free):
            continue
        taken = _later_owner(marks, number, owner, hull) or _take(
            doc, marks, number, last, len(words)
        )
        if taken is None:
            continue
        if taken.start > first:
            taken.content[:0] = [i for i in range(first, taken.start) if not doc[i].is_space]
        elif taken is not last:
            added.append(taken)
            last = taken
        for i in range(taken.start, taken.end):
            hull[i] = taken
        for i in free:
            owner[i] = taken
    doc._.frames = sorted([*frames, *added], key=lambda frame: frame.start)
    return doc


def _unsaid(doc: Doc, marks: Quoted, frame: Frame) -> bool:
    """ "“A,” Wren said. He did not say when. “B.”": Wren's quote goes on."""
    quoted = any(marks.of[i] >= 0 for i in frame.content)
    return bool(frame.cue) and not quoted and is_negated(doc[frame.head])


def _later(left: Frame | None, right: Frame) -> Frame:
    return right if left is None or right.start >= left.start else left


def _take(doc: Doc, marks: Quoted, number: int, last: Frame | None, words: int) -> Frame | None:
    first, end = marks.bounds[number]
    tokens = selection.trimmed_keeping_marks(doc, set(range(first, end)), marks)
    tokens = [i for i in tokens if not doc[i].is_space]
    alone = _is_alone(doc, marks, first, end)
    if last is not None and (marks.stretches[number].continues or alone):
        gap = marks.paragraph[first] - marks.paragraph[last.end - 1]
        blank = _only_gaps(doc, marks, last, first)
        if marks.stretches[number].continues and marks.of[last.end - 1] == number - 1:
            last.content.extend(tokens)
            return last
        quoted = any(marks.of[i] >= 0 for i in last.content)
        if blank and quoted and (gap == 0 or gap == 1 and _goes_on(doc, marks, last, first)):
            last.content.extend(tokens)
            return last
    cue = _colon_before(doc, marks, first)
    if cue is not None:
        return cue_frame(doc, cue, tokens)
    if not doc.has_annotation("DEP"):
        long_enough = words >= _FEWEST_WITHOUT_PARSE
        return Frame("bare", "", first, [], [], tokens, score=0.3) if long_enough else None
    if not alone or words < _FEWEST_WORDS:
        return None
    here = marks.paragraph[first]
    if last is None or here - marks.paragraph[last.end - 1] > 2 * _REACH:
        return Frame("bare", "", first, [], [], tokens, score=0.3)
    return Frame(
        "carried",
        last.lemma,
        last.head,
        [],
        last.source if here == marks.paragraph[last.end - 1] else [],
        tokens,
        score=0.5 * max(last.score, 0.6),
        anchor=last.anchor,
        carried=True,
    )


def _later_owner(
    marks: Quoted, number: int, owner: list[Frame | None], hull: list[Frame | None]
) -> Frame | None:
    """A quote whose cue comes with its last paragraph: the frame that has a later part of it."""
    first = marks.bounds[number][0]
    for member in range(number + 1, marks.group(number)[-1] + 1):
        found = owner[marks.bounds[member][0]]
        if found is not None:
            between = range(first, found.start)
            free = len(between) <= _LONGEST_GROUP and all(hull[i] is None for i in between)
            return found if free and found.start == marks.bounds[member][0] else None
    return None


def _goes_on(doc: Doc, marks: Quoted, last: Frame, first: int) -> bool:
    """The paragraph before ends with the quote or its cue: a quote alone in the next goes on."""
    quoted = next((i for i in reversed(last.content) if marks.of[i] >= 0), None)
    if quoted is None or marks.paragraph[first] - marks.paragraph[quoted] != 1:
        return False
    edge = max(last.end - 1, last.cue[-1] if last.cue else 0, last.source[-1] if last.source else 0)
    between = range(min(edge, first - 1) + 1, first)
    return len(between) <= _LONGEST_TAIL and not any(
        marks.outer[i] != marks.outer[edge] and doc[i].is_alpha for i in between
    )


def _is_alone(doc: Doc, marks: Quoted, first: int, end: int) -> bool:
    """The sentence holds nothing but stretches."""
    outer = marks.outer[first]
    index = first - 1
    while index >= 0 and marks.outer[index] == outer:
        if marks.of[index] < 0 and doc[index].is_alpha:
            return False
        index -= 1
        if first - index > 400:
            return False
    index = end
    while index < len(doc) and marks.outer[index] == outer:
        if marks.of[index] < 0 and doc[index].is_alpha:
            return False
        index += 1
        if index - end > 400:
            return False
    return True


def _only_gaps(doc: Doc, marks: Quoted, last: Frame, first: int) -> bool:
    """Between the quote and the stretch stands at most the rest of the cue's own sentence."""
    edge = max(last.end - 1, last.cue[-1] if last.cue and last.cue[-1] < first else 0)
    return marks.outer[first] - marks.outer[edge] <= 1


def _colon_before(doc: Doc, marks: Quoted, first: int) -> int | None:
    """The reporting verb of a line that ends in a colon and stands right before the stretch."""
    index = first - 1
    while index >= 0 and doc[index].is_space:
        index -= 1
    if index < 1 or doc[index].text != ":":
        return None
    for back in range(index - 1, max(-1, index - 25), -1):
        if marks.paragraph[back] != marks.paragraph[index]:
            return None
        if doc[back].lemma_.lower() in lexicon.SPEECH and doc[back].pos_ == "VERB":
            return back
        noun = doc[back]
        if noun.dep_ == "dobj" and noun.lemma_.lower() in lexicon.CLAIM_NOUNS:
            return noun.head.i  # "Marsh made the following statement:"
    return None


def cue_frame(doc: Doc, cue: int, tokens: list[int]) -> Frame:
    """A frame for a verb that stands in a line of its own before the quote."""
    found, how = subject(doc[cue])
    source = noun_phrase(found) if found is not None and how != "passive" else []
    return Frame(
        "colon",
        doc[cue].lemma_.lower(),
        cue,
        verb_group(doc[cue]),
        source,
        tokens,
        score=0.85,
        anchor=found.i if found is not None and source else None,
    )
