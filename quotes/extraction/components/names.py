"""Names in the text, and which of them are one person or one organisation."""

from __future__ import annotations

import re
from collections import defaultdict

from spacy.language import Language
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from quotes.extraction import lexicon
from quotes.extraction.cast import (
    Cast,
    Entity,
    Gender,
    Mention,
    clean_name,
    compatible_first,
    compatible_gender,
    honorific_gender,
    name_words,
    split_honorifics,
    surname,
)
from quotes.extraction.components import headlines, introductions
from quotes.extraction.given_names import gender_of
from quotes.extraction.text import Ranges
from quotes.extraction.types import AliasKind, SpeakerKind

NAME = "names"
_BODIES = frozenset(("ORG", "GPE", "NORP"))
_NAMESAKES = 30
_AGE_AFTER = re.compile(r"[,(] ?(\d{1,2})\b(?! [A-Z])")
_AGE_BEFORE = re.compile(r"\b(\d{1,2})-year-old [\w -]*$")


@Language.component(NAME, requires=["doc.ents", "doc._.marks"], assigns=["doc._.cast"])
def names(doc: Doc) -> Doc:
    """Enter every named person and body of the article in ``doc._.cast``."""
    cast = Cast()
    skipped = Ranges(doc._.skipped or ())
    spans = [
        span
        for span in doc.ents
        if span.label_ in ("PERSON", *_BODIES) and not skipped.touch(span.start_char, span.end_char)
    ]
    persons = [_person_span(span) for span in spans if _is_person(span)]
    # Nothing is left of a mark that the recogniser took for a name.
    persons = [span for span in persons if len(span)]
    if doc.has_annotation("DEP"):
        places = _places(persons)
        persons = [s for s in persons if s.text not in places and not introductions.is_no_person(s)]
        persons += [
            span
            for span in map(_person_span, (*_unlabelled(doc), *introductions.introduced(doc)))
            if not skipped.touch(span.start_char, span.end_char)
        ]
    persons = filter_spans([span for span in persons if len(span)])
    persons = filter_spans(headlines.without_headline_words(doc, persons))
    full = _full_names(persons)
    taken: set[int] = set()
    for span in persons:
        entity = _person(cast, span, full)
        if entity is not None:
            cast.mention(Mention(span.start, span.end, _head(span), entity, "name"))
            _learn_titles(doc, span, entity)
            taken.update(range(span.start, span.end))
    for span in _surnames(doc, cast, taken):
        entity = _person(cast, span, full)
        if entity is not None:
            cast.mention(Mention(span.start, span.end, span.start, entity, "name"))
            taken.add(span.start)
    for entity in cast.entities:
        entity.mentions.sort(key=lambda mention: mention.start)
    for span in spans:
        if span.label_ in _BODIES and span.start not in taken and not _is_person(span):
            _body(cast, span)
    doc._.cast = cast
    return doc


def _places(persons: list[Span]) -> set[str]:
    """Names that stand where a place stands, and never speak nor bear a title."""
    places = {span.text for span in persons if introductions.is_place(span)}
    people = {s.text for s in persons if _honorific_before(s) or introductions.talks(s)}
    named = {s.text for s in persons if introductions.is_named_like_a_place(s)}
    return (places - people) | named


def _is_person(span: Span) -> bool:
    """By its label, by a honorific in it, or by a given name that the recogniser took wrongly."""
    if span.label_ == "PERSON":
        return True
    lead, rest = split_honorifics(clean_name(span.text))
    if lead and len(rest) <= 2 and honorific_gender(lead):
        return True
    words = [
        token for token in span if token.text[0].isalnum() and token.lower_ not in ("’s", "'s")
    ]
    return (
        2 <= len(words) <= 3
        and all(token.pos_ == "PROPN" and token.is_title for token in words)
        and gender_of(words[0].text) != ""
        and not {token.lower_ for token in words} & lexicon.ORGANISATION_NOUNS
    )


def _unlabelled(doc: Doc) -> list[Span]:
    """Given name and surname in a row that the recogniser left out."""
    found = []
    index = 0
    while index < len(doc) - 1:
        token = doc[index]
        if token.ent_type_ or token.pos_ != "PROPN" or not gender_of(token.text):
            index += 1
            continue
        end = index + 1
        while end < min(len(doc), index + 3) and (
            doc[end].pos_ == "PROPN" and not doc[end].ent_type_ and doc[end].is_title
        ):
            end += 1
        if end - index > 1:
            found.append(Span(doc, index, end, label="PERSON"))
        index = end
    return found


