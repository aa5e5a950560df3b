""" "Footage of Marsh asking: “…”": whoever is heard on a recording says it, not the recording."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.frames import Frame
from quotes.extraction.syntax import noun_phrase, trimmed, verb_group

_RECORDINGS = frozenset(
    ("footage", "video", "clip", "recording", "audio", "tape", "videotape", "film", "soundbite",
     "voicemail", "sound", "memory")
)  # fmt: skip
_SHOWING = frozenset(
    ("show", "feature", "capture", "play", "hear", "record", "film", "catch", "depict", "describe",
     "remember", "recall")
)  # fmt: skip
_TURNING = frozenset(("open", "begin", "start", "end", "close", "finish", "conclude"))
_IN_A_NAME = frozenset(("compound", "flat", "appos", "poss", "det", "amod", "nummod", "case"))


def reread_recorded(doc: Doc, frames: Sequence[Frame]) -> None:
    """Give each frame on such a phrase its speaker, the verb of saying as cue, and what is left."""
    for frame in frames:
        for i in (frame.head, *frame.cue):
            saying, who = doc[i], who_is_heard(doc[i])
            if who is None:
                continue
            said = trimmed(doc, [k for k in frame.content if k > i])
            if said:
                frame.head, frame.lemma = i, saying.lemma_.lower()
                frame.cue, frame.source = verb_group(saying), noun_phrase(who)
                frame.content, frame.anchor = said, who.i
            break


def who_is_heard(saying: Token) -> Token | None:
    """Who is shown saying it, where the token is a participle of saying behind somebody's name."""
    if saying.tag_ != "VBG" or saying.lemma_.lower() not in lexicon.SPEECH:
        return None
    who = _phrase_before(saying)
    return who if who is not None and _is_shown(who, saying) else None


def _phrase_before(saying: Token) -> Token | None:
    """The head of the noun phrase that ends at the participle, or at a comma before it."""
    doc, last = saying.doc, saying.i - 1
    if last > 0 and doc[last].text == ",":
        last -= 1
    if last < 0 or doc[last].pos_ not in ("NOUN", "PROPN", "PRON"):
        return None
    head = doc[last]
    while head.dep_ in _IN_A_NAME and head.head.i < saying.i and head.head.pos_ != "VERB":
        head = head.head
    return head


def _is_shown(who: Token, saying: Token) -> bool:
    if who.dep_ == "pobj":
        kind = who.head.head.lemma_.lower()
        return kind in {"of": _RECORDINGS, "with": _TURNING}.get(who.head.lower_, frozenset())
    if who.dep_ == "nsubj" and who.head.i == saying.i:
        behind_with = saying.dep_ == "pcomp"
        verb = saying.head.head if behind_with else saying.head
        return verb.lemma_.lower() in (_TURNING if behind_with else _SHOWING)
    return who.dep_ in ("dobj", "dative") and who.head.lemma_.lower() in _SHOWING
