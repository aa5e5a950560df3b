"""Bytes to text, strictly: a byte that cannot be read is named, never replaced.

UTF-8 (with or without a byte order mark), UTF-16 and UTF-32 with one, UTF-16 without one where the
zero bytes give it away, and Windows-1252 where the bytes are not UTF-8 and the result looks like
prose. A UTF-8 file with damage would decode as Windows-1252 too ("â€œ" for a quotation mark), so
the second guess is made only when nothing in the file looks like UTF-8.
"""

from __future__ import annotations

import codecs
import re

from quotes.importing.items import RefusedInput

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PLAIN_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "windows-1252": "Windows-1252",
}
MULTIBYTE_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
MARKED_BYTE = re.compile("[\udc80-\udcff]")
HIGH_BYTE = re.compile(rb"[\x80-\xff]")
TYPOGRAPHIC = frozenset("‘’‚“”„‹›«»–—…•€£¥§©®™°±·×÷½¼¾²³¹ªº¡¿¢µ†‡‰\u00a0\u00ad´")
STANDS_ALONE = frozenset("àÀéÉ")
SAMPLE_BYTES = 4096


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Decode a file; return the text without its byte order mark, and the encoding's name.

    ``declared`` is the encoding the file or its sender names. A byte order mark is stronger.
    Raises ``RefusedInput`` that names the first byte that cannot be read.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding, skip=len(mark)), encoding
    if declared:
        encoding = _known(declared)
        return _strictly(data, encoding), encoding
    if wide := _utf16_without_mark(data):
        return _strictly(data, wide), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        text = _as_windows_1252(data)
        if text is None:
            raise _refusal("utf-8", data, error.start) from error
        return text, "windows-1252"


def is_wide(data: bytes) -> bool:
    """Say whether a character takes two bytes or four, so that bytes cannot be split at lines."""
    marks = [mark for mark, encoding in BOMS if encoding != "utf-8"]
    return data.startswith(tuple(marks)) or _utf16_without_mark(data) is not None


def decode_or_mark(data: bytes) -> tuple[str, str]:
    """Decode as ``decode`` does; where that fails, keep each bad byte as a lone surrogate.

    For tables, whose rows can be told apart only when decoded. ``bad_byte`` names such a byte.
    """
    try:
        return decode(data)
    except RefusedInput:
        if is_wide(data):
            raise
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape"), "utf-8"


def bad_byte(data: bytes, number: int) -> RefusedInput:
    """Name the bad byte that is the ``number``-th (from 0) in the text of ``decode_or_mark``."""
    text = data.decode("utf-8", "surrogateescape")
    place = [match.start() for match in MARKED_BYTE.finditer(text)][number]
    offset = len(text[:place].encode("utf-8", "surrogateescape"))
    return _refusal("utf-8", data, offset)


def _strictly(data: bytes, encoding: str, *, skip: int = 0) -> str:
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _refusal(encoding, data, error.start + skip) from error


def _refusal(encoding: str, data: bytes, offset: int) -> RefusedInput:
    name = PLAIN_NAMES.get(encoding, encoding)
    return RefusedInput(
        f"Not valid {name} at byte {offset:,} (0x{data[offset]:02X}). "
        "Save it as UTF-8 and import it again."
    )


def _known(declared: str) -> str:
    """Map a declared name to the codec that reads it, as browsers do for the Latin ones."""
    try:
        name = codecs.lookup(declared.strip()).name
    except LookupError:
        raise RefusedInput(
            f"The encoding “{declared.strip()[:40]}” that the file names is not known. "
            "Save it as UTF-8 and import it again."
        ) from None
    if name in {"ascii", "iso8859-1", "cp1252"}:
        return "windows-1252"
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)


def _utf16_without_mark(data: bytes) -> str | None:
    """Recognise UTF-16 of a mostly Latin text by zero bytes in only every second place."""
    sample = data[:SAMPLE_BYTES]
    pairs = len(sample) // 2
    if pairs == 0 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even == 0 and odd * 2 > pairs:
        return "utf-16-le"
    if odd == 0 and even * 2 > pairs:
        return "utf-16-be"
    return None


def _as_windows_1252(data: bytes) -> str | None:
    sequences = MULTIBYTE_UTF8.findall(data)
    stray = len(HIGH_BYTE.findall(data)) - sum(len(sequence) for sequence in sequences)
    if sequences and 4 * len(sequences) >= stray:
        return None  # UTF-8 with damage, not another encoding
    try:
        text = data.decode("windows-1252")
    except UnicodeDecodeError:
        return None
    foreign = [place for place, character in enumerate(text) if character > "\x7f"]
    odd = sum(not _belongs(text, place) for place in foreign)
    return text if odd * 10 <= len(foreign) else None


def _belongs(text: str, place: int) -> bool:
    """Say whether a character beyond ASCII looks at home: a mark of print, or part of a word."""
    character = text[place]
    if character in TYPOGRAPHIC or character in STANDS_ALONE:
        return True
    if not character.isalpha() or character in "ÿþ":
        return False
    around = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return any(neighbour.isascii() and neighbour.isalpha() for neighbour in around)
