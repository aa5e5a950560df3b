"""Same words: quotes that give the same words, inside an article and across articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject

from quotes.models.base import one_of
from quotes.models.collection import Collection
from quotes.models.quote import Quote, QuoteQuerySet, QuoteSpan, SpanRole
from quotes.models.speaker import Origin
from quotes.models.suggestion import LIVE_STATES, Status, Suggestion, SuggestionQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from quotes.models.article import Article


class MemberState(models.TextChoices):
    """Where a quote stands in a group."""

    SUGGESTED = "suggested", "Suggested"
    CONFIRMED = "confirmed", "Confirmed"
    OUT = "out", "Taken out"
    ASIDE = "aside", "Aside with its group"
    """The group was rejected: the quote is free for another one."""


MEMBERS = (MemberState.SUGGESTED, MemberState.CONFIRMED)


class SameWordsQuerySet(SuggestionQuerySet):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.filter(collection__in=Collection.objects.readable_by(user))

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_display(self) -> Self:
        """With the fullest version, its words part by part, its article and its speaker."""
        spans = QuoteSpan.objects.filter(quote=models.OuterRef("fullest"), role=SpanRole.CONTENT)
        with_words = self.annotate(words=ArraySubquery(spans.order_by("ordinal").values("exact")))
        return with_words.select_related(
            "decided_by", "fullest__article", "fullest__speaker", "run"
        ).defer("fullest__article__text", "fullest__article__search_vector")

    def with_versions(self) -> Self:
        """Add ``versions``: ``[{id, state, outlet, speaker}]`` of the live quotes, oldest first."""
        members = SameWordsQuote.objects.shown().filter(group=models.OuterRef("pk"))
        return self.annotate(
            versions=ArraySubquery(
                members.in_order().values(
                    json=JSONObject(
                        id="quote__public_id",
                        state="state",
                        article="quote__article_id",
                        outlet="quote__article__outlet",
                        speaker="quote__speaker__name",
                    )
                )
            )
        )


class SameWordsRelation(models.TextChoices):
    """The loosest relation of any version to the fullest one."""

    SAME = "same", "The same words"
    CONTAINED = "contained", "Part of the words"
    NEAR = "near", "Nearly the same words"


class SameWords(Suggestion):
    """A group of quotes of one collection; ``fullest`` is the version with the most words."""

    Relation = SameWordsRelation

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=20, choices=SameWordsRelation)
    fullest = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="+")
    quotes = models.ManyToManyField(Quote, through="SameWordsQuote", related_name="same_words")

    objects = SameWordsQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("relation", SameWordsRelation, name="same_words_relation_known"),
            one_of("status", Status, name="same_words_status_known"),
            one_of("origin", Origin, name="same_words_origin_known"),
        )
        indexes = (
            models.Index(fields=("collection", "status", "-id"), name="same_words_by_status"),
        )

    def __str__(self) -> str:
        return f"Same words {self.public_id}"

    @property
    def article(self) -> Article:
        """Where its history is told: the article of the fullest version."""
        return self.fullest.article


class SameWordsQuoteQuerySet(models.QuerySet["SameWordsQuote"]):
    def members(self) -> Self:
        """Not taken out, nor aside with a rejected group."""
        return self.filter(state__in=MEMBERS)

    def shown(self) -> Self:
        """Members that are live quotes: those of a rejected group are shown with it."""
        return self.exclude(state=MemberState.OUT).filter(quote__status__in=LIVE_STATES)

    def in_order(self) -> Self:
        return self.order_by(
            models.F("quote__published_on").asc(nulls_last=True), "quote__start", "quote_id"
        )


class SameWordsQuote(models.Model):
    """A quote's place in a group. What a person took out is never suggested for it again."""

    State = MemberState

    group = models.ForeignKey(SameWords, on_delete=models.CASCADE, related_name="members")
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="same_words_places")
    state = models.CharField(max_length=20, choices=MemberState, default=MemberState.SUGGESTED)

    objects = SameWordsQuoteQuerySet.as_manager()

    class Meta:
        ordering = ("group", "quote", "pk")
        constraints = (
            one_of("state", MemberState, name="same_words_state_known"),
            models.UniqueConstraint(
                fields=("group", "quote"),
                name="same_words_quote_once",
                violation_error_message="The quote is in this group already.",
            ),
            models.UniqueConstraint(
                fields=("quote",),
                condition=models.Q(state__in=("suggested", "confirmed")),
                name="same_words_one_group",
                violation_error_message="That quote stands in another group of same words: "
                "take it out there first.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quote_id} in {self.group_id}: {self.state}"


class QuoteShingle(models.Model):
    """Four words in a row of a quote, as a number: how quotes with the same words are found.

    Written by the machine from ``Quote.normal_text``, read along the primary key only.
    """

    pk = models.CompositePrimaryKey("shingle", "quote_id")
    shingle = models.BigIntegerField()
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("shingle", "quote_id")

    def __str__(self) -> str:
        return f"{self.shingle} in {self.quote_id}"


def with_same_words(rows: QuoteQuerySet) -> QuoteQuerySet:
    """Add ``elsewhere`` to quotes: ``[{id, n}]`` of the live group each stands in, if any."""
    members = SameWordsQuote.objects.shown().filter(group=models.OuterRef("group")).order_by()
    n = members.values("group").annotate(n=models.Count("pk")).values("n")
    mine = (
        SameWordsQuote.objects.members()
        .filter(quote=models.OuterRef("pk"), group__status__in=LIVE_STATES)
        .order_by("pk")
        .annotate(n=models.Subquery(n))
        .filter(n__gte=2)
    )
    return rows.annotate(
        elsewhere=ArraySubquery(mine.values(json=JSONObject(id="group__public_id", n="n")))
    )
