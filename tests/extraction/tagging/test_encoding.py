"""Pieces, features and offsets of awkward texts."""

from __future__ import annotations

import pytest

from quotes.extraction.tagging.encoding import QUOTE_STATES, encode
from quotes.extraction.text import paragraphs
from quotes.extraction.types import Span


def one(text, tokenizer):
    (found,) = encode(text, [Span(0, len(text))], tokenizer)
    return found


def surfaces(text, found):
    return [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


def shown(found, tokenizer):
    return [tokenizer.id_to_token(piece) for piece in found.pieces]


@pytest.mark.parametrize(
    "text",
    [
        "“The bridge will close,” he said.",
        '"The bridge will close," he said.',
        "''The bridge will close,'' he said.",
        "``The bridge will close,'' he said.",
        "«The bridge will close,» he said.",
        "‘The bridge will close,’ he said.",
    ],
)
def test_marks_of_every_style_look_the_same_to_the_encoder(text, tokenizer):
    found = one(text, tokenizer)
    assert shown(found, tokenizer) == [
        *('"', "the", "bridge", "will", "close", ",", '"', "he", "said", ".")
    ]


def test_doubled_single_marks_keep_their_width(tokenizer):
    text = "''It will close,'' he said."
    found = one(text, tokenizer)
    assert surfaces(text, found)[0] == "''"
    assert surfaces(text, found)[5] == "''"


def test_words_in_quotes_are_told_from_words_outside(tokenizer):
    text = "He said “it will close” ."
    states = [feature % QUOTE_STATES for feature in one(text, tokenizer).features]
    outside, inside = states[0], states[3]
    assert states == [outside, outside, states[2], inside, inside, inside, states[6], outside]
    assert len({outside, inside, states[2], states[6]}) == 4


def test_case_is_kept_although_the_pieces_are_lower_case(tokenizer):
    lower, title, upper = (one(word, tokenizer) for word in ("mayor", "Mayor", "MAYOR"))
    assert lower.pieces == title.pieces == upper.pieces
    assert len({lower.features[0], title.features[0], upper.features[0]}) == 3


def test_offsets_hold_over_emoji_and_combining_marks(tokenizer):
    text = "👍🏽 The cafe\u0301 \U0001f469\u200d\U0001f680 will close"
    found = one(text, tokenizer)
    assert surfaces(text, found)[-2:] == ["will", "close"]
    assert any(piece.startswith("cafe") for piece in surfaces(text, found))


def test_only_the_first_piece_of_a_word_is_tagged(tokenizer):
    found = one("it will reopen", tokenizer)
    assert shown(found, tokenizer) == ["it", "will", "re", "##open"]
    assert found.heads == [True, True, True, False]


def test_a_separator_written_in_the_text_is_text(tokenizer):
    found = one("he [SEP] said", tokenizer)
    assert shown(found, tokenizer) == ["he", "[", "sep", "]", "said"]


def test_half_of_a_character_does_no_harm(tokenizer):
    found = one("he \ud83d said", tokenizer)
    assert len(found.pieces) >= 2


def test_endless_line_is_read_in_bites_without_losing_a_word(tokenizer):
    text = "the bridge will close " * 3000
    found = one(text, tokenizer)
    assert len(found.pieces) == 12_000
    assert surfaces(text, found) == text.split()


def test_each_paragraph_is_encoded_by_itself(tokenizer):
    text = "The bridge.\n\n  He said it.\n"
    first, second = encode(text, paragraphs(text), tokenizer)
    assert surfaces(text, first) == ["The", "bridge", "."]
    assert surfaces(text, second) == ["He", "said", "it", "."]
