"""Every address × method × sort of person does what the permission table says (cases 12 and 13)."""

from __future__ import annotations

import dataclasses
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from annotations.models import ApiToken
from annotations.operations.corrections import confirm_correction
from annotations.operations.members import invite_member
from annotations.operations.quotes import confirm_quote
from annotations.operations.same_words import confirm_same_words
from annotations.operations.snapshots import request_snapshot
from annotations.operations.speakers import merge_speakers
from annotations.operations.tokens import make_token, revoke_token
from annotations.operations.webhooks import add_webhook
from annotations.operations.withdrawing import withdraw
from annotations.permissions import PERMISSIONS
from quotes.importing import read_paste
from quotes.models import Collection, Membership, Placement, SameWords
from quotes.operations import import_items
from tests.annotations.coded_story import coded_story
from tests.factories import (
    STORY,
    make_article,
    make_collection,
    make_correction,
    make_quote,
    make_same_words,
    make_speaker,
)
from tests.project.permission_table import LIBRARY, NOT_ROUTES, ROUTES, Row, World

pytestmark = pytest.mark.slow

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ROLES = tuple(Membership.Role.values)
STRANGERS = ("anonymous", "deactivated", "revoked")
SECRETS = ("Odalys Quillan", "Perran Stroud", "Tern verdict delayed", "Tern Post", "ninety winters")
"""Words of the world's collection, which nobody outside it may ever be shown."""

COUNTS = """
SELECT (SELECT count(*) FROM annotations_edit), (SELECT count(*) FROM annotations_apitoken),
       (SELECT count(*) FROM quotes_article), (SELECT count(*) FROM quotes_import),
       (SELECT count(*) FROM quotes_membership), (SELECT count(*) FROM quotes_speaker),
       (SELECT count(*) FROM auth_user), (SELECT count(*) FROM annotations_invitation),
       (SELECT string_agg(role || user_id, ',' ORDER BY id) FROM quotes_membership),
       (SELECT sum(version) FROM quotes_quote),
       (SELECT sum(version) FROM quotes_correction),
       (SELECT sum(version) FROM annotations_webhook),
       (SELECT count(*) + count(ended_at) FROM quotes_withdrawal),
       (SELECT count(*) FROM annotations_webhookdelivery)
"""
HOW_TO_ADD = """\
These addresses have no row in tests/project/permission_table.py: {missing}.
Add one to PAGES or API there, under the name given: which methods it answers, what each of them
needs ("open", "person", "rows:read", or a permission of annotations/permissions.py), and the
arguments and body of a call that succeeds. For example:
    "annotations:quote_confirm": Row({{"POST": "annotate"}}, quote, version),
"""


