"""The inputs of a data set as C reads them: where they lie, in their own type, zeros left out."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from ..annotations import Any
from . import core
from .core import ffi, lib
from .matrices import vector
from .memory import SIZES, Memory, zeros

PN_INPUTS = ffi.typeof("struct pn_inputs *")
UINT16S, UINT32S = ffi.typeof("uint16_t[]"), ffi.typeof("uint32_t[]")
unset = ffi.new_allocator(should_clear_after_alloc=False)
TYPES = {"d": lib.PN_FLOAT64, "f": lib.PN_FLOAT32, "B": lib.PN_UINT8}
LARGEST_SHARE = 0.3  # of inputs that are not 0, for which the dense products take no less
TILE, MOST_COLUMNS, PN_NO_ROOM = lib.PN_TILE, lib.PN_MOST_COLUMNS, lib.PN_NO_ROOM
MOST_FOUND = 2**32 - TILE
AT_ONCE = 2**22  # numbers that one call of C looks at


class Inputs(tuple):
    """A matrix (n, n_in) of float64, float32 or bytes, used where it lies, never copied: a tuple of
    what follows, which is made soon and can't be changed. `name_columns` may find `named`, the
    inputs that are not 0, as struct pn_inputs has them."""

    __slots__ = ()
    memory: Memory = property(itemgetter(0))  # type: ignore[assignment]
    shape: tuple[int, int] = property(itemgetter(1))  # type: ignore[assignment]
    named: list = property(itemgetter(2))  # type: ignore[assignment]

    @property
    def data(self) -> memoryview[Any]:
        """All numbers, row by row."""
        return self.memory.view()

    @property
    def struct(self) -> Any:
        """A struct pn_inputs, which holds as long as this object is kept."""
        return ffi.new(PN_INPUTS, (self.memory.pointer, TYPES[self.memory.format], self.shape[1]))

    def scaled(self, offset: Sequence[float], scale: Sequence[float]) -> Inputs:
        """(x − offset) / scale of each input, in memory of its own."""
        n, n_in = self.shape
        offsets, scales = vector("offset", offset), vector("scale", scale)
        S, struct = zeros(n * n_in), self.struct
        rows = max(1, AT_ONCE // n_in)
        for first in range(0, n, rows):
            part = S.part(first * n_in, min(rows, n - first) * n_in)
            some = part.count // n_in
            lib.pn_read_columns(part.pointer, struct, (ffi.NULL, first, some), 0, n_in)
            lib.pn_scale_inputs(
                part.pointer, part.pointer, offsets.pointer, scales.pointer, some, n_in
            )
        return Inputs((S, self.shape, []))

    def name_columns(self) -> bool:
        """Names the inputs that are not 0, 2 bytes each, unless it doesn't pay to leave the others
        out of products: where few are 0, or the names are no smaller than what they are for.
        Whether all inputs were looked at, and are finite."""
        n, n_in = self.shape
        if not TILE <= n_in <= MOST_COLUMNS or not core.active.sparse:
            return False
        tiles = (n_in + TILE - 1) // TILE
        nbytes = self.memory.count * SIZES[self.memory.format]
        most = min(int(LARGEST_SHARE * n * n_in), MOST_FOUND, (nbytes - 4 * (n * tiles + 1)) // 2)
        if most <= 0:
            return False
        columns, starts = unset(UINT16S, most + TILE), unset(UINT32S, n * tiles + 1)
        starts[0], found, struct = 0, 0, self.struct
        rows = max(1, AT_ONCE // n_in)
        for first in range(0, n, rows):
            some = min(rows, n - first)
            # Their share of what is looked at, and a tenth of all: dense inputs are soon given up.
            seen = int(LARGEST_SHARE * n_in * (first + some))
            room = min(most, seen + most // 10) + TILE
            found |= lib.pn_find_columns(
                core.active.table, columns, starts, struct, room, first, some
            )
            if found & PN_NO_ROOM:
                return False
        core.refuse(found)
        self.named[:] = columns, starts
        return not found
