"""The engine that computes with the C core."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice
from time import perf_counter

from .. import door, native
from ..access import Turns
from ..annotations import Any
from ..architecture import Architecture
from ..checks import counted
from ..optimizers import PLAIN, Learning
from ..reference import count_parameters
from . import core
from .core import activation_pointer, ffi, lib
from .initialization import first_parameters
from .inputs import AT_ONCE, TYPES, Inputs
from .matrices import Matrix, made, matrix_of
from .matrices import new as new_matrix
from .memory import copied, held, zeros
from .network import network_of
from .random import random_seed
from .targets import AT_ONCE as TARGETS_AT_ONCE
from .targets import Targets, targets_of
from .training import NativeSteps
from .work import Work, first_samples, next_samples

DOUBLES = ffi.typeof("double[]")
BYTES = ffi.typeof("uint8_t[]")
from_buffer, new, unpack = ffi.from_buffer, ffi.new, ffi.unpack  # each look into ffi takes a while
STUCK_AT_ONCE = lib.PN_STUCK_AT_ONCE
FEW = 8  # samples, of which naming inputs takes as long as a step
first_not_finite = core.unchecked.pn_first_not_finite
first_outside, find_stuck = core.unchecked.pn_first_outside, core.unchecked.pn_find_stuck


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
        return Inputs((held(block.view) or copied(block.view), block.shape, []))

    def scaled(self, X: Inputs, offset: Sequence[float], scale: Sequence[float]) -> Inputs:
        """Inputs, each as (x − offset) / scale."""
        return X.scaled(offset, scale)

    def targets(self, block: door.Block) -> Targets:
        """The rows of a block as float64, where they lie if they can be."""
        view = block.view if block.view.format == "d" else door.float64(block.numbers)
        return Targets((held(view) or copied(view), block.shape))

    def classes(self, numbers: array, n_out: int) -> Targets:
        """Targets that name these classes, 0 … n_out − 1, in 4 bytes each."""
        return targets_of(numbers, n_out)

    def first_not_finite(self, X: Inputs, units: int = 0) -> int | None:
        """The row of the first input that is not finite, or None. `units` tells that a layer of so
        many will be trained on X, so that one look may find the zeros as well."""
        (_, pointer, count, form), (n, width), _ = X
        if units and n >= FEW and X.name_columns():
            return None
        start, size = 0, count
        while start < count:
            if size > AT_ONCE:
                size = AT_ONCE
            found = first_not_finite(core.active.table, pointer + start, TYPES[form], size)
            if found < size:
                return (start + found) // width
            start, size = start + size, count - start - size
        return None

    def first_outside(
        self, Y: Targets, low: float, high: float, least: float, most: float
    ) -> int | None:
        """The first row with a number that is not low … high, or a sum not least … most; classes
        have none."""
        (_, pointer, _, form), (n, width) = Y
        if form != "d":
            return None
        first, size = 0, n
        while first < n:
            if size * width > AT_ONCE:
                size = AT_ONCE // width or 1
            found = first_outside(pointer + first * width, low, high, least, most, size, width)
            if found < size:
                return first + found
            first, size = first + size, n - first - size
        return None

    def target_rows(self, Y: Targets, order: Sequence[int]) -> list[list[float]]:
        """The rows of targets in that order."""
        rows: list[Any] = [Y.rows(s, 1).view().tolist() for s in order]
        return rows

    def look(self, X: Inputs, most: int) -> list[float]:
        """What `engines.py` says of at most so many samples, evenly spaced."""
        n, found = X.shape[0], new(DOUBLES, lib.PN_LOOK)
        lib.pn_look_at_inputs(found, X.struct, n, min(n, most))
        return unpack(found, lib.PN_LOOK)

    def are_alike(self, Y: Targets) -> bool:
        """Whether all rows of targets are the same."""
        memory, (n, width) = Y
        if memory.format != "d":
            return len({*memory.view()}) == 1
        return lib.pn_first_other(memory.pointer, n, width) == n

    def first_weights(self, architecture: Architecture) -> array:
        """First weights, drawn from the architecture's seed, in one block."""
        state = random_seed(architecture.seed)
        block = first_parameters(architecture.sizes, architecture.initialization, state)
        return array("d", block.view().tobytes())

    def weights(
        self, architecture: Architecture, block: array, threads: int | None
    ) -> NativeWeights:
        """The weights in that block, as this engine holds them."""
        return NativeWeights(self, architecture, block, threads)


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
        self._work.shares(1)  # refuses a wrong PURENN_THREADS
        self._struct, self._n_out = self._network.struct, architecture.n_out
        self._nbytes = 8 * architecture.n_in  # of a row
        self._stuck_room: tuple | None = None  # what `stuck` computes in
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

    def outputs(self, X: Inputs) -> Matrix:
        """The outputs for the samples X."""
        return self._outputs(X, self._struct)

    def _outputs(self, X: Inputs, struct: Any) -> Matrix:
        """The outputs of a network with these weights."""
        n, (n_in, *_, n_out) = X.shape[0], self._network.sizes
        _check_count("X", X.shape[1], n_in)
        outputs, (samples, threads) = zeros(n * n_out), self._work.shares(n)
        samples = min(samples, n)
        workspace = self._work.borrow(threads * lib.pn_predict_workspace(struct, samples))
        at_once, first = first_samples(self._work.of_sample, 1), 0
        with self._turns.queue, self._turns.use:
            while first < n:
                some, start = min(at_once, n - first), perf_counter()
                lib.pn_predict(
                    core.active.table,
                    outputs.pointer + first * n_out,
                    struct,
                    workspace.pointer,
                    X.memory.pointer + first * n_in,
                    TYPES[X.memory.format],
                    some,
                    samples,
                    threads,
                )
                at_once = next_samples(at_once, some, perf_counter() - start)
                first += some
        self._work.give_back(workspace)
        return made(outputs, n, n_out)

    def row(self, numbers: memoryview[Any]) -> list[float]:
        """The outputs for one sample of float64 numbers, with the least ado."""
        n_out, nbytes, turns = self._n_out, self._nbytes, self._turns
        try:
            x = from_buffer(numbers.obj)  # not of the view: see memory.py
        except (TypeError, ValueError, BufferError):
            x = b""
        if len(x) != nbytes:  # else the view is all of it
            x = from_buffer(numbers.tobytes())
            if len(x) != nbytes:
                raise ValueError(f"X: expected {nbytes} bytes of float64, got {len(x)}")
        outputs = new(DOUBLES, n_out)
        with turns.queue, turns.use:
            found = lib.pn_predict_row(
                core.active.table, outputs, self._struct, self._row_workspace, x
            )
            if not found:
                return unpack(outputs, n_out)
        core.refuse(found)
        if found & lib.PN_NOT_ALIGNED:
            return self.row(memoryview(numbers.tobytes()).cast("d"))
        raise door.not_finite("X", door.Block(numbers, (1, len(numbers))), 0)

    def evaluate(self, X: Inputs, Y: Targets) -> tuple[float, Matrix]:
        """The mean loss over the samples, and their outputs: Z are those of the same network with
        identity as its last activation."""
        architecture, block = self.architecture, self._network.block
        *hidden, last = architecture.activations
        of_Z = network_of(architecture.sizes, block, [*hidden, "identity"], architecture.loss, True)
        Z = self._outputs(X, of_Z.struct)
        n, n_out = Z.shape
        if Y.shape != Z.shape:
            raise ValueError(f"Y: expected shape {Z.shape}, got {Y.shape}")
        A, L, rows = new_matrix(n, n_out), zeros(n), max(1, TARGETS_AT_ONCE // n_out)
        activation, loss, table = activation_pointer(last), self._struct.loss, core.active.table
        for first in range(0, n, rows):
            start, some = first * n_out, min(rows, n - first)
            z, a = Z.memory.pointer + start, A.memory.pointer + start
            table.activation_forward(a, z, activation, some, n_out, some * n_out)
            y, losses = Y.rows(first, some), L.pointer + first
            table.output_losses(losses, z, a, y.pointer, activation, loss, some, n_out)
        return lib.pn_mean(L.pointer, n), A

    def stuck(self, X: Inputs, most: int) -> list[int] | None:
        """How many units of each layer are stuck in at most so many samples, evenly spaced; None
        where that is less than three quarters in every layer."""
        (_, pointer, _, form), (n, _), _ = X
        network, widths = self._network.struct, self._network.sizes[1:]
        looked = n if n < most else most
        if self._stuck_room is None:
            workspace = zeros(lib.pn_stuck_workspace(network))
            least = new(DOUBLES, self.architecture.least_slopes)
            self._stuck_room = workspace, least, new(BYTES, sum(widths))
        workspace, least, stuck = self._stuck_room
        for first in range(0, looked, STUCK_AT_ONCE):
            with self._turns.queue, self._turns.use:
                found = find_stuck(
                    core.active.table,
                    stuck,
                    network,
                    least,
                    workspace.pointer,
                    pointer,
                    TYPES[form],
                    n,
                    looked,
                    first,
                )
            if not found:
                return None
        left = iter(bytes(stuck))
        return [sum(islice(left, width)) for width in widths]

    def gradients(self, X: Inputs, Y: Targets) -> tuple[float, array]:
        """The mean loss over the samples, and its gradients in one block."""
        losses: list[float] = []
        gradients = zeros(self._network.block.count)
        learning = Learning(PLAIN, 0.0)
        steps = NativeSteps(self._network, self._work, Turns(), X, Y, X.shape[0], learning)
        steps.give_gradients(gradients)
        with self._turns.queue, self._turns.use:  # from the first sample to the last
            steps.run(losses, 1)
        return losses[0], array("d", gradients.view().tobytes())

    def steps(self, X: Inputs, Y: Targets, batch_size: int, learning: Learning) -> NativeSteps:
        """A training of these weights, which can be stopped after every step."""
        return NativeSteps(self._network, self._work, self._turns, X, Y, batch_size, learning)
