"""What must hold in the sample stories and in the annotation that goes with them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

Story = dict[str, Any]

ROOT = Path(__file__).parents[2]
MARKED = re.compile(
    r"“[^”]*(?:”|$)|«[^»]*(?:»|$)|\"[^\"]*(?:\"|$)|''.*?(?:''|$)|(?<!\w)‘.*?’(?!\w)"
)
STORY_FIELDS = {
    "slug",
    "style",
    "outlet",
    "headline",
    "byline",
    "published_on",
    "country",
    "language",
    "url",
    "phenomena",
    "skipped",
    "speakers",
    "quotes",
    "corrections",
    "negatives",
}
QUOTE_FIELDS = {
    "id",
    "tier",
    "kind",
    "act",
    "content",
    "cue",
    "source",
    "speaker",
    "addressee",
    "parent",
}
CORRECTION_FIELDS = {
    "id",
    "tier",
    "start",
    "end",
    "evidence",
    "cue",
    "kind",
    "explicitness",
    "corrector",
    "corrected",
    "corrected_quotes",
    "correcting_quotes",
    "retells",
    "same_point_as",
}
KINDS = {"direct", "mixed", "indirect"}
ACTS = {"statement", "question", "attitude"}
TIERS = {"core", "extended"}
SPEAKER_KINDS = {"person", "organisation", "group", "unnamed"}
CORRECTION_KINDS = {"denial", "contradiction", "self_correction"}
EXPLICITNESS = {"verb", "juxtaposed", "implied"}
PRONOUNS = {"he", "she", "it", "they", "i"}
HONORIFICS = r"\b(Mr|Ms|Dr|Sir|Dame)\b"


def spans(story: Story) -> Iterator[dict[str, Any]]:
    """Everything that has an offset and a text."""
    yield from story["skipped"]
    yield from story["negatives"]
    for quote in story["quotes"]:
        yield from quote["content"]
        yield from (quote[role] for role in ("cue", "source") if quote[role])
    for correction in story["corrections"]:
        yield {**correction, "text": correction["evidence"]}
        if correction["cue"]:
            yield correction["cue"]


def hull(quote: dict[str, Any]) -> tuple[int, int]:
    return quote["content"][0]["start"], quote["content"][-1]["end"]


def top_level(story: Story) -> list[dict[str, Any]]:
    return [quote for quote in story["quotes"] if quote["parent"] is None]


def unmarked(quote: dict[str, Any]) -> str:
    """The words of a content that stand outside quotation marks."""
    return "".join(MARKED.sub("", part["text"]) for part in quote["content"])


def by_id(story: Story) -> dict[str, dict[str, Any]]:
    return {quote["id"]: quote for quote in story["quotes"]}


# --- Files and text --------------------------------------------------------------------------


def test_at_least_eight_stories(stories: list[Story]) -> None:
    assert len(stories) >= 8
    assert {path.stem for path in (ROOT / "samples").glob("*.txt")} == {
        story["slug"] for story in stories
    }


def test_fields_are_complete(story: Story) -> None:
    assert set(story) - {"text"} == STORY_FIELDS
    assert date.fromisoformat(story["published_on"]).year == 2026
    assert re.fullmatch(r"en-[A-Z]{2}", story["language"])
    assert story["url"] == f"https://example.org/{story['slug']}"


def test_stories_differ_in_name_outlet_and_style(stories: list[Story]) -> None:
    for field in ("slug", "outlet", "headline", "style"):
        assert len({story[field] for story in stories}) == len(stories)


def test_length_is_that_of_a_news_story(story: Story) -> None:
    assert 400 <= len(story["text"].split()) <= 900


def test_text_is_paragraphs_between_blank_lines(story: Story) -> None:
    text = story["text"]
    assert "\r" not in text
    assert "\ufeff" not in text
    assert text == text.strip()
    for paragraph in text.split("\n\n"):
        assert paragraph
        assert "\n" not in paragraph
        assert paragraph == paragraph.strip()
        assert "  " not in paragraph


# --- Spans -----------------------------------------------------------------------------------


def test_every_span_is_a_slice_of_the_text(story: Story) -> None:
    for span in spans(story):
        assert 0 <= span["start"] < span["end"] <= len(story["text"])
        assert story["text"][span["start"] : span["end"]] == span["text"]
        assert span["text"] == span["text"].strip()


def test_parts_of_a_quote_are_ordered_and_disjoint(story: Story) -> None:
    for quote in story["quotes"]:
        assert quote["content"]
        for left, right in pairwise(quote["content"]):
            assert left["end"] <= right["start"]


def test_no_part_runs_over_a_paragraph(story: Story) -> None:
    for quote in story["quotes"]:
        assert all("\n" not in part["text"] for part in quote["content"])


def test_top_level_quotes_do_not_overlap(story: Story) -> None:
    hulls = sorted(hull(quote) for quote in top_level(story))
    for left, right in pairwise(hulls):
        assert left[1] <= right[0]


def test_nested_quote_lies_in_its_parent(story: Story) -> None:
    for quote in story["quotes"]:
        if quote["parent"] is not None:
            parent = by_id(story)[quote["parent"]]
            assert parent["parent"] is None
            start, end = hull(quote)
            assert any(p["start"] <= start and end <= p["end"] for p in parent["content"])


def test_quotes_are_numbered_in_reading_order(story: Story) -> None:
    assert [q["id"] for q in story["quotes"]] == [
        f"q{number:02d}" for number in range(1, len(story["quotes"]) + 1)
    ]
    starts = [hull(quote)[0] for quote in story["quotes"]]
    assert starts == sorted(starts)


def test_full_stop_outside_the_marks_is_left_out(story: Story) -> None:
    for quote in story["quotes"]:
        if not MARKED.search(quote["content"][-1]["text"]):
            assert quote["content"][-1]["text"][-1] not in ".,;:"
        assert not re.search(r"[”’»\"][.,;:]$", quote["content"][-1]["text"])


def test_every_pair_of_marks_is_accounted_for(story: Story) -> None:
    """Marks are a quote, a title, a scare quote…: nothing was overlooked."""
    covered = [(p["start"], p["end"]) for q in story["quotes"] for p in q["content"]]
    covered += [(s["start"], s["end"]) for s in story["negatives"] + story["skipped"]]
    offset = 0
    for paragraph in story["text"].split("\n\n"):
        for match in MARKED.finditer(paragraph):
            start, end = match.start() + offset, match.end() + offset
            assert any(s <= start and end <= e for s, e in covered), match.group()
        offset += len(paragraph) + 2


def test_quotes_and_skipped_stretches_are_apart(story: Story) -> None:
    for skipped in story["skipped"]:
        for quote in story["quotes"]:
            start, end = hull(quote)
            assert end <= skipped["start"] or skipped["end"] <= start


# --- Quotes ----------------------------------------------------------------------------------


def test_quotes_use_the_words_of_the_schema(story: Story) -> None:
    for quote in story["quotes"]:
        assert set(quote) == QUOTE_FIELDS
        assert quote["kind"] in KINDS
        assert quote["act"] in ACTS
        assert quote["tier"] in TIERS


def test_kind_follows_from_the_marks(story: Story) -> None:
    for quote in story["quotes"]:
        marked = any(MARKED.search(part["text"]) for part in quote["content"])
        assert marked == (quote["kind"] != "indirect"), quote
        if quote["kind"] == "direct":
            assert not re.search(r"\w", unmarked(quote)), quote


def test_core_quote_has_a_speaker_and_without_a_cue_is_a_paragraph(story: Story) -> None:
    for quote in story["quotes"]:
        if quote["tier"] == "extended":
            continue
        assert quote["speaker"] is not None
        if quote["cue"] is None:
            start, end = hull(quote)
            assert story["text"][:start].endswith("\n\n")
            assert story["text"][end : end + 2] in ("\n\n", "")
        else:
            assert quote["source"] is not None


def test_speakers_are_declared_and_occur_in_the_text(story: Story) -> None:
    names = [speaker["name"] for speaker in story["speakers"]]
    assert len(names) == len(set(names))
    for speaker in story["speakers"]:
        assert speaker["kind"] in SPEAKER_KINDS
        assert any(name in story["text"] for name in [speaker["name"], *speaker["aliases"]])
        assert all(alias in story["text"] for alias in speaker["aliases"])
    people = {q["speaker"] for q in story["quotes"]} | {q["addressee"] for q in story["quotes"]}
    people |= {c[side] for c in story["corrections"] for side in ("corrector", "corrected")}
    assert people - {None} == set(names)


def test_named_source_is_a_name_of_its_speaker(story: Story) -> None:
    """A source that holds a declared person's surname belongs to that person."""
    surnames = {
        speaker["name"].split()[-1]: speaker["name"]
        for speaker in story["speakers"]
        if speaker["kind"] == "person"
    }
    for quote in story["quotes"]:
        if quote["source"]:
            head = re.split(r",? (?:who|whose)\b", quote["source"]["text"])[0]
            # "Mr Dray’s running mate, Sabine Hallowell-Pryce": the possessor is not the source.
            head = re.sub(r"\w+[’']s\b", "", head)
            found = {full for last, full in surnames.items() if re.search(rf"\b{last}\b", head)}
            assert not found or quote["speaker"] in found


