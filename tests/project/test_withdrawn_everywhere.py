"""Case 64: a withdrawn speaker is in no list, page, search, export, history or kept copy."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.operations.corrections import confirm_correction
from annotations.operations.putting_back import put_back
from annotations.operations.quotes import confirm_quote, set_note, set_speaker
from annotations.operations.speakers import split_speaker
from annotations.operations.withdrawing import withdraw
from quotes.exports.formats.all import SERVED
from quotes.models import Membership, Quote, Speaker
from tests.factories import make_article, make_correction, make_quote, make_speaker
from tests.project.permission_table import ROUTES, World
from tests.project.test_permission_matrix import client_of, content_of, make_world

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

NAME, NOTE = "Perpetua Lanyon", "Ring the Lanyon family first."
TOLD_TO_MANAGERS = {"annotations:withdrawal_list"}
FURTHER = (
    ("annotations:speaker_list", "?q=Perpetua"),
    ("annotations:article_list", "?q=grain"),
    ("annotations:review_list", "?order=flagged"),
    ("annotations:export_list", "?preview=1"),
    ("api:speaker_list", "?q=Perpetua"),
    ("api:speaker_list", "?updated_since=2020-01-01T00:00:00Z"),
    ("api:quote_list", "?updated_since=2020-01-01T00:00:00Z"),
    ("api:correction_list", "?updated_since=2020-01-01T00:00:00Z"),
    ("api:quote_list", "?q=grain"),
    ("api:statement_list", "?q=grain"),
)


@pytest.fixture
def world(db: None) -> World:
    """Everything of the matrix, with a speaker whose name stands in no article's text."""
    world = make_world()
    editor = User.objects.create_user("nell")
    Membership.objects.create(user=editor, collection=world.collection, role="editor")
    text = (
        "“The grain ships sail on Monday,” she said. “No ship has sailed,” he told her.\n\n"
        "“The pier is closed,” she said. “It was never open,” she added."
    )
    article = make_article(world.collection, text)
    perpetua = make_speaker(world.collection, NAME, wikidata_id="Q4242")
    tobias = make_speaker(world.collection, "Jonas Lund")
    said = make_quote(article, "“The grain ships sail on Monday,”", speaker=perpetua)
    retort = make_quote(
        article,
        "“No ship has sailed,”",
        speaker=tobias,
        candidates=(tobias, perpetua),
        addressee=perpetua,
        reason=f"“he” → Jonas Lund, not {NAME}",
    )
    moved = make_quote(article, "“The pier is closed,”", speaker=perpetua)
    part = make_quote(article, "“It was never open,”", speaker=perpetua)
    for quote in (said, retort, part):
        confirm_quote(public_id=quote.public_id, version=1, user=editor)
    set_note(public_id=said.public_id, version=2, user=editor, note=NOTE)
    set_speaker(public_id=moved.public_id, version=1, user=editor, speaker_id=tobias.public_id)
    correction = make_correction(
        article,
        "“No ship has sailed,” he told her.",
        corrector=tobias,
        corrected=perpetua,
        claims=(said,),
        retorts=(retort,),
    )
    confirm_correction(public_id=correction.public_id, version=1, user=editor)
    perpetua.refresh_from_db()
    other = make_article(world.collection, "“Wheat,” she said at the grain market.")
    make_quote(other, "“Wheat,”", speaker=perpetua, status="confirmed")
    split_speaker(
        public_id=perpetua.public_id,
        version=perpetua.version,
        user=editor,
        name="Petra Roe",
        articles=[other.public_id],
    )
    for row in (perpetua, said, correction):
        row.refresh_from_db()
    return dataclasses.replace(
        world, article=article, ines=perpetua, quote=said, confirmed=said, correction=correction
    )


