"""speakers.csv and speaker_names.csv: who is quoted, and the ways in which texts name them."""

# ruff: noqa: S608 - built from constants of this package; values are bound in csv.py

from __future__ import annotations

from quotes.exports.columns import (
    ARTICLE_FILTERS,
    COLLECTION_FILTERS,
    SURVIVOR,
    Column,
    Table,
    on_record,
    shown_quotes,
)

# One that was merged, and the one it was merged into.
SPEAKER_FILTERS = {
    **COLLECTION_FILTERS,
    "speaker": f"(s.public_id = {{value}} OR s.id = {SURVIVOR})",
}

# With a filter on articles: the people who speak, are spoken to, correct or are corrected in them.
OCCURS = f"""s.id IN (
    SELECT person FROM (
        SELECT q.article_id, q.speaker_id AS person FROM quotes_quote q WHERE {shown_quotes("q")}
        UNION ALL
        SELECT q.article_id, q.addressee_id FROM quotes_quote q WHERE {shown_quotes("q")}
        UNION ALL
        SELECT k.article_id, k.corrector_id FROM quotes_correction k WHERE {on_record("k")}
        UNION ALL
        SELECT k.article_id, k.corrected_id FROM quotes_correction k WHERE {on_record("k")}
    ) occurrence JOIN quotes_article a ON a.id = occurrence.article_id
    WHERE {{conditions}}
)"""

SPEAKERS = Table(
    name="speakers",
    about="One row a person, organisation or group. One that was merged into another stays as a "
    "row that says into which. Filters on kind and status do not narrow it.",
    columns=(
        Column(
            "speaker_id",
            "id",
            "The speaker's id; never used again for another",
            "s.public_id",
            "c2a1b0f4-6d3e-4f58-9b7a-1e2d3c4b5a69",
        ),
        Column(
            "collection",
            "code",
            "The collection's short name",
            "c.slug",
            "newsroom",
            "human",
            "a collection's short name",
        ),
        Column("name", "text", "The name that pages show", "s.name", "Ines Adair", "machine"),
        Column(
            "kind",
            "code",
            "What the speaker is",
            "s.kind",
            "person",
            "machine",
            "person, organisation, group, unnamed",
        ),
        Column(
            "description",
            "text",
            "Who that is, in a few words",
            "s.description",
            "transport minister",
            "human",
            missing="where nobody has written it",
        ),
        Column(
            "wikidata_id",
            "code",
            "The Wikidata id; only people set it",
            "s.wikidata_id",
            "Q42",
            "human",
            "Q and a number",
            "where nobody has set it",
        ),
        Column(
            "merged_into_id",
            "id",
            "The speaker that this one was found to be",
            "survivor.public_id",
            "7d6c5b4a-3f2e-4d1c-8b9a-0f1e2d3c4b5a",
            "human",
            missing="for all that stand for themselves",
        ),
        Column(
            "n_quotes",
            "integer",
            "How many rows quotes.csv has with this speaker_id without filters",
            f"(SELECT count(*) FROM quotes_quote q WHERE q.speaker_id = s.id "
            f"AND {shown_quotes('q')})",
            "12",
        ),
        Column(
            "n_confirmed",
            "integer",
            "How many of these are confirmed",
            "(SELECT count(*) FROM quotes_quote q WHERE q.speaker_id = s.id "
            "AND q.status = 'confirmed')",
            "9",
            "human",
        ),
        Column(
            "n_corrections_made",
            "integer",
            "In how many rows of corrections.csv the speaker corrects",
            f"(SELECT count(*) FROM quotes_correction k WHERE k.corrector_id = s.id "
            f"AND {on_record('k')})",
            "1",
        ),
        Column(
            "n_corrections_received",
            "integer",
            "In how many rows of corrections.csv the speaker is corrected",
            f"(SELECT count(*) FROM quotes_correction k WHERE k.corrected_id = s.id "
            f"AND {on_record('k')})",
            "0",
        ),
        Column(
            "origin",
            "code",
            "Who put the row there",
            "s.origin",
            "machine",
            values="machine, person, import",
        ),
        Column(
            "version",
            "integer",
            "Grows by one with each write to the row",
            "s.version",
            "1",
            values="whole number from 1",
        ),
    ),
    rows="""
quotes_speaker s
JOIN quotes_collection c ON c.id = s.collection_id
LEFT JOIN quotes_speaker survivor ON survivor.id = s.merged_into_id""",
    where="s.withdrawal_id IS NULL",
    order="s.id",
    filters=SPEAKER_FILTERS,
    articles=OCCURS,
    article_filters=ARTICLE_FILTERS,
)

SPEAKER_NAMES = Table(
    name="speaker_names",
    about="One row a way in which texts name a speaker.",
    columns=(
        Column(
            "speaker_id",
            "id",
            "The speaker (speakers.csv)",
            "s.public_id",
            "c2a1b0f4-6d3e-4f58-9b7a-1e2d3c4b5a69",
        ),
        Column("text", "text", "The name as texts write it", "n.text", "Ms Adair", "machine"),
        Column(
            "kind",
            "code",
            "What kind of name it is",
            "n.kind",
            "honorific",
            "machine",
            "name, short_name, honorific, title, nickname",
        ),
        Column(
            "valid_from",
            "date",
            "The first day on which it means this speaker",
            "n.valid_from",
            "2029-11-08",
            "human",
            missing="where it has no beginning or none is known",
        ),
        Column(
            "valid_to",
            "date",
            "The last day on which it means this speaker",
            "n.valid_to",
            "2033-02-01",
            "human",
            missing="where it has no end or none is known",
        ),
        Column(
            "place",
            "text",
            "The place or organisation for which a title holds",
            "n.place",
            "Northquay",
            "human",
            missing="where it holds anywhere",
        ),
        Column(
            "origin",
            "code",
            "Who put the row there",
            "n.origin",
            "machine",
            values="machine, person, import",
        ),
    ),
    rows="""
quotes_speakername n
JOIN quotes_speaker s ON s.id = n.speaker_id
JOIN quotes_collection c ON c.id = s.collection_id""",
    where="s.withdrawal_id IS NULL",
    order="s.id, n.kind, n.text, n.id",
    filters=SPEAKER_FILTERS,
    articles=OCCURS,
    article_filters=ARTICLE_FILTERS,
)
