"""Lines of a page that are not the story are skipped, never cut; what somebody says is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quotes.importing import ArticleInput, read_file, read_paste
from quotes.importing.furniture import find_furniture
from tests.timing import times_longer

STORY = [
    "The tram depot at Osk will stay open for two more winters, its owner said on Monday.",
    "“Nobody asked the drivers, and the drivers would have told you,” said Petra Holm, who has "
    "driven the harbour line since it was laid.",
    "The city had meant to sell the land in the spring to a maker of paper cups.",
]


def skipped(text: str, **known: str) -> list[str]:
    ranges = sorted(find_furniture(text, **known), key=lambda found: found.start)
    return [text[found.start : found.end] for found in ranges]


def story_with(line: str, *, after: int = 1) -> str:
    return "\n\n".join([*STORY[:after], line, *STORY[after:]])


@pytest.mark.parametrize(
    "line",
    [
        "Sign up to our newsletter for a look back at the week.",
        "Please bookmark osk.example and sign up for our daily newsletter, First Tram.",
        "Would you like to comment on this article?",
        "Please read our Comment Policy before commenting.",
        "Join the conversation, follow other readers and see their replies",
        "Story continues below this advertisement",
        "Article content",
        "Subscribe Now!",
        "Stay informed with the Osk Courier – your source for honest journalism. From 2 crowns.",
        "Mayor opens paper fair Mayor opens paper fair",
    ],
)
def test_words_to_the_reader_are_skipped(line: str):
    assert skipped(story_with(line)) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "“Sign up for our newsletter,” she told the crowd.",
        "Ms Holm said readers should “subscribe to nothing at all”.",
        "Sign language was taught in the depot until the autumn.",
        "Join Holm on the line and the town looks different.",
        "Comments by the mayor were read to the council in full.",
        "Most popular of the proposals was a second depot.",
        "Advertisements paid for the first line in 1911, the city's books show.",
        "Follow the money, the auditors wrote, and the trams turn up in another town's books.",
    ],
)
def test_a_line_of_the_story_is_kept(line: str):
    assert skipped(story_with(line)) == []


@pytest.mark.parametrize("marks", ["“”", '""', "‘’", "«»"])
def test_no_line_inside_a_quotation_is_dropped(marks: str):
    text = "It said: “Dear drivers, we’re here.\n\nSubscribe now!\n\nYours, the city.” Holm’s.\n"
    text = text.replace("“", marks[0]).replace("”", marks[1])
    assert skipped(text) == []
    assert skipped(text.replace(marks[0], "", 1).replace(f".{marks[1]}", ".")) == ["Subscribe now!"]


def test_teasers_behind_the_end_are_skipped_to_the_last():
    teasers = ["More from the Courier", "A bridge for Osk", "“It will hold,” for a century"]
    assert skipped("\n\n".join([*STORY, *teasers])) == teasers


def test_a_heading_before_more_of_the_story_takes_nothing_with_it():
    assert skipped("\n\n".join([*STORY[:2], "More on the sale", STORY[2], *STORY[1:2]])) == [
        STORY[1]
    ]


def test_headline_that_opens_the_text_goes_with_the_label_above_it():
    text = "\n\n".join(["Transport", "Depot stays open!", *STORY])
    assert skipped(text, headline="Depot stays open") == ["Transport", "Depot stays open!"]


def test_a_doubled_paragraph_counts_once():
    assert skipped("\n\n".join([*STORY, STORY[1]])) == [STORY[1]]
    text = "\n\n".join([*STORY, STORY[1]])
    assert next(iter(find_furniture(text))).start == text.rindex(STORY[1])


def test_words_pulled_out_of_a_paragraph_are_skipped_and_the_paragraph_stays():
    pulled = "Nobody asked the drivers, and the drivers would have told you Petra Holm, driver"
    assert skipped(story_with(pulled)) == [pulled]


def test_a_line_that_says_more_than_a_paragraph_is_not_pulled_out_of_it():
    more = "Nobody asked the drivers, and the drivers would have told you. Two of them were ill."
    assert skipped(story_with(more)) == []


def test_what_is_skipped_stays_in_the_stored_text():
    text = story_with("Sign up to our newsletter for a look back at the week.")
    item = read_paste(text)
    assert isinstance(item, ArticleInput)
    assert item.text == text
    assert [text[found.start : found.end] for found in item.skipped] == [
        "Sign up to our newsletter for a look back at the week."
    ]


def page(body: str) -> bytes:
    return (
        "<!doctype html><html><head><meta charset='utf-8'><title>Depot stays open</title></head>"
        f"<body><main><article><h1>Depot stays open</h1>{body}</article></main></body></html>"
    ).encode()


def test_a_line_that_is_a_link_and_nothing_else_is_a_teaser():
    teaser = "PAPER CUPS: WHAT THE MAKERS WANTED"
    body = "".join(f"<p>{part}</p>" for part in STORY[:2])
    body += f"<p><a href='/cups'>{teaser}</a></p><p>{STORY[2]}</p>"
    (item,) = read_file("a.html", page(body))
    assert isinstance(item, ArticleInput)
    assert [item.text[found.start : found.end] for found in item.skipped] == [teaser]


def test_a_paragraph_lost_above_the_others_is_put_back():
    first = "Osk will keep its depot, and the drivers who asked for it heard so by telephone."
    paragraphs = "".join(
        f'<div class="row"><div><div><p>{part}</p></div></div></div>' for part in [first, *STORY]
    )
    (item,) = read_file("a.html", page(f'<div class="story">{paragraphs}</div>'))
    assert isinstance(item, ArticleInput)
    assert item.text.count(first) == 1


@pytest.mark.slow
@pytest.mark.parametrize("line", ["Comments", "Sign up to our newsletter", "x y z " * 5, "“a"])
def test_time_grows_with_the_text_not_with_its_square(line: str):
    def read(copies: int) -> Callable[[], object]:
        text = "\n".join([*STORY, *[line] * copies, STORY[0]])
        return lambda: read_paste(text)

    assert times_longer(read(16_000), read(8_000), at_most=3) <= 3
