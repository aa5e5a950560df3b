"""One uploaded file or pasted text to articles: which kind it is, and one result for each item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from quotes.importing.addresses import checked_url
from quotes.importing.decoding import MARKED_BYTE, bad_byte, decode, decode_or_mark, is_wide
from quotes.importing.items import (
    MAX_FILE_BYTES,
    ArticleInput,
    ReadFailure,
    RefusedInput,
    printable,
)
from quotes.importing.tables import article_date, checked_codes, csv_rows, json_fields, unguarded
from quotes.importing.text import (
    MAX_LABEL,
    date_in,
    looks_binary,
    not_story,
    stored_label,
    stored_text,
)
from quotes.importing.web import decode_page, read_page

Item = ArticleInput | ReadFailure

KINDS = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    "": "text",
    ".html": "page",
    ".htm": "page",
    ".xhtml": "page",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".csv": "table",
    ".tsv": "table",
}
FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, sound or film"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"BZh", "a compressed archive"),
    (b"\xfd7zXZ", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"\x7fELF", "a program"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"SQLite format 3", "a database"),
)
MIN_PAGE_WORDS = 10
"""A page with fewer is a menu or a message, not an article."""
DOWNLOADS = {
    "text/html": "page.html",
    "application/xhtml+xml": "page.html",
    "text/plain": "page.txt",
}
"""What an address may hold, by the type it names, and the file that it is read as."""
CHARSET_SENT = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.-]{2,40})""", re.I)
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html\b)", re.I)
LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def read_file(name: str, data: bytes) -> Iterator[Item]:
    """Read one file; yield an article or a failure for each item in it, in its order."""
    name = printable(name)
    try:
        kind = _kind(name, data)
        if kind == "lines":
            yield from _lines(name, data)
        elif kind == "table":
            yield from _table(name, data)
        elif kind == "page":
            yield _page(name, data)
        else:
            yield _plain(name, data)
    except RefusedInput as refusal:
        yield ReadFailure(name, str(refusal))


def read_download(url: str, data: bytes, content_type: str) -> Item:
    """Read what an address answered. The article keeps that address, whatever its page says."""
    name = printable(url)
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    try:
        if kind not in DOWNLOADS:
            raise RefusedInput(f"The address holds “{kind[:60] or 'nothing named'}”, not a page.")
        is_page = _kind(DOWNLOADS[kind], data) == "page"
        charset = CHARSET_SENT.search(rest)
        declared = charset.group(1) if charset else None
        item = _page(name, data, declared) if is_page else _plain(name, data, declared)
        return replace(item, url=stored_label(checked_url(url), "url"))
    except RefusedInput as refusal:
        return ReadFailure(name, str(refusal))


def read_paste(
    text: str,
    *,
    headline: str = "",
    byline: str = "",
    outlet: str = "",
    published_on: str = "",
    url: str = "",
    language: str = "",
    country: str = "",
    external_id: str = "",
    name: str = "",
) -> Item:
    """Read a pasted text with what the form says of it. Values are strings as they were typed."""
    fields = {
        "text": text,
        "headline": headline,
        "byline": byline,
        "outlet": outlet,
        "published_on": published_on,
        "url": url,
        "language": language,
        "country": country,
        "external_id": external_id,
    }
    try:
        return _article(fields, encoding="utf-8", name=printable(name))
    except RefusedInput as refusal:
        return ReadFailure(name, str(refusal))


def check_size(size: int, most: int = MAX_FILE_BYTES) -> None:
    """Refuse a file by its size, which is known before it is read."""
    if size > most:
        raise RefusedInput(
            f"The file has {size / 2**20:.1f} MB; at most {most // 2**20} MB are read."
        )


def _kind(name: str, data: bytes) -> str:
    check_size(len(data))
    if not data:
        raise RefusedInput("The file is empty.")
    for magic, what in FOREIGN:
        if data.startswith(magic):
            raise RefusedInput(f"This is {what}, not an article’s text. Save the text as .txt.")
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise RefusedInput(
            f"Files ending in “{PurePath(name).suffix[:20]}” are not read. "
            "Known are .txt, .html, .jsonl and .csv."
        )
    if kind == "text" and MARKUP.match(data):
        return "page"
    return kind