def test_no_real_office_holder_is_named(stories: list[Story]) -> None:
    """The engine's file of office holders and these stories share no person."""
    files = list((ROOT / "quotes" / "extraction" / "data").glob("*office*"))
    assert files
    real = " ".join(file.read_text("utf-8") for file in files)
    for story in stories:
        for speaker in story["speakers"]:
            if speaker["kind"] == "person":
                assert speaker["name"] not in real


# --- Corrections -----------------------------------------------------------------------------


def test_corrections_use_the_words_of_the_schema(story: Story) -> None:
    for correction in story["corrections"]:
        assert set(correction) == CORRECTION_FIELDS
        assert correction["kind"] in CORRECTION_KINDS
        assert correction["explicitness"] in EXPLICITNESS
        assert correction["tier"] in TIERS


def test_a_verb_is_the_cue_of_an_explicit_correction(story: Story) -> None:
    for correction in story["corrections"]:
        assert (correction["cue"] is not None) == (correction["explicitness"] == "verb")
        if correction["cue"]:
            assert correction["start"] <= correction["cue"]["start"]
            assert correction["cue"]["end"] <= correction["end"]


def test_quotes_of_a_correction_are_spoken_by_that_side(story: Story) -> None:
    quotes = by_id(story)
    for correction in story["corrections"]:
        sides = {"corrected": "corrected_quotes", "corrector": "correcting_quotes"}
        for side, field in sides.items():
            assert all(quotes[q]["speaker"] == correction[side] for q in correction[field])


