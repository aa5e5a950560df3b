"""Who corrected whom: verbs that need a claim as their object, words that call it untrue."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Cast, Entity
from quotes.extraction.components.parties import Parties
from quotes.extraction.components.speakers import Finding
from quotes.extraction.components.statements import Statements
from quotes.extraction.events import Event
from quotes.extraction.frames import Quoted
from quotes.extraction.syntax import (
    is_negated,
    subject,
    subtree,
    verb_group,
)
from quotes.extraction.types import CorrectionKind

NAME = "corrections"


@Language.component(
    NAME, requires=["doc._.cast", "doc._.findings", "doc._.marks"], assigns=["doc._.events"]
)
def corrections(doc: Doc) -> Doc:
    """Find the events; ``linking`` ties them to quotes and to one another afterwards."""
    doc._.events = []
    if doc.has_annotation("DEP") and doc._.config.corrections:
        finder = _Finder(doc)
        found = [*finder.by_verbs(), *finder.by_words(), *finder.by_replies()]
        doc._.events = _one_a_place(sorted(found, key=lambda event: (event.start, event.cue)))
    return doc


def _one_a_place(found: list[Event]) -> list[Event]:
    """Of several findings in one sentence by one person the surest stays."""
    kept: list[Event] = []
    for event in found:
        rival = next(
            (
                e
                for e in reversed(kept[-3:])
                if e.start < event.end
                and event.start < e.end
                and (e.corrector is event.corrector or e.corrected is event.corrected)
            ),
            None,
        )
        if rival is None:
            kept.append(event)
        elif (event.confidence, event.corrected is not None) > (
            rival.confidence,
            rival.corrected is not None,
        ):
            kept[kept.index(rival)] = event
    return kept


class _Finder:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = doc._.cast
        self.marks: Quoted = doc._.marks
        self.findings: list[Finding] = sorted(doc._.findings, key=lambda f: f.frame.start)
        self.parties = Parties(doc, self.findings)
        self.statements = Statements(doc, self.findings)

    # -- verbs ------------------------------------------------------------------------------

    def by_verbs(self) -> Iterator[Event]:
        for token in self.doc:
            if token.pos_ not in ("VERB", "AUX") or self.marks.of[token.i] >= 0:
                continue
            lemma = token.lemma_.lower()
            if self._is_unreal(token):
                continue
            if lemma in lexicon.CORRECT_PERSON:
                yield from self._person_corrected(token)
            if lemma in lexicon.CORRECT_CLAIM:
                yield from self._claim_denied(token, lemma)
            if lemma in lexicon.INTERVENING:
                yield from self._intervened(token)
            if lemma in lexicon.TAKING_BACK:
                yield from self._taken_back(token, lemma)
            if lemma in ("call", "term", "label", "brand"):
                yield from self._called(token)
            if lemma in ("push", "fire", "hit", "bristle", "strike", "knock", "shoot", "take"):
                yield from self._pushed_back(token, lemma)

    def _is_unreal(self, verb: Token) -> bool:
        """Not, never, refused to, would have to: nobody was corrected."""
        if is_negated(verb):
            return True
        governor = verb.head if verb.dep_ == "xcomp" else verb
        if governor.lemma_.lower() in ("refuse", "decline", "fail", "want", "need", "ask", "urge"):
            return governor.i != verb.i
        return any(child.tag_ == "MD" and child.lower_ != "will" for child in verb.children) or any(
            child.dep_ == "mark" and child.lower_ == "if" for child in verb.children
        )

    def _person_corrected(self, verb: Token) -> Iterator[Event]:
        found, how = subject(verb)
        target = next((c for c in verb.children if c.dep_ == "dobj"), None)
        if how == "agent":
            target = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
        if found is None or target is None or how == "passive":
            return
        corrector = self.parties.who(found)
        reflexive = target.lower_ in lexicon.REFLEXIVE
        corrected = corrector if reflexive else self.parties.who(target)
        if corrector is None or corrected is None or corrected.kind == "unnamed":
            return
        if corrector is corrected and not reflexive:
            return
        if target.pos_ == "NOUN" and corrected.kind != "person":
            return
        same = any(
            self.doc[i].lower_ == "same"
            and i + 1 < len(self.doc)
            and self.doc[i + 1].lower_
            in ("point", "issue", "subject", "matter", "claim", "question")
            for i in subtree(verb)
        )
        kind: CorrectionKind = "self_correction" if corrector is corrected else "contradiction"
        yield self._event(
            verb,
            verb_group(verb),
            kind,
            corrector,
            corrected,
            "corrected somebody",
            0.9,
            claim=self._when_clause(verb),
            same=same,
        )

    def _when_clause(self, verb: Token) -> list[int]:
        return [
            i
            for child in verb.children
            if child.dep_ in ("advcl", "prep") and child.i > verb.i
            for i in subtree(child)
        ]

    def _claim_denied(self, verb: Token, lemma: str) -> Iterator[Event]:
        found, how = subject(verb)
        claim = next((c for c in verb.children if c.dep_ == "dobj"), None)
        if how == "agent":
            claim = next((c for c in verb.children if c.dep_ == "nsubjpass"), claim)
        clause = next(
            (c for c in verb.children if c.dep_ in ("ccomp", "xcomp") and c.i > verb.i), None
        )
        if found is None or how == "passive":
            return
        corrector = self.parties.who(found)
        if corrector is None or corrector.kind == "unnamed" and corrector.plural:
            return
        if claim is not None and (self._is_claim(claim) or self._points_back(claim, corrector)):
            owner = self.parties.claimant(claim)
            sure = _VERB_CONFIDENCE.get(lemma, 0.45)
            if owner is None and self._is_definite(claim):
                owner = self.statements.claimant(verb.i, list(subtree(claim)), corrector, 2)
            if owner is not None and owner is not corrector:
                sure = min(0.92, sure + 0.2)
            kind: CorrectionKind = "denial" if lemma == "deny" else "contradiction"
            yield self._event(
                verb,
                verb_group(verb),
                kind,
                corrector,
                owner if owner is not corrector else None,
                "claim disputed",
                sure,
                claim=list(subtree(claim)),
            )
        elif clause is not None and lemma in ("deny", "dispute") and clause.pos_ in ("VERB", "AUX"):
            said = list(subtree(clause))
            yield self._event(
                verb,
                verb_group(verb),
                "denial" if lemma == "deny" else "contradiction",
                corrector,
                self.statements.claimant(verb.i, said, corrector, 2 if clause.tag_ == "VBG" else 0),
                "denied that",
                0.62,
                claim=said,
            )

    def _is_claim(self, noun: Token) -> bool:
        """A claim counts, a thing does not: "challenged the assertion", not "the lawsuit"."""
        if (
            noun.lower_ not in lexicon.CLAIM_NOUNS
            and noun.lemma_.lower() not in lexicon.CLAIM_NOUNS
        ):
            return False
        if noun.lemma_.lower() in lexicon.WEAK_CLAIM_NOUNS:
            return any(
                c.dep_ in ("acl", "ccomp", "poss")
                or c.dep_ == "prep"
                and (c.lower_ == "of" and noun.lemma_.lower() not in ("idea", "criticism"))
                for c in noun.children
            )
        return True

    def _points_back(self, noun: Token, corrector: Entity) -> bool:
        """ "the description", right after somebody's statement."""
        return (
            noun.lemma_.lower() in lexicon.WEAK_CLAIM_NOUNS - {"idea", "criticism"}
            and self._is_definite(noun)
            and self.statements.claimant(noun.i, list(subtree(noun)), corrector, 1) is not None
        )

    @staticmethod
    def _is_definite(noun: Token) -> bool:
        """ "that suggestion", "the accusations", with nothing behind that says what it is."""
        return any(
            c.lower_ in ("the", "that", "those", "these", "this") for c in noun.children
        ) and (not any(c.dep_ in ("acl", "relcl", "prep", "amod") for c in noun.children))

    def _intervened(self, verb: Token) -> Iterator[Event]:
        words = {c.lemma_.lower(): c for c in verb.children if c.dep_ in ("xcomp", "prt", "advcl")}
        if verb.lemma_.lower() in ("jump", "step", "break", "cut") and "in" not in {
            c.lower_ for c in verb.children
        }:
            return
        found, how = subject(verb)
        corrector = self.parties.who(found) if found is not None and how != "passive" else None
        said = self._said_in(verb)
        before = self.parties.speaker_before(verb.i, corrector)
        to_say = verb.lemma_.lower() in ("intervene", "interrupt", "interject") and any(
            word in words for word in ("say", "insist")
        )
        if corrector is None or before is None or not (said or to_say):
            return
        cue = verb_group(verb)
        if "say" in words:
            cue = list(range(cue[0], words["say"].i + 1))
        yield self._event(
            verb,
            cue,
            "contradiction",
            corrector,
            before,
            "intervened",
            0.6,
            juxtaposed=True,
            claim=[],
        )

    def _said_in(self, verb: Token) -> bool:
        """A retort in marks that says no to something, and is not a question."""
        outer = self.marks.outer[verb.i]
        for finding in self.parties.findings_near(verb.i):
            content = finding.frame.content
            if self.marks.outer[content[0]] != outer or self.marks.of[content[0]] < 0:
                continue
            words = {self.doc[i].lower_ for i in content}
            if words & (lexicon.NEGATIONS | {"wrong", "false", "actually"}):
                return not any(self.doc[i].text == "?" for i in content[-2:])
        return False

    def _taken_back(self, verb: Token, lemma: str) -> Iterator[Event]:
        found, how = subject(verb)
        if found is None or how == "passive":
            return
        words = {c.lower_ for c in verb.children}
        claim = next((c for c in verb.children if c.dep_ in ("dobj", "pobj")), None)
        if lemma == "walk" and "back" not in words:
            return
        if claim is None and lemma not in ("backtrack", "misspeak"):
            return
        if lemma in ("clarify", "withdraw", "correct", "retract", "recant") and not (
            claim is not None
            and (self._is_claim(claim) or claim.lemma_.lower() in lexicon.STATED_THINGS)
        ):
            return
        corrector = self.parties.who(found)
        if corrector is None:
            return
        owner = self.parties.claimant(claim) if claim is not None else corrector
        if lemma == "correct" and owner is not None and owner is not corrector:
            return
        yield self._event(
            verb,
            verb_group(verb),
            "self_correction",
            corrector,
            owner or corrector,
            "took it back",
            0.7 if lemma != "clarify" else 0.55,
            claim=list(subtree(claim)) if claim is not None else [],
        )

    def _pushed_back(self, verb: Token, lemma: str) -> Iterator[Event]:
        """ "pushed back on the charge", "took issue with Hale's claim"."""
        words = {c.lower_ for c in verb.children}
        noun = next(
            (
                g
                for c in verb.children
                if c.dep_ == "prep" and c.lower_ in ("on", "against", "at", "with")
                for g in c.children
                if g.dep_ == "pobj"
            ),
            None,
        )
        if lemma == "strike" or lemma == "knock" or lemma == "shoot":
            noun = (
                next((c for c in verb.children if c.dep_ == "dobj"), None)
                if "down" in words
                else None
            )
        elif lemma == "take":
            noun = noun if "issue" in words else None
        elif lemma in ("push", "fire", "hit"):
            noun = noun if "back" in words else None
        found, how = subject(verb)
        if noun is None or found is None or how == "passive" or not self._is_claim(noun):
            return
        corrector, owner = self.parties.who(found), self.parties.claimant(noun)
        if corrector is not None:
            if owner is None and self._is_definite(noun):
                owner = self.statements.claimant(verb.i, list(subtree(noun)), corrector, 2)
            yield self._event(
                verb,
                verb_group(verb),
                "contradiction",
                corrector,
                owner if owner is not corrector else None,
                "pushed back",
                0.6,
                claim=list(subtree(noun)),
            )

    def _called(self, verb: Token) -> Iterator[Event]:
        """ "termed the charge baseless", "called that nonsense"."""
        found, how = subject(verb)
        what = next(
            (
                c
                for c in verb.subtree
                if verb.i < c.i < verb.i + 12
                and c.lower_ in lexicon.STRONG_FALSE | lexicon.NONSENSE
                and not _is_denied(c)
            ),
            None,
        )
        claim = (
            next((t for t in verb.doc[verb.i + 1 : what.i] if t.dep_ in _OBJECTS), None)
            if (what is not None)
            else None
        )
        corrector = self.parties.who(found) if found is not None and how != "passive" else None
        if corrector is None or claim is None or what is None:
            return
        if corrector.kind == "unnamed" and corrector.plural:
            return
        owner: Entity | None = None
        if self._is_claim(claim):
            owner = self.parties.claimant(claim)
            if owner is None and self._is_definite(claim):
                owner = self.statements.claimant(verb.i, list(subtree(claim)), corrector, 2)
        elif claim.lower_ in ("that", "it", "this"):
            owner = self.statements.claimant(verb.i, [], corrector, 1)
        strong = what.lower_ in lexicon.STRONG_FALSE
        if owner is corrector or owner is None and not (strong and self._is_claim(claim)):
            return
        yield self._event(
            verb,
            [verb.i],
            "contradiction",
            corrector,
            owner,
            "called untrue",
            0.7 if owner is not None else 0.55,
            claim=list(subtree(claim)),
        )

    # -- replies ----------------------------------------------------------------------------

    def by_replies(self) -> Iterator[Event]:
        """A reply that says no, or the same matter otherwise, right after a statement."""
        for place, finding in enumerate(self.findings[1:], 1):
            frame, corrector = finding.frame, finding.entity
            if frame.lemma not in lexicon.REPLYING or corrector is None or not frame.cue:
                continue
            before = self.findings[place - 1]
            owner = before.entity
            if owner is None or owner is corrector or before.frame.lemma in lexicon.QUESTIONS:
                continue
            if {owner.kind, corrector.kind} - {"person", "organisation"}:
                continue
            if self.marks.outer[frame.start] - self.marks.outer[before.frame.content[-1]] > 2:
                continue
            if any(self.doc[i].text == "?" for i in before.frame.content[-2:]):
                continue
            shared = self.statements.stems(frame.content) & self.statements.stems(
                before.frame.content
            )
            words = [self.doc[i].lower_ for i in frame.content]
            no = any(word in _NO for word in words)
            if len(shared) < 1 + (not no) - (no and frame.lemma in ("counter", "retort")):
                continue
            yield self._event(
                self.doc[frame.head],
                list(frame.cue),
                "contradiction",
                corrector,
                owner,
                "replied",
                0.55,
                claim=list(before.frame.content),
                juxtaposed=True,
            )

    # -- words that call it untrue ----------------------------------------------------------

    def by_words(self) -> Iterator[Event]:
        for finding in self.findings:
            corrector = finding.entity
            if corrector is None or corrector.plural and corrector.kind == "unnamed":
                continue
            for i in finding.frame.content[:200]:
                token = self.doc[i]
                event = self._untrue(token, finding, corrector)
                if event is not None:
                    yield event
                    break

    def _untrue(self, token: Token, finding: Finding, corrector: Entity) -> Event | None:
        low, lemma = token.lower_, token.lemma_.lower()
        owner: Entity | None = None
        claim: list[int] = []
        if lemma == "lie" and token.pos_ == "VERB" and not is_negated(token):
            liar, how = subject(token)
            owner = self.parties.who(liar) if liar is not None and how != "passive" else None
            about = any(c.dep_ == "prep" and c.lower_ == "about" for c in token.children)
            if owner is None or owner is corrector or not about:
                return None
            return self._word_event(token, finding, corrector, owner, "called a lie", 0.66)
        denied = _is_denied(token)
        weak = low in lexicon.NONSENSE or (low in ("right", "correct", "accurate") and denied)
        if low not in lexicon.STRONG_FALSE and not (low == "true" and denied) and not weak:
            return None
        if low not in ("true", "right", "correct", "accurate") and denied:
            return None
        about_what = _what_is_false(token)
        if about_what is None:
            return None
        if self._is_claim(about_what):
            owner = self.parties.claimant(about_what)
            claim = list(subtree(about_what))
            sure = 0.75 if owner is not None and owner is not corrector else 0.5
            if weak and (owner is None or owner is corrector):
                return None
        elif about_what.lower_ in ("that", "it", "this") and not weak:
            owner = self.parties.speaker_before(finding.frame.start, corrector)
            sure = 0.52 if owner is not None else 0.4
        else:
            return None
        if owner is corrector:
            owner = None
        return self._word_event(token, finding, corrector, owner, "called untrue", sure, claim)

    def _word_event(
        self,
        token: Token,
        finding: Finding,
        corrector: Entity,
        owner: Entity | None,
        rule: str,
        sure: float,
        claim: list[int] | None = None,
    ) -> Event:
        head = self.doc[finding.frame.head] if finding.frame.cue else token
        return self._event(
            token,
            [token.i],
            "contradiction",
            corrector,
            owner,
            rule,
            sure,
            claim=claim or [],
            also=head if self.marks.outer[head.i] == self.marks.outer[token.i] else None,
        )

    # -- shared -----------------------------------------------------------------------------

    def _event(
        self,
        token: Token,
        cue: list[int],
        kind: CorrectionKind,
        corrector: Entity,
        corrected: Entity | None,
        rule: str,
        confidence: float,
        *,
        claim: list[int],
        same: bool = False,
        juxtaposed: bool = False,
        also: Token | None = None,
    ) -> Event:
        outer, place = self.marks.outer, token.i
        start = end = place
        while start > 0 and outer[start - 1] == outer[place]:
            start -= 1
        while end + 1 < len(outer) and outer[end + 1] == outer[place]:
            end += 1
        words = " ".join(self.doc[i].text for i in cue)
        reason = f"“{words}”: {corrector.name} → {corrected.name if corrected else 'nobody named'}"
        return Event(
            start,
            end + 1,
            cue,
            kind,
            "juxtaposed" if juxtaposed else "verb",
            corrector,
            corrected,
            rule,
            reason,
            confidence,
            claim,
            same,
        )


