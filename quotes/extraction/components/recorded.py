""" "Footage of Marsh asking: “…”": whoever is heard on a recording says it, not the recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    for saying, who in heard(doc):
        source, cue = noun_phrase(who), verb_group(saying)
        for frame in frames:
            if saying.i not in (frame.head, *frame.cue):
                continue
            said = trimmed(doc, [i for i in frame.content if i > saying.i])
            if said:
                frame.head, frame.lemma = saying.i, saying.lemma_.lower()
                frame.cue, frame.source, frame.content, frame.anchor = cue, source, said, who.i


def heard(doc: Doc) -> Iterator[tuple[Token, Token]]:
    """Each participle of saying behind somebody who is shown doing so."""
    for saying in doc:
        if saying.tag_ == "VBG" and saying.lemma_.lower() in lexicon.SPEECH:
            who = _phrase_before(saying)
            if who is not None and _is_shown(who, saying):
                yield saying, who


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