def _surnames(doc: Doc, cast: Cast, taken: set[int]) -> list[Span]:
    """Single words that are the surname of somebody named in full, whatever their label."""
    found = []
    for token in doc:
        if token.i in taken or token.pos_ != "PROPN" or not token.text[0].isupper():
            continue
        known = cast.by_last.get(token.lower_)
        if not known or not any(entity.first for entity in known):
            continue
        labelled = token.ent_type_ in _BODIES
        neighbours = [doc[k] for k in (token.i - 1, token.i + 1) if 0 <= k < len(doc)]
        part = any(
            n.pos_ == "PROPN" and (n.ent_type_ == token.ent_type_ or n.dep_ == "compound")
            for n in neighbours
        )
        if part or token.dep_ == "compound":
            continue
        if labelled and token.ent_type_ == "GPE" and cast.by_name.get(token.lower_):
            continue
        found.append(Span(doc, token.i, token.i + 1, label="PERSON"))
    return found


def _person_span(span: Span) -> Span:
    """Without a line break, a quotation mark or a possessive inside; hyphened names whole."""
    doc = span.doc
    start, end = span.start, span.end
    for token in span:
        if "\n" in token.text and token.i > start:
            end = min(end, token.i)
    while start < end and (not doc[start].text[0].isalnum() or doc[start].lower_ in ("the", "a")):
        start += 1
    while end > start and (not doc[end - 1].text[0].isalnum() or doc[end - 1].is_space):
        end -= 1
    if start > 1 and doc[start - 1].text == "-" and doc[start - 2].is_title:
        start -= 2
    if start < end < len(doc) and doc[end].is_upper and _is_suffix(doc[end]):
        end += 1
    hyphen = start < end < len(doc) - 1 and doc[end].text == "-" and doc[end + 1].is_title
    if hyphen and not doc[end - 1].whitespace_ and not doc[end].whitespace_:
        end += 2
    return doc[start:end]


def _head(span: Span) -> int:
    """The last word of the name itself, or the letters after it where the sentence hangs on them:
    of "Robin Hale SC said" these are the subject.
    """
    if span.root.head.i not in range(span.start, span.end) and _is_suffix(span.root):
        return span.root.i
    last = span.end - 1
    while last > span.start and (
        _is_suffix(span.doc[last]) or span.doc[last].lower_ in ("'s", "’s")
    ):
        last -= 1
    return last


def _is_suffix(token: Token) -> bool:
    return token.lower_.rstrip(".") in lexicon.NAME_SUFFIXES


def _full_names(persons: list[Span]) -> dict[str, list[str]]:
    """Full names of the article by their last and first words, in text order."""
    table: dict[str, list[str]] = defaultdict(list)
    for span in persons:
        words = name_words(clean_name(span.text))
        if len(words) > 1:
            for key in (words[-1].casefold(), words[0].casefold()):
                if " ".join(words) not in table[key]:
                    table[key].append(" ".join(words))
    return table


def _person(cast: Cast, span: Span, full: dict[str, list[str]]) -> Entity | None:
    written = clean_name(span.text)
    lead, _ = split_honorifics(written)
    before = _honorific_before(span)
    words = name_words(written)
    if not words or not any(character.isalpha() for character in words[-1]):
        return None
    if len(words) > 5 or words[-1].casefold() in lexicon.NEVER_IN_NAMES:
        return None
    gender = honorific_gender([*before, *lead])
    if not gender and not _is_surname(cast, words, full):
        gender = gender_of(words[0])
    name = " ".join(words)
    entity = _known(cast, words, gender, full)
    if entity is None and len(words) == 1:
        entity = _announced(cast, words[0], gender, full)
    if entity is None:
        first = words[0] if len(words) > 1 else ""
        entity = cast.add(Entity(name, "person", gender, first=first, last=surname(words)))
    elif len(words) > len(entity.name.split()) and len(words) <= 4:
        cast.rename(entity, name)
    if not entity.gender:
        entity.gender = gender or (gender_of(entity.first) if entity.first else "")
    _alias(entity, written, lead)
    return entity


def _is_surname(cast: Cast, words: list[str], full: dict[str, list[str]]) -> bool:
    """ "Vivian", after "Toby Vivian": a given name that says nothing of his sex."""
    word = words[-1].casefold()
    if len(words) > 1:
        return False
    known = any(entity.first for entity in cast.by_last.get(word, ()))
    return known or any(name.split()[-1].casefold() == word for name in full.get(word, ()))


def _honorific_before(span: Span) -> list[str]:
    if span.start and span.doc[span.start - 1].lower_.rstrip(".") in lexicon.HONORIFICS:
        return [span.doc[span.start - 1].lower_.rstrip(".")]
    return []


def _alias(entity: Entity, written: str, lead: list[str]) -> None:
    if written == entity.name:
        return
    kind: AliasKind = "short_name"
    if lead:
        kind = "honorific" if set(lead) & lexicon.HONORIFICS else "title"
    elif len(written.split()) > 1:
        kind = "name"
    entity.aliases.setdefault(written, kind)


