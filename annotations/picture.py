"""The picture of corrections: pairs of people in, boxes and arrows with coordinates out.

The layout is networkx's force layout with a fixed seed over nodes in a fixed order, so that the
same corrections give the same picture. Boxes that overlap are then pushed apart. No queries here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx

from annotations.rendering import hues

SEED = 7
HEIGHT, PAD, GAP = 44, 24, 34
LOOP = 28
"""Room above a box for the arrow of somebody who takes back own words."""

SHELF = 1100
"""Width of the drawing, where no group is wider."""

NARROWEST, WIDEST, PER_LETTER = 96, 220, 7.4
LETTERS = 26
"""Longer names are cut in a box; the link's name and the table have them whole."""

NOBODY = ""
"""The id of the box for people whom an article does not name."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Who corrected whom, how often, when. Retellings of one event count once."""

    corrector: str
    corrector_name: str
    corrected: str
    corrected_name: str
    n: int
    confirmed: int
    first: dt.date | None
    last: dt.date | None

    @property
    def is_own(self) -> bool:
        """Somebody took back their own words."""
        return self.corrector == self.corrected

    @property
    def words(self) -> str:
        times = "once" if self.n == 1 else f"{self.n} times"
        if self.is_own:
            return f"{self.corrector_name} took back own words {times}"
        return f"{self.corrector_name} corrected {self.corrected_name} {times}"


