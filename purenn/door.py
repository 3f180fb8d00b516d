"""The door: numbers that a user passes, looked at once, as one block that an engine can read.

Lists are packed into float64 in one pass; only where that fails is the culprit looked for.
Contiguous buffers of float64, float32 or bytes stay where they lie; others become float64.
Everything here raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

from itertools import islice
from math import isfinite
from struct import calcsize, iter_unpack, pack, pack_into
from struct import error as StructError

from .annotations import Any, Iterable, Mapping, Sequence
from .checks import STRINGS, check_finite, check_number, counted, is_number, shown

LISTS = (list, tuple, bytes, bytearray)
NUMBER_FORMATS = frozenset("?bBhHiIlLqQnNefd")
PLAIN_SIZES = {"d": 8, "f": 4, "B": 1}  # bytes of a number that stays where it lies
AT_ONCE = 2**16  # numbers in one call of Python's own C code
NUMBERS_AT_ONCE = 2**10  # of narrow rows: as many as stay in a cache
ROWS, REALS = frozenset((list, tuple)), frozenset((float, int, bool))


class Block:
    """Numbers in rows: `view` is a contiguous memoryview of format d, f or B, of any dimensions.

    `shape` is (n_rows, n_columns); `one_row` tells whether a row was given, and not rows.
    """

    __slots__ = ("one_row", "shape", "view")

    def __init__(self, view: Any, shape: tuple[int, int], one_row: bool = False) -> None:
        self.view, self.shape, self.one_row = view, shape, one_row

    @property
    def numbers(self) -> memoryview[Any]:
        """All of them, row by row."""
        return flat(self.view)

    @property
    def rows(self) -> memoryview[Any]:
        """All of them, in two dimensions."""
        form: Any = self.view.format
        return self.view.cast("B").cast(form, self.shape)

    def row(self, row: int) -> list[float]:
        """The numbers of that row."""
        n_columns = self.shape[1]
        numbers: Any = self.numbers[row * n_columns : (row + 1) * n_columns]
        return numbers.tolist()


def float64_row(values: Any, n: int) -> memoryview[Any] | None:
    """One row of n float64 numbers where they lie; None where the values are anything else."""
    if type(values) is list or type(values) is tuple:
        return None
    try:
        view = memoryview(values)
    except (TypeError, ValueError):
        return None
    plain = view.shape == (n,) and view.format == "d" and view.itemsize == 8
    return view if plain and view.c_contiguous else None


def matrix(name: str, values: Any, n_columns: int | None = None, what: str = "") -> Block:
    """The values in rows of n_columns, or as wide as the first one.

    Where `what` says what a row is, at least one is needed, and a single flat row will do.
    """
    view = buffer_view(values)
    if view is None:
        block = _rows(name, values, n_columns, what)
    elif view.ndim == 2 and view.nbytes and is_plain(view):
        shape: Any = view.shape
        block = Block(view, shape)
    else:
        block = _buffer(name, view, what)
    if n_columns is not None and block.shape[1] != n_columns:
        numbers, got = counted(n_columns, "number"), block.shape[1]
        if block.one_row:
            raise ValueError(
                f"{name}: expected a row of {numbers}, or a list of such rows, "
                f"got {counted(got, 'number')} in one row"
            )
        raise ValueError(f"{name}: expected rows of {numbers}, got {got}")
    return block


def column(name: str, values: Any) -> Block:
    """Targets as a matrix of one column, from rows of one number or from the numbers alone."""
    view = buffer_view(values)
    if view is not None and view.ndim == 1 and view.nbytes:
        return Block(_plain(name, view), (len(view), 1))
    if view is None and isinstance(values, Sequence) and not isinstance(values, STRINGS):
        values = items(name, values)
        packed = _packed([values], len(values)) if values and type(values[0]) in REALS else None
        if packed is not None:
            return Block(packed, (len(values), 1))
        values = [row if is_row(row) else [row] for row in values]
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
    if isinstance(values, LISTS):
        return None
    try:
        return memoryview(array_of(values))
    except (TypeError, ValueError):
        return None


def array_of(values: Any) -> Any:
    """The array that a table or a column of pandas gives; anything else as it is."""
    return values.to_numpy() if hasattr(values, "to_numpy") else values


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
    """The numbers of a buffer: where they lie, or else as float64 in one dimension."""
    form: Any = view.format
    if view.nbytes == 0:
        return memoryview(b"").cast("d")
    if is_plain(view):
        return view
    if form.lstrip("@=<>") not in NUMBER_FORMATS or calcsize(form) != view.itemsize:
        raise TypeError(f"{name}: expected numbers, got a buffer of format {form!r}")
    unpacked = iter_unpack(form, view.tobytes())
    return _joined(iter(lambda: [number for (number,) in islice(unpacked, AT_ONCE)], []))


def is_plain(view: memoryview[Any]) -> bool:
    """Whether an engine can read the numbers where they lie."""
    return PLAIN_SIZES.get(view.format) == view.itemsize and view.c_contiguous


def flat(view: memoryview[Any]) -> memoryview[Any]:
    """A contiguous view in one dimension."""
    form: Any = view.format
    return view if view.ndim == 1 else view.cast("B").cast(form)


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
        packed += pack(f"{len(part)}d", *part)
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
        rows, n_columns = [rows], None
    width = n_columns
    if width is None:
        width = len(_list_of(f"{name}[0]", rows[0]))
    packed = _packed(rows, width)
    if packed is None:
        raise _culprit(name, rows, n_columns)
    return Block(packed, (len(rows), width), one_row)


def _packed(rows: list, width: int) -> memoryview[Any] | None:
    """The rows as float64, one after the other; None where one is not `width` real numbers."""
    packed, some = bytearray(), max(1, NUMBERS_AT_ONCE // max(1, width))
    nbytes = calcsize("d") * width
    try:
        for first in range(0, len(rows), some):
            part = rows[first : first + some]
            if not ROWS.issuperset(map(type, part)):
                part = [row if type(row) in ROWS else _list_of("", row) for row in part]
            if {*map(len, part)} != {width}:
                return None
            numbers = part[0]
            if len(part) > 1:
                numbers = []
                for row in part:
                    numbers += row
            if numbers and not _are_real(numbers):
                return None
            packed = packed or bytearray(nbytes * len(rows))
            pack_into(f"{width * len(part)}d", packed, nbytes * first, *numbers)
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
    """Whether all are real numbers: at a glance where they add up to one, or by their types."""
    if type(row[0]) in REALS:
        try:
            if type(sum(row, 0.0)) is float:
                return True
        except (ArithmeticError, TypeError, ValueError):
            pass
    kinds = {*map(type, row)}
    return all(issubclass(kind, (float, int)) for kind in kinds) or all(map(is_number, row))


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