_OBJECTS = frozenset(("dobj", "nsubj", "nsubjpass"))
_NO = frozenset(("no", "not", "n't", "n’t", "never", "nobody", "none", "nothing", "neither"))
_VERB_CONFIDENCE = {
    "deny": 0.66,
    "dispute": 0.6,
    "debunk": 0.6,
    "refute": 0.6,
    "rebut": 0.55,
    "contradict": 0.6,
    "challenge": 0.55,
    "reject": 0.55,
    "dismiss": 0.55,
    "rubbish": 0.6,
    "disprove": 0.6,
    "counter": 0.5,
    "correct": 0.6,
}


def _is_denied(token: Token) -> bool:
    """ "not true", "n't false", "neither true nor …"."""
    around = [*token.children, *token.head.children, token.head]
    return any(t.dep_ == "neg" or t.lower_ in ("not", "n't", "never", "nothing") for t in around)


def _what_is_false(token: Token) -> Token | None:
    """The subject or object that the word is said of, in "X is false" and "called X false"."""
    verb = token.head
    if token.dep_ == "amod":
        return verb if verb.pos_ == "NOUN" else None
    if token.dep_ in ("acomp", "attr", "oprd", "ccomp", "xcomp") or verb.lemma_ == "be":
        for child in verb.children:
            if child.dep_ in ("nsubj", "nsubjpass") and child.i < token.i:
                return child
        for child in (*token.children, *verb.children):
            if child.dep_ in ("nsubj", "dobj") and child.i < token.i:
                return child
    for child in token.children:
        if child.dep_ == "nsubj":
            return child
    return None
