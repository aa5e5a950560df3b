"""Stretches that a person chose: each rule for them, at its very edge."""

from __future__ import annotations

import pytest

from annotations.operations.selections import (
    Selection,
    check_kind,
    check_selections,
    fitting_kind,
    parts_of,
    spans_with,
    write_spans,
)
from annotations.refusals import Invalid
from quotes.extraction.types import Span
from quotes.models import Article, Quote
from quotes.models.quote import SpanRole
from tests.factories import make_quote

Place = tuple[int, int]
PLACE = ("role", "ordinal", "start", "end")
SOURCE: list[object] = ["source", 0, 40, 44]
TEXT = "“Snow fell,” Orla said. It was late."


def selection(words: str) -> Selection:
    start = TEXT.index(words)
    return Selection(start, start + len(words), words)


def span(words: str) -> Span:
    one = selection(words)
    return Span(one.start, one.end)


def test_what_stands_there_is_taken_to_the_first_and_the_last_character() -> None:
    check_selections(TEXT, [])
    check_selections(TEXT, [Selection(0, len(TEXT), TEXT)])
    check_selections(TEXT, [selection("“Snow fell,”"), selection("It was late.")])


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1, 4), (3, 3), (4, 3), (0, len(TEXT) + 1), (len(TEXT), len(TEXT) + 1)],
)
def test_what_lies_outside_is_refused(start: int, end: int) -> None:
    exact = TEXT[start:end] if start >= 0 else TEXT[0:4]
    with pytest.raises(Invalid) as refused:
        check_selections(TEXT, [Selection(start, end, exact)])
    assert refused.value.code == "span_outside"


def test_other_words_than_stand_there_are_refused_with_what_stands_there() -> None:
    with pytest.raises(Invalid, match="reads ““Snow” there, not “Rain”") as refused:
        check_selections(TEXT, [selection("Orla"), Selection(0, 5, "Rain")])
    assert refused.value.code == "span_differs"


def test_parts_may_touch_and_never_overlap_or_change_places() -> None:
    check_selections(TEXT, [Selection(0, 5, TEXT[:5]), Selection(5, 9, TEXT[5:9])])
    for first, second in ((5, 4), (9, 0)):
        parts = [Selection(n, n + 5, TEXT[n : n + 5]) for n in (first, second)]
        with pytest.raises(Invalid, match="in order"):
            check_selections(TEXT, parts)


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        ("“Snow fell,”", "direct", None),
        ("“Snow fell,”", "mixed", None),
        ("“Snow fell,”", "indirect", "kind_disagrees"),
        ("It was late", "indirect", None),
        ("It was late", "direct", "kind_disagrees"),
        ("It was late", "mixed", "kind_disagrees"),
        ("It was late", "shouted", "unknown_kind"),
        ("“Snow fell,”", "Direct", "unknown_kind"),
    ],
)
def test_the_kind_agrees_with_the_marks(words: str, kind: str, code: str | None) -> None:
    if code is None:
        check_kind(kind, TEXT, [span(words)])
        return
    with pytest.raises(Invalid) as refused:
        check_kind(kind, TEXT, [span(words)])
    assert (refused.value.code, refused.value.field) == (code, "kind")


@pytest.mark.parametrize(
    ("words", "kind", "fits"),
    [
        ("It was late", "direct", "indirect"),
        ("It was late", "indirect", "indirect"),
        ("“Snow fell,”", "direct", "direct"),
        ("“Snow fell,”", "mixed", "mixed"),
        ("“Snow fell,”", "indirect", "direct"),
        ("“Snow fell,” ", "indirect", "direct"),
        ("“Snow fell,” O", "indirect", "mixed"),
        ("“Snow fell,” Orla said", "indirect", "mixed"),
    ],
)
def test_a_kind_that_no_longer_fits_becomes_the_nearest(words: str, kind: str, fits: str) -> None:
    assert fitting_kind(TEXT, [span(words)], kind) == fits


def test_given_roles_take_the_place_of_theirs_in_order() -> None:
    before: list[list[object]] = [["content", 0, 0, 12], ["cue", 0, 18, 22], ["source", 0, 13, 17]]
    given = {
        SpanRole.CONTENT: [Selection(n, n + 1, "x") for n in range(11)],
        SpanRole.CUE: [],
    }
    after = spans_with(before, given)
    assert after == [
        *(["content", n, n, n + 1] for n in range(11)),
        ["source", 0, 13, 17],
    ]


def spans_of(quote: Quote) -> list[list[object]]:
    return [list(place) for place in quote.spans.order_by(*PLACE[:2]).values_list(*PLACE)]


def content(*places: tuple[int, int]) -> list[list[object]]:
    return [["content", number, start, end] for number, (start, end) in enumerate(places)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "places",
    [
        [(0, 12)],
        [(0, 5)],
        [(3, 30)],
        [(0, 12), (24, 36)],
        [(0, 5), (6, 12)],
        [(0, 3), (4, 8), (9, 40)],
        [(14, 18), (20, 24), (26, 30), (32, 36)],
        [(8, 16), (20, 30)],  # the first goes where the second stood
        [],
    ],
)
@pytest.mark.parametrize("other", [[["cue", 0, 18, 22], SOURCE], [SOURCE], []])
@pytest.mark.parametrize("before", [[(0, 12)], [(0, 3), (6, 12), (24, 36)], [(2, 9), (14, 22)]])
def test_a_quote_comes_to_hold_what_is_wanted_from_whatever_it_held(
    article: Article, before: list[Place], other: list[list[object]], places: list[Place]
) -> None:
    quote = make_quote(article)
    held = [*content(*before), ["cue", 0, 18, 22], SOURCE]
    write_spans(quote, held, held=spans_of(quote))
    assert spans_of(quote) == held
    keys = {tuple(place): key for key, *place in quote.spans.values_list("pk", *PLACE)}
    wanted = [*content(*places), *other]
    write_spans(quote, wanted, held=held)
    assert spans_of(quote) == wanted
    for key, *place, exact in quote.spans.values_list("pk", *PLACE, "exact"):
        assert exact == article.text[place[2] : place[3]]
        assert keys.get(tuple(place), key) == key, "a row that stayed in place was written again"


@pytest.mark.django_db
def test_one_part_that_moves_takes_one_statement(article: Article, count_queries) -> None:
    quote = make_quote(article)
    held = [*content((0, 3), (6, 12)), SOURCE]
    write_spans(quote, held, held=spans_of(quote))
    wanted = [*content((0, 3), (6, 22)), SOURCE]
    assert count_queries(lambda: write_spans(quote, wanted, held=held)) == 1
    assert spans_of(quote) == wanted


@pytest.mark.django_db
def test_the_parts_of_a_role_are_read_from_the_text(article: Article) -> None:
    quote, text = make_quote(article), article.text
    held = [*content((0, 3), (6, 12)), SOURCE]
    found = parts_of(quote, held, SpanRole.CONTENT)
    assert found == [Selection(0, 3, text[0:3]), Selection(6, 12, text[6:12])]
    assert parts_of(quote, held, SpanRole.SOURCE) == [Selection(40, 44, text[40:44])]
    assert parts_of(quote, held, SpanRole.CUE) == []
