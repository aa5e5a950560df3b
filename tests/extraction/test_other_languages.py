"""Case 42: a text in a language that no model knows is read by its marks alone, which is said."""

from __future__ import annotations

import pytest

from quotes.extraction.pipeline import extract
from quotes.extraction.types import Document

pytestmark = pytest.mark.model

GERMAN = (
    "Der Hafenmeister Jonas Brandt sagte am Montag, die Mauer werde halten. „Sie hat neunzig "
    "Winter überstanden und wird auch diesen Winter überstehen“, sagte er vor dem Stadtrat.\n\n"
    "Die Abgeordnete Lena Voss widersprach ihm noch am selben Abend. „Das stimmt seit März nicht "
    "mehr, und jeder im Rat weiß das“, sagte sie der Zeitung."
)
SPANISH = (
    "La alcaldesa Inés Robledo dijo que el puente seguirá abierto durante las obras. «El puente "
    "no se cierra ni un solo día de este verano», afirmó en el pleno del ayuntamiento.\n\n"
    "El concejal Tomás Arce la corrigió delante de todos los vecinos. «El puente ya está cerrado "
    "desde el martes por la noche», respondió el concejal."
)
FINNISH = (
    "Satamapäällikkö Aino Kallas sanoi maanantaina, että laituri kestää talven. ”Laituri on "
    "kestänyt yhdeksänkymmentä talvea ja kestää vielä tämänkin”, hän sanoi valtuustolle.\n\n"
    "Valtuutettu Eero Lehto kiisti väitteen heti kokouksen jälkeen. ”Laituri ei ole kestänyt "
    "maaliskuun jälkeen päivääkään”, hän vastasi toimittajille. Kokous kesti kolme tuntia, ja "
    "päätös asiasta tehdään vasta ensi viikolla, kun kaikki lausunnot ovat tulleet."
)
TEXTS = {"german": GERMAN, "spanish": SPANISH, "finnish": FINNISH}
MARKED = {"german": "„“", "spanish": "«»", "finnish": "””"}


@pytest.mark.parametrize("language", TEXTS)
def test_case_42_the_run_says_that_only_the_marks_were_used(language: str):
    found = extract(Document(TEXTS[language]))
    assert found.language == "und"
    assert "not English: only the quotation marks were used" in found.note
    assert found.model.startswith("none")


@pytest.mark.parametrize("language", MARKED)
def test_case_42_what_stands_in_marks_is_found_and_nothing_else(language: str):
    text = TEXTS[language]
    found = extract(Document(text))
    words = [
        "".join(text[span.start : span.end] for span in one.content) for one in found.attributions
    ]
    first, last = MARKED[language]
    assert len(words) == 2
    assert all(one.strip(", ").startswith(first) and last in one for one in words), words
    assert {one.kind for one in found.attributions} == {"direct"}


@pytest.mark.parametrize("language", TEXTS)
def test_case_42_no_english_cue_and_no_correction_is_seen(language: str):
    found = extract(Document(TEXTS[language]))
    assert [one.cue_lemma for one in found.attributions if one.cue_lemma] == []
    assert [one.cue for one in found.attributions if one.cue] == []
    assert found.corrections == ()


def test_case_42_words_that_are_cues_in_english_are_none_elsewhere():
    """Written alike, and something else: “said” is no Turkish verb, “also” German for “so”."""
    text = (
        "Said Demir wird also nicht kommen, sagt man, und die Adds der Woche sind gezählt. Das "
        "Wetter bleibt schön, der Wind kommt von Westen, und die Fähre fährt wie immer um acht Uhr "
        "ab. Noted wird nichts, claims gibt es keine, und asked hat auch niemand danach gefragt."
    )
    found = extract(Document(text))
    assert (found.attributions, found.corrections, found.language) == ((), (), "und")
