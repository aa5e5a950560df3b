"""corrections.csv: who corrected whom."""

# ruff: noqa: S608 - built from constants of this package; values are bound in csv.py

from __future__ import annotations

from quotes.exports.columns import (
    ARTICLE_FILTERS,
    COLLECTION_FILTERS,
    SURVIVOR,
    Column,
    Table,
    fitting_link,
    in_articles,
    on_record,
)

NOT_SUGGESTED = "where a person added the row"
NO_DECISION = "until a person has decided"
NOBODY_NAMED = "where nobody is named"

CORRECTION_FILTERS = {
    "speaker": f"{SURVIVOR} IN (k.corrector_id, k.corrected_id)",
    "corrector": f"k.corrector_id = {SURVIVOR}",
    "corrected_person": f"k.corrected_id = {SURVIVOR}",
    "correction_kind": "k.kind = ANY({value})",
    "status": "k.status = ANY({value})",
    "origin": "k.origin = ANY({value})",
    "min_confidence": "k.confidence >= {value}",
    "updated_since": "k.updated_at >= {value}",
    "distinct": "(k.retells_id IS NULL OR NOT {value})",
}


CORRECTION_ARTICLES = {**COLLECTION_FILTERS, **ARTICLE_FILTERS}


def _n_quotes(side: str) -> str:
    return (
        "(SELECT count(*) FROM quotes_correctionquote l JOIN quotes_quote q ON q.id = l.quote_id "
        f"WHERE l.correction_id = k.id AND l.side = '{side}' AND {fitting_link('l', 'k', 'q')})"
    )


