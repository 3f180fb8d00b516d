"""What huge pages bring: memory touched for the first time, and a step of the wide net.

    python benchmarks/pages.py [TURNS]

With and without take turns, each in a process of its own; the least time of each counts.
"""

from __future__ import annotations

import subprocess
import sys
from array import array
from random import Random
from time import perf_counter

from items import WIDE

from purenn import Network, Training
from purenn.native import memory

MEGABYTES, BATCH, STEPS, TOUCHES = 64, 128, 100, 10
NEVER = sys.maxsize


def main() -> None:
    """Prints both times of both ways, and the ratios."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    best = {way: [float("inf")] * 2 for way in ("with", "without")}
    for _ in range(turns):
        for way, found in best.items():
            printed = subprocess.run(
                [sys.executable, __file__, way], capture_output=True, text=True, check=True
            ).stdout
            best[way] = [*map(min, found, map(float, printed.split()))]
    for name, *times in zip((f"touching {MEGABYTES} MB", "a step of the wide net"), *best.values()):
        some, none = (1e3 * time for time in times)
        print(f"{name:24} {some:6.2f} ms with, {none:6.2f} ms without: {some / none:.2f}")


def measure(way: str) -> None:
    """Prints both times, in seconds."""
    if way == "without":
        memory.LARGE = NEVER
    touched = min(timed(touch) for _ in range(TOUCHES))
    stream = Random(1)
    X = array("d", (stream.random() for _ in range(BATCH * WIDE[0])))
    Y = array("d", (float(j == s % WIDE[-1]) for s in range(BATCH) for j in range(WIDE[-1])))
    network = Network(
        WIDE,
        activations=["sigmoid", "sigmoid", "softmax"],
        loss="categorical_cross_entropy",
        seed=1,
        backend="c",
        threads=1,
    )
    rows = [
        memoryview(numbers).cast("B").cast("d", (BATCH, width))
        for numbers, width in ((X, WIDE[0]), (Y, WIDE[-1]))
    ]
    training = Training(network, *rows, learning_rate=0.1)
    step = min(timed(training.step) for _ in range(STEPS))
    print(touched, step)


def touch() -> None:
    """Writes to each page of new memory."""
    memory.zeros(MEGABYTES * 2**20 // 8).view()[::512] = array("d", bytes(MEGABYTES * 2**11))


def timed(work) -> float:
    """How long it takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("with"):
        measure(sys.argv[1])
    else:
        main()
