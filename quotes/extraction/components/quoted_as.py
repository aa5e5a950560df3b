""" "Marsh was quoted as saying …": whoever is quoted says it, not who quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.frames import Frame
from quotes.extraction.syntax import noun_phrase, trimmed, verb_group

_QUOTING = frozenset(("quote", "cite", "report", "record", "hear"))


def reread_quoted_as(doc: Doc, frames: Sequence[Frame]) -> None:
    """Give each frame on such a phrase its source, the whole phrase as cue, and what is left."""
    of = doc._.marks.of
    on: dict[int, dict[int, Frame]] = defaultdict(dict)
    for number, frame in enumerate(frames):
        for i in (frame.head, *frame.cue):
            on[i][number] = frame
    for phrase in phrases(doc):
        source, cue = phrase.source, phrase.cue
        for frame in (on[phrase.quoting.i] | on[phrase.saying.i]).values():
            said = [i for i in frame.content if i not in cue and i not in source]
            if said and said[0] < cue[0]:  # "“…,” she was quoted as saying on Monday"
                said = [i for i in said if i < cue[0] or of[i] >= 0]
            frame.cue, frame.source, frame.anchor = cue, source, phrase.who.i
            frame.content = trimmed(doc, said)


@dataclass(frozen=True, slots=True)
class QuotedAs:
    """The verb of quoting, the verb of saying, and the one who is quoted."""

    quoting: Token
    saying: Token
    who: Token

    @property
    def source(self) -> list[int]:
        return noun_phrase(self.who)

    @property
    def cue(self) -> list[int]:
        """All from the first auxiliary to the verb of saying."""
        phrase = {*verb_group(self.quoting), *range(self.quoting.i, self.saying.i + 1)}
        return sorted(phrase.difference(self.source))

    @property
    def clauses(self) -> list[Token]:
        """What is said, as clauses of either verb."""
        return [
            child
            for verb in (self.quoting, self.saying)
            for child in verb.children
            if child.dep_ == "ccomp"
        ]


def phrases(doc: Doc) -> Iterator[QuotedAs]:
    """Each "quoted … as saying" of a text."""
    for saying in doc:
        link, quoting = saying.head, saying.head.head
        if (
            saying.tag_ == "VBG"
            and saying.lemma_.lower() in lexicon.SPEECH
            and link.lower_ == "as"
            and quoting.lemma_.lower() in _QUOTING
            and quoting.i < link.i < saying.i
        ):
            for child in quoting.children:
                if child.dep_ == "nsubjpass" or child.dep_ == "dobj" and child.i < link.i:
                    yield QuotedAs(quoting, saying, child)
                    break
