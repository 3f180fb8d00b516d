"""A user's samples as an engine computes with them: checked, scaled, and targets that fit a loss.

Targets are numbers, a row for each sample; or classes, by number or by label, each kept in 4 bytes:
the rows that name them are made where they are needed, by `one_hot`.

Everything here raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

from math import isfinite

from . import door
from .annotations import TYPE_CHECKING, Any, Iterator, Mapping, Sequence
from .architecture import Architecture
from .checks import check_count, check_finite, counted, shown
from .classes import check_classes, check_known, check_range, flat_items, packed
from .reference import one_hot, scale_inputs

if TYPE_CHECKING:
    from array import array
    from typing import Union

    from .engines import Engine

    Given = Union[array[int], door.Block]  # targets as they were given: classes, or rows


def inputs(engine: Engine, architecture: Architecture, block: door.Block, units: int = 0) -> Any:
    """The samples X of a block, checked and scaled, as the engine computes with them; `units` are
    those of the first layer if it will be trained on X."""
    scales = architecture.preparation.scales
    inputs = engine.inputs(block)
    row = engine.first_not_finite(inputs, 0 if scales else units)
    if row is not None:
        raise door.not_finite("X", block, row)
    if scales:
        inputs = engine.scaled(inputs, *architecture.scaling)
        row = engine.first_not_finite(inputs, units)
        if row is not None:
            raise _too_far(architecture, block, row)
    return inputs


def read_targets(architecture: Architecture, Y: Any, n_rows: int) -> Given:
    """Y for n_rows samples: the number of the class of each, or rows of numbers.

    Where each sample has one number, a flat list of them will do; where outputs are probabilities,
    a flat list of classes. Of one output, the numbers of the classes are its targets.
    """
    numbers = class_numbers(architecture, Y, n_rows)
    if numbers is not None and architecture.n_out > 1:
        return numbers
    return _number_rows(architecture, Y if numbers is None else numbers, n_rows)


def targets(engine: Engine, architecture: Architecture, given: Given) -> Any:
    """Targets as the engine computes with them and the loss can take them."""
    if not isinstance(given, door.Block):
        return engine.classes(given, architecture.n_out)
    targets = engine.targets(given)
    row = engine.first_outside(targets, *architecture.target_limits)
    if row is not None:
        raise _wrong_target(architecture, given, row)
    return targets


def numbers_of_targets(given: Given, n_out: int) -> Iterator[memoryview[Any]]:
    """The numbers of targets, row by row; of classes, of a few rows at a time."""
    if isinstance(given, door.Block):
        yield given.numbers
        return
    rows = max(1, door.AT_ONCE // n_out)
    for first in range(0, len(given), rows):
        some: Any = given[first : first + rows]
        yield door.matrix("Y", one_hot(some, n_out)).numbers


def weights(
    architecture: Architecture, sample_weight: Any, class_weight: Any, given: Given, n_rows: int
) -> memoryview[Any]:
    """The weight of each of n_rows samples: its own times that of the class which its targets name,
    each 1 if not given."""
    found = memoryview(bytearray(8 * n_rows)).cast("d")
    own = None if sample_weight is None else door.vector("sample_weight", sample_weight, n_rows)
    for s in range(n_rows):
        found[s] = 1.0 if own is None else own[s]
        if not (isfinite(found[s]) and found[s] >= 0.0):
            raise ValueError(
                f"sample_weight[{s}]: expected a finite number of at least 0, got {found[s]}"
            )
    if class_weight is not None:
        by_number = _class_weights(architecture, class_weight)
        numbers = true_classes(architecture, given)
        if numbers is None:
            raise ValueError("class_weight: expected Y that names a class for each sample")
        for s, number in enumerate(numbers):
            found[s] = found[s] * by_number.get(number, 1.0)
            if not isfinite(found[s]):
                raise ValueError(
                    f"class_weight: expected a finite product with sample_weight[{s}], got inf"
                )
    return found


def _class_weights(architecture: Architecture, class_weight: Any) -> dict[int, float]:
    """The weight of each class that has one, by its number."""
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            "class_weight: expected a dict from classes to numbers, such as {0: 1.0, 1: 5.0}, "
            f"got {shown(class_weight)}"
        )
    labels, by_number = architecture.preparation.labels, {}
    for key, value in class_weight.items():
        if isinstance(key, str):
            if labels is None or key not in labels:
                raise ValueError(f"class_weight: expected one of the labels, got {shown(key)}")
            number = labels.index(key)
        else:
            number = check_count("class_weight", key, 0, max(architecture.n_out, 2) - 1)
        weight = check_finite(f"class_weight[{shown(key)}]", value)
        if weight < 0.0:
            raise ValueError(f"class_weight[{shown(key)}]: expected at least 0, got {weight}")
        by_number[number] = weight
    return by_number


def class_numbers(architecture: Architecture, Y: Any, n_rows: int) -> array[int] | None:
    """The class of each of n_rows samples, where outputs are probabilities and Y names classes, by
    number or by label; None where it holds numbers for the outputs.

    Of one output, labels alone are classes.
    """
    n_out, labels = architecture.n_out, architecture.preparation.labels
    if n_out == 1 and labels is None:
        return None
    found = flat_items("Y", Y)
    if found is None or not architecture.gives_probabilities:
        return None
    has_labels = isinstance(found[0], str)
    if not has_labels and (n_out == 1 or (n_rows == 1 and len(found) == n_out)):
        return None
    if len(found) != n_rows:
        rows = counted(n_rows, "row")
        raise ValueError(f"Y: expected {rows} or classes, as many as X has, got {len(found)}")
    classes: Any = check_classes("Y", found)
    if has_labels:
        return packed(_numbers_of_labels(labels, classes))
    check_range("Y", classes, n_out)
    return packed(classes)


def _number_rows(architecture: Architecture, Y: Any, n_rows: int) -> door.Block:
    """Y as rows of numbers, one for each of n_rows samples."""
    n_out = architecture.n_out
    try:
        block = door.column("Y", Y) if n_out == 1 else door.matrix("Y", Y, n_out, "target")
    except ValueError as error:
        if n_out > 1 and architecture.gives_probabilities and _is_column(Y):
            raise ValueError(f"{error}; for classes give a flat list") from None
        raise
    if block.shape[0] != n_rows:
        rows = counted(n_rows, "row")
        raise ValueError(f"Y: expected {rows}, as many as X has, got {block.shape[0]}")
    return block


def _is_column(Y: Any) -> bool:
    """Whether it is rows of one number."""
    try:
        return door.matrix("Y", Y).shape[1] == 1
    except (TypeError, ValueError):
        return False


def true_classes(architecture: Architecture, given: Given) -> Sequence[int] | None:
    """The class of each sample, where its targets name it: by number, by 1 among 0s, or for one
    output as 0 or 1. None where outputs are no probabilities, or a row names no class."""
    if not isinstance(given, door.Block):
        return given
    if not architecture.gives_probabilities:
        return None
    numbers, (n_rows, n_out) = [], given.shape
    for row in map(given.row, range(n_rows)):
        if n_out == 1 and row[0] in (0.0, 1.0):
            numbers.append(int(row[0]))
        elif n_out > 1 and row.count(1.0) == 1 and row.count(0.0) == n_out - 1:
            numbers.append(row.index(1.0))
        else:
            return None
    return numbers


def _numbers_of_labels(labels: tuple[str, ...] | None, found: list[str]) -> list[int]:
    """The number of each label."""
    if labels is None:
        raise TypeError(
            f"Y[0]: expected a class as a whole number, got {shown(found[0])}; "
            "for strings the network needs labels"
        )
    numbers = {label: number for number, label in enumerate(labels)}
    check_known("Y", found, numbers, "the labels")
    return [numbers[label] for label in found]


def _wrong_target(architecture: Architecture, block: door.Block, row: int) -> ValueError:
    """The error for targets that are not finite, are not from 0 to 1 or don't sum to 1."""
    loss, values = architecture.loss, block.row(row)  # as they are by now: somebody may change them
    if not all(map(isfinite, values)):
        return door.not_finite("Y", block, row)
    wrong = next((value for value in values if not 0.0 <= value <= 1.0), None)
    if wrong is not None:
        return ValueError(f"Y[{row}]: {loss} expects targets from 0 to 1, got {wrong}")
    return ValueError(
        f"Y[{row}]: {loss} after softmax expects targets that sum to 1, "
        f"got a sum of {sum(values):.9g}"
    )


def _too_far(architecture: Architecture, block: door.Block, row: int) -> ValueError:
    """The error for finite inputs that are no longer finite."""
    (values,) = scale_inputs([block.row(row)], *architecture.scaling)
    column = next((k for k, value in enumerate(values) if not isfinite(value)), 0)
    return ValueError(
        f"X[{row}][{column}]: expected finite numbers after scaling, "
        f"got {values[column]}; this one is too far from input_offset for input_scale"
    )
