"""A result in words, for a person at a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Any

from spacy.tokens import Doc

from quotes.extraction.cast import Cast
from quotes.extraction.frames import Frame, Quoted


class Steps:
    """Watches a pass of the engine and tells in words what each component added."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._frames: list[Frame] = []
        self._mentions: set[int] = set()

    def see(self, name: str, doc: Doc) -> None:
        """Note what changed since the component before."""
        told = [*self._of_marks(name, doc), *self._of_frames(doc), *self._of_people(doc)]
        if name == "speakers":
            known = sum(finding.entity is not None for finding in doc._.findings)
            told.append(f"{known} of {len(doc._.findings)} quotes have a speaker")
        if name == "corrections":
            told.append(f"{len(doc._.events or ())} corrections thought of")
        self._lines.append(f"-- {name}: {'; '.join(told) or 'nothing'}\n")

    def text(self) -> str:
        """A line for each component, and one for each title, pronoun and description resolved."""
        return "".join(self._lines)

    @staticmethod
    def _of_marks(name: str, doc: Doc) -> list[str]:
        if name != "quoted_stretches":
            return []
        marks: Quoted = doc._.marks
        return [f"{len(marks.stretches)} stretches between marks"]

    def _of_frames(self, doc: Doc) -> list[str]:
        frames: list[Frame] = doc._.frames or []
        before = {id(frame) for frame in self._frames}
        after = {id(frame) for frame in frames}
        new = Counter(
            frame.construction.partition(":")[0] for frame in frames if id(frame) not in before
        )
        gone = len(before - after)
        self._frames = list(frames)
        told = []
        if new:
            shown = ", ".join(f"{count} {kind}" for kind, count in new.most_common())
            told.append(f"proposed {shown}")
        if gone:
            told.append(f"dropped {gone}, {len(frames)} left")
        return told

    def _of_people(self, doc: Doc) -> list[str]:
        cast: Cast | None = doc._.cast
        if cast is None:
            return []
        mentions = [mention for entity in cast.entities for mention in entity.mentions]
        new = [mention for mention in mentions if id(mention) not in self._mentions]
        if not new:
            return []
        self._mentions.update(map(id, new))
        new.sort(key=lambda mention: mention.start)
        told = [f"{len(cast.entities)} people and bodies, {len(mentions)} mentions"]
        return told + [mention.reason for mention in new if mention.reason]


def explain(text: str, result: dict[str, Any]) -> str:
    """One block a quote: words, speaker, rule, confidence and the reason."""
    blocks = [f"== {result['id']}\n"]
    for item in result["attributions"]:
        words = " […] ".join(text[start:end] for start, end in item["content"])
        cue = " ".join(text[start:end] for start, end in item["cue"])
        blocks.append(
            f"{item['kind']:8} {item['confidence']:.2f}  {item['speaker'] or '?'}"
            f"  [{item['rule']}: {cue}]  {item['reason']}\n    {' '.join(words.split())}\n"
        )
    for item in result["corrections"]:
        blocks.append(
            f"correction {item['confidence']:.2f}  {item['corrector'] or '?'} → "
            f"{item['corrected'] or '?'}  [{item['rule']}]  {item['reason']}\n    "
            f"{' '.join(text[item['start'] : item['end']].split())}\n"
        )
    return "".join(blocks)
