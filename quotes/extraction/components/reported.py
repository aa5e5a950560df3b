"""Reported speech and attitudes by the parse: "X said that …", "X's claim that …"."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.components.quoted_as import QuotedAs, phrases
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.syntax import (
    mark_of,
    noun_phrase,
    possessor,
    subject,
    subtree,
    trimmed,
    verb_group,
)

NAME = "reported_speech"
_INSERTED = frozenset(("parataxis", "ccomp", "advcl", "dep"))
_NEAR = 60
_FEW_WORDS = 8


@Language.component(NAME, requires=["doc._.marks", "token.dep"], assigns=["doc._.frames"])
def reported_speech(doc: Doc) -> Doc:
    """Propose an attribution for each verb, noun and adjective that governs a content."""
    frames = doc._.frames or []
    if doc.has_annotation("DEP"):
        for token in doc:
            if token.pos_ == "VERB" or token.pos_ == "AUX" and token.dep_ != "aux":
                frames.extend(_of_verb(token))
            elif token.pos_ in ("NOUN", "ADJ"):
                frames.extend(_of_noun(token))
            if token.lower_ == "according" or token.lower_ == "per":
                frames.extend(_according_to(token))
        frames.extend(_quoted_as(phrase) for phrase in phrases(doc) if phrase.clauses)
    doc._.frames = frames
    return doc


def _quoted_as(phrase: QuotedAs) -> Frame:
    verb, clauses = phrase.saying, phrase.clauses
    content = _clause_content(verb, clauses, phrase.cue, phrase.source)
    return _frame(
        "clause", verb, phrase.cue, phrase.source, phrase.who.i, content, "subject", clauses[0]
    )


def _of_verb(verb: Token) -> Iterator[Frame]:
    found, how = subject(verb)
    if how in ("shared", "modified") and is_asked_of(verb):
        # "Asked if …, she said": whoever asked, it was not the one who answers.
        found, how = None, "passive"
    if _is_spoken(verb):
        return
    source = noun_phrase(found) if found is not None and how != "passive" else []
    anchor = found.i if found is not None and how != "passive" else None
    cue = verb_group(verb)
    clauses = [
        child
        for child in verb.children
        if child.dep_ in ("ccomp", "parataxis")
        and abs(child.i - verb.i) < _NEAR
        and not _is_cue_itself(child)
    ]
    if clauses:
        content = _clause_content(verb, clauses, cue, source)
        main = max(clauses, key=lambda c: c.right_edge.i - c.left_edge.i)
        yield _frame("clause", verb, cue, source, anchor, content, how, main)
    elif (torn := _torn_clause(verb)) is not None:
        yield _frame("clause", verb, cue, source, anchor, list(torn), how, verb.doc[torn.stop - 1])
    elif verb.dep_ in _INSERTED and verb.head.pos_ in ("VERB", "AUX", "NOUN", "ADJ"):
        own = set(subtree(verb))
        content = [i for i in subtree(verb.head) if i not in own]
        if found is None or verb.head.i not in source:
            yield _frame("inserted", verb, cue, source, anchor, content, how, verb.head)
    if verb.pos_ == "AUX":
        yield from _of_adjective(verb, found, source, anchor, how)
        return
    complements = [c for c in verb.children if c.i > verb.i]
    objects = [c for c in complements if c.dep_ in ("dobj", "oprd")]
    infinitives = [c for c in complements if c.dep_ == "xcomp"]
    prepositions = [c for c in complements if c.dep_ == "prep"]
    if infinitives and not clauses:
        clause = infinitives[0]
        kind = "infinitive" if clause.pos_ in ("VERB", "AUX") else "predicate"
        content = list(subtree(clause))
        if objects and objects[0].i < clause.i:
            kind = "object+" + kind
        yield _frame(kind, verb, cue, source, anchor, content, how, clause)
    elif objects and not clauses and not _is_only_somebody(verb, objects[0]):
        yield _frame(
            "object",
            verb,
            cue,
            source,
            anchor,
            _object_content(verb, objects, infinitives),
            how,
            objects[0],
        )
    if prepositions and not clauses and not objects and not infinitives:
        first = prepositions[0]
        inner = [c for c in first.children if c.dep_ in ("pobj", "pcomp")]
        if inner:
            content = list(subtree(inner[0]))
            yield _frame(
                f"preposition:{first.lower_}",
                verb,
                [*cue, first.i],
                source,
                anchor,
                content,
                how,
                inner[0],
            )
    if how == "passive" and found is not None:
        for child in verb.children:
            if child.dep_ == "xcomp" and child.i > verb.i:
                content = [*noun_phrase(found), *subtree(child)]
                yield _frame("passive", verb, cue, [], None, content, how, child)


def _torn_clause(verb: Token) -> range | None:
    """ "claimed Aldmoor but not the east gained": the parser took the subject for an object."""
    if verb.lemma_.lower() not in lexicon.CLAIM_VERBS:
        return None
    item = next((c for c in verb.children if c.dep_ == "dobj" and c.i > verb.i), None)
    rest = next(
        (c for c in verb.children if c.dep_ == "conj" and c.i > verb.i and c.tag_ != "VB"), None
    )
    if item is None or rest is None:
        return None
    joins = any(c.dep_ == "cc" and c.i == item.right_edge.i + 1 for c in verb.children)
    own = any(c.dep_ in ("nsubj", "nsubjpass") and c.i < rest.i for c in rest.children)
    return range(item.left_edge.i, subtree(rest).stop) if joins and own else None


def _is_only_somebody(verb: Token, item: Token) -> bool:
    """ "Wren corrected Hale": a person is no content of a verb of speaking."""
    if verb.lemma_.lower() not in lexicon.SPEECH | lexicon.CORRECTING_VERBS:
        return False
    named = item.ent_type_ == "PERSON" or item.pos_ == "PRON"
    role = item.lemma_.lower() in lexicon.ROLES and item.tag_ in ("NN", "NNP")
    follows = any(child.dep_ == "prep" and child.i > item.i for child in verb.children)
    return (named or role) and not follows


def _is_spoken(token: Token) -> bool:
    """Inside a long quoted stretch: whatever is reported there, the one who is quoted says it."""
    marks: Quoted = token.doc._.marks
    number = marks.of[token.i]
    return number >= 0 and len(marks.tokens(number)) > _FEW_WORDS


def is_asked_of(verb: Token) -> bool:
    """A participle of asking without an asker, or one that an answer follows."""
    if verb.lemma_.lower() not in lexicon.ASKED or verb.tag_ not in ("VBN", "VBD"):
        return False
    if verb.dep_ in ("advcl", "acl", "ccomp", "dep") or verb.is_sent_start:
        return True
    doc, outer = verb.doc, verb.doc._.marks.outer
    for index in range(verb.i + 2, min(len(doc) - 1, verb.i + 40)):
        if outer[index] != outer[verb.i]:
            return False
        if doc[index].text == "," and any(
            doc[k].lemma_.lower() in lexicon.SPEECH and doc[k].pos_ == "VERB"
            for k in range(index + 2, min(len(doc), index + 6))
        ):
            return True
    return False


def _is_cue_itself(clause: Token) -> bool:
    """ "…, he said" hung below the content's verb: it is a cue, not a content."""
    return clause.dep_ == "parataxis" and clause.lemma_.lower() in ("say", "add", "tell", "write")


