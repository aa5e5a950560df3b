"""A figure that falls short makes its command fail, and every figure is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import bars


def test_one_that_falls_short_fails_the_command_and_both_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "made" / "figures.jsonl"
    monkeypatch.setattr(bars, "KEPT", kept)
    monkeypatch.setattr(bars, "_short", [])
    bars.say("a page", "80 ms", "100 ms", holds=True)
    assert bars.verdict() == 0
    bars.say("a list", "1.4 s", "1 s", holds=False)
    bars.say("a card", "9 ms", "16 ms", holds=True)
    assert bars.verdict() == 1
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    assert [(line["row"], line["holds"]) for line in lines] == [
        ("a page", True),
        ("a list", False),
        ("a card", True),
    ]
    assert "FALLS SHORT  a list: 1.4 s (bar: 1 s)\n" in capsys.readouterr().out
