"""Full-text search: which rows have certain words, and which of them an index alone can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db.models import Lookup


class _WithoutOrder(SearchQuery):
    """A search for the same words in any order: all that the exact one finds, and more.

    An index knows which words a row has, not in which order: for a phrase each of these rows is
    read. Where something is excluded, less order would exclude more, so that nothing is changed.
    """

    def as_sql(self, *args: Any, **options: Any) -> tuple[str, Any]:
        query, bound = super().as_sql(*args, **options)
        any_order = f"regexp_replace({query}::text, '<(-|[0-9]+)>', '&', 'g')::tsquery"
        whole = f"CASE WHEN strpos({query}::text, '!') > 0 THEN {query} ELSE {any_order} END"
        return whole, [*bound, *bound, *bound]


@dataclass(frozen=True)
class WordSearch:
    """``matches`` is exact; ``candidates`` is never less and quick to find by an index."""

    matches: Lookup[bool]
    candidates: Lookup[bool]

    @classmethod
    def of(cls, vector: Any, words: str) -> WordSearch:
        """Words in a web searcher's syntax, which never raises on odd input."""
        exact, loose = (
            of(words, search_type="websearch", config="english")
            for of in (SearchQuery, _WithoutOrder)
        )
        return cls(SearchVectorExact(vector, exact), SearchVectorExact(vector, loose))
