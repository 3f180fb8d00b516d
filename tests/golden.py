"""The trained weights of each article as one SHA-256, the same wherever purenn runs.

`pypy3 tests/golden.py` writes the table tests/data/golden.json with the reference, in half
a minute.
"""

import json
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import NamedTuple

from cases import Learning

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


def adam_with_dropout(engine, threads=None, epochs=3):
    """The digest of weights, losses and validation losses of digits learned by Adam, with dropout,
    in a new order each epoch."""
    return digest_of_training(engine, threads, epochs, ())


def early_stopping(engine, threads=None):
    """The same until it gets no better, and the best weights."""
    return digest_of_training(engine, threads, 60, EarlyStopping(2))


def digest_of_training(engine, threads, epochs, callbacks):
    X, Y = (rows[:60] for rows in digits.ON_SHIPPED_IMAGES.samples())
    network = Network(
        [64, 12, 8, 10],
        activations=["relu", "tanh", "softmax"],
        loss="categorical_cross_entropy",
        dropout=[0.2, 0.1],
        initialization="he_normal",
        input_scale=16.0,
        seed=11,
        backend=engine.name,
        threads=threads,
    )
    history = network.fit(
        X,
        Y,
        epochs=epochs,
        optimizer=Optimizer("adam", clip_norm=1.0),
        learning_rate=0.02,
        batch_size=16,
        shuffle=True,
        seed=12,
        validation_split=0.25,
        callbacks=callbacks,
    )
    numbers = [value for W, b in network.get_weights() for row in (*W, b) for value in row]
    return digest_of_numbers(numbers + history["loss"] + history["val_loss"])


TRAININGS = {
    "digits by Adam with dropout, 3 epochs": adam_with_dropout,
    "digits by Adam until it gets no better": early_stopping,
}


def digest(weights):
    """The SHA-256 of weights as big-endian binary64: layer by layer, W row-major, then b."""
    return digest_of_numbers([value for W, b in weights for row in (*W, b) for value in row])


def digest_of_numbers(numbers):
    return sha256(pack(f">{len(numbers)}d", *numbers)).hexdigest()


def golden(name):
    """The digest in the table."""
    return json.loads(TABLE.read_text(encoding="utf-8"))[name]


if __name__ == "__main__":
    table = {name: trained(engine("python"), name) for name in RECIPES}
    table.update((name, train(engine("python"))) for name, train in TRAININGS.items())
    TABLE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
