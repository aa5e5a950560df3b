"""What the team page reads: who has what to do, how far they are, and how far they agree."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from annotations.models import Agreement, Assignment, AssignmentState, Coding, Purpose
from annotations.permissions import PERMISSIONS, allows, require
from annotations.refusals import NotVisible
from annotations.selectors.coding import n_disputed
from quotes.models import Article, Collection, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN = 100
"""Articles on one screen, the newest work first."""


@dataclass(slots=True)
class Work:
    """One article that was handed out for one purpose, and how its people stand."""

    article: Article
    purpose: str
    label: str
    assignments: list[Assignment] = field(default_factory=list)
    n_disputed: int = 0

    @property
    def is_through(self) -> bool:
        """Everybody is through, and somebody is left who was not taken off it."""
        states = {one.state for one in self.assignments} - {AssignmentState.CANCELLED}
        return states == {AssignmentState.DONE}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one member is."""

    name: str
    open: int
    done: int
    answers: int


@dataclass(slots=True)
class Team:
    """One collection's team page, as far as this person may see it."""

    collection: Collection
    mine: list[Assignment]
    may_assign: bool
    may_adjudicate: bool
    may_manage: bool
    may_export: bool
    work: list[Work] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)
    agreement: list[Agreement] = field(default_factory=list)


def team_of(user: User, public_id: uuid.UUID) -> Team:
    """The team page of one collection: the same number of statements whatever is handed out."""
    collection = Collection.objects.filter(public_id=public_id).first()
    if collection is None:
        raise NotVisible
    role = require(user, "read", collection.pk)
    rows = collection.assignments.for_display()
    team = Team(
        collection=collection,
        mine=list(rows.of_person(user).open().order_by("due", "pk")[:SHOWN]),
        may_assign=allows(role, "assign"),
        may_adjudicate=allows(role, "adjudicate"),
        may_manage=allows(role, "manage_members"),
        may_export=allows(role, "export"),
    )
    if team.may_export:
        team.agreement = list(collection.agreement.order_by("pk"))
    if team.may_assign:
        team.work = _work(collection)
        team.progress = _progress(collection)
        able = PERMISSIONS["annotate"]
        team.members = list(
            collection.memberships.filter(role__in=list(able), user__is_active=True)
            .select_related("user")
            .order_by("user__username", "pk")
        )
    return team


def _work(collection: Collection) -> list[Work]:
    newest = collection.assignments.order_by("-pk").values_list("article_id", flat=True)
    articles = list(dict.fromkeys(newest[: SHOWN * 5]))[:SHOWN]
    found: dict[tuple[int, str], Work] = {}
    for one in collection.assignments.for_display().filter(article__in=articles).order_by("pk"):
        key = (one.article_id, one.purpose)
        if key not in found:
            found[key] = Work(one.article, one.purpose, one.get_purpose_display())
        found[key].assignments.append(one)
    disputed = n_disputed(articles)
    for (article_id, purpose), work in found.items():
        if purpose == Purpose.BLIND:
            work.n_disputed = disputed.get(article_id, 0)
    return sorted(found.values(), key=lambda work: -work.assignments[-1].pk)


def _progress(collection: Collection) -> list[Progress]:
    answers: dict[int, int] = defaultdict(int)
    counted = Coding.objects.filter(article__collection=collection).order_by().values("coder")
    for row in counted.annotate(n=Count("pk")):
        answers[row["coder"]] = row["n"]
    rows = (
        Assignment.objects.filter(collection=collection)
        .order_by()
        .values("user", "user__username")
        .annotate(
            open=Count("pk", filter=Q(state=AssignmentState.OPEN)),
            done=Count("pk", filter=Q(state=AssignmentState.DONE)),
        )
        .order_by("user__username")
    )
    return [
        Progress(row["user__username"], row["open"], row["done"], answers[row["user"]])
        for row in rows
    ]
