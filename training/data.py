"""Annotated articles as windows with labels."""

from __future__ import annotations

import gzip
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tokenizers import Tokenizer

from quotes.extraction.tagging.encoding import Paragraph, encode
from quotes.extraction.tagging.labels import OUTSIDE, ROLES, begin, begins, inside
from quotes.extraction.tagging.windows import Separators, Window, pack
from quotes.extraction.text import paragraphs

NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its paragraphs in pieces, and the label of each piece that begins a word."""

    identifier: str
    paragraphs: list[Paragraph]
    labels: list[list[int]]


@dataclass(frozen=True, slots=True)
class Example:
    """A window with a label for each tagged word; separators are outside all spans."""

    window: Window
    heads: list[int]
    """Positions in the window that are tagged: separators and pieces that begin a word."""
    fixed: list[bool]
    """True where the label is not to be learnt, because it is a separator's."""
    labels: list[int]


def read(path: Path) -> list[dict[str, Any]]:
    """Articles of a JSON-lines file, plain or gzipped, as ``score_attributions`` reads them."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def prepare(raw: dict[str, Any], tokenizer: Tokenizer) -> Article:
    """An article in pieces and labels.

    A flat labelling holds one span a word: where annotations overlap, the source wins over the
    cue and the cue over the content, and of two contents the one that begins first keeps its
    words (an inner quote is left to the rules).
    """
    encoded = encode(raw["text"], paragraphs(raw["text"]), tokenizer)
    spans = [
        (start, end, role)
        for role in ROLES
        for start, end in sorted({(s, e) for a in raw["attributions"] for s, e in a[role]})
    ]
    return Article(raw["id"], encoded, _labels(encoded, spans))


def _labels(encoded: Sequence[Paragraph], spans: Sequence[tuple[int, int, Any]]) -> list[list[int]]:
    labels = [[OUTSIDE] * len(paragraph.pieces) for paragraph in encoded]
    taken = [[False] * len(paragraph.pieces) for paragraph in encoded]
    first_starts = [paragraph.starts[0] if paragraph.starts else -1 for paragraph in encoded]
    for start, end, role in spans:
        number = max(0, bisect_right(first_starts, start) - 1)
        while number < len(encoded) and (not encoded[number].starts or first_starts[number] < end):
            paragraph = encoded[number]
            fresh = True
            piece = bisect_left(paragraph.ends, start + 1)
            while piece < len(paragraph.pieces) and paragraph.starts[piece] < end:
                if paragraph.heads[piece] and not taken[number][piece]:
                    labels[number][piece] = begin(role) if fresh else inside(role)
                    taken[number][piece], fresh = True, False
                piece += 1
            number += 1
    return labels


def examples(
    article: Article, separators: Separators, random: Random | None = None, limit: int = 256
) -> list[Example]:
    """The article's windows; with ``random``, borders and context differ from call to call."""
    if random is None:
        windows = pack(article.paragraphs, separators, limit=limit)
    else:
        windows = pack(
            article.paragraphs,
            separators,
            limit=limit,
            context=random.choice((0, 0, 0, 48)),
            first_limit=random.randint(limit // 4, limit),
        )
    return [_example(article, window) for window in windows]


def _example(article: Article, window: Window) -> Example:
    heads, fixed, labels = [], [], []
    last: tuple[int, int] | None = None
    for position, place in enumerate(window.places):
        if place is None:
            heads.append(position)
            fixed.append(True)
            labels.append(OUTSIDE)
            last = None
            continue
        number, piece = place
        if article.paragraphs[number].heads[piece]:
            label = article.labels[number][piece]
            if last is None and label != OUTSIDE and not begins(label):
                label -= 1
            heads.append(position)
            fixed.append(False)
            labels.append(label)
            last = place
    return Example(window, heads, fixed, labels)
