"""What people say of another's claim: false, not true, exaggerated, contrary to it."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Entity
from quotes.extraction.components.corrections_drafts import Drafts
from quotes.extraction.components.corrections_traps import (
    is_claim,
    is_denied,
    what_is_false,
    whole_of,
)
from quotes.extraction.components.speakers import Finding
from quotes.extraction.events import Event
from quotes.extraction.syntax import is_negated, subject, subtree

_LONGEST = 200
_ADVERB_REACH = 4
_TRUE = frozenset(("true", "right", "correct", "accurate"))
_POINTING = frozenset(("that", "it", "this"))


def by_words(drafts: Drafts) -> Iterator[Event]:
    """One event at most for each thing said: the first word that calls a claim untrue."""
    for finding in drafts.findings:
        corrector = drafts.speaker(finding)
        if corrector is None or corrector.plural and corrector.kind == "unnamed":
            continue
        for i in finding.frame.content[:_LONGEST]:
            event = _untrue(drafts, drafts.doc[i], finding, corrector)
            if event is not None:
                yield event
                break
    yield from _contrary(drafts)


def _untrue(drafts: Drafts, token: Token, finding: Finding, corrector: Entity) -> Event | None:
    lemma = token.lemma_.lower()
    if token.pos_ == "VERB" and not is_negated(token):
        if lemma == "lie":
            return _lied(drafts, token, finding, corrector)
        if lemma in lexicon.OVERSTATING or _is_wrongly(token, lemma):
            return _overstated(drafts, token, finding, corrector)
    if token.lower_ in lexicon.MISTAKEN:
        event = _mistaken(drafts, token, finding, corrector)
        if event is not None:
            return event
    return _called_false(drafts, token, finding, corrector)


def _lied(drafts: Drafts, token: Token, finding: Finding, corrector: Entity) -> Event | None:
    owner = _subject_of(drafts, token)
    about = any(c.dep_ == "prep" and c.lower_ == "about" for c in token.children)
    if owner is None or owner is corrector or not about:
        return None
    return _event(drafts, token, finding, corrector, owner, "called a lie", 0.66)


def _is_wrongly(token: Token, lemma: str) -> bool:
    """ "wrongly suggested": an adverb that calls the claim untrue."""
    if lemma not in lexicon.CLAIM_VERBS:
        return False
    around = token.doc[max(0, token.i - _ADVERB_REACH) : token.i + 1 + _ADVERB_REACH]
    return any(
        t.lower_ in lexicon.WRONGLY and (t.i < token.i or t.head.i == token.i) for t in around
    )


def _overstated(drafts: Drafts, token: Token, finding: Finding, corrector: Entity) -> Event | None:
    found, how = subject(token)
    passive = (
        any(c.dep_ == "auxpass" for c in token.children)
        or token.tag_ == "VBN"
        and not any(c.dep_ == "aux" for c in token.children)
    )
    if found is None or how == "passive" or passive or found.i not in finding.frame.content:
        return None
    owner = drafts.parties.who(found)
    if owner is corrector or owner is None and found.pos_ == "PRON":
        return None
    sure = 0.64 if owner is not None else 0.54
    return _event(drafts, token, finding, corrector, owner, "called untrue", sure)


def _mistaken(drafts: Drafts, token: Token, finding: Finding, corrector: Entity) -> Event | None:
    """ "Hale is wrong about the bridge", but not "wrong to sell it" or "wrong for us"."""
    if token.dep_ not in ("acomp", "oprd") or is_denied(token):
        return None
    about = next((c for c in token.children if c.dep_ == "prep"), None)
    because = next((c for c in token.head.children if c.dep_ == "advcl" and c.i > token.i), None)
    if because is not None and any(c.lower_ in ("because", "when") for c in because.children):
        about = because
    elif about is None or about.lower_ not in ("about", "on", "in", "when"):
        return None
    owner = _subject_of(drafts, token.head)
    if owner is None or owner is corrector or owner.kind == "unnamed":
        return None
    return _event(
        drafts, token, finding, corrector, owner, "called untrue", 0.55, list(subtree(about))
    )


def _subject_of(drafts: Drafts, verb: Token) -> Entity | None:
    found, how = subject(verb)
    return drafts.parties.who(found) if found is not None and how != "passive" else None


def _called_false(
    drafts: Drafts, token: Token, finding: Finding, corrector: Entity
) -> Event | None:
    low = token.lower_
    denied = is_denied(token)
    turned = low in _TRUE and denied or _is_not_so(token)
    weak = low in lexicon.NONSENSE or turned and low in ("right", "correct", "accurate")
    if low not in lexicon.STRONG_FALSE and not turned and not weak:
        return None
    if not turned and denied:
        return None
    about_what = what_is_false(token)
    if about_what is None:
        return None
    about_what = whole_of(about_what)
    claim = list(subtree(about_what))
    if is_claim(about_what) or _is_statement(drafts, about_what) and not weak:
        owner = drafts.parties.claimant(about_what)
        sure = 0.75 if owner is not None and owner is not corrector else 0.5
        if sure == 0.5 and token.dep_ == "amod":  # "an unfounded fear": whose voice is it?
            sure = 0.45
        if (weak or not is_claim(about_what)) and (owner is None or owner is corrector):
            return None
    elif about_what.lower_ in _POINTING and not weak:
        owner = drafts.parties.speaker_before(finding.frame.start, corrector)
        sure, claim = (0.52 if owner is not None else 0.4), []
    else:
        return None
    if owner is corrector:
        owner = None
    return _event(drafts, token, finding, corrector, owner, "called untrue", sure, claim)


def _is_not_so(token: Token) -> bool:
    """ "that is not so", "this is simply not the case"."""
    be = token.head
    return (
        token.lower_ in ("so", "case")
        and be.lemma_ == "be"
        and token.dep_ in ("attr", "acomp", "advmod")
        and is_negated(be)
        and any(c.dep_ == "nsubj" and c.lower_ in _POINTING for c in be.children)
    )


def _is_statement(drafts: Drafts, noun: Token) -> bool:
    """ "Hale's letter", "his advice": somebody's words, though not called a claim."""
    lemma = noun.lemma_.lower()
    if lemma not in lexicon.DOCUMENTS | lexicon.STATED_THINGS | lexicon.WEAK_CLAIM_NOUNS:
        return False
    return any(c.dep_ == "poss" for c in noun.children)


