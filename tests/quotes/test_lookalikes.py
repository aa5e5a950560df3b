"""Names that look like others: one skeleton in Python and in SQL, and what cannot be seen."""

from __future__ import annotations

import pytest

from quotes.lookalikes import DRAWN, LIKE, oddities, skeleton, skeleton_of
from quotes.models import SpeakerName
from quotes.normal_form import normal_name
from tests.factories import make_speaker


def test_each_lookalike_stands_for_one_letter():
    assert len(DRAWN) == len(LIKE) == len(set(DRAWN))
    assert not set(DRAWN) & set(LIKE)


@pytest.mark.parametrize(
    "name", ["Іnеs Аdаir", "INES ADAIR", "Ines\u200b Adair", "\u202eInes Adair", "Ínës Ådair"]
)
def test_what_the_eye_cannot_tell_apart_has_one_skeleton(name: str):
    assert skeleton(name) == skeleton("Ines Adair")


@pytest.mark.parametrize("name", ["Inez Adair", "Ines Adare", "Ivan", "Иван"])
def test_other_names_have_other_skeletons(name: str):
    assert skeleton(name) != skeleton("Ines Adair")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Іnes Adair", "alphabets"),
        ("Ines\u200bAdair", "cannot be seen"),
        ("Ines\u200dAdair", "cannot be seen"),
        ("Ines \u202eriadA", "direction"),
        ("I\u0301\u0302\u0303\u0304nes", "heaps marks"),
    ],
)
def test_a_misleading_name_is_told_of(name: str, word: str):
    (said,) = oddities(name)
    assert word in said


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O’Brien-Łukasz",
        "Nguyễn Thị Ánh",
        "Анна Серова",
        "Ελένη Βασιλείου",
        "فاطمه\u200cزهرا",
        "महाराष्ट्र",
        "Group of 20 (G20)",
        "",
    ],
)
def test_an_honest_name_is_not(name: str):
    assert oddities(name) == []


@pytest.mark.django_db
def test_the_database_makes_the_same_skeletons(collection):
    """Every letter that counts as another, and some that do not, in one name each."""
    speaker = make_speaker(collection)
    written = [*DRAWN, *"abcxyz ÄÉß-", "Ö\u200b", "‚"]
    SpeakerName.objects.bulk_create(
        SpeakerName(speaker=speaker, text=f"{n} {one}", norm=normal_name(f"{n} {one}"))
        for n, one in enumerate(written)
    )
    rows = SpeakerName.objects.annotate(drawn=skeleton_of("norm")).values_list("text", "drawn")
    assert dict(rows) == {text: skeleton(text) for text, _ in rows}
