"""Training: an optimizer at work on samples, which can be stopped after every step and gone on
with, watched, saved, and loaded again."""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from . import diagnosis, door, samples
from .access import Claim
from .annotations import TYPE_CHECKING, Any, Callable, Iterable, Mapping
from .architecture import Architecture, check_seed
from .checks import (
    STRINGS,
    check_bool,
    check_count,
    check_finite,
    check_positive,
    counted,
    is_bool,
    shown,
)
from .evaluation import Evaluation
from .history import History, Progress
from .optimizers import PLAIN, Learning, Optimizer, check_optimizer
from .schedules import Schedule, rate_of
from .state import Best, State
from .trained import Ongoing, Past, Trained

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

        @property
        def past(self) -> Past: ...


Callback = Callable[["Training", Mapping[str, float]], Any]
NOBODY: tuple = ()  # listens


class TrainingWarning(UserWarning):
    """What goes wrong in a training, or may keep it from learning: where, why, and what to try."""


class Training:
    """A training of a network on the samples X (n, n_in) and Y, from the present weights.

    After every batch of batch_size samples, None for all of them, the `optimizer` makes a step: a
    name or an Optimizer. `learning_rate` is a number, or a schedule: a function of the epoch, 0, 1,
    2 ...; None is what suits the optimizer. Samples are taken as they stand, or with shuffle in a
    new order each epoch, drawn from seed. `sample_weight` has a number of at least 0 for each
    sample, `class_weight` maps classes, by number or label, to such numbers; both multiply a
    sample's loss and gradient, and a mean still divides by the number of samples. After each epoch
    the network is evaluated on `validation_data`, a pair (X, Y), or on the last share
    `validation_split` of the samples, which are then not trained on.

    `step`, `epoch` and `run` go on from where the last one stopped, also after Ctrl-C, and change
    the weights of the network; `history` gains the numbers of each epoch that ends. A training
    whose loss or weights are no longer finite goes back to the end of the last epoch that left
    them finite, ends there, and says so in a TrainingWarning. Ctrl-C may come within a batch: leave
    the weights as they are until the next step has finished it. What follows has the same bits on
    CPython 3.11 and later; elsewhere a signal may rarely part a step. Buffers are read where they
    lie: leave X and Y as they are until the training is over.
    Raises ValueError or TypeError for a wrong argument, before anything has changed. `step`,
    `epoch` and `run` raise RuntimeError while the network is trained or changed elsewhere.
    """

    best: Best | None
    makes_network: Callable[..., Any]  # network.py says how `load` makes one

    def __init__(
        self,
        network: Trainable,
        X: Any,
        Y: Any,
        *,
        learning_rate: float | Schedule | None = None,
        optimizer: str | Optimizer = PLAIN,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        validation_data: Any = None,
        validation_split: float | None = None,
    ) -> None:
        if not isinstance(getattr(network, "architecture", None), Architecture):
            raise TypeError(f"network: expected a Network, got {shown(network)}")
        architecture, weights = network.architecture, network.weights
        if validation_split is not None:
            if validation_data is not None:
                raise ValueError("give validation_split or validation_data, not both")
            X, Y, sample_weight, validation_data = _split(X, Y, sample_weight, validation_split)
        self._block = block = door.matrix("X", X, architecture.n_in, "sample")
        self._n = block.shape[0]
        self._targets = targets = samples.read_targets(architecture, Y, self._n)
        given_weights = None
        if sample_weight is not None or class_weight is not None:
            given_weights = samples.weights(
                architecture, sample_weight, class_weight, targets, self._n
            )
        self._X = X = samples.inputs(weights.engine, architecture, block, architecture.sizes[1])
        self._Y = Y = samples.targets(weights.engine, architecture, targets)
        self.optimizer = check_optimizer(optimizer)
        if learning_rate is None:
            learning_rate = self.optimizer.learning_rate
        self._schedule = learning_rate if callable(learning_rate) else None
        if self._schedule is None:
            learning_rate = check_positive("learning_rate", learning_rate)
        else:
            learning_rate = rate_of(self._schedule, 0)
        batch_size = self._n if batch_size is None else check_count("batch_size", batch_size)
        self._batch_size = batch_size if batch_size < self._n else self._n
        if self.optimizer.rule == "rprop" and self._batch_size < self._n:
            raise ValueError(
                "batch_size: rprop needs all samples in one batch: leave batch_size out; "
                f"got {batch_size}"
            )
        shuffle = check_bool("shuffle", shuffle)
        draws = shuffle or architecture.dropout is not None
        if draws or seed is not None:
            seed = check_seed(seed)
        seed = seed if draws else None
        self._evaluation = None
        if validation_data is not None:
            self._evaluation = _evaluation(network, validation_data)
        self._history = History(seed)
        self.network, self.best, self.goal = network, None, 0
        self._calls_back: int | None = None  # the thread that callbacks are called in
        self._before: tuple[Ongoing | Trained | None, tuple[int, int]] = None, (0, 0)
        self._untold: tuple[int, int] | None = None  # where an epoch ended that nobody was told of
        self._claim, self._losses = network.claim, self._history.history["loss"]
        self.learning = Learning(
            self.optimizer, learning_rate, seed, shuffle, architecture.dropout, given_weights
        )
        rate = learning_rate if self._schedule is None else self._schedule
        self.ongoing = Ongoing(self.optimizer, rate, self._batch_size, shuffle, seed, self._n)
        self._steps = weights.steps(X, Y, self._batch_size, self.learning)
        self._has_begun = False
        self._looks_after = diagnosis.epochs_to_look_after(self._n)

    def __reduce__(self) -> tuple:
        raise TypeError("a Training can't be copied: make a new one, on a copy of its network")

    @property
    def history(self) -> History:
        """The numbers of the epochs that have ended."""
        return self._history

    @property
    def position(self) -> tuple[int, int]:
        """(epoch, sample): how many epochs have ended, and the next sample of this one."""
        return self._steps.position

    @property
    def learning_rate(self) -> float | Schedule:
        """The learning rate, or the schedule that gives it."""
        return self.learning.learning_rate if self._schedule is None else self._schedule

    @property
    def batch_size(self) -> int:
        """How many samples a batch has, but for the last one of an epoch."""
        return self._batch_size

    @property
    def n_samples(self) -> int:
        """How many samples are trained on."""
        return self._n

    def state(self) -> State:
        """A copy of what the training goes on from, at the end of a batch."""
        return self._steps.state()

    @property
    def diverged(self) -> bool:
        """Whether the last epoch was taken back, since a loss or a weight was not finite."""
        return self._steps.diverged

    def step(self) -> None:
        """Makes one step, on the next batch, or finishes the one within which Ctrl-C came."""
        _, first = self._steps.position
        left, rest = self._batch_size - first % self._batch_size, self._n - first
        self._claim.during(self._go_on, 1, left if left < rest else rest)

    def epoch(self) -> float:
        """Finishes the present epoch, and returns its loss; NaN if it was taken back."""
        self._claim.during(self._go_on, 1)
        return float("nan") if self._steps.diverged else self._losses[-1]

    def run(
        self,
        epochs: int,
        *,
        callbacks: Callback | Iterable[Callback] = NOBODY,
        verbose: bool = False,
    ) -> History:
        """Trains until so many more epochs have ended, counting one that has begun; the history.

        After each epoch every callback is called with this training and a mapping of what was
        measured, "loss" and so on; where one returns True, Python's or NumPy's, the training stops,
        after the others have been called. `goal` is the number of epochs after which this run ends:
        where a callback stops it, those behind find it there. With verbose, a line tells how far it
        is.
        """
        epochs = check_count("epochs", epochs)
        listeners = _callbacks(callbacks)
        if check_bool("verbose", verbose):
            listeners.append(Progress())
        self._claim.during(self._run, epochs, listeners)
        return self._history

    def _run(self, epochs: int, callbacks: list[Callback]) -> None:
        if not callbacks and self._evaluation is None:
            self._go_on(epochs)
            return
        self.goal = self.position[0] + epochs
        while self._untold == self.position or self.position[0] < self.goal:
            if self._untold != self.position:
                ended = self.position[0]
                try:
                    self._go_on(1)
                finally:  # what keeps this epoch from being told now, doesn't for good
                    if self.position[0] > ended:
                        self._untold = self.position
            if self._steps.diverged:
                break
            record = self._record()
            untold, self._untold = self._untold, None
            self._calls_back = get_ident()
            try:
                for callback in callbacks:
                    answer = callback(self, record)
                    if is_bool(type(answer)) and answer:
                        self.goal = self.position[0]
            except KeyboardInterrupt:
                self._untold = untold
                raise
            finally:
                self._calls_back = None

    def _record(self) -> dict[str, float]:
        """What is measured of the epoch that has just ended, which the history gains."""
        epoch, record = len(self._losses), {"loss": self._losses[-1]}
        if self._evaluation is not None:
            measured = self._evaluation.measure()
            record.update((f"val_{name}", value) for name, value in measured.items())
        history = self._history.history
        for name, value in record.items():
            if name not in history:
                history[name] = [float("nan")] * epoch
            history[name][-1] = value
        self.ongoing.measured = {**record}
        return record

    def _go_on(self, epochs: int, samples: int | None = None) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._look_before(max(epochs, self.goal))
        if samples is None and self._looks_after:
            ahead = self._looks_after[0] - len(self._losses)
            if 0 < ahead < epochs:  # it looks there, and not only when all is over
                self._go_on(ahead)
                epochs -= ahead
                if self._steps.diverged:
                    return
        past, ongoing = self.network.past, self.ongoing
        if past.last is not ongoing:
            self._before = past.last, self.position
            ongoing.begin(past.epochs, len(self._losses))
            past.last = ongoing
        try:
            if self._schedule is None:
                self._steps.run(self._losses, epochs, samples)
            else:
                for _ in range(epochs):
                    rate = rate_of(self._schedule, self.position[0])
                    self._steps.take_learning_rate(rate)
                    self._steps.run(self._losses, 1, samples)
                    if self._steps.diverged:
                        break
        finally:
            if len(self._losses) > ongoing.ended:
                ongoing.ended, ongoing.measured = len(self._losses), {"loss": self._losses[-1]}
            before, position = self._before
            if self.position == position:  # nothing has changed
                past.last = before
            for series in self._history.history.values():  # of epochs that nobody watched
                series += [float("nan")] * (len(self._losses) - len(series))
        if self._steps.diverged:
            self._restore_the_best()
            self._say_that_it_diverged()
        elif self._looks_after and len(self._losses) >= self._looks_after[0]:
            self._look()

    def _look_before(self, epochs: int) -> None:
        """Says what may keep it from learning, before its first epoch."""
        data = self.network.weights, self._X, self._Y, self._n
        for message in diagnosis.before(self._steps, *data, self.learning, epochs):
            _warn(message)

    def _look(self) -> None:
        """The same while it goes on: once, and where nothing is found then, once more."""
        losses, learning = self._losses, self.learning
        self._looks_after = [epochs for epochs in self._looks_after if epochs > len(losses)]
        data = self.network.weights, self._X, self._Y, self._n
        message = diagnosis.during(*data, learning.learning_rate, learning.sample_weights, losses)
        if message is not None:
            self._looks_after = []
            _warn(message)

    def _restore_the_best(self) -> None:
        """Gives the network the weights of the best epoch, where EarlyStopping keeps it."""
        if self.best is not None:
            self.network.weights.replace(self.best.block)
            self.network.past.last = self.best.trained

    def _say_that_it_diverged(self) -> None:
        epoch = self.position[0] + 1
        kept = "before the training" if epoch == 1 else f"at the end of epoch {epoch - 1}"
        if self.best is not None:
            kept = f"of the best epoch, {self.best.epoch}"
        cause = "The steps are too large for these data"
        if epoch == 1 and self._before[0] is not None:
            cause = (
                "Earlier trainings may have made them too large: begin with a new Network. Or else"
            )
        _warn(
            f"training ended in epoch {epoch}: its loss or a weight was not finite; the weights "
            f"are those {kept}. {cause}: try a smaller learning_rate, scaled inputs "
            "(input_offset, input_scale) and scaled targets"
        )

    def save(self, path: str | os.PathLike) -> None:
        """Writes all that the training goes on from, so that `load` continues with the same bits.

        These are architecture, weights, optimizer, random state, position, history and the best
        weights, in a safetensors file; and a fingerprint of the data. A batch that Ctrl-C came into
        is finished first. Raises ValueError where the file would be too large, OSError where it
        can't be written, RuntimeError while the network is trained elsewhere; a callback may save.
        """
        from .training_file import write_training

        if self._calls_back == get_ident():
            write_training(path, self)
        else:
            self._claim.during(self._save, write_training, path)

    def _save(self, write: Callable[..., Any], path: str | os.PathLike) -> None:
        begun = self.position[1] % self._batch_size
        if begun:
            rest = self._n - self.position[1]
            self._go_on(1, min(self._batch_size - begun, rest))
        write(path, self)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike,
        X: Any,
        Y: Any,
        *,
        learning_rate: Schedule | None = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        validation_data: Any = None,
        validation_split: float | None = None,
        backend: str = "auto",
        threads: int | None = None,
    ) -> Training:
        """The training that `save` wrote, on the same data: `training.network` is its network.

        What isn't in the file has to be given again: the data, and a learning_rate that is a
        function of one's own. Raises ValueError that says what is wrong where, also where the data
        differ; OSError where the file can't be read.
        """
        from .training_file import read_training

        saved = read_training(path)
        network = cls.makes_network(saved.architecture, saved.now.block, backend, threads)
        training = cls(
            network,
            X,
            Y,
            learning_rate=saved.rate_or(learning_rate),
            optimizer=saved.optimizer,
            batch_size=saved.batch_size,
            shuffle=saved.shuffle,
            seed=saved.seed,
            sample_weight=sample_weight,
            class_weight=class_weight,
            validation_data=validation_data,
            validation_split=validation_split,
        )
        if training.n_samples != saved.n_samples:
            raise ValueError(
                f"{os.fsdecode(path)}: got {counted(training.n_samples, 'sample')}, this training "
                f"began with {saved.n_samples}; give validation_split again if it had one"
            )
        if training.fingerprint() != saved.fingerprint:
            raise ValueError(
                f"{os.fsdecode(path)}: expected the same data and sample weights as the training "
                "began with, got different ones"
            )
        training._losses += saved.history.pop("loss")
        training._history.history.update(saved.history)
        training._steps.take_state(saved.state)
        network.past.last = saved.trained
        training._has_begun, ended = True, len(training._losses)
        training._looks_after = [epochs for epochs in training._looks_after if epochs > ended]
        training.best = saved.best
        return training

    def fingerprint(self) -> str:
        """The SHA-256 of samples, targets and sample weights as float64 numbers."""
        from array import array
        from hashlib import sha256
        from itertools import chain

        from .tensors import little_endian

        digest = sha256()
        targets = samples.numbers_of_targets(self._targets, self.network.architecture.n_out)
        weights = self.learning.sample_weights
        for part in chain([self._block.numbers], targets, [] if weights is None else [weights]):
            for start in range(0, len(part), door.AT_ONCE):
                numbers = array("d", door.float64(part[start : start + door.AT_ONCE]))
                digest.update(little_endian(numbers))
        return digest.hexdigest()


