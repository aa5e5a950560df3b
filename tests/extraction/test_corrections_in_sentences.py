"""Corrections as English tells them: sentences written for this, read by the rules alone."""

from __future__ import annotations

import pytest

from quotes.extraction.config import Config
from quotes.extraction.types import Document, Extraction

pytestmark = pytest.mark.model

BEFORE = "Toby Wren said on Monday that the pier had been closed since March."
"""What is corrected in the cases that stand against an earlier statement."""


def read(text: str) -> Extraction:
    from quotes.extraction.pipeline import extract  # loads the language model

    return extract(Document(text), Config(engine="rules"))


def pairs(text: str) -> list[tuple[str, str | None]]:
    """Corrector and corrected of each event."""
    found = read(text)
    names = [speaker.name for speaker in found.speakers]
    return [
        (
            "" if event.corrector is None else names[event.corrector],
            None if event.corrected is None else names[event.corrected],
        )
        for event in found.corrections
    ]


WREN = ("Ida Marsh", "Toby Wren")
NOBODY = ("Ida Marsh", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ida Marsh disputed the idea that the pier needed to be closed.", NOBODY),
        ("Ida Marsh has strongly denied any involvement in the sale.", NOBODY),
        ("Ida Marsh denied that she had sold the boat.", NOBODY),
        ("Ida Marsh denied any wrongdoing on Tuesday.", NOBODY),
        ("Ida Marsh bristled at the suggestion that she would resign.", NOBODY),
        ("Ida Marsh took issue with Toby Wren’s claim that the pier was closed.", WREN),
        ("Ida Marsh pushed back on Toby Wren’s assertion that the pier was closed.", WREN),
        ("Ida Marsh shot down Toby Wren’s claim that the pier was closed.", WREN),
        ("Ida Marsh accused Toby Wren of misrepresenting the figures.", WREN),
        ("Ida Marsh dismissed Toby Wren’s report as fiction.", WREN),
        ("Ida Marsh called Toby Wren’s claim baseless.", WREN),
        ("Ida Marsh termed the allegations unfounded.", NOBODY),
        ("Ida Marsh said Toby Wren was exaggerating the cost of the pier.", WREN),
        ("Ida Marsh said Toby Wren had misstated the cost of the pier.", WREN),
        ("Ida Marsh said that Toby Wren wrongly claimed the pier was closed.", WREN),
        ("Ida Marsh said Toby Wren was wrong about the cost of the pier.", WREN),
        ("Ida Marsh said Toby Wren was wrong because the gauge had failed.", WREN),
        ("Ida Marsh said that Toby Wren’s claims about the pier were unfounded.", WREN),
        ("Ida Marsh said most of Toby Wren’s claims were false.", WREN),
        ("Contrary to Toby Wren’s claim, the pier is open, Ida Marsh said.", WREN),
        ("Ida Marsh acknowledged that she had misspoken.", ("Ida Marsh", "Ida Marsh")),
        ("Ida Marsh walked back her comments on Tuesday.", ("Ida Marsh", "Ida Marsh")),
    ],
)
def test_correction_told_in_one_sentence(text: str, expected: tuple[str, str | None]) -> None:
    assert pairs(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Ida Marsh called that nonsense.",
        "Ida Marsh dismissed that claim.",
        "“That is simply not true,” Ida Marsh said.",
        "“That is not the case,” Ida Marsh said.",
        "But Ida Marsh said the pier had in fact been a bridge instead.",
        "Ida Marsh pointed out that the pier opened in March.",
        "Ida Marsh insisted that the pier had opened in March.",
        "Ida Marsh doubted that the pier had been closed.",
    ],
)
def test_the_statement_before_is_corrected(text: str) -> None:
    assert WREN in pairs(f"{BEFORE}\n\n{text}")


@pytest.mark.parametrize(
    ("claim", "reply"),
    [
        ("Toby Wren said that Ida Marsh had sold the pier.", "Ida Marsh said she never sold it."),
        ("Toby Wren accused Ida Marsh of sleeping.", "Ida Marsh said she was awake all night."),
        (
            "Toby Wren said Ida Marsh had supported the sale.",
            "“I did not support it,” Ida Marsh said.",
        ),
    ],
)
def test_who_says_otherwise_of_herself_denies_it(claim: str, reply: str) -> None:
    found = read(f"{claim}\n\n{reply}")
    assert pairs(f"{claim}\n\n{reply}") == [WREN]
    assert found.corrections[0].kind == "denial"
    assert found.corrections[0].explicitness == "juxtaposed"


@pytest.mark.parametrize(
    "text",
    [
        "Ida Marsh rejected the plan.",
        "Ida Marsh blasted the Wren Report.",
        "Ida Marsh denounced Toby Wren’s remarks.",
        "Ida Marsh felt free to contradict Toby Wren.",
        "Ida Marsh talked of boats rather than disputing Toby Wren’s claim.",
        "Ida Marsh rejected the notion that the pier should be forgotten.",
        "Justice Ida Marsh rejected Toby Wren’s claim in a ruling.",
        "Ida Marsh said Toby Wren was wrong to sell the pier.",
        "Ida Marsh said the bill was wrong for the town.",
        "Ida Marsh backtracked from her red line.",
        "The report was denied to Ida Marsh.",
        "Ida Marsh did not dispute Toby Wren’s claim.",
        "Ida Marsh would dispute Toby Wren’s claim.",
        "If Ida Marsh disputes Toby Wren’s claim, the sale is off.",
        "Ida Marsh challenged Toby Wren in the election.",
    ],
)
def test_what_only_looks_like_a_correction(text: str) -> None:
    assert pairs(text) == []


@pytest.mark.parametrize(
    "reply",
    [
        "Ida Marsh said she would not sell it.",  # what will be is no answer to a claim
        "“I don’t care,” Ida Marsh said.",
        "Ida Marsh said the sea was cold.",
    ],
)
def test_two_statements_side_by_side_are_no_correction(reply: str) -> None:
    assert pairs(f"Toby Wren said that Ida Marsh had bought the pier.\n\n{reply}") == []


def test_a_spokesman_does_not_correct_his_principal() -> None:
    story = (
        "Toby Wren said he had sold the pier.\n\n"
        "Ida Marsh, a spokeswoman for Toby Wren, pointed out that the pier was sold in March."
    )
    assert pairs(story) == []


def test_what_an_office_says_its_holder_says() -> None:
    story = "Ida Marsh spoke to Toby Wren.\n\nMarsh’s office denied that the pier was closed."
    assert pairs(story) == [NOBODY]


def test_which_is_the_body_before_it() -> None:
    story = (
        "The sale angered the Saltmere council, which has strongly denied any involvement in it."
    )
    assert pairs(story) == [("Saltmere council", None)]
