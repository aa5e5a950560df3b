"""same_words.csv: one row a group of quotes that give the same words."""

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

MEMBERS = f"""
    SELECT m.group_id, q.id, q.public_id, q.article_id, q.published_on, q.speaker_id, q.start
    FROM quotes_samewordsquote m JOIN quotes_quote q ON q.id = m.quote_id
    WHERE m.state <> 'out' AND {shown_quotes("q")}"""
NO_DATE = "where no article of the group has a date"
NO_DECISION = "until a person has decided"

SAME_WORDS = Table(
    name="same_words",
    about="One row a group of quotes that give the same words, inside an article and across "
    "articles; quotes.csv names each quote's group. A group is in it where one of its quotes "
    "meets the filters on articles and speaker.",
    columns=(
        Column(
            "same_words_group_id",
            "id",
            "The group's id; never used again for another",
            "g.public_id",
            "7d8e9f10-1a2b-4c3d-8e4f-506172839405",
        ),
        Column(
            "relation",
            "code",
            "How the versions compare with the fullest one, the loosest of them",
            "g.relation",
            "contained",
            "machine",
            "same (the same words), contained (part of the words), near (nearly the same words)",
        ),
        Column(
            "quote_ids",
            "list",
            "The quotes, oldest first (quotes.csv)",
            "v.quote_ids",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11|91f3c2d4-5b6a-4788-99aa-bbccddeeff00",
            "machine",
        ),
        Column("n_quotes", "integer", "How many quotes these are", "v.n_quotes", "2"),
        Column("n_articles", "integer", "In how many articles", "v.n_articles", "2"),
        Column("n_outlets", "integer", "In how many outlets, by name", "v.n_outlets", "2"),
        Column("n_speakers", "integer", "By how many known speakers", "v.n_speakers", "1"),
        Column(
            "first_published_on",
            "date",
            "The date of the first article",
            "v.first_on",
            "2031-05-04",
            missing=NO_DATE,
        ),
        Column(
            "last_published_on",
            "date",
            "The date of the last article",
            "v.last_on",
            "2031-05-06",
            missing=NO_DATE,
        ),
        Column(
            "fullest_quote_id",
            "id",
            "The version with the most words (quotes.csv)",
            "f.public_id",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11",
            "machine",
        ),
        Column(
            "fullest_text",
            "text",
            "Its content as the article gives it, its parts in a row",
            "(SELECT string_agg(p.exact, ' ' ORDER BY p.ordinal) FROM quotes_quotespan p "
            "WHERE p.quote_id = f.id AND p.role = 'content')",
            "“We were asked to bring a cheque,”",
            "machine",
            body=True,
        ),
        Column(
            "speaker_id",
            "id",
            "Who said the fullest version (speakers.csv)",
            "s.public_id",
            "3c2b1a09-8f7e-4d6c-9b5a-493827160504",
            "machine",
            missing="where the speaker is not known",
        ),
        Column(
            "speaker_name",
            "text",
            "The speaker's name",
            "s.name",
            "Ines Adair",
            "machine",
            missing="where the speaker is not known",
        ),
        Column(
            "status",
            "code",
            "What people have made of it",
            "g.status",
            "confirmed",
            "human",
            "suggested, confirmed, rejected",
        ),
        Column(
            "origin",
            "code",
            "Who put the group together",
            "g.origin",
            "machine",
            values="machine, person, import",
        ),
        Column(
            "decided_by",
            "code",
            "The pseudonym of the person who last decided",
            "'coder-' || g.decided_by_id",
            "coder-7",
            "human",
            "coder- and a number, the same in all exports of one installation",
            NO_DECISION,
        ),
        Column(
            "decided_at",
            "time",
            "When that was",
            "g.decided_at",
            "2031-05-04T09:12:33.250000Z",
            "human",
            missing=NO_DECISION,
        ),
        Column(
            "version",
            "integer",
            "Grows by one with each write to the row by a person",
            "g.version",
            "2",
            values="whole number from 1",
        ),
    ),
    rows=f"""
quotes_samewords g
JOIN quotes_quote f ON f.id = g.fullest_id
LEFT JOIN quotes_speaker s ON s.id = f.speaker_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n_quotes,
        string_agg(m.public_id::text, '|'
                   ORDER BY m.published_on NULLS LAST, m.start, m.id) AS quote_ids,
        count(DISTINCT m.article_id) AS n_articles,
        count(DISTINCT nullif(a.outlet, '')) AS n_outlets,
        count(DISTINCT m.speaker_id) AS n_speakers,
        min(m.published_on) AS first_on,
        max(m.published_on) AS last_on
    FROM ({MEMBERS}) m JOIN quotes_article a ON a.id = m.article_id WHERE m.group_id = g.id
) v""",
    where=f"{on_record('g')} AND v.n_quotes > 1",
    order="g.id",
    filters={"status": "g.status = ANY({value})"},
    articles=f"g.id IN (SELECT m.group_id FROM ({MEMBERS}) m "
    "JOIN quotes_article a ON a.id = m.article_id "
    "JOIN quotes_collection c ON c.id = a.collection_id "
    "WHERE {conditions})",
    article_filters={
        **COLLECTION_FILTERS,
        **ARTICLE_FILTERS,
        "speaker": f"m.speaker_id = {SURVIVOR}",
    },
)
