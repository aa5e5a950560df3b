"""Sentence starts that the text itself shows: a new line begins a new sentence."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

NAME = "line_breaks"


@Language.component(NAME, assigns=["token.is_sent_start"])
def line_breaks(doc: Doc) -> Doc:
    """Force a sentence start after each newline; must stand before the parser.

    Without it "Read more" at the end of one line became the subject of the next.
    """
    for token in doc[:-1]:
        if token.is_space and "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
    return doc
