"""quotes.csv: one row a quote."""

# ruff: noqa: S608 - built from constants of this package; values are bound in csv.py

from __future__ import annotations

from quotes.exports.columns import (
    ARTICLE_FILTERS,
    COLLECTION_FILTERS,
    SURVIVOR,
    Column,
    Table,
    in_articles,
)
from quotes.exports.quote_sql import (
    CONTEXT,
    PLACED_QUOTES,
    SOURCE_FORM_SQL,
    SPANS,
    VERBATIM_SQL,
    in_correction,
)

# As `Quote.having` asks, so that both find the same, by the same index.
HAVING = (
    "to_tsvector('english'::regconfig, coalesce({alias}.normal_text, '')) "
    "@@ websearch_to_tsquery('english'::regconfig, {{value}})"
)
# What few articles have is looked for first: the window over their quotes reads no others.
QUOTE_ARTICLES = {
    **COLLECTION_FILTERS,
    **ARTICLE_FILTERS,
    "speaker": "a.id IN (SELECT said.article_id FROM quotes_quote said "
    f"WHERE said.speaker_id = {SURVIVOR})",
    "q": "a.id IN (SELECT said.article_id FROM quotes_quote said "
    f"WHERE {HAVING.format(alias='said')})",
}
QUOTE_FILTERS = {
    "speaker": f"q.speaker_id = {SURVIVOR}",
    "addressee": f"q.addressee_id = {SURVIVOR}",
    "kind": "q.kind = ANY({value})",
    "status": "q.status = ANY({value})",
    "origin": "q.origin = ANY({value})",
    "cue_lemma": "q.cue_lemma = {value}",
    "min_confidence": "q.confidence >= {value}",
    "updated_since": "q.updated_at >= {value}",
    "has_speaker": "(q.speaker_id IS NOT NULL) = {value}",
    "corrected": f"{in_correction('corrected')} = {{value}}",
    "q": HAVING.format(alias="q"),
}

NO_DATE = "where the article's date is not known"
NO_SPEAKER = "where the speaker is not known"
NO_ADDRESSEE = "where nobody is addressed by name"
NO_DECISION = "until a person has decided"
BY_PERSON = "where a person added the row"

SAME_WORDS_GROUP = """(SELECT g.public_id FROM quotes_samewordsquote m
    JOIN quotes_samewords g ON g.id = m.group_id
    WHERE m.quote_id = q.id AND m.state IN ('suggested', 'confirmed')
    AND g.status IN ('suggested', 'confirmed'))"""

