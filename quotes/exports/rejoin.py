"""Put the words of articles back into tables that were shared without them (body=0).

    python rejoin.py SNAPSHOT TEXTS OUT

SNAPSHOT is the unpacked folder, TEXTS a folder with a lawful copy of the articles as .txt files in
UTF-8, under any names. An article's text is known by its SHA-256; one that differs by a single
character is left out and named. OUT gets the tables with their words; verbatim_text stays empty.
Needs Python 3.9 and nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from pathlib import Path

CONTEXT = 60
LEFT_OUT = " […] "
GUARDED = re.compile("'*[\x00=+@\t\r\n＝＋－＠-]")


def main(arguments: list[str]) -> int:
    """Join the tables and say what was found; 1 where a text is missing."""
    if len(arguments) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    snapshot, texts, out = (Path(argument) for argument in arguments)
    csv.field_size_limit(2**31 - 1)
    package = json.loads((snapshot / "datapackage.json").read_text(encoding="utf-8"))
    files = {resource["name"]: resource["path"] for resource in package["resources"]}
    raw = bool(package.get("options", {}).get("raw"))
    known = texts_by_sum(texts)
    articles = read(snapshot / files["articles"])
    bodies = {
        row["article_id"]: known[row["text_sha256"]]
        for row in articles
        if row["text_sha256"] in known
    }
    parts: dict[str, list[dict[str, str]]] = {}
    for part in read(snapshot / files["quote-parts"]):
        parts.setdefault(part["quote_id"], []).append(part)
    quotes = read(snapshot / files["quotes"])
    article_of = {row["quote_id"]: row["article_id"] for row in quotes}

    out.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        rows = read(snapshot / path)
        for row in rows:
            quote = row.get("quote_id") or row.get("fullest_quote_id", "")
            body = bodies.get(row.get("article_id") or article_of.get(quote, ""))
            if body is not None:
                fill(name, row, body, parts)
        write(out / path, header(snapshot / path), rows, raw=raw)
    missing = [row for row in articles if row["article_id"] not in bodies]
    for row in missing:
        sys.stderr.write(
            f"no text with SHA-256 {row['text_sha256']}: article {row['article_id']}\n"
        )
    sys.stdout.write(f"{len(bodies)} of {len(articles)} articles were put back.\n")
    return 1 if missing else 0


def texts_by_sum(folder: Path) -> dict[str, str]:
    """Read every .txt file as it is stored: no byte order mark, line feeds only."""
    found = {}
    for path in sorted(folder.rglob("*.txt")):
        text = re.sub("\r\n?", "\n", path.read_bytes().decode("utf-8").lstrip("\ufeff"))
        found[hashlib.sha256(text.encode()).hexdigest()] = text
    return found


def fill(name: str, row: dict[str, str], body: str, parts: dict[str, list[dict[str, str]]]) -> None:
    """Write the words into one row of a table."""
    if name == "articles":
        row["text"] = body
        return
    if name == "same-words":
        row["fullest_text"] = " ".join(said(body, parts.get(row["fullest_quote_id"], [])))
        return
    if "start" not in row:
        return
    start, end = int(row["start"]), int(row["end"])
    if name == "quotes":
        row["quote_text"] = joined(body, parts.get(row["quote_id"], []))
        row["context_before"] = body[max(start - CONTEXT, 0) : start]
        row["context_after"] = body[end : end + CONTEXT]
    elif name == "quote-parts":
        row["exact"] = body[start:end]
    elif name == "corrections":
        row["evidence_text"] = body[start:end]


def said(body: str, parts: list[dict[str, str]]) -> list[str]:
    """The words of each part of a quote's content."""
    content = [part for part in parts if part["role"] == "content"]
    return [body[int(part["start"]) : int(part["end"])] for part in content]


def joined(body: str, parts: list[dict[str, str]]) -> str:
    """Join a quote's parts; where other words stand between two of them, a mark does."""
    words, last = "", None
    for part in parts:
        if part["role"] != "content":
            continue
        start, end = int(part["start"]), int(part["end"])
        if last is not None:
            between = body[last:start]
            words += between if between.isspace() else LEFT_OUT
        words += body[start:end]
        last = end
    return words


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, columns: list[str], rows: list[dict[str, str]], *, raw: bool) -> None:
    """Write a table; a cell that a spreadsheet would run gets an apostrophe, unless ``raw``."""
    words = {
        "text", "quote_text", "context_before", "context_after", "exact", "evidence_text",
        "fullest_text",
    }  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            for name in words & row.keys():
                if not raw and GUARDED.match(row[name]):
                    row[name] = f"'{row[name]}"
            writer.writerow(row)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