def test_corrector_is_known_and_differs_from_corrected(story: Story) -> None:
    for correction in story["corrections"]:
        assert correction["corrector"] is not None
        if correction["kind"] != "self_correction":
            assert correction["corrector"] != correction["corrected"]


def test_claim_comes_before_retort_unless_one_takes_back_a_label(story: Story) -> None:
    quotes = by_id(story)
    for correction in story["corrections"]:
        if correction["kind"] == "self_correction":
            continue
        for claim in correction["corrected_quotes"]:
            for retort in correction["correcting_quotes"]:
                assert hull(quotes[claim])[0] < hull(quotes[retort])[0]


def test_retellings_point_back_and_make_no_chains(story: Story) -> None:
    earlier: dict[str, dict[str, Any]] = {}
    for correction in story["corrections"]:
        if correction["retells"]:
            told = earlier[correction["retells"]]
            assert told["retells"] is None
            assert told["corrector"] == correction["corrector"]
            assert told["corrected"] == correction["corrected"]
        if correction["same_point_as"]:
            assert earlier[correction["same_point_as"]]["corrected"] == correction["corrected"]
        earlier[correction["id"]] = correction


# --- Phenomena -------------------------------------------------------------------------------


def any_quote(test: Callable[[Story, dict[str, Any]], bool]) -> Callable[[Story], bool]:
    return lambda story: any(test(story, quote) for quote in story["quotes"])


