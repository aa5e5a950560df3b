"""Quotes in quotes over hand-built parses: whose words stand inside whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quotes.extraction.assemble import People, attributions
from quotes.extraction.text import Ranges

TOLD = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ROOT 1 say
Hale NNP nsubj 3 hale PERSON
told VBD ccomp 1 tell
her PRP dobj 3 she
: : punct 3
“ `` punct 8
Boats NNS nsubj 8
sink VBP ccomp 3
here RB advmod 8
. . punct 8
” '' punct 8
"""
INNER = """
“ `` punct 2
Wren NNP nsubj 2 wren PERSON
told VBD ccomp 13 tell
me PRP dobj 2 I
‘ `` punct 7
the DT det 6
pier NN nsubj 7
stands VBZ ccomp 2 stand
’ '' punct 7
twice RB advmod 2
, , punct 13
” '' punct 13
Marsh NNP nsubj 13 marsh PERSON
said VBD ROOT 13 say
. . punct 13
"""
FIRST_PERSON = """
“ `` punct 2
I PRP nsubj 2 I
said VBD ccomp 11 say
‘ `` punct 6
never RB neg 6
ever RB advmod 6
again RB ccomp 2
’ '' punct 6
, , punct 11
” '' punct 11
Marsh NNP nsubj 11 marsh PERSON
said VBD ROOT 11 say
. . punct 11
"""
NICKNAME = """
“ `` punct 3
The DT det 2
‘ `` punct 2
Rusty NNP nsubj 3
won VBD ccomp 8 win
Cup NNP dobj 3
, , punct 8
” '' punct 8
said VBD ROOT 8 say
Marsh NNP nsubj 8 marsh PERSON
. . punct 8
"""


def inner(doc):  # type: ignore[no-untyped-def]
    return [finding for finding in doc._.findings if finding.frame.parent is not None]


def test_words_after_the_colon_are_those_of_the_inner_speaker(
    read: Callable, words: Callable
) -> None:
    doc = read(TOLD)
    (child,) = inner(doc)
    assert child.entity.name == "Hale"
    assert words(doc, child.frame.content) == "“ Boats sink here . ”"


def test_the_outer_quote_keeps_all_of_it(read: Callable, words: Callable) -> None:
    doc = read(TOLD)
    (outer,) = [f for f in doc._.findings if f.frame.parent is None]
    assert outer.entity.name == "Marsh"
    assert words(doc, outer.frame.content).startswith("Hale told her : “ Boats")


def test_inner_marks_with_a_verb_of_their_own_are_a_quote(read: Callable, words: Callable) -> None:
    doc = read(INNER)
    (child,) = inner(doc)
    assert child.entity.name == "Wren"
    assert words(doc, child.frame.content) == "‘ the pier stands ’"


def test_what_i_said_in_a_quote_is_said_by_who_is_quoted(read: Callable) -> None:
    (child,) = inner(read(FIRST_PERSON))
    assert child.entity.name == "Marsh"
    assert "in words of Marsh" in child.reason


def test_a_nickname_in_a_quote_is_no_quote(read: Callable) -> None:
    assert inner(read(NICKNAME)) == []


@pytest.mark.parametrize("table", [TOLD, INNER, FIRST_PERSON])
def test_the_parent_is_an_index_into_the_result(read: Callable, table: str) -> None:
    doc = read(table)
    found, _ = attributions(doc, doc._.findings, People(), Ranges(()))
    parents = [item.parent for item in found]
    assert parents == [None, 0]
    outer, child = found
    assert outer.content[0].start <= child.content[0].start
    assert child.content[-1].end <= outer.content[-1].end
