"""Every action of the pages, in one table: it works, or is refused, and leaves the right trace."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.models import Edit
from annotations.operations.corrections import confirm_correction
from annotations.operations.quotes import confirm_quote, set_kind
from quotes.models import Collection, Correction, Quote
from tests.annotations.views.conftest import HTMX, World
from tests.factories import make_correction, make_speaker

Row = Quote | Correction


@dataclass(frozen=True)
class Action:
    """One action: its form, what it changes, and a form that cannot be read."""

    name: str
    row: Callable[[World], Row]
    data: Callable[[World], dict[str, Any]] = lambda world: {}
    before: Callable[[World, Any], None] = lambda world, user: None
    expected: dict[str, Any] = field(default_factory=dict)
    action: str = ""
    bad: dict[str, Any] = field(default_factory=lambda: {"version": "soon"})


def first_words(world: World) -> dict[str, Any]:
    words = "It has held"
    start = world.article.text.index(words)
    return {"role": "content", "start": start, "end": start + len(words), "exact": words}


def placed(world: World, words: str) -> dict[str, Any]:
    start = world.article.text.index(words)
    return {"start": start, "end": start + len(words), "exact": words}


def other_correction(world: World) -> Correction:
    """A second correction of the article, made once."""
    words = "“The figure is forty million,”"
    found = Correction.objects.filter(article=world.article, exact=words).first()
    return found or make_correction(
        world.article, words, corrector=world.ines, corrected=world.tobias
    )


def decided_quote(world: World, user: Any) -> None:
    confirm_quote(public_id=world.quote.public_id, version=world.quote.version, user=user)


def decided_correction(world: World, user: Any) -> None:
    row = world.correction
    confirm_correction(public_id=row.public_id, version=row.version, user=user)


ACTIONS = [
    Action(
        "quote_confirm",
        lambda w: w.quote,
        expected={"status": "confirmed"},
        action="quote.confirmed",
    ),
    Action(
        "quote_reject", lambda w: w.quote, expected={"status": "rejected"}, action="quote.rejected"
    ),
    Action(
        "quote_reopen",
        lambda w: w.quote,
        before=decided_quote,
        expected={"status": "suggested"},
        action="quote.reopened",
    ),
    Action(
        "quote_set_speaker",
        lambda w: w.quote,
        lambda w: {"speaker": w.tobias.public_id},
        expected={"status": "confirmed", "speaker.name": "Tobias Wrenfield"},
        action="quote.speaker_set",
        bad={"version": 1, "speaker": "", "new_speaker": ""},
    ),
    Action(
        "quote_set_speaker",
        lambda w: w.quote,
        lambda w: {"new_speaker": "Lena Ostrow"},
        expected={"status": "confirmed", "speaker.name": "Lena Ostrow"},
        action="quote.speaker_set",
        bad={"version": 1, "speaker": "not-a-uuid"},
    ),
    Action(
        "quote_set_kind",
        lambda w: w.quote,
        lambda w: {"kind": "mixed"},
        expected={"status": "suggested", "kind": "mixed"},
        action="quote.kind_set",
        bad={"version": 1, "kind": "shouted"},
    ),
    Action(
        "quote_set_span",
        lambda w: w.quote,
        first_words,
        expected={"normal_text": "it has held"},
        action="quote.boundaries_set",
        bad={"version": 1, "role": "content", "exact": "words that nobody wrote"},
    ),
    Action(
        "quote_set_span",
        lambda w: w.quote,
        lambda w: {"role": "part", **placed(w, "she said.")},
        expected={"normal_text": "it has held for ninety winters she said"},
        action="quote.boundaries_set",
        bad={"version": 1, "role": "part", "exact": "words that nobody wrote"},
    ),
    Action(
        "quote_join",
        lambda w: w.quote,
        lambda w: {"next": w.second.public_id, "next_version": w.second.version},
        expected={"status": "suggested", "kind": "direct"},
        action="quote.joined",
        bad={"version": 1, "next": "soon"},
    ),
    Action(
        "quote_split",
        lambda w: w.quote,
        lambda w: placed(w, "for ninety winters"),
        expected={"normal_text": "it has held"},
        action="quote.split",
        bad={"version": 1, "exact": "words that nobody wrote"},
    ),
    Action(
        "quote_flag",
        lambda w: w.quote,
        lambda w: {"flagged": "on"},
        expected={"status": "suggested", "flagged": True},
        action="quote.flagged",
        bad={"version": 1, "flagged": "perhaps"},
    ),
    Action(
        "quote_set_note",
        lambda w: w.quote,
        lambda w: {"note": "Ask the desk."},
        expected={"status": "suggested", "note": "Ask the desk."},
        action="quote.note_set",
        bad={"version": 1, "note": "x" * 5001},
    ),
    Action(
        "correction_confirm",
        lambda w: w.correction,
        expected={"status": "confirmed"},
        action="correction.confirmed",
    ),
    Action(
        "correction_reject",
        lambda w: w.correction,
        expected={"status": "rejected"},
        action="correction.rejected",
    ),
    Action(
        "correction_reopen",
        lambda w: w.correction,
        before=decided_correction,
        expected={"status": "suggested"},
        action="correction.reopened",
    ),
    Action(
        "correction_swap",
        lambda w: w.correction,
        expected={"status": "suggested", "corrector.name": "Ines Adair"},
        action="correction.swapped",
    ),
    Action(
        "correction_set_kind",
        lambda w: w.correction,
        lambda w: {"kind": "denial"},
        expected={"status": "suggested", "kind": "denial"},
        action="correction.kind_set",
        bad={"version": 1, "kind": "shouted"},
    ),
    Action(
        "correction_set_quotes",
        lambda w: w.correction,
        lambda w: {"corrected": f"{w.quote.public_id} {w.third.public_id}"},
        expected={"status": "suggested", "links.count": 3},
        action="correction.quotes_set",
        bad={"version": 1, "corrected": "the first one"},
    ),
    Action(
        "correction_set_quotes",
        lambda w: w.correction,
        lambda w: {"corrected": "", "correcting": ""},
        expected={"links.count": 0},
        action="correction.quotes_set",
        bad={"version": 1, "corrected": str(uuid.uuid4())},
    ),
    Action(
        "correction_set_person",
        lambda w: w.correction,
        lambda w: {"side": "corrected", "nobody": "1"},
        expected={"corrected": None, "corrector.name": "Tobias Wrenfield"},
        action="correction.people_set",
        bad={"version": 1, "side": "correcting", "nobody": "1"},
    ),
    Action(
        "correction_set_person",
        lambda w: w.correction,
        lambda w: {"side": "correcting", "new_speaker": "Lena Ostrow"},
        expected={"corrected.name": "Ines Adair", "corrector.name": "Lena Ostrow"},
        action="correction.people_set",
        bad={"version": 1, "side": "correcting", "speaker": "nobody-we-know"},
    ),
    Action(
        "correction_set_point",
        lambda w: w.correction,
        lambda w: {"relation": "retells", "other": other_correction(w).public_id},
        expected={"retells.exact": "“The figure is forty million,”"},
        action="correction.retells_set",
        bad={"version": 1, "relation": "retells", "other": uuid.uuid4()},
    ),
    Action(
        "correction_set_point",
        lambda w: w.correction,
        lambda w: {"relation": "same_point", "other": other_correction(w).public_id},
        expected={"same_point_as.exact": "“The figure is forty million,”"},
        action="correction.same_point_set",
        bad={"version": 1, "relation": "cousin"},
    ),
    Action(
        "correction_flag",
        lambda w: w.correction,
        lambda w: {"flagged": "on"},
        expected={"status": "suggested", "flagged": True},
        action="correction.flagged",
        bad={"version": 1, "flagged": "perhaps"},
    ),
    Action(
        "correction_set_note",
        lambda w: w.correction,
        lambda w: {"note": "Ask the desk."},
        expected={"status": "suggested", "note": "Ask the desk."},
        action="correction.note_set",
        bad={"version": 1, "note": "x" * 5001},
    ),
]

every_action = pytest.mark.parametrize(
    "action", ACTIONS, ids=[f"{a.name}-{n}" for n, a in enumerate(ACTIONS)]
)


@pytest.fixture
def ready(request: pytest.FixtureRequest, world: World, colleague: Any) -> Callable[[Action], Row]:
    """Bring the row into the state that the action starts from; the history starts empty."""

    def prepare(action: Action) -> Row:
        action.before(world, colleague)
        row = action.row(world)
        row.refresh_from_db()
        return row

    return prepare


def send(
    client: Client, action: Action, world: World, row: Row, *, htmx: bool = True, **data: Any
) -> Any:
    form = {"version": row.version, **action.data(world), **data}
    address = reverse(f"annotations:{action.name}", args=[row.public_id])
    return client.post(address, form, headers=HTMX if htmx else {})


def value(row: Row, path: str) -> Any:
    found: Any = row
    for name in path.split("."):
        found = getattr(found, name)
        found = found() if name == "count" else found
    return found


@every_action
def test_it_works_and_answers_with_the_fragment(action, ready, world, as_editor, editor):
    row = ready(action)
    answer = send(as_editor, action, world, row)
    assert answer.status_code == 200
    assert f'id="item-{row.public_id}"' in answer.text
    assert 'id="progress"' in answer.text
    assert "<html" not in answer.text
    row = type(row).objects.get(pk=row.pk)
    assert {path: value(row, path) for path in action.expected} == action.expected
    edits = Edit.objects.filter(object_id=row.public_id, actor=editor)
    assert [(edit.action, edit.version) for edit in edits] == [(action.action, row.version)]


@pytest.mark.slow
@every_action
def test_it_works_without_a_script_and_goes_back_to_the_article(action, ready, world, as_editor):
    row = ready(action)
    answer = send(as_editor, action, world, row, htmx=False)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/articles/{world.article.public_id}/")
    row = type(row).objects.get(pk=row.pk)
    assert {path: value(row, path) for path in action.expected} == action.expected


def untouched(row: Row) -> bool:
    return type(row).objects.get(pk=row.pk).version == row.version


@pytest.mark.slow
@every_action
def test_people_who_are_not_signed_in_are_sent_to_sign_in(action, ready, world, client):
    row = ready(action)
    answer = send(client, action, world, row, htmx=False)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")
    answer = send(client, action, world, row)
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/")
    assert untouched(row)


@pytest.mark.slow
@every_action
def test_readers_are_refused(action, ready, world, client, reader):
    row = ready(action)
    client.force_login(reader)
    answer = send(client, action, world, row)
    assert (answer.status_code, answer["HX-Retarget"]) == (403, "#toast")
    assert 'role="status"' in answer.text
    assert untouched(row)


@pytest.mark.slow
@every_action
def test_to_outsiders_it_does_not_exist(action, ready, world, client, outsider):
    row = ready(action)
    client.force_login(outsider)
    answer = send(client, action, world, row)
    assert answer.status_code == 404
    assert untouched(row)
    unknown = reverse(f"annotations:{action.name}", args=[uuid.uuid4()])
    missing = client.post(unknown, {"version": 1, **action.data(world)}, headers=HTMX)
    assert (missing.status_code, missing.content) == (404, answer.content)


@every_action
def test_an_unreadable_form_is_refused_with_a_message(action, ready, world, as_editor):
    row = ready(action)
    address = reverse(f"annotations:{action.name}", args=[row.public_id])
    bad = {"version": row.version, **action.bad}
    if action.bad.get("version") == 1:
        bad["version"] = row.version
    answer = as_editor.post(address, bad, headers=HTMX)
    assert answer.status_code == 422
    assert 'role="status"' in answer.text
    assert untouched(row)
    assert as_editor.post(address, bad).status_code == 422


@every_action
def test_a_stale_page_changes_nothing_and_shows_both_versions(action, ready, world, as_editor):
    row = ready(action)
    type(row).objects.filter(pk=row.pk).update(version=row.version + 5)
    answer = send(as_editor, action, world, row)
    assert answer.status_code == 409
    assert "On record now" in answer.text
    assert "Your answer" in answer.text
    assert f'name="version" value="{row.version + 5}"' in answer.text
    assert not Edit.objects.filter(object_id=row.public_id, version__gt=row.version).exists()
    page = send(as_editor, action, world, row, htmx=False)
    assert page.status_code == 409
    assert "<html" in page.text


@pytest.mark.slow
@every_action
def test_only_post_changes_anything(action, ready, world, as_editor):
    row = ready(action)
    address = reverse(f"annotations:{action.name}", args=[row.public_id])
    for method in (as_editor.get, as_editor.head, as_editor.put, as_editor.delete):
        assert method(address).status_code == 405
    assert untouched(row)


@pytest.mark.slow
@every_action
def test_without_the_token_of_the_form_nothing_happens(action, ready, world, editor):
    row = ready(action)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert send(strict, action, world, row, htmx=False).status_code == 403
    answer = send(strict, action, world, row)
    assert (answer.status_code, answer["HX-Refresh"]) == (403, "true")
    assert untouched(row)


@pytest.mark.django_db
def test_a_double_click_is_one_decision(world, as_editor):
    action = ACTIONS[0]
    for _ in range(2):
        assert send(as_editor, action, world, world.quote).status_code == 200
    assert Edit.objects.filter(object_id=world.quote.public_id).count() == 1


def test_words_outside_the_article_are_refused(world, as_editor):
    address = reverse("annotations:quote_set_span", args=[world.quote.public_id])
    spans = {"role": "content", "start": 0, "end": 4, "exact": "Else"}
    answer = as_editor.post(address, {"version": 1, **spans}, headers=HTMX)
    assert answer.status_code == 422
    assert "The article reads “Ines”" in answer.text
    assert untouched(world.quote)


def test_one_part_of_a_quote_in_two_parts_is_moved_alone(world, as_editor, collection):
    from tests.factories import make_article, make_quote

    article = make_article(collection, "“One two,” he said, “three four.” And more.")
    quote = make_quote(article, "“One two,”", "“three four.”")
    start = article.text.index("“three")
    data = {"role": "content", "ordinal": 1, "start": start, "end": start + 6, "exact": "“three"}
    address = reverse("annotations:quote_set_span", args=[quote.public_id])
    assert as_editor.post(address, {"version": 1, **data}, headers=HTMX).status_code == 200
    parts = quote.spans.filter(role="content").order_by("ordinal")
    assert [part.exact for part in parts] == ["“One two,”", "“three"]


def test_the_conflict_card_names_who_was_last(world, as_editor, colleague):
    set_kind(public_id=world.quote.public_id, version=1, user=colleague, kind="mixed")
    answer = send(as_editor, ACTIONS[0], world, world.quote)
    assert answer.status_code == 409
    assert "mats changed this quote before you" in answer.text


class TestAddingAQuote:
    """`q`: words of the article become a quote."""

    def add(self, client: Client, world: World, *, htmx: bool = True, **data: Any) -> Any:
        address = reverse("annotations:quote_add", args=[world.article.public_id])
        return client.post(address, data, headers=HTMX if htmx else {})

    def test_it_is_confirmed_from_the_start(self, world, as_editor, editor):
        words = "“It was always forty.”"
        answer = self.add(as_editor, world, exact=words)
        assert (answer.status_code, answer["HX-Retarget"]) == (200, "#story")
        quote = Quote.objects.get(article=world.article, origin="person")
        assert world.article.text[quote.start : quote.end] == words
        assert quote.status == "confirmed"
        assert Edit.objects.get(object_id=quote.public_id).action == "quote.added"

    def test_without_a_script_it_goes_back_to_the_article(self, world, as_editor):
        answer = self.add(as_editor, world, htmx=False, exact="“It was always forty.”")
        assert answer.status_code == 302

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"exact": "nobody wrote this"},
            {"exact": "Ines", "start": 1, "end": 5},
            {"exact": "Ines", "start": -1, "end": 5},
            {"exact": "Ines", "start": 10**30, "end": 10**30 + 4},
        ],
    )
    def test_words_that_do_not_stand_there_are_refused(self, world, as_editor, data):
        before = Quote.objects.count()
        assert self.add(as_editor, world, **data).status_code == 422
        assert Quote.objects.count() == before

    def test_it_may_not_overlap_another_quote(self, world, as_editor):
        answer = self.add(as_editor, world, exact="since March,” Tobias Wrenfield")
        assert answer.status_code == 422
        assert "already" in answer.text

    def test_readers_outsiders_and_strangers_may_not(self, world, client, reader, outsider):
        assert self.add(client, world, exact="Ines Adair").status_code == 401
        client.force_login(reader)
        assert self.add(client, world, exact="Ines Adair").status_code == 403
        client.force_login(outsider)
        assert self.add(client, world, exact="Ines Adair").status_code == 404


class TestAddingACorrection:
    """`r` and `Shift+R`: from a quote or from selected words, the rest is guessed."""

    def add(self, client: Client, world: World, *, htmx: bool = True, **data: Any) -> Any:
        address = reverse("annotations:correction_add", args=[world.article.public_id])
        return client.post(address, data, headers=HTMX if htmx else {})

    def test_from_the_quote_that_is_corrected(self, world, as_editor):
        answer = self.add(as_editor, world, side="corrected", quote=world.quote.public_id)
        assert (answer.status_code, answer["HX-Retarget"]) == (200, "#story")
        row = Correction.objects.get(article=world.article, origin="person")
        assert (row.status, row.corrector, row.corrected) == ("suggested", world.tobias, world.ines)
        assert f'id="item-{row.public_id}"' in answer.text

    def test_from_selected_words_without_a_script(self, world, as_editor):
        answer = self.add(as_editor, world, htmx=False, exact="“It was always forty.”")
        assert answer.status_code == 302
        row = Correction.objects.get(article=world.article, origin="person")
        assert row.exact == "“It was always forty.”"

    @pytest.mark.parametrize("data", [{}, {"exact": "nobody wrote this"}, {"side": "left"}])
    def test_nothing_to_start_from_is_refused(self, world, as_editor, data):
        assert self.add(as_editor, world, **data).status_code == 422
        assert Correction.objects.count() == 1

    def test_readers_outsiders_and_strangers_may_not(self, world, client, reader, outsider):
        form = {"quote": world.quote.public_id}
        assert self.add(client, world, **form).status_code == 401
        client.force_login(reader)
        assert self.add(client, world, **form).status_code == 403
        client.force_login(outsider)
        assert self.add(client, world, **form).status_code == 404


class TestUndo:
    """`u` and `Shift+U`: per person, in this article or anywhere."""

    def post(self, client: Client, name: str, *, htmx: bool = True, **data: Any) -> Any:
        address = reverse(f"annotations:{name}")
        return client.post(address, data, headers=HTMX if htmx else {})

    def test_undo_says_what_it_undid_and_redo_puts_it_back(self, world, as_editor, editor):
        confirm_quote(public_id=world.quote.public_id, version=1, user=editor)
        answer = self.post(as_editor, "undo", article=world.article.public_id)
        assert answer.status_code == 200
        assert "Undone: confirmed the quote" in answer.text
        world.quote.refresh_from_db()
        assert world.quote.status == "suggested"
        assert "Done again" in self.post(as_editor, "redo", article=world.article.public_id).text
        world.quote.refresh_from_db()
        assert world.quote.status == "confirmed"

    def test_without_a_script_it_goes_back(self, world, as_editor, editor):
        confirm_quote(public_id=world.quote.public_id, version=1, user=editor)
        answer = self.post(as_editor, "undo", htmx=False, article=world.article.public_id)
        assert answer.status_code == 302
        answer = self.post(as_editor, "redo", htmx=False, next="https://evil.example/")
        assert answer["Location"] == reverse("annotations:article_list")

    def test_nothing_to_undo_is_said(self, world, as_editor):
        answer = self.post(as_editor, "undo", article=world.article.public_id)
        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#toast")

    def test_other_peoples_decisions_are_not_undone(self, world, as_editor, colleague):
        confirm_quote(public_id=world.quote.public_id, version=1, user=colleague)
        assert self.post(as_editor, "undo", article=world.article.public_id).status_code == 409

    def test_what_somebody_changed_since_is_left_alone(self, world, as_editor, editor, colleague):
        from annotations.operations.quotes import reject_quote

        confirm_quote(public_id=world.second.public_id, version=1, user=editor)
        reject_quote(public_id=world.second.public_id, version=2, user=colleague)
        answer = self.post(as_editor, "undo", article=world.article.public_id)
        assert answer.status_code == 409
        world.second.refresh_from_db()
        assert world.second.status == "rejected"

    @pytest.mark.parametrize("name", ["undo", "redo"])
    def test_get_is_refused_and_strangers_sign_in(self, name, world, client):
        assert client.get(reverse(f"annotations:{name}")).status_code == 405
        assert self.post(client, name).status_code == 401


class TestAStaleSpeaker:
    """What the conflict card says of the speaker that somebody wanted to set."""

    def stale(self, client: Client, world: World, speaker: str) -> Any:
        there = reverse("annotations:quote_set_speaker", args=[world.quote.public_id])
        set_kind(
            public_id=world.quote.public_id,
            version=world.quote.version,
            user=world.colleague,  # type: ignore[attr-defined]
            kind="mixed",
        )
        return client.post(there, {"version": 1, "speaker": speaker}, headers=HTMX)

    @pytest.fixture(autouse=True)
    def somebody_else(self, world, colleague):
        world.colleague = colleague

    def test_names_of_other_collections_are_not_told(self, world, as_editor):
        elsewhere = Collection.objects.create(name="Elsewhere", slug="elsewhere")
        secret = make_speaker(elsewhere, "Perpetua Quill")
        answer = self.stale(as_editor, world, str(secret.public_id))
        assert answer.status_code in (404, 409)
        assert "Perpetua Quill" not in answer.text

    def test_a_padded_id_is_read_like_by_the_form(self, world, as_editor):
        answer = self.stale(as_editor, world, f" {world.tobias.public_id} ")
        assert answer.status_code == 409
        assert "Tobias Wrenfield" in answer.text


def test_a_part_that_the_quote_does_not_have_is_refused(world, as_editor):
    there = reverse("annotations:quote_set_span", args=[world.quote.public_id])
    form = {"version": world.quote.version, "ordinal": 1, **first_words(world)}
    answer = as_editor.post(there, form, headers=HTMX)
    assert answer.status_code == 422
    assert "no such part" in answer.text
    assert not Edit.objects.filter(object_id=world.quote.public_id).exists()
