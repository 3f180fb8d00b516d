"""Matrices and vectors that C can use, and how they come from what a user passes."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .. import door
from ..annotations import Any
from ..checks import check_count, counted
from ..frozen import Frozen
from .memory import MOST_NUMBERS, Memory, copied, held, zeros

FLOAT64_FORMATS = ("d", "@d", "=d", "<d" if sys.byteorder == "little" else ">d")
MOST_EMPTY_ROWS = 2**20  # of a matrix without columns: C goes through them all the same


class Matrix(Frozen):
    """A matrix (n_rows, n_columns) of float64, row-major in one buffer, read as a list of rows.

    `matrix[s]` is row s as a memoryview of that buffer, `matrix.tolist()` a list of lists.
    `data` is any float64 buffer of n_rows·n_columns elements, used where it lies; zeros if it is
    left out. Raises ValueError where its size does not fit, TypeError for another kind of buffer.
    """

    __slots__ = ("memory", "shape")
    memory: Memory
    shape: tuple[int, int]

    def __init_subclass__(cls) -> None:
        raise TypeError("Matrix: expected no subclass, since C relies on what a Matrix says")

    def __init__(self, n_rows: int, n_columns: int, data: Any = None) -> None:
        n_rows = check_count("n_rows", n_rows, 0)
        n_columns = check_count("n_columns", n_columns, 0)
        _check_rows("n_rows", n_rows, n_columns)
        memory = zeros(n_rows * n_columns) if data is None else in_place("data", data, dimensions=2)
        if memory.count != n_rows * n_columns:
            expected = counted(n_rows * n_columns, "number")
            raise ValueError(f"data: expected {expected}, got {memory.count}")
        self._fill(memory=memory, shape=(n_rows, n_columns))

    @property
    def data(self) -> memoryview[Any]:
        """All numbers, row by row."""
        return self.memory.view()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, row: int) -> memoryview[Any]:
        n_rows, n_columns = self.shape
        if not -n_rows <= row < n_rows:
            raise IndexError(f"row {row} of a matrix with {n_rows} rows")
        start = row % n_rows * n_columns
        return self.data[start : start + n_columns]

    def __iter__(self) -> Iterator[memoryview[Any]]:
        data, (n_rows, n_columns) = self.data, self.shape
        return (data[s * n_columns : (s + 1) * n_columns] for s in range(n_rows))

    def __repr__(self) -> str:
        return f"Matrix({self.shape[0]}, {self.shape[1]})"

    def tolist(self) -> list[list[float]]:
        """The rows as lists of floats."""
        n_rows, n_columns = self.shape
        rows: list[list[float]] = []
        data: Any = self.data
        some = max(1, door.AT_ONCE // max(1, n_columns))
        for first in range(0, n_rows, some):
            last = min(first + some, n_rows)
            flat = data[first * n_columns : last * n_columns].tolist()
            rows += [flat[s * n_columns : (s + 1) * n_columns] for s in range(last - first)]
        return rows


def made(memory: Memory, n_rows: int, n_columns: int) -> Matrix:
    """A matrix of that shape in memory of that size."""
    matrix = Matrix.__new__(Matrix)
    object.__setattr__(matrix, "memory", memory)  # one by one, which is faster than `_fill`
    object.__setattr__(matrix, "shape", (n_rows, n_columns))
    return matrix


def new(n_rows: int, n_columns: int) -> Matrix:
    """A new matrix of that shape, all 0."""
    return made(zeros(n_rows * n_columns), n_rows, n_columns)


def matrix(name: str, values: Any) -> Matrix:
    """The values as a Matrix, where they lie if they can be.

    Raises TypeError or ValueError that names what was expected and what came.
    """
    if type(values) is not Matrix:
        return matrix_of(name, door.matrix(name, values))
    if values.shape[0] * values.shape[1] != values.memory.count:
        raise ValueError(f"{name}: expected {values.memory.count} numbers, got {values!r}")
    return values


def matrix_of(name: str, block: door.Block) -> Matrix:
    """A block as a Matrix."""
    n_rows, n_columns = block.shape
    _check_rows(name, n_rows, n_columns)
    view = block.view if block.view.format == "d" else door.float64(block.numbers)
    return made(held(view) or copied(view), n_rows, n_columns)


def vector(name: str, values: Any) -> Memory:
    """The values as a vector, where they lie if they can be.

    Raises TypeError or ValueError that names what was expected and what came.
    """
    numbers = door.vector(name, values)
    return held(numbers) or copied(numbers)


def in_place(name: str, values: Any, writable: bool = False, dimensions: int = 1) -> Memory:
    """A buffer of at most so many dimensions that C uses where it lies, never a copy.

    Raises TypeError or ValueError that names what was expected and what came.
    """
    view = door.buffer_view(values)
    if view is None or view.format not in FLOAT64_FORMATS:
        what = type(values).__name__ if view is None else f"a buffer of format {view.format!r}"
        raise TypeError(f"{name}: expected a buffer of float64 ('d'), got {what}")
    if view.ndim > dimensions:
        allowed = "1 dimension" if dimensions == 1 else f"1 to {dimensions} dimensions"
        raise ValueError(f"{name}: expected {allowed}, got {view.ndim}")
    if writable and view.readonly:
        raise ValueError(f"{name}: expected a writable buffer, got a read-only one")
    if not view.c_contiguous:
        raise ValueError(f"{name}: expected a C-contiguous buffer, got strides {view.strides}")
    memory = zeros(0) if view.nbytes == 0 else held(view.cast("B").cast("d"))
    if memory is None:
        raise ValueError(f"{name}: expected memory that C can use where it lies; copy it first")
    return memory


def _check_rows(name: str, n_rows: int, n_columns: int) -> None:
    """Refuses more numbers than memory can have, and rows of nothing that take C for ever."""
    if n_rows * n_columns > MOST_NUMBERS or (n_columns == 0 and n_rows > MOST_EMPTY_ROWS):
        limit = f"{MOST_NUMBERS} numbers" if n_columns else f"{MOST_EMPTY_ROWS} rows of no columns"
        raise ValueError(f"{name}: expected at most {limit}, got {n_rows} rows of {n_columns}")
