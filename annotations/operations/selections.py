"""Stretches that a person chose in an article: checked against its text, kept as spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Q

from annotations.history import Held
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


def parts_of(quote: Quote, held: Held, role: SpanRole) -> list[Selection]:
    """The stretches of one role in a quote's spans, in order."""
    text = quote.article.text
    return [
        Selection(start, end, text[start:end]) for found, _, start, end in held if found == role
    ]


def spans_with(held: Held, given: Mapping[SpanRole, Sequence[Selection]]) -> Held:
    """A quote's spans with the given roles put in place of theirs."""
    kept = [span for span in held if span[0] not in {role.value for role in given}]
    new = [
        [role.value, ordinal, part.start, part.end]
        for role, parts in given.items()
        for ordinal, part in enumerate(parts)
    ]
    return sorted([*kept, *new])


def write_spans(quote: Quote, wanted: Held, *, held: Held) -> None:
    """Let the quote have these spans, where it had ``held``: what stays in place is not touched.

    One row that moves is changed in one statement. Where several move, one may go where another
    still stands, which the database refuses: they are taken out first.
    """
    gone = [span for span in held if span not in wanted]
    new = [span for span in wanted if span not in held]
    filled = {(role, ordinal) for role, ordinal, _, _ in new}
    if len(gone) > 1 or any((role, ordinal) not in filled for role, ordinal, _, _ in gone):
        places = Q()
        for role, ordinal, _, _ in gone:
            places |= Q(role=role, ordinal=ordinal)
        QuoteSpan.objects.filter(places, quote=quote).delete()
    text = quote.article.text
    QuoteSpan.objects.bulk_create(
        (
            QuoteSpan(
                quote=quote,
                role=role,
                ordinal=ordinal,
                start=start,
                end=end,
                exact=text[start:end],
            )
            for role, ordinal, start, end in new
        ),
        update_conflicts=True,
        unique_fields=("quote", "role", "ordinal"),
        update_fields=("start", "end", "exact"),
    )
