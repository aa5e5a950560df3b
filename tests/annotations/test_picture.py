"""The layout of the picture: the same each time, no box on another, arrows from box to box."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from annotations.picture import HEIGHT, NOBODY, Pair, draw


def pair(one: int, other: int, n: int = 1) -> Pair:
    return Pair(f"id-{one}", f"Person {one}", f"id-{other}", f"Person {other}", n, 0, None, None)


WEB = [pair(a, b, n) for n, (a, b) in enumerate(combinations(range(9), 2), 1)]


def test_nothing_gives_no_picture():
    assert draw([]) is None


def test_the_same_pairs_give_the_same_picture_whatever_their_order():
    first, again = draw(WEB), draw(list(reversed(WEB)))
    places = {node.id: (node.x, node.y) for node in first.nodes}
    assert places == {node.id: (node.x, node.y) for node in again.nodes}


@pytest.mark.parametrize("pairs", [WEB, [pair(0, 1)], [pair(0, n) for n in range(1, 40)]])
def test_no_box_lies_on_another_or_outside(pairs):
    picture = draw(pairs)
    for one, other in combinations(picture.nodes, 2):
        apart = abs(one.x - other.x) >= (one.width + other.width) / 2
        assert apart or abs(one.y - other.y) >= HEIGHT
    for node in picture.nodes:
        assert node.left > 0
        assert node.left + node.width < picture.width
        assert node.top > 0
        assert node.top + HEIGHT < picture.height


def test_arrows_run_from_border_to_border():
    picture = draw(WEB)
    nodes = {node.id: node for node in picture.nodes}
    for edge in picture.edges:
        source, target = nodes[edge.pair.corrector], nodes[edge.pair.corrected]
        for (x, y), node in ((edge.line[0], source), (edge.head[0], target)):
            beyond = max(abs(x - node.x) - node.width / 2, abs(y - node.y) - HEIGHT / 2)
            assert 0 < beyond < 12


def test_more_corrections_make_a_thicker_arrow():
    strokes = [edge.stroke for edge in draw([pair(0, 1, n=1), pair(2, 1, n=5)]).edges]
    assert strokes[0] < strokes[1]


def test_two_ways_are_two_arrows_side_by_side():
    one, other = draw([pair(0, 1), pair(1, 0)]).edges
    gap = math.dist(one.label, other.label)
    assert 12 < gap < 40


def test_own_words_and_somebody_not_named():
    own = pair(3, 3)
    nobody = Pair("id-3", "Person 3", NOBODY, "somebody not named", 1, 0, None, None)
    picture = draw([own, nobody])
    assert len(picture.nodes) == 2
    assert picture.edges[0].pair.words == "Person 3 took back own words once"
    assert next(node for node in picture.nodes if node.id == NOBODY).hue == 0


def test_a_long_name_is_cut_in_its_box():
    long = Pair("a", "Wolfe" * 60, "b", "شيرين", 1, 0, None, None)
    box = next(node for node in draw([long]).nodes if node.id == "a")
    assert len(box.label) <= 26
    assert box.width <= 220
