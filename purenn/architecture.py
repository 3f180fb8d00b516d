"""What a network is: sizes, activations, loss, biases, seed, and what is done around it.

Every check raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

import os
from math import inf
from sys import float_info

from .annotations import Any, Sequence
from .checks import (
    STRINGS,
    check_bool,
    check_choice,
    check_count,
    check_number,
    counted,
    is_number,
    shown,
)
from .door import finite_row, items
from .frozen import Record
from .reference import ACTIVATIONS, INITIALIZATIONS, LOSSES, count_parameters, count_units

LARGEST_TARGET = float_info.max
SLACK = 1e-6  # how far a sum of probabilities may be from 1: float32 is nearer
LARGEST_SEED = 2**32 - 1
MOST_PARAMETERS = 2**31 - 1  # 16 GiB of them
FLAT = 1e-3  # of an activation's steepest slope, where next to no gradient comes through
SYNONYMS = {"logistic": "sigmoid", "linear": "identity"}
LOSSES_ELSEWHERE = {  # what Keras and PyTorch call them, in lower case
    "mse": "mean_squared_error",
    "mseloss": "mean_squared_error",
    "mae": "mean_absolute_error",
    "l1loss": "mean_absolute_error",
    "huberloss": "huber",
    "binary_crossentropy": "binary_cross_entropy",
    "bceloss": "binary_cross_entropy",
    "categorical_crossentropy": "categorical_cross_entropy",
    "sparse_categorical_crossentropy": "categorical_cross_entropy",
    "crossentropyloss": "categorical_cross_entropy",
}
LONGEST_LABEL = 255

# No part of a label: control characters, line and paragraph ends, changes of direction, halves of
# surrogate pairs. Fixed, since str.isprintable differs from one Python to the next.
CONTROLS = (
    ("\0", "\x1f"),
    ("\x7f", "\x9f"),
    ("\u061c", "\u061c"),
    ("\u200e", "\u200f"),
    ("\u2028", "\u202e"),
    ("\u2066", "\u2069"),
    ("\ud800", "\udfff"),
)


class Preparation(Record):
    """What is done around a network: to its inputs before, and with its outputs after.

    `input_offset` and `input_scale` (n_in) make (x − offset) / scale of each input x; `labels` are
    the names of the classes. Each is None where nothing is done.
    """

    NAMES = ("input_offset", "input_scale", "labels")
    __slots__ = (*NAMES, "n_in", "scales")
    n_in: int
    scales: bool  # whether inputs are scaled
    input_offset: tuple[float, ...] | None
    input_scale: tuple[float, ...] | None
    labels: tuple[str, ...] | None

    def __init__(self, input_offset: Any, input_scale: Any, labels: Any, n_in: int) -> None:
        self._fill(
            n_in=n_in,
            scales=input_offset is not None or input_scale is not None,
            input_offset=_check_scaling("input_offset", input_offset, n_in),
            input_scale=_check_scaling("input_scale", input_scale, n_in),
            labels=_check_labels(labels),
        )

    def _values(self) -> dict[str, Any]:
        return {"n_in": self.n_in, **{name: getattr(self, name) for name in self.NAMES}}

    @property
    def given(self) -> dict[str, tuple]:
        """What is done, by name."""
        values = self._values()
        return {name: values[name] for name in self.NAMES if values[name] is not None}


class Architecture(Record):
    """Everything about a network except its weights.

    `sizes` are the numbers of inputs and of units in each layer, `activations` has a name for each
    layer, `loss` is a name, `bias` says whether there are biases, `seed` is the one that first
    weights are drawn from, `initialization` the rule by which they are, `dropout` the share of each
    hidden layer's units that a training leaves out, or None, `preparation` what is done around the
    network. It can't be changed.
    Raises ValueError or TypeError for a wrong argument.
    """

    __slots__ = (
        "activations",
        "bias",
        "dropout",
        "first_limit",
        "initialization",
        "loss",
        "n_in",
        "n_out",
        "output_limits",
        "preparation",
        "seed",
        "sizes",
        "target_limits",
    )
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    bias: bool
    seed: int
    dropout: tuple[float, ...] | None  # a rate for each layer but the last, or None
    initialization: str
    preparation: Preparation
    n_in: int
    n_out: int
    target_limits: tuple[float, float, float, float]  # of a number, then of a sample's sum
    first_limit: float  # the largest that the first layer gives
    output_limits: tuple[float, float]  # of targets that can be reached, with SLACK

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activations: str | Sequence[str] = "sigmoid",
        loss: str = "mean_squared_error",
        bias: bool = True,
        seed: int | None = None,
        dropout: float | Sequence[float] = 0.0,
        initialization: str = "glorot_uniform",
        input_offset: Any = None,
        input_scale: Any = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        sizes = _check_sizes(sizes)
        activations = _check_activations(activations, sizes)
        loss = check_choice("loss", tuple(LOSSES), loss, LOSSES_ELSEWHERE)
        _check_pair(activations[-1], loss, sizes[-1])
        self._fill(
            sizes=sizes,
            n_in=sizes[0],
            n_out=sizes[-1],
            target_limits=_target_limits(activations[-1], loss),
            first_limit=ACTIVATIONS[activations[0]].high,
            output_limits=_output_limits(activations[-1], loss),
            activations=activations,
            loss=loss,
            bias=check_bool("bias", bias),
            seed=check_seed(seed),
            dropout=_check_dropout(dropout, len(sizes) - 2),
            initialization=check_choice("initialization", tuple(INITIALIZATIONS), initialization),
            preparation=Preparation(input_offset, input_scale, labels, sizes[0]),
        )
        _check_number_of_labels(self)

    def _values(self) -> dict[str, Any]:
        return {
            "sizes": self.sizes,
            "activations": self.activations,
            "loss": self.loss,
            "bias": self.bias,
            "seed": self.seed,
            "dropout": self.dropout or 0.0,
            "initialization": self.initialization,
            **self.preparation.given,
        }

    def __repr__(self) -> str:
        return f"Architecture({self.description})"

    @property
    def description(self) -> str:
        """The arguments that make it."""
        dropout = "" if self.dropout is None else f", dropout={list(self.dropout)}"
        given = [f", {name}={shown(value)}" for name, value in self.preparation.given.items()]
        return (
            f"{list(self.sizes)}, activations={list(self.activations)}, loss={self.loss!r}, "
            f"bias={self.bias}{dropout}, seed={self.seed}, initialization={self.initialization!r}"
            f"{''.join(given)}"
        )

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """(n_in, n_out) of each layer's W."""
        return list(zip(self.sizes, self.sizes[1:]))

    @property
    def scaling(self) -> tuple[list[float], list[float]]:
        """The offset and the scale of each input: 0 and 1 where none was given."""
        offset, scale = self.preparation.input_offset, self.preparation.input_scale
        return list(offset or [0.0] * self.n_in), list(scale or [1.0] * self.n_in)

    @property
    def least_slopes(self) -> list[float]:
        """For each layer the slope up to which a unit is stuck: FLAT times the steepest one.

        Of the last layer it is 0, or less than any where the loss matches: that layer learns then
        whatever its slope is.
        """
        slopes = [FLAT * ACTIVATIONS[name].slope for name in self.activations]
        return [*slopes[:-1], -1.0 if self.matched else 0.0]

    @property
    def parameter_count(self) -> int:
        """How many numbers all W and b hold."""
        return count_parameters(list(self.sizes))

    @property
    def unit_count(self) -> int:
        """How many units all layers have."""
        return count_units(list(self.sizes))

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with an addition, in one prediction."""
        return sum(n_in * n_out for n_in, n_out in self.shapes)

    @property
    def gives_probabilities(self) -> bool:
        """Whether all outputs lie between 0 and 1, so that one of them is a class."""
        return _gives_probabilities(self.activations[-1])

    @property
    def matched(self) -> bool:
        """Whether the last activation matches the loss, so that dZ is A − Y."""
        return LOSSES[self.loss].matched == self.activations[-1]

    @property
    def loss_scale(self) -> str:
        """What the loss sums and what it averages."""
        return LOSSES[self.loss].scale


def check_seed(seed: int | None) -> int:
    """The seed, or one that is drawn."""
    if seed is None:
        return int.from_bytes(os.urandom(4), "big")
    return check_count("seed", seed, 0, LARGEST_SEED)


def _check_sizes(sizes: Any) -> tuple[int, ...]:
    """Inputs, then the units of each layer, of which memory can hold the parameters."""
    if not isinstance(sizes, Sequence) or isinstance(sizes, STRINGS):
        raise TypeError(f"sizes: expected a list such as [2, 4, 1], got {shown(sizes)}")
    sizes = items("sizes", sizes)
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least two, inputs and outputs, got {shown(sizes)}")
    checked = [check_count(f"sizes[{i}]", size) for i, size in enumerate(sizes)]
    count = count_parameters(checked)
    if count > MOST_PARAMETERS:
        raise ValueError(
            f"sizes: expected at most {MOST_PARAMETERS} parameters, got {shown(count)}"
        )
    return tuple(checked)


def _check_activations(activations: Any, sizes: tuple[int, ...]) -> tuple[str, ...]:
    """One for each layer, from one for all or a list; names of other libraries will do."""
    n_layers = len(sizes) - 1
    if isinstance(activations, str):
        names: list = [activations] * n_layers
    elif isinstance(activations, Sequence) and not isinstance(activations, STRINGS):
        names = items("activations", activations)
    else:
        raise TypeError(f"activations: expected a name or a list, got {shown(activations)}")
    if len(names) != n_layers:
        raise ValueError(f"activations: expected {n_layers}, one per layer, got {len(names)}")
    checked = tuple(
        check_choice(
            "activations",
            tuple(ACTIVATIONS),
            SYNONYMS.get(name, name) if isinstance(name, str) else name,
            SYNONYMS,
        )
        for name in names
    )
    for name, width in zip(checked, sizes[1:]):
        if name == "softmax" and width == 1:
            raise ValueError("activations: softmax over one unit is always 1; use sigmoid")
    return checked


def _check_dropout(dropout: Any, n_hidden: int) -> tuple[float, ...] | None:
    """A rate for each hidden layer, from one for all or a list; None where all are 0."""
    if is_number(dropout):
        rates: list = [dropout] * n_hidden
        if n_hidden == 0 and dropout != 0:
            raise ValueError("dropout: expected 0 in a network without hidden layers")
    elif isinstance(dropout, Sequence) and not isinstance(dropout, STRINGS):
        rates = items("dropout", dropout)
    else:
        raise TypeError(f"dropout: expected a number or a list, got {shown(dropout)}")
    if len(rates) != n_hidden:
        raise ValueError(
            f"dropout: expected {counted(n_hidden, 'rate')}, one per hidden layer, got {len(rates)}"
        )
    checked = tuple(check_number(f"dropout[{i}]", rate) for i, rate in enumerate(rates))
    for i, rate in enumerate(checked):
        if not 0.0 <= rate < 1.0:
            raise ValueError(f"dropout[{i}]: expected at least 0 and less than 1, got {rate}")
    return checked if any(checked) else None


def _check_pair(activation: str, loss: str, n_out: int) -> None:
    """Refuses what can't learn: a loss of probabilities whose outputs are none, or of classes that
    share one output."""
    if LOSSES[loss].of_probabilities and not _gives_probabilities(activation):
        raise ValueError(
            f"loss: {loss} needs outputs between 0 and 1, from {PROBABILITIES}, "
            f"but the last activation is {activation}"
        )
    if loss == "categorical_cross_entropy" and n_out == 1:
        raise ValueError(
            "loss: categorical_cross_entropy needs an output for each class, got one output; "
            "use binary_cross_entropy"
        )


def _gives_probabilities(activation: str) -> bool:
    return (ACTIVATIONS[activation].low, ACTIVATIONS[activation].high) == (0.0, 1.0)


def _output_limits(activation: str, loss: str) -> tuple[float, float]:
    """The least and the largest number of targets that outputs can be. Where they have to be
    probabilities, `_target_limits` says so."""
    if LOSSES[loss].of_probabilities:
        return -inf, inf
    return ACTIVATIONS[activation].low - SLACK, ACTIVATIONS[activation].high + SLACK


def _target_limits(activation: str, loss: str) -> tuple[float, float, float, float]:
    """The least and the largest target, and the least and the largest sum of a sample's targets.

    After softmax, whose outputs sum to 1, A − Y is the gradient of its cross-entropy only where the
    targets sum to 1 as well.
    """
    if not LOSSES[loss].of_probabilities:
        return -LARGEST_TARGET, LARGEST_TARGET, -inf, inf
    if activation == "softmax" == LOSSES[loss].matched:
        return 0.0, 1.0, 1.0 - SLACK, 1.0 + SLACK
    return 0.0, 1.0, -inf, inf


PROBABILITIES = " or ".join(filter(_gives_probabilities, ACTIVATIONS))


def _check_scaling(name: str, values: Any, n_in: int) -> tuple[float, ...] | None:
    """A number for each input, from one for all or a row."""
    if values is None:
        return None
    row = finite_row(name, [values] * n_in if is_number(values) else values, n_in)
    if name == "input_scale" and 0.0 in row:
        raise ValueError(
            f"input_scale[{row.index(0.0)}]: expected a number other than 0, got 0.0; "
            "1 leaves an input as it is"
        )
    return tuple(row)


def _check_labels(labels: Any) -> tuple[str, ...] | None:
    """A string for each class, all of them different."""
    if labels is None:
        return None
    if hasattr(labels, "tolist"):  # as NumPy's arrays of strings have it
        labels = labels.tolist()
    if not isinstance(labels, Sequence) or isinstance(labels, STRINGS):
        raise TypeError(f"labels: expected a list of strings, got {shown(labels)}")
    seen: dict[str, None] = {}
    for index, label in enumerate(items("labels", labels)):
        if not isinstance(label, str):
            raise TypeError(f"labels[{index}]: expected a string, got {shown(label)}")
        label = str.__str__(label)  # whatever a subclass says
        if not 0 < len(label) <= LONGEST_LABEL:
            raise ValueError(
                f"labels[{index}]: expected 1 to {LONGEST_LABEL} characters, got {len(label)}"
            )
        if any(low <= c <= high for c in label for low, high in CONTROLS):
            raise ValueError(
                f"labels[{index}]: expected a string without control characters, got {shown(label)}"
            )
        if label in seen:
            raise ValueError(
                f"labels[{index}]: expected a label that is not yet taken, got {shown(label)} again"
            )
        seen[label] = None
    return tuple(seen)


def _check_number_of_labels(architecture: Architecture) -> None:
    """One for each class that the network tells."""
    labels, n_out = architecture.preparation.labels, architecture.n_out
    if labels is None:
        return
    if not architecture.gives_probabilities:
        raise ValueError(
            f"labels: expected {PROBABILITIES} as the last activation, "
            f"got {architecture.activations[-1]}"
        )
    if len(labels) != max(n_out, 2):
        which = "one per output" if n_out > 1 else "for an output below and above 0.5"
        raise ValueError(f"labels: expected {max(n_out, 2)}, {which}, got {len(labels)}")
