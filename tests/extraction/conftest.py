"""Hand-built parses for the engine's unit tests, and the folder of texts outside the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from quotes.extraction import extensions
from quotes.extraction.components.carried import carried_quotes
from quotes.extraction.components.corrections import corrections
from quotes.extraction.components.direct import direct_speech
from quotes.extraction.components.names import names
from quotes.extraction.components.nested import nested_quotes
from quotes.extraction.components.quoted import quoted_stretches
from quotes.extraction.components.references import references
from quotes.extraction.components.reported import reported_speech
from quotes.extraction.components.speakers import Finding, speakers
from quotes.extraction.config import Config
from quotes.extraction.pipeline import choose_frames
from quotes.extraction.types import Document

SHARED = Path(__file__).resolve().parents[2].parent / "shared"

_POS = {
    "NNP": "PROPN", "NNPS": "PROPN", "NN": "NOUN", "NNS": "NOUN", "PRP": "PRON", "PRP$": "PRON",
    "WP": "PRON", "WDT": "PRON", "DT": "DET", "IN": "ADP", "TO": "PART", "RB": "ADV", "JJ": "ADJ",
    "CC": "CCONJ", "MD": "AUX", "CD": "NUM", "_SP": "SPACE", "WRB": "ADV",
    "RP": "ADP", "POS": "PART",
}  # fmt: skip


def _iob(labels: list[str]) -> list[str]:
    before = ["", *labels]
    return [
        f"{'I' if label == left else 'B'}-{label}" if label else "O"
        for left, label in zip(before, labels, strict=False)
    ]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of annotated texts that is no part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("the annotated texts are not on this machine")
    return SHARED


@pytest.fixture
def parsed() -> Callable[..., Doc]:
    """Make a ``Doc`` from lines of ``word tag dep head [lemma] [ENTITY]``; a head is an index."""
    extensions.register()

    def build(table: str, document: Document | None = None) -> Doc:
        rows = [line.split() for line in table.strip().splitlines()]
        words = [{"¶": "\n\n"}.get(row[0], row[0]) for row in rows]
        marks = set("“,.:”?’")
        spaces = [
            following not in marks - {"“"}
            and word not in ("“", "‘", "\n\n")
            and following != "\n\n"
            for word, following in zip(words, [*words[1:], "."], strict=True)
        ]
        doc = Doc(
            spacy.blank("en").vocab,
            words=words,
            spaces=spaces,
            tags=[row[1] for row in rows],
            pos=[
                "AUX" if row[2] in ("aux", "auxpass") else "PUNCT" if row[2] == "punct"
                else _POS.get(row[1], "VERB" if row[1].startswith("VB") else "X")
                for row in rows
            ],
            deps=[row[2] for row in rows],
            heads=[int(row[3]) for row in rows],
            lemmas=[row[4] if len(row) > 4 else row[0].lower() for row in rows],
            ents=_iob([row[5] if len(row) > 5 else "" for row in rows]),
        )  # fmt: skip
        doc._.document = document or Document(doc.text)
        doc._.config = Config()
        return doc

    return build


@pytest.fixture
def read(parsed: Callable[..., Doc]) -> Callable[..., Doc]:
    """Run every component over a hand-built parse."""

    def run(table: str, document: Document | None = None) -> Doc:
        doc = parsed(table, document)
        for component in (
            quoted_stretches, reported_speech, direct_speech, choose_frames, carried_quotes,
            nested_quotes, names, references, speakers, corrections,
        ):  # fmt: skip
            doc = component(doc)
        return doc

    return run


@pytest.fixture
def words() -> Callable[[Doc, list[int]], str]:
    """The words of token indices, to compare with."""

    def join(doc: Doc, indices: list[int]) -> str:
        return " ".join(doc[i].text for i in indices)

    return join


@pytest.fixture
def only() -> Callable[[Doc], Finding]:
    """The one finding of a parse."""

    def first(doc: Doc) -> Finding:
        assert len(doc._.findings) == 1, [f.frame for f in doc._.findings]
        finding: Finding = doc._.findings[0]
        return finding

    return first
