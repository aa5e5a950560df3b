"""Fixtures of the tagger's tests."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from tests.extraction.tagging.small import small_tokenizer


@pytest.fixture
def tokenizer() -> Tokenizer:
    return small_tokenizer()
