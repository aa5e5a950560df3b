"""Files and pasted text in, article inputs out. No database, no network, no language model.

``read_upload`` (zips too), ``read_file`` and ``read_paste`` never raise for bad input: what cannot
be read comes back as a ``ReadFailure`` with one sentence for the person who imports, and the rest
of the batch goes on.
"""

from __future__ import annotations

from quotes.importing.addresses import canonical_url
from quotes.importing.archives import MAX_ARCHIVE_BYTES, read_upload
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
    "MAX_ARCHIVE_BYTES",
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
    "read_upload",
    "stored_text",
]
