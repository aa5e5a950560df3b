"""Words selected in the browser are stored exactly, whatever they are made of."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from quotes.models import Quote
from tests.factories import make_article, make_quote

pytestmark = pytest.mark.browser

FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🏳️‍🌈"
TEXT = (
    f"Zo\u0308e {FAMILY} said it was “all right \U0001d4b3” {FLAG} in the end.\n"
    "\n"
    "Then the café\u0301 closed 👩🏽‍🚒 and nobody wept."
)

SELECT = """([from, to]) => {
  const pieces = [...document.querySelectorAll('#story [data-start]')];
  const text = pieces.map((el) => el.textContent).join('');
  const place = (offset) => {
    let left = offset;
    for (const el of pieces) {
      if (left <= el.textContent.length) return [el.firstChild, left];
      left -= el.textContent.length;
    }
  };
  const start = text.indexOf(from), end = text.indexOf(to) + to.length;
  const [a, b] = place(start), [c, d] = place(end);
  getSelection().setBaseAndExtent(a, b, c, d);
}"""


def open_article(page: Page, article) -> None:
    page.goto(reverse("annotations:article_detail", args=[article.public_id]))


def added(page: Page) -> None:
    expect(page.locator("#toast")).to_contain_text("Added")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("it was", "right \U0001d4b3”"),
        (FAMILY, "said"),
        ("Zo\u0308e", FLAG),
        ("café\u0301", "👩🏽‍🚒"),
        ("in the end", "Then the"),
    ],
)
def test_a_selection_over_emoji_and_marks_stores_what_was_selected(desk, collection, first, last):
    article = make_article(collection, TEXT)
    open_article(desk, article)
    desk.evaluate(SELECT, [first, last])
    desk.keyboard.press("q")
    added(desk)
    quote = Quote.objects.get(article=article)
    start, end = TEXT.index(first), TEXT.index(last) + len(last)
    assert article.text[quote.start : quote.end] == TEXT[start:end]
    assert [span.exact for span in quote.spans.all()] == [TEXT[start:end]]


def test_a_grapheme_is_never_split(desk, collection):
    article = make_article(collection, TEXT)
    open_article(desk, article)
    woman = FAMILY[0]  # the first of the seven code points of one sign
    desk.evaluate(SELECT, [woman, woman])
    desk.evaluate(
        "getSelection().extend(...[getSelection().anchorNode, getSelection().anchorOffset + 20])"
    )
    desk.keyboard.press("q")
    added(desk)
    quote = Quote.objects.get(article=article)
    assert article.text[quote.start : quote.end].startswith(FAMILY)


def test_a_selection_becomes_the_source_of_the_quote_in_focus(desk, collection):
    article = make_article(collection, TEXT)
    quote = make_quote(article, "“all right \U0001d4b3”")
    open_article(desk, article)
    desk.evaluate(SELECT, ["Zo\u0308e", FAMILY])
    desk.keyboard.press("s")
    expect(desk.locator("#toast")).to_contain_text("Source:")
    source = quote.spans.get(role="source")
    assert source.exact == f"Zo\u0308e {FAMILY}"
    assert article.text[source.start : source.end] == source.exact


def test_words_that_differ_from_the_article_are_refused(desk, collection):
    article = make_article(collection, TEXT)
    open_article(desk, article)
    desk.locator("#add-quote summary").click()
    desk.fill("#add-quote textarea", "words that nobody wrote")
    desk.get_by_role("button", name="Add the quote").click()
    expect(desk.locator("#toast")).to_contain_text("do not stand in the article")
    assert not Quote.objects.filter(article=article).exists()


def test_a_further_part_is_added_and_two_quotes_are_joined_and_split_by_keys(desk, collection):
    text = "“One flood,” said Ada Lorne. “Then a second.”\n\n“And then a third,” she said."
    article = make_article(collection, text)
    first = make_quote(article, "“One flood,”")
    make_quote(article, "“And then a third,”")
    open_article(desk, article)
    desk.evaluate(SELECT, ["“Then", "second.”"])
    desk.keyboard.press("Shift+C")
    expect(desk.locator("#toast")).to_contain_text("Further part: “Then a second.”")
    assert parts_of(first) == ["“One flood,”", "“Then a second.”"]
    desk.keyboard.press("g")
    expect(desk.locator("#toast")).to_contain_text("Joined")
    assert parts_of(first)[-1] == "“And then a third,”"
    assert Quote.objects.on_record().count() == 1
    desk.locator("#story mark", has_text="And then").click(position={"x": 2, "y": 8})
    desk.keyboard.press("Shift+G")
    expect(desk.locator("#toast")).to_contain_text("Split: the second begins “And then")
    assert parts_of(first) == ["“One flood,”", "“Then a second.”"]
    for key in ("e", "Alt+ArrowLeft", "ArrowLeft", "Shift+G"):  # by keys: where the end stands
        desk.keyboard.press(key)
    expect(desk.locator("#toast")).to_contain_text("Split: the second begins “flood")
    for _ in range(4):
        desk.keyboard.press("u")
        expect(desk.locator("#toast")).to_contain_text("Undone")
        expect(desk.locator("#saved")).to_have_text("All saved")
    assert parts_of(first) == ["“One flood,”"]
    assert Quote.objects.on_record().count() == 2


def parts_of(quote: Quote) -> list[str]:
    return list(
        quote.spans.filter(role="content").order_by("ordinal").values_list("exact", flat=True)
    )