@dataclass(slots=True)
class Node:
    """A box with a name; ``x`` and ``y`` are its middle."""

    id: str
    name: str
    hue: int
    width: float
    x: float = 0.0
    y: float = 0.0

    @property
    def label(self) -> str:
        return self.name if len(self.name) <= LETTERS else f"{self.name[: LETTERS - 1].rstrip()}…"

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        return round(self.y - HEIGHT / 2, 1)

    @property
    def baseline(self) -> float:
        return round(self.y + 4.5, 1)

    @property
    def middle(self) -> float:
        return round(self.x, 1)

    @property
    def box(self) -> float:
        return round(self.width, 1)


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: its line, its head, and where its figure stands."""

    pair: Pair
    hue: int
    stroke: float
    line: tuple[tuple[float, float], ...]
    head: tuple[tuple[float, float], ...]
    label: tuple[float, float]

    @property
    def path(self) -> str:
        return _path(self.line)

    @property
    def head_path(self) -> str:
        return f"{_path(self.head)}Z"


@dataclass(frozen=True, slots=True)
class Picture:
    nodes: list[Node]
    edges: list[Edge]
    width: int
    height: int

    @property
    def node_height(self) -> int:
        return HEIGHT


def draw(pairs: Sequence[Pair]) -> Picture | None:
    """Lay the pairs out; None where there is nothing to draw."""
    if not pairs:
        return None
    names = {pair.corrector: pair.corrector_name for pair in pairs}
    names |= {pair.corrected: pair.corrected_name for pair in pairs}
    # The hues follow the pairs as they are listed; the layout a fixed order, whatever they are.
    colour = hues(key for pair in pairs for key in (pair.corrector, pair.corrected) if key)
    nodes = {
        key: Node(key, names[key], colour.get(key, 0), _width(names[key])) for key in sorted(names)
    }
    _place(nodes, pairs)
    width, height = _fit(list(nodes.values()))
    both_ways = {(pair.corrector, pair.corrected) for pair in pairs}
    edges = [
        _arrow(pair, nodes, (pair.corrected, pair.corrector) in both_ways and not pair.is_own)
        for pair in pairs
    ]
    return Picture(list(nodes.values()), edges, width, height)


def _width(name: str) -> float:
    return min(WIDEST, max(NARROWEST, min(len(name), LETTERS) * PER_LETTER + 26))


def _place(nodes: dict[str, Node], pairs: Sequence[Pair]) -> None:
    """Lay out each group of people that hangs together, then set the groups side by side."""
    graph = networkx.Graph()
    graph.add_nodes_from(nodes)
    for pair in sorted(pairs, key=lambda pair: (pair.corrector, pair.corrected)):
        if not pair.is_own:
            graph.add_edge(pair.corrector, pair.corrected)
    groups = sorted((sorted(g) for g in networkx.connected_components(graph)), key=_by_size)
    boxes = [[nodes[key] for key in group] for group in groups]
    for group, members in zip(groups, boxes, strict=True):
        part = networkx.Graph()
        part.add_nodes_from(group)
        part.add_edges_from(sorted(tuple(sorted(edge)) for edge in graph.subgraph(group).edges))
        # Wider than high, as screens are; few need less room than many.
        scale = math.sqrt(len(group)) * (0.85 if len(group) > 3 else 0.6)
        for key, (x, y) in networkx.spring_layout(part, seed=SEED, iterations=150).items():
            nodes[key].x, nodes[key].y = float(x) * scale * 150, float(y) * scale * 85
        _part_boxes(members)
    _shelve(boxes)


def _by_size(group: list[str]) -> tuple[int, str]:
    return (-len(group), group[0])


def _shelve(groups: Sequence[list[Node]]) -> None:
    """Set groups in rows, like books of different height, the largest first."""
    x = y = row = 0.0
    for group in groups:
        left = min(node.x - node.width / 2 for node in group)
        right = max(node.x + node.width / 2 for node in group)
        top = min(node.y - HEIGHT / 2 for node in group) - LOOP
        bottom = max(node.y + HEIGHT / 2 for node in group)
        if x and x + right - left > SHELF:
            x, y, row = 0.0, y + row + GAP, 0.0
        for node in group:
            node.x, node.y = node.x - left + x, node.y - top + y
        x += right - left + 2 * GAP
        row = max(row, bottom - top)


def _part_boxes(nodes: list[Node]) -> None:
    """Push overlapping boxes apart along the shorter way, until none overlap."""
    for _ in range(200):
        moved = False
        for one, other in combinations(nodes, 2):
            over_x = (one.width + other.width) / 2 + GAP - abs(one.x - other.x)
            over_y = HEIGHT + GAP - abs(one.y - other.y)
            if over_x <= 0.01 or over_y <= 0.01:
                continue
            moved = True
            if over_y <= over_x:
                step = over_y / 2 * (1 if one.y >= other.y else -1)
                one.y, other.y = one.y + step, other.y - step
            else:
                step = over_x / 2 * (1 if one.x >= other.x else -1)
                one.x, other.x = one.x + step, other.x - step
        if not moved:
            return


def _fit(nodes: list[Node]) -> tuple[int, int]:
    """Move the drawing to the corner; its width and height. Room above is for loops."""
    left = min(node.x - node.width / 2 for node in nodes) - PAD
    top = min(node.y - HEIGHT / 2 for node in nodes) - PAD - LOOP
    for node in nodes:
        node.x, node.y = node.x - left, node.y - top
    right = max(node.x + node.width / 2 for node in nodes) + PAD
    bottom = max(node.y + HEIGHT / 2 for node in nodes) + PAD
    return math.ceil(right), math.ceil(bottom)


def _arrow(pair: Pair, nodes: dict[str, Node], is_two_way: bool) -> Edge:  # noqa: FBT001 told by its name
    stroke = min(8.0, 0.75 + pair.n)
    source, target = nodes[pair.corrector], nodes[pair.corrected]
    if pair.is_own:
        return _loop(pair, source, stroke)
    dx, dy = target.x - source.x, target.y - source.y
    length = math.hypot(dx, dy) or 1.0
    ux, uy = dx / length, dy / length
    # Two arrows between the same two run side by side, each to its right.
    aside = 9.0 if is_two_way else 0.0
    ox, oy = -uy * aside, ux * aside
    start = _leave(source, ux, uy, ox, oy, room=3)
    tip = _leave(target, -ux, -uy, ox, oy, room=4)
    size = 7 + stroke * 1.1
    neck = (tip[0] - ux * size, tip[1] - uy * size)
    wing = size * 0.52
    head = (
        tip,
        (neck[0] - uy * wing, neck[1] + ux * wing),
        (neck[0] + uy * wing, neck[1] - ux * wing),
    )
    middle = ((start[0] + neck[0]) / 2, (start[1] + neck[1]) / 2 + 4)
    return Edge(pair, source.hue, stroke, (start, neck), head, middle)


def _leave(
    node: Node, ux: float, uy: float, ox: float, oy: float, *, room: float
) -> tuple[float, float]:
    """Where a line from the middle of a box, moved by ``(ox, oy)``, leaves its border."""
    to_x = (node.width / 2 - (ox if ux > 0 else -ox)) / abs(ux) if ux else math.inf
    to_y = (HEIGHT / 2 - (oy if uy > 0 else -oy)) / abs(uy) if uy else math.inf
    way = min(to_x, to_y) + room
    return (node.x + ox + ux * way, node.y + oy + uy * way)


def _loop(pair: Pair, node: Node, stroke: float) -> Edge:
    """Own words taken back: out of the top of the box and in again."""
    top, right, left = node.y - HEIGHT / 2 - 2, node.x + 16, node.x - 16
    line = ((right, top), (right, top - 18), (left, top - 18), (left, top - 9))
    head = ((left, top), (left - 5, top - 10), (left + 5, top - 10))
    return Edge(pair, node.hue, min(stroke, 3.0), line, head, (node.x, top - 15))


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
