"""What is measured: each item is a task, the same for all its peers."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from purenn.articles import digits as digits_article
from purenn.articles import letters as letters_article
from purenn.articles import planar as planar_article
from purenn.articles.recipe import Recipe

RECIPES = {
    "letters": letters_article.RECIPE,
    "planar": planar_article.RECIPE,
    "digits": digits_article.RECIPE,
}
DIGITS = RECIPES["digits"].sizes
WIDE = (784, 512, 512, 10)
SETTINGS: dict[str, dict[str, float]] = {
    "gradient_descent": {},
    "momentum": {"momentum": 0.9},
    "adam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
}
SEED = 1
PACKAGES = ("NumPy", "scikit-learn", "PyTorch")
EAGER = ("NumPy", "scikit-learn", "eager PyTorch")


@dataclass(frozen=True)
class Task:
    """One computation. Peers stand in groups; the first of a group is what the others relate to.

    `call` is train (a whole training at once), step or predict (sample by sample, each a call of
    its own). `optimizer` is gradient_descent, momentum or adam, with the settings of SETTINGS;
    with `shuffle` each epoch has an order of its own, drawn from the seed SEED. A measured run is
    divided by `per`, which makes it the time of one `unit`.
    """

    name: str
    title: str
    data: str
    samples: int
    start: str
    sizes: tuple[int, ...]
    peers: tuple[tuple[str, ...], ...]
    hidden: str = "sigmoid"
    output: str = "sigmoid"
    bias: bool = True
    call: str = "train"
    epochs: int = 1
    batch: int = 1
    rate: float = 0.1
    optimizer: str = "gradient_descent"
    shuffle: bool = False
    several_threads: bool = True  # whether it is measured with those, too
    unit: str = "training"
    per: int = 1

    @property
    def activations(self) -> list[str]:
        """One name per layer."""
        return [self.hidden] * (len(self.sizes) - 2) + [self.output]

    @property
    def loss(self) -> str:
        """The cross-entropy that belongs to the outputs."""
        return "categorical_cross_entropy" if self.output == "softmax" else "binary_cross_entropy"

    @property
    def weights(self) -> int:
        """How many weights there are, without the biases."""
        return sum(n_in * n_out for n_in, n_out in zip(self.sizes, self.sizes[1:]))

    @property
    def flops(self) -> float:
        """Multiplications and additions of the products in one unit, zeros counted like others."""
        products = self.weights  # forward
        if self.call != "predict":  # the weights' gradients, and the inputs' but the first layer's
            products += self.weights + self.weights - self.sizes[0] * self.sizes[1]
        return 2.0 * self.samples * self.epochs * products / self.per

    @property
    def roots(self) -> float:
        """Square roots in one unit, and as many divisions: Adam's, one for each parameter."""
        if self.optimizer != "adam":
            return 0.0
        steps = self.epochs * -(-self.samples // self.batch)
        return steps * (self.weights + sum(self.sizes[1:])) / self.per

    def write(self, folder: str) -> None:
        """Leaves the task, with what follows from it, where a worker finds it."""
        fields = {**asdict(self), "activations": self.activations, "loss": self.loss}
        fields["epsilon"] = digits_article.EPSILON
        fields["settings"], fields["seed"] = SETTINGS[self.optimizer], SEED
        with open(os.path.join(folder, "task.json"), "w", encoding="ascii") as file:
            json.dump(fields, file)


def by_recipe(recipe: Recipe, samples: int) -> dict:
    """What a task takes from an article's recipe."""
    *hidden, output = recipe.activations
    return {
        "samples": samples,
        "sizes": recipe.sizes,
        "hidden": hidden[0],
        "output": output,
        "bias": recipe.bias,
        "epochs": recipe.epochs,
        "batch": recipe.batch_size or samples,
        "rate": recipe.learning_rate,
    }


BY_LETTERS = {"data": "letters", "start": "letters", **by_recipe(RECIPES["letters"], 3)}

LETTERS = Task(
    name="letters",
    title="letters: 30-5-3, sigmoid, no biases, 3 letters one by one, 100 epochs",
    peers=(
        ("purenn", "purenn, lists", "article's code", *PACKAGES),
        ("purenn in C", "FANN"),
    ),
    **BY_LETTERS,
)

PLANAR = Task(
    name="planar",
    title="planar: 2-4-1, tanh and sigmoid, 400 points, 1,000 full-batch steps with their cost",
    data="planar",
    start="planar",
    peers=(("purenn", "purenn, lists", "article's code", *PACKAGES),),
    **{**by_recipe(RECIPES["planar"], 400), "epochs": 1000},
)


def digits(name: str, data: str, kind: str, rate: float) -> Task:
    """Epochs of the digits article, on raw pixels: ten, where it makes five hundred."""
    return Task(
        name=name,
        title=f"{name}: 784-16-16-10, sigmoid and softmax, a full-batch epoch of 30,000 {kind}",
        data=data,
        start="digits",
        unit="epoch",
        per=10,
        peers=(("purenn", "purenn, bytes", "article's code", *PACKAGES),),
        **{**by_recipe(RECIPES["digits"], 30000), "epochs": 10, "rate": rate},
    )


def wide(name: str, data: str, kind: str) -> Task:
    """A net large enough for matrix products to be all that counts."""
    return Task(
        name=name,
        title=f"{name}: 784-512-512-10, sigmoid and softmax, a step on a batch of 128 {kind}",
        data=data,
        samples=1280,
        start="glorot",
        sizes=WIDE,
        output="softmax",
        batch=128,
        unit="step",
        per=10,
        peers=(("purenn", *PACKAGES),),
    )


def by_optimizer(optimizer: str, batch: int, rate: float) -> list[Task]:
    """An epoch of the digits, and a step of the wide net."""
    shared = {
        "data": "scaled",
        "start": "glorot",
        "output": "softmax",
        "batch": batch,
        "rate": rate,
        "optimizer": optimizer,
        "several_threads": False,
        "peers": (("purenn", *EAGER),),
    }
    how = f"in batches of {batch} by {optimizer}"
    return [
        Task(
            name=f"{optimizer}-{batch}",
            title=f"{optimizer}-{batch}: 784-16-16-10, an epoch of 30,000 images {how}",
            samples=30000,
            sizes=DIGITS,
            unit="epoch",
            **shared,
        ),
        Task(
            name=f"wide-{optimizer}-{batch}",
            title=f"wide-{optimizer}-{batch}: 784-512-512-10, a step {how}",
            samples=10 * batch,
            sizes=WIDE,
            unit="step",
            per=10,
            **shared,
        ),
    ]


def in_order_and_shuffled(
    name: str, samples: int, sizes: tuple[int, ...], batch: int
) -> list[Task]:
    """Epochs of bytes in batches, without and with an order of their own."""
    net = "-".join(map(str, sizes))
    return [
        Task(
            name=name + ending,
            title=f"{name}{ending}: {net}, an epoch of {samples:,} images as bytes in batches of "
            f"{batch}, {order}",
            data="digits",
            samples=samples,
            start="glorot",
            sizes=sizes,
            output="softmax",
            batch=batch,
            rate=0.001,
            shuffle=shuffle,
            several_threads=False,
            unit="epoch",
            peers=(("purenn, bytes", *EAGER),),
        )
        for ending, order, shuffle in (
            ("batches", "as they stand", False),
            ("shuffled", "shuffled", True),
        )
    ]


def one_by_one(name: str, title: str, call: str) -> Task:
    """What a call costs that has one sample."""
    return Task(
        name=name,
        title=f"{name}: {title}, 784-16-16-10, sigmoid and softmax",
        data="scaled",
        samples=1000,
        start="glorot",
        sizes=DIGITS,
        output="softmax",
        call=call,
        unit="call",
        per=1000,
        peers=(("purenn", *PACKAGES), ("purenn in C", "FANN")),
    )


def pure_python(name: str, title: str, **differences) -> Task:
    """No package on either side."""
    return Task(
        name=name, title=title, peers=(("purenn in Python", "plain Python"),), **differences
    )


SMALL_DIGITS = {
    "data": "optical",
    "samples": 200,
    "start": "glorot",
    "sizes": (64, 16, 10),
    "epochs": 5,
    "unit": "epoch",
    "per": 5,
}


COMPARED = [
    LETTERS,
    PLANAR,
    digits("digits", "digits", "images", RECIPES["digits"].learning_rate),
    digits("dense", "dense", "rows without zeros", 0.001),
    wide("wide", "scaled", "images"),
    wide("wide-dense", "scaled dense", "rows without zeros"),
    one_by_one("predict", "one prediction", "predict"),
    one_by_one("step", "one training step of one sample", "step"),
    *by_optimizer("momentum", 32, 0.1),
    *by_optimizer("momentum", 200, 0.1),
    *by_optimizer("adam", 32, 0.001),
    *by_optimizer("adam", 200, 0.001),
    *in_order_and_shuffled("", 30000, DIGITS, 200),
    *in_order_and_shuffled("wide-", 1280, WIDE, 128),
    Task(
        name="letters-shuffled",
        title="letters-shuffled: the letters as above, shuffled",
        shuffle=True,
        several_threads=False,
        peers=(("purenn", *EAGER),),
        **BY_LETTERS,
    ),
    pure_python(
        "python-letters",
        "python-letters: the letters as above, with no package on either side",
        **BY_LETTERS,
    ),
    pure_python(
        "python-digits",
        "python-digits: 64-16-10, sigmoid, an epoch of 200 small digits one by one, no package",
        **SMALL_DIGITS,
    ),
    pure_python(
        "python-batches",
        "python-batches: the same in batches of 20",
        **SMALL_DIGITS,
        batch=20,
    ),
]


def growing_samples() -> list[Task]:
    """The digits' net on more and more samples."""
    counts = (30, 300, 3000, 30000)
    return [_growing("digits", count, DIGITS, "digits") for count in counts]


def growing_weights() -> list[Task]:
    """300 samples through wider and wider nets."""
    widths = (10, 100, 1000, 10000)
    return [_growing("uniform", 300, (100, width, 10), "glorot") for width in widths]


def _growing(data: str, samples: int, sizes: tuple[int, ...], start: str) -> Task:
    """Ten epochs, so that what a call costs once does not bend the line."""
    return Task(
        name="linear",
        title=f"linear: {samples} samples, {sizes[0]}-{sizes[1]}-...-{sizes[-1]}",
        data=data,
        samples=samples,
        start=start,
        sizes=sizes,
        output="softmax",
        epochs=10,
        batch=samples,
        unit="epoch",
        per=10,
        peers=(("purenn",),),
    )
