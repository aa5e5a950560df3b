"""Any actions, each taken back and done again: the state is the same (case 65)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from annotations.checking import find_breaks
from annotations.models import Edit
from annotations.operations import corrections, quotes, same_words
from annotations.operations.joining import join_quotes, split_quote
from annotations.operations.placing import leave_behind, place
from annotations.operations.selections import Selection
from annotations.operations.speakers import merge_speakers, split_speaker
from annotations.operations.undoing import redo_last, undo_last
from annotations.refusals import Refusal
from quotes.models import (
    Article,
    Correction,
    Placement,
    Quote,
    SameWords,
    Speaker,
    SpeakerCandidate,
)
from tests.annotations.changed_story import decided_story, retold
from tests.factories import (
    STORY,
    make_article,
    make_correction,
    make_quote,
    make_same_words,
    make_speaker,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

# `make test-faults` asks for many more.
EXAMPLES = int(os.environ.get("FAULT_EXAMPLES", "8"))
MOVING = {"id", "version", "updated_at"}
"""What goes on with every action, an undo too."""


def facts(row: Any) -> dict[str, Any]:
    kept = [one for one in row._meta.concrete_fields if one.name not in MOVING]
    return {one.attname: one.value_from_object(row) for one in kept}


def state() -> dict[str, Any]:
    """All that is on record, by public id, with the rows that hang on it."""
    found: dict[str, Any] = {}
    for quote in Quote.objects.on_record():
        spans = quote.spans.order_by("role", "ordinal").values_list(
            "role", "ordinal", "start", "end", "exact"
        )
        found[f"quote {quote.public_id}"] = facts(quote), list(spans)
    for correction in Correction.objects.on_record():
        links = correction.links.order_by("side", "quote").values_list("side", "quote")
        found[f"correction {correction.public_id}"] = facts(correction), list(links)
    for group in SameWords.objects.on_record():
        places = group.members.order_by("quote").values_list("quote", "state")
        found[f"group {group.public_id}"] = facts(group), list(places)
    for speaker in Speaker.objects.filter(merged_into=None):
        names = speaker.names.order_by("norm", "kind").values_list("text", "norm", "kind", "place")
        cards = SpeakerCandidate.objects.filter(quote__in=Quote.objects.on_record())
        offered = cards.filter(speaker=speaker).order_by("quote")
        said = offered.values_list("quote", "rank", "probability")
        found[f"speaker {speaker.public_id}"] = facts(speaker), list(names), list(said)
    return found


@dataclass
class Desk:
    """A desk with two stories, one of which has changed, and who works there."""

    collection: Collection
    editor: User
    draw: Callable[[st.SearchStrategy[Any]], Any]
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.article = make_article(self.collection, f"{STORY}\n\nAn own notice.")
        ines, tobias = (make_speaker(self.collection, f"{n} of the board") for n in ("Ina", "Tove"))
        claim = make_quote(self.article, "“It has held for ninety winters,”", speaker=ines)
        retort = make_quote(self.article, "“It has not held since March,”", speaker=tobias)
        make_quote(self.article, "“The figure is forty million,”", speaker=ines)
        last = make_quote(self.article, "“It was always forty.”")
        for words, outer in (("winters", claim), ("always", last)):
            make_quote(self.article, words, parent=outer)
        make_correction(
            self.article,
            "correcting the minister",
            corrector=tobias,
            corrected=ines,
            claims=(claim,),
            retorts=(retort,),
        )
        make_same_words(claim, last)
        story = decided_story(self.collection, self.editor)
        retold(story, STORY.replace("since March", "since early March"))

    def one(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self.draw(st.sampled_from(found)) if found else None

    def at(self, row: Any) -> dict[str, Any]:
        return {"public_id": row.public_id, "version": row.version, "user": self.editor}

    # --- actions -----------------------------------------------------------------------

    def decide_quote(self, quote: Quote) -> None:
        act = self.draw(
            st.sampled_from((quotes.confirm_quote, quotes.reject_quote, quotes.reopen_quote))
        )
        act(**self.at(quote))

    def edit_quote(self, quote: Quote) -> None:
        end = quote.end - self.draw(st.integers(0, 9))
        part = Selection(quote.start, end, quote.article.text[quote.start : end])
        quotes.set_boundaries(**self.at(quote), content=[part])

    def say_who(self, quote: Quote) -> None:
        speaker = self.one(Speaker.objects.filter(merged_into=None))
        quotes.set_speaker(**self.at(quote), speaker_id=speaker.public_id)

    def join(self, quote: Quote) -> None:
        following = Quote.objects.live().filter(article=quote.article, start__gte=quote.end)
        other = following.order_by("start").first()
        if other is not None:
            which = {"next_id": other.public_id, "next_version": other.version}
            join_quotes(**self.at(quote), **which)

    def split(self, quote: Quote) -> None:
        text = quote.article.text
        at = text.find(" ", quote.start + 4, quote.end)
        if at > 0:
            split_quote(
                **self.at(quote), rest=Selection(at + 1, quote.end, text[at + 1 : quote.end])
            )

    def decide_correction(self, correction: Correction) -> None:
        act = self.draw(
            st.sampled_from(
                (
                    corrections.confirm_correction,
                    corrections.reject_correction,
                    corrections.reopen_correction,
                    corrections.swap_correction,
                )
            )
        )
        act(**self.at(correction))

    def merge(self, speaker: Speaker) -> None:
        other = self.one(Speaker.objects.filter(merged_into=None).exclude(pk=speaker.pk))
        if other is not None:
            merge_speakers(**self.at(speaker), into_id=other.public_id)

    def part(self, speaker: Speaker) -> None:
        articles = Article.objects.filter(quotes__speaker=speaker).values_list(
            "public_id", flat=True
        )
        chosen = sorted(set(articles))[:1]
        split_speaker(**self.at(speaker), name=f"{speaker.name} the younger", articles=chosen)

    def decide_group(self, group: SameWords) -> None:
        act = self.draw(
            st.sampled_from(
                (
                    same_words.confirm_same_words,
                    same_words.reject_same_words,
                    same_words.reopen_same_words,
                )
            )
        )
        act(**self.at(group))

    def answer(self, asked: Placement) -> None:
        self.draw(st.sampled_from((place, leave_behind)))(**self.at(asked))

    def act(self) -> bool:
        """Do something; False where it was refused or there was nothing to do."""
        name, rows = self.draw(
            st.sampled_from(
                (
                    ("decide_quote", Quote.objects.on_record()),
                    ("edit_quote", Quote.objects.live()),
                    ("say_who", Quote.objects.live()),
                    ("join", Quote.objects.live()),
                    ("split", Quote.objects.live()),
                    ("decide_correction", Correction.objects.on_record()),
                    ("merge", Speaker.objects.filter(merged_into=None)),
                    ("part", Speaker.objects.filter(merged_into=None)),
                    ("decide_group", SameWords.objects.on_record()),
                    ("answer", Placement.objects.asked()),
                )
            )
        )
        row = self.one(rows.select_related("article") if rows.model is Quote else rows)
        if row is None:
            return False
        edits = Edit.objects.count()
        try:
            with transaction.atomic():
                getattr(self, name)(row)
        except Refusal:
            return False
        self.done.append(f"{name} {row}")
        return Edit.objects.count() > edits


def the_same(now: dict[str, Any], then: dict[str, Any], what: object) -> None:
    """All that was on record is, as it was; what is more is a speaker whom nothing names."""
    for key, was in then.items():
        assert key in now, (what, key)
        for before, after in zip(was, now[key], strict=True):
            assert after == before, (what, key)
    more = [key for key in now.keys() - then.keys() if not key.startswith("speaker")]
    assert more == [], what


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    # No smaller example is looked for: each takes seconds, and what was done is told.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    deadline=None,
    print_blob=True,
)
@given(data=st.data())
def test_case_65_each_action_taken_back_leaves_the_state_before(
    collection: Collection, editor: User, data: st.DataObject
) -> None:
    with transaction.atomic():
        desk = Desk(collection, editor, data.draw)
        for _ in range(data.draw(st.integers(1, 5))):
            before, edits = state(), Edit.objects.count()
            if not desk.act():
                continue
            after, longer = state(), Edit.objects.count()
            undo_last(user=editor)
            the_same(state(), before, desk.done)
            assert Edit.objects.count() > longer > edits
            redo_last(user=editor)
            the_same(state(), after, desk.done)
            if data.draw(st.booleans()):
                undo_last(user=editor)
                the_same(state(), before, desk.done)
        assert list(find_breaks()) == []
        transaction.set_rollback(True)
