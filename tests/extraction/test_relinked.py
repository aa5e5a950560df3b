"""Whose the tagger's words are, where another cue stands nearer than the one that governs them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from quotes.extraction.components.quoted import quoted_stretches
from quotes.extraction.components.tagged import tagged_speech
from quotes.extraction.frames import Frame
from quotes.extraction.selection import snap_to_marks
from quotes.extraction.tagging import TaggedSpan

Spans = list[tuple[str, int, int]]
Link = Callable[[str, Spans], tuple[Doc, list[Frame]]]


@pytest.fixture
def link(parsed: Callable) -> Link:
    """Frames of a hand-built parse whose spans the tagger gave as role, first and last token."""

    def run(table: str, spans: Spans) -> tuple[Doc, list[Frame]]:
        doc = quoted_stretches(parsed(table))
        doc._.tagged = tuple(
            TaggedSpan(role, doc[i].idx, doc[k].idx + len(doc[k]), 0.9)  # type: ignore[arg-type]
            for role, i, k in spans
        )
        return doc, sorted(tagged_speech(doc)._.frames, key=lambda frame: frame.start)

    return run


@pytest.fixture
def told(link: Link, words: Callable) -> Callable[[str, Spans], list[tuple[str, str, str]]]:
    """Source, cue and content of each frame, in words."""

    def run(table: str, spans: Spans) -> list[tuple[str, str, str]]:
        doc, frames = link(table, spans)
        return [(words(doc, f.source), words(doc, f.cue), words(doc, f.content)) for f in frames]

    return run


CLOSING = """
The DT det 1
plan NN nsubj 2
offers VBZ ccomp 8 offer
“ `` punct 5
some DT det 5
hope NN dobj 2
, , punct 8
” '' punct 8
said VBD ROOT 8 say
Marsh NNP nsubj 8 marsh PERSON
. . punct 8
"""


def test_a_closing_cue_takes_its_whole_sentence(told: Callable) -> None:
    spans = [("source", 0, 1), ("cue", 2, 2), ("content", 3, 7), ("cue", 8, 8), ("source", 9, 9)]
    assert told(CLOSING, spans) == [("Marsh", "said", "The plan offers “ some hope , ”")]


BEHIND_A_COLON = """
The DT det 1
letter NN nsubj 2
names VBZ ROOT 2 name
a DT det 4
price NN dobj 2
: : punct 2
“ `` punct 8
Boats NNS nsubj 8
sink VBP ccomp 11
, , punct 11
” '' punct 11
wrote VBD parataxis 2 write
Marsh NNP nsubj 11 marsh PERSON
. . punct 2
"""


def test_a_closing_cue_takes_nothing_before_a_colon(told: Callable) -> None:
    spans = [("source", 0, 1), ("cue", 2, 2), ("content", 3, 10), ("cue", 11, 11)]
    assert told(BEHIND_A_COLON, [*spans, ("source", 12, 12)]) == [
        ("The letter", "names", "a price :"),
        ("Marsh", "wrote", "“ Boats sink , ”"),
    ]


def test_a_pronoun_that_closes_takes_nothing_from_a_speaker(told: Callable) -> None:
    table = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ccomp 6 say
boats NNS nsubj 3
sink VBP ccomp 1
, , punct 6
he PRP nsubj 6 he
said VBD ROOT 6 say
. . punct 6
"""
    spans = [("source", 0, 0), ("cue", 1, 1), ("content", 2, 3), ("source", 5, 5), ("cue", 6, 6)]
    assert told(table, spans) == [("Marsh", "said", "boats sink")]


SHOWN = """
The DT det 1
film NN nsubj 2
ends VBZ ROOT 2 end
with IN prep 2
Marsh NNP nsubj 5 marsh PERSON
saying VBG pcomp 3 say
, , punct 5
“ `` punct 9
Boats NNS nsubj 9
sink VBP ccomp 5
. . punct 2
” '' punct 2
"""


@pytest.mark.parametrize(
    ("first", "last", "inner"), [(3, 3, True), (2, 2, False)], ids=["with", "tells of it"]
)
def test_who_is_shown_saying_it_speaks(told: Callable, first: int, last: int, inner: bool) -> None:
    table = SHOWN if inner else SHOWN.replace("ends VBZ ROOT 2 end", "recalls VBZ ROOT 2 recall")
    spans = [("source", 0, 1), ("cue", 2, last), ("content", 4, 11)]
    (found,) = told(table, spans)
    assert found[0] == ("Marsh" if inner else "The film")


def test_said_twice_is_said_by_the_one_with_the_name(told: Callable) -> None:
    table = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ccomp 10 say
