"""The sample stories, each with its text under "text", read once for all tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
SLUGS = sorted(path.stem for path in SAMPLES.glob("*.json"))


def read(slug: str) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads((SAMPLES / f"{slug}.json").read_text("utf-8"))
    # Bytes, not read_text: universal newlines would hide a stray carriage return.
    gold["text"] = (SAMPLES / f"{slug}.txt").read_bytes().decode("utf-8")
    return gold


@pytest.fixture(params=SLUGS)
def story(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One story after the other."""
    return read(request.param)


@pytest.fixture(scope="session")
def stories() -> list[dict[str, Any]]:
    """All stories."""
    return [read(slug) for slug in SLUGS]
