"""Full names that the recogniser does not know, and places and roles that it takes for people."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from quotes.extraction import lexicon
from quotes.extraction.given_names import gender_of

_MARKS = frozenset("“”\"‘’'")
_LONGEST = 4
_TALKING = frozenset("say tell add ask reply argue insist warn explain claim think want".split())


def introduced(doc: Doc) -> list[Span]:
    """Two or three capitalised words that the article treats as a person's name.

    Sure signs are an honorific before the last word elsewhere ("Mr Dray"), or a role beside the
    name or a verb of speaking, together with the last word alone later on. The caveat: an
    article that names somebody once, with neither, keeps what the recogniser made of it.
    """
    honoured, alone = _later_uses(doc)
    found = []
    for first, last, end in _runs(doc):
        head = doc[last]
        if head.lower_ in lexicon.ORGANISATION_NOUNS | lexicon.PLACE_NOUNS:
            continue
        if head.text in honoured or (
            (head.text in alone or gender_of(doc[first].text)) and _is_presented(doc, first, head)
        ):
            found.append(Span(doc, first, end, label="PERSON"))
    return found


def _later_uses(doc: Doc) -> tuple[set[str], set[str]]:
    """Words that follow an honorific, and capitalised words that act on their own."""
    honoured, alone = set(), set()
    for token in doc[1:]:
        if not token.is_title:
            continue
        before = doc[token.i - 1]
        if before.lower_.rstrip(".") in lexicon.HONORIFICS and before.text[0].isupper():
            honoured.add(token.text)
        elif not before.is_title and token.pos_ == "PROPN" and _speaks(token):
            alone.add(token.text)
    return honoured, alone


def _runs(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """Capitalised words in a row without titles: first word, last word, end with its letters."""
    index = 0
    while index < len(doc):
        if not _is_name_word(doc[index]):
            index += 1
            continue
        start = index
        words = [index]
        while (following := _next_word(doc, index)) is not None:
            index = following
            words.append(index)
        index += 1
        while len(words) > 1 and _is_title(doc[words[0]]):
            words.pop(0)
        end = words[-1]
        while len(words) > 1 and doc[words[-1]].lower_.rstrip(".") in lexicon.NAME_SUFFIXES:
            words.pop()
        named = words[0] > start or doc[words[0]].lower_.rstrip(".") not in lexicon.HONORIFICS
        if 2 <= len(words) <= _LONGEST and named and doc[words[-1]].is_title:
            yield words[0], words[-1], end + 1


def _is_name_word(token: Token) -> bool:
    return (
        token.pos_ in ("PROPN", "ADJ", "NOUN", "X")
        and token.text[0].isupper()
        and token.lower_ not in lexicon.NEVER_IN_NAMES
        and token.lower_ not in lexicon.DAYS_AND_MONTHS
        and (token.pos_ == "PROPN" or token.dep_ == "compound")
    )


def _next_word(doc: Doc, index: int) -> int | None:
    """The next word of the name: behind a space, a hyphen, or a nickname in marks."""
    step = index + 1
    if step < len(doc) and doc[step].text == "-" and not doc[step].whitespace_:
        step += 1
    elif step + 3 < len(doc) and doc[step].text in _MARKS and doc[step + 2].text in _MARKS:
        step += 3
    if step < len(doc) and _is_name_word(doc[step]):
        return step
    return None


def _is_title(token: Token) -> bool:
    low = token.lower_.rstrip(".")
    return low in lexicon.NAME_TITLES or low in lexicon.TITLE_LEADERS or low in lexicon.ROLES


def _is_presented(doc: Doc, first: int, head: Token) -> bool:
    """A role beside the name, a "who" behind it, or a verb of speaking that it governs."""
    if head.dep_ == "appos" and _is_role(head.head):
        return True
    for child in head.children:
        if child.dep_ == "appos" and child.i > head.i and _is_role(child):
            return True
        if child.dep_ == "relcl" and any(c.lower_ == "who" for c in child.children):
            return True
    labels = {token.ent_type_ for token in doc[first : head.i + 1]}
    return len(labels) > 1 and _speaks(head) or labels == {""} and _speaks(head)


def _is_role(token: Token) -> bool:
    return token.pos_ == "NOUN" and token.lemma_.lower() in lexicon.ROLES


def _speaks(token: Token) -> bool:
    return token.dep_ == "nsubj" and token.head.lemma_.lower() in lexicon.SPEECH


def is_no_person(span: Span) -> bool:
    """ "quarry stone", "Minister", "Nah": what the recogniser labels though nobody is named."""
    words = [token for token in span if token.text[0].isalnum() and token.lower_ not in ("’s", "s")]
    if not words or not words[-1].text[0].isupper():
        return bool(words) and words[-1].lower_ not in lexicon.NAME_SUFFIXES
    return all(_is_title(token) or token.tag_ == "UH" for token in words)


def is_named_like_a_place(span: Span) -> bool:
    """By its first or last word: "Mill Lane", "Port Tarrant"."""
    words = [token.lower_ for token in span if token.text[0].isalpha()]
    return (
        len(words) > 1
        and not gender_of(span.text.split()[0])
        and (words[-1] in lexicon.PLACE_NOUNS or words[0] in lexicon.PLACE_LEADERS)
    )


def talks(span: Span) -> bool:
    """Is the subject of a plain verb of speaking."""
    return span.root.dep_ == "nsubj" and span.root.head.lemma_.lower() in _TALKING


def is_place(span: Span) -> bool:
    """ "at Low Fennick", "the Ossian Falls foundry": stands where a place stands."""
    words = [token for token in span if token.text[0].isalpha()]
    if len(words) < 2 or gender_of(words[0].text):
        return False
    if words[0].lower_.rstrip(".") in lexicon.HONORIFICS | lexicon.NAME_TITLES:
        return False
    before = span.doc[span.start - 1].lower_ if span.start else ""
    last = span.root
    return before in ("in", "at", "near", "outside") or (
        last.dep_ == "compound" and last.head.pos_ == "NOUN" and last.head.lower_[0].islower()
    )