def _warn(message: str) -> None:
    """Gives a TrainingWarning, at the line outside of purenn that called."""
    from warnings import warn

    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals["__name__"].startswith(f"{__package__}."):
        frame, level = frame.f_back, level + 1
    warn(message, TrainingWarning, stacklevel=level)


def _callbacks(callbacks: Any) -> list[Callback]:
    if callbacks is NOBODY:
        return []
    is_list = isinstance(callbacks, Iterable) and not isinstance(callbacks, STRINGS)
    if not callable(callbacks) and not is_list:
        raise TypeError(f"callbacks: expected a function or a list of them, got {shown(callbacks)}")
    found = [callbacks] if callable(callbacks) else list(callbacks)
    for index, callback in enumerate(found):
        if not callable(callback) or isinstance(callback, type):
            raise TypeError(
                f"callbacks[{index}]: expected a function of a training and a record, or an "
                f"object that can be called so, got {shown(callback)}"
            )
    return found


def _evaluation(network: Trainable, data: Any) -> Evaluation:
    """The data that are looked at after each epoch."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(f"validation_data: expected a pair (X, Y), got {shown(data)}")
    try:
        return Evaluation(network.architecture, network.weights, *data)
    except (TypeError, ValueError) as error:
        raise type(error)(f"validation_data: {error}") from None


def _split(X: Any, Y: Any, sample_weight: Any, share: Any) -> tuple[Any, Any, Any, tuple]:
    """The first samples to train on, and the last ones, that share of them, to look at."""
    share = check_finite("validation_split", share)
    try:
        X, Y, sample_weight = map(door.array_of, (X, Y, sample_weight))
        n = len(X)
        first = int(n * (1.0 - share))
        parts = X[:first], Y[:first], X[first:], Y[first:]
        kept = None if sample_weight is None else sample_weight[:first]
        counts = {"Y": len(Y), "sample_weight": n if sample_weight is None else len(sample_weight)}
    except (TypeError, NotImplementedError):
        raise TypeError(
            "validation_split: expected X and Y that can be sliced, as lists and arrays can; "
            "give validation_data instead"
        ) from None
    if not 0 < first < n:
        raise ValueError(
            f"validation_split: expected a share between 0 and 1 that leaves samples for both, "
            f"got {share} of {n}"
        )
    for name, count in counts.items():
        if count != n:
            rows = counted(n, "row" if name == "Y" else "number")
            raise ValueError(f"{name}: expected {rows}, as many as X has, got {count}")
    return parts[0], parts[1], kept, (parts[2], parts[3])
