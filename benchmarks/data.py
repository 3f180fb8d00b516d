"""The samples and first weights of a task, written once as raw files that all its peers read."""

from __future__ import annotations

import os
import random
from array import array
from typing import NamedTuple

from items import DIGITS, RECIPES, Task

from purenn.images import read_images
from purenn.shipped import dataset_tables

IMAGES = 30000
PIXELS = DIGITS[0]
MADE_ZEROS = 207  # of 256 made pixels are 0: the share of zeros in MNIST, 81 %
WITHOUT_ZEROS = bytes([128, *range(1, 256)])

Layers = list  # of (W, b), W as rows


class Images(NamedTuple):
    """Pixels of IMAGES images, one after the other, their labels, and what they are."""

    pixels: bytes
    labels: list[int]
    name: str

    @property
    def zeros(self) -> float:
        """The share of the pixels that are 0."""
        return self.pixels.count(0) / len(self.pixels)


def load_images(folder: str | None) -> Images:
    """MNIST's first training images from that folder, or made ones with as many zeros."""
    if folder is None:
        pixels, labels = random_images(MADE_ZEROS)
        return Images(pixels, labels, "made images, as many as MNIST's and with its share of zeros")
    pixels, size, labels = read_images(folder, IMAGES)
    if size != PIXELS or len(labels) < IMAGES:
        raise ValueError(f"{folder}: expected {IMAGES} images of {PIXELS} pixels")
    return Images(pixels, labels, "MNIST")


def random_images(zeros: int) -> tuple[bytes, list[int]]:
    """Pixels of which `zeros` of 256 are 0, the others spread over 1 ... 255, and labels."""
    stream = random.Random(1)
    shades = 256 - zeros
    table = bytes(zeros) + bytes(255 * (i + 1) // shades for i in range(shades))
    pixels = stream.randbytes(IMAGES * PIXELS).translate(table)
    return pixels, [stream.randrange(10) for _ in range(IMAGES)]


def write_data(task: Task, images: Images, folder: str) -> None:
    """Writes x, y and w; x are bytes or doubles, as its size tells, the others doubles."""
    x, y = samples(task, images)
    w = array("d")
    for W, b in first_weights(task):
        w.extend(value for row in W for value in row)
        w.extend(b)
    for name, values in (("x", x), ("y", y), ("w", w)):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(values)
    task.write(folder)


def samples(task: Task, images: Images) -> tuple[bytes | array, array]:
    """Inputs and targets, row by row."""
    n, n_in, n_out = task.samples, task.sizes[0], task.sizes[-1]
    if task.data in RECIPES and RECIPES[task.data].samples is not None:
        X, Y = RECIPES[task.data].samples()
        return flat(X), flat(Y)
    if task.data == "optical":
        rows = [[int(field) for field in row] for row in dataset_tables("optical_digits.csv")[0]]
        return flat([p / 16 for p in row[:-1]] for row in rows[:n]), one_hot(
            [row[-1] for row in rows[:n]], n_out
        )
    if task.data == "uniform":
        stream = random.Random(2)
        labels = [stream.randrange(n_out) for _ in range(n)]
        return array("d", (stream.random() for _ in range(n * n_in))), one_hot(labels, n_out)
    pixels = images.pixels[: n * n_in]
    if task.data.endswith("dense"):
        pixels = random.Random(3).randbytes(n * n_in).translate(WITHOUT_ZEROS)
    if task.data.startswith("scaled"):
        return array("d", (pixel / 255 for pixel in pixels)), one_hot(images.labels[:n], n_out)
    return pixels, one_hot(images.labels[:n], n_out)


def first_weights(task: Task) -> Layers:
    """The articles' own starts, or Glorot's."""
    if task.start in RECIPES:
        return RECIPES[task.start].start()
    stream = random.Random(4)
    return [glorot(stream, n_in, n_out) for n_in, n_out in zip(task.sizes, task.sizes[1:])]


def glorot(stream: random.Random, n_in: int, n_out: int) -> tuple[list[list[float]], list[float]]:
    """W uniform in ±√(6 / (n_in + n_out)), b of zeros."""
    limit = (6.0 / (n_in + n_out)) ** 0.5
    W = [[limit * (2.0 * stream.random() - 1.0) for _ in range(n_out)] for _ in range(n_in)]
    return W, [0.0] * n_out


def flat(rows) -> array:
    """The numbers of all rows, one after the other."""
    return array("d", (float(value) for row in rows for value in row))


def one_hot(labels: list[int], n_out: int) -> array:
    """For each label a row of zeros with a 1 at it."""
    return array("d", (float(j == label) for label in labels for j in range(n_out)))
