"""The inputs of a data set as C reads them: where they lie, in their own type, zeros left out."""

from __future__ import annotations

from collections.abc import Sequence

from ..annotations import Any
from ..door import Block
from ..frozen import Frozen
from . import core
from .core import ffi, lib
from .matrices import vector
from .memory import SIZES, Memory, held_or_copied, zeros

TYPES = {"d": lib.PN_FLOAT64, "f": lib.PN_FLOAT32, "B": lib.PN_UINT8}
NARROW, NARROW_SHARE, WIDE_SHARE = 64, 0.3, 0.12  # where the dense products take as long
MOST_FOUND = 2**32 - lib.PN_TILE
AT_ONCE = 2**22  # numbers that one call of C looks at


class Inputs(Frozen):
    """A matrix (n, n_in) of float64, float32 or bytes, used where it lies, never copied."""

    __slots__ = ("memory", "shape")
    memory: Memory
    shape: tuple[int, int]

    def __init__(self, memory: Memory, shape: tuple[int, int]) -> None:
        self._fill(memory=memory, shape=shape)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def type(self) -> int:
        """The enum pn_number of its numbers."""
        return TYPES[self.memory.format]

    @property
    def struct(self) -> Any:
        """A struct pn_inputs, which holds as long as this object is kept."""
        struct = ffi.new("struct pn_inputs *")
        struct.X, struct.type, struct.n_in = self.memory.pointer, self.type, self.shape[1]
        return struct

    def scaled(self, offset: Sequence[float], scale: Sequence[float]) -> Inputs:
        """(x − offset) / scale of each input, in memory of its own."""
        n, n_in = self.shape
        offsets, scales, inputs = vector("offset", offset), vector("scale", scale), self.struct
        S = zeros(n * n_in)
        rows = max(1, AT_ONCE // n_in)
        for first in range(0, n, rows):
            part = S.part(first * n_in, min(rows, n - first) * n_in)
            some = part.count // n_in
            lib.pn_read_columns(part.pointer, inputs, (ffi.NULL, first, some), 0, n_in)
            lib.pn_scale_inputs(
                part.pointer, part.pointer, offsets.pointer, scales.pointer, some, n_in
            )
        return Inputs(S, self.shape)


class Columns(Frozen):
    """Which inputs are not 0, 2 bytes each: `columns` and `starts` as struct pn_inputs has them."""

    __slots__ = ("columns", "starts")
    columns: Any
    starts: Any

    def __init__(self, columns: Any, starts: Any) -> None:
        self._fill(columns=columns, starts=starts)


def inputs_of(block: Block) -> Inputs:
    """A block as inputs, where it lies."""
    return Inputs(held_or_copied(block.numbers), block.shape)


def columns_of(inputs: Inputs, n_out: int) -> Columns | None:
    """Which inputs are not 0, or None where it doesn't pay to leave zeros out of products with
    n_out columns: where few are 0, or the list of the others is no smaller than what it is for."""
    n, n_in = inputs.shape
    if not lib.PN_TILE <= n_in <= lib.PN_MOST_COLUMNS or not core.active.sparse:
        return None
    tiles = (n_in + lib.PN_TILE - 1) // lib.PN_TILE
    share = NARROW_SHARE if n_out <= NARROW else WIDE_SHARE
    nbytes = inputs.memory.count * SIZES[inputs.memory.format]
    most = min(int(share * n * n_in), MOST_FOUND, (nbytes - 4 * (n * tiles + 1)) // 2)
    count = count_nonzero(inputs)
    if count > most:
        return None
    room = count + lib.PN_TILE
    columns = ffi.new("uint16_t[]", room)
    starts, struct = ffi.new("uint32_t[]", n * tiles + 1), inputs.struct
    rows = max(1, AT_ONCE // n_in)
    for first in range(0, n, rows):
        some = min(rows, n - first)
        if not lib.pn_find_columns(columns, starts, struct, room, first, some):
            return None  # somebody changes the inputs meanwhile
    return Columns(columns, starts)


def count_nonzero(inputs: Inputs) -> int:
    """How many inputs are not 0."""
    memory, kind, found = inputs.memory, inputs.type, 0
    for start in range(0, memory.count, AT_ONCE):
        size = min(AT_ONCE, memory.count - start)
        found += lib.pn_count_nonzero(memory.pointer + start, kind, size)
    return found


def first_not_finite(numbers: Memory) -> int:
    """The index of the first number that is not finite, or their count."""
    kind = TYPES[numbers.format]
    for start in range(0, numbers.count, AT_ONCE):
        size = min(AT_ONCE, numbers.count - start)
        found = core.unchecked.pn_first_not_finite(numbers.pointer + start, kind, size)
        if found < size:
            return start + found
    return numbers.count


def first_outside(numbers: Memory, low: float, high: float, width: int = 1) -> int:
    """The first row of that width whose sum is not low … high, or how many rows there are."""
    n, some = numbers.count // width, max(1, AT_ONCE // width)
    for first in range(0, n, some):
        size = min(some, n - first)
        rows = numbers.pointer + first * width
        found = lib.pn_first_outside(rows, low, high, size, width)
        if found < size:
            return first + found
    return n
