"""Editors make speakers whom the engine did not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from annotations.models import Edit
from annotations.operations.speakers import create_speaker, set_new_speaker
from annotations.operations.undoing import undo_last
from annotations.refusals import Invalid, NotVisible, StaleVersion
from quotes.models import Quote, Speaker
from tests.factories import make_quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection

pytestmark = pytest.mark.django_db


def test_a_new_speaker_is_found_by_any_spelling(collection: Collection, editor: User):
    create_speaker(collection=collection, user=editor, name="  Søren Ågård-O’Neill ")
    for words in ("soren agard", "Agaard", "o'neill", "SØREN"):
        assert Speaker.objects.named_like(words).get().name == "Søren Ågård-O’Neill", words


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 301, "Nul\x00"])
def test_names_that_are_none_are_refused(name: str, collection: Collection, editor: User):
    with pytest.raises(Invalid):
        create_speaker(collection=collection, user=editor, name=name)
    assert not Speaker.objects.exists()


def test_others_make_no_speakers(collection: Collection, outsider: User, researcher: User):
    with pytest.raises(NotVisible):
        create_speaker(collection=collection, user=outsider, name="Ines Adair")
    with pytest.raises(PermissionDenied):
        create_speaker(collection=collection, user=researcher, name="Ines Adair")


def test_a_new_speaker_decides_the_quote_and_undo_takes_the_decision_back(
    article: Article, editor: User
):
    quote = make_quote(article)
    set_new_speaker(public_id=quote.public_id, version=1, user=editor, name="Ines Adair")
    quote.refresh_from_db()
    assert (quote.speaker.name, quote.status) == ("Ines Adair", "confirmed")
    assert Edit.objects.values("batch").distinct().count() == 1
    undo_last(user=editor)
    quote.refresh_from_db()
    assert (quote.speaker, quote.status) == (None, "suggested")


def test_a_double_click_makes_one_speaker(article: Article, editor: User):
    quote = make_quote(article)
    for _ in range(2):
        set_new_speaker(public_id=quote.public_id, version=1, user=editor, name="Ines Adair")
    assert Speaker.objects.count() == 1
    assert Quote.objects.get().version == 2


def test_a_stale_page_makes_no_speaker(article: Article, editor: User, colleague: User):
    quote = make_quote(article)
    set_new_speaker(public_id=quote.public_id, version=1, user=colleague, name="Ines Adair")
    with pytest.raises(StaleVersion):
        set_new_speaker(public_id=quote.public_id, version=1, user=editor, name="Another Name")
    assert Speaker.objects.count() == 1
