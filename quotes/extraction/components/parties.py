"""Who stands on either side of a correction: a noun's person, a claim's owner, the last speaker."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Cast, Entity, Mention
from quotes.extraction.components.speakers import Finding
from quotes.extraction.syntax import noun_phrase, possessor, subject

_NEAR, _RECENT = 400, 250
"""Reach in tokens: of attributions that matter to a token, and of a speaker who is answered."""


class Parties:
    """Look-ups among the people and attributions of one document."""

    def __init__(self, doc: Doc, findings: Sequence[Finding]) -> None:
        self.doc = doc
        self.cast: Cast = doc._.cast
        self.findings = list(findings)
        self.starts = [finding.frame.start for finding in self.findings]

    def claimant(self, noun: Token) -> Entity | None:
        """Whose claim: "Hale's claim", "the claim by Hale", "a claim Hale made"."""
        owner = possessor(noun)
        if owner is None:
            owner = next(
                (
                    g
                    for c in noun.children
                    if c.dep_ == "prep" and c.lower_ in ("from", "by")
                    for g in c.children
                    if g.dep_ == "pobj"
                ),
                None,
            )
        if owner is None:
            clause = next((c for c in noun.children if c.dep_ == "relcl"), None)
            if clause is not None:
                owner, how = subject(clause)
                if how == "passive":
                    owner = None
        if owner is None:
            return None
        return self.who(owner)

    def findings_near(self, index: int) -> list[Finding]:
        """Attributions that begin within reach of the token."""
        low = bisect_left(self.starts, index - _NEAR)
        return self.findings[low : bisect_right(self.starts, index + _NEAR)]

    def speaker_before(self, index: int, other: Entity | None) -> Entity | None:
        """Who spoke last before the token, unless that is ``other`` himself."""
        place = bisect_left(self.starts, index)
        for finding in reversed(self.findings[max(0, place - 12) : place]):
            if index - finding.frame.end < _RECENT and finding.entity is not None:
                return finding.entity if finding.entity is not other else None
        return None

    def who(self, token: Token) -> Entity | None:
        """Person or body a noun stands for; a spokesman stands for those he speaks for."""
        known = self.cast.at.get(token.i)
        if known is None:
            known = next(
                (
                    self.cast.at[c.i]
                    for c in token.children
                    if c.dep_ == "appos" and c.i in self.cast.at
                ),
                None,
            )
        if known is not None and known.how != "description":
            return known.entity
        if token.lemma_.lower() in lexicon.SPEAKS_FOR:
            for child in token.children:
                if child.dep_ == "prep" and child.lower_ == "for":
                    for grand in child.children:
                        if grand.i in self.cast.at:
                            return self.cast.at[grand.i].entity
                if child.dep_ in ("poss", "compound") and child.i in self.cast.at:
                    return self.cast.at[child.i].entity
        if known is not None:
            return known.entity
        if token.pos_ == "PRON" or token.lower_ in lexicon.PRONOUNS:
            return None
        if token.pos_ not in ("NOUN", "PROPN"):
            return None
        lemma = token.lemma_.lower()
        if (
            token.pos_ == "NOUN"
            and token.lower_ not in lexicon.COLLECTIVE
            and lemma not in (lexicon.ROLES | lexicon.ORGANISATION_NOUNS | lexicon.UNNAMED_HEADS)
        ):
            return None
        words = [i for i in noun_phrase(token, keep_appositions=False) if not self.doc[i].is_space]
        if not words or len(words) > 8:
            return None
        text = " ".join(self.doc[i].text for i in words if self.doc[i].dep_ != "det")
        key = text.casefold()
        entity = self.cast.by_name.get(key)
        if entity is None:
            plural = token.tag_ in ("NNS", "NNPS")
            body = token.lemma_.lower() in lexicon.ORGANISATION_NOUNS or token.pos_ == "PROPN"
            entity = self.cast.add(
                Entity(
                    text,
                    "organisation" if body else "group" if plural else "unnamed",
                    plural=plural,
                )
            )
        self.cast.mention(Mention(token.i, token.i + 1, token.i, entity, "description", text))
        return entity
