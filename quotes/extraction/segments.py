"""An editor selects words: whose are they, by which cue, and what kind of quote is it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from quotes.extraction.config import Config
from quotes.extraction.pipeline import extract
from quotes.extraction.text import has_words, paragraphs, trim, verbatim_spans
from quotes.extraction.types import Act, Attribution, Candidate, Document, Kind, Span, Speaker


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the surroundings say about a selection; indices point into ``speakers``.

    It has the fields of an ``Attribution``, and stands alone: nothing refers to other quotes.
    """

    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    source: tuple[Span, ...]
    kind: Kind
    act: Act
    speaker: int | None
    candidates: tuple[Candidate, ...]
    addressee: int | None
    cue_lemma: str
    confidence: float
    rule: str
    reason: str
    speakers: tuple[Speaker, ...]


def attribute_selection(
    document: Document | str,
    start: int,
    end: int,
    config: Config = Config(),  # noqa: B008 frozen
) -> Suggestion:
    """Guess cue, source, speaker and kind of ``text[start:end]`` from what stands round it.

    Reads the whole article, since names stand anywhere in it; loads the language model
    on first use. Raises ``ValueError`` for a selection outside the text or without a word.
    """
    document = Document(document) if isinstance(document, str) else document
    text = document.text
    if not 0 <= start < end <= len(text):
        raise ValueError("the selection lies outside the text")
    chosen = trim(text, Span(start, end))
    if not has_words(text[chosen.start : chosen.end]):
        raise ValueError("the selection holds no word")
    result = extract(document, replace(config, corrections=False, min_confidence=0.0))
    parts = tuple(
        Span(max(line.start, chosen.start), min(line.end, chosen.end))
        for line in paragraphs(text)
        if line.start < chosen.end and chosen.start < line.end
    )
    kind = _kind(text, parts)
    nearest, distance = _nearest(text, result.attributions, chosen)
    if nearest is None:
        return Suggestion(
            parts,
            (),
            (),
            kind,
            "statement",
            None,
            (),
            None,
            "",
            0.1,
            "selection",
            "nobody speaks near the selection",
            result.speakers,
        )
    overlapping = distance == 0
    cue = tuple(span for span in nearest.cue if not _inside(span, chosen))
    source = tuple(span for span in nearest.source if not _inside(span, chosen))
    share = 1.0 if overlapping else 0.6 if distance < 200 else 0.4
    reason = nearest.reason if overlapping else f"the quote nearest to it: {nearest.reason}"
    return Suggestion(
        content=parts,
        cue=cue if overlapping or distance < 200 else (),
        source=source if overlapping or distance < 200 else (),
        kind=kind,
        act=nearest.act,
        speaker=nearest.speaker,
        candidates=nearest.candidates,
        addressee=nearest.addressee if overlapping else None,
        cue_lemma=nearest.cue_lemma if cue else "",
        confidence=round(nearest.confidence * share, 4),
        rule=f"selection:{nearest.rule}",
        reason=reason,
        speakers=result.speakers,
    )


def _kind(text: str, parts: tuple[Span, ...]) -> Kind:
    """Direct where all words stand between marks, also where the marks were not selected."""
    inner = verbatim_spans(text, parts)
    if not inner:
        return "indirect"
    said = sum(_letters(text, span) for span in inner)
    return "direct" if said == sum(_letters(text, part) for part in parts) else "mixed"


def _letters(text: str, span: Span) -> int:
    return sum(character.isalnum() for character in text[span.start : span.end])


def _inside(span: Span, chosen: Span) -> bool:
    return span.start < chosen.end and chosen.start < span.end


def _nearest(
    text: str, attributions: tuple[Attribution, ...], chosen: Span
) -> tuple[Attribution | None, int]:
    """The attribution that overlaps most, else one in the same paragraph, else the nearest."""
    best: Attribution | None = None
    best_key: tuple[int, int] | None = None
    for item in attributions:
        shared = sum(
            max(0, min(part.end, chosen.end) - max(part.start, chosen.start))
            for part in item.content
        )
        first, last = item.content[0].start, item.content[-1].end
        gap = max(0, first - chosen.end, chosen.start - last)
        lines = text.count("\n", min(last, chosen.end), max(first, chosen.start)) if gap else 0
        key = (-shared, gap + 300 * min(lines, 9))
        if best_key is None or key < best_key:
            best, best_key = item, key
    if best is None or best_key is None:
        return None, 0
    return best, 0 if best_key[0] < 0 else best_key[1]
