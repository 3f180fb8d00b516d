"""The file of a training: what it goes on from, as a safetensors file.

Its tensors are `weights`, `moments.0` ..., `powers` and `random` (the words of the state, the place
of the next one, whether a normal number waits, and that number); within an epoch the same after
`begun.`, as it began; `total`, the sum of its losses so far; `history.loss` and the other series;
`best.weights` and `best.value`. What isn't a tensor is in the metadata `purenn`, in the words of
the model file, with its field `training` as the network has it; its `sha256` is the digest of what
stands above it there, and then of the name and the bytes of each tensor, by name.
"""

from __future__ import annotations

import os
from array import array
from math import isfinite

from .annotations import TYPE_CHECKING, Any
from .architecture import Architecture, check_seed
from .checks import check_bool, check_count, counted, shown
from .model import (
    KINDS,
    MOST,
    architecture_of,
    check_digest,
    check_fields,
    digest_of,
    head_lines,
    optimizer_of,
    optimizer_text,
    preparation_lines,
    rate_text,
    signed,
    trained_of,
    training_lines,
    unsigned,
)
from .notation import parse
from .optimizers import Optimizer
from .reference.optimizers import LARGEST, SMALLEST
from .reference.random import WORDS
from .schedules import Schedule, made
from .state import Best, Snapshot, State
from .tensors import Tensor, little_endian, read_as, write_tensors
from .trained import OWN, Trained
from .weights import check_no_biases

if TYPE_CHECKING:
    from .annotations import Mapping

KEY, FORMAT = "purenn", "purenn training"
FIELDS: dict[str, tuple[type, str]] = {
    **KINDS,
    "optimizer": (dict, "fields in braces"),
    "learning_rate": (list, "a list"),
    "batch_size": (int, "a whole number"),
    "shuffle": (int, "0 or 1"),
    "stream_seed": (list, "a list"),
    "samples": (int, "a whole number"),
    "position": (list, "a list"),
    "best": (list, "a list"),
    "fingerprint": (str, "a string"),
}


class Saved:
    """What a file of a training holds."""

    architecture: Architecture
    optimizer: Optimizer
    learning_rate: list
    batch_size: int
    n_samples: int
    shuffle: bool
    seed: int | None
    fingerprint: str
    history: dict[str, list[float]]
    trained: Trained | None
    state: State
    best: Best | None

    @property
    def now(self) -> Snapshot:
        """The present snapshot."""
        return self.state.now

    def trained_until(self, epoch: int, epochs: int) -> Trained:
        """How the network was trained until the end of that epoch, for so many epochs in all."""
        series = self.history.items()
        measured = {name: each[epoch - 1] for name, each in series if len(each) >= epoch}
        rate = made(self.learning_rate) if self.learning_rate else OWN
        return Trained(
            self.optimizer,
            rate,
            self.batch_size,
            self.shuffle,
            self.seed,
            self.n_samples,
            epochs,
            measured,
        )

    def rate_or(self, given: Schedule | None) -> Any:
        """The learning rate: the one in the file, or a function that has to be given again."""
        if not self.learning_rate:
            if given is None:
                raise ValueError(
                    "learning_rate: this training had a function of its own, which no file holds; "
                    "give it again"
                )
            return given
        if given is not None:
            raise ValueError("learning_rate: expected none, since the file holds it")
        return made(self.learning_rate)


def write_training(path: str | os.PathLike, training: Any) -> None:
    """Writes the file, all at once or not at all.

    Raises ValueError where it would be too large, OSError where it can't be written.
    """
    state = training.state()
    tensors = _tensors(training, state)
    text = _text(training, state)
    write_tensors(path, tensors, {KEY: signed(text, _digest(text, tensors))})


def read_training(path: str | os.PathLike) -> Saved:
    """What a file of a training holds, after a check of its form, its shapes and its digest.

    Raises ValueError that says what is wrong where, OSError where it can't be read.
    """
    return read_as(path, _saved)


