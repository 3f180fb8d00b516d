"""What a user may pass to a Network: shapes, types and finiteness, checked before arithmetic.

Every check raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from reprlib import Repr

from .annotations import Any

NUMBER_FORMATS = frozenset("?bBhHiIlLqQnNefd")
PLAIN_FORMATS = frozenset("dfB")
TEXT = (str, bytes, bytearray)

_short = Repr()
_short.maxother = _short.maxstring = _short.maxlong = 80


def all_finite(numbers: memoryview) -> bool:
    """Whether every number is finite."""
    return numbers.format == "B" or all(map(isfinite, numbers))


def check_matrix(
    name: str,
    values: Any,
    n_columns: int,
    what: str = "sample",
    all_finite: Callable[[memoryview], bool] = all_finite,
) -> tuple[Any, bool]:
    """Finite numbers in rows of n_columns, and whether they came as one flat row.

    Lists become lists of floats. Contiguous buffers of float64, float32 or bytes stay where they
    lie, as a memoryview (n, n_columns); others become one of float64.
    """
    view = buffer_view(values)
    if view is not None:
        return _check_buffer(name, view, n_columns, all_finite)
    if not isinstance(values, Sequence) or isinstance(values, TEXT):
        raise TypeError(f"{name}: expected a list of rows, got {type(values).__name__}")
    if len(values) == 0:
        raise ValueError(f"{name}: expected at least one {what}, got none")
    flat = hasattr(values[0], "__float__") and not _is_row(values[0])
    rows = [values] if flat else values
    return [check_row(f"{name}[{s}]", row, n_columns) for s, row in enumerate(rows)], flat


def check_targets(
    name: str,
    values: Any,
    n_rows: int,
    n_columns: int,
    all_finite: Callable[[memoryview], bool] = all_finite,
) -> Any:
    """Targets for n_rows samples; where each has one number, a flat list of them will do."""
    view = buffer_view(values)
    if n_columns == 1 and view is not None and view.ndim == 1 and view.nbytes:
        numbers = _plain_buffer(name, view)
        values = numbers.cast("B").cast(numbers.format, (len(numbers), 1))
    elif (
        n_columns == 1
        and view is None
        and isinstance(values, Sequence)
        and not isinstance(values, TEXT)
    ):
        values = [row if _is_row(row) else [row] for row in values]
    rows, _ = check_matrix(name, values, n_columns, "target", all_finite)
    if len(rows) != n_rows:
        raise ValueError(f"{name}: expected {n_rows} rows, as many as X has, got {len(rows)}")
    return rows


def check_probabilities(name: str, rows: list[list[float]], loss: str) -> None:
    """Targets of a cross-entropy, which has no meaning outside of 0 to 1."""
    for s, row in enumerate(rows):
        if not all(0.0 <= value <= 1.0 for value in row):
            wrong = next(value for value in row if not 0.0 <= value <= 1.0)
            raise ValueError(f"{name}[{s}]: {loss} expects targets from 0 to 1, got {wrong}")


def check_choice(name: str, choices: Sequence[str], value: Any) -> str:
    """One of the names that exist."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(choices)}, got {shown(value)}")
    return str(value)


def check_truth(name: str, value: Any) -> bool:
    """True or False, also as 1 or 0."""
    if hasattr(value, "__len__") or value not in (0, 1):
        raise TypeError(f"{name}: expected True or False, got {shown(value)}")
    return bool(value)


def check_count(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """A whole number, at least `least` and at most `most`."""
    if not hasattr(value, "__index__") or isinstance(value, bool) or hasattr(value, "__len__"):
        raise TypeError(f"{name}: expected a whole number, got {shown(value)}")
    number = value.__index__()
    if number < least or (most is not None and number > most):
        limits = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name}: expected {limits}, got {shown(number)}")
    return number


