"""Finding the words of an older text in a newer one: never in the wrong place.

Words are compared with typographic variants folded (marks, dashes, white space) and placed only
where they and up to 32 characters around them leave no doubt. Where they do, nothing is placed:
``find`` says why, and offers the likeliest place for a person to look at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from quotes.extraction.text import paragraphs
from quotes.extraction.types import Span

CONTEXT: Final = 32
LEAST_CONTEXT: Final = 10
"""Characters that must agree on at least one side of the words."""
MARGIN: Final = 16
"""How many more characters around the words must agree than at any other place."""
SHORT: Final = 12
LONG: Final = 40
MOST_HITS: Final = 200
OFFERED_LIKENESS: Final = 0.5

_VARIANTS: Final = str.maketrans(
    dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‘’‚‛′`´ʼ", "'") | dict.fromkeys("‐‑‒–—―−", "-")
)
_UNSEEN: Final = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_DOUBLE: Final = '“”„‟″«»"‘’'
_MARKS: Final = f"{_DOUBLE}'"
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")

Pieces = Mapping[str, Sequence[Span]]
"""Role → its stretches in order: content, source, cue of a quote; evidence of a correction."""


class Folded:
    """A text for comparison, with the way back to its code points."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for place, character in enumerate(text):
            if character in _UNSEEN:
                continue
            if character.isspace():
                if characters and characters[-1] == " ":
                    self.ends[-1] = place + 1
                    continue
                character = " "
            for one in "..." if character == "…" else character.translate(_VARIANTS):
                characters.append(one)
                self.starts.append(place)
                self.ends.append(place + 1)
        self.text = "".join(characters)
        self.original = text

    def at(self, place: int) -> int:
        """How many folded characters begin before a code point: the border of a span."""
        return bisect_left(self.starts, place)

    def back(self, start: int, end: int) -> Span:
        """The code points of a folded stretch that is not empty."""
        return Span(self.starts[start], self.ends[end - 1])

    def words(self, start: int, end: int) -> str:
        return self.text[start:end]


@dataclass(frozen=True, slots=True)
class Found:
    """Where the pieces stand in the newer text; or ``why`` not, with what may be ``offered``."""

    pieces: dict[str, list[Span]] = field(default_factory=dict)
    why: str = ""
    offered: dict[str, list[Span]] = field(default_factory=dict)
    are_gone: bool = False
    """The words stand nowhere, not even elsewhere."""

    @property
    def is_sure(self) -> bool:
        return not self.why


CHANGED: Final = "Its words were changed."
TWICE: Final = "Its words stand in several places."
ELSEWHERE: Final = "Its words stand elsewhere, in other company."
AROUND: Final = "Its words are there; who says them was changed."


