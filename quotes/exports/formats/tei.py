"""TEI: each article a document, what was said in ``said`` with ``@who``, its parts chained."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from quotes.exports.filters import ExportFilters
from quotes.exports.formats.lines import ExportFormat, Line, add_file, article_lines, parts_of

UNWRITABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""XML 1.0 has no way to write these; each becomes U+FFFD, so that offsets stay."""


@dataclass(slots=True)
class Said:
    """One stretch inside one line; ``name`` is its xml:id, with links to those around it."""

    start: int
    end: int
    quote: Line
    name: str = ""
    before: str = ""
    after: str = ""
    inner: list[Said] = field(default_factory=list)


def document(article: Line) -> str:
    """Give one article as a TEI document; its body's paragraphs are the text's lines."""
    text = UNWRITABLE.sub("�", article["text"])
    lines: list[str] = []
    start = 0
    stretches = _stretches(article)
    for line in text.split("\n"):
        end = start + len(line)
        here = [one for one in stretches if start <= one.start and one.end <= end]
        lines.append(f"<p>{_written(text, start, end, _nested(here))}</p>")
        start = end + 1
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<TEI xmlns="http://www.tei-c.org/ns/1.0">\n'
        f"{_header(article)}\n<text><body>\n" + "\n".join(lines) + "\n</body></text>\n</TEI>\n"
    )


def _stretches(article: Line) -> list[Said]:
    """Every content part, cut at line feeds and where it would cross another quote's edge."""
    text, found = article["text"], []
    for quote in article["quotes"]:
        cuts = [
            Said(*piece, quote)
            for part in parts_of(quote)
            for start, end in _at_lines(text, part["start"], part["end"])
            for piece in _cut_at_ends(article, start, end)
        ]
        for number, cut in enumerate(cuts):
            cut.name = f"q-{quote['id']}-{number + 1}"
        for one, other in pairwise(cuts):
            one.after, other.before = other.name, one.name
        found += cuts
    return sorted(found, key=lambda one: (one.start, -one.end))


def _at_lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces = []
    for line in text[start:end].split("\n"):
        if line:
            pieces.append((start, start + len(line)))
        start += len(line) + 1
    return pieces


def _cut_at_ends(article: Line, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a stretch where one that began before it ends: elements cannot cross."""
    ends = {
        part["end"]
        for quote in article["quotes"]
        for part in parts_of(quote)
        if part["start"] < start < part["end"] < end
    }
    return list(pairwise(sorted({start, end, *ends})))


def _nested(stretches: list[Said]) -> list[Said]:
    top: list[Said] = []
    open_ones: list[Said] = []
    for one in stretches:
        one.inner = []
        while open_ones and open_ones[-1].end <= one.start:
            open_ones.pop()
        (open_ones[-1].inner if open_ones else top).append(one)
        open_ones.append(one)
    return top


def _written(text: str, start: int, end: int, stretches: list[Said]) -> str:
    written, place = [], start
    for one in stretches:
        written.append(escape(text[place : one.start]))
        who = f' who="#s-{one.quote["speaker"]}"' if one.quote["speaker"] else ""
        links = (f' prev="#{one.before}"' if one.before else "") + (
            f' next="#{one.after}"' if one.after else ""
        )
        direct = "false" if one.quote["kind"] == "indirect" else "true"
        inside = _written(text, one.start, one.end, one.inner)
        written.append(f'<said xml:id="{one.name}"{who} direct="{direct}"{links}>{inside}</said>')
        place = one.end
    return "".join(written) + escape(text[place:end])


def _header(article: Line) -> str:
    def say(value: str | None) -> str:
        return escape(UNWRITABLE.sub("�", value or ""))

    people = "".join(
        f'<person xml:id="s-{one["id"]}"><persName>{say(one["name"])}</persName></person>'
        for one in article["speakers"]
        if one["kind"] in {"person", "unnamed"}
    )
    groups = "".join(
        f'<org xml:id="s-{one["id"]}"><orgName>{say(one["name"])}</orgName></org>'
        for one in article["speakers"]
        if one["kind"] not in {"person", "unnamed"}
    )
    cast = (f"<listPerson>{people}</listPerson>" if people else "") + (
        f"<listOrg>{groups}</listOrg>" if groups else ""
    )
    day = f' when="{article["published_on"]}"' if article["published_on"] else ""
    link = f"<ref target={quoteattr(article['url'])}/>" if article["url"] else ""
    return (
        "<teiHeader><fileDesc>"
        f"<titleStmt><title>{say(article['headline']) or 'Article'}</title></titleStmt>"
        f"<publicationStmt><publisher>{say(article['outlet'])}</publisher>"
        f"<date{day}/></publicationStmt>"
        f'<sourceDesc><bibl xml:id="a-{article["id"]}">{link}{say(article["byline"])}</bibl>'
        "</sourceDesc></fileDesc>"
        + (f"<profileDesc><particDesc>{cast}</particDesc></profileDesc>" if cast else "")
        + "</teiHeader>"
    )


def _write(filters: ExportFilters, file: IO[bytes]) -> int:
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for article in article_lines(filters):
            add_file(archive, f"{article['id']}.xml", document(article))
            count += 1
    return count


TEI = ExportFormat(
    "tei",
    "TEI",
    ".zip",
    "application/zip",
    _write,
    "Source and cue, corrections, states, confidence and who decided. A quote over several lines, "
    "or one that overlaps another, is several said elements chained by next and prev. Control "
    "characters, which XML cannot write, become U+FFFD.",
)
