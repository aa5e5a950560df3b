"""Keeping what a run found: people's rows are never touched, rejected ones never come back.

A new suggestion and a stored quote are the same when their contents overlap by at least 0.8
(intersection over union, in characters) and their cues overlap or are both missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from quotes.extraction.text import normalise_quote
from quotes.matching import match_speakers
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerCandidate,
)

if TYPE_CHECKING:
    from quotes.extraction.types import Attribution, Extraction, Span
    from quotes.extraction.types import Correction as FoundCorrection

SAME_QUOTE_OVERLAP = 0.8
SAME_EVIDENCE_OVERLAP = 0.5


@transaction.atomic
def apply_extraction(*, run: ExtractionRun, extraction: Extraction) -> ExtractionRun:
    """Store one run's suggestions beside what people have decided, and close the run."""
    article = Article.objects.select_for_update(no_key=True).get(pk=run.article_id)
    _learn_about(article, extraction)
    speakers = match_speakers(article=article, found=extraction.speakers)
    quotes = _Quotes(article, run, speakers)
    rows = quotes.apply(extraction.attributions)
    corrections = _Corrections(article, run, speakers, rows)
    corrections.apply(extraction.corrections)
    run.state = ExtractionRun.State.DONE
    run.n_quotes = len(extraction.attributions)
    run.n_corrections = len(extraction.corrections)
    run.finished_at = timezone.now()
    run.save()
    return run


def _learn_about(article: Article, extraction: Extraction) -> None:
    """Take over the date and the skipped ranges that the engine read, where nobody gave any."""
    if extraction.date and not article.published_on:
        article.published_on = extraction.date
    found = [[s.start, s.end, s.reason] for s in extraction.skipped]
    if found and not article.skipped:
        article.skipped = found
    article.save(update_fields=("published_on", "skipped", "updated_at"))
    Quote.objects.filter(article=article).exclude(published_on=article.published_on).update(
        published_on=article.published_on
    )
    Correction.objects.filter(article=article).exclude(published_on=article.published_on).update(
        published_on=article.published_on
    )


