"""What only looks like a correction: negation, conditions, elections, things that claim nothing."""

from __future__ import annotations

from spacy.tokens import Token

from quotes.extraction import lexicon
from quotes.extraction.syntax import is_negated, subject

_NOT_DONE = frozenset("refuse decline fail want need ask urge try hope threaten".split())
_INSTEAD = frozenset("than without instead".split())
_DUTY = frozenset("should ought must".split())
_BENCH = frozenset("judge justice court tribunal magistrate jury panel jurist".split())
_OPEN_IDEAS = frozenset("idea notion criticism argument theory view belief suggestion".split())


def is_unreal(verb: Token) -> bool:
    """Not, never, refused to, would have to: nobody was corrected."""
    if is_negated(verb):
        return True
    governor = verb.head if verb.dep_ == "xcomp" else verb
    if governor.pos_ == "ADJ":  # "felt free to contradict him"
        return True
    if governor.lemma_.lower() in _NOT_DONE:
        return governor.i != verb.i
    if verb.head.lower_ in _INSTEAD or any(c.lower_ in _INSTEAD for c in verb.children):
        return True
    return any(child.tag_ == "MD" and child.lower_ != "will" for child in verb.children) or any(
        child.dep_ == "mark" and child.lower_ in ("if", "unless", "whether")
        for child in verb.children
    )


def is_claim(noun: Token) -> bool:
    """A claim counts, a thing does not: "challenged the assertion", not "the lawsuit"."""
    lemma = noun.lemma_.lower()
    if noun.pos_ == "PROPN":  # "blasted the Drudge Report"
        return False
    if noun.lower_ not in lexicon.CLAIM_NOUNS and lemma not in lexicon.CLAIM_NOUNS:
        return False
    if lemma not in lexicon.WEAK_CLAIM_NOUNS:
        return True
    return any(
        c.dep_ in ("acl", "ccomp", "poss")
        or c.dep_ == "prep"
        and (c.lower_ == "of" and lemma not in ("idea", "criticism"))
        or c.dep_ == "relcl"
        and lemma in _OPEN_IDEAS
        for c in noun.children
    )


def is_duty(noun: Token) -> bool:
    """ "the notion that it should be forgotten": what ought to be is nobody's claim."""
    return any(
        c.dep_ in ("acl", "relcl", "ccomp")
        and any(t.tag_ == "MD" and t.lower_ in _DUTY for t in c.children)
        for c in noun.children
    )


def is_ruling(verb: Token) -> bool:
    """A judge who rejects an argument decides a case; nobody's statement is corrected."""
    found, _ = subject(verb)
    if found is None:
        return False
    words = (found, *(c for c in found.children if c.dep_ in ("compound", "appos", "nmod")))
    return any(word.lemma_.lower() in _BENCH for word in words)


def is_denied(token: Token) -> bool:
    """ "not true", "n't false", "neither true nor …"."""
    around = [*token.children, *token.head.children, token.head]
    return any(t.dep_ == "neg" or t.lower_ in ("not", "n't", "never", "nothing") for t in around)


def what_is_false(token: Token) -> Token | None:
    """The subject or object that the word is said of, in "X is false" and "called X false"."""
    verb = token.head
    if token.dep_ == "amod":
        return verb if verb.pos_ == "NOUN" else None
    if token.dep_ in ("nmod", "conj") and verb.dep_ in ("attr", "acomp", "oprd"):
        token, verb = verb, verb.head
    if token.dep_ in ("acomp", "attr", "oprd", "ccomp", "xcomp") or verb.lemma_ == "be":
        for child in verb.children:
            if child.dep_ in ("nsubj", "nsubjpass") and child.i < token.i:
                return child
        for child in (*token.children, *verb.children):
            if child.dep_ in ("nsubj", "dobj") and child.i < token.i:
                return child
    return next((child for child in token.children if child.dep_ == "nsubj"), None)


def whole_of(noun: Token) -> Token:
    """ "all of the claims", "half of his advice": what the part is a part of."""
    if noun.lower_ not in lexicon.PARTS:
        return noun
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((grand for grand in child.children if grand.dep_ == "pobj"), noun)
    return noun
