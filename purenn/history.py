"""What a training did, epoch by epoch, and a line that tells how far it is."""

from __future__ import annotations

import sys
from time import perf_counter

from .annotations import Any, Iterator, Mapping
from .checks import counted

SECONDS_BETWEEN_LINES = 1.0


class History(Mapping[str, list[float]]):
    """A mapping from names to series with a number for each epoch: `history["loss"]` lists the mean
    losses, measured before each of its steps. Beside it may stand other measures, and after
    `val_` those of data that are only looked at. `history.history` is the dict that holds them,
    `history.seed` the seed that shuffled, or None."""

    def __init__(self, seed: int | None) -> None:
        self.history: dict[str, list[float]] = {"loss": []}
        self.seed = seed

    def __getitem__(self, name: str) -> list[float]:
        return self.history[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.history)

    def __len__(self) -> int:
        return len(self.history)

    def __repr__(self) -> str:
        courses = [
            f", {name} {series[0]:.6g} -> {series[-1]:.6g}"
            for name, series in self.history.items()
            if series
        ]
        return f"History({counted(len(self.history['loss']), 'epoch')}{''.join(courses)})"


class Progress:
    """Tells how far a run is: epoch, loss and what else is measured, seconds, time left.

    On a terminal one line is written over and over; elsewhere a new line at most each second. With
    `bar`, such as `tqdm.tqdm(total=epochs)`, that is moved on instead.
    """

    def __init__(self, bar: Any = None) -> None:
        self._bar, self._start, self._before, self._last = bar, perf_counter(), -1, 0.0

    def __call__(self, training: Any, record: Mapping[str, float]) -> None:
        if self._bar is not None:
            self._bar.set_postfix(record)
            self._bar.update(1)
            return
        epoch, now, stream = training.position[0], perf_counter(), sys.stdout
        if self._before < 0:
            self._before = epoch - 1
        if stream is None:  # as under pythonw
            return
        ended, terminal = epoch == training.goal, stream.isatty()
        if not ended and now - self._last < (0.1 if terminal else SECONDS_BETWEEN_LINES):
            return
        self._last = now
        seconds = now - self._start
        line = progress_line(epoch, training.goal, record, seconds, self._before)
        end = "\n" if ended or not terminal else ""
        print(f"\r{line:<79}" if terminal else line, end=end, file=stream, flush=True)


def progress_line(
    epoch: int, epochs: int, numbers: Mapping[str, float], seconds: float, before: int = 0
) -> str:
    """How far a training is after `epoch` of `epochs` epochs, which took so many seconds, but for
    the first ones that had ended before.

    As `epoch 12/100  loss 0.0312  val_loss 0.041  1.2 s, 8.8 s left`: the time left is what the
    other epochs take if each takes as long as these did.
    """
    parts = [f"epoch {epoch}/{epochs}", *(f"{name} {x:.4g}" for name, x in numbers.items())]
    time = _duration(seconds)
    if before < epoch < epochs:
        time += f", {_duration(seconds / (epoch - before) * (epochs - epoch))} left"
    return "  ".join([*parts, time])


def _duration(seconds: float) -> str:
    """Two digits of seconds, or minutes and seconds, or hours and minutes."""
    if seconds < 99.5:
        return f"{seconds:.2g} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
