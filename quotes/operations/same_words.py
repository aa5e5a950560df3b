"""Finding quotes that give the same words: by runs of words, along an index, so much and no more.

A quote is looked up by each four words in a row that it has; of each, the newest few quotes that
have them too are read, and the best few of these are compared. The work depends on the length of
what came in, never on how much is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from quotes.comparing import Likeness, Words, compare, shingles, words_of
from quotes.models import (
    Article,
    Quote,
    QuoteShingle,
    QuoteSpan,
    SameWords,
    SameWordsQuote,
)
from quotes.models.quote import QuoteQuerySet

READ_PER_RUN: Final = 20
COMPARED: Final = 10
LARGEST: Final = 200
"""Quotes in a group that the machine adds to; people may go beyond."""

LOCK: Final = 7_204_193
ORDER: Final = ("same", "contained", "near")
State = SameWordsQuote.State


def lock_same_words(collection_id: int) -> None:
    """Be alone with a collection's groups until the transaction ends.

    Otherwise two articles at once would each miss the other's quotes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, collection_id])


@transaction.atomic
def find_same_words(*, article: Article, only: Quote | None = None) -> int:
    """Suggest groups for the article's quotes whose words are new; give how many these are.

    ``only`` is the one quote that has changed. Done twice it changes nothing. Groups and places
    that a person has decided stay as they are.
    """
    lock_same_words(article.collection_id)
    rows = Quote.objects.filter(article=article) if only is None else _one(only)
    indexed = QuoteShingle.objects.filter(quote__in=rows)
    live = list(rows.live().shown().in_reading_order())
    changed, fresh = _index(article.collection_id, indexed, live)
    _leave(changed)
    if fresh:
        _Groups(article.collection_id, fresh).suggest()
    return len(fresh)


def loosest(relations: Iterable[str]) -> str:
    """The relation that holds for all of these."""
    return max(relations, key=ORDER.index, default="same")


def words_by_quote(quotes: Sequence[Quote]) -> dict[int, Words]:
    """Quotes as they are compared, by primary key; one statement for the words between marks."""
    parts: dict[int, list[str]] = defaultdict(list)
    content = QuoteSpan.objects.filter(quote__in=quotes, role=QuoteSpan.Role.CONTENT)
    for pk, exact in content.order_by("quote", "ordinal").values_list("quote_id", "exact"):
        parts[pk].append(exact)
    return {
        quote.pk: words_of(
            quote.normal_text,
            parts[quote.pk] if quote.kind != Quote.Kind.INDIRECT else (),
            quote.speaker_id,
        )
        for quote in quotes
    }


def _one(quote: Quote) -> QuoteQuerySet:
    rows: QuoteQuerySet = Quote.objects.filter(pk=quote.pk)
    return rows


def _index(
    collection_id: int, indexed: QuerySet[QuoteShingle], live: Sequence[Quote]
) -> tuple[set[int], list[Quote]]:
    """Write the runs of the quotes that have others now; give all of these, and what is to find.

    What is unchanged is neither written nor looked for again.
    """
    stored: dict[int, set[int]] = defaultdict(set)
    for pk, shingle in indexed.values_list("quote_id", "shingle"):
        stored[pk].add(shingle)
    wanted = {q.pk: set(shingles(q.normal_text, collection_id)) for q in live}
    known = stored.keys() | wanted.keys()
    changed = {pk for pk in known if stored.get(pk, set()) != wanted.get(pk, set())}
    QuoteShingle.objects.filter(quote__in=changed).delete()
    QuoteShingle.objects.bulk_create(
        QuoteShingle(shingle=shingle, quote_id=pk)
        for pk in sorted(changed)
        for shingle in sorted(wanted.get(pk, ()))
    )
    return changed, [quote for quote in live if quote.pk in changed and wanted[quote.pk]]


def _leave(quotes: Several[int]) -> None:
    """Take quotes with other words, or none left, out of places where nobody has put them."""
    places = SameWordsQuote.objects.filter(quote__in=quotes, state=State.SUGGESTED)
    left = set(places.values_list("group_id", flat=True))
    places.delete()
    dissolve_small_groups(left)


def dissolve_small_groups(groups: Several[int]) -> None:
    """Remove suggested groups that nobody has touched and that are none any more."""
    n_members = Count("members", filter=Q(members__state__in=(State.SUGGESTED, State.CONFIRMED)))
    untouched = SameWords.objects.filter(pk__in=groups, touched=False, status="suggested")
    small = untouched.annotate(n=n_members).filter(n__lt=2)
    SameWords.objects.filter(pk__in=[group.pk for group in small]).delete()
    for group in untouched.exclude(members=None):
        settle(group)
        group.save(update_fields=("fullest", "relation", "updated_at"))


def settle(group: SameWords) -> None:
    """Set the fullest version and the relation from the quotes in the group; saves nothing."""
    rows = Quote.objects.live().filter(
        same_words_places__group=group, same_words_places__state__in=("suggested", "confirmed")
    )
    quotes = list(rows.select_related("article").defer("article__text").order_by("pk"))
    if not quotes:
        return
    words = words_by_quote(quotes)
    group.fullest = max(quotes, key=lambda quote: (len(words[quote.pk].all), -quote.pk))
    full = words[group.fullest.pk]
    others = [compare(full, words[quote.pk]) for quote in quotes if quote != group.fullest]
    group.relation = loosest(found.relation if found else "near" for found in others)


@dataclass(slots=True)
class _Group:
    """A group as the search needs it."""

    row: SameWords
    members: set[int] = field(default_factory=set)


