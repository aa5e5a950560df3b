"""One row for each address of the API: who may use which method (case 12)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver, reverse

from annotations.models import ApiToken

READ = {"GET": "read", "HEAD": "read"}
ACT = {"POST": "annotate"}
OPEN = {"GET": "", "HEAD": ""}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

# Name of the address → method → scope of a token; "" is open to everybody.
ROUTES: dict[str, dict[str, str]] = {
    "reference": OPEN,
    "openapi": OPEN,
    "problem": OPEN,
    "article_list": {**READ, "POST": "import"},
    "article_detail": {**READ, "PATCH": "import"},
    "article_versions": READ,
    "article_extract": {"POST": "import"},
    "article_undo": {"POST": "import"},
    "article_history": READ,
    "article_annotations": READ,
    "quote_list": {**READ, **ACT},
    "quote_detail": {**READ, "PATCH": "annotate"},
    "quote_bulk": ACT,
    "quote_undo": ACT,
    "quote_history": READ,
    "quote_confirm": ACT,
    "quote_reject": ACT,
    "quote_reopen": ACT,
    "quote_speaker": ACT,
    "quote_kind": ACT,
    "speaker_list": {**READ, **ACT},
    "speaker_merge": ACT,
    "speaker_undo": ACT,
    "speaker_history": READ,
    "speaker_detail": {**READ, "PATCH": "annotate"},
    "speaker_split": ACT,
    "speaker_names": {**READ, **ACT},
    "speaker_name_remove": ACT,
    "statement_list": READ,
    "speaker_statements": READ,
    "speaker_corrections": READ,
    "correction_list": {**READ, **ACT},
    "correction_detail": {**READ, "PATCH": "annotate"},
    "correction_undo": ACT,
    "correction_history": READ,
    "correction_confirm": ACT,
    "correction_reject": ACT,
    "correction_reopen": ACT,
    "correction_swap": ACT,
    "import_list": {**READ, "POST": "import"},
    "import_detail": READ,
    "import_items": READ,
    "run_list": READ,
    "token_list": {"GET": "manage", "HEAD": "manage", "POST": "manage"},
    "token_detail": {"DELETE": "manage"},
    "snapshot_list": {"GET": "export", "HEAD": "export", "POST": "export"},
    "snapshot_detail": {"GET": "export", "HEAD": "export"},
    "snapshot_file": {"GET": "export", "HEAD": "export"},
    "webhook_list": {"GET": "manage", "HEAD": "manage", "POST": "manage"},
    "webhook_detail": dict.fromkeys(("GET", "HEAD", "PATCH", "DELETE"), "manage"),
    "webhook_secret": {"POST": "manage"},
    "webhook_test": {"POST": "manage"},
    "webhook_deliveries": {"GET": "manage", "HEAD": "manage"},
    "withdrawal_list": {"GET": "manage", "HEAD": "manage"},
    "withdrawal_put_back": {"POST": "manage"},
    "quote_withdraw": {"POST": "manage"},
    "correction_withdraw": {"POST": "manage"},
    "speaker_withdraw": {"POST": "manage"},
    "export_table": {"GET": "export", "HEAD": "export"},
    "export_format": {"GET": "export", "HEAD": "export"},
}
ARGUMENTS = {"problem": ["not-found"], "export_table": ["quotes"], "export_format": ["jsonl"]}


def address(name: str) -> str:
    arguments = ARGUMENTS.get(name)
    if arguments is None:
        takes_id = not name.endswith("_list") and name not in {"reference", "openapi", "quote_bulk"}
        arguments = [str(uuid.UUID(int=7))] if takes_id else []
    return reverse(f"api:{name}", args=arguments)


def test_every_address_has_a_row() -> None:
    _, resolver = get_resolver().namespace_dict["api"]
    names = {key for key in resolver.reverse_dict if isinstance(key, str)}
    assert names - {"nothing_here"} == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_strangers_are_stopped_at_the_door(client: Client, db: None, name: str) -> None:
    for method in METHODS:
        status = client.generic(method, address(name)).status_code
        if ROUTES[name].get(method) == "":
            assert status == 200, method
        else:
            assert status in {401, 405}, method
            if method in ROUTES[name]:
                assert status == 401, method


@pytest.mark.slow
@pytest.mark.parametrize("name", ROUTES)
def test_other_methods_are_405(name: str, editor: User, client_of: Callable[..., Client]) -> None:
    client = client_of(editor)
    for method in METHODS:
        status = client.generic(method, address(name)).status_code
        assert (status == 405) is (method not in ROUTES[name]), method


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ROUTES if "" not in ROUTES[name].values()])
def test_a_token_needs_just_the_one_scope(
    name: str, editor: User, client_of: Callable[..., Client]
) -> None:
    for method, scope in ROUTES[name].items():
        others = [other for other in ApiToken.Scope.values if other != scope]
        refused = client_of(editor, *others).generic(method, address(name))
        assert refused.status_code == 403, method
        assert client_of(editor, scope).generic(method, address(name)).status_code != 403, method


@pytest.mark.parametrize("name", [name for name in ROUTES if "" not in ROUTES[name].values()])
def test_a_deactivated_persons_token_opens_nothing(
    name: str, editor: User, client_of: Callable[..., Client]
) -> None:
    client = client_of(editor)
    User.objects.filter(pk=editor.pk).update(is_active=False)
    for method in ROUTES[name]:
        assert client.generic(method, address(name)).status_code == 401, method
