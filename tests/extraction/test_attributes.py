"""Word classes, forms and lemmas are what spaCy's attribute ruler gives, word for word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from quotes.extraction import language
from quotes.extraction.components import attributes

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
STORIES = sorted(SAMPLES.glob("*.txt"))
PHRASES = (
    "There’s a leak, she said. There are two. There's no time, and there is none.",
    "“I ain't going,” he said. “Y'all gon na see. Let's go. C'm on, I gon na leave.”",
    "But he did. No buts: all of you, you and it.\n\nThe mayor 's car.\n \nIt 's hers.",
)


def _whole() -> Language:
    """The same model with the ruler itself."""
    nlp = spacy.load(language.load().name.partition(" ")[0])
    nlp.add_pipe("line_breaks", before="parser")
    language._part_dashes(nlp)
    return nlp


def _read(doc: Doc) -> list[tuple[Any, ...]]:
    return [(t.text, t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_, t.head.i) for t in doc]


@pytest.fixture(scope="module")
def models() -> tuple[Language, Language]:
    nlp = language.load().nlp
    assert attributes.NAME in nlp.pipe_names
    assert "attribute_ruler" not in nlp.pipe_names
    return _whole(), nlp


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_is_read_as_by_the_ruler(models: tuple[Language, Language], path: Path) -> None:
    text = path.read_text("utf-8")
    assert _read(models[1](text)) == _read(models[0](text))


@pytest.mark.parametrize("text", ["", " ", *PHRASES])
def test_phrases_that_only_the_ruler_sees_are_kept(
    models: tuple[Language, Language], text: str
) -> None:
    assert _read(models[1](text)) == _read(models[0](text))


def test_a_memory_that_is_full_begins_anew(
    models: tuple[Language, Language], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "_MOST_CASES", 40)
    whole, nlp = models
    held = []
    for text in PHRASES * 2:
        assert _read(nlp(text)) == _read(whole(text))
        held.append(len(nlp.get_pipe(attributes.NAME)._given))  # type: ignore[attr-defined]
    assert max(held) < 40 + len(PHRASES[1].split()) * 2


def test_a_ruler_that_looks_at_more_than_a_words_form_is_left_alone() -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add(patterns=[[{"LENGTH": 3}]], attrs={"POS": "NOUN"})  # type: ignore[attr-defined]
    attributes.remember_attributes(nlp)
    assert nlp.pipe_names == ["attribute_ruler"]
    assert [token.pos_ for token in nlp("two three")] == ["NOUN", ""]


def test_a_pipeline_without_a_ruler_is_left_alone() -> None:
    nlp = spacy.blank("en")
    attributes.remember_attributes(nlp)
    assert nlp.pipe_names == []
