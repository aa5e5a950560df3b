"""Offsets in code points and in UTF-16 units, there and back (cases 36 and 37)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotes.api.offsets import CODE_POINTS, UTF16, Offsets
from quotes.models import Correction, Quote
from tests.factories import make_article, make_collection, make_correction, make_quote

TEXTS = st.text(st.sampled_from("a ä“\u0301𝒟👩\u200d"), max_size=30)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(TEXTS)
def test_case_36_each_place_is_found_again_in_the_other_unit(text: str) -> None:
    offsets = Offsets.of_text(UTF16, 7, text)
    for place in range(len(text) + 1):
        shown = offsets.shown(7, place)
        assert shown == units(text[:place])
        assert offsets.stored(7, shown) == place


@given(TEXTS)
def test_case_37_a_place_inside_a_surrogate_pair_is_none(text: str) -> None:
    offsets = Offsets.of_text(UTF16, 7, text)
    shown = {units(text[:place]) for place in range(len(text) + 1)}
    for unit in range(units(text) + 1):
        assert (offsets.stored(7, unit) is None) == (unit not in shown)


def test_code_points_stay_as_they_are() -> None:
    offsets = Offsets.of_text(CODE_POINTS, 7, "𝒟𝒟")
    assert (offsets.shown(7, 2), offsets.stored(7, 1)) == (2, 1)
    other = Offsets.of_text(UTF16, 7, "𝒟𝒟")
    assert (other.shown(8, 2), other.stored(8, 1)) == (2, 1)


@pytest.mark.django_db
def test_rows_are_shown_in_the_unit_that_was_asked_for() -> None:
    text = "𝒟 “Snow 𝒟 fell,” Orla 𝒟 said late."
    article = make_article(make_collection(), text, skipped=(), headline="Snow")
    make_quote(article, "“Snow 𝒟 fell,”")
    make_correction(article, "said late")
    make_correction(article, "Orla", cue_start=text.index("said"), cue_end=text.index("said") + 4)
    article.skipped = [[0, 1, "a letter"]]

    def rows() -> tuple[Quote, Correction, Correction]:
        quote = Quote.objects.get()
        quote.parts = [{"start": quote.start, "end": quote.end}]  # type: ignore[attr-defined]
        said, named = Correction.objects.order_by("pk")
        for one in (said, named):
            one.sides = [{"start": quote.start, "end": quote.end}]  # type: ignore[attr-defined]
        return quote, said, named

    quote, said, named = rows()
    start, end = quote.start, quote.end
    plain = Offsets.of_articles(CODE_POINTS, [article.pk])
    plain.shift_quotes([quote])
    plain.shift_corrections([said, named])
    assert (quote.start, quote.end) == (start, end)
    assert said.start == text.index("said late")
    offsets = Offsets.of_articles(UTF16, [article.pk])
    offsets.shift_quotes([quote])
    offsets.shift_corrections([said, named])
    offsets.shift_article(article)
    shown = (units(text[:start]), units(text[:end]))
    assert (quote.start, quote.end) == shown == (start + 1, end + 2)
    assert quote.parts == said.sides == [{"start": shown[0], "end": shown[1]}]  # type: ignore[attr-defined]
    assert (said.start, said.cue_start) == (units(text[: text.index("said late")]), None)
    assert (named.cue_start, named.cue_end) == (
        units(text[: text.index("said")]),
        units(text[: text.index("said")]) + 4,
    )
    assert article.skipped == [[0, 2, "a letter"]]
