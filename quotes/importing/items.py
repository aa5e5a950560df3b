"""What reading yields: an article's text with what is known about it, or a reason why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quotes.extraction.types import Skipped

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Larger files are refused before they are decoded."""

MAX_CHARACTERS = 1_000_000
"""Longer articles are refused: nobody reads them, and the engine would block the queue."""


def printable(words: str) -> str:
    """Give words from outside as they can be stored and shown: no NUL, no undecodable bytes."""
    return words.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")


class RefusedInput(ValueError):
    """Input that cannot be an article; the message is a sentence for the person who imports."""


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article as it will be stored. ``skipped`` ranges are code points of ``text``."""

    text: str
    headline: str = ""
    byline: str = ""
    outlet: str = ""
    published_on: dt.date | None = None
    url: str = ""
    language: str = "en"
    country: str = ""
    external_id: str = ""
    encoding: str = "utf-8"
    skipped: tuple[Skipped, ...] = ()
    name: str = ""
    """Where it came from, for the report: a file's name, with line or row where it held many."""


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """An item that could not be read. ``reason`` is shown as it stands; it may quote the item."""

    name: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", printable(self.name))
        object.__setattr__(self, "reason", printable(self.reason))
