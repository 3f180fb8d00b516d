"""Weights in fewer bits: what is stored, the numbers that stands for, and what it changes.

An export with such weights computes, bit for bit, what the network with the rounded weights
computes in double. (int8 multiplies each sum by its power of two, instead of each weight; that is
the same unless numbers become subnormal.)
"""

from __future__ import annotations

from math import frexp, isfinite, ldexp
from struct import pack, unpack
from typing import Any, NamedTuple

from ..network import Network, Weights
from ..reference.activations import FORWARD
from ..reference.random import RandomState

FORMATS = ("float64", "float32", "int8")
LARGEST_INT8 = 127
SAMPLES = 1000
MOST_MULTIPLY_ADDS = 50_000_000  # in all samples: a minute of plain Python
EPSILON = 2.0**-52

# The largest slope of each activation; the bound uses no more of it.
SLOPE = {"identity": 1.0, "sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "leaky_relu": 1.0}
SLOPE["softmax"] = 0.5  # Σ |∂A[j]/∂Z[i]| over i is 2·A[j]·(1 − A[j])
RANGE = {"sigmoid": 1.0, "tanh": 2.0, "softmax": 1.0}


class Layer(NamedTuple):
    """The stored W (n_in, n_out) and b (n_out); W[k][j]·scale[j] is the weight, scale 1 if None."""

    W: list[list[Any]]
    b: list[float]
    scale: list[float] | None = None

    def values(self) -> tuple[list[list[float]], list[float]]:
        """The (W, b) it stands for, exactly."""
        if self.scale is None:
            return self.W, self.b
        return [[q * s for q, s in zip(row, self.scale)] for row in self.W], self.b


def check_finite(network: Network) -> None:
    """Refuses to export a network that has stopped to compute."""
    for layer, (W, b) in enumerate(network.get_weights()):
        for row in (*W, b):
            for value in row:
                if not isfinite(value):
                    raise ValueError(
                        f"weights[{layer}]: expected finite numbers to export, got {value}"
                    )


def stored(weights: Weights, form: str) -> list[Layer]:
    """Each layer in that format.

    float32: W and b rounded to nearest. int8: W[k][j] = q·2ᵉ with |q| ≤ 127 rounded to nearest
    and one e for each column j, the least that holds the column; b as float32.
    Raises ValueError for a weight that is too large for the format.
    """
    if form == "float64":
        return [Layer(W, b) for W, b in weights]
    layers = []
    for layer, (W, b) in enumerate(weights):
        rounded_b = [_float32(f"weights[{layer}] b", value) for value in b]
        if form == "float32":
            W = [[_float32(f"weights[{layer}] W", value) for value in row] for row in W]
            layers.append(Layer(W, rounded_b))
        else:
            scale = [_power_of_two(f"weights[{layer}] W", column) for column in zip(*W)]
            q = [[round(value / s) for value, s in zip(row, scale)] for row in W]
            layers.append(Layer(q, rounded_b, scale))
    return layers


def _float32(name: str, value: float) -> float:
    try:
        return unpack("<f", pack("<f", value))[0]
    except OverflowError:
        raise ValueError(
            f"{name}: expected numbers up to 3.4e38 for float32, got {value}"
        ) from None


def _power_of_two(name: str, column: tuple[float, ...]) -> float:
    """The least power of two, of those that a float32 holds, times which 127 covers the column."""
    largest = max(map(abs, column))
    _, power = frexp(largest / LARGEST_INT8)
    if ldexp(LARGEST_INT8, power - 1) >= largest:
        power -= 1
    if power > 127:
        raise ValueError(f"{name}: expected numbers up to 2e40 for int8, got {largest}")
    return ldexp(1.0, max(power, -126))


def network_of(network: Network, layers: list[Layer]) -> Network:
    """A copy of the network, with the weights of these layers."""
    copy = Network(
        network.sizes,
        activations=network.activations,
        loss=network.loss,
        bias=network.bias,
        seed=network.seed,
        backend=network.backend,
        input_offset=network.input_offset,
        input_scale=network.input_scale,
        labels=network.labels,
    )
    copy.set_weights([layer.values() for layer in layers])
    return copy


def multiply_adds(network: Network) -> int:
    """Multiplications, each with an addition, in one prediction."""
    return sum(n_in * n_out for n_in, n_out in zip(network.sizes, network.sizes[1:]))


def draw_inputs(network: Network, count: int, low: float, high: float) -> list[list[float]]:
    """Inputs that are uniform in low … high after the network's input scaling."""
    offset, scale = network.scaling()
    drawn = RandomState(network.seed).uniform(low, high, (count, network.sizes[0]))
    return [[o + s * value for o, s, value in zip(offset, scale, row)] for row in drawn]


def largest_change(
    network: Network, rounded: Network, low: float, high: float
) -> tuple[float, int]:
    """The largest |change| of an output over random inputs, and how many there were."""
    count = max(1, min(SAMPLES, MOST_MULTIPLY_ADDS // multiply_adds(network)))
    X = draw_inputs(network, count, low, high)
    pairs = zip(network.predict(X), rounded.predict(X))
    return max(abs(p - q) for rows in pairs for p, q in zip(*rows)), count


def bound_of_change(network: Network, rounded: Network, low: float, high: float) -> float:
    """A number that no output can change by more than, for inputs within low … high.

    With a in [a₀, a₁] before and a' after rounding, |a' − a| ≤ e, layer by layer:
    |z' − z| ≤ Σ (|w'|·e + |w' − w|·max|a|) + |b' − b|, times the activation's largest slope.
    What both networks round in computing is added: n_in + 2 roundings of sums, 4 of activations.
    """
    intervals = [(low, high)] * network.sizes[0]
    errors = [0.0] * network.sizes[0]
    layers = zip(network.get_weights(), rounded.get_weights(), network.activations)
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
            roundings = (len(W) + 2) * EPSILON * size
            next_intervals.append((least - roundings, greatest + roundings))
            next_errors.append(error + roundings)
        intervals, errors = _through(activation, next_intervals, next_errors)
    return max(errors)


def _through(activation: str, intervals: list, errors: list) -> tuple[list, list]:
    """The intervals and errors of A from those of Z."""
    if activation == "softmax":
        intervals = [(0.0, 1.0)] * len(intervals)
        errors = [max(errors)] * len(errors)
    else:
        forward = FORWARD[activation]
        intervals = [tuple(forward([list(ends)])[0]) for ends in intervals]
    errors = [
        min(SLOPE[activation] * error, RANGE.get(activation, error))
        + 4.0 * EPSILON * max(abs(a0), abs(a1), 1.0)
        for error, (a0, a1) in zip(errors, intervals)
    ]
    return intervals, errors
