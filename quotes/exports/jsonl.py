"""JSONL: one article a line with everything on record about it, for archives and to read back.

``quotes.importing.record`` reads it and ``quotes.operations.restoring`` stores it; a test holds
that the way there and back changes nothing. What it does not hold: the history of decisions (it
names people), speakers that no article mentions, withdrawn and replaced rows.
"""

# ruff: noqa: S608 - built from constants of this package; values are bound in csv.py

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from psycopg import sql

from quotes.exports.columns import on_record
from quotes.exports.csv import BLOCK_BYTES, narrowed_articles, snapshot
from quotes.exports.filters import ExportFilters

FORMAT = 1
"""Grows when a key is renamed or removed."""
ARTICLES_AT_ONCE = 50


def _time(expression: str) -> str:
    return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _object(fields: dict[str, str]) -> str:
    pairs = ", ".join(f"'{key}', {value}" for key, value in fields.items())
    return f"json_build_object({pairs})"


def _list(fields: dict[str, str], rows: str, order: str) -> str:
    return (
        f"(SELECT coalesce(json_agg({_object(fields)} ORDER BY {order}), '[]'::json) FROM {rows})"
    )


def _decision(alias: str) -> dict[str, str]:
    plain = ("status", "origin", "touched", "confidence", "rule", "reason", "suggestion",
             "changed_fields", "note", "flagged")  # fmt: skip
    return {
        **{name: f"{alias}.{name}" for name in plain},
        "run": _id_of("quotes_extractionrun", f"{alias}.run_id"),
        "decided_by": f"coalesce('coder-' || {alias}.decided_by_id, "
        f"nullif({alias}.decided_elsewhere, ''))",
        "decided_at": _time(f"{alias}.decided_at"),
        "version": f"{alias}.version",
    }


def _id_of(table: str, key: str) -> str:
    return f"(SELECT public_id FROM {table} WHERE id = {key})"