def _contrary(drafts: Drafts) -> Iterator[Event]:
    """ "Contrary to Hale's claim, the bridge is open, Marsh said"; "despite his claim"."""
    for token in drafts.doc:
        if token.lower_ not in ("contrary", "despite", "notwithstanding"):
            continue
        noun = _claim_behind(token)
        if noun is None or drafts.marks.of[token.i] >= 0:
            continue
        said = drafts.said_by(token.i) or drafts.said_by(min(noun.right_edge.i + 2, noun.doc[-1].i))
        corrector = said.entity if said is not None else None
        if corrector is None:
            corrector = _speaker_in_sentence(drafts, token)
        owner = drafts.parties.claimant(noun)
        if corrector is None or owner is corrector:
            continue
        sure = 0.74 if token.lower_ == "contrary" else 0.54
        yield drafts.event(
            token,
            [token.i],
            "contradiction",
            corrector,
            owner,
            "contrary to the claim",
            sure if owner is not None else sure - 0.12,
            claim=list(subtree(noun)),
        )


def _claim_behind(token: Token) -> Token | None:
    for other in token.doc[token.i + 1 : token.i + 10]:
        if (
            other.pos_ == "NOUN"
            and is_claim(other)
            and other.lower_ not in ("reports", "criticism")
        ):
            return other
        if other.pos_ in ("VERB", "PUNCT") and other.text not in "’'":
            return None
    return None


def _speaker_in_sentence(drafts: Drafts, token: Token) -> Entity | None:
    outer = drafts.marks.outer
    for finding in drafts.parties.findings_near(token.i):
        if outer[finding.frame.start] == outer[token.i] and finding.entity is not None:
            return finding.entity
    return None


def _event(
    drafts: Drafts,
    token: Token,
    finding: Finding,
    corrector: Entity,
    owner: Entity | None,
    rule: str,
    sure: float,
    claim: list[int] | None = None,
) -> Event:
    return drafts.event(
        token, [token.i], "contradiction", corrector, owner, rule, sure, claim=claim or []
    )