def any_correction(test: Callable[[dict[str, Any]], bool]) -> Callable[[Story], bool]:
    return lambda story: any(test(correction) for correction in story["corrections"])


def source_matches(pattern: str) -> Callable[[Story], bool]:
    return any_quote(
        lambda _, q: bool(q["source"] and re.search(pattern, q["source"]["text"], re.IGNORECASE))
    )


def cue_matches(pattern: str) -> Callable[[Story], bool]:
    return any_quote(
        lambda _, q: bool(q["cue"] and re.fullmatch(pattern, q["cue"]["text"], re.IGNORECASE))
    )


def noted(field: str, pattern: str) -> Callable[[Story], bool]:
    key = "why" if field == "negatives" else "reason"
    return lambda story: any(re.search(pattern, note[key]) for note in story[field])


def speaker_kind(kind: str) -> Callable[[Story], bool]:
    def shown(story: Story) -> bool:
        names = {s["name"] for s in story["speakers"] if s["kind"] == kind}
        return any(q["source"] and q["speaker"] in names for q in story["quotes"])

    return shown


def marks(pattern: str) -> Callable[[Story], bool]:
    return any_quote(
        lambda _, q: q["parent"] is None and bool(re.match(pattern, q["content"][0]["text"]))
    )


def cue_side(test: Callable[[int, int, int], bool]) -> Callable[[Story], bool]:
    return any_quote(lambda _, q: bool(q["cue"]) and test(*hull(q), q["cue"]["start"]))


def continues_in_next_paragraph(story: Story, quote: dict[str, Any]) -> bool:
    start, end = hull(quote)
    return "\n\n" in story["text"][start:end]


def two_quotes_in_a_sentence(story: Story) -> bool:
    """Two top-level quotes with one source and no full stop between them."""
    pairs = pairwise(top_level(story))
    return any(
        left["source"] == right["source"] is not None
        and "." not in story["text"][hull(left)[1] : hull(right)[0]]
        for left, right in pairs
    )


def elided(story: Story, quote: dict[str, Any]) -> bool:
    """The source stands before another quote's cue: "He said … and stressed …"."""
    return any(
        other is not quote
        and other["source"] == quote["source"] is not None
        and hull(other)[0] < hull(quote)[0]
        for other in story["quotes"]
    )


