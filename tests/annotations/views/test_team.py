"""The pages of the team: handing out, coding blind, settling."""

from __future__ import annotations

import pytest
from django.urls import reverse

from annotations.models import Assignment, Coding
from quotes.models import Correction, Quote
from tests.annotations.coded_story import Coded, coded_story, story_to_code
from tests.factories import make_article, make_collection, make_quote

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def to_code(collection) -> Coded:
    return story_to_code(collection)


@pytest.fixture
def coded(collection) -> Coded:
    return coded_story(collection)


def at(name: str, *args: object) -> str:
    return reverse(f"annotations:{name}", args=args)


def coding_page(story: Coded) -> str:
    return at("assignment_detail", story.first.public_id)


def test_the_only_team_is_opened_at_once(client, to_code, collection):
    client.force_login(to_code.boss)
    assert client.get(at("team_list"))["Location"] == at("team_detail", collection.public_id)


def test_of_several_teams_one_is_chosen(client, to_code, make_member):
    other = make_collection("Evening desk")
    client.force_login(make_member("both", "editor", of=other))
    make_member("third", "editor")
    page = client.get(at("team_list"), follow=True)
    assert "Evening desk" in page.content.decode()
    assert to_code.article.title not in page.content.decode()


def test_a_coder_sees_their_own_work_and_nobody_elses(client, to_code, collection):
    client.force_login(to_code.coders[0])
    page = client.get(at("team_detail", collection.public_id)).content.decode()
    assert coding_page(to_code) in page
    assert str(to_code.second.public_id) not in page.split('id="work"')[0]


def test_a_reader_sees_neither_work_nor_agreement(client, coded, reader, collection):
    client.force_login(reader)
    page = client.get(at("team_detail", collection.public_id)).content.decode()
    assert "coder-1" not in page and "krippendorff" not in page.lower()


def test_a_researcher_sees_the_agreement(client, coded, researcher, collection):
    client.force_login(researcher)
    page = client.get(at("team_detail", collection.public_id)).content.decode()
    assert "is_quote" in page and "0.50" in page and 'id="work"' not in page


def test_articles_are_handed_out(client, to_code, collection, editor):
    make_quote(make_article(collection))
    client.force_login(to_code.boss)
    sent = {"purpose": "edit", "people": [editor.pk], "sample": 5, "due": "2026-12-24"}
    page = client.post(at("article_assign", collection.public_id), sent, follow=True)
    assert "Handed out 2 articles" in page.content.decode()
    assert Assignment.objects.filter(user=editor, due="2026-12-24").count() == 2


def test_a_form_without_people_is_refused(client, to_code, collection):
    client.force_login(to_code.boss)
    answer = client.post(at("article_assign", collection.public_id), {"purpose": "edit"})
    assert answer.status_code == 422


def test_an_assignment_is_taken_back(client, to_code):
    client.force_login(to_code.boss)
    client.post(at("assignment_cancel", to_code.first.public_id))
    to_code.first.refresh_from_db()
    assert to_code.first.state == "cancelled"


def test_who_codes_blind_is_sent_from_the_article_to_the_coding(client, to_code, editor):
    there = at("article_detail", to_code.article.public_id)
    client.force_login(to_code.coders[0])
    assert client.get(there)["Location"] == coding_page(to_code)
    client.force_login(editor)
    assert client.get(there).status_code == 200


def test_the_whole_is_coded_without_a_script(client, to_code):
    client.force_login(to_code.coders[0])
    desk = client.get(coding_page(to_code)).context["desk"]
    for case in desk.cases:
        id_ = {"quote": "quote_code", "correction": "correction_code"}[case.what]
        there = at(id_, to_code.first.public_id, case.id)
        sent = {"is_there": "1", "kind": case.kind, "corrector": to_code.ines.public_id}
        if case.people:
            sent["speaker"] = case.people[0].id
        assert client.post(there, sent)["Location"] == coding_page(to_code)
    page = client.get(coding_page(to_code))
    assert page.context["desk"].is_through and "I am through" in page.content.decode()
    client.post(at("assignment_finish", to_code.first.public_id))
    to_code.first.refresh_from_db()
    assert to_code.first.state == "done"


def test_a_name_that_is_written_finds_its_speaker(client, to_code):
    client.force_login(to_code.coders[0])
    there = at("quote_code", to_code.first.public_id, to_code.march.public_id)
    answer = client.post(there, {"is_there": "1", "name": "ines adair", "again": "1"})
    assert answer["Location"] == f"{coding_page(to_code)}?focus={to_code.march.public_id}"
    assert Coding.objects.get().speaker == to_code.ines
    assert client.post(there, {"is_there": "1", "name": "Nobody We Know"}).status_code == 422


def test_one_answer_is_taken_over(client, coded):
    client.force_login(coded.boss)
    page = client.get(at("article_disputes", coded.article.public_id)).content.decode()
    assert "coder-1" in page and "coder-2" in page and page.count("Take this answer") == 4
    sent = {"version": 1, "is_there": "1", "speaker": coded.tobias.public_id}
    client.post(at("quote_settle", coded.march.public_id), sent)
    assert Quote.objects.get(pk=coded.march.pk).status == "confirmed"
    sent = {"version": 1, "is_there": "0"}
    client.post(at("correction_settle", coded.correction.public_id), sent)
    assert Correction.objects.get(pk=coded.correction.pk).status == "rejected"
    page = client.get(at("article_disputes", coded.article.public_id)).content.decode()
    assert "Take this answer" not in page


def test_a_stale_settlement_changes_nothing(client, coded):
    client.force_login(coded.boss)
    there = at("quote_settle", coded.march.public_id)
    assert client.post(there, {"version": 7, "is_there": "1"}).status_code == 409
    assert Quote.objects.get(pk=coded.march.pk).version == 1


def test_what_agrees_is_decided_at_once(client, coded):
    client.force_login(coded.boss)
    page = client.post(at("article_accept_agreed", coded.article.public_id), follow=True)
    assert "Decided 1 as all coders answered" in page.content.decode()


def test_what_coders_dispute_is_an_order_of_the_review(client, coded, editor):
    there = f"{reverse('annotations:review_list')}?order=disputed"
    client.force_login(editor)
    assert [card.id for card in client.get(there).context["queue"].cards] == [
        str(coded.march.public_id)
    ]
    client.force_login(coded.coders[0])
    assert client.get(there).context["queue"].cards == []


@pytest.mark.parametrize(
    ("name", "who"), [("team_detail", "boss"), ("article_disputes", "boss"), ("coding", "coder")]
)
def test_statements_do_not_grow_with_what_is_handed_out(
    client, collection, count_queries, name, who
):
    story = coded_story(collection)
    client.force_login(story.boss if who == "boss" else story.coders[0])
    there = {
        "team_detail": at("team_detail", collection.public_id),
        "article_disputes": at("article_disputes", story.article.public_id),
        "coding": coding_page(story),
    }[name]
    client.get(there)
    few = count_queries(lambda: client.get(there))
    for words in ("“The figure is forty million,”", "“It was always forty.”"):
        make_quote(story.article, words)
    for _ in range(3):
        article = make_article(collection)
        Assignment.objects.create(
            collection=collection,
            article=article,
            user=story.coders[0],
            purpose="blind",
            made_by=story.boss,
        )
    assert count_queries(lambda: client.get(there)) == few
