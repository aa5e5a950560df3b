"""Clocks that jump, and that differ between processes: nothing is lost or put askew (case 52)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone

from annotations.checking import find_breaks
from annotations.models import Edit
from annotations.operations.members import invite_member, open_invitation
from annotations.operations.quotes import confirm_quote, reopen_quote, set_note
from annotations.operations.tokens import authenticate_token, make_token
from annotations.operations.undoing import redo_last, undo_last
from annotations.refusals import NotVisible
from quotes.api.throttling import count_within
from quotes.operations import request_extraction
from quotes.operations.stalled import retry_stalled_jobs
from tests.factories import make_quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection

pytestmark = pytest.mark.django_db

BACK, FORWARD = dt.timedelta(hours=-2), dt.timedelta(days=2)
NIGHTS = tuple(
    dt.datetime(2026, month, day, 1, 30, tzinfo=dt.UTC) for month, day in ((3, 29), (10, 25))
)
"""When clocks in Europe are put forward and back."""


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.timedelta], None]:
    """Put this process's clock so far from the database's."""
    right = timezone.now

    def jump(by: dt.timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: right() + by)

    return jump


def test_case_52_history_and_undo_go_by_number_where_the_clock_went_back(
    article: Article, editor: User, jump: Callable[[dt.timedelta], None]
) -> None:
    quote = make_quote(article)
    confirm_quote(public_id=quote.public_id, version=1, user=editor)
    jump(BACK)
    set_note(public_id=quote.public_id, version=2, user=editor, note="Ask again.")
    jump(FORWARD)
    reopen_quote(public_id=quote.public_id, version=3, user=editor)
    jump(BACK)
    newest = Edit.objects.of_object(quote.public_id).newest_first()
    assert [edit.version for edit in newest] == [4, 3, 2]
    assert [edit.action for edit in undo_last(user=editor)] == ["quote.undone"]
    quote.refresh_from_db()
    assert (quote.status, quote.note, quote.version) == ("confirmed", "Ask again.", 5)
    undo_last(user=editor)
    quote.refresh_from_db()
    assert (quote.status, quote.note) == ("confirmed", "")
    redo_last(user=editor)
    quote.refresh_from_db()
    assert (quote.note, quote.version) == ("Ask again.", 7)
    assert list(find_breaks()) == []


def test_case_52_what_expires_does_so_by_the_clock_that_reads_it(
    collection: Collection, make_member: Callable[..., User], jump: Callable[[dt.timedelta], None]
) -> None:
    manager = make_member("mona", "manager")
    end = timezone.now() + dt.timedelta(days=1)
    _, plain = make_token(user=manager, name="desk", scopes=["read"], expires_at=end)
    _, secret = invite_member(collection=collection, user=manager, role="reader")
    jump(FORWARD)
    assert authenticate_token(plain) is None
    assert open_invitation(secret).role == "reader"
    jump(FORWARD * 4)
    with pytest.raises(NotVisible):
        open_invitation(secret)
    jump(BACK)
    token = authenticate_token(plain)
    assert token is not None
    jump(BACK * 2)  # used in what is the future now
    assert authenticate_token(plain) == token
    jump(dt.timedelta())
    assert authenticate_token(plain) == token


def test_case_52_limits_and_leases_go_by_the_clock_of_the_database(
    article: Article, jump: Callable[[dt.timedelta], None]
) -> None:
    for by in (BACK, FORWARD, dt.timedelta(minutes=5), BACK):
        jump(by)
        limit = count_within(name="clock", client="one", allowed=3, seconds=60)
        assert 0 < limit.reset <= 60
    assert limit.used == 4
    assert limit.is_exceeded
    request_extraction(article=article)
    for by in (FORWARD, BACK):
        jump(by)
        assert retry_stalled_jobs(give_up={}) == []


@pytest.mark.parametrize("night", NIGHTS)
def test_case_52_the_night_when_clocks_are_put_is_a_night_like_any_other(
    article: Article, editor: User, monkeypatch: pytest.MonkeyPatch, night: dt.datetime
) -> None:
    assert (settings.USE_TZ, settings.TIME_ZONE) == (True, "UTC")
    quote = make_quote(article)
    for hour in range(3):
        at = night + dt.timedelta(hours=hour)
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        set_note(public_id=quote.public_id, version=1 + hour, user=editor, note=f"{hour}")
    times = list(Edit.objects.order_by("pk").values_list("at", flat=True))
    assert [(later - times[0]).total_seconds() for later in times] == [0, 3600, 7200]