PHENOMENA: dict[str, Callable[[Story], bool]] = {
    "direct": any_quote(lambda _, q: q["kind"] == "direct"),
    "mixed": any_quote(lambda _, q: q["kind"] == "mixed"),
    "indirect": any_quote(lambda _, q: q["kind"] == "indirect"),
    "single_marks": marks("‘"),
    "straight_marks": marks('"'),
    "doubled_single_marks": marks("''"),
    "guillemets": marks("«"),
    "content_before_cue": cue_side(lambda start, end, cue: end <= cue),
    "content_after_cue": cue_side(lambda start, end, cue: cue < start),
    "content_around_cue": cue_side(lambda start, end, cue: start < cue < end),
    "multi_paragraph_quote": any_quote(continues_in_next_paragraph),
    "bare_quote_paragraph": any_quote(lambda _, q: q["tier"] == "core" and q["cue"] is None),
    "quote_in_quote": any_quote(lambda _, q: q["parent"] is not None and q["kind"] == "direct"),
    "several_quotes_in_one_sentence": two_quotes_in_a_sentence,
    "adding": cue_matches("adding"),
    "according_to": cue_matches("according to"),
    "document_source": source_matches(r"\b(report|survey|filing|letter|paper|bulletin|poll)\b"),
    "organisation_source": speaker_kind("organisation"),
    "unnamed_source": speaker_kind("unnamed"),
    "collective_source": speaker_kind("group"),
    "honorific_source": source_matches(HONORIFICS),
    "title_source": source_matches(
        r"^the (minister|leader|mayor|judge|sergeant|moderator|education secretary)\b"
        r"|\b(captain|sergeant|judge|mayor|gov\.|governor|director|chief minister|president)\b"
    ),
    "pronoun_source": any_quote(
        lambda _, q: bool(q["source"]) and q["source"]["text"].lower() in PRONOUNS
    ),
    "description_source": source_matches(
        r"year-old\b|^a lorry driver|^the (first author|dealer|other|paper’s first author)$"
        r"|^one candidate|, who(se)? |^the \w+’s librarian"
    ),
    "elided_source": any_quote(elided),
    "reported_question": any_quote(lambda _, q: q["act"] == "question" and q["kind"] != "direct"),
    "unnamed_asker": any_quote(
        lambda _, q: q["act"] == "question" and q["speaker"] is None and q["source"] is None
    ),
    "named_asker": any_quote(
        lambda _, q: (
            q["act"] == "question"
            and q["tier"] == "core"
            and q["speaker"] is not None
            and q["addressee"] is not None
        )
    ),
    "addressee": any_quote(lambda _, q: q["addressee"] is not None and q["tier"] == "core"),
    "attitude": any_quote(lambda _, q: q["act"] == "attitude"),
    "scare_quotes": noted("negatives", "scare quotes"),
    "title_of_work": noted("negatives", "^title of"),
    "nickname": noted("negatives", "^nickname"),
    "donation_appeal": noted("skipped", "donation appeal"),
    "newsletter_appeal": noted("skipped", "newsletter"),
    "read_more": lambda story: any("Read more" in s["text"] for s in story["skipped"]),
    "photo_credit": noted("skipped", "photo credit"),
    "metadata_line": noted("skipped", "metadata"),
    "denial": any_correction(lambda c: c["kind"] == "denial"),
    # Whether the retort holds the right fact is a reader's judgement: no field says so.
    "contradiction_with_fact": any_correction(
        lambda c: c["kind"] == "contradiction" and bool(c["correcting_quotes"])
    ),
    "contradiction_without_fact": any_correction(lambda c: c["kind"] == "contradiction"),
    "self_correction": any_correction(
        lambda c: c["kind"] == "self_correction" and c["corrector"] == c["corrected"]
    ),
    "clarification_by_own_side": any_correction(
        lambda c: c["kind"] == "self_correction" and c["corrector"] != c["corrected"]
    ),
    "correction_by_verb": any_correction(lambda c: c["explicitness"] == "verb"),
    "correction_juxtaposed": any_correction(lambda c: c["explicitness"] == "juxtaposed"),
    "intervened_to_say": any_correction(
        lambda c: bool(c["cue"]) and c["cue"]["text"] == "intervened to say"
    ),
    "corrected_nobody_named": any_correction(lambda c: c["corrected"] is None),
    "retold": any_correction(lambda c: c["retells"] is not None),
    "same_point": any_correction(lambda c: c["same_point_as"] is not None),
    "negative_echoed": noted("negatives", "^echoed"),
    "negative_rejected_plan": noted("negatives", r"(refused|rejected), no claim"),
    "negative_challenge_at_polls": noted("negatives", "challenge at the polls"),
    "negative_challenge_in_court": noted("negatives", "challenge in court"),
    "negative_challenge": noted("negatives", "a result is no claim"),
}


@pytest.mark.parametrize("phenomenon", PHENOMENA)
def test_each_phenomenon_is_in_some_story(stories: list[Story], phenomenon: str) -> None:
    assert any(phenomenon in story["phenomena"] for story in stories)


def test_a_story_shows_what_it_declares(story: Story) -> None:
    assert len(story["phenomena"]) == len(set(story["phenomena"]))
    assert [p for p in story["phenomena"] if not PHENOMENA[p](story)] == []


def test_negatives_and_skipped_say_why(story: Story) -> None:
    assert all(note["why"] for note in story["negatives"])
    assert all(note["reason"] for note in story["skipped"])


def test_gold_is_written_as_readable_json(story: Story) -> None:
    path = ROOT / "samples" / f"{story['slug']}.json"
    plain = {key: value for key, value in story.items() if key != "text"}
    assert path.read_text("utf-8") == json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