QUOTES = Table(
    name="quotes",
    about="One row a quote: suggested, confirmed or rejected. Withdrawn ones are left out, and so "
    "are attitudes (“wants”, “plans”) that nobody has touched.",
    columns=(
        Column(
            "quote_id",
            "id",
            "The quote's id; never used again for another",
            "q.public_id",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11",
        ),
        Column(
            "article_id",
            "id",
            "The article it stands in (articles.csv)",
            "a.public_id",
            "0b7e5d1c-22ab-4b6e-8a0f-3c1d9e5f7a90",
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
            missing=NO_DATE,
        ),
        Column(
            "url",
            "text",
            "The article's address as it was given",
            "a.url",
            "https://gazette.example/breakwater",
            "human",
            missing="where no address was given",
        ),
        Column(
            "headline",
            "text",
            "The article's headline",
            "a.headline",
            "Ferry talks break up",
            "human",
            missing="where the article has none",
        ),
        Column(
            "language",
            "code",
            "The article's language",
            "a.language",
            "en-GB",
            "human",
            "BCP 47 code",
        ),
        Column(
            "n_in_article",
            "integer",
            "Its place among all quotes of its article in this table, in reading order, from 1; "
            "filters do not change it",
            "q.n_in_article",
            "3",
            values="whole number from 1",
        ),
        Column(
            "paragraph",
            "integer",
            "The number of the line it begins in, from 1; empty lines are not counted",
            "q.paragraph",
            "5",
            values="whole number from 1",
        ),
        Column(
            "kind",
            "code",
            "How the words are given: all inside quotation marks, some inside, none",
            "q.kind",
            "mixed",
            "machine",
            "direct, mixed, indirect",
        ),
        Column(
            "quote_text",
            "text",
            "What was said, quotation marks included: text[start:end] of the article. Where "
            "other words stand between two parts of it, “ […] ” stands for them; "
            "quote_parts.csv has each part",
            "w.content",
            "“We were asked to bring a cheque,” […] “and we brought a cheque.”",
            "machine",
            body=True,
        ),
        Column(
            "verbatim_text",
            "text",
            "The words of it between quotation marks, without these; several stretches are "
            "parted by “ […] ”",
            VERBATIM_SQL,
            "We were asked to bring a cheque, […] and we brought a cheque.",
            missing="for kind indirect",
            body=True,
        ),
        Column(
            "source_text",
            "text",
            "How the article names the source there",
            "w.source",
            "the minister",
            "machine",
            missing="where the article names none there",
        ),
        Column(
            "source_form",
            "code",
            "What kind of naming that is, read from its form; title is every description (the "
            "minister, an official)",
            SOURCE_FORM_SQL,
            "title",
            values="name, title+name, honorific, title, pronoun, none",
        ),
        Column(
            "cue_text",
            "text",
            "The reporting words",
            "w.cue",
            "said",
            "machine",
            missing="where nothing reports it (a quote that goes on from the line before)",
        ),
        Column(
            "cue_lemma",
            "text",
            "The reporting word in its dictionary form",
            "q.cue_lemma",
            "say",
            "machine",
            missing="where there is no cue",
        ),
        Column(
            "speaker_id",
            "id",
            "Who said it (speakers.csv)",
            "s.public_id",
            "c2a1b0f4-6d3e-4f58-9b7a-1e2d3c4b5a69",
            "machine",
            missing=NO_SPEAKER,
        ),
        Column(
            "speaker_name",
            "text",
            "The speaker's name",
            "s.name",
            "Ines Adair",
            "machine",
            missing=NO_SPEAKER,
        ),
        Column(
            "speaker_kind",
            "code",
            "What the speaker is",
            "s.kind",
            "person",
            "machine",
            "person, organisation, group, unnamed",
            NO_SPEAKER,
        ),
        Column(
            "speaker_wikidata_id",
            "code",
            "The speaker's Wikidata id; only people set it",
            "s.wikidata_id",
            "Q42",
            "human",
            "Q and a number",
            "where nobody has set it",
        ),
        Column(
            "addressee_id",
            "id",
            "To whom it was said, where the article says so",
            "d.public_id",
            "7d6c5b4a-3f2e-4d1c-8b9a-0f1e2d3c4b5a",
            "machine",
            missing=NO_ADDRESSEE,
        ),
        Column(
            "addressee_name",
            "text",
            "The addressee's name",
            "d.name",
            "Tobias Wrenfield",
            "machine",
            missing=NO_ADDRESSEE,
        ),
        Column(
            "start",
            "integer",
            "Where it begins in the article's text: Unicode code points before it",
            "q.start",
            "1204",
            "machine",
        ),
        Column(
            "end",
            "integer",
            "Where it ends: the code point after its last",
            'q."end"',
            "1251",
            "machine",
            "whole number above start",
        ),
        Column(
            "n_parts",
            "integer",
            "How many parts the words have (quote_parts.csv)",
            "w.n_parts",
            "2",
            "machine",
            "whole number from 1",
        ),
        Column(
            "context_before",
            "text",
            f"The {CONTEXT} code points before it, or fewer",
            "q.context_before",
            "The transport minister answered in the corridor. ",
            missing="at the beginning of the text",
            body=True,
        ),
        Column(
            "context_after",
            "text",
            f"The {CONTEXT} code points after it, or fewer",
            "q.context_after",
            " she said, and left.",
            missing="at the end of the text",
            body=True,
        ),
        Column(
            "parent_quote_id",
            "id",
            "The quote that this one stands inside",
            "parent.public_id",
            "91f3c2d4-5b6a-4788-99aa-bbccddeeff00",
            "machine",
            missing="where it stands inside none",
        ),
        Column(
            "same_words_id",
            "code",
            "Equal for quotes with the same words in any case, marks and dashes",
            "left(q.same_words_hash, 16)",
            "9f86d081884c7d65",
            values="16 hexadecimal digits",
            missing="where there are no words to compare",
        ),
        Column(
            "is_correcting",
            "boolean",
            "It is the retort in a suggested or confirmed correction",
            in_correction("correcting"),
            "0",
        ),
        Column(
            "is_corrected",
            "boolean",
            "It is the claim in a suggested or confirmed correction",
            in_correction("corrected"),
            "1",
        ),
        Column(
            "status",
            "code",
            "What people have made of it",
            "q.status",
            "confirmed",
            "human",
            "suggested, confirmed, rejected",
        ),
        Column(
            "origin",
            "code",
            "Who put the row there",
            "q.origin",
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
            BY_PERSON,
        ),
        Column(
            "confidence",
            "number",
            "How sure the engine was that this is a quote",
            "q.confidence",
            "0.93",
            "machine",
            "from 0 to 1",
            BY_PERSON,
        ),
        Column(
            "machine_speaker_name",
            "text",
            "The speaker's name as the engine first suggested it",
            "q.suggestion ->> 'speaker_name'",
            "Ines Adair",
            "machine",
            missing="where the engine suggested nobody",
        ),
        Column(
            "changed_fields",
            "list",
            "What people have changed of the engine's suggestion",
            "array_to_string(q.changed_fields, '|')",
            "speaker|content",
            "human",
            missing="where nothing was changed",
        ),
        Column(
            "decided_by",
            "code",
            "The pseudonym of the person who last decided",
            "coalesce('coder-' || q.decided_by_id, q.decided_elsewhere)",
            "coder-7",
            "human",
            "coder- and a number, the same in all exports of one installation",
            NO_DECISION,
        ),
        Column(
            "decided_at",
            "time",
            "When that was",
            "q.decided_at",
            "2031-05-04T09:12:33.250000Z",
            "human",
            missing=NO_DECISION,
        ),
        Column(
            "n_coders",
            "integer",
            "How many people's decisions the row rests on",
            "CASE WHEN q.decided_by_id IS NULL AND q.decided_elsewhere = '' THEN 0 ELSE 1 END",
            "1",
            "human",
        ),
        Column(
            "version",
            "integer",
            "Grows by one with each write to the row",
            "q.version",
            "2",
            values="whole number from 1",
        ),
        Column(
            "text_sha256",
            "code",
            "SHA-256 of the article's text in UTF-8: the text the offsets count in",
            "a.sha256",
            "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            values="64 hexadecimal digits",
        ),
        Column(
            "act",
            "code",
            "What is done with the words",
            "q.act",
            "statement",
            "machine",
            "statement, question, attitude",
        ),
        Column(
            "same_words_group_id",
            "id",
            "The group of quotes that give the same words, whole or in part (same_words.csv)",
            SAME_WORDS_GROUP,
            "7d8e9f10-1a2b-4c3d-8e4f-506172839405",
            "machine",
            missing="where it stands in no suggested or confirmed group",
        ),
    ),
    rows=f"""
({PLACED_QUOTES}) q
JOIN quotes_article a ON a.id = q.article_id
JOIN quotes_collection c ON c.id = a.collection_id
LEFT JOIN quotes_speaker s ON s.id = q.speaker_id
LEFT JOIN quotes_speaker d ON d.id = q.addressee_id
LEFT JOIN quotes_quote parent ON parent.id = q.parent_id
LEFT JOIN quotes_extractionrun run ON run.id = q.run_id
{SPANS}""",
    where="TRUE",
    order='q.article_id, q.start, q."end" DESC, q.id',
    filters=QUOTE_FILTERS,
    articles=in_articles("q"),
    article_filters=QUOTE_ARTICLES,
)
