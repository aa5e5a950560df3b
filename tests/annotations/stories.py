"""Sample stories with the suggestions that their authors expect: a full desk without the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from quotes.extraction.types import (
    Alias,
    Attribution,
    Candidate,
    Correction,
    Extraction,
    Span,
    Speaker,
)
from quotes.importing import ArticleInput, read_paste
from quotes.models import Article, Collection, ExtractionRun
from quotes.operations import apply_extraction, import_article

SAMPLES = Path(settings.BASE_DIR) / "samples"


def load_story(collection: Collection, slug: str) -> Article:
    """Import a sample and keep its expected annotation as the machine's suggestions."""
    about = json.loads((SAMPLES / f"{slug}.json").read_text(encoding="utf-8"))
    text = (SAMPLES / f"{slug}.txt").read_text(encoding="utf-8")
    facts = {key: about[key] for key in ("headline", "byline", "outlet", "published_on", "url")}
    item = read_paste(text, **facts)
    assert isinstance(item, ArticleInput)
    article = import_article(collection=collection, item=item, extract=False).article
    run = ExtractionRun.objects.create(article=article, state=ExtractionRun.State.RUNNING)
    apply_extraction(run=run, extraction=expected_extraction(about))
    article.refresh_from_db()
    return article


def expected_extraction(about: dict[str, Any]) -> Extraction:
    names = [speaker["name"] for speaker in about["speakers"]]
    ids = [quote["id"] for quote in about["quotes"]]

    def of_speaker(name: str | None) -> int | None:
        return names.index(name) if name in names else None

    def of_quote(quote_id: str | None) -> int | None:
        return ids.index(quote_id) if quote_id in ids else None

    def attribution(number: int, quote: dict[str, Any]) -> Attribution:
        speaker = of_speaker(quote["speaker"])
        others = [n for n in range(len(names)) if n != speaker][:2]
        ranked = [] if speaker is None else [(speaker, 0.9)]
        ranked += [(other, 0.05) for other in others]
        source, who = quote.get("source"), quote["speaker"]
        return Attribution(
            content=tuple(Span(part["start"], part["end"]) for part in quote["content"]),
            cue=_spans(quote.get("cue")),
            source=_spans(source),
            kind=quote["kind"],
            act=quote["act"],
            speaker=speaker,
            candidates=tuple(Candidate(n, p, "named in the article") for n, p in ranked),
            addressee=of_speaker(quote.get("addressee")),
            cue_lemma="",
            confidence=round(0.99 - number % 7 * 0.04, 2),
            rule="sample",
            reason=f"“{source['text']}” → {who}" if source and who else "",
            parent=of_quote(quote.get("parent")),
        )

    return Extraction(
        attributions=tuple(attribution(n, quote) for n, quote in enumerate(about["quotes"])),
        speakers=tuple(
            Speaker(s["name"], s["kind"], tuple(Alias(text, "name") for text in s["aliases"]))
            for s in about["speakers"]
        ),
        corrections=tuple(
            Correction(
                start=c["start"],
                end=c["end"],
                cue=_spans(c.get("cue")),
                kind=c["kind"],
                explicitness=c["explicitness"],
                corrector=of_speaker(c["corrector"]),
                corrected=of_speaker(c["corrected"]),
                corrected_quotes=tuple(ids.index(q) for q in c["corrected_quotes"]),
                correcting_quotes=tuple(ids.index(q) for q in c["correcting_quotes"]),
                retells=None,
                same_point_as=None,
                confidence=0.91,
                rule="sample",
                reason="the verb says so" if c.get("cue") else "two statements side by side",
            )
            for c in about["corrections"]
        ),
        skipped=(),
        engine="samples",
        model="none",
    )


def _spans(found: Any) -> tuple[Span, ...]:
    if not found:
        return ()
    several = found if isinstance(found, list) else [found]
    return tuple(Span(part["start"], part["end"]) for part in several)
