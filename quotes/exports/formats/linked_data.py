"""W3C Web Annotation and schema.org Quotation, both as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from quotes.exports.filters import ExportFilters
from quotes.exports.formats.lines import ExportFormat, Line, article_lines, parts_of

CONTEXT_CHARACTERS = 32
ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
SCHEMA_CONTEXT = "https://schema.org"
KINDS = {"person": "Person", "organisation": "Organization"}


def _urn(public_id: str) -> str:
    return f"urn:uuid:{public_id}"


def _write_items(head: str, items: Iterator[list[dict[str, Any]]], file: IO[bytes]) -> int:
    """Write a JSON object whose last key is a long list, one item at a time; count articles."""
    file.write(head.encode())
    first, count = True, 0
    for group in items:
        count += 1
        for item in group:
            file.write(("\n" if first else ",\n").encode())
            file.write(json.dumps(item, ensure_ascii=False).encode())
            first = False
    file.write(b"\n]}\n")
    return count


def annotation(article: Line, quote: Line) -> dict[str, Any]:
    """One quote as a Web Annotation: each part with both selectors, offsets in code points."""
    text = article["text"]
    people = {speaker["id"]: speaker for speaker in article["speakers"]}
    speaker = people.get(quote["speaker"])
    bodies: list[dict[str, Any]] = [
        {"type": "TextualBody", "purpose": "tagging", "value": quote["kind"]}
    ]
    if speaker:
        bodies.append(
            {
                "type": "SpecificResource",
                "purpose": "identifying",
                "source": {
                    "id": _urn(speaker["id"]),
                    "type": KINDS.get(speaker["kind"], "Thing"),
                    "label": speaker["name"],
                },
            }
        )
    return {
        "id": _urn(quote["id"]),
        "type": "Annotation",
        "motivation": "identifying",
        **({"modified": quote["decided_at"]} if quote["decided_at"] else {}),
        "body": bodies,
        "target": [
            {
                "type": "SpecificResource",
                "source": article["url"] or _urn(article["id"]),
                "purpose": part["role"],
                "selector": [
                    {
                        "type": "TextQuoteSelector",
                        "exact": part["exact"],
                        "prefix": text[max(part["start"] - CONTEXT_CHARACTERS, 0) : part["start"]],
                        "suffix": text[part["end"] : part["end"] + CONTEXT_CHARACTERS],
                    },
                    {
                        "type": "TextPositionSelector",
                        "start": part["start"],
                        "end": part["end"],
                    },
                ],
            }
            for part in quote["parts"]
        ],
    }


def _write_annotations(filters: ExportFilters, file: IO[bytes]) -> int:
    head = {"@context": ANNOTATION_CONTEXT, "type": "AnnotationPage"}
    items = ([annotation(a, q) for q in a["quotes"]] for a in article_lines(filters))
    return _write_items(f'{json.dumps(head)[:-1]}, "items": [', items, file)


def quotation(article: Line, quote: Line) -> dict[str, Any]:
    """One quote as a schema.org Quotation."""
    people = {speaker["id"]: speaker for speaker in article["speakers"]}
    speaker = people.get(quote["speaker"])
    found: dict[str, Any] = {
        "@type": "Quotation",
        "@id": _urn(quote["id"]),
        "text": " […] ".join(part["exact"] for part in parts_of(quote)),
        "inLanguage": article["language"],
        "isPartOf": {
            "@type": "NewsArticle",
            "@id": article["url"] or _urn(article["id"]),
            **({"headline": article["headline"]} if article["headline"] else {}),
            **({"datePublished": article["published_on"]} if article["published_on"] else {}),
            **(
                {"publisher": {"@type": "Organization", "name": article["outlet"]}}
                if article["outlet"]
                else {}
            ),
        },
    }
    if speaker:
        wikidata = speaker["wikidata_id"]
        found["spokenByCharacter"] = {
            "@type": KINDS.get(speaker["kind"], "Thing"),
            "@id": _urn(speaker["id"]),
            "name": speaker["name"],
            **({"sameAs": f"http://www.wikidata.org/entity/{wikidata}"} if wikidata else {}),
        }
    return found


def _write_quotations(filters: ExportFilters, file: IO[bytes]) -> int:
    items = ([quotation(a, q) for q in a["quotes"]] for a in article_lines(filters))
    return _write_items(f'{{"@context": "{SCHEMA_CONTEXT}", "@graph": [', items, file)


WEB_ANNOTATION = ExportFormat(
    "webannotation",
    "W3C Web Annotation",
    ".jsonld",
    "application/ld+json",
    _write_annotations,
    "Corrections, candidates, confidence, notes and who decided. Source and cue are targets beside "
    "the content, told apart by their purpose, which other tools may not show.",
)
SCHEMA_ORG = ExportFormat(
    "schema.org",
    "schema.org Quotation",
    ".jsonld",
    "application/ld+json",
    _write_quotations,
    "Offsets, source and cue, kinds, corrections, states and who decided; parts are joined by "
    "“ […] ”.",
)
