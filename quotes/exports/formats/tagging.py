"""For taggers: brat's standoff, columns of BIO tags, and spaCy's DocBin."""

from __future__ import annotations

import re
import zipfile
from typing import IO, Any

from quotes.exports.filters import ExportFilters
from quotes.exports.formats.lines import (
    ExportFormat,
    Line,
    add_file,
    article_lines,
    parts_of,
    split_at_lines,
)

TYPES = {"content": "Content", "source": "Source", "cue": "Cue"}
ANNOTATION_CONF = """[entities]
Content
Source
Cue

[relations]
Source\tArg1:Content, Arg2:Source
Cue\tArg1:Content, Arg2:Cue

[events]

[attributes]
Kind\tArg:Content, Value:direct|mixed|indirect
Status\tArg:Content, Value:suggested|confirmed|rejected
"""
TOKEN = re.compile(r"\w+|[^\w\s]")


def standoff(article: Line) -> str:
    """Give an article's .ann: source, cue and content, spans split at line feeds."""
    text = article["text"]
    people = {speaker["id"]: speaker["name"] for speaker in article["speakers"]}
    said: list[str] = []
    spans = relations = attributes = notes = 0
    for quote in article["quotes"]:
        marks: dict[str, str] = {}
        for role in ("content", "source", "cue"):
            pieces = [
                piece
                for part in parts_of(quote, role)
                for piece in split_at_lines(text, part["start"], part["end"])
            ]
            if not pieces:
                continue
            spans += 1
            marks[role] = f"T{spans}"
            places = ";".join(f"{start} {end}" for start, end in pieces)
            words = " ".join(text[start:end] for start, end in pieces)
            said.append(f"T{spans}\t{TYPES[role]} {places}\t{words}")
        for role in ("source", "cue"):
            if role in marks:
                relations += 1
                said.append(
                    f"R{relations}\t{TYPES[role]} Arg1:{marks['content']} Arg2:{marks[role]}"
                )
        for name, value in (("Kind", quote["kind"]), ("Status", quote["status"])):
            attributes += 1
            said.append(f"A{attributes}\t{name} {marks['content']} {value}")
        if quote["speaker"]:
            notes += 1
            said.append(
                f"#{notes}\tAnnotatorNotes {marks['content']}\tspeaker: "
                f"{' '.join(people[quote['speaker']].split())}"
            )
    return "".join(f"{line}\n" for line in said)


def _write_brat(filters: ExportFilters, file: IO[bytes]) -> int:
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        add_file(archive, "annotation.conf", ANNOTATION_CONF)
        for article in article_lines(filters):
            add_file(archive, f"{article['id']}.txt", article["text"])
            add_file(archive, f"{article['id']}.ann", standoff(article))
            count += 1
    return count


def columns(article: Line) -> str:
    """Give an article's tokens, one a line: token, start, end, tag, speaker; a blank line between
    the text's lines."""
    tags: dict[int, tuple[str, str, int, str]] = {}
    ordered = sorted(article["quotes"], key=lambda quote: quote["parent"] is not None)
    for number, quote in enumerate(ordered):
        for role in ("content", "source", "cue"):
            for part in parts_of(quote, role):
                for place in range(part["start"], part["end"]):
                    # Source and cue stand beside the content; inner quotes keep the outer's tag.
                    tags.setdefault(
                        place, (role.upper(), f"{number}-{role}", part["ordinal"], quote["speaker"])
                    )
    said, before, line_start = [], None, 0
    for line in article["text"].split("\n"):
        for token in TOKEN.finditer(line):
            start = line_start + token.start()
            tag = tags.get(start)
            label, speaker = "O", "-"
            if tag is not None:
                label = f"{'I' if before == tag else 'B'}-{tag[0]}"
                speaker = tag[3] or "-"
            before = tag
            said.append(
                f"{token.group()}\t{start}\t{start + len(token.group())}\t{label}\t{speaker}"
            )
        said.append("")
        line_start += len(line) + 1
    return "\n".join(said).rstrip("\n") + "\n\n"


def _write_columns(filters: ExportFilters, file: IO[bytes]) -> int:
    count = 0
    for article in article_lines(filters):
        file.write(f"# article_id = {article['id']}\n{columns(article)}".encode())
        count += 1
    return count


def doc_of(article: Line, nlp: Any) -> Any:
    """Give an article as a spaCy Doc with span groups ``quotes``, ``sources`` and ``cues``.

    A span's label is the kind (content) or the role, its ``kb_id`` the speaker's id, its ``id``
    the quote's. The exact offsets are in ``user_data``.
    """
    doc = nlp.make_doc(article["text"])
    doc.user_data["article_id"] = article["id"]
    doc.user_data["quotes"] = [
        {key: quote[key] for key in ("id", "kind", "status", "speaker", "parts")}
        for quote in article["quotes"]
    ]
    groups: dict[str, list[Any]] = {"content": [], "source": [], "cue": []}
    for quote in article["quotes"]:
        for part in quote["parts"]:
            label = quote["kind"] if part["role"] == "content" else part["role"]
            span = doc.char_span(
                part["start"],
                part["end"],
                label=label,
                kb_id=quote["speaker"] or "",
                alignment_mode="expand",
                span_id=quote["id"],
            )
            groups[part["role"]].append(span)
    for role, name in (("content", "quotes"), ("source", "sources"), ("cue", "cues")):
        doc.spans[name] = groups[role]
    return doc


def _write_docbin(filters: ExportFilters, file: IO[bytes]) -> int:
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    found = DocBin(store_user_data=True)
    for article in article_lines(filters):
        found.add(doc_of(article, nlp))
    file.write(found.to_bytes())
    return len(found)


BRAT = ExportFormat(
    "brat",
    "brat standoff",
    ".zip",
    "application/zip",
    _write_brat,
    "Corrections, addressees, candidates, confidence and who decided; the speaker is a note. A "
    "stretch over several lines is split at line feeds, and space at a line's edges is left out.",
)
BIO = ExportFormat(
    "bio",
    "BIO columns",
    ".tsv",
    "text/tab-separated-values; charset=utf-8",
    _write_columns,
    "Quotes inside quotes, which cue belongs to which quote, corrections, states and who decided; "
    "offsets inside a token move to its edges.",
)
DOCBIN = ExportFormat(
    "spacy",
    "spaCy DocBin",
    ".spacy",
    "application/octet-stream",
    _write_docbin,
    "Corrections, addressees, candidates and who decided; spans move to the edges of tokens, the "
    "exact offsets are in user_data. All documents are held in memory while it is written.",
    heavy=True,
)
