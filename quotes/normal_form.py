"""The forms in which names and quoted words are compared."""

from __future__ import annotations

import hashlib
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


def stored_norm(text: str) -> str:
    """A name's fold as ``SpeakerName.norm`` keeps it: “ß” counts as two letters, so a long name is
    cut.
    """
    return normal_name(text)[:300]


def words_hash(normal_text: str) -> str:
    """Hash of a quote's normal form: equal for quotes that give the same words."""
    return hashlib.sha256(normal_text.encode("utf-8")).hexdigest() if normal_text else ""