def _clause_content(
    verb: Token, clauses: list[Token], cue: list[int], source: list[int]
) -> list[int]:
    doc = verb.doc
    content: set[int] = set()
    for clause in clauses:
        content.update(subtree(clause))
        content.difference_update(_later_reports(clause))
    content.difference_update(cue, source)
    # Words of the reporting clause that stand inside the hull: “…, he said on Monday, …”.
    own = [
        child
        for child in verb.children
        if child.i not in {c.i for c in clauses}
        and child.dep_ in ("npadvmod", "prep", "advmod", "dative", "dobj", "advcl")
    ]
    for child in own:
        content.difference_update(subtree(child))
    paragraph = doc._.marks.paragraph
    return [i for i in sorted(content) if paragraph[i] == paragraph[verb.i]]


def _later_reports(clause: Token) -> set[int]:
    """A coordinated second report ("said … and stressed …") is not content of the first."""
    taken: set[int] = set()
    for token in clause.doc[clause.i + 1 : subtree(clause).stop]:
        shared = token.dep_ == "conj" and token.pos_ == "VERB" and token.tag_ in ("VBD", "VBZ")
        participle = token.tag_ == "VBG" and token.dep_ in ("advcl", "conj", "ccomp", "acl")
        if (shared or participle) and token.lemma_.lower() in _SECOND_REPORTS:
            if any(child.dep_ in ("nsubj", "nsubjpass", "aux") for child in token.children):
                continue
            start = token.i
            for child in token.children:
                if child.dep_ in ("advmod",) and child.i < token.i:
                    start = min(start, child.i)
            previous = clause.doc[start - 1]
            if previous.dep_ == "cc" or previous.text == ",":
                start -= 1
            taken.update(range(start, subtree(token).stop))
    return taken


