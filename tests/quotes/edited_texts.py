"""Texts edited as newsrooms edit them, with the place where each old character went."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from quotes.extraction.types import Span

SAMPLES: Final = Path(__file__).parents[2] / "samples"

Letters = list[tuple[str, int | None]]
"""Each character with its place in the older text; None for one that was written anew."""
Pieces = dict[str, list[Span]]

_STRAIGHT: Final = str.maketrans("“”‘’–—", "\"\"''--")


def drop_paragraphs(letters: Letters, chance: random.Random) -> Letters:
    """A line of furniture goes, or a paragraph is cut."""
    parts = _paragraphs(letters)
    gone = chance.randrange(len(parts))
    return _joined([part for place, part in enumerate(parts) if place != gone])


def straighten(letters: Letters, chance: random.Random) -> Letters:
    """Straight marks and hyphens, and spaces at the end of some lines."""
    straight: Letters = [(character.translate(_STRAIGHT), at) for character, at in letters]
    return [
        one
        for letter in straight
        for one in (
            [(" ", None), letter] if letter[0] == "\n" and chance.random() < 0.3 else [letter]
        )
    ]


def mend_words(letters: Letters, chance: random.Random) -> Letters:
    """Slips mended: a letter more, a letter less, a word more, a word less."""
    for _ in range(chance.randint(1, 6)):
        words = list(re.finditer(r"\w+", _text(letters)))
        word = chance.choice(words)
        start, end = word.span()
        letters = chance.choice(
            [
                [*letters[:end], ("s", None), *letters[end:]],
                letters[: end - 1] + letters[end:],
                letters[:start] + letters[min(end + 1, len(letters)) :],
                letters[:start] + [(c, None) for c in "very "] + letters[start:],
            ]
        )
    return letters


def shorten_names(letters: Letters, chance: random.Random) -> Letters:
    """“Mr Wrenfield” becomes “Wrenfield” everywhere, as another house style has it."""
    text = _text(letters)
    gone: set[int] = set()
    for match in re.finditer(r"\b(?:Mr|Ms|Mrs|Miss|Sir|Dame|Dr|Lord|Lady) (?=[A-Z])", text):
        gone |= set(range(*match.span()))
    return [letter for place, letter in enumerate(letters) if place not in gone]


def swap_paragraphs(letters: Letters, chance: random.Random) -> Letters:
    """Two neighbouring paragraphs change places."""
    parts = _paragraphs(letters)
    if len(parts) < 2:
        return letters
    place = chance.randrange(len(parts) - 1)
    parts[place], parts[place + 1] = parts[place + 1], parts[place]
    return _joined(parts)


def repeat_paragraph(letters: Letters, chance: random.Random) -> Letters:
    """A paragraph stands a second time, as in a box; the copy is written anew."""
    parts = _paragraphs(letters)
    copy: Letters = [(character, None) for character, _ in chance.choice(parts)]
    parts.insert(chance.randrange(len(parts) + 1), copy)
    return _joined(parts)


def give_to_another(letters: Letters, chance: random.Random) -> Letters:
    """A paragraph is cut, and what was said in it stands anew elsewhere, said by another."""
    parts = _paragraphs(letters)
    said = re.findall(r"“[^“”]+”|‘[^‘’]+’", _text(parts.pop(chance.randrange(len(parts)))))
    words = chance.choice(said or ["“Nothing of the kind,”"])
    company = chance.choice(["A passer-by said: {}", "{} a passer-by said.", "{}"]).format(words)
    parts.insert(chance.randrange(len(parts) + 1), [(character, None) for character in company])
    return _joined(parts)


FOUR_KINDS: Final = (drop_paragraphs, straighten, mend_words, shorten_names)
OTHERS: Final = (swap_paragraphs, repeat_paragraph, give_to_another)
Edit = Callable[[Letters, random.Random], Letters]


def edited(text: str, edits: Sequence[Edit], chance: random.Random) -> tuple[str, dict[int, int]]:
    """The text after the edits, and old place → new place of each character that remained."""
    letters: Letters = [(character, place) for place, character in enumerate(text)]
    for edit in edits:
        letters = edit(letters, chance)
    return _text(letters), {at: now for now, (_, at) in enumerate(letters) if at is not None}


def is_right(old: str, new: str, went: dict[int, int], span: Span, placed: Span) -> bool:
    """Does the new stretch hold the characters of the old one, and begin and end with them?"""
    kept = [went[at] for at in range(span.start, span.end) if at in went and not old[at].isspace()]
    if not kept:
        return False
    return placed.start == min(kept) and placed.end == max(kept) + 1


def marked_stories() -> Iterator[tuple[str, list[Pieces]]]:
    """The sample stories with the pieces of their quotes and corrections."""
    for path in sorted(SAMPLES.glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        found = [
            {role: _spans(quote.get(role)) for role in ("content", "source", "cue")}
            for quote in gold["quotes"]
        ]
        found += [
            {"evidence": [Span(one["start"], one["end"])], "cue": _spans(one.get("cue"))}
            for one in gold["corrections"]
        ]
        yield text, found


def _spans(given: Any) -> list[Span]:
    several = given if isinstance(given, list) else [given] if given else []
    return [Span(one["start"], one["end"]) for one in several]


def _text(letters: Letters) -> str:
    return "".join(character for character, _ in letters)


def _paragraphs(letters: Letters) -> list[Letters]:
    parts: list[Letters] = [[]]
    for letter in letters:
        if letter[0] == "\n":
            parts.append([])
        else:
            parts[-1].append(letter)
    return [part for part in parts if part]


def _joined(parts: Sequence[Letters]) -> Letters:
    joined: Letters = []
    for part in parts:
        if joined:
            joined += [("\n", None), ("\n", None)]
        joined += part
    return joined
