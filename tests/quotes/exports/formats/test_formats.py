"""Each format read again, by its own library where there is one: the same words and people."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from quotes.exports import files
from quotes.exports.filters import ExportFilters
from quotes.exports.formats.all import FORMATS
from quotes.exports.formats.lines import ExportFormat
from quotes.models import Article, Quote
from tests.factories import make_article, make_quote, make_speaker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVERYTHING = ExportFilters(within=None)
TEI = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
HERE = Path(__file__).parent
STORY = (
    "🚋 “It <stays> open,” said Petra Holm & friends.\n\n"
    "“She asked: ‘Who pays?’ and\nleft\x0bthe hall,” Udo Brandt told the drivers.\n\n"
    "The depot union said that it closes."
)


@pytest.fixture
def told(collection) -> Article:
    article = make_article(
        collection, STORY, url="https://osk.example/depot?a=1&b=2", headline="Depot & talks",
        published_on=dt.date(2031, 5, 4), outlet="Osk Courier", byline="Ana <Lind>",
    )  # fmt: skip
    petra = make_speaker(collection, "Petra Holm", wikidata_id="Q7")
    udo = make_speaker(collection, "Udo Brandt")
    union = make_speaker(collection, "Depot union", kind="organisation")
    make_quote(
        article, "“It <stays> open,”", speaker=petra, source="Petra Holm", cue="said",
        status="confirmed",
    )  # fmt: skip
    outer = make_quote(
        article, "“She asked: ‘Who pays?’ and\nleft\x0bthe hall,”", speaker=udo, cue="told"
    )
    make_quote(article, "‘Who pays?’", parent=outer)
    make_quote(
        article, "that it closes", speaker=union, cue="said", source="The depot union",
        kind="indirect",
    )  # fmt: skip
    make_quote(article, "the drivers", status="rejected")
    make_article(collection, "Nobody says anything here.")
    return article


def written(name: str, filters: ExportFilters = EVERYTHING) -> bytes:
    file = io.BytesIO()
    FORMATS[name].write(filters, file)
    return file.getvalue()


def shown() -> list[Quote]:
    return list(Quote.objects.live().in_reading_order())


def words(quote: Quote, role: str = "content") -> list[str]:
    return [span.exact for span in quote.spans.filter(role=role).order_by("ordinal")]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
def test_two_exports_of_one_state_are_the_same_bytes(told, name):
    assert written(name) == written(name)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in {"parquet", "jsonl"}])
def test_filters_narrow_and_what_is_rejected_stays_out(told, name):
    confirmed = written(name, ExportFilters(within=None, status=("confirmed",)))
    assert len(confirmed) < len(written(name))
    assert written(name, ExportFilters(within=None, q='"stays open"')) == confirmed


def test_every_format_says_what_it_loses():
    assert all(len(one.loses) > 20 for one in FORMATS.values())


# --- JSON-LD -----------------------------------------------------------------------------------

OA = "http://www.w3.org/ns/oa#"
# Of the W3C's context and of schema.org's, the terms that the exports use.
CONTEXTS: dict[str, Any] = {
    "http://www.w3.org/ns/anno.jsonld": {
        "oa": OA,
        "as": "http://www.w3.org/ns/activitystreams#",
        "id": {"@type": "@id", "@id": "@id"},
        "type": {"@type": "@id", "@id": "@type"},
        **{
            name: f"oa:{name}"
            for name in ("Annotation", "TextualBody", "SpecificResource", "TextQuoteSelector",
                         "TextPositionSelector", "exact", "prefix", "suffix", "start", "end")
        },
        "AnnotationPage": "as:OrderedCollectionPage",
        "items": {"@id": "as:items", "@container": "@list"},
        "body": {"@id": "oa:hasBody", "@type": "@id"},
        "target": {"@id": "oa:hasTarget", "@type": "@id"},
        "source": {"@id": "oa:hasSource", "@type": "@id"},
        "selector": {"@id": "oa:hasSelector", "@type": "@id"},
        "purpose": {"@id": "oa:hasPurpose", "@type": "@vocab"},
        "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
        "value": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
        "label": "http://www.w3.org/2000/01/rdf-schema#label",
    },
    "https://schema.org": {"@vocab": "https://schema.org/"},
}  # fmt: skip


def expanded(data: bytes) -> list[dict[str, Any]]:
    pyld = pytest.importorskip("pyld", reason="the JSON-LD library is in requirements-dev.txt")

    def load(address: str, _options: object) -> dict[str, Any]:
        return {
            "contextUrl": None,
            "documentUrl": address,
            "document": {"@context": CONTEXTS[address]},
        }

    return list(pyld.jsonld.expand(json.loads(data), {"documentLoader": load}))


def test_web_annotations_expand_to_both_selectors_in_code_points(told):
    (page,) = expanded(written("webannotation"))
    items = page["http://www.w3.org/ns/activitystreams#items"][0]["@list"]
    assert [item["@id"] for item in items] == [f"urn:uuid:{q.public_id}" for q in shown()]
    found = []
    for item in items:
        for target in item[f"{OA}hasTarget"]:
            assert target[f"{OA}hasSource"] == [{"@id": told.url}]
            exact, place = target[f"{OA}hasSelector"]
            start, end = (place[f"{OA}{edge}"][0]["@value"] for edge in ("start", "end"))
            assert STORY[start:end] == exact[f"{OA}exact"][0]["@value"]
            before = exact[f"{OA}prefix"][0]["@value"]
            assert STORY[:start].endswith(before)
            found.append(STORY[start:end])
    assert words(shown()[0])[0] in found
    assert "Petra Holm" in found


def test_quotations_expand_to_words_speaker_and_article(told):
    graph = expanded(written("schema.org"))
    schema = "https://schema.org/"
    first = graph[0]
    assert first["@type"] == [f"{schema}Quotation"]
    assert first[f"{schema}text"] == [{"@value": "“It <stays> open,”"}]
    speaker = first[f"{schema}spokenByCharacter"][0]
    assert speaker[f"{schema}name"] == [{"@value": "Petra Holm"}]
    assert speaker[f"{schema}sameAs"] == [{"@value": "http://www.wikidata.org/entity/Q7"}]
    assert len(graph) == 4


# --- TEI ---------------------------------------------------------------------------------------


def tei(told) -> Any:
    with zipfile.ZipFile(io.BytesIO(written("tei"))) as archive:
        (name,) = archive.namelist()
        assert name == f"{told.public_id}.xml"
        return etree.fromstring(archive.read(name))


def chained(root: Any, first: Any) -> Iterator[Any]:
    by_id = {node.get(XML_ID): node for node in root.iter(f"{TEI}said")}
    while first is not None:
        yield first
        first = by_id.get((first.get("next") or "#")[1:])


def test_tei_is_valid_and_holds_text_people_and_parts(told):
    root = tei(told)
    schema = etree.RelaxNG(etree.parse(HERE / "tei.rng"))
    assert schema.validate(root), schema.error_log
    text = "\n".join("".join(p.itertext()) for p in root.iter(f"{TEI}p"))
    assert text == STORY.replace("\x0b", "�")
    people = {node.get(XML_ID): "".join(node.itertext()) for node in root.iter(f"{TEI}person")}
    people |= {node.get(XML_ID): "".join(node.itertext()) for node in root.iter(f"{TEI}org")}
    read = {}
    for node in root.iter(f"{TEI}said"):
        if node.get("prev") is None:
            said = "\n".join("".join(one.itertext()) for one in chained(root, node))
            who = people.get((node.get("who") or "#")[1:])
            read[node.get(XML_ID)[2:38]] = (said, who, node.get("direct"))
    for quote in shown():
        said, who, direct = read.pop(str(quote.public_id))
        assert said == "\n".join(words(quote)).replace("\x0b", "�")
        assert who == (quote.speaker.name if quote.speaker else None)
        assert direct == ("false" if quote.kind == "indirect" else "true")
    assert read == {}


def test_the_schema_refuses_what_is_no_tei(told):
    root = tei(told)
    next(root.iter(f"{TEI}said")).set("direct", "perhaps")
    assert not etree.RelaxNG(etree.parse(HERE / "tei.rng")).validate(root)


# --- For taggers -------------------------------------------------------------------------------


def test_brat_spans_are_the_words_there_split_at_line_feeds(told):
    with zipfile.ZipFile(io.BytesIO(written("brat"))) as archive:
        assert "annotation.conf" in archive.namelist()
        text = archive.read(f"{told.public_id}.txt").decode()
        lines = archive.read(f"{told.public_id}.ann").decode().split("\n")
    assert text == STORY
    contents = []
    for line in lines:
        if line.startswith("T"):
            _, place, said = line.split("\t")
            kind, _, offsets = place.partition(" ")
            pieces = [tuple(map(int, piece.split())) for piece in offsets.split(";")]
            assert " ".join(text[start:end] for start, end in pieces) == said
            assert all("\n" not in text[start:end] for start, end in pieces)
            contents += [said] if kind == "Content" else []
    assert contents == [" ".join("\n".join(words(quote)).split("\n")) for quote in shown()]
    assert any(line.endswith("speaker: Petra Holm") for line in lines)


def test_spacy_reads_the_docbin_with_spans_and_speakers(told):
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    (doc,) = DocBin().from_bytes(written("spacy")).get_docs(nlp.vocab)
    assert doc.text == STORY
    spans = list(doc.spans["quotes"])
    assert [span.id_ for span in spans] == [str(quote.public_id) for quote in shown()]
    assert [span.kb_id_ for span in spans] == [
        str(quote.speaker.public_id) if quote.speaker else "" for quote in shown()
    ]
    for span, quote in zip(spans, shown(), strict=True):
        assert words(quote)[0] in span.text
        assert span.label_ == quote.kind
    assert [span.text for span in doc.spans["cues"]] == ["said", "told", "said"]
    exact = doc.user_data["quotes"][0]["parts"][0]
    assert STORY[exact["start"] : exact["end"]] == exact["exact"]


def test_bio_columns_give_the_words_back(told):
    lines = written("bio").decode().split("\n")
    assert lines[0] == f"# article_id = {told.public_id}"
    read: list[list[tuple[int, int]]] = []
    for line in lines[1:]:
        if not line:
            continue
        token, start, end, tag, _ = line.split("\t")
        assert STORY[int(start) : int(end)] == token
        if tag == "B-CONTENT":
            read.append([])
        if tag.endswith("-CONTENT"):
            read[-1].append((int(start), int(end)))
    found = [STORY[piece[0][0] : piece[-1][1]] for piece in read]
    assert found == [words(quote)[0] for quote in shown() if quote.parent is None]


def test_parquet_holds_the_table_with_its_types(told, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is optional")
    call_command("export_quotes", format="parquet", out=tmp_path)
    table = parquet.read_table(tmp_path / "on-record-parquet.parquet")
    row = next(row for row in table.to_pylist() if row["status"] == "confirmed")
    assert row["quote_text"] == "“It <stays> open,”"
    assert (row["start"], row["published_on"]) == (2, dt.date(2031, 5, 4))
    assert row["is_correcting"] is False
    assert row["decided_at"] is None


# --- Files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_writes_each_format_and_says_what_it_loses(told, tmp_path, capsys, name):
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is optional")
    call_command("export_quotes", format=name, out=tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.name == f"on-record-{name}{FORMATS[name].suffix}"
    assert FORMATS[name].loses in capsys.readouterr().out


def test_case_48_a_full_disk_leaves_no_short_file(told, tmp_path, monkeypatch):
    def full(_filters: ExportFilters, file: Any) -> int:
        file.write(b"beginning")
        raise OSError(28, "No space left on device")

    broken = ExportFormat("jsonl", "", ".jsonl", "", full, "")
    with pytest.raises(OSError, match="No space"):
        files.write_format(tmp_path / "a.jsonl", broken, EVERYTHING)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setitem(FORMATS, "jsonl", broken)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("export_quotes", format="jsonl", out=tmp_path)
