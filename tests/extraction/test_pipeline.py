"""Whole articles through the engine, with the language model."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from quotes.extraction import extensions, language, pipeline
from quotes.extraction.__main__ import main
from quotes.extraction.components.quoted_as import reread_quoted_as
from quotes.extraction.components.recorded import reread_recorded
from quotes.extraction.config import ENGINE_VERSION, Config
from quotes.extraction.frames import Frame
from quotes.extraction.pipeline import extract, extract_many, looks_english
from quotes.extraction.segments import attribute_selection
from quotes.extraction.tagging.weights import MODEL_DIRECTORY
from quotes.extraction.types import Attribution, Document, Extraction

pytestmark = pytest.mark.model

STORY = """date 2031-05-06

Harbour master Ida Marsh has told the council the pier will reopen in spring.

“We are nearly there,” she said. “The last beam arrives on Monday.

“After that, it is paint and patience.”

Councillor Toby Wren said the repair was “a scandal” and that ratepayers deserved an apology.

Mr Wren claimed the beams had cost twice the estimate.

Ms Marsh corrected Mr Wren when he claimed that the town had paid. “The county paid,” she told him.

Asked whether he would resign, Mr Wren said: “Why should I?”

According to the Brine Trust, the pier draws 40,000 visitors a year.
"""


@pytest.fixture(scope="module")
def story() -> Extraction:
    return extract(Document(STORY))


def spoken(result: Extraction, words: str) -> Attribution:
    return next(
        item
        for item in result.attributions
        if words in " ".join(STORY[s.start : s.end] for s in item.content)
    )


def speaker(result: Extraction, item: Attribution) -> str:
    assert item.speaker is not None
    return result.speakers[item.speaker].name


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("the pier will reopen", "indirect", "Ida Marsh"),
        ("We are nearly there", "direct", "Ida Marsh"),
        ("a scandal", "mixed", "Toby Wren"),
        ("twice the estimate", "indirect", "Toby Wren"),
        ("the town had paid", "indirect", "Toby Wren"),
        ("The county paid", "direct", "Ida Marsh"),
        ("Why should I?", "direct", "Toby Wren"),
        ("40,000 visitors", "indirect", "Brine Trust"),
    ],
)
def test_words_kind_and_speaker(story: Extraction, words: str, kind: str, name: str) -> None:
    item = spoken(story, words)
    assert (item.kind, speaker(story, item)) == (kind, name)


def test_a_quote_over_two_paragraphs_is_one(story: Extraction) -> None:
    item = spoken(story, "We are nearly there")
    assert [STORY[s.start : s.end] for s in item.content] == [
        "“We are nearly there,”",
        "“The last beam arrives on Monday.",
        "“After that, it is paint and patience.”",
    ]


def test_a_reported_question_is_not_given_to_the_man_who_answers(story: Extraction) -> None:
    asked = [
        item for item in story.attributions
        if "whether he would resign" in "".join(STORY[s.start : s.end] for s in item.content)
    ]  # fmt: skip
    assert all(item.speaker is None for item in asked)


def test_the_correction_has_its_direction_and_its_quotes(story: Extraction) -> None:
    (found,) = story.corrections
    assert story.speakers[found.corrector or 0].name == "Ida Marsh"
    assert found.corrected is not None
    assert story.speakers[found.corrected].name == "Toby Wren"
    claims = [story.attributions[n] for n in found.corrected_quotes]
    retorts = [story.attributions[n] for n in found.correcting_quotes]
    assert spoken(story, "the town had paid") in claims
    assert spoken(story, "The county paid") in retorts


def test_the_date_is_read_and_its_line_left_alone(story: Extraction) -> None:
    assert story.date == dt.date(2031, 5, 6)
    assert [s.reason for s in story.skipped] == ["metadata line"]


def test_each_suggestion_says_why(story: Extraction) -> None:
    reasons = {item.reason for item in story.attributions}
    assert any("“she” → Ida Marsh" in reason for reason in reasons)
    assert all(item.rule and item.reason for item in story.attributions)
    assert story.engine.startswith(ENGINE_VERSION)


def test_a_text_in_another_language_is_read_by_its_marks_alone() -> None:
    text = (
        "Die Werft bleibt noch ein Jahr geschlossen. „Wir fangen im Mai wieder an“, sagte Ida. " * 8
    )
    result = extract(Document(text))
    assert result.language != "en"
    assert "not English" in result.note
    assert not looks_english(text)


def test_without_a_model_the_marks_still_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    from quotes.extraction import language, pipeline

    monkeypatch.setattr(pipeline.language, "load", lambda name: language.blank())
    result = extract(Document("“We are nearly there,” said Ida Marsh."))
    assert "no language model" in result.note
    assert len(result.attributions) == 1


def test_many_come_back_in_order() -> None:
    documents = [Document(f"Ida Marsh said boat {n} sank in the storm.") for n in range(3)]
    found = list(extract_many(documents, processes=2))
    assert found == [extract(document) for document in documents]


def test_many_are_read_together_and_say_what_each_says_alone() -> None:
    samples = sorted((Path(__file__).parents[2] / "samples").glob("*.txt"))
    texts = [path.read_text("utf-8") for path in samples]
    german = "Der Hafen ist zu, sagte sie. " * 12 + "„Er bleibt zu“, sagte er."
    documents = [Document(text) for text in (*texts[:4], "", german, *texts[4:], " ")]
    found = list(extract_many(documents))
    assert found == [extract(document) for document in documents]
    assert [one.language for one in found].count("und") == 1


def test_attitudes_can_be_left_out() -> None:
    text = "Ida Marsh wants to close the pier. She said the beams were sound."
    everything = extract(Document(text))
    spoken_only = extract(Document(text), Config(attitudes=False))
    assert {item.act for item in everything.attributions} == {"attitude", "statement"}
    assert {item.act for item in spoken_only.attributions} == {"statement"}


def test_the_command_line_reports_a_bad_line_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        json.dumps({"id": 1, "text": STORY}) + "\nnot json\n\n" + json.dumps({"id": 3}) + "\n"
        + json.dumps({"id": 4, "text": "Ida Marsh said no."}) + "\n",
        encoding="utf-8",
    )  # fmt: skip
    assert main([str(source), str(target), "--explain", "--engine", "rules"]) == 1
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == [1, 4]
    first = lines[0]["attributions"][0]
    assert first["speaker"] == "Ida Marsh"
    assert first["candidates"][0]["speaker"] == "Ida Marsh"
    assert lines[0]["corrections"][0]["corrected"] == "Toby Wren"
    errors = capsys.readouterr().err
    assert "-- quoted_stretches: 6 stretches between marks" in errors
    assert "-- references: " in errors and "“she” → Ida Marsh" in errors
    assert "-- choose_frames: dropped" in errors
    assert "line 2: not JSON" in errors
    assert 'line 4: no "text"' in errors
    assert "Ida Marsh" in errors


def test_an_engine_that_nobody_trained_is_said_to_be_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "LARGE_MODEL_DIRECTORY", tmp_path / "model-large")
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": 1, "text": STORY}) + "\n", encoding="utf-8")
    assert main([str(source), str(target), "--engine", "large"]) == 2
    assert (
        "“large” has no weights on this machine; make train SIZE=large" in capsys.readouterr().err
    )
    assert not target.exists()


def test_a_large_engine_is_the_one_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "model-large"
    shutil.copytree(MODEL_DIRECTORY, large)
    monkeypatch.setattr(pipeline, "LARGE_MODEL_DIRECTORY", large)
    config = json.loads((large / "config.json").read_text("utf-8"))
    (large / "config.json").write_text(json.dumps({**config, "name": "anybody’s"}), "utf-8")
    found = extract(Document(STORY), Config(engine="large"))
    assert found.engine == f"{ENGINE_VERSION}/large"
    assert "anybody’s" in found.model
    assert "anybody’s" not in extract(Document(STORY)).model


@pytest.mark.parametrize(
    ("text", "source", "content"),
    [
        ("Wren was quoted as saying “it is over”.", "Wren", "“it is over”"),
        ("State radio quoted Ida Marsh as saying the pier held.", "Ida Marsh", "the pier held"),
        ("“It holds,” radio quoted the mayor as saying on Friday.", "the mayor", "“It holds,”"),
    ],
)
def test_whoever_is_quoted_as_saying_it_says_it(text: str, source: str, content: str) -> None:
    (found,) = extract(Document(text)).attributions
    assert [text[span.start : span.end] for span in found.source] == [source]
    assert [text[span.start : span.end] for span in found.content] == [content]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The film uses footage of Ida Marsh asking, “Why do we wait for an answer?”", "Ida Marsh"),
        ("A recording of Ida Marsh saying “nobody checked it” was played.", "Ida Marsh"),
        ("A clip of the mayor, Tom Okafor, joking that the river votes was seen widely.",
         "the mayor, Tom Okafor"),
        ("The programme opened with her asking the minister: “Who signed the contract?”", "her"),
        ("The advert features Tom Okafor promising “no cuts to any library”.", "Tom Okafor"),
    ],
)  # fmt: skip
def test_whoever_is_heard_on_a_recording_says_it(text: str, source: str) -> None:
    (found,) = extract(Document(text)).attributions
    assert [text[span.start : span.end] for span in found.source] == [source]


def test_the_words_of_somebody_who_is_described_hang_below_what_is_told_of_it() -> None:
    text = "Witnesses described Okafor shouting, “It is over, go home.”"
    outer, inner = extract(Document(text)).attributions
    assert [text[span.start : span.end] for span in outer.source] == ["Witnesses"]
    assert [text[span.start : span.end] for span in inner.source] == ["Okafor"]
    assert [text[span.start : span.end] for span in inner.content] == ["“It is over, go home.”"]
    assert inner.parent == 0


@pytest.mark.parametrize("reread", [reread_quoted_as, reread_recorded])
def test_many_such_phrases_do_not_each_go_through_all_that_is_proposed(reread: Any) -> None:
    class Counted(list[Frame]):
        times = 0

        def __iter__(self) -> Iterator[Frame]:
            self.times += 1
            return super().__iter__()

    text = "Radio quoted Marsh as saying it sank. A clip of Marsh saying it sank was played. " * 3
    extensions.register()
    doc = language.read(text, language.load(), 1000)
    doc._.marks = SimpleNamespace(of=[-1] * len(doc))
    frames = Counted()
    reread(doc, frames)
    assert frames.times == 1


@pytest.mark.parametrize("processes", ["1", "2"])
def test_the_command_line_keeps_the_order_and_what_a_failing_article_stands_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], processes: str
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [json.dumps({"id": n, "text": f"Ida Marsh said boat {n} sank."}) for n in range(40)]
    rows[20] = json.dumps({"id": 20})
    source.write_text("\n".join(rows), encoding="utf-8")
    assert main([str(source), str(target), "--processes", processes]) == 1
    found = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["id"] for row in found] == [n for n in range(40) if n != 20]
    assert {row["attributions"][0]["speaker"] for row in found} == {"Ida Marsh"}
    assert 'line 21: no "text"' in capsys.readouterr().err


def test_a_selection_is_given_its_speaker() -> None:
    start = STORY.index("the beams had cost twice")
    found = attribute_selection(Document(STORY), start, start + len("the beams had cost twice"))
    assert found.kind == "indirect"
    assert found.speaker is not None
    assert found.speakers[found.speaker].name == "Toby Wren"
    assert [STORY[s.start : s.end] for s in found.cue] == ["claimed"]


def test_a_selection_of_verbatim_words_is_direct_without_its_marks() -> None:
    start = STORY.index("Why should I?")
    assert attribute_selection(STORY, start, start + 13).kind == "direct"


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (5, 5), (0, 10**6), (15, 17)])
def test_a_selection_without_words_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="selection"):
        attribute_selection(STORY, start, end)


def test_the_language_model_is_the_callers_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    from quotes.extraction import language, pipeline

    asked = []

    def load(name: str) -> language.Model:
        asked.append(name)
        return language.blank()

    monkeypatch.setenv("SPACY_MODEL", "not_this_one")
    monkeypatch.setattr(pipeline.language, "load", load)
    extract(Document("Ida Marsh said no."), Config(language_model="en_core_web_md"))
    assert asked == ["en_core_web_md"]


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("According to the Brine Trust, the pier draws 40,000 visitors a year.", "statement"),
        ("“The pier stands,” laughed Ida Marsh.", "statement"),
        ("Ida Marsh remembered that the pier had stood for years.", "statement"),
        ("Ida Marsh wants to close the pier.", "attitude"),
        ("Ida Marsh asked whether the pier would reopen.", "question"),
    ],
)
def test_what_was_said_is_told_from_what_is_wanted(sentence: str, act: str) -> None:
    found = extract(Document(sentence))
    assert {item.act for item in found.attributions} == {act}


def test_the_parse_names_the_speaker_of_a_second_report() -> None:
    text = "Toby Wren confirmed that a letter had come but said he could not accept it."
    found = extract(Document(text))
    assert {
        found.speakers[item.speaker].name for item in found.attributions if item.speaker is not None
    } == {"Toby Wren"}


def test_a_signature_behind_a_long_dash_without_a_space() -> None:
    text = (
        "The pier reopened on Monday.\n\n“It should have been shut years ago.”― Ida Marsh\n"
        "“I met my husband there.” ―\xa0Tilda Wren\n"
    )
    found = extract(Document(text))
    assert [
        found.speakers[item.speaker].name for item in found.attributions if item.speaker is not None
    ] == ["Ida Marsh", "Tilda Wren"]
