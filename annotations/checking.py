"""The invariants of the data, each as a query for rows that break it, with a hint at the repair.

Constraints hold what one row can tell; these hold what it takes several rows to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import connection

from annotations import recounting


@dataclass(frozen=True, slots=True)
class Invariant:
    """``breaks`` selects, or gives, the public ids of the rows that break the rule."""

    rule: str
    breaks: str | Callable[[], Iterator[str]]
    hint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant that does not hold, how often, and up to ten rows that show it."""

    invariant: Invariant
    count: int
    examples: tuple[str, ...]


INVARIANTS: Final = (
    Invariant(
        "The words of every span stand in the article where the span says.",
        """
        SELECT q.public_id FROM quotes_quotespan s
        JOIN quotes_quote q ON q.id = s.quote_id JOIN quotes_article a ON a.id = q.article_id
        WHERE s."end" > a.length OR substr(a.text, s.start + 1, s."end" - s.start) <> s.exact
        """,
        "Restore the article's text from a backup; spans are never re-guessed.",
    ),
    Invariant(
        "The evidence of every correction stands in the article where the correction says.",
        """
        SELECT c.public_id FROM quotes_correction c JOIN quotes_article a ON a.id = c.article_id
        WHERE c."end" > a.length OR substr(a.text, c.start + 1, c."end" - c.start) <> c.exact
        """,
        "Restore the article's text from a backup.",
    ),
    Invariant(
        "Every quote on record has content, and its hull is that of its content.",
        """
        SELECT q.public_id FROM quotes_quote q
        LEFT JOIN quotes_quotespan s ON s.quote_id = q.id AND s.role = 'content'
        WHERE q.status IN ('suggested', 'confirmed', 'rejected')
        GROUP BY q.id HAVING count(s.id) = 0 OR min(s.start) <> q.start OR max(s."end") <> q."end"
        """,
        "Undo the last action on the quote, or set its boundaries again.",
    ),
    Invariant(
        "The parts of a content stand in order.",
        """
        SELECT q.public_id FROM (
            SELECT quote_id, start,
                   lag("end") OVER (PARTITION BY quote_id ORDER BY ordinal) AS before
            FROM quotes_quotespan WHERE role = 'content'
        ) s JOIN quotes_quote q ON q.id = s.quote_id WHERE s.start < s.before
        """,
        "Set the quote's boundaries again.",
    ),
    Invariant(
        "A live quote inside a quote lies within it, in the same article.",
        """
        SELECT q.public_id FROM quotes_quote q JOIN quotes_quote p ON p.id = q.parent_id
        WHERE q.status IN ('suggested', 'confirmed') AND p.status IN ('suggested', 'confirmed')
        AND (
            p.article_id <> q.article_id OR (q.start < p.start OR q."end" > p."end")
        )
        """,
        "Set the boundaries of the inner quote again.",
    ),
    Invariant(
        "Quotes and corrections repeat their article's collection and date.",
        """
        SELECT r.public_id FROM (
            SELECT public_id, article_id, collection_id, published_on FROM quotes_quote
            UNION ALL
            SELECT public_id, article_id, collection_id, published_on FROM quotes_correction
        ) r JOIN quotes_article a ON a.id = r.article_id
        WHERE r.collection_id <> a.collection_id OR r.published_on IS DISTINCT FROM a.published_on
        """,
        "Save the article's date again.",
    ),
    Invariant(
        "Each version of a quote, correction or group that a person made has its history row.",
        """
        SELECT r.public_id FROM (
            SELECT public_id, version, touched, origin, created_at, updated_at,
                   decided_elsewhere AS elsewhere, id AS quote_id, NULL::bigint AS correction_id
            FROM quotes_quote
            UNION ALL
            SELECT public_id, version, touched, origin, created_at, updated_at,
                   decided_elsewhere, NULL, id FROM quotes_correction
            UNION ALL
            SELECT public_id, version, touched, origin, created_at, updated_at,
                   '', NULL, NULL FROM quotes_samewords
        ) r
        LEFT JOIN annotations_edit e ON e.object_id = r.public_id AND e.version = r.version
        WHERE r.touched AND e.id IS NULL AND NOT EXISTS (
            SELECT FROM quotes_placement p WHERE p.version = r.version
            AND (p.quote_id = r.quote_id OR p.correction_id = r.correction_id)
        ) AND NOT (
            -- It was decided elsewhere and came in so; nobody has decided on it here.
            (r.origin = 'import' OR r.elsewhere <> '' OR r.created_at = r.updated_at)
            AND NOT EXISTS (SELECT FROM annotations_edit h WHERE h.object_id = r.public_id)
        )
        """,
        "Compare with a backup: a change was written outside the application.",
    ),
    Invariant(
        "The newest history row of a quote says what the quote is.",
        """
        SELECT q.public_id FROM quotes_quote q
        JOIN annotations_edit e ON e.object_id = q.public_id AND e.version = q.version
        LEFT JOIN quotes_speaker s ON s.id = q.speaker_id
        WHERE e.after ->> 'status' <> q.status OR e.after ->> 'kind' <> q.kind
           OR (e.after ->> 'start')::int <> q.start OR (e.after ->> 'end')::int <> q."end"
           OR e.after ->> 'speaker' IS DISTINCT FROM s.public_id::text
        """,
        "Compare with a backup: a change was written outside the application.",
    ),
    Invariant(
        "No run wrote to what a person had touched.",
        """
        SELECT q.public_id FROM quotes_quote q JOIN quotes_extractionrun r ON r.id = q.run_id
        JOIN annotations_edit e ON e.object_id = q.public_id
        WHERE q.touched GROUP BY q.id, r.id HAVING r.created_at > max(e.at)
        """,
        "Undo the run's change; report it as a bug.",
    ),
    Invariant(
        "A quote in a confirmed correction is live and said by the person on its side.",
        """
        SELECT c.public_id FROM quotes_correctionquote l
        JOIN quotes_correction c ON c.id = l.correction_id JOIN quotes_quote q ON q.id = l.quote_id
        WHERE c.status = 'confirmed' AND (
            q.status NOT IN ('suggested', 'confirmed') OR q.article_id <> c.article_id
            OR q.speaker_id IS DISTINCT FROM
               CASE l.side WHEN 'corrected' THEN c.corrected_id ELSE c.corrector_id END
        )
        """,
        "Reopen the correction, mend the quote, accept it again.",
    ),
    Invariant(
        "A retelling points to an event, not to another retelling.",
        """
        SELECT c.public_id FROM quotes_correction c JOIN quotes_correction e ON e.id = c.retells_id
        WHERE e.retells_id IS NOT NULL OR (
            e.article_id <> c.article_id AND NOT (c.status = 'replaced' OR e.status = 'replaced')
        )
        """,
        "Point the retelling to the event itself.",
    ),
    Invariant(
        "Nothing points to a merged speaker, and merges make no circle.",
        """
        SELECT s.public_id FROM quotes_speaker s WHERE s.merged_into_id IS NOT NULL AND (
            EXISTS (SELECT FROM quotes_quote q WHERE q.speaker_id = s.id)
            OR EXISTS (SELECT FROM quotes_quote q WHERE q.addressee_id = s.id)
            OR EXISTS (SELECT FROM quotes_correction c WHERE c.corrector_id = s.id)
            OR EXISTS (SELECT FROM quotes_correction c WHERE c.corrected_id = s.id)
            OR EXISTS (SELECT FROM quotes_speakercandidate k WHERE k.speaker_id = s.id)
            OR EXISTS (SELECT FROM quotes_speakername n WHERE n.speaker_id = s.id)
            OR EXISTS (SELECT FROM quotes_speaker t WHERE t.id = s.merged_into_id
                       AND t.merged_into_id IS NOT NULL)
        )
        """,
        "Merge the speaker again.",
    ),
    Invariant(
        "A withdrawn speaker has no name, and nothing on record points to them.",
        """
        SELECT s.public_id FROM quotes_speaker s WHERE s.withdrawal_id IS NOT NULL AND (
            EXISTS (SELECT FROM quotes_speakername n WHERE n.speaker_id = s.id)
            OR EXISTS (SELECT FROM quotes_quote q WHERE s.id IN (q.speaker_id, q.addressee_id)
                       AND q.status IN ('suggested', 'confirmed', 'rejected'))
            OR EXISTS (SELECT FROM quotes_correction c
                       WHERE s.id IN (c.corrector_id, c.corrected_id)
                       AND c.status IN ('suggested', 'confirmed', 'rejected'))
        )
        """,
        "Put the speaker back and withdraw it again.",
    ),
    Invariant(
        "Only the newest version of a story is its newest, and only there quotes are on record.",
        """
        SELECT a.public_id FROM quotes_article a
        WHERE EXISTS (SELECT FROM quotes_article n WHERE n.previous_id = a.id) AND (
            a.is_latest OR EXISTS (
                SELECT FROM quotes_quote q WHERE q.article_id = a.id
                AND q.status IN ('suggested', 'confirmed', 'rejected')
            ) OR EXISTS (
                SELECT FROM quotes_correction c WHERE c.article_id = a.id
                AND c.status IN ('suggested', 'confirmed', 'rejected')
            )
        )
        """,
        "Compare with a backup: a change was written outside the application.",
    ),
    Invariant(
        "What a changed story asks about waits in an older version, and is asked by the newest.",
        """
        SELECT p.public_id FROM quotes_placement p
        JOIN quotes_article n ON n.id = p.newer_id
        LEFT JOIN quotes_quote q ON q.id = p.quote_id
        LEFT JOIN quotes_correction c ON c.id = p.correction_id
        WHERE p.state = 'asked' AND NOT (
            n.is_latest AND coalesce(q.status, c.status) = 'replaced'
            AND coalesce(q.article_id, c.article_id) <> n.id
        )
        """,
        "Compare with a backup: a change was written outside the application.",
    ),
    Invariant(
        "The quotes of a group of same words are of its collection, the fullest among them.",
        """
        SELECT g.public_id FROM quotes_samewords g JOIN quotes_quote f ON f.id = g.fullest_id
        WHERE f.collection_id <> g.collection_id
           OR NOT EXISTS (SELECT FROM quotes_samewordsquote m
                          WHERE m.group_id = g.id AND m.quote_id = f.id)
           OR EXISTS (SELECT FROM quotes_samewordsquote m JOIN quotes_quote q ON q.id = m.quote_id
                      WHERE m.group_id = g.id AND q.collection_id <> g.collection_id)
        """,
        "Take the quote out of the group, or undo the last action on the group.",
    ),
    Invariant(
        "A confirmed group of same words has two quotes; a rejected one holds none.",
        """
        SELECT g.public_id FROM quotes_samewords g
        LEFT JOIN quotes_samewordsquote m
            ON m.group_id = g.id AND m.state IN ('suggested', 'confirmed')
        GROUP BY g.id HAVING (g.status = 'confirmed' AND count(m.id) < 2)
            OR (g.status IN ('rejected', 'withdrawn') AND count(m.id) > 0)
        """,
        "Undo the last action on the group.",
    ),
    Invariant(
        "No run has been running for more than an hour.",
        """
        SELECT public_id FROM quotes_extractionrun
        WHERE state = 'running' AND started_at < now() - interval '1 hour'
        """,
        "Start a worker, or extract the article again.",
    ),
    Invariant(
        "No job of a worker that died waits for more than an hour.",
        """
        SELECT j.id AS public_id FROM procrastinate_jobs j
        LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
        WHERE j.status = 'doing'
          AND (w.id IS NULL OR w.last_heartbeat < now() - interval '1 hour')
          AND (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)
              < now() - interval '1 hour'
        """,
        "Start a worker: within two minutes it takes such jobs again, or gives them up.",
    ),
    Invariant(
        "No snapshot has been in the making for more than an hour.",
        """
        SELECT public_id FROM annotations_snapshot
        WHERE state = 'running' AND updated_at < now() - interval '1 hour'
        """,
        "Start a worker, or make another snapshot.",
    ),
    Invariant(
        "Answers that are kept for requests sent again are gone after two days.",
        """
        SELECT id AS public_id FROM annotations_idempotencyrecord
        WHERE created_at < now() - interval '2 days'
        """,
        "Start a worker: it removes them each night.",
    ),
    Invariant(
        "The kind of a quote agrees with the quotation marks in its words.",
        recounting.kinds_that_disagree,
        "Open the quote and set its kind or its boundaries again.",
    ),
    Invariant(
        "Every name of a speaker is found under the form that it has now.",
        recounting.names_that_are_out_of_date,
        "Add the name to the speaker again and take the old one away.",
    ),
    Invariant(
        "The newest snapshots are there, with the size, the digest and the counts they were "
        "made with.",
        recounting.snapshots_that_are_not_whole,
        "Take the file from a backup, or make another snapshot and cite that.",
    ),
    Invariant(
        "No unfinished file lies about for more than a day.",
        recounting.files_left_over,
        "Start a worker: it removes them each night.",
    ),
)


def find_breaks() -> Iterator[Finding]:
    """Check every invariant; yields those that do not hold."""
    for invariant in INVARIANTS:
        if callable(invariant.breaks):
            found = invariant.breaks()
            examples = tuple(islice(found, 10))
            count = len(examples) + sum(1 for _ in found)
        else:
            examples, count = _selected(invariant.breaks)
        if count:
            yield Finding(invariant, count, examples)


def _selected(breaks: str) -> tuple[tuple[str, ...], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) OVER (), public_id FROM ({breaks}) broken LIMIT 10"  # noqa: S608 our own SQL
        )
        rows = cursor.fetchall()
    return tuple(str(public_id) for _, public_id in rows), rows[0][0] if rows else 0
