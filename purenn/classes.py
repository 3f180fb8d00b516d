"""Classes that a user passes: whole numbers, labels, or outputs of which one is the largest.

Everything here raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

from struct import iter_unpack

from .annotations import TYPE_CHECKING, Any, Iterable, Sequence
from .checks import is_bool, is_number, shown
from .door import NUMBER_FORMATS, ROWS, buffer_view, is_row, items

if TYPE_CHECKING:
    from array import array


def class_of(outputs: list[float]) -> int:
    """The number of the largest output, the first among equals; of a single one 1 if it is > 0.5.

    Raises ValueError where an output is NaN.
    """
    if any(value != value for value in outputs):
        raise ValueError(
            "classify: expected outputs that can be compared, got nan; "
            "the weights or inputs are too large"
        )
    return outputs.index(max(outputs)) if len(outputs) > 1 else int(outputs[0] > 0.5)


def flat_items(name: str, values: Any) -> list | None:
    """The items of a series of one dimension; None where there are none, or rows."""
    view = buffer_view(values)
    if view is None:
        if not isinstance(values, Sequence) or isinstance(values, str):
            return None
        if type(values) in ROWS and values and type(values[0]) in ROWS:
            return None
        found = items(name, values)
    elif view.ndim != 1 or not view.nbytes:
        return None
    elif str(view.format).lstrip("@=<>") in NUMBER_FORMATS:
        found = _numbers(view)
    elif hasattr(view.obj, "tolist") and not isinstance(values, memoryview):
        found = view.obj.tolist()  # as NumPy's arrays of strings have it
    else:
        return None
    return found if found and not is_row(found[0]) else None


def check_classes(name: str, found: list) -> list[int] | list[str]:
    """One class for each sample: all whole numbers, or all strings."""
    return _strings(name, found) if isinstance(found[0], str) else whole_numbers(name, found)


def whole_numbers(name: str, found: list) -> list[int]:
    """Classes as whole numbers, in whatever types they are."""
    kinds = {*map(type, found)}
    if kinds == {int}:
        return found
    if all(map(_may_be_whole, kinds)):
        try:
            whole = [*map(int, found)]
        except (TypeError, ValueError, OverflowError):  # of NaN and inf, say
            whole = []
        if whole == found:
            return whole
    return [_whole_number(f"{name}[{index}]", value) for index, value in enumerate(found)]


def check_range(name: str, numbers: list[int], n_classes: int) -> None:
    """Refuses a class that is not 0 … n_classes − 1."""
    present = {*numbers}  # few, mostly
    if not 0 <= min(present) <= max(present) < n_classes:
        index = next(i for i, number in enumerate(numbers) if not 0 <= number < n_classes)
        raise ValueError(
            f"{name}[{index}]: expected a class from 0 to {n_classes - 1}, "
            f"got {shown(numbers[index])}"
        )


def packed(numbers: Iterable[int]) -> array:
    """Classes in 4 bytes each."""
    from array import array  # which imports `collections`

    return array("I", numbers)


def check_known(name: str, found: Sequence, known: dict, which: str) -> None:
    """Refuses a class that is not among those that are known."""
    if not known.keys() >= {*found}:
        index = next(i for i, value in enumerate(found) if value not in known)
        raise ValueError(
            f"{name}[{index}]: expected one of {which} {shown([*known])}, got {shown(found[index])}"
        )


def _numbers(view: memoryview[Any]) -> list:
    """The numbers of a buffer, each in its own type."""
    try:
        return view.tolist()
    except NotImplementedError:  # of another byte order
        return [number for (number,) in iter_unpack(str(view.format), view.tobytes())]


def _may_be_whole(kind: type) -> bool:
    """Whether numbers of that type, not True or False, are Python's, or NumPy's and the like."""
    is_number = issubclass(kind, float) or hasattr(kind, "__index__")
    return is_number and not hasattr(kind, "__len__") and not is_bool(kind)


def _strings(name: str, found: list) -> list[str]:
    for index, value in enumerate(found):
        if not isinstance(value, str):
            raise TypeError(f"{name}[{index}]: expected a string, as before it, got {shown(value)}")
    return [*map(str.__str__, found)]  # whatever a subclass says


def _whole_number(name: str, value: Any) -> int:
    expected = f"{name}: expected a class as a whole number, got {shown(value)}"
    if is_bool(type(value)) or not is_number(value):
        raise TypeError(expected)
    try:
        whole = int(value)
        if whole == value:
            return whole
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(expected)
