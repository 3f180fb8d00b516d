"""Handwritten digits: two hidden layers of 16 sigmoid units, softmax over 10 outputs.

"Coding a Neural Network from scratch" (document 002, which gives neither author, site nor date)
trains on the first 30,000 rows of a file laid out like Kaggle's train.csv, raw pixels, full batch,
500 epochs at rate 0.8, and prints two accuracies; it gives no seed. By default the same recipe runs
on the 1,797 images of 8×8 pixels that ship with purenn, split in the same proportion; --data runs
it on the real thing: train.csv, or a folder with MNIST's IDX files. Here rows are samples: W1 is
the article's W1 transposed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..images import read_images
from ..network import Network
from ..random_state import RandomState
from ..shipped import dataset_tables
from ..terminal import curve, progress
from ..training import Training
from .printed import Document, Number, Options, Result
from .recipe import Recipe

if TYPE_CHECKING:
    from ..engines import Engine

DOCUMENT = Document("digits", "002", "Coding a Neural Network from scratch", numbers=2)
DOCUMENTS = [DOCUMENT]
SEED = 0
TRAINING_SHARE = 30000 / 42000  # of the images, the first ones; the others are for testing
ALL_IMAGES = 42000
EPSILON = 1e-5  # added to −Z in both hidden layers: a shift of their biases
PRINTED = {"Training accuracy": "87.22 %", "Test accuracy": "85.65 %"}


class Images(NamedTuple):
    """Pixels, one image after the other, their number in an image, and the labels."""

    pixels: bytes
    size: int
    labels: list[int]

    def part(self, start: int, stop: int) -> tuple[Any, list, list[int]]:
        """X (n, size), Y one-hot (n, 10) and the labels of the images start … stop − 1."""
        labels = self.labels[start:stop]
        values = memoryview(self.pixels)[start * self.size : stop * self.size]
        X = values.cast("B", (len(labels), self.size))
        Y = [[1.0 if digit == label else 0.0 for digit in range(10)] for label in labels]
        return X, Y, labels


def load(path: str | None) -> tuple[Images, int]:
    """The images, and how many of them are for training."""
    if path is None:
        (table,) = dataset_tables("optical_digits.csv")
        pixels = bytes(int(field) for row in table for field in row[:-1])
        images = Images(pixels, 64, [int(row[-1]) for row in table])
    else:
        images = Images(*read_images(path, ALL_IMAGES))
        if len(images.labels) < 2:
            raise ValueError(f"{path}: expected images to train and to test, got only one")
    return images, round(len(images.labels) * TRAINING_SHARE)


def initial_parameters(sizes: tuple[int, ...], seed: int) -> list:
    """W = rand(n_out, n_in) − 0.5 and B = rand(n_out) − 0.5, layer by layer, as (W, b) of purenn.

    The article computes 1 / (1 + exp(−Z + 1e-5)) in the hidden layers, which is the sigmoid of
    Z − 1e-5: the same training, from biases that start 1e-5 lower.
    """
    stream = RandomState(seed)
    parameters = []
    for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        W = [[u - 0.5 for u in row] for row in stream.rand(n_out, n_in)]
        B = [u - 0.5 for u in stream.rand(n_out)]
        shift = EPSILON if layer < len(sizes) - 2 else 0.0
        parameters.append(([list(column) for column in zip(*W)], [value - shift for value in B]))
    return parameters


def shipped_samples() -> tuple[list[list[float]], list[list[float]]]:
    """The shipped images that are for training, and their labels, one-hot."""
    images, count = load(None)
    X, Y, _ = images.part(0, count)
    return [[float(pixel) for pixel in row] for row in X.tolist()], Y


RECIPE: Recipe = Recipe(
    sizes=(784, 16, 16, 10),
    activations=("sigmoid", "sigmoid", "softmax"),
    loss="categorical_cross_entropy",
    bias=True,
    learning_rate=0.8,
    batch_size=None,
    epochs=500,
    start=lambda: initial_parameters(RECIPE.sizes, SEED),
    samples=None,
)

ON_SHIPPED_IMAGES: Recipe = RECIPE._replace(
    sizes=(64, *RECIPE.sizes[1:]),
    start=lambda: initial_parameters(ON_SHIPPED_IMAGES.sizes, SEED),
    samples=shipped_samples,
)


def accuracy(network: Network, X: Any, labels: list[int]) -> float:
    """The percentage of images whose largest output is at their label."""
    right = sum(guess == label for guess, label in zip(network.classify(X), labels))
    return 100 * right / len(labels)


def reproduce(engine: Engine, show: Callable[[str], None], options: Options) -> Result:
    """Trains by the article's recipe and prints its two accuracies."""
    epochs = options.epochs or RECIPE.epochs
    seed = SEED if options.seed is None else options.seed
    images, count = load(options.data)
    X, Y, labels = images.part(0, count)
    X_t, _, labels_t = images.part(count, len(images.labels))
    sizes = (images.size, *RECIPE.sizes[1:])
    show(
        f"{'-'.join(map(str, sizes))}, {len(labels)} images to train, {len(labels_t)} to test, "
        f"{epochs} epochs, alpha {RECIPE.learning_rate}, seed {seed}"
    )
    recipe = RECIPE._replace(sizes=sizes)
    network = recipe.network(engine.name, initial_parameters(sizes, seed))
    training = Training(network, X, Y, learning_rate=recipe.learning_rate)
    costs = [training.epoch() for _ in progress(range(epochs), epochs, f"digits, {engine.name}")]
    measured = {
        "Training accuracy": accuracy(network, X, labels),
        "Test accuracy": accuracy(network, X_t, labels_t),
    }
    for name, value in measured.items():
        show(f"{name}: {value:.2f} %")
    show(curve(costs, "cost"))
    shortened = "" if epochs >= RECIPE.epochs else f"{epochs} of {RECIPE.epochs} epochs"
    data = (
        "optical digits"
        if options.data is None
        else os.path.basename(os.path.abspath(options.data))
    )
    compared = [
        Number(
            DOCUMENT,
            f"{name}, {data}, seed {seed}",
            PRINTED[name],
            f"{value:.2f} %",
            agrees=False,
            erratum="D1",
        )
        for name, value in measured.items()
    ]
    return Result(compared, costs, lambda figure: plot(figure, costs), shortened)


def plot(figure: Any, costs: list[float]) -> None:
    """The cost v/s epoch plot that the article describes."""
    axes = figure.subplots()
    axes.plot(costs)
    axes.set(xlabel="epoch", ylabel="cost")