def _plain(name: str, data: bytes, declared: str | None = None) -> ArticleInput:
    text, encoding = decode(data, declared)
    _refuse_binary(text)
    return _article({"text": text}, encoding=encoding, name=name)


def _page(name: str, data: bytes, declared: str | None = None) -> ArticleInput:
    html, encoding = decode_page(data, declared)
    _refuse_binary(html)
    page = read_page(html)
    if len(page.text.split()) < MIN_PAGE_WORDS:
        raise RefusedInput("No article was found on this page. Paste its text instead.")
    fields = {
        "text": page.text,
        # What a page says of itself is a guess: one too long to be true is left out.
        **{
            key: value
            for key in ("headline", "byline", "outlet", "url")
            if len(value := getattr(page, key)) <= MAX_LABEL[key]
        },
        "published_on": page.published_on.isoformat() if page.published_on else "",
        "language": page.language,
    }
    return _article(fields, encoding=encoding, name=name, links=page.links)


def _lines(name: str, data: bytes) -> Iterator[Item]:
    """Read JSON lines. Each line is decoded alone, so that one bad line costs one article."""
    found = False
    for number, start, line in _numbered_lines(data):
        found = True
        label = f"{name}, line {number:,}"
        try:
            text, encoding = line if isinstance(line, tuple) else _decoded_line(line, start)
            yield _article(json_fields(text), encoding=encoding, name=label)
        except RefusedInput as refusal:
            yield ReadFailure(label, str(refusal))
    if not found:
        raise RefusedInput("There is no text in it.")


def _numbered_lines(data: bytes) -> Iterator[tuple[int, int, bytes | tuple[str, str]]]:
    """Split at line feeds only (JSON may hold U+2028): number, first byte, the line undecoded.

    UTF-16 cannot be split as bytes: such a file is decoded whole.
    """
    if is_wide(data):
        text, encoding = decode(data)
        for number, part in enumerate(text.split("\n"), 1):
            if part.strip():
                yield number, 0, (part, encoding)
        return
    for number, match in enumerate(LINE.finditer(data), 1):
        if match.group().strip(b" \t\r\n\xef\xbb\xbf"):
            yield number, match.start(), match.group()


def _decoded_line(line: bytes, start: int) -> tuple[str, str]:
    try:
        return decode(line)
    except RefusedInput as refusal:
        raise RefusedInput(f"{refusal} The line begins at byte {start:,} of the file.") from refusal


def _table(name: str, data: bytes) -> Iterator[Item]:
    text, encoding = decode_or_mark(data)
    _refuse_binary(text)
    found, bad = False, 0
    for number, row in csv_rows(text):
        found = True
        label = f"{name}, row {number:,}"
        try:
            if isinstance(row, RefusedInput):
                raise row
            if marked := sum(len(MARKED_BYTE.findall(cell)) for cell in row.values()):
                bad += marked
                raise bad_byte(data, bad - marked)
            yield _article(unguarded(row), encoding=encoding, name=label)
        except RefusedInput as refusal:
            yield ReadFailure(label, str(refusal))
    if not found:
        raise RefusedInput("The table has a header and no rows.")


def _article(
    fields: dict[str, str], *, encoding: str, name: str, links: frozenset[str] = frozenset()
) -> ArticleInput:
    """Check one article's fields and find what in its text is not story."""
    text = stored_text(fields.get("text", ""))
    labels = {key: stored_label(fields.get(key, ""), key) for key in MAX_LABEL}
    labels["url"] = checked_url(labels["url"])
    language, country = checked_codes(fields.get("language", ""), fields.get("country", ""))
    published_on = article_date(fields.get("published_on", "")) or date_in(text)
    labels["headline"], skipped = not_story(text, headline=labels["headline"], links=links)
    return ArticleInput(
        text=text,
        published_on=published_on,
        language=language or "en",
        country=country,
        encoding=encoding,
        skipped=skipped,
        name=name,
        **labels,
    )


def _refuse_binary(text: str) -> None:
    if looks_binary(text):
        raise RefusedInput("This is not text: it is full of control characters.")
