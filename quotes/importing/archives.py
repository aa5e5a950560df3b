"""A zip of files: refused by what its directory says, before anything is unpacked.

Nothing is ever written to disk: each entry is read into memory by itself, up to the limit of one
file, and a directory that lies about a size is found out there.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from quotes.importing.files import Item, check_size, read_file
from quotes.importing.items import MAX_FILE_BYTES, ReadFailure, RefusedInput, printable

MAX_ARCHIVE_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
"""Text shrinks to a fifth or a tenth; what shrinks to a hundredth was made to fill a memory."""
SMALL = 64 * 1024
"""An entry up to this size may have any ratio: one repeated letter shrinks well."""
MAX_DIRECTORY_BYTES = MAX_ENTRIES * 512

END = b"PK\x05\x06"
END_RECORD = struct.Struct("<4s4H2LH")
MAX_COMMENT = 65_535
IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
ENCRYPTED = 0x1


def read_upload(name: str, file: BinaryIO) -> Iterator[Item]:
    """Read one file from its beginning, a zip too; yield an article or a failure for each item."""
    try:
        if not name.lower().endswith(".zip"):
            check_size(file.seek(0, 2))
            file.seek(0)
            yield from read_file(name, file.read())
            return
        archive = opened(file)
    except RefusedInput as refusal:
        yield ReadFailure(name, str(refusal))
        return
    with archive:
        found = False
        for entry in _files(archive):
            found = True
            label = f"{name}: {entry.filename}"
            try:
                data = unpacked(archive, entry)
            except RefusedInput as refusal:
                yield ReadFailure(label, str(refusal))
            else:
                yield from read_file(label, data)
        if not found:
            yield ReadFailure(name, "There is no file in it.")


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """Open a zip, or refuse it for its size, its number of files or a name that leads outside."""
    _check_end(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise RefusedInput("This is not a zip archive that can be read.") from error
    try:
        _check(archive.infolist())
    except RefusedInput:
        archive.close()
        raise
    return archive


def unpacked(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int = MAX_FILE_BYTES
) -> bytes:
    """Give the bytes of one file of an archive that ``opened`` has let through."""
    check_size(entry.file_size, most)
    if entry.filename.lower().endswith(".zip"):
        raise RefusedInput("This is an archive in an archive. Import it by itself.")
    try:
        with archive.open(entry) as file:
            data = file.read(min(entry.file_size, most) + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise RefusedInput(f"The file is damaged in the archive: {error}.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise RefusedInput("The file is packed in a way that is not read.") from error
    if len(data) > entry.file_size:
        raise RefusedInput("The file is larger than the archive says it is.")
    return data


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for entry in archive.infolist():
        name = entry.filename
        if not entry.is_dir() and not name.startswith(IGNORED[0]) and not name.endswith(IGNORED):
            yield entry


def _check_end(file: BinaryIO) -> None:
    """Refuse by the record at the end, before the directory is read into memory."""
    size = file.seek(0, 2)
    if size > MAX_ARCHIVE_BYTES:
        raise RefusedInput(
            f"The archive has {size / 2**20:.1f} MB; "
            f"at most {MAX_ARCHIVE_BYTES // 2**20} MB are read."
        )
    file.seek(max(size - END_RECORD.size - MAX_COMMENT, 0))
    tail = file.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_RECORD.size:
        raise RefusedInput("This is not a zip archive that can be read.")
    _, _, _, _, count, directory, _, _ = END_RECORD.unpack_from(tail, place)
    if count > MAX_ENTRIES or directory > MAX_DIRECTORY_BYTES:
        raise RefusedInput(f"The archive has more than {MAX_ENTRIES:,} files.")
    file.seek(0)


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise RefusedInput(f"The archive has more than {MAX_ENTRIES:,} files.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise RefusedInput(
            f"The files in the archive have {total / 2**20:,.0f} MB together; "
            f"at most {MAX_UNPACKED_BYTES // 2**20} MB are read."
        )
    for entry in entries:
        name = printable(entry.filename)[:80]
        if leads_outside(entry.filename):
            raise RefusedInput(f"“{name}” in the archive leads outside of it.")
        if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise RefusedInput(f"“{name}” in the archive is a link or a device, not a file.")
        if entry.flag_bits & ENCRYPTED:
            raise RefusedInput(f"“{name}” in the archive is locked with a password.")
        if entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise RefusedInput(f"“{name}” would unpack to more than {MAX_RATIO} times its size.")


def leads_outside(name: str) -> bool:
    """Say whether a name in an archive is absolute, climbs up, or could be read so elsewhere."""
    plain = name.replace("\\", "/")
    path = PurePosixPath(plain)
    return (
        not plain
        or "\x00" in plain
        or path.is_absolute()
        or ".." in path.parts
        or (len(plain) > 1 and plain[1] == ":")
    )
