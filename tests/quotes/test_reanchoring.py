"""Words of an older text in a newer one: where there is doubt, nobody guesses."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quotes.extraction.types import Span
from quotes.reanchoring import AROUND, CHANGED, ELSEWHERE, TWICE, Reanchoring
from tests.quotes.edited_texts import (
    FOUR_KINDS,
    OTHERS,
    Edit,
    Pieces,
    edited,
    is_right,
    marked_stories,
)

STORIES = list(marked_stories())


def len_of(pieces: Pieces) -> int:
    spans = next(iter(pieces.values()))
    return spans[-1].end - spans[0].start


def carried(text: str, marked: list[Pieces], edits: tuple[Edit, ...], seed: int) -> Counter[str]:
    """How many were moved right, moved wrong, and left to a person, with what is inside them."""
    new, went = edited(text, edits, random.Random(seed))  # noqa: S311 no secret
    anchors = Reanchoring(text, new)
    tally: Counter[str] = Counter()
    lost: list[Span] = []
    for pieces in sorted(marked, key=lambda one: -len_of(one)):
        found = anchors.find(pieces)
        main = next(iter(pieces.values()))[0]
        inside_lost = any(outer.start <= main.start < outer.end for outer in lost)
        if not found.is_sure or inside_lost:
            if "content" in pieces:
                lost.append(Span(main.start, pieces["content"][-1].end))
            tally["asked"] += 1
            continue
        pairs = [
            (old, placed)
            for role, spans in pieces.items()
            for old, placed in zip(spans, found.pieces[role], strict=True)
        ]
        right = all(is_right(text, new, went, old, placed) for old, placed in pairs)
        tally["right" if right else "wrong"] += 1
    return tally


@pytest.mark.slow
@settings(max_examples=60)
@given(
    story=st.sampled_from(range(len(STORIES))),
    mended=st.lists(st.sampled_from(FOUR_KINDS), min_size=1, max_size=3),
    # Last: a copy whose original is cut afterwards is the paragraph itself, moved.
    at_last=st.sampled_from(OTHERS),
    seed=st.integers(0, 2**32),
)
def test_case_40_nothing_is_ever_put_in_a_wrong_place(
    story: int, mended: list[Edit], at_last: Edit, seed: int
):
    assert carried(*STORIES[story], (*mended, at_last), seed)["wrong"] == 0


@pytest.mark.parametrize("edit", FOUR_KINDS, ids=lambda edit: edit.__name__)
def test_most_of_an_edited_story_moves_by_itself(edit: Edit):
    tally: Counter[str] = Counter()
    for seed, (text, marked) in enumerate(STORIES):
        tally += carried(text, marked, (edit,), seed)
    assert tally["wrong"] == 0
    assert tally["right"] >= 0.85 * tally.total()


OLD = (
    "The council met on Monday. “We will mend the quay,” said Mr Orrin Vale, the harbour "
    "master.\n\n"
    "“Not before spring,” Ms Tove Lindgren told the meeting, and sat down again."
)
SAID = "“We will mend the quay,”"


def pieces_in(text: str, content: str, source: str = "", cue: str = "") -> Pieces:
    given = {"content": content, "source": source, "cue": cue}
    return {
        role: [Span(text.index(words), text.index(words) + len(words))] if words else []
        for role, words in given.items()
    }


def test_another_speaker_of_the_same_words_is_a_question_with_their_place_offered():
    new = OLD.replace("said Mr Orrin Vale", "said Mr Ansel Brandt")
    found = Reanchoring(OLD, new).find(pieces_in(OLD, SAID, "Mr Orrin Vale", "said"))
    assert not found.is_sure
    assert (found.why, found.are_gone) == (AROUND, False)
    assert [new[s.start : s.end] for s in found.offered["content"]] == [SAID]
    assert "source" not in found.offered


@pytest.mark.parametrize("became", ["Mrs Orrin Vale", "Mr Vale of Orrin", "Vale-Orrin"])
def test_a_name_is_followed_only_where_words_were_left_out(became: str):
    pieces = pieces_in(OLD, SAID, "Mr Orrin Vale", "said")
    assert not Reanchoring(OLD, OLD.replace("Mr Orrin Vale", became)).find(pieces).is_sure
    new = OLD.replace("Mr Orrin Vale", "Vale")
    (source,) = Reanchoring(OLD, new).find(pieces).pieces["source"]
    assert new[source.start : source.end] == "Vale"


def test_changed_words_are_offered_where_they_stand_now():
    new = OLD.replace("mend the quay", "mend the whole quay")
    found = Reanchoring(OLD, new).find(pieces_in(OLD, SAID, "Mr Orrin Vale", "said"))
    assert (found.why, found.are_gone) == (CHANGED, True)
    offered = {role: [new[s.start : s.end] for s in spans] for role, spans in found.offered.items()}
    assert offered == {
        "content": ["“We will mend the whole quay,”"],
        "source": ["Mr Orrin Vale"],
        "cue": ["said"],
    }


def test_words_that_stand_twice_or_in_other_company_are_a_question():
    pieces = pieces_in(OLD, SAID)
    assert Reanchoring(OLD, f"{OLD}\n\n{OLD}").find(pieces).why == TWICE
    alone = f"Something else altogether: {SAID} was heard in the street."
    assert Reanchoring(OLD, alone).find(pieces).why == ELSEWHERE


def test_words_that_are_gone_are_gone():
    found = Reanchoring(OLD, "Snow fell on the hills all night.").find(pieces_in(OLD, SAID))
    assert found.are_gone
    assert found.offered == {}


@given(st.text(alphabet="“”\"'… \n\u00a0\u00adab—é👩", max_size=60), st.data())
def test_a_text_laid_upon_itself_moves_nothing(text: str, data: st.DataObject):
    if len(text) < 2:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = Reanchoring(text, text).find({"content": [Span(start, end)]})
    for span in found.pieces.get("content", []):
        inner = text[start:end].strip(" \n\u00a0\u00ad")
        assert text[span.start : span.end].strip(" \n\u00a0\u00ad") == inner
