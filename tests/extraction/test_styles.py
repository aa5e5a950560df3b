"""Sentences as the press of five countries and the agencies write them, each with its parse.

``styles.txt`` holds them: the style, each "source ← content" that is to be found, then one line a
word: form, tag, dependency, head, lemma, name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Doc

BLOCKS = Path(__file__).with_name("styles.txt").read_text("utf-8").strip().split("\n\n")
ARROW = " ← "
MARKS = " ‘’“”,"


def _sentence(block: str) -> str:
    return " ".join(line.split()[0] for line in block.splitlines() if not line.startswith("# "))


@pytest.mark.parametrize("block", BLOCKS, ids=_sentence)
def test_who_is_said_to_have_said_what(
    read: Callable[..., Doc], words: Callable[[Doc, list[int]], str], block: str
) -> None:
    lines = block.splitlines()
    wanted = [line.removeprefix("# ") for line in lines if ARROW in line]
    doc = read("\n".join(line for line in lines if not line.startswith("# ")))
    found = [
        words(doc, frame.source).strip(MARKS) + ARROW + words(doc, frame.content).strip(MARKS)
        for frame in doc._.frames
    ]
    assert found == wanted


def test_each_style_has_its_sentences() -> None:
    styles = Counter(block.splitlines()[0] for block in BLOCKS)
    assert len(styles) == 6
    assert min(styles.values()) >= 6
