"""What every rule of correction needs: the document, its people, and an event written down."""

from __future__ import annotations

from bisect import bisect_right

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Cast, Entity
from quotes.extraction.components.parties import Parties
from quotes.extraction.components.speakers import Finding
from quotes.extraction.components.statements import Statements
from quotes.extraction.events import Event
from quotes.extraction.frames import Quoted
from quotes.extraction.syntax import subject, subtree
from quotes.extraction.types import CorrectionKind, Explicitness

_CLIMB = 6


class Drafts:
    """The findings of one document in text order, and look-ups that the rules share."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = doc._.cast
        self.marks: Quoted = doc._.marks
        self.findings: list[Finding] = sorted(doc._.findings, key=lambda f: f.frame.start)
        self.parties = Parties(doc, self.findings)
        self.statements = Statements(doc, self.findings, self.parties)
        self._starts = [finding.frame.start for finding in self.findings]
        self._by_cue = {i: finding for finding in self.findings for i in finding.frame.cue}

    def said_by(self, place: int) -> Finding | None:
        """The finding in whose content the token stands."""
        number = bisect_right(self._starts, place) - 1
        if number < 0 or place not in self.findings[number].frame.content:
            return None
        return self.findings[number]

    def speaker(self, finding: Finding) -> Entity | None:
        """Who speaks, where the source has no name of its own: the relatives of "many of whom"."""
        entity, anchor = finding.entity, finding.frame.anchor
        if entity is None or entity.kind not in ("group", "unnamed") or anchor is None:
            return entity
        return self.parties.who(self.doc[anchor]) or entity

    def agent(self, verb: Token) -> Entity | None:
        """Who does what the verb says; a letter's writer for "a letter disputing …"."""
        found, how = subject(verb)
        if how == "passive":
            return None
        if found is not None and how == "modified" and not self._can_speak(found):
            writer = self.parties.claimant(found)
            if writer is not None:
                return writer
            found, how = subject(_verb_above(found))
        person = self.parties.who(found) if found is not None and how != "passive" else None
        if person is None and verb.i in self._by_cue:
            person = self._by_cue[verb.i].entity
        return person

    def _can_speak(self, noun: Token) -> bool:
        lemma = noun.lemma_.lower()
        return lemma not in lexicon.DOCUMENTS and (
            noun.i in self.cast.at or lemma in lexicon.ROLES | lexicon.ORGANISATION_NOUNS
        )

    def owner(self, noun: Token, corrector: Entity | None, place: int) -> Entity | None:
        """Whose claim the noun stands for; "that charge" is that of an earlier statement."""
        owner = self.parties.claimant(noun)
        if owner is None and corrector is not None and points_at_one(noun):
            owner = self.statements.claimant(place, list(subtree(noun)), corrector, 2)
        return owner

    def event(
        self,
        token: Token,
        cue: list[int],
        kind: CorrectionKind,
        corrector: Entity,
        corrected: Entity | None,
        rule: str,
        confidence: float,
        *,
        claim: list[int],
        same: bool = False,
        explicitness: Explicitness = "verb",
    ) -> Event:
        """An event of the sentence round the token, as a reader sees sentences."""
        outer, place = self.marks.outer, token.i
        start = end = place
        while start > 0 and outer[start - 1] == outer[place]:
            start -= 1
        while end + 1 < len(outer) and outer[end + 1] == outer[place]:
            end += 1
        words = " ".join(self.doc[i].text for i in cue)
        reason = f"“{words}”: {corrector.name} → {corrected.name if corrected else 'nobody named'}"
        return Event(
            start,
            end + 1,
            cue,
            kind,
            explicitness,
            corrector,
            corrected,
            rule,
            reason,
            confidence,
            claim,
            same,
        )


def _verb_above(token: Token) -> Token:
    for _ in range(_CLIMB):
        token = token.head
        if token.pos_ in ("VERB", "AUX"):
            break
    return token


def points_at_one(noun: Token) -> bool:
    """ "that suggestion", "the accusations", with nothing behind that says what it is."""
    return any(
        c.lower_ in ("the", "that", "those", "these", "this", "such") for c in noun.children
    ) and (not any(c.dep_ in ("acl", "relcl", "prep", "amod") for c in noun.children))
