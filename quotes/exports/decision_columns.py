"""decisions.csv: what people have decided, one row a decision and variable.

The history is written by ``annotations``; here its table is read by name, as columns of SQL are
everywhere in this package.
"""

from __future__ import annotations

from quotes.exports.columns import ARTICLE_FILTERS, COLLECTION_FILTERS, Column, Table

# What a decision says of the decision itself, which has columns of its own here.
NOT_VARIABLES = "'decided_by', 'decided_at', 'touched', 'changed_fields'"

DECISIONS = Table(
    name="decisions",
    about="One row a decision of a person and variable that it changed; an accept or a reject "
    "changes the status. Taking a decision back is a decision too. Filters on speaker, kind and "
    "status do not narrow it.",
    columns=(
        Column(
            "decision_id",
            "code",
            "The decision; its rows share it",
            "'decision-' || e.id",
            "decision-4711",
            values="decision- and a number",
        ),
        Column(
            "object",
            "code",
            "What kind of object was decided on",
            "e.object_kind",
            "quote",
            values="quote, correction, speaker, article, same_words",
        ),
        Column(
            "object_id",
            "id",
            "The object (quotes.csv, corrections.csv, speakers.csv, articles.csv, same_words.csv)",
            "e.object_id",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11",
        ),
        Column(
            "article_id",
            "id",
            "The article it was decided in (articles.csv)",
            "a.public_id",
            "0b7e5d1c-22ab-4b6e-8a0f-3c1d9e5f7a90",
            missing="where it was decided in none",
        ),
        Column(
            "action",
            "code",
            "What was done",
            "e.action",
            "quote.confirmed",
            "human",
            "noun.verb",
        ),
        Column(
            "variable",
            "code",
            "What changed by it",
            "v.variable",
            "speaker_name",
            "human",
            "name of a field",
        ),
        Column(
            "before",
            "json",
            "The value before it",
            "(e.before -> v.variable)::text",
            '"Tobias Wrenfield"',
            "human",
            "JSON",
            "where there was none",
        ),
        Column(
            "after",
            "json",
            "The value after it",
            "(e.after -> v.variable)::text",
            '"Ines Adair"',
            "human",
            "JSON",
            "where there is none",
        ),
        Column(
            "coder",
            "code",
            "The pseudonym of the person who decided",
            "'coder-' || e.actor_id",
            "coder-7",
            "human",
            "coder- and a number, the same in all exports of one installation",
        ),
        Column(
            "decided_at",
            "time",
            "When that was",
            "e.at",
            "2031-05-04T09:12:33.250000Z",
            "human",
        ),
        Column(
            "seconds",
            "number",
            "How long after the person's decision before that one",
            "round(e.milliseconds / 1000.0, 3)",
            "4.210",
            "human",
            "from 0",
            "for a person's first decision",
        ),
        Column(
            "is_undo",
            "boolean",
            "It takes another decision back",
            "e.is_undo",
            "0",
            "human",
        ),
        Column(
            "version",
            "integer",
            "The object's version after it",
            "e.version",
            "2",
            values="whole number from 1",
        ),
    ),
    rows=f"""
annotations_edit e
JOIN quotes_article a ON a.id = e.article_id
JOIN quotes_collection c ON c.id = a.collection_id
CROSS JOIN LATERAL (
    SELECT key AS variable FROM jsonb_object_keys(coalesce(e.after, e.before)) key
    WHERE key NOT IN ({NOT_VARIABLES})
    AND (e.after -> key) IS DISTINCT FROM (e.before -> key)
    AND (e.before IS NOT NULL OR (e.after -> key) NOT IN ('null', '""', '[]', 'false'))
) v""",  # noqa: S608 - built from constants of this package; values are bound in csv.py
    where="TRUE",
    order="e.id, v.variable",
    filters={**COLLECTION_FILTERS, **ARTICLE_FILTERS},
)
