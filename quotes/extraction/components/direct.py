"""Words in marks: the cue that stands beside a quoted stretch, by order and by the parse."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.components.reported import source_class
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.syntax import noun_phrase, subject, trimmed, verb_group

NAME = "direct_speech"
_WINDOW = 14


@Language.component(NAME, requires=["doc._.marks"], assigns=["doc._.frames"])
def direct_speech(doc: Doc) -> Doc:
    """Propose an attribution for each stretch and each reporting verb of its sentence."""
    frames = doc._.frames or []
    marks: Quoted = doc._.marks
    if doc.has_annotation("DEP"):
        cues = _cues_by_sentence(doc, marks)
        for number in range(len(marks.stretches)):
            frames.extend(_of_stretch(doc, marks, number, cues))
    doc._.frames = frames
    return doc


def _cues_by_sentence(doc: Doc, marks: Quoted) -> dict[int, list[Token]]:
    cues: dict[int, list[Token]] = defaultdict(list)
    for token in doc:
        if (
            marks.of[token.i] < 0
            and token.lemma_.lower() in lexicon.SPEECH
            and (token.pos_ == "VERB" or token.tag_.startswith("VB"))
        ):
            cues[marks.outer[token.i]].append(token)
    return cues


def _of_stretch(
    doc: Doc, marks: Quoted, number: int, cues: dict[int, list[Token]]
) -> Iterator[Frame]:
    first, last = marks.bounds[number]
    outer = marks.outer[first]
    verbs = cues.get(outer, [])
    low = bisect_left(verbs, first - _WINDOW, key=lambda verb: verb.i)
    high = bisect_right(verbs, last + _WINDOW, key=lambda verb: verb.i)
    near = [verb for verb in verbs[low:high] if _gap(verb, first, last) <= _WINDOW]
    for verb in near:
        before = verb.i < first
        gap = _gap(verb, first, last)
        between = range(verb.i + 1, first) if before else range(last, verb.i)
        words = [doc[i] for i in between if not doc[i].is_punct and not doc[i].is_space]
        others = sum(1 for i in between if marks.of[i] >= 0 and i == marks.bounds[marks.of[i]][0])
        colon = before and first and doc[first - 1].text == ":"
        found, how = subject(verb)
        if found is not None and marks.of[found.i] == number:
            found, how = None, "none"
        if found is None or how == "passive":
            found, how = _beside(doc, marks, verb, first, last) or (found, how)
        source = noun_phrase(found) if found is not None and how != "passive" else []
        source = [i for i in source if marks.of[i] != number]
        construction = "colon" if colon else "before" if before else "after"
        frame = Frame(
            construction,
            verb.lemma_.lower(),
            verb.i,
            verb_group(verb),
            source,
            trimmed(doc, (i for i in marks.tokens(number) if not doc[i].is_space)),
            anchor=found.i if found is not None and source else None,
        )
        if not frame.content:
            continue
        others += sum(1 for cue in near if cue.i != verb.i and (cue.i in between))
        inner = marks.text[marks.stretches[number].inner_start : marks.stretches[number].inner_end]
        size = len(frame.content)
        frame.features = [
            f"construction={construction}",
            f"lemma={frame.lemma}",
            f"lemma|construction={frame.lemma}|{construction}",
            f"lemma|family={frame.lemma}|direct",
            f"how={how}",
            f"gap={construction}|{min(gap, 8)}",
            f"words={construction}|{min(len(words), 6)}",
            f"between={min(others, 2)}",
            f"size={'5' if size < 5 else '9' if size < 9 else '20' if size < 20 else '99'}",
            f"tag={construction}|{verb.tag_}",
            f"upper={construction}|{inner[:1].isupper()}",
            f"ends={construction}|{inner[-1:] if inner[-1:] in ',.!?' else 'word'}",
            f"lead={doc[first - 1].text if first and doc[first - 1].is_punct else 'none'}",
            f"single={marks.stretches[number].single}",
            "source=" + (source_class(found) if found is not None and source else "none"),
        ]
        yield frame


def _gap(verb: Token, first: int, last: int) -> int:
    return first - verb.i if verb.i < first else verb.i - last + 1


def _beside(
    doc: Doc, marks: Quoted, verb: Token, first: int, last: int
) -> tuple[Token, str] | None:
    """“…,” said X: the parser often loses X; the name after the verb is the speaker."""
    if verb.i < first:
        end = min(first, verb.i + 6)
        for token in doc[verb.i + 1 : end]:
            if token.pos_ in ("PROPN", "PRON") and token.dep_ not in ("dobj", "pobj", "dative"):
                last_word = token.i
                while last_word + 1 < end and doc[last_word + 1].pos_ == "PROPN":
                    last_word += 1
                return doc[last_word], "beside"
            if token.pos_ not in ("ADV", "PROPN", "DET"):
                break
        return None
    if verb.i >= last:
        for token in doc[verb.i + 1 : verb.i + 6]:
            if marks.of[token.i] >= 0 or token.text in ".,;:" or token.pos_ in ("VERB", "ADP"):
                break
            if token.pos_ in ("PROPN", "PRON") or token.pos_ == "NOUN" and token.dep_ != "compound":
                head = token
                while head.dep_ in ("compound", "amod") and head.head.i > verb.i:
                    head = head.head
                return head, "beside"
        for token in reversed(doc[last : verb.i]):
            if token.pos_ in ("PROPN", "PRON"):
                return token, "beside"
    return None
