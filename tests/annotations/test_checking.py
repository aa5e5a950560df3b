"""The invariants: they hold after ordinary work, and each is broken by what it watches for."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from annotations.checking import INVARIANTS, find_breaks
from annotations.models import Edit, IdempotencyRecord, Snapshot
from annotations.operations.corrections import confirm_correction
from annotations.operations.importing import import_annotations
from annotations.operations.quotes import confirm_quote, set_note
from annotations.operations.same_words import confirm_same_words
from annotations.operations.snapshots import make_snapshot, path_of, request_snapshot
from annotations.tasks import nightly_upkeep
from config.serving.supervisor import worker_queues
from quotes.models import (
    Article,
    Correction,
    ExtractionRun,
    Placement,
    Quote,
    QuoteSpan,
    SameWords,
    SameWordsQuote,
    SpeakerName,
    Withdrawal,
)
from quotes.operations import request_extraction
from tests.factories import (
    make_article,
    make_collection,
    make_correction,
    make_quote,
    make_same_words,
    make_speaker,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLAIM = "“It has held for ninety winters,”"
RETORT = "“It has not held since March,”"
EVIDENCE = "Tobias Wrenfield told the board, correcting the minister."


@pytest.fixture
def settled(article: Article, editor: User, settings: SettingsWrapper, tmp_path: Path) -> Article:
    """An article with a decided correction between two decided quotes."""
    settings.DATA_DIR = tmp_path
    adair = make_speaker(article.collection, "Ines Adair")
    wrenfield = make_speaker(article.collection, "Tobias Wrenfield")
    claim = make_quote(article, CLAIM, speaker=adair, source="she", cue="said")
    retort = make_quote(article, RETORT, speaker=wrenfield)
    correction = make_correction(
        article, EVIDENCE, corrector=wrenfield, corrected=adair, claims=(claim,), retorts=(retort,)
    )
    confirm_quote(public_id=claim.public_id, version=1, user=editor)
    confirm_quote(public_id=retort.public_id, version=1, user=editor)
    confirm_correction(public_id=correction.public_id, version=1, user=editor)
    group = make_same_words(claim, retort)
    confirm_same_words(public_id=group.public_id, version=1, user=editor)
    return article


def test_ordinary_work_breaks_nothing(settled: Article):
    assert list(find_breaks()) == []
    call_command("check_data")


def quote() -> Quote:
    return Quote.objects.get(spans__exact=CLAIM)


def move_span() -> None:
    QuoteSpan.objects.filter(exact="she").update(start=0, end=3)


def move_evidence() -> None:
    Correction.objects.update(start=0, end=len(EVIDENCE))


def move_hull() -> None:
    Quote.objects.filter(pk=quote().pk).update(end=quote().end + 1)


def disorder_parts() -> None:
    start = quote().article.text.index("Ines")
    QuoteSpan.objects.create(
        quote=quote(), role="content", ordinal=9, start=start, end=start + 4, exact="Ines"
    )


def stray_parent() -> None:
    inner = quote()
    other = make_quote(make_article(inner.collection))
    Quote.objects.filter(pk=inner.pk).update(parent=other)


def other_date() -> None:
    Quote.objects.filter(pk=quote().pk).update(published_on=dt.date(2000, 1, 1))


def lost_history() -> None:
    Quote.objects.filter(pk=quote().pk).update(version=7)


def change_behind_the_history() -> None:
    Quote.objects.filter(pk=quote().pk).update(kind="mixed")


def run_over_a_person() -> None:
    run = ExtractionRun.objects.create(article=quote().article)
    Quote.objects.filter(pk=quote().pk).update(run=run)
    ExtractionRun.objects.update(created_at=timezone.now() + dt.timedelta(days=1))


def other_voice() -> None:
    somebody = make_speaker(quote().collection, "Somebody Else")
    Correction.objects.update(corrected=somebody)


def chain_of_retellings() -> None:
    first = Correction.objects.get()
    second = make_correction(first.article, EVIDENCE, retells=first)
    make_correction(first.article, EVIDENCE, retells=second)


def point_to_the_merged() -> None:
    survivor = make_speaker(quote().collection, "Ines Adair-Holm")
    speaker = quote().speaker
    speaker.merged_into = survivor
    speaker.save()


def name_of_the_withdrawn() -> None:
    speaker = quote().speaker
    speaker.withdrawal = Withdrawal.objects.create(
        collection=speaker.collection,
        kind="speaker",
        object_id=speaker.public_id,
        label=speaker.name,
        reason="A court ordered it.",
        made_by=User.objects.first(),
    )
    speaker.save()


def put_back_in_the_older_version() -> None:
    older = quote().article
    make_article(older.collection)
    Article.objects.exclude(pk=older.pk).update(previous=older)


def ask_for_what_stands() -> None:
    newer = make_article(quote().collection)
    Placement.objects.create(
        quote=quote(),
        older=quote().article,
        newer=newer,
        state="asked",
        status="confirmed",
        why="Its words were changed.",
        version=2,
    )


def group_of_two_collections() -> None:
    other = make_quote(make_article(make_collection()))
    SameWords.objects.update(fullest=other)


def lonely_group() -> None:
    SameWordsQuote.objects.filter(quote__spans__exact=RETORT).delete()


def run_for_ever() -> None:
    ExtractionRun.objects.create(
        article=quote().article,
        state="running",
        started_at=timezone.now() - dt.timedelta(hours=2),
    )


def job_of_a_dead_worker() -> None:
    request_extraction(article=quote().article)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '2 hours'")


def snapshot_for_ever() -> None:
    row = request_snapshot(collection=quote().collection, user=None, queue=False)
    long_ago = timezone.now() - dt.timedelta(hours=2)
    Snapshot.objects.filter(pk=row.pk).update(state="running", updated_at=long_ago)


def answer_for_ever() -> None:
    user = Edit.objects.earliest("pk").actor
    IdempotencyRecord.objects.create(
        user=user, key="k", fingerprint="f" * 64, status_code=201, body="{}", headers={}
    )
    IdempotencyRecord.objects.update(created_at=timezone.now() - dt.timedelta(days=3))


def marks_that_disagree() -> None:
    Quote.objects.filter(pk=quote().pk).update(kind="indirect")


def name_under_an_old_form() -> None:
    SpeakerName.objects.filter(text="Ines Adair").update(norm="ines adare")


def snapshot_cut_short() -> None:
    row = request_snapshot(collection=quote().collection, user=None, queue=False)
    path = path_of(make_snapshot(snapshot_id=row.public_id))
    path.write_bytes(path.read_bytes()[:-100])


def unfinished_file() -> None:
    place = Path(settings.DATA_DIR) / "snapshots" / ".newsroom-1.zip.part"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    os.utime(place, (0, 0))


BREAKS = (
    move_span,
    move_evidence,
    move_hull,
    disorder_parts,
    stray_parent,
    other_date,
    lost_history,
    change_behind_the_history,
    run_over_a_person,
    other_voice,
    chain_of_retellings,
    point_to_the_merged,
    name_of_the_withdrawn,
    put_back_in_the_older_version,
    ask_for_what_stands,
    group_of_two_collections,
    lonely_group,
    run_for_ever,
    job_of_a_dead_worker,
    snapshot_for_ever,
    answer_for_ever,
    marks_that_disagree,
    name_under_an_old_form,
    snapshot_cut_short,
    unfinished_file,
)


def test_each_invariant_has_something_that_breaks_it():
    assert len(BREAKS) == len(INVARIANTS)


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    list(zip(BREAKS, INVARIANTS, strict=True)),
    ids=[spoil.__name__ for spoil in BREAKS],
)
def test_each_invariant_sees_what_it_watches_for(
    spoil: Callable[[], None], invariant, settled: Article
):
    spoil()
    found = {finding.invariant for finding in find_breaks()}
    assert invariant in found


def test_a_broken_invariant_ends_the_command_with_status_1(settled: Article, capsys):
    move_hull()
    with pytest.raises(SystemExit) as end:
        call_command("check_data")
    assert end.value.code == 1
    assert "hull" in capsys.readouterr().out


def test_a_note_by_a_person_keeps_the_invariants(settled: Article, colleague: User):
    set_note(public_id=quote().public_id, version=2, user=colleague, note="Fine.")
    assert list(find_breaks()) == []


def test_what_was_decided_elsewhere_and_came_in_needs_no_history_here(
    settled: Article, editor: User
):
    line = {"text": "“The kiln stays lit,” said Odile Varga.", "label": [[0, 21, "quote"]]}
    files = [("doccano.jsonl", io.BytesIO(json.dumps(line).encode()))]
    import_annotations(collection=settled.collection, user=editor, files=files)
    assert Quote.objects.filter(origin="import", touched=True).exists()
    assert list(find_breaks()) == []


def test_the_worker_tidies_up_at_night_and_says_what_is_broken(
    settled: Article, caplog: pytest.LogCaptureFixture
):
    answer_for_ever()
    unfinished_file()
    other_date()
    with caplog.at_level(logging.INFO):
        nightly_upkeep(timestamp=0)
    assert not IdempotencyRecord.objects.exists()
    assert not list((Path(settings.DATA_DIR) / "snapshots").iterdir())
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(said) == 1
    assert "repeat their article's collection and date" in said[0]
    assert "Save the article's date again" in said[0]
    assert f"{len(INVARIANTS) - 1} of {len(INVARIANTS)} invariants hold" in caplog.text


def test_every_night_the_worker_is_given_the_check_and_every_minute_the_stalled_jobs():
    periodic = app.periodic_registry.periodic_tasks.values()
    known = {task.task.name: task.cron for task in periodic}
    assert known["annotations.upkeep"] == "17 3 * * *"
    assert known["annotations.retry_stalled_jobs"] == "* * * * *"
    queues = {queue for names, _ in worker_queues() for queue in names}
    assert {task.task.queue for task in periodic} <= queues
