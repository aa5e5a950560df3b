"""Who corrected whom over hand-built parses, and what is no correction."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PERSON = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
corrected VBD ROOT 2 correct
Toby NNP compound 4 toby PERSON
Wren NNP dobj 2 wren PERSON
. . punct 2
"""
NEVER = PERSON.replace("corrected VBD ROOT 2 correct", "corrected VBD ROOT 2 correct").replace(
    ". . punct 2", "never RB neg 2\n. . punct 2"
)
CLAIM = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
{verb} VBD ROOT 2 {lemma}
Toby NNP compound 4 toby PERSON
Wren NNP poss 6 wren PERSON
's POS case 4
{noun} NN dobj 2
. . punct 2
"""
DENIED = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
denied VBD ROOT 2 deny
the DT det 4
claim NN dobj 2
. . punct 2
"""
BACK = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
retracted VBD ROOT 2 retract
her PRP$ poss 4 she
claim NN dobj 2
. . punct 2
"""


def event(doc):  # type: ignore[no-untyped-def]
    assert len(doc._.events) == 1
    return doc._.events[0]


def test_one_person_corrects_another(read: Callable) -> None:
    found = event(read(PERSON))
    assert (found.corrector.name, found.corrected.name) == ("Ida Marsh", "Toby Wren")
    assert found.kind == "contradiction"


def test_never_corrected_is_no_correction(read: Callable) -> None:
    assert read(NEVER)._.events == []


@pytest.mark.parametrize(
    ("verb", "lemma"),
    [
        ("disputed", "dispute"),
        ("rejected", "reject"),
        ("challenged", "challenge"),
        ("dismissed", "dismiss"),
    ],
)
def test_a_claim_is_corrected_at_its_owner(read: Callable, verb: str, lemma: str) -> None:
    found = event(read(CLAIM.format(verb=verb, lemma=lemma, noun="claim")))
    assert (found.corrector.name, found.corrected.name) == ("Ida Marsh", "Toby Wren")


@pytest.mark.parametrize("noun", ["plan", "offer", "boat", "candidacy"])
def test_a_thing_is_no_claim(read: Callable, noun: str) -> None:
    assert read(CLAIM.format(verb="rejected", lemma="reject", noun=noun))._.events == []


def test_a_denial_may_have_nobody_on_the_other_side(read: Callable) -> None:
    found = event(read(DENIED))
    assert found.kind == "denial"
    assert found.corrected is None


def test_taking_back_is_a_correction_of_oneself(read: Callable) -> None:
    found = event(read(BACK))
    assert found.kind == "self_correction"
    assert found.corrector is found.corrected


@pytest.mark.parametrize("word", ["herself", "itself"])
def test_who_corrects_herself_corrects_nobody_else(read: Callable, word: str) -> None:
    table = f"""
Toby NNP compound 1 toby PERSON
Wren NNP nsubj 2 wren PERSON
left VBD ROOT 2 leave
. . punct 2
Ida NNP compound 5 ida PERSON
Marsh NNP nsubj 6 marsh PERSON
corrected VBD ROOT 6 correct
{word} PRP dobj 6 {word}
. . punct 6
"""
    found = event(read(table))
    assert found.kind == "self_correction"
    assert found.corrector.name == "Ida Marsh"
    assert found.corrected is found.corrector


CLAIMED = """
Toby NNP compound 1 toby PERSON
Wren NNP nsubj 2 wren PERSON
said VBD ROOT 2 say
that IN mark 6 that
the DT det 5
pier NN nsubj 6 pier
sank VBD ccomp 2 sink
. . punct 2
"""
REJECTED = """
Ida NNP compound 9 ida PERSON
Marsh NNP nsubj 10 marsh PERSON
rejected VBD ROOT 10 reject
{det} DT det 12
suggestion NN dobj 10
. . punct 10
"""


def test_that_suggestion_is_the_last_speakers(read: Callable) -> None:
    found = event(read(CLAIMED + REJECTED.format(det="that").lstrip()))
    assert (found.corrector.name, found.corrected.name) == ("Ida Marsh", "Toby Wren")


def test_any_suggestion_is_nobodys(read: Callable) -> None:
    found = event(read(CLAIMED + REJECTED.format(det="any").lstrip()))
    assert found.corrected is None
