"""Training in plain Python beside a network written out, in the Python that runs this:

    PYTHONPATH=. python3.9 benchmarks/plain.py [SECONDS]

Takes purenn from the checkout, so that a Python needs nothing else. purenn, the reference and the
network that is written out take turns in this process, for so many seconds a line; the least time
of each counts, without what `fit` does before its first step. Small digits are the first 20, or 40
in batches.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from dataclasses import replace
from time import perf_counter

from data import Images, write_data
from given import Given
from items import COMPARED, Task
from peers import python_peer
from table import Table, seconds, text

from purenn import Training, reference

ITEMS = ("python-letters", "python-digits", "python-batches")
FEWER = {"python-letters": 3, "python-digits": 20, "python-batches": 40}
EPOCHS = 4


def main() -> None:
    """Prints the table."""
    duration = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    tasks = [task for task in COMPARED if task.name in ITEMS]
    rows = [row(replace(task, samples=FEWER[task.name], epochs=1), duration) for task in tasks]
    columns = ["a sample", "purenn", "reference", "written out", "ratio", "of the reference"]
    title = f"plain Python: {platform.python_implementation()} {platform.python_version()}"
    print(text(Table(title, columns, rows, [])))


def row(task: Task, duration: float) -> list[str]:
    """The three, and what they take over what the one that is written out takes."""
    with tempfile.TemporaryDirectory() as folder:
        write_data(task, Images(b"", [], ""), folder)
        given = Given(folder)
    best = least(runs(given), duration)
    purenn, text_of_it, peer = (time / EPOCHS / task.samples for time in best)
    ratios = [f"{time / peer:.2f}" for time in (purenn, text_of_it)]
    return [task.name, *map(seconds, (purenn, text_of_it, peer)), *ratios]


def runs(given: Given) -> list:
    """EPOCHS epochs by purenn, by the reference, and by the peer; each goes on where it was."""
    task = given.task
    own = python_peer("purenn in Python", "Reference")(given, 1)
    other = python_peer("plain Python", "WithoutZeros")(given, 1)
    own.reset()
    other.reset()
    parameters = [(W.tolist(), b.tolist()) for W, b in given.weights]
    network = reference.Network(parameters, list(task.activations), task.loss, task.bias)
    optimizer = reference.Optimizer(network, "gradient_descent", reference.Rates(task.rate))
    order = list(range(len(own.X)))
    training = Training(own.net, own.X, own.Y, learning_rate=task.rate, batch_size=task.batch)
    other.task.epochs = EPOCHS

    def by_the_reference() -> None:
        for _ in range(EPOCHS):
            reference.train_epoch(network, optimizer, own.X, own.Y, order, task.batch)

    return [lambda: training.run(EPOCHS), by_the_reference, other.run]


def least(works: list, duration: float) -> list[float]:
    """The least time of each."""
    best, end = [float("inf")] * len(works), perf_counter() + duration
    while perf_counter() < end:
        for i, work in enumerate(works):
            start = perf_counter()
            work()
            best[i] = min(best[i], perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
