"""Who speaks in each proposal, how sure that is, and who else it might be."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from quotes.extraction.cast import Cast, Entity, Mention
from quotes.extraction.frames import Frame

NAME = "speakers"
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
    for frame in doc._.frames:
        _says_i(doc, cast, frame)
    mentions = sorted(
        (m for entity in cast.entities for m in entity.mentions), key=lambda m: (m.start, m.end)
    )
    starts = [mention.start for mention in mentions]
    limit = doc._.config.max_candidates
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
