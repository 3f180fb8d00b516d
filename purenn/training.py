"""Training: gradient descent that can be stopped after every step and gone on with."""

from __future__ import annotations

from . import door, samples
from .access import Claim
from .annotations import TYPE_CHECKING, Any
from .architecture import Architecture, check_seed
from .checks import check_bool, check_count, check_positive, shown
from .history import History
from .optimizers import PLAIN, Learning, Optimizer, check_optimizer

if TYPE_CHECKING:
    from typing import Protocol

    from .engines import EngineWeights

    class Trainable(Protocol):
        """What can be trained: an architecture, its weights, and the right to change them."""

        @property
        def architecture(self) -> Architecture: ...

        @property
        def weights(self) -> EngineWeights: ...

        @property
        def claim(self) -> Claim: ...


class TrainingWarning(UserWarning):
    """What a training says that goes wrong: where, the likely cause, and what to try."""


class Training:
    """Gradient descent on the samples X (n, n_in) and Y (n, n_out), from the present weights.

    w ← w − learning_rate·dw after every batch of batch_size samples: None is all of them, 1 is
    one by one. Samples are taken as they stand, or with shuffle in a new order each epoch, drawn
    from seed. `step`, `epoch` and `run` go on from where the last one stopped, also after Ctrl-C,
    and change the weights of the network; `history` gains a loss for each epoch that ends. Ctrl-C
    may come within a batch: leave the weights as they are until the next step has finished it. What
    follows has the same bits on CPython 3.11 and later; elsewhere a signal may rarely part a step.
    Buffers are read where they lie: leave X and Y as they are until the training is over.
    Raises ValueError or TypeError for a wrong argument, before anything has changed. `step`,
    `epoch` and `run` raise RuntimeError while the network is trained or changed elsewhere.
    """

    def __init__(
        self,
        network: Trainable,
        X: Any,
        Y: Any,
        *,
        learning_rate: float | None = None,
        optimizer: str | Optimizer = PLAIN,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> None:
        if not isinstance(getattr(network, "architecture", None), Architecture):
            raise TypeError(f"network: expected a Network, got {shown(network)}")
        architecture, weights = network.architecture, network.weights
        block = door.matrix("X", X, architecture.n_in, "sample")
        X = samples.inputs(weights.engine, architecture, block, architecture.sizes[1])
        self._n = block.shape[0]
        Y = samples.targets(weights.engine, architecture, Y, self._n)
        optimizer = check_optimizer(optimizer)
        if learning_rate is None:
            learning_rate = optimizer.learning_rate
        learning_rate = check_positive("learning_rate", learning_rate)
        batch_size = self._n if batch_size is None else check_count("batch_size", batch_size)
        self._batch_size = batch_size if batch_size < self._n else self._n
        shuffle = check_bool("shuffle", shuffle)
        draws = shuffle or architecture.dropout is not None
        seed = check_seed(seed) if draws or seed is not None else None
        self._history = History(seed if draws else None)
        self._claim, self._losses = network.claim, self._history.history["loss"]
        learning = Learning(optimizer, learning_rate, seed, shuffle, architecture.dropout)
        self._steps = weights.steps(X, Y, self._batch_size, learning)

    def __reduce__(self) -> tuple:
        raise TypeError("a Training can't be copied: make a new one, on a copy of its network")

    @property
    def history(self) -> History:
        """The losses of the epochs that have ended."""
        return self._history

    @property
    def position(self) -> tuple[int, int]:
        """(epoch, sample): how many epochs have ended, and the next sample of this one."""
        return self._steps.position

    def step(self) -> None:
        """Makes one step, on the next batch, or finishes the one within which Ctrl-C came."""
        _, first = self._steps.position
        left, rest = self._batch_size - first % self._batch_size, self._n - first
        self._claim.during(self._go_on, 1, left if left < rest else rest)

    def epoch(self) -> float:
        """Finishes the present epoch, and returns its loss."""
        self._claim.during(self._go_on, 1)
        return self._losses[-1]

    def run(self, epochs: int) -> History:
        """Trains until so many more epochs have ended, counting one that has begun; the history."""
        self._claim.during(self._go_on, check_count("epochs", epochs))
        return self._history

    def _say_that_it_diverged(self) -> None:
        epoch = self.position[0] + 1
        kept = "before the training" if epoch == 1 else f"at the end of epoch {epoch - 1}"
        message = (
            f"training ended in epoch {epoch}: its loss or a weight was not finite; the weights "
            f"are those {kept}. The steps are too large for these data: try a smaller "
            "learning_rate, or smaller inputs and targets (input_offset, input_scale)"
        )
        from warnings import warn

        warn(message, TrainingWarning, stacklevel=4)

    def _go_on(self, epochs: int, samples: int | None = None) -> None:
        self._steps.run(self._losses, epochs, samples)
        if self._steps.diverged:
            self._say_that_it_diverged()
