"""Weights between lists and one block, and weights that can be kept.

In a block they stand layer by layer, W row-major, then b: docs/arithmetic.md, section 7.
"""

from __future__ import annotations

from math import isfinite

from . import door
from .annotations import TYPE_CHECKING, Any, Sequence
from .architecture import Architecture
from .checks import STRINGS, counted, shown

if TYPE_CHECKING:
    from array import array

Weights = list[tuple[list[list[float]], list[float]]]


def block_of(architecture: Architecture, weights: Any) -> array:
    """[(W, b), ...] of that architecture as one block.

    Raises ValueError or TypeError where a shape or a number is wrong, or a bias is not 0 in a
    network without biases.
    """
    from array import array  # which imports `collections`

    shapes = architecture.shapes
    if not isinstance(weights, Sequence) or isinstance(weights, STRINGS):
        raise TypeError(f"weights: expected a list of (W, b), got {shown(weights)}")
    if len(weights) != len(shapes):
        raise ValueError(f"weights: expected {counted(len(shapes), 'layer')}, got {len(weights)}")
    block = array("d")
    for layer, ((n_in, n_out), pair) in enumerate(zip(shapes, weights)):
        name = f"weights[{layer}]"
        if not isinstance(pair, Sequence) or isinstance(pair, STRINGS):
            raise TypeError(f"{name}: expected a pair (W, b), got {shown(pair)}")
        if len(pair) != 2:
            raise ValueError(f"{name}: expected a pair (W, b), got {len(pair)} items")
        W = door.matrix(f"{name} W", pair[0], n_out, "row")
        if W.shape[0] != n_in:
            raise ValueError(f"{name} W: expected {counted(n_in, 'row')}, got {W.shape[0]}")
        if not all(map(isfinite, W.numbers)):
            row = next((i for i, v in enumerate(W.numbers) if not isfinite(v)), 0) // n_out
            raise door.not_finite(f"{name} W", W, row)
        b = door.finite_row(f"{name} b", pair[1], n_out)
        if not architecture.bias and any(b):
            raise ValueError(f"{name} b: expected 0 in a network without biases")
        block.frombytes(door.float64(W.numbers).cast("B"))
        block.extend(b if architecture.bias else [0.0] * n_out)
    return block


def lists_of(architecture: Architecture, block: Any) -> Weights:
    """The block as [(W, b), ...], W (n_in, n_out) and b (n_out) as lists.

    Raises ValueError where it is not of that architecture.
    """
    if len(block) != architecture.parameter_count:
        expected = counted(architecture.parameter_count, "number")
        raise ValueError(f"block: expected {expected}, got {len(block)}")
    numbers = block.tolist()
    weights, start = [], 0
    for n_in, n_out in architecture.shapes:
        end = start + n_in * n_out
        W = [numbers[i : i + n_out] for i in range(start, end, n_out)]
        weights.append((W, numbers[end : end + n_out]))
        start = end + n_out
    return weights


def check_finite_block(architecture: Architecture, block: array, purpose: str) -> None:
    """Refuses a block that holds what neither a model file nor an export can hold."""
    if not all(map(isfinite, block)):
        check_finite_weights(lists_of(architecture, block), purpose)


def check_no_biases(name: str, architecture: Architecture, block: array) -> None:
    """Refuses a bias other than 0, but for NaN, in a block for a network without biases."""
    if not architecture.bias:
        for layer, (_, b) in enumerate(lists_of(architecture, block)):
            if any(abs(value) > 0.0 for value in b):
                raise ValueError(
                    f"{name}: expected 0 for each bias of layer {layer}, since the network has none"
                )


def check_finite_weights(weights: Weights, purpose: str) -> None:
    """Refuses what neither a model file nor an export can hold."""
    for layer, (W, b) in enumerate(weights):
        check_finite_rows(f"weights[{layer}] W", W, purpose)
        check_finite_rows(f"weights[{layer}] b", [b], purpose)


def check_finite_rows(name: str, rows: list[list[float]], purpose: str) -> None:
    """Refuses a number that is not finite."""
    for row in rows:
        for value in row:
            if not isfinite(value):
                raise ValueError(
                    f"{name}: expected finite numbers to {purpose}, got {value}; "
                    "after training, try a smaller learning_rate"
                )
