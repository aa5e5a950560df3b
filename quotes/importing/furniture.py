"""Lines of a web page or a pasted text that are not the story: appeals, teasers, repetitions.

The engine's own list (``quotes.extraction.boilerplate``) holds what stands in any news text. Here
is what comes with a page: words to the reader, links to other stories, the headline once more,
paragraphs that stand there twice. Nothing is cut: each is a range to skip, which an editor can
take back. A line in which somebody speaks is never taken for an appeal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from quotes.extraction.spoken import inside_quotations
from quotes.extraction.types import Skipped
from quotes.importing.folding import folded

APPEAL = "words to the reader"
LINK = "link to another story"
HEADLINE = "headline"
REPEATED = "repeated paragraph"
PULLED = "pulled quote"
PAGE_LABEL = "label of the page"

DOUBLE_MARK = re.compile('[“”"«»]')
SPEECH_VERB = re.compile(
    r"\b(?:said|says|say|told|tells|added|adds|asked|wrote|writes|tweeted|argued|explained|"
    r"insisted|replied|warned|recalled)\b"
)
SENTENCE = re.compile(r"(?<=[.!?…])[”\"’)]*\s+")
BULLET = re.compile(r"^\s*(?:[-–•*·]\s+)+")

# One sentence of a line begins by asking the reader for something ...
ASKS = re.compile(
    r"(?i)\W{0,6}(?:please (?:also )?)?(?:"
    r"(?:re-?)?subscribe|sign (?:up|in)|log in|register|join|follow|download|click|tap|bookmark|"
    r"support|donate|contribute|invest|become|get|stay|share|comment|leave|send|email|e-mail|"
    r"contact|reach|read|check out|listen|watch|tell us|let us know|would you like to|"
    r"do you (?:have|want)|want (?:to|more)|already (?:have|a)|swipe|scroll|like|don['’]t miss)\b"
)
# ... and names what only a publisher would ask for.
ASKED_FOR = re.compile(
    r"(?i)\b(?:newsletters?|(?:your|my) inbox|(?:our|the|news|mobile) app|account|sign in|log in|"
    r"comment(?:s|ing)?(?: policy| forum| section)?|podcasts?|whatsapp|telegram channel|facebook|"
    r"twitter|instagram|tiktok|linkedin|youtube|push (?:alerts?|notifications?)|email alerts?|"
    r"news alerts?|journalism|subscriptions?|subscriber|membership|supporter|"
    r"this (?:article|story)|"
    r"privacy policy|terms of (?:use|service)|our (?:website|site|stories|coverage|reporting|"
    r"reporters?|team|journalists)|breaking news|latest news|the conversation|(?:other )?readers|"
    r"subscribe now|to view more)\b"
)
WHOLE_LINE = re.compile(
    r"""(?ix) \W{0,6} (?:
      article\ content
    | (?:advertisement|advert|sponsored(?:\ content)?|promoted)\b .{0,80}
    | (?:story|article)\ continues\ (?:below|after)\b .{0,60}
    | .{0,40}\b(?:story|article)\ continues\ below .{0,20}
    | subscribe(?:\ (?:now|today|here))?
    | (?:view|see|show|hide|load|post|add|write|leave)?\ ?(?:all\ |more\ |a\ |\d+\ )?
      comments?(?:\ \(?\d+\)?)?
    | (?:“[^”]{0,60}”)?\ ?swipe\ .{0,60}
    | (?:popular|trending(?:\ now)?|top\ stories|latest(?:\ (?:news|stories))?|share|print|save|
      listen|watch\ live)
    | (?:read|see|view|show|load)\ more .{0,3}
    | .{1,60}\ comment\ policy .{0,40}
    | this\ advertisement\ has\ not\ loaded .{0,80}
    | we\ apologi[sz]e,\ but\ this\ video\ has\ failed .{0,40}
    | (?:loading|error)\ ?(?:\.\.\.|…)
    ) \W{0,6}""",
)
STAMP = re.compile(
    r"""(?ix) (?:
      (?:first\ |last\ )?(?:published|updated|posted|modified)\b \s*:? \s .{0,12} \d .{0,40}
    | \d{1,2}[:.]\d{2}\ ?(?:[ap]\.?m\.?)?\ ?[A-Z]{0,5}\ \d{1,2}/\d{1,2}/\d{2,4}\b .{0,60}
    | \d{1,2}\ (?:minutes?|hours?|days?)\ ago
    | \d{1,2}\ min(?:ute)?s?\ read
    )""",
)
OPENS_TEASERS = re.compile(
    r"""(?ix) \W{0,4} (?:
      more\ (?:from|on|stories|news|in)\b .{0,60}
    | (?:related|recommended|suggested)
      (?:\ (?:for\ you|stor(?:y|ies)|articles?|content|links|topics?|reading|posts?))?
    | (?:most|editors?['’]?s?)\ (?:read|viewed|popular|shared|picks?)
    | you\ (?:may|might)\ (?:also\ )?(?:like|be\ interested\ in) .{0,30}
    | (?:read|up|what\ to\ read)\ next | also\ read | see\ also | around\ the\ web
    | (?:top|latest|trending|other|more)\ (?:stories|news|articles)
    | popular | trending(?:\ now)? | comments | join\ our\ comment(?:ing|s)?\ .{0,20}
    ) \W{0,4}""",
)
MAX_APPEAL = 420
MAX_TEASER = 260
MAX_LABEL_WORDS = 3
MIN_REPEATED_WORDS = 8
MAX_NAME_BEHIND = 14
"""How many words a pulled quote may add: the name and office of who said it."""


MAX_ALIKE = 20
"""How many lines with one beginning are compared: more are no story."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with words in it, without the space around it."""

    start: int
    end: int
    text: str
    words: str
    """Its words folded, for comparison."""


def find_furniture(
    text: str, *, headline: str = "", links: Collection[str] = ()
) -> Iterator[Skipped]:
    """Give the ranges to skip; ``links`` are the folded lines that a page has as links only."""
    lines = _lines(text)
    taken: set[int] = set()
    spoken = inside_quotations(text, [line.start for line in lines])
    for rule in (_opening, _appeals, _teasers, _repeated):
        for number, reason in rule(lines, folded(headline), frozenset(links)):
            if number not in taken and (number not in spoken or reason == REPEATED):
                taken.add(number)
                yield Skipped(lines[number].start, lines[number].end, reason)


def _lines(text: str) -> list[Line]:
    found = []
    for match in re.finditer(r"[^\n]+", text):
        inner = match.group().strip()
        if inner:
            start = match.start() + match.group().index(inner)
            found.append(Line(start, start + len(inner), inner, folded(inner)))
    return found


Found = Iterator[tuple[int, str]]


def _opening(lines: list[Line], headline: str, _: frozenset[str]) -> Found:
    """The headline once more above the story, and the labels and stamps around it."""
    for number, line in enumerate(lines[:6]):
        if headline and line.words == headline and len(lines) > number + 1:
            yield number, HEADLINE
            for before in range(number):
                if _is_label(lines[before]):
                    yield before, PAGE_LABEL
        elif STAMP.fullmatch(line.text):
            yield number, "metadata line"


def _is_label(line: Line) -> bool:
    return len(line.words.split()) <= MAX_LABEL_WORDS and not line.text.endswith((".", "!", "?"))


def _appeals(lines: list[Line], _: str, links: frozenset[str]) -> Found:
    for number, line in enumerate(lines):
        if len(line.text) > MAX_APPEAL or speaks(line.text):
            continue
        if WHOLE_LINE.fullmatch(line.text) or is_appeal(line.text):
            yield number, APPEAL
        elif _twice_over(line.words) or _is_link(line.text, links):
            yield number, LINK


def is_appeal(line: str) -> bool:
    """Say whether a line asks its reader for what only a publisher asks for."""
    if DOUBLE_MARK.search(line):
        return False
    return any(
        ASKS.match(sentence) and ASKED_FOR.search(sentence) for sentence in SENTENCE.split(line)
    )


def speaks(line: str) -> bool:
    """Say whether somebody is quoted in the line: it is never an appeal then."""
    return bool(DOUBLE_MARK.search(line) and SPEECH_VERB.search(line))


def _is_link(line: str, links: frozenset[str]) -> bool:
    return not line.endswith(".") and folded(BULLET.sub("", line)) in links


def _twice_over(words: str) -> bool:
    """A teaser's headline with the text of its picture: the same words twice."""
    parts = words.split()
    half = len(parts) // 2
    return len(parts) >= MIN_REPEATED_WORDS and len(parts) % 2 == 0 and parts[:half] == parts[half:]


def _teasers(lines: list[Line], _: str, __: frozenset[str]) -> Found:
    """From a heading such as "More from …" on, where only short lines without speech follow."""
    story = [n for n, line in enumerate(lines) if len(line.text) > MAX_TEASER or speaks(line.text)]
    for number in range(story[-1] + 1 if story else 0, len(lines)):
        line = lines[number]
        if OPENS_TEASERS.fullmatch(line.text) and line.start * 2 > lines[-1].end:
            for later in range(number, len(lines)):
                yield later, LINK
            return


def _repeated(lines: list[Line], _: str, __: frozenset[str]) -> Found:
    """A paragraph that stands there twice, and words pulled out of one to be shown large."""
    first: dict[str, int] = {}
    for number, line in enumerate(lines):
        if len(line.words.split()) < MIN_REPEATED_WORDS:
            continue
        if line.words in first:  # where a standfirst opens the story, the story's own stays
            yield (0 if first[line.words] == 0 else number), REPEATED
        else:
            first[line.words] = number
    yield from _pulled(lines)


def _pulled(lines: list[Line]) -> Found:
    """Lines whose words a longer paragraph has, with nothing behind them but who said it."""
    openings: dict[tuple[str, ...], list[int]] = {}
    for number, line in enumerate(lines):
        if len(line.text) <= MAX_APPEAL and not speaks(line.text):
            opening = tuple(line.words.split()[:MIN_REPEATED_WORDS])
            alike = openings.setdefault(opening, [])
            if len(opening) == MIN_REPEATED_WORDS and len(alike) < MAX_ALIKE:
                alike.append(number)
    for line in lines:
        words = line.words.split()
        for place in range(len(words) - MIN_REPEATED_WORDS + 1):
            for other in openings.get(tuple(words[place : place + MIN_REPEATED_WORDS]), ()):
                pulled = lines[other].words.split()
                least = max(len(pulled) - MAX_NAME_BEHIND, (len(pulled) + 1) // 2)
                if lines[other].text.endswith((".", "!", "?")):  # a sentence is nobody's name
                    least = len(pulled)
                if len(pulled) < len(words) and words[place : place + least] == pulled[:least]:
                    yield other, PULLED
