"""Quotes that a name signs ("“…” ― Ida Marsh") or opens ("MARSH: …", "Marsh: Ten to Close")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.selection import trimmed_keeping_marks

NAME = "signed_quotes"
_DASHES = frozenset(("―", "—", "–", "-", "--", "~"))
_LABEL = re.compile(
    r"[\"“]?(?P<name>(?:[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){0,3})|[QA](?=:))"
    r"(?: ?\([^()\n]{1,40}\))?: ?(?=\S)"
)
_LINES = re.compile(r"[^\n]+")
_HEADLINE = re.compile(
    r"\s*(?:[^:\n]{2,30} [–—|-] )?"
    r"(?P<name>[^:\n“”\"‘’'–—|]{1,40}(?:[’'][^:\n“”\"‘’']{1,20})?): (?=\S)"
)
_NAMES = frozenset(("PERSON", "ORG"))
_REPORTS = frozenset(("poll", "polls", "report", "reports", "study", "survey"))
_LONGEST_NAME, _FEWEST_WORDS = 5, 3
_FEWEST_LINES = 3
_LONGEST_SIGNATURE = 14
_SURE = 0.9


@Language.component(NAME, requires=["doc._.marks"], assigns=["doc._.frames"])
def signed_quotes(doc: Doc) -> Doc:
    """Propose an attribution for each signed quote, each line of a dialogue, and the headline."""
    frames: list[Frame] = doc._.frames or []
    marks: Quoted = doc._.marks
    frames.extend(_signed(doc, marks))
    frames.extend(_dialogue(doc, marks))
    frames.extend(_headline(doc, marks))
    doc._.frames = frames
    return doc


def _signed(doc: Doc, marks: Quoted) -> Iterator[Frame]:
    for number, (first, last) in enumerate(marks.bounds):
        index = last
        while index < len(doc) and doc[index].is_space and index - last < 2:
            index += 1
        if index >= len(doc) - 1 or doc[index].text not in _DASHES:
            continue
        if first and not doc[first - 1].is_space:
            continue
        source = []
        for token in doc[index + 1 : index + 1 + _LONGEST_SIGNATURE]:
            if "\n" in token.text:
                break
            if not token.is_space:
                source.append(token.i)
        if (
            not source
            or len(source) == _LONGEST_SIGNATURE
            or doc[source[0]].pos_ != "PROPN"
            or marks.of[source[0]] >= 0
        ):
            continue
        anchor = source[0]
        while anchor + 1 in source and doc[anchor + 1].pos_ == "PROPN":
            anchor += 1
        content = trimmed_keeping_marks(doc, set(marks.tokens(number)), marks)
        if content:
            yield Frame("signed", "", index, [index], source, content, score=_SURE, anchor=anchor)


def _dialogue(doc: Doc, marks: Quoted) -> Iterator[Frame]:
    found = []
    for line in _LINES.finditer(marks.text):
        label = _LABEL.match(marks.text, line.start(), line.end())
        if label is not None:
            found.append((label, line.end()))
    if len(found) < _FEWEST_LINES:
        return
    for label, end in found:
        source = doc.char_span(label.start("name"), label.end("name"), alignment_mode="expand")
        spoken = doc.char_span(label.end(), end, alignment_mode="contract")
        if source is None or spoken is None or not any(token.is_alpha for token in spoken):
            continue
        content = [token.i for token in spoken if not token.is_space]
        names = [token.i for token in source if token.text[0].isalnum()]
        cue = [i for i in range(source.end, spoken.start) if doc[i].text == ":"]
        if names and content:
            yield Frame(
                "dialogue",
                "",
                (cue or names)[0],
                cue,
                names,
                content,
                score=_SURE,
                anchor=names[-1],
            )


def _headline(doc: Doc, marks: Quoted) -> Iterator[Frame]:
    """ "Marsh: Ten Wards to Close": the first line says whose words, the story who that is."""
    label = _HEADLINE.match(marks.text)
    end = marks.text.find("\n", label.end()) if label is not None else -1
    if label is None or end < 0:
        return
    source = doc.char_span(label.start("name"), label.end("name"), alignment_mode="expand")
    spoken = doc.char_span(label.end(), end, alignment_mode="contract")
    if source is None or spoken is None or not _may_open(doc, list(source), spoken.end):
        return
    content = trimmed_keeping_marks(doc, {t.i for t in spoken if not t.is_space}, marks)
    if sum(doc[i].is_alpha for i in content) < _FEWEST_WORDS:
        return
    cue = [i for i in range(source.end, spoken.start) if doc[i].text == ":"]
    names = [token.i for token in source if not token.is_space]
    yield Frame(
        "headline", "", (cue or names)[0], cue, names, content, score=_SURE, anchor=names[-1]
    )


def _may_open(doc: Doc, words: list[Token], story: int) -> bool:
    """A name that the story uses, with at most one word beside it that is no verb; or "Poll"."""
    last = words[-1]
    if len(words) > _LONGEST_NAME or not all(word.text[0].isupper() for word in words):
        return False
    if last.lower_ in lexicon.COLLECTIVE or last.lower_ in _REPORTS:
        return True
    known = {token.text for token in doc[story:] if token.ent_type_ in _NAMES}
    others = [word for word in words[:-1] if word.text not in known]
    titled = lexicon.ROLES | lexicon.NAME_TITLES | lexicon.HONORIFICS | lexicon.TITLE_LEADERS
    others = [word for word in others if word.lower_.rstrip(".") not in titled]
    verbs = lexicon.SPEECH | lexicon.ATTITUDES
    return (
        last.text in known
        and len(others) <= 1
        and not any(word.tag_ == "VBZ" or word.lemma_.lower() in verbs for word in others)
    )
