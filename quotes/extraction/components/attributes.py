"""Word classes and forms: spaCy's attribute ruler, asked once for each case and remembered.

The ruler matches the English models' 179 patterns against every word of every text, a sixth of
the pipeline's time. Nearly all of them look at one word alone, at its tag, its lower-case form and
its dependency: words that agree in these get the same attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

NAME = "remembered_attributes"

_RULER = "attribute_ruler"
_SEEN: list[int | str] = ["TAG", "LOWER", "DEP"]
_GIVEN: list[int | str] = ["TAG", "POS", "MORPH", "LEMMA", "DEP"]
_TOLD_BY_FORM = "IS_SPACE"
_MOST_CASES = 50_000

_Case = tuple[int, ...]
_Rule = dict[str, Any]


def remember_attributes(nlp: Language) -> None:
    """Let a memory answer for the ruler, where its patterns for one word look at nothing else."""
    ruler = nlp.get_pipe(_RULER) if nlp.has_pipe(_RULER) else None
    if not isinstance(ruler, AttributeRuler):
        return
    told = {*_SEEN, _TOLD_BY_FORM}
    single = [rule["patterns"] for rule in _rules(ruler) if _is_for_one_word(rule)]
    if all(told.issuperset(word) for patterns in single for (word,) in patterns):
        nlp.add_pipe(NAME, after=_RULER)
        nlp.disable_pipe(_RULER)


def _rules(ruler: AttributeRuler) -> list[_Rule]:
    return cast("list[_Rule]", ruler.patterns)


def _is_for_one_word(rule: _Rule) -> bool:
    return all(len(pattern) == 1 for pattern in rule["patterns"])


class RememberedAttributes:
    """Gives each word what the ruler gave to the first word of its case."""

    def __init__(self, ruler: AttributeRuler) -> None:
        self._ruler = ruler
        self._words = AttributeRuler(ruler.vocab)
        self._phrases = Matcher(ruler.vocab)
        for rule in _rules(ruler):
            if _is_for_one_word(rule):
                self._words.add(**rule)
            else:
                self._phrases.add("phrase", rule["patterns"])
        self._given: dict[_Case, _Case] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set tag, word class, form, lemma and dependency as the ruler would."""
        phrases = self._phrases(doc)
        cases = [tuple(case) for case in doc.to_array(_SEEN).tolist()]
        if len(self._given) > _MOST_CASES:
            self._given = {}
        memory = self._given  # another thread may begin a new one
        unseen = sorted(set(cases).difference(memory))
        memory.update(self._asked(doc, unseen))
        rows = [memory[case] for case in cases]
        given: Any = np.array(rows, dtype=np.uint64).reshape(len(doc), len(_GIVEN))
        doc.from_array(_GIVEN, given)
        for _, start, end in phrases:
            phrase: Any = doc[start:end]
            matches = self._ruler.match(phrase)
            moved = [(rule, label, start + a, start + b) for rule, label, a, b in matches]
            self._ruler.set_annotations(doc, moved)
        return doc

    def _asked(self, doc: Doc, cases: Sequence[_Case]) -> dict[_Case, _Case]:
        """What the ruler says of words of these cases, asked in one text of them alone."""
        name = doc.vocab.strings
        text = Doc(
            doc.vocab,
            words=[name[form] for _, form, _ in cases],
            tags=[name[tag] for tag, _, _ in cases],
            deps=[name[dep] for _, _, dep in cases],
            heads=list(range(len(cases))),
        )
        given = self._words(text).to_array(_GIVEN).tolist()
        return {case: tuple(row) for case, row in zip(cases, given, strict=True)}


@Language.factory(NAME, assigns=["token.pos", "token.morph"])
def create(nlp: Language, name: str) -> RememberedAttributes:
    """The memory for the pipeline's own ruler."""
    ruler = nlp.get_pipe(_RULER)
    if not isinstance(ruler, AttributeRuler):
        raise TypeError(f"{_RULER} is a {type(ruler).__name__}")
    return RememberedAttributes(ruler)
