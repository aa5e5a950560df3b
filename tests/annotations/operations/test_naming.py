"""What people change of one speaker, as asked twice, too late, or of one that is not there."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from annotations.models import Edit
from annotations.operations.naming import (
    add_speaker_name,
    change_speaker,
    remove_speaker_name,
    undo_speaker_change,
)
from annotations.operations.speakers import merge_speakers
from annotations.refusals import NotAllowedNow, NotVisible, StaleVersion
from quotes.models import Speaker
from tests.factories import make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(collection: Collection) -> Speaker:
    return make_speaker(collection, "Ines Adair")


def rename(speaker: Speaker, user: User, name: str, version: int = 1) -> Speaker:
    return change_speaker(
        public_id=speaker.public_id, version=version, user=user, changes={"name": name}
    )


def names(speaker: Speaker) -> set[str]:
    return set(speaker.names.values_list("text", flat=True))


def test_a_change_sent_twice_is_made_once(ines: Speaker, editor: User):
    for name in ("Inés Adair", "Inés Adair", "  Inés Adair "):
        assert rename(ines, editor, name).version == 2
    assert Edit.objects.get().action == "speaker.changed"


def test_a_name_taken_away_twice_goes_once(ines: Speaker, editor: User):
    add_speaker_name(public_id=ines.public_id, version=1, user=editor, text="Dame Ines")
    for _ in range(2):
        gone = remove_speaker_name(
            public_id=ines.public_id, version=2, user=editor, text="Dame Ines", kind="name"
        )
        assert gone.version == 3
    assert names(ines) == {"Ines Adair"}
    assert Edit.objects.count() == 2


def test_what_another_change_has_overtaken_is_refused(ines: Speaker, editor, colleague):
    rename(ines, colleague, "Inés Adair")
    with pytest.raises(StaleVersion) as refused:
        rename(ines, editor, "Inés Adair")  # the same, but by somebody else
    assert refused.value.current.name == "Inés Adair"
    with pytest.raises(StaleVersion):
        add_speaker_name(public_id=ines.public_id, version=1, user=colleague, text="Dame Ines")
    with pytest.raises(StaleVersion):
        undo_speaker_change(public_id=ines.public_id, version=1, user=colleague)
    assert Edit.objects.count() == 1


def test_only_a_change_of_the_speaker_alone_is_taken_back_here(
    collection: Collection, ines: Speaker, editor: User
):
    with pytest.raises(NotVisible):  # nobody has changed anything yet
        undo_speaker_change(public_id=ines.public_id, version=1, user=editor)
    other = make_speaker(collection, "I. Adair")
    merge_speakers(public_id=other.public_id, version=1, user=editor, into_id=ines.public_id)
    with pytest.raises(NotVisible):
        undo_speaker_change(public_id=other.public_id, version=2, user=editor)
    other.refresh_from_db()
    assert other.merged_into == ines


def test_a_merged_speaker_changes_no_more(collection: Collection, ines: Speaker, editor: User):
    other = make_speaker(collection, "I. Adair")
    merge_speakers(public_id=other.public_id, version=1, user=editor, into_id=ines.public_id)
    with pytest.raises(NotAllowedNow, match="merged into another"):
        rename(other, editor, "Iris Adair", version=2)
    other.refresh_from_db()
    assert (other.name, other.version) == ("I. Adair", 2)


def test_a_speaker_that_is_not_there_or_of_elsewhere_is_not_visible(
    ines: Speaker, editor: User, outsider: User
):
    for public_id, user in ((uuid.uuid4(), editor), (ines.public_id, outsider)):
        with pytest.raises(NotVisible):
            change_speaker(
                public_id=public_id, version=1, user=user, changes={"name": "Iris Adair"}
            )
    assert not Edit.objects.exists()
