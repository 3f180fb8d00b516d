"""The targets of a data set as C reads them: rows of numbers where they lie, or classes."""

from __future__ import annotations

from array import array
from operator import itemgetter

from ..annotations import Any
from .core import lib
from .memory import Memory, copied, held, zeros

AT_ONCE = 2**15  # numbers of rows that are made from classes and used together


class Targets(tuple):
    """Targets (n, n_out) where they lie, never copied: rows of float64, or n classes as uint32; a
    tuple of what follows, which is made soon and can't be changed."""

    __slots__ = ()
    memory: Memory = property(itemgetter(0))  # type: ignore[assignment]
    shape: tuple[int, int] = property(itemgetter(1))  # type: ignore[assignment]

    def rows(self, first: int, n: int) -> Memory:
        """The numbers of n rows from `first` on: where they lie, or made from their classes."""
        memory, (_, n_out) = self
        if memory.format == "d":
            return memory.part(first * n_out, n * n_out)
        rows = zeros(n * n_out)
        lib.pn_one_hot(rows.pointer, memory.pointer + first, n_out, n)
        return rows

    def point(self, training: Any) -> None:
        """Lets a struct pn_training have them, which has to keep them."""
        memory, _ = self
        if memory.format == "d":
            training.Y = memory.pointer
        else:
            training.classes = memory.pointer


def targets_of(classes: array, n_out: int) -> Targets:
    """Targets that name these classes, 0 … n_out − 1, in 4 bytes each."""
    view = memoryview(classes)
    return Targets((held(view) or copied(view), (len(classes), n_out)))
