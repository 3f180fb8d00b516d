"""Callbacks: what is done after each epoch of a run, `callback(training, record)`.

Any function of a training and a mapping of what was measured will do; where it returns True the
training stops.
"""

from __future__ import annotations

import os
from math import isfinite

from .annotations import TYPE_CHECKING, Mapping
from .checks import check_choice, check_count, check_finite, shown
from .history import Progress as Progress
from .state import Best

if TYPE_CHECKING:
    from .training import Training

LARGER_IS_BETTER = ("accuracy", "r2")


class EarlyStopping:
    """Stops where nothing has improved for `patience` epochs; the best weights are restored, also
    where the run ends before.

    `monitor` is what has to get better: "val_loss" where there are validation data, else "loss",
    or any other name of the record; accuracy and r2 get better upwards, all else downwards, unless
    `mode` says "max" or "min". An epoch is better if it is so by more than `min_delta`. The
    training keeps the best epoch as `best`: a later run of it stops again at the first epoch that
    isn't better. Callbacks behind it see that it stops, and the weights that it restores:
    `Checkpoint` belongs there.
    Raises ValueError or TypeError for a wrong argument, or where nothing of that name is measured,
    or something else made the training's best.
    """

    def __init__(
        self,
        patience: int = 10,
        *,
        monitor: str | None = None,
        min_delta: float = 0.0,
        mode: str | None = None,
    ) -> None:
        self.patience = check_count("patience", patience)
        self.monitor, self.min_delta = monitor, check_finite("min_delta", min_delta)
        if self.min_delta < 0.0:
            raise ValueError(f"min_delta: expected at least 0, got {shown(min_delta)}")
        self.mode = None if mode is None else check_choice("mode", ("min", "max"), mode)

    def __call__(self, training: Training, record: Mapping[str, float]) -> bool:
        name = self.monitor or ("val_loss" if "val_loss" in record else "loss")
        if name not in record:
            known = ", ".join(record)
            unseen = str(name).startswith("val_") and "val_loss" not in record
            hint = "; it needs validation_data" if unseen else ""
            raise ValueError(f"monitor: expected one of {known}, got {shown(name)}{hint}")
        upwards = name.removeprefix("val_") in LARGER_IS_BETTER
        if self.mode is not None:
            upwards = self.mode == "max"
        value, epoch, best = record[name], training.position[0], training.best
        by = f"{'largest' if upwards else 'smallest'} {name}"
        if best is not None and best.by not in (None, by):
            raise ValueError(
                f"monitor: this training keeps the epoch of the {best.by} as its best, expected "
                f"no other; got {name}. training.best = None begins anew"
            )
        gain = 0.0
        if best is not None:
            gain = value - best.value if upwards else best.value - value
            if isfinite(value) and not isfinite(best.value):
                gain = float("inf")
        if best is None or gain > self.min_delta:
            block = training.network.weights.block()
            best = training.best = Best(epoch, value, block, training.ongoing.trained)
        best.by = by
        stops = epoch - best.epoch >= self.patience
        if (stops or epoch == training.goal) and best.epoch < epoch:
            training.network.weights.replace(best.block)
            training.network.past.last = best.trained
        return stops


class Checkpoint:
    """Saves the training to `path` after every so many epochs, and after the last one of a run:
    Training.load goes on from there.

    Raises ValueError or TypeError for a wrong argument, OSError where the file can't be written.
    """

    def __init__(self, path: str | os.PathLike, *, every: int = 1) -> None:
        self.path, self.every = os.fspath(path), check_count("every", every)

    def __call__(self, training: Training, record: Mapping[str, float]) -> None:
        if training.position[0] % self.every == 0 or training.position[0] == training.goal:
            training.save(self.path)
