"""Stretches that a person chose in an article: checked against its text, kept as spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotations.refusals import Invalid
from quotes.extraction.text import verbatim_spans
from quotes.extraction.types import Span
from quotes.models import Quote, QuoteSpan
from quotes.models.quote import SpanRole

Kind = Quote.Kind


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of the article as the browser saw it: code points, half-open, and the words."""

    start: int
    end: int
    exact: str


def check_selections(text: str, selections: Sequence[Selection]) -> None:
    for selection in selections:
        if not 0 <= selection.start < selection.end <= len(text):
            raise Invalid("The selection lies outside the article.", code="span_outside")
        standing = text[selection.start : selection.end]
        if standing != selection.exact:
            raise Invalid(
                f"The article reads “{standing[:80]}” there, not “{selection.exact[:80]}”.",
                code="span_differs",
            )
    for left, right in pairwise(selections):
        if right.start < left.end:
            raise Invalid("The parts of a quote stand in order and do not overlap.")


def check_kind(kind: str, text: str, content: Sequence[Span]) -> None:
    if kind not in Kind.values:
        raise Invalid("A quote is direct, mixed or indirect.", code="unknown_kind", field="kind")
    has_verbatim = bool(verbatim_spans(text, content))
    if has_verbatim and kind == Kind.INDIRECT:
        raise Invalid(
            "There are words in quotation marks here: the quote is direct or mixed. "
            "Move its boundaries to leave them out.",
            code="kind_disagrees",
            field="kind",
        )
    if not has_verbatim and kind != Kind.INDIRECT:
        raise Invalid(
            "There are no words in quotation marks here: the quote is indirect.",
            code="kind_disagrees",
            field="kind",
        )


def fitting_kind(text: str, content: Sequence[Span], kind: str) -> str:
    """The kind if it agrees with the marks, else the nearest that does."""
    verbatim = verbatim_spans(text, content)
    if not verbatim:
        return Kind.INDIRECT
    if kind in {Kind.DIRECT, Kind.MIXED}:
        return kind
    quoted = sum(span.end - span.start for span in verbatim)
    whole = sum(span.end - span.start for span in content)
    # Two marks a part are not words.
    return Kind.DIRECT if quoted >= whole - 3 * len(content) else Kind.MIXED


def spans_with(
    spans: list[list[object]], given: Mapping[SpanRole, Sequence[Selection]]
) -> list[list[object]]:
    """The snapshot's spans with the given roles put in place of theirs."""
    kept = [span for span in spans if span[0] not in {role.value for role in given}]
    new = [
        [role.value, ordinal, part.start, part.end]
        for role, parts in given.items()
        for ordinal, part in enumerate(parts)
    ]
    return sorted([*kept, *new], key=lambda span: (str(span[0]), str(span[1]).zfill(6)))


def write_spans(quote: Quote, given: Mapping[SpanRole, Sequence[Selection]]) -> None:
    QuoteSpan.objects.filter(quote=quote, role__in=list(given)).delete()
    QuoteSpan.objects.bulk_create(
        QuoteSpan(
            quote=quote,
            role=role,
            ordinal=ordinal,
            start=part.start,
            end=part.end,
            exact=part.exact,
        )
        for role, parts in given.items()
        for ordinal, part in enumerate(parts)
    )
