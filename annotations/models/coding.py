"""Work that is handed out: assignments, what blind coders answered, and how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from quotes.models import Article, Collection, Correction, Quote, Speaker
from quotes.models.base import PublicRecord, one_of
from quotes.models.correction import CorrectionKind
from quotes.models.quote import QuoteKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Purpose(models.TextChoices):
    EDIT = "edit", "Edit"
    BLIND = "blind", "Code blind"
    ADJUDICATION = "adjudication", "Adjudicate"


class AssignmentState(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def of_person(self, user: User) -> Self:
        return self.filter(user=user)

    def open(self) -> Self:
        return self.filter(state=AssignmentState.OPEN)

    def blind(self) -> Self:
        return self.filter(purpose=Purpose.BLIND)

    def for_display(self) -> Self:
        return self.select_related("article", "user", "made_by").defer(
            "article__text", "article__search_vector"
        )


class Assignment(PublicRecord):
    """One article that one person is asked to work on."""

    Purpose = Purpose
    State = AssignmentState

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="assignments")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    purpose = models.CharField(max_length=20, choices=Purpose)
    state = models.CharField(
        max_length=20, choices=AssignmentState, default=AssignmentState.OPEN, db_default="open"
    )
    due = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("purpose", Purpose, name="assignment_purpose_known"),
            one_of("state", AssignmentState, name="assignment_state_known"),
            models.UniqueConstraint(
                fields=("article", "user", "purpose"),
                name="assignment_once_per_person",
                violation_error_message="This person has this article already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open") ^ models.Q(finished_at__isnull=False),
                name="assignment_ended_has_its_time",
                violation_error_message="What is no longer open says when it ended.",
            ),
        )
        indexes = (models.Index(fields=("user", "state"), name="assignment_of_person"),)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.article_id} by {self.user_id}"


class CodingQuerySet(models.QuerySet["Coding"]):
    def to_be_seen(self) -> Self:
        """Answers in articles of which every blind coder is through: others may see them.

        Those of a cancelled assignment do not count.
        """
        unfinished = Assignment.objects.blind().open().filter(article=models.OuterRef("article"))
        return self.filter(~models.Exists(unfinished), assignment__state=AssignmentState.DONE)


class Coding(PublicRecord):
    """A blind coder's own answer on one quote or one correction.

    No other coder sees it until all of them are through. Where ``is_there`` is false the rest is
    empty. ``speaker`` is a quote's, ``corrector`` and ``corrected`` a correction's; null says that
    the text names nobody. They stay as they were answered when speakers are merged later.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="codings")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    quote = models.ForeignKey(
        Quote, on_delete=models.PROTECT, null=True, blank=True, related_name="codings"
    )
    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, null=True, blank=True, related_name="codings"
    )
    is_there = models.BooleanField()
    kind = models.CharField(max_length=20, blank=True)
    speaker = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    corrector = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    corrected = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CodingQuerySet.as_manager()

    class Meta:
        ordering = ("article", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(quote__isnull=False) ^ models.Q(correction__isnull=False),
                name="coding_of_one_thing",
                violation_error_message="An answer is on a quote or on a correction.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_there=True)
                | models.Q(kind="", speaker=None, corrector=None, corrected=None),
                name="coding_of_nothing_is_empty",
                violation_error_message="What is not there has no speaker and no kind.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_there=False)
                | models.Q(quote__isnull=False, kind__in=QuoteKind.values)
                | models.Q(correction__isnull=False, kind__in=CorrectionKind.values),
                name="coding_kind_known",
                violation_error_message="There is no such kind.",
            ),
            models.UniqueConstraint(
                fields=("coder", "quote"),
                name="coding_once_per_quote",
                violation_error_message="This coder answered already.",
            ),
            models.UniqueConstraint(
                fields=("coder", "correction"),
                name="coding_once_per_correction",
                violation_error_message="This coder answered already.",
            ),
        )
        indexes = (models.Index(fields=("article", "coder"), name="coding_of_article"),)

    def __str__(self) -> str:
        return f"Answer of {self.coder_id} on {self.quote_id or self.correction_id}"


class Agreement(models.Model):
    """How far blind coders agree on one variable, measured anew when a coder is through.

    ``value`` is empty where the measure is undefined; ``note`` says why.
    """

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="agreement")
    variable = models.CharField(max_length=30)
    measure = models.CharField(max_length=30)
    value = models.FloatField(null=True, blank=True)
    ci_low = models.FloatField(null=True, blank=True)
    ci_high = models.FloatField(null=True, blank=True)
    n_units = models.PositiveIntegerField()
    n_coders = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("collection", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("collection", "variable", "measure"),
                name="agreement_once_per_measure",
                violation_error_message="This was measured already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.variable}, {self.measure}: {self.value}"
