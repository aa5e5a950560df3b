"""Names that look like others, and what in a name cannot be seen.

``norm`` drops what has no width; here letters of other alphabets count as the Latin ones that
they are drawn like, so that two names which nobody could tell apart have the same skeleton.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from django.db.models import F, Func, OuterRef, TextField, Value

from quotes.normal_form import normal_name

# A normal form is case-folded: capitals that are drawn alike count too, as Н does for H.
LOOKALIKES: Final = {
    "a": "аɑα",
    "b": "вьβ",
    "c": "сϲ",
    "d": "ԁ",
    "e": "еє",
    "g": "ɡ",
    "h": "нһհ",
    "i": "іıι",
    "j": "ј",
    "k": "кκ",
    "l": "1|ӏ",
    "m": "м",
    "n": "ոη",
    "o": "оοօ0",
    "p": "рρ",
    "q": "ԛ",
    "s": "ѕ",
    "t": "тτ",
    "u": "սυ",
    "v": "ѵν",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγ",
}
DRAWN: Final = "".join(LOOKALIKES.values())
LIKE: Final = "".join(letter * len(drawn) for letter, drawn in LOOKALIKES.items())
DIRECTION: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
JOINERS: Final = frozenset("\u200c\u200d")
"""Without width, and part of the spelling in scripts whose letters join."""

MOST_MARKS: Final = 3
"""Combining marks on one letter; no language writes more."""
ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC", "CHEROKEE")


def skeleton_of(column: str | F | OuterRef) -> Func:
    """The skeleton of a column that holds normal forms; the same as ``skeleton``."""
    return Func(column, Value(DRAWN), Value(LIKE), function="translate", output_field=TextField())


def skeleton(name: str) -> str:
    """The name as the eye takes it: equal for names that are drawn alike."""
    return normal_name(name).translate(str.maketrans(DRAWN, LIKE))


def oddities(name: str) -> list[str]:
    """What in the name misleads the eye, in words; nothing for nearly every name."""
    found = []
    hidden = [c for c in name if _is_hidden(c, name)]
    if any(c in DIRECTION for c in hidden):
        found.append("holds characters that turn the direction of writing")
    if any(c not in DIRECTION for c in hidden):
        found.append("holds characters that cannot be seen")
    if any(len(_alphabets(word)) > 1 for word in name.split()):
        found.append("mixes letters of several alphabets in one word")
    if _most_marks(name) > MOST_MARKS:
        found.append("heaps marks on a letter")
    return found


def _is_hidden(character: str, name: str) -> bool:
    if character in JOINERS:
        return _alphabets(name) <= {"LATIN", "CYRILLIC", "GREEK"}
    return unicodedata.category(character) in {"Cf", "Cc", "Cn", "Co"} and character != "\n"


def _alphabets(word: str) -> set[str]:
    names = (unicodedata.name(c, "") for c in word if c.isalpha())
    return {alphabet for name in names for alphabet in ALPHABETS if name.startswith(alphabet)}


def _most_marks(name: str) -> int:
    most = run = 0
    for character in unicodedata.normalize("NFD", name):
        run = run + 1 if unicodedata.combining(character) else 0
        most = max(most, run)
    return most
