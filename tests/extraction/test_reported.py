"""Reported speech over hand-built parses: which words are content, which the source."""

from __future__ import annotations

from collections.abc import Callable

from spacy.tokens import Doc

from quotes.extraction.components.quoted import quoted_stretches
from quotes.extraction.components.reported import reported_speech
from quotes.extraction.frames import Frame

CLAUSE = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
said VBD ROOT 2 say
the DT det 4
pier NN nsubj 6
will MD aux 6
open VB ccomp 2
. . punct 2
"""
TWO_REPORTS = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ROOT 1 say
the DT det 3
pier NN nsubj 4
failed VBD ccomp 1 fail
and CC cc 4
blamed VBD conj 4 blame
rust NN dobj 6
and CC cc 4
stressed VBD conj 4 stress
its PRP$ poss 11
age NN dobj 9
. . punct 1
"""
ACCORDING = """
Rust NN nsubj 1
won VBD ROOT 1 win
, , punct 1
according VBG prep 1 accord
to IN prep 3
Marsh NNP pobj 4 marsh PERSON
. . punct 1
"""
POSSESSIVE = """
Hale NNP poss 2 hale PERSON
's POS case 0
claim NN nsubj 7
that IN mark 6
rust NN nsubj 6
always RB advmod 6
wins VBZ acl 2 win
angered VBD ROOT 7 anger
Marsh NNP dobj 7 marsh PERSON
. . punct 7
"""
ASKED = """
Asked VBN advcl 7 ask
if IN mark 3
rust NN nsubj 3
won VBD ccomp 0 win
, , punct 7
Hale NNP nsubj 7 hale PERSON
gravely RB advmod 7
nodded VBD ROOT 7 nod
. . punct 7
"""
TORN = """
he PRP nsubj 1 he
claimed VBD ROOT 1 claim
Aldmoor NNP dobj 1 aldmoor GPE
but CC cc 1
not RB neg 7
the DT det 6
east NN nsubj 7
gained VBD conj 1 gain
. . punct 1
"""
CORRECTED = """
Marsh NNP nsubj 1 marsh PERSON
corrected VBD ROOT 1 correct
Hale NNP dobj 1 hale PERSON
. . punct 1
"""


def frames(doc: Doc) -> list[Frame]:
    found: list[Frame] = reported_speech(quoted_stretches(doc))._.frames
    return found


def frame(doc: Doc, construction: str) -> Frame:
    return next(f for f in frames(doc) if f.construction == construction)


def test_a_clause_is_the_content_of_its_verb(parsed: Callable, words: Callable) -> None:
    doc = parsed(CLAUSE)
    found = frame(doc, "clause")
    assert words(doc, found.content) == "the pier will open"
    assert words(doc, found.source) == "Ida Marsh"
    assert words(doc, found.cue) == "said"
    assert found.anchor == 1


def test_a_second_report_is_not_content_of_the_first(parsed: Callable, words: Callable) -> None:
    doc = parsed(TWO_REPORTS)
    assert words(doc, frame(doc, "clause").content) == "the pier failed and blamed rust"


def test_according_to_takes_the_rest_of_the_sentence(parsed: Callable, words: Callable) -> None:
    doc = parsed(ACCORDING)
    found = frame(doc, "according")
    assert words(doc, found.content) == "Rust won"
    assert words(doc, found.source) == "Marsh"


def test_a_claim_belongs_to_its_possessor(parsed: Callable, words: Callable) -> None:
    doc = parsed(POSSESSIVE)
    found = frame(doc, "noun:that")
    assert words(doc, found.content) == "that rust always wins"
    assert found.anchor == 0


def test_who_answers_did_not_ask(parsed: Callable, words: Callable) -> None:
    doc = parsed(ASKED)
    found = frame(doc, "clause")
    assert words(doc, found.content) == "if rust won"
    assert found.source == []
    assert found.anchor is None


def test_a_clause_that_the_parser_tore_is_mended(parsed: Callable, words: Callable) -> None:
    doc = parsed(TORN)
    assert words(doc, frame(doc, "clause").content) == "Aldmoor but not the east gained"


def test_a_person_is_no_content_of_correcting(parsed: Callable) -> None:
    assert frames(parsed(CORRECTED)) == []
