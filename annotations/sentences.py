"""The history as sentences: who did what, when, and what it changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from annotations.models import Edit, ObjectKind
from annotations.operations.leaving_out import LEFT_OUT_ACTIONS
from annotations.operations.moving import FOLLOWING
from annotations.without_names import without_names

VERBS = {
    "quote.confirmed": "confirmed the quote",
    "quote.rejected": "said that it is not a quote",
    "quote.reopened": "reopened the quote",
    "quote.speaker_set": "set the speaker",
    "quote.kind_set": "set the kind",
    "quote.boundaries_set": "moved the boundaries",
    "quote.freed": "took the quote out of the one that no longer holds it",
    "quote.added": "added the quote",
    "quote.joined": "joined two quotes",
    "quote.split": "split the quote in two",
    "quote.note_set": "wrote a note",
    "quote.flagged": "flagged the quote",
    "quote.unflagged": "took the flag off",
    "quote.undone": "took back a decision",
    "quote.redone": "put a decision back",
    "quote.settled": "settled the quote that was coded blind",
    "quote.withdrawn": "withdrew the quote",
    "quote.put_back": "put the quote back on the record",
    "quote.person_withdrawn": "withdrew a person that the quote named",
    "correction.confirmed": "confirmed the correction",
    "correction.rejected": "said that it is not a correction",
    "correction.reopened": "reopened the correction",
    "correction.swapped": "swapped the sides",
    "correction.kind_set": "set the type of correction",
    "correction.people_set": "said who corrects whom",
    "correction.quotes_set": "chose claim and retort",
    "correction.added": "added the correction",
    "correction.retells_set": "said what the correction retells",
    "correction.same_point_set": "said which correction makes the same point",
    "correction.note_set": "wrote a note",
    "correction.flagged": "flagged the correction",
    "correction.unflagged": "took the flag off",
    "correction.settled": "settled the correction that was coded blind",
    "correction.undone": "took back a decision",
    "correction.redone": "put a decision back",
    "quote.speaker_moved": "moved the quote with its speaker",
    "correction.people_moved": "moved the correction with its people",
    "correction.withdrawn": "withdrew the correction",
    "correction.put_back": "put the correction back on the record",
    "correction.cleared": "merged the two people of the correction",
    "article.put_back": "put back into the story what was left out",
    "article.put_back_undone": "took back a decision",
    "article.put_back_redone": "put a decision back",
    "quote.placed": "found the quote’s place in the changed story",
    "quote.left_behind": "said that the changed story no longer has the quote",
    "correction.placed": "found the correction’s place in the changed story",
    "correction.left_behind": "said that the changed story no longer has the correction",
    "same_words.confirmed": "confirmed that the words are the same",
    "same_words.rejected": "said that these are not the same words",
    "same_words.reopened": "reopened the group of same words",
    "same_words.quote_put_in": "put a quote into the group of same words",
    "same_words.quote_taken_out": "took a quote out of the group of same words",
    "same_words.added": "said that two quotes give the same words",
    "same_words.undone": "took back a decision",
    "same_words.redone": "put a decision back",
    "speaker.created": "made a new speaker",
    "speaker.imported": "brought the speaker in from a table",
    "speaker.merged": "merged the speaker into another",
    "speaker.split": "split the speaker off another",
    "speaker.gained": "merged another speaker into this one",
    "speaker.lost": "took another speaker out of this one",
    "speaker.changed": "changed the speaker",
    "speaker.name_added": "added a name",
    "speaker.name_removed": "took a name away",
    "speaker.change_undone": "took back a decision",
    "speaker.change_redone": "put a decision back",
    "article.changed": "changed what is known of the article",
    "article.undone": "took back a decision",
    "article.redone": "put a decision back",
    "speaker.undone": "took back a decision",
    "speaker.redone": "put a decision back",
    "speaker.withdrawn": "withdrew the speaker",
    "speaker.put_back": "put the speaker back on the record",
}

UNDONE_ALONE = {ObjectKind.QUOTE, ObjectKind.CORRECTION, ObjectKind.SAME_WORDS}

LABELS = {
    "status": "status",
    "kind": "kind",
    "speaker_name": "speaker",
    "corrector_name": "corrector",
    "corrected_name": "corrected",
    "note": "note",
    "flagged": "flag",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """``“Nell Farrow” set the speaker: Ines Adair instead of nobody``."""

    who: str
    verb: str
    words: str
    changes: list[str]
    at: dt.datetime
    object_kind: str
    object_id: str
    is_undone: bool
    version: int
    can_undo: bool
    article_id: str = ""
    article: str = ""


def sentences(edits: Iterable[Edit], *, text: str = "") -> list[Sentence]:
    """One sentence an edit; what was taken back since is marked.

    With the article's ``text`` each sentence names the words it is about.
    """
    rows = without_names(edits)
    undone = {edit.undoes_id for edit in rows if edit.undoes_id}
    undone |= {edit.pk for edit in rows if getattr(edit, "undone_by", None) is not None}
    newest: dict[object, int] = {}
    for edit in rows:
        newest[edit.object_id] = max(edit.version, newest.get(edit.object_id, 0))
    return [
        Sentence(
            who=edit.actor.get_full_name() or edit.actor.get_username(),
            verb=verb_of(edit),
            words=_words(edit, text),
            changes=_changes(edit),
            at=edit.at,
            object_kind=edit.object_kind,
            object_id=str(edit.object_id),
            is_undone=edit.pk in undone,
            version=edit.version,
            # An older one would be refused: somebody changed the object since.
            can_undo=(edit.object_kind in UNDONE_ALONE or edit.action in LEFT_OUT_ACTIONS)
            and edit.action not in FOLLOWING
            and edit.pk not in undone
            and newest[edit.object_id] == edit.version,
            article_id=str(edit.article.public_id) if edit.article else "",
            article=edit.article.title if edit.article else "",
        )
        for edit in rows
    ]


def what_was_undone(edits: Sequence[Edit]) -> str:
    """What an undo or redo took back, in words: ``confirmed the quote · speaker nobody``."""
    if len(edits) > 1:
        return f"{len(edits)} decisions at once"
    edit = edits[0]
    undone = edit.undoes
    # An undo of an undo did again what the first edit had done.
    while undone is not None and undone.undoes is not None:
        undone = undone.undoes
    done = VERBS.get(undone.action, undone.action) if undone else "the last decision"
    changes = _changes(edit)
    return f"{done} ({'; '.join(changes)})" if changes else done


def verb_of(edit: Edit) -> str:
    """What the edit did, without its object: ``confirmed the quote``."""
    verb = VERBS.get(edit.action, edit.action)
    if edit.undoes is not None:
        done = VERBS.get(edit.undoes.action, edit.undoes.action)
        return f"{verb}: “{done}”"
    return verb


def _words(edit: Edit, text: str) -> str:
    state = edit.after or {}
    return text[state["start"] : state["end"]] if text and "start" in state else ""


def _changes(edit: Edit) -> list[str]:
    before, after = edit.before or {}, edit.after or {}
    if edit.before is None:
        return [f"speaker {after['speaker_name']}"] if after.get("speaker_name") else []
    changes = [
        f"{label} {_shown(after.get(key))} instead of {_shown(before.get(key))}"
        for key, label in LABELS.items()
        if before.get(key) != after.get(key) and (key != "status" or edit.undoes_id)
    ]
    if before.get("spans") != after.get("spans"):
        changes.append("other words")
    grouped = edit.object_kind == ObjectKind.SAME_WORDS
    if before.get("quotes") != after.get("quotes") and not grouped:
        changes.append("other quotes on its sides")
    for key, words in (("retells", "told again here"), ("same_point_as", "same point")):
        if before.get(key) != after.get(key):
            changes.append(words if after.get(key) else f"no longer “{words}”")
    return changes


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nobody" if value is None else "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"“{value}”" if len(str(value)) > 20 else str(value)
