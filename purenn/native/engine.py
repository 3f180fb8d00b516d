"""The engine that computes with the C core."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from .. import door, native
from ..access import Turns
from ..annotations import Any
from ..architecture import Architecture
from ..checks import counted
from ..reference import count_parameters
from . import core, inputs
from .core import ffi, lib
from .inputs import Inputs, inputs_of
from .matrices import Matrix, made, matrix_of
from .memory import Memory, address_of, zeros
from .network import network_of
from .training import NativeSteps
from .work import Pace, Work

DOUBLES, ALIGNMENT = ffi.typeof("double[]"), ffi.alignof("double")
FLOAT64 = lib.PN_FLOAT64


class NativeEngine:
    """Computes with the C core, on buffers."""

    name = "c"
    functions: Any = native

    def matrix(self, rows: Any) -> Matrix:
        """A copy of the rows, which functions may change."""
        found = matrix_of("matrix", door.matrix("matrix", rows))
        copy = zeros(found.memory.count)
        copy.view()[:] = found.data
        return made(copy, *found.shape)

    def vector(self, numbers: Any) -> memoryview:
        """A copy of the numbers, which functions may change."""
        given = door.vector("vector", numbers)
        copy = zeros(len(given)).view()
        copy[:] = given
        return copy

    def inputs(self, block: door.Block) -> Inputs:
        """The rows of a block, where they lie if they can be."""
        return inputs_of(block)

    def scaled(self, X: Inputs, offset: Sequence[float], scale: Sequence[float]) -> Inputs:
        """Inputs, each as (x − offset) / scale."""
        return X.scaled(offset, scale)

    def targets(self, block: door.Block) -> Matrix:
        """The rows of a block as a matrix of float64, where they lie if they can be."""
        return matrix_of("targets", block)

    def first_not_finite(self, matrix: Inputs | Matrix) -> int | None:
        """The row of the first number that is not finite, or None."""
        return row_of(matrix, inputs.first_not_finite(matrix.memory))

    def first_outside(self, matrix: Inputs | Matrix, low: float, high: float) -> int | None:
        """The row of the first number that is not low … high, or None."""
        return row_of(matrix, inputs.first_outside(matrix.memory, low, high))

    def first_sum_outside(self, matrix: Matrix, low: float, high: float) -> int | None:
        """The first row whose sum is not low … high, or None."""
        row = inputs.first_outside(matrix.memory, low, high, matrix.shape[1])
        return None if row == len(matrix) else row

    def weights(
        self, architecture: Architecture, block: array, threads: int | None
    ) -> NativeWeights:
        """The weights in that block, as this engine holds them."""
        return NativeWeights(self, architecture, block, threads)


def row_of(matrix: Inputs | Matrix, index: int) -> int | None:
    """The row of the number of that index; None behind the last one."""
    return None if index == matrix.memory.count else index // matrix.shape[1]


def _check_count(name: str, found: int, expected: int) -> None:
    if found != expected:
        raise ValueError(f"{name}: expected {counted(expected, 'number')}, got {found}")


class NativeWeights:
    """The weights of a network in memory of C.

    Raises ValueError where a block or samples are not of its sizes.
    """

    def __init__(
        self, engine: NativeEngine, architecture: Architecture, block: array, threads: int | None
    ) -> None:
        self.engine, self.architecture, self._turns = engine, architecture, Turns()
        self._work = Work(architecture.sizes, threads)
        _check_count("block", len(block), count_parameters(list(architecture.sizes)))
        own = zeros(len(block))
        own.view()[:] = memoryview(block)
        self._network = network_of(
            architecture.sizes, own, architecture.activations, architecture.loss, architecture.bias
        )
        self._range = self._work.range()
        self._room = lib.pn_predict_workspace(self._network.struct, self._range)
        self._struct, self._n_in, self._n_out = (
            self._network.struct,
            architecture.n_in,
            architecture.n_out,
        )
        self._row_workspace = ffi.new("double[]", lib.pn_predict_workspace(self._struct, 1))

    def replace(self, block: array) -> None:
        """Takes the weights of that block from now on."""
        _check_count("block", len(block), self._network.block.count)
        with self._turns.queue, self._turns.use:
            self._network.block.view()[:] = memoryview(block)

    def block(self) -> array:
        """A copy of the weights in one block."""
        with self._turns.queue, self._turns.use:
            return array("d", self._network.block.view().tobytes())

    def outputs(self, X: Inputs) -> list[list[float]]:
        """The outputs for the samples X."""
        n, (n_in, *_, n_out) = len(X), self._network.sizes
        _check_count("X", X.shape[1], n_in)
        outputs, threads = zeros(n * n_out), self._work.threads(n)
        workspace, pace, first = zeros(threads * self._room), Pace(self._work.of_sample, 1), 0
        with self._turns.queue, self._turns.use:
            while first < n:
                some = min(pace.samples, n - first)
                with pace:
                    lib.pn_predict(
                        core.active.table,
                        outputs.pointer + first * n_out,
                        self._struct,
                        workspace.pointer,
                        X.memory.pointer + first * n_in,
                        X.type,
                        some,
                        self._range,
                        threads,
                    )
                pace.took(some)
                first += some
        return made(outputs, n, n_out).tolist()

    def row(self, numbers: memoryview[Any]) -> list[float]:
        """The outputs for one sample of float64 numbers, with the least ado."""
        x, n_in = ffi.from_buffer("double[]", numbers), len(numbers)
        if n_in != self._n_in:
            _check_count("X", n_in, self._n_in)
        outputs = ffi.new(DOUBLES, self._n_out)
        if address_of(x) % ALIGNMENT:
            return self.row(memoryview(numbers.tobytes()).cast("d"))
        if core.unchecked.pn_first_not_finite(x, FLOAT64, n_in) != n_in:
            raise door.not_finite("X", door.Block(numbers, (1, n_in)), 0)
        with self._turns.queue, self._turns.use:
            lib.pn_predict(
                core.active.table, outputs, self._struct, self._row_workspace, x, FLOAT64, 1, 1, 1
            )
            return ffi.unpack(outputs, self._n_out)

    def gradients(self, X: Inputs, Y: Matrix) -> tuple[float, array]:
        """The mean loss over the samples, and its gradients in one block."""
        losses: list[float] = []
        gradients = zeros(self._network.block.count)
        steps = self._steps(Turns(), X, Y, len(X), 0.0, gradients)
        with self._turns.queue, self._turns.use:  # from the first sample to the last
            steps.run(losses, 1)
        return losses[0], array("d", gradients.view().tobytes())

    def steps(self, X: Inputs, Y: Matrix, batch_size: int, learning_rate: float) -> NativeSteps:
        """A training of these weights, which can be stopped after every step."""
        return self._steps(self._turns, X, Y, batch_size, learning_rate)

    def _steps(
        self,
        turns: Turns,
        X: Inputs,
        Y: Matrix,
        batch_size: int,
        learning_rate: float,
        gradients: Memory | None = None,
    ) -> NativeSteps:
        return NativeSteps(
            self._network, self._work, turns, X, Y, batch_size, learning_rate, gradients
        )
