"""Paragraphs that are a quote and nothing else: whose they are, and what is one quote."""

from __future__ import annotations

from collections.abc import Callable

CLOSED = """
“ `` punct 2
Boats NNS nsubj 2
sink VBP ccomp 6
, , punct 6
” '' punct 6
Marsh NNP nsubj 6 marsh PERSON
said VBD ROOT 6 say
. . punct 6
¶ _SP dep 7
“ `` punct 12
The DT det 11
pier NN nsubj 12
has VBZ ROOT 12 have
five CD nummod 14
legs NNS dobj 12
. . punct 12
” '' punct 12
"""
FAR = """
“ `` punct 2
Boats NNS nsubj 2
sink VBP ccomp 6
, , punct 6
” '' punct 6
Marsh NNP nsubj 6 marsh PERSON
said VBD ROOT 6 say
. . punct 6
¶ _SP dep 7
It PRP nsubj 10 it
rained VBD ROOT 10 rain
. . punct 10
¶ _SP dep 11
“ `` punct 16
The DT det 15
pier NN nsubj 16
has VBZ ROOT 16 have
five CD nummod 18
legs NNS dobj 16
. . punct 16
” '' punct 16
"""
NEVER_CLOSED = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ROOT 1 say
, , punct 1
“ `` punct 1
The DT det 5
rope NN nsubj 6
broke VBD ccomp 1 break
. . punct 1
¶ _SP dep 7
“ `` punct 12
The DT det 11
pier NN nsubj 12
has VBZ ccomp 17 have
legs NNS dobj 12
, , punct 17
” '' punct 17
{name} NNP nsubj 17 wren PERSON
added VBD ROOT 17 add
. . punct 17
"""
CUE_LAST = """
“ `` punct 3
The DT det 2
pier NN nsubj 3
has VBZ ROOT 3 have
legs NNS dobj 3
. . punct 3
¶ _SP dep 5
“ `` punct 9
Boats NNS nsubj 9
sink VBP ccomp 13
, , punct 13
” '' punct 13
Marsh NNP nsubj 13 marsh PERSON
said VBD ROOT 13 say
. . punct 13
"""
PROSE_BETWEEN = """
“ `` punct 2
Boats NNS nsubj 2
sink VBP ccomp 6
, , punct 6
” '' punct 6
Marsh NNP nsubj 6 marsh PERSON
said VBD ROOT 6 say
. . punct 6
Rain NN nsubj 9
fell VBD ROOT 9 fall
all DT det 11
night NN npadvmod 9
. . punct 9
¶ _SP dep 12
“ `` punct 17
The DT det 16
pier NN nsubj 17
has VBZ ROOT 17 have
five CD nummod 19
legs NNS dobj 17
. . punct 17
” '' punct 17
"""

UNSAID = """
“ `` punct 2
Boats NNS nsubj 2
sink VBP ccomp 6
, , punct 6
” '' punct 6
Marsh NNP nsubj 6 marsh PERSON
said VBD ROOT 6 say
. . punct 6
He PRP nsubj 11 he
did VBD aux 11 do
n’t RB neg 11
suggest VB ROOT 11 suggest
that IN mark 15
the DT det 14
pier NN nsubj 15
closes VBZ ccomp 11 close
. . punct 11
“ `` punct 20
The DT det 19
pier NN nsubj 20
has VBZ ROOT 20 have
five CD nummod 22
legs NNS dobj 20
. . punct 20
” '' punct 20
"""


def test_a_quote_alone_in_the_next_paragraph_goes_on(read: Callable, words: Callable) -> None:
    doc = read(CLOSED)
    (finding,) = doc._.findings
    assert words(doc, finding.frame.content) == ("“ Boats sink , ” “ The pier has five legs . ”")
    assert finding.entity.name == "Marsh"


def test_after_a_paragraph_of_prose_it_is_a_quote_of_its_own(read: Callable) -> None:
    doc = read(FAR)
    first, second = doc._.findings
    assert second.frame.carried
    assert second.entity is first.entity
    assert "spoke before" in second.reason


def test_what_was_not_said_stands_in_no_quotes_way(read: Callable, words: Callable) -> None:
    doc = read(UNSAID)
    carried = doc._.findings[-1].frame
    assert words(doc, carried.source) == "Marsh"
    assert carried.carried


def test_a_cue_with_the_last_paragraph_takes_the_earlier_ones(
    read: Callable, words: Callable
) -> None:
    doc = read(CUE_LAST)
    (finding,) = doc._.findings
    assert words(doc, finding.frame.content) == "“ The pier has legs . “ Boats sink , ”"
    assert finding.entity.name == "Marsh"


def test_a_sentence_after_the_cue_ends_the_quote(read: Callable) -> None:
    doc = read(PROSE_BETWEEN)
    first, second = doc._.findings
    assert first.frame is not second.frame
    assert second.frame.carried


def test_a_mark_left_open_joins_no_two_speakers(read: Callable) -> None:
    first, second = read(NEVER_CLOSED.format(name="Wren"))._.findings
    assert (first.entity.name, second.entity.name) == ("Marsh", "Wren")
    assert max(first.frame.content) < min(second.frame.content)


def test_a_mark_left_open_joins_the_paragraphs_of_one_speaker(read: Callable) -> None:
    findings = read(NEVER_CLOSED.format(name="Marsh"))._.findings
    assert {finding.entity.name for finding in findings} == {"Marsh"}
