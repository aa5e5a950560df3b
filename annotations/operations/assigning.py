"""Handing articles out: to edit, to code blind, to adjudicate; and taking them back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from annotations.models import Assignment, AssignmentState, Purpose
from annotations.operations.coding import measure_agreement
from annotations.permissions import PERMISSIONS, require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Article, Collection, Membership, Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LARGEST_SAMPLE: Final = 1000
NEEDED: Final = {
    Purpose.EDIT: "annotate",
    Purpose.BLIND: "annotate",
    Purpose.ADJUDICATION: "adjudicate",
}
"""What somebody must be allowed to do to be asked for it."""


@transaction.atomic
def assign_articles(
    *,
    collection: Collection,
    user: User,
    purpose: str,
    people: Sequence[int],
    sample: int = 0,
    articles: Sequence[uuid.UUID] = (),
    due: dt.date | None = None,
) -> list[Assignment]:
    """Ask each of these people to work on each of these articles.

    Without ``articles`` a ``sample`` is drawn at random from those with quotes that nobody has
    for this purpose. Coding blind needs two people: one alone agrees with nobody.
    """
    require(user, "assign", collection.pk)
    if purpose not in Purpose.values:
        raise Invalid("There is no such work.", field="purpose")
    members = _members(collection, people, Purpose(purpose))
    if purpose == Purpose.BLIND and len(members) < 2:
        raise Invalid("Choose at least two people: one alone agrees with nobody.", field="people")
    chosen = _named(collection, articles) if articles else _drawn(collection, purpose, sample)
    made = [
        Assignment(
            collection=collection,
            article=article,
            user_id=member,
            purpose=purpose,
            due=due,
            made_by=user,
        )
        for article in chosen
        for member in members
    ]
    known = set(
        Assignment.objects.filter(article__in=chosen, purpose=purpose).values_list(
            "article_id", "user_id"
        )
    )
    made = [one for one in made if (one.article_id, one.user_id) not in known]
    if not made:
        raise NotAllowedNow("There is no article left to hand out for this.")
    return Assignment.objects.bulk_create(made)


@transaction.atomic
def cancel_assignment(*, public_id: uuid.UUID, user: User) -> Assignment:
    """Take an assignment back. Its answers are kept, and count no longer."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("collection")
        .filter(public_id=public_id)
        .first()
    )
    if assignment is None:
        raise NotVisible
    require(user, "assign", assignment.collection_id)
    if assignment.state == AssignmentState.CANCELLED:
        return assignment
    assignment.state = AssignmentState.CANCELLED
    assignment.finished_at = timezone.now()
    assignment.save(update_fields=("state", "finished_at", "updated_at"))
    if assignment.purpose == Purpose.BLIND:
        measure_agreement(assignment.collection)
    return assignment


def _members(collection: Collection, people: Sequence[int], purpose: Purpose) -> list[int]:
    roles = list(PERMISSIONS[NEEDED[purpose]])
    members = Membership.objects.filter(
        collection=collection, user_id__in=people, user__is_active=True, role__in=roles
    )
    found = sorted(members.values_list("user_id", flat=True))
    if not found or len(found) < len(set(people)):
        raise Invalid("Choose members whose role allows this work.", field="people")
    return found


def _named(collection: Collection, articles: Sequence[uuid.UUID]) -> list[Article]:
    found = list(_open_articles(collection).filter(public_id__in=articles))
    if len(found) < len(set(articles)):
        raise Invalid("One of these articles is not here.", field="articles")
    return found


def _drawn(collection: Collection, purpose: str, sample: int) -> list[Article]:
    if not 0 < sample <= LARGEST_SAMPLE:
        raise Invalid(f"Draw between 1 and {LARGEST_SAMPLE} articles.", field="sample")
    given = Assignment.objects.filter(article=OuterRef("pk"), purpose=purpose)
    quotes = Quote.objects.on_record().shown().filter(article=OuterRef("pk"))
    free = _open_articles(collection).filter(Exists(quotes), ~Exists(given))
    return list(free.order_by("?")[:sample])


def _open_articles(collection: Collection) -> QuerySet[Article]:
    return Article.objects.filter(collection=collection, is_latest=True).only("pk", "public_id")
