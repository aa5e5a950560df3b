"""One run's corrections against those that an article already has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Quote,
    Speaker,
)
from quotes.models.suggestion import LIVE_STATES
from quotes.operations.overlap import overlap

if TYPE_CHECKING:
    from quotes.extraction.types import Correction as FoundCorrection

SAME_EVIDENCE_OVERLAP = 0.5


class SuggestedCorrections:
    """One run's corrections against the article's."""

    def __init__(
        self,
        article: Article,
        run: ExtractionRun,
        speakers: Mapping[int, Speaker],
        quotes: Sequence[Quote | None],
    ) -> None:
        self.article = article
        self.run = run
        self.speakers = speakers
        self.quotes = quotes
        self.existing = list(
            Correction.objects.select_for_update(of=("self",), no_key=True)
            .filter(article=article)
            .known_to_runs()
            .in_reading_order()
        )

    def apply(self, found: Sequence[FoundCorrection]) -> None:
        same: list[Correction | None] = []
        for correction in found:
            same.append(self._same_as(correction, used={row.pk for row in same if row}))
        kept = {row.pk for row in same if row}
        gone = [row.pk for row in self.existing if not row.touched and row.pk not in kept]
        Correction.objects.filter(pk__in=gone).mark_replaced()
        rows: list[Correction | None] = []
        for correction, stored in zip(found, same, strict=True):
            if self._of_one_person(correction):
                rows.append(None)
                continue
            if stored is not None and stored.touched:
                is_live = stored.status in LIVE_STATES
                rows.append(stored if is_live else None)
                continue
            row = stored or Correction(
                article=self.article, collection_id=self.article.collection_id
            )
            self._fill(row, correction, rows)
            row.save()
            self._link(row, correction)
            rows.append(row)

    def _same_as(self, found: FoundCorrection, *, used: set[int]) -> Correction | None:
        """The row with the same evidence and the same people; each row is used once."""
        corrector, corrected = self._person(found.corrector), self._person(found.corrected)
        for row in self.existing:
            common = overlap([(found.start, found.end)], [(row.start, row.end)])
            if common < SAME_EVIDENCE_OVERLAP or row.pk in used:
                continue
            suggested = row.suggestion or {}
            before = (suggested.get("corrector"), suggested.get("corrected"))
            people = {str(p.public_id) for p in (corrector, corrected) if p}
            if people == {p for p in before if p} or (
                row.corrector == corrector and row.corrected == corrected
            ):
                return row
        return None

    def _of_one_person(self, found: FoundCorrection) -> bool:
        """Two names that are one speaker here, as after a merge: nobody contradicts himself."""
        corrector, corrected = self._person(found.corrector), self._person(found.corrected)
        return (
            found.kind != Correction.Kind.SELF_CORRECTION.value
            and corrector is not None
            and corrector == corrected
        )

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
