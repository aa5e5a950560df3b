"""Who speaks in each proposal, how sure that is, and who else it might be."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Cast, Entity, Mention
from quotes.extraction.frames import Frame
from quotes.extraction.types import SpeakerKind

NAME = "speakers"
_LONGEST_NAME = 120
_CERTAINTY = {"name": 0.97, "title": 0.9, "pronoun": 0.82, "description": 0.9}
_BEFORE, _AFTER = 40, 6


@dataclass(slots=True, eq=False)
class Finding:
    """A proposal with its speaker: what ``assemble`` turns into an attribution."""

    frame: Frame
    entity: Entity | None
    reason: str
    candidates: list[tuple[Entity, float, str]]
    addressee: Entity | None = None


@Language.component(
    NAME, requires=["doc._.frames", "doc._.cast"], assigns=["doc._.findings", "doc._.cast"]
)
def speakers(doc: Doc) -> Doc:
    """Give each proposal a speaker where the text has one, and up to nine ranked candidates."""
    cast: Cast = doc._.cast
    described: dict[str, Entity] = {}
    for frame in sorted(doc._.frames, key=lambda item: item.start):
        anchored = frame.anchor is not None and cast.at.get(frame.anchor) is None
        if anchored and not frame.carried:
            _describe(doc, cast, frame, described)
    mentions = sorted(
        (m for entity in cast.entities for m in entity.mentions), key=lambda m: (m.start, m.end)
    )
    starts = [mention.start for mention in mentions]
    limit = doc._.config.max_candidates
    for frame in doc._.frames:
        _says_i(doc, cast, frame)
    doc._.findings = [_finding(doc, cast, frame, mentions, starts, limit) for frame in doc._.frames]
    return doc


def _says_i(doc: Doc, cast: Cast, frame: Frame) -> None:
    """ "“I told him ‘no’,” Marsh said": the quote in the quote is Marsh's too."""
    outer = frame.parent
    if outer is None or outer.anchor is None or frame.anchor is None:
        return
    known = cast.at.get(outer.anchor)
    if known is not None and doc[frame.anchor].lower_ in ("i", "me", "we"):
        reason = f"“{doc[frame.anchor].text}” in words of {known.entity.name}"
        cast.mention(
            Mention(frame.anchor, frame.anchor + 1, frame.anchor, known.entity, "pronoun", reason)
        )


def _finding(
    doc: Doc, cast: Cast, frame: Frame, mentions: list[Mention], starts: list[int], limit: int
) -> Finding:
    chosen = cast.at.get(frame.anchor) if frame.anchor is not None else None
    near = _nearby(frame, mentions, starts)
    if chosen is None:
        others = _ranked(near, None, 0.9, limit)
        reason = "the text does not say who" if not frame.source else "not known who that is"
        return Finding(frame, None, reason, others, _addressee(doc, cast, frame))
    certainty = _CERTAINTY[chosen.how] * (0.8 if frame.carried else 1.0)
    reason = chosen.reason or f"named in the text: “{doc[chosen.start : chosen.end].text}”"
    if frame.carried:
        reason = f"{chosen.entity.name} spoke before, and nobody else since"
    first = (chosen.entity, certainty, reason)
    rest = _ranked(near, chosen.entity, 1 - certainty, limit - 1)
    return Finding(frame, chosen.entity, reason, [first, *rest], _addressee(doc, cast, frame))


def _nearby(frame: Frame, mentions: list[Mention], starts: list[int]) -> list[tuple[Mention, int]]:
    place = frame.head if frame.cue else frame.start
    middle = bisect_left(starts, place)
    window = mentions[max(0, middle - _BEFORE) : middle + _AFTER]
    return [(mention, abs(mention.start - place)) for mention in window]


def _ranked(
    near: list[tuple[Mention, int]], chosen: Entity | None, mass: float, limit: int
) -> list[tuple[Entity, float, str]]:
    """Other people and bodies round the quote, the nearer the likelier."""
    weight: dict[int, float] = {}
    entities: dict[int, Entity] = {}
    for mention, distance in near:
        entity = mention.entity
        if entity is chosen or entity.kind not in ("person", "organisation"):
            continue
        value = (2.0 if entity.kind == "person" else 0.5) / (20 + distance)
        if value > weight.get(entity.order, 0.0):
            weight[entity.order], entities[entity.order] = value, entity
    order = sorted(weight, key=lambda key: (-weight[key], key))[:limit]
    total = sum(weight[key] for key in order)
    return [(entities[key], mass * weight[key] / total, "named nearby") for key in order]


