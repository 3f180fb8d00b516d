"""What the machine can do at most, found out by c/limits.c."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from compiled import Absent, compiled


class Limits(NamedTuple):
    """Of so many threads together; the latency is that of one addition."""

    threads: int
    vector_bits: int
    separate_flops: float
    fused_flops: float
    bytes_per_second: float
    latency: float


def limits(threads: int, seconds: float, folder: str) -> Limits:
    """Measured now, each the best of five attempts. Raises Absent where gcc is."""
    separate, fused = (_program(contract, folder) for contract in ("off", "fast"))
    bits, separate_flops = _numbers(separate, "peak", threads, seconds)
    _, fused_flops = _numbers(fused, "peak", threads, seconds)
    _, bandwidth, latency = _numbers(separate, "rest", threads, seconds)
    return Limits(threads, int(bits), separate_flops, fused_flops, bandwidth, latency)


def _program(contract: str, folder: str) -> str:
    """With the widest vectors of this machine where gcc knows its name."""
    contraction = f"-ffp-contract={contract}"
    try:
        return compiled("limits.c", folder, ["-march=native", contraction])
    except Absent:
        return compiled("limits.c", folder, [contraction])


def _numbers(program: str, what: str, threads: int, seconds: float) -> list[float]:
    command = [program, what, str(threads), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]
