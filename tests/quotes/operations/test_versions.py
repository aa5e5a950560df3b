"""A changed story: decisions move where their words are, or wait; nothing stands twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from annotations.checking import find_breaks
from annotations.operations import quotes as editing
from annotations.operations.corrections import add_correction, confirm_correction
from annotations.operations.selections import Selection
from annotations.refusals import NotAllowedNow, NotVisible
from quotes.importing import ArticleInput
from quotes.models import Article, Correction, ExtractionRun, Import, Placement, Quote, QuoteSpan
from quotes.operations import apply_extraction, import_article, import_items
from quotes.operations.versions import PARENT_WAITS, QUOTES_WAIT, TAKEN, UNMARKED
from quotes.reanchoring import CHANGED, TWICE
from tests.annotations.changed_story import EVIDENCE, FIRST, SECOND, STORY, Story, retold
from tests.factories import make_article, make_quote
from tests.quotes.operations.test_apply_extraction import found

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = pytest.mark.django_db


def holds() -> bool:
    return not list(find_breaks())


def test_another_text_with_the_same_external_id_is_a_new_version(collection: Collection):
    first = ArticleInput(text="“Snow fell,” she said.", external_id="cms-1", url="https://a.test/1")
    second = ArticleInput(text="“Snow fell all night,” she said.", external_id="cms-1")
    older, newer = (import_article(collection=collection, item=i).article for i in (first, second))
    older.refresh_from_db()
    assert (newer.previous, newer.is_latest, older.is_latest) == (older, True, False)
    assert list(Article.objects.newest_versions()) == [newer]
    assert list(Article.objects.versions_of(older.public_id)) == [newer, older]
    third = import_article(
        collection=collection, item=ArticleInput(text="No snow.", external_id="cms-1")
    ).article
    assert list(Article.objects.versions_of(newer.public_id)) == [third, newer, older]
    assert ExtractionRun.objects.get(article=older).state == "cancelled"
    assert holds()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://a.test/wall", "https://A.test/wall?utm_source=x#top", True),
        ("https://a.test/wall", "https://a.test/quay", False),
        ("https://a.test/", "https://a.test/", False),
        ("", "", False),
    ],
)
def test_an_address_is_a_story_unless_it_is_a_front_page(
    one: str, other: str, is_same: bool, collection: Collection
):
    texts = zip(("“Snow fell,” she said.", "“Rain fell,” she said."), (one, other), strict=True)
    _, newer = [
        import_article(collection=collection, item=ArticleInput(text=text, url=url)).article
        for text, url in texts
    ]
    assert (newer.previous is not None) == is_same


def test_two_external_ids_at_one_address_are_two_stories(collection: Collection):
    for number in ("1", "2"):
        import_article(
            collection=collection,
            item=ArticleInput(
                text=f"Live, entry {number}.", external_id=number, url="https://a.test/live"
            ),
        )
    assert Article.objects.newest_versions().count() == 2


def test_a_story_that_turned_back_says_so(collection: Collection):
    texts = ("“Snow fell,” she said.", "“Rain fell,” she said.", "“Snow fell,” she said.")
    items = [ArticleInput(text=text, external_id="cms-1") for text in texts]
    batch: Import = import_items(collection=collection, items=items)
    report = list(batch.items.values_list("state", "message"))
    assert report[1] == ("stored", "A new version of a story that was here.")
    assert report[2] == ("duplicate", "It is an older version of its story; the newest stays.")


def test_what_was_decided_moves_with_its_words_and_the_rest_is_read_afresh(story: Story):
    untouched = make_quote(story.article, "“The figure is forty million,”")
    newer = retold(story, STORY.replace("“", '"').replace("”", '"').replace("Ms Adair", "Adair"))
    story.refresh()
    for quote, words in ((story.claim, FIRST), (story.retort, SECOND)):
        assert (quote.article, quote.status, quote.version) == (newer, "confirmed", 3)
        content = QuoteSpan.objects.get(quote=quote, role="content")
        straight = words.replace("“", '"').replace("”", '"')
        assert newer.text[quote.start : quote.end] == content.exact == straight
    assert (story.correction.article, story.correction.status) == (newer, "confirmed")
    assert newer.text[story.correction.start : story.correction.end] == EVIDENCE
    untouched.refresh_from_db()
    assert (untouched.article, untouched.status) == (story.article, "replaced")
    assert set(Placement.objects.values_list("state", flat=True)) == {"moved"}
    assert Quote.objects.on_record().filter(article=story.article).count() == 0
    assert holds()


def test_changed_words_wait_off_the_record_with_what_stands_on_them(story: Story):
    newer = retold(story, STORY.replace("since March", "since early March"))
    story.refresh()
    why = dict(Placement.objects.asked().values_list("why", "status"))
    assert why == {CHANGED: "confirmed", QUOTES_WAIT: "confirmed"}
    assert (story.claim.article, story.retort.article) == (newer, story.article)
    assert {story.retort.status, story.correction.status} == {"replaced"}
    offer = Placement.objects.get(quote=story.retort).offer["content"]
    assert [newer.text[start:end] for start, end in offer] == [
        "“It has not held since early March,”"
    ]
    assert holds()


def test_words_that_stand_twice_wait(story: Story):
    retold(story, f"{STORY}\n\nIn brief\n\n{STORY}")
    assert set(Placement.objects.values_list("why", flat=True)) >= {TWICE}
    assert not Placement.objects.filter(state="moved").exists()


def test_what_was_refused_is_no_question_where_its_words_are_gone(
    collection: Collection, editor: User
):
    article = make_article(collection, STORY, external_id="cms-7")
    quote = make_quote(article, FIRST)
    editing.reject_quote(public_id=quote.public_id, version=1, user=editor)
    import_article(
        collection=collection,
        item=ArticleInput(text="Snow fell on the hills.", external_id="cms-7"),
    )
    assert Placement.objects.get().state == "gone"
    assert holds()


def test_a_refused_quote_that_moved_is_not_suggested_again(collection: Collection, editor: User):
    article = make_article(collection, STORY, external_id="cms-7")
    run = ExtractionRun.objects.create(article=article)
    from tests.quotes.operations.test_apply_extraction import attribution

    apply_extraction(
        run=run, extraction=found(article, attribution(article, FIRST, cue="said", speaker=0))
    )
    quote = Quote.objects.get()
    editing.reject_quote(public_id=quote.public_id, version=quote.version, user=editor)
    text = f"Updated at noon with a word from the board, after a long night.\n\n{STORY}"
    newer = import_article(
        collection=collection, item=ArticleInput(text=text, external_id="cms-7")
    ).article
    again = ExtractionRun.objects.get(article=newer)
    apply_extraction(
        run=again, extraction=found(newer, attribution(newer, FIRST, cue="said", speaker=0))
    )
    assert list(Quote.objects.on_record().values_list("status", "article")) == [
        ("rejected", newer.pk)
    ]
    assert holds()


def test_a_quote_inside_another_goes_where_that_one_goes(collection: Collection, editor: User):
    text = "“She told me ‘never again’ and laughed at the whole of it,” Mr Vale said on Monday."
    article = make_article(collection, text, external_id="cms-8")
    outer = make_quote(article, text[: text.index(" Mr Vale")], status="confirmed")
    inner = make_quote(article, "‘never again’", status="confirmed", parent=outer)
    import_article(
        collection=collection,
        item=ArticleInput(text=text.replace("the whole of it", "all of it"), external_id="cms-8"),
    )
    assert Placement.objects.get(quote=inner).why == PARENT_WAITS
    assert Placement.objects.get(quote=outer).why == CHANGED


def test_what_waits_is_looked_for_again_in_the_version_after(story: Story):
    retold(story, STORY.replace("since March", "since early March"))
    newest = retold(story, STORY.replace("Tobias Wrenfield told", "Tobias Wrenfield told us and"))
    story.refresh()
    assert not Placement.objects.asked().filter(quote=story.retort).exists()
    assert {story.claim.article, story.retort.article} == {newest}
    assert holds()


def test_an_older_version_takes_no_decision(story: Story, editor: User):
    open_quote = make_quote(story.article, "“The figure is forty million,”")
    retold(story, f"{STORY}\n\nMore follows.")
    with pytest.raises(NotAllowedNow, match="story has changed"):
        editing.confirm_quote(public_id=open_quote.public_id, version=1, user=editor)
    with pytest.raises(NotAllowedNow, match="story has changed"):
        editing.add_quote(article_id=story.article.public_id, user=editor, content=[])
    with pytest.raises(NotVisible):
        confirm_correction(public_id=open_quote.public_id, version=1, user=editor)


def test_a_run_that_ends_after_the_story_changed_leaves_nothing(story: Story):
    run = ExtractionRun.objects.create(article=story.article, state="running")
    retold(story, f"{STORY}\n\nMore follows.")
    apply_extraction(run=run, extraction=found(story.article))
    assert run.state == "cancelled"
    assert Correction.objects.on_record().filter(article=story.article).count() == 0


def test_the_report_of_an_import_says_what_moved_and_what_waits(story: Story):
    collection = story.article.collection
    texts = (f"{STORY}\n\nMore follows.", STORY.replace("since March", "since early March"))
    batch = import_items(
        collection=collection,
        items=[ArticleInput(text=text, external_id="cms-42") for text in texts],
    )
    assert list(batch.items.values_list("message", flat=True)) == [
        "A new version of a story that was here: 3 decisions moved along.",
        "A new version of a story that was here: 1 decision moved along, 2 to be placed by you.",
    ]


def test_words_that_lost_their_marks_wait(collection: Collection, editor: User):
    article = make_article(collection, STORY, external_id="cms-7")
    quote = make_quote(article, "ninety winters")
    editing.confirm_quote(public_id=quote.public_id, version=1, user=editor)
    text = STORY.replace(FIRST, FIRST.strip("“”"))
    newer = import_article(
        collection=collection, item=ArticleInput(text=text, external_id="cms-7"), extract=False
    ).article
    asked = Placement.objects.get()
    assert (asked.state, asked.why) == ("asked", UNMARKED)
    ((start, end),) = asked.offer["content"]
    assert newer.text[start:end] == "ninety winters"
    quote.refresh_from_db()
    assert (quote.article, quote.status) == (article, "replaced")
    assert holds()


def test_what_people_added_moves_with_its_words_inside_and_out(story: Story, editor: User):
    def selected(words: str) -> Selection:
        start = story.article.text.index(words)
        return Selection(start, start + len(words), words)

    where = {"article_id": story.article.public_id, "user": editor}
    inner = editing.add_quote(**where, content=[selected("ninety winters")])
    assert inner.parent == story.claim
    correction = add_correction(
        **where,
        evidence=selected("It was always forty."),
        corrector_id=story.claim.speaker.public_id,
    )
    newer = retold(story, f"Updated at noon.\n\n{STORY}")
    inner.refresh_from_db()
    correction.refresh_from_db()
    assert (inner.article, inner.parent, inner.suggestion) == (newer, story.claim, None)
    assert newer.text[inner.start : inner.end] == "ninety winters"
    assert (correction.article, correction.suggestion) == (newer, None)
    assert newer.text[correction.start : correction.end] == "It was always forty."
    assert set(Placement.objects.values_list("state", flat=True)) == {"moved"}
    assert holds()


def test_a_quote_whose_words_left_the_quote_around_it_waits(collection: Collection):
    said = "“The wall will stand for all of our lifetimes,” the minister told the town."
    read = "She read ‘no stone of it will ever be moved’ from a letter of her own."
    went_on = "“And so will the quay, as long as there are ships,” the minister went on."
    article = make_article(collection, f"{said}\n\n{read}\n\n{went_on}", external_id="cms-9")
    parts = [words[: words.index("”") + 1] for words in (said, went_on)]
    outer = make_quote(article, *parts, status="confirmed")
    inner = make_quote(
        article, "‘no stone of it will ever be moved’", status="confirmed", parent=outer
    )
    text = f"{said}\n\n{went_on}\n\n{read}"
    newer = import_article(
        collection=collection, item=ArticleInput(text=text, external_id="cms-9"), extract=False
    ).article
    outer.refresh_from_db()
    inner.refresh_from_db()
    assert (outer.article, outer.status) == (newer, "confirmed")
    assert (inner.article, inner.status) == (article, "replaced")
    assert Placement.objects.get(quote=inner).why == CHANGED
    assert holds()


def test_of_two_decisions_on_the_same_words_the_later_waits(story: Story, editor: User):
    between = retold(story, STORY.replace("Tobias Wrenfield told", "A man of theirs told"))
    assert Placement.objects.asked().filter(quote=story.retort).exists()
    start = between.text.index(SECOND)
    added = editing.add_quote(
        article_id=between.public_id,
        user=editor,
        content=[Selection(start, start + len(SECOND), SECOND)],
    )
    newest = retold(story, f"{STORY}\n\nMore follows.")
    story.refresh()
    added.refresh_from_db()
    assert (story.retort.article, story.retort.status) == (newest, "confirmed")
    assert (added.article, added.status) == (between, "replaced")
    assert Placement.objects.asked().get().why == TAKEN
    assert holds()


def test_what_was_refused_and_waits_is_no_question_once_its_words_are_gone(
    collection: Collection, editor: User
):
    article = make_article(collection, STORY, external_id="cms-7")
    quote = make_quote(article, FIRST)
    editing.reject_quote(public_id=quote.public_id, version=1, user=editor)
    texts = (f"{STORY}\n\nIn brief\n\n{STORY}", "Snow fell on the hills.")
    states = []
    for text in texts:
        newer = import_article(
            collection=collection, item=ArticleInput(text=text, external_id="cms-7"), extract=False
        ).article
        placement = Placement.objects.get()
        quote.refresh_from_db()
        assert (placement.newer, placement.version) == (newer, quote.version)
        states.append(placement.state)
    assert states == ["asked", "gone"]
    assert (quote.article, quote.status) == (article, "replaced")
    assert holds()
