"""How much work C does at a time, and how many threads do it: speed only, never bits.

PURENN_THREADS is the number of threads for the process, `threads=` for one network. Without them
it is that of the processors where the work is worth it, else 1. No call of C takes longer than
about a tenth of a second, so that Ctrl-C is seen soon.
"""

from __future__ import annotations

import os

from ..checks import check_count
from ..reference import count_parameters, count_units
from . import core
from .core import lib
from .memory import Memory, zeros

WORTH_IT = 1_000_000  # multiply-adds between two meetings of the threads
CACHE = 2**19  # bytes of inputs and activations that a range of samples may have
MOST_ROOM = 2**25  # bytes of them in any case
UNIT = 16  # multiply-adds that take as long as a unit's activation
WORK_AT_ONCE = 10**8  # a tenth of a second on a slow machine, in plain C
VECTORS = 4  # times as fast, about, is any other level where products are large
FIRST_WORK, SECONDS_AT_ONCE = WORK_AT_ONCE // 2, 0.05


def processors() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_asked_for() -> int | None:
    """What PURENN_THREADS says. Raises ValueError where that is no number of threads."""
    asked = os.environ.get("PURENN_THREADS")
    if asked is None:
        return None
    number = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 9 else 0
    if not 1 <= number <= lib.PN_MOST_THREADS:
        raise ValueError(f"PURENN_THREADS: expected 1 to {lib.PN_MOST_THREADS}, got {asked!r}")
    return number


class Work:
    """The work of one sample of a network, and how it is shared out."""

    def __init__(self, sizes: tuple[int, ...], threads: int | None) -> None:
        if threads is not None:
            threads = check_count("threads", threads, 1, lib.PN_MOST_THREADS)
        self._sizes, self._threads = sizes, threads
        self._parameters, self._units = count_parameters(list(sizes)), count_units(list(sizes))
        self.of_sample = self._parameters + UNIT * self._units
        self._spare: list[Memory] = []
        self._ranges: dict[tuple, int] = {}

    def borrow(self, count: int) -> Memory:
        """Room for so many doubles, whatever is in it: what was given back, or new."""
        try:
            room = self._spare.pop()
        except IndexError:
            return zeros(count)
        return room if room.count >= count else zeros(count)

    def give_back(self, room: Memory) -> None:
        """Keeps room that nobody uses any more, for whoever needs some next."""
        self._spare[:] = [room]

    def shares(self, n: int, sparse: bool = False) -> tuple[int, int]:
        """The range that a thread takes at a time, and the number of threads for n samples that
        can be worked on together: as the network says or, at the moment, PURENN_THREADS."""
        asked_for = threads_asked_for() if self._threads is None else self._threads
        case = asked_for, sparse, core.active.name
        samples = self._ranges.get(case)
        if samples is None:
            samples = self._ranges[case] = self._range(asked_for or 1, sparse)
        if asked_for is not None:
            return samples, asked_for
        if n < 16:
            return samples, 1
        most = min(processors(), lib.PN_MOST_THREADS)
        together = min(n, most * self._range(1, False))
        return samples, most if together * self._parameters >= WORTH_IT else 1

    def _range(self, team: int, sparse: bool) -> int:
        """Few enough samples for a cache, 128 to 256, but so few that one call of C can end soon.
        Sparse inputs need next to no room."""
        crowd = 1 if team == 1 else max(1, team // processors())  # of threads on one processor
        room = 8 * (0 if sparse else self._sizes[0]) + 16 * self._units or 1
        rows = max(128, min(256, CACHE // room)) // 8 * 8
        work = WORK_AT_ONCE * (1 if core.active.name == "plain" else VECTORS)
        return max(1, min(rows, MOST_ROOM // room, work // (3 * self.of_sample * crowd)))


def first_samples(work_of_sample: int, threads: int) -> int:
    """How many samples the first call of C takes: threads that meet after every batch may take any
    time, so they begin with one."""
    return (FIRST_WORK // work_of_sample or 1) if threads == 1 else 1


def next_samples(samples: int, taken: int, seconds: float) -> int:
    """How many the next one takes, to last for SECONDS_AT_ONCE, where `taken` samples took
    `seconds`; at most four times `samples`, those of the last call."""
    possible = int(taken * SECONDS_AT_ONCE / max(seconds, 1e-6))
    return max(1, min(possible, 4 * samples))