boats NNS nsubj 3
sink VBP ccomp 1
“ `` punct 3
like IN prep 3
stones NNS pobj 5
, , punct 10
” '' punct 10
he PRP nsubj 10 he
said VBD ROOT 10 say
. . punct 10
“ `` punct 14
It PRP nsubj 14 it
rained VBD ROOT 14 rain
. . punct 14
” '' punct 14
"""
    spans = [("content", 0, 8), ("source", 9, 9), ("cue", 10, 10), ("content", 12, 16)]
    assert told(table, spans) == [
        ("Marsh", "said", "boats sink “ like stones , ”"),
        ("he", "said", "“ It rained . ”"),
    ]


CLAIM = """
Pell NNP nsubj 1 pell PERSON
tested VBD ROOT 1 test
Marsh NNP poss 4 marsh PERSON
’s POS case 2
claim NN dobj 1
that IN mark 7
boats NNS nsubj 7
sink VBP acl 4
. . punct 1
"""


@pytest.mark.parametrize(
    ("verb", "whose"),
    [("tested VBD ROOT 1 test", "Marsh ’s"), ("disputed VBD ROOT 1 dispute", "Pell")],
    ids=["says nothing", "says something of it"],
)
def test_a_claim_is_its_owners_where_the_verb_says_nothing(
    told: Callable, verb: str, whose: str
) -> None:
    table = CLAIM.replace("tested VBD ROOT 1 test", verb)
    (found,) = told(table, [("source", 0, 0), ("cue", 1, 1), ("content", 2, 7)])
    assert found[0] == whose


def test_what_is_put_are_the_words_in_marks(told: Callable) -> None:
    table = """
Or CC cc 5
, , punct 5
as IN mark 5
the DT det 4
Courier NNP nsubj 5 courier ORG
put VBD ROOT 5 put
it PRP dobj 5 it
in IN prep 5
June NNP pobj 7
, , punct 5
“ `` punct 12
boats NNS nsubj 12
sink VBP ccomp 5
. . punct 5
” '' punct 5
"""
    spans = [("source", 3, 4), ("cue", 5, 5), ("content", 6, 14)]
    assert told(table, spans) == [("the Courier", "put it", "“ boats sink . ”")]


SIGNED = """
“ `` punct 2
Boats NNS nsubj 2
sink VBP ROOT 2 sink
. . punct 2
” '' punct 2
― NFP punct 6
Ida NNP compound 7 ida PERSON
Marsh NNP ROOT 7 marsh PERSON
"""


@pytest.mark.parametrize(
    "signature",
    [[("cue", 5, 7)], [("source", 6, 7)]],
    ids=["dash and name are the cue", "the dash is nothing"],
)
def test_the_name_behind_a_dash_speaks(told: Callable, signature: Spans) -> None:
    found = told(SIGNED, [("content", 0, 4), *signature])
    assert found == [("Ida Marsh", "―", "“ Boats sink . ”")]


def test_words_right_behind_a_cue_are_its_own(told: Callable) -> None:
    table = """
While IN mark 2
he PRP nsubj 2 he
admitted VBD advcl 7 admit
leaks NNS dobj 7
, , punct 7
Marsh NNP nsubj 7 marsh PERSON
also RB advmod 7
noted VBD ROOT 7 note
repairs NNS dobj 7
. . punct 7
"""
    spans = [("source", 1, 1), ("cue", 2, 2), ("content", 3, 3), ("source", 5, 5), ("cue", 7, 7)]
    assert told(table, [*spans, ("content", 8, 8)]) == [
        ("he", "admitted", "leaks"),
        ("Marsh", "noted", "repairs"),
    ]


ASIDE = """
Crowds NNS nsubj 1
marched VBD ROOT 1 march
– : punct 1
Rovers NNPS nsubj 4 rovers ORG
played VBD parataxis 1 play
– : punct 1
while IN mark 7
chanting VBG advcl 4 chant
“ `` punct 9
no DT det 10
more JJR dobj 7
” '' punct 7
. . punct 1
"""


def test_a_source_between_dashes_is_not_the_one_behind_them(told: Callable) -> None:
    spans = [("source", 0, 0), ("source", 3, 3), ("cue", 7, 7), ("content", 8, 11)]
    ((source, _, _),) = told(ASIDE, spans)
    assert source == "Crowds"


def test_a_hyphen_in_a_word_is_no_dash(told: Callable) -> None:
    spans = [("source", 0, 0), ("source", 3, 3), ("cue", 7, 7), ("content", 8, 11)]
    once = ASIDE.replace("– : punct 1\nwhile", ", , punct 1\nwhile")
    ((source, _, _),) = told(once, spans)
    assert source == "Rovers"


GOES_ON = """
Marsh NNP nsubj 1 marsh PERSON
praised VBD ROOT 1 praise
a DT det 3
man NN dobj 1
who WP nsubj 5 who
said VBD relcl 3 say
it PRP nsubj 7 it
sank VBD ccomp 5 sink
, , punct 5
saying VBG advcl 5 say
, , punct 9
“ `` punct 13
Good JJ amod 13
work NN dobj 9
. . punct 1
” '' punct 1
"""


@pytest.mark.parametrize(
    ("participle", "speaker"),
    [("saying VBG advcl 5 say", "Marsh"), ("adding VBG advcl 5 add", "who")],
    ids=["saying", "adding"],
)
def test_who_said_his_in_a_clause_does_not_say_it_again(
    told: Callable, participle: str, speaker: str
) -> None:
    table = GOES_ON.replace("saying VBG advcl 5 say", participle)
    spans = [("source", 0, 0), ("cue", 1, 1), ("content", 2, 3), ("source", 4, 4), ("cue", 5, 5)]
    found = told(table, [*spans, ("content", 6, 7), ("cue", 9, 9), ("content", 11, 15)])
    assert found[-1][0] == speaker


def test_a_participle_goes_on_with_who_spoke(told: Callable) -> None:
    far = 70
    table = f"""
