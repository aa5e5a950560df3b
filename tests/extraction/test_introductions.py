"""Names that the recogniser does not know, and what it takes for names, over hand-built parses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quotes.extraction import selection
from quotes.extraction.cast import name_words
from quotes.extraction.components.introductions import (
    introduced,
    is_named_like_a_place,
    is_no_person,
    is_place,
)

HONOURED = """
Brask NNP compound 1 brask
Velloran NNP nsubj 2 velloran
told VBD ROOT 2 tell
the DT det 4
hall NN dobj 2 hall
. . punct 2
{title} NNP compound 7 mr
Velloran NNP nsubj 8 velloran
left VBD ROOT 8 leave
. . punct 8
"""


def test_a_later_honorific_makes_the_full_name_a_person(parsed: Callable) -> None:
    assert [span.text for span in introduced(parsed(HONOURED.format(title="Mr")))] == [
        "Brask Velloran"
    ]


def test_without_a_sign_nothing_is_introduced(parsed: Callable) -> None:
    table = HONOURED.format(title="Old").replace("told VBD ROOT 2 tell", "lit VBD ROOT 2 light")
    assert introduced(parsed(table)) == []


def test_bodies_are_not_introduced(parsed: Callable) -> None:
    assert introduced(parsed(HONOURED.format(title="Mr").replace("Velloran", "Council"))) == []


def test_the_full_name_is_the_canonical_one(read: Callable) -> None:
    doc = read(HONOURED.format(title="Mr"))
    assert [entity.name for entity in doc._.cast.entities] == ["Brask Velloran"]


def test_a_nickname_is_no_part_of_the_name() -> None:
    assert name_words("Brask “Tugs” Velloran") == ["Brask", "Velloran"]
    assert name_words("Brask Velloran SC") == ["Brask", "Velloran"]


@pytest.mark.parametrize("name", ["Pebble Lane", "Port Velloran", "Upper Skarn"])
def test_a_place_by_its_words(parsed: Callable, name: str) -> None:
    first, last = name.split()
    doc = parsed(f"{first} NNP compound 1\n{last} NNP nsubj 2\nshut VBD ROOT 2 shut\n. . punct 2")
    assert is_named_like_a_place(doc[:2])


@pytest.mark.parametrize(("before", "place"), [("at", True), ("near", True), ("by", False)])
def test_a_place_by_where_it_stands(parsed: Callable, before: str, place: bool) -> None:
    doc = parsed(
        f"It PRP nsubj 1\nended VBD ROOT 1 end\n{before} IN prep 1\n"
        "Skarn NNP compound 4\nFennor NNP pobj 2\n. . punct 1"
    )
    assert is_place(doc[3:5]) is place


@pytest.mark.parametrize(
    ("words", "nobody"), [("gravel pit", True), ("Minister", True), ("Brask Velloran", False)]
)
def test_a_role_or_a_thing_is_nobody(parsed: Callable, words: str, nobody: bool) -> None:
    rows = [f"{word} NNP compound {len(words.split())}" for word in words.split()]
    doc = parsed("\n".join([*rows, f"left VBD ROOT {len(rows)} leave"]))
    assert is_no_person(doc[: len(rows)]) is nobody


OBJECT = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
rejected VBD ROOT 2 reject
the DT det 4
{noun} NN dobj 2 {noun}
that IN mark 8 that
the DT det 7
pier NN nsubj 8 pier
sank VBD acl 4 sink
. . punct 2
"""


@pytest.mark.parametrize(("last", "thing"), [(5, True), (9, False)])
def test_an_object_without_a_claim_is_no_quote(parsed: Callable, last: int, thing: bool) -> None:
    from quotes.extraction.components.quoted import quoted_stretches
    from quotes.extraction.frames import Frame

    doc = quoted_stretches(parsed(OBJECT.format(noun="notion")))
    frame = Frame("tagged", "reject", 2, [2], [0, 1], list(range(3, last)))
    assert selection.is_thing(doc, frame) is thing
