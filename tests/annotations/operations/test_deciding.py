"""What is refused before anything is written, and broken constraints in their own words."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from annotations.models import Edit
from annotations.operations.deciding import constraint_messages
from annotations.operations.quotes import add_quote, set_speaker
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Correction, CorrectionQuote, Quote
from tests.factories import make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db import models

    from quotes.models import Article

pytestmark = pytest.mark.django_db


def test_nothing_is_added_to_an_article_that_is_not_there(editor: User):
    with pytest.raises(NotVisible):
        add_quote(article_id=uuid.uuid4(), user=editor, content=[])


def test_nobody_is_named_who_was_merged_into_somebody_else(article: Article, editor: User):
    quote = make_quote(article)
    now = make_speaker(article.collection, "Ines Adair")
    then = make_speaker(article.collection, "Ms Adair", merged_into=now)
    with pytest.raises(NotAllowedNow, match="Ms Adair was merged into another speaker"):
        set_speaker(
            public_id=quote.public_id, version=quote.version, user=editor, speaker_id=then.public_id
        )
    quote.refresh_from_db()
    assert (quote.speaker, quote.status) == (None, "suggested")
    assert not Edit.objects.exists()


def link_twice(article: Article, *named: type[models.Model]) -> None:
    quote = make_quote(article)
    correction = make_correction(article, "correcting the minister", claims=(quote,))
    with constraint_messages(*named), transaction.atomic():
        CorrectionQuote.objects.create(correction=correction, quote=quote, side="corrected")


def test_the_constraint_of_any_model_that_was_named_is_told(article: Article):
    with pytest.raises(Invalid, match="one side only") as refused:
        link_twice(article, Correction, CorrectionQuote)
    assert refused.value.code == "correction_quote_once"


def test_a_constraint_of_another_model_is_no_refusal(article: Article):
    with pytest.raises(IntegrityError, match="correction_quote_once"):
        link_twice(article, Correction, Quote)
