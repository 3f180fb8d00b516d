"""The steps of a training: a few calls of csrc/host/training.c, none of them long."""

from __future__ import annotations

from array import array
from time import perf_counter

from ..access import Turns
from ..annotations import TYPE_CHECKING, Any
from ..optimizers import PLAIN
from ..state import Snapshot, State
from . import core
from .core import ffi, lib, rule_pointer
from .inputs import TYPES, Inputs
from .learning import point_optimizer
from .matrices import vector
from .memory import Memory, zeros
from .network import Network
from .targets import Targets
from .work import Work, first_samples, next_samples

if TYPE_CHECKING:
    from ..optimizers import Learning, Optimizer

GRADIENT_DESCENT = rule_pointer("gradient_descent")
EPOCHS_AT_ONCE = 1024  # whose losses one call of C gives
TRAINING = ffi.typeof("struct pn_training *")
RANDOM, SIZES = ffi.typeof("struct pn_random[2]"), ffi.typeof("size_t[]")
DOUBLES = ffi.typeof("double[]")
random_seed, is_usual = core.unchecked.pn_random_seed, core.unchecked.pn_is_usual
new, unpack = ffi.new, ffi.unpack  # each look into ffi takes a while


class NativeSteps:
    """A training that goes on from call to call."""

    def __init__(
        self,
        network: Network,
        work: Work,
        turns: Turns,
        X: Inputs,
        Y: Targets,
        batch_size: int,
        learning: Learning,
    ) -> None:
        (_, pointer, _, form), (n, n_in), named = X
        n_targets, n_out = Y.shape
        if n_in != network.sizes[0] or n_out != network.sizes[-1] or n != n_targets:
            raise ValueError(f"X, Y: expected shapes that fit, got {X.shape} and {Y.shape}")
        self._held: list[Any] = [network, X, Y]
        self._work, self._turns = work, turns
        self._workspace: Memory | None = None
        self._n, self._epochs = n, 0  # samples, and the epochs whose losses are taken
        self._struct = struct = new(TRAINING)
        inputs = struct.inputs
        inputs.X, inputs.type, inputs.n_in = pointer, TYPES[form], n_in
        if named:
            (inputs.columns, inputs.starts), struct.sparse = named, 1
        struct.network = network.struct[0]
        Y.point(struct)
        struct.n, struct.batch_size = n, batch_size
        self._optimizer = optimizer = struct.optimizer
        if learning.optimizer is PLAIN:
            optimizer.rule = GRADIENT_DESCENT
            optimizer.rates.learning_rate = learning.learning_rate
        else:
            self._take_optimizer(learning.optimizer, learning.learning_rate)
        if learning.sample_weights is not None:
            weights = vector("sample_weights", learning.sample_weights)
            if weights.count != n:
                raise ValueError(f"sample_weights: expected {n} numbers, got {weights.count}")
            struct.sample_weights = weights.pointer
            self._held.append(weights)
        if learning.seed is not None:
            self._random = random = new(RANDOM)
            random_seed(random, learning.seed)
            struct.random = random
        if learning.shuffle:
            self._order = new(SIZES, n)
            struct.order, struct.shuffle = self._order, 1
        if learning.dropout is not None:
            rates = new(DOUBLES, learning.dropout)
            struct.dropout = rates
            self._held.append(rates)
        self._n_moments = learning.optimizer.moments
        self._room = (1 + self._n_moments) * network.block.count
        struct.range, threads = work.shares(batch_size, bool(named))
        struct.threads = threads
        self._at_once = first_samples(3 * work.of_sample, threads)

    def _take_optimizer(self, optimizer: Optimizer, learning_rate: float) -> None:
        rates, count = optimizer.rates(learning_rate), self._held[0].block.count
        self._moments = zeros(optimizer.moments * count)
        point_optimizer(
            self._optimizer,
            self._moments,
            optimizer.rule,
            rates,
            optimizer.decay,
            optimizer.weight_decay,
            optimizer.largest_norm,
        )

    def are_usual(self, most: int, few: int, apart: float, *limits: float) -> bool:
        """Whether there is nothing to say about the samples, at most so many of which are looked
        at: `limits` are the largest means of Σ |x| and Σ x², the least and the largest target."""
        n = self._n
        return bool(is_usual(self._struct, n if n < most else most, few, apart, *limits))

    def take_learning_rate(self, learning_rate: float) -> None:
        """Learns at that rate from now on."""
        self._optimizer.rates.learning_rate = learning_rate

    def state(self) -> State:
        """A copy of what it goes on from, at the end of a batch."""
        struct, block = self._struct, self._held[0].block
        now = self._snapshot(block.pointer, self._optimizer.moments, self._optimizer.powers, 0)
        begun = None
        if struct.first:
            begun = self._snapshot(struct.kept, struct.kept + block.count, struct.kept_powers, 1)
        return State(self.position, struct.total, now, begun)

    def _snapshot(self, weights: Any, moments: Any, powers: Any, which: int) -> Snapshot:
        count, random = self._held[0].block.count, None
        if self._struct.random:
            found = self._random[which]
            random = list(found.words), found.position, bool(found.has_spare), found.spare
        return Snapshot(
            _array(weights, count),
            [_array(moments + i * count, count) for i in range(self._n_moments)],
            tuple(powers),
            random,
        )

    def take_state(self, state: State) -> None:
        """Goes on from there."""
        struct, block, begun = self._struct, self._held[0].block, state.begun
        self._put(state.now, block.pointer, self._optimizer.moments, self._optimizer.powers, 0)
        self._epochs, struct.first = state.position
        struct.total, struct.ended = state.total, 0
        if begun is not None:
            self._make_room()
            kept = struct.kept
            self._put(begun, kept, kept + block.count, struct.kept_powers, 1)
            if struct.shuffle:
                redrawn = new(RANDOM)
                redrawn[0] = self._random[1]
                core.unchecked.pn_random_permutation(self._order, redrawn, self._n)

    def _put(self, snapshot: Snapshot, weights: Any, moments: Any, powers: Any, which: int) -> None:
        count = self._held[0].block.count
        for start, numbers in [
            (weights, snapshot.block),
            *((moments + i * count, moment) for i, moment in enumerate(snapshot.moments)),
        ]:
            ffi.memmove(start, ffi.from_buffer(numbers), 8 * count)
        powers[0], powers[1] = snapshot.powers
        if snapshot.random is not None:
            random = self._random[which]
            random.words, random.position, random.has_spare, random.spare = snapshot.random

    def give_gradients(self, gradients: Memory) -> None:
        """From now on no step is made: `gradients` get those of each batch."""
        self._held.append(gradients)
        self._struct.gradients = gradients.pointer
        self._room = 0

    @property
    def diverged(self) -> bool:
        """Whether the last run went back, since a number was not finite."""
        return bool(self._struct.diverged)

    @property
    def position(self) -> tuple[int, int]:
        """How many epochs have ended, and the next sample of this one."""
        return self._epochs + self._struct.ended, self._struct.first

    def run(self, losses: list[float], epochs: int, samples: int | None = None) -> None:
        """Goes on for so many epochs, or until `samples` more are taken; adds epochs' losses."""
        struct, turns, n = self._struct, self._turns, self._n
        if self._workspace is None:
            self._make_room()
        if struct.ended:
            self._collect(losses)
        last = self._epochs + epochs
        while True:
            some, most, before = self._at_once, last - self._epochs, struct.first
            if samples is not None and samples < some:
                some = samples
            rest = n - before
            if some > rest:
                some -= (some - rest) % n
            if most > EPOCHS_AT_ONCE:
                most = EPOCHS_AT_ONCE
            with turns.queue:
                pass  # those who wait
            try:
                with turns.use:
                    start = perf_counter()
                    found = lib.pn_train(core.active.table, struct, self._losses, most, some)
                if found:
                    core.refuse(found)
                taken = struct.ended * self._n + struct.first - before
            finally:
                try:
                    if struct.ended:
                        self._collect(losses)
                finally:
                    if struct.ended:  # Ctrl-C came in between
                        self._collect(losses)
            if samples is not None:
                samples -= taken
            if self._epochs >= last or struct.diverged or (samples is not None and samples <= 0):
                break
            self._at_once = next_samples(self._at_once, taken, perf_counter() - start)
        if samples is None:  # at the end of an epoch nothing is in it
            room, self._workspace = self._workspace, None
            if room is not None:
                self._work.give_back(room)

    def _make_room(self) -> None:
        """Borrows the workspace, and the room for what is kept."""
        struct = self._struct
        size = core.unchecked.pn_training_workspace(core.active.table, struct)
        workspace = self._work.borrow(size + EPOCHS_AT_ONCE + self._room)
        self._losses = workspace.pointer
        struct.workspace, self._workspace = self._losses + EPOCHS_AT_ONCE, workspace
        if self._room:
            struct.kept = struct.workspace + size

    def _collect(self, losses: list[float]) -> None:
        """Takes the losses of the last call of C, once, wherever Ctrl-C comes in between."""
        struct, epochs = self._struct, self._epochs
        losses[epochs:] = unpack(self._losses, struct.ended)
        self._epochs, struct.ended = epochs + struct.ended, 0


def _array(pointer: Any, count: int) -> array:
    """A copy of so many doubles."""
    return array("d", bytes(ffi.buffer(pointer, 8 * count)))
