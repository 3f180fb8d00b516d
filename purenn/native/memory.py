"""Memory that C may use: it stays where it is as long as whoever points at it keeps it.

A pointer is never kept without the Memory that it points into. What keeps a user's buffer in place
is an export of its own, which no release of a view and no resizing can take away (but for NumPy's
`resize(refcheck=False)` and `ctypes.resize`, which ask nobody). It is an export of the buffer's
owner and not of a memoryview: where a memoryview that is exported ends in a cycle of garbage,
CPython crashes.
"""

from __future__ import annotations

import sys
from operator import itemgetter

from ..annotations import Any
from ..checks import shown
from ..door import PLAIN_SIZES
from .core import ffi

cast, from_buffer = ffi.cast, ffi.from_buffer  # each look into ffi takes a while
ADDRESS, BYTES = ffi.typeof("uintptr_t"), ffi.typeof("char[]")
CACHE_LINE = 64  # bytes
HUGE_PAGE = 2**21  # bytes
LARGE = 2 * HUGE_PAGE
MOST_NUMBERS = (sys.maxsize - HUGE_PAGE) // 8
SIZES = {**PLAIN_SIZES, "I": 4}  # bytes of a number by its format
POINTERS = {
    "d": ffi.typeof("double *"),
    "f": ffi.typeof("float *"),
    "B": ffi.typeof("uint8_t *"),
    "I": ffi.typeof("uint32_t *"),
}


class Memory(tuple):
    """`count` numbers of format d, f, B or I, at `pointer`, in memory that `owner` keeps: a tuple
    of these four, which is made soon and can't be changed."""

    __slots__ = ()
    owner: Any = property(itemgetter(0))
    pointer: Any = property(itemgetter(1))
    count: int = property(itemgetter(2))  # type: ignore[assignment]
    format: str = property(itemgetter(3))  # type: ignore[assignment]

    def view(self) -> memoryview[Any]:
        """A memoryview of the numbers, another one each time."""
        whole: Any = memoryview(ffi.buffer(self.owner))
        start = self.address - address_of(self.owner)
        return whole[start : start + SIZES[self.format] * self.count].cast(self.format)

    def part(self, start: int, count: int) -> Memory:
        """The `count` numbers from `start` on."""
        return Memory((self.owner, self.pointer + start, count, self.format))

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
        owner = ffi.new(BYTES, size + line)
    else:
        line = HUGE_PAGE
        owner = from_buffer(huge_pages(size + line))
    begin = owner + -address_of(owner) % line
    return Memory((owner, cast(POINTERS["d"], begin), count, "d"))


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


def held(view: memoryview[Any]) -> Memory | None:
    """The numbers of a contiguous view where they lie, or None where nothing would keep them
    there."""
    form, nbytes = view.format, view.nbytes
    try:
        begin = owner = from_buffer(view.obj)
    except (TypeError, ValueError, BufferError):
        return None
    if len(owner) != nbytes:  # else the view is all of its owner
        start = address_of(from_buffer(view)) - address_of(owner)
        if not 0 <= start <= len(owner) - nbytes:
            return None
        begin = owner + start
    size = SIZES[form]
    if int(cast(ADDRESS, begin)) % size:
        return None
    return Memory((owner, cast(POINTERS[form], begin), nbytes // size, form))


def copied(view: memoryview[Any]) -> Memory:
    """A copy of the numbers of a contiguous view."""
    owner = from_buffer(bytearray(view.tobytes()))
    pointer = cast(POINTERS[view.format], owner)
    return Memory((owner, pointer, view.nbytes // SIZES[view.format], view.format))


def address_of(pointer: Any) -> int:
    """Where it points."""
    return int(cast(ADDRESS, pointer))
