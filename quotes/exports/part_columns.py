"""quote_parts.csv and correction_quotes.csv: what belongs to a quote, and to a correction."""

from __future__ import annotations

from quotes.exports.columns import Column, Table, fitting_link, on_record, shown_quotes
from quotes.exports.correction_columns import CORRECTION_ARTICLES, CORRECTION_FILTERS
from quotes.exports.quote_columns import QUOTE_ARTICLES, QUOTE_FILTERS
from quotes.exports.quote_sql import paragraph_of

QUOTE_PARTS = Table(
    name="quote_parts",
    about="One row a stretch of text that belongs to a quote: its content in parts, its source, "
    "its cue.",
    columns=(
        Column(
            "quote_id",
            "id",
            "The quote (quotes.csv)",
            "q.public_id",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11",
        ),
        Column(
            "role",
            "code",
            "What the stretch is to the quote",
            "p.role",
            "content",
            "machine",
            "content, source, cue",
        ),
        Column(
            "n",
            "integer",
            "Its place among those of its role, from 1",
            "p.ordinal + 1",
            "1",
            "machine",
            "whole number from 1",
        ),
        Column(
            "start",
            "integer",
            "Where it begins in the article's text: Unicode code points before it",
            "p.start",
            "1204",
            "machine",
        ),
        Column(
            "end",
            "integer",
            "Where it ends: the code point after its last",
            'p."end"',
            "1238",
            "machine",
            "whole number above start",
        ),
        Column(
            "exact",
            "text",
            "The words there: text[start:end] of the article",
            "p.exact",
            "“We were asked to bring a cheque,”",
            "machine",
            body=True,
        ),
        Column(
            "paragraph",
            "integer",
            "The number of the line it begins in, from 1; empty lines are not counted",
            paragraph_of("p.start"),
            "5",
            values="whole number from 1",
        ),
    ),
    rows="""
quotes_quotespan p
JOIN quotes_quote q ON q.id = p.quote_id
JOIN quotes_article a ON a.id = q.article_id
JOIN quotes_collection c ON c.id = a.collection_id
LEFT JOIN quotes_speaker s ON s.id = q.speaker_id""",
    where=shown_quotes("q"),
    order='q.article_id, q.start, q."end" DESC, q.id, p.role, p.ordinal, p.id',
    filters=QUOTE_FILTERS,
    article_filters=QUOTE_ARTICLES,
)

CORRECTION_QUOTES = Table(
    name="correction_quotes",
    about="One row a quote on a side of a correction: a claim or a retort of the person on that "
    "side.",
    columns=(
        Column(
            "correction_id",
            "id",
            "The correction (corrections.csv)",
            "k.public_id",
            "2b9d7c1e-4f3a-4e5b-8c6d-7a8b9c0d1e2f",
            "machine",
        ),
        Column(
            "quote_id",
            "id",
            "The quote (quotes.csv)",
            "q.public_id",
            "5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11",
            "machine",
        ),
        Column(
            "side",
            "code",
            "Whether the quote is the claim (corrected) or the retort (correcting)",
            "l.side",
            "corrected",
            "machine",
            "corrected, correcting",
        ),
    ),
    rows="""
quotes_correctionquote l
JOIN quotes_correction k ON k.id = l.correction_id
JOIN quotes_quote q ON q.id = l.quote_id
JOIN quotes_article a ON a.id = k.article_id
JOIN quotes_collection c ON c.id = a.collection_id
LEFT JOIN quotes_speaker corrector ON corrector.id = k.corrector_id
LEFT JOIN quotes_speaker corrected ON corrected.id = k.corrected_id""",
    where=f"{on_record('k')} AND {fitting_link('l', 'k', 'q')}",
    order="k.article_id, k.start, k.id, l.side, q.start, q.id",
    filters=CORRECTION_FILTERS,
    article_filters=CORRECTION_ARTICLES,
)