def _characters(spans: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def _overlap(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> float:
    """Intersection over union, in characters, of two lists of disjoint spans."""
    common = sum(max(0, min(ea, eb) - max(sa, sb)) for sa, ea in a for sb, eb in b)
    union = _characters(a) + _characters(b) - common
    return common / union if union else 0.0


def _pairs(spans: Iterable[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


class _Quotes:
    """One run's attributions against the article's quotes."""

    def __init__(self, article: Article, run: ExtractionRun, speakers: Sequence[Speaker]) -> None:
        self.article = article
        self.run = run
        self.speakers = speakers
        self.existing = list(
            Quote.objects.select_for_update(of=("self",), no_key=True)
            .filter(article=article)
            .on_record()
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

    def apply(self, found: Sequence[Attribution]) -> list[Quote | None]:
        """The row of each attribution; None where a person's decision stands in its way."""
        same = [self._same_as(attribution) for attribution in found]
        kept = {quote.pk for quote in same if quote}
        self._replace([q for q in self.existing if not q.touched and q.pk not in kept])
        rows: list[Quote | None] = [None] * len(found)
        # Quotes inside quotes come after the quotes that they are in.
        order = sorted(range(len(found)), key=lambda i: found[i].parent is not None)
        for nested in (False, True):
            layer = [i for i in order if (found[i].parent is not None) is nested]
            self._store(found, layer, same, rows)
        return rows

    def _same_as(self, attribution: Attribution) -> Quote | None:
        content, cue = _pairs(attribution.content), _pairs(attribution.cue)
        best, best_overlap = None, SAME_QUOTE_OVERLAP
        for quote in self.existing:
            if quote.end <= content[0][0] or quote.start >= content[-1][1]:
                continue
            stored = self.cues[quote.pk]
            cues_agree = (not cue and not stored) or _overlap(cue, stored) > 0
            overlap = _overlap(content, self.content[quote.pk])
            if cues_agree and overlap >= best_overlap:
                best, best_overlap = quote, overlap
        return best

    def _replace(self, quotes: Sequence[Quote]) -> None:
        CorrectionQuote.objects.filter(quote__in=quotes, correction__touched=False).delete()
        _set_status(quotes, Quote.Status.REPLACED)

    def _store(
        self,
        found: Sequence[Attribution],
        layer: Sequence[int],
        same: Sequence[Quote | None],
        rows: list[Quote | None],
    ) -> None:
        taken = [(q.start, q.end) for q in self.existing if q.touched and self._is_live(q)]
        fresh: list[tuple[int, Quote]] = []
        for i in layer:
            stored, attribution = same[i], found[i]
            if stored is not None and stored.touched:
                rows[i] = stored if self._is_live(stored) else None
                continue
            parent = rows[attribution.parent] if attribution.parent is not None else None
            start, end = attribution.content[0].start, attribution.content[-1].end
            in_the_way = any(start < e and s < end for s, e in taken)
            if parent is None and (attribution.parent is not None or in_the_way):
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
        quote.start = attribution.content[0].start
        quote.end = attribution.content[-1].end
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
            "content": _pairs(attribution.content),
            "cue": _pairs(attribution.cue),
            "source": _pairs(attribution.source),
            "speaker": str(quote.speaker.public_id) if quote.speaker else None,
            "speaker_name": quote.speaker.name if quote.speaker else None,
            "addressee": str(quote.addressee.public_id) if quote.addressee else None,
            "confidence": attribution.confidence,
            "rule": attribution.rule,
        }

    def _save(self, quotes: Sequence[Quote]) -> None:
        new = [quote for quote in quotes if quote.pk is None]
        again = [quote for quote in quotes if quote.pk is not None]
        # Rows that move must not meet their neighbours' old places half way.
        Quote.objects.filter(pk__in=[quote.pk for quote in again]).update(
            status=Quote.Status.REPLACED
        )
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


class _Corrections:
    """One run's corrections against the article's."""

    def __init__(
        self,
        article: Article,
        run: ExtractionRun,
        speakers: Sequence[Speaker],
        quotes: Sequence[Quote | None],
    ) -> None:
        self.article = article
        self.run = run
        self.speakers = speakers
        self.quotes = quotes
        self.existing = list(
            Correction.objects.select_for_update(of=("self",), no_key=True)
            .filter(article=article)
            .on_record()
            .in_reading_order()
        )

    def apply(self, found: Sequence[FoundCorrection]) -> None:
        same = [self._same_as(correction) for correction in found]
        kept = {row.pk for row in same if row}
        _set_status(
            [row for row in self.existing if not row.touched and row.pk not in kept],
            Correction.Status.REPLACED,
        )
        rows: list[Correction | None] = []
        for correction, stored in zip(found, same, strict=True):
            if stored is not None and stored.touched:
                rejected = stored.status == Correction.Status.REJECTED
                rows.append(None if rejected else stored)
                continue
            row = stored or Correction(
                article=self.article, collection_id=self.article.collection_id
            )
            self._fill(row, correction, rows)
            row.save()
            self._link(row, correction)
            rows.append(row)

    def _same_as(self, found: FoundCorrection) -> Correction | None:
        """The same evidence and, where the row names people, the same people."""
        corrector, corrected = self._person(found.corrector), self._person(found.corrected)
        for row in self.existing:
            overlap = _overlap([(found.start, found.end)], [(row.start, row.end)])
            if overlap < SAME_EVIDENCE_OVERLAP:
                continue
            suggested = row.suggestion or {}
            before = (suggested.get("corrector"), suggested.get("corrected"))
            people = {str(p.public_id) for p in (corrector, corrected) if p}
            if people == {p for p in before if p} or (
                row.corrector == corrector and row.corrected == corrected
            ):
                return row
        return None

    def _person(self, index: int | None) -> Speaker | None:
        return None if index is None else self.speakers[index]

    def _fill(
        self, row: Correction, found: FoundCorrection, earlier: Sequence[Correction | None]
    ) -> None:
        cue = found.cue[0] if found.cue else None
        row.published_on = self.article.published_on
        row.kind = found.kind
        row.explicitness = found.explicitness
        row.corrector = self._person(found.corrector)
        row.corrected = self._person(found.corrected)
        row.start, row.end = found.start, found.end
        row.exact = self.article.text[found.start : found.end]
        row.cue_start = cue.start if cue else None
        row.cue_end = cue.end if cue else None
        row.cue_text = self.article.text[cue.start : cue.end][:300] if cue else ""
        row.retells = self._event(earlier, found.retells)
        row.same_point_as = self._event(earlier, found.same_point_as)
        row.status = Correction.Status.SUGGESTED
        row.confidence = found.confidence
        row.rule = found.rule[:80]
        row.reason = found.reason[:500]
        row.run = self.run
        row.suggestion = {
            "kind": found.kind,
            "explicitness": found.explicitness,
            "start": found.start,
            "end": found.end,
            "corrector": str(row.corrector.public_id) if row.corrector else None,
            "corrected": str(row.corrected.public_id) if row.corrected else None,
            "confidence": found.confidence,
            "rule": found.rule,
        }
        if row.pk:
            row.version += 1

    @staticmethod
    def _event(earlier: Sequence[Correction | None], index: int | None) -> Correction | None:
        """The earlier correction itself, never a retelling of one: there are no chains."""
        row = earlier[index] if index is not None and index < len(earlier) else None
        while row is not None and row.retells is not None:
            row = row.retells
        return row

    def _link(self, row: Correction, found: FoundCorrection) -> None:
        CorrectionQuote.objects.filter(correction=row).delete()
        sides = (
            (CorrectionQuote.Side.CORRECTED, found.corrected_quotes),
            (CorrectionQuote.Side.CORRECTING, found.correcting_quotes),
        )
        links: dict[int, CorrectionQuote] = {}
        for side, indices in sides:
            for index in indices:
                quote = self.quotes[index]
                if quote is not None and quote.pk not in links:
                    links[quote.pk] = CorrectionQuote(correction=row, quote=quote, side=side)
        CorrectionQuote.objects.bulk_create(links.values())


def _set_status(rows: Sequence[Any], status: str) -> None:
    now = timezone.now()
    for row in rows:
        row.status = status
        row.version += 1
        row.updated_at = now
    if rows:
        type(rows[0]).objects.bulk_update(rows, ("status", "version", "updated_at"))


def words_hash(normal_text: str) -> str:
    """Hash of the normal form: equal for quotes that give the same words."""
    return hashlib.sha256(normal_text.encode("utf-8")).hexdigest() if normal_text else ""
