"""Two quotes are made one, one is made two, and both are taken back as one."""

from __future__ import annotations

import pytest

from annotations.checking import find_breaks
from annotations.history import snapshot
from annotations.models import Edit
from annotations.operations.corrections import confirm_correction
from annotations.operations.joining import join_quotes, split_quote
from annotations.operations.quotes import reject_quote, set_speaker
from annotations.operations.selections import Selection
from annotations.operations.undoing import ChangedSince, redo_last, undo_edit, undo_last, undo_own
from annotations.refusals import Invalid, NotAllowedNow, StaleVersion
from quotes.models import Article, Quote
from tests.factories import make_article, make_correction, make_quote, make_speaker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TEXT = (
    "“The ferry sails at noon,” said Mirela Voss. “It has always sailed at noon.”\n\n"
    "“Nobody told us,” Piet Oram answered. He feared that the quay was closed."
)
FIRST, SECOND = "“The ferry sails at noon,”", "“It has always sailed at noon.”"


@pytest.fixture
def article(collection) -> Article:
    return make_article(collection, TEXT)


@pytest.fixture
def quotes(article) -> list[Quote]:
    mirela = make_speaker(article.collection, "Mirela Voss")
    piet = make_speaker(article.collection, "Piet Oram")
    return [
        make_quote(article, FIRST, speaker=mirela, candidates=(mirela, piet)),
        make_quote(article, SECOND, source="Mirela Voss", cue="said"),
        make_quote(article, "“Nobody told us,”", speaker=piet),
    ]


def join(one: Quote, other: Quote, user) -> Quote:
    return join_quotes(
        public_id=one.public_id,
        version=one.version,
        user=user,
        next_id=other.public_id,
        next_version=other.version,
    )


def split(quote: Quote, words: str, user) -> tuple[Quote, Quote]:
    start = quote.article.text.index(words, quote.start)
    rest = Selection(start, start + len(words), words)
    return split_quote(public_id=quote.public_id, version=quote.version, user=user, rest=rest)


def states() -> list[dict]:
    return [snapshot(quote) for quote in Quote.objects.select_related("speaker").order_by("pk")]


def parts(quote: Quote) -> list[str]:
    return list(
        quote.spans.filter(role="content").order_by("ordinal").values_list("exact", flat=True)
    )


def test_the_next_quote_becomes_a_further_part_and_leaves_the_record(quotes, editor):
    joined = join(quotes[0], quotes[1], editor)
    assert parts(joined) == [FIRST, SECOND]
    assert joined.normal_text == "the ferry sails at noon it has always sailed at noon"
    assert (joined.speaker, joined.status, joined.kind) == (
        quotes[0].speaker,
        "suggested",
        "direct",
    )
    assert joined.spans.get(role="source").exact == "Mirela Voss"
    quotes[1].refresh_from_db()
    assert quotes[1].status == "withdrawn"
    assert list(find_breaks()) == []


def test_a_double_click_joins_once(quotes, editor):
    joined = join(quotes[0], quotes[1], editor)
    again = join(quotes[0], quotes[1], editor)
    assert (again, again.version) == (joined, 2)
    assert parts(again) == [FIRST, SECOND]
    assert Edit.objects.count() == 2


def test_words_in_marks_and_words_without_make_a_mixed_quote(article, quotes, editor):
    told = make_quote(article, "He feared that the quay was closed.")
    joined = join(quotes[2], told, editor)
    assert (quotes[2].kind, told.kind, joined.kind) == ("direct", "indirect", "mixed")
    assert list(find_breaks()) == []


def test_another_join_from_the_same_look_at_a_quote_is_no_repeat(quotes, editor):
    join(quotes[0], quotes[1], editor)
    with pytest.raises(StaleVersion):
        join(quotes[0], quotes[2], editor)


def test_joining_is_taken_back_and_done_again_as_one(quotes, editor):
    before = states()
    join(quotes[0], quotes[1], editor)
    after = states()
    assert len(undo_last(user=editor)) == 2
    assert states() == before
    redo_last(user=editor)
    assert states() == after
    assert list(find_breaks()) == []


def test_undo_from_either_sentence_of_the_history_takes_back_both(quotes, editor):
    before = states()
    join(quotes[0], quotes[1], editor)
    undo_edit(object_id=quotes[1].public_id, version=2, user=editor)
    assert states() == before


