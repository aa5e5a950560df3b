"""The benchmark's own arithmetic; the measuring itself is `make bench-engine`."""

from __future__ import annotations

import pytest

from benchmarks import speed
from quotes.extraction.config import Config


@pytest.mark.parametrize("make", [speed.prose, speed.hostile])
@pytest.mark.parametrize("size", [10, 1000, 70_000])
def test_texts_have_the_length_that_was_asked_for(make, size: int) -> None:  # type: ignore[no-untyped-def]
    assert len(make(size)) == size


def test_each_length_is_compared_with_twice_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(speed, "extract", lambda document, config: read.append(len(document.text)))
    steps = speed.growth(speed.prose, Config(), 260_000)
    assert read == [62_500, 125_000, 250_000]
    assert [step.characters for step in steps] == [62_500, 125_000]


def test_factor_is_time_over_time() -> None:
    assert speed.Growth(1, 2.0, 5.0).factor == 2.5
