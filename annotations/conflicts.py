"""Two people, one quote: what is on record now beside what somebody else wanted to save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model

from annotations.forms.quotes import SpeakerForm
from annotations.history import snapshot
from annotations.models import Edit
from quotes.models import Correction, Quote, Speaker

WANTED_STATUS = {
    "quote_confirm": "Confirmed",
    "quote_reject": "Rejected",
    "quote_reopen": "Suggested",
    "quote_set_speaker": "Confirmed",
    "correction_confirm": "Confirmed",
    "correction_reject": "Rejected",
    "correction_reopen": "Suggested",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on which the two answers agree or differ."""

    label: str
    theirs: str
    mine: str

    @property
    def is_same(self) -> bool:
        return self.theirs == self.mine


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both answers, and what it takes to send one's own again over the other."""

    id: str
    noun: str
    words: str
    who: str
    version: int
    article_id: str
    lines: list[Line]
    again: list[tuple[str, str]]


def conflict_over(current: Model, *, action: str, sent: Mapping[str, str]) -> Conflict:
    """Lay out a stale write: ``action`` is the name of its URL, ``sent`` its form."""
    if not isinstance(current, (Quote, Correction)):
        raise TypeError(f"No conflict card for {type(current).__name__}")
    last = Edit.objects.of_object(current.public_id).select_related("actor").newest_first().first()
    by = last.actor if last else current.decided_by
    is_quote = isinstance(current, Quote)
    return Conflict(
        id=str(current.public_id),
        noun="quote" if is_quote else "correction",
        words=_words(current),
        who=(by.get_full_name() or by.get_username()) if by else "Somebody",
        version=current.version,
        article_id=str(current.article.public_id),
        lines=(
            _quote_lines(current, action, sent)
            if isinstance(current, Quote)
            else _correction_lines(current, action)
        ),
        again=[
            (name, value)
            for name, value in sent.items()
            if name not in {"csrfmiddlewaretoken", "version"}
        ],
    )


@dataclass(frozen=True, slots=True)
class UndoRefusal:
    """What was to be taken back, beside what somebody has made of it since."""

    id: str
    words: str
    who: str
    decided_by: str
    article_id: str
    batch: str
    lines: list[Line]


STATE_LABELS = {
    "status": "Status",
    "speaker_name": "Speaker",
    "corrector_name": "Corrector",
    "corrected_name": "Corrected",
    "kind": "Kind",
    "note": "Note",
    "flagged": "Flag",
}


def undo_refusal(edit: Edit, current: Quote | Correction) -> UndoRefusal:
    """Both versions of what cannot be undone, because it was changed since."""
    last = Edit.objects.of_object(current.public_id).select_related("actor").newest_first().first()
    by = last.actor if last else None
    now, mine = snapshot(current), edit.after or {}
    lines = [
        Line(label, _shown(now[key]), _shown(mine.get(key)))
        for key, label in STATE_LABELS.items()
        if key in now and (key in {"status", "kind"} or now[key] != mine.get(key))
    ]
    if now.get("spans") != mine.get("spans"):
        lines.append(Line("Words", "as they stand now", "as you left them"))
    if now.get("quotes") != mine.get("quotes"):
        lines.append(Line("Quotes", "as they stand now", "as you left them"))
    return UndoRefusal(
        id=str(current.public_id),
        words=_words(current),
        who=(by.get_full_name() or by.get_username()) if by else "Somebody",
        decided_by=edit.actor.get_full_name() or edit.actor.get_username(),
        article_id=str(current.article.public_id),
        batch=str(edit.batch),
        lines=lines,
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value not in (None, "") else "none"


def _words(current: Quote | Correction) -> str:
    if isinstance(current, Quote):
        return " … ".join(
            current.spans.filter(role="content").order_by("ordinal").values_list("exact", flat=True)
        )
    return current.exact


def _quote_lines(quote: Quote, action: str, sent: Mapping[str, str]) -> list[Line]:
    speaker = quote.speaker.name if quote.speaker else "nobody yet"
    wanted = speaker
    if action == "quote_set_speaker":
        form = SpeakerForm(sent)
        form.is_valid()
        named = form.cleaned_data.get("speaker")
        # Names of other collections are not this person's to read.
        those = Speaker.objects.filter(collection_id=quote.collection_id)
        chosen = those.filter(public_id=named).first() if named else None
        wanted = chosen.name if chosen else form.cleaned_data.get("new_speaker") or speaker
    status = quote.get_status_display()
    lines = [
        Line("Speaker", speaker, wanted),
        Line("Kind", quote.kind, sent.get("kind") or quote.kind),
        Line("Status", status, WANTED_STATUS.get(action, status)),
    ]
    if action == "quote_set_span":
        role = sent.get("role", "content").replace("part", "content")
        now = quote.spans.filter(role=role).order_by("ordinal").values_list("exact", flat=True)
        lines.append(Line(role.title(), " … ".join(now) or "none", sent.get("exact", "")))
    return lines


def _correction_lines(correction: Correction, action: str) -> list[Line]:
    corrector = correction.corrector.name if correction.corrector else "somebody"
    corrected = correction.corrected.name if correction.corrected else "somebody not named"
    now = f"{corrector} corrects {corrected}"
    turned = f"{corrected} corrects {corrector}"
    status = correction.get_status_display()
    return [
        Line("People", now, turned if action == "correction_swap" else now),
        Line("Status", status, WANTED_STATUS.get(action, status)),
    ]
