"""The door to C: what comes in is checked here, and nothing wrong gets past.

A matrix comes as a `Matrix`, as any C-contiguous two-dimensional float64 buffer (a NumPy array,
a memoryview), which is used where it lies, or as a list of rows, which is converted once. A
vector likewise, in one dimension; an `array("d")` is one.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence, Set

from ..annotations import Any
from ..checks import check_count, is_number, shown
from .core import ALIGNMENT, address, lib, misaligned, pointer

FLOAT64_FORMATS = ("d", "@d", "=d", "<d" if sys.byteorder == "little" else ">d")
LARGEST_COUNT = sys.maxsize // 8 - 8
CACHE_LINE = 8  # doubles


class Fixed:
    """What C relies on stays as it was made; only `_set` changes it."""

    __slots__ = ()
    _set = object.__setattr__

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} can't be changed")


class Matrix(Fixed):
    """A matrix (n_rows, n_columns) of float64, row-major in one buffer, read as a list of rows.

    `matrix[s]` is row s as a memoryview of that buffer, `matrix.tolist()` a list of lists.
    `data` is any float64 buffer of n_rows·n_columns elements, used where it lies; zeros if it is
    left out. Raises ValueError where its size does not fit, TypeError for another kind of buffer.
    """

    __slots__ = ("data", "shape")
    shape: tuple[int, int]
    data: memoryview[float]

    def __init__(self, n_rows: int, n_columns: int, data: Any = None) -> None:
        n_rows = check_count("n_rows", n_rows, 0)
        n_columns = check_count("n_columns", n_columns, 0)
        if data is None:
            flat = zeros(n_rows * n_columns)
        else:
            view = _view(data)
            if view is None:
                raise TypeError(f"data: expected a float64 buffer, got {type(data).__name__}")
            flat = _flat_view("data", view)
            _check_count("data", len(flat), n_rows * n_columns)
        self._set("shape", (n_rows, n_columns))
        self._set("data", flat)

    @classmethod
    def of(cls, shape: tuple[int, int], flat: memoryview[float]) -> Matrix:
        """A matrix of that shape in a buffer that was checked."""
        matrix = cls.__new__(cls)
        matrix._set("shape", shape)
        matrix._set("data", flat)
        return matrix

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, row: int) -> memoryview[float]:
        n_rows, n_columns = self.shape
        if not -n_rows <= row < n_rows:
            raise IndexError(f"row {row} of a matrix with {n_rows} rows")
        start = row % n_rows * n_columns
        return self.data[start : start + n_columns]

    def __iter__(self) -> Iterator[memoryview[float]]:
        return (self[row] for row in range(self.shape[0]))

    def __repr__(self) -> str:
        return f"Matrix({self.shape[0]}, {self.shape[1]})"

    def tolist(self) -> list[list[float]]:
        """The rows as lists of floats."""
        n_rows, n_columns = self.shape
        flat: list[float] = self.data.tolist()  # type: ignore[assignment]
        return [flat[s * n_columns : (s + 1) * n_columns] for s in range(n_rows)]


def zeros(count: int) -> memoryview[float]:
    """A new buffer of count zeros, a large one at the beginning of a cache line.

    Raises ValueError where its bytes can't be counted.
    """
    if count > LARGEST_COUNT:
        raise ValueError(f"size: expected at most {LARGEST_COUNT} numbers, got {count}")
    if count < CACHE_LINE:
        return memoryview(bytearray(8 * count)).cast("d")
    room = memoryview(bytearray(8 * (count + CACHE_LINE)))
    start = -address(room) % (8 * CACHE_LINE)
    return room[start : start + 8 * count].cast("d")


def scratch() -> Any:
    """The room that a product needs to pack a panel, as C takes it."""
    return pointer(zeros(lib.PN_SCRATCH))


def number(name: str, value: Any) -> float:
    """A number as C takes it."""
    try:
        return array("d", [value])[0]
    except TypeError:
        raise TypeError(f"{name}: expected a number, got {shown(value)}") from None
    except OverflowError:
        raise ValueError(f"{name}: expected a float64 number, got a larger integer") from None


def matrix(
    name: str, values: Any, n_rows: int | None = None, n_columns: int | None = None
) -> Matrix:
    """`values` as a Matrix, of that many rows and columns where they are given.

    Raises TypeError or ValueError that names what was expected and what came.
    """
    if isinstance(values, Matrix):
        result = values
    elif (view := _view(values)) is not None:
        if view.ndim != 2:
            raise ValueError(
                f"{name}: expected 2 dimensions (rows, columns), got {view.ndim}; "
                "purenn.native.Matrix(n_rows, n_columns, buffer) gives a flat buffer its shape"
            )
        result = Matrix.of(view.shape or (0, 0), _flat_view(name, view))  # type: ignore[arg-type]
    else:
        result = _matrix_of_lists(name, values, n_columns)
    if n_rows is not None and result.shape[0] != n_rows:
        raise ValueError(f"{name}: expected {n_rows} rows, got {result.shape[0]}")
    if n_columns is not None and result.shape[1] != n_columns:
        raise ValueError(f"{name}: expected {n_columns} columns, got {result.shape[1]}")
    return result


def vector(name: str, values: Any, count: int | None = None) -> memoryview[float]:
    """`values` as a flat float64 buffer, of that many numbers where it is given.

    Raises TypeError or ValueError that names what was expected and what came.
    """
    view = _view(values)
    if view is None:
        result = memoryview(_array(name, values)).cast("B").cast("d")
    elif view.ndim != 1:
        raise ValueError(f"{name}: expected 1 dimension, got {view.ndim}")
    else:
        result = _flat_view(name, view)
    if count is not None:
        _check_count(name, len(result), count)
    return result


def matrix_out(values: Any, n_rows: int, n_columns: int) -> Matrix:
    """The matrix that a result is written to: `values`, checked to be writable, or a new one."""
    if values is None:
        return Matrix.of((n_rows, n_columns), zeros(n_rows * n_columns))
    if not isinstance(values, Matrix) and _view(values) is None:
        raise TypeError(f"out: expected a float64 buffer, got {type(values).__name__}")
    result = matrix("out", values, n_rows, n_columns)
    _check_writable("out", result.data)
    return result


def vector_out(values: Any, count: int) -> memoryview[float]:
    """The vector that a result is written to: `values`, checked to be writable, or a new one."""
    if values is None:
        return zeros(count)
    return vector_in_place("out", values, count)


def vector_in_place(name: str, values: Any, count: int | None = None) -> memoryview[float]:
    """A vector that C changes where it lies: a writable float64 buffer, never a list."""
    if _view(values) is None:
        raise TypeError(f"{name}: expected a writable float64 buffer, got {type(values).__name__}")
    result = vector(name, values, count)
    _check_writable(name, result)
    return result


def _view(values: Any) -> memoryview[float] | None:
    try:
        return memoryview(values)
    except (TypeError, ValueError):
        return None


def _flat_view(name: str, view: memoryview[Any]) -> memoryview[float]:
    """A float64 buffer of any shape as one dimension, where it lies."""
    if view.format not in FLOAT64_FORMATS:
        raise TypeError(f"{name}: expected float64 ('d'), got a buffer of format {view.format!r}")
    if not view.c_contiguous:
        raise ValueError(f"{name}: expected a C-contiguous buffer, got strides {view.strides}")
    if view.nbytes == 0:
        return zeros(0)
    flat = view.cast("B").cast("d")
    if misaligned(pointer(flat)):
        raise ValueError(f"{name}: expected memory aligned to {ALIGNMENT} bytes; copy it first")
    return flat


def _matrix_of_lists(name: str, rows: Any, n_columns: int | None) -> Matrix:
    if not isinstance(rows, Sequence) or isinstance(rows, (str, bytes)):
        raise TypeError(f"{name}: expected a list of rows, got {type(rows).__name__}")
    if len(rows) == 0:
        return Matrix(0, n_columns or 0)
    data = array("d")
    width = None
    for s, row in enumerate(rows):
        numbers = _array(f"{name}[{s}]", row)
        if width is None:
            width = len(numbers)
        elif len(numbers) != width:
            raise ValueError(
                f"{name}: expected rows of {width} numbers, got {len(numbers)} in row {s}"
            )
        data.extend(numbers)
    return Matrix(len(rows), width or 0, data)


def _array(name: str, values: Any) -> array:
    unordered = (str, bytes, bytearray, Set, Mapping)
    # Python 3.9's memoryview has no __iter__
    iterable = hasattr(values, "__iter__") or hasattr(values, "__getitem__")
    if isinstance(values, unordered) or not iterable:
        raise TypeError(f"{name}: expected numbers in a list, got {type(values).__name__}")
    values = list(values)
    for value in values if set(map(type, values)) - {float} else ():
        if not is_number(value):
            raise TypeError(f"{name}: expected numbers, got {shown(value)}")
    try:
        return array("d", values)
    except TypeError:
        raise TypeError(f"{name}: expected numbers, got {shown(values)}") from None
    except OverflowError:
        raise ValueError(f"{name}: expected float64 numbers, got a larger integer") from None


def _check_count(name: str, found: int, expected: int) -> None:
    if found != expected:
        raise ValueError(f"{name}: expected {expected} numbers, got {found}")


def _check_writable(name: str, view: memoryview[Any]) -> None:
    if view.readonly:
        raise ValueError(f"{name}: expected a writable buffer, got a read-only one")
