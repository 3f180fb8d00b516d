"""The inputs of a data set as C reads them: where they lie, in their own type, zeros left out."""

from __future__ import annotations

from ..annotations import Any
from . import core
from .buffers import Fixed, Matrix, matrix
from .core import address, ffi, lasting_pointer, lib, unchecked

TYPES = {"d": lib.PN_FLOAT64, "f": lib.PN_FLOAT32, "B": lib.PN_UINT8}
TILE = 64  # inputs whose columns begin at a known place: csrc/simd/sparse.h
NARROW, NARROW_SHARE, WIDE_SHARE = 64, 0.3, 0.12  # where the dense products take as long
MOST_COLUMNS = 2**16
MOST_NONZERO = 2**32
AT_ONCE = 2**24  # numbers that one call of C looks at


class Inputs(Fixed):
    """A matrix (n, n_in) of float64, float32 or bytes, used where it lies, never copied.

    `view` is the buffer. `find_zeros` decides whether zeros are left out of the products of the
    first layer: then `columns` and `starts` name the other inputs, 2 bytes each.
    """

    __slots__ = ("columns", "shape", "starts", "type", "view")
    view: memoryview[Any]
    shape: tuple[int, int]
    type: int
    columns: bytearray | None
    starts: bytearray | None

    def __init__(self, name: str, values: Any, n_columns: int) -> None:
        view, shape = _narrow(values), (0, 0)
        if view is not None:
            shape = (len(view), n_columns)
            if view.shape != shape:
                raise ValueError(f"{name}: expected {n_columns} columns, got shape {view.shape}")
        else:
            doubles = matrix(name, values, n_columns=n_columns)
            view, shape = doubles.data, doubles.shape
        self._set("view", view)
        self._set("shape", shape)
        self._set("type", TYPES[view.format])
        self._set("columns", None)
        self._set("starts", None)

    def __len__(self) -> int:
        return self.shape[0]

    def fill(self, struct: Any) -> None:
        """Writes a struct pn_inputs, which holds as long as this object is kept."""
        struct.X = lasting_pointer(self.view, "void *")
        struct.type = self.type
        struct.n_in = self.shape[1]
        if self.columns is not None:
            struct.columns = lasting_pointer(self.columns, "uint16_t *")
            struct.starts = lasting_pointer(self.starts, "uint32_t *")

    def find_zeros(self, n_out: int) -> None:
        """Leaves zeros out of products with n_out columns, if so many are 0 that it pays."""
        n, n_in = self.shape
        if not TILE <= n_in <= MOST_COLUMNS or not core.active.sparse:
            return
        count = self._count_nonzero()
        tiles = (n_in + TILE - 1) // TILE
        starts_size = 4 * (n * tiles + 1)
        share = NARROW_SHARE if n_out <= NARROW else WIDE_SHARE
        if count > share * n * n_in or count >= MOST_NONZERO:
            return
        if 2 * count + starts_size >= self.view.nbytes:
            return  # it would not be smaller than what it stands for
        self._set("columns", bytearray(2 * (count + 1)))
        self._set("starts", bytearray(starts_size))
        struct = ffi.new("struct pn_inputs *")
        self.fill(struct)
        columns = ffi.from_buffer("uint16_t[]", self.columns)
        starts = ffi.from_buffer("uint32_t[]", self.starts)
        rows = max(1, AT_ONCE // n_in)
        for first in range(0, n, rows):
            lib.pn_find_columns(columns, starts, struct, first, min(rows, n - first))

    def _count_nonzero(self) -> int:
        X, count = ffi.from_buffer(self.view), self.shape[0] * self.shape[1]
        size = self.view.itemsize
        return sum(
            lib.pn_count_nonzero(X + start * size, self.type, min(AT_ONCE, count - start))
            for start in range(0, count, AT_ONCE)
        )


def _narrow(values: Any) -> memoryview[Any] | None:
    """The float32 numbers or bytes of a contiguous buffer (n, n_in), or None for anything else."""
    try:
        view = memoryview(values)
    except (TypeError, ValueError):
        return None
    if view.format not in ("f", "B") or view.ndim != 2 or not view.c_contiguous or not view.nbytes:
        return None
    return None if address(view) % view.itemsize else view


def first_not_finite(view: memoryview[Any]) -> int:
    """The index of the first number of a flat buffer that is not finite, or their count."""
    X, kind = ffi.from_buffer(view), TYPES[view.format]
    count = len(view)
    for start in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - start)
        found = unchecked.pn_first_not_finite(X + start * view.itemsize, kind, size)
        if found < size:
            return start + found
    return count


def first_outside(A: Matrix, low: float, high: float) -> int:
    """The index of the first number outside of low … high, or their count."""
    return lib.pn_first_outside(core.pointer(A.data), low, high, len(A.data))
