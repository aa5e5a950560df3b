"""What the trained tagger found, linked into attributions: content to cue, cue to source."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import judging, lexicon
from quotes.extraction.components.parts import Link, Part, distance, is_dash
from quotes.extraction.components.relinked import relinked, signed_parts
from quotes.extraction.components.reported import is_asked_of
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.syntax import is_negated, noun_phrase, subject
from quotes.extraction.tagging import TaggedSpan

NAME = "tagged_speech"
_FARTHEST = 60
_HOW = ("subject", "shared", "agent")
_NEAR = 8
_FEW_WORDS = 8
_AT_ONCE = 20
_ASIDE = 100


@Language.component(
    NAME, requires=["doc._.marks", "token.dep"], assigns=["doc._.frames", "doc._.tagged"]
)
def tagged_speech(doc: Doc) -> Doc:
    """Turn ``doc._.tagged`` spans into proposals; without any this does nothing."""
    spans: tuple[TaggedSpan, ...] = doc._.tagged or ()
    if not spans or not doc.has_annotation("DEP"):
        return doc
    marks: Quoted = doc._.marks
    starts = [token.idx for token in doc]
    by_paragraph: dict[int, dict[str, list[Part]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        first = bisect_left(starts, span.start)
        if first and (first == len(starts) or starts[first] > span.start):
            first -= 1
        last = bisect_left(starts, span.end) - 1
        if last < first or all(doc[i].is_space for i in range(first, last + 1)):
            continue
        part = Part(doc, first, last, span.probability)
        by_paragraph[marks.paragraph[first]][span.role].append(part)
    frames: list[Frame] = doc._.frames or []
    for number in sorted(by_paragraph):
        frames.extend(_linked(doc, by_paragraph[number]))
    doc._.frames = frames
    return doc


def _linked(doc: Doc, parts: dict[str, list[Part]]) -> list[Frame]:
    marks: Quoted = doc._.marks
    parts = signed_parts(doc, parts)
    cues = [cue for cue in parts["cue"] if not _is_spoken(marks, cue)]
    sources = parts["source"]
    contents: dict[int, list[Part]] = defaultdict(list)
    for content in parts["content"]:
        near = [n for n, cue in enumerate(cues) if distance(content, cue) <= 4 * _FARTHEST]
        if near:
            best = min(near, key=lambda n: (_content_cost(doc, content, n, cues, parts), n))
            contents[best].append(content)
    pairs = sorted(
        (cost, n, k)
        for n, cue in enumerate(cues)
        for k, source in enumerate(sources)
        if distance(source, cue) <= 2 * _FARTHEST
        and marks.outer[source.first] <= marks.outer[cue.last]
        and (cost := _source_cost(doc, source, cue, cues)) < _FARTHEST
    )
    source_of: dict[int, Part] = {}
    for _, n, k in pairs:
        source_of.setdefault(n, sources[k])
    for n, cue in enumerate(cues):
        if not _goes_on(doc, cue):
            continue
        before = [
            source_of[m]
            for m in range(n)
            if m in source_of
            and _same_sentence(doc, cues[m], cue)
            and not _says_already(doc, cues[m], source_of[m], cue)
        ]
        if before and (n not in source_of or doc[source_of[n].last].tag_ == "WP"):
            source_of[n] = before[-1]
    links = [
        Link(cue, source_of.get(n), _of_this_cue(doc, cue, contents.get(n, [])))
        for n, cue in enumerate(cues)
    ]
    return [_frame(doc, link) for link in relinked(doc, links)]


def _goes_on(doc: Doc, cue: Part) -> bool:
    """ "Wren left the matter open, later asserting, “…”": a participle behind a comma."""
    head = cue.head
    return (
        head.tag_ == "VBG"
        and head.lemma_.lower() in lexicon.SPEECH
        and cue.first > 0
        and doc[cue.first - 1].text == ","
    )


def _says_already(doc: Doc, cue: Part, source: Part, later: Part) -> bool:
    """ "… a man who said it sank, saying, “…”": the man in the clause has said his."""
    return doc[source.last].tag_ == "WP" and cue.head.lemma_ == later.head.lemma_


def _same_sentence(doc: Doc, left: Part, right: Part) -> bool:
    outer = doc._.marks.outer
    return bool(outer[left.first] == outer[right.first])


def _is_spoken(marks: Quoted, cue: Part) -> bool:
    """ "“He began by saying it rained,” Wren said": whatever is told in marks, Wren says it."""
    number = marks.of[cue.first]
    if number < 0 or not marks.stretches[number].closed:
        return False
    return len(marks.tokens(number)) > _FEW_WORDS


def _of_this_cue(doc: Doc, cue: Part, contents: list[Part]) -> list[Part]:
    """ "“A.” She added: “B.”": what is quoted in the sentence before belongs to an earlier cue.

    And "She did not say when. “B.”": what was not said is not what follows.
    """
    marks: Quoted = doc._.marks
    if is_negated(cue.head):
        contents = [p for p in contents if marks.outer[p.first] <= marks.outer[cue.first]]
    if any(marks.of[part.first] >= 0 for part in contents):
        contents = [part for part in contents if not _is_told_beside(doc, part, cue)]
    if all(part.last < cue.first for part in contents):
        return contents
    return [
        part
        for part in contents
        if part.last > cue.first
        or marks.of[part.last] < 0
        or marks.outer[part.last] == marks.outer[cue.first]
    ]


def _is_told_beside(doc: Doc, part: Part, cue: Part) -> bool:
    """ "“A,” she said of the vote, in which …": the clause is the writer's, not hers."""
    marks: Quoted = doc._.marks
    opening = doc[part.first : part.first + 2]
    relative = (
        opening[0].tag_ in ("WDT", "WP")
        or len(opening) > 1
        and (opening[0].tag_ == "IN" and opening[1].tag_ in ("WDT", "WP"))
    )
    return relative and part.first > cue.last and all(marks.of[i] < 0 for i in part.tokens)


