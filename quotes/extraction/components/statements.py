"""Earlier statements of the article: whose claim "that suggestion" is."""

from __future__ import annotations

from bisect import bisect_left

from spacy.tokens import Doc

from quotes.extraction.cast import Entity
from quotes.extraction.components.parties import Parties
from quotes.extraction.components.speakers import Finding
from quotes.extraction.frames import Quoted

_REACH = 300
_MOST = 16
_STEM, _SHORTEST = 6, 4


class Statements:
    """The findings of an article in text order, asked for the claim behind a denial."""

    def __init__(self, doc: Doc, findings: list[Finding], parties: Parties) -> None:
        self.parties = parties
        self.doc = doc
        self.marks: Quoted = doc._.marks
        self.findings = findings
        self.starts = [finding.frame.start for finding in findings]

    def claimant(
        self, place: int, claim: list[int], corrector: Entity, apart: int
    ) -> Entity | None:
        """Who made the claim: the speaker before whose words are most like it, else the last.

        Only statements at most ``apart`` sentences back count where no word is shared; groups
        and unnamed sources are no claimant.
        """
        wanted = self.stems(claim)
        best: tuple[float, Entity] | None = None
        until = bisect_left(self.starts, place)
        for finding in reversed(self.findings[max(0, until - _MOST) : until]):
            entity = finding.entity
            if place - finding.frame.end > _REACH:
                break
            if entity is None or entity is corrector or entity.kind in ("group", "unnamed"):
                continue
            if self.parties.on_one_side(corrector, entity):
                continue
            content = finding.frame.content
            if content[-1] >= place or any(i in claim for i in content):
                continue
            shared = len(wanted & self.stems(content))
            back = self.marks.outer[place] - self.marks.outer[content[-1]]
            if shared < 2 and back > apart:
                continue
            value = 2.0 * shared - back
            if best is None or value > best[0]:
                best = (value, entity)
        return best[1] if best is not None else None

    def stems(self, tokens: list[int]) -> set[str]:
        """First letters of the words that carry meaning."""
        return {
            token.lower_[:_STEM]
            for token in (self.doc[i] for i in tokens[:200])
            if token.pos_ in ("NOUN", "VERB", "PROPN", "ADJ", "NUM")
            and (len(token) >= _SHORTEST or token.pos_ == "NUM")
        }
