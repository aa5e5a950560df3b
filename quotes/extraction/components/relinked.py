"""Cues that the order of the tagger's spans hides: a closing "Wren said", a speaker inside."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.components.parts import Link, Part, distance, is_dash
from quotes.extraction.frames import Quoted
from quotes.extraction.syntax import noun_phrase, verb_group

_NEAR = 3
_FEW_WORDS_BEFORE = 6
_LONGEST_NAME = 8


def signed_parts(doc: Doc, parts: dict[str, list[Part]]) -> dict[str, list[Part]]:
    """ "“It sinks.” ― Ida Wren": the dash is the cue, the name behind it the source."""
    cues, sources = [], [*parts["source"]]
    for cue in parts["cue"]:
        name = [i for i in cue.tokens[1:] if doc[i].pos_ == "PROPN"]
        if is_dash(doc, cue.first) and name and not cue.speaks:
            cues.append(Part(doc, cue.first, cue.first, cue.probability))
            sources.append(Part(doc, name[0], cue.tokens[-1], cue.probability))
        else:
            cues.append(cue)
    ends = {content.tokens[-1] for content in parts["content"]}
    taken = {i for cue in cues for i in cue.tokens}
    for source in parts["source"]:
        dash = _word_before(doc, source.first)
        end = _word_before(doc, dash)
        quoted = end in ends and doc[end].is_quote
        if quoted and is_dash(doc, dash) and dash not in taken:
            cues.append(Part(doc, dash, dash, source.probability))
    by_place = {"cue": cues, "source": sources}
    return {
        "content": parts["content"],
        **{role: sorted(found, key=lambda part: part.first) for role, found in by_place.items()},
    }


def _word_before(doc: Doc, i: int) -> int:
    i = max(0, i - 1)
    while i and doc[i].is_space and "\n" not in doc[i].text:
        i -= 1
    return i


def relinked(doc: Doc, links: list[Link]) -> list[Link]:
    """The links that have contents, after closing cues and speakers inside took theirs."""
    for link in links:
        if not link.contents:
            _close(doc, link, links)
    inside: list[Link] = []
    for link in links:
        _put_it(doc, link)
        inside += _inside(doc, link)
    return [link for link in (*links, *inside) if link.contents]


def _close(doc: Doc, closing: Link, links: list[Link]) -> None:
    """ "The plan offers “a way out,” Mr. Wren said": all of the sentence is what Wren said."""
    cue, source = closing.cue, closing.source
    if source is None or not cue.speaks or distance(source, cue) > _NEAR:
        return
    first = min(cue.first, source.first)
    marks: Quoted = doc._.marks
    outer = marks.outer[first]
    for other in links:
        if not other.contents or other.contents[-1].last >= first:
            continue
        end = other.contents[-1]
        if marks.outer[end.first] != outer or not _after_comma(doc, end.last, first):
            continue
        if other.cue.speaks and source.root.pos_ == "PRON":
            return  # "Wren said it sinks, he said": Wren's already
        if other.cue.first > end.last:
            return
        start = _start(doc, marks, end.last)
        closing.contents = [Part(doc, start, end.last, end.probability)]
        other.contents = [
            part if part.last < start else Part(doc, part.first, start - 1, part.probability)
            for part in other.contents
            if part.first < start
        ]
        return


def _start(doc: Doc, marks: Quoted, end: int) -> int:
    """Where the words that end there begin: behind a colon or with the sentence."""
    number = marks.of[end]
    if number >= 0 and marks.bounds[number][0] and doc[marks.bounds[number][0] - 1].text == ":":
        return marks.bounds[number][0]
    start = end
    while start and marks.outer[start - 1] == marks.outer[end]:
        start -= 1
    while doc[start].is_space:
        start += 1
    return start


def _after_comma(doc: Doc, end: int, first: int) -> bool:
    """Only a comma and marks part the words from who said them."""
    between = [doc[i] for i in range(end + 1, first)]
    edge = [doc[i].text for i in range(max(0, end - 1), first)]
    return "," in edge and all(token.is_punct or token.is_space for token in between)


def _inside(doc: Doc, link: Link) -> list[Link]:
    """Links of speakers whom the words of this one name; it keeps what is left."""
    found, left = [], []
    for content in link.contents:
        own = (
            _shown(doc, link, content)
            or _said_twice(doc, link, content)
            or _claimed(doc, link, content)
        )
        if own is None:
            left.append(content)
        else:
            found.append(own)
    link.contents = left
    return found


def _put_it(doc: Doc, link: Link) -> None:
    """ "as the Courier put it in June, “…”": what is put are the words in marks."""
    if link.cue.head.lemma_.lower() != "put":
        return
    marks: Quoted = doc._.marks
    for place, content in enumerate(link.contents):
        number = marks.of[content.last]
        said = doc[content.first].lower_ == "it" and content.first == link.cue.last + 1
        if said and number >= 0 and marks.bounds[number][0] > content.first:
            first = marks.bounds[number][0]
            link.contents[place] = Part(doc, first, content.last, content.probability)
            link.cue = Part(doc, link.cue.first, content.first, link.cue.probability)


def _shown(doc: Doc, link: Link, content: Part) -> Link | None:
    """ "The film shows Wren saying, “…”": the words in marks are Wren's."""
    marks: Quoted = doc._.marks
    number = marks.of[content.last]
    says = link.cue.speaks and doc[link.cue.last].pos_ != "ADP"  # not "concludes with"
    if number < 0 or says or marks.bounds[number][0] <= content.first + 1:
        return None
    first = marks.bounds[number][0]
    for i in range(content.first + 1, first):
        verb = doc[i]
        if verb.tag_ == "VBG" and verb.lemma_.lower() in lexicon.SPEAKING:
            speaker = doc[i - 1]
            if speaker.pos_ not in ("PROPN", "NOUN", "PRON"):
                return None
            return _own(doc, verb, speaker, content, first)
    return None


