"""Paragraphs that were lost beside insets: put back where the page itself has them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from quotes.importing.folding import folded

LEVELS = 3
"""How many elements around a paragraph must be like those around the story's paragraphs."""
BEFORE = 2
"""How many paragraphs above the first one found may belong to the story."""
MIN_WORDS = 8
WINDOW = 6

Place = tuple[tuple[str, str], ...]


def with_lost_paragraphs(text: str, tree: Any) -> str:
    """Give the text with the paragraphs that stand among its own on the page and were left out.

    A paragraph was lost when it stands in elements like those of most of the story's paragraphs,
    above the last of these, and no run of its words is in the text.
    """
    lines = text.split("\n")
    places = {words: number for number, line in enumerate(lines) if (words := folded(line))}
    found = [(_place(node), " ".join("".join(node.itertext()).split())) for node in tree.iter("p")]
    known = [n for n, (_, line) in enumerate(found) if folded(line) in places]
    if not known:
        return text
    ((usual, _),) = Counter(found[n][0] for n in known).most_common(1)
    whole = f" {folded(text)} "
    after = -1
    behind: dict[int, list[str]] = {}
    for number in range(max(known[0] - BEFORE, 0), known[-1]):
        place, line = found[number]
        if number in known:
            after = places[folded(line)]
        elif place == usual and _is_lost(line, whole):
            behind.setdefault(after, []).append(line)
    kept = list(behind.get(-1, []))
    for number, line in enumerate(lines):
        kept += [line, *behind.get(number, [])]
    return "\n".join(kept)


def _place(node: Any) -> Place:
    around = [node, *list(node.iterancestors())[:LEVELS]]
    return tuple((str(one.tag), str(one.get("class") or "")) for one in around)


def _is_lost(line: str, whole: str) -> bool:
    words = folded(line).split()
    return (
        len(words) >= MIN_WORDS
        and line.endswith((".", "!", "?", "”", '"', "’"))
        and not any(
            f" {' '.join(words[start : start + WINDOW])} " in whole
            for start in range(len(words) - WINDOW + 1)
        )
    )
