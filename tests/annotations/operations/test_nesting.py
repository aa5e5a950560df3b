"""A quote that the one around it no longer holds is out of it, whatever brought that about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from annotations.checking import find_breaks
from annotations.history import snapshot
from annotations.models import Edit
from annotations.operations.joining import join_quotes
from annotations.operations.placing import place
from annotations.operations.putting_back import put_back
from annotations.operations.quotes import (
    add_quote,
    confirm_quote,
    reject_quote,
    reopen_quote,
    set_boundaries,
    set_note,
)
from annotations.operations.selections import Selection
from annotations.operations.undoing import ChangedSince, redo_last, undo_edit, undo_last, undo_own
from annotations.operations.withdrawing import withdraw
from annotations.refusals import NotAllowedNow
from quotes.models import Placement, Quote
from tests.factories import make_article, make_quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article

pytestmark = pytest.mark.django_db

TEXT = "“She told me ‘never again’ and laughed at the whole of it,” Mr Vale said on Monday."
WHOLE, SHORT = "“She told me ‘never again’ and laughed at the whole of it,”", "“She told me"
ACROSS = "“She told me ‘never"
INNER = "‘never again’"


@pytest.fixture
def article(collection) -> Article:
    return make_article(collection, TEXT, external_id="cms-9")


@pytest.fixture
def outer(article) -> Quote:
    return make_quote(article, WHOLE)


@pytest.fixture
def inner(outer) -> Quote:
    return make_quote(outer.article, INNER, parent=outer)


def selected(article: Article, words: str) -> Selection:
    start = article.text.index(words)
    return Selection(start, start + len(words), words)


def at(quote: Quote, user: User) -> dict:
    quote.refresh_from_db()
    return {"public_id": quote.public_id, "version": quote.version, "user": user}


def move(quote: Quote, words: str, user: User) -> None:
    which = at(quote, user)
    set_boundaries(**which, content=[selected(quote.article, words)])


def inside(article: Article, words: str, user: User) -> Quote:
    return add_quote(article_id=article.public_id, user=user, content=[selected(article, words)])


def around(quote: Quote) -> Quote | None:
    return Quote.objects.select_related("parent").get(pk=quote.pk).parent


def states() -> list[dict]:
    return [snapshot(quote) for quote in Quote.objects.select_related("parent").order_by("pk")]


def holds() -> bool:
    return not list(find_breaks())


def test_case_65_an_outer_quote_that_is_shortened_lets_go_of_the_one_inside(outer, inner, editor):
    before = states()
    move(outer, SHORT, editor)
    after = states()
    assert around(inner) is None
    assert list(Edit.objects.order_by("pk").values_list("action", "object_id")) == [
        ("quote.boundaries_set", outer.public_id),
        ("quote.freed", inner.public_id),
    ]
    assert Edit.objects.values("batch").distinct().count() == 1
    assert holds()
    for _ in range(2):
        assert len(undo_last(user=editor)) == 2
        assert states() == before
        assert holds()
        assert len(redo_last(user=editor)) == 2
        assert states() == after
        assert holds()


def test_one_that_is_still_held_stays(outer, inner, editor):
    move(outer, "She told me ‘never again’ and laughed", editor)
    inner.refresh_from_db()
    assert (inner.parent, inner.version) == (outer, 1)
    assert holds()


def test_an_outer_quote_is_not_moved_across_the_one_inside(outer, inner, editor):
    with pytest.raises(NotAllowedNow, match=INNER):
        move(outer, ACROSS, editor)
    outer.refresh_from_db()
    assert (outer.version, around(inner)) == (1, outer)
    assert not Edit.objects.exists()


def test_it_goes_into_the_next_quote_that_holds_it(outer, editor):
    middle = make_quote(outer.article, "told me ‘never again’ and", parent=outer)
    inner = make_quote(outer.article, INNER, parent=middle)
    move(middle, "laughed at", editor)
    assert (around(middle), around(inner)) == (outer, outer)
    assert holds()


def test_what_is_inside_of_one_that_is_let_go_goes_into_that(outer, editor):
    small = make_quote(outer.article, "again", parent=outer)
    wide = make_quote(outer.article, INNER, parent=outer)
    move(outer, SHORT, editor)
    assert (around(wide), around(small)) == (None, wide)
    assert holds()


@pytest.mark.parametrize("revive", ["reopen", "undo"])
def test_one_that_was_rejected_meanwhile_comes_back_outside(
    outer, inner, editor, colleague, revive
):
    def back() -> None:
        if revive == "reopen":
            reopen_quote(**at(inner, editor))
        else:
            undo_last(user=editor)

    reject_quote(**at(inner, editor))
    move(outer, ACROSS, colleague)
    assert around(inner) == outer
    with pytest.raises(NotAllowedNow, match=INNER):
        back()
    move(outer, SHORT, colleague)
    back()
    inner.refresh_from_db()
    assert (inner.parent, inner.status) == (None, "suggested")
    assert holds()
    if revive == "undo":
        redo_last(user=editor)
        inner.refresh_from_db()
        assert (inner.parent, inner.status) == (outer, "rejected")
    else:
        undo_last(user=editor)
        assert around(inner) == outer
    assert holds()


def test_one_that_is_held_comes_back_inside(outer, inner, editor):
    reject_quote(**at(inner, editor))
    reopen_quote(**at(inner, editor))
    assert around(inner) == outer
    reject_quote(**at(outer, editor))
    reopen_quote(**at(outer, editor))
    assert holds()


def test_undo_of_a_growth_lets_go_of_what_was_nested_meanwhile(article, editor, colleague):
    outer = make_quote(article, SHORT)
    move(outer, WHOLE, editor)
    inner = inside(article, INNER, colleague)
    assert around(inner) == outer
    undo_last(user=editor)
    assert around(inner) is None
    assert holds()
    redo_last(user=editor)
    assert around(inner) == outer
    assert holds()
    undo_edit(object_id=outer.public_id, version=4, user=colleague)
    assert around(inner) is None
    assert holds()


def test_undo_of_a_growth_is_refused_across_what_was_nested_meanwhile(article, editor, colleague):
    outer = make_quote(article, ACROSS)
    move(outer, WHOLE, editor)
    inner = inside(article, INNER, colleague)
    before = states()
    with pytest.raises(NotAllowedNow, match=INNER):
        undo_last(user=editor)
    assert (states(), around(inner)) == (before, outer)


def test_a_quote_that_moves_back_to_where_nothing_is_around_it_now_stands_by_itself(
    outer, inner, editor, colleague
):
    move(inner, "Mr Vale", editor)
    move(outer, SHORT, colleague)
    undo_last(user=editor)
    assert around(inner) is None
    assert inner.article.text[inner.start : inner.end] == INNER
    assert holds()
    redo_last(user=editor)
    assert holds()


@pytest.mark.parametrize("undo", [undo_edit, undo_own])
@pytest.mark.parametrize("again", [False, True])
def test_the_move_is_taken_back_with_what_it_let_go(outer, inner, editor, undo, again):
    before = states()
    move(outer, SHORT, editor)
    if again:
        undo_last(user=editor)
        redo_last(user=editor)
    which = at(outer, editor)
    which |= {"object_id": which.pop("public_id")} if undo is undo_edit else {}
    done = undo(**which)
    assert (done.object_id if undo is undo_edit else done.public_id) == outer.public_id
    assert states() == before
    assert holds()


@pytest.mark.parametrize("undo", [undo_edit, undo_own])
def test_what_was_let_go_again_is_taken_back_with_the_move(outer, inner, editor, undo):
    before = states()
    move(outer, SHORT, editor)
    undo_last(user=editor)
    redo_last(user=editor)
    which = at(inner, editor)
    which |= {"object_id": which.pop("public_id")} if undo is undo_edit else {}
    undo(**which)
    assert states() == before
    assert holds()


def test_undo_of_a_move_is_refused_where_what_it_let_go_was_changed(
    outer, inner, editor, colleague
):
    move(outer, SHORT, editor)
    set_note(**at(inner, colleague), note="Ask Mr Vale.")
    before = states()
    with pytest.raises(ChangedSince) as refused:
        undo_last(user=editor)
    assert refused.value.current == inner
    assert states() == before


def test_undo_of_a_join_hangs_what_was_nested_meanwhile_on_its_half(collection, editor, colleague):
    text = "“The ferry sails,” said Mirela Voss. “It told us ‘no more’ at noon.”"
    article = make_article(collection, text)
    first = make_quote(article, "“The ferry sails,”")
    second = make_quote(article, "“It told us ‘no more’ at noon.”")
    join_quotes(**at(first, editor), next_id=second.public_id, next_version=second.version)
    inner = inside(article, "‘no more’", colleague)
    undo_last(user=editor)
    assert around(inner) == second
    assert holds()
    redo_last(user=editor)
    assert around(inner) == first
    assert holds()


def test_one_that_was_withdrawn_meanwhile_is_put_back_outside(outer, inner, editor, make_member):
    manager = make_member("mina", "manager")
    act = withdraw(kind="quote", **at(inner, manager), reason="A court has said so.")
    move(outer, ACROSS, editor)
    with pytest.raises(NotAllowedNow, match=INNER):
        put_back(public_id=act.public_id, user=manager)
    move(outer, SHORT, editor)
    put_back(public_id=act.public_id, user=manager)
    inner.refresh_from_db()
    assert (inner.parent, inner.status) == (None, "suggested")
    assert holds()


def test_an_outer_quote_that_is_placed_elsewhere_in_a_changed_story_lets_go(
    collection, outer, inner, editor
):
    for quote in (outer, inner):
        confirm_quote(**at(quote, editor))
    later = make_article(
        collection, TEXT.replace("the whole of it", "all of it"), external_id="cms-9"
    )
    asked = Placement.objects.get(quote=outer)
    which = {"public_id": asked.public_id, "version": asked.version, "user": editor}
    place(**which)
    assert around(inner) == outer
    outer.refresh_from_db()
    undo_edit(object_id=outer.public_id, version=outer.version, user=editor)
    inner.refresh_from_db()
    assert (inner.article, inner.parent) == (later, outer)
    assert holds()
    with pytest.raises(NotAllowedNow, match=INNER):
        place(**which, words=[selected(later, ACROSS)])
    place(**which, words=[selected(later, SHORT)])
    assert around(inner) is None
    assert holds()