def _text(training: Any, state: State) -> str:
    architecture, best = training.network.architecture, training.best
    learning = training.learning
    seed = [] if learning.seed is None else [learning.seed]
    lines = [
        f'"format": "{FORMAT}"',
        *head_lines(architecture)[1:],
        *preparation_lines(architecture.preparation.given),
        *training_lines(training.network.past.trained),
        f'"optimizer": {optimizer_text(learning.optimizer)}',
        f'"learning_rate": {rate_text(training.learning_rate)}',
        f'"batch_size": {training.batch_size}',
        f'"shuffle": {int(learning.shuffle)}',
        f'"stream_seed": {seed}',
        f'"samples": {training.n_samples}',
        f'"position": {list(state.position)}',
        f'"best": {[] if best is None else [best.epoch, best.trained.epochs]}',
        f'"fingerprint": "{training.fingerprint()}"',
    ]
    return unsigned(lines)


def _tensors(training: Any, state: State) -> dict[str, Tensor]:
    tensors = _of_snapshot("", state.now)
    if state.begun is not None:
        tensors.update(_of_snapshot("begun.", state.begun))
    tensors["total"] = _tensor([state.total])
    for name, series in training.history.items():
        tensors[f"history.{name}"] = _tensor(series)
    if training.best is not None:
        tensors["best.weights"] = _tensor(training.best.block)
        tensors["best.value"] = _tensor([training.best.value])
    return tensors


def _of_snapshot(prefix: str, snapshot: Snapshot) -> dict[str, Tensor]:
    tensors = {f"{prefix}weights": _tensor(snapshot.block)}
    for number, moment in enumerate(snapshot.moments):
        tensors[f"{prefix}moments.{number}"] = _tensor(moment)
    tensors[f"{prefix}powers"] = _tensor(snapshot.powers)
    if snapshot.random is not None:
        words, position, has_spare, spare = snapshot.random
        tensors[f"{prefix}random"] = _tensor([*words, position, has_spare, spare])
    return tensors


def _tensor(numbers: Any) -> Tensor:
    block = numbers if isinstance(numbers, array) else array("d", numbers)
    return Tensor((len(block),), block)


def _digest(text: str, tensors: Mapping[str, Tensor]) -> str:
    parts: list[Any] = []
    for name in sorted(tensors):
        parts += [name.encode(), little_endian(tensors[name].numbers)]
    return digest_of(text, parts)


def _saved(tensors: dict[str, Tensor], metadata: dict[str, str]) -> Saved:
    if KEY not in metadata:
        raise ValueError(f"expected the metadata {KEY!r}, which Training.save writes")
    fields = parse(metadata[KEY])
    if isinstance(fields, dict) and fields.get("format") != FORMAT:
        raise ValueError(f"format: expected {FORMAT!r}, got {shown(fields.get('format'))}")
    fields = check_fields(fields, FIELDS, FORMAT)
    saved = Saved()
    saved.architecture = architecture = architecture_of(fields)
    saved.optimizer = optimizer_of(fields["optimizer"])
    saved.learning_rate = fields["learning_rate"]
    saved.n_samples = samples = check_count("samples", fields["samples"], 1, MOST)
    saved.batch_size = check_count("batch_size", fields["batch_size"], 1, samples)
    if saved.optimizer.rule == "rprop" and saved.batch_size < samples:
        raise ValueError(
            f"batch_size: expected all {samples} samples with rprop, got {saved.batch_size}"
        )
    saved.shuffle = check_bool("shuffle", fields["shuffle"])
    draws = saved.shuffle or architecture.dropout is not None
    seed = _numbers("stream_seed", fields["stream_seed"], int(draws))
    saved.seed = check_seed(seed[0]) if seed else None
    saved.fingerprint = fields["fingerprint"]
    saved.trained = trained_of(fields.get("training"))
    made(saved.learning_rate or [1.0])
    epoch, first = _numbers("position", fields["position"], 2)
    position = check_count("epoch", epoch, 0, MOST), check_count("sample", first, 0, samples - 1)
    if first % saved.batch_size:
        raise ValueError(f"sample: expected the first one of a batch, got {first}")
    take, between = _Taking(tensors), not first
    total = take("total", 1)[0]
    if between and total != 0.0:
        raise ValueError(f"total: expected 0 between two epochs, got {total}")
    saved.state = State(
        position,
        total,
        take.snapshot("", saved, draws, between),
        take.snapshot("begun.", saved, draws, True) if first else None,
    )
    saved.history = {
        name[len("history.") :]: take(name, None).tolist()
        for name in list(tensors)
        if name.startswith("history.")
    }
    if len(saved.history.get("loss", [])) != position[0]:
        raise ValueError(f"history.loss: expected {position[0]} numbers, one for each epoch")
    if any(len(series) > position[0] for series in saved.history.values()):
        raise ValueError(f"history: expected at most {position[0]} numbers in a series")
    saved.best = None
    if fields["best"]:
        best_epoch, epochs = _numbers("best", fields["best"], 2)
        check_count("best", best_epoch, 1, epoch)
        trained = saved.trained_until(best_epoch, check_count("best", epochs, 0, MOST))
        block = take.weights("best.weights", architecture, True)
        saved.best = Best(best_epoch, take("best.value", 1)[0], block, trained)
    take.check_all_taken()
    text = metadata[KEY][: metadata[KEY].rindex('"sha256"')]
    check_digest(fields, _digest(text, tensors))
    return saved


