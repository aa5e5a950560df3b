"""A small newsroom for tests that break operations, and what each operation needs before it."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import connection, models
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.models import IdempotencyRecord
from annotations.operations import (
    adjudicating,
    assigning,
    corrections,
    importing,
    joining,
    leaving_out,
    members,
    naming,
    putting_back,
    repeats,
    same_words,
    sign_in,
    snapshots,
    speakers,
    tokens,
    undoing,
    upkeep,
    webhooks,
    withdrawing,
)
from annotations.operations import (
    quotes as quoting,
)
from annotations.operations.selections import Selection
from quotes.extraction.types import Skipped
from quotes.importing import read_paste
from quotes.importing.people import read_people
from quotes.models import Article, Collection, ExtractionRun, Membership, Placement, Quote
from quotes.operations import (
    applying,
    intake,
    people,
    restoring,
    running,
    stalled,
)
from quotes.operations import same_words as comparing
from tests.annotations.changed_story import STORY, decided_story, retold
from tests.annotations.coded_story import Coded, coded_story, story_to_code
from tests.factories import (
    make_article,
    make_collection,
    make_correction,
    make_quote,
    make_same_words,
    make_speaker,
)
from tests.quotes.operations.test_apply_extraction import found, the_usual

Operation = Callable[..., Any]
Call = Callable[[], object]


@dataclass(frozen=True)
class Act:
    """One call of an operation. ``begin`` makes what it needs and gives the call, not yet made.

    ``steps`` says that it is several transactions: what the first ones did may stay, and it is
    begun anew for each statement. Where it
    reports a failure instead of raising it, ``told`` finds that in the result.
    """

    operation: Operation
    begin: Callable[[Scene], Call]
    steps: bool = False
    told: Callable[[Any], bool] = lambda result: False

    @property
    def name(self) -> str:
        return self.operation.__name__


class Scene:
    """A collection with a story, its quotes, a correction, and the people who work on it."""

    def __init__(self, number: int, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.collection = make_collection(f"Desk {number}")
        self.editor = self.member("editor", number)
        self.manager = self.member("manager", number)
        self.article = make_article(self.collection)
        self.ines = make_speaker(self.collection, "Ines Adair")
        self.tobias = make_speaker(self.collection, "Tobias Wrenfield")
        self.claim = make_quote(
            self.article, "“It has held for ninety winters,”", speaker=self.ines
        )
        self.retort = make_quote(
            self.article, "“It has not held since March,”", speaker=self.tobias
        )
        self.third = make_quote(self.article, "“The figure is forty million,”", speaker=self.ines)
        self.correction = make_correction(
            self.article,
            "“It has not held since March,” Tobias Wrenfield told the board",
            corrector=self.tobias,
            corrected=self.ines,
            claims=(self.claim,),
            retorts=(self.retort,),
        )

    def member(self, role: str, number: int) -> User:
        user = get_user_model().objects.create_user(f"{role}-{number}")
        Membership.objects.create(collection=self.collection, user=user, role=role)
        return user

    def at(self, row: models.Model, user: User | None = None) -> dict[str, Any]:
        """The row, the version in which it stands now, and who decides."""
        row.refresh_from_db()
        return {
            "public_id": row.public_id,  # type: ignore[attr-defined]
            "version": row.version,  # type: ignore[attr-defined]
            "user": user or self.editor,
        }

    def selected(self, words: str, article: Article | None = None) -> Selection:
        start = (article or self.article).text.index(words)
        return Selection(start, start + len(words), words)


def on(operation: Operation, row: str, **more: Any) -> Act:
    """An operation on one row of the scene, in the version in which it stands."""
    return Act(operation, lambda s: begin_call(operation, s.at(getattr(s, row)), more))


def begin_call(operation: Operation, which: dict[str, Any], more: dict[str, Any]) -> Call:
    return lambda: operation(**which, **more)


def after(first: Act, then: Operation, row: str, **more: Any) -> Act:
    """An operation on a row to which another one was done before."""

    def begin(s: Scene) -> Call:
        first.begin(s)()
        return begin_call(then, s.at(getattr(s, row)), more)

    return Act(then, begin)


def undone(first: Act) -> Act:
    """Undo what was done just now."""

    def begin(s: Scene) -> Call:
        first.begin(s)()
        return lambda: undoing.undo_last(user=s.editor)

    return Act(undoing.undo_last, begin)


confirm = on(quoting.confirm_quote, "claim")
confirm_correction = on(corrections.confirm_correction, "correction")


def begin_grouped(operation: Operation, **more: Any) -> Act:
    def begin(s: Scene) -> Call:
        return begin_call(operation, s.at(make_same_words(s.claim, s.third)), more)

    return Act(operation, begin)


def begin_reopen_group(s: Scene) -> Call:
    group = make_same_words(s.claim, s.third)
    same_words.confirm_same_words(**s.at(group))
    return begin_call(same_words.reopen_same_words, s.at(group), {})


def begin_group_and_quote(operation: Operation, *, inside: bool) -> Act:
    def begin(s: Scene) -> Call:
        group = make_same_words(s.claim, s.third, *([s.retort] if inside else []))
        return begin_call(operation, s.at(group), {"quote_id": s.retort.public_id})

    return Act(operation, begin)


def _put_back(s: Scene) -> Call:
    text = "Sign up for our letter.\n\n“The kiln stays lit,” said Odile Varga."
    skipped = (Skipped(0, 23, "words to the reader"),)
    article = make_article(s.collection, f"{text} {s.collection.pk}", skipped=skipped)
    return lambda: leaving_out.put_back(**s.at(article), start=0, end=23)


put_back = Act(leaving_out.put_back, _put_back)


def begin_asked(operation: Operation) -> Act:
    def begin(s: Scene) -> Call:
        s.claim.article.quotes.update(status="withdrawn")
        s.correction.delete()
        story = decided_story(_desk_of(s), s.editor)
        retold(story, STORY.replace("since March", "since early March"))
        asked = Placement.objects.get(quote=story.retort)
        return lambda: operation(public_id=asked.public_id, version=asked.version, user=s.editor)

    return Act(operation, begin)


def _desk_of(s: Scene) -> Collection:
    desk = make_collection("Second desk")
    Membership.objects.create(collection=desk, user=s.editor, role="editor")
    return desk


def begin_changed_story(s: Scene) -> Call:
    story = decided_story(_desk_of(s), s.editor)
    return lambda: retold(story, STORY.replace("since March", "since early March"))


def _invited(s: Scene) -> str:
    return members.invite_member(collection=s.collection, user=s.manager, role="reader")[1]


def begin_revoke_invitation(s: Scene) -> Call:
    invitation, _ = members.invite_member(collection=s.collection, user=s.manager, role="reader")
    return lambda: members.revoke_invitation(public_id=invitation.public_id, user=s.manager)


def begin_accept_invitation(s: Scene) -> Call:
    secret = _invited(s)
    somebody = get_user_model().objects.create_user(f"newcomer-{s.collection.pk}")
    return lambda: members.accept_invitation(secret=secret, user=somebody)


def begin_accept_as_new_person(s: Scene) -> Call:
    secret = _invited(s)
    name = f"nora-{s.collection.pk}"
    return lambda: members.accept_as_new_person(
        secret=secret, username=name, password="harbour lantern 94"
    )


def begin_set_active(s: Scene) -> Call:
    get_user_model().objects.filter(pk=s.manager.pk).update(is_superuser=True)
    s.manager.refresh_from_db()
    return lambda: members.set_active(member_id=s.editor.pk, active=False, user=s.manager)


def begin_answer_once(s: Scene) -> Call:
    def act() -> repeats.Answer:
        speaker = speakers.create_speaker(collection=s.collection, user=s.editor, name="Uma Thole")
        return repeats.Answer(201, {"id": str(speaker.public_id)})

    return lambda: repeats.answer_once(user=s.editor, key="k", fingerprint="f" * 64, act=act)


def begin_name_gone(s: Scene) -> Call:
    naming.add_speaker_name(**s.at(s.ines), text="Ms Adair", kind="honorific")
    which = s.at(s.ines)
    return lambda: naming.remove_speaker_name(**which, text="Ms Adair", kind="honorific")


def begin_split_speaker(s: Scene) -> Call:
    which = s.at(s.ines)
    return lambda: speakers.split_speaker(
        **which, name="Ines Adair-Holm", articles=[s.article.public_id]
    )


def _merge(s: Scene) -> Call:
    s.correction.delete()
    which = s.at(s.tobias)
    return lambda: speakers.merge_speakers(**which, into_id=s.ines.public_id)


merge = Act(speakers.merge_speakers, _merge)


def begin_undo_merge(s: Scene) -> Call:
    _merge(s)()
    which = s.at(s.tobias)
    return lambda: speakers.undo_speaker_edit(**which)


def _join(s: Scene) -> Call:
    s.correction.delete()
    return lambda: joining.join_quotes(**s.at(s.claim), next_id=s.retort.public_id, next_version=1)


join = Act(joining.join_quotes, _join)
split = Act(
    joining.split_quote,
    lambda s: lambda: joining.split_quote(**s.at(s.claim), rest=s.selected("for ninety winters,”")),
)


def begin_add_quote(s: Scene) -> Call:
    words = s.selected("the harbour wall would stand")
    return lambda: quoting.add_quote(
        article_id=s.article.public_id, user=s.editor, content=[words], speaker_id=s.ines.public_id
    )


def begin_free_nested(s: Scene) -> Call:
    """The words that are cut off hold a quote."""
    make_quote(s.article, "ninety winters", parent=s.claim)
    return lambda: quoting.set_boundaries(**s.at(s.claim), content=[s.selected("“It has held")])


def begin_add_correction(s: Scene) -> Call:
    return lambda: corrections.add_correction(
        article_id=s.article.public_id,
        user=s.editor,
        evidence=s.selected("correcting the minister"),
        corrector_id=s.tobias.public_id,
        corrected_id=s.ines.public_id,
        corrected=[s.claim.public_id],
    )


def begin_other_correction(operation: Operation) -> Act:
    def begin(s: Scene) -> Call:
        other = make_correction(s.article, "correcting the minister", corrector=s.tobias)
        return begin_call(operation, s.at(s.correction), {"other_id": other.public_id})

    return Act(operation, begin)


def begin_redo(s: Scene) -> Call:
    confirm.begin(s)()
    undoing.undo_last(user=s.editor)
    return lambda: undoing.redo_last(user=s.editor)


def begin_undo_edit(s: Scene) -> Call:
    confirm.begin(s)()
    which = s.at(s.claim)
    return lambda: undoing.undo_edit(
        object_id=which["public_id"], version=which["version"], user=s.editor
    )


def begin_hook(s: Scene) -> webhooks.Webhook:
    return webhooks.add_webhook(
        collection=s.collection,
        user=s.manager,
        name="Desk",
        address="http://paper.example/told",
        events=["quote"],
    )[0]


def begin_on_hook(operation: Operation, **more: Any) -> Act:
    return Act(operation, lambda s: begin_call(operation, s.at(begin_hook(s), s.manager), more))


def begin_call_hook(s: Scene) -> Call:
    def unreachable(*args: Any, **kwargs: Any) -> Any:
        raise webhooks.NotFetched("Nobody answers.")

    s.patch.setattr(webhooks, "fetch", unreachable)
    delivery = webhooks.try_webhook(public_id=begin_hook(s).public_id, user=s.manager)
    return lambda: webhooks.call_webhook(delivery_id=delivery.public_id)


def begin_told_by_hook(s: Scene) -> Call:
    """A decision that an address is told of, in the same transaction."""
    begin_hook(s)
    return confirm.begin(s)


def begin_revoke_token(s: Scene) -> Call:
    token, _ = tokens.make_token(user=s.editor, name="Desk", scopes=["read"])
    return lambda: tokens.revoke_token(user=s.editor, public_id=token.public_id)


def begin_use_token(s: Scene) -> Call:
    _, plain = tokens.make_token(user=s.editor, name="Desk", scopes=["read"])
    return lambda: tokens.authenticate_token(plain, address="203.0.113.5")


def begin_use_link(s: Scene) -> Call:
    link = sign_in.make_sign_in_link(base_url="http://paper.example", user=s.editor)
    return lambda: sign_in.use_sign_in_link(secret=link.rstrip("/").rpartition("/")[2])


def begin_snapshot(s: Scene) -> Call:
    row = snapshots.request_snapshot(collection=s.collection, user=s.editor, queue=False)
    return lambda: snapshots.make_snapshot(snapshot_id=row.public_id)


ITEM = "“Snow fell on desk {},” said Odile Varga."
ANNOTATED = json.dumps(
    {
        "text": "“The kiln stays lit,” said Odile Varga.",
        "label": [[0, 21, "quote"], [27, 38, "speaker"], [22, 26, "cue"]],
    }
)


def begin_import_address(s: Scene) -> Call:
    s.patch.setattr(importing.settings, "URL_IMPORT", True)
    s.patch.setattr(importing, "_fetched", lambda address: read_paste(ITEM.format(s.collection.pk)))
    return lambda: importing.import_address(
        collection=s.collection, user=s.editor, address="http://paper.example/snow"
    )


def begin_import_annotations(s: Scene) -> Call:
    return lambda: importing.import_annotations(
        collection=s.collection,
        user=s.editor,
        files=[("doccano.jsonl", io.BytesIO(ANNOTATED.encode()))],
    )


PEOPLE = b"name,kind,description\nUma Thole,person,harbour pilot\nInes Adair,person,minister\n"


def begin_store_people(s: Scene) -> Call:
    rows = list(read_people("people.csv", io.BytesIO(PEOPLE)))
    return lambda: people.store_people(collection=s.collection, rows=rows)


def begin_run_import(s: Scene) -> Call:
    batch = intake.queue_import(
        collection=s.collection, user=s.editor, waiting=[{"text": ITEM.format(s.collection.pk)}]
    )
    return lambda: intake.run_import(import_id=str(batch.public_id))


def begin_apply(s: Scene) -> Call:
    article = make_article(s.collection)
    run = ExtractionRun.objects.create(article=article)
    extraction = found(article, *the_usual(article))
    return lambda: applying.apply_extraction(run=run, extraction=extraction)


def begin_run_extraction(s: Scene) -> Call:
    article = make_article(s.collection)
    run = running.request_extraction(article=article)
    s.patch.setattr(
        "quotes.extraction.pipeline.extract", lambda *given: found(article, *the_usual(article))
    )
    return lambda: running.run_extraction(run=run)


def begin_restore_lines(s: Scene) -> Call:
    lines = list(importing.read_annotated("doccano.jsonl", io.BytesIO(ANNOTATED.encode())))
    return lambda: restoring.restore_lines(collection=s.collection, lines=lines)


def _told_again(s: Scene) -> Quote:
    """A quote of another article with words that are known and not compared yet."""
    text = f"“It has held for ninety winters,” Ines Adair said again. {s.collection.pk}"
    again = make_quote(
        make_article(s.collection, text), "“It has held for ninety winters,”", speaker=s.ines
    )
    comparing.find_same_words(article=s.article)
    return again


def begin_compare(s: Scene) -> Call:
    again = _told_again(s)
    return lambda: comparing.find_same_words(article=again.article)


def begin_look(s: Scene) -> Call:
    again = _told_again(s)
    return lambda: same_words.look_for_same_words(quote_id=again.public_id, user=s.editor)


def begin_stalled(s: Scene) -> Call:
    """Two jobs of dead workers: one is tried again, one is given up."""
    fresh, tired = (running.request_extraction(article=s.article) for _ in range(2))
    jobs = ProcrastinateJob.objects.filter(
        args__run_id__in=[str(fresh.public_id), str(tired.public_id)]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL,"
            " attempts = CASE WHEN args ->> 'run_id' = %s THEN 2 ELSE 0 END WHERE id = ANY(%s)",
            [str(tired.public_id), list(jobs.values_list("pk", flat=True))],
        )
    told = {running.EXTRACT_TASK: running.give_up_extraction}
    return lambda: stalled.retry_stalled_jobs(give_up=told)


def begin_give_up_extraction(s: Scene) -> Call:
    run = running.request_extraction(article=s.article)
    return lambda: running.give_up_extraction(run_id=str(run.public_id))


def begin_give_up_import(s: Scene) -> Call:
    batch = intake.queue_import(
        collection=s.collection, user=s.editor, waiting=[{"text": "“Snow fell,” she said."}]
    )
    return lambda: intake.give_up_import(import_id=str(batch.public_id))


def begin_give_up_snapshot(s: Scene) -> Call:
    row = snapshots.request_snapshot(collection=s.collection, user=s.editor, queue=False)
    return lambda: snapshots.give_up_snapshot(snapshot_id=row.public_id)


def begin_tidy_up(s: Scene) -> Call:
    begin_answer_once(s)()
    IdempotencyRecord.objects.update(created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return upkeep.tidy_up


def failed_in_words(report: Any) -> bool:
    return bool(report.states["failed"])


def desk_to_code(s: Scene, make: Callable[[Collection], Coded]) -> Coded:
    """A story for blind coders. Its people have fixed names: those of the one before give way."""
    for user in get_user_model().objects.filter(username__in=("hands-out", "coder-1", "coder-2")):
        user.username += f"-{user.pk}"
        user.save()
    return make(make_collection("Coded desk"))


def begin_assign(s: Scene) -> Call:
    people = [s.manager.pk, s.editor.pk]
    return lambda: assigning.assign_articles(
        collection=s.collection, user=s.manager, purpose="blind", people=people, sample=5
    )


def begin_cancel(s: Scene) -> Call:
    desk = desk_to_code(s, coded_story)
    return lambda: assigning.cancel_assignment(public_id=desk.first.public_id, user=desk.boss)


def begin_code_quote(s: Scene) -> Call:
    desk = desk_to_code(s, story_to_code)
    return lambda: desk.answer_wall(desk.first, desk.ines)


def begin_code_correction(s: Scene) -> Call:
    desk = desk_to_code(s, story_to_code)
    return lambda: desk.answer_correction(desk.first)


def begin_withdraw(s: Scene) -> Call:
    return lambda: withdrawing.withdraw(
        kind="speaker",
        public_id=s.ines.public_id,
        version=s.ines.version,
        user=s.manager,
        reason="A court ordered it.",
    )


def begin_put_back(s: Scene) -> Call:
    act = begin_withdraw(s)()
    return lambda: putting_back.put_back(public_id=act.public_id, user=s.manager)


def begin_finish(s: Scene) -> Call:
    desk = desk_to_code(s, story_to_code)
    desk.answer_wall(desk.first, desk.ines)
    desk.answer_march(desk.first)
    desk.answer_correction(desk.first)
    return lambda: desk.finish(desk.first)


def begin_accept_agreed(s: Scene) -> Call:
    desk = desk_to_code(s, coded_story)
    return lambda: adjudicating.accept_agreed(article_id=desk.article.public_id, user=desk.boss)


def begin_settle_quote(s: Scene) -> Call:
    desk = desk_to_code(s, coded_story)
    which = s.at(desk.march, desk.boss)
    return lambda: adjudicating.settle_quote(
        **which, is_there=True, speaker_id=desk.tobias.public_id
    )


def begin_settle_correction(s: Scene) -> Call:
    desk = desk_to_code(s, coded_story)
    which = s.at(desk.correction, desk.boss)
    return lambda: adjudicating.settle_correction(
        **which,
        is_there=True,
        corrector_id=desk.tobias.public_id,
        corrected_id=desk.ines.public_id,
    )
