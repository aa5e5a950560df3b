"""A changed story: its decisions move to the new version, or wait for a person.

A decided row keeps its identity: it moves where its words are found beyond doubt. Where they are
not, it stays in the older version, off the record, and a ``Placement`` asks. What nobody decided
is replaced: the engine reads the new version afresh. So nothing stands in two versions at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quotes.extraction.text import normalise_quote, verbatim_spans
from quotes.extraction.types import Span
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Placement,
    Quote,
    QuoteSpan,
)
from quotes.models.suggestion import LIVE_STATES, Status
from quotes.normal_form import words_hash
from quotes.reanchoring import CHANGED, Found, Reanchoring

PARENT_WAITS: Final = "The quote that it is inside of waits."
QUOTES_WAIT: Final = "A quote on one of its sides waits."
UNMARKED: Final = "Its quotation marks were taken away."
TAKEN: Final = "Another decided quote stands at its place."

Pieces = dict[str, list[Span]]

_MOVED_QUOTE = (
    "article",
    "collection",
    "published_on",
    "start",
    "end",
    "status",
    "normal_text",
    "same_words_hash",
    "suggestion",
    "version",
    "updated_at",
)
_MOVED_CORRECTION = (
    "article",
    "collection",
    "published_on",
    "start",
    "end",
    "exact",
    "cue_start",
    "cue_end",
    "cue_text",
    "status",
    "suggestion",
    "version",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class Carried:
    """How many decisions moved by themselves, and how many wait for a person."""

    moved: int = 0
    asked: int = 0

    def __str__(self) -> str:
        if not self.moved and not self.asked:
            return "A new version of a story that was here."
        told = f"{self.moved} decision{'' if self.moved == 1 else 's'} moved along"
        if self.asked:
            told += f", {self.asked} to be placed by you"
        return f"A new version of a story that was here: {told}."


@transaction.atomic
def carry_over(*, older: Article, newer: Article, withdrawn: bool = True) -> Carried:
    """Take the decisions of one version to the next. Call it with ``older`` locked.

    Everybody who decided before is heard: the rows are locked, and read as they were left. What
    was withdrawn for a reason comes along, too, unless ``withdrawn`` is False.
    """
    ExtractionRun.objects.filter(article=older, state=ExtractionRun.State.QUEUED).update(
        state=ExtractionRun.State.CANCELLED,
        note="A newer version of the story came in.",
        finished_at=timezone.now(),
    )
    return _CarryOver(older, newer, withdrawn=withdrawn).carry()


class _CarryOver:
    """The rows of one version, and what becomes of each."""

    def __init__(self, older: Article, newer: Article, *, withdrawn: bool) -> None:
        self.older, self.newer, self.withdrawn = older, newer, withdrawn
        waiting = Placement.objects.asked().filter(newer=older)
        self.waiting = {
            (placement.quote_id, placement.correction_id): placement for placement in waiting
        }
        # Corrections before quotes, as every decision locks them.
        corrections = list(
            Correction.objects.select_for_update(of=("self",), no_key=True)
            .filter(Q(article=older) | Q(pk__in=waiting.values("correction")))
            .order_by("pk")
        )
        quotes = list(
            Quote.objects.select_for_update(of=("self",), no_key=True)
            .filter(Q(article=older) | Q(pk__in=waiting.values("quote")))
            .order_by("pk")
        )
        self.corrections = self._decided_corrections(corrections)
        self.links = list(
            CorrectionQuote.objects.filter(correction__in=self.corrections).order_by("pk")
        )
        self.quotes = self._decided_quotes(quotes)
        self.pieces = _pieces_of_quotes(self.quotes)
        self.anchors: dict[int, Reanchoring] = {}
        self.texts = {older.pk: older.text}

    def _is_on_record(self, row: Quote | Correction) -> bool:
        return row.status not in {Status.WITHDRAWN, Status.REPLACED}

    def _waits(self, row: Quote | Correction) -> Placement | None:
        is_quote = isinstance(row, Quote)
        return self.waiting.get((row.pk, None) if is_quote else (None, row.pk))

    def _comes_anyway(self, row: Quote | Correction) -> bool:
        """Off the record, and yet to be looked for."""
        is_withdrawn = row.withdrawal_id is not None
        return self._waits(row) is not None or (is_withdrawn and self.withdrawn)

    def _decided_corrections(self, rows: Sequence[Correction]) -> list[Correction]:
        """What somebody touched, and the events that it tells again."""
        kept = {row.pk for row in rows if self._is_on_record(row) and row.touched}
        kept |= {row.pk for row in rows if self._comes_anyway(row)}
        told_again = {row.retells_id for row in rows if row.pk in kept}
        kept |= {row.pk for row in rows if row.pk in told_again and self._is_on_record(row)}
        return [row for row in rows if row.pk in kept]

    def _decided_quotes(self, rows: Sequence[Quote]) -> list[Quote]:
        """What somebody touched, what decided corrections stand on, and the quotes around them."""
        held = {link.quote_id for link in self.links}
        kept = {
            row.pk for row in rows if self._is_on_record(row) and (row.touched or row.pk in held)
        }
        kept |= {row.pk for row in rows if self._comes_anyway(row)}
        around = {row.parent_id for row in rows if row.pk in kept}
        kept |= {row.pk for row in rows if row.pk in around and self._is_on_record(row)}
        # Outer quotes first: what is inside them follows.
        return sorted(
            (row for row in rows if row.pk in kept), key=lambda q: q.parent_id is not None
        )

    def carry(self) -> Carried:
        placements: list[Placement] = []
        moved_quotes: dict[int, Found] = {}
        taken: list[tuple[int, int]] = []
        for quote in self.quotes:
            found = self._find_quote(quote, moved_quotes, taken)
            placements += self._settle(quote, found, self.pieces[quote.pk])
            if found.is_sure:
                moved_quotes[quote.pk] = found
        moved_corrections: dict[int, Found] = {}
        for correction in self.corrections:
            pieces = pieces_of_correction(correction)
            found = self._anchors(correction.article_id).find(pieces)
            links = [link for link in self.links if link.correction_id == correction.pk]
            if found.is_sure and any(link.quote_id not in moved_quotes for link in links):
                found = Found(why=QUOTES_WAIT, offered=found.pieces)
            placements += self._settle(correction, found, pieces)
            if found.is_sure:
                moved_corrections[correction.pk] = found
        self._write(moved_quotes, moved_corrections)
        self._replace_the_rest()
        Placement.objects.bulk_create(
            placements,
            update_conflicts=True,
            unique_fields=["public_id"],
            update_fields=["newer", "state", "why", "offer", "version", "updated_at"],
        )
        states = [placement.state for placement in placements]
        return Carried(
            moved=states.count(Placement.State.MOVED), asked=states.count(Placement.State.ASKED)
        )

    def _anchors(self, article_id: int) -> Reanchoring:
        """Comparisons are made once for each older text: a waiting row may stand further back."""
        if article_id not in self.anchors:
            if article_id not in self.texts:
                self.texts[article_id] = Article.objects.only("text").get(pk=article_id).text
            self.anchors[article_id] = Reanchoring(self.texts[article_id], self.newer.text)
        return self.anchors[article_id]

    def _find_quote(
        self, quote: Quote, moved: dict[int, Found], taken: list[tuple[int, int]]
    ) -> Found:
        found = self._anchors(quote.article_id).find(self.pieces[quote.pk])
        if not found.is_sure:
            return found
        content = found.pieces["content"]
        if quote.kind != Quote.Kind.INDIRECT and not verbatim_spans(self.newer.text, content):
            return Found(why=UNMARKED, offered=found.pieces)
        start, end = content[0].start, content[-1].end
        if quote.parent_id is not None:
            outer = moved.get(quote.parent_id)
            if outer is None:
                return Found(why=PARENT_WAITS, offered=found.pieces)
            around = outer.pieces["content"]
            if start < around[0].start or end > around[-1].end:
                return Found(why=CHANGED, offered=found.pieces)
            return found
        if self._status(quote) in LIVE_STATES:
            if any(start < e and s < end for s, e in taken):
                return Found(why=TAKEN, offered=found.pieces)
            taken.append((start, end))
        return found

    def _status(self, row: Quote | Correction) -> str:
        """The row's status, or the one that it gets back when it is placed."""
        placement = self._waits(row)
        return placement.status if placement else row.status

    def _settle(self, row: Quote | Correction, found: Found, pieces: Pieces) -> list[Placement]:
        """Change the row (not yet saved) and tell it; nothing is asked of what was refused.

        What was withdrawn for a reason moves along, so that no run brings it back, or stays.
        """
        if row.withdrawal_id is not None and not found.is_sure:
            return []
        placement = self._waits(row)
        status = self._status(row)
        row.version += 1
        row.updated_at = timezone.now()
        if not found.is_sure and found.are_gone and status == Status.REJECTED:
            row.status = Status.REPLACED  # there is nothing left that could be suggested again
            if placement is None:
                return [self._placement(row, found, pieces, status, Placement.State.GONE)]
            placement.state = Placement.State.GONE
            placement.newer, placement.version = self.newer, row.version
            return [placement]
        state = Placement.State.MOVED if found.is_sure else Placement.State.ASKED
        row.status = status if found.is_sure else Status.REPLACED
        if placement is None:
            return [self._placement(row, found, pieces, status, state)]
        placement.newer, placement.state, placement.why = self.newer, state, found.why
        placement.offer, placement.version = as_json(found.offered), row.version
        return [placement]

    def _placement(
        self, row: Quote | Correction, found: Found, pieces: Pieces, status: str, state: str
    ) -> Placement:
        return Placement(
            quote=row if isinstance(row, Quote) else None,
            correction=row if isinstance(row, Correction) else None,
            older_id=row.article_id,
            newer=self.newer,
            state=state,
            status=status,
            why=found.why,
            offer=as_json(found.offered),
            was=as_json(pieces),
            version=row.version,
        )

    def _write(self, quotes: dict[int, Found], corrections: dict[int, Found]) -> None:
        for quote in self.quotes:
            if quote.pk in quotes:
                self._move_quote(quote, quotes[quote.pk])
        for correction in self.corrections:
            if correction.pk in corrections:
                move_correction(correction, self.newer, corrections[correction.pk].pieces)
        Quote.objects.bulk_update(self.quotes, _MOVED_QUOTE)
        Correction.objects.bulk_update(self.corrections, _MOVED_CORRECTION)
        QuoteSpan.objects.filter(quote__in=list(quotes)).delete()
        QuoteSpan.objects.bulk_create(
            span
            for quote in self.quotes
            if quote.pk in quotes
            for span in spans_at(quote, self.newer.text, quotes[quote.pk].pieces)
        )

    def _move_quote(self, quote: Quote, found: Found) -> None:
        if quote.suggestion is not None:
            suggested = {
                role: [Span(*pair) for pair in quote.suggestion.get(role, [])]
                for role in ("content", "cue", "source")
            }
            same = all(self.pieces[quote.pk].get(role, []) == suggested[role] for role in suggested)
            there = found if same else self._anchors(quote.article_id).find(suggested)
            # Where it is not sure, the engine finds it afresh; the older place says nothing.
            quote.suggestion |= {
                role: [[s.start, s.end] for s in there.pieces.get(role, [])] for role in suggested
            }
        move_quote(quote, self.newer, found.pieces)

    def _replace_the_rest(self) -> None:
        decided = [quote.pk for quote in self.quotes]
        rest = Quote.objects.filter(article=self.older).on_record().exclude(pk__in=decided)
        CorrectionQuote.objects.filter(quote__in=rest).exclude(
            correction__in=self.corrections
        ).delete()
        rest.mark_replaced()
        (
            Correction.objects.filter(article=self.older)
            .on_record()
            .exclude(pk__in=[correction.pk for correction in self.corrections])
            .mark_replaced()
        )


