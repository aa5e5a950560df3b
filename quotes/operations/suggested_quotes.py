"""One run's attributions against the quotes that an article already has.

A new suggestion and a stored quote are the same when their contents overlap by at least 0.8
(intersection over union, in characters) and their cues overlap or are both missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from quotes.extraction.text import normalise_quote
from quotes.models import (
    Article,
    CorrectionQuote,
    ExtractionRun,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerCandidate,
)
from quotes.normal_form import words_hash
from quotes.operations.overlap import overlap, pairs

if TYPE_CHECKING:
    from quotes.extraction.types import Attribution

SAME_QUOTE_OVERLAP = 0.8
REFUSED = frozenset({Quote.Status.REJECTED, Quote.Status.WITHDRAWN})

_REFILLED = (
    "published_on",
    "kind",
    "act",
    "start",
    "end",
    "parent",
    "speaker",
    "addressee",
    "cue_lemma",
    "normal_text",
    "same_words_hash",
    "status",
    "confidence",
    "rule",
    "reason",
    "run",
    "suggestion",
    "version",
    "updated_at",
)


class SuggestedQuotes:
    """One run's attributions against the article's quotes."""

    def __init__(
        self, article: Article, run: ExtractionRun, speakers: Mapping[int, Speaker]
    ) -> None:
        self.article = article
        self.run = run
        self.speakers = speakers
        self.existing = list(
            Quote.objects.select_for_update(of=("self",), no_key=True)
            .filter(article=article)
            .known_to_runs()
            .in_reading_order()
        )
        spans = QuoteSpan.objects.filter(quote__in=self.existing).order_by("ordinal")
        self.content: dict[int, list[tuple[int, int]]] = {quote.pk: [] for quote in self.existing}
        self.cues: dict[int, list[tuple[int, int]]] = {quote.pk: [] for quote in self.existing}
        for span in spans:
            if span.role == QuoteSpan.Role.CONTENT:
                self.content[span.quote_id].append((span.start, span.end))
            elif span.role == QuoteSpan.Role.CUE:
                self.cues[span.quote_id].append((span.start, span.end))
        # What a decided correction stands on is as settled as what somebody touched.
        in_corrections = CorrectionQuote.objects.filter(
            quote__in=self.existing, correction__touched=True
        )
        held = set(in_corrections.values_list("quote_id", flat=True))
        self.settled = {q.pk for q in self.existing if q.touched or q.pk in held}

    def apply(self, found: Sequence[Attribution]) -> list[Quote | None]:
        """The row of each attribution; None where a person's decision stands in its way."""
        same = self._pair(found)
        self._settle_around(found, same)
        kept = {quote.pk for quote in same if quote} | self.settled
        self._replace([quote for quote in self.existing if quote.pk not in kept])
        # Rows that move must not meet their neighbours' old places half way.
        moving = {quote.pk for quote in same if quote} - self.settled
        Quote.objects.filter(pk__in=moving).update(status=Quote.Status.REPLACED)
        rows: list[Quote | None] = [None] * len(found)
        # Quotes inside quotes come after the quotes that they are in.
        order = sorted(range(len(found)), key=lambda i: found[i].parent is not None)
        for nested in (False, True):
            layer = [i for i in order if (found[i].parent is not None) is nested]
            self._store(found, layer, same, rows)
        return rows

    def _pair(self, found: Sequence[Attribution]) -> list[Quote | None]:
        """The stored quote that each attribution is, one to one, best overlap first.

        A rejected or withdrawn quote stands for every attribution like it: none comes back.
        """
        likeness = sorted(
            (
                (common, -i, -place)
                for i, attribution in enumerate(found)
                for place, quote in enumerate(self.existing)
                if (common := self._likeness(attribution, quote)) >= SAME_QUOTE_OVERLAP
            ),
            reverse=True,
        )
        same: list[Quote | None] = [None] * len(found)
        used: set[int] = set()
        for _, i, place in likeness:
            quote = self.existing[-place]
            again = quote.status in REFUSED
            if same[-i] is None and (again or quote.pk not in used):
                same[-i] = quote
                used.add(quote.pk)
        return same

    def _settle_around(self, found: Sequence[Attribution], same: Sequence[Quote | None]) -> None:
        """The quote around one that somebody decided stays with it.

        It is left as it is where the run does not find it again, or would no longer hold the other.
        """
        again = {quote.pk: one for quote, one in zip(same, found, strict=True) if quote}
        # Inner quotes first: what is around one that is around another stays, too.
        for quote in reversed(self.existing):
            if quote.pk not in self.settled or quote.parent_id is None:
                continue
            outer = again.get(quote.parent_id)
            if outer is None or (self._is_live(quote) and not _holds(outer, quote)):
                self.settled.add(quote.parent_id)

    def _likeness(self, attribution: Attribution, quote: Quote) -> float:
        """Overlap with the quote as it is or as it was suggested; 0 where the cues differ."""
        content, cue = pairs(attribution.content), pairs(attribution.cue)
        forms = [(self.content[quote.pk], self.cues[quote.pk])]
        if quote.pk in self.settled and quote.suggestion:
            suggested = quote.suggestion
            forms.append((suggested.get("content", []), suggested.get("cue", [])))
        rejected = quote.status in REFUSED
        return max(
            overlap(content, stored_content)
            if rejected or (not cue and not stored_cue) or overlap(cue, stored_cue) > 0
            else 0.0
            for stored_content, stored_cue in forms
        )

    @staticmethod
    def _replace(quotes: Sequence[Quote]) -> None:
        rows = Quote.objects.filter(pk__in=[quote.pk for quote in quotes])
        CorrectionQuote.objects.filter(quote__in=rows, correction__touched=False).delete()
        rows.mark_replaced()

    def _store(
        self,
        found: Sequence[Attribution],
        layer: Sequence[int],
        same: Sequence[Quote | None],
        rows: list[Quote | None],
    ) -> None:
        taken = [
            (q.start, q.end)
            for q in self.existing
            if q.pk in self.settled and q.parent_id is None and self._is_live(q)
        ]
        fresh: list[tuple[int, Quote]] = []
        for i in layer:
            stored, attribution = same[i], found[i]
            if stored is not None and stored.pk in self.settled:
                rows[i] = stored if self._is_live(stored) else None
                continue
            outer = rows[attribution.parent] if attribution.parent is not None else None
            start, end = _hull(attribution)
            # Somebody may have moved the quote around it: then it stands by itself.
            parent = outer if outer and outer.start <= start and end <= outer.end else None
            in_the_way = parent is None and any(start < e and s < end for s, e in taken)
            if in_the_way or (attribution.parent is not None and outer is None):
                if stored is not None:
                    self._replace([stored])
                continue
            quote = stored or Quote(article=self.article, collection_id=self.article.collection_id)
            self._fill(quote, attribution, parent)
            fresh.append((i, quote))
        self._save([quote for _, quote in fresh])
        for i, quote in fresh:
            rows[i] = quote
        self._save_children([(quote, found[i]) for i, quote in fresh])

    @staticmethod
    def _is_live(quote: Quote) -> bool:
        return quote.status in {Quote.Status.SUGGESTED, Quote.Status.CONFIRMED}

    def _speaker(self, index: int | None) -> Speaker | None:
        return None if index is None else self.speakers[index]

    def _fill(self, quote: Quote, attribution: Attribution, parent: Quote | None) -> None:
        text = self.article.text
        words = "\n".join(text[span.start : span.end] for span in attribution.content)
        quote.published_on = self.article.published_on
        quote.kind = attribution.kind
        quote.act = attribution.act
        quote.start, quote.end = _hull(attribution)
        quote.parent = parent
        quote.speaker = self._speaker(attribution.speaker)
        quote.addressee = self._speaker(attribution.addressee)
        quote.cue_lemma = attribution.cue_lemma[:80]
        quote.normal_text = normalise_quote(words)
        quote.same_words_hash = words_hash(quote.normal_text)
        quote.status = Quote.Status.SUGGESTED
        quote.origin = Quote.Origin.MACHINE
        quote.confidence = attribution.confidence
        quote.rule = attribution.rule[:80]
        quote.reason = attribution.reason[:500]
        quote.run = self.run
        quote.suggestion = {
            "kind": attribution.kind,
            "act": attribution.act,
            "content": pairs(attribution.content),
            "cue": pairs(attribution.cue),
            "source": pairs(attribution.source),
            "speaker": str(quote.speaker.public_id) if quote.speaker else None,
            "speaker_name": quote.speaker.name if quote.speaker else None,
            "addressee": str(quote.addressee.public_id) if quote.addressee else None,
            "confidence": attribution.confidence,
            "rule": attribution.rule,
        }

    def _save(self, quotes: Sequence[Quote]) -> None:
        new = [quote for quote in quotes if quote._state.adding]
        again = [quote for quote in quotes if not quote._state.adding]
        now = timezone.now()
        for quote in again:
            quote.version += 1
            quote.updated_at = now
        Quote.objects.bulk_update(again, _REFILLED)
        Quote.objects.bulk_create(new)

    def _save_children(self, filled: Sequence[tuple[Quote, Attribution]]) -> None:
        ids = [quote.pk for quote, _ in filled]
        QuoteSpan.objects.filter(quote__in=ids).delete()
        SpeakerCandidate.objects.filter(quote__in=ids).delete()
        spans: list[QuoteSpan] = []
        candidates: list[SpeakerCandidate] = []
        for quote, attribution in filled:
            for role in QuoteSpan.Role:
                spans.extend(
                    QuoteSpan(
                        quote=quote,
                        role=role,
                        ordinal=ordinal,
                        start=span.start,
                        end=span.end,
                        exact=self.article.text[span.start : span.end],
                    )
                    for ordinal, span in enumerate(getattr(attribution, role.value))
                )
            seen: set[int] = set()
            for candidate in attribution.candidates:
                speaker = self.speakers[candidate.speaker]
                if speaker.pk in seen or len(seen) == 9:
                    continue
                seen.add(speaker.pk)
                candidates.append(
                    SpeakerCandidate(
                        quote=quote,
                        speaker=speaker,
                        rank=len(seen),
                        probability=candidate.probability,
                        reason=candidate.reason[:500],
                    )
                )
        QuoteSpan.objects.bulk_create(spans)
        SpeakerCandidate.objects.bulk_create(candidates)


def _hull(attribution: Attribution) -> tuple[int, int]:
    return attribution.content[0].start, attribution.content[-1].end


def _holds(outer: Attribution, quote: Quote) -> bool:
    start, end = _hull(outer)
    return start <= quote.start and quote.end <= end
