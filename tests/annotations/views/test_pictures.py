"""The picture of corrections on its page and as files: the same facts in each."""

from __future__ import annotations

import datetime as dt
import io
import xml.etree.ElementTree as ET

import pytest
from django.urls import reverse
from PIL import Image

from quotes.models import Correction
from tests.factories import make_article, make_correction, make_speaker

PICTURE = "annotations:correction_picture"


@pytest.fixture
def more(world, collection):
    """A second pair in another article, told twice, and somebody who takes back own words."""
    text = "Cora Vane denied what Ines Adair had said. She denied it. “I was wrong,” Vane said."
    article = make_article(collection, text, outlet="Pan", published_on=dt.date(2026, 5, 1))
    cora = make_speaker(collection, "<script>Cora</script>")
    event = make_correction(
        article,
        "Cora Vane denied what Ines Adair had said.",
        corrector=cora,
        corrected=world.ines,
        status="confirmed",
    )
    make_correction(article, "She denied it.", corrector=cora, corrected=world.ines, retells=event)
    make_correction(article, "“I was wrong,” Vane said.", corrector=cora, kind="self_correction")
    make_correction(article, "denied it", corrector=world.tobias)
    return article


def pairs(client, **filters):
    found = client.get(reverse(PICTURE), filters).context["pairs"]
    return {(p.corrector_name[:8], p.corrected_name[:8]): p.n for p in found}


def test_events_are_counted_once_and_own_words_are_a_loop(world, more, as_editor):
    assert pairs(as_editor) == {
        ("Tobias W", "Ines Ada"): 1,
        ("<script>", "Ines Ada"): 1,
        ("<script>", "<script>"): 1,
        ("Tobias W", "somebody"): 1,
    }


@pytest.mark.parametrize(
    ("filters", "n"),
    [
        ({"state": "confirmed"}, 1),
        ({"outlet": "Pan"}, 3),
        ({"published_after": "2026-04-01"}, 3),
        ({"published_before": "2026-04-01"}, 1),
        ({"outlet": "None such"}, 0),
        ({"article": "junk", "published_after": "soon"}, 4),
    ],
)
def test_filters(filters, n, world, more, as_editor):
    assert len(pairs(as_editor, **filters)) == n


def test_of_one_article_and_one_speaker(world, more, as_editor):
    assert len(pairs(as_editor, article=more.public_id)) == 3
    assert set(pairs(as_editor, speaker=world.tobias.public_id)) == {
        ("Tobias W", "Ines Ada"),
        ("Tobias W", "somebody"),
    }
    assert as_editor.get(reverse(PICTURE), {"speaker": more.public_id}).status_code == 404


def test_the_table_says_what_the_picture_shows(world, more, as_editor):
    page = as_editor.get(reverse(PICTURE))
    picture = page.context["picture"]
    assert [edge.pair for edge in picture.edges] == page.context["pairs"]
    for pair in page.context["pairs"]:
        for key in {pair.corrector, pair.corrected} - {""}:
            there = reverse("annotations:speaker_detail", args=[key])
            assert page.text.count(f'href="{there}"') >= 2, "a box and a row"
    assert "<script>Cora" not in page.text


def test_an_edge_leads_to_its_corrections(world, more, as_editor):
    there = reverse("annotations:correction_list")
    query = {"corrector": world.tobias.public_id, "corrected": world.ines.public_id}
    found = as_editor.get(there, query).context["page"].object_list
    assert list(found) == [world.correction]


def test_the_files(world, more, as_editor):
    svg = as_editor.get(reverse("annotations:picture_download", args=["svg"]))
    assert svg["Content-Type"] == "image/svg+xml"
    words = " ".join(ET.fromstring(svg.text).itertext())  # noqa: S314 our own answer
    assert "Tobias Wrenfield corrected Ines Adair once" in words
    assert "Who corrected whom: 4 corrections." in words
    png = as_editor.get(reverse("annotations:picture_download", args=["png"]))
    image = Image.open(io.BytesIO(png.content))
    assert image.format == "PNG"
    assert image.width > 400
    assert len(image.convert("L").getcolors(256)) > 8, "boxes, arrows and names are drawn"
    assert as_editor.get(reverse("annotations:picture_download", args=["gif"])).status_code == 404


def test_without_corrections_the_page_says_so(as_editor, world):
    Correction.objects.all().delete()
    assert "Nothing to draw" in as_editor.get(reverse(PICTURE)).text
