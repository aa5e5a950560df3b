"""The SQL behind the columns of quotes: parts joined, words between marks, form of the source."""

# ruff: noqa: S608 - built from constants of this package; values are bound in csv.py

from __future__ import annotations

from quotes.exports.columns import LIVE, fitting_link, shown_quotes

CONTEXT = 60
LEFT_OUT = " […] "

# The words between marks in one part, as `quotes.extraction.text.verbatim_spans` finds them in the
# whole text: an opening mark, then up to its closing mark or, unclosed, the end of the line. An
# apostrophe closes no single mark, and where single marks are not the text's own style, a double
# mark after one makes it an apostrophe. Each alternative holds the words in a group of its own.
DOUBLE_MARKS = (
    r"“([^”\n]*)",
    r"„([^“”\n]*)[“”]?",
    r"«([^»\n]*)",
    r'"([^"\n]*)"?',
    r"‘‘((?:[^’\n]|’(?!’))*)",
    r"''((?:[^'\n]|'(?!'))*)(?:'')?",
    r"``((?:[^'\n]|'(?!'))*)(?:'')?",
)


def _verbatim_pattern(*, inside_single: str) -> str:
    """Give the pattern; ``inside_single`` are the marks that may not stand between single ones."""
    single = (
        rf"^‘([^‘{inside_single}\n]*)’$",
        rf"(?<![[:alnum:]‘])‘(?!‘)((?:[^‘’{inside_single}\n]|’(?=[[:alnum:]]))*)’",
        rf"(?<![[:alnum:]'])'(?!')((?:[^'{inside_single}\n]|'(?=[[:alnum:]]))*)'(?![[:alnum:]])",
    )
    return "|".join((*DOUBLE_MARKS, *single)).replace("'", "''")


def _count(mark: str) -> str:
    return f"(length(a.text) - length(replace(a.text, '{mark}', '')))"


# Whether single marks are the outlet's style is counted only where it makes a difference.
VERBATIM = f"""CASE
    WHEN p.exact ~ '[‘''].*[“„«"]' AND {_count("‘")} > {_count("“")} + {_count('"')} / 2
    THEN '{_verbatim_pattern(inside_single="")}'
    ELSE '{_verbatim_pattern(inside_single='“„«"')}'
END"""

PRONOUNS = (
    "i me my we us our you your he him his she her it its they them their who whom whose "
    "this that these those one both all some others another"
)
HONORIFIC = (
    "mr|mrs|ms|miss|mx|dr|sir|dame|lord|lady|baroness|baron|prof|professor|rev|reverend|"
    "judge|justice|sgt|capt|col|gen|sen|rep|hon"
)
NAME_WORD = r"[[:upper:]][[:alnum:]’''.-]*"

SPANS = f"""
LEFT JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE p.role = 'content') AS n_parts,
        string_agg(p.glue || p.exact, '' ORDER BY p.ordinal)
            FILTER (WHERE p.role = 'content') AS content,
        string_agg(p.exact, '{LEFT_OUT}' ORDER BY p.ordinal)
            FILTER (WHERE p.role = 'source') AS source,
        string_agg(p.exact, '{LEFT_OUT}' ORDER BY p.ordinal)
            FILTER (WHERE p.role = 'cue') AS cue
    FROM (
        SELECT role, ordinal, exact, CASE
            WHEN lag("end") OVER parts IS NULL THEN ''
            WHEN substring(a.text FROM lag("end") OVER parts + 1
                           FOR start - lag("end") OVER parts) ~ '^[[:space:]]+$'
                THEN substring(a.text FROM lag("end") OVER parts + 1
                               FOR start - lag("end") OVER parts)
            ELSE '{LEFT_OUT}'
        END AS glue
        FROM quotes_quotespan WHERE quote_id = q.id
        WINDOW parts AS (PARTITION BY role ORDER BY ordinal)
    ) p
) w ON TRUE
"""

WORDS = ", ".join(f"m[{number}]" for number in range(1, len(DOUBLE_MARKS) + 4))

