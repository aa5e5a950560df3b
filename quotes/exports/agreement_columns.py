"""agreement.csv: how far blind coders agree, one row a variable and measure.

The figures are measured by ``annotations`` when a coder is through; here their table is read by
name, as columns of SQL are everywhere in this package.
"""

from __future__ import annotations

from quotes.exports.columns import COLLECTION_FILTERS, Column, Table

UNDEFINED = "where the measure is undefined (see note)"
NO_INTERVAL = "where the measure is undefined, or only one article was coded"

AGREEMENT = Table(
    name="agreement",
    about="How far blind coders agree on each variable, in all articles of the collection whose "
    "coders are all through; only the filter on the collection narrows it. Variables beside "
    "is_quote and is_correction count the answers of coders who say that there is something.",
    columns=(
        Column(
            "collection",
            "code",
            "The collection, by its short name",
            "c.slug",
            "newsroom",
            values="a collection's short name",
        ),
        Column(
            "variable",
            "code",
            "What the coders answered",
            "g.variable",
            "speaker",
            values="is_quote, speaker, quote_kind, is_correction, corrector, corrected, "
            "correction_kind",
        ),
        Column(
            "measure",
            "code",
            "Which figure: Krippendorff's nominal alpha (1 is perfect, 0 is chance), or the share "
            "of pairs of answers to one case that agree",
            "g.measure",
            "krippendorff_alpha",
            values="krippendorff_alpha, agreeing_pairs",
        ),
        Column("value", "number", "The measure", "g.value", "0.871", missing=UNDEFINED),
        Column("n_units", "integer", "Cases that two coders or more answered", "g.n_units", "214"),
        Column("n_coders", "integer", "People who answered", "g.n_coders", "2"),
        Column(
            "ci_low",
            "number",
            "Lower end of the 95 % interval, by resampling articles",
            "g.ci_low",
            "0.802",
            missing=NO_INTERVAL,
        ),
        Column("ci_high", "number", "Its upper end", "g.ci_high", "0.921", missing=NO_INTERVAL),
        Column(
            "note",
            "text",
            "Why the measure is undefined",
            "g.note",
            "No case was answered by two coders.",
            missing="where it is defined",
        ),
    ),
    rows="annotations_agreement g JOIN quotes_collection c ON c.id = g.collection_id",
    where="TRUE",
    order="c.slug, g.id",
    filters=COLLECTION_FILTERS,
)
