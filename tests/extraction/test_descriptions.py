"""Sources without a name over hand-built parses: bodies, documents, ages, roles, groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SAID = """
said VBD ROOT {n} say
rust NN nsubj {w}
won VBD ccomp {n} win
. . punct {n}
"""


def story(*sentences: str, said: bool = True) -> str:
    """Sentences whose heads count from their own start, and "… said rust won." after the last."""
    rows: list[list[str]] = []
    for number, sentence in enumerate(sentences):
        start = len(rows)
        own = [line.split() for line in sentence.strip().splitlines()]
        if said and number == len(sentences) - 1:
            verb = len(own)
            own += [line.split() for line in SAID.format(n=verb, w=verb + 2).strip().splitlines()]
        for row in own:
            row[3] = str(int(row[3]) + start)
        rows += own
    return "\n".join(" ".join(row) for row in rows)


UNION = """
The DT det 4
Harbour NNP compound 2 harbour ORG
Workers NNP compound 3 workers ORG
Association NNP nsubj 4 association ORG
met VBD ROOT 4 meet
. . punct 4
"""
THE_UNION = "The DT det 1\nunion NN nsubj 2"
COURT = """
The DT det 2
Appeals NNP compound 2 appeals ORG
Court NNP nsubj 3 court ORG
sat VBD ROOT 3 sit
. . punct 3
"""
THE_COURT = "The DT det 2\nappeals NN compound 2\ncourt NN nsubj 3"
POLL = """
A DT det 2
Brine NNP compound 2 brine ORG
poll NN nsubj 3
appeared VBD ROOT 3 appear
. . punct 3
"""
BRINE_POLL = "A DT det 2\nBrine NNP compound 2 brine ORG\npoll NN nsubj 3"
MARSH_SPOKE = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 2 marsh PERSON
ran VBD ROOT 2 run
. . punct 2
"""
HER_CAMPAIGN = "Her PRP$ poss 1 her\ncampaign NN nsubj 2"
AGED = """
Ida NNP compound 1 ida PERSON
Marsh NNP nsubj 5 marsh PERSON
, , punct 1
36 CD appos 1
, , punct 1
ran VBD ROOT 5 run
. . punct 5
Toby NNP compound 8 toby PERSON
Wren NNP nsubj 9 wren PERSON
ran VBD ROOT 9 run
. . punct 9
"""
THE_36 = """
the DT det 5
36 CD nummod 3
- HYPH punct 3
year NN npadvmod 5
- HYPH punct 5
old NN nsubj 6
"""
THE_VICTIM = "The DT det 1\nvictim NN nsubj 2"
A_VICTIM = """
A DT det 1
victim NN nsubj 2
left VBD ROOT 2 leave
. . punct 2
"""
REP = """
Rep. NNP compound 2 rep.
Ida NNP compound 2 ida PERSON
Marsh NNP nsubj 3 marsh PERSON
ran VBD ROOT 3 run
. . punct 3
"""
THE_CONGRESSWOMAN = "The DT det 1\ncongresswoman NN nsubj 2"
VOTERS = """
Voters NNS nsubj 1 voter
queued VBD ROOT 1 queue
in IN prep 1
Tarrant NNP pobj 2 tarrant GPE
. . punct 1
"""
THEY = "They PRP nsubj 1 they"
TARRANT = """
Tarrant NNP nsubj 1 tarrant GPE
slept VBD ROOT 1 sleep
. . punct 1
"""

PANEL_OF = """
A DT det 3
three JJ amod 3
judge NN compound 3
panel NN nsubj 13
of IN prep 3
the DT det 7
Brine NNP compound 7 brine ORG
Court NNP pobj 4 court ORG
for IN prep 7
the DT det 11
Ninth NNP compound 11
District NNP pobj 8
, , punct 3
"""
SOMEONE_LIKE = """
someone NN nsubj 4
like IN prep 0
Ida NNP compound 3 ida PERSON
Marsh NNP pobj 1 marsh PERSON
"""
A_SPEECH = """
A DT det 1
speech NN nsubj 5
Ida NNP compound 3 ida PERSON
Marsh NNP nsubj 4 marsh PERSON
gave VBD relcl 1 give
"""
TWO_WRENS = """
Toby NNP compound 1 toby PERSON
Wren NNP nsubj 2 wren PERSON
said VBD ROOT 2 say
paint NN nsubj 4
lost VBD ccomp 2 lose
. . punct 2
Rosa NNP compound 7 rosa PERSON
Wren NNP nsubj 8 wren PERSON
slept VBD ROOT 8 sleep
. . punct 8
"""
BARE_WREN = "Wren NNP nsubj 1 wren PERSON"
DESCRIBED = """
Chris NNP compound 1 chris PERSON
Pell NNP nsubj 2 pell PERSON
praised VBD ROOT 2 praise
Mary NNP compound 4 mary PERSON
Marsh NNP dobj 2 marsh PERSON
. . punct 2
"""
SHE = "She PRP nsubj 1 she"

