"""Snapshots through the pages: asked for, made by the worker's job, listed, taken; refusals."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from annotations.models import Snapshot
from annotations.operations import snapshots
from annotations.operations.snapshots import make_snapshot, path_of
from tests.factories import make_article, make_quote, make_speaker

MAKE, LIST = "annotations:snapshot_make", "annotations:snapshot_list"


@pytest.fixture
def told(collection):
    article = make_article(collection)
    return make_quote(article, speaker=make_speaker(collection), status="confirmed")


def download(row: Snapshot) -> str:
    return reverse("annotations:snapshot_download", args=[row.public_id])


def ask(client, **form: str):
    return client.post(reverse(MAKE), {"collection": "newsroom", **form})


def test_a_snapshot_is_made_listed_and_taken(told, client, researcher):
    client.force_login(researcher)
    assert ask(client, status="confirmed", body="0").status_code == 302
    row = Snapshot.objects.get()
    assert (row.number, row.state, row.filters) == (1, "queued", {"status": "confirmed"})
    assert "being made" in client.get(reverse(LIST)).text
    assert client.get(download(row)).status_code == 404

    row = make_snapshot(snapshot_id=row.public_id)
    assert row.state == "done"
    assert row.counts["quotes.csv"] == 1
    assert row.file_name in client.get(reverse(LIST)).text
    answer = client.get(download(row))
    assert answer["Content-Disposition"] == f'attachment; filename="{row.file_name}"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert b"ninety winters" not in archive.read("quotes.csv")


def test_the_job_done_twice_makes_one_file(told, client, researcher):
    client.force_login(researcher)
    ask(client)
    row = make_snapshot(snapshot_id=Snapshot.objects.get().public_id)
    written = path_of(row).stat().st_mtime_ns
    make_snapshot(snapshot_id=row.public_id)
    assert path_of(row).stat().st_mtime_ns == written


def test_numbers_count_up_and_the_second_tells_what_changed(told, client, researcher):
    client.force_login(researcher)
    for _ in range(2):
        ask(client)
        make_snapshot(snapshot_id=Snapshot.objects.latest("pk").public_id)
    assert list(Snapshot.objects.order_by("pk").values_list("number", flat=True)) == [1, 2]
    with zipfile.ZipFile(path_of(Snapshot.objects.get(number=2))) as archive:
        assert b"Changes since newsroom-0001" in archive.read("CHANGES.txt")


def test_who_may_not_export_gets_none(told, client, reader, outsider, researcher):
    client.force_login(researcher)
    ask(client)
    row = make_snapshot(snapshot_id=Snapshot.objects.get().public_id)
    client.force_login(reader)
    assert ask(client).status_code == 403
    assert client.get(download(row)).status_code == 404
    client.force_login(outsider)
    assert ask(client).status_code == 404
    assert client.get(download(row)).status_code == 404
    assert row.file_name not in client.get(reverse(LIST)).text
    client.logout()
    assert client.get(download(row)).status_code == 302
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize("form", [{"status": "withdrawn"}, {"raw": "yes"}, {"speaker": "7"}])
def test_what_cannot_be_asked_for_is_refused_in_words(told, client, researcher, form):
    client.force_login(researcher)
    assert ask(client, **form).status_code == 422
    assert not Snapshot.objects.exists()


def test_case_48_a_full_disk_is_said_and_no_file_is_there(told, client, researcher, monkeypatch):
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    client.force_login(researcher)
    ask(client)
    monkeypatch.setattr(snapshots, "write_snapshot", full)
    row = make_snapshot(snapshot_id=Snapshot.objects.get().public_id)
    assert row.state == "failed"
    assert "No space left on device" in client.get(reverse(LIST)).text
    assert client.get(download(row)).status_code == 404


def test_what_was_not_made_is_said_with_its_reason_and_one_full_stop(
    collection, researcher, monkeypatch
):
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    row = snapshots.request_snapshot(collection=collection, user=researcher, queue=False)
    assert snapshots.check_snapshot(row) == [f"It was not made: {row.get_state_display()}."]
    monkeypatch.setattr(snapshots, "write_snapshot", full)
    row = make_snapshot(snapshot_id=row.public_id)
    why = "The file could not be written: No space left on device."
    assert snapshots.check_snapshot(row) == [f"It was not made: {why}"]


def test_the_command_makes_lists_and_verifies(told, capsys):
    call_command("snapshot", "make")
    row = Snapshot.objects.get()
    call_command("snapshot", "list")
    assert row.sha256 in capsys.readouterr().out
    call_command("snapshot", "verify", "--again")
    assert "tables the same today" in capsys.readouterr().out
    told.article.outlet = "Another"
    told.article.save(update_fields=("outlet",))
    call_command("snapshot", "verify", "--again")
    assert "differ today: quotes.csv" in capsys.readouterr().out
    path_of(row).write_bytes(path_of(row).read_bytes()[:-1] + b"x")
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("snapshot", "verify")
    path_of(row).unlink()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("snapshot", "verify")
    assert "is not there" in capsys.readouterr().out
