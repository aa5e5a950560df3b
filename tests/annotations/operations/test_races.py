"""Two people at once, with real connections: nobody's work is lost, nothing is half done."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from annotations.checking import find_breaks
from annotations.models import Edit
from annotations.operations import quotes as operations
from annotations.operations.corrections import confirm_correction, set_correction_people
from annotations.operations.placing import place
from annotations.operations.selections import Selection
from annotations.operations.speakers import merge_speakers
from annotations.refusals import Invalid, NotAllowedNow, StaleVersion
from quotes.importing import ArticleInput
from quotes.models import Article, ExtractionRun, Import, Placement, Quote, QuoteSpan
from quotes.operations import apply_extraction, import_article, import_items
from tests.annotations.changed_story import decided_story, retold
from tests.at_once import at_once
from tests.factories import STORY, make_article, make_correction, make_quote, make_speaker
from tests.quotes.operations.test_apply_extraction import found, the_usual

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from quotes.models import Collection, Correction, Speaker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_case_1_the_second_of_two_savers_is_told(article: Article, editor: User, colleague: User):
    quote = make_quote(article)
    for round_ in range(5):
        version = 1 + round_
        results = at_once(
            *(
                lambda user=user: operations.set_note(
                    public_id=quote.public_id,
                    version=version,  # noqa: B023 used within the round
                    user=user,
                    note=f"{user.username} {version}",  # noqa: B023
                )
                for user in (editor, colleague)
            )
        )
        lost = [result for result in results if isinstance(result, StaleVersion)]
        assert len(lost) == 1
        assert lost[0].current.version == version + 1
    quote.refresh_from_db()
    assert quote.version == 6
    assert list(Edit.objects.order_by("pk").values_list("version", flat=True)) == [2, 3, 4, 5, 6]


def test_case_4_a_double_click_is_one_decision(article: Article, editor: User):
    quote = make_quote(article)
    results = at_once(
        *(
            lambda: operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
            for _ in range(4)
        )
    )
    assert all(isinstance(result, Quote) for result in results)
    assert Edit.objects.count() == 1


def test_two_writers_cannot_both_put_a_quote_there(article: Article, editor: User, colleague: User):
    words = "the harbour wall would stand"
    start = article.text.index(words)
    wide = Selection(start, start + len(words), words)
    narrow = Selection(start + 4, start + len(words), words[4:])
    results = at_once(
        lambda: operations.add_quote(article_id=article.public_id, user=editor, content=[wide]),
        lambda: operations.add_quote(
            article_id=article.public_id, user=colleague, content=[narrow]
        ),
    )
    stored = [result for result in results if isinstance(result, Quote)]
    refused = [result for result in results if isinstance(result, Invalid)]
    live = Quote.objects.live()
    # The narrow one may come second and then lies inside the wide one: a quote in a quote.
    assert len(stored) + len(refused) == 2
    assert live.top_level().count() == 1
    assert live.count() == len(stored)
    assert QuoteSpan.objects.count() == len(stored)
    assert Edit.objects.count() == len(stored)


def test_case_9_a_decision_wins_over_a_run(article: Article, editor: User):
    apply_extraction(
        run=ExtractionRun.objects.create(article=article),
        extraction=found(article, *the_usual(article)),
    )
    for quote in Quote.objects.all():
        run = ExtractionRun.objects.create(article=article)
        version = quote.version
        confirmed, _ = at_once(
            lambda: operations.confirm_quote(
                public_id=quote.public_id,  # noqa: B023 used within the round
                version=version,  # noqa: B023
                user=editor,
            ),
            lambda: apply_extraction(run=run, extraction=found(article)),  # noqa: B023
        )
        quote.refresh_from_db()
        if isinstance(confirmed, Quote):
            assert quote.status == "confirmed"
        else:
            # The run was first: the suggestion had left the record, and the editor was told.
            assert quote.status == "replaced"
            assert not quote.touched


def test_case_55_the_same_file_at_once_is_stored_once(collection: Collection, editor: User):
    item = ArticleInput(text="“Snow fell,” she said.", name="snow.txt")
    at_once(
        *(lambda: import_items(collection=collection, items=[item], user=editor) for _ in range(4))
    )
    assert Article.objects.filter(text=item.text).count() == 1
    assert Import.objects.count() == 4
    states = sorted(Import.objects.values_list("items__state", flat=True))
    assert states == ["duplicate", "duplicate", "duplicate", "stored"]


def test_two_runs_make_a_speaker_once(collection: Collection):
    articles = [
        import_article(
            collection=collection,
            item=ArticleInput(
                text=make_story(number),
            ),
            extract=False,
        ).article
        for number in range(4)
    ]
    results = at_once(
        *(
            lambda article=article: apply_extraction(
                run=ExtractionRun.objects.create(article=article),
                extraction=found(article, *the_usual(article)),
            )
            for article in articles
        )
    )
    assert [r for r in results if isinstance(r, Exception)] == []
    assert collection.speakers.filter(name="Ines Adair").count() == 1


def make_story(number: int) -> str:
    from tests.factories import STORY

    return f"{STORY}\n\nEdition {number}."


def test_a_speaker_is_not_lost_between_two_decisions(
    article: Article, editor: User, colleague: User
):
    adair = make_speaker(article.collection, "Ines Adair")
    wrenfield = make_speaker(article.collection, "Tobias Wrenfield")
    quote = make_quote(article, speaker=adair)
    results = at_once(
        lambda: operations.set_speaker(
            public_id=quote.public_id, version=1, user=editor, speaker_id=wrenfield.public_id
        ),
        lambda: operations.confirm_quote(public_id=quote.public_id, version=1, user=colleague),
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 1
    quote.refresh_from_db()
    edit = Edit.objects.get()
    assert edit.after["speaker"] == str(quote.speaker.public_id)


def test_a_correction_and_its_quote_decided_at_once_agree(
    article: Article, editor: User, colleague: User
):
    adair = make_speaker(article.collection, "Ines Adair")
    wrenfield = make_speaker(article.collection, "Tobias Wrenfield")
    words = ("the harbour wall", "ninety winters", "since March", "forty million")
    for claim in [make_quote(article, word, speaker=adair) for word in words]:
        correction = make_correction(
            article,
            "correcting the minister",
            corrector=wrenfield,
            corrected=adair,
            claims=(claim,),
        )
        at_once(
            lambda correction=correction: confirm_correction(
                public_id=correction.public_id, version=1, user=editor
            ),
            lambda claim=claim: operations.set_speaker(
                public_id=claim.public_id,
                version=1,
                user=colleague,
                speaker_id=wrenfield.public_id,
            ),
        )
        assert list(find_breaks()) == []


def test_case_8_a_merge_and_those_who_name_the_speaker_at_the_same_moment(
    collection: Collection, editor: User, colleague: User
):
    """Whoever comes second: nothing points to the merged speaker."""
    for number in range(5):
        article = make_article(collection)
        old = make_speaker(collection, f"Ms Adair {number}")
        new = make_speaker(collection, f"Ines Adair {number}")
        quote, other = make_quote(article), make_quote(article, "“It was always forty.”")
        correction = make_correction(article, "correcting the minister")
        merged, *_ = at_once(
            lambda old=old, new=new: merge_speakers(
                public_id=old.public_id, version=1, user=editor, into_id=new.public_id
            ),
            lambda quote=quote, old=old: operations.set_speaker(
                public_id=quote.public_id, version=1, user=colleague, speaker_id=old.public_id
            ),
            lambda other=other, old=old: operations.set_speaker(
                public_id=other.public_id, version=1, user=colleague, speaker_id=old.public_id
            ),
            lambda correction=correction, old=old: set_correction_people(
                public_id=correction.public_id,
                version=1,
                user=colleague,
                corrector_id=old.public_id,
                corrected_id=None,
            ),
        )
        assert merged == new
        assert not Quote.objects.filter(speaker=old).exists()
    assert list(find_breaks()) == []


def test_a_decision_is_kept_whichever_comes_first_it_or_the_changed_story(
    collection: Collection, editor: User
):
    for round_ in range(6):
        text = f"{STORY}\n\nNotice {round_}."
        article = make_article(collection, text, external_id=f"cms-{round_}")
        quote = make_quote(article)
        changed = ArticleInput(text=f"Updated.\n\n{text}", external_id=f"cms-{round_}")
        confirmed, imported = at_once(
            lambda: operations.confirm_quote(public_id=quote.public_id, version=1, user=editor),  # noqa: B023 used within the round
            lambda: import_article(collection=collection, item=changed, extract=False),  # noqa: B023
        )
        assert not isinstance(imported, Exception), imported
        quote.refresh_from_db()
        if isinstance(confirmed, NotAllowedNow):
            assert (quote.status, quote.article) == ("replaced", article)
        else:
            assert confirmed.pk == quote.pk
            assert (quote.status, quote.article) == ("confirmed", imported.article)
    assert list(find_breaks()) == []


def test_a_decision_that_waited_while_its_quote_moved_is_to_look_again(
    collection: Collection, editor: User, colleague: User
):
    story = decided_story(collection, editor)
    moved = threading.Event()

    def tell_again() -> Article:
        with transaction.atomic():
            newer = retold(story, f"Updated.\n\n{story.article.text}")
            moved.set()
            wait_for_somebody_to_wait()
        return newer

    def flag() -> Quote:
        assert moved.wait(timeout=30)
        return operations.flag_quote(
            public_id=story.retort.public_id,
            version=story.retort.version,
            user=colleague,
            flagged=True,
        )

    newer, refused = at_once(tell_again, flag)
    assert isinstance(refused, StaleVersion), refused
    story.refresh()
    assert refused.current == story.retort
    assert (story.retort.article, story.retort.flagged) == (newer, False)
    assert list(find_breaks()) == []


def test_who_waited_for_another_speaker_is_shown_that_speaker(
    article: Article, editor: User, colleague: User
):
    ann, bea = (make_speaker(article.collection, name) for name in ("Ann Orr", "Bea Pye"))
    quote = make_quote(article)

    def say(user: User, speaker: Speaker) -> Quote:
        return operations.set_speaker(
            public_id=quote.public_id, version=1, user=user, speaker_id=speaker.public_id
        )

    refused = who_waited(lambda: say(editor, ann), lambda: say(colleague, bea))
    assert isinstance(refused, StaleVersion), refused
    assert (refused.current.speaker, refused.current.version) == (ann, 2)


def test_who_waited_for_other_people_of_a_correction_is_shown_those(
    article: Article, editor: User, colleague: User
):
    ann, bea = (make_speaker(article.collection, name) for name in ("Ann Orr", "Bea Pye"))
    correction = make_correction(article, "correcting the minister", corrector=ann)

    def say(user: User, corrector: Speaker | None, corrected: Speaker | None) -> Correction:
        return set_correction_people(
            public_id=correction.public_id,
            version=1,
            user=user,
            corrector_id=corrector and corrector.public_id,
            corrected_id=corrected and corrected.public_id,
        )

    refused = who_waited(lambda: say(editor, bea, ann), lambda: say(colleague, ann, bea))
    assert isinstance(refused, StaleVersion), refused
    assert (refused.current.corrector, refused.current.corrected) == (bea, ann)


def test_an_inner_quote_keeps_the_speaker_it_got_while_the_outer_one_was_moved(
    collection: Collection, editor: User, colleague: User
):
    article = make_article(collection, "“She told me ‘never again’ and laughed,” Mr Vale said.")
    outer = make_quote(article, "“She told me ‘never again’ and laughed,”")
    inner = make_quote(article, "‘never again’", parent=outer)
    ann = make_speaker(collection, "Ann Orr")
    words = "“She told me"

    def say_who() -> Quote:
        return operations.set_speaker(
            public_id=inner.public_id, version=1, user=editor, speaker_id=ann.public_id
        )

    def shorten() -> Quote:
        return operations.set_boundaries(
            public_id=outer.public_id,
            version=1,
            user=colleague,
            content=[Selection(0, len(words), words)],
        )

    shortened = who_waited(say_who, shorten)
    assert isinstance(shortened, Quote), shortened
    inner.refresh_from_db()
    assert (inner.speaker, inner.parent, inner.version) == (ann, None, 3)
    assert list(find_breaks()) == []


def who_waited(first: Callable[[], object], second: Callable[[], object]) -> object:
    """What came of the second call, which begins when the first is done and not yet kept."""
    done = threading.Event()

    def begin() -> None:
        with transaction.atomic():
            first()
            done.set()
            wait_for_somebody_to_wait()

    def follow() -> object:
        assert done.wait(timeout=30)
        return second()

    kept, waited = at_once(begin, follow)
    assert kept is None, kept
    return waited


def wait_for_somebody_to_wait() -> None:
    """Until another session is held up by what this one has locked."""
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_two_who_import_one_changed_story_make_one_version_each(collection: Collection):
    make_article(collection, STORY, external_id="cms-1")
    items = [ArticleInput(text=f"{STORY}\n\n{n}.", external_id="cms-1") for n in (1, 2, 2)]
    results = at_once(
        *(
            lambda item=item: import_article(collection=collection, item=item, extract=False)
            for item in items
        )
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert Article.objects.count() == 3
    assert Article.objects.newest_versions().count() == 1
    assert list(find_breaks()) == []


def test_an_answer_and_a_newer_version_at_once_leave_no_answer_behind(
    collection: Collection, editor: User
):
    story = decided_story(collection, editor)
    changed = story.article.text.replace("since March", "since early March")
    retold(story, changed)
    asked = Placement.objects.get(quote=story.retort)
    results = at_once(
        lambda: place(public_id=asked.public_id, version=asked.version, user=editor),
        lambda: retold(story, f"Updated.\n\n{changed}"),
    )
    assert isinstance(results[1], Article)
    assert isinstance(results[0], Placement | NotAllowedNow), results[0]
    story.retort.refresh_from_db()
    is_placed = isinstance(results[0], Placement)
    assert story.retort.status == ("confirmed" if is_placed else "replaced")
    if is_placed:
        assert story.retort.article == results[1]
    assert list(find_breaks()) == []
