"""Names in headlines, where every word is capitalised and the recogniser takes too many."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc, Span

from quotes.extraction.frames import Quoted
from quotes.extraction.given_names import gender_of

_FEWEST, _LONGEST = 4, 30
_SHARE = 0.85
_SHORT = 3


def without_headline_words(doc: Doc, persons: Iterable[Span]) -> list[Span]:
    """Persons, those of headlines cut to a name that the story itself uses.

    "Marsh Says" is Marsh, where the story names her; a name that only a headline has is kept
    where it is one word long.
    """
    titled = _headline_tokens(doc)
    known: set[str] = set()
    body: list[Span] = []
    head: list[Span] = []
    for span in persons:
        (head if titled[span.start] else body).append(span)
    for span in body:
        known.add(span.text)
        known.update(token.text for token in span)
    return [*body, *(cut for span in head if (cut := _cut(span, known)) is not None)]


def _cut(span: Span, known: set[str]) -> Span | None:
    for size in range(len(span), 0, -1):
        for start in range(span.start, span.end - size + 1):
            piece = span.doc[start : start + size]
            full = size > 1 and gender_of(piece[0].text) != "" and piece[-1].text in known
            if (full or piece.text in known) and piece.text[0].isupper():
                return Span(span.doc, piece.start, piece.end, label="PERSON")
    return span if len(span) == 1 else None


def _headline_tokens(doc: Doc) -> list[bool]:
    marks: Quoted = doc._.marks
    flags = [False] * len(doc)
    start = 0
    for index in range(1, len(doc) + 1):
        if index < len(doc) and marks.paragraph[index] == marks.paragraph[start]:
            continue
        if _is_headline(doc, start, index):
            flags[start:index] = [True] * (index - start)
        start = index
    return flags


def _is_headline(doc: Doc, start: int, end: int) -> bool:
    if end - start > _LONGEST + 2:
        return False
    words = [token for token in doc[start:end] if token.is_alpha]
    long = [token for token in words if len(token) > _SHORT]
    if not _FEWEST <= len(words) <= _LONGEST or not long:
        return False
    return len(long) >= _FEWEST and sum(token.text[0].isupper() for token in long) >= _SHARE * len(
        long
    )
