"""The history, and what an account page reads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Count, Exists, F, OuterRef, Q

from annotations.models import ApiToken, Edit, Snapshot
from annotations.operations.moving import FOLLOWING
from annotations.permissions import PERMISSIONS
from annotations.selectors.paging import page_of
from annotations.sentences import Sentence, sentences, verb_of
from quotes.models import (
    Article,
    Collection,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def history_of(*, article: Article | None = None, object_id: uuid.UUID | None = None) -> Any:
    rows = Edit.objects.told().for_display().newest_first()
    if object_id is not None:
        rows = rows.of_object(object_id)
    if article is not None:
        rows = rows.filter(article=article)
    return rows.defer("article__text", "article__search_vector")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of somebody's decision: it stands, was taken back, or changed later."""

    sentence: Sentence
    words: str
    fate: str
    by: str
    change: str


@dataclass(frozen=True, slots=True)
class Outcomes:
    page: Page[Edit]
    rows: list[Outcome]
    counts: dict[str, int]


def what_became(user: User, *, person: User, fate: str = "", page: str | None = None) -> Outcomes:
    """A person's decisions in articles that the user may read; five statements."""
    later = Edit.objects.filter(object_id=OuterRef("object_id"), version__gt=OuterRef("version"))
    mine = (
        Edit.objects.told()
        .by_person(person)
        .filter(article__in=Article.objects.readable_by(user), is_undo=False, undoes=None)
        .exclude(action__in=FOLLOWING)
        .annotate(
            was_undone=Exists(Edit.objects.filter(undoes=OuterRef("pk"))),
            was_changed=Exists(later.exclude(actor=person)),
        )
    )
    undone, changed = Q(was_undone=True), Q(was_undone=False, was_changed=True)
    stands = Q(was_undone=False, was_changed=False)
    counts = mine.aggregate(
        all=Count("pk"),
        stands=Count("pk", filter=stands),
        changed=Count("pk", filter=changed),
        undone=Count("pk", filter=undone),
    )
    chosen = {"stands": stands, "changed": changed, "undone": undone}.get(fate)
    rows = mine if chosen is None else mine.filter(chosen)
    found = page_of(rows.for_display().defer("article__search_vector").newest_first(), page)
    edits = list(found.object_list)
    after = Edit.objects.filter(object_id__in=[edit.object_id for edit in edits])
    followers: dict[uuid.UUID, list[Edit]] = defaultdict(list)
    for edit in after.select_related("actor", "undoes").order_by("version"):
        followers[edit.object_id].append(edit)
    return Outcomes(
        found,
        [
            _outcome(edit, sentence, followers[edit.object_id])
            for edit, sentence in zip(edits, sentences(edits), strict=True)
        ],
        counts,
    )


def _outcome(edit: Edit, sentence: Sentence, followers: list[Edit]) -> Outcome:
    text, place = edit.article.text if edit.article else "", edit.after or {}
    words = text[place["start"] : place["end"]] if "start" in place else ""
    undo = next((row for row in followers if row.undoes_id == edit.pk), None)
    if undo is not None:
        return Outcome(sentence, words, "taken back", _name(undo.actor), "")
    later = [r for r in followers if r.version > edit.version and r.actor_id != edit.actor_id]
    if later:
        return Outcome(sentence, words, "changed", _name(later[0].actor), verb_of(later[0]))
    return Outcome(sentence, words, "stands", "", "")


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()


def tokens_of(user: User) -> list[ApiToken]:
    return list(
        ApiToken.objects.filter(user=user).order_by(F("revoked_at").asc(nulls_first=True), "-pk")
    )


def readable_collections(user: User) -> list[Collection]:
    return list(Collection.objects.readable_by(user).order_by("name", "pk"))


def exportable_collections(user: User) -> list[Collection]:
    """Collections whose tables this person may download."""
    rows = Collection.objects.readable_by(user)
    if not user.is_superuser:
        roles = list(PERMISSIONS["export"])
        rows = rows.filter(memberships__user=user, memberships__role__in=roles)
    return list(rows.order_by("name", "pk"))


def snapshots(user: User, *, public_id: uuid.UUID | None = None) -> list[Snapshot]:
    """Snapshots of the collections that this person may export, newest first."""
    rows = Snapshot.objects.filter(collection__in=exportable_collections(user))
    if public_id is not None:
        rows = rows.filter(public_id=public_id)
    return list(rows.select_related("collection", "made_by").newest_first())
