"""Appeals, metadata and credits are marked; the story is left alone."""

from __future__ import annotations

import datetime as dt

import pytest

from quotes.extraction.boilerplate import find_skipped, read_date

APPEAL = (
    "Your support helps us to report from the coast. The Lantern believes quality journalism "
    "should be free of paywalls, paid for by those who can afford it. "
    "Please consider donating. Read more"
)


def skipped(text: str) -> list[str]:
    return [text[s.start : s.end] for s in find_skipped(text)]


def test_a_metadata_line_is_skipped_and_its_date_read() -> None:
    text = " date 2031-05-06 " + APPEAL + "\n\nIda Marsh said the pier would open."
    assert skipped(text) == ["date 2031-05-06", APPEAL]
    assert read_date(text) == dt.date(2031, 5, 6)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Published: 6 May 2031", dt.date(2031, 5, 6)),
        ("Updated May 6, 2031", dt.date(2031, 5, 6)),
        ("date 2031-99-06", None),
        ("Ida Marsh said on 6 May 2031 that", None),
    ],
)
def test_dates_of_leading_lines(line: str, date: dt.date | None) -> None:
    assert read_date(line + "\n\nThe story.") == date


@pytest.mark.parametrize(
    "line",
    [
        "Read more",
        "READ MORE: Harbour plan sunk by two votes",
        "Photo: Oona Pell/Lantern Pictures",
        "The pier at dusk (Photo by Oona Pell)",
        "(Reporting by Oona Pell; editing by Cass Brine)",
        "Sign up for our weekly newsletter and get the coast in your inbox",
        "© 2031 The Lantern. All rights reserved.",
    ],
)
def test_lines_that_are_not_the_story(line: str) -> None:
    text = f"Ida Marsh spoke first.\n\n{line}\n\nHale answered."
    assert skipped(text) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "“Please consider donating to the pier fund, your donation helps,” Marsh said.",
        "She would read more books if she had the time, Hale said.",
        "The date 2031-05-06 was chosen by lot.",
        "Image matters to politicians, Hale told the meeting.",
    ],
)
def test_the_story_itself_is_kept(line: str) -> None:
    assert skipped(f"Ida Marsh spoke first.\n\n{line}") == []


def test_an_appeal_before_a_story_without_line_breaks_leaves_the_story() -> None:
    story = " Ida Marsh said the pier would open in spring." * 80
    found = skipped(APPEAL + story)
    assert len(found) == 1
    assert "spring" not in found[0]


@pytest.mark.parametrize("marks", ["“”", '""', "‘’", "«»"])
def test_what_somebody_reads_out_is_no_appeal(marks: str) -> None:
    text = "Oonagh Kell read the note: “Dear all,\n\nSubscribe now.\n\nYours, the paper.” We did.\n"
    text = text.replace("“", marks[0]).replace("”", marks[1])
    assert skipped(text) == []
    assert skipped(text.replace(marks[0], "", 1)) == ["Subscribe now."]
