"""Verbs of correcting with their objects: who denied what, who took back what, who was wrong."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Entity
from quotes.extraction.components.corrections_drafts import Drafts, points_at_one
from quotes.extraction.components.corrections_traps import (
    is_claim,
    is_denied,
    is_duty,
    is_ruling,
    is_unreal,
    what_is_false,
)
from quotes.extraction.events import Event
from quotes.extraction.syntax import subject, subtree, verb_group
from quotes.extraction.types import CorrectionKind

_CALLING = frozenset(
    "call term label brand deem dub describe denounce dismiss declare blast".split()
)
_POINTS = frozenset("point issue subject matter claim question".split())
_CONFIDENCE = {
    "deny": 0.66,
    "dispute": 0.62,
    "debunk": 0.62,
    "refute": 0.62,
    "rebut": 0.58,
    "contradict": 0.6,
    "challenge": 0.55,
    "reject": 0.57,
    "dismiss": 0.56,
    "rubbish": 0.6,
    "disprove": 0.6,
    "counter": 0.5,
    "correct": 0.6,
    "pooh": 0.6,
}
_ALONE = frozenset("backtrack backpedal misspeak misspoke misspoken".split())
_STATED = lexicon.STATED_THINGS | lexicon.CLAIM_NOUNS
_CLAIM = 0.45
_OF_SOMEBODY = 0.2
_MOST = 0.92
_PREDICATE_REACH = 16


def by_verbs(drafts: Drafts) -> Iterator[Event]:
    """Events of verbs outside quotation marks that really happened."""
    for token in drafts.doc:
        if token.pos_ not in ("VERB", "AUX") or drafts.marks.of[token.i] >= 0:
            continue
        lemma = token.lemma_.lower()
        if is_unreal(token):
            continue
        if lemma in lexicon.CORRECT_PERSON:
            yield from _person_corrected(drafts, token)
        if lemma in lexicon.CORRECT_CLAIM:
            yield from _claim_denied(drafts, token, lemma)
        if lemma in lexicon.TAKING_BACK:
            yield from _taken_back(drafts, token, lemma)
        if lemma in _CALLING:
            yield from _called(drafts, token)
        if lemma in lexicon.PUSHING_BACK:
            yield from _pushed_back(drafts, token, lemma)
        if lemma == "accuse":
            yield from _accused(drafts, token)


def _person_corrected(drafts: Drafts, verb: Token) -> Iterator[Event]:
    found, how = subject(verb)
    target = next((c for c in verb.children if c.dep_ == "dobj"), None)
    if how == "agent":
        target = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
    if found is None or target is None or how == "passive":
        return
    corrector = drafts.parties.who(found)
    reflexive = target.lower_ in lexicon.REFLEXIVE
    corrected = corrector if reflexive else drafts.parties.who(target)
    if corrector is None or corrected is None or corrected.kind == "unnamed":
        return
    if corrector is corrected and not reflexive:
        return
    if target.pos_ == "NOUN" and corrected.kind != "person":
        return
    same = any(
        drafts.doc[i].lower_ == "same"
        and i + 1 < len(drafts.doc)
        and drafts.doc[i + 1].lower_ in _POINTS
        for i in subtree(verb)
    )
    kind: CorrectionKind = "self_correction" if corrector is corrected else "contradiction"
    yield drafts.event(
        verb,
        verb_group(verb),
        kind,
        corrector,
        corrected,
        "corrected somebody",
        0.9,
        claim=_when_clause(verb),
        same=same,
    )


def _when_clause(verb: Token) -> list[int]:
    return [
        i
        for child in verb.children
        if child.dep_ in ("advcl", "prep") and child.i > verb.i
        for i in subtree(child)
    ]


def _claim_denied(drafts: Drafts, verb: Token, lemma: str) -> Iterator[Event]:
    corrector = drafts.agent(verb)
    if corrector is None or corrector.kind == "unnamed" and corrector.plural:
        return
    claim = _object(verb)
    if claim is not None and (is_duty(claim) or is_ruling(verb)):
        return
    clause = next((c for c in verb.children if c.dep_ in ("ccomp", "xcomp") and c.i > verb.i), None)
    kind: CorrectionKind = "denial" if lemma == "deny" else "contradiction"
    if claim is not None and _is_disputed(drafts, verb, claim, corrector):
        yield _disputed(drafts, verb, claim, corrector, kind)
    elif claim is not None and lemma == "deny" and claim.lemma_.lower() in lexicon.DENIABLE:
        said = list(subtree(claim))
        owner = drafts.statements.claimant(verb.i, said, corrector, 0)
        yield drafts.event(
            verb, verb_group(verb), kind, corrector, owner, "denied it", 0.6, claim=said
        )
    elif lemma == "deny" and claim is not None and claim.lower_ in ("it", "this", "that"):
        owner = drafts.statements.claimant(verb.i, [], corrector, 2)
        if owner is not None:
            yield drafts.event(
                verb, verb_group(verb), kind, corrector, owner, "denied it", 0.6, claim=[]
            )
    elif clause is not None and lemma in ("deny", "dispute") and clause.pos_ in ("VERB", "AUX"):
        said = list(subtree(clause))
        owner = drafts.statements.claimant(verb.i, said, corrector, 2 * (clause.tag_ == "VBG"))
        yield drafts.event(
            verb, verb_group(verb), kind, corrector, owner, "denied that", 0.62, claim=said
        )
    elif clause is not None and lemma == "doubt" and clause.dep_ == "ccomp":
        said = list(subtree(clause))
        owner = drafts.statements.claimant(verb.i, said, corrector, -1)
        if owner is not None:
            yield drafts.event(
                verb, verb_group(verb), kind, corrector, owner, "doubted that", 0.54, claim=said
            )
    elif claim is None and lemma == "deny" and verb.dep_ == "relcl":
        above = verb.head
        owner = drafts.owner(above, corrector, verb.i) if above.pos_ == "NOUN" else None
        yield drafts.event(
            verb,
            verb_group(verb),
            kind,
            corrector,
            owner if owner is not corrector else None,
            "denied it",
            0.56,
            claim=list(subtree(above)),
        )


def _object(verb: Token) -> Token | None:
    found = next((c for c in verb.children if c.dep_ == "dobj"), None)
    if any(c.dep_ == "agent" for c in verb.children):
        found = next((c for c in verb.children if c.dep_ == "nsubjpass"), found)
    return found


def _is_disputed(drafts: Drafts, verb: Token, claim: Token, corrector: Entity) -> bool:
    lemma = claim.lemma_.lower()
    if verb.lemma_.lower() in lexicon.SCORNING and lemma in lexicon.NO_CLAIMS:
        return False
    if is_claim(claim):
        return True
    if lemma not in lexicon.WEAK_CLAIM_NOUNS:
        return False
    behind = [c for c in verb.children if c.dep_ == "prep" and c.lower_ == "as"]
    if lemma != "idea" and any(c.i > claim.i for c in behind):
        return True
    # "rejected criticism from Hale that …": the clause hangs on the verb in many parses.
    if lemma == "criticism" and any(c.lower_ in ("from", "by") for c in claim.children):
        return any(drafts.doc[i].lower_ == "that" for i in subtree(verb) if i > claim.i)
    return (
        lemma not in ("idea", "criticism")
        and points_at_one(claim)
        and drafts.statements.claimant(claim.i, list(subtree(claim)), corrector, 1) is not None
    )


def _disputed(
    drafts: Drafts, verb: Token, claim: Token, corrector: Entity, kind: CorrectionKind
) -> Event:
    owner = drafts.owner(claim, corrector, verb.i)
    sure = _CONFIDENCE.get(verb.lemma_.lower(), _CLAIM)
    if owner is not None and owner is not corrector:
        sure = min(_MOST, sure + _OF_SOMEBODY)
    return drafts.event(
        verb,
        verb_group(verb),
        kind,
        corrector,
        owner if owner is not corrector else None,
        "claim disputed",
        sure,
        claim=list(subtree(claim)),
    )


def _taken_back(drafts: Drafts, verb: Token, lemma: str) -> Iterator[Event]:
    words = {c.lower_ for c in verb.children}
    claim = next((c for c in verb.children if c.dep_ in ("dobj", "pobj")), None)
    clause = next((c for c in verb.children if c.dep_ == "ccomp" and c.i > verb.i), None)
    if lemma == "walk" and "back" not in words:
        return
    alone = lemma in _ALONE
    if claim is None and not alone and not (clause is not None and lemma == "clarify"):
        return
    if lemma in ("clarify", "withdraw", "correct", "retract", "recant") and claim is not None:
        stated = claim.lemma_.lower() in lexicon.STATED_THINGS
        if not stated and not is_claim(claim) and claim.lower_ not in ("that", "it"):
            return
    if lemma.startswith("back") and not _from_a_statement(verb):
        return
    corrector = drafts.agent(verb)
    owner = drafts.parties.claimant(claim) if claim is not None else corrector
    if clause is not None and claim is None and lemma == "clarify":
        about, _ = subject(clause)
        stated = about is not None and about.lemma_.lower() in _STATED
        owner = drafts.parties.claimant(about) if about is not None and stated else corrector
    said = drafts.said_by(verb.i)
    if lemma.startswith("missp") and said is not None and said.entity is not None:
        owner, corrector = corrector, said.entity
    if corrector is None:
        return
    if lemma == "correct" and owner is not None and owner is not corrector:
        return
    yield drafts.event(
        verb,
        verb_group(verb),
        "self_correction",
        corrector,
        owner or corrector,
        "took it back",
        0.7 if lemma != "clarify" else 0.55,
        claim=list(subtree(claim)) if claim is not None else [],
    )


def _from_a_statement(verb: Token) -> bool:
    """ "backtracked", "backtracked on his remarks", but not "from his red line"."""
    nouns = [
        grand
        for c in verb.children
        if c.dep_ == "prep" and c.lower_ in ("from", "on")
        for grand in c.children
        if grand.dep_ == "pobj"
    ]
    return not nouns or any(noun.lemma_.lower() in _STATED for noun in nouns)


def _pushed_back(drafts: Drafts, verb: Token, lemma: str) -> Iterator[Event]:
    """ "pushed back on the charge", "took issue with Hale's claim", "shot down the report"."""
    needed, preps = lexicon.PUSHING_BACK[lemma]
    words = {c.lower_ for c in verb.children}
    if needed and not words & needed:
        return
    if preps:
        noun = next(
            (
                g
                for c in verb.subtree
                if c.dep_ == "prep" and c.lower_ in preps and verb.i < c.i <= verb.i + 4
                for g in c.children
                if g.dep_ == "pobj"
            ),
            None,
        )
    else:
        noun = next((c for c in verb.children if c.dep_ == "dobj"), None)
    if noun is None:
        return
    corrector = drafts.agent(verb)
    if corrector is None:
        return
    if is_claim(noun) or noun.lemma_.lower() in lexicon.CLAIM_NOUNS and points_at_one(noun):
        owner = drafts.owner(noun, corrector, verb.i)
    elif lemma == "push" and any(
        c.dep_ == "relcl" and c.lemma_.lower() in lexicon.CLAIM_VERBS for c in noun.children
    ):
        owner = drafts.parties.who(noun)
    else:
        return
    yield drafts.event(
        verb,
        verb_group(verb),
        "contradiction",
        corrector,
        owner if owner is not corrector else None,
        "pushed back",
        0.6 if owner is None else 0.72,
        claim=list(subtree(noun)),
    )


def _called(drafts: Drafts, verb: Token) -> Iterator[Event]:
    """ "termed the charge baseless", "called that nonsense", "dismissed it as a lie"."""
    what = next(
        (
            c
            for c in verb.subtree
            if verb.i < c.i < verb.i + _PREDICATE_REACH
            and c.lower_ in lexicon.STRONG_FALSE | lexicon.NONSENSE | {"liar"}
            and not is_denied(c)
        ),
        None,
    )
    if what is None:
        return
    claim = next((c for c in verb.children if c.dep_ == "dobj" and c.i < what.i), None)
    claim = claim or what_is_false(what)
    following = verb.nbor() if verb.i + 1 < len(verb.doc) else verb
    if claim is None and following.lower_ in ("that", "this") and following.i < what.i:
        claim = following  # "called that ‘nonsense’": to the parser a determiner
    corrector = drafts.agent(verb)
    if corrector is None or claim is None or claim.i <= verb.i and claim.dep_ != "nsubjpass":
        return
    if corrector.kind == "unnamed" and corrector.plural:
        return
    owner: Entity | None = None
    strong = what.lower_ in lexicon.STRONG_FALSE
    weak = claim.lemma_.lower() in lexicon.WEAK_CLAIM_NOUNS
    if what.lower_ == "liar":
        about = any(c.dep_ == "prep" and c.lower_ in ("for", "about", "over") for c in verb.subtree)
        owner = drafts.parties.who(claim) if about else None
    elif is_claim(claim) or strong and weak:
        owner = drafts.owner(claim, corrector, verb.i)
    elif claim.lower_ in ("that", "this") or strong and claim.lower_ == "it":
        owner = drafts.statements.claimant(verb.i, [], corrector, 1)
    if owner is corrector or owner is None and not (strong and (weak or is_claim(claim))):
        return
    yield drafts.event(
        verb,
        [verb.i],
        "contradiction",
        corrector,
        owner,
        "called untrue",
        0.7 if owner is not None else 0.58,
        claim=list(subtree(claim)),
    )


def _accused(drafts: Drafts, verb: Token) -> Iterator[Event]:
    """ "accused Hale of misstating the figures": he said something, and it was not so."""
    target = next((c for c in verb.children if c.dep_ == "dobj"), None)
    deed = next(
        (
            grand
            for c in verb.children
            if c.dep_ == "prep" and c.lower_ == "of"
            for grand in c.children
            if grand.dep_ == "pcomp"
        ),
        None,
    )
    corrector = drafts.agent(verb)
    if target is None or deed is None or corrector is None:
        return
    lemma = deed.lemma_.lower()
    about = any(c.dep_ == "prep" and c.lower_ in ("about", "on") for c in deed.children)
    if lemma not in lexicon.OVERSTATING and not (lemma in ("lie", "mislead") and about):
        return
    corrected = drafts.parties.who(target)
    if corrected is None or corrected is corrector or corrected.kind == "unnamed":
        return
    yield drafts.event(
        verb,
        [verb.i],
        "contradiction",
        corrector,
        corrected,
        "called a lie",
        0.64,
        claim=list(subtree(deed)),
    )
