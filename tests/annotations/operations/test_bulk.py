"""Many decisions at once: one batch, a fixed number of statements, one undo."""

from __future__ import annotations

import uuid

import pytest

from annotations.checking import find_breaks
from annotations.models import Edit
from annotations.operations.bulk import confirm_quotes
from annotations.operations.quotes import confirm_quote, reject_quote, set_kind
from annotations.operations.together import confirm_together
from annotations.operations.undoing import ChangedSince, redo_last, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Quote
from tests.factories import make_article, make_quote, make_speaker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def quotes(collection) -> list[Quote]:
    words = [f"“Sentence number {n} was spoken.”" for n in range(12)]
    article = make_article(collection, "\n\n".join(words))
    speaker = make_speaker(collection)
    return [make_quote(article, quoted, speaker=speaker) for quoted in words]


def accept_all(quotes, user):
    return confirm_quotes(
        article_id=quotes[0].article.public_id,
        user=user,
        versions={quote.public_id: quote.version for quote in quotes},
    )


def confirmed() -> int:
    return Quote.objects.confirmed().count()


def test_all_are_accepted_as_one_batch_and_undone_and_redone_as_one(quotes, editor):
    assert len(accept_all(quotes, editor)) == 12
    assert confirmed() == 12
    assert len(set(Edit.objects.values_list("batch", flat=True))) == 1
    assert list(find_breaks()) == []
    assert len(undo_last(user=editor)) == 12
    assert confirmed() == 0
    redo_last(user=editor)
    assert confirmed() == 12
    assert list(find_breaks()) == []


def test_the_history_says_of_each_what_it_was_and_is(quotes, editor):
    accept_all(quotes[:1], editor)
    confirm_quote(public_id=quotes[1].public_id, version=1, user=editor)
    one, other = Edit.objects.order_by("pk")
    same = ("action", "version", "object_kind", "article_id", "is_undo", "request_id")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    assert one.before.keys() == other.before.keys()
    assert (one.before["status"], one.after["status"]) == ("suggested", "confirmed")


def test_what_somebody_changed_meanwhile_is_left_alone(quotes, editor, colleague):
    set_kind(public_id=quotes[0].public_id, version=1, user=colleague, kind="mixed")
    reject_quote(public_id=quotes[1].public_id, version=1, user=colleague)
    assert len(accept_all(quotes, editor)) == 10
    quotes[0].refresh_from_db()
    assert quotes[0].status == "suggested"
    with pytest.raises(NotAllowedNow, match="decided meanwhile"):
        accept_all(quotes[2:], editor)


def test_undo_takes_the_rest_of_a_batch_back_when_one_was_changed_since(quotes, editor, colleague):
    confirm_quote(public_id=quotes[11].public_id, version=1, user=editor)
    accept_all(quotes[:11], editor)
    reject_quote(public_id=quotes[3].public_id, version=2, user=colleague)
    assert len(undo_last(user=editor)) == 10
    with pytest.raises(ChangedSince) as refused:
        undo_last(user=editor)
    [edit] = undo_last(user=editor, before=refused.value.edit.batch)
    assert edit.object_id == quotes[11].public_id
    assert confirmed() == 0


def test_it_costs_the_same_for_many(quotes, editor, count_queries):
    one = count_queries(lambda: accept_all(quotes[:1], editor))
    assert count_queries(lambda: accept_all(quotes[1:], editor)) == one <= 12


def test_in_an_article_that_is_not_there_nothing_is_accepted(quotes, editor):
    with pytest.raises(NotVisible):
        confirm_quotes(article_id=uuid.uuid4(), user=editor, versions={quotes[0].public_id: 1})
    assert confirmed() == 0


def test_others_may_not(quotes, outsider, reader):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(NotVisible):
        accept_all(quotes, outsider)
    with pytest.raises(PermissionDenied):
        accept_all(quotes, reader)
    assert confirmed() == 0


def test_like_cases_are_decided_together_only_where_some_are_ticked(quotes, editor):
    with pytest.raises(Invalid, match="Tick at least one quote") as refusal:
        confirm_together(versions={}, user=editor)
    assert refusal.value.field == "quotes"
    assert not Edit.objects.exists()
    assert confirmed() == 0
