"""The likeliest legal labels of a chain of words, and how sure they are.

Linear-chain conditional random field: emission scores come from the encoder, step scores from
training. Chains begin and end with a separator, which is outside all spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quotes.extraction.tagging.labels import (
    LABELS,
    OUTSIDE,
    Role,
    begins,
    inside,
    may_follow,
    role_of,
)

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

_SHUT = -1e4
_SIZE = len(LABELS)
_LEGAL = np.array([[may_follow(i, j) for j in range(_SIZE)] for i in range(_SIZE)])
_GOES_ON = np.array(
    [OUTSIDE, *(inside(role) for i in range(1, _SIZE) if (role := role_of(i)) is not None)]
)
_OPENS = np.array(
    [[float(begins(j) and role_of(i) != role_of(j)) for j in range(_SIZE)] for i in range(_SIZE)]
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decoder says of each word of a chain."""

    labels: list[int]
    own: list[float]
    """Probability of the word's label."""
    given: list[float]
    """Probability of the word's label, given the label of the word before."""
    stops: list[float]
    """Probability that the word's span ends with it, given its label."""


def transitions(steps: Sequence[Sequence[float | None]], eager: float = 0.0) -> Floats:
    """Step scores with the illegal steps (None or any number) shut.

    ``eager`` makes spans begin more readily than in training.
    """
    scores = np.where(_LEGAL, np.array(steps, dtype=np.float32), np.float32(_SHUT))
    return (scores + np.float32(eager) * _OPENS).astype(np.float32)


def decode(
    emissions: Sequence[Floats], fixed: Sequence[Sequence[bool]], steps: Floats
) -> list[Decoded]:
    """Decode chains together; ``fixed`` words are separators."""
    longest = max(len(chain) for chain in emissions)
    scores = np.full((len(emissions), longest, _SIZE), _SHUT, dtype=np.float32)
    scores[:, :, OUTSIDE] = 0.0
    for row, (chain, separators) in enumerate(zip(emissions, fixed, strict=True)):
        free = ~np.asarray(separators, dtype=bool)
        scores[row, : len(chain)][free] = chain[free]
    labels = _viterbi(scores, steps)
    own, given, stops = _certainty(scores, steps, labels)
    return [
        Decoded(
            labels[row, :n].tolist(),
            own[row, :n].tolist(),
            given[row, :n].tolist(),
            stops[row, :n].tolist(),
        )
        for row, n in enumerate(map(len, emissions))
    ]


def _viterbi(scores: Floats, steps: Floats) -> Numbers:
    chains, length, _ = scores.shape
    best = scores[:, 0]
    came_from = np.empty((length, chains, _SIZE), dtype=np.int64)
    for word in range(1, length):
        routes = best[:, :, None] + steps
        came_from[word] = routes.argmax(1)
        best = routes.max(1) + scores[:, word]
    labels = np.empty((chains, length), dtype=np.int64)
    labels[:, -1] = best.argmax(1)
    rows = np.arange(chains)
    for word in range(length - 1, 0, -1):
        labels[:, word - 1] = came_from[word, rows, labels[:, word]]
    return labels


def _certainty(scores: Floats, steps: Floats, labels: Numbers) -> tuple[Floats, Floats, Floats]:
    chains, length, _ = scores.shape
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    kernel = np.exp(steps)
    forward = np.empty_like(weights)
    backward = np.ones_like(weights)
    forward[:, 0] = weights[:, 0]
    for word in range(1, length):
        reached = (forward[:, word - 1] @ kernel) * weights[:, word]
        forward[:, word] = reached / reached.sum(-1, keepdims=True)
    for word in range(length - 2, -1, -1):
        left = (weights[:, word + 1] * backward[:, word + 1]) @ kernel.T
        backward[:, word] = left / left.sum(-1, keepdims=True)
    both = forward * backward
    both /= both.sum(-1, keepdims=True)
    own = np.take_along_axis(both, labels[:, :, None], -1)[:, :, 0]
    # From the chosen label of each word to every label of the next.
    ahead = kernel[labels[:, :-1]] * (weights * backward)[:, 1:]
    ahead /= ahead.sum(-1, keepdims=True)
    given = np.ones((chains, length), dtype=np.float32)
    given[:, 1:] = np.take_along_axis(ahead, labels[:, 1:, None], -1)[:, :, 0]
    stops = np.ones((chains, length), dtype=np.float32)
    goes_on = np.take_along_axis(ahead, _GOES_ON[labels[:, :-1], None], -1)[:, :, 0]
    stops[:, :-1] = np.where(labels[:, :-1] == OUTSIDE, 1.0, 1.0 - goes_on)
    return own, given, stops


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A span in words of its paragraph, ``last`` included."""

    role: Role
    first: int
    last: int
    probability: float


def spans(words: Decoded) -> list[WordSpan]:
    """Spans of a paragraph's words; one that goes on without a beginning begins there."""
    found: list[WordSpan] = []
    opened: tuple[Role, int, float] | None = None
    for word, label in enumerate(words.labels):
        role = role_of(label)
        if opened is not None and role == opened[0] and not begins(label):
            opened = (opened[0], opened[1], opened[2] * words.given[word])
            continue
        if opened is not None:
            found.append(_closed(opened, word - 1, words))
        opened = None if role is None else (role, word, words.own[word])
    if opened is not None:
        found.append(_closed(opened, len(words.labels) - 1, words))
    return found


def _closed(opened: tuple[Role, int, float], last: int, words: Decoded) -> WordSpan:
    role, first, probability = opened
    certain = min(1.0, max(0.0, probability * words.stops[last]))
    return WordSpan(role, first, last, certain)
