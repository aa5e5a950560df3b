"""Every page: who may see it, what it shows, and that more rows cost no more statements."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations import urls
from annotations.models import Assignment, Presence
from annotations.operations.corrections import confirm_correction
from annotations.operations.quotes import confirm_quote, reject_quote
from quotes.models import ExtractionRun, Quote
from tests.annotations.views.conftest import HTMX, World, decide
from tests.annotations.views.test_actions import ACTIONS
from tests.factories import make_article, make_correction, make_quote, make_speaker

pytestmark = pytest.mark.slow

# name: (what its id is, for anybody, reader, outsider)
PAGES: dict[str, tuple[str, int, int, int]] = {
    "article_list": ("", 302, 200, 200),
    "article_import": ("", 302, 200, 200),
    "article_detail": ("article", 302, 200, 404),
    "article_state": ("article", 302, 200, 404),
    "article_next": ("article", 302, 302, 404),
    "article_history": ("article", 302, 200, 404),
    "article_left_out": ("article", 302, 200, 404),
    "article_paragraphs": ("article", 302, 200, 404),
    "article_pulse": ("article", 302, 200, 404),
    "article_accept_sure": ("article", 302, 200, 404),
    "quote_card": ("quote", 302, 200, 404),
    "quote_speakers": ("quote", 302, 200, 404),
    "quote_history": ("quote", 302, 200, 404),
    "quote_same_words": ("quote", 302, 200, 404),
    "same_words_list": ("", 302, 200, 200),
    "correction_list": ("", 302, 200, 200),
    "correction_speakers": ("correction", 302, 200, 404),
    "correction_points": ("correction", 302, 200, 404),
    "correction_history": ("correction", 302, 200, 404),
    "speaker_list": ("", 302, 200, 200),
    "speaker_detail": ("ines", 302, 200, 404),
    "speaker_merge": ("ines", 302, 403, 404),
    "speaker_split": ("ines", 302, 403, 404),
    "history_list": ("", 302, 200, 200),
    "review_list": ("", 302, 200, 200),
    "correction_picture": ("", 302, 200, 200),
    "picture_download": ("svg", 302, 200, 200),
    "export_list": ("", 302, 200, 200),
    "export_table": ("quotes", 302, 200, 200),
    "export_codebook": ("", 302, 200, 200),
    "export_codebook_file": ("", 302, 200, 200),
    "snapshot_list": ("", 302, 200, 200),
    "token_list": ("", 302, 200, 200),
    "key_map": ("", 200, 200, 200),
    "sign_in": ("", 200, 302, 302),
    "home": ("", 302, 302, 302),
}
# Tested on their own, here or in test_accounts.py, test_imports.py, test_same_words.py,
# test_snapshots.py and test_webhooks.py.
ELSEWHERE = {
    "quote_detail",
    "team_list",
    "team_detail",
    "article_assign",
    "assignment_cancel",
    "assignment_detail",
    "assignment_finish",
    "quote_code",
    "correction_code",
    "article_disputes",
    "article_accept_agreed",
    "quote_settle",
    "correction_settle",
    "speaker_withdraw",
    "quote_withdraw",
    "correction_withdraw",
    "withdrawal_list",
    "withdrawal_put_back",
    "webhook_list",
    "webhook_detail",
    "webhook_set_active",
    "webhook_remove",
    "webhook_test",
    "same_words_detail",
    "same_words_add",
    "same_words_look",
    "same_words_confirm",
    "same_words_reject",
    "same_words_reopen",
    "same_words_put_in",
    "same_words_take_out",
    "article_put_back",
    "snapshot_make",
    "export_format",
    "snapshot_download",
    "speaker_undo",
    "edit_undo",
    "import_report_file",
    "article_placements",
    "placement_place",
    "placement_leave",
    "review_alike",
    "import_detail",
    "quote_add",
    "correction_add",
    "undo",
    "redo",
    "token_revoke",
    "preference_theme",
    "preference_keys",
    "preference_tour",
    "sign_in_by_link",
    "sign_out",
    "account",
    "invitation_accept",
    "invitation_revoke",
    "member_list",
    "member_remove",
    "member_set_active",
    "member_set_role",
}


def address(name: str, world: World) -> str:
    what = PAGES[name][0]
    args = (
        []
        if not what
        else [what]
        if what in {"quotes", "svg"}
        else [getattr(world, what).public_id]
    )
    return reverse(f"annotations:{name}", args=args)


def test_every_address_is_in_a_table():
    names = {pattern.name for pattern in urls.urlpatterns}
    assert names == set(PAGES) | ELSEWHERE | {action.name for action in ACTIONS}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_who_may_see_a_page(name, world, client, reader, outsider):
    _, anybody, to_reader, to_outsider = PAGES[name]
    there = address(name, world)
    answer = client.get(there)
    assert answer.status_code == anybody
    if anybody == 302 and name != "home":
        assert answer["Location"].startswith("/sign-in/?next=")
    client.force_login(reader)
    assert client.get(there).status_code == to_reader
    client.force_login(outsider)
    assert client.get(there).status_code == to_outsider


SIGNED_IN = [name for name, page in PAGES.items() if page[1] == 302 and name != "home"]


@pytest.mark.parametrize("name", SIGNED_IN)
def test_no_browser_keeps_a_page(name, world, as_editor):
    """Stories are not published, and the way back shows what was decided since."""
    assert "no-store" in as_editor.get(address(name, world))["Cache-Control"]


@pytest.mark.parametrize("name", [name for name in PAGES if name not in {"sign_in"}])
def test_pages_change_nothing_by_other_methods(name, world, as_editor):
    refused = as_editor.delete(address(name, world)).status_code
    assert refused in {405, 302} if name == "home" else refused == 405


@pytest.mark.parametrize(
    "name", [n for n, row in PAGES.items() if row[0] not in {"", "quotes", "svg"}]
)
def test_an_unknown_id_is_not_found(name, world, as_editor):
    assert as_editor.get(reverse(f"annotations:{name}", args=[uuid.uuid4()])).status_code == 404


@pytest.fixture
def grow(world: World, collection: Any) -> Any:
    """Twenty more of everything that a page may show."""

    def more() -> None:
        for number in range(20):
            person = make_speaker(collection, f"Person {number}")
            words = f"“Word number {number} of many,”"
            text = f"{words} said Person {number}, correcting Ines Adair. Nothing else happened."
            article = make_article(collection, text)
            quote = make_quote(article, words, speaker=person, candidates=(person, world.ines))
            evidence = f"said Person {number}, correcting Ines Adair."
            make_correction(
                article, evidence, corrector=person, corrected=world.ines, retorts=(quote,)
            )
            Quote.objects.filter(pk=quote.pk).update(
                speaker=world.ines if number % 2 else person, status="confirmed"
            )

    return more


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("article_list", 8),
        ("correction_list", 12),
        ("speaker_list", 6),
        ("speaker_detail", 16),
        ("speaker_merge", 12),
        ("speaker_split", 8),
        ("correction_picture", 8),
        ("review_list", 14),
        ("history_list", 8),
        ("article_history", 6),
        ("article_next", 6),
        ("export_list", 40),
    ],
)
def test_lists_cost_the_same_with_more_rows(
    name, limit, world, as_editor, editor, count_queries, grow
):
    decide(world.quote, editor)
    there = address(name, world)
    as_editor.get(there)
    few = count_queries(lambda: as_editor.get(there))
    grow()
    for quote in Quote.objects.suggested().exclude(pk=world.third.pk):
        decide(quote, editor)
    assert count_queries(lambda: as_editor.get(there)) == few <= limit


def article_with(collection: Any, quotes: int) -> Any:
    """An article with that many quotes, each with a speaker, candidates and three spans."""
    words = [f"“Sentence number {n} was spoken,”" for n in range(quotes)]
    text = "\n\n".join(f"{w} said witness {n} to the clerk." for n, w in enumerate(words))
    article = make_article(collection, text)
    people = [make_speaker(collection, f"Witness {n} of {quotes}") for n in range(5)]
    for n, quoted in enumerate(words):
        person = people[n % 5]
        make_quote(
            article, quoted, speaker=person, candidates=tuple(people), source=f"witness {n} to"
        )
    evidence = "said witness 0 to the clerk."
    make_correction(article, evidence, corrector=people[0], corrected=people[1])
    return article


@pytest.mark.parametrize("suffix", ["", "?show=undecided", "?show=corrections"])
def test_an_articles_page_takes_six_statements_with_one_quote_or_many(
    suffix, collection, as_editor, count_queries
):
    counts = []
    for quotes in (1, 21):
        article = article_with(collection, quotes)
        there = reverse("annotations:article_detail", args=[article.public_id]) + suffix
        counts.append(count_queries(lambda there=there: as_editor.get(there)))
    assert counts[0] == counts[1] <= 6


def test_a_long_articles_page_draws_its_far_cards_thin(collection, as_editor):
    article = article_with(collection, 80)
    there = reverse("annotations:article_detail", args=[article.public_id])
    page = as_editor.get(there)
    cards = page.context["desk"].shown
    assert len(cards) == 81
    assert 10 < sum(card.is_full for card in cards) < 40
    assert page.text.count('class="line"') == 80
    thin = next(card for card in cards if not card.is_full)
    full = as_editor.get(reverse("annotations:quote_card", args=[thin.id]), headers=HTMX)
    assert 'data-key="a"' in full.text


def test_one_decision_costs_the_same_in_a_long_article(collection, as_editor, count_queries):
    counts = []
    for quotes in (2, 40):
        article = article_with(collection, quotes)
        quote = article.quotes.order_by("start")[1]
        there = reverse("annotations:quote_confirm", args=[quote.public_id])
        counts.append(
            count_queries(lambda t=there: as_editor.post(t, {"version": 1}, headers=HTMX))
        )
    assert counts[0] == counts[1]


def test_the_action_answers_with_the_very_fragment_of_the_page(world, as_editor, editor):
    there = reverse("annotations:quote_set_kind", args=[world.quote.public_id])
    answer = as_editor.post(there, {"version": 1, "kind": "mixed"}, headers=HTMX)
    fragment = answer.text[answer.text.index("<article") : answer.text.index("</article>")]
    decided = reverse("annotations:article_detail", args=[world.article.public_id])
    page = as_editor.get(f"{decided}?focus={world.third.public_id}").text

    def plain(text: str) -> str:
        """Without the token, which each answer masks anew, and the link to the next card."""
        import re

        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
        return re.sub(r'href="\?show=all[^"]*"', "", text)

    assert plain(fragment) in plain(page)


def test_marks_say_kind_state_and_number(world, as_editor, editor):
    decide(world.quote, editor)
    page = as_editor.get(reverse("annotations:article_detail", args=[world.article.public_id])).text
    assert 'data-no="1">“It has held for ninety winters,”</mark>' in page
    assert 'class="seg direct hue-1"' in page
    assert 'class="seg direct open evidence starts hue-2' in page
    assert 'class="seg source hue-1"' in page
    assert 'class="seg cue hue-1"' in page


def test_a_rejected_quote_leaves_the_text_and_stays_in_the_margin(world, as_editor, editor):
    reject_quote(public_id=world.third.public_id, version=1, user=editor)
    page = as_editor.get(reverse("annotations:article_detail", args=[world.article.public_id])).text
    assert f'id="item-{world.third.public_id}"' in page
    assert 'data-no="3"' not in page


def test_the_focus_is_the_first_undecided_of_what_is_shown(world, as_editor, editor):
    there = reverse("annotations:article_detail", args=[world.article.public_id])
    assert as_editor.get(there).context["desk"].focus.id == str(world.quote.public_id)
    decide(world.quote, editor)
    shown = as_editor.get(f"{there}?show=corrections").context["desk"]
    assert shown.focus.id == str(world.correction.public_id)
    asked = as_editor.get(f"{there}?focus={world.third.public_id}").context["desk"]
    assert asked.focus.id == str(world.third.public_id)
    assert as_editor.get(f"{there}?focus=junk&show=junk").status_code == 200


def test_an_article_says_when_it_is_done(world, as_editor, editor):
    for quote in (world.quote, world.second, world.third):
        decide(quote, editor)
    there = reverse("annotations:article_detail", args=[world.article.public_id])
    assert "Article done" not in as_editor.get(there).text
    confirm_correction(public_id=world.correction.public_id, version=1, user=editor)
    assert "Article done: 3 quotes, 1 correction" in as_editor.get(there).text


def test_readers_see_no_buttons_that_decide(world, client, reader):
    client.force_login(reader)
    page = client.get(reverse("annotations:article_detail", args=[world.article.public_id])).text
    assert "/confirm/" not in page
    assert "/undo/" not in page


def test_unlikely_candidates_take_no_digit(world, as_editor, collection):
    people = tuple(make_speaker(collection, f"Bystander {n}") for n in range(8))
    make_quote(world.article, "“It was always forty.”", speaker=people[0], candidates=people)
    page = as_editor.get(reverse("annotations:article_detail", args=[world.article.public_id])).text
    shown = [n for n in range(8) if f'>Bystander {n}</bdi><span class="p">' in page]
    assert shown == [0, 1, 2, 3, 4, 5]  # .5, .25, .13, .06, .03, .02; then .008 and .004


class TestExtractionOnThePage:
    """The page shows the engine at work and fills in by itself."""

    @pytest.mark.parametrize("state", ["queued", "running"])
    def test_while_it_runs_the_page_asks_again(self, state, world, as_editor):
        ExtractionRun.objects.create(article=world.article, state=state)
        there = reverse("annotations:article_detail", args=[world.article.public_id])
        page = as_editor.get(there).text
        again = reverse("annotations:article_state", args=[world.article.public_id])
        assert f'hx-get="{again}"' in page
        answer = as_editor.get(again, headers=HTMX)
        assert 'hx-trigger="every' in answer.text
        assert "HX-Refresh" not in answer

    def test_when_it_is_done_the_page_is_loaded_anew(self, world, as_editor):
        ExtractionRun.objects.create(article=world.article, state="done")
        again = reverse("annotations:article_state", args=[world.article.public_id])
        assert as_editor.get(again, headers=HTMX)["HX-Refresh"] == "true"

    def test_a_failure_is_said_with_its_reason(self, world, as_editor):
        ExtractionRun.objects.create(article=world.article, state="failed", error="Out of ink.")
        there = reverse("annotations:article_detail", args=[world.article.public_id])
        assert "Out of ink." in as_editor.get(there).text


class TestTheListOfArticles:
    """Filters stand in the address; nonsense there never breaks the page."""

    def titles(self, client: Client, query: str = "") -> list[str]:
        page = client.get(reverse("annotations:article_list") + query).context["page"]
        return [article.headline for article in page]

    @pytest.fixture
    def shelf(self, collection, editor):
        text = "“Salt is dear,” said the grocer."
        done = make_article(
            collection, text, headline="Salt", outlet="Pan", published_on=dt.date(2026, 1, 5)
        )
        quote = make_quote(done, "“Salt is dear,”")
        ExtractionRun.objects.create(article=done, state="done")
        confirm_quote(public_id=quote.public_id, version=1, user=editor)
        text = "“Oil is cheap,” said the miller."
        todo = make_article(
            collection, text, headline="Oil", outlet="Jar", published_on=dt.date(2026, 3, 5)
        )
        make_quote(todo, "“Oil is cheap,”")
        return done, todo

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("", ["Oil", "Salt"]),
            ("?state=todo", ["Oil"]),
            ("?state=done", ["Salt"]),
            ("?state=corrections", []),
            ("?q=grocer", ["Salt"]),
            ("?q=oil", ["Oil"]),
            ("?outlet=Pan", ["Salt"]),
            ("?published_after=2026-02-01", ["Oil"]),
            ("?published_before=2026-02-01", ["Salt"]),
            ("?published_after=soon&state=odd&page=x", ["Oil", "Salt"]),
            ("?q=%00", ["Oil", "Salt"]),
            ("?page=99", ["Oil", "Salt"]),
        ],
    )
    def test_filters(self, shelf, as_editor, query, titles):
        assert self.titles(as_editor, query) == titles

    def test_chips_count_what_they_would_show(self, shelf, as_editor):
        counts = as_editor.get(reverse("annotations:article_list")).context["counts"]
        assert counts == {"all": 2, "todo": 1, "done": 1, "corrections": 0}

    def test_an_empty_collection_says_how_to_begin(self, as_editor):
        page = as_editor.get(reverse("annotations:article_list")).text
        assert "Nothing on record yet" in page
        assert reverse("annotations:article_import") in page

    def test_each_article_says_who_has_it_open_and_who_was_asked(
        self, shelf, as_editor, editor, colleague
    ):
        done, todo = shelf
        now = timezone.now()
        for article, user, minutes in (
            (todo, colleague, 0),
            (todo, editor, 0),
            (done, colleague, 5),
        ):
            seen_at = now - dt.timedelta(minutes=minutes)
            Presence.objects.create(article=article, user=user, seen_at=seen_at)
        for user, purpose in ((editor, "edit"), (colleague, "blind")):
            Assignment.objects.create(
                collection=done.collection, article=done, user=user, purpose=purpose, made_by=editor
            )
        page = as_editor.get(reverse("annotations:article_list")).text
        assert page.count(f"{colleague.username} has it open.") == 1  # the other one was left
        assert f"{editor.username} has it open." not in page  # one knows
        assert page.count("Handed to ") == 2  # for the eye and for the ear
        assert f"Handed to {editor.username}." in page
        assert f"Handed to {colleague.username}." not in page  # who codes blind stays unseen

    def test_typing_fetches_the_table_alone(self, shelf, as_editor):
        headers = {**HTMX, "HX-Target": "articles"}
        answer = as_editor.get(reverse("annotations:article_list") + "?q=oil", headers=headers)
        assert answer.text.lstrip().startswith('<div id="articles"')

    def test_next_is_the_next_with_something_to_decide(self, shelf, as_editor):
        done, todo = shelf
        answer = as_editor.get(reverse("annotations:article_next", args=[done.public_id]))
        assert answer["Location"].endswith(f"/{todo.public_id}/")
        answer = as_editor.get(reverse("annotations:article_next", args=[todo.public_id]))
        assert answer["Location"] == reverse("annotations:article_list")


def test_the_page_of_corrections_lays_claim_evidence_and_retort_side_by_side(world, as_editor):
    page = as_editor.get(reverse("annotations:correction_list")).text
    claim, evidence, retort = (
        page.index(words) for words in ("Claim · corrected", ">Evidence<", "Retort · correcting")
    )
    assert claim < page.index("ninety winters") < evidence < retort
    assert page.rindex("It has not held since March") > retort


@pytest.mark.parametrize("role", ["reader", "editor"])
@pytest.mark.parametrize("is_rejected", [False, True])
def test_who_may_decide_chooses_the_words_of_either_side(
    world, as_editor, editor, role, is_rejected
):
    world.article.collection.memberships.filter(user=editor).update(role=role)
    if is_rejected:
        type(world.correction).objects.update(status="rejected")
    page = as_editor.get(reverse("annotations:correction_list")).text
    may_choose = role == "editor" and not is_rejected
    for key in ("1", "0", "Shift+1", "Shift+0", "p", "/"):
        assert (f'data-key="{key}"' in page) is may_choose, key
    assert ("/set-note/" in page) is (role == "editor")
    assert page.count("It has not held since March") >= (2 if may_choose else 1)


def test_a_correction_is_decided_on_its_own_page(world, as_editor):
    there = reverse("annotations:correction_confirm", args=[world.correction.public_id])
    answer = as_editor.post(there, {"version": 1, "from": "list"}, headers=HTMX)
    assert "item--triptych" in answer.text
    assert "1 of 1 decided" in answer.text
    answer = as_editor.post(there, {"version": 1, "from": "list"})
    assert answer["Location"].startswith(reverse("annotations:correction_list"))


class TestASpeakersPage:
    """Confirmed statements in their surroundings, and corrections on either side."""

    def test_only_confirmed_statements_are_shown_unless_asked(self, world, as_editor, editor):
        there = reverse("annotations:speaker_detail", args=[world.ines.public_id])
        assert "No confirmed statements yet" in as_editor.get(there).text
        decide(world.quote, editor)
        page = as_editor.get(there).text
        assert "ninety winters" in page
        assert "forty million" not in page
        assert "forty million" in as_editor.get(f"{there}?show=all").text

    def test_corrections_made_and_received_are_listed(self, world, as_editor):
        there = reverse("annotations:speaker_detail", args=[world.tobias.public_id])
        assert "corrected <bdi>Ines Adair</bdi>" in as_editor.get(there).text
        there = reverse("annotations:speaker_detail", args=[world.ines.public_id])
        assert "corrected by <bdi>Tobias Wrenfield</bdi>" in as_editor.get(there).text

    def test_a_merged_speaker_leads_to_the_survivor(self, world, as_editor, collection):
        old = make_speaker(collection, "I. Adair", merged_into=world.ines)
        there = reverse("annotations:speaker_detail", args=[old.public_id])
        assert as_editor.get(there)["Location"].endswith(f"/{world.ines.public_id}/")

    def test_the_search_forgives_typing_errors(self, world, as_editor):
        there = reverse("annotations:quote_speakers", args=[world.quote.public_id])
        for words in ("wrenfield", "wrenfeild", "TOBIAS", "wrén"):
            answer = as_editor.get(there, {"q": words}, headers=HTMX)
            assert "Tobias Wrenfield" in answer.text, words
        answer = as_editor.get(there, {"q": "Nobody Here"}, headers=HTMX)
        assert "New speaker “<bdi>Nobody Here</bdi>”" in answer.text


HOSTILE = "<script>alert(1)</script>"


def test_names_and_headlines_are_inert_everywhere(world, as_editor, editor, collection):
    person = make_speaker(collection, HOSTILE + "\u202e")
    article = make_article(
        collection,
        f"“{HOSTILE} is fine,” it said. {{{{ 7|add:7 }}}}",
        headline=HOSTILE,
        byline=HOSTILE,
        outlet=HOSTILE,
    )
    quote = make_quote(article, f"“{HOSTILE} is fine,”", speaker=person, candidates=(person,))
    correction = make_correction(article, "it said.", corrector=person, corrected=world.ines)
    confirm_quote(public_id=quote.public_id, version=1, user=editor)
    pages = [
        reverse("annotations:article_list"),
        reverse("annotations:article_detail", args=[article.public_id]),
        reverse("annotations:article_history", args=[article.public_id]),
        reverse("annotations:quote_history", args=[quote.public_id]),
        reverse("annotations:quote_speakers", args=[quote.public_id]) + "?q=script",
        reverse("annotations:correction_list"),
        reverse("annotations:correction_history", args=[correction.public_id]),
        reverse("annotations:speaker_list"),
        reverse("annotations:speaker_detail", args=[person.public_id]),
        reverse("annotations:article_list") + f"?q={HOSTILE}&outlet={HOSTILE}",
    ]
    for page in pages:
        answer = as_editor.get(page)
        assert HOSTILE not in answer.text, page
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_an_export_is_streamed_with_the_filters_of_its_page(world, as_editor, editor):
    decide(world.quote, editor)
    there = reverse("annotations:export_table", args=["quotes"])
    answer = as_editor.get(there + "?status=confirmed")
    assert answer["Content-Disposition"] == 'attachment; filename="quotes.csv"'
    lines = b"".join(answer.streaming_content).decode().split("\r\n")
    assert len([line for line in lines if line]) == 2
    assert as_editor.get(there + "?sttaus=confirmed").status_code == 422
    assert as_editor.get(reverse("annotations:export_table", args=["users"])).status_code == 404


def test_the_export_page_counts_and_shows_what_the_filters_give(world, as_editor, editor):
    there = reverse("annotations:export_list")
    page = as_editor.get(there, {"status": "confirmed", "outlet": ""}).text
    assert "No quote fits" in page
    decide(world.quote, editor)
    fragment = as_editor.get(there, {"status": "confirmed"}, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "1 row<" in fragment
    assert "ninety winters" in fragment
    assert "quotes.csv?status=confirmed" in fragment
    without = as_editor.get(there, {"body": "0"}).text
    assert "ninety winters" not in without


def test_a_format_is_a_file_of_what_one_may_export(world, client, researcher, reader):
    there = reverse("annotations:export_format", args=["jsonl"])
    assert client.get(there).status_code == 302
    client.force_login(reader)
    assert b"".join(client.get(there).streaming_content) == b""
    client.force_login(researcher)
    answer = client.get(there)
    assert answer["Content-Disposition"] == 'attachment; filename="on-record-jsonl.jsonl"'
    assert b"ninety winters" in b"".join(answer.streaming_content)
    assert client.get(there, {"status": "any"}).status_code == 422
    assert client.get(there, {"body": "0"}).status_code == 422
    for name in ("spacy", "parquet", "docx"):
        gone = reverse("annotations:export_format", args=[name])
        assert client.get(gone).status_code == 404


def test_what_one_may_not_export_is_not_in_the_file(world, client, reader, outsider):
    there = reverse("annotations:export_table", args=["quotes"])
    for person in (reader, outsider):
        client.force_login(person)
        body = b"".join(client.get(there).streaming_content)
        assert b"ninety winters" not in body


def test_history_reads_as_sentences(world, as_editor, editor):
    decide(world.quote, editor)
    there = reverse("annotations:quote_history", args=[world.quote.public_id])
    page = as_editor.get(there).text
    assert "<b><bdi>nell</bdi></b> confirmed the quote." in page
    as_editor.post(reverse("annotations:undo"), {"article": world.article.public_id})
    page = as_editor.get(there).text
    assert "took back a decision: “confirmed the quote”" in page
    assert "taken back since" in page


def test_the_speaker_list_starts_with_those_who_have_a_name(world, as_editor, collection):
    make_speaker(collection, "an official close to the talks", kind="unnamed")
    there = reverse("annotations:speaker_list")

    def names(query: str) -> str:
        return as_editor.get(f"{there}{query}").content.decode()

    assert "an official close" not in names("")
    assert "Ines Adair" in names("")
    assert "an official close" in names("?kind=everybody")
    assert "Ines Adair" not in names("?kind=unnamed")


def test_the_card_of_what_the_page_does_not_show_is_not_found(world, as_editor):
    Quote.objects.filter(pk=world.quote.pk).update(act="attitude", touched=False)
    there = reverse("annotations:quote_card", args=[world.quote.public_id])
    assert as_editor.get(there).status_code == 404


def test_the_chip_of_all_counts_quotes_and_corrections(world, as_editor):
    answer = as_editor.get(address("article_detail", world))
    assert {key: n for key, _, n in answer.context["desk"].filters}["all"] == 4
    assert "0 of 3 decided" in answer.text


def test_a_first_visit_offers_a_tour_that_can_be_skipped_and_shown_again(world, as_editor, reader):
    there = reverse("annotations:article_detail", args=[world.article.public_id])
    assert "Skip the tour" in as_editor.get(there).text
    answer = as_editor.post(reverse("annotations:preference_tour"), {"tour": "off", "next": there})
    assert answer["Location"] == there
    page = as_editor.get(there).text
    assert "Skip the tour" not in page
    assert "Show the tour on articles again" in page
    as_editor.post(reverse("annotations:preference_tour"), {"tour": "on"})
    assert "Skip the tour" in as_editor.get(there).text
    assert as_editor.post(reverse("annotations:preference_tour"), {"tour": "?"}).status_code == 422
    as_editor.force_login(reader)
    assert "Skip the tour" not in as_editor.get(there).text
