"""Weights rounded to fewer bits: what is stored, and the numbers that it stands for.

An export with such weights computes, bit for bit, what the network with the rounded weights
computes in double.
"""

from __future__ import annotations

from math import frexp, ldexp
from struct import pack, unpack
from typing import Any, NamedTuple

from ..weights import Weights

FORMATS = ("float64", "float32", "int8")
LARGEST_INT8 = 127


class Layer(NamedTuple):
    """W (n_in, n_out) and b (n_out) as stored; a weight is W[k][j]·scale[j], or W[k][j] without."""

    W: list[list[Any]]
    b: list[float]
    scale: list[float] | None = None

    @property
    def weights(self) -> tuple[list[list[float]], list[float]]:
        """The (W, b) that it stands for, exactly."""
        if self.scale is None:
            return self.W, self.b
        return [[q * s for q, s in zip(row, self.scale)] for row in self.W], self.b


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
    """The least power of two in float32 of which 127 times covers the column."""
    largest = max(map(abs, column))
    _, power = frexp(largest / LARGEST_INT8)
    if ldexp(LARGEST_INT8, power - 1) >= largest:
        power -= 1
    if power > 127:
        raise ValueError(f"{name}: expected numbers up to 2e40 for int8, got {largest}")
    return ldexp(1.0, max(power, -126))
