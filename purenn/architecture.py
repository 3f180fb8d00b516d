"""What a network may be: sizes, activations and loss, input scaling, labels, seed.

Every check raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from .annotations import Any
from .checks import TEXT, check_choice, check_count, check_row, is_number, shown
from .engines import ACTIVATIONS

LARGEST_SEED = 2**32 - 1
LARGEST_COUNT = 2**31 - 1  # of parameters: 16 GiB of them
SYNONYMS = {"logistic": "sigmoid", "linear": "identity"}
LONGEST_LABEL = 255
PROBABILITIES = ("sigmoid", "softmax")

# No text for a label: control characters, line and paragraph ends, changes of direction, halves
# of surrogate pairs. Fixed, since str.isprintable is another from one Python to the next.
CONTROLS = (
    ("\0", "\x1f"),
    ("\x7f", "\x9f"),
    ("\u061c", "\u061c"),
    ("\u200e", "\u200f"),
    ("\u2028", "\u202e"),
    ("\u2066", "\u2069"),
    ("\ud800", "\udfff"),
)


def check_sizes(sizes: Any) -> tuple[int, ...]:
    """Inputs, then the units of each layer, of which memory can hold the parameters."""
    if not isinstance(sizes, Sequence) or isinstance(sizes, TEXT):
        raise TypeError(f"sizes: expected a list such as [2, 4, 1], got {shown(sizes)}")
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least inputs and outputs, got {shown(list(sizes))}")
    checked = tuple(check_count(f"sizes[{i}]", size) for i, size in enumerate(sizes))
    count = sum((n_in + 1) * n_out for n_in, n_out in zip(checked, checked[1:]))
    if count > LARGEST_COUNT:
        raise ValueError(f"sizes: expected at most {LARGEST_COUNT} parameters, got {shown(count)}")
    return checked


def check_activations(activations: Any, n_layers: int) -> tuple[str, ...]:
    """One for each layer, from one for all or a list; names of other libraries will do."""
    if isinstance(activations, str):
        names = [activations] * n_layers
    elif isinstance(activations, Sequence) and not isinstance(activations, TEXT):
        names = list(activations)
    else:
        raise TypeError(f"activations: expected a name or a list, got {shown(activations)}")
    if len(names) != n_layers:
        raise ValueError(f"activations: expected {n_layers}, one per layer, got {len(names)}")
    return tuple(
        check_choice(
            "activations", ACTIVATIONS, SYNONYMS.get(name, name) if isinstance(name, str) else name
        )
        for name in names
    )


def check_pair(activation: str, loss: str, n_out: int) -> None:
    """Refuses what can't learn: a cross-entropy of no probability, softmax over one output."""
    if loss != "mean_squared_error" and activation not in PROBABILITIES:
        raise ValueError(
            f"loss: {loss} needs outputs between 0 and 1, from sigmoid or softmax, "
            f"but the last activation is {activation}"
        )
    if activation == "softmax" and n_out == 1:
        raise ValueError("activations: softmax over one output is always 1; use sigmoid")


def check_scaling(name: str, values: Any, n_in: int) -> tuple[float, ...] | None:
    """A number for each input, from one for all or a row."""
    if values is None:
        return None
    row = check_row(name, [values] * n_in if is_number(values) else values, n_in)
    if name == "input_scale" and 0.0 in row:
        raise ValueError(
            f"input_scale[{row.index(0.0)}]: expected a number other than 0, got 0.0; "
            "1 leaves an input as it is"
        )
    return tuple(row)


def check_labels(labels: Any, activation: str, n_out: int) -> tuple[str, ...] | None:
    """A text for each class, all of them different."""
    if labels is None:
        return None
    if activation not in PROBABILITIES:
        raise ValueError(
            f"labels: need sigmoid or softmax as the last activation, which is {activation}"
        )
    if hasattr(labels, "tolist"):  # as NumPy's arrays of texts have it
        labels = labels.tolist()
    if not isinstance(labels, Sequence) or isinstance(labels, TEXT):
        raise TypeError(f"labels: expected a list of texts, got {shown(labels)}")
    count = max(n_out, 2)
    if len(labels) != count:
        which = "one per output" if n_out > 1 else "for an output below and above 0.5"
        raise ValueError(f"labels: expected {count}, {which}, got {len(labels)}")
    seen: set[str] = set()
    for index, label in enumerate(labels):
        if not isinstance(label, str):
            raise TypeError(f"labels[{index}]: expected a text, got {shown(label)}")
        if not 0 < len(label) <= LONGEST_LABEL:
            raise ValueError(
                f"labels[{index}]: expected 1 to {LONGEST_LABEL} characters, got {len(label)}"
            )
        if any(low <= c <= high for c in label for low, high in CONTROLS):
            raise ValueError(
                f"labels[{index}]: expected a text without control characters, got {shown(label)}"
            )
        if label in seen:
            raise ValueError(f"labels[{index}]: expected another than before, got {shown(label)}")
        seen.add(label)
    return tuple(map(str, labels))


def check_seed(seed: int | None) -> int:
    """The seed, or one that is drawn."""
    if seed is None:
        return int.from_bytes(os.urandom(4), "big")
    return check_count("seed", seed, 0, LARGEST_SEED)