def _addressee(doc: Doc, cast: Cast, frame: Frame) -> Entity | None:
    """ "told her": the object of a verb of telling, where it is somebody known."""
    if not frame.cue or frame.lemma not in ("tell", "ask", "inform", "remind", "assure", "warn"):
        return None
    for child in doc[frame.head].children:
        if child.dep_ in ("dobj", "dative") and child.i not in frame.content:
            known = cast.at.get(child.i)
            return known.entity if known is not None else None
    return None


def _describe(doc: Doc, cast: Cast, frame: Frame, described: dict[str, Entity]) -> None:
    """A source without a name ("a union official", "critics") becomes an entity of its own."""
    if frame.anchor is None:
        return
    anchor = doc[frame.anchor]
    inner = next((cast.at[i] for i in _named_inside(anchor, frame, cast) if i in cast.at), None)
    if inner is not None:
        cast.mention(
            Mention(anchor.i, anchor.i + 1, anchor.i, inner.entity, inner.how, inner.reason)
        )
        return
    author = _author(anchor, cast)
    if author is not None:
        described["head:" + anchor.lemma_.lower()] = author
        cast.mention(
            Mention(
                anchor.i,
                anchor.i + 1,
                anchor.i,
                author,
                "description",
                f"whose {anchor.text} it is",
            )
        )
        return
    known = cast.by_last.get(anchor.lower_) or cast.by_first.get(anchor.lower_)
    if anchor.pos_ == "PROPN" and known:
        cast.mention(Mention(anchor.i, anchor.i + 1, anchor.i, known[-1], "name"))
        return
    if anchor.pos_ == "PRON" or anchor.lower_ in lexicon.PRONOUNS:
        return
    phrase = _phrase(doc, frame)
    if not phrase:
        return
    kind, plural = _kind(anchor)
    key = phrase.casefold().removeprefix("the ").removeprefix("a ").removeprefix("an ")
    entity = described.get(key)
    if entity is None and doc[anchor.left_edge.i].lower_ in ("the", "that"):
        entity = described.get("head:" + anchor.lemma_.lower())
    if entity is None:
        entity = cast.add(Entity(phrase, kind, plural=plural))
        described[key] = entity
        described["head:" + anchor.lemma_.lower()] = entity
    cast.mention(Mention(anchor.i, anchor.i + 1, anchor.i, entity, "description", f"“{phrase}”"))


def _author(anchor: Token, cast: Cast) -> Entity | None:
    """Who wrote or issued a document: "Wrenfield's brief", "a study by Ida Marsh"."""
    if anchor.lower_ not in lexicon.DOCUMENTS and anchor.lemma_.lower() not in lexicon.DOCUMENTS:
        return None
    for child in anchor.children:
        if child.dep_ in ("poss", "compound", "nmod") and child.i in cast.at:
            return cast.at[child.i].entity
        if child.dep_ == "prep" and child.lower_ in ("by", "from"):
            for grand in child.children:
                if grand.dep_ == "pobj" and grand.i in cast.at:
                    return cast.at[grand.i].entity
    return None


def _named_inside(anchor: Token, frame: Frame, cast: Cast) -> list[int]:
    """Tokens of an apposition that names the source ("his lawyer, Tobias Wrenfield")."""
    found = [child.i for child in anchor.children if child.dep_ == "appos"]
    behind = anchor.i + 2
    # The parser often takes the name after a role for the subject of what follows.
    if (
        not found
        and anchor.lemma_.lower() in lexicon.ROLES
        and behind < len(anchor.doc)
        and anchor.doc[behind - 1].text == ","
    ):
        named = cast.at.get(behind)
        if named is not None and named.how == "name" and named.start == behind:
            found = [behind] if named.entity.kind == "person" and not frame.carried else []
    return found


def _phrase(doc: Doc, frame: Frame) -> str:
    tokens = [i for i in frame.source if not doc[i].is_space] or [frame.anchor or 0]
    start, end = doc[tokens[0]].idx, doc[tokens[-1]].idx + len(doc[tokens[-1]])
    return " ".join(doc._.marks.text[start:end].split()).strip(" ,;:")[:_LONGEST_NAME]


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
