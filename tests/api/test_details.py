"""Single objects: entity tags, units of offsets, and quotes in several parts."""

from __future__ import annotations

import pytest
from django.test import Client

from quotes.models import Article, Quote, Speaker
from tests.api.conftest import API, World
from tests.factories import make_article, make_correction, make_quote, make_speaker

pytestmark = pytest.mark.slow


def test_a_tag_holds_until_the_object_changes(api: Client, world: World) -> None:
    for kind, row in (
        ("articles", world.article),
        ("quotes", world.claim),
        ("speakers", world.ines),
        ("corrections", world.correction),
    ):
        address = f"{API}/{kind}/{row.public_id}/"
        tag = api.get(address)["ETag"]
        assert tag == f'"{row.public_id}.1"'
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            response = api.get(address, headers={"if-none-match": known})
            assert (response.status_code, response.content) == (304, b""), known
            assert response["ETag"] == tag
        type(row).objects.filter(pk=row.pk).update(version=2)
        response = api.get(address, headers={"if-none-match": tag})
        assert response.status_code == 200
        assert response["ETag"] == f'"{row.public_id}.2"'


def test_each_unit_of_offsets_has_its_own_tag(api: Client, world: World) -> None:
    for kind, row in (
        ("articles", world.article),
        ("quotes", world.claim),
        ("corrections", world.correction),
    ):
        address = f"{API}/{kind}/{row.public_id}/"
        plain, utf16 = api.get(address)["ETag"], api.get(f"{address}?offset_unit=utf16")["ETag"]
        assert api.get(f"{address}?offset_unit=codepoint")["ETag"] == plain
        assert plain != utf16
        for query, known, status in (
            ("", utf16, 200),
            ("?offset_unit=utf16", plain, 200),
            ("?offset_unit=utf16", utf16, 304),
        ):
            response = api.get(f"{address}{query}", headers={"if-none-match": known})
            assert response.status_code == status, (query, known)
        bad = api.get(f"{address}?offset_unit=bytes", headers={"if-none-match": plain})
        assert bad.status_code == 400


def test_a_decision_takes_the_tag_of_either_unit(api: Client, world: World) -> None:
    address = f"{API}/quotes/{world.retort.public_id}/"
    tag = api.get(f"{address}?offset_unit=utf16")["ETag"]
    for action, status in (("confirm", 200), ("reject", 412)):
        response = api.post(
            f"{address}{action}/",
            "{}",
            content_type="application/json",
            headers={"if-match": tag},
        )
        assert response.status_code == status, action


def test_a_tag_opens_nothing(client: Client, world: World) -> None:
    tag = f'"{world.claim.public_id}.1"'
    address = f"{API}/quotes/{world.claim.public_id}/"
    assert client.get(address, headers={"if-none-match": tag}).status_code == 401
    assert client.get(address, headers={"if-none-match": "*"}).status_code == 401


def test_answers_are_kept_by_nobody_else(api: Client, world: World) -> None:
    for address in (*world.addresses(), *world.lists()):
        assert api.get(address)["Cache-Control"] == "private, no-cache"


def in_utf16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@pytest.fixture
def astral(world: World) -> tuple[Article, Quote, Speaker]:
    """A text with characters of one, two and four bytes in UTF-16, before and inside a quote."""
    text = "🚢 Day 𝟜: “We 👩‍🚒 sail ½ at noon,” Orla Finn said 🌊. “No 🛑 excuses.” Über 🏁 that."
    article = make_article(world.article.collection, text)
    orla = make_speaker(world.article.collection, "Orla Finn")
    quote = make_quote(
        article,
        "“We 👩‍🚒 sail ½ at noon,”",
        "“No 🛑 excuses.”",
        speaker=orla,
        cue="said",
        source="Orla Finn",
        status=Quote.Status.CONFIRMED,
    )
    make_correction(
        article,
        "Über 🏁 that.",
        corrector=world.ines,
        corrected=orla,
        claims=(quote,),
        cue_start=text.index("Über"),
        cue_end=text.index("Über") + 4,
        cue_text="Über",
    )
    Article.objects.filter(pk=article.pk).update(skipped=[[0, 1, "ornament"], [2, 7, "date"]])
    return article, quote, orla


def test_offsets_come_in_code_points_or_utf16(
    api: Client, astral: tuple[Article, Quote, Speaker]
) -> None:
    article, quote, orla = astral
    text = article.text
    for unit, cut in (
        ("codepoint", lambda start, end: text[start:end]),
        ("utf16", lambda start, end: in_utf16(text, start, end)),
    ):
        query = f"?offset_unit={unit}"
        rows = [
            api.get(f"{API}/quotes/{quote.public_id}/{query}").json(),
            api.get(f"{API}/quotes/{query}&article={article.public_id}").json()["results"][0],
            api.get(f"{API}/speakers/{orla.public_id}/statements/{query}").json()["results"][0],
            api.get(f"{API}/articles/{article.public_id}/annotations/{query}").json()["quotes"][0],
        ]
        for row in rows:
            for part in row["parts"]:
                assert cut(part["start"], part["end"]) == part["exact"]
            hull = cut(row["start"], row["end"])
            assert hull.startswith("“We 👩‍🚒")
            assert hull.endswith("excuses.”")
        for address in (
            f"{API}/corrections/{query}&article={article.public_id}",
            f"{API}/speakers/{orla.public_id}/corrections/{query}",
        ):
            row = api.get(address).json()["results"][0]
            assert cut(row["start"], row["end"]) == row["exact"] == "Über 🏁 that."
            assert cut(row["cue"]["start"], row["cue"]["end"]) == "Über"
            claim = row["quotes"][0]
            assert cut(claim["start"], claim["end"]) == hull
        skipped = api.get(f"{API}/articles/{article.public_id}/{query}").json()["skipped"]
        assert [cut(s["start"], s["end"]) for s in skipped] == ["🚢", "Day 𝟜"]


def test_parts_are_joined_as_they_stand(api: Client, world: World) -> None:
    broken = make_quote(world.article, "“The figure is forty million,”", "“It was always forty.”")
    found = api.get(f"{API}/quotes/{broken.public_id}/").json()
    assert found["text"] == "“The figure is forty million,” […] “It was always forty.”"
    article = make_article(
        world.article.collection, "Orla Finn said: “First.\n\n“Second.\n\n“Third.” Then she left."
    )
    long = make_quote(article, "“First.", "“Second.", "“Third.”")
    found = api.get(f"{API}/quotes/{long.public_id}/").json()
    assert found["text"] == "“First.\n\n“Second.\n\n“Third.”"
    assert article.text[found["start"] : found["end"]] == found["text"]
