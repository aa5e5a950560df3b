"""Spans of the tagger's in tokens, and how far they stand apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon

_DASHES = frozenset(("–", "—", "―", "--"))


class Part:
    """A tagged source, cue or content in tokens."""

    __slots__ = ("first", "last", "probability", "root", "tokens")

    def __init__(self, doc: Doc, first: int, last: int, probability: float) -> None:
        self.first, self.last, self.probability = first, last, probability
        self.tokens = [i for i in range(first, last + 1) if not doc[i].is_space]
        self.root: Token = doc[first : last + 1].root

    @property
    def head(self) -> Token:
        """The verb of a cue, else its root."""
        if self.root.pos_ == "VERB":
            return self.root
        verbs = [self.root.doc[i] for i in self.tokens if self.root.doc[i].pos_ == "VERB"]
        return verbs[-1] if verbs else self.root

    @property
    def speaks(self) -> bool:
        """A cue that tells of something said."""
        return self.head.lemma_.lower() in lexicon.STATEMENTS


@dataclass(slots=True)
class Link:
    """A cue with the source and the contents that go with it."""

    cue: Part
    source: Part | None
    contents: list[Part] = field(default_factory=list)


def distance(left: Part, right: Part) -> int:
    """Tokens from one to the other; 0 where they touch or overlap."""
    return max(left.first - right.last, right.first - left.last, 0)


def is_dash(doc: Doc, i: int) -> bool:
    """A dash between words; a hyphen in a word is none."""
    if doc[i].text == "-":
        return bool(i and doc[i - 1].whitespace_ and doc[i].whitespace_)
    return doc[i].text in _DASHES