def pieces_of_correction(correction: Correction) -> Pieces:
    cue = (
        [Span(correction.cue_start, correction.cue_end)]
        if correction.cue_start is not None and correction.cue_end is not None
        else []
    )
    return {"evidence": [Span(correction.start, correction.end)], "cue": cue}


def _pieces_of_quotes(quotes: Sequence[Quote]) -> dict[int, Pieces]:
    found: dict[int, Pieces] = {
        quote.pk: {role.value: [] for role in QuoteSpan.Role} for quote in quotes
    }
    for span in QuoteSpan.objects.filter(quote__in=quotes).order_by("quote", "ordinal"):
        found[span.quote_id][span.role].append(Span(span.start, span.end))
    return found


def move_quote(quote: Quote, newer: Article, pieces: Pieces) -> None:
    """Put the quote (not yet saved) at its place in another version."""
    content = pieces["content"]
    quote.article = newer
    quote.collection_id = newer.collection_id
    quote.published_on = newer.published_on
    quote.start, quote.end = content[0].start, content[-1].end
    quote.normal_text = normalise_quote("\n".join(newer.text[s.start : s.end] for s in content))
    quote.same_words_hash = words_hash(quote.normal_text)


def move_correction(correction: Correction, newer: Article, pieces: Pieces) -> None:
    """Put the correction (not yet saved) at its place in another version."""
    (evidence,) = pieces["evidence"]
    cue = next(iter(pieces.get("cue", [])), None)
    correction.article = newer
    correction.collection_id = newer.collection_id
    correction.published_on = newer.published_on
    correction.start, correction.end = evidence.start, evidence.end
    correction.exact = newer.text[evidence.start : evidence.end]
    correction.cue_start = cue.start if cue else None
    correction.cue_end = cue.end if cue else None
    correction.cue_text = newer.text[cue.start : cue.end][:300] if cue else ""
    if correction.suggestion is not None:
        correction.suggestion |= {"start": evidence.start, "end": evidence.end}


def spans_at(quote: Quote, text: str, pieces: Pieces) -> list[QuoteSpan]:
    """The rows of a quote's pieces, to be stored."""
    return [
        QuoteSpan(
            quote=quote,
            role=role,
            ordinal=ordinal,
            start=span.start,
            end=span.end,
            exact=text[span.start : span.end],
        )
        for role, spans in pieces.items()
        for ordinal, span in enumerate(spans)
    ]


def as_json(pieces: dict[str, list[Span]]) -> dict[str, Any]:
    grouped: dict[str, Any] = defaultdict(list)
    for role, spans in pieces.items():
        grouped[role] = [[span.start, span.end] for span in spans]
    return dict(grouped)
