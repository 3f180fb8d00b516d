"""How far rounded weights move the outputs: the most seen in random inputs, and a bound."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite
from typing import NamedTuple

from ..network import Network
from ..reference import ACTIVATIONS
from .vectors import draw_inputs

SAMPLES = 1000
MOST_MULTIPLY_ADDS = 50_000_000  # in all samples: some seconds of plain Python
EPSILON = 2.0**-52


class Change(NamedTuple):
    """The largest |change| of an output: seen in that many random inputs, and possible in any."""

    seen: float
    samples: int
    bound: float


def change_of(network: Network, rounded: Network, low: float, high: float) -> Change:
    """What rounding changes, for inputs from low to high after the network's input scaling."""
    samples = max(1, min(SAMPLES, MOST_MULTIPLY_ADDS // network.architecture.multiply_adds))
    X = draw_inputs(network, samples, low, high)
    pairs = zip(network.predict(X), rounded.predict(X))
    seen = max(abs(p - q) for rows in pairs for p, q in zip(*rows))
    return Change(seen, samples, bound_of_change(network, rounded, low, high))


def bound_of_change(network: Network, rounded: Network, low: float, high: float) -> float:
    """The most that any output can change by; inf where a sum may overflow.

    With a in [a₀, a₁] before and a' after rounding, |a' − a| ≤ e, layer by layer:
    |z' − z| ≤ Σ (|w'|·e + |w' − w|·max|a|) + |b' − b|, times the activation's largest slope.
    The roundings of both computations are added: n_in + 2 for sums, 4 for activations, and those of
    softmax's sum.
    """
    intervals = scaled_limits(network, low, high)
    errors = [0.0] * len(intervals)
    layers = zip(network.get_weights(), rounded.get_weights(), network.architecture.activations)
    for (W, b), (W2, b2), activation in layers:
        sizes = [max(abs(a0), abs(a1)) + e for (a0, a1), e in zip(intervals, errors)]
        next_intervals, next_errors = [], []
        for j in range(len(b)):
            least = greatest = b[j]
            error, size = abs(b2[j] - b[j]), abs(b[j]) + abs(b2[j])
            for row, row2, (a0, a1), e, a in zip(W, W2, intervals, errors, sizes):
                products = row[j] * a0, row[j] * a1
                least += min(products)
                greatest += max(products)
                error += abs(row2[j]) * e + abs(row2[j] - row[j]) * a
                size += (abs(row[j]) + abs(row2[j])) * a
            roundings = (len(W) + 2) * EPSILON * (size + error)
            next_intervals.append((least - roundings, greatest + roundings))
            next_errors.append(error + roundings)
        if not all(map(isfinite, [*next_errors, *flat(next_intervals)])):
            return inf
        intervals, errors = through(activation, next_intervals, next_errors)
    return max(errors)


def scaled_limits(network: Network, low: float, high: float) -> list[tuple[float, float]]:
    """What the first layer may get: low to high, and a little more for roundings of the scaling."""
    size = max(abs(low), abs(high))
    slacks = [4.0 * EPSILON * (abs(o / s) + size) for o, s in zip(*network.architecture.scaling)]
    return [(low - slack, high + slack) for slack in slacks]


def through(activation: str, intervals: list, errors: list) -> tuple[list, list]:
    """The intervals and errors of A from those of Z."""
    known, roundings = ACTIVATIONS[activation], 4
    if activation == "softmax":
        roundings += 2 * len(errors)
        intervals = [(0.0, 1.0)] * len(intervals)
        errors = [max(errors)] * len(errors)
    else:
        intervals = [tuple(known.forward([list(ends)])[0]) for ends in intervals]
    errors = [
        min(known.slope * error, known.high - known.low)
        + roundings * EPSILON * max(abs(a0), abs(a1), 1.0)
        for error, (a0, a1) in zip(errors, intervals)
    ]
    return intervals, errors


def flat(pairs: Iterable[tuple[float, float]]) -> list[float]:
    """Both ends of every interval."""
    return [end for pair in pairs for end in pair]
