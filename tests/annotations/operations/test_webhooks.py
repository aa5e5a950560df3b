"""Webhooks: told in the transaction of the deed, signed, tried again, never inside the network."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.models import Webhook, WebhookDelivery
from annotations.operations import webhooks
from annotations.operations.bulk import confirm_quotes
from annotations.operations.naming import change_speaker
from annotations.operations.quotes import confirm_quote, reject_quote
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.models import Article, Collection
from tests.factories import make_article, make_collection, make_quote, make_speaker
from tests.outside import Outside

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.fixture
def manager(make_member: Callable[..., User]) -> User:
    return make_member("mona", "manager")


@pytest.fixture
def hook(collection: Collection, manager: User) -> Webhook:
    return add(collection, manager)[0]


def add(collection: Collection, user: User, **facts: Any) -> tuple[Webhook, str]:
    given = {"name": "Desk", "address": "http://paper.example/told", "events": ["quote"], **facts}
    return webhooks.add_webhook(collection=collection, user=user, **given)


def confirm(article: Article, editor: User) -> WebhookDelivery:
    quote = make_quote(article, "“It has held for ninety winters,”")
    confirm_quote(public_id=quote.public_id, version=1, user=editor)
    return WebhookDelivery.objects.get()


def call(delivery: WebhookDelivery) -> WebhookDelivery:
    webhooks.call_webhook(delivery_id=delivery.public_id)
    delivery.refresh_from_db()
    return delivery


def answering(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_decision_is_told_signed_and_without_words(
    article: Article, collection: Collection, manager: User, editor: User, outside: Outside
) -> None:
    outside.answer = lambda request: OK
    _, secret = add(collection, manager)
    delivery = confirm(article, editor)
    assert ProcrastinateJob.objects.get(queue_name="webhooks").args == {
        "delivery_id": str(delivery.public_id)
    }
    assert call(delivery).state == "delivered"
    head, _, body = outside.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /told HTTP/1.1\r\n")
    told = json.loads(body)
    assert told["event"] == "quote.confirmed"
    assert told["object"]["version"] == 2
    assert told["object"]["address"] == f"/api/v1/quotes/{told['object']['id']}/"
    assert told["id"] == str(delivery.public_id)
    assert "ninety winters" not in body.decode()
    lines = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:])
    moment, given = lines["On-Record-Signature"].removeprefix("t=").split(",v1=")
    assert given == webhooks.signature(secret, int(moment), body)
    assert given != webhooks.signature(secret, int(moment) + 1, body)
    assert given != webhooks.signature(secret, int(moment), body + b" ")


def test_the_signature_is_what_the_docs_say() -> None:
    import hashlib
    import hmac

    expected = hmac.new(b"onw_x", b"7.{}", hashlib.sha256).hexdigest()
    assert webhooks.signature("onw_x", 7, b"{}") == expected


def test_what_is_taken_back_with_its_transaction_is_never_told(
    article: Article, hook: Webhook, editor: User
) -> None:
    with transaction.atomic():
        confirm(article, editor)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()
    assert not ProcrastinateJob.objects.filter(queue_name="webhooks").exists()


def test_only_the_collections_own_webhooks_hear_what_they_asked_for(
    article: Article, collection: Collection, hook: Webhook, manager: User, editor: User
) -> None:
    other = make_collection("Other desk")
    boss = User.objects.create_superuser("boss")
    deaf, _ = add(collection, manager, name="Speakers", events=["speaker"])
    add(other, boss, name="Elsewhere")
    off, _ = add(collection, manager, name="Off")
    webhooks.change_webhook(
        public_id=off.public_id, version=1, user=manager, changes={"active": False}
    )
    assert confirm(article, editor).webhook == hook
    speaker = make_speaker(collection, "Uma Thole")
    change = {"description": "Harbour master"}
    change_speaker(public_id=speaker.public_id, version=1, user=editor, changes=change)
    assert WebhookDelivery.objects.get(webhook=deaf).event == "speaker.changed"
    assert WebhookDelivery.objects.count() == 2


def test_a_bulk_action_tells_of_each_object(article: Article, hook: Webhook, editor: User) -> None:
    quotes = [
        make_quote(article, words)
        for words in ("“It has held for ninety winters,”", "“It has not held since March,”")
    ]
    versions = {quote.public_id: 1 for quote in quotes}
    confirm_quotes(article_id=article.public_id, user=editor, versions=versions)
    told = {row.payload["object"]["id"] for row in WebhookDelivery.objects.all()}
    assert told == {str(quote.public_id) for quote in quotes}


def test_a_decision_costs_the_same_whoever_listens_elsewhere(
    article: Article, editor: User, count_queries: Callable[..., int]
) -> None:
    def decide(words: str) -> int:
        quote = make_quote(article, words)
        return count_queries(
            lambda: reject_quote(public_id=quote.public_id, version=1, user=editor)
        )

    decide("“It has held for ninety winters,”")
    without = decide("“It has not held since March,”")
    for n in range(5):
        add(make_collection(), User.objects.create_superuser(f"boss{n}"))
    assert decide("“The figure is forty million,”") == without


def test_a_failure_is_tried_again_later_each_time_and_given_up_at_last(
    article: Article, hook: Webhook, editor: User, outside: Outside
) -> None:
    outside.answer = lambda request: answering("500 Oh")
    delivery = confirm(article, editor)
    for n, wait in enumerate(webhooks.WAITS, start=1):
        before = timezone.now()
        assert call(delivery).state == "waiting"
        assert (delivery.attempts, delivery.answered) == (n, 500)
        assert delivery.error == "The address answered with status 500."
        assert delivery.next_at is not None and delivery.next_at - before >= wait
        job = ProcrastinateJob.objects.filter(queue_name="webhooks").latest("id")
        assert job.scheduled_at is not None
        assert abs(job.scheduled_at - delivery.next_at) < dt.timedelta(seconds=5)
    assert call(delivery).state == "failed"
    assert delivery.next_at is None
    asked = len(outside.requests)
    call(delivery)
    assert len(outside.requests) == asked, "what is over is left as it is"


def test_a_later_try_arrives_with_the_same_id(
    article: Article, hook: Webhook, editor: User, outside: Outside
) -> None:
    answers = iter([answering("503 Busy"), OK])
    outside.answer = lambda request: next(answers)
    delivery = confirm(article, editor)
    assert call(delivery).state == "waiting"
    assert call(delivery).state == "delivered"
    ids = {json.loads(request.partition(b"\r\n\r\n")[2])["id"] for request in outside.requests}
    assert ids == {str(delivery.public_id)}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.0.0.7/told",
        "http://169.254.169.254/latest/meta-data/",
        "http://inside.example/",
    ],
)
def test_case_25_nothing_inside_is_ever_called(
    collection: Collection, manager: User, editor: User, outside: Outside, address: str
) -> None:
    outside.names["inside.example"] = ["10.0.0.7"]
    add(collection, manager)
    Webhook.objects.update(address=address)  # as one that was added before this was refused
    delivery = call(confirm(make_article(collection), editor))
    assert (delivery.state, delivery.answered) == ("waiting", None)
    assert delivery.error == "There is no public server at this address."
    assert outside.connected == []


def test_a_redirect_is_not_followed(
    article: Article, hook: Webhook, editor: User, outside: Outside
) -> None:
    moved = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    outside.answer = lambda request: moved
    delivery = call(confirm(article, editor))
    assert (delivery.state, delivery.answered, len(outside.requests)) == ("waiting", 307, 1)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.7]/",
        "https://localhost/",
        "https://db.localhost./",
        "https://100.64.0.1/",
        "http://169.254.169.254/latest/",
        "ftp://paper.example/",
        "http://paper.example:8080/",
        "http://a@b.example/",
        "x",
    ],
)
def test_odd_addresses_are_refused_at_once(
    collection: Collection, manager: User, address: str
) -> None:
    with pytest.raises(Invalid):
        add(collection, manager, address=address)
    assert not Webhook.objects.exists()


def test_gone_turns_it_off_and_what_waits_is_not_sent(
    article: Article, hook: Webhook, editor: User, outside: Outside
) -> None:
    outside.answer = lambda request: answering("410 Gone")
    delivery = confirm(article, editor)
    assert call(delivery).state == "failed"
    hook.refresh_from_db()
    assert hook.active is False
    late = WebhookDelivery.objects.create(webhook=hook, event="quote.confirmed")
    assert call(late).error == "The webhook was turned off."
    assert len(outside.requests) == 1


def test_the_secret_is_nowhere_in_the_database_and_a_new_one_replaces_it(
    collection: Collection, manager: User
) -> None:
    hook, secret = add(collection, manager)
    row = Webhook.objects.filter(pk=hook.pk).values().get()
    assert not any(secret in str(value) or secret[4:] in str(value) for value in row.values())
    hook, other = webhooks.renew_secret(public_id=hook.public_id, version=1, user=manager)
    assert other != secret
    assert hook.version == 2


def test_a_changed_server_key_is_said_and_an_old_one_still_signs(
    article: Article, hook: Webhook, editor: User, outside: Outside, settings: Any
) -> None:
    outside.answer = lambda request: OK
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, []
    delivery = call(confirm(article, editor))
    assert delivery.error == webhooks.NO_KEY
    assert outside.requests == []
    settings.SECRET_KEY_FALLBACKS = [old]
    assert call(delivery).state == "delivered"


def test_a_test_is_tried_once(
    collection: Collection, hook: Webhook, manager: User, outside: Outside
) -> None:
    outside.answer = lambda request: answering("500 Oh")
    delivery = webhooks.try_webhook(public_id=hook.public_id, user=manager)
    assert call(delivery).state == "failed"
    assert json.loads(outside.requests[0].partition(b"\r\n\r\n")[2])["event"] == "test"


def test_only_managers_have_webhooks(
    collection: Collection, hook: Webhook, editor: User, outsider: User
) -> None:
    with pytest.raises(PermissionDenied):
        add(collection, editor)
    for act in (webhooks.remove_webhook, webhooks.renew_secret):
        with pytest.raises(PermissionDenied):
            act(public_id=hook.public_id, version=1, user=editor)
        with pytest.raises(NotVisible):
            act(public_id=hook.public_id, version=1, user=outsider)
    with pytest.raises(NotVisible):
        webhooks.try_webhook(public_id=hook.public_id, user=outsider)
    hook.refresh_from_db()
    assert hook.version == 1


def test_an_older_version_changes_nothing(hook: Webhook, manager: User) -> None:
    for name in ("One", "Two"):
        webhooks.change_webhook(
            public_id=hook.public_id,
            version=1 if name == "One" else 2,
            user=manager,
            changes={"name": name},
        )
    with pytest.raises(StaleVersion):
        webhooks.change_webhook(
            public_id=hook.public_id, version=1, user=manager, changes={"name": "Three"}
        )
    hook.refresh_from_db()
    assert hook.name == "Two"


def test_a_collection_has_only_so_many(collection: Collection, manager: User) -> None:
    for n in range(webhooks.MOST_WEBHOOKS):
        add(collection, manager, name=f"Desk {n}")
    with pytest.raises(NotAllowedNow):
        add(collection, manager)


def test_old_messages_are_cleared(
    article: Article, hook: Webhook, editor: User, outside: Outside
) -> None:
    outside.answer = lambda request: OK
    old = WebhookDelivery.objects.create(webhook=hook, event="quote.confirmed")
    past = timezone.now() - webhooks.KEPT_FOR - dt.timedelta(minutes=1)
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=past, state="delivered")
    delivery = call(WebhookDelivery.objects.create(webhook=hook, event="quote.confirmed"))
    assert delivery.state == "delivered"
    assert not WebhookDelivery.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize("events", [[], ["quote", "weather"]])
def test_events_that_are_none_are_refused(hook: Webhook, manager: User, events: list[str]) -> None:
    with pytest.raises(Invalid, match="told of some of: quote, ") as refusal:
        webhooks.change_webhook(
            public_id=hook.public_id, version=1, user=manager, changes={"events": events}
        )
    assert refusal.value.field == "events"
    hook.refresh_from_db()
    assert (hook.events, hook.version) == (["quote"], 1)


def test_a_webhook_that_was_taken_away_is_changed_no_more(hook: Webhook, manager: User) -> None:
    webhooks.remove_webhook(public_id=hook.public_id, version=1, user=manager)
    with pytest.raises(NotVisible):
        webhooks.change_webhook(
            public_id=hook.public_id, version=2, user=manager, changes={"name": "Back again"}
        )
    hook.refresh_from_db()
    assert (hook.name, hook.version) == ("Desk", 2)
