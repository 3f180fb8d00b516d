"""Test vectors that an exported network carries: inputs, and the outputs they must give."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

from ..checks import check_row, shown
from ..network import Network
from ..reference.activations import activation_forward
from ..reference.network import scale_inputs
from ..reference.random import RandomState
from .weights import multiply_adds

LIMITS = (-1.0, 1.0)  # of random inputs, after the input scaling, if none are given
COUNT = 4
MOST_TRIES = 50
MOST_FUSED = 3_000_000  # fused products in all tries: some ten seconds


def check_limits(inputs: Any) -> tuple[float, float]:
    """A lower and a higher limit of random inputs."""
    low, high = check_row("inputs", inputs, 2)
    if low >= high or not isfinite(high - low):
        raise ValueError(f"inputs: expected a lower and a higher limit, got {shown(inputs)}")
    return low, high


def draw_inputs(network: Network, count: int, low: float, high: float) -> list[list[float]]:
    """Inputs that are uniform from low to high after the network's input scaling."""
    offset, scale = network.scaling()
    drawn = RandomState(network.seed).uniform(low, high, (count, network.sizes[0]))
    X = [[o + s * value for o, s, value in zip(offset, scale, row)] for row in drawn]
    if not all(isfinite(value) for row in X for value in row):
        raise ValueError(
            f"inputs: expected limits that the input scaling can reach, got {low:g} and {high:g}"
        )
    return X


def fused_multiply_add(a: float, b: float, c: float) -> float:
    """a·b + c with one rounding, as Python divides whole numbers; inf where that isn't finite."""
    try:
        (p, q), (r, s), (u, v) = (x.as_integer_ratio() for x in (a, b, c))
        return (p * r * v + u * q * s) / (q * s * v)
    except (OverflowError, ValueError):
        return inf


def predict_fused(network: Network, x: list[float]) -> list[float]:
    """The outputs where a compiler fuses each product with its sum."""
    offset, scale = network.scaling()
    (x,) = scale_inputs([x], offset, scale)
    for (W, b), activation in zip(network.get_weights(), network.activations):
        z = []
        for j, b_j in enumerate(b):
            total = 0.0
            for x_k, w in zip(x, W):
                total = fused_multiply_add(x_k, w[j], total)
            z.append(total + b_j)
        (x,) = activation_forward([z], activation)
    return x


def choose_vectors(network: Network, low: float, high: float) -> list[tuple[list, list]]:
    """Pairs (x, outputs) of random inputs, first that whose outputs differ most where products
    are fused with their sums.

    In some networks no output shows that, as with one input: a self-test needs a sum of its own.
    Raises ValueError where an output is not finite.
    """
    tries = max(COUNT, min(MOST_TRIES, MOST_FUSED // multiply_adds(network)))
    X = draw_inputs(network, tries, low, high)
    pairs = list(zip(X, network.predict(X)))
    for _, output in pairs:
        if not all(map(isfinite, output)):
            raise ValueError(
                f"outputs: expected finite numbers for inputs from {low:g} to {high:g}, "
                f"got {shown(output)}"
            )
    telling, most = 0, 0
    for place, (x, output) in enumerate(pairs):
        different = sum(a != b for a, b in zip(output, predict_fused(network, x)))
        if different > most:
            telling, most = place, different
        if different == len(output):
            break
    pairs.insert(0, pairs.pop(telling))
    return pairs[:COUNT]
