"""What a random number takes: drawn by the C core, by NumPy's generator of the same streams, and by
the reference.

    python benchmarks/draws.py

prints nanoseconds for each number of COUNT, the least of several rounds, in a few seconds.
Needs purenn with its C core; NumPy is shown as absent where it is.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from time import perf_counter

from table import Table, text

from purenn import native, reference
from purenn.native.core import ffi, lib

COUNT, TARGET = 30_000, 20  # numbers; ns for each of a permutation in C
ROUNDS = {"C core": 200, "NumPy": 200, "reference": 5}


def main() -> None:
    """Prints the table, and whether the target was missed."""
    kinds = {"C core": in_c(), "NumPy": in_numpy(), "reference": in_python()}
    times = {name: [least(draw, ROUNDS[name]) for draw in draws] for name, draws in kinds.items()}
    drawn = ("an order", "uniform", "normal")
    rows = [
        [what, *(f"{times[name][i]:,.1f}" if times[name] else "absent" for name in kinds)]
        for i, what in enumerate(drawn)
    ]
    print(text(Table(f"ns for each of {COUNT:,} numbers", ["", *kinds], rows, [])))
    missed = "  missed" if times["C core"][0] > TARGET else ""
    print(f"an order by the C core: target {TARGET} ns{missed}")


def in_c() -> list[Callable[[], object]]:
    """Into memory that is there."""
    struct, order = native.random_seed(1).struct, ffi.new("size_t[]", COUNT)
    numbers = ffi.from_buffer("double[]", array("d", bytes(8 * COUNT)))
    return [
        lambda: lib.pn_random_permutation(order, struct, COUNT),
        lambda: lib.pn_uniform_weights(numbers, struct, 1.0, 1, COUNT),
        lambda: lib.pn_normal_weights(numbers, struct, 1.0, 1, COUNT),
    ]


def in_numpy() -> list[Callable[[], object]]:
    """By the legacy generator."""
    try:
        from numpy.random import RandomState
    except ImportError:
        return []
    stream = RandomState(1)
    return [
        lambda: stream.permutation(COUNT),
        lambda: stream.rand(COUNT),
        lambda: stream.randn(COUNT),
    ]


def in_python() -> list[Callable[[], object]]:
    """As lists."""
    state = reference.random_seed(1)
    return [
        lambda: reference.random_permutation(state, COUNT),
        lambda: reference.uniform_weights(state, 1.0, 1, COUNT),
        lambda: reference.normal_weights(state, 1.0, 1, COUNT),
    ]


def least(draw: Callable[[], object], rounds: int) -> float:
    """Nanoseconds for each number."""
    best = float("inf")
    for _ in range(rounds):
        start = perf_counter()
        draw()
        best = min(best, perf_counter() - start)
    return 1e9 * best / COUNT


if __name__ == "__main__":
    main()
