"""What must never be true: held by the database, whoever writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from annotations.models import Edit
from annotations.operations.quotes import confirm_quote
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    ImportItem,
    Membership,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
)
from tests.factories import make_article, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = pytest.mark.django_db
EVIDENCE = "Tobias Wrenfield told the board, correcting the minister."


def refused_by(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    assert error.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("quote_start_before_end", {"start": 9, "end": 9}),
        ("quote_kind_known", {"kind": "shouted"}),
        ("quote_act_known", {"act": "song"}),
        ("quote_status_known", {"status": "maybe"}),
        ("quote_origin_known", {"origin": "elsewhere"}),
        ("quote_confidence_is_probability", {"confidence": 1.5}),
    ],
)
def test_a_quote_that_cannot_be(constraint: str, fields: dict[str, Any], article: Article):
    quote = make_quote(article)
    refused_by(constraint, lambda: Quote.objects.filter(pk=quote.pk).update(**fields))


def test_a_quote_is_not_its_own_parent(article: Article):
    quote = make_quote(article)
    refused_by(
        "quote_not_its_own_parent",
        lambda: Quote.objects.filter(pk=quote.pk).update(parent=quote),
    )


@pytest.mark.parametrize(
    ("status", "nested", "overlaps"),
    [
        ("suggested", False, True),
        ("confirmed", False, True),
        ("rejected", False, False),
        ("withdrawn", False, False),
        ("replaced", False, False),
        ("suggested", True, False),
    ],
)
def test_live_top_level_quotes_of_an_article_do_not_overlap(
    status: str, nested: bool, overlaps: bool, article: Article, collection: Collection
):
    first = make_quote(article)
    parent = first if nested else None

    def write() -> Quote:
        return make_quote(article, "ninety winters,” she said", status=status, parent=parent)

    if overlaps:
        refused_by("quote_top_level_no_overlap", write)
        make_quote(make_article(collection), "ninety winters,” she said", status=status)
    else:
        write()


def test_parts_of_one_content_are_disjoint_and_have_their_words(article: Article):
    quote = make_quote(article)
    span = quote.spans.get(role="content")

    def part(**fields: Any) -> QuoteSpan:
        values = {"role": "content", "ordinal": 1, "start": 0, "end": 4, "exact": "Ines"}
        return QuoteSpan.objects.create(quote=quote, **{**values, **fields})

    refused_by("span_content_disjoint", lambda: part(start=span.start, end=span.start + 4))
    refused_by("span_exact_has_its_length", lambda: part(exact="Ines Adair"))
    refused_by("span_start_before_end", lambda: part(start=4, end=4, exact=""))
    refused_by("span_once_per_place", lambda: part(ordinal=0))
    refused_by("span_role_known", lambda: part(role="chorus"))
    part()


def test_nine_candidates_each_once(article: Article, collection: Collection):
    adair = make_speaker(collection)
    quote = make_quote(article, speaker=adair)
    other = make_speaker(collection, "Tobias Wrenfield")

    def candidate(**fields: Any) -> SpeakerCandidate:
        values = {"speaker": other, "rank": 2, "probability": 0.1}
        return SpeakerCandidate.objects.create(quote=quote, **{**values, **fields})

    refused_by("candidate_rank_once", lambda: candidate(rank=1))
    refused_by("candidate_speaker_once", lambda: candidate(speaker=adair))
    refused_by("candidate_rank_is_a_digit", lambda: candidate(rank=10))
    candidate()


def test_corrections_that_cannot_be(article: Article, collection: Collection):
    adair = make_speaker(collection)
    correction = make_correction(article, EVIDENCE, corrector=adair)

    def change(**fields: Any) -> int:
        return Correction.objects.filter(pk=correction.pk).update(**fields)

    refused_by("correction_people_differ", lambda: change(corrected=adair))
    refused_by("correction_exact_has_its_length", lambda: change(exact="short"))
    refused_by("correction_start_before_end", lambda: change(start=9, end=9, exact=""))
    refused_by("correction_kind_known", lambda: change(kind="quarrel"))
    refused_by("correction_explicitness_known", lambda: change(explicitness="shouted"))
    refused_by("correction_not_retelling_itself", lambda: change(retells=correction))
    refused_by(
        "correction_confirmed_has_corrector", lambda: change(status="confirmed", corrector=None)
    )
    refused_by("correction_confidence_is_probability", lambda: change(confidence=-1))
    change(corrected=adair, kind="self_correction")


def test_a_quote_stands_on_one_side_of_a_correction(article: Article):
    correction = make_correction(article, EVIDENCE)
    quote = make_quote(article)

    def link(side: str) -> CorrectionQuote:
        return CorrectionQuote.objects.create(correction=correction, quote=quote, side=side)

    refused_by("correction_side_known", lambda: link("middle"))
    link("corrected")
    refused_by("correction_quote_once", lambda: link("correcting"))


def test_speakers_that_cannot_be(collection: Collection):
    adair = make_speaker(collection, wikidata_id="Q4711")

    def change(**fields: Any) -> int:
        return Speaker.objects.filter(pk=adair.pk).update(**fields)

    refused_by("speaker_wikidata_form", lambda: change(wikidata_id="Q0"))
    refused_by("speaker_wikidata_form", lambda: change(wikidata_id="4711"))
    refused_by("speaker_not_merged_into_itself", lambda: change(merged_into=adair))
    refused_by("speaker_has_name", lambda: change(name=""))
    refused_by("speaker_kind_known", lambda: change(kind="ghost"))
    refused_by("speaker_origin_known", lambda: change(origin="elsewhere"))
    refused_by(
        "speaker_wikidata_once", lambda: make_speaker(collection, "Other", wikidata_id="Q4711")
    )
    refused_by(
        "speaker_name_once",
        lambda: SpeakerName.objects.create(speaker=adair, text="INES ADAIR", norm="ines adair"),
    )
    refused_by(
        "speaker_name_dates_in_order",
        lambda: SpeakerName.objects.create(
            speaker=adair, text="x", norm="x", valid_from="2020-01-02", valid_to="2020-01-01"
        ),
    )


def test_the_text_of_an_article_never_changes(article: Article):
    for fields in ({"text": "Another story."}, {"sha256": "0" * 64}):
        refused_by(
            "article_text_immutable",
            lambda fields=fields: Article.objects.filter(pk=article.pk).update(**fields),
        )
    Article.objects.filter(pk=article.pk).update(headline="Another headline", text=article.text)


def test_articles_are_kept_once_in_a_collection(article: Article, collection: Collection):
    copy = {
        "collection": collection,
        "text": article.text,
        "length": article.length,
        "sha256": article.sha256,
    }
    refused_by("article_once_per_collection", lambda: Article.objects.create(**copy))
    other = {**copy, "text": "Short.", "sha256": "1" * 64}
    refused_by("article_length_is_code_points", lambda: Article.objects.create(**other))
    refused_by(
        "article_has_text",
        lambda: Article.objects.create(collection=collection, text="", length=0, sha256="2" * 64),
    )
    make_article(collection, external_id="cms-1")
    refused_by(
        "article_external_id_once_per_collection",
        lambda: Article.objects.create(
            collection=collection, text="Short.", length=6, sha256="3" * 64, external_id="cms-1"
        ),
    )


def test_the_history_is_append_only(article: Article, editor: User):
    quote = make_quote(article)
    confirm_quote(public_id=quote.public_id, version=1, user=editor)
    edit = Edit.objects.get()
    refused_by("edit_append_only", lambda: Edit.objects.update(action="quote.rejected"))
    refused_by("edit_append_only", lambda: edit.delete())
    refused_by(
        "edit_once_per_version",
        lambda: Edit.objects.create(
            actor=editor,
            action="quote.confirmed",
            object_kind="quote",
            object_id=quote.public_id,
            version=2,
        ),
    )


def test_one_role_in_a_collection(editor: User, collection: Collection):
    refused_by(
        "membership_once_per_person",
        lambda: Membership.objects.create(user=editor, collection=collection, role="reader"),
    )
    refused_by("membership_role_known", lambda: Membership.objects.update(role="owner"))


def test_import_reports_know_three_states(collection: Collection):
    batch = collection.imports.create()
    refused_by(
        "import_item_state_known",
        lambda: ImportItem.objects.create(batch=batch, ordinal=1, state="lost"),
    )


def test_each_constraint_has_a_name_and_a_message():
    for model in (*Quote._meta.apps.get_app_config("quotes").get_models(), Edit):
        for constraint in model._meta.constraints:
            message = str(constraint.get_violation_error_message())
            assert constraint.name
            assert "violated" not in message, f"{constraint.name} says nothing to people"


def test_the_extensions_are_there(db: None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert {"btree_gist", "pg_trgm", "unaccent"} <= {name for (name,) in cursor.fetchall()}