class _Groups:
    """The search for fresh quotes' likes, and the groups that it makes or adds to."""

    def __init__(self, collection_id: int, fresh: Sequence[Quote]) -> None:
        self.collection_id = collection_id
        self.fresh = fresh
        self.near = self._candidates()
        ids = {pk for found in self.near.values() for pk in found}
        others = Quote.objects.live().shown().filter(pk__in=ids - {quote.pk for quote in fresh})
        self.quotes = {quote.pk: quote for quote in (*fresh, *others)}
        self.group_of: dict[int, _Group] = {}
        self.refused: dict[int, set[int]] = defaultdict(set)
        self._read_groups()
        self.words = words_by_quote(list(self.quotes.values()))
        self.added: dict[int, list[int]] = defaultdict(list)

    def suggest(self) -> None:
        """Put each fresh quote into the group of its best match, or begin one with it."""
        for quote in self.fresh:
            if quote.pk in self.group_of:
                continue
            for other, _ in self._likenesses(quote):
                if self._together(quote.pk, other):
                    break
        self._save()

    def _candidates(self) -> Mapping[int, list[int]]:
        """For each fresh quote those that share most runs with it."""
        pairs = [
            (quote.pk, shingle)
            for quote in self.fresh
            for shingle in shingles(quote.normal_text, self.collection_id)
        ]
        found: dict[int, list[int]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT fresh, other FROM (
                    SELECT run.quote_id AS fresh, same.quote_id AS other,
                        row_number() OVER (
                            PARTITION BY run.quote_id ORDER BY count(*) DESC, same.quote_id DESC
                        ) AS rank
                    FROM unnest(%s::bigint[], %s::bigint[]) run(quote_id, shingle)
                    CROSS JOIN LATERAL (
                        SELECT s.quote_id FROM quotes_quoteshingle s
                        WHERE s.shingle = run.shingle AND s.quote_id <> run.quote_id
                        ORDER BY s.quote_id DESC LIMIT %s
                    ) same
                    GROUP BY run.quote_id, same.quote_id
                ) ranked WHERE rank <= %s ORDER BY fresh, rank
                """,
                [[pk for pk, _ in pairs], [s for _, s in pairs], READ_PER_RUN, COMPARED],
            )
            for fresh, other in cursor.fetchall():
                found[fresh].append(other)
        return found

    def _read_groups(self) -> None:
        places = SameWordsQuote.objects.filter(quote__in=list(self.quotes))
        groups: dict[int, _Group] = {}
        rows = SameWords.objects.filter(pk__in=places.values("group_id"))
        for row in rows.select_related("fullest"):
            groups[row.pk] = _Group(row)
            self.quotes.setdefault(row.fullest_id, row.fullest)
        inside = SameWordsQuote.objects.members().filter(group__in=list(groups))
        for group_id, quote_id in inside.values_list("group_id", "quote_id"):
            groups[group_id].members.add(quote_id)
        for place in places:
            if place.state in (State.SUGGESTED, State.CONFIRMED):
                self.group_of[place.quote_id] = groups[place.group_id]
            else:
                self.refused[place.quote_id].add(place.group_id)

    def _likenesses(self, quote: Quote) -> list[tuple[int, Likeness]]:
        """The quotes that give the same words as this one, the most alike first."""
        found = []
        for pk in self.near.get(quote.pk, ()):
            other = self.quotes.get(pk)
            if other is None or _overlap(quote, other):
                continue
            likeness = compare(self.words[quote.pk], self.words[pk])
            if likeness is not None:
                found.append((pk, likeness))
        return sorted(found, key=lambda x: (ORDER.index(x[1].relation), -x[1].strength, x[0]))

    def _together(self, fresh: int, other: int) -> bool:
        """Say that the two belong together, unless a person has said otherwise."""
        # Both out of one group, or one out of the other's: somebody has decided that.
        if self.refused[fresh] & self.refused[other]:
            return False
        group = self.group_of.get(other)
        if group is None:
            self._begin(fresh, other)
            return True
        if group.row.pk in self.refused[fresh] or len(group.members) >= LARGEST:
            return False
        full = group.row.fullest_id
        likeness = compare(self.words[fresh], self.words[full])
        if likeness is None or _overlap(self.quotes[fresh], self.quotes[full]):
            return False  # like one version of it only, and by other words
        self._add(group, fresh, likeness)
        return True

    def _begin(self, fresh: int, other: int) -> None:
        likeness = compare(self.words[fresh], self.words[other])
        assert likeness is not None  # noqa: S101 - only likes are put together
        fullest = max((fresh, other), key=lambda pk: (len(self.words[pk].all), -pk))
        row = SameWords.objects.create(
            collection_id=self.collection_id,
            relation=likeness.relation,
            fullest=self.quotes[fullest],
            rule="runs of words",
        )
        group = _Group(row)
        for pk in (fresh, other):
            group.members.add(pk)
            self.group_of[pk] = group
            self.added[row.pk].append(pk)

    def _add(self, group: _Group, fresh: int, likeness: Likeness) -> None:
        group.members.add(fresh)
        self.group_of[fresh] = group
        self.added[group.row.pk].append(fresh)
        if group.row.touched:
            return
        group.row.relation = loosest((group.row.relation, likeness.relation))
        if len(self.words[fresh].all) > len(self.words[group.row.fullest_id].all):
            group.row.fullest = self.quotes[fresh]
        group.row.save(update_fields=("relation", "fullest", "updated_at"))

    def _save(self) -> None:
        SameWordsQuote.objects.bulk_create(
            SameWordsQuote(group_id=group, quote_id=quote)
            for group, quotes in self.added.items()
            for quote in quotes
        )


def _overlap(a: Quote, b: Quote) -> bool:
    """A quote inside another gives its words anyway."""
    return a.article_id == b.article_id and a.start < b.end and b.start < a.end
