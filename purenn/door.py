"""The door: numbers that a user passes, looked at once, as one block that an engine can read.

Lists are packed into float64 in one pass; only where that fails is the culprit looked for.
Contiguous buffers of float64, float32 or bytes stay where they lie; others become float64.
Everything here raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

from itertools import islice
from math import isfinite
from struct import Struct, calcsize, iter_unpack
from struct import error as StructError

from .annotations import Any, Iterable, Mapping, Sequence
from .checks import STRINGS, check_finite, check_number, counted, is_number, shown

NUMBER_FORMATS = frozenset("?bBhHiIlLqQnNefd")
PLAIN_FORMATS = frozenset("dfB")
AT_ONCE = 2**16  # numbers in one call of Python's own C code


class Block:
    """Numbers in rows: `numbers`, row by row, is a memoryview of format d, f or B.

    `shape` is (n_rows, n_columns); `one_row` tells whether a row was given, and not rows.
    """

    __slots__ = ("numbers", "one_row", "shape")

    def __init__(self, numbers: Any, shape: tuple[int, int], one_row: bool = False) -> None:
        self.numbers, self.shape, self.one_row = numbers, shape, one_row

    def row(self, row: int) -> list[float]:
        """The numbers of that row."""
        n_columns = self.shape[1]
        numbers: Any = self.numbers[row * n_columns : (row + 1) * n_columns]
        return numbers.tolist()


def float64_row(values: Any, n: int) -> memoryview[Any] | None:
    """One row of n float64 numbers where they lie; None where the values are anything else."""
    view = buffer_view(values)
    if view is None or view.format != "d" or view.shape != (n,) or not view.c_contiguous:
        return None
    return view


def matrix(name: str, values: Any, n_columns: int | None = None, what: str = "") -> Block:
    """The values in rows of n_columns, or as wide as the first one.

    Where `what` says what a row is, at least one is needed, and a single flat row will do.
    """
    view = buffer_view(values)
    block = _rows(name, values, n_columns, what) if view is None else _buffer(name, view, what)
    if n_columns is not None and block.shape[1] != n_columns:
        numbers = counted(n_columns, "number")
        raise ValueError(f"{name}: expected rows of {numbers}, got {block.shape[1]}")
    return block


def column(name: str, values: Any) -> Block:
    """Targets as a matrix of one column, from rows of one number or from the numbers alone."""
    view = buffer_view(values)
    if view is not None and view.ndim == 1 and view.nbytes:
        numbers = _plain(name, view)
        return Block(numbers, (len(numbers), 1))
    if view is None and isinstance(values, Sequence) and not isinstance(values, STRINGS):
        values = [row if is_row(row) else [row] for row in items(name, values)]
    return matrix(name, values, 1, "target")


def not_finite(name: str, block: Block, row: int) -> ValueError:
    """The error for a row that is not all finite."""
    values = block.row(row)
    column = next((k for k, value in enumerate(values) if not isfinite(value)), 0)
    return ValueError(f"{name}[{row}][{column}]: expected finite numbers, got {values[column]}")


def vector(name: str, values: Any, count: int | None = None) -> memoryview[Any]:
    """The values as float64: `count` numbers, or as many as there are."""
    view = buffer_view(values)
    if view is None:
        row = _list_of(name, values)
        packed = _packed([row], len(row))
        if packed is None:
            raise _culprit_of_row(name, row, None) or _unsteady(name)
        numbers = packed
    elif view.ndim != 1:
        raise ValueError(f"{name}: expected 1 dimension, got {view.ndim}")
    else:
        numbers = float64(_plain(name, view))
    if count is not None and len(numbers) != count:
        raise ValueError(f"{name}: expected {counted(count, 'number')}, got {len(numbers)}")
    return numbers


def finite_row(name: str, values: Any, count: int) -> list[float]:
    """The values as a list of `count` finite numbers."""
    row = vector(name, values, count).tolist()
    return [check_finite(f"{name}[{index}]", number) for index, number in enumerate(row)]


def buffer_view(values: Any) -> memoryview[Any] | None:
    """A memoryview of the values, or None where they are no buffer.

    bytes are refused as numbers: they are more likely meant as characters.
    """
    if isinstance(values, (list, tuple, bytes, bytearray)):
        return None
    try:
        return memoryview(values)
    except (TypeError, ValueError):
        return None


def items(name: str, values: Any) -> list:
    """As many items as the values say they have, even if iterating over them would never end."""
    try:
        return list(islice(values, len(values)))
    except NotImplementedError:  # of a memoryview with several dimensions
        raise TypeError(f"{name}: expected a list, got {shown(values)}") from None


def is_row(value: Any) -> bool:
    """Whether the value holds things in an order."""
    return (
        hasattr(value, "__len__")
        and hasattr(value, "__getitem__")
        and getattr(value, "shape", None) != ()
        and not isinstance(value, (*STRINGS, Mapping))
    )


def _buffer(name: str, view: memoryview[Any], what: str) -> Block:
    shape = view.shape or ()
    if view.ndim != 2 and not (what and view.ndim == 1):
        dimensions = "1 or 2 dimensions" if what else "2 dimensions (rows, columns)"
        raise ValueError(f"{name}: expected {dimensions}, got {view.ndim}")
    if what and 0 in shape:
        raise ValueError(f"{name}: expected at least one {what}, got shape {shape}")
    one_row = view.ndim == 1
    return Block(_plain(name, view), (1, shape[0]) if one_row else (shape[0], shape[1]), one_row)


def _plain(name: str, view: memoryview[Any]) -> memoryview[Any]:
    """The numbers of a buffer in one dimension: where they lie, or else as float64."""
    form: Any = view.format
    if view.nbytes == 0:
        return memoryview(b"").cast("d")
    if form in PLAIN_FORMATS and view.c_contiguous:
        return view.cast("B").cast(form)
    if form.lstrip("@=<>") not in NUMBER_FORMATS or calcsize(form) != view.itemsize:
        raise TypeError(f"{name}: expected numbers, got a buffer of format {form!r}")
    unpacked = iter_unpack(form, view.tobytes())
    return _joined(iter(lambda: [number for (number,) in islice(unpacked, AT_ONCE)], []))


def float64(numbers: memoryview[Any]) -> memoryview[Any]:
    """The same numbers as float64."""
    if numbers.format == "d":
        return numbers
    starts = range(0, len(numbers), AT_ONCE)
    return _joined(numbers[start : start + AT_ONCE].tolist() for start in starts)


def _joined(parts: Iterable[Sequence[float]]) -> memoryview[Any]:
    """Numbers as float64, part by part, so that Ctrl-C comes through."""
    packed = bytearray()
    for part in parts:
        packed += Struct(f"{len(part)}d").pack(*part)
    return memoryview(packed).cast("d")


def _rows(name: str, values: Any, n_columns: int | None, what: str) -> Block:
    if not isinstance(values, Sequence) or isinstance(values, STRINGS):
        raise TypeError(f"{name}: expected a list of rows, got {type(values).__name__}")
    rows = items(name, values)
    if not rows:
        if what:
            raise ValueError(f"{name}: expected at least one {what}, got none")
        return Block(memoryview(b"").cast("d"), (0, n_columns or 0))
    one_row = bool(what) and is_number(rows[0])
    if one_row:
        rows = [rows]
    width = n_columns
    if width is None:
        width = len(_list_of(f"{name}[0]", rows[0]))
    packed = _packed(rows, width)
    if packed is None:
        raise _culprit(name, rows, n_columns)
    return Block(packed, (len(rows), width), one_row)


def _packed(rows: list, width: int) -> memoryview[Any] | None:
    """The rows as float64, one after the other; None where one is not `width` real numbers."""
    pack = Struct(f"{width}d").pack
    packed = bytearray()
    try:
        for row in rows:
            if type(row) is not list and type(row) is not tuple:
                row = _list_of("", row)
            if [*map(type, row)].count(float) != len(row) and not _are_real(row):
                return None
            packed += pack(*row)
    except (TypeError, ValueError, OverflowError, StructError):
        return None
    return memoryview(packed).cast("d")


def _list_of(name: str, row: Any) -> list:
    """The row as a list that nobody else has."""
    if is_row(row):
        view = buffer_view(row)
        if view is None:
            return items(name, row)
        if view.ndim == 1:
            return _plain(name, view).tolist()
    raise TypeError(f"{name}: expected a row of numbers, got {shown(row)}")


def _are_real(row: Sequence) -> bool:
    """Whether all are real numbers: at a glance where their types say so."""
    return all(issubclass(kind, (float, int)) for kind in {*map(type, row)}) or all(
        map(is_number, row)
    )


def _culprit(name: str, rows: list, n_columns: int | None) -> Exception:
    """What is wrong in rows that can't be packed."""
    for index, row in enumerate(rows):
        place = f"{name}[{index}]"
        error = _culprit_of_row(place, row, n_columns)
        if error is not None:
            return error
        n_columns = len(row)
    return _unsteady(name)


def _culprit_of_row(name: str, row: Any, n_columns: int | None) -> Exception | None:
    expected = "numbers" if n_columns is None else counted(n_columns, "number")
    try:
        values = _list_of(name, row)
    except TypeError:
        return TypeError(f"{name}: expected a row of {expected}, got {shown(row)}")
    if n_columns is not None and len(values) != n_columns:
        return ValueError(f"{name}: expected a row of {expected}, got {len(values)}")
    for index, value in enumerate(values):
        try:
            check_number(f"{name}[{index}]", value)
        except (TypeError, ValueError) as error:
            return error
    return None


def _unsteady(name: str) -> Exception:
    return TypeError(f"{name}: expected numbers that stay as they are while they are read")
