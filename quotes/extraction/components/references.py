"""Titles and pronouns: whom "the governor", "she" and "the 36-year-old" stand for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from quotes.extraction import lexicon
from quotes.extraction.cast import Cast, Entity, Gender, Mention, compatible_gender
from quotes.extraction.components.descriptions import Descriptions
from quotes.extraction.frames import Frame, Quoted
from quotes.extraction.offices import country_of, former_holders, holder_at, office_of
from quotes.extraction.syntax import noun_phrase, subtree

NAME = "references"
_RECENT = 14
_ROSTER = 400
_BACK = 80
_SURE_GENDER: dict[Gender, int] = {"m": 8, "f": 22}
"""More for a woman: most of those whose gender nothing tells are men in the news."""
_NEAR_PARAGRAPHS = 4
_PERSON_NOUN = re.compile(r"(?:man|woman|person|er|or|ist|ian|ant|ee|old)$")
_STANDS_OUT = frozenset(("nsubj", "nsubjpass", "appos"))


@Language.component(
    NAME, requires=["doc._.cast", "doc._.frames", "doc._.marks"], assigns=["doc._.cast"]
)
def references(doc: Doc) -> Doc:
    """Resolve titles and pronouns in reading order, with what has been said so far in mind."""
    if doc.has_annotation("DEP"):
        _Reader(doc).read()
    return doc


def _age(doc: Doc, token: Token) -> str:
    """ "36-year-old" where the token is the "old" of it, else nothing."""
    if token.lower_ != "old" or token.i < 4 or doc[token.i - 2].lower_ != "year":
        return ""
    return f"{doc[token.i - 4].text}-year-old" if doc[token.i - 4].like_num else ""


def _learn_genders(doc: Doc, cast: Cast, marks: Quoted) -> None:
    """ "Robin Hale said he …", nobody else in the sentence: Hale is a man."""
    votes: dict[int, Counter[Gender]] = defaultdict(Counter)
    only: Entity | None = None
    several, sentence = False, -1
    for token in doc:
        if marks.outer[token.i] != sentence:
            only, several, sentence = None, False, marks.outer[token.i]
        mention = cast.at.get(token.i)
        if mention is not None and mention.entity.kind == "person":
            several = several or (only is not None and mention.entity is not only)
            only = mention.entity
        elif only is not None and not several and marks.of[token.i] < 0:
            if token.lower_ in lexicon.HE:
                votes[only.order]["m"] += 1
            elif token.lower_ in lexicon.SHE:
                votes[only.order]["f"] += 1
    for entity in cast.entities:
        ranked = votes[entity.order].most_common(2) if entity.order in votes else []
        if ranked and not entity.gender and (len(ranked) < 2 or ranked[0][1] > 2 * ranked[1][1]):
            entity.gender = ranked[0][0]


class _Reader:
    """One pass over the article: keeps who was mentioned last, and as what."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = doc._.cast
        self.marks: Quoted = doc._.marks
        self.recent: deque[Mention] = deque(maxlen=_RECENT)
        self.speakers: dict[int, Entity] = {}
        self.heads = {
            frame.anchor: frame
            for frame in doc._.frames
            if frame.anchor is not None and not frame.carried
        }
        self.descriptions = Descriptions(doc, self.cast)
        self.last_speaker: Mention | None = None
        self.introduced: set[str] = set()
        self.spoke: set[int] = set()
        _learn_genders(doc, self.cast, self.marks)

    def read(self) -> None:
        for token in self.doc:
            known = self.cast.at.get(token.i)
            if known is not None:
                if known.start == token.i:
                    self._choose_namesake(known)
                    self._see(known)
                continue
            if token.pos_ == "NOUN" and token.lemma_.lower() in lexicon.ROLES:
                self._note(token)
            low = token.lower_
            if low in lexicon.HE or low in lexicon.SHE:
                self._pronoun(token, "m" if low in lexicon.HE else "f")
            elif low in lexicon.IT and token.i in self.heads:
                self._thing(token)
            elif low in lexicon.THEY and token.i in self.heads:
                self._they(token)
            elif low in ("who", "which", "that") and token.i in self.heads and token.pos_ == "PRON":
                self._relative(token)
            elif token.pos_ in ("NOUN", "PROPN", "ADJ") and self._is_role(token):
                self._role(token)
            if token.i in self.heads and token.i not in self.cast.at:
                self._describe(self.heads[token.i])

    # -- what was seen ----------------------------------------------------------------------

    def _note(self, token: Token) -> None:
        """ "a man", "one witness": later "the man" is this one, not somebody with a name."""
        first = self.doc[token.left_edge.i]
        if first.lower_ in ("a", "an", "one", "another") and token.dep_ not in ("appos", "attr"):
            self.introduced.add(token.lemma_.lower())

    def _see(self, mention: Mention) -> None:
        inside = self.marks.of[mention.head] >= 0
        if not inside:
            self.recent.append(mention)
        frame = self.heads.get(mention.head)
        if frame is not None and not inside:
            self.last_speaker = mention
            self.spoke.add(mention.entity.order)

    def _choose_namesake(self, mention: Mention) -> None:
        """A bare surname that two bear, where it speaks: the one of them who spoke just before."""
        before = self.last_speaker
        if mention.end - mention.start > 1 or mention.head not in self.heads or before is None:
            return
        word = self.doc[mention.start].text
        speaker, named = before.entity, mention.entity
        near = self.marks.paragraph[mention.start] - self.marks.paragraph[before.head]
        if (
            speaker is not named
            and speaker.kind == named.kind == "person"
            and speaker.last == named.last == word
            and near <= _NEAR_PARAGRAPHS
        ):
            self.cast.give(mention, speaker)

    def _record(self, token: Token, entity: Entity, how: str, reason: str) -> None:
        mention = Mention(token.i, token.i + 1, token.i, entity, how, reason)
        self.cast.mention(mention)
        self._see(mention)

    def _describe(self, frame: Frame) -> None:
        mention = self.descriptions.source(frame)
        if mention is not None:
            self._see(mention)

    # -- pronouns ---------------------------------------------------------------------------

    def _pronoun(self, token: Token, gender: Gender) -> None:
        if self.marks.of[token.i] >= 0 and token.i not in self.heads:
            return
        best: tuple[float, Mention, str] | None = None
        seen: set[int] = set()
        for mention in reversed(self.recent):
            entity = mention.entity
            if entity.kind != "person" and not self._is_somebody(mention):
                continue
            if id(entity) in seen or not compatible_gender(entity.gender, gender):
                continue
            seen.add(id(entity))
            value, why = self._fit(token, mention)
            if entity.gender == gender:
                value += _SURE_GENDER.get(gender, 0)
            if best is None or value > best[0]:
                best = (value, mention, why)
        if best is None or best[0] < -60:
            return
        entity = best[1].entity
        if not entity.gender:
            entity.gender = gender
        self._record(token, entity, "pronoun", f"“{token.text}” → {entity.name}: {best[2]}")

    def _is_somebody(self, mention: Mention) -> bool:
        """ "a witness", not "the bias" or "a report": nobody's name, but a human being."""
        noun = self.doc[mention.head]
        if mention.entity.kind != "unnamed" or mention.entity.plural:
            return False
        known = lexicon.ROLES | lexicon.UNNAMED_HEADS | lexicon.ANYBODY
        return noun.lemma_.lower() in known or bool(_PERSON_NOUN.search(noun.lower_))

    def _fit(self, token: Token, mention: Mention) -> tuple[float, str]:
        doc = self.doc
        head = doc[mention.head]
        apart = self.marks.outer[token.i] - self.marks.outer[mention.head]
        value = -9.0 * min(apart, 8) - 0.08 * min(token.i - mention.head, 200)
        why = "the person named last" if apart else "named in the same sentence"
        paragraphs = self.marks.paragraph[token.i] - self.marks.paragraph[mention.head]
        value -= 2.5 * min(paragraphs, 6)
        if head.dep_ in ("nsubj", "nsubjpass"):
            value += 11 if not apart else 9
            why = (
                "subject of the sentence before"
                if apart == 1
                else "subject" + (" of the same sentence" if not apart else " further up")
            )
        elif head.dep_ == "poss":
            value -= 2
        elif head.dep_ in ("pobj", "compound"):
            value -= 3
        if self.last_speaker is not None and mention.entity is self.last_speaker.entity:
            value += 6
            if token.i in self.heads:
                value += 4
                why = "the speaker before"
        if head.head.i == token.head.i and head.dep_ != "poss" and token.dep_ != "poss":
            # One clause, two roles: "Dame Ottoline told him" is not about herself.
            value -= 100
        if self._is_asker(head) and not apart:
            value -= 30
        if self._is_corrected_object(token, mention):
            value += 30
            why = "whose claim was corrected"
        return value, why

    @staticmethod
    def _is_asker(head: Token) -> bool:
        """ "Pressed by Marsh on the price, he …": he is the one who was asked."""
        verb = head.head.head
        return (
            head.dep_ == "pobj"
            and head.head.dep_ == "agent"
            and verb.lemma_.lower() in lexicon.ASKED
        )

    def _is_corrected_object(self, token: Token, mention: Mention) -> bool:
        """ "Wren corrected Hale when he claimed …": he is the man who was corrected."""
        head = self.doc[mention.head]
        clause = token.head
        if token.dep_ != "nsubj" or clause.dep_ not in ("advcl", "relcl", "ccomp"):
            return False
        governor = clause.head
        return (
            head.dep_ == "dobj"
            and head.head.i == governor.i
            and (governor.lemma_.lower() in lexicon.CORRECTING_VERBS)
        )

    def _thing(self, token: Token) -> None:
        for mention in reversed(self.recent):
            if mention.entity.kind == "organisation" or (
                mention.entity.kind == "unnamed" and mention.how == "description"
            ):
                self._record(
                    token, mention.entity, "pronoun", f"“{token.text}” → {mention.entity.name}"
                )
                return

    def _they(self, token: Token) -> None:
        """The last people spoken of: a plural noun that does something, or a body."""
        for index in range(token.i - 1, max(-1, token.i - _BACK), -1):
            other = self.doc[index]
            known = self.cast.at.get(index)
            if known is not None and known.start == index:
                entity = known.entity
                body = entity.kind == "organisation" and not entity.place
                adjective = other.pos_ == "ADJ" or self.doc[known.head].dep_ == "compound"
                if (entity.plural or body) and not adjective and self.marks.of[index] < 0:
                    self._record(token, entity, "pronoun", f"“{token.text}” → {entity.name}")
                    return
            elif self._are_people(other):
                entity = self.descriptions.group(other)
                self.cast.mention(
                    Mention(index, index + 1, index, entity, "description", f"“{entity.name}”")
                )
                self._record(token, entity, "pronoun", f"“{token.text}” → {entity.name}")
                return

        if self.last_speaker is not None and self.last_speaker.entity.kind != "person":
            entity = self.last_speaker.entity
            self._record(token, entity, "pronoun", f"“{token.text}” → {entity.name}")

    def _are_people(self, token: Token) -> bool:
        """ "voters", "the environmentalists": a plural noun for people that acts."""
        return (
            token.tag_ in ("NNS", "NNPS")
            and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj", "conj")
            and token.i not in self.cast.at
            and self.marks.of[token.i] < 0
            and (
                token.lower_ in lexicon.COLLECTIVE
                or token.lemma_.lower() in lexicon.ROLES
                or token.dep_ == "nsubj"
                and token.head.lemma_.lower() in lexicon.STATEMENTS | lexicon.ATTITUDES
            )
        )

    def _relative(self, token: Token) -> None:
        governor = token.head
        hops = 0
        while governor.dep_ != "relcl" and governor.head.i != governor.i and hops < 6:
            governor, hops = governor.head, hops + 1
        if governor.dep_ == "relcl" and governor.head.i < token.i:
            noun = governor.head
        elif token.i and token.dep_ == "nsubj" and self.cast.at.get(token.i - 1) is not None:
            noun = self.doc[token.i - 1]  # the parser hangs the clause elsewhere
        else:
            return
        if noun.dep_ == "appos" and self.cast.at.get(noun.head.i) is not None:
            noun = noun.head  # "Marlow Ferries, a company that …"
        antecedent = self.cast.at.get(noun.i)
        while (
            token.lower_ == "who"
            and antecedent is not None
            and antecedent.entity.kind == "organisation"
            and noun.dep_ == "pobj"
            and noun.head.head.pos_ in ("NOUN", "PROPN")
        ):
            # "voters in Ohio who …": the parser hangs the clause on the place.
            noun = noun.head.head
            antecedent = self.cast.at.get(noun.i)
        if antecedent is None:
            antecedent = self.descriptions.source(
                Frame("relative", "", noun.i, [], noun_phrase(noun), [], anchor=noun.i)
            )
        if antecedent is not None:
            self._record(
                token, antecedent.entity, "pronoun", f"“{token.text}” → {antecedent.entity.name}"
            )

    # -- titles -----------------------------------------------------------------------------

    def _is_role(self, token: Token) -> bool:
        if _age(self.doc, token):
            return self.doc[max(0, token.i - 5)].lower_ == "the"
        if token.pos_ == "ADJ":
            return False
        if token.lower_ not in lexicon.ROLES and token.lemma_.lower() not in lexicon.ROLES:
            return False
        if token.tag_ in ("NNS", "NNPS") or token.dep_ == "compound":
            return False
        first = self.doc[token.left_edge.i]
        return (
            first.lower_ in ("the", "this", "that")
            or first.dep_ == "poss"
            or first.ent_type_ == "DATE"
        )

    def _role(self, token: Token) -> None:
        span = subtree(token)
        start = span.start
        phrase = self.doc[start : min(token.i + 5, span.stop)].text.lower()
        short = self.doc[start : token.i + 1].text.lower()
        if any(
            self.cast.at.get(i)
            for i in range(token.i + 1, min(token.i + 4, span.stop))
            if self.doc[i].dep_ in ("appos", "compound") or self.doc[i].ent_type_ == "PERSON"
        ):
            return
        found = (
            self._by_title(token, short)
            or self._by_office(phrase, token)
            or self._by_place_in_text(token, short)
        )
        if found is None:
            return
        entity, why = found
        text = self.doc[start : token.i + 1].text
        entity.aliases.setdefault(text, "title")
        mention = Mention(
            start, token.i + 1, token.i, entity, "title", f"“{text}” → {entity.name}: {why}"
        )
        self.cast.mention(mention)
        self._see(mention)

    def _by_title(self, token: Token, phrase: str) -> tuple[Entity, str] | None:
        """Somebody whom the article gives this title, the last mentioned first."""
        office = office_of(phrase)
        head = "prime minister" if office == "prime minister" else token.lower_
        head = _age(self.doc, token) or head
        country = country_of(phrase)
        best: Entity | None = None
        for mention in reversed(self.recent):
            entity = mention.entity
            if entity.kind == "person" and self._bears(entity, head, country, phrase):
                return entity, "the article gives the title"
        for entity in self.cast.entities[-_ROSTER:]:
            seen = entity.mentions and entity.mentions[0].start < token.i
            if entity.kind == "person" and seen and self._bears(entity, head, country, phrase):
                best = entity
        if best is None:
            return None
        return best, "the article gives the title"

    @staticmethod
    def _bears(entity: Entity, head: str, country: str, phrase: str) -> bool:
        if "former" in phrase.split() or "ex" in phrase.split():
            wanted = [t for t in entity.titles if "former" in t.split() or "ex" in t]
        else:
            wanted = [t for t in entity.titles if "former" not in t.split()]
        names = lexicon.SAME_TITLE.get(head, frozenset((head,)))
        for title in wanted:
            words = frozenset(word.rstrip(".") for word in title.split())
            same_office = head in title if " " in head else bool(names & words)
            same_office = same_office and (head != "president" or "vice" not in title)
            if same_office and (not country or country_of(title) in ("", country)):
                return True
        return False

    def _by_place_in_text(self, token: Token, phrase: str) -> tuple[Entity, str] | None:
        """ "the 36-year-old", "the dealer": nobody bears the word, so it is who is spoken of.

        Not where the article told of such a man without his name ("a man … the man said").
        """
        if token.i not in self.heads or not self._may_stand_for_a_name(token):
            return None
        lemma = token.lemma_.lower()
        age = _age(self.doc, token)
        gender: Gender = (
            "f" if lemma in lexicon.FEMALE_NOUNS else "m" if lemma in lexicon.MALE_NOUNS else ""
        )
        salient = None
        for mention in reversed(self.recent):
            entity = mention.entity
            apart = self.marks.paragraph[token.i] - self.marks.paragraph[mention.head]
            if apart > _NEAR_PARAGRAPHS:
                break
            if entity.kind != "person" or not compatible_gender(entity.gender, gender):
                continue
            other_age = age and any("-year-old" in title for title in entity.titles)
            titled = any("-year-old" not in title for title in entity.titles)
            called_so = lemma in lexicon.ANYBODY or self._is_portrait(token)
            if other_age or (not age and not called_so and titled):
                continue
            if entity.order in self.spoke:
                return entity, "the one who speaks in this part of the article"
            if salient is None and self.doc[mention.head].dep_ in _STANDS_OUT:
                salient = entity
        return (salient, "the person the article is speaking of") if salient else None

    def _may_stand_for_a_name(self, token: Token) -> bool:
        if _age(self.doc, token):
            return True
        lemma = token.lemma_.lower()
        if lemma in lexicon.UNNAMED_HEADS - lexicon.ANYBODY or lemma in self.introduced:
            return False
        first = self.doc[token.left_edge.i]
        plain = all(t.pos_ in ("DET", "ADJ") for t in self.doc[first.i : token.i])
        alone = plain and token.right_edge.i == token.i
        return first.lower_ == "the" and (alone or self._is_portrait(token))

    def _is_portrait(self, token: Token) -> bool:
        """ "the Delmore businessman", "the former dancer and deputy": said instead of a name."""
        behind = self.doc[token.i + 1 : token.right_edge.i + 1]
        other = next((t for t in token.children if t.dep_ == "conj" and t.i > token.i), None)
        if other is not None:
            tail = other.lemma_.lower() in lexicon.ROLES and other.right_edge.i == other.i
            return tail and token.right_edge.i == other.i
        words = self.doc[token.left_edge.i + 1 : token.i]
        place = [t for t in words if t.pos_ == "PROPN" and t.dep_ == "compound"]
        return not behind and bool(place) and len(place) == len(words)

    def _by_office(self, phrase: str, token: Token) -> tuple[Entity, str] | None:
        office = office_of(phrase)
        if not office:
            return None
        date = self.doc._.document.date
        for country in self._countries(phrase, office):
            offices = (
                (office,)
                if office != "leader"
                else ("president", "prime minister", "chancellor", "leader")
            )
            for one in offices:
                held = (
                    next(iter(former_holders(one, country, date)), None)
                    if "former" in phrase.split()
                    else holder_at(one, country, date)
                )
                if held is None:
                    continue
                last = held.name.split()[-1].casefold()
                for entity in self.cast.by_last.get(last, [])[:1]:
                    return entity, f"{one} of {country} at the time"
                entity = self.cast.add(
                    Entity(
                        held.name,
                        "person",
                        held.gender,
                        first=held.name.split()[0],
                        last=held.name.split()[-1],
                    )
                )
                return entity, f"{one} of {country} at the time, not named in the article"
        return None

    def _countries(self, phrase: str, office: str) -> Iterator[str]:
        named = country_of(phrase)
        if named:
            yield named
            return
        fixed = {
            "pope": "VA",
            "secretary general": "UN",
            "democratic nominee": "US",
            "republican nominee": "US",
        }.get(office)
        if fixed:
            yield fixed
            return
        if office == "leader":
            return
        country = self.doc._.document.country
        if country:
            yield country
        # The White House and Downing Street are told of without their country the world over.
        yield {"president": "US", "prime minister": "GB", "vice president": "US"}.get(office, "GB")
