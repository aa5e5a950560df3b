"""Who may do what at each address of the site: one row for each, checked by the matrix test.

A level is what a method needs:

* ``open``: nobody need be signed in;
* ``person``: anybody signed in, for what is their own;
* ``nobody``: no role is enough;
* ``rows:P``: anybody signed in, who is shown the rows of collections in which they may ``P``;
* any other word: that permission of ``annotations.permissions`` in the object's collection.

A token needs the scope of the same name (``read`` for ``rows:read``); ``annotate`` for
``change_speaker``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from annotations.models import Invitation, Snapshot, Webhook
from quotes.models import (
    Article,
    Collection,
    Correction,
    Import,
    Placement,
    Quote,
    SameWords,
    Speaker,
    Withdrawal,
)
from tests.annotations.coded_story import Coded


@dataclass
class World:
    """One object of each kind, in one collection."""

    collection: Collection
    article: Article
    ines: Speaker
    tobias: Speaker
    quote: Quote
    confirmed: Quote
    correction: Correction
    settled: Correction
    batch: Import
    twin: Speaker
    merged: Speaker
    member: User
    invitation: Invitation
    snapshot: Snapshot
    placement: Placement
    webhook: Webhook
    coded: Coded
    same_words: SameWords
    settled_words: SameWords
    withdrawal: Withdrawal


@dataclass(frozen=True)
class Row:
    """One address: what each method needs, and a call that would succeed for who may make it."""

    needs: dict[str, str]
    args: Callable[[World], list[Any]] = lambda world: []
    body: Callable[[World], dict[str, Any]] = lambda world: {}
    query: str = ""
    version_of: Callable[[World], Article | Quote | Correction | Speaker | Webhook | None] = (
        lambda world: None
    )
    """What the API's ``If-Match`` is about."""


def safe(level: str) -> dict[str, str]:
    return {"GET": level, "HEAD": level}


def both(reading: str, writing: str) -> dict[str, str]:
    return {**safe(reading), "POST": writing}


READ, ROWS, ACT, OPEN, PERSON = (
    safe("read"),
    safe("rows:read"),
    {"POST": "annotate"},
    safe("open"),
    safe("person"),
)
POST_PERSON = {"POST": "person"}
MANAGE = {"POST": "manage_members"}


def article(world: World) -> list[Any]:
    return [world.article.public_id]


def quote(world: World) -> list[Any]:
    return [world.quote.public_id]


def confirmed(world: World) -> list[Any]:
    return [world.confirmed.public_id]


def correction(world: World) -> list[Any]:
    return [world.correction.public_id]


def settled(world: World) -> list[Any]:
    return [world.settled.public_id]


def same_words(world: World) -> list[Any]:
    return [world.same_words.public_id]


def settled_words(world: World) -> list[Any]:
    return [world.settled_words.public_id]


def assignment(world: World) -> list[Any]:
    return [world.coded.first.public_id]


def coded_article(world: World) -> list[Any]:
    return [world.coded.article.public_id]


def coded_quote(world: World) -> list[Any]:
    return [world.coded.march.public_id]


def coded_correction(world: World) -> list[Any]:
    return [world.coded.correction.public_id]


def speaker(world: World) -> list[Any]:
    return [world.ines.public_id]


def webhook(world: World) -> list[Any]:
    return [world.webhook.public_id]


def member(world: World) -> list[Any]:
    return [world.collection.public_id, world.member.pk]


def version(world: World) -> dict[str, Any]:
    return {"version": 1}


def decision(args: Callable[[World], list[Any]], **said: Callable[[World], Any] | str | int) -> Row:
    """A page's action on a quote or correction, in version 1 unless ``version`` says another."""

    def body(world: World) -> dict[str, Any]:
        filled = {key: value(world) if callable(value) else value for key, value in said.items()}
        return {"version": 1, **filled}

    return Row(ACT, args, body)


def withdrawing(args: Callable[[World], list[Any]]) -> Row:
    body = {"version": 1, "reason": "A court has said so."}
    return Row(both("withdraw", "withdraw"), args, lambda world: body)