def test_undo_of_a_join_that_was_changed_since_changes_nothing(quotes, editor, colleague):
    joined = join(quotes[0], quotes[1], editor)
    set_speaker(
        public_id=joined.public_id,
        version=joined.version,
        user=colleague,
        speaker_id=quotes[2].speaker.public_id,
    )
    before = states()
    with pytest.raises(ChangedSince):
        undo_last(user=editor)
    assert states() == before


def test_only_the_quote_right_after_is_joined_and_only_as_it_was_seen(quotes, editor):
    with pytest.raises(NotAllowedNow):
        join(quotes[0], quotes[2], editor)
    with pytest.raises(NotAllowedNow):
        join(quotes[1], quotes[0], editor)
    quotes[1].version = 7
    with pytest.raises(StaleVersion):
        join(quotes[0], quotes[1], editor)


def test_a_quote_in_a_confirmed_correction_is_not_joined_away(quotes, editor):
    correction = make_correction(
        quotes[0].article,
        "Piet Oram answered",
        corrector=quotes[2].speaker,
        corrected=quotes[0].speaker,
        retorts=(quotes[2],),
    )
    confirm_correction(public_id=correction.public_id, version=1, user=editor)
    with pytest.raises(NotAllowedNow):
        join(quotes[1], quotes[2], editor)


def test_a_cut_between_two_parts_gives_back_what_was_joined(quotes, editor):
    joined = join(quotes[0], quotes[1], editor)
    first, second = split(joined, SECOND, editor)
    assert (parts(first), parts(second)) == ([FIRST], [SECOND])
    assert second.speaker == first.speaker
    assert list(second.candidates.values_list("speaker__name", flat=True).order_by("rank")) == [
        "Mirela Voss",
        "Piet Oram",
    ]
    assert list(find_breaks()) == []


def test_a_cut_inside_a_part_takes_no_white_space_along(quotes, editor):
    first, second = split(quotes[0], "sails at noon", editor)
    assert (parts(first), parts(second)) == (["“The ferry"], ["sails at noon,”"])
    assert (first.kind, second.kind) == ("direct", "direct")
    assert second.status == first.status == "suggested"


def test_a_split_is_taken_back_and_done_again_as_one(quotes, editor):
    before = states()
    split(quotes[0], "sails at noon", editor)
    after = states()
    assert len(undo_last(user=editor)) == 2
    assert [state for state in states() if state["status"] != "withdrawn"] == before
    redo_last(user=editor)
    assert states() == after


def test_a_double_click_splits_once_whatever_became_of_the_second(quotes, editor, colleague):
    first, second = split(quotes[0], "sails at noon", editor)
    for _ in range(2):
        again = split(quotes[0], "sails at noon", editor)
        assert again == (first, second)
        reject_quote(public_id=second.public_id, version=1, user=colleague)
    assert Quote.objects.count() == 4


def test_another_cut_seen_in_the_whole_quote_is_refused_after_the_first(quotes, editor):
    split(quotes[0], "sails at noon", editor)
    for words in ("ferry sails", "noon"):
        with pytest.raises(StaleVersion):
            split(quotes[0], words, editor)
    assert Quote.objects.count() == 4


def test_a_quote_inside_goes_along_with_its_half_or_stops_the_cut(collection, editor):
    text = "“First we waited. Then the pilot shouted ‘All aboard now’ twice,” said Ana Brole."
    article = make_article(collection, text)
    whole = make_quote(article, "“First we waited. Then the pilot shouted ‘All aboard now’ twice,”")
    inner = make_quote(article, "‘All aboard now’", parent=whole)
    with pytest.raises(NotAllowedNow):
        split(whole, "aboard now", editor)
    _, second = split(whole, "Then the", editor)
    inner.refresh_from_db()
    assert inner.parent == second
    undo_last(user=editor)
    inner.refresh_from_db()
    assert inner.parent == whole
    assert list(find_breaks()) == []


@pytest.mark.parametrize("words", ["“The ferry", "said Mirela"])
def test_a_cut_that_leaves_one_side_empty_is_refused(quotes, editor, words):
    with pytest.raises(Invalid):
        split(quotes[0], words, editor)


def test_ones_own_joining_is_taken_back_as_one_and_an_older_page_takes_nothing_back(quotes, editor):
    before = states()
    joined = join(quotes[0], quotes[1], editor)
    after = states()
    with pytest.raises(StaleVersion) as refusal:
        undo_own(public_id=joined.public_id, version=1, user=editor)
    assert refusal.value.current == joined
    assert states() == after
    undo_own(public_id=joined.public_id, version=2, user=editor)
    assert states() == before
