"""What holds for any text at all: the promises that the database and the editors rely on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quotes.extraction.config import Config
from quotes.extraction.pipeline import extract
from quotes.extraction.text import verbatim_spans
from quotes.extraction.types import Document, Extraction
from tests.timing import times_longer

pytestmark = pytest.mark.model

PIECES = [
    "“", "”", "‘", "’", '"', "'", "''", "«", "»", " ", "\n", "\n\n", ".", ",", ": ", "… ", "— ",
    "said", "Ida Marsh ", "Mr Wren ", "she ", " told him ", "according to ", " the claim ",
    "We won", " denied ", " adding ", "é", "🙂", "\u200b", "e\u0301", "Asked if ", " that it fell",
]  # fmt: skip


def check(text: str, result: Extraction) -> None:
    spans = [
        span for item in result.attributions for span in (*item.content, *item.cue, *item.source)
    ]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    hulls = [
        (item.content[0].start, item.content[-1].end)
        for item in result.attributions
        if item.parent is None
    ]
    assert all(a[1] <= b[0] for a, b in pairwise(hulls))
    for number, item in enumerate(result.attributions):
        assert item.content
        assert all(a.end <= b.start for a, b in pairwise(item.content))
        verbatim = verbatim_spans(text, item.content)
        assert bool(verbatim) == (item.kind != "indirect")
        assert 0 <= item.confidence <= 1
        assert item.rule and item.reason
        assert item.parent is None or item.parent != number
        assert len(item.candidates) <= 9
        assert all(0 <= c.speaker < len(result.speakers) for c in item.candidates)
        order = [c.probability for c in item.candidates[1:]]
        assert order == sorted(order, reverse=True)
        if item.speaker is not None:
            assert item.candidates[0].speaker == item.speaker
        for skipped in result.skipped:
            assert all(
                span.end <= skipped.start or skipped.end <= span.start for span in item.content
            )
    for number, correction in enumerate(result.corrections):
        assert 0 <= correction.start < correction.end <= len(text)
        assert correction.corrector is not None
        assert (correction.corrector == correction.corrected) == (
            correction.kind == "self_correction" and correction.corrected is not None
        )
        for earlier in (correction.retells, correction.same_point_as):
            assert earlier is None or earlier < number
        if correction.retells is not None:
            assert result.corrections[correction.retells].retells is None
        for quote in (*correction.corrected_quotes, *correction.correcting_quotes):
            assert 0 <= quote < len(result.attributions)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("“‘“’”" * 5 + " said Ida Marsh")
@example("Ida Marsh said “we won”, she added “again”, and Mr Wren denied the claim. “No,” he said.")
@example("")
@example("\n\n\n")
@example("“")
@example('\ne  adding w"""n ld')  # two marks in one token
def test_every_promise_holds_for_any_text(text: str) -> None:
    check(text, extract(Document(text)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=120))
def test_any_unicode_is_read(text: str) -> None:
    check(text, extract(Document(text)))


def test_two_runs_are_equal() -> None:
    text = "Ida Marsh said the pier fell. “It did not,” said Toby Wren. She denied the claim."
    assert extract(Document(text)) == extract(Document(text))


def test_chunks_do_not_move_a_span() -> None:
    text = "Ida Marsh said the pier fell.\n\n“It did not,” said Toby Wren.\n\n" * 12
    small = extract(Document(text), Config(chunk_chars=150))
    check(text, small)
    assert [a.content for a in small.attributions] == [
        a.content for a in extract(Document(text)).attributions
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("piece", "count"),
    [
        ("“", 700),
        ("“a", 2000),
        (" ", 60_000),
        ("x", 6000),
        ("‘he said ", 600),
        ("Read more\n", 1000),
    ],
)
def test_time_grows_with_hostile_text(piece: str, count: int) -> None:
    def reading(times: int) -> Callable[[], object]:
        return lambda: extract(Document(piece * times), Config(engine="rules"))

    # Doubled twice: one step may just leave the processor's memory. The square would be 16.
    most = 2.4**2
    assert times_longer(reading(4 * count), reading(count), at_most=most) <= most


@pytest.mark.model
@pytest.mark.parametrize("text", ["¦", "§ ¦ §", "“¦”", "¦ said"])
def test_a_mark_taken_for_a_name_is_no_name(text: str):
    assert extract(Document(text)).speakers == ()
