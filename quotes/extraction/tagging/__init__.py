"""The trained tagger of sources, cues and contents; nothing is loaded before it is asked for."""

from __future__ import annotations

from quotes.extraction.tagging.labels import Role
from quotes.extraction.tagging.tagger import TaggedSpan, Tagger, load_tagger
from quotes.extraction.tagging.weights import LARGE_MODEL_DIRECTORY, DamagedModel

__all__ = ["LARGE_MODEL_DIRECTORY", "DamagedModel", "Role", "TaggedSpan", "Tagger", "load_tagger"]