HEADLINE = """
Lawmaker NN nsubj 1
says VBZ ROOT 1 say
rust NN nsubj 3
wins VBZ ccomp 1 win
¶ _SP dep 3
"""
BREAK = "Rain NN nsubj 1\nfell VBD ROOT 1 fall\n¶ _SP dep 1"
ONE_REP = """
Rep. NNP compound 2 rep.
Ida NNP compound 2 ida PERSON
Marsh NNP nsubj 3 marsh PERSON
ran VBD ROOT 3 run
. . punct 3
"""
OTHER_REP = ONE_REP.replace("Ida", "Mary").replace("ida", "mary").replace("Marsh", "Pell")


@pytest.mark.parametrize(
    ("before", "source", "name"),
    [
        (UNION, THE_UNION, "Harbour Workers Association"),
        (COURT, THE_COURT, "Appeals Court"),
        (MARSH_SPOKE, HER_CAMPAIGN, "Ida Marsh’s campaign"),
        (AGED, THE_36, "Ida Marsh"),
        (MARSH_SPOKE, THE_VICTIM, "Ida Marsh"),
        (A_VICTIM, THE_VICTIM, "The victim"),
        (REP, THE_CONGRESSWOMAN, "Ida Marsh"),
        (VOTERS, THEY, "Voters"),
        (MARSH_SPOKE, PANEL_OF, "Brine Court for the Ninth District"),
        (MARSH_SPOKE, SOMEONE_LIKE, "Ida Marsh"),
        (MARSH_SPOKE, A_SPEECH, "Ida Marsh"),
        (DESCRIBED, SHE, "Mary Marsh"),
    ],
)
def test_whom_a_description_stands_for(
    read: Callable, only: Callable, before: str, source: str, name: str
) -> None:
    finding = only(read(story(before, source)))
    assert finding.entity.name == name
    assert finding.reason


def test_a_headline_means_the_one_whom_the_story_names_first(read: Callable) -> None:
    later = (*[BREAK] * 4, OTHER_REP)
    first = read(story(HEADLINE, ONE_REP, *later, said=False))._.findings[0]
    assert first.entity.name == "Ida Marsh"
    assert first.reason == "the lawmaker whom the story names first"


def test_a_headline_means_nobody_where_the_story_begins_with_two(read: Callable) -> None:
    first = read(story(HEADLINE, ONE_REP, OTHER_REP, said=False))._.findings[0]
    assert first.entity.name == "Lawmaker"


def test_of_two_namesakes_the_one_who_spoke_just_before(read: Callable) -> None:
    doc = read(story(TWO_WRENS, BARE_WREN))
    assert doc._.findings[-1].entity.name == "Toby Wren"


def test_a_poll_speaks_for_its_maker(read: Callable, only: Callable) -> None:
    finding = only(read(story(BRINE_POLL)))
    assert finding.entity.name == "Brine"
    assert finding.reason == "whose poll it is"


def test_the_survey_is_the_poll_that_was_named(read: Callable) -> None:
    doc = read(story(story(BRINE_POLL), "The DT det 1\nsurvey NN nsubj 2"))
    assert [finding.entity.name for finding in doc._.findings] == ["Brine", "Brine"]


def test_they_are_no_town(read: Callable, only: Callable) -> None:
    finding = only(read(story(TARRANT, THEY)))
    assert finding.entity is None


def test_critics_are_called_what_the_article_calls_them(read: Callable, only: Callable) -> None:
    finding = only(read(story("Its PRP$ poss 1 its\ncritics NNS nsubj 2 critic")))
    assert (finding.entity.name, finding.entity.kind) == ("Its critics", "group")
