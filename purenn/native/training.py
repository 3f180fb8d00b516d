"""The steps of a training: a few calls of csrc/host/training.c, none of them long."""

from __future__ import annotations

from collections.abc import Sequence

from ..access import Turns
from ..annotations import Any
from . import core
from .core import ffi, lib
from .inputs import Inputs, columns_of
from .matrices import Matrix
from .memory import Memory, zeros
from .network import Network, row_numbers
from .work import Pace, Work

EPOCHS_AT_ONCE = 1024  # whose losses one call of C gives


class NativeSteps:
    """A training that goes on from call to call; its zeros are found once.

    With `gradients`, no step is made: they get the gradients of each batch.
    """

    def __init__(
        self,
        network: Network,
        work: Work,
        turns: Turns,
        X: Inputs,
        Y: Matrix,
        batch_size: int,
        learning_rate: float,
        gradients: Memory | None = None,
    ) -> None:
        widths = X.shape[1], Y.shape[1]
        if widths != (network.sizes[0], network.sizes[-1]) or len(X) != len(Y):
            raise ValueError(f"X, Y: expected shapes that fit, got {X.shape} and {Y.shape}")
        columns = columns_of(X, network.sizes[1])
        self._kept = network, X.memory, Y.memory, columns, gradients
        self._turns, threads = turns, work.threads(batch_size)
        self._pace = Pace(3 * work.of_sample, threads)
        self._order: Any = None
        self._workspace: Memory | None = None
        self._losses = ffi.new("double[]", EPOCHS_AT_ONCE)
        self._epochs = 0  # whose losses are taken
        self._struct = struct = ffi.new("struct pn_training *")
        struct.network = network.struct[0]
        struct.inputs = X.struct[0]
        struct.Y = Y.memory.pointer
        struct.n, struct.batch_size = len(X), batch_size
        struct.learning_rate = learning_rate
        struct.range = work.range(columns is not None)
        struct.threads = threads
        if columns is not None:
            struct.inputs.columns, struct.inputs.starts = columns.columns, columns.starts
            struct.sparse = 1
        if gradients is not None:
            struct.gradients = gradients.pointer

    @property
    def position(self) -> tuple[int, int]:
        """How many epochs have ended, and the next sample of this one."""
        return self._epochs + self._struct.ended, self._struct.first

    def take_order(self, order: Sequence[int]) -> None:
        """Takes the samples in that order in the epoch that begins now."""
        rows = ffi.new("size_t[]", row_numbers(order, self._struct.n))
        with self._turns.queue, self._turns.use:
            if self._order is None:  # which needs more room
                self._workspace = None
            self._order = rows
            self._struct.order = rows

    def run(self, losses: list[float], epochs: int, samples: int | None = None) -> None:
        """Goes on for so many epochs, or until `samples` more are taken; adds epochs' losses."""
        struct, pace = self._struct, self._pace
        if self._workspace is None:
            workspace = zeros(lib.pn_training_workspace(core.active.table, struct))
            struct.workspace = workspace.pointer
            self._workspace = workspace
        if struct.ended:
            self._collect(losses)
        last = self._epochs + epochs
        while self._epochs < last and (samples is None or samples > 0):
            some = pace.samples if samples is None else min(pace.samples, samples)
            most, before = min(last - self._epochs, EPOCHS_AT_ONCE), struct.first
            with self._turns.queue:
                pass  # those who wait
            try:
                with self._turns.use, pace:
                    lib.pn_train(core.active.table, struct, self._losses, most, some)
                taken = struct.ended * struct.n + struct.first - before
            finally:
                try:
                    self._collect(losses)
                finally:
                    if struct.ended:  # Ctrl-C came in between
                        self._collect(losses)
            pace.took(taken)
            samples = None if samples is None else samples - taken

    def _collect(self, losses: list[float]) -> None:
        """Takes the losses of the last call of C, once, wherever Ctrl-C comes in between."""
        struct, epochs = self._struct, self._epochs
        losses[epochs:] = ffi.unpack(self._losses, struct.ended)
        self._epochs, struct.ended = epochs + struct.ended, 0