def _known(
    cast: Cast, words: list[str], gender: Gender, full: dict[str, list[str]]
) -> Entity | None:
    if len(words) > 1:
        exact = cast.by_name.get(" ".join(words).casefold())
        if exact is not None and exact.kind == "person":
            return exact
        for entity in reversed(cast.by_last.get(words[-1].casefold(), [])[-_NAMESAKES:]):
            if entity.first:
                if compatible_first(entity.first, words[0]) and compatible_gender(
                    entity.gender, gender
                ):
                    return entity
            elif compatible_gender(entity.gender, gender):
                return entity
        return None
    found = [
        entity
        for entity in cast.by_last.get(words[0].casefold(), [])[-_NAMESAKES:]
        if compatible_gender(entity.gender, gender)
    ]
    if not found:
        found = [
            entity
            for entity in cast.by_first.get(words[0].casefold(), [])[-_NAMESAKES:]
            if compatible_gender(entity.gender, gender)
        ]
    if not found:
        return None
    return max(found, key=lambda entity: entity.mentions[-1].start if entity.mentions else -1)


def _announced(cast: Cast, word: str, gender: Gender, full: dict[str, list[str]]) -> Entity | None:
    """A bare surname whose full name comes later in the article: one person all the same."""
    for name in full.get(word.casefold(), []):
        parts = name.split()
        own = gender_of(parts[0])
        if compatible_gender(own, gender):
            return cast.add(Entity(name, "person", own or gender, first=parts[0], last=parts[-1]))
    return None


def _learn_titles(doc: Doc, span: Span, entity: Entity) -> None:
    """Titles before a name and appositions round it: later "the governor" means this person."""
    index = span.start - 1
    phrase: list[str] = []
    while (
        index >= 0
        and len(phrase) < 7
        and (
            doc[index].pos_ in ("PROPN", "ADJ", "NOUN")
            or doc[index].lower_ in lexicon.NAME_TITLES
            or doc[index].text == "-"
            and phrase
        )
    ):
        if doc[index].is_space:
            break
        phrase.insert(0, doc[index].lower_)
        index -= 1
    _add_title(entity, " ".join(phrase))
    age = _AGE_AFTER.match(doc[span.end : span.end + 3].text) if span.end < len(doc) else None
    before = _AGE_BEFORE.search(doc[max(0, span.start - 8) : span.start].text)
    for found in filter(None, (age, before)):
        entity.titles.add(f"{found.group(1)}-year-old")
    head = doc[_head(span)]
    for child in head.children:
        if child.dep_ == "appos" and child.i > head.i and child.pos_ == "NOUN":
            _add_title(
                entity,
                doc[child.left_edge.i : min(child.right_edge.i + 1, child.i + 6)].text.lower(),
            )
    if head.dep_ == "appos" and head.head.pos_ == "NOUN":
        top = head.head
        _add_title(entity, doc[top.left_edge.i : min(head.i, top.i + 6)].text.lower())
    if head.dep_ == "nsubj" and head.head.lemma_ == "be":
        for child in head.head.children:
            if child.dep_ == "attr" and child.lemma_.lower() in lexicon.ROLES:
                _add_title(entity, doc[child.left_edge.i : child.i + 1].text.lower())


def _add_title(entity: Entity, phrase: str) -> None:
    words = phrase.replace(",", " ").split()
    if not any(
        word.rstrip(".") in lexicon.ROLES or word.rstrip(".") in lexicon.NAME_TITLES
        for word in words
    ):
        return
    if len(entity.titles) < 12:
        entity.titles.add(" ".join(words))
    if not entity.gender:
        if set(words) & lexicon.FEMALE_NOUNS:
            entity.gender = "f"
        elif set(words) & lexicon.MALE_NOUNS:
            entity.gender = "m"


def _whole_court(span: Span) -> Span:
    """ "the Court of Appeals for the Ninth District": which one belongs to its name."""
    doc, end = span.doc, span.end
    if "court" not in span.text.lower() or doc[end : end + 2].text.lower() != "for the":
        return span
    last = end + 2
    while last < len(doc) and doc[last].pos_ in ("PROPN", "ADJ") and doc[last].is_title:
        last += 1
    return doc[span.start : last] if last > end + 2 else span


def _body(cast: Cast, span: Span) -> None:
    span = _whole_court(span)
    name = clean_name(span.text)
    if not name or not any(character.isalpha() for character in name):
        return
    bare = name[4:] if name.lower().startswith("the ") else name
    entity = cast.by_name.get(bare.casefold())
    if entity is None:
        entity = _by_acronym(cast, bare)
    if entity is None:
        kind: SpeakerKind = "group" if span.label_ == "NORP" else "organisation"
        entity = cast.add(
            Entity(bare, kind, plural=span.label_ == "NORP", place=span.label_ == "GPE")
        )
    cast.mention(Mention(span.start, span.end, span.root.i, entity, "name"))


def _by_acronym(cast: Cast, name: str) -> Entity | None:
    """ "the Marlow Harbour Trust (MHT)": the letters stand for the name that was given."""
    if not (2 <= len(name) <= 6 and name.isupper()):
        return None
    entity = cast.by_initials.get(name)
    if entity is not None:
        entity.aliases.setdefault(name, "short_name")
    return entity
