"""A step and an epoch of csrc/training.c over buffers. See purenn/reference/training.py."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from ..checks import check_count, shown
from .buffers import Matrix, matrix, number, zeros
from .core import LOSSES, code, ffi, lib, pointer, separate
from .network import activation_codes
from .parameters import Parameters


def train_step(
    parameters: Parameters,
    X: Any,
    Y: Any,
    activations: Sequence[str],
    loss: str,
    bias: bool,
    learning_rate: float,
) -> memoryview[float]:
    """Changes the parameters by one step on the batch X, Y; the loss of each sample before it."""
    X, Y = _samples(parameters, X, Y)
    codes = activation_codes(activations, parameters)
    L = zeros(len(X))
    lib.pn_train_step(
        pointer(L),
        pointer(parameters.data),
        pointer(_workspace(parameters, len(X))),
        pointer(X.data),
        pointer(Y.data),
        codes,
        code("loss", LOSSES, loss),
        bool(bias),
        number("learning_rate", learning_rate),
        parameters.sizes,
        len(parameters),
        len(X),
    )
    return L


def train_epoch(
    parameters: Parameters,
    X: Any,
    Y: Any,
    order: Sequence[int],
    batch_size: int,
    activations: Sequence[str],
    loss: str,
    bias: bool,
    learning_rate: float,
) -> float:
    """One step for each batch of samples in the given order; the mean loss before the steps."""
    X, Y = _samples(parameters, X, Y)
    n = len(X)
    as_they_stand = isinstance(order, range) and order == range(n)
    rows = [] if as_they_stand else _rows(order, n)
    batch_size = min(check_count("batch_size", batch_size), n)
    codes = activation_codes(activations, parameters)
    row_length = parameters.sizes[0] + parameters.sizes[-1]
    return lib.pn_train_epoch(
        pointer(zeros(n)),
        pointer(parameters.data),
        pointer(_workspace(parameters, batch_size)),
        ffi.NULL if as_they_stand else pointer(zeros(batch_size * row_length)),
        pointer(X.data),
        pointer(Y.data),
        ffi.NULL if as_they_stand else ffi.new("size_t[]", rows),
        batch_size,
        codes,
        code("loss", LOSSES, loss),
        bool(bias),
        number("learning_rate", learning_rate),
        parameters.sizes,
        len(parameters),
        n,
    )


def _rows(order: Any, n: int) -> list[int]:
    """The row numbers as a list that nobody else has, each checked."""
    try:
        rows = [index(row) for row in order]
    except TypeError:
        raise TypeError(f"order: expected {n} row numbers, got {shown(order)}") from None
    if len(rows) != n or not all(0 <= row < n for row in rows):
        raise ValueError(f"order: expected {n} row numbers from 0 to {n - 1}, got {shown(rows)}")
    return rows


def _samples(parameters: Any, X: Any, Y: Any) -> tuple[Matrix, Matrix]:
    if not isinstance(parameters, Parameters):
        raise TypeError(
            "parameters: expected purenn.native.Parameters, which training changes in place, "
            f"got {type(parameters).__name__}"
        )
    X = matrix("X", X, n_columns=parameters.sizes[0])
    if len(X) == 0:
        raise ValueError("X: expected at least one sample, got none")
    Y = matrix("Y", Y, len(X), parameters.sizes[-1])
    separate("parameters", parameters.data, X.data, Y.data)
    return X, Y


def _workspace(parameters: Parameters, n: int) -> memoryview[float]:
    """The gradients, A and dZ of a step on n samples."""
    return zeros(len(parameters.data) + 2 * n * sum(parameters.sizes[1:]))