class Reanchoring:
    """Places stretches of ``older`` in ``newer``; make one for each pair of texts."""

    def __init__(self, older: str, newer: str) -> None:
        self.older, self.newer = Folded(older), Folded(newer)
        self._paragraphs = [(span, self._tokens(newer, span)) for span in paragraphs(newer)]

    def find(self, pieces: Pieces) -> Found:
        """All of the pieces, each for sure, or a reason why not."""
        spans = [(role, span) for role, several in pieces.items() for span in several]
        if not spans:
            return Found(why=CHANGED, are_gone=True)
        blocks = [self._block(spans), *self._shortened(spans)]
        for block in blocks:
            place = self._sure_place(block)
            if place is not None:
                return Found(pieces=self._spread(block, place, pieces))
        apart = self._apart(pieces)
        if apart is not None:
            return Found(pieces=apart)
        return self._doubtful(pieces)

    # --- one stretch that holds all pieces ------------------------------------------------------

    def _block(self, spans: Sequence[tuple[str, Span]]) -> _Block:
        start = self.older.at(min(span.start for _, span in spans))
        end = self.older.at(max(span.end for _, span in spans))
        return _Block(start, end, self.older.words(start, end), has_frame=_framed(spans))

    def _shortened(self, spans: Sequence[tuple[str, Span]]) -> Iterator[_Block]:
        """The block with its source's first words dropped: “Mr Wrenfield” became “Wrenfield”.

        Never with others in their place: another honorific may be another person.
        """
        sources = [span for role, span in spans if role == "source"]
        if len(sources) != 1:
            return
        whole = self._block(spans)
        start, end = self.older.at(sources[0].start), self.older.at(sources[0].end)
        name = self.older.words(start, end)
        for match in re.finditer(r" (?=\w)", name):
            cut = match.end()
            words = whole.text[: start - whole.start] + whole.text[start - whole.start + cut :]
            yield _Block(
                whole.start,
                whole.end,
                words,
                has_frame=True,
                gap=(start, cut),
                name_last=end == whole.end,
            )

    def _sure_place(self, block: _Block) -> int | None:
        """Where the block begins in the newer text, if there is no doubt."""
        if not block.text.strip():
            return None
        hits = _occurrences(self.newer.text, block.text)
        if not hits or len(hits) > MOST_HITS:
            return None
        scored = sorted(
            (
                (*self._agreement(block.start, block.end, hit, hit + len(block.text)), hit)
                for hit in hits
            ),
            key=lambda one: (one[0] + one[1], -one[2]),
            reverse=True,
        )
        before, after, place = scored[0]
        score = before + after
        twins = [t for t in _occurrences(self.older.text, block.text) if t != block.start]
        if len(twins) > MOST_HITS:
            return None
        copied = len(hits) > len(twins) + 1
        for b, a, _ in scored[1:]:
            full = CONTEXT in (b, a) and (copied or not before == after == CONTEXT)
            if full or b + a > score - MARGIN:
                return None
        # The place must not belong to other old words that read the same.
        end = place + len(block.text)
        for twin in twins:
            if sum(self._agreement(twin, twin + len(block.text), place, end)) > score - MARGIN:
                return None
        if not self._enough(block, before, after, alone=len(hits) == 1 and not twins):
            return None
        return place

    @staticmethod
    def _enough(block: _Block, before: int, after: int, *, alone: bool) -> bool:
        # Where a shortened name stands at the edge, its other neighbour must agree.
        if block.gap is not None and block.gap[0] == block.start and before < LEAST_CONTEXT:
            return False
        if block.name_last and after < 3:
            return False
        if len(block.text) < SHORT:
            return before + after >= 2 * SHORT and max(before, after) >= LEAST_CONTEXT
        if max(before, after) >= LEAST_CONTEXT:
            return True
        return alone and block.has_frame and len(block.text) >= LONG

    def _agreement(self, start: int, end: int, new_start: int, new_end: int) -> tuple[int, int]:
        """How many characters agree before and after; the edge of both texts agrees in full."""
        older, newer = self.older.text, self.newer.text
        before = 0
        while before < CONTEXT and before < start and before < new_start:
            if older[start - before - 1] != newer[new_start - before - 1]:
                break
            before += 1
        if before == start == new_start:
            before = CONTEXT
        after = 0
        while after < CONTEXT and end + after < len(older) and new_end + after < len(newer):
            if older[end + after] != newer[new_end + after]:
                break
            after += 1
        if end + after == len(older) and new_end + after == len(newer):
            after = CONTEXT
        return before, after

    def _spread(self, block: _Block, place: int, pieces: Pieces) -> dict[str, list[Span]]:
        return {
            role: [self._moved(block, place, span) for span in several]
            for role, several in pieces.items()
        }

    def _moved(self, block: _Block, place: int, span: Span) -> Span:
        shift = place - block.start
        start, end = self.older.at(span.start) + shift, self.older.at(span.end) + shift
        if block.gap is not None:
            at, dropped = block.gap
            if start - shift > at:
                start -= dropped
            if end - shift > at:
                end -= dropped
        return self.newer.back(start, end)

    # --- piece by piece -------------------------------------------------------------------------

    def _apart(self, pieces: Pieces) -> dict[str, list[Span]] | None:
        """Each piece by itself, where all are sure, in their order, and near each other."""
        placed: list[tuple[Span, str, Span]] = []
        for role, several in pieces.items():
            for span in several:
                block = self._block([(role, span)])
                place = self._sure_place(block)
                if place is None:
                    return None
                placed.append((span, role, self._moved(block, place, span)))
        placed.sort(key=lambda one: (one[0].start, one[0].end))
        news = [new for _, _, new in placed]
        if any(left.start > right.start for left, right in pairwise(news)):
            return None
        old_length = max(old.end for old, _, _ in placed) - placed[0][0].start
        new_length = max(new.end for new in news) - news[0].start
        if abs(new_length - old_length) > 40 + old_length // 4:
            return None
        found: dict[str, list[Span]] = {role: [] for role in pieces}
        for _, role, new in placed:
            found[role].append(new)
        return found

    # --- what a person is asked ----------------------------------------------------------------

    def _doubtful(self, pieces: Pieces) -> Found:
        main = next(iter(pieces))
        offered: dict[str, list[Span]] = {}
        hits = 0
        is_sure = True
        for span in pieces[main]:
            block = self._block([(main, span)])
            place = self._sure_place(block)
            is_sure = is_sure and place is not None
            where = _occurrences(self.newer.text, block.text) if block.text.strip() else []
            hits = max(hits, len(where))
            if place is None and where:
                place = max(
                    where,
                    key=lambda hit: sum(
                        self._agreement(block.start, block.end, hit, hit + len(block.text))
                    ),
                )
            near = self._moved(block, place, span) if place is not None else self._likeliest(span)
            if near is not None:
                offered.setdefault(main, []).append(near)
        offered = self._in_order(offered, main, len(pieces[main]))
        if offered:
            offered |= self._company(pieces, main, offered[main])
        if is_sure:
            why = AROUND
        elif hits > 1:
            why = TWICE
        elif hits == 1:
            why = ELSEWHERE
        else:
            why = CHANGED
        return Found(why=why, offered=offered, are_gone=hits == 0)

    @staticmethod
    def _in_order(offered: dict[str, list[Span]], main: str, wanted: int) -> dict[str, list[Span]]:
        spans = offered.get(main, [])
        pairs = pairwise(spans)
        if len(spans) != wanted or any(left.end > right.start for left, right in pairs):
            return {main: spans[:1]} if spans else {}
        return offered

    def _company(self, pieces: Pieces, main: str, content: Sequence[Span]) -> dict[str, list[Span]]:
        """The source and the cue, as they stand word for word in the same paragraph."""
        around = next((p for p, _ in self._paragraphs if p.start <= content[0].start < p.end), None)
        if around is None:
            return {}
        low, high = self.newer.at(around.start), self.newer.at(around.end)
        found: dict[str, list[Span]] = {}
        for role, several in pieces.items():
            if role == main or len(several) != 1:
                continue
            words = self.older.words(self.older.at(several[0].start), self.older.at(several[0].end))
            hits = [
                hit
                for hit in _occurrences(self.newer.text[low:high], words)
                if not any(
                    self.newer.back(low + hit, low + hit + len(words)).start < span.end
                    and span.start < self.newer.back(low + hit, low + hit + len(words)).end
                    for span in content
                )
            ]
            if len(hits) == 1:
                found[role] = [self.newer.back(low + hits[0], low + hits[0] + len(words))]
        return found

    def _likeliest(self, span: Span) -> Span | None:
        """The stretch of the newer text with the most of these words in their order."""
        old = self._tokens(self.older.original, span)
        words = [word for word, _ in old]
        if not words:
            return None
        best: tuple[float, Span] | None = None
        for _, tokens in self._paragraphs:
            there = [word for word, _ in tokens]
            if len(set(words) & set(there)) < OFFERED_LIKENESS * len(set(words)):
                continue
            matcher = SequenceMatcher(None, words, there, autojunk=False)
            blocks = [block for block in matcher.get_matching_blocks() if block.size]
            likeness = sum(block.size for block in blocks) / len(words)
            if likeness < OFFERED_LIKENESS or (best and likeness <= best[0]):
                continue
            first, last = blocks[0].b, blocks[-1].b + blocks[-1].size
            # Words in marks reach to the marks; others are as long as they were.
            if self.older.original[span.start] not in _MARKS:
                first = max(0, first - blocks[0].a)
            if self.older.original[span.end - 1] not in _MARKS:
                last = min(len(tokens), last + len(words) - blocks[-1].a - blocks[-1].size)
            there_from, there_to = tokens[first][1].start, tokens[last - 1][1].end
            best = (likeness, self._to_marks(span, there_from, there_to))
        return best[1] if best else None

    def _to_marks(self, span: Span, start: int, end: int) -> Span:
        """The stretch with the quotation marks around it, where the older words had them."""
        old, new = self.older.original, self.newer.original
        if old[span.start] in _MARKS:
            before = re.search(rf"[{_DOUBLE}][^{_DOUBLE}\n]{{0,60}}$", new[:start])
            start = before.start() if before else start
        if old[span.end - 1] in _MARKS:
            after = re.match(rf"[^{_DOUBLE}\n]{{0,60}}[{_DOUBLE}]", new[end:])
            end += after.end() if after else 0
        return Span(start, end)

    @staticmethod
    def _tokens(text: str, span: Span) -> list[tuple[str, Span]]:
        return [
            (match.group().casefold(), Span(match.start(), match.end()))
            for match in _WORD.finditer(text, span.start, span.end)
        ]


@dataclass(frozen=True, slots=True)
class _Block:
    """A folded stretch of the older text; ``gap`` says where how many characters were dropped."""

    start: int
    end: int
    text: str
    has_frame: bool = False
    """More than bare words: it says who says them."""
    gap: tuple[int, int] | None = None
    name_last: bool = False


def _framed(spans: Iterable[tuple[str, Span]]) -> bool:
    return any(role in {"source", "evidence"} for role, _ in spans)


def _occurrences(text: str, words: str) -> list[int]:
    """Where the words stand as whole words; at most a few more than ``MOST_HITS``."""
    found: list[int] = []
    place = text.find(words)
    while place >= 0 and len(found) <= MOST_HITS:
        end = place + len(words)
        left = place and words[0].isalnum() and text[place - 1].isalnum()
        right = end < len(text) and words[-1].isalnum() and text[end].isalnum()
        if not left and not right:
            found.append(place)
        place = text.find(words, place + 1)
    return found
