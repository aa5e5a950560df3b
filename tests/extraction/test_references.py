"""Names, titles and pronouns over hand-built parses: who is whom, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import pytest

from quotes.extraction import offices
from quotes.extraction.cast import compatible_first, name_words
from quotes.extraction.offices import country_of, former_holders, holder_at, office_of
from quotes.extraction.types import Document

HER = """
Dame NNP compound 2 dame PERSON
Ottoline NNP compound 2 ottoline PERSON
Pell NNP nsubj 3 pell PERSON
met VBD ROOT 3 meet
Toby NNP compound 5 toby PERSON
Wren NNP dobj 3 wren PERSON
. . punct 3
She PRP nsubj 8 she
said VBD ROOT 8 say
rust NN nsubj 10
won VBD ccomp 8 win
. . punct 8
"""
WHICH = """
They PRP nsubj 1 they
went VBD ROOT 1 go
to IN prep 1
the DT det 5
Harbour NNP compound 5 harbour ORG
Police NNP pobj 2 police ORG
which WDT nsubj 7 which
said VBD advcl 1 say
rust NN nsubj 9
won VBD ccomp 7 win
. . punct 1
"""
LETTERS = """
Toby NNP compound 1 toby PERSON
Wren NNP nsubj 2 wren PERSON
said VBD ROOT 2 say
he PRP nsubj 4 he
won VBD ccomp 2 win
. . punct 2
Doran NNP compound 8 doran PERSON
Hale NNP compound 8 hale PERSON
KC NNP nsubj 9 kc
said VBD ROOT 9 say
rust NN nsubj 11
lost VBD ccomp 9 lose
. . punct 9
He PRP nsubj 14 he
said VBD ROOT 14 say
rust NN nsubj 16
won VBD ccomp 14 win
. . punct 14
"""
OBJECT = """
Toby NNP compound 1 toby PERSON
Wren NNP nsubj 2 wren PERSON
told VBD ROOT 2 tell
him PRP dobj 2 he
rust NN nsubj 5
won VBD ccomp 2 win
. . punct 2
"""
CORRECTED = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
corrected VBD ROOT 2 correct
Toby NNP compound 4 toby PERSON
Wren NNP dobj 2 wren PERSON
when WRB advmod 7
he PRP nsubj 7 he
claimed VBD advcl 2 claim
rust NN nsubj 9
won VBD ccomp 7 win
. . punct 2
"""
GOVERNOR = """
Governor NNP compound 1 governor
Marsh NNP nsubj 2 marsh PERSON
came VBD ROOT 2 come
. . punct 2
The DT det 5
governor NN nsubj 6
said VBD ROOT 6 say
rust NN nsubj 8
won VBD ccomp 6 win
. . punct 6
"""
PRESIDENT = """
The DT det 2
French JJ amod 2 french NORP
president NN nsubj 3
said VBD ROOT 3 say
rust NN nsubj 5
won VBD ccomp 3 win
. . punct 3
"""
FULL_LATER = """
Wren NNP nsubj 1 wren PERSON
said VBD ROOT 1 say
rust NN nsubj 3
won VBD ccomp 1 win
. . punct 1
Toby NNP compound 6 toby PERSON
Wren NNP nsubj 7 wren PERSON
left VBD ROOT 7 leave
. . punct 7
"""
PORTRAIT = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
praised VBD ROOT 2 praise
Toby NNP compound 4 toby PERSON
Wren NNP dobj 2 wren PERSON
. . punct 2
¶ _SP dep 2
The DT det 10
former JJ amod 10
first JJ amod 10
lady NN nsubj 14
and CC cc 10
Delmore NNP compound 13
senator NN conj 10
said VBD ROOT 14 say
rust NN nsubj 16
won VBD ccomp 14 win
. . punct 14
"""
A_THING = """
Toby NNP compound 1 toby PERSON
Wren NNP nsubj 2 wren PERSON
spoke VBD ROOT 2 speak
. . punct 2
The DT det 5
bias NN nsubj 6
shows VBZ ROOT 6 show
that IN mark 9
rust NN nsubj 9
won VBD ccomp 6 win
. . punct 6
He PRP nsubj 12 he
said VBD ROOT 12 say
paint NN nsubj 14
lost VBD ccomp 12 lose
. . punct 12
"""
MANY_OF_WHOM = """
It PRP nsubj 1
angered VBD ROOT 1 anger
relatives NNS dobj 1 relative
of IN prep 2
sailors NNS pobj 3 sailor
, , punct 2
many JJ nsubj 9
of IN prep 6
whom WP pobj 7
say VBP advcl 1 say
rust NN nsubj 11
won VBD ccomp 9 win
. . punct 1
"""

ASKED_BY = """
Pell NNP nsubj 1 pell PERSON
spoke VBD ROOT 1 speak
. . punct 1
Pressed VBN advcl 10 press
by IN agent 3
Wren NNP pobj 4 wren PERSON
on IN prep 3
fares NNS pobj 6
, , punct 10
he PRP nsubj 10 he
said VBD ROOT 10 say
rust NN nsubj 12
won VBD ccomp 10 win
. . punct 10
"""
GIVEN_SURNAME = """
Ashanti NNP compound 1 ashanti PERSON
Cyril NNP nsubj 2 cyril PERSON
sang VBD ROOT 2 sing
. . punct 2
Cyril NNP nsubj 5 cyril PERSON
bowed VBD ROOT 5 bow
. . punct 5
She PRP nsubj 8 she
said VBD ROOT 8 say
rust NN nsubj 10
won VBD ccomp 8 win
. . punct 8
"""
APPOSITION = """
They PRP nsubj 1 they
hired VBD ROOT 1 hire
Toby NNP compound 3 toby PERSON
Wren NNP dobj 1 wren PERSON
, , punct 3
a DT det 6
baker NN appos 3
who WP nsubj 8 who
said VBD relcl 6 say
rust NN nsubj 10
won VBD ccomp 8 win
. . punct 1
"""


def test_a_portrait_stands_for_whom_the_article_speaks_of(read: Callable, only: Callable) -> None:
    finding = only(read(PORTRAIT))
    assert finding.entity.name == "Ida Marsh"
    assert "speaking of" in finding.reason


def test_a_thing_is_not_he(read: Callable) -> None:
    last = read(A_THING)._.findings[-1]
    assert last.entity.name == "Toby Wren"


def test_many_of_whom_are_the_people_before_the_comma(read: Callable, only: Callable) -> None:
    assert only(read(MANY_OF_WHOM)).entity.name == "relatives"


def test_she_is_the_woman(read: Callable, only: Callable) -> None:
    finding = only(read(HER))
    assert finding.entity.name == "Ottoline Pell"
    assert "subject of the sentence before" in finding.reason


def test_a_name_with_letters_after_it_is_the_subject_that_he_goes_back_to(read: Callable) -> None:
    said = read(LETTERS)._.findings
    assert [finding.entity.name for finding in said][-2:] == ["Doran Hale", "Doran Hale"]


def test_which_is_the_body_before_it_wherever_the_clause_hangs(
    read: Callable, only: Callable
) -> None:
    assert only(read(WHICH)).entity.name == "Harbour Police"


def test_who_asked_is_not_who_answers(read: Callable, only: Callable) -> None:
    assert only(read(ASKED_BY)).entity.name == "Pell"


def test_a_surname_that_is_a_given_name_too_says_nothing_of_sex(
    read: Callable, only: Callable
) -> None:
    assert only(read(GIVEN_SURNAME)).entity.name == "Ashanti Cyril"


def test_a_baker_told_of_behind_a_name_is_its_bearer(read: Callable, only: Callable) -> None:
    assert only(read(APPOSITION)).entity.name == "Toby Wren"


def test_other_people_stay_candidates(read: Callable, only: Callable) -> None:
    finding = only(read(HER))
    names = [entity.name for entity, _, _ in finding.candidates]
    assert names == ["Ottoline Pell", "Toby Wren"]
    assert sum(probability for _, probability, _ in finding.candidates) <= 1.0001


def test_nobody_tells_himself(read: Callable, only: Callable) -> None:
    doc = read(OBJECT)
    assert only(doc).entity.name == "Toby Wren"
    assert only(doc).addressee is None


def test_he_who_was_corrected_made_the_claim(read: Callable, only: Callable) -> None:
    assert only(read(CORRECTED)).entity.name == "Toby Wren"


def test_a_title_stands_for_whom_the_article_gives_it(read: Callable, only: Callable) -> None:
    finding = only(read(GOVERNOR))
    assert finding.entity.name == "Marsh"
    assert "title" in finding.reason


def test_an_office_is_resolved_by_the_date(read: Callable, only: Callable) -> None:
    document = Document("The French president said rust won.", date=dt.date(2010, 5, 6))
    assert only(read(PRESIDENT, document)).entity.name == "Nicolas Sarkozy"


def test_an_office_without_a_date_is_nobody(read: Callable, only: Callable) -> None:
    assert only(read(PRESIDENT)).entity.kind != "person"


def test_the_fullest_name_is_the_canonical_one(read: Callable, only: Callable) -> None:
    assert only(read(FULL_LATER)).entity.name == "Toby Wren"


def test_offices_change_hands_on_their_day() -> None:
    before = holder_at("prime minister", "GB", dt.date(2024, 7, 4))
    after = holder_at("prime minister", "GB", dt.date(2024, 7, 5))
    assert before is not None and before.name == "Rishi Sunak"
    assert after is not None and after.name == "Keir Starmer"
    assert holder_at("prime minister", "GB", None) is None
    assert former_holders("president", "US", dt.date(2019, 1, 1))[0].name == "Barack Obama"


@pytest.mark.parametrize(
    ("phrase", "date", "name"),
    [
        ("the scottish first minister", "2014-11-19", None),
        ("the first minister of scotland", "2014-11-20", "Nicola Sturgeon"),
        ("the northern ireland first minister", "2008-01-31", "Ian Paisley"),
        ("the chinese premier", "2008-01-31", "Wen Jiabao"),
        ("the french prime minister", "2005-06-01", "Dominique de Villepin"),
        ("the japanese prime minister", "2011-09-02", "Yoshihiko Noda"),
        ("the us defence secretary", "2003-03-20", "Donald Rumsfeld"),
        ("the president of the european commission", "2019-11-30", "Jean-Claude Juncker"),
    ],
)
def test_who_a_phrase_means_on_a_day(phrase: str, date: str, name: str | None) -> None:
    held = holder_at(office_of(phrase), country_of(phrase), dt.date.fromisoformat(date))
    assert (held and held.name) == name


def test_holders_of_one_office_do_not_overlap() -> None:
    for held in offices.holders().values():
        for earlier, later in pairwise(held):
            assert earlier.until is not None and earlier.until <= later.since, (earlier, later)


def test_offices_and_countries_in_phrases() -> None:
    assert office_of("the former prime minister") == "prime minister"
    assert office_of("the vice president") == "vice president"
    assert office_of("the baker") == ""
    assert country_of("the south african president") == "ZA"


def test_pet_names_and_initials_are_compatible() -> None:
    assert compatible_first("Toby", "Tobias") and compatible_first("T.", "Toby")
    assert not compatible_first("Ida", "Toby")
    assert name_words("Prime Minister Sir Toby Wren Jr.") == ["Toby", "Wren"]
