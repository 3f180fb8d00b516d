"""How much work C does at a time, and how many threads do it: speed only, never bits.

PURENN_THREADS is the number of threads for the process, `threads=` for one network. Without them
it is that of the processors where the work is worth it, else 1. No call of C takes longer than
about a tenth of a second, so that Ctrl-C is seen soon.
"""

from __future__ import annotations

import os
from time import perf_counter

from ..checks import check_count
from ..reference import count_parameters, count_units
from . import core
from .core import lib

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
    if "PURENN_THREADS" not in os.environ:
        return None
    asked = os.environ["PURENN_THREADS"]
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

    @property
    def _asked_for(self) -> int | None:
        """By the network or, at the moment, by PURENN_THREADS."""
        return threads_asked_for() if self._threads is None else self._threads

    def threads(self, n: int) -> int:
        """The number of threads for n samples that can be worked on together."""
        asked_for = self._asked_for
        if asked_for is not None:
            return asked_for
        if n < 16:
            return 1
        most = min(processors(), lib.PN_MOST_THREADS)
        together = min(n, most * self.range())
        return most if together * self._parameters >= WORTH_IT else 1

    def range(self, sparse: bool = False) -> int:
        """The samples that a thread takes at a time: few enough for its cache, 128 to 256, but so
        few that one call of C can end soon. Sparse inputs need next to no room."""
        team = self._asked_for or 1
        crowd = 1 if team == 1 else max(1, team // processors())  # of threads on one processor
        room = 8 * (0 if sparse else self._sizes[0]) + 16 * self._units or 1
        rows = max(128, min(256, CACHE // room)) // 8 * 8
        work = WORK_AT_ONCE * (1 if core.active.name == "plain" else VECTORS)
        return max(1, min(rows, MOST_ROOM // room, work // (3 * self.of_sample * crowd)))


class Pace:
    """How many samples one call of C takes, so that it lasts for SECONDS_AT_ONCE.

    Threads that meet after every batch may take any time: so they begin with one sample.
    """

    def __init__(self, work_of_sample: int, threads: int) -> None:
        self.samples = max(1, FIRST_WORK // work_of_sample) if threads == 1 else 1

    def __enter__(self) -> None:
        self._start = perf_counter()

    def __exit__(self, *exception: object) -> None:
        self._seconds = perf_counter() - self._start

    def took(self, samples: int) -> None:
        """Learns from what the last call has taken."""
        possible = int(samples * SECONDS_AT_ONCE / max(self._seconds, 1e-6))
        self.samples = max(1, min(possible, 4 * self.samples))