def _numbers(name: str, values: list, count: int) -> list:
    """The values, so many of them."""
    if len(values) != count:
        raise ValueError(f"{name}: expected {counted(count, 'number')}, got {shown(values)}")
    return values


def _check_second_moment(name: str, rule: str, block: array, settled: bool) -> None:
    """Refuses what no training has: sizes of rprop, squares of adam; inf is one, and NaN unless
    settled."""
    if rule == "rprop":
        if not all(size == 0.0 or SMALLEST <= size <= LARGEST for size in block):
            raise ValueError(f"{name}: expected 0, or {SMALLEST} to {LARGEST}")
    elif any(v < 0.0 or (settled and v != v) for v in block):
        raise ValueError(f"{name}: expected means of squares, at least 0")


class _Taking:
    """Tensors that are taken by name, each of the right length."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self._tensors, self._left = tensors, set(tensors)

    def __call__(self, name: str, count: int | None) -> array:
        if name not in self._tensors:
            raise ValueError(f"expected a tensor {name!r}, found none")
        self._left.discard(name)
        shape, numbers = self._tensors[name].shape, self._tensors[name].numbers
        if len(shape) != 1 or (count is not None and shape[0] != count):
            raise ValueError(f"{name}: expected {count} numbers, got shape {list(shape)}")
        return numbers

    def weights(self, name: str, architecture: Architecture, settled: bool) -> array:
        """The parameters of that name; settled ones are finite, as an epoch leaves them."""
        block = self(name, architecture.parameter_count)
        if settled and not all(map(isfinite, block)):
            raise ValueError(f"{name}: expected finite numbers")
        check_no_biases(name, architecture, block)
        return block

    def moments(self, prefix: str, saved: Saved, settled: bool) -> list[array]:
        """The moments of its rule; of a settled one the first is finite, but for rprop's, since
        it would have moved the weights."""
        rule, architecture, blocks = saved.optimizer.rule, saved.architecture, []
        for number in range(saved.optimizer.moments):
            name = f"{prefix}moments.{number}"
            if number == 0:
                block = self.weights(name, architecture, settled and rule != "rprop")
            else:
                block = self(name, architecture.parameter_count)
                _check_second_moment(name, rule, block, settled)
            blocks.append(block)
        return blocks

    def snapshot(self, prefix: str, saved: Saved, draws: bool, settled: bool) -> Snapshot:
        """The snapshot of these names; a settled one stands between two epochs."""
        random = None
        if draws:
            *whole, spare = self(f"{prefix}random", WORDS + 3)
            most = [2.0**32 - 1.0] * WORDS + [float(WORDS), 1.0]
            for number, limit in zip(whole, most):
                if not (0.0 <= number <= limit and number == int(number)):
                    raise ValueError(f"{prefix}random: expected the state of a stream")
            if not any(whole[1:WORDS]) or not isfinite(spare):
                raise ValueError(f"{prefix}random: expected the state of a stream")
            *words, position, has_spare = map(int, whole)
            random = words, position, bool(has_spare), spare
        powers = self(f"{prefix}powers", 2)
        if not all(0.0 <= power <= 1.0 for power in powers):
            raise ValueError(f"{prefix}powers: expected numbers from 0 to 1")
        return Snapshot(
            self.weights(f"{prefix}weights", saved.architecture, settled),
            self.moments(prefix, saved, settled),
            (powers[0], powers[1]),
            random,
        )

    def check_all_taken(self) -> None:
        """Refuses tensors that nobody asked for."""
        for name in sorted(self._left):
            raise ValueError(f"expected no tensor {shown(name)}")