def _between(left: Part, right: Part, others: list[Part]) -> int:
    low, high = min(left.last, right.last), max(left.first, right.first)
    first = bisect_left(others, low, key=lambda part: part.first)
    return sum(
        other is not left and other is not right and low < other.first < high
        for other in others[first : first + 12]
    )


def _content_cost(
    doc: Doc, content: Part, number: int, cues: list[Part], parts: dict[str, list[Part]]
) -> float:
    cue = cues[number]
    cost = distance(content, cue) + 25.0 * _between(content, cue, cues)
    cost += 6 * _between(content, cue, parts["content"])
    if doc[content.first].sent.start != doc[cue.first].sent.start:
        cost += 15
    if _follows(doc, content, cue):
        cost -= _AT_ONCE
    if content.last < cue.first and _is_aside_question(cue.head):
        cost += _ASIDE
    token: Token = content.root
    for step in range(6):
        if cue.first <= token.i <= cue.last:
            return cost - 12 + step
        token = token.head
    return cost - 2 if content.first > cue.last else cost


def _is_aside_question(head: Token) -> bool:
    """ "“No,” he said, and when questioned, …": what was asked is not told before."""
    return is_asked_of(head) and subject(head)[1] != "passive"


def _follows(doc: Doc, content: Part, cue: Part) -> bool:
    """ "acknowledged the leak", "scolded him: “…”": nothing but a colon parts cue and words.

    Behind a passive what follows a comma is something else: "jokes are told, boats admired".
    """
    if content.first <= cue.last:
        return False
    between = {token.text for token in doc[cue.last + 1 : content.first]}
    passive = any(child.dep_ == "auxpass" for child in cue.head.children)
    return between <= ({":"} if passive else {":", ","})


def _source_cost(doc: Doc, source: Part, cue: Part, cues: list[Part]) -> float:
    cost = float(distance(source, cue))
    if cue.first <= source.root.head.i <= cue.last:
        cost -= 15
    found, _ = subject(cue.head)
    if found is not None and source.first <= found.i <= source.last:
        cost -= 15
    if doc[source.first].sent.start != doc[cue.first].sent.start:
        cost += 15
    if _in_aside(doc, source, cue):
        cost += _ASIDE
    return cost + 10 * _between(source, cue, cues)


def _in_aside(doc: Doc, source: Part, cue: Part) -> bool:
    """ "Crowds came – the Rovers were playing – chanting": a dash closes before the cue."""
    if source.last >= cue.first:
        return False
    sentence = max(doc[source.first].sent.start, source.first - 2 * _FARTHEST)
    opened = sum(is_dash(doc, i) for i in range(sentence, source.first))
    closed = sum(is_dash(doc, i) for i in range(source.first + 1, cue.first))
    return opened % 2 == 1 and closed % 2 == 1