def api_withdrawing(
    args: Callable[[World], list[Any]], row: Callable[[World], Quote | Correction | Speaker]
) -> Row:
    body = {"reason": "A court has said so."}
    return Row({"POST": "withdraw"}, args, lambda world: body, version_of=row)


def api_action(
    args: Callable[[World], list[Any]],
    row: Callable[[World], Quote | Correction],
    **said: Callable[[World], Any] | str,
) -> Row:
    """An action of the API, with If-Match."""

    def body(world: World) -> dict[str, Any]:
        return {key: value(world) if callable(value) else value for key, value in said.items()}

    return Row(ACT, args, body, version_of=row)


def span(world: World, words: str) -> dict[str, Any]:
    start = world.article.text.index(words)
    return {"start": start, "end": start + len(words), "exact": words}


def new_quote(world: World) -> dict[str, Any]:
    return {"article": str(world.article.public_id), "content": [span(world, new_words(world))]}


def new_correction(world: World) -> dict[str, Any]:
    return {
        "article": str(world.article.public_id),
        "evidence": span(world, new_words(world)),
        "corrector": str(world.ines.public_id),
    }


def bulk(world: World) -> dict[str, Any]:
    return {"items": [{"id": str(world.quote.public_id), "version": 1, "action": "confirm"}]}


