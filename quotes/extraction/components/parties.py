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
_INTRODUCTIONS, _BESIDE = 6, 9


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
            if clause is not None and not any(
                c.lower_ == "that" and c.dep_ == "mark" for c in clause.children
            ):
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

    def on_one_side(self, left: Entity, right: Entity) -> bool:
        """A party and its spokesman, a man and his campaign: neither corrects the other."""
        return _named_alike(left, right) or self._serves(left, right) or self._serves(right, left)

    def _serves(self, servant: Entity, principal: Entity) -> bool:
        """ "Hale campaign manager Ida Marsh", "Ida Marsh, a spokeswoman for Hale"."""
        for mention in servant.mentions[:_INTRODUCTIONS]:
            start, end = max(0, mention.start - _BESIDE), mention.end + _BESIDE
            window = self.doc[start:end]
            sentence = self.doc[mention.head].sent
            if any(
                t.i in self.cast.at
                and self.cast.at[t.i].entity is principal
                and t.sent.start == sentence.start
                and _role_between(self.doc, t.i, mention)
                for t in window
            ):
                return True
        return False

    def who(self, token: Token) -> Entity | None:
        """Person or body a noun stands for; a spokesman stands for those he speaks for."""
        whole = self._antecedent(token)
        if whole is not None:
            return self.who(whole)
        known = self.cast.at.get(token.i)
        if known is not None and self._is_another(token, known):
            known = None
        elif known is None:
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
        if token.text.istitle() and known is not None and self.cast.by_last.get(token.lower_):
            return self.cast.by_last[token.lower_][-1]
        principal = self._principal(token)
        if principal is not None:
            return principal
        if token.lemma_.lower() in lexicon.SPEAKS_FOR:
            for child in token.children:
                if child.dep_ == "prep" and child.lower_ == "for":
                    for grand in child.children:
                        if grand.i in self.cast.at:
                            return self.cast.at[grand.i].entity
                if child.dep_ in ("poss", "compound") and child.i in self.cast.at:
                    return self.cast.at[child.i].entity
                if child.dep_ == "compound" and child.lower_ in lexicon.ORGANISATION_NOUNS:
                    named = self._last_body(child.lower_, token.i)
                    if named is not None:
                        return named
        if known is not None:
            return known.entity
        if token.pos_ == "PRON" or token.lower_ in lexicon.PRONOUNS:
            return None
        if token.pos_ not in ("NOUN", "PROPN"):
            return None
        if [c.lower_ for c in token.children if c.i < token.i] == ["the"]:
            named = self._last_body(token.lower_, token.i)
            if named is not None and token.pos_ == "NOUN":
                return named
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

    def _antecedent(self, token: Token) -> Token | None:
        """ "the government, which …", "relatives, many of whom …": the noun before."""
        word = token
        if token.lower_ in lexicon.PARTS:
            word = next(
                (
                    g
                    for c in token.children
                    if c.dep_ == "prep" and c.lower_ == "of"
                    for g in c.children
                    if g.lower_ == "whom"
                ),
                token,
            )
        if word.tag_ not in ("WDT", "WP") or word is token and token.i in self.cast.at:
            return None
        clause = token.head
        if clause.dep_ != "relcl" or clause.head.pos_ not in ("NOUN", "PROPN"):
            return None
        return clause.head if clause.head.i < token.i else None

    def _is_another(self, token: Token, known: Mention) -> bool:
        """ "the Hale campaign" is not the Marsh campaign that was named before."""
        if known.how != "description" or token.lemma_.lower() not in lexicon.ORGANISATION_NOUNS:
            return False
        names = [c.lower_ for c in token.children if c.dep_ == "compound" and c.pos_ == "PROPN"]
        return bool(names) and not any(name in known.entity.name.casefold() for name in names)

    def _principal(self, token: Token) -> Entity | None:
        """ "Hale's office": what it says is what Hale says."""
        if token.lemma_.lower() not in lexicon.HOUSEHOLDS:
            return None
        owner = next((c for c in token.children if c.dep_ == "poss"), None)
        known = self.cast.at.get(owner.i) if owner is not None else None
        return known.entity if known is not None and known.entity.kind == "person" else None

    def _last_body(self, noun: str, place: int) -> Entity | None:
        """The "campaign" of "a campaign spokesman": the last one that was named."""
        best: tuple[int, Entity] | None = None
        for entity in self.cast.entities:
            if entity.kind != "organisation" or not entity.name.casefold().endswith(noun):
                continue
            for mention in entity.mentions:
                if mention.start < place and (best is None or mention.start > best[0]):
                    best = (mention.start, entity)
        return best[1] if best is not None else None


def _named_alike(left: Entity, right: Entity) -> bool:
    """ "Hale" and "Hale campaign", "PolitiFact" and "PolitiFact Virginia"."""
    for one, other in ((left, right), (right, left)):
        name = (one.last or one.name).casefold()
        if one.kind != other.kind and name and name in other.name.casefold():
            return True
    return False


def _role_between(doc: Doc, place: int, mention: Mention) -> bool:
    """A role noun, and no verb, between a principal's name and the servant's."""
    low, high = min(place, mention.start), max(place, mention.end)
    between = doc[low:high]
    return any(t.lemma_.lower() in lexicon.SIDE_ROLES for t in between) and not any(
        t.pos_ in ("VERB", "AUX") for t in between
    )
