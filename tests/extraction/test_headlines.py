"""Names in headlines over hand-built parses: cut to what the story itself calls somebody."""

from __future__ import annotations

from collections.abc import Callable

from spacy.tokens import Doc

HEADLINE = """
Marsh NNP compound 1 marsh PERSON
Says NNP nsubj 3 says PERSON
Harbour NNP compound 3
Wall NNP ROOT 3
Needs VBZ ROOT 4
Repair NNP dobj 4
¶ _SP dep 5
"""
STORY = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
said VBD ROOT 2 say
rust NN nsubj 4
won VBD ccomp 2 win
. . punct 2
"""


def named(doc: Doc) -> list[str]:
    return [entity.name for entity in doc._.cast.entities if entity.kind == "person"]


def moved(table: str, by: int) -> str:
    rows = [line.split() for line in table.strip().splitlines()]
    for row in rows:
        row[3] = str(int(row[3]) + by)
    return "\n".join(" ".join(row) for row in rows)


def test_a_headline_lends_no_verb_to_a_name(read: Callable) -> None:
    doc = read(HEADLINE.strip() + "\n" + moved(STORY, 7))
    assert named(doc) == ["Ida Marsh"]


def test_what_only_a_headline_has_is_dropped(read: Callable) -> None:
    doc = read(HEADLINE.strip() + "\n" + moved(STORY.replace("Marsh", "Hale"), 7))
    assert named(doc) == ["Ida Hale"]


def test_a_sentence_of_names_is_no_headline(read: Callable) -> None:
    doc = read(STORY)
    assert named(doc) == ["Ida Marsh"]
