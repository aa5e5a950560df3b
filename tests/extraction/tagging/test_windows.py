"""Windows own each word once and show what precedes it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from quotes.extraction.tagging.encoding import Paragraph
from quotes.extraction.tagging.windows import CONTEXT_PIECES, WINDOW_PIECES, Separators, pack

SEPARATORS = Separators(opening=2, closing=3)


def paragraph(size: int, pieces_a_word: int = 1) -> Paragraph:
    heads = [piece % pieces_a_word == 0 for piece in range(size)]
    offsets = list(range(size))
    return Paragraph([9] * size, [1] * size, offsets, [o + 1 for o in offsets], heads)


def owned(windows):
    return [
        place
        for window in windows
        for position, place in enumerate(window.places)
        if place is not None and position >= window.owned
    ]


def every_piece(paragraphs):
    return [(n, piece) for n, p in enumerate(paragraphs) for piece in range(len(p.pieces))]


sizes = st.lists(st.integers(0, 90) | st.integers(150, 900), max_size=12)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 5), st.sampled_from([0, 48]), st.none() | st.integers(64, 256))
def test_each_piece_is_owned_once_and_in_order(lengths, pieces_a_word, context, first_limit):
    paragraphs = [paragraph(size, pieces_a_word) for size in lengths]
    windows = pack(paragraphs, SEPARATORS, context=context, first_limit=first_limit)
    assert owned(windows) == every_piece(paragraphs)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 5))
def test_no_window_is_longer_than_the_encoder_reads(lengths, pieces_a_word):
    windows = pack([paragraph(size, pieces_a_word) for size in lengths], SEPARATORS)
    assert all(len(window.pieces) <= WINDOW_PIECES for window in windows)
    assert all(
        len(window.pieces) == len(window.features) == len(window.places) for window in windows
    )


def test_window_starts_with_the_end_of_the_paragraph_before():
    windows = pack([paragraph(180), paragraph(180)], SEPARATORS)
    second = windows[1]
    context = [place for place in second.places[: second.owned] if place is not None]
    assert context == [(0, piece) for piece in range(180 - CONTEXT_PIECES, 180)]


def test_paragraphs_are_parted_by_a_separator():
    (window,) = pack([paragraph(3), paragraph(2)], SEPARATORS)
    assert window.pieces == [2, 9, 9, 9, 3, 9, 9, 3]
    assert window.places[4] is None


def test_long_paragraph_is_cut_where_a_word_begins_and_goes_on_without_separator():
    long = paragraph(500, pieces_a_word=3)
    windows = pack([long], SEPARATORS)
    assert len(windows) > 1
    for window in windows[1:]:
        first = window.places[window.owned]
        assert first is not None
        assert long.heads[first[1]]
        assert window.places[window.owned - 1] == (0, first[1] - 1)


def test_context_starts_where_a_word_begins():
    windows = pack([paragraph(200, pieces_a_word=7), paragraph(200)], SEPARATORS)
    number, piece = windows[1].places[1]
    assert (number, piece % 7) == (0, 0)


def test_empty_text_has_no_windows():
    assert pack([], SEPARATORS) == []
    assert pack([paragraph(0), paragraph(0)], SEPARATORS) == []