def check_positive(name: str, value: Any) -> float:
    """A finite number above 0."""
    number = _check_number(name, value)
    if number <= 0.0:
        raise ValueError(f"{name}: expected a number above 0, got {shown(value)}")
    return number


def buffer_view(values: Any) -> memoryview | None:
    """A memoryview of numbers on the values, or None where they are no buffer.

    bytes are no numbers here: text is more likely meant by them.
    """
    if isinstance(values, (bytes, bytearray)):
        return None
    try:
        return memoryview(values)
    except (TypeError, ValueError):
        return None


def shown(value: Any) -> str:
    """The value in one short line, for a message."""
    return " ".join(_short.repr(value).split())


def is_number(value: Any) -> bool:
    """Whether the value is one real number: no text, no complex number, no array."""
    return (
        hasattr(value, "__float__")
        and not isinstance(value, TEXT)  # NumPy's texts have a __float__
        and getattr(value, "shape", ()) == ()
        and not _is_complex(value)
    )


def _is_complex(value: Any) -> bool:
    """Whether its class says so: it needs `numbers` for that, which not every Python has."""
    numbers = sys.modules.get("numbers")
    is_real = isinstance(value, getattr(numbers, "Real", ()))
    return not is_real and isinstance(value, getattr(numbers, "Complex", ()))


def check_row(name: str, row: Any, n_columns: int) -> list[float]:
    """A row of n_columns finite numbers."""
    if not _is_row(row):
        raise TypeError(f"{name}: expected a row of {n_columns} numbers, got {shown(row)}")
    values = list(row)
    if len(values) != n_columns:
        raise ValueError(f"{name}: expected a row of {n_columns} numbers, got {len(values)}")
    return [_check_number(f"{name}[{column}]", value) for column, value in enumerate(values)]


def _check_buffer(
    name: str, view: memoryview[Any], n_columns: int, all_finite: Callable[[memoryview], bool]
) -> tuple[memoryview, bool]:
    if view.ndim not in (1, 2):
        raise ValueError(f"{name}: expected 1 or 2 dimensions, got {view.ndim}")
    shape = view.shape or ()
    if 0 in shape:
        raise ValueError(f"{name}: expected at least one sample, got shape {shape}")
    flat = _plain_buffer(name, view)
    if shape[-1] != n_columns:
        raise ValueError(f"{name}: expected rows of {n_columns} numbers, got {shape[-1]}")
    if not all_finite(flat):
        index = next(i for i, value in enumerate(flat) if not isfinite(value))
        row, column = divmod(index, n_columns)
        raise ValueError(f"{name}[{row}][{column}]: expected finite numbers, got {flat[index]}")
    rows = flat.cast("B").cast(flat.format, (len(flat) // n_columns, n_columns))
    return rows, view.ndim == 1


def _plain_buffer(name: str, view: memoryview[Any]) -> Any:
    """The numbers of a buffer, row by row, in one dimension: where they lie, or as float64."""
    form = view.format
    if form in PLAIN_FORMATS and view.c_contiguous:
        return view.cast("B").cast(form)  # type: ignore[call-overload]
    if form.lstrip("@=<>") not in NUMBER_FORMATS or struct.calcsize(form) != view.itemsize:
        raise TypeError(f"{name}: expected numbers, got a buffer of format {form!r}")
    numbers = array("d", (float(number) for (number,) in struct.iter_unpack(form, view.tobytes())))
    return memoryview(numbers)


def _is_row(value: Any) -> bool:
    return (
        hasattr(value, "__len__")
        and hasattr(value, "__getitem__")
        and getattr(value, "shape", None) != ()
        and not isinstance(value, (*TEXT, Mapping))
    )


def _check_number(name: str, value: Any) -> float:
    if type(value) not in (float, int) and not is_number(value):
        raise TypeError(f"{name}: expected a number, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name}: expected a float64 number, got a larger integer") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a number, got {shown(value)}") from None
    if not isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {number}")
    return number
