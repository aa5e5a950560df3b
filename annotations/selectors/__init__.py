"""What pages read: one function a page, a fixed number of statements whatever the rows."""

from __future__ import annotations

from annotations.selectors.articles import (
    article_counts,
    article_in_full,
    article_list,
    desk_of,
    latest_run,
    may,
    next_article,
    outlets,
)
from annotations.selectors.corrections import (
    Triptych,
    correction_counts,
    correction_list,
    correction_pairs,
    people_of,
    possible_points,
    readable_correction,
    sides_of,
    triptychs,
)
from annotations.selectors.history import (
    exportable_collections,
    history_of,
    readable_collections,
    snapshots,
    tokens_of,
    what_became,
)
from annotations.selectors.imports import import_report, importable_collections, still_read, tally
from annotations.selectors.members import (
    collections_of,
    managed_collection,
    members_of,
    open_invitations,
)
from annotations.selectors.merging import (
    MergePreview,
    articles_with,
    merge_preview,
    merges_of,
    possible_twins,
    speaker_to_merge,
)
from annotations.selectors.paging import page_of
from annotations.selectors.pulse import Pulse, pulse_of
from annotations.selectors.quotes import content_places, place_of, readable_quote, speaker_options
from annotations.selectors.review import alike_quotes, review_queue
from annotations.selectors.speakers import (
    SpeakerFacts,
    Statement,
    names_in_time,
    readable_speaker,
    speaker_corrections,
    speaker_facts,
    speaker_list,
    statement,
    statements,
)

__all__ = [
    "MergePreview",
    "Pulse",
    "SpeakerFacts",
    "Statement",
    "Triptych",
    "alike_quotes",
    "article_counts",
    "article_in_full",
    "article_list",
    "articles_with",
    "collections_of",
    "content_places",
    "correction_counts",
    "correction_list",
    "correction_pairs",
    "desk_of",
    "exportable_collections",
    "history_of",
    "import_report",
    "importable_collections",
    "latest_run",
    "managed_collection",
    "may",
    "members_of",
    "merge_preview",
    "merges_of",
    "names_in_time",
    "next_article",
    "open_invitations",
    "outlets",
    "page_of",
    "people_of",
    "place_of",
    "possible_points",
    "possible_twins",
    "pulse_of",
    "readable_collections",
    "readable_correction",
    "readable_quote",
    "readable_speaker",
    "review_queue",
    "sides_of",
    "snapshots",
    "speaker_corrections",
    "speaker_facts",
    "speaker_list",
    "speaker_options",
    "speaker_to_merge",
    "statement",
    "statements",
    "still_read",
    "tally",
    "tokens_of",
    "triptychs",
    "what_became",
]
