"""The trained weights of each article, and of two trainings more, as one SHA-256, the same wherever
purenn runs.

`pypy3 tests/golden.py` writes the table tests/data/golden.json with the reference, in half
a minute.
"""

import json
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import NamedTuple

from cases import Learning, flat

from purenn import Architecture, Network, Optimizer
from purenn.articles import digits, house_price, letters, planar
from purenn.callbacks import EarlyStopping
from purenn.engines import engine

TABLE = Path(__file__).parent / "data" / "golden.json"


class Recipe(NamedTuple):
    """An article's recipe with its weights and data at hand, and the attributes of cases.Case."""

    weights: list
    X: list
    Y: list
    batch_size: int
    activations: tuple
    loss: str
    bias: bool
    rate: float
    epochs: int

    @property
    def sizes(self):
        return [len(self.X[0]), *(len(b) for _, b in self.weights)]

    @property
    def learning(self):
        return Learning(self.rate)

    @property
    def orders(self):
        return [range(len(self.X))] * self.epochs


def drawn(recipe, epochs=None, count=None):
    """That recipe, or that many epochs of it on its first `count` samples."""
    X, Y = (rows[:count] for rows in recipe.samples())
    return Recipe(
        recipe.start(),
        X,
        Y,
        recipe.batch_size or len(X),
        recipe.activations,
        recipe.loss,
        recipe.bias,
        recipe.learning_rate,
        epochs or recipe.epochs,
    )


# What the reference computes in seconds, and what takes CPython minutes.
SHORT = {
    "house_price, 1000 epochs": lambda: drawn(house_price.RECIPE),
    "letters, 100 epochs": lambda: drawn(letters.RECIPE),
    "planar, 100 iterations": lambda: drawn(planar.RECIPE, epochs=100),
    "digits, 2 epochs, 100 images": lambda: drawn(digits.ON_SHIPPED_IMAGES, 2, 100),
}
FULL = {
    "planar, 10000 iterations": lambda: drawn(planar.RECIPE),
    "digits, 500 epochs": lambda: drawn(digits.ON_SHIPPED_IMAGES),
}
RECIPES = {**SHORT, **FULL}


def trained(engine, name, threads=None):
    """The digest of the weights that this engine computes."""
    recipe = RECIPES[name]()
    architecture = Architecture(
        recipe.sizes, activations=recipe.activations, loss=recipe.loss, bias=recipe.bias, seed=0
    )
    network = Network.of(architecture, recipe.weights, backend=engine.name, threads=threads)
    network.fit(
        recipe.X,
        recipe.Y,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.rate,
    )
    return digest(network.get_weights())


class Course(NamedTuple):
    """A training with what the articles do without: first weights from a seed, inputs that are
    scaled, Adam, clipping, dropout, a new order each epoch, samples that are held out; where
    `patience` is not 0, until these get no better for so many epochs, with the best weights."""

    X: list
    Y: list
    held_X: list
    held_Y: list
    epochs: int
    patience: int
    sizes: tuple = (64, 12, 8, 10)
    activations: tuple = ("relu", "tanh", "softmax")
    loss: str = "categorical_cross_entropy"
    initialization: str = "he_normal"
    weights_seed: int = 11
    scale: float = 16.0
    dropout: tuple = (0.2, 0.1)
    largest_norm: float = 1.0
    rate: float = 0.02
    batch_size: int = 16
    seed: int = 12

    @property
    def optimizer(self):
        return Optimizer("adam", clip_norm=self.largest_norm)


def on_digits(epochs, patience):
    """On sixty digits, a quarter of them held out."""
    X, Y = digits.ON_SHIPPED_IMAGES.samples()
    return Course(X[:45], Y[:45], X[45:60], Y[45:60], epochs, patience)


COURSES = {
    "digits by Adam with dropout, 3 epochs": lambda: on_digits(3, 0),
    "digits by Adam until it gets no better": lambda: on_digits(60, 2),
}
# What every target computes.
WORKLOAD = (*SHORT, *COURSES)


def learned(engine, name, threads=None):
    """The weights, the losses and those of held-out samples that this engine computes for users."""
    course = COURSES[name]()
    network = Network(
        course.sizes,
        activations=course.activations,
        loss=course.loss,
        dropout=course.dropout,
        initialization=course.initialization,
        input_scale=course.scale,
        seed=course.weights_seed,
        backend=engine.name,
        threads=threads,
    )
    history = network.fit(
        course.X,
        course.Y,
        epochs=course.epochs,
        optimizer=course.optimizer,
        learning_rate=course.rate,
        batch_size=course.batch_size,
        shuffle=True,
        seed=course.seed,
        validation_data=(course.held_X, course.held_Y),
        callbacks=[EarlyStopping(course.patience)] if course.patience else [],
    )
    return [*flat(network.get_weights()), *history["loss"], *history["val_loss"]]


def digest(weights):
    return digest_of_numbers(flat(weights))


def digest_of_numbers(numbers):
    """The SHA-256 of numbers as big-endian binary64."""
    return sha256(pack(f">{len(numbers)}d", *numbers)).hexdigest()


def golden(name):
    """The digest in the table."""
    return json.loads(TABLE.read_text(encoding="utf-8"))[name]


if __name__ == "__main__":
    table = {name: trained(engine("python"), name) for name in RECIPES}
    for name in COURSES:
        table[name] = digest_of_numbers(learned(engine("python"), name))
    TABLE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
