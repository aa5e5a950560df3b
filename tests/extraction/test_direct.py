"""Words in marks over hand-built parses: the cue beside them, what is joined, who is carried."""

from __future__ import annotations

from collections.abc import Callable

import pytest

AROUND = """
“ `` punct 5
We PRP nsubj 2 we
won VBD ccomp 5 win
, , punct 5
” '' punct 5
said VBD ROOT 5 say
Marsh NNP nsubj 5 marsh PERSON
. . punct 5
“ `` punct 11
They PRP nsubj 10 they
truly RB advmod 11
lost VBD ROOT 11 lose
their PRP$ poss 14
last JJ amod 14
boat NN dobj 11
. . punct 11
” '' punct 11
"""
COLON = """
Hale NNP nsubj 1 hale PERSON
replied VBD ROOT 1 reply
: : punct 1
“ `` punct 5
Boats NNS nsubj 5
sink VBP ccomp 1
. . punct 5
” '' punct 5
"""
SCARE = """
The DT det 4
so RB advmod 4
“ `` punct 4
grand JJ amod 4
pier NN nsubj 6
” '' punct 4
fell VBD ROOT 6 fall
. . punct 6
"""
SIGNED = """
“ `` punct 2
It PRP nsubj 2 it
rained VBD ROOT 2 rain
all DT det 4
night NN npadvmod 2
. . punct 2
” '' punct 2
― : punct 8
Ida NNP compound 9 ida PERSON
Marsh NNP ROOT 9 marsh PERSON
"""
DIALOGUE = """
MARSH NNP ROOT 0 marsh
: : punct 0
Did VBD aux 4 do
rust NN nsubj 4
win VB ROOT 4
¶ _SP dep 4
HALE NNP ROOT 6 hale
: : punct 6
No UH ROOT 8
it PRP nsubj 10
lost VBD ROOT 10 lose
¶ _SP dep 10
MARSH NNP ROOT 12 marsh
: : punct 12
Thank VBP ROOT 14
you PRP dobj 14
"""
HEADLINE = """
: : punct 0
Ten CD nummod 3
Wards NNS nsubj 5
to TO aux 5
Close VB ROOT 5 close
¶ _SP dep 5
Doctor NNP compound 8
Marsh NNP nsubj 9 marsh PERSON
left VBD ROOT 9 leave
. . punct 9
"""


def test_a_quote_goes_on_after_its_cue(read: Callable, only: Callable, words: Callable) -> None:
    doc = read(AROUND)
    finding = only(doc)
    assert words(doc, finding.frame.content) == "“ We won , ” “ They truly lost their last boat . ”"
    assert finding.entity.name == "Marsh"


def test_a_colon_introduces_a_quote(read: Callable, only: Callable, words: Callable) -> None:
    doc = read(COLON)
    finding = only(doc)
    assert finding.frame.construction == "colon"
    assert words(doc, finding.frame.content) == "“ Boats sink . ”"


def test_scare_quotes_are_not_quotes(read: Callable) -> None:
    assert read(SCARE)._.findings == []


def test_a_name_after_a_dash_signs_the_quote(read: Callable, words: Callable) -> None:
    doc = read(SIGNED)
    finding = next(f for f in _with_signed(doc) if f.construction == "signed")
    assert words(doc, finding.source) == "Ida Marsh"


def test_lines_of_an_interview_have_their_speaker_in_front(
    parsed: Callable, words: Callable
) -> None:
    from quotes.extraction.components.quoted import quoted_stretches

    doc = quoted_stretches(parsed(DIALOGUE))
    found = [(words(doc, f.source), words(doc, f.content)) for f in _with_signed(doc)]
    assert found == [
        ("MARSH", "Did rust win"),
        ("HALE", "No it lost"),
        ("MARSH", "Thank you"),
    ]


@pytest.mark.parametrize(
    ("label", "source"),
    [
        ("Marsh NNP ROOT 0 marsh", "Marsh"),
        ("Poll NNP ROOT 0 poll", "Poll"),
        ("Update NNP ROOT 0 update", None),
        ("Hale NNP ROOT 0 hale", None),
    ],
    ids=["a name of the story", "a poll", "no name", "a name that the story never uses"],
)
def test_a_headline_opens_with_the_name_of_its_speaker(
    parsed: Callable, words: Callable, label: str, source: str | None
) -> None:
    from quotes.extraction.components.quoted import quoted_stretches

    doc = quoted_stretches(parsed(f"{label}{HEADLINE}"))
    found = _with_signed(doc)
    if source is None:
        assert found == []
    else:
        assert [(words(doc, f.source), words(doc, f.content)) for f in found] == [
            (source, "Ten Wards to Close")
        ]


def _with_signed(doc):  # type: ignore[no-untyped-def]
    from quotes.extraction.components.signed import signed_quotes

    doc._.frames = None
    return signed_quotes(doc)._.frames
