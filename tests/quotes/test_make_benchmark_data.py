"""The made-up data to measure on fits the tables as they are."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from quotes.models import Article, Correction, Quote


@pytest.mark.django_db(transaction=True)  # it drops indexes and makes them anew
def test_the_made_up_stories_are_stored(collection):
    call_command("make_benchmark_data", quotes=120)
    assert Quote.objects.count() >= 120
    assert Article.objects.exists()
    assert Correction.objects.exists()
    connection.check_constraints()
