"""Questions to a dependency parse: subjects, noun phrases, verb groups."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon

SUBJECTS = ("nsubj", "csubj", "expl")
_CUT_FROM_NAMES = frozenset(("relcl", "advcl", "punct", "parataxis", "ccomp", "cc", "prep"))
_LONG_APPOSITION = 14
_LONGEST_CLAUSE = 250


def subject(verb: Token, depth: int = 0) -> tuple[Token | None, str]:
    """Who does what the verb says, and how it was found; through conjunctions and controls."""
    for child in verb.children:
        if child.dep_ == "nsubj" or child.dep_ == "csubj":
            return child, "subject"
    agent = _agent(verb)
    if agent is not None:
        return agent, "agent"
    for child in verb.children:
        if child.dep_ == "nsubjpass":
            return child, "passive"
    if depth >= 4:
        return None, "none"
    head = verb.head
    if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp", "dep") and head.i != verb.i:
        if verb.dep_ == "pcomp" or verb.dep_ == "xcomp":
            if verb.dep_ == "xcomp":
                controlled = _controlling_object(verb)
                if controlled is not None:
                    return controlled, "object"
            while head.pos_ not in ("VERB", "AUX") and head.head.i != head.i:
                head = head.head
        if head.pos_ in ("VERB", "AUX"):
            found, how = subject(head, depth + 1)
            return found, "shared" if how in ("subject", "shared", "agent", "relative") else how
    if verb.dep_ == "acl" and head.pos_ in ("NOUN", "PROPN", "PRON") and verb.tag_ == "VBG":
        return head, "modified"
    if verb.dep_ == "acl" and head.pos_ in ("NOUN",):
        owner = possessor(head)
        return (owner, "possessor") if owner is not None else (None, "none")
    if verb.dep_ == "ccomp" and verb.tag_ == "VBG" and depth == 0 and head.pos_ in ("VERB", "AUX"):
        found, how = subject(head, depth + 1)
        return found, "shared"
    return None, "none"


def _agent(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ == "agent":
            return next((grand for grand in child.children if grand.dep_ == "pobj"), None)
    return None


def _controlling_object(verb: Token) -> Token | None:
    if verb.head.lemma_.lower() in ("promise", "vow", "go", "use", "want", "try"):
        return None
    return next(
        (c for c in verb.head.children if c.dep_ in ("dobj", "dative") and c.i < verb.i), None
    )


def possessor(noun: Token) -> Token | None:
    """X in "X's claim", "claim of X", "claim by X", "claim from X"."""
    for child in noun.children:
        if child.dep_ == "poss":
            return child
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("by", "of", "from"):
            return next((grand for grand in child.children if grand.dep_ == "pobj"), None)
    return None


def noun_phrase(head: Token, *, keep_appositions: bool = True) -> list[int]:
    """Token indices of the phrase round ``head``, without clauses that hang on it."""
    cut: set[int] = set()
    for child in head.children:
        drop = child.dep_ in ("relcl", "advcl", "parataxis", "ccomp") or (
            child.dep_ == "acl" and child.i > head.i and child.tag_ == "VBG"
        )
        if child.dep_ == "appos":
            size = child.right_edge.i - child.left_edge.i
            drop = not keep_appositions or size > _LONG_APPOSITION
        if child.dep_ == "punct" and child.i < head.i and child.text in "“\"''":
            drop = True
        if drop:
            cut.update(subtree(child))
    doc = head.doc
    left, right = head.left_edge.i, head.right_edge.i
    left, right = max(left, head.i - _LONGEST_CLAUSE), min(right, head.i + _LONGEST_CLAUSE)
    first = last = head.i
    while first - 1 >= left and first - 1 not in cut and not _is_line_end(doc[first - 1]):
        first -= 1
    while last + 1 <= right and last + 1 not in cut and not _is_line_end(doc[last + 1]):
        last += 1
    return trimmed(doc, list(range(first, last + 1)))


def _is_line_end(token: Token) -> bool:
    return token.is_space and "\n" in token.text


def trimmed(doc: Doc, indices: Iterable[int]) -> list[int]:
    """Sorted indices without white space, commas and dashes at both ends."""
    order = sorted(indices)
    first, last = 0, len(order)
    while first < last and (doc[order[first]].is_space or doc[order[first]].text in ",.;:-—–)…--"):
        first += 1
    while last > first and (
        doc[order[last - 1]].is_space or doc[order[last - 1]].text in ",;:-—–.(--"
    ):
        last -= 1
    while last > first and doc[order[last - 1]].dep_ == "cc":
        last -= 1
    return order[first:last]


def subtree(token: Token) -> range:
    """The token's stretch of the sentence, cut where no sentence of prose goes on for so long."""
    return range(
        max(token.left_edge.i, token.i - _LONGEST_CLAUSE),
        min(token.right_edge.i + 1, token.i + _LONGEST_CLAUSE),
    )


def verb_group(verb: Token) -> list[int]:
    """The verb with its auxiliaries, particles, negation and the adverbs between them."""
    group = {verb.i}
    for child in verb.children:
        helper = child.dep_ in ("prt", "neg", "aux", "auxpass") and abs(child.i - verb.i) <= 5
        adverb = child.dep_ == "advmod" and child.pos_ == "ADV" and child.i == verb.i - 1
        if helper or adverb:
            group.add(child.i)
    first = min(group)
    return [
        i
        for i in range(first, max(group) + 1)
        if i in group or verb.doc[i].dep_ in ("advmod", "neg") and verb.doc[i].head.i in group
    ]


def is_negated(verb: Token) -> bool:
    """Not, never, no longer: on the verb or on an auxiliary of it."""
    if any(child.dep_ == "neg" for child in verb.children):
        return True
    governor = verb.head if verb.dep_ == "xcomp" else None
    if governor is None:
        return False
    return governor.lemma_.lower() in lexicon.NEGATIONS or any(
        child.dep_ == "neg" for child in governor.children
    )


def mark_of(clause: Token) -> str:
    """The word that opens a clause: that, if, whether, what…; empty where there is none."""
    for child in clause.children:
        if child.dep_ == "mark" and child.i < clause.i:
            return child.lower_
    first = clause.doc[clause.left_edge.i]
    return first.lower_ if first.tag_ in ("WDT", "WP", "WRB", "WP$") else ""
