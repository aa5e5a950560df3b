"""Bodies: importing an article, and everything that is refused on the way (cases 15, 34, 38)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from quotes.api.parsing import strict_json
from quotes.models import Article, Collection, ExtractionRun, Import
from tests.api.conftest import API, without_request_id
from tests.factories import make_collection
from tests.timing import times_longer

ADDRESS = f"{API}/articles/"
TEXT = "“We sail at noon,” Captain Orla Finn said on Tuesday."


def post(api: Client, body: object, **options: Any) -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    options.setdefault("content_type", "application/json")
    return api.post(ADDRESS, data, **options)


def test_an_article_is_stored_as_sent_and_queued(
    api: Client, collection: Collection, editor: User
) -> None:
    body = {
        "text": f"\n  {TEXT} \n\n e\u0301 is not é. \u2028 “Quote” 🚢\n ",
        "headline": " Noon ",
        "byline": "By Uma Thole",
        "outlet": "Harbour Gazette",
        "published_on": "2026-03-04",
        "url": "https://gazette.example/noon?utm_source=x#top",
        "language": "en-GB",
        "country": "GB",
        "external_id": "cms-99",
        "collection": str(collection.public_id),
    }
    response = post(api, body)
    assert response.status_code == 201, response.content
    found = response.json()
    assert found["outcome"] == "stored"
    assert {name: found[name] for name in body} == body
    assert found["imported_by"] == editor.get_username()
    article = Article.objects.get(public_id=found["id"])
    assert article.text == body["text"]
    assert article.canonical_url == "https://gazette.example/noon"
    assert response["Location"] == f"{API}/articles/{article.public_id}/"
    assert response["ETag"] == f'"{article.public_id}.1"'
    assert api.get(response["Location"]).json()["text"] == body["text"]
    assert ExtractionRun.objects.get(article=article).state == "queued"
    listed = api.get(ADDRESS).json()["results"][0]
    assert listed["extraction"] == "queued"


def test_the_text_alone_is_enough(api: Client, collection: Collection) -> None:
    response = post(api, {"text": TEXT})
    assert response.status_code == 201
    assert response.json()["collection"] == str(collection.public_id)
    assert response.json()["language"] == "en"


def test_the_same_text_again_gives_the_stored_article(api: Client, collection: Collection) -> None:
    first = post(api, {"text": TEXT, "headline": "One"})
    again = post(api, {"text": TEXT, "headline": "Two"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["outcome"] == "duplicate"
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["headline"] == "One"
    assert again["Location"] == first["Location"]
    assert Article.objects.count() == ExtractionRun.objects.count() == 1


def test_a_changed_text_with_a_known_external_id_is_a_new_version(
    api: Client, collection: Collection
) -> None:
    first = post(api, {"text": TEXT, "external_id": "cms-1"}).json()
    second = post(api, {"text": TEXT + " More.", "external_id": "cms-1"})
    assert second.status_code == 201
    latest = Article.objects.get(is_latest=True)
    assert str(latest.public_id) == second.json()["id"] != first["id"]
    assert latest.previous == Article.objects.get(public_id=first["id"])


def test_readers_and_researchers_may_not_import(
    client_of: Callable[..., Client], reader: User, researcher: User, collection: Collection
) -> None:
    for user in (reader, researcher):
        for body in ({"text": TEXT}, {"text": TEXT, "collection": str(collection.public_id)}):
            response = post(client_of(user), body)
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert not Article.objects.exists()
    assert not Import.objects.exists()


def test_another_collection_is_as_unknown_as_none(
    client_of: Callable[..., Client], outsider: User, collection: Collection
) -> None:
    api = client_of(outsider)
    hidden = post(api, {"text": TEXT, "collection": str(collection.public_id)})
    missing = post(api, {"text": TEXT, "collection": str(uuid.uuid4())})
    assert hidden.status_code == missing.status_code == 422
    assert without_request_id(hidden) == without_request_id(missing)
    assert not Article.objects.exists()


def test_a_role_counts_in_its_own_collection_only(
    api: Client, editor: User, make_member: Callable[..., User], collection: Collection
) -> None:
    """An editor of A who reads B means A, however many editors B has."""
    other = make_collection("Night desk")
    other.memberships.create(user=editor, role="reader")
    make_member("bo", "editor", of=other)
    response = post(api, {"text": TEXT})
    assert response.status_code == 201, response.content
    assert response.json()["collection"] == str(collection.public_id)


def test_who_has_several_collections_says_which(
    api: Client, editor: User, collection: Collection
) -> None:
    other = make_collection("Night desk")
    other.memberships.create(user=editor, role="editor")
    response = post(api, {"text": TEXT})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/collection"
    assert str(other.public_id) in response.json()["detail"]
    response = post(api, {"text": TEXT, "collection": str(other.public_id)})
    assert response.json()["collection"] == str(other.public_id)


def test_strangers_import_nothing(client: Client, collection: Collection) -> None:
    assert post(client, {"text": TEXT}).status_code == 401
    assert not Article.objects.exists()


READ_ONLY = (
    "id",
    "status",
    "origin",
    "version",
    "decided_by",
    "imported_by",
    "sha256",
    "length",
    "created_at",
    "is_latest",
)


@pytest.mark.parametrize("name", READ_ONLY)
def test_case_15_read_only_fields_are_refused(
    api: Client, collection: Collection, name: str
) -> None:
    response = post(api, {"text": TEXT, name: "x"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")
    error = response.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (f"/{name}", "read-only-field")
    assert not Article.objects.exists()


@pytest.mark.parametrize("name", ["project", "pk", "article_id", "collection__name", "a/b~c", ""])
def test_case_15_unknown_fields_are_refused(api: Client, collection: Collection, name: str) -> None:
    response = post(api, {"text": TEXT, name: "x"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    assert response.json()["errors"][0] == {
        "pointer": pointer,
        "code": "unknown-field",
        "detail": "There is no such field here.",
    }
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        field.name
        for field in Article._meta.get_fields()
        if field.name
        not in {
            "text",
            "headline",
            "byline",
            "outlet",
            "published_on",
            "url",
            "language",
            "country",
            "external_id",
            "collection",
        }
    ],
)
def test_case_15_no_other_column_can_be_set(api: Client, collection: Collection, name: str) -> None:
    assert post(api, {"text": TEXT, name: "1"}).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", 7),
        ("text", None),
        ("text", ["a"]),
        ("text", ""),
        ("text", True),
        ("headline", None),
        ("headline", "x" * 501),
        ("outlet", 10**30),
        ("published_on", "yesterday"),
        ("published_on", "٢٠٢٦-٠٣-٠٤"),
        ("published_on", 20260304),
        ("language", "en us"),
        ("language", "x"),
        ("country", "gb"),
        ("country", "GBR"),
        ("collection", 1),
        ("collection", 10**30),
        ("collection", "newsroom"),
        ("collection", "{00000000-0000-4000-8000-000000000000}"),
        ("external_id", "x" * 201),
    ],
)
def test_wrong_values_are_named(
    api: Client, collection: Collection, field: str, value: object
) -> None:
    response = post(api, {"text": TEXT, field: value})
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{field}"]
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", " \n\t "),
        ("published_on", "2026-02-30"),
        ("url", "javascript:alert(1)"),
        ("url", "ftp://gazette.example/x"),
        ("url", "//gazette.example"),
    ],
)
def test_what_cannot_be_an_article_is_422(
    api: Client, collection: Collection, field: str, value: str
) -> None:
    response = post(api, {"text": TEXT, field: value})
    assert (response.status_code, response.json()["code"]) == (422, "invalid"), response.content
    assert response.json()["detail"]
    assert not Article.objects.exists()


DEEP = 100_000
HOSTILE = {
    "deep arrays": b"[" * DEEP,
    "deep arrays closed": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep in a field": b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}",
    "a list": b"[1]",
    "a string": b'"text"',
    "a number": b"7",
    "null": b"null",
    "nothing": b"",
    "blank": b" ",
    "not JSON": b"text=x",
    "NaN": b'{"text": NaN}',
    "Infinity": b'{"text": -Infinity}',
    "a number too large": b'{"text": 1e999}',
    "a number too long": b'{"text": ' + b"9" * 5000 + b"}",
    "duplicate names": b'{"text": "a", "text": "b"}',
    "duplicate names inside": b'{"text": {"a": 1, "a": 2}}',
    "NUL": b'{"text": "a\\u0000b"}',
    "raw NUL": b'{"text": "a\x00b"}',
    "NUL in a name": b'{"te\\u0000xt": "a"}',
    "half a pair": b'{"text": "\\ud83d"}',
    "the other half": b'{"text": "\\ude00 x"}',
    "half a pair in a name": b'{"\\ud83d": "x"}',
    "UTF-16": '{"text": "x"}'.encode("utf-16"),
    "UTF-16 without mark": '{"text": "x"}'.encode("utf-16-le"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "x"}',
    "Latin-1": '{"text": "é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"text": "\xc0\x80"}',
    "surrogate in UTF-8": b'{"text": "\xed\xa0\xbd"}',
    "two values": b'{"text": "a"} {"text": "b"}',
    "trailing comma": b'{"text": "a",}',
    "single quotes": b"{'text': 'a'}",
    "comments": b'{"text": "a"} // x',
    "unclosed": b'{"text": "' + b'\\"' * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_case_34_hostile_bodies_are_400(api: Client, collection: Collection, name: str) -> None:
    response = post(api, HOSTILE[name])
    assert response.status_code == 400, response.content[:300]
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in {"malformed-body", "invalid-body"}
    assert not Article.objects.exists()


@pytest.mark.slow
def test_many_names_are_read_in_a_time_that_grows_with_them() -> None:
    def reading(names: int) -> Callable[[], None]:
        body = b"{" + b",".join(b'"k%d":1' % n for n in range(names)) + b',"k%d":2}' % (names - 1)

        def read() -> None:
            with pytest.raises(ParseError, match="stands twice"):
                strict_json(body)

        return read

    assert times_longer(reading(20_000), reading(10_000), at_most=3) <= 3


def test_of_many_unknown_fields_a_hundred_are_named(api: Client, collection: Collection) -> None:
    response = post(api, {f"k{n}": 1 for n in range(5_000)})
    assert response.status_code == 400
    assert len(response.json()["errors"]) == 100


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=nonsense",
    ],
)
def test_case_34_other_formats_are_415(
    api: Client, collection: Collection, content_type: str
) -> None:
    body = json.dumps({"text": TEXT}).encode()
    response = api.generic("POST", ADDRESS, body, content_type=content_type)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")
    assert not Article.objects.exists()


def test_a_body_over_the_limit_is_413(api: Client, collection: Collection) -> None:
    response = post(api, b'{"text": "' + b"x" * (8 * 1024 * 1024) + b'"}')
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


def test_an_article_over_the_limit_is_413_and_one_at_it_is_taken(
    api: Client, collection: Collection
) -> None:
    words = "The ferry 🚢 leaves. " * 50_000
    response = post(api, {"text": words[:1_000_000] + "x"})
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")
    assert not Article.objects.exists()
    # Escaped as \\uXXXX, as many programs send it: larger than a megabyte.
    response = post(api, json.dumps({"text": words[:1_000_000]}))
    assert response.status_code == 201
    assert Article.objects.get().length == 1_000_000


@pytest.mark.slow
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(min_size=1, max_size=80))
def test_case_36_any_text_comes_back_as_it_went_in(
    api: Client, collection: Collection, text: str
) -> None:
    text = f"{TEXT} {text} {uuid.uuid4()}"
    response = post(api, json.dumps({"text": text}, ensure_ascii=False).encode("utf-8", "replace"))
    if "\x00" in text:
        assert response.status_code == 400
        return
    assert response.status_code == 201, response.content
    stored = text.replace("\r\n", "\n").replace("\r", "\n")
    assert api.get(response["Location"]).json()["text"] == stored


def test_parameters_are_for_reading(api: Client, collection: Collection) -> None:
    response = api.post(
        f"{ADDRESS}?collection={collection.public_id}",
        json.dumps({"text": TEXT}),
        content_type="application/json",
    )
    assert (response.status_code, response.json()["code"]) == (400, "unknown-parameter")
    assert not Article.objects.exists()
