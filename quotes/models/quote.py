"""Quotes: one attribution each, source + cue + content, as in PARC 3.0 and PolNeAR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import JSONObject

from quotes.models.article import Article
from quotes.models.base import newest_first_index, one_of
from quotes.models.collection import Collection
from quotes.models.speaker import Origin, Speaker
from quotes.models.suggestion import Status, Suggestion, SuggestionQuerySet
from quotes.models.withdrawal import withdrawn_by, withdrawn_index, withdrawn_with_reason
from quotes.models.words import WordSearch

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class Int4Range(models.Func):
    """The half-open range between two integer columns."""

    function = "int4range"
    output_field = IntegerRangeField()


class QuoteQuerySet(SuggestionQuerySet):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.filter(collection__in=Collection.objects.readable_by(user))

    def shown(self) -> Self:
        """Without attitudes ("wants", "plans") that nobody has touched."""
        return self.exclude(act=Quote.Act.ATTITUDE, touched=False)

    def told(self) -> Self:
        """As ``shown``, and attitudes that changed: of these some were shown once."""
        return self.exclude(act=Quote.Act.ATTITUDE, touched=False, version=1)

    def told_as_statements(self) -> Self:
        """Confirmed, or changed since it was made: of these some were confirmed once."""
        return self.filter(models.Q(status=Status.CONFIRMED) | models.Q(version__gt=1))

    def top_level(self) -> Self:
        return self.filter(parent=None)

    def by_speaker(self, speaker: Speaker) -> Self:
        return self.filter(speaker=speaker)

    def in_reading_order(self) -> Self:
        return self.order_by("article_id", "start", "-end", "pk")

    def newest_first(self) -> Self:
        return self.order_by(models.F("published_on").desc(nulls_last=True), "-pk")

    def with_spans(self) -> Self:
        """Add ``parts``: ``[{role, ordinal, start, end, exact}]`` in order, in one statement."""
        spans = QuoteSpan.objects.filter(quote=models.OuterRef("pk")).order_by("role", "ordinal")
        return self.annotate(
            parts=ArraySubquery(
                spans.values(
                    json=JSONObject(
                        role="role", ordinal="ordinal", start="start", end="end", exact="exact"
                    )
                )
            )
        )

    def with_candidates(self) -> Self:
        """Add ``choices``: ``[{rank, id, name, kind, probability, reason}]``, best first."""
        candidates = SpeakerCandidate.objects.filter(
            quote=models.OuterRef("pk"), speaker__merged_into=None, speaker__withdrawal=None
        ).order_by("rank")
        return self.annotate(
            choices=ArraySubquery(
                candidates.values(
                    json=JSONObject(
                        rank="rank",
                        id="speaker__public_id",
                        name="speaker__name",
                        kind="speaker__kind",
                        probability="probability",
                        reason="reason",
                    )
                )
            )
        )

    def for_display(self) -> Self:
        """Everything a card needs, in one statement."""
        return (
            self.select_related("speaker", "addressee", "decided_by", "run", "parent")
            .with_spans()
            .with_candidates()
        )


class QuoteKind(models.TextChoices):
    DIRECT = "direct", "Direct"
    MIXED = "mixed", "Mixed"
    INDIRECT = "indirect", "Indirect"


class QuoteAct(models.TextChoices):
    STATEMENT = "statement", "Statement"
    QUESTION = "question", "Question"
    ATTITUDE = "attitude", "Attitude"


class Quote(Suggestion):
    """What somebody said. ``start`` and ``end`` are the hull of the content parts.

    ``collection`` and ``published_on`` repeat the article's, for lists over millions of rows.
    ``normal_text`` is the content folded for comparison and search, ``same_words_hash`` its hash.
    """

    Kind = QuoteKind
    Act = QuoteAct

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="quotes")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=QuoteKind)
    act = models.CharField(max_length=20, choices=QuoteAct, default=QuoteAct.STATEMENT)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="nested"
    )
    speaker = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="quotes"
    )
    addressee = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cue_lemma = models.CharField(max_length=80, blank=True)
    normal_text = models.TextField(blank=True, editable=False)
    same_words_hash = models.CharField(max_length=64, blank=True, editable=False)
    withdrawal = withdrawn_by()

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ("article", "start", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end")),
                name="quote_start_before_end",
                violation_error_message="A quote ends after it starts.",
            ),
            one_of("kind", QuoteKind, name="quote_kind_known"),
            one_of("act", QuoteAct, name="quote_act_known"),
            one_of("status", Status, name="quote_status_known"),
            one_of("origin", Origin, name="quote_origin_known"),
            models.CheckConstraint(
                condition=models.Q(confidence=None)
                | (models.Q(confidence__gte=0) & models.Q(confidence__lte=1)),
                name="quote_confidence_is_probability",
                violation_error_message="A confidence lies between 0 and 1.",
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")),
                name="quote_not_its_own_parent",
                violation_error_message="A quote cannot be inside itself.",
            ),
            withdrawn_with_reason("quote_withdrawn_with_reason"),
            ExclusionConstraint(
                name="quote_top_level_no_overlap",
                expressions=[
                    (models.F("article"), RangeOperators.EQUAL),
                    (Int4Range(models.F("start"), models.F("end")), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(
                    parent=None, status__in=(Status.SUGGESTED.value, Status.CONFIRMED.value)
                ),
                violation_error_message="Another quote already stands there.",
            ),
        )
        indexes = (
            models.Index(fields=("article", "start", "id"), name="quote_in_article"),
            models.Index(
                models.F("speaker"),
                models.F("status"),
                models.F("published_on").desc(nulls_last=True),
                models.F("id").desc(),
                name="quote_statements",
            ),
            # Each list is read collection by collection along one of these, whatever the page.
            newest_first_index(name="quote_newest_first"),
            newest_first_index("speaker", name="quote_by_speaker"),
            newest_first_index(
                "addressee", name="quote_by_addressee", condition=models.Q(addressee__isnull=False)
            ),
            newest_first_index("status", name="quote_by_status"),
            newest_first_index("kind", name="quote_by_kind"),
            newest_first_index("origin", name="quote_by_origin"),
            newest_first_index("cue_lemma", name="quote_by_cue"),
            newest_first_index(name="quote_without_speaker", condition=models.Q(speaker=None)),
            models.Index(fields=("collection", "confidence"), name="quote_by_confidence"),
            models.Index(fields=("collection", "updated_at", "id"), name="quote_by_change"),
            GinIndex(SearchVector("normal_text", config="english"), name="quote_search"),
            models.Index(fields=("same_words_hash",), name="quote_same_words"),
            withdrawn_index("quote_withdrawn"),
        )

    @staticmethod
    def having(words: str) -> WordSearch:
        """Full-text search in the quoted words."""
        return WordSearch.of(SearchVector("normal_text", config="english"), words)

    def __str__(self) -> str:
        return f"Quote {self.public_id}"


class SpanRole(models.TextChoices):
    CONTENT = "content", "Content"
    SOURCE = "source", "Source"
    CUE = "cue", "Cue"


class QuoteSpan(models.Model):
    """One stretch of a quote's content, source or cue; ``exact`` is ``article.text[start:end]``."""

    Role = SpanRole

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="spans")
    role = models.CharField(max_length=10, choices=SpanRole)
    ordinal = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField()

    class Meta:
        ordering = ("quote", "role", "ordinal", "pk")
        constraints = (
            one_of("role", SpanRole, name="span_role_known"),
            models.UniqueConstraint(
                fields=("quote", "role", "ordinal"),
                name="span_once_per_place",
                violation_error_message="Two parts have the same place in order.",
            ),
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end")),
                name="span_start_before_end",
                violation_error_message="A part ends after it starts.",
            ),
            models.CheckConstraint(
                condition=models.lookups.Exact(
                    models.functions.Length("exact"), models.F("end") - models.F("start")
                ),
                name="span_exact_has_its_length",
                violation_error_message="The stored words do not fit their place.",
            ),
            ExclusionConstraint(
                name="span_content_disjoint",
                expressions=[
                    (models.F("quote"), RangeOperators.EQUAL),
                    (Int4Range(models.F("start"), models.F("end")), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(role="content"),
                violation_error_message="The parts of a quote do not overlap.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.ordinal} [{self.start}, {self.end})"


class SpeakerCandidate(models.Model):
    """A possible speaker of a quote: the digits on an editor's card."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="candidates")
    speaker = models.ForeignKey(Speaker, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(9)])
    probability = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("quote", "rank", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("quote", "rank"),
                name="candidate_rank_once",
                violation_error_message="Two candidates have the same rank.",
            ),
            models.UniqueConstraint(
                fields=("quote", "speaker"),
                name="candidate_speaker_once",
                violation_error_message="The speaker is already a candidate.",
            ),
            models.CheckConstraint(
                condition=models.Q(rank__gte=1) & models.Q(rank__lte=9),
                name="candidate_rank_is_a_digit",
                violation_error_message="A card has nine digits.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rank}: {self.speaker_id}"
