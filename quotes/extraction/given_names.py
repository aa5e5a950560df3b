"""Gender of given names, from a data file that anybody may extend."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from quotes.extraction.cast import Gender

_FILE = Path(__file__).parent / "data" / "given_names.txt"


@lru_cache(maxsize=1)
def _table() -> dict[str, Gender]:
    table: dict[str, Gender] = {}
    gender: Gender = ""
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("[female]"):
            gender = "f"
        elif line.startswith("[male]"):
            gender = "m"
        elif not line.startswith("#"):
            for name in line.split():
                table[name.casefold()] = gender
    return table


def gender_of(given: str) -> Gender:
    """What the first name suggests; names that both use, and unknown ones, give nothing."""
    return _table().get(given.rstrip(".").casefold(), "")
