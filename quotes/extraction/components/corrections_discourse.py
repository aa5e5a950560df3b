"""Corrections between two statements: interventions, replies, one standing against the other."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Entity
from quotes.extraction.components.corrections_drafts import Drafts
from quotes.extraction.components.corrections_traps import is_unreal
from quotes.extraction.events import Event
from quotes.extraction.syntax import subject, verb_group

_NO = frozenset(("no", "not", "n't", "n’t", "never", "nobody", "none", "nothing", "neither"))


def by_interventions(drafts: Drafts) -> Iterator[Event]:
    """ "intervened to say", "cut in: “That is not so”": the last speaker is corrected."""
    for token in drafts.doc:
        if (
            token.pos_ in ("VERB", "AUX")
            and token.lemma_.lower() in lexicon.INTERVENING
            and drafts.marks.of[token.i] < 0
            and not is_unreal(token)
        ):
            yield from _intervened(drafts, token)


def _intervened(drafts: Drafts, verb: Token) -> Iterator[Event]:
    words = {c.lemma_.lower(): c for c in verb.children if c.dep_ in ("xcomp", "prt", "advcl")}
    if verb.lemma_.lower() in ("jump", "step", "break", "cut") and "in" not in {
        c.lower_ for c in verb.children
    }:
        return
    found, how = subject(verb)
    corrector = drafts.parties.who(found) if found is not None and how != "passive" else None
    said = corrector is not None and _says_no(drafts, verb, corrector)
    before = drafts.parties.speaker_before(verb.i, corrector)
    to_say = verb.lemma_.lower() in ("intervene", "interrupt", "interject") and any(
        word in words for word in ("say", "insist")
    )
    if corrector is None or before is None or not (said or to_say):
        return
    cue = verb_group(verb)
    if "say" in words:
        cue = list(range(cue[0], words["say"].i + 1))
    yield drafts.event(
        verb,
        cue,
        "contradiction",
        corrector,
        before,
        "intervened",
        0.6,
        claim=[],
        explicitness="juxtaposed",
    )


def _says_no(drafts: Drafts, verb: Token, corrector: Entity) -> bool:
    """A retort in marks that says no to something, and is not a question."""
    marks = drafts.marks
    for finding in drafts.parties.findings_near(verb.i):
        content = finding.frame.content
        if marks.outer[content[0]] != marks.outer[verb.i] or marks.of[content[0]] < 0:
            continue
        if finding.entity is not None and finding.entity is not corrector:
            continue
        words = {drafts.doc[i].lower_ for i in content}
        if words & (lexicon.NEGATIONS | {"wrong", "false", "actually"}):
            return not any(drafts.doc[i].text == "?" for i in content[-2:])
    return False


def by_replies(drafts: Drafts) -> Iterator[Event]:
    """A reply that says no, or the same matter otherwise, right after a statement."""
    outer = drafts.marks.outer
    for place, finding in enumerate(drafts.findings[1:], 1):
        frame, corrector = finding.frame, finding.entity
        if frame.lemma not in lexicon.REPLYING or corrector is None or not frame.cue:
            continue
        before = drafts.findings[place - 1]
        owner = before.entity
        if owner is None or owner is corrector or before.frame.lemma in lexicon.QUESTIONS:
            continue
        if {owner.kind, corrector.kind} - {"person", "organisation"}:
            continue
        if outer[frame.start] - outer[before.frame.content[-1]] > 2:
            continue
        if any(drafts.doc[i].text == "?" for i in before.frame.content[-2:]):
            continue
        stems = drafts.statements.stems
        shared = stems(frame.content) & stems(before.frame.content)
        no = any(drafts.doc[i].lower_ in _NO for i in frame.content)
        if len(shared) < 1 + (not no) - (no and frame.lemma in ("counter", "retort")):
            continue
        yield drafts.event(
            drafts.doc[frame.head],
            list(frame.cue),
            "contradiction",
            corrector,
            owner,
            "replied",
            0.55,
            claim=list(before.frame.content),
            explicitness="juxtaposed",
        )
