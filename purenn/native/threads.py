"""How many threads work, and on how many samples at a time: speed only, never bits.

PURENN_THREADS is the number for the process, `threads=` for one network. Without them it is that
of the processors where the work is worth it, else 1.
"""

from __future__ import annotations

import os

from ..checks import check_count
from .parameters import Parameters

MOST_THREADS = 64  # csrc/threads/team.h
WORTH_IT = 1_000_000  # multiply-adds between two meetings of the threads
CACHE = 2**19  # bytes of inputs and activations that a range of samples may have
MULTIPLY_ADDS_AT_ONCE = 10**8  # in one call of C: a tenth of a second on a slow machine


def processors() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_for(parameters: Parameters, n: int, threads: int | None) -> int:
    """The number of threads for n samples that can be worked on together."""
    if threads is None and "PURENN_THREADS" in os.environ:
        text = os.environ["PURENN_THREADS"]
        threads = int(text) if text.isdecimal() else None
        if not threads or threads > MOST_THREADS:
            raise ValueError(f"PURENN_THREADS: expected 1 to {MOST_THREADS}, got {text!r}")
    if threads is not None:
        return check_count("threads", threads, 1, MOST_THREADS)
    if n < 16:
        return 1
    most = min(processors(), MOST_THREADS)
    together = min(n, most * samples_at_a_time(parameters))
    return most if together * len(parameters.data) >= WORTH_IT else 1


def samples_at_a_time(parameters: Parameters, sparse: bool = False) -> int:
    """The range of samples that a thread takes: few enough for its cache, 128 to 256, but so few
    that one call of C can end soon. Sparse inputs need next to no room."""
    sizes = parameters.sizes
    rows = CACHE // (8 * (0 if sparse else sizes[0]) + 16 * sum(sizes[1:]) or 1)
    rows = max(128, min(256, rows)) // 8 * 8
    return max(1, min(rows, MULTIPLY_ADDS_AT_ONCE // (len(parameters.data) or 1)))