def _said_twice(doc: Doc, link: Link, content: Part) -> Link | None:
    """ "Wren said it sinks because “…,” she said": the first cue has a name."""
    source = link.source
    if source is None or source.root.pos_ != "PRON" or content.first > link.cue.first:
        return None
    marks: Quoted = doc._.marks
    for i in range(content.first + 1, min(content.last, content.first + _FEW_WORDS_BEFORE)):
        verb = doc[i]
        if marks.of[i] >= 0:
            return None
        if verb.pos_ == "VERB" and verb.lemma_.lower() in lexicon.SPEAKING:
            speaker = next((c for c in verb.children if c.dep_ == "nsubj" and c.i < i), None)
            if speaker is None or speaker.left_edge.i != content.first or speaker.pos_ != "PROPN":
                return None
            return _own(doc, verb, speaker, content, i + 1)
    return None


def _claimed(doc: Doc, link: Link, content: Part) -> Link | None:
    """ "tested Hale's claim that boats sink": a verb that says nothing leaves it to Hale."""
    lemma = link.cue.head.lemma_.lower()
    if link.cue.speaks or lemma in lexicon.ATTITUDES | lexicon.CORRECT_CLAIM:
        return None
    for i in range(content.first + 1, min(content.last, content.first + _LONGEST_NAME)):
        noun = doc[i]
        if noun.pos_ == "NOUN" and noun.lemma_.lower() in lexicon.CLAIM_NOUNS:
            owner = next((child for child in noun.children if child.dep_ == "poss"), None)
            begins = owner is not None and owner.left_edge.i == content.first
            if owner is None or not begins or doc[i + 1].lower_ != "that":
                return None
            certain = content.probability
            return Link(
                Part(doc, i, i, certain),
                Part(doc, content.first, i - 1, certain),
                [Part(doc, i + 1, content.last, certain)],
            )
    return None


def _own(doc: Doc, verb: Token, speaker: Token, content: Part, first: int) -> Link:
    group = verb_group(verb)
    phrase = [i for i in noun_phrase(speaker) if content.first <= i < verb.i] or [speaker.i]
    certain = content.probability
    return Link(
        Part(doc, group[0], group[-1], certain),
        Part(doc, phrase[0], phrase[-1], certain),
        [Part(doc, first, content.last, certain)],
    )
