"""The tutorial in docs/api.md: every example is run, in order, and answers as it says."""

from __future__ import annotations

import io
import json
import re
import shlex
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotations.operations.tokens import make_token
from quotes.api.problems import KINDS
from quotes.models import Article, Collection, Correction, ExtractionRun, Quote
from tests.factories import (
    make_article,
    make_collection,
    make_correction,
    make_quote,
    make_speaker,
)

pytestmark = pytest.mark.slow


def zipped(texts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return data.getvalue()


TUTORIAL = Path(settings.BASE_DIR) / "docs" / "api.md"
EXAMPLE = re.compile(
    r"```sh\n(?P<command>curl .*?)\n```(?:\n+```json\n(?P<answer>.*?)\n```)?", re.S
)
SERVER = "http://testserver"
ARCHIVE = zipped({"pier.txt": "“The pier is open,” said Bram Toll."})


@dataclass
class Request:
    """What a curl command line sends; the few options that the tutorial uses."""

    method: str = "GET"
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, command: str) -> Request:
        request = cls()
        words = iter(shlex.split(command)[1:])
        query: list[tuple[str, str]] = []
        for word in words:
            if word == "-H":
                name, _, value = next(words).partition(": ")
                request.headers[name.lower()] = value
            elif word == "-X":
                request.method = next(words)
            elif word == "-d":
                request.body = next(words)
            elif word == "-F":
                name, _, value = next(words).partition("=@")
                request.files[name] = value
            elif word == "--data-urlencode":
                name, _, value = next(words).partition("=")
                query.append((name, value))
            elif word != "-G":
                assert word.startswith(SERVER), word
                request.address = word.removeprefix(SERVER)
        if query:
            request.address += f"?{urlencode(query)}"
        return request

    def send(self, client: Client) -> Any:
        if self.files:
            sent = {name: SimpleUploadedFile(file, ARCHIVE) for name, file in self.files.items()}
            return client.post(self.address, sent, headers=self.headers)
        return client.generic(
            self.method,
            self.address,
            self.body.encode(),
            content_type=self.headers.pop("content-type", "application/json"),
            headers=self.headers,
        )


def agrees(shown: Any, found: Any) -> bool:
    """Whether an answer holds what the tutorial shows of it; a list is shown whole."""
    if shown == "…":
        return bool(found)
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(
            name in found and agrees(value, found[name]) for name, value in shown.items()
        )
    if isinstance(shown, list):
        return len(shown) == len(found) and all(map(agrees, shown, found))
    return bool(shown == found)


def read_by_engine(article: Article) -> dict[str, str]:
    """Put there what the tutorial says that the engine finds."""
    orla = make_speaker(article.collection, "Orla Finn")
    bram = make_speaker(article.collection, "Bram Toll")
    claim = make_quote(article, "“We sail at noon,”", speaker=orla)
    retort = make_quote(article, "“Nobody sails today.”", speaker=bram)
    make_correction(
        article,
        "Bram Toll, the pilot, corrected Finn: “Nobody sails today.”",
        corrector=bram,
        corrected=orla,
        claims=(claim,),
        retorts=(retort,),
    )
    ExtractionRun.objects.filter(article=article).update(state=ExtractionRun.State.DONE)
    return {
        "$ARTICLE": str(article.public_id),
        "$QUOTE": str(claim.public_id),
        "$SPEAKER": str(orla.public_id),
    }


def test_every_example_answers_as_shown(editor: User, collection: Collection) -> None:
    _, plain = make_token(
        user=editor, name="tutorial", scopes=["read", "import", "annotate", "export"]
    )
    names = {"$TOKEN": plain, "$SERVER": SERVER}
    examples = list(EXAMPLE.finditer(TUTORIAL.read_text(encoding="utf-8")))
    assert len(examples) >= 11
    for example in examples:
        command = example["command"]
        for name, value in names.items():
            command = command.replace(name, value)
        assert "$" not in command, command
        request = Request.read(command.replace("\\\n", " "))
        response = request.send(Client())
        if example["answer"] is None:
            assert response.status_code == 200, command
            continue
        shown, found = json.loads(example["answer"]), response.json()
        assert agrees(shown, found), f"{command}\n{json.dumps(found, indent=1)[:3000]}"
        if request.method == "POST" and "$ARTICLE" not in names:
            names |= read_by_engine(Article.objects.get())


@pytest.mark.model
def test_the_engine_finds_what_the_tutorial_says(collection: Collection) -> None:
    from quotes.operations import run_extraction

    sent = re.search(r'"text": (".*")}\'', TUTORIAL.read_text(encoding="utf-8"))
    assert sent is not None
    text = json.loads(sent[1])
    expected, real = make_article(collection, text), make_article(make_collection(), text)
    read_by_engine(expected)
    run_extraction(run=ExtractionRun.objects.create(article=real))

    def told(article: Article) -> tuple[list[Any], list[Any]]:
        quotes = Quote.objects.filter(article=article).shown().in_reading_order()
        corrections = Correction.objects.filter(article=article).in_reading_order()
        return (
            list(quotes.values_list("start", "end", "kind", "speaker__name")),
            list(
                corrections.order_by("start", "links__side").values_list(
                    "exact",
                    "kind",
                    "corrector__name",
                    "corrected__name",
                    "links__side",
                    "links__quote__start",
                )
            ),
        )

    assert told(real) == told(expected)


def test_the_comparison_sees_differences() -> None:
    assert agrees({"a": ["…"]}, {"a": ["x"], "b": 1})
    assert not agrees({"a": ["…"]}, {"a": ["x", "y"]})
    assert not agrees({"a": "…"}, {"a": ""})
    assert not agrees({"a": 1}, {"b": 1})


def test_the_table_of_errors_is_that_of_the_code() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\d{3}) \| (.+) \|$", TUTORIAL.read_text(encoding="utf-8"), re.M
    )
    assert rows == [(code, str(kind.status), kind.meaning) for code, kind in KINDS.items()]
