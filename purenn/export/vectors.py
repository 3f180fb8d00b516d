"""Test vectors that an exported network carries: inputs, and the outputs they must give."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

from ..checks import shown
from ..door import finite_row
from ..network import Network
from ..optimizers import Optimizer
from ..random_state import RandomState
from ..reference import ACTIVATIONS, scale_inputs
from ..training import TrainingWarning

LIMITS = (-1.0, 1.0)  # of random inputs, after the input scaling, where none are given
COUNT = 4
MOST_TRIES = 50
MOST_FUSED = 3_000_000  # fused products in all tries: some ten seconds
STEPS = 2  # of training
RATES = [2.0**power for power in range(-4, -1000, -100)]


class Trained(NamedTuple):
    """What training steps on the test vectors give: a loss before each, the outputs at the end."""

    Y: list[list[float]]
    learning_rate: float
    losses: list[float]
    outputs: list[list[float]]


def check_limits(inputs: Any) -> tuple[float, float]:
    """A lower and a higher limit of random inputs."""
    low, high = finite_row("inputs", inputs, 2)
    if low >= high or not isfinite(high - low):
        raise ValueError(f"inputs: expected a lower and a higher limit, got {shown(inputs)}")
    return low, high


def draw_inputs(network: Network, count: int, low: float, high: float) -> list[list[float]]:
    """Random inputs, uniform from low to high after the network's input scaling."""
    offset, scale = network.architecture.scaling
    drawn = RandomState(network.seed).uniform(low, high, (count, network.architecture.sizes[0]))
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
    """The outputs as they are if a compiler fuses each product with its sum."""
    offset, scale = network.architecture.scaling
    (x,) = scale_inputs([x], offset, scale)
    for (W, b), activation in zip(network.get_weights(), network.architecture.activations):
        z = []
        for j, b_j in enumerate(b):
            total = 0.0
            for x_k, w in zip(x, W):
                total = fused_multiply_add(x_k, w[j], total)
            z.append(total + b_j)
        (x,) = ACTIVATIONS[activation].forward([z])
    return x


def choose_vectors(network: Network, low: float, high: float) -> list[tuple[list, list]]:
    """Pairs (x, outputs) for random inputs x; where products are fused with their sums, the first
    pair has the most outputs that differ.

    In some networks none does, as with one input: so a self-test also needs a sum of its own.
    Raises ValueError where an output is not finite.
    """
    tries = max(COUNT, min(MOST_TRIES, MOST_FUSED // network.architecture.multiply_adds))
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


def train_on(network: Network, vectors: list[tuple[list, list]], optimizer: Optimizer) -> Trained:
    """Trains a copy of the network, at the first learning rate that keeps every number finite.

    The targets are near the outputs, so that losses are finite.
    Raises ValueError where no rate keeps every number finite.
    """
    X = [x for x, _ in vectors]
    Y = [near_target(network, output) for _, output in vectors]
    for rate in RATES:
        copy = Network.of(network.architecture, network.get_weights(), backend=network.backend)
        with catch_warnings():
            simplefilter("ignore", TrainingWarning)  # the next rate is tried
            losses = copy.fit(X, Y, epochs=STEPS, optimizer=optimizer, learning_rate=rate)["loss"]
        outputs = copy.predict(X)
        if len(losses) == STEPS and all(isfinite(value) for row in outputs for value in row):
            return Trained(Y, rate, losses, outputs)
    raise ValueError(
        "train: expected a network that can be trained, but its loss is not finite at any rate"
    )


def near_target(network: Network, output: list[float]) -> list[float]:
    """1 for the largest output of a softmax, whose targets sum to 1; else for each above 0.5."""
    if network.architecture.activations[-1] == "softmax":
        return [float(j == output.index(max(output))) for j in range(len(output))]
    return [float(a > 0.5) for a in output]