VERBATIM_SQL = f"""CASE WHEN q.kind <> 'indirect' THEN (
    SELECT string_agg(btrim(found.words, E' \\t\\u00a0'), '{LEFT_OUT}'
                      ORDER BY p.ordinal, found.place)
    FROM quotes_quotespan p
    CROSS JOIN LATERAL (
        SELECT coalesce({WORDS}) AS words, place
        FROM regexp_matches(p.exact, {VERBATIM}, 'g') WITH ORDINALITY AS matched(m, place)
    ) found
    WHERE p.quote_id = q.id AND p.role = 'content' AND found.words ~ '[[:alnum:]]'
) END"""

WITHOUT_ARTICLE = "regexp_replace(w.source, '^[Tt]he ', '')"

SOURCE_FORM_SQL = f"""CASE
    WHEN w.source IS NULL THEN 'none'
    WHEN lower(w.source) = ANY(string_to_array('{PRONOUNS}', ' ')) THEN 'pronoun'
    WHEN w.source ~* '^({HONORIFIC})\\.?[[:space:]]' THEN 'honorific'
    WHEN s.kind IN ('group', 'unnamed') THEN 'title'
    WHEN w.source ~ '^{NAME_WORD}([[:space:]]{NAME_WORD})*$'
        AND (s.id IS NULL OR strpos(lower(s.name), lower(w.source)) > 0) THEN 'name'
    WHEN lower(s.name) IN (lower(w.source), lower({WITHOUT_ARTICLE})) OR EXISTS (
        SELECT 1 FROM quotes_speakername n WHERE n.speaker_id = s.id
        AND n.kind IN ('name', 'short_name')
        AND lower(n.text) IN (lower(w.source), lower({WITHOUT_ARTICLE}))
    ) THEN 'name'
    WHEN strpos(lower(w.source), lower(s.name)) > 0 THEN 'title+name'
    ELSE 'title'
END"""


def in_correction(side: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM quotes_correctionquote l "
        "JOIN quotes_correction k ON k.id = l.correction_id "
        f"WHERE l.quote_id = q.id AND l.side = '{side}' AND {LIVE.format(alias='k')} "
        f"AND {fitting_link('l', 'k', 'q')})"
    )


FILLED_LINE = r"[^[:space:]][^\n]*\n"


def paragraph_of(start: str) -> str:
    """Give the SQL for the number of the line with words in it that a place stands in."""
    return f"1 + regexp_count(left(a.text, {start}), '{FILLED_LINE}')"


# An article's text is unpacked once for a quote: one stretch holds what lies between the quote
# before and this one, for the number of the paragraph, and the context on either side.
PLACED_QUOTES = f"""
SELECT q.*,
    row_number() OVER so_far AS n_in_article,
    1 + sum(regexp_count(
        substring(near.words FROM q.previous - near.origin + 1 FOR q.start - q.previous),
        '{FILLED_LINE}'
    )) OVER so_far AS paragraph,
    substring(near.words FROM greatest(q.start - {CONTEXT}, 0) - near.origin + 1
              FOR least(q.start, {CONTEXT})) AS context_before,
    substring(near.words FROM q."end" - near.origin + 1) AS context_after
FROM (
    SELECT q.*, coalesce(lag(q.start) OVER (
        PARTITION BY q.article_id ORDER BY q.start, q."end" DESC, q.id
    ), 0) AS previous
    FROM quotes_quote q WHERE {shown_quotes("q")} AND {{narrowed}}
) q
JOIN quotes_article a ON a.id = q.article_id
CROSS JOIN LATERAL (SELECT least(q.previous, greatest(q.start - {CONTEXT}, 0)) AS origin) edge
CROSS JOIN LATERAL (
    SELECT edge.origin,
        substring(a.text FROM edge.origin + 1 FOR q."end" + {CONTEXT} - edge.origin) AS words
    OFFSET 0
) near
WINDOW so_far AS (PARTITION BY q.article_id ORDER BY q.start, q."end" DESC, q.id)
"""
