"""Sources without a name: "the union", "her campaign", "a study by …", "critics"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Cast, Entity, Mention
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.types import SpeakerKind

_LONGEST_NAME = 120
_HEADLINE_PARAGRAPHS = 4
_DEFINITE = frozenset("the this that these those his her their its".split())
_ANYONE = frozenset("someone somebody anyone anybody".split())
_PART_OF_A_BODY = frozenset("panel bench".split())
_STEM = 5
_NAME_END = re.compile(r"(?:,| who | which | \()")
_CLAUSE = re.compile(r", (?:who|which|whose) ")
_OTHER = {"study": "poll", "poll": "study"}
_NOT_MAKERS = frozenset("new latest recent another first second federal national".split())


class Descriptions:
    """Finds or makes the entity behind a noun that speaks; asked in reading order."""

    def __init__(self, doc: Doc, cast: Cast) -> None:
        self.doc = doc
        self.cast = cast
        self.marks: Quoted = doc._.marks
        self.known: dict[str, Entity] = {}
        self.bodies = _bodies_by_noun(doc, cast)
        self.documents: dict[str, Entity] = {}

    def source(self, frame: Frame) -> Mention | None:
        """The mention of a frame's source, entered in the cast; None where it is nobody's name."""
        if frame.anchor is None:
            return None
        anchor = self.doc[frame.anchor]
        if anchor.lower_ in lexicon.PRONOUNS:
            return None
        found = (
            self._named(anchor, frame)
            or self._some_of_them(anchor)
            or self._document(anchor)
            or self._body(anchor, frame)
            or self._early_role(anchor)
        )
        if found is None:
            known = self.cast.by_last.get(anchor.lower_) or self.cast.by_first.get(anchor.lower_)
            if anchor.pos_ == "PROPN" and known:
                found = known[-1], "name", ""
        if found is None:
            found = self._phrase_entity(anchor, frame)
        if found is None:
            return None
        entity, how, reason = found
        return self.cast.mention(Mention(anchor.i, anchor.i + 1, anchor.i, entity, how, reason))

    # -- a name beside the noun --------------------------------------------------------------

    def _named(self, anchor: Token, frame: Frame) -> tuple[Entity, str, str] | None:
        for index in self._beside(anchor, frame):
            mention = self.cast.at.get(index)
            if mention is not None and mention.entity.kind != "group":
                return mention.entity, mention.how, mention.reason
        return None

    def _beside(self, anchor: Token, frame: Frame) -> Iterator[int]:
        """An apposition that names the source ("his lawyer, Tobias Wrenfield")."""
        appositions = [child.i for child in anchor.children if child.dep_ == "appos"]
        yield from appositions
        if appositions or frame.carried or not (_is_human(anchor) or anchor.lower_ in _ANYONE):
            return
        behind = anchor.i + 2
        # The parser often takes the name after a role for the subject of what follows.
        if behind < len(self.doc) and self.doc[behind - 1].text == ",":
            named = self.cast.at.get(behind)
            if named is not None and named.how == "name" and named.start == behind:
                if named.entity.kind == "person":
                    yield behind
                return
        if anchor.lower_ in _ANYONE:  # "someone like Toby Wren"
            yield from (
                grand.i
                for child in anchor.children
                if child.dep_ == "prep" and child.lower_ == "like"
                for grand in child.children
                if grand.dep_ == "pobj"
            )
        inside = [i for i in frame.source if i > anchor.i and self.doc[i].is_alpha]
        last = self.cast.at.get(inside[-1]) if inside else None
        if last is None or last.how != "name" or last.entity.kind != "person" or not last.start:
            return
        before = self.doc[last.start - 1]
        if before.text == "," or before.i == anchor.i or _is_human(before):
            yield inside[-1]

    def _some_of_them(self, anchor: Token) -> tuple[Entity, str, str] | None:
        """ "relatives of the crew, many of whom": the people who were named before the comma."""
        if anchor.lower_ not in lexicon.PARTS or anchor.i < 2 or self.doc[anchor.i - 1].text != ",":
            return None
        if [t.lower_ for t in self.doc[anchor.i + 1 : anchor.i + 3]] != ["of", "whom"]:
            return None
        noun = self.doc[anchor.i - 2]
        while noun.dep_ == "pobj" and noun.head.head.pos_ in ("NOUN", "PROPN"):
            noun = noun.head.head
        if noun.pos_ not in ("NOUN", "PROPN"):
            return None
        known = self.cast.at.get(noun.i)
        entity = known.entity if known is not None else self.group(noun)
        return entity, "description", f"“{anchor.text} of whom” → {entity.name}"

    def _early_role(self, anchor: Token) -> tuple[Entity, str, str] | None:
        """A headline's "New York judge": the one man to whom the article gives that title."""
        if not _is_human(anchor) or not self._is_early(anchor) or anchor.tag_ in ("NNS", "NNPS"):
            return None
        noun = anchor.lemma_.lower()
        same = lexicon.SAME_TITLE.get(noun, frozenset((noun,)))
        bearers = [
            entity
            for entity in self.cast.entities
            if entity.kind == "person"
            and any(same & {w.strip(".") for w in title.split()} for title in entity.titles)
        ]
        why = f"the only {noun} whom the article names"
        if len(bearers) > 1 and not self.marks.paragraph[anchor.i]:
            bearers = [entity for entity in bearers if self._is_lead(entity)]
            why = f"the {noun} whom the story names first"
        if len(bearers) != 1 or noun in lexicon.UNNAMED_HEADS:
            return None
        return bearers[0], "title", why

    def _is_lead(self, entity: Entity) -> bool:
        """Named where the story begins: whom a headline without a name means."""
        return bool(entity.mentions) and self._is_early(self.doc[entity.mentions[0].head])

    # -- documents ---------------------------------------------------------------------------

    def _document(self, anchor: Token) -> tuple[Entity, str, str] | None:
        """Who issued it: "Wrenfield's brief", "a study by Ida Marsh", later "the study"."""
        family = lexicon.DOCUMENT_FAMILIES.get(anchor.lemma_.lower())
        if family is None and anchor.lower_ not in lexicon.DOCUMENTS:
            return None
        family = family or anchor.lemma_.lower()
        author = self._author(anchor)
        if author is not None:
            self.documents[family] = author
            return author, "description", f"whose {anchor.text} it is"
        earlier = self.documents.get(family) or self.documents.get(_OTHER.get(family, ""))
        if earlier is None and family == "ruling":
            earlier = self.known.get("head:court")
        if earlier is not None and (self._is_definite(anchor) or self._is_early(anchor)):
            return earlier, "description", f"whose {anchor.text} was named before"
        if earlier is None and self._is_early(anchor):
            later = self._later_author(anchor, family)
            if later is not None:
                self.documents[family] = later
                return later, "description", f"whose {anchor.text} is named further down"
        return None

    def _author(self, anchor: Token) -> Entity | None:
        compound = []
        for child in anchor.children:
            known = self.cast.at.get(child.i)
            if child.dep_ in ("poss", "compound", "nmod"):
                if known is not None and child.lower_ not in _NOT_MAKERS:
                    return known.entity
                makes = child.lower_ not in _NOT_MAKERS and child.dep_ != "poss"
                if child.pos_ == "PROPN" and makes:
                    compound.append(child)
            elif child.dep_ == "prep" and child.lower_ in ("by", "from", "of"):
                for grand in child.children:
                    inner = self.cast.at.get(grand.i)
                    if grand.dep_ != "pobj":
                        continue
                    if inner is None and grand.pos_ == "PROPN" and child.lower_ != "of":
                        return self._maker(grand.left_edge.i, grand.i + 1)
                    if inner is None:
                        continue
                    if child.lower_ != "of" or inner.entity.kind == "organisation":
                        return inner.entity
            elif child.dep_ in ("relcl", "acl"):  # "a speech Ida Marsh gave"
                for grand in child.children:
                    inner = self.cast.at.get(grand.i)
                    if grand.dep_ == "nsubj" and inner is not None and inner.how == "name":
                        return inner.entity
        if compound:
            return self._compound(anchor, compound)
        return None

    def _compound(self, anchor: Token, compound: list[Token]) -> Entity | None:
        """ "The Marlow/Brine poll": the capitalised words before the noun are its maker."""
        return self._maker(min(child.left_edge.i for child in compound), anchor.i)

    def _maker(self, first: int, end: int) -> Entity | None:
        words = [t for t in self.doc[first:end] if t.pos_ == "PROPN" or t.text in "/-&"]
        while words and words[0].pos_ != "PROPN":
            words.pop(0)
        if not words:
            return None
        span = self.doc[words[0].i : words[-1].i + 1]
        name = " ".join(span.text.split())
        known = self.cast.by_name.get(name.casefold())
        if known is None:
            known = self.cast.add(Entity(name, "organisation"))
        self.cast.mention(Mention(span.start, span.end, span.root.i, known, "name"))
        return known

    def _later_author(self, anchor: Token, family: str) -> Entity | None:
        """A headline's "New poll": the maker whom the article names first."""
        for token in self.doc[anchor.i + 1 :]:
            if lexicon.DOCUMENT_FAMILIES.get(token.lemma_.lower()) == family:
                author = self._author(token)
                if author is not None:
                    return author
        return None

    # -- bodies ------------------------------------------------------------------------------

    def _body(self, anchor: Token, frame: Frame) -> tuple[Entity, str, str] | None:
        noun = anchor.lemma_.lower()
        if noun == "campaign":
            return self._campaign(anchor, frame)
        if noun in _PART_OF_A_BODY:
            whole = self._of_which(anchor)
            if whole is not None:
                return whole, "description", f"the {noun} of {whole.name}"
        if noun not in lexicon.ORGANISATION_NOUNS or noun in lexicon.VAGUE_BODIES:
            return None
        if anchor.tag_ in ("NNS", "NNPS"):
            return None
        words = {
            self.doc[i].lower_[:_STEM]
            for i in (*frame.source, *range(anchor.left_edge.i, anchor.i))
            if self.doc[i].pos_ in ("ADJ", "NOUN", "PROPN") and i != anchor.i
        }
        candidates = self.bodies.get(noun, [])
        before = [e for e in candidates if e.mentions and e.mentions[0].start < anchor.i]
        found, why = None, ""
        if self._is_definite(anchor) and before:
            found = max(before, key=lambda e: (_shared(words, e), self._last_before(e, anchor.i)))
            why = f"the {noun} that the article names"
        elif self._is_definite(anchor) and "head:" + noun in self.known:
            found, why = self.known["head:" + noun], f"the {noun} told of before"
        elif len(candidates) == 1 and noun not in lexicon.COMMON_BODIES:
            found, why = candidates[0], f"the {noun} that the article names further down"
        elif candidates and self._is_early(anchor):
            found = max(candidates, key=lambda e: (_shared(words, e), -e.mentions[0].start))
            why = f"the {noun} that is named further down"
            if not _shared(words, found):
                return None
        if found is None:
            return None
        self.known["head:" + noun] = found
        return found, "description", why

    def _of_which(self, anchor: Token) -> Entity | None:
        """ "a three-judge panel of the Court of Appeals": what it decides, the court decides."""
        for child in anchor.children:
            if child.dep_ == "prep" and child.lower_ == "of":
                for grand in child.children:
                    known = self.cast.at.get(grand.i)
                    if known is not None and known.entity.kind == "organisation":
                        return known.entity
        return None

    def _campaign(self, anchor: Token, frame: Frame) -> tuple[Entity, str, str] | None:
        """ "her campaign", "the Wren campaign", "Wren's campaign": one body of one candidate."""
        owner = None
        for child in anchor.children:
            known = self.cast.at.get(child.i)
            if child.dep_ in ("poss", "compound", "nmod") and known is not None:
                owner = known.entity
        before = self.cast.at.get(anchor.i - 1)
        if owner is None and before is not None:
            owner = before.entity
        if owner is None or owner.kind != "person":
            return None
        key = f"campaign:{owner.order}"
        entity = self.known.get(key)
        if entity is None:
            entity = self.cast.add(Entity(self._campaign_name(owner), "organisation"))
            self.known[key] = self.known["head:campaign"] = entity
        phrase = self._phrase(frame)
        if phrase and phrase != entity.name:
            entity.aliases.setdefault(phrase, "short_name")
        return entity, "description", f"the campaign of {owner.name}"

    def _campaign_name(self, owner: Entity) -> str:
        """As the article calls it, the fullest first."""
        for name in (owner.name, owner.last):
            for form in (f"{name}’s campaign", f"{name}'s campaign", f"{name} campaign"):
                if form in self.marks.text:
                    return form
        return f"{owner.name}’s campaign"

    @staticmethod
    def _last_before(entity: Entity, place: int) -> int:
        return max((m.start for m in entity.mentions[-30:] if m.start < place), default=-1)

    # -- everybody else ----------------------------------------------------------------------

    def _phrase_entity(self, anchor: Token, frame: Frame) -> tuple[Entity, str, str] | None:
        """ "a union official", "critics": an entity that is called what the article calls it."""
        phrase = self._phrase(frame)
        if not phrase:
            return None
        kind, plural = _kind(anchor)
        key = phrase.casefold().removeprefix("the ").removeprefix("a ").removeprefix("an ")
        head = "head:" + anchor.lemma_.lower()
        entity = self.known.get(key)
        if entity is None and self.doc[anchor.left_edge.i].lower_ in ("the", "that"):
            entity = self.known.get(head)
        if entity is None:
            entity = self.cast.add(Entity(phrase, kind, plural=plural))
            self.known[key] = self.known[head] = entity
        return entity, "description", f"“{phrase}”"

    def group(self, noun: Token) -> Entity:
        """A plural noun that "they" stands for: "the voters", "environmentalists"."""
        left = max(noun.left_edge.i, noun.i - 4)
        words = [t for t in self.doc[left : noun.i + 1] if not t.is_space]
        while len(words) > 1 and words[0].pos_ in ("DET", "PUNCT", "ADP", "CCONJ"):
            words.pop(0)
        phrase = " ".join(t.text for t in words)
        key = phrase.casefold()
        entity = self.known.get(key)
        if entity is None:
            entity = self.cast.add(Entity(phrase, "group", plural=True))
            self.known[key] = entity
            self.known.setdefault("head:" + noun.lemma_.lower(), entity)
        return entity

    def _phrase(self, frame: Frame) -> str:
        doc = self.doc
        tokens = [i for i in frame.source if not doc[i].is_space] or [frame.anchor or 0]
        start, end = doc[tokens[0]].idx, doc[tokens[-1]].idx + len(doc[tokens[-1]])
        phrase = " ".join(self.marks.text[start:end].split()).strip(" ,;:")
        named = frame.anchor is not None and doc[frame.anchor].pos_ == "PROPN"
        named = named and " and " not in phrase
        cut = _NAME_END.search(phrase) if named else _CLAUSE.search(phrase)
        return (phrase[: cut.start()] if cut and cut.start() else phrase)[:_LONGEST_NAME]

    def _is_definite(self, anchor: Token) -> bool:
        return self.doc[anchor.left_edge.i].lower_ in _DEFINITE

    def _is_early(self, anchor: Token) -> bool:
        return self.marks.paragraph[anchor.i] < _HEADLINE_PARAGRAPHS


