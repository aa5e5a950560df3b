"""Case 35: names that look like others, or hide something, are found, isolated and warned of."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_quote, make_speaker

SPOOF = "Іnеs Аdаir"  # Cyrillic letters among Latin ones


@pytest.mark.parametrize("name", [SPOOF, "Ines\u200b Adair", "\u202eInes Adair"])
def test_case_35_the_search_finds_a_name_that_looks_like_what_is_asked(as_editor, article, name):
    speaker = make_speaker(article.collection, name)
    page = as_editor.get(reverse("annotations:speaker_list"), {"q": "Ines Adair"})
    assert [row.pk for row in page.context["page"]] == [speaker.pk]
    assert b"misleads the eye" in page.content


def test_case_35_each_of_two_names_that_look_alike_warns_of_the_other(as_editor, article):
    honest = make_speaker(article.collection, "Ines Adair")
    spoof = make_speaker(article.collection, SPOOF)
    for speaker, other in ((honest, spoof), (spoof, honest)):
        there = reverse("annotations:speaker_detail", args=[speaker.public_id])
        page = as_editor.get(there).content.decode()
        assert f"It looks like <bdi>{other.name}</bdi>, another speaker" in page
    listed = as_editor.get(reverse("annotations:speaker_list")).content.decode()
    assert listed.count("misleads the eye") == 2


def test_case_35_nobody_is_warned_of_names_that_differ_to_the_eye(as_editor, article):
    for name in ("Ines Adair", "Inez Adare", "Анна Серова"):
        speaker = make_speaker(article.collection, name)
        there = reverse("annotations:speaker_detail", args=[speaker.public_id])
        assert b"notice--warn" not in as_editor.get(there).content
    assert b"misleads" not in as_editor.get(reverse("annotations:speaker_list")).content


def test_case_35_who_types_a_name_is_warned_before_it_is_kept(as_editor, article):
    make_speaker(article.collection, "Ines Adair")
    quote = make_quote(article)
    there = reverse("annotations:quote_speakers", args=[quote.public_id])
    for headers in ({}, {"HX-Request": "true"}):
        page = as_editor.get(there, {"q": SPOOF}, headers=headers).content.decode()
        assert "mixes letters of several alphabets" in page
        assert "It looks like <bdi>Ines Adair</bdi>" in page