_SECOND_REPORTS = frozenset(
    "say add note tell warn claim argue stress insist call urge explain suggest describe accuse "
    "praise announce write tweet ask acknowledge vow promise declare deny confirm criticize "
    "criticise reiterate emphasize emphasise express cite complain conclude predict".split()
)


def _object_content(verb: Token, objects: list[Token], infinitives: list[Token]) -> list[int]:
    content: set[int] = set()
    for item in (*objects, *infinitives):
        content.update(subtree(item))
    for child in verb.children:
        follows = child.dep_ == "prep" and child.i > objects[0].i
        if follows and child.lower_ in ("as", "of", "for", "about", "with", "to"):
            content.update(subtree(child))
    return sorted(content)


def _of_adjective(
    verb: Token, found: Token | None, source: list[int], anchor: int | None, how: str
) -> Iterator[Frame]:
    for child in verb.children:
        if child.dep_ != "acomp":
            continue
        for clause in child.children:
            if clause.dep_ in ("ccomp", "xcomp") and clause.i > child.i:
                cue = [*verb_group(verb), child.i]
                frame = _frame(
                    "adjective:" + clause.dep_,
                    child,
                    cue,
                    source,
                    anchor,
                    list(subtree(clause)),
                    how,
                    clause,
                )
                yield frame


def _of_noun(noun: Token) -> Iterator[Frame]:
    clauses = [
        c
        for c in noun.children
        if c.i > noun.i
        and (c.dep_ == "acl" and (mark_of(c) == "that" or _is_infinitive(c)) or c.dep_ == "ccomp")
    ]
    about = [
        c
        for c in noun.children
        if c.dep_ == "prep" and c.i > noun.i and c.lower_ in ("about", "for", "on", "of", "to")
    ]
    if noun.pos_ != "NOUN" or _is_spoken(noun):
        return
    owner = possessor(noun)
    how = "possessor"
    if owner is not None and owner.i > noun.i and owner.head.lower_ == "of":
        owner = owner if clauses else None
    light = noun.head if noun.dep_ in ("dobj", "attr", "pobj") else None
    cue = [noun.i]
    if owner is None and light is not None and light.pos_ in ("VERB", "AUX"):
        owner, how = subject(light)
        how = "light-" + how
        cue = [*verb_group(light), noun.i]
    if owner is None and not clauses:
        return
    source = noun_phrase(owner) if owner is not None else []
    anchor = owner.i if owner is not None else None
    if clauses:
        yield _frame(
            "noun:" + ("to" if _is_infinitive(clauses[0]) else "that"),
            noun,
            cue,
            source,
            anchor,
            list(subtree(clauses[0])),
            how,
            clauses[0],
        )
    elif about:
        inner = [c for c in about[0].children if c.dep_ in ("pobj", "pcomp")]
        if inner:
            yield _frame(
                "noun:" + about[0].lower_,
                noun,
                [*cue, about[0].i],
                source,
                anchor,
                list(subtree(inner[0])),
                how,
                inner[0],
            )


def _is_infinitive(clause: Token) -> bool:
    return any(c.dep_ == "aux" and c.lower_ == "to" for c in clause.children)


