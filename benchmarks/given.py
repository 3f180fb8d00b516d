"""What a peer is given: a task and its data, read without any package."""

from __future__ import annotations

import json
import os
from array import array
from types import SimpleNamespace


class Given:
    """X (n, n_in), Y (n, n_out) and the first weights [(W, b), ...], as memoryviews."""

    def __init__(self, folder: str) -> None:
        self.task = SimpleNamespace(**json.loads(_contents(folder, "task.json")))
        n, sizes = self.task.samples, self.task.sizes
        x = _contents(folder, "x")
        self.bytes = len(x) == n * sizes[0]
        self.X = memoryview(x).cast("B" if self.bytes else "d", (n, sizes[0]))
        self.Y = memoryview(_contents(folder, "y")).cast("d", (n, sizes[-1]))
        self.weights = list(_layers(memoryview(_contents(folder, "w")), sizes))

    def float64(self) -> memoryview:
        """X as doubles, also where it came as bytes."""
        if not self.bytes:
            return self.X
        numbers = array("d", self.X.cast("B", (self.X.nbytes,)))
        return memoryview(numbers).cast("B").cast("d", self.X.shape)


def rows_of(matrix: memoryview) -> list[memoryview]:
    """Each row of a matrix of doubles as a vector."""
    width = 8 * matrix.shape[1]
    flat = matrix.cast("B")
    return [flat[i : i + width].cast("d") for i in range(0, len(flat), width)]


def _contents(folder: str, name: str) -> bytes:
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def _layers(w: memoryview, sizes):
    """(W, b) of each layer, from all parameters in a row."""
    start = 0
    for n_in, n_out in zip(sizes, sizes[1:]):
        middle = start + 8 * n_in * n_out
        end = middle + 8 * n_out
        yield w[start:middle].cast("d", (n_in, n_out)), w[middle:end].cast("d")
        start = end
