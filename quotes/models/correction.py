"""Corrections: somebody contradicts, challenges or corrects somebody. Nobody says who is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject

from quotes.models.article import Article
from quotes.models.base import newest_first_index, one_of
from quotes.models.collection import Collection
from quotes.models.quote import Quote
from quotes.models.speaker import Origin, Speaker
from quotes.models.suggestion import Status, Suggestion, SuggestionQuerySet
from quotes.models.withdrawal import withdrawn_by, withdrawn_index, withdrawn_with_reason

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class CorrectionQuerySet(SuggestionQuerySet):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.filter(collection__in=Collection.objects.readable_by(user))

    def events(self) -> Self:
        """Each event once, without its retellings."""
        return self.filter(retells=None)

    def in_reading_order(self) -> Self:
        return self.order_by("article_id", "start", "pk")

    def newest_first(self) -> Self:
        return self.order_by(models.F("published_on").desc(nulls_last=True), "-pk")

    def with_quotes(self) -> Self:
        """Add ``sides``: ``[{side, id, pk, start, end, text}]`` of the claim and retort quotes.

        Only quotes on record that the person on that side said: what a card shows is what an
        accept keeps.
        """
        links = CorrectionQuote.objects.fitting().filter(correction=models.OuterRef("pk"))
        return self.annotate(
            sides=ArraySubquery(
                links.order_by("side", "quote__start", "pk").values(
                    json=JSONObject(
                        side="side",
                        id="quote__public_id",
                        pk="quote_id",
                        start="quote__start",
                        end="quote__end",
                        text="quote__normal_text",
                    )
                )
            )
        )

    def for_display(self) -> Self:
        """Everything a card needs, in one statement."""
        return self.select_related(
            "corrector", "corrected", "decided_by", "retells", "same_point_as", "run"
        ).with_quotes()


class CorrectionKind(models.TextChoices):
    DENIAL = "denial", "Denial"
    CONTRADICTION = "contradiction", "Contradiction"
    SELF_CORRECTION = "self_correction", "Self-correction"


class Explicitness(models.TextChoices):
    VERB = "verb", "A verb says so"
    JUXTAPOSED = "juxtaposed", "Two statements side by side"
    IMPLIED = "implied", "Implied"


class Correction(Suggestion):
    """``start`` and ``end`` are the evidence in the article, ``exact`` its words."""

    Kind = CorrectionKind
    Explicitness = Explicitness

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="corrections")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=CorrectionKind)
    explicitness = models.CharField(max_length=20, choices=Explicitness, default=Explicitness.VERB)
    corrector = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections_made"
    )
    corrected = models.ForeignKey(
        Speaker,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections_received",
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField()
    cue_start = models.PositiveIntegerField(null=True, blank=True)
    cue_end = models.PositiveIntegerField(null=True, blank=True)
    cue_text = models.CharField(max_length=300, blank=True)
    topic = models.CharField(max_length=300, blank=True)
    occasion = models.CharField(max_length=300, blank=True)
    retells = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retellings"
    )
    same_point_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quotes = models.ManyToManyField(Quote, through="CorrectionQuote", related_name="corrections")
    withdrawal = withdrawn_by()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("article", "start", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end")),
                name="correction_start_before_end",
                violation_error_message="The evidence ends after it starts.",
            ),
            models.CheckConstraint(
                condition=models.lookups.Exact(
                    models.functions.Length("exact"), models.F("end") - models.F("start")
                ),
                name="correction_exact_has_its_length",
                violation_error_message="The stored words do not fit their place.",
            ),
            one_of("kind", CorrectionKind, name="correction_kind_known"),
            one_of("explicitness", Explicitness, name="correction_explicitness_known"),
            one_of("status", Status, name="correction_status_known"),
            one_of("origin", Origin, name="correction_origin_known"),
            models.CheckConstraint(
                condition=models.Q(kind="self_correction")
                | models.Q(corrector=None)
                | models.Q(corrected=None)
                | ~models.Q(corrector=models.F("corrected")),
                name="correction_people_differ",
                violation_error_message="Nobody corrects himself, except in a self-correction.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="confirmed") | models.Q(corrector__isnull=False),
                name="correction_confirmed_has_corrector",
                violation_error_message="Say who corrects before you accept.",
            ),
            models.CheckConstraint(
                condition=models.Q(retells=None) | ~models.Q(retells=models.F("id")),
                name="correction_not_retelling_itself",
                violation_error_message="A correction cannot retell itself.",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence=None)
                | (models.Q(confidence__gte=0) & models.Q(confidence__lte=1)),
                name="correction_confidence_is_probability",
                violation_error_message="A confidence lies between 0 and 1.",
            ),
            withdrawn_with_reason("correction_withdrawn_with_reason"),
        )
        indexes = (
            models.Index(fields=("article", "start", "id"), name="correction_in_article"),
            newest_first_index(name="correction_newest_first"),
            newest_first_index("kind", name="correction_by_kind"),
            newest_first_index("status", name="correction_by_status"),
            models.Index(fields=("corrector", "-id"), name="correction_made"),
            models.Index(fields=("corrected", "-id"), name="correction_received"),
            models.Index(fields=("collection", "updated_at", "id"), name="correction_by_change"),
            withdrawn_index("correction_withdrawn"),
        )

    def __str__(self) -> str:
        return f"Correction {self.public_id}"


class CorrectionQuoteQuerySet(models.QuerySet["CorrectionQuote"]):
    def fitting(self) -> Self:
        """Links to live quotes that are spoken by the person on their side."""
        side = CorrectionQuote.Side
        return self.filter(quote__status__in=(Status.SUGGESTED, Status.CONFIRMED)).filter(
            models.Q(side=side.CORRECTED, quote__speaker=models.F("correction__corrected"))
            | models.Q(side=side.CORRECTING, quote__speaker=models.F("correction__corrector"))
        )


class CorrectionSide(models.TextChoices):
    CORRECTED = "corrected", "Claim"
    CORRECTING = "correcting", "Retort"


class CorrectionQuote(models.Model):
    """A claim (``corrected`` side) or a retort (``correcting`` side)."""

    Side = CorrectionSide

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="links")
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="correction_links")
    side = models.CharField(max_length=20, choices=CorrectionSide)

    objects = CorrectionQuoteQuerySet.as_manager()

    class Meta:
        ordering = ("correction", "side", "quote", "pk")
        constraints = (
            one_of("side", CorrectionSide, name="correction_side_known"),
            models.UniqueConstraint(
                fields=("correction", "quote"),
                name="correction_quote_once",
                violation_error_message="A quote stands on one side only.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.side}: {self.quote_id}"
