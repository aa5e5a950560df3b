"""A broken constraint is told in its own words; one that nobody foresaw is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from annotations.operations.deciding import constraint_messages
from annotations.refusals import Invalid
from quotes.models import Correction, CorrectionQuote, Quote
from tests.factories import make_correction, make_quote

if TYPE_CHECKING:
    from django.db import models

    from quotes.models import Article

pytestmark = pytest.mark.django_db


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
