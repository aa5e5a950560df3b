"""decisions.csv: what people have decided, one row a decision and variable.

The history is written by ``annotations``; here its table is read by name, as columns of SQL are
everywhere in this package.
"""

from __future__ import annotations

from quotes.exports.columns import ARTICLE_FILTERS, COLLECTION_FILTERS, Column, Table

# What a decision says of the decision itself, which has columns of its own here.
NOT_VARIABLES = "'decided_by', 'decided_at', 'touched', 'changed_fields'"

# What was done to those that are withdrawn is in no export, nor is a name of theirs.
WITHDRAWN = " UNION ALL ".join(
    f"SELECT public_id FROM {table} WHERE withdrawal_id IS NOT NULL"  # noqa: S608 - constants
    for table in ("quotes_quote", "quotes_correction", "quotes_speaker")
)
NAMELESS = """right(v.variable, 5) = '_name' AND EXISTS (
    SELECT FROM quotes_speaker s WHERE s.withdrawal_id IS NOT NULL AND s.public_id::text
    = {state} ->> left(v.variable, -5)
)"""


def _value(state: str) -> str:
    return f"CASE WHEN {NAMELESS.format(state=state)} THEN NULL ELSE {state} -> v.variable END"


DECIDED = f"""
    SELECT e.id, 'decision-' || e.id AS decision_id, e.article_id, e.object_kind, e.object_id,
           e.action, v.variable, {_value("e.before")} AS before, {_value("e.after")} AS after,
           e.actor_id AS coder_id, e.at, e.milliseconds, e.is_undo, e.version, false AS blind
    FROM annotations_edit e
    CROSS JOIN LATERAL (
        SELECT key AS variable FROM jsonb_object_keys(coalesce(e.after, e.before)) key
        WHERE key NOT IN ({NOT_VARIABLES})
        AND (e.after -> key) IS DISTINCT FROM (e.before -> key)
        AND (e.before IS NOT NULL OR (e.after -> key) NOT IN ('null', '""', '[]', 'false'))
    ) v"""  # noqa: S608 - built from constants of this package; values are bound in csv.py

# `Coding.objects.to_be_seen()` of the models' vocabulary.
ANSWERED = """
    SELECT g.id, 'answer-' || g.id, g.article_id,
           CASE WHEN g.quote_id IS NULL THEN 'correction' ELSE 'quote' END,
           coalesce(q.public_id, x.public_id),
           CASE WHEN g.quote_id IS NULL THEN 'correction.coded' ELSE 'quote.coded' END,
           v.variable, NULL::jsonb, v.after, g.coder_id, g.updated_at, NULL, false, NULL, true
    FROM annotations_coding g
    JOIN annotations_assignment w ON w.id = g.assignment_id AND w.state = 'done'
    LEFT JOIN quotes_quote q ON q.id = g.quote_id
    LEFT JOIN quotes_correction x ON x.id = g.correction_id
    LEFT JOIN quotes_speaker s ON s.id = g.speaker_id
    LEFT JOIN quotes_speaker r ON r.id = g.corrector_id
    LEFT JOIN quotes_speaker t ON t.id = g.corrected_id
    CROSS JOIN LATERAL (
        VALUES ('is_there', to_jsonb(g.is_there)),
               ('kind', to_jsonb(nullif(g.kind, ''))),
               ('speaker_name', CASE WHEN g.quote_id IS NOT NULL THEN to_jsonb(s.name) END),
               ('corrector_name', CASE WHEN g.quote_id IS NULL THEN to_jsonb(r.name) END),
               ('corrected_name', CASE WHEN g.quote_id IS NULL THEN to_jsonb(t.name) END)
    ) v (variable, after)
    WHERE (v.variable = 'is_there' OR v.after IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM annotations_assignment o
        WHERE o.article_id = g.article_id AND o.purpose = 'blind' AND o.state = 'open'
    )"""

DECISIONS = Table(
    name="decisions",
    about="One row a decision of a person and variable that it changed; an accept or a reject "
    "changes the status. Taking a decision back is a decision too. Answers of blind coders are "
    "rows as well, once all coders of the article are through. Filters on speaker, kind and "
    "status do not narrow it.",
    columns=(
        Column(
            "decision_id",
            "code",
            "The decision; its rows share it",
            "d.decision_id",
            "decision-4711",
            values="decision- or answer-, and a number",
        ),
        Column(
            "object",
            "code",
            "What kind of object was decided on",
            "d.object_kind",
            "quote",
            values="quote, correction, speaker, article, same_words",
        ),
        Column(
            "object_id",
            "id",
            "The object (quotes.csv, corrections.csv, speakers.csv, articles.csv, same_words.csv)",
            "d.object_id",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11",
        ),
        Column(
            "article_id",
            "id",
            "The article it was decided in (articles.csv)",
            "a.public_id",
            "0b7e5d1c-22ab-4b6e-8a0f-3c1d9e5f7a90",
            missing="for what was decided about a speaker as such",
        ),
        Column(
            "action",
            "code",
            "What was done",
            "d.action",
            "quote.confirmed",
            "human",
            "noun.verb",
        ),
        Column(
            "variable",
            "code",
            "What changed by it",
            "d.variable",
            "speaker_name",
            "human",
            "name of a field",
        ),
        Column(
            "before",
            "json",
            "The value before it",
            "d.before::text",
            '"Tobias Wrenfield"',
            "human",
            "JSON",
            "where there was none",
        ),
        Column(
            "after",
            "json",
            "The value after it",
            "d.after::text",
            '"Ines Adair"',
            "human",
            "JSON",
            "where there is none",
        ),
        Column(
            "coder",
            "code",
            "The pseudonym of the person who decided",
            "'coder-' || d.coder_id",
            "coder-7",
            "human",
            "coder- and a number, the same in all exports of one installation",
        ),
        Column(
            "decided_at",
            "time",
            "When that was",
            "d.at",
            "2031-05-04T09:12:33.250000Z",
            "human",
        ),
        Column(
            "seconds",
            "number",
            "How long after the person's decision before that one",
            "round(d.milliseconds / 1000.0, 3)",
            "4.210",
            "human",
            "from 0",
            "for a person's first decision, and for blind answers",
        ),
        Column(
            "is_undo",
            "boolean",
            "It takes another decision back",
            "d.is_undo",
            "0",
            "human",
        ),
        Column(
            "version",
            "integer",
            "The object's version after it",
            "d.version",
            "2",
            values="whole number from 1",
            missing="for blind answers, which change no object",
        ),
        Column(
            "blind",
            "boolean",
            "A blind coder's answer, which changed nothing on the record",
            "d.blind",
            "0",
            "human",
        ),
    ),
    rows=f"({DECIDED} UNION ALL {ANSWERED}) d\n"
    "LEFT JOIN quotes_article a ON a.id = d.article_id\n"
    "LEFT JOIN quotes_speaker p ON p.public_id = d.object_id AND d.article_id IS NULL\n"
    "JOIN quotes_collection c ON c.id = coalesce(a.collection_id, p.collection_id)",
    where=f"d.object_id NOT IN ({WITHDRAWN})",
    order="d.blind, d.id, d.variable",
    filters={**COLLECTION_FILTERS, **ARTICLE_FILTERS},
)
