"""A zip is refused by its directory, before anything is unpacked."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import zipfile

import pytest

from quotes.importing import ArticleInput, ReadFailure, archives, read_upload
from quotes.importing.archives import END

STORY = "The tram depot at Osk will stay open for two more winters, its owner said on Monday."


def zipped(*entries: tuple[str | zipfile.ZipInfo, str | bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    file.seek(0)
    return file


def read(file: io.BytesIO) -> list[ArticleInput | ReadFailure]:
    return list(read_upload("week.zip", file))


def refusal(file: io.BytesIO) -> str:
    (item,) = read(file)
    assert isinstance(item, ReadFailure)
    assert item.name == "week.zip"
    return item.reason


def test_each_file_is_read_under_its_own_name():
    items = read(
        zipped(
            ("monday/depot.txt", STORY),
            ("lines.jsonl", f'{{"text": "{STORY} One."}}\n{{"text": "{STORY} Two."}}\n'),
            ("report.pdf", b"%PDF-1.7"),
            ("__MACOSX/._depot.txt", b"\x00\x01"),
            ("monday/", b""),
        )
    )
    assert [item.name for item in items] == [
        "week.zip: monday/depot.txt",
        "week.zip: lines.jsonl, line 1",
        "week.zip: lines.jsonl, line 2",
        "week.zip: report.pdf",
    ]
    assert [type(item) for item in items] == [ArticleInput] * 3 + [ReadFailure]


@pytest.mark.parametrize(
    "name", ["../depot.txt", "a/../../depot.txt", "/etc/depot.txt", "C:\\depot.txt", "..\\d.txt"]
)
def test_a_name_that_leads_outside_refuses_the_archive(name: str):
    entry = zipfile.ZipInfo("x")
    entry.filename = name  # the constructor would mend some of them
    assert "leads outside" in refusal(zipped(("fine.txt", STORY), (entry, STORY)))


def test_a_link_refuses_the_archive():
    link = zipfile.ZipInfo("depot.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is a link" in refusal(zipped((link, "/etc/hostname")))


def test_too_many_files_are_refused_before_the_directory_is_read(monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number in range(archives.MAX_ENTRIES + 1):
            archive.writestr(f"{number}.txt", "")
    monkeypatch.setattr(zipfile, "ZipFile", None)  # calling it would raise TypeError
    assert "more than 5,000 files" in refusal(file)


@pytest.mark.slow
def test_a_hundred_thousand_files_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number in range(100_000):
            archive.writestr(str(number), "")
    assert "more than 5,000 files" in refusal(file)


def test_a_directory_that_understates_its_files_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number in range(archives.MAX_ENTRIES + 1):
            archive.writestr(f"{number}.txt", "")
    data = bytearray(file.getvalue())
    struct.pack_into("<2H", data, data.rindex(END) + 8, 1, 1)
    assert "more than 5,000 files" in refusal(io.BytesIO(bytes(data)))


def test_a_bomb_is_refused_by_its_ratio_without_being_unpacked():
    file = zipped(("bomb.txt", b"a" * 4_000_000))
    tracemalloc.start()
    try:
        assert "100 times its size" in refusal(file)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_files_that_are_too_large_together_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 100)
    assert "together" in refusal(zipped(("a.txt", STORY), ("b.txt", STORY)))


def test_an_archive_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 100)
    assert "The archive has" in refusal(zipped(("a.txt", STORY)))


def test_a_directory_that_lies_about_a_size_is_found_out():
    data = bytearray(zipped(("a.txt", STORY)).getvalue())
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, place + 24, 10)  # the unpacked size, in the directory
    (item,) = read(io.BytesIO(bytes(data)))
    assert isinstance(item, ReadFailure)
    assert "larger than" in item.reason or "damaged" in item.reason


def test_a_locked_and_a_damaged_archive_are_refused():
    data = bytearray(zipped(("a.txt", STORY)).getvalue())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "password" in refusal(io.BytesIO(bytes(data)))
    assert "not a zip" in refusal(io.BytesIO(b"PK\x03\x04 and nothing more"))
    assert "not a zip" in refusal(io.BytesIO(bytes(data[:40]) + bytes(data[-22:])))


def test_a_damaged_file_costs_itself_only():
    file = zipped(("a.txt", STORY), ("b.txt", f"{STORY} B."))
    data = bytearray(file.getvalue())
    data[data.index(b"a.txt") + 12] ^= 0xFF
    items = read(io.BytesIO(bytes(data)))
    assert [type(item) for item in items] == [ReadFailure, ArticleInput]


def test_an_archive_in_an_archive_is_not_opened():
    (item,) = read(zipped(("inner.zip", zipped(("a.txt", STORY)).getvalue())))
    assert isinstance(item, ReadFailure)
    assert "by itself" in item.reason


def test_an_empty_archive_says_so():
    assert refusal(zipped()) == "There is no file in it."