def _according_to(token: Token) -> Iterator[Frame]:
    doc = token.doc
    if _is_spoken(token):
        return
    holder: Token | None
    if token.lower_ == "according":
        if token.i + 1 >= len(doc) or doc[token.i + 1].lower_ != "to":
            return
        holder, cue = doc[token.i + 1], [token.i, token.i + 1]
    else:
        holder, cue = token, [token.i]
    named = next((c for c in holder.children if c.dep_ == "pobj"), None)
    if named is None:
        return
    governor = token.head
    while governor.pos_ not in ("VERB", "AUX") and governor.head.i != governor.i:
        governor = governor.head
    source = noun_phrase(named)
    own = set(subtree(token)) | set(source)
    content = [i for i in subtree(governor) if i not in own]
    paragraph = doc._.marks.paragraph
    content = [i for i in content if paragraph[i] == paragraph[token.i]]
    yield _frame("according", token, cue, source, named.i, content, "named", governor)


def _frame(
    construction: str,
    head: Token,
    cue: list[int],
    source: list[int],
    anchor: int | None,
    content: list[int],
    how: str,
    clause: Token,
) -> Frame:
    doc = head.doc
    banned = {*cue, *source}
    content = trimmed(doc, (i for i in set(content) if i not in banned and not doc[i].is_space))
    frame = Frame(
        construction, head.lemma_.lower(), head.i, sorted(set(cue)), source, content, anchor=anchor
    )
    frame.features = _features(frame, head, how, clause)
    return frame


def _features(frame: Frame, head: Token, how: str, clause: Token) -> list[str]:
    doc = head.doc
    family = frame.construction.partition(":")[0]
    length = len(frame.content)
    found = [
        f"construction={frame.construction}",
        f"lemma={frame.lemma}",
        f"lemma|construction={frame.lemma}|{frame.construction}",
        f"lemma|family={frame.lemma}|{family}",
        f"how={how}",
        f"family|how={family}|{how}",
        f"tag={family}|{head.tag_}",
        f"length={family}|{_bucket(length)}",
        f"mark={family}|{mark_of(clause)}",
        f"clause={family}|{clause.tag_}",
        f"dep={family}|{head.dep_}",
    ]
    for child in head.children:
        if child.dep_ == "neg":
            found.append("negated")
        elif child.dep_ == "aux" and child.tag_ == "MD":
            found.append(f"modal={child.lower_}")
        elif child.dep_ == "mark":
            found.append(f"subordinate={child.lower_}")
        elif child.dep_ == "nsubj" and child.i > head.i:
            found.append("inverted")
    if frame.anchor is None:
        found.append("source=none")
    else:
        anchor = doc[frame.anchor]
        found.append(f"source={source_class(anchor)}")
        found.append(f"family|source={family}|{source_class(anchor)}")
        if anchor.pos_ == "NOUN":
            found.append(f"noun={anchor.lemma_.lower()}")
    if frame.content:
        of = doc._.marks.of
        quoted = sum(of[i] >= 0 for i in frame.content)
        if quoted:
            found.append(f"quoted={family}|{'all' if quoted >= length else 'part'}")
    else:
        found.append("empty")
    if doc._.marks.of[head.i] >= 0:
        found.append("in-marks")
    return found


def source_class(anchor: Token) -> str:
    """Coarse kind of a source: pronoun, person, organisation, role, document, thing…"""
    low = anchor.lower_
    if low in lexicon.PRONOUNS or anchor.pos_ == "PRON":
        if low in lexicon.HE or low in lexicon.SHE:
            return "he-she"
        return low if low in ("it", "they", "i", "we", "you", "who", "which", "that") else "pronoun"
    if anchor.ent_type_ in ("PERSON", "ORG", "GPE", "NORP"):
        return anchor.ent_type_
    lemma = anchor.lemma_.lower()
    if low in lexicon.COLLECTIVE:
        return "collective"
    if lemma in lexicon.ROLES or lemma in lexicon.UNNAMED_HEADS:
        return "role"
    if lemma in lexicon.ORGANISATION_NOUNS:
        return "organisation"
    if lemma in lexicon.DOCUMENTS or low in lexicon.DOCUMENTS:
        return "document"
    return anchor.pos_


def _bucket(length: int) -> str:
    return (
        "0"
        if not length
        else "1"
        if length < 2
        else "2"
        if length < 4
        else "4"
        if length < 8
        else "8"
    )