def pages(world: World) -> list[tuple[str, str]]:
    """Every address that shows something, and each article's history and exports besides."""
    rows = [
        (name, reverse(name, args=row.args(world)) + row.query)
        for name, row in ROUTES.items()
        if "GET" in row.needs
    ]
    rows += [(name, reverse(name) + query) for name, query in FURTHER]
    tables = ("quotes", "quote_parts", "corrections", "correction_quotes", "speakers", "decisions")
    for table in (*tables, "speaker_names", "articles"):
        rows.append(("annotations:export_table", reverse("annotations:export_table", args=[table])))
        rows.append(("api:export_table", reverse("api:export_table", args=[table])))
    for name in SERVED:
        rows.append(
            ("annotations:export_format", reverse("annotations:export_format", args=[name]))
        )
        rows.append(("api:export_format", reverse("api:export_format", args=[name])))
    petra = Speaker.objects.get(name="Petra Roe")
    for name in ("annotations:speaker_detail", "api:speaker_history"):
        rows.append((name, reverse(name, args=[petra.public_id])))
    for quote in Quote.objects.filter(article=world.article):
        for name in ("annotations:quote_history", "api:quote_history", "api:quote_detail"):
            rows.append((name, reverse(name, args=[quote.public_id])))
    return rows


def shows(world: World, clients: dict[str, Client]) -> dict[str, set[str]]:
    """The addresses that show the name, the note, or the words as a quote, by name."""
    found: dict[str, set[str]] = {NAME: set(), NOTE: set(), "Q4242": set()}
    for name, there in pages(world):
        client = clients["api" if name.startswith("api:") else "pages"]
        answer = content_of(client.get(there))
        for words in found:
            if words in answer:
                found[words].add(f"{name} {there}")
    return found


def test_case_64_a_withdrawn_speaker_is_gone_everywhere_within_one_request(world: World):
    manager = User.objects.create_user("mina")
    Membership.objects.create(user=manager, collection=world.collection, role="manager")
    clients = {"pages": client_of(manager, api=False), "api": client_of(manager, api=True)}
    before = shows(world, clients)
    assert len(before[NAME]) > 30 and len(before[NOTE]) > 5 and before["Q4242"], before
    detail = reverse("api:quote_detail", args=[world.quote.public_id])
    tag = clients["api"].get(detail)["ETag"]

    there = reverse("annotations:speaker_withdraw", args=[world.ines.public_id])
    form = {"version": world.ines.version, "reason": "A court has said so."}
    assert clients["pages"].post(there, form).status_code == 302

    after = shows(world, clients)
    told = {place for place in after[NAME] if place.split(" ")[0] not in TOLD_TO_MANAGERS}
    assert (told, after[NOTE], after["Q4242"]) == (set(), set(), set())
    assert clients["api"].get(detail, headers={"if-none-match": tag}).status_code == 404
    listed = content_of(clients["pages"].get(reverse("annotations:withdrawal_list")))
    assert NAME in listed and "A court has said so." in listed

    editor = client_of(User.objects.get(username="nell"), api=False)
    of_editor = content_of(editor.get(reverse("annotations:withdrawal_list")))
    assert NAME not in of_editor and "A court" not in of_editor


def test_case_64_what_is_put_back_shows_where_it_did(world: World):
    boss = User.objects.get(username="boss")
    clients = {"pages": client_of(boss, api=False), "api": client_of(boss, api=True)}
    before = shows(world, clients)
    about: dict[str, Any] = {"public_id": world.ines.public_id, "version": world.ines.version}
    act = withdraw(kind="speaker", user=boss, reason="By mistake", **about)
    put_back(public_id=act.public_id, user=boss)
    after = shows(world, clients)
    missing = {words: before[words] - after[words] for words in before}
    assert missing == {words: set() for words in before}


def test_a_copy_kept_in_step_is_told_to_drop_a_withdrawn_speaker(world: World):
    boss = User.objects.get(username="boss")
    about: dict[str, Any] = {"public_id": world.ines.public_id, "version": world.ines.version}
    withdraw(kind="speaker", user=boss, reason="A court has said so.", **about)
    api = client_of(boss, api=True)
    since = "?updated_since=2020-01-01T00:00:00Z&limit=200"
    rows = api.get(reverse("api:speaker_list") + since).json()["results"]
    gone = [row for row in rows if row["id"] == str(world.ines.public_id)]
    assert [(row["withdrawn"], row["name"], row["names"]) for row in gone] == [
        (True, "Withdrawn", [])
    ]
    assert api.get(reverse("api:speaker_detail", args=[world.ines.public_id])).status_code == 404