def _bodies_by_noun(doc: Doc, cast: Cast) -> dict[str, list[Entity]]:
    """Organisations by the nouns that stand for them: words of the name, appositions."""
    found: dict[str, list[Entity]] = defaultdict(list)
    for entity in cast.entities:
        if entity.kind != "organisation" or entity.place:
            continue
        nouns = {word.casefold() for word in entity.name.split() if word[0].isupper()}
        for mention in entity.mentions[:20]:
            nouns.update(_appositions(doc[mention.head]))
        for noun in sorted(nouns):
            for called in (noun, *lexicon.BODY_SYNONYMS.get(noun, ())):
                if called in lexicon.ORGANISATION_NOUNS and entity not in found[called]:
                    found[called].append(entity)
    return found


def _appositions(head: Token) -> Iterator[str]:
    for child in head.children:
        if child.dep_ == "appos" and child.i > head.i and child.pos_ == "NOUN":
            yield child.lemma_.lower()
    if head.dep_ == "appos" and head.head.pos_ == "NOUN":
        yield head.head.lemma_.lower()
    if head.dep_ == "nsubj" and head.head.lemma_ == "be":
        for child in head.head.children:
            if child.dep_ == "attr" and child.pos_ == "NOUN":
                yield child.lemma_.lower()


def _shared(words: set[str], entity: Entity) -> int:
    return len(words & {word.casefold()[:_STEM] for word in entity.name.split()})


def _is_human(anchor: Token) -> bool:
    return anchor.lemma_.lower() in lexicon.ROLES or anchor.lower_ in lexicon.ROLES


def _kind(anchor: Token) -> tuple[SpeakerKind, bool]:
    low, lemma = anchor.lower_, anchor.lemma_.lower()
    if low in lexicon.DOCUMENTS or lemma in lexicon.DOCUMENTS:
        return "unnamed", False
    if anchor.tag_ in ("NNS", "NNPS") or low in lexicon.COLLECTIVE:
        return "group", True
    if lemma in lexicon.ORGANISATION_NOUNS or anchor.ent_type_ == "ORG":
        return "organisation", False
    if anchor.pos_ == "PROPN" and lemma not in lexicon.ROLES:
        return "person", False
    return "unnamed", False
