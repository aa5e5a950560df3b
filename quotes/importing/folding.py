"""The form in which headlines, names and lines are compared: words without case and marks."""

from __future__ import annotations

import re
import unicodedata


def folded(line: str) -> str:
    """Give the words of a line in one case, one space apart, without punctuation."""
    words = unicodedata.normalize("NFKC", line).casefold()
    return " ".join(re.findall(r"\w+", re.sub(r"['’‘`]", "", words)))
