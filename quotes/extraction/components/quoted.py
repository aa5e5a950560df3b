"""Quoted stretches laid over the tokens, sentences as a reader sees them, paragraphs."""

from __future__ import annotations

from bisect import bisect_left

from spacy.language import Language
from spacy.tokens import Doc

from quotes.extraction.frames import Quoted
from quotes.extraction.marks import Stretch, stretches
from quotes.extraction.text import Ranges

NAME = "quoted_stretches"


@Language.component(NAME, assigns=["doc._.marks"])
def quoted_stretches(doc: Doc) -> Doc:
    """Find the stretches between marks and join those that run over several paragraphs."""
    text = doc.text
    skipped = Ranges(doc._.skipped or ())
    found = [s for s in stretches(text) if not skipped.touch(s.start, s.end)]
    doc._.marks = lay_over(doc, text, found)
    return doc


def lay_over(doc: Doc, text: str, found: list[Stretch]) -> Quoted:
    """Token ranges of the stretches; one whose tokens another stretch holds is left out."""
    starts = [token.idx for token in doc]
    of = [-1] * len(doc)
    kept: list[Stretch] = []
    bounds: list[tuple[int, int]] = []
    for stretch in found:
        first = bisect_left(starts, stretch.start)
        if first and starts[first - 1] + len(doc[first - 1]) > stretch.start:
            first -= 1
        last = bisect_left(starts, stretch.end)
        if last <= first or of[first] >= 0:
            continue
        for index in range(first, last):
            of[index] = len(kept)
        kept.append(stretch)
        bounds.append((first, last))
    paragraph = _paragraphs(doc)
    outer = _outer(doc, text, of, bounds, kept)
    return Quoted(text, tuple(kept), of, bounds, outer, paragraph, _groups(kept))


def _paragraphs(doc: Doc) -> list[int]:
    numbers, number = [], 0
    for token in doc:
        numbers.append(number)
        if token.is_space and "\n" in token.text:
            number += 1
    return numbers


def _groups(kept: list[Stretch]) -> list[tuple[int, ...]]:
    runs: list[list[int]] = []
    for number, stretch in enumerate(kept):
        if stretch.continues and runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [tuple(run) for run in runs for _ in run]


def _outer(
    doc: Doc, text: str, of: list[int], bounds: list[tuple[int, int]], kept: list[Stretch]
) -> list[int]:
    numbers, number = [], 0
    for token in doc:
        if token.i and _begins(doc, text, token.i, of, bounds, kept):
            number += 1
        numbers.append(number)
    return numbers


def _begins(
    doc: Doc,
    text: str,
    index: int,
    of: list[int],
    bounds: list[tuple[int, int]],
    kept: list[Stretch],
) -> bool:
    token, before = doc[index], doc[index - 1]
    if before.is_space and "\n" in before.text:
        return True
    here, there = of[index], of[index - 1]
    if here >= 0 and bounds[here][0] != index:
        return False
    if there >= 0 and here < 0:
        stretch = kept[there]
        inner = text[max(stretch.inner_start, stretch.inner_end - 4) : stretch.inner_end]
        last = inner.rstrip("’'”\" ")[-1:] if stretch.closed else "."
        return (
            last == "." and not _is_abbreviated(doc, bounds[there][1]) and token.text not in ",;)"
        )
    if here >= 0 and index >= 1:
        if before.text in (":", ",", "(", "—", "–", "-") or before.pos_ in ("VERB", "ADP", "DET"):
            return False
        if there >= 0:
            return True
        return before.text in (".", "!", "?", "…") or bool(token.is_sent_start)
    return bool(token.is_sent_start)


def _is_abbreviated(doc: Doc, end: int) -> bool:
    """A lower-case word after the mark: the sentence goes on ("… Corp.” said Mr X)."""
    return end < len(doc) and doc[end].text[:1].islower() and not doc[end].is_punct
