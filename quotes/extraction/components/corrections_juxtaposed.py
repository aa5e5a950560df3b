"""Two statements side by side, and no verb says that one corrects the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Entity
from quotes.extraction.components.corrections_drafts import Drafts
from quotes.extraction.components.speakers import Finding
from quotes.extraction.events import Event

_BACK, _SENTENCES = 6, 3
_OPENING = 9
_INSISTING = frozenset("insist maintain".split())
_ACCUSING = frozenset("accuse question".split())
_CONTRAST = frozenset("actually instead merely simply contrary opposite".split())
_NO = frozenset("no nothing never any neither nobody none".split())
_INNER = frozenset("care know think believe want need like hope see".split())


def by_juxtaposition(drafts: Drafts) -> Iterator[Event]:
    """A plain "said" that stands against what somebody else claimed a moment before."""
    for place, finding in enumerate(drafts.findings):
        speaker = drafts.speaker(finding)
        if speaker is None or not finding.frame.cue or speaker.kind not in _NAMED:
            continue
        if finding.frame.lemma not in lexicon.STATEMENTS - lexicon.QUESTIONS:
            continue
        told = _Told.of(drafts, finding, speaker)
        if told is None or told.modal:
            continue
        for before in reversed(drafts.findings[max(0, place - _BACK) : place]):
            event = _against(drafts, finding, speaker, told, before)
            if event is not None:
                yield event
                break


_NAMED = frozenset(("person", "organisation"))


@dataclass(slots=True)
class _Told:
    """What the main clause of a content says: of whom, whether no, whether only perhaps."""

    of_himself: bool
    negated: bool
    modal: bool
    inner: bool

    @staticmethod
    def of(drafts: Drafts, finding: Finding, speaker: Entity) -> _Told | None:
        content = set(finding.frame.content)
        doc = drafts.doc
        verb = next(
            (
                doc[i]
                for i in finding.frame.content
                if doc[i].pos_ in ("VERB", "AUX")
                and (doc[i].head.i not in content or _is_root(doc[i]))
            ),
            None,
        )
        if verb is None:
            return None
        doer = next((c for c in verb.children if c.dep_ == "nsubj"), None)
        known = drafts.cast.at.get(doer.i) if doer is not None else None
        first = doer is not None and doer.lower_ in ("i", "we") and drafts.marks.of[doer.i] >= 0
        near = [t for c in verb.children for t in (c, *c.children)]
        return _Told(
            first or known is not None and known.entity is speaker,
            any(c.dep_ == "neg" for c in verb.children) or any(t.lower_ in _NO for t in near),
            any(c.tag_ == "MD" for c in verb.children),
            verb.lemma_.lower() in _INNER,
        )


def _is_root(token: Token) -> bool:
    return token.head.i == token.i


def _against(
    drafts: Drafts, finding: Finding, speaker: Entity, told: _Told, before: Finding
) -> Event | None:
    """The event where the later statement stands against the earlier one."""
    frame, other = finding.frame, before.entity
    if other is None or other is speaker or other.kind not in _NAMED:
        return None
    outer = drafts.marks.outer
    apart = outer[frame.start] - outer[before.frame.content[-1]]
    if apart > _SENTENCES or before.frame.lemma not in lexicon.CLAIMING | _ACCUSING:
        return None
    shared = bool(
        drafts.statements.stems(frame.content) & drafts.statements.stems(before.frame.content)
    )
    accused = before.frame.lemma in _ACCUSING and _is_about(drafts, before, speaker)
    words = {drafts.doc[i].lower_ for i in frame.content}
    cue = {drafts.doc[i].lower_ for i in frame.cue}
    rule = ""
    of_himself = told.of_himself and not told.inner
    if of_himself and (accused or told.negated and _says_it_of(drafts, before, speaker)):
        rule = "said otherwise of himself"
    elif shared and apart <= _SENTENCES - 1:
        if _opens_with_but(drafts, finding) and words & _CONTRAST:
            rule = "but said instead"
        elif frame.lemma == "point" and "out" in cue or frame.lemma in _INSISTING:
            rule = "said against it"
    if not rule or drafts.parties.on_one_side(speaker, other):
        return None
    return drafts.event(
        drafts.doc[frame.head],
        list(frame.cue),
        "denial" if of_himself else "contradiction",
        speaker,
        other,
        rule,
        0.58 if of_himself else 0.53,
        claim=list(before.frame.content),
        explicitness="juxtaposed",
    )


def _says_it_of(drafts: Drafts, finding: Finding, person: Entity) -> bool:
    """The statement says something of the person, as its subject or about what is his."""
    return any(
        drafts.doc[i].dep_ in ("nsubj", "nsubjpass", "poss")
        and i in drafts.cast.at
        and drafts.cast.at[i].entity is person
        for i in finding.frame.content
    )


def _is_about(drafts: Drafts, finding: Finding, person: Entity) -> bool:
    """The person is accused, or what is in question is his."""
    nouns = [c.i for c in drafts.doc[finding.frame.head].children if c.dep_ in ("dobj", "dative")]
    return any(
        i in drafts.cast.at and drafts.cast.at[i].entity is person
        for i in (*nouns, *finding.frame.content)
    )


def _opens_with_but(drafts: Drafts, finding: Finding) -> bool:
    """ "But Hale said …", "…, but Hale said …"."""
    first = min(finding.frame.start, finding.frame.cue[0])
    outer = drafts.marks.outer
    return any(
        drafts.doc[i].lower_ in ("but", "however", "yet")
        for i in range(max(0, first - _OPENING), first)
        if outer[i] == outer[first]
    )