NAMES = _list(
    {name: f"n.{name}" for name in ("text", "kind", "valid_from", "valid_to", "place", "origin")},
    "quotes_speakername n WHERE n.speaker_id = s.id",
    "n.kind, n.text, n.place, n.id",
)
MENTIONED = f"""(
    SELECT q.speaker_id FROM quotes_quote q WHERE q.article_id = a.id AND {on_record("q")}
    UNION SELECT q.addressee_id FROM quotes_quote q
        WHERE q.article_id = a.id AND {on_record("q")}
    UNION SELECT k.speaker_id FROM quotes_speakercandidate k
        JOIN quotes_quote q ON q.id = k.quote_id
        WHERE q.article_id = a.id AND {on_record("q")}
    UNION SELECT k.corrector_id FROM quotes_correction k
        WHERE k.article_id = a.id AND {on_record("k")}
    UNION SELECT k.corrected_id FROM quotes_correction k
        WHERE k.article_id = a.id AND {on_record("k")}
)"""
SPEAKERS = _list(
    {
        "id": "s.public_id",
        **{n: f"s.{n}" for n in ("kind", "name", "description", "wikidata_id", "origin")},
        "version": "s.version",
        "names": NAMES,
    },
    f"quotes_speaker s WHERE s.id IN {MENTIONED}",
    "s.public_id",
)
RUNS = _list(
    {
        "id": "r.public_id",
        **{
            n: f"r.{n}"
            for n in ("state", "engine_version", "model", "config", "config_hash", "n_quotes",
                      "n_corrections", "milliseconds", "note", "error")
        },
        "started_at": _time("r.started_at"),
        "finished_at": _time("r.finished_at"),
    },
    "quotes_extractionrun r WHERE r.article_id = a.id "
    "AND r.state IN ('done', 'failed', 'timed_out', 'cancelled')",
    "r.id",
)  # fmt: skip
PARTS = _list(
    {n: f"p.{n}" for n in ("role", "ordinal", "start")} | {"end": 'p."end"', "exact": "p.exact"},
    "quotes_quotespan p WHERE p.quote_id = q.id",
    "p.role, p.ordinal",
)
CANDIDATES = _list(
    {
        "speaker": _id_of("quotes_speaker", "k.speaker_id"),
        "rank": "k.rank",
        "probability": "k.probability",
        "reason": "k.reason",
    },
    "quotes_speakercandidate k WHERE k.quote_id = q.id",
    "k.rank",
)
QUOTES = _list(
    {
        "id": "q.public_id",
        "kind": "q.kind",
        "act": "q.act",
        "speaker": _id_of("quotes_speaker", "q.speaker_id"),
        "addressee": _id_of("quotes_speaker", "q.addressee_id"),
        "parent": _id_of("quotes_quote", "q.parent_id"),
        "cue_lemma": "q.cue_lemma",
        **_decision("q"),
        "parts": PARTS,
        "candidates": CANDIDATES,
    },
    f"quotes_quote q WHERE q.article_id = a.id AND {on_record('q')}",
    'q.start, q."end" DESC, q.id',
)
CORRECTIONS = _list(
    {
        "id": "k.public_id",
        **{n: f"k.{n}" for n in ("kind", "explicitness", "start")},
        "end": 'k."end"',
        **{n: f"k.{n}" for n in ("exact", "cue_start", "cue_end", "cue_text", "topic", "occasion")},
        "corrector": _id_of("quotes_speaker", "k.corrector_id"),
        "corrected": _id_of("quotes_speaker", "k.corrected_id"),
        "retells": _id_of("quotes_correction", "k.retells_id"),
        "same_point_as": _id_of("quotes_correction", "k.same_point_as_id"),
        **_decision("k"),
        "quotes": _list(
            {"side": "l.side", "quote": "q.public_id"},
            "quotes_correctionquote l JOIN quotes_quote q ON q.id = l.quote_id "
            f"WHERE l.correction_id = k.id AND {on_record('q')}",
            "l.side, q.start, q.id",
        ),
    },
    f"quotes_correction k WHERE k.article_id = a.id AND {on_record('k')}",
    "k.start, k.id",
)
LINE = _object(
    {
        "on_record": str(FORMAT),
        "id": "a.public_id",
        "collection": "c.slug",
        **{
            name: f"a.{name}"
            for name in ("headline", "outlet", "byline", "published_on", "url", "language",
                         "country", "external_id", "encoding", "skipped",
                         "skipped_by_hand", "is_latest", "version")
        },
        "previous": _id_of("quotes_article", "a.previous_id"),
        "imported_at": _time("a.created_at"),
        "text": "a.text",
        "text_sha256": "a.sha256",
        "speakers": SPEAKERS,
        "runs": RUNS,
        "quotes": QUOTES,
        "corrections": CORRECTIONS,
    }
)  # fmt: skip


def stream_jsonl(filters: ExportFilters) -> Iterator[bytes]:
    """Give the articles that the filters on articles leave, one a line, in blocks.

    Filters on quotes do not narrow it: a line is whole. Holds a read-only transaction until it is
    used up or closed.
    """
    query = sql.SQL(
        "SELECT {}::text FROM quotes_article a JOIN quotes_collection c "
        "ON c.id = a.collection_id WHERE a.id = ANY({}) ORDER BY a.id"
    )
    chosen = sql.SQL(
        "SELECT a.id FROM quotes_article a JOIN quotes_collection c ON c.id = a.collection_id "
        "WHERE {} AND a.id > {} ORDER BY a.id LIMIT {}"
    )
    block: list[bytes] = []
    size = last = 0
    with snapshot(), connection.cursor() as cursor:
        while True:
            cursor.execute(chosen.format(narrowed_articles(filters), last, ARTICLES_AT_ONCE))
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                break
            cursor.execute(query.format(sql.SQL(LINE), sql.Literal(ids)))
            for (line,) in cursor.fetchall():
                block.append(line.encode() + b"\n")
                size += len(block[-1])
                if size >= BLOCK_BYTES:
                    yield b"".join(block)
                    block, size = [], 0
            last = ids[-1]
    if block:
        yield b"".join(block)
