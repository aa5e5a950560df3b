"""Lines by the batch, and the process that reads them ahead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from multiprocessing import active_children

import pytest

from quotes.importing import ahead
from quotes.importing.ahead import in_batches, read_ahead
from quotes.importing.items import ReadFailure
from quotes.importing.record import RecordLine


def line(number: int, text: str = "") -> RecordLine:
    return RecordLine(f"line {number}", {"text": text})


class Ending:
    """Lines whose reader ends in the middle, as one that the system has killed."""

    def __iter__(self) -> Iterator[RecordLine]:
        yield from map(line, range(ahead.LINES_AT_ONCE))
        os._exit(9)


def test_another_process_gives_the_same_batches_in_order():
    given = [*map(line, range(600)), ReadFailure("line 601", "It is not JSON.")]
    batches = list(read_ahead(given))
    assert batches == list(in_batches(given))
    assert [len(batch) for batch in batches] == [250, 250, 101]
    assert [one for batch in batches for one in batch] == given


def test_long_texts_come_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr(ahead, "CHARACTERS_AT_ONCE", 100)
    batches = list(in_batches([line(number, "x" * 60) for number in range(5)]))
    assert [len(batch) for batch in batches] == [2, 2, 1]


def test_a_reader_that_ends_before_its_lines_is_an_error_and_not_their_end():
    batches = read_ahead(Ending())
    assert len(next(batches)) == ahead.LINES_AT_ONCE
    with pytest.raises(RuntimeError, match="to their end"):
        next(batches)


def test_whoever_stops_in_the_middle_leaves_no_process_behind():
    batches = read_ahead([line(number) for number in range(2000)])
    next(batches)
    assert len(active_children()) == 1
    batches.close()
    assert active_children() == []


def test_a_number_past_64_bits_comes_from_the_other_process_as_it_stands():
    given = [RecordLine("line 1", {"text": "Osk.", "config": {"seed": 2**70, "share": 0.1}})]
    assert list(read_ahead(given)) == [given]
