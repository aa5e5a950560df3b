"""Annotations of other tools: each gives the same quotes, and what does not fit is refused."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from quotes.importing import ReadFailure
from quotes.importing.annotated import read_annotated
from quotes.importing.record import RecordLine
from quotes.models import Quote
from quotes.operations.restoring import restore_lines

TEXT = "🚋 “It stays open,” said Petra Holm.\n\nUdo Brandt added that it\ncloses in May."
CONTENT, SOURCE, CUE = (2, 18), (24, 34), (19, 23)
ADDED, LATER = (48, 53), (54, 76)
EXPECTED = [
    ("direct", ["“It stays open,”"], ["Petra Holm"], ["said"]),
    ("indirect", ["that it\ncloses in May"], [], ["added"]),
]


def utf16(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le")) // 2


def zipped(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return file.getvalue()


MARKS = [("Content", CONTENT), ("Source", SOURCE), ("Cue", CUE), ("Cue", ADDED), ("Quote", LATER)]
BRAT = (
    "T1\tContent 2 18\t“It stays open,”\nT2\tSource 24 34\tPetra Holm\nT3\tCue 19 23\tsaid\n"
    "T4\tCue 48 53\tadded\nT5\tContent 54 61;62 75\tthat it closes in May\n"
    "R1\tSource Arg1:T1 Arg2:T2\nE1\tCue:T3 Content:T1\nA1\tStatus T1 confirmed\n"
    "#1\tAnnotatorNotes T1\tspeaker: Petra Holm\n"
)
LATER = (54, 75)
MARKS[4] = ("Quote", LATER)
FILES: dict[str, tuple[str, bytes]] = {
    "brat": ("a.zip", zipped(one_txt=TEXT, one_ann=BRAT)),
    "doccano labels": (
        "a.jsonl",
        json.dumps({"text": TEXT, "label": [[*place, name] for name, place in MARKS]}).encode(),
    ),
    "doccano relations": (
        "a.jsonl",
        json.dumps(
            {
                "text": TEXT,
                "entities": [
                    {"id": n, "label": name, "start_offset": start, "end_offset": end}
                    for n, (name, (start, end)) in enumerate(MARKS)
                ],
                "relations": [{"id": 9, "from_id": 0, "to_id": 1, "type": "Source"}],
            }
        ).encode(),
    ),
    "prodigy": (
        "a.jsonl",
        json.dumps(
            {
                "text": TEXT,
                "answer": "accept",
                "spans": [
                    {"start": start, "end": end, "label": name.upper()}
                    for name, (start, end) in MARKS
                ],
                "relations": [
                    {
                        "head_span": {"start": 2, "end": 18},
                        "child_span": {"start": 24, "end": 34},
                        "label": "Source",
                    }
                ],
            }
        ).encode(),
    ),
    "polnear": (
        "a.jsonl",
        json.dumps(
            {
                "text": TEXT,
                "title": "Depot",
                "attributions": [
                    {"id": "E1", "content": [CONTENT], "source": [SOURCE], "cue": [CUE]},
                    {"id": "E2", "content": [LATER], "source": [], "cue": [ADDED]},
                ],
            }
        ).encode(),
    ),
    "label studio": (
        "a.json",
        json.dumps(
            [
                {
                    "data": {"text": TEXT},
                    "annotations": [
                        {
                            "result": [
                                {
                                    "id": f"r{n}",
                                    "type": "labels",
                                    "value": {
                                        "start": utf16(TEXT, start),
                                        "end": utf16(TEXT, end),
                                        "text": TEXT[start:end],
                                        "labels": [name],
                                    },
                                }
                                for n, (name, (start, end)) in enumerate(MARKS)
                            ]
                            + [{"type": "relation", "from_id": "r0", "to_id": "r1"}]
                        }
                    ],
                }
            ]
        ).encode(),
    ),
}


def quotes(item: Any) -> list[tuple[str, list[str], list[str], list[str]]]:
    assert isinstance(item, RecordLine), item
    return [
        (
            quote["kind"],
            *(
                [part["exact"] for part in quote["parts"] if part["role"] == role]
                for role in ("content", "source", "cue")
            ),
        )
        for quote in item.data["quotes"]
    ]


@pytest.mark.parametrize("tool", FILES)
def test_every_tool_gives_the_same_quotes(tool):
    name, data = FILES[tool]
    (item,) = read_annotated(name, io.BytesIO(data))
    assert quotes(item) == EXPECTED
    assert item.data["text"] == TEXT
    assert all(quote["status"] == "confirmed" for quote in item.data["quotes"])
    assert all(quote["origin"] == "import" for quote in item.data["quotes"])


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.zip", zipped(a_txt=TEXT, a_ann="T1\tContent 3 9\tno such"), "“It sta” stands there"),
        ("a.zip", zipped(a_txt=TEXT, a_ann="T1\tContent 3 x\tno"), "Line 1 of the .ann"),
        ("a.zip", zipped(a_txt=TEXT, a_ann="T1\tPerson 3 9\tno"), "“Person” is not known"),
        ("a.zip", zipped(a_csv=TEXT), "no .txt"),
        ("a.jsonl", json.dumps({"text": TEXT, "label": [[0, 9999, "cue"]]}).encode(), "outside"),
        ("a.jsonl", json.dumps({"text": TEXT, "label": [[0, 9]]}).encode(), "[start, end, name]"),
        ("a.jsonl", json.dumps({"text": TEXT, "label": [["0", 9, "cue"]]}).encode(), "no place"),
        ("a.jsonl", json.dumps({"label": []}).encode(), "“text” is missing"),
        ("a.jsonl", json.dumps({"text": TEXT, "spans": [7]}).encode(), "“start” is missing"),
        (
            "a.jsonl",
            json.dumps({"text": TEXT, "spans": [], "answer": "reject"}).encode(),
            "not accept",
        ),
        (
            "a.jsonl",
            json.dumps({"text": TEXT, "attributions": [{"content": [3]}]}).encode(),
            "[[start, end], …]",
        ),
        ("a.json", b"{}", "a list of tasks"),
        ("a.json", b"[", "Not JSON"),
        ("a.json", b"[{}]", "“data” is missing"),
        (
            "a.json",
            json.dumps([{"data": {"text": TEXT}, "annotations": [7]}]).encode(),
            "must be an object",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(name, data, said):
    (item,) = read_annotated(name, io.BytesIO(data))
    assert isinstance(item, ReadFailure)
    assert said in item.reason


LONE = "\ud800"
STRAY = {"id": "a", "value": {"start": 0, "end": 5, "text": f"{LONE}bad", "labels": ["cue"]}}


def task(text: str) -> bytes:
    return json.dumps([{"data": {"text": text}, "annotations": [{"result": [STRAY]}]}]).encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", task(TEXT), "should be “?bad”"),
        ("a.json", task(TEXT + LONE), "cannot be stored"),
        ("a.jsonl", json.dumps({"text": TEXT, "label": [[0, 5, LONE]]}).encode(), "“?” is not"),
        ("a.jsonl", json.dumps({"text": TEXT, f"{LONE}\x00": 1}).encode(), "the key “??”"),
        (f"{LONE}.jsonl", b"{", "Not valid JSON"),
    ],
)
def test_case_38_a_refusal_can_be_shown_whatever_it_quotes(collection, name, data, said):
    lines = list(read_annotated(name, io.BytesIO(data)))
    report = restore_lines(collection=collection, lines=lines)
    assert report.states == {"failed": 1}
    assert said in str(report.said[0]).encode().decode()


@pytest.mark.django_db
def test_our_own_brat_export_is_read_back(collection):
    from quotes.exports.filters import ExportFilters
    from quotes.exports.formats.all import FORMATS
    from tests.factories import make_article, make_quote

    article = make_article(collection, TEXT)
    make_quote(article, "“It stays open,”", source="Petra Holm", cue="said")
    make_quote(article, "that it\ncloses in May", cue="added")
    file = io.BytesIO()
    FORMATS["brat"].write(ExportFilters(within=None), file)
    (item,) = read_annotated("brat.zip", file)
    assert [(kind, content, cue) for kind, content, _, cue in quotes(item)] == [
        (kind, content, cue) for kind, content, _, cue in EXPECTED
    ]


def attributions(*contents: tuple[int, int]) -> bytes:
    found = [{"content": [place], "source": [], "cue": []} for place in contents]
    return json.dumps({"text": TEXT, "attributions": found}).encode()


@pytest.mark.django_db
def test_a_quote_inside_a_quote_has_it_as_parent(collection):
    data = attributions((48, 53), (3, 8), (2, 34), (3, 17))
    (item,) = read_annotated("a.jsonl", io.BytesIO(data))
    found = {quote["end"]: quote for quote in item.data["quotes"]}
    assert found[34]["parent"] is found[53]["parent"] is None
    assert found[17]["parent"] == found[34]["id"]
    assert found[8]["parent"] == found[17]["id"]
    restore_lines(collection=collection, lines=[item])
    assert Quote.objects.live().count() == 4


@pytest.mark.parametrize("places", [((2, 18), (10, 34)), ((2, 18), (2, 18))])
def test_quotes_that_cross_are_refused_by_their_places(places):
    (item,) = read_annotated("a.jsonl", io.BytesIO(attributions(*places)))
    assert isinstance(item, ReadFailure)
    start, end = places[1]
    assert f"1.content at {start} to {end} overlaps 0.content at 2 to 18" in item.reason


@pytest.mark.django_db
@pytest.mark.parametrize("tool", FILES)
def test_a_dry_run_of_every_tool_says_what_then_happens(collection, tool):
    name, data = FILES[tool]

    def run(*, dry_run: bool):
        lines = read_annotated(name, io.BytesIO(data))
        return restore_lines(collection=collection, lines=lines, dry_run=dry_run)

    tried = run(dry_run=True)
    assert not Quote.objects.exists()
    assert run(dry_run=False) == tried
    assert tried.counts["quotes"] == Quote.objects.count() == 2
    assert run(dry_run=True).states == {"duplicate": 1}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"../a.txt": TEXT}, "leads outside"),
        ({"/a.txt": TEXT}, "leads outside"),
        ({f"{number}.txt": "" for number in range(5_001)}, "more than 5,000 files"),
        ({"a.txt": "0" * 10_000_000}, "more than 100 times its size"),
    ],
    ids=["climbs", "absolute", "many", "bomb"],
)
def test_a_hostile_archive_is_refused_whole(entries, said):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    (found,) = read_annotated("a.zip", file)
    assert isinstance(found, ReadFailure)
    assert said in found.reason
