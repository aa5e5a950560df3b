"""Taking articles in: whole or not at all, once each, and the rest of the batch goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.operations.importing import import_articles
from annotations.refusals import NotVisible
from quotes.extraction.types import Skipped
from quotes.importing import ArticleInput, ReadFailure
from quotes.models import Article, ExtractionRun, Import
from quotes.operations import import_article, import_items, intake

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = pytest.mark.django_db


def states(batch: Import) -> list[str]:
    return list(batch.items.values_list("state", flat=True))


def test_an_article_is_stored_to_the_letter_and_queued(collection: Collection, editor: User):
    text = "  “E\u0301t voilà 👩‍👩‍👧,” she said.\n\n\tEnd \n"
    batch = import_articles(
        collection=collection, user=editor, items=[ArticleInput(text=text, name="a.txt")]
    )
    article = Article.objects.get()
    assert states(batch) == ["stored"]
    assert article.text == text
    assert (article.length, article.imported_by) == (len(text), editor)
    assert ExtractionRun.objects.get().state == "queued"
    assert ProcrastinateJob.objects.get().args == {
        "run_id": str(ExtractionRun.objects.get().public_id)
    }


def test_the_same_text_again_is_a_duplicate_that_names_the_first(collection: Collection):
    item = ArticleInput(text="“Snow fell,” she said.")
    first = import_items(collection=collection, items=[item])
    again = import_items(collection=collection, items=[item, item])
    assert states(again) == ["duplicate", "duplicate"]
    assert again.items.first().article == first.items.get().article
    assert ExtractionRun.objects.count() == 1


def test_the_same_text_in_another_collection_is_another_article(
    collection: Collection, outsider: User
):
    item = ArticleInput(text="“Snow fell,” she said.")
    import_items(collection=collection, items=[item])
    other = import_items(collection=outsider.memberships.get().collection, items=[item])
    assert states(other) == ["stored"]


def test_one_bad_item_leaves_nothing_and_stops_nothing(collection: Collection):
    items: list[ArticleInput | ReadFailure] = [
        ArticleInput(text="“One,” she said.", external_id="cms-1"),
        ReadFailure(name="b.pdf", reason="This is a PDF, not a text."),
        ArticleInput(text="“Two,” she said.", url="not an address"),
        ArticleInput(text="“Three,” she said.", byline="x" * 501),
        ArticleInput(text="“Four,” she said.", headline="x" * 501),
        ArticleInput(text="“Five,” she said."),
    ]
    batch = import_items(collection=collection, items=items)
    assert states(batch) == ["stored", "failed", "failed", "failed", "failed", "stored"]
    assert Article.objects.count() == ExtractionRun.objects.count() == 2
    assert ProcrastinateJob.objects.count() == 2
    messages = list(batch.items.filter(state="failed").values_list("message", flat=True))
    assert messages[0] == "This is a PDF, not a text."
    assert all(message.endswith((".", ").")) for message in messages)


@pytest.mark.parametrize("who", ["reader", "researcher"])
def test_only_editors_import(who: str, collection: Collection, request: pytest.FixtureRequest):
    with pytest.raises(PermissionDenied):
        import_articles(
            collection=collection,
            user=request.getfixturevalue(who),
            items=[ArticleInput(text="“Snow fell,” she said.")],
        )
    assert not Import.objects.exists()


def test_outsiders_see_no_collection(collection: Collection, outsider: User):
    with pytest.raises(NotVisible):
        import_articles(collection=collection, user=outsider, items=[])


@pytest.mark.parametrize(
    ("text", "skipped", "opening"),
    [
        ("“Snow fell,” she said.\n\nMore.", (), "“Snow fell,” she said."),
        ("Support us now.\n\n \nSnow fell.", (Skipped(0, 15, "appeal"),), "Snow fell."),
        ("12 May Snow fell.", (Skipped(0, 6, "metadata line"),), "Snow fell."),
        ("word " * 100, (), "word " * 17 + "word…"),
        ("Support us.", (Skipped(0, 11, "appeal"),), ""),
    ],
)
def test_a_story_without_a_headline_is_known_by_its_first_words(
    text: str, skipped: tuple[Skipped, ...], opening: str, collection: Collection
):
    article = import_article(
        collection=collection, item=ArticleInput(text=text, skipped=skipped), extract=False
    ).article
    assert article.opening == opening
    assert article.title == opening or article.title == "Article without a headline"
    assert len(article.opening) <= 90


def test_what_else_the_database_refuses_is_not_taken_for_the_same_text(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
):
    stored = import_article(
        collection=collection, item=ArticleInput(text="“Snow fell,” she said.", external_id="cms-1")
    ).article
    monkeypatch.setattr(intake, "_version_before", lambda article: None)
    with pytest.raises(IntegrityError, match="article_external_id_once_per_collection"):
        import_article(
            collection=collection,
            item=ArticleInput(text="“Rain fell,” she said.", external_id="cms-1"),
        )
    assert Article.objects.get() == stored