Marsh NNP nsubj 1 marsh PERSON
doubted VBD ROOT 1 doubt
it PRP dobj 1 it
{"often RB advmod 1" + chr(10)}{("and RB advmod 1" + chr(10)) * far}, , punct 1
asserting VBG dep 2 assert
, , punct 1
“ `` punct {far + 9}
Boats NNS nsubj {far + 9}
sink VBP ccomp {far + 5}
. . punct 1
” '' punct 1
"""
    spans = [("source", 0, 0), ("cue", 1, 1), ("content", 2, 2), ("cue", far + 5, far + 5)]
    found = told(table, [*spans, ("content", far + 7, far + 11)])
    assert found[-1] == ("Marsh", "asserting", "“ Boats sink . ”")


def test_what_was_not_said_is_not_what_follows(told: Callable) -> None:
    table = """
He PRP nsubj 3 he
did VBD aux 3 do
n’t RB neg 3
mention VB ROOT 3 mention
fares NNS dobj 3
. . punct 3
“ `` punct 8
Boats NNS nsubj 8
sink VBP ROOT 8 sink
. . punct 8
” '' punct 8
"""
    spans = [("source", 0, 0), ("cue", 1, 3), ("content", 4, 4), ("content", 6, 10)]
    assert told(table, spans) == [("He", "did n’t mention", "fares")]


def test_an_inserted_question_does_not_take_what_was_told_before(told: Callable) -> None:
    table = """
Marsh NNP nsubj 1 marsh PERSON
joked VBD ROOT 1 joke
quite RB advmod 3
often RB advmod 1
of IN prep 1
“ `` punct 7
wet JJ amod 7
feet NNS nsubj 11
” '' punct 7
, , punct 1
when WRB advmod 11
questioned VBN advcl 13 question
, , punct 1
left VBD conj 1 leave
. . punct 1
"""
    spans = [("source", 0, 0), ("cue", 1, 1), ("content", 5, 8), ("cue", 11, 11)]
    assert told(table, spans) == [("Marsh", "joked", "“ wet feet ”")]


def test_what_is_stated_in_a_document_is_its_own(told: Callable) -> None:
    table = """
As IN mark 1
stated VBN advcl 8 state
in IN prep 1
Marsh NNP poss 5 marsh PERSON
’s POS case 3
report NN pobj 2
, , punct 8
boats NNS nsubj 8
sink VBP ROOT 8 sink
. . punct 8
"""
    spans = [("cue", 0, 1), ("content", 7, 8)]
    assert told(table, spans) == [("Marsh ’s report", "As stated", "boats sink")]


BESIDE = """
“ `` punct 4
Done VBN acomp 4 done
is VBZ ROOT 2 be
it PRP nsubj 2
” '' punct 6
she PRP nsubj 6
said VBD ROOT 6 say
of IN prep 6
a DT det 9
vote NN pobj 7
in IN prep 13
which WDT pobj 10
Wren NNP nsubj 13 wren PERSON
won VBD relcl 9 win
. . punct 6
“ `` punct 17
Nearly RB ROOT 16
. . punct 16
” '' punct 16
"""


def test_a_clause_that_the_writer_adds_is_no_part_of_what_was_said(told: Callable) -> None:
    spans = [
        ("content", 0, 4),
        ("source", 5, 5),
        ("cue", 6, 6),
        ("content", 10, 13),
        ("content", 15, 18),
    ]
    assert told(BESIDE, spans) == [("she", "said", "“ Done is it ” “ Nearly . ”")]


ADDRESSED = """
Toll NNP nsubj 1 toll PERSON
corrected VBD ROOT 1 correct
Finn NNP dobj 1 finn PERSON
: : punct 1
“ `` punct 6
Nobody NN nsubj 6
sails VBZ ccomp 1 sail
. . punct 6
” '' punct 6
"""


def test_whom_it_was_said_to_is_no_part_of_what_was_said(
    link: Link, words: Callable[[Doc, list[int]], str]
) -> None:
    doc, frames = link(ADDRESSED, [("source", 0, 0), ("cue", 1, 1), ("content", 2, 8)])
    snap_to_marks(doc, frames)
    assert [words(doc, frame.content) for frame in frames] == ["“ Nobody sails . ”"]
