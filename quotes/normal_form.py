"""The form in which names are compared: NFKC, case-folded, without marks."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")


def normal_name(text: str) -> str:
    """Fold a name for comparison: ``"Sir  Kéir"`` and ``"sir keir"`` become the same.

    Format characters (zero width, bidi controls) are dropped, apostrophes made alike.
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = (c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf"})
    folded = unicodedata.normalize("NFKC", "".join(kept)).casefold()
    return _SPACES.sub(" ", folded).strip()
