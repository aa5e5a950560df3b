"""Who is in the article: entities, the ways it names them, and how names belong together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from quotes.extraction import lexicon
from quotes.extraction.types import AliasKind, SpeakerKind

Gender = Literal["f", "m", ""]

_POSSESSIVE = re.compile(r"[’']s?$")
_OPENING = frozenset("“\"‘'(")
_EDGE = re.compile(r"^[^\w]+|[^\w.)]+$")


@dataclass(slots=True, eq=False)
class Entity:
    """Somebody or something that can speak, with every mention of it."""

    name: str
    kind: SpeakerKind
    gender: Gender = ""
    plural: bool = False
    place: bool = False
    """A country, state or town: it speaks now and then, but "they" never means it."""
    first: str = ""
    last: str = ""
    aliases: dict[str, AliasKind] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)
    mentions: list[Mention] = field(default_factory=list)
    order: int = 0


@dataclass(slots=True, eq=False)
class Mention:
    """Tokens ``[start, end)`` that stand for an entity; ``head`` is the head word's index."""

    start: int
    end: int
    head: int
    entity: Entity
    how: str
    """name, title, pronoun, description"""
    reason: str = ""


@dataclass(slots=True)
class Cast:
    """Every entity of the article and a look-up from a token to the mention that covers it."""

    entities: list[Entity] = field(default_factory=list)
    by_last: dict[str, list[Entity]] = field(default_factory=lambda: defaultdict(list))
    by_first: dict[str, list[Entity]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, Entity] = field(default_factory=dict)
    by_initials: dict[str, Entity] = field(default_factory=dict)
    at: dict[int, Mention] = field(default_factory=dict)

    def add(self, entity: Entity) -> Entity:
        """Enter a new entity under its names."""
        entity.order = len(self.entities)
        self.entities.append(entity)
        self.by_name.setdefault(entity.name.casefold(), entity)
        if entity.kind == "organisation":
            initials = "".join(word[0] for word in entity.name.split() if word[0].isupper())
            self.by_initials.setdefault(initials, entity)
        if entity.kind == "person" and entity.last:
            self.by_last[entity.last.casefold()].append(entity)
            if entity.first:
                self.by_first[entity.first.casefold()].append(entity)
        return entity

    def mention(self, mention: Mention) -> Mention:
        """Record a mention; a token keeps the first mention it was given."""
        mention.entity.mentions.append(mention)
        for i in range(mention.start, mention.end):
            self.at.setdefault(i, mention)
        return mention

    def give(self, mention: Mention, entity: Entity) -> None:
        """What was taken for one person is another after all."""
        mention.entity.mentions.remove(mention)
        mention.entity = entity
        entity.mentions.append(mention)

    def rename(self, entity: Entity, name: str) -> None:
        """A fuller name was found: it becomes the canonical one."""
        entity.aliases.setdefault(entity.name, "short_name")
        entity.name = name
        words = name_words(name)
        entity.first, entity.last = (words[0] if len(words) > 1 else ""), surname(words)
        self.by_name.setdefault(name.casefold(), entity)
        if entity.first and entity not in self.by_first[entity.first.casefold()]:
            self.by_first[entity.first.casefold()].append(entity)
        if entity not in self.by_last[entity.last.casefold()]:
            self.by_last[entity.last.casefold()].append(entity)


def clean_name(text: str) -> str:
    """A name as an index would list it: no possessive, no marks at its edges, single spaces."""
    name = " ".join(text.split())
    name = _POSSESSIVE.sub("", _EDGE.sub("", name))
    return _EDGE.sub("", name)


def split_honorifics(name: str) -> tuple[list[str], list[str]]:
    """Leading honorifics and titles (folded, no dots), and the rest of the name."""
    words = name.split()
    lead = []
    while len(words) > 1:
        low = words[0].rstrip(".").casefold()
        if (
            low not in lexicon.HONORIFICS
            and low not in lexicon.NAME_TITLES
            and (low not in lexicon.TITLE_LEADERS or words[0].islower())
        ):
            break
        lead.append(low)
        words = words[1:]
    return lead, words


def name_words(name: str) -> list[str]:
    """Words of a name without honorifics, suffixes and a nickname in marks."""
    _, words = split_honorifics(name)
    words = [word for word in words if word[0] not in _OPENING] or words
    while len(words) > 1 and words[-1].rstrip(".,").casefold() in lexicon.NAME_SUFFIXES:
        words = words[:-1]
    return [word.strip(",") for word in words]


def surname(words: list[str]) -> str:
    """The last word that is not a suffix; compounds stay as the article writes them."""
    return words[-1] if words else ""


def honorific_gender(lead: list[str]) -> Gender:
    """What Mr, Mrs, Sir or Dame says."""
    for word in reversed(lead):
        if word in lexicon.MALE_HONORIFICS:
            return "m"
        if word in lexicon.FEMALE_HONORIFICS:
            return "f"
    return ""


def compatible_first(left: str, right: str) -> bool:
    """Same first name, an initial of it, or a pet form."""
    a, b = left.rstrip(".").casefold(), right.rstrip(".").casefold()
    if a == b or not a or not b:
        return True
    if (len(a) == 1 or len(b) == 1) and a[0] == b[0]:
        return True
    group = lexicon.NICKNAME_GROUPS.get(a)
    return group is not None and group == lexicon.NICKNAME_GROUPS.get(b)


def compatible_gender(left: Gender, right: Gender) -> bool:
    """Not known counts as the same."""
    return not left or not right or left == right
