"""The tagger from text to spans; its files; its time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quotes.extraction.tagging import DamagedModel, load_tagger
from quotes.extraction.tagging.encoding import FEATURES
from quotes.extraction.tagging.labels import LABELS, begin, inside
from quotes.extraction.tagging.weights import MODEL_DIRECTORY
from quotes.extraction.text import paragraphs
from tests.extraction.tagging.small import LAWLESS, WORDS, Network, small_tokenizer, tagger_with
from tests.timing import times_longer

NUMBER = {word: number for number, word in enumerate(WORDS)}
BY_WORD = {
    NUMBER["mayor"]: begin("source"),
    NUMBER["he"]: begin("source"),
    NUMBER["said"]: begin("cue"),
    NUMBER['"']: inside("content"),
    NUMBER["bridge"]: inside("content"),
    NUMBER["close"]: inside("content"),
    NUMBER["re"]: inside("content"),
    NUMBER["cafe"]: inside("content"),
    NUMBER["will"]: inside("content"),
    NUMBER["[UNK]"]: inside("content"),
}


def tag(text):
    tagger = tagger_with(Network(lambda piece, _place: BY_WORD.get(piece, 0)))
    found = tagger.tag(text, paragraphs(text))
    return [(span.role, text[span.start : span.end]) for span in found]


def test_roles_come_back_as_stretches_of_the_text():
    assert tag("The mayor said bridge will close .") == [
        ("source", "mayor"),
        ("cue", "said"),
        ("content", "bridge will close"),
    ]


def test_doubled_single_marks_belong_to_the_content():
    assert tag("''Bridge will close'' he said") == [
        ("content", "''Bridge will close''"),
        ("source", "he"),
        ("cue", "said"),
    ]


def test_last_piece_of_a_word_is_part_of_its_span():
    assert tag("said bridge will reopen")[1] == ("content", "bridge will reopen")


def test_combining_mark_at_the_end_stays_with_its_letter():
    assert tag("said bridge will close cafe\u0301")[1] == (
        "content",
        "bridge will close cafe\u0301",
    )


def test_emoji_before_a_span_does_not_shift_it():
    assert tag("👍🏽 . the mayor said")[-2:] == [("source", "mayor"), ("cue", "said")]


def test_marks_without_a_word_are_no_span():
    assert tag('said . " "') == [("cue", "said")]


def test_span_over_several_windows_is_one():
    text = "said " + "bridge will close " * 400
    (cue, content) = tag(text)
    assert cue == ("cue", "said")
    assert content == ("content", text[5:].strip())


def test_spans_carry_a_probability():
    tagger = tagger_with(Network(lambda piece, _place: BY_WORD.get(piece, 0)))
    clear = "The mayor said ."
    source, cue = tagger.tag(clear, paragraphs(clear))
    assert min(source.probability, cue.probability) > 0.9
    unclear = "The bridge . close"
    assert all(0 < span.probability < 0.6 for span in tagger.tag(unclear, paragraphs(unclear)))


def test_empty_text_has_no_spans():
    assert tag("") == []
    assert tag(" \n\n \n") == []


hostile = st.text(
    st.sampled_from("ab \n\n\"'“”‘’«»„`´.,!?[]👍\u0301\u200dé\t\u2028\xa0Ⅷß\ud83d\x00"),
    max_size=300,
)


@settings(max_examples=150, deadline=None)
@given(hostile, st.integers(0, 10**6))
def test_spans_stay_in_their_paragraphs_whatever_the_text(text, seed):
    """The network here answers at random, which no trained one does worse than."""
    network = Network(lambda piece, place: hash((piece, place, seed)) % len(LABELS))
    lines = paragraphs(text)
    previous = 0
    for span in tagger_with(network).tag(text, lines):
        assert previous <= span.start < span.end
        assert any(line.start <= span.start and span.end <= line.end for line in lines)
        assert not text[span.start].isspace()
        assert 0.0 <= span.probability <= 1.0
        previous = span.start


def test_long_text_is_read_window_by_window():
    network = Network(lambda _piece, _place: 0)
    text = "the bridge will close " * 600
    tagger_with(network).tag(text, paragraphs(text))
    assert len(network.shapes) == 12
    assert all(windows == 1 and pieces <= 256 for windows, pieces in network.shapes)


class Silent(Network):
    """Answers at once, so that only the tagger's own work is timed."""

    def run(self, names, given):
        import numpy as np

        self.shapes.append(given["ids"].shape)
        return [np.zeros((*given["ids"].shape, len(LABELS)), dtype=np.float32)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "The mayor said “the bridge will close”, he said.\n",
        "the bridge will close ",
        "“‘\"''",
        "a",
    ],
)
def test_twice_the_text_takes_twice_the_time(unit):
    def tagging(size: int) -> Callable[[], object]:
        text = unit * (size // len(unit))
        lines = paragraphs(text)
        return lambda: tagger_with(Silent(lambda _piece, _place: 0)).tag(text, lines)

    assert times_longer(tagging(120_000), tagging(60_000), at_most=2.8) <= 2.8


def model(directory, **changes):
    weights, words = b"no network", small_tokenizer().to_str().encode()
    (directory / "tagger.onnx").write_bytes(weights)
    (directory / "tokenizer.json").write_bytes(words)
    config = {
        "name": "small",
        "version": "0",
        "labels": LABELS,
        "features": FEATURES,
        "transitions": LAWLESS,
        "sha256": {
            "tagger.onnx": hashlib.sha256(weights).hexdigest(),
            "tokenizer.json": hashlib.sha256(words).hexdigest(),
        },
    }
    (directory / "config.json").write_text(json.dumps(config | changes))


def test_no_weights_means_no_tagger(tmp_path):
    assert load_tagger(tmp_path) is None


@pytest.mark.parametrize("name", ["tagger.onnx", "tokenizer.json", "config.json"])
def test_one_missing_file_means_no_tagger(tmp_path, name):
    model(tmp_path)
    (tmp_path / name).unlink()
    assert load_tagger(tmp_path) is None


@pytest.mark.parametrize("name", ["tagger.onnx", "tokenizer.json"])
def test_altered_file_is_refused(tmp_path, name):
    model(tmp_path)
    with (tmp_path / name).open("ab") as opened:
        opened.write(b" ")
    with pytest.raises(DamagedModel, match=name):
        load_tagger(tmp_path)


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_missing_package_means_no_tagger(tmp_path, monkeypatch, package):
    from quotes.extraction.tagging import tagger

    model(tmp_path)
    find_spec = tagger.importlib.util.find_spec
    monkeypatch.setattr(
        tagger.importlib.util,
        "find_spec",
        lambda name: None if name == package else find_spec(name),
    )
    assert load_tagger(tmp_path) is None


shipped = pytest.mark.skipif(
    not (MODEL_DIRECTORY / "tagger.onnx").exists(), reason="no weights in this checkout"
)


@shipped
@pytest.mark.model
def test_shipped_tagger_reads_a_quote():
    text = "“We will reopen the ferry in May,” harbour master Ines Okafor told reporters on Monday."
    tagger = load_tagger()
    assert tagger is not None
    found = {span.role: text[span.start : span.end] for span in tagger.tag(text, paragraphs(text))}
    assert found["content"].strip("“”,") == "We will reopen the ferry in May"
    assert found["cue"].startswith("told")
    assert found["source"] == "harbour master Ines Okafor"


@shipped
@pytest.mark.model
def test_shipped_tagger_reads_reported_speech():
    text = "Officials in Port Halden said the pier would be closed until the end of the year."
    tagger = load_tagger()
    assert tagger is not None
    found = {span.role: text[span.start : span.end] for span in tagger.tag(text, paragraphs(text))}
    assert found["source"].startswith("Officials")
    assert found["cue"] == "said"
    assert found["content"].startswith("the pier would be closed")


@shipped
@pytest.mark.model
def test_shipped_tagger_gives_equal_results_twice():
    text = "\n\n".join(
        f"Councillor Dara Quill said plan {n} “costs too much” and asked for {n} more days."
        for n in range(40)
    )
    tagger = load_tagger()
    assert tagger is not None
    assert tagger.tag(text, paragraphs(text)) == tagger.tag(text, paragraphs(text))


@shipped
def test_shipped_files_stay_small():
    size = sum(path.stat().st_size for path in MODEL_DIRECTORY.iterdir())
    assert size < 30_000_000