def second_half(world: World) -> str:
    place = world.quote
    words = world.article.text[place.start : place.end]
    return words[words.index(" ", len(words) // 2) + 1 :]


def placement(world: World) -> list[Any]:
    return [world.placement.public_id]


def placed(world: World) -> dict[str, Any]:
    return {"version": world.placement.version}


def new_words(world: World) -> str:
    return "said the harbour wall would stand."


PAGES: dict[str, Row] = {
    "healthz": Row(OPEN),
    "readyz": Row(OPEN),
    # Who has the token of the settings may: no person has, and without one it is not there.
    "metrics": Row(OPEN),
    "annotations:home": Row(OPEN),
    "annotations:article_list": Row(ROWS),
    "annotations:article_import": Row(
        both("person", "import"),
        body=lambda world: {
            "way": "paste",
            "collection": world.collection.public_id,
            "text": "“Frost is due,” the warden said.",
        },
    ),
    "annotations:article_detail": Row(READ, article),
    "annotations:article_state": Row({"GET": "read"}, article),
    "annotations:article_placements": Row(READ, article),
    "annotations:placement_place": Row(ACT, placement, placed),
    "annotations:placement_leave": Row(ACT, placement, placed),
    "annotations:article_next": Row({"GET": "read"}, article),
    "annotations:article_history": Row(READ, article),
    "annotations:article_left_out": Row(READ, article),
    "annotations:article_put_back": Row(
        ACT, article, lambda w: {"version": w.article.version, "start": 0, "end": 1}
    ),
    "annotations:article_paragraphs": Row({"GET": "read"}, article),
    "annotations:article_pulse": Row({"GET": "read"}, article),
    "annotations:article_accept_sure": Row(
        both("read", "annotate"), article, lambda w: {"quotes": f"{w.quote.public_id}:1"}
    ),
    "annotations:quote_add": Row(ACT, article, lambda world: {"exact": new_words(world)}),
    "annotations:import_detail": Row(READ, lambda world: [world.batch.public_id]),
    "annotations:import_report_file": Row(READ, lambda world: [world.batch.public_id]),
    "annotations:quote_detail": Row(READ, quote),
    "annotations:quote_card": Row({"GET": "read"}, quote),
    "annotations:quote_confirm": decision(quote),
    "annotations:quote_reject": decision(quote),
    "annotations:quote_reopen": decision(confirmed, version=2),
    "annotations:quote_speakers": Row(READ, quote),
    "annotations:quote_set_speaker": decision(quote, speaker=lambda w: w.tobias.public_id),
    "annotations:quote_set_kind": decision(quote, kind="mixed"),
    "annotations:quote_set_span": decision(quote, role="cue", exact="told the board"),
    "annotations:quote_join": decision(quote, next=lambda w: w.confirmed.public_id, next_version=2),
    "annotations:quote_split": decision(quote, exact=second_half),
    "annotations:quote_history": Row(READ, quote),
    "annotations:quote_flag": decision(quote, flagged="on"),
    "annotations:quote_set_note": decision(quote, note="Ask the desk."),
    "annotations:quote_same_words": Row(READ, quote),
    "annotations:same_words_add": Row(ACT, quote, lambda w: {"quote": w.confirmed.public_id}),
    "annotations:same_words_look": Row(ACT, quote),
    "annotations:same_words_list": Row(ROWS),
    "annotations:same_words_detail": Row(READ, same_words),
    "annotations:same_words_confirm": decision(same_words),
    "annotations:same_words_reject": decision(same_words),
    "annotations:same_words_reopen": decision(settled_words, version=2),
    "annotations:same_words_put_in": decision(same_words, quote=lambda w: w.quote.public_id),
    "annotations:same_words_take_out": decision(
        same_words, quote=lambda w: w.same_words.fullest.public_id
    ),
    "annotations:correction_list": Row(ROWS),
    "annotations:correction_add": Row(ACT, article, lambda w: {"quote": w.quote.public_id}),
    "annotations:correction_set_kind": decision(correction, kind="denial"),
    "annotations:correction_set_quotes": decision(correction, corrected="", correcting=""),
    "annotations:correction_set_person": decision(correction, side="corrected", nobody="1"),
    "annotations:correction_set_point": decision(
        correction, relation="retells", other=lambda w: w.settled.public_id
    ),
    "annotations:correction_flag": decision(correction, flagged="on"),
    "annotations:correction_set_note": decision(correction, note="Ask the desk."),
    "annotations:correction_speakers": Row(READ, correction),
    "annotations:correction_points": Row(READ, correction),
    "annotations:correction_confirm": decision(correction),
    "annotations:correction_reject": decision(correction),
    "annotations:correction_reopen": decision(settled, version=2),
    "annotations:correction_swap": decision(correction),
    "annotations:correction_history": Row(READ, correction),
    "annotations:undo": Row(POST_PERSON),
    "annotations:redo": Row(POST_PERSON),
    "annotations:speaker_list": Row(ROWS),
    "annotations:speaker_detail": Row(READ, speaker),
    "annotations:speaker_merge": Row(
        both("change_speaker", "change_speaker"),
        speaker,
        lambda world: {"version": 1, "into": world.twin.public_id},
    ),
    "annotations:speaker_split": Row(
        both("change_speaker", "change_speaker"),
        speaker,
        lambda world: {"version": 1, "name": "Other", "articles": [world.article.public_id]},
    ),
    "annotations:speaker_undo": Row(
        {"POST": "change_speaker"}, lambda w: [w.merged.public_id], lambda world: {"version": 2}
    ),
    "annotations:history_list": Row(PERSON),
    "annotations:edit_undo": Row(ACT, settled, lambda world: {"version": 2}),
    "annotations:review_list": Row(ROWS),
    "annotations:review_alike": Row(
        both("rows:annotate", "annotate"),
        query="?source=she&speaker=6f1c7c5e-3a53-4a8e-9d6e-0f6c2f6b8d11",
        body=lambda world: {"quotes": [f"{world.quote.public_id}.1"]},
    ),
    "annotations:correction_picture": Row(ROWS),
    "annotations:picture_download": Row(ROWS, lambda world: ["svg"]),
    "annotations:quote_withdraw": withdrawing(quote),
    "annotations:correction_withdraw": withdrawing(correction),
    "annotations:speaker_withdraw": withdrawing(speaker),
    "annotations:withdrawal_list": Row(safe("rows:withdraw")),
    "annotations:withdrawal_put_back": Row(
        {"POST": "withdraw"}, lambda world: [world.withdrawal.public_id]
    ),
    "annotations:export_list": Row(safe("rows:export")),
    "annotations:export_table": Row({"GET": "rows:export"}, lambda world: ["quotes"]),
    "annotations:export_format": Row({"GET": "rows:export"}, lambda world: ["jsonl"]),
    "annotations:export_codebook": Row(PERSON),
    "annotations:export_codebook_file": Row(PERSON),
    "annotations:snapshot_list": Row(safe("rows:export")),
    "annotations:snapshot_make": Row(
        {"POST": "export"}, body=lambda world: {"collection": world.collection.slug}
    ),
    "annotations:snapshot_download": Row(
        {"GET": "export"}, lambda world: [world.snapshot.public_id]
    ),
    "annotations:token_list": Row(
        both("person", "person"), body=lambda world: {"name": "Nightly", "scopes": ["read"]}
    ),
    # One's own token; that other people's do not exist is tested with the tokens.
    "annotations:token_revoke": Row(POST_PERSON, lambda world: [world.article.public_id]),
    "annotations:webhook_list": Row(
        {**safe("rows:manage_webhooks"), "POST": "manage_webhooks"},
        body=lambda world: {
            "collection": str(world.collection.public_id),
            "name": "Desk",
            "address": "https://desk.example/told",
            "events": ["quote"],
        },
    ),
    "annotations:webhook_detail": Row(both("manage_webhooks", "manage_webhooks"), webhook, version),
    "annotations:webhook_test": Row({"POST": "manage_webhooks"}, webhook),
    "annotations:webhook_set_active": Row(
        {"POST": "manage_webhooks"}, webhook, lambda world: {"version": 1, "active": "0"}
    ),
    "annotations:webhook_remove": Row({"POST": "manage_webhooks"}, webhook, version),
    "annotations:account": Row(PERSON),
    "annotations:member_list": Row(
        both("manage_members", "manage_members"),
        lambda world: [world.collection.public_id],
        lambda world: {"role": "reader"},
    ),
    "annotations:member_set_role": Row(MANAGE, member, lambda world: {"role": "reader"}),
    "annotations:member_remove": Row(MANAGE, member),
    # Only who runs the server may; that a superuser can is tested with the operation.
    "annotations:member_set_active": Row({"POST": "nobody"}, member, lambda world: {"active": "0"}),
    "annotations:team_list": Row(PERSON),
    "annotations:team_detail": Row(safe("read"), lambda world: [world.collection.public_id]),
    "annotations:article_assign": Row(
        {"POST": "assign"},
        lambda world: [world.collection.public_id],
        lambda world: {
            "purpose": "edit",
            "people": [world.member.pk],
            "article": world.article.public_id,
        },
    ),
    "annotations:assignment_cancel": Row({"POST": "assign"}, assignment),
    # One's own assignment; that other people's do not exist is tested with the coding.
    "annotations:assignment_detail": Row(safe("nobody"), assignment),
    "annotations:assignment_finish": Row({"POST": "nobody"}, assignment),
    "annotations:quote_code": Row(
        {"POST": "nobody"},
        lambda world: [world.coded.first.public_id, world.coded.wall.public_id],
        lambda world: {"is_there": "0"},
    ),
    "annotations:correction_code": Row(
        {"POST": "nobody"},
        lambda world: [world.coded.first.public_id, world.coded.correction.public_id],
        lambda world: {"is_there": "0"},
    ),
    "annotations:article_disputes": Row(safe("adjudicate"), coded_article),
    "annotations:article_accept_agreed": Row({"POST": "adjudicate"}, coded_article),
    "annotations:quote_settle": Row(
        {"POST": "adjudicate"}, coded_quote, lambda world: {"version": 1, "is_there": "0"}
    ),
    "annotations:correction_settle": Row(
        {"POST": "adjudicate"}, coded_correction, lambda world: {"version": 1, "is_there": "0"}
    ),
    "annotations:invitation_revoke": Row(MANAGE, lambda world: [world.invitation.public_id]),
    "annotations:invitation_accept": Row(both("open", "open"), lambda world: ["no-such-secret"]),
    "annotations:key_map": Row(OPEN),
    "annotations:preference_theme": Row({"POST": "open"}, body=lambda world: {"theme": "dark"}),
    "annotations:preference_keys": Row({"POST": "open"}, body=lambda world: {"keys": "off"}),
    "annotations:preference_tour": Row({"POST": "open"}, body=lambda world: {"tour": "off"}),
    "annotations:sign_in": Row({**OPEN, "POST": "open"}),
    "annotations:sign_in_by_link": Row({"GET": "open"}, lambda world: ["no-such-secret"]),
    "annotations:sign_out": Row({"POST": "open"}),
}

API: dict[str, Row] = {
    "api:reference": Row(OPEN),
    "api:openapi": Row(OPEN),
    "api:problem": Row(OPEN, lambda world: ["not-found"]),
    "api:article_list": Row(
        {**ROWS, "POST": "import"},
        body=lambda world: {
            "collection": str(world.collection.public_id),
            "text": "“Frost is due,” the warden said.",
        },
    ),
    "api:article_detail": Row(
        {**READ, "PATCH": "import"},
        article,
        lambda world: {"byline": "By Odile Marsh"},
        version_of=lambda world: world.article,
    ),
    "api:article_versions": Row(READ, article),
    "api:article_extract": Row({"POST": "import"}, article),
    "api:article_undo": Row({"POST": "import"}, article, version_of=lambda world: world.article),
    "api:article_history": Row(READ, article),
    "api:statement_list": Row(ROWS),
    "api:article_annotations": Row(READ, article),
    "api:quote_list": Row({**ROWS, "POST": "annotate"}, body=new_quote),
    "api:quote_detail": Row(
        {**READ, "PATCH": "annotate"},
        quote,
        lambda world: {"note": "Look again."},
        version_of=lambda world: world.quote,
    ),
    "api:quote_bulk": Row({"POST": "rows:annotate"}, body=bulk),
    "api:quote_undo": api_action(quote, lambda w: w.quote),
    "api:quote_history": Row(READ, quote),
    "api:quote_confirm": api_action(quote, lambda w: w.quote),
    "api:quote_reject": api_action(quote, lambda w: w.quote),
    "api:quote_reopen": api_action(confirmed, lambda w: w.confirmed),
    "api:quote_speaker": api_action(
        quote, lambda w: w.quote, speaker=lambda w: str(w.tobias.public_id)
    ),
    "api:quote_kind": api_action(quote, lambda w: w.quote, kind="mixed"),
    "api:speaker_list": Row(
        {**ROWS, "POST": "change_speaker"},
        body=lambda world: {"collection": str(world.collection.public_id), "name": "Uma Thole"},
    ),
    "api:speaker_merge": Row(
        {"POST": "change_speaker"},
        speaker,
        lambda world: {"into": str(world.tobias.public_id)},
        version_of=lambda world: world.ines,
    ),
    "api:speaker_undo": Row(
        {"POST": "change_speaker"}, speaker, version_of=lambda world: world.ines
    ),
    "api:speaker_history": Row(READ, speaker),
    "api:speaker_detail": Row(
        {**READ, "PATCH": "change_speaker"},
        speaker,
        lambda world: {"description": "Minister of works"},
        version_of=lambda world: world.ines,
    ),
    "api:speaker_split": Row(
        {"POST": "change_speaker"},
        speaker,
        lambda world: {"name": "Another Quillan", "articles": [str(world.article.public_id)]},
        version_of=lambda world: world.ines,
    ),
    "api:speaker_names": Row(
        {**READ, "POST": "change_speaker"},
        speaker,
        lambda world: {"text": "the minister", "kind": "title"},
        version_of=lambda world: world.ines,
    ),
    "api:speaker_name_remove": Row(
        {"POST": "change_speaker"},
        lambda world: [world.twin.public_id],
        lambda world: {"text": "Ms Quill", "kind": "name"},
        version_of=lambda world: world.twin,
    ),
    "api:speaker_statements": Row(READ, speaker),
    "api:speaker_corrections": Row(READ, speaker),
    "api:correction_list": Row({**ROWS, "POST": "annotate"}, body=new_correction),
    "api:correction_detail": Row(
        {**READ, "PATCH": "annotate"},
        correction,
        lambda world: {"note": "Look again."},
        version_of=lambda world: world.correction,
    ),
    "api:correction_undo": api_action(correction, lambda w: w.correction),
    "api:correction_history": Row(READ, correction),
    "api:correction_confirm": api_action(correction, lambda w: w.correction),
    "api:correction_reject": api_action(correction, lambda w: w.correction),
    "api:correction_reopen": api_action(settled, lambda w: w.settled),
    "api:correction_swap": api_action(correction, lambda w: w.correction),
    "api:import_list": Row(
        {**ROWS, "POST": "import"},
        body=lambda world: {
            "collection": str(world.collection.public_id),
            "articles": [{"text": "“Frost is due,” the warden said."}],
        },
    ),
    "api:import_detail": Row(READ, lambda world: [world.batch.public_id]),
    "api:import_items": Row(READ, lambda world: [world.batch.public_id]),
    "api:run_list": Row(ROWS),
    "api:token_list": Row(
        {**PERSON, "POST": "person"}, body=lambda world: {"name": "Report", "scopes": ["manage"]}
    ),
    "api:token_detail": Row({"DELETE": "person"}, article),
    "api:snapshot_list": Row(
        {**safe("rows:export"), "POST": "export"},
        body=lambda world: {"collection": str(world.collection.public_id)},
    ),
    "api:snapshot_detail": Row(safe("export"), lambda world: [world.snapshot.public_id]),
    "api:snapshot_file": Row(safe("export"), lambda world: [world.snapshot.public_id]),
    "api:webhook_list": Row(
        {**safe("rows:manage_webhooks"), "POST": "manage_webhooks"},
        body=lambda world: {
            "collection": str(world.collection.public_id),
            "name": "Desk",
            "address": "https://desk.example/told",
            "events": ["quote"],
        },
    ),
    "api:webhook_detail": Row(
        dict.fromkeys(("GET", "HEAD", "PATCH", "DELETE"), "manage_webhooks"),
        webhook,
        lambda world: {"active": False},
        version_of=lambda world: world.webhook,
    ),
    "api:webhook_secret": Row(
        {"POST": "manage_webhooks"}, webhook, version_of=lambda world: world.webhook
    ),
    "api:webhook_test": Row({"POST": "manage_webhooks"}, webhook),
    "api:webhook_deliveries": Row(safe("manage_webhooks"), webhook),
    "api:withdrawal_list": Row(safe("rows:withdraw")),
    "api:withdrawal_put_back": Row(
        {"POST": "withdraw"}, lambda world: [world.withdrawal.public_id]
    ),
    "api:quote_withdraw": api_withdrawing(quote, lambda w: w.quote),
    "api:correction_withdraw": api_withdrawing(correction, lambda w: w.correction),
    "api:speaker_withdraw": api_withdrawing(speaker, lambda w: w.ines),
    "api:export_table": Row(safe("rows:export"), lambda world: ["quotes"]),
    "api:export_format": Row(safe("rows:export"), lambda world: ["jsonl"]),
}

LIBRARY: dict[str, str] = {
    "account_login": "open",
    "account_logout": "open",
    "account_inactive": "open",
    "account_signup": "open",
    "account_reset_password": "open",
    "account_reset_password_done": "open",
    "account_reset_password_from_key_done": "open",
    "account_reset_password_from_key": "open",
    "account_confirm_email": "open",
    "account_email_verification_sent": "open",
    "account_confirm_login_code": "open",
    "account_reauthenticate": "person",
    "account_email": "person",
    "account_change_password": "person",
    "account_set_password": "person",
    "mfa_authenticate": "open",
    "mfa_login_webauthn": "open",
    "mfa_index": "person",
    "mfa_reauthenticate": "person",
    "mfa_reauthenticate_webauthn": "person",
    "mfa_activate_totp": "person",
    "mfa_deactivate_totp": "person",
    "mfa_view_recovery_codes": "person",
    "mfa_generate_recovery_codes": "person",
    "mfa_download_recovery_codes": "person",
    "mfa_list_webauthn": "person",
    "mfa_add_webauthn": "person",
    "mfa_edit_webauthn": "person",
    "mfa_remove_webauthn": "person",
    "usersessions_list": "person",
    "socialaccount_connections": "person",
    "socialaccount_signup": "open",
    "socialaccount_login_cancelled": "open",
    "socialaccount_login_error": "open",
    "openid_connect_login": "open",
    "openid_connect_callback": "open",
}
"""django-allauth's own addresses, which show and change nothing but the asker's account."""

ROUTES = {**PAGES, **API}

NOT_ROUTES = {
    "api:nothing_here": "answers 404 to everybody, for whatever no other address is",
}
"""Addresses that have no row, each with the reason."""
