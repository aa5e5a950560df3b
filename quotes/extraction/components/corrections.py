"""Who corrected whom: every rule's events, and of several tellings in one sentence the surest."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from quotes.extraction.components.corrections_discourse import by_interventions, by_replies
from quotes.extraction.components.corrections_drafts import Drafts
from quotes.extraction.components.corrections_frames import by_verbs
from quotes.extraction.components.corrections_juxtaposed import by_juxtaposition
from quotes.extraction.components.corrections_words import by_words
from quotes.extraction.events import Event

NAME = "corrections"


@Language.component(
    NAME, requires=["doc._.cast", "doc._.findings", "doc._.marks"], assigns=["doc._.events"]
)
def corrections(doc: Doc) -> Doc:
    """Find the events; ``linking`` ties them to quotes and to one another afterwards."""
    doc._.events = []
    if doc.has_annotation("DEP") and doc._.config.corrections:
        drafts = Drafts(doc)
        found = [
            *by_verbs(drafts),
            *by_interventions(drafts),
            *by_words(drafts),
            *by_replies(drafts),
            *by_juxtaposition(drafts),
        ]
        doc._.events = _one_a_place(sorted(found, key=lambda event: (event.start, event.cue)))
    return doc


def _one_a_place(found: list[Event]) -> list[Event]:
    """Of several findings in one sentence by one person the surest stays."""
    kept: list[Event] = []
    for event in found:
        rival = next(
            (
                e
                for e in reversed(kept[-3:])
                if e.start < event.end
                and event.start < e.end
                and (e.corrector is event.corrector or e.corrected is event.corrected)
            ),
            None,
        )
        if rival is None:
            kept.append(event)
        elif (event.confidence, event.corrected is not None) > (
            rival.confidence,
            rival.corrected is not None,
        ):
            kept[kept.index(rival)] = event
    return kept