def addresses(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern


def test_case_12_every_address_has_a_row() -> None:
    names = {name for name, _ in addresses(get_resolver().url_patterns)}
    missing = sorted(names - set(ROUTES) - set(LIBRARY) - set(NOT_ROUTES))
    assert not missing, HOW_TO_ADD.format(missing=", ".join(missing))
    assert set(ROUTES) | set(LIBRARY) | set(NOT_ROUTES) <= names, (
        "a row for an address that is no more"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_case_12_what_the_library_shows_is_ones_own(
    client: Client, client_with_secrets: Client, method: str
) -> None:
    """Strangers are sent to sign in where a person is needed; nobody gets an error of ours."""
    arguments = {
        "account_reset_password_from_key": {"uidb36": "a", "key": "b"},
        "account_confirm_email": {"key": "k"},
        "mfa_edit_webauthn": {"pk": 7},
        "mfa_remove_webauthn": {"pk": 7},
        "openid_connect_login": {"provider_id": "sso"},
        "openid_connect_callback": {"provider_id": "sso"},
    }
    wrong = []
    for name, level in LIBRARY.items():
        there = reverse(name, kwargs=arguments.get(name))
        answer = client.generic(method, there)
        ways_in = ("/sign-in/", "/account/login/", "/account/reauthenticate/")
        to_sign_in = answer.status_code == 302 and answer["Location"].startswith(ways_in)
        if level == "person" and not (to_sign_in or answer.status_code == 405):
            wrong.append(f"{method} {name} by a stranger: {answer.status_code}")
        with taken_back():
            mine = client_with_secrets.generic(method, there)
            shown = content_of(mine)
        if mine.status_code >= 500 or answer.status_code >= 500:
            wrong.append(f"{method} {name}: {answer.status_code}, {mine.status_code}")
        if any(words in shown + content_of(answer) for words in SECRETS):
            wrong.append(f"{method} {name} shows somebody's work")
    assert not wrong, wrong


@pytest.fixture
def client_with_secrets(db: None) -> Client:
    """Somebody signed in who is a member of nothing, while there is a world to see."""
    make_world()
    return client_of(User.objects.create_user("nowhere"), api=False)


def test_every_level_is_known() -> None:
    levels = {
        level.removeprefix("rows:") for row in ROUTES.values() for level in row.needs.values()
    }
    assert levels <= {"open", "person", "nobody", *PERMISSIONS}


def make_world() -> World:
    collection = Collection.objects.get_or_create(slug="newsroom", defaults={"name": "Newsroom"})[0]
    story = f"{STORY.replace('Ines Adair', SECRETS[0]).replace('Tobias Wrenfield', SECRETS[1])}"
    article = make_article(collection, story, headline=SECRETS[2], outlet=SECRETS[3])
    ines = make_speaker(collection, SECRETS[0])
    tobias = make_speaker(collection, SECRETS[1])
    said = make_quote(article, "“It has held for ninety winters,”", speaker=ines)
    quote = make_quote(article, "“It has not held since March,”", speaker=tobias)
    words = "“It has not held since March,” Perran Stroud told the board, correcting the minister."
    people = {"corrector": tobias, "corrected": ines}
    correction = make_correction(article, words, **people, claims=(said,), retorts=(quote,))
    settled = make_correction(article, words[:40], **people)
    boss = User.objects.create_superuser("boss")
    said = confirm_quote(public_id=said.public_id, version=1, user=boss)
    settled = confirm_correction(public_id=settled.public_id, version=1, user=boss)
    batch = import_items(collection=collection, items=[read_paste("“Snow,” she said.")], user=boss)
    twin, merged = make_speaker(collection, "O. Quill"), make_speaker(collection, "Ms Quill")
    merge_speakers(public_id=merged.public_id, version=1, user=boss, into_id=twin.public_id)
    twin.refresh_from_db()
    member = User.objects.create_user("member")
    Membership.objects.create(user=member, collection=collection, role="editor")
    invitation, _ = invite_member(collection=collection, user=boss, role="reader")
    where = {"address": "https://wire.example/told", "events": ["quote", "speaker"]}
    webhook, _ = add_webhook(collection=collection, user=boss, name=SECRETS[4], **where)
    return World(
        collection=collection,
        article=article,
        ines=ines,
        tobias=tobias,
        quote=quote,
        confirmed=said,
        correction=correction,
        settled=settled,
        batch=batch,
        member=member,
        invitation=invitation,
        twin=twin,
        merged=merged,
        webhook=webhook,
        snapshot=request_snapshot(collection=collection, user=boss, queue=False),
        placement=make_question(collection, boss),
        coded=coded_story(collection),
        withdrawal=withdraw(
            kind="speaker",
            public_id=make_speaker(collection, SECRETS[4]).public_id,
            version=1,
            user=boss,
            reason=SECRETS[4],
        ),
        same_words=make_versions(collection),
        settled_words=confirm_same_words(
            public_id=make_versions(collection).public_id, version=1, user=boss
        ),
    )


def make_question(collection: Collection, user: User) -> Placement:
    """A decided quote whose words were changed when its story came again."""
    old = "“We mend the quay in spring,” the warden of the harbour said."
    told = make_article(collection, old, external_id="told-again")
    quote = make_quote(told, "“We mend the quay in spring,”")
    confirm_quote(public_id=quote.public_id, version=1, user=user)
    make_article(collection, old.replace("in spring", "in late spring"), external_id="told-again")
    return Placement.objects.get()


def make_versions(collection: Collection) -> SameWords:
    """A group of three quotes that stand in no other."""
    words = ("“The wall holds,”", "“the wall holds”", "“it holds”")
    article = make_article(collection, f"{', '.join(words)} and {SameWords.objects.count()}.")
    return make_same_words(*(make_quote(article, part) for part in words))


def make_people(collection: Collection) -> dict[str, User | None]:
    """Every sort of person, by the name that failures show."""

    def member(name: str, role: str, of: Collection = collection) -> User:
        user = User.objects.create_user(name)
        Membership.objects.create(user=user, collection=of, role=role)
        return user

    return {
        **{role: member(role, role) for role in ROLES},
        "outsider": member("outsider", "manager", of=make_collection("Other desk")),
        "nowhere": User.objects.create_user("nowhere"),
        "deactivated": member("deactivated", "manager"),
        "anonymous": None,
    }


@dataclass
class Stage:
    """The world, its people, and a client of each: for pages, and for the API."""

    world: World
    people: dict[str, User | None]
    pages: dict[str, Client]
    api: dict[str, Client]

    def clients(self, name: str) -> dict[str, Client]:
        return self.api if name.startswith("api:") else self.pages


@pytest.fixture
def stage(db: None, settings: Any) -> Stage:
    """Each call of these tests is taken back after it, so that all see the same.

    A stranger asks at more addresses than anybody may in a minute: limits have tests of their own.
    """
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {}}
    world = make_world()
    people = make_people(world.collection)
    pages = {who: client_of(user, api=False) for who, user in people.items()}
    api = {who: client_of(user, api=True) for who, user in people.items()}
    api["revoked"] = client_of(people["manager"], api=True)
    revoke_token(user=people["manager"], public_id=ApiToken.objects.latest("pk").public_id)
    User.objects.filter(username="deactivated").update(is_active=False)
    return Stage(world, people, pages, api)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def client_of(user: User | None, *, api: bool, scopes: list[str] | None = None) -> Client:
    """A client with a session or, for the API, with a token."""
    client = Client(raise_request_exception=False)
    if user is None:
        return client
    if api:
        _, plain = make_token(user=user, name="matrix", scopes=scopes or ApiToken.Scope.values)
        client = Client(headers={"authorization": f"Bearer {plain}"}, raise_request_exception=False)
    else:
        client.force_login(user)
    return client


def call(
    client: Client,
    name: str,
    row: Row,
    method: str,
    world: World,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    there = reverse(name, args=row.args(world)) + row.query
    headers = headers or {}
    body = row.body(world) if method not in {"GET", "HEAD"} else {}
    if not name.startswith("api:"):
        return client.post(there, body) if method == "POST" else client.generic(method, there)
    if target := row.version_of(world):
        headers = {"if-match": f'"{target.public_id}.{target.version}"'}
    if method == "POST":
        headers = {"idempotency-key": str(uuid.uuid4()), **headers}
    data = json.dumps(body) if method not in {"GET", "HEAD"} else ""
    return client.generic(method, there, data, content_type="application/json", headers=headers)


def content_of(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(data.decode(errors="replace"))


def counts() -> tuple[int, ...]:
    """What changes when anything is written."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return tuple(cursor.fetchone())


def expected(level: str, who: str, *, api: bool) -> str:
    """``done``, or how the person is refused."""
    if level == "open":
        return "done"
    if who in STRANGERS:
        return "401" if api else "sign in"
    if level == "person" or level.startswith("rows:"):
        return "done"
    if who in {"outsider", "nowhere"}:
        return "404"
    return "done" if who in PERMISSIONS.get(level, ()) else "403"


def was(answer: Any) -> str:
    if answer.status_code == 302 and "/sign-in/" in answer["Location"]:
        return "sign in"
    return "done" if answer.status_code < 400 else str(answer.status_code)


# A form without any collection to choose is refused as a form; a token that is not one's own is
# not there; who has nothing to take back is told so.
OTHERWISE = {
    ("annotations:article_import", "POST"): {"404": "422", "403": "422"},
    ("annotations:token_revoke", "POST"): {"done": "404"},
    ("api:token_detail", "DELETE"): {"done": "404"},
    ("annotations:assignment_detail", "GET"): {"403": "404"},
    ("annotations:assignment_detail", "HEAD"): {"403": "404"},
    ("annotations:assignment_finish", "POST"): {"403": "404"},
    ("annotations:quote_code", "POST"): {"403": "404"},
    ("annotations:correction_code", "POST"): {"403": "404"},
    ("annotations:undo", "POST"): {"done": "409"},
    ("annotations:redo", "POST"): {"done": "409"},
    ("metrics", "GET"): {"done": "404"},
    ("metrics", "HEAD"): {"done": "404"},
    ("annotations:sign_in_by_link", "GET"): {"done": "404|done"},
    # Who may is told that nothing is left out of this story there, and that a quote of one speaker
    # is not joined with another's: told, not turned away.
    ("annotations:article_put_back", "POST"): {"done": "422"},
    ("annotations:quote_join", "POST"): {"done": "409"},
    # Nobody has made the file yet; to a role without the permission there is none either.
    ("annotations:snapshot_download", "GET"): {"done": "404", "403": "404"},
    ("annotations:invitation_accept", "GET"): {"done": "404"},
    ("annotations:invitation_accept", "HEAD"): {"done": "404"},
    ("annotations:invitation_accept", "POST"): {"done": "404"},
    ("annotations:sign_out", "POST"): {"done": "sign in"},
    ("api:article_list", "POST"): {"404": "422"},
    ("api:import_list", "POST"): {"404": "422"},
    ("api:speaker_list", "POST"): {"404": "422"},
    ("api:webhook_list", "POST"): {"404": "422"},
    ("api:snapshot_list", "POST"): {"404": "422"},
    ("api:snapshot_detail", "GET"): {"403": "404"},
    ("api:snapshot_detail", "HEAD"): {"403": "404"},
    # Nobody has made the file yet.
    ("api:snapshot_file", "GET"): {"done": "404", "403": "404"},
    ("api:snapshot_file", "HEAD"): {"done": "404", "403": "404"},
    # To a role without the permission there are no webhooks.
    ("api:webhook_detail", "GET"): {"403": "404"},
    ("api:webhook_detail", "HEAD"): {"403": "404"},
    ("api:webhook_deliveries", "GET"): {"403": "404"},
    ("api:webhook_deliveries", "HEAD"): {"403": "404"},
    ("annotations:webhook_list", "POST"): {"403": "404"},
    ("api:quote_undo", "POST"): {"done": "409"},
    ("api:correction_undo", "POST"): {"done": "409"},
    ("api:speaker_undo", "POST"): {"done": "409"},
    ("api:speaker_merge", "POST"): {"done": "409"},
    ("api:article_undo", "POST"): {"done": "409"},
}


PARTS = ("pages", "api")
# The scope of a permission, where it has not its name.
SCOPES = {
    "change_speaker": "annotate",
    "person": "manage",
    "manage_webhooks": "manage",
    "withdraw": "manage",
}


def rows(part: str) -> list[tuple[str, Row]]:
    return [row for row in ROUTES.items() if row[0].startswith("api:") is (part == "api")]


def cells(part: str) -> list[tuple[str, str, str]]:
    return [
        (name, method, level) for name, row in rows(part) for method, level in row.needs.items()
    ]


@pytest.mark.parametrize("part", PARTS)
def test_case_12_each_sort_of_person_gets_what_the_table_says(part: str, stage: Stage) -> None:
    """All addresses in one test, for speed: the failure lists every cell that is wrong."""
    before = counts()
    wrong = []
    for name, method, level in cells(part):
        for who, client in stage.clients(name).items():
            if method == "HEAD" and who not in {"anonymous", "outsider", "reader"}:
                continue  # the same view as GET's
            with taken_back():
                answer = call(client, name, ROUTES[name], method, stage.world)
                shown, written = content_of(answer), method != "HEAD" and counts() != before
            wanted = expected(level, who, api=part == "api")
            wanted = OTHERWISE.get((name, method), {}).get(wanted, wanted)
            may = who in PERMISSIONS.get(level.removeprefix("rows:"), ROLES)
            allowed = set(wanted.split("|")) | (
                {"403"} if level.startswith("rows:") and not may else set()
            )
            place = f"{method} {name} by {who}: {answer.status_code}"
            if was(answer) not in allowed:
                wrong.append(f"{place}, not {wanted}")
            if written and was(answer) != "done":
                wrong.append(f"{place}, but something was written")
            if (not may or level == "open") and any(words in shown for words in SECRETS):
                wrong.append(f"{place} shows what is not theirs to see")
    assert not wrong, wrong


@pytest.mark.parametrize("part", PARTS)
def test_case_12_any_other_method_is_405(part: str, stage: Stage) -> None:
    before = counts()
    wrong = []
    for name, row in rows(part):
        for who in ("anonymous", "manager"):
            # At the door of the API a stranger is stopped before the method is looked at.
            allowed = {405, 401} if part == "api" and who == "anonymous" else {405}
            others = set(METHODS if who == "manager" else {"POST", "DELETE"}) - set(row.needs)
            for method in sorted(others):
                client = stage.clients(name)[who]
                status = call(client, name, row, method, stage.world).status_code
                if status not in allowed:
                    wrong.append(f"{method} {name} by {who}: {status}")
    assert (wrong, counts()) == ([], before)


def test_case_12_a_token_without_the_scope_is_refused(stage: Stage) -> None:
    wrong = []
    for name, method, level in cells("api"):
        permission = level.removeprefix("rows:")
        scope = SCOPES.get(permission, permission)
        others = [other for other in ApiToken.Scope.values if other != scope]
        with taken_back():
            without = client_of(stage.people["manager"], api=True, scopes=others)
            status = call(without, name, ROUTES[name], method, stage.world).status_code
        if status != (200 if level == "open" else 403):
            wrong.append(f"{method} {name}: {status}")
    assert not wrong, wrong


@pytest.mark.parametrize("part", PARTS)
def test_case_13_what_one_may_not_see_looks_like_what_is_not_there(part: str, stage: Stage) -> None:
    wrong = []
    for name, method, _ in cells(part):
        row, (known, *_) = ROUTES[name], [*ROUTES[name].args(stage.world), ""]
        if not isinstance(known, uuid.UUID):
            continue  # nothing here is named by an id
        unknown = uuid.uuid4()
        nobody = dataclasses.replace(
            row,
            args=lambda world, row=row, unknown=unknown: [unknown, *row.args(world)[1:]],
            version_of=lambda world: None,
        )
        tag = {"if-match": f'"{unknown}.1"'} if row.version_of(stage.world) else {}
        outsider = stage.clients(name)["outsider"]
        seen = call(outsider, name, row, method, stage.world)
        unseen = call(outsider, name, nobody, method, stage.world, headers=tag)
        if (seen.status_code, unseen.status_code) != (404, 404):
            wrong.append(f"{method} {name}: {seen.status_code}, {unseen.status_code}")
        if without_chance(seen, known) != without_chance(unseen, unknown):
            wrong.append(f"{method} {name} tells the two apart")
    assert not wrong, wrong


def without_chance(answer: Any, public_id: uuid.UUID) -> str:
    """What an answer says, without what differs with every request."""
    said = content_of(answer).replace(str(public_id), "ID")
    said = re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", said)
    return re.sub(r'"request_id":"[0-9a-f]*"', "", said)