def _frame(doc: Doc, link: Link) -> Frame:
    cue, source, contents = link.cue, link.source, link.contents
    head = cue.head
    if _nobody_asked(head):
        source = None
    if source is not None:
        source.tokens = _speaking(doc, source.tokens)
    asker = _asker(head)
    tokens = sorted({i for part in contents for i in part.tokens})
    if asker is None and source is None and not _nobody_asked(head):
        asker = _subject(head, tokens, cue)
    frame = Frame(
        "tagged",
        "" if is_dash(doc, head.i) else head.lemma_.lower(),
        head.i,
        cue.tokens,
        noun_phrase(asker) if asker else source.tokens if source is not None else [],
        tokens,
        anchor=asker.i if asker else _anchor(source) if source is not None else None,
    )
    far = source is not None and distance(source, cue) > _NEAR
    frame.evidence = {
        "content": judging.logit(sum(part.probability for part in contents) / len(contents)),
        "least sure part": judging.logit(min(part.probability for part in contents)),
        "cue": judging.logit(cue.probability),
        "source": judging.logit(source.probability) if source is not None else 0.0,
        "several parts": float(len(contents) > 1),
        "no source": float(not frame.source),
        "source of the parse": float(bool(frame.source) and source is None),
        "source far": float(far),
        "noun": float(head.pos_ in ("NOUN", "PROPN")),
        "verb": float(head.pos_ == "VERB"),
        "statement": float(frame.lemma in lexicon.STATEMENTS),
        "name": float(frame.anchor is not None and bool(doc[frame.anchor].ent_type_)),
        "other sentence": float(
            contents[0].last < cue.first - 1
            and doc[contents[0].first].sent.start != doc[cue.first].sent.start
        ),
    }
    return frame


def _speaking(doc: Doc, source: list[int]) -> list[int]:
    """ "The Ferry Board, which warned …": the pronoun stands for the source, without its noun."""
    for i in reversed(source):
        if doc[i].tag_ in ("WP", "WDT"):
            return [i]
        if doc[i].pos_ != "ADV":
            break
    return source


def _subject(head: Token, content: list[int], cue: Part) -> Token | None:
    """Who the parse says does it, where the tagger names nobody: "… but said", "…, adding"."""
    found, how = subject(head)
    as_stated = any(child.lower_ == "as" and child.i < head.i for child in head.children)
    if head.tag_ == "VBN" and (found is None or as_stated):
        return _document(head)
    if found is None or head.pos_ != "VERB" or how not in _HOW:
        return None
    if found.i in content or found.i in cue.tokens or found.dep_ == "expl":
        return None
    if found.lower_ in ("that", "this") and found.tag_ == "DT":
        return None
    return found


def _document(head: Token) -> Token | None:
    """ "As stated in Wren's report, …": what is stated there, the report says."""
    for child in head.children:
        if child.dep_ == "prep" and child.lower_ == "in":
            for grand in child.children:
                if grand.dep_ == "pobj" and grand.lemma_.lower() in lexicon.DOCUMENTS:
                    return grand
    return None


def _asker(head: Token) -> Token | None:
    """ "Asked by reporters whether …, Wren said": the question is the reporters'."""
    found, how = subject(head)
    asked = head.lemma_.lower() in lexicon.ASKED and how == "agent"
    return found if asked else None


def _nobody_asked(head: Token) -> bool:
    """ "Asked whether …, Wren said": the asker is not named, and is not Wren."""
    _, how = subject(head)
    return head.lemma_.lower() in lexicon.ASKED and (
        how == "passive" or how in ("shared", "modified", "none") and is_asked_of(head)
    )


def _anchor(source: Part) -> int:
    """The head of the source's first phrase: the parser's root, unless that is a verb."""
    if len(source.tokens) == 1:
        return source.tokens[0]
    if source.root.pos_ in ("NOUN", "PROPN", "PRON", "ADJ", "NUM", "DET"):
        return source.root.i
    nouns = [i for i in source.tokens if source.root.doc[i].pos_ in ("NOUN", "PROPN", "PRON")]
    return nouns[0] if nouns else source.root.i
