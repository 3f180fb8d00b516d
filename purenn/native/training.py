"""Steps and epochs of csrc/training.c over buffers. See purenn/reference/training.py.

A training is a few long calls of csrc/host/training.c, none longer than about a tenth of a second:
between them Python sees whether somebody pressed Ctrl-C.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from time import perf_counter

from ..annotations import Any
from ..checks import check_count, shown
from . import core
from .buffers import Matrix, matrix, number, zeros
from .core import LOSSES, code, ffi, lasting_pointer, lib, pointer, separate
from .inputs import Inputs
from .network import CNetwork, activation_codes
from .parameters import Parameters
from .threads import MULTIPLY_ADDS_AT_ONCE, samples_at_a_time, threads_for

SECONDS_AT_ONCE = 0.1


class Training:
    """A training that goes on from call to call: the data checked, its zeros counted, once."""

    def __init__(
        self,
        parameters: Parameters,
        X: Any,
        Y: Any,
        batch_size: int,
        activations: Sequence[str],
        loss: str,
        bias: bool,
        learning_rate: float,
        threads: int | None = None,
    ) -> None:
        _check_parameters(parameters)
        self._X = Inputs("X", X, parameters.sizes[0])
        self._Y = _targets(parameters, self._X, self._X.view, Y)
        n = len(self._X)
        rate = number("learning_rate", learning_rate)
        self._network = CNetwork(parameters, activations, loss, bias, rate)
        self._struct = struct = ffi.new("struct pn_training *")
        struct.network = self._network.struct[0]
        struct.n = n
        struct.batch_size = batch_size = min(check_count("batch_size", batch_size), n)
        self._X.find_zeros(parameters.sizes[1])
        struct.range = samples_at_a_time(parameters, self._X.columns is not None)
        struct.threads = threads_for(parameters, batch_size, threads)
        self._X.fill(struct.inputs)
        struct.Y = lasting_pointer(self._Y.data)
        struct.sparse = self._X.columns is not None
        self._ordered: bool | None = None  # what the workspace has room for
        macs = min(struct.range * struct.threads, batch_size) * 3 * (len(parameters.data) or 1)
        self._ranges = max(1, MULTIPLY_ADDS_AT_ONCE // macs)

    def run(self, epochs: int, order: Sequence[int] | None = None) -> list[float]:
        """Trains for that many epochs, on the samples in that order; the loss of each epoch."""
        n = self._struct.n
        rows = None
        if order is not None and not (isinstance(order, range) and order == range(n)):
            rows = ffi.new("size_t[]", _rows(order, n))
        self._struct.order = ffi.NULL if rows is None else rows
        self._make_workspace(rows is not None)
        losses = ffi.new("double[]", epochs)
        done = 0
        while done < epochs:
            start = perf_counter()
            done += lib.pn_train(
                core.active.table, self._struct, losses + done, epochs - done, self._ranges
            )
            seconds = perf_counter() - start
            if seconds > 2 * SECONDS_AT_ONCE:
                self._ranges = max(1, self._ranges // 2)
            elif seconds < SECONDS_AT_ONCE / 2 and done < epochs:
                self._ranges *= 2
        return ffi.unpack(losses, epochs)

    def _make_workspace(self, ordered: bool) -> None:
        """Room for the sums and for one group of samples, which a given order needs more of."""
        if ordered != self._ordered:
            self._workspace = zeros(0)  # the old one goes first
            self._workspace = zeros(lib.pn_training_workspace(core.active.table, self._struct))
            self._struct.workspace = lasting_pointer(self._workspace)
            self._ordered = ordered


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
    _check_parameters(parameters)
    X = matrix("X", X, n_columns=parameters.sizes[0])
    Y = _targets(parameters, X, X.data, Y)
    codes = activation_codes(activations, parameters)
    L = zeros(len(X))
    workspace = zeros(len(parameters.data) + 2 * len(X) * sum(parameters.sizes[1:]))
    lib.pn_train_step(
        pointer(L),
        pointer(parameters.data),
        pointer(workspace),
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
    training = Training(parameters, X, Y, batch_size, activations, loss, bias, learning_rate)
    return training.run(1, () if order is None else order)[0]


def _rows(order: Any, n: int) -> list[int]:
    """The row numbers as a list that nobody else has, each checked."""
    try:
        rows = [index(row) for row in order]
    except TypeError:
        raise TypeError(f"order: expected {n} row numbers, got {shown(order)}") from None
    if len(rows) != n or not all(0 <= row < n for row in rows):
        raise ValueError(f"order: expected {n} row numbers from 0 to {n - 1}, got {shown(rows)}")
    return rows


def _check_parameters(parameters: Any) -> None:
    if not isinstance(parameters, Parameters):
        raise TypeError(
            "parameters: expected purenn.native.Parameters, which training changes in place, "
            f"got {type(parameters).__name__}"
        )


def _targets(parameters: Parameters, X: Inputs | Matrix, view: memoryview[Any], Y: Any) -> Matrix:
    """Y for at least one sample of X, neither in the memory of the parameters."""
    if len(X) == 0:
        raise ValueError("X: expected at least one sample, got none")
    Y = matrix("Y", Y, len(X), parameters.sizes[-1])
    separate("parameters", parameters.data, view, Y.data)
    return Y
