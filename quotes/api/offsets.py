"""Offsets in the unit the client asked for: code points as stored, or UTF-16 units."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any, Final

from quotes.models import Article, Correction, Quote

CODE_POINTS: Final = "codepoint"
UTF16: Final = "utf16"
UNITS: Final = (CODE_POINTS, UTF16)

# Characters that take two units in UTF-16.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Offsets:
    """Turns a stored offset of an article into the client's unit."""

    def __init__(self, astral: Mapping[int, list[int]] | None = None) -> None:
        self._astral = astral or {}

    @classmethod
    def of_articles(cls, unit: str, ids: Iterable[int]) -> Offsets:
        """Reads the articles' texts, in one statement, only where UTF-16 was asked for."""
        if unit == CODE_POINTS:
            return cls()
        texts = Article.objects.filter(pk__in=set(ids)).values_list("pk", "text").order_by()
        return cls({pk: [found.start() for found in _ASTRAL.finditer(text)] for pk, text in texts})

    @classmethod
    def of_text(cls, unit: str, article_id: int, text: str) -> Offsets:
        """For one article whose text is at hand."""
        if unit == CODE_POINTS:
            return cls()
        return cls({article_id: [found.start() for found in _ASTRAL.finditer(text)]})

    def shown(self, article_id: int, offset: int) -> int:
        """The offset plus one for each character before it that takes two units."""
        astral = self._astral.get(article_id)
        return offset + bisect_left(astral, offset) if astral else offset

    def stored(self, article_id: int, offset: int) -> int | None:
        """A client's offset as code points; None inside a surrogate pair."""
        astral = self._astral.get(article_id)
        if not astral:
            return offset
        units = [place + pairs for pairs, place in enumerate(astral)]
        before = bisect_left(units, offset)
        if units[before - 1] == offset - 1:  # where none is before, the last one is further on
            return None
        return offset - before

    def shift_quotes(self, quotes: Iterable[Quote]) -> None:
        """Put the rows' offsets into the client's unit. The rows are for showing, not saving."""
        for quote in quotes if self._astral else ():
            article = quote.article_id
            quote.start = self.shown(article, quote.start)
            quote.end = self.shown(article, quote.end)
            self._shift(article, quote.parts)  # type: ignore[attr-defined]

    def shift_corrections(self, corrections: Iterable[Correction]) -> None:
        """As ``shift_quotes``."""
        for row in corrections if self._astral else ():
            article = row.article_id
            row.start, row.end = self.shown(article, row.start), self.shown(article, row.end)
            if row.cue_start is not None:
                row.cue_start = self.shown(article, row.cue_start)
            if row.cue_end is not None:
                row.cue_end = self.shown(article, row.cue_end)
            self._shift(article, row.sides)  # type: ignore[attr-defined]

    def shift_article(self, article: Article) -> None:
        """As ``shift_quotes``, for the ranges that are not story."""
        article.skipped = [
            [self.shown(article.pk, start), self.shown(article.pk, end), reason]
            for start, end, reason in article.skipped
        ]

    def _shift(self, article: int, spans: Iterable[dict[str, Any]]) -> None:
        for span in spans:
            span["start"] = self.shown(article, span["start"])
            span["end"] = self.shown(article, span["end"])
