"""What the machine can do at most, found out by c/limits.c."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from compiled import Absent, compiled
from items import Task


class Limits(NamedTuple):
    """Of so many threads together; the latency is that of one addition, in seconds.

    With each of the roots there is a division.

    The vectors are of the width that is best at multiplying and adding one after the other.
    """

    threads: int
    vector_bits: int
    separate_flops: float
    fused_flops: float
    roots_per_second: float
    bytes_per_second: float
    latency: float
    cycles_per_second: float


def limits(threads: int, seconds: float, folder: str) -> Limits:
    """Measured now, each the best of five attempts. Raises Absent where gcc is."""
    bits, separate = peak("off", threads, seconds, folder)
    _, fused = peak("fast", threads, seconds, folder)
    rest = _numbers(_program("off", folder), "rest", threads, seconds)[1:]
    return Limits(threads, bits, separate, fused, roots(threads, seconds, folder), *rest)


class Peak(NamedTuple):
    """Multiplications and additions per second; square roots, with as many divisions."""

    flops: float
    roots: float

    def seconds(self, task: Task) -> float:
        """The least that one unit of the task can take: its products, then Adam's divider."""
        return task.flops / self.flops + task.roots / self.roots


def peak_now(threads: int, seconds: float, folder: str) -> Peak:
    """Measured now, without fused operations. Raises Absent where gcc is."""
    return Peak(peak("off", threads, seconds, folder)[1], roots(threads, seconds, folder))


def roots(threads: int, seconds: float, folder: str) -> float:
    """Divisions and square roots per second, of each so many."""
    return _numbers(_program("off", folder), "roots", threads, seconds)[1]


def peak(contract: str, threads: int, seconds: float, folder: str) -> tuple[int, float]:
    """Bits of a vector, operations per second: in the widest vectors or in half of them."""
    widest = int(_numbers(_program(contract, folder), "peak", threads, 0.0)[0]) // 8
    widths = {max(16, widest // 2), widest}
    measured = [
        _numbers(_program(contract, folder, width), "peak", threads, seconds) for width in widths
    ]
    bits, flops = max(measured, key=lambda numbers: numbers[1])
    return int(bits), flops


def _program(contract: str, folder: str, width: int | None = None) -> str:
    """With vectors of that width, or the widest of this machine where gcc knows its name."""
    flags = [
        f"-ffp-contract={contract}",
        "-fno-math-errno",
        *([f"-DBYTES={width}"] if width else []),
    ]
    try:
        return compiled("limits.c", folder, ["-march=native", *flags])
    except Absent:
        return compiled("limits.c", folder, flags)


def _numbers(program: str, what: str, threads: int, seconds: float) -> list[float]:
    command = [program, what, str(threads), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]