CORRECTIONS = Table(
    name="corrections",
    about="One row each time an article tells that somebody contradicts, challenges or corrects "
    "somebody. Count event_id to count events. Nothing here says who is right.",
    columns=(
        Column(
            "correction_id",
            "id",
            "The row's id; never used again for another",
            "k.public_id",
            "2b9d7c1e-4f3a-4e5b-8c6d-7a8b9c0d1e2f",
        ),
        Column(
            "event_id",
            "id",
            "The event: the correction_id of its first telling in the article",
            "coalesce(first_telling.public_id, k.public_id)",
            "2b9d7c1e-4f3a-4e5b-8c6d-7a8b9c0d1e2f",
            "machine",
        ),
        Column(
            "telling",
            "integer",
            "Which telling of the event in the article this is; 1 is the first",
            "k.telling",
            "1",
            values="whole number from 1",
        ),
        Column(
            "article_id",
            "id",
            "The article (articles.csv)",
            "a.public_id",
            "0b7e5d1c-22ab-4b6e-8a0f-3c1d9e5f7a90",
        ),
        Column(
            "outlet",
            "text",
            "Who published the article",
            "a.outlet",
            "Harbour Gazette",
            "human",
            missing="where the outlet is not known",
        ),
        Column(
            "published_on",
            "date",
            "The article's date",
            "a.published_on",
            "2031-05-04",
            "human",
            missing="where the article's date is not known",
        ),
        Column(
            "kind",
            "code",
            "Whether one's own side says that it is not so, somebody else does, or one's own side "
            "restates or takes back",
            "k.kind",
            "contradiction",
            "machine",
            "denial, contradiction, self_correction",
        ),
        Column(
            "explicitness",
            "code",
            "Whether a verb says so, two statements stand side by side, or it is implied",
            "k.explicitness",
            "verb",
            "machine",
            "verb, juxtaposed, implied",
        ),
        Column(
            "corrector_id",
            "id",
            "Who corrects (speakers.csv)",
            "corrector.public_id",
            "c2a1b0f4-6d3e-4f58-9b7a-1e2d3c4b5a69",
            "machine",
            missing="where that is not known; never in a confirmed row",
        ),
        Column(
            "corrector_name",
            "text",
            "The corrector's name",
            "corrector.name",
            "Ines Adair",
            "machine",
            missing="where that is not known; never in a confirmed row",
        ),
        Column(
            "corrected_id",
            "id",
            "Who is corrected (speakers.csv)",
            "corrected.public_id",
            "7d6c5b4a-3f2e-4d1c-8b9a-0f1e2d3c4b5a",
            "machine",
            missing=NOBODY_NAMED,
        ),
        Column(
            "corrected_name",
            "text",
            "The name of who is corrected",
            "corrected.name",
            "Tobias Wrenfield",
            "machine",
            missing=NOBODY_NAMED,
        ),
        Column(
            "cue_text",
            "text",
            "The words that tell the correction",
            "k.cue_text",
            "corrected",
            "machine",
            missing="where no words tell it",
        ),
        Column(
            "evidence_text",
            "text",
            "The words in the article that show it: text[start:end]",
            "k.exact",
            "Ms Adair corrected the harbour master when he claimed the pier was paid for.",
            "machine",
            body=True,
        ),
        Column(
            "start",
            "integer",
            "Where the evidence begins in the article's text: Unicode code points before it",
            "k.start",
            "2210",
            "machine",
        ),
        Column(
            "end",
            "integer",
            "Where it ends: the code point after its last",
            'k."end"',
            "2286",
            "machine",
            "whole number above start",
        ),
        Column(
            "topic",
            "text",
            "What it is about",
            "k.topic",
            "who pays for the pier",
            "human",
            missing="where nobody has written it",
        ),
        Column(
            "occasion",
            "text",
            "Where and when it took place",
            "k.occasion",
            "harbour board, Tuesday",
            "human",
            missing="where nobody has written it",
        ),
        Column(
            "n_corrected_quotes",
            "integer",
            "How many claims are linked (correction_quotes.csv)",
            _n_quotes("corrected"),
            "1",
        ),
        Column(
            "n_correcting_quotes",
            "integer",
            "How many retorts are linked (correction_quotes.csv)",
            _n_quotes("correcting"),
            "1",
        ),
        Column(
            "same_point_as",
            "id",
            "The correction of the same point on another occasion",
            "same_point.public_id",
            "6e5d4c3b-2a19-4088-9f7e-6d5c4b3a2918",
            "machine",
            missing="where there is none",
        ),
        Column(
            "status",
            "code",
            "What people have made of it",
            "k.status",
            "confirmed",
            "human",
            "suggested, confirmed, rejected",
        ),
        Column(
            "origin",
            "code",
            "Who put the row there",
            "k.origin",
            "machine",
            values="machine, person, import",
        ),
        Column(
            "engine_version",
            "code",
            "The engine that suggested it",
            "run.engine_version",
            "0.1.0/rules",
            "machine",
            "version/way of working",
            NOT_SUGGESTED,
        ),
        Column(
            "confidence",
            "number",
            "How sure the engine was",
            "k.confidence",
            "0.81",
            "machine",
            "from 0 to 1",
            NOT_SUGGESTED,
        ),
        Column(
            "decided_by",
            "code",
            "The pseudonym of the person who last decided",
            "coalesce('coder-' || k.decided_by_id, k.decided_elsewhere)",
            "coder-7",
            "human",
            "coder- and a number, the same in all exports of one installation",
            NO_DECISION,
        ),
        Column(
            "decided_at",
            "time",
            "When that was",
            "k.decided_at",
            "2031-05-04T09:13:02.100000Z",
            "human",
            missing=NO_DECISION,
        ),
        Column(
            "version",
            "integer",
            "Grows by one with each write to the row",
            "k.version",
            "2",
            values="whole number from 1",
        ),
    ),
    rows=f"""
(
    SELECT k.*, row_number() OVER (
        PARTITION BY coalesce(k.retells_id, k.id) ORDER BY k.retells_id IS NOT NULL, k.start, k.id
    ) AS telling
    FROM quotes_correction k WHERE {on_record("k")} AND {{narrowed}}
) k
JOIN quotes_article a ON a.id = k.article_id
JOIN quotes_collection c ON c.id = a.collection_id
LEFT JOIN quotes_correction first_telling ON first_telling.id = k.retells_id
LEFT JOIN quotes_correction same_point ON same_point.id = k.same_point_as_id
LEFT JOIN quotes_speaker corrector ON corrector.id = k.corrector_id
LEFT JOIN quotes_speaker corrected ON corrected.id = k.corrected_id
LEFT JOIN quotes_extractionrun run ON run.id = k.run_id""",
    where="TRUE",
    order="k.article_id, k.start, k.id",
    filters=CORRECTION_FILTERS,
    articles=in_articles("k"),
    article_filters=CORRECTION_ARTICLES,
)
