"""The trained tagger of sources, cues and contents; nothing is loaded before it is asked for."""

from __future__ import annotations

from quotes.extraction.tagging.labels import Role
from quotes.extraction.tagging.tagger import TaggedSpan, Tagger, load_tagger
from quotes.extraction.tagging.weights import DamagedModel

__all__ = ["DamagedModel", "Role", "TaggedSpan", "Tagger", "load_tagger"]
