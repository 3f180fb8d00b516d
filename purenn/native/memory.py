"""Memory that C may use: it stays where it is as long as whoever points at it keeps it.

A pointer is never kept without the Memory that it points into. What keeps a user's buffer in place
is an export of its own, which no release of a view and no resizing can take away (but for NumPy's
`resize(refcheck=False)` and `ctypes.resize`, which ask nobody). It is an export of the buffer's
owner and not of a memoryview: where a memoryview that is exported ends in a cycle of garbage,
CPython crashes.
"""

from __future__ import annotations

import sys

from ..annotations import Any
from ..checks import shown
from ..frozen import Frozen
from .core import ffi

ADDRESS = ffi.typeof("uintptr_t")
CACHE_LINE = 64  # bytes
HUGE_PAGE = 2**21  # bytes
LARGE = 2 * HUGE_PAGE
MOST_NUMBERS = (sys.maxsize - HUGE_PAGE) // 8
C_TYPES = {"d": "double *", "f": "float *", "B": "uint8_t *"}
SIZES = {"d": 8, "f": 4, "B": 1}


class Memory(Frozen):
    """`count` numbers of format d, f or B, at `pointer`."""

    __slots__ = ("_owner", "_start", "count", "format", "pointer")
    count: int
    format: str
    pointer: Any

    def __init__(self, owner: Any, start: int, count: int, form: str = "d") -> None:
        fill = object.__setattr__  # one by one, which is faster than `_fill`: many are made
        fill(self, "_owner", owner)
        fill(self, "_start", start)
        fill(self, "count", count)
        fill(self, "format", form)
        fill(self, "pointer", ffi.cast(C_TYPES[form], owner + start))

    def view(self) -> memoryview[Any]:
        """A memoryview of the numbers, another one each time."""
        whole, size = memoryview(ffi.buffer(self._owner)), SIZES[self.format]  # type: ignore
        start = self._start  # type: ignore[attr-defined]
        return whole[start : start + size * self.count].cast(self.format)  # type: ignore

    def part(self, start: int, count: int) -> Memory:
        """The `count` numbers from `start` on."""
        offset = self._start + SIZES[self.format] * start  # type: ignore[attr-defined]
        return Memory(self._owner, offset, count, self.format)  # type: ignore[attr-defined]

    def overlaps(self, other: Memory) -> bool:
        """Whether a byte belongs to both."""
        ends = [m.address + SIZES[m.format] * m.count for m in (self, other)]
        return self.address < ends[1] and other.address < ends[0]

    @property
    def address(self) -> int:
        """Where it begins."""
        return address_of(self.pointer)


def zeros(count: int) -> Memory:
    """New memory of `count` float64 zeros, at the beginning of a cache line.

    Raises ValueError where there can't be as many.
    """
    if count > MOST_NUMBERS:
        raise ValueError(f"size: expected at most {MOST_NUMBERS} numbers, got {shown(count)}")
    size, line = 8 * count, CACHE_LINE
    if size < LARGE:
        owner = ffi.from_buffer(bytearray(size + line))
    else:
        line = HUGE_PAGE
        owner = ffi.from_buffer(huge_pages(size + line))
    return Memory(owner, -address_of(owner) % line, count)


def huge_pages(size: int) -> Any:
    """A buffer of `size` bytes, all 0: on Linux in huge pages where the kernel has them, which come
    as they are touched, 512 small ones at once, and of which the processor remembers more."""
    import mmap
    from contextlib import suppress

    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return bytearray(size)
    try:
        pages = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError:
        raise MemoryError(f"{size} bytes") from None
    with suppress(OSError):  # of a kernel without them
        pages.madvise(mmap.MADV_HUGEPAGE)
    return pages


def held(numbers: memoryview[Any]) -> Memory | None:
    """The numbers of a flat view where they lie, or None where nothing would keep them there."""
    address = address_of(ffi.from_buffer(numbers))
    try:
        owner = ffi.from_buffer(numbers.obj)
    except (TypeError, ValueError, BufferError):
        return None
    start = address - address_of(owner)
    if not 0 <= start <= len(owner) - numbers.nbytes or address % numbers.itemsize:
        return None
    return Memory(owner, start, len(numbers), numbers.format)


def held_or_copied(numbers: memoryview[Any]) -> Memory:
    """The numbers of a flat view where they lie if that can be, else a copy."""
    memory = held(numbers)
    if memory is None:
        owner = ffi.from_buffer(bytearray(numbers.tobytes()))
        memory = Memory(owner, 0, len(numbers), numbers.format)
    return memory


def address_of(pointer: Any) -> int:
    """Where it points."""
    return int(ffi.cast(ADDRESS, pointer))
