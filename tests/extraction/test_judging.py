"""What the tagger found is judged as a whole, also by what the rules say of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.calibrate import weighed
from quotes.extraction import judging, selection
from quotes.extraction.components.quoted import quoted_stretches
from quotes.extraction.components.tagged import tagged_speech
from quotes.extraction.frames import Frame
from quotes.extraction.tagging import TaggedSpan

SENTENCE = """
Marsh NNP nsubj 1 marsh PERSON
said VBD ROOT 1 say
boats NNS nsubj 3
sink VBP ccomp 1
. . punct 1
"""


def _link(score: float = 0.0) -> Frame:
    frame = Frame("tagged", "say", 1, [1], [0], [2, 3], score=score, anchor=0)
    frame.evidence = {"content": 1.0}
    return frame


def _rule(anchor: int) -> Frame:
    return Frame("clause", "say", 1, [1], [0], [2, 3], ["known"], score=0.8, anchor=anchor)


@pytest.mark.parametrize(("anchor", "agreement"), [(0, 0.8), (2, 0.0)])
def test_a_rule_agrees_that_names_the_same_source(
    read: Callable, anchor: int, agreement: float
) -> None:
    link = _link()
    judging.judge(read(SENTENCE), [link, _rule(anchor)])
    assert link.evidence["rule"] == agreement


def test_a_link_is_surer_where_a_rule_agrees(read: Callable) -> None:
    alone, backed = _link(), _link()
    doc = read(SENTENCE)
    judging.judge(doc, [alone])
    judging.judge(doc, [backed, _rule(0)])
    assert 0 < alone.score < backed.score < 1


def test_scores_of_the_rules_are_left_alone(read: Callable) -> None:
    rule = _rule(0)
    judging.judge(read(SENTENCE), [rule])
    assert rule.score == 0.8


@pytest.mark.parametrize(("score", "kept"), [(0.25, 0), (0.35, 1)])
def test_an_unlikely_link_is_left_out(read: Callable, score: float, kept: int) -> None:
    assert len(selection.select(read(SENTENCE), [_link(score)])) == kept


def test_weights_are_found_on_scales_of_their_own() -> None:
    rows = [{"big": 100.0 * n, "idle": 1.0} for n in range(40)]
    weights = weighed(rows, [n >= 20 for n in range(40)])
    border = -weights[""] / weights["big"]
    assert 1500 < border < 2400
    assert weights["idle"] == 0


NAMED = """
The DT det 1
town NN nsubj 2
calls VBZ ROOT 2 call
it PRP nsubj 6 it
the DT det 6
“ `` punct 6
Mile NNP oprd 2
” '' punct 6
"""


@pytest.mark.parametrize(("word", "a_name"), [("Mile", True), ("mess", False)])
def test_what_a_town_calls_a_street_is_a_name(parsed: Callable, word: str, a_name: bool) -> None:
    doc = quoted_stretches(parsed(NAMED.replace("Mile", word)))
    doc._.tagged = (TaggedSpan("cue", 9, 14, 0.9),)
    frame = Frame("tagged", "call", 2, [2], [0, 1], [4, 5, 6, 7], anchor=1)
    assert selection.is_thing(doc, frame) is a_name


LATER = """
Critics NNS nsubj 1
grumbled VBD ROOT 1 grumble
about IN prep 1
fares NNS pobj 2
. . punct 1
She PRP nsubj 6 she
left VBD ROOT 6 leave
. . punct 6
"""


def test_nobody_of_a_later_sentence_speaks(parsed: Callable, words: Callable) -> None:
    doc = quoted_stretches(parsed(LATER))
    doc._.tagged = tuple(
        TaggedSpan(role, doc[i].idx, doc[i].idx + len(doc[i]), 0.9)
        for role, i in (("cue", 1), ("content", 3), ("source", 5))
    )
    (frame,) = tagged_speech(doc)._.frames
    assert words(doc, frame.source) == "Critics"


def test_a_relative_pronoun_speaks_without_its_noun(parsed: Callable, words: Callable) -> None:
    table = """
The DT det 1
board NN nsubj 7
, , punct 1
which WDT nsubj 4 which
warned VBD relcl 1 warn
of IN prep 4
floods NNS pobj 5
shut VBD ROOT 7 shut
. . punct 7
"""
    doc = quoted_stretches(parsed(table))
    doc._.tagged = tuple(
        TaggedSpan(role, doc[i].idx, doc[k].idx + len(doc[k]), 0.9)
        for role, i, k in (("source", 0, 3), ("cue", 4, 4), ("content", 6, 6))
    )
    (frame,) = tagged_speech(doc)._.frames
    assert words(doc, frame.source) == "which"


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "never closed"])
def test_a_cue_in_somebodys_words_is_no_cue_of_its_own(parsed: Callable, closed: bool) -> None:
    table = """
“ `` punct 8
He PRP nsubj 2 he
said VBD ROOT 2 say
boats NNS nsubj 4
sink VBP ccomp 2
and CC cc 2
so RB advmod 8
do VBP aux 8
piers NNS conj 2
too RB advmod 8
. . punct 2
"""
    doc = quoted_stretches(parsed(table + "” '' punct 2\n" * closed))
    doc._.tagged = tuple(
        TaggedSpan(role, doc[i].idx, doc[k].idx + len(doc[k]), 0.9)
        for role, i, k in (("source", 1, 1), ("cue", 2, 2), ("content", 3, 4))
    )
    assert bool(tagged_speech(doc)._.frames) is not closed
