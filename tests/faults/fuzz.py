"""Fuzzing by atheris, led by coverage: any bytes are imported, any text is extracted.

    PYTHONPATH=.cache/faults python -m tests.faults.fuzz importing -max_total_time=300
    PYTHONPATH=.cache/faults python -m tests.faults.fuzz extraction -max_total_time=300

``make test-faults`` does both. What breaks is written to .cache/fuzz and printed; put it into a
test, mend it, and go on.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import atheris

# Only what is fuzzed is loaded and instrumented: it takes a while, and makes the code slower.
with atheris.instrument_imports(include=["quotes.importing", "quotes.extraction"]):
    if sys.argv[1] == "importing":
        from quotes.importing import (
            ArticleInput,
            ReadFailure,
            RefusedInput,
            read_download,
            read_paste,
            read_upload,
        )
        from quotes.importing.annotated import read_annotated
        from quotes.importing.people import read_people
        from quotes.importing.record import read_record
    else:
        from quotes.extraction.config import Config
        from quotes.extraction.pipeline import extract
        from quotes.extraction.types import Document
        from tests.extraction.test_invariants import PIECES, check

PROJECT = Path(__file__).resolve().parents[2]
NAMES = (
    "a.txt", "a.html", "a.jsonl", "a.csv", "a.tsv", "a.zip", "a.json", "a", "..", "\u202ea.TXT",
)  # fmt: skip
TYPES = ("text/html", "text/plain; charset=utf-16", 'text/html; charset="x"', "")
MORE = ("a", "=", "\x00", "\ud800", "\t", "1. ", "Mr. ", "’s ", "not true", "wrong")


def import_anything(data: bytes) -> None:
    """Each way in gives articles that can be stored, or failures in words; it never raises."""
    given = atheris.FuzzedDataProvider(data)
    way = given.ConsumeIntInRange(0, 6)
    name = NAMES[given.ConsumeIntInRange(0, len(NAMES) - 1)]
    if way == 6:
        fields = [given.ConsumeUnicode(60) for _ in range(8)]
        text = given.ConsumeUnicode(given.remaining_bytes())
        kinds = ("headline", "byline", "outlet", "published_on", "url", "language", "country")
        all_storable([read_paste(text, **dict(zip(kinds, fields, strict=False)))])
        return
    rest = given.ConsumeBytes(given.remaining_bytes())
    if way <= 2:
        all_storable(read_upload(name, io.BytesIO(rest)))
    elif way == 3:
        all_storable([read_download("https://paper.example/a", rest, TYPES[len(rest) % 4])])
    else:
        read: Callable[..., Iterable[Any]] = (read_annotated, read_people)[way - 4]
        try:
            for item in read(name, io.BytesIO(rest)):
                assert not isinstance(item, ReadFailure) or item.reason
            for item in read_record(name, io.BytesIO(rest)) if way == 4 else ():
                assert not isinstance(item, ReadFailure) or item.reason
        except RefusedInput as refusal:
            assert str(refusal)


def all_storable(items: Iterable[Any]) -> None:
    for item in items:
        if isinstance(item, ReadFailure):
            assert item.reason
            item.name.encode()
            continue
        assert isinstance(item, ArticleInput)
        for value in (item.text, item.headline, item.outlet, item.byline, item.url, item.name):
            assert "\x00" not in value
            value.encode()  # no half of a surrogate pair
        assert item.text.strip()
        assert all(0 <= s.start < s.end <= len(item.text) for s in item.skipped)


def extract_anything(data: bytes) -> None:
    """Every promise of the engine holds for any text."""
    given = atheris.FuzzedDataProvider(data)
    alphabet = [*PIECES, *MORE]
    pieces: list[str] = []
    while given.remaining_bytes() and len(pieces) < 120:
        number = given.ConsumeIntInRange(0, 255)
        is_piece = number < 200
        pieces.append(alphabet[number % len(alphabet)] if is_piece else given.ConsumeUnicode(9))
    text = "".join(pieces).encode("utf-8", "ignore").decode().replace("\x00", "")
    check(text, extract(Document(text), Config(engine="rules")))


TARGETS = {"importing": import_anything, "extraction": extract_anything}


def seeds(kind: str, folder: Path) -> None:
    """The sample stories and small files of each kind, to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((PROJECT / "samples").iterdir()):
        if path.suffix in {".txt", ".json"} and kind == "importing":
            (folder / path.name).write_bytes(path.read_bytes()[:3000])
    small: Sequence[bytes] = (
        b'{"text": "\xe2\x80\x9cSnow fell,\xe2\x80\x9d she said.", "label": [[0, 12, "quote"]]}\n',
        b"headline,text\nSnow,\xe2\x80\x9cSnow fell,\xe2\x80\x9d she said.\n",
        b"<html><head><title>Snow</title></head><body><p>Snow fell.</p></body></html>",
        b"name,kind\nOrla Finn,person\n",
    )
    for number, data in enumerate(small):
        (folder / f"small-{number}").write_bytes(data)


def main() -> None:
    kind, *options = sys.argv[1:]
    place = PROJECT / ".cache" / "fuzz" / kind
    seeds(kind, place / "corpus")
    limits = [f"-artifact_prefix={place}/", "-max_len=4096", "-timeout=60", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], str(place / "corpus"), *limits, *options], TARGETS[kind])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
