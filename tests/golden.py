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

from purenn import Architecture, Network
from purenn.articles import digits, house_price, letters, planar
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
    TABLE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
