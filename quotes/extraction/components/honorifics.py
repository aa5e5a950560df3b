"""Persons that a title gives away ("Dame Ottoline", "Mr Wrenfield") and statistics miss."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from quotes.extraction import lexicon

NAME = "honorific_names"


@Language.component(NAME, assigns=["doc.ents", "token.ent_type"])
def honorific_names(doc: Doc) -> Doc:
    """Mark honorific + name and title + name as persons; must stand before the recogniser."""
    found = []
    for token in doc[:-1]:
        word = token.lower_.rstrip(".")
        if word in lexicon.HONORIFICS and token.text[0].isupper():
            end = _name_end(doc, token.i + 1)
            if end > token.i + 1:
                found.append(Span(doc, token.i, end, label="PERSON"))
        elif word in lexicon.NAME_TITLES and token.text[0].isupper():
            end = _name_end(doc, token.i + 1)
            if end > token.i + 1 and doc[token.i + 1].lower_.rstrip(".") not in lexicon.HONORIFICS:
                found.append(Span(doc, token.i + 1, end, label="PERSON"))
    if found:
        doc.set_ents(filter_spans(found), default="unmodified")
    return doc


def _name_end(doc: Doc, start: int) -> int:
    end = start
    while end < len(doc) and end < start + 5:
        hyphen = doc[end].text == "-" and end > start and not doc[end].whitespace_
        if not hyphen and not _is_name_word(doc, end, first=end == start):
            break
        end += 1
    if end > start and doc[end - 1].text == "-":
        end -= 1
    while end > start and doc[end - 1].lower_ in lexicon.NAME_PARTICLES:
        end -= 1
    return end


def _is_name_word(doc: Doc, index: int, *, first: bool) -> bool:
    token = doc[index]
    if token.lower_ in lexicon.NAME_PARTICLES:
        return True
    if not token.text[:1].isupper() or not token.text[0].isalpha():
        return False
    if token.lower_ in lexicon.DAYS_AND_MONTHS or token.lower_ in lexicon.NEVER_IN_NAMES:
        return False
    return first or not token.is_sent_start or not token.is_sent_start > 0
