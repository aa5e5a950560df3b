"""All tables of the export, in the order in which they are listed."""

from __future__ import annotations

from quotes.exports.agreement_columns import AGREEMENT
from quotes.exports.article_columns import ARTICLES
from quotes.exports.columns import Table
from quotes.exports.correction_columns import CORRECTIONS
from quotes.exports.decision_columns import DECISIONS
from quotes.exports.part_columns import CORRECTION_QUOTES, QUOTE_PARTS
from quotes.exports.quote_columns import QUOTES
from quotes.exports.same_words_columns import SAME_WORDS
from quotes.exports.speaker_columns import SPEAKER_NAMES, SPEAKERS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        QUOTES,
        QUOTE_PARTS,
        CORRECTIONS,
        CORRECTION_QUOTES,
        SPEAKERS,
        SPEAKER_NAMES,
        ARTICLES,
        DECISIONS,
        AGREEMENT,
        SAME_WORDS,
    )
}

UNITS = {"quote": "quotes", "decision": "decisions", "same_words": "same_words"}
"""What one row of the quotes' table may stand for, and the table that has such rows."""
