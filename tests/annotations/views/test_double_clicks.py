"""The same form sent twice at the same moment, as a double click on a slow network does it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.checking import find_breaks
from annotations.models import Edit
from tests.annotations.views.conftest import HTMX, World
from tests.annotations.views.test_actions import Action, every_action, send
from tests.at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@every_action
def test_case_4_each_form_sent_twice_at_once_is_one_decision(
    action: Action, world: World, editor: User, colleague: User
) -> None:
    action.before(world, colleague)
    row = action.row(world)
    row.refresh_from_db()
    form = action.data(world)
    before = Edit.objects.filter(object_id=row.public_id).count()

    def click(client: Client) -> Any:
        return send(client, action, world, row, **form)

    clients = Client(), Client()
    for client in clients:
        client.force_login(editor)
    answers = at_once(*(partial(click, client) for client in clients))
    assert [getattr(answer, "status_code", answer) for answer in answers] == [200, 200]
    assert Edit.objects.filter(object_id=row.public_id).count() == before + 1
    assert type(row).objects.get(pk=row.pk).version == row.version + 1
    assert list(find_breaks()) == []


@pytest.mark.parametrize("what", ["quote", "correction"])
def test_case_4_what_is_added_twice_at_once_is_there_once(
    world: World, editor: User, what: str
) -> None:
    start = world.article.text.index("said")
    selected = {"start": start, "end": start + 4, "exact": "said"}
    form = selected if what == "quote" else {"quote": world.quote.public_id, "side": "corrected"}
    there = reverse(f"annotations:{what}_add", args=[world.article.public_id])

    def click(client: Client) -> Any:
        return client.post(there, form, headers=HTMX)

    clients = Client(), Client()
    for client in clients:
        client.force_login(editor)
    answers = at_once(*(partial(click, client) for client in clients))
    assert [getattr(answer, "status_code", answer) for answer in answers] == [200, 200]
    assert [edit.action for edit in Edit.objects.all()] == [f"{what}.added"]
