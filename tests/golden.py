"""The trained weights of each article as one SHA-256, the same wherever purenn runs.

`pypy3 tests/golden.py` writes the table tests/data/golden.json from the text, in half a minute.
"""

import json
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import NamedTuple

from purenn.articles import digits, house_price, letters, planar
from purenn.engines import engine

TABLE = Path(__file__).parent / "data" / "golden.json"


class Recipe(NamedTuple):
    """A training as an article has it, with the attributes of cases.Case."""

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
    def orders(self):
        return [range(len(self.X))] * self.epochs


def house_price_recipe(epochs):
    """From the random weights that the article announces."""
    weights = house_price.random_weights(house_price.SEED)
    X = house_price.scale(house_price.PRINTED_ROWS, house_price.amax(house_price.PRINTED_ROWS))
    Y = [[price / 100] for (price,) in house_price.PRICES]
    how = ("sigmoid",) * 2, "mean_squared_error", False, house_price.LEARNING_RATE
    return Recipe(weights, X, Y, len(X), *how, epochs)


def letters_recipe(epochs):
    """From the recovered start, one letter at a time."""
    w1, w2 = letters.weights("letters_recovered_initial_weights.csv")
    X, Y = [row for (row,) in letters.x], [row for (row,) in letters.y]
    weights = [(w1, letters.NO_BIAS_1), (w2, letters.NO_BIAS_2)]
    how = ("sigmoid",) * 2, "binary_cross_entropy", False, letters.ALPHA
    return Recipe(weights, X, Y, 1, *how, epochs)


def planar_recipe(iterations):
    """From the shipped points and weights."""
    X, Y, W1, W2 = planar.shipped_dataset()
    weights = [(W1, [0.0] * 4), (W2, [0.0])]
    how = ("tanh", "sigmoid"), "binary_cross_entropy", True, planar.LEARNING_RATE
    return Recipe(weights, X, Y, len(X), *how, iterations)


def digits_recipe(epochs, count=None):
    """From seed 0, on the first `count` of the shipped images, or all those for training."""
    images, for_training = digits.load(None)
    X, Y, _ = images.part(engine("python"), 0, count or for_training)
    weights = digits.initial_parameters((images.size, 16, 16, 10), digits.SEED)
    how = digits.ACTIVATIONS, digits.LOSS, True, digits.ALPHA
    return Recipe(weights, X, Y, len(X), *how, epochs)


# What the text computes in seconds, and what takes CPython minutes.
SHORT = {
    "house_price, 1000 epochs": lambda: house_price_recipe(house_price.EPOCHS),
    "letters, 100 epochs": lambda: letters_recipe(letters.EPOCHS),
    "planar, 100 iterations": lambda: planar_recipe(100),
    "digits, 2 epochs, 100 images": lambda: digits_recipe(2, 100),
}
FULL = {
    "planar, 10000 iterations": lambda: planar_recipe(planar.ITERATIONS),
    "digits, 500 epochs": lambda: digits_recipe(digits.EPOCHS),
}
RECIPES = {**SHORT, **FULL}


def trained(engine, name, threads=None):
    """The digest of the weights that this engine computes."""
    recipe = RECIPES[name]()
    parameters = engine.parameters(recipe.weights)
    training = engine.training(
        parameters,
        engine.matrix(recipe.X),
        engine.matrix(recipe.Y),
        recipe.batch_size,
        recipe.activations,
        recipe.loss,
        recipe.bias,
        recipe.rate,
        threads=threads,
    )
    training.run(recipe.epochs)
    return digest(parameters)


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
