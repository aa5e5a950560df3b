"""Quotes in quotes: what somebody says that somebody else said, in marks of its own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.components.recorded import who_is_heard
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.marks import stretches
from quotes.extraction.syntax import noun_phrase, subject, verb_group

NAME = "nested_quotes"
_SURE = 0.8
_FEWEST_BEFORE_COLON = 3
_AFTER_VERB = 5
_WINDOW = 8
_FEWEST_WORDS = 2


@Language.component(NAME, requires=["doc._.marks", "doc._.frames"], assigns=["doc._.frames"])
def nested_quotes(doc: Doc) -> Doc:
    """Add the quotes that stand inside a chosen one; each knows its ``parent``."""
    frames: list[Frame] = doc._.frames
    if doc.has_annotation("DEP"):
        marks: Quoted = doc._.marks
        inner = _Inner(doc, marks)
        found = []
        for frame in frames:
            own = [
                *_shown_saying(doc, frame, marks),
                *_after_colon(doc, frame, marks),
                *inner.within(frame),
            ]
            found += [child for child in own if len(child.content) < len(frame.content)]
        doc._.frames = [*frames, *_apart(found)]
    return doc


def speech_before_colon(doc: Doc, first: int, colon: int) -> Token | None:
    """The verb of "Hale then told her:": a speaker of its own between ``first`` and the colon."""
    for index in range(colon - 1, max(first, colon - 1 - _AFTER_VERB) - 1, -1):
        verb = doc[index]
        if verb.pos_ != "VERB" or verb.lemma_.lower() not in lexicon.SPEECH:
            continue
        found = next((c for c in verb.children if c.dep_ == "nsubj" and first <= c.i < index), None)
        return verb if found is not None else None
    return None


def _shown_saying(doc: Doc, frame: Frame, marks: Quoted) -> Iterator[Frame]:
    """ "Marsh described Hale shouting “…”": the words in marks are Hale's, all of it is Marsh's."""
    for place, i in enumerate(frame.content):
        number = marks.of[i]
        if number < 0 or marks.bounds[number][0] != i or i < frame.start + 2:
            continue
        verb = doc[i - 2 if doc[i - 1].text in ",:" else i - 1]
        who = who_is_heard(verb)
        if who is not None and who.i >= frame.start:
            end = bisect_left(frame.content, marks.bounds[number][1])
            yield _child(frame, verb, frame.content[place:end], who)


def _after_colon(doc: Doc, frame: Frame, marks: Quoted) -> Iterator[Frame]:
    """ "Marsh said Hale told her: “…”": the words in marks are Hale's, all of it is Marsh's."""
    for place, i in enumerate(frame.content):
        number = marks.of[i]
        if place < _FEWEST_BEFORE_COLON or number < 0 or marks.bounds[number][0] != i:
            continue
        if doc[i - 1].text != ":":
            continue
        verb = speech_before_colon(doc, frame.content[0], i - 1)
        if verb is not None:
            inside = [k for k in frame.content if marks.of[k] == number]
            yield _child(frame, verb, inside)
        return


class _Inner:
    """Marks inside the stretches: found once for each stretch, in its own text."""

    def __init__(self, doc: Doc, marks: Quoted) -> None:
        self.doc, self.marks = doc, marks
        self.starts = [token.idx for token in doc]

    def within(self, frame: Frame) -> Iterator[Frame]:
        """Children of a frame: inner marks with a verb of speaking of their own beside them."""
        seen = -1
        for i in frame.content:
            number = self.marks.of[i]
            if number < 0 or number == seen:
                continue
            seen = number
            for tokens in self._inner(number):
                verb = self._verb(number, tokens)
                if verb is not None and tokens[0] >= frame.start and tokens[-1] < frame.end:
                    yield _child(frame, verb, tokens)

    def _inner(self, number: int) -> Iterator[list[int]]:
        stretch = self.marks.stretches[number]
        text = self.marks.text[stretch.inner_start : stretch.inner_end]
        if not any(mark in text for mark in "‘'“\""):
            return
        for found in stretches(text):
            if not found.closed or found.single == stretch.single:
                continue
            first = bisect_left(self.starts, stretch.inner_start + found.start)
            last = bisect_left(self.starts, stretch.inner_start + found.end)
            tokens = [i for i in range(first, last) if not self.doc[i].is_space]
            if sum(self.doc[i].is_alpha for i in tokens) >= _FEWEST_WORDS:
                yield tokens

    def _verb(self, number: int, tokens: list[int]) -> Token | None:
        """The verb that introduces the words or stands right behind them."""
        doc, marks = self.doc, self.marks
        first, end = marks.bounds[number]
        for index in range(tokens[0] - 1, max(first, tokens[0] - _WINDOW) - 1, -1):
            token = doc[index]
            if token.text in ".!?;" or token.is_space:
                break
            if _is_speech(token):
                return token
            if token.pos_ in ("VERB", "AUX") or token.text in "‘’'":
                break
        for token in doc[tokens[-1] + 1 : min(end, tokens[-1] + 4)]:
            if _is_speech(token):
                return token
            if token.pos_ not in ("PRON", "PROPN", "PUNCT"):
                break
        return None


def _is_speech(token: Token) -> bool:
    return token.pos_ == "VERB" and token.lemma_.lower() in lexicon.SPEAKING


def _child(frame: Frame, verb: Token, content: list[int], who: Token | None = None) -> Frame:
    found, how = (who, "shown") if who is not None else subject(verb)
    own = found is not None and how != "passive" and found.i not in content
    source = noun_phrase(found) if found is not None and own else []
    return Frame(
        "nested",
        verb.lemma_.lower(),
        verb.i,
        [i for i in verb_group(verb) if i not in content],
        [i for i in source if i not in content],
        content,
        score=_SURE * frame.score,
        anchor=found.i if found is not None and own else None,
        parent=frame,
    )


def _apart(found: list[Frame]) -> list[Frame]:
    """Children in text order that do not overlap."""
    kept: list[Frame] = []
    for child in sorted(found, key=lambda frame: (frame.start, frame.end)):
        if not kept or child.start >= kept[-1].end:
            kept.append(child)
    return kept
