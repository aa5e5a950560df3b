"""Files and pasted text in, article inputs out. No database, no network, no language model.

``read_file`` and ``read_paste`` never raise for bad input: what cannot be read comes back as a
``ReadFailure`` with one sentence for the person who imports, and the rest of the batch goes on.
"""

from __future__ import annotations

from quotes.importing.addresses import canonical_url
from quotes.importing.decoding import decode
from quotes.importing.files import check_size, read_download, read_file, read_paste
from quotes.importing.items import (
    MAX_CHARACTERS,
    MAX_FILE_BYTES,
    ArticleInput,
    ReadFailure,
    RefusedInput,
)
from quotes.importing.text import stored_text

__all__ = [
    "MAX_CHARACTERS",
    "MAX_FILE_BYTES",
    "ArticleInput",
    "ReadFailure",
    "RefusedInput",
    "canonical_url",
    "check_size",
    "decode",
    "read_download",
    "read_file",
    "read_paste",
    "stored_text",
]
