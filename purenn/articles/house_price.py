"""The price of a house: two inputs, three hidden units, one output, forward only.

"Neural Network from Scratch using Python" (document 001, which gives neither author, site nor
date) divides rooms and quality by their maxima, sets every weight to 0.5, and prints z2, a2, z3
and y. Those numbers don't come from the rows that it prints but from others, so both are computed
here. It stops before learning; here the network is trained, from the article's equal weights,
which keep the hidden units equal for ever, and from random ones, and answers the article's
question mark for (4, 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..engines import lists
from ..network import Network
from ..random_state import RandomState
from ..terminal import curve
from .printed import (
    Document,
    Number,
    Options,
    Result,
    array_text,
    compare_decimals,
    compare_matrix,
)
from .recipe import Recipe

if TYPE_CHECKING:
    from ..engines import Engine

DOCUMENT = Document("house_price", "001", "Neural Network from Scratch using Python", numbers=24)
DOCUMENTS = [DOCUMENT]
SEED = 1

# X = (No.Bedroom, Quality), y = score on salePrice
PRINTED_ROWS = [[2.0, 7.0], [1.0, 3.0], [3.0, 9.0]]
ROWS_BEHIND_THE_NUMBERS = [[2.0, 9.0], [1.0, 5.0], [3.0, 6.0]]
PRICES = [[94.0], [89.0], [83.0]]
QUESTION = [4.0, 7.0]

# weights
W1 = [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]  # input layer to hidden layer
W2 = [[0.5], [0.5], [0.5]]  # hidden layer to output
NO_BIAS_1, NO_BIAS_2 = [0.0, 0.0, 0.0], [0.0]

PRINTED = {
    "z2": [["0.83333333"] * 3, ["0.44444444"] * 3, ["0.83333333"] * 3],
    "a2": [["0.69705928"] * 3, ["0.60931754"] * 3, ["0.69705928"] * 3],
    "z3": [["1.04558893"], ["0.91397631"], ["1.04558893"]],
    "y": [["0.73992695"], ["0.71381315"], ["0.73992695"]],
}


def scale(rows: list[list[float]], maxima: list[float]) -> list[list[float]]:
    """X / np.amax(X, axis=0)."""
    return [[value / largest for value, largest in zip(row, maxima)] for row in rows]


def amax(rows: list[list[float]]) -> list[float]:
    """The largest value of each column."""
    return [max(column) for column in zip(*rows)]


def forward(engine: Engine, X: list[list[float]]) -> dict[str, list[list[float]]]:
    """The article's four steps."""
    f = engine.functions
    z2 = f.affine(X, W1, NO_BIAS_1)  # dot product of X (input) and first set of weights
    a2 = f.sigmoid_forward(z2)  # activation function
    z3 = f.affine(a2, W2, NO_BIAS_2)  # dot product of hidden layer (a2) and second set of weights
    y = f.sigmoid_forward(z3)  # final activation function
    return {"z2": lists(z2), "a2": lists(a2), "z3": lists(z3), "y": lists(y)}


def random_weights(seed: int) -> list:
    """np.random.randn, which the article's text announces and its code does not use."""
    stream = RandomState(seed)
    return [(stream.randn(2, 3), NO_BIAS_1), (stream.randn(3, 1), NO_BIAS_2)]


def samples() -> tuple[list[list[float]], list[list[float]]]:
    """The printed rows and prices, scaled as the article scales them."""
    X = scale(PRINTED_ROWS, amax(PRINTED_ROWS))
    y = [[price / 100] for (price,) in PRICES]  # max salePrice is 100
    return X, y


# The network and its data are the article's; the learning, which it leaves to a sequel, is ours.
RECIPE = Recipe(
    sizes=(2, 3, 1),
    activations=("sigmoid", "sigmoid"),
    loss="mean_squared_error",
    bias=False,
    learning_rate=0.5,
    batch_size=None,
    epochs=1000,
    start=lambda: random_weights(SEED),
    samples=samples,
)


def train(engine: Engine, weights: list, epochs: int) -> tuple[Network, list[float]]:
    """The network trained by the recipe from those weights, and the loss of each epoch."""
    network = RECIPE.network(engine.name, weights)
    history = network.fit(
        *samples(),
        epochs=epochs,
        learning_rate=RECIPE.learning_rate,
        batch_size=RECIPE.batch_size,
    )
    return network, history.history["loss"]


def reproduce(engine: Engine, show: Callable[[str], None], options: Options) -> Result:
    """Prints what the article prints, then what it stops short of."""
    epochs = options.epochs or RECIPE.epochs
    seed = SEED if options.seed is None else options.seed

    behind = forward(engine, scale(ROWS_BEHIND_THE_NUMBERS, amax(ROWS_BEHIND_THE_NUMBERS)))
    for name in PRINTED:
        show(f"print({name})\n{array_text(behind[name])}")
    show("The rows (2,9) (1,5) (3,6) give these numbers. The rows that the article prints,")
    as_printed = forward(engine, scale(PRINTED_ROWS, amax(PRINTED_ROWS)))
    show(f"(2,7) (1,3) (3,9), give\nprint(z2)\n{array_text(as_printed['z2'])}")

    question = scale([QUESTION], amax(PRINTED_ROWS))
    equal, equal_losses = train(engine, [(W1, NO_BIAS_1), (W2, NO_BIAS_2)], epochs)
    free, free_losses = train(engine, random_weights(seed), epochs)
    for text, network, losses in (
        ("from weights of 0.5", equal, equal_losses),
        (f"from random weights, seed {seed}", free, free_losses),
    ):
        price = 100 * network.predict(question)[0][0]
        show(f"\n{epochs} epochs {text}: W1 =\n{array_text(network.get_weights()[0][0])}")
        show(f"loss {losses[0]:.8f} → {losses[-1]:.8f}; No.BedRoom 4, quality 7: {price:.2f}")
    show("\n" + curve(free_losses, "loss from random weights"))

    from_others = numbers_from_other_rows(behind)
    from_printed = numbers_from_the_printed_rows(as_printed)
    steps = (*behind.values(), *as_printed.values())
    trace = [value for rows in steps for row in rows for value in row]
    trace += equal_losses + free_losses
    return Result(
        from_others + from_printed,
        trace,
        lambda figure: plot(figure, equal_losses, free_losses),
        remark=f"{sum(number.agrees for number in from_printed)} of {len(from_printed)} distinct "
        "numbers follow from the rows that it prints, all from other rows (H1)",
    )


def numbers_from_other_rows(computed: dict[str, list[list[float]]]) -> list[Number]:
    """The 24 printed numbers, from the rows that give them."""
    return [
        number
        for name, printed in PRINTED.items()
        for number in compare_matrix(DOCUMENT, name, printed, computed[name])
    ]


def numbers_from_the_printed_rows(computed: dict[str, list[list[float]]]) -> list[Number]:
    """The distinct printed numbers once more: hidden units are equal, so the first of each row."""
    return [
        compare_decimals(
            DOCUMENT, f"{name}[{i}][0] from the printed rows", first, computed[name][i][0]
        )._replace(erratum="H1", counts_as=0)
        for name, printed in PRINTED.items()
        for i, (first, *_) in enumerate(printed)
    ]


def plot(figure: Any, equal_losses: list[float], free_losses: list[float]) -> None:
    """The two loss curves."""
    axes = figure.subplots()
    axes.plot(equal_losses, label="from weights of 0.5")
    axes.plot(free_losses, label="from random weights")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    axes.legend()
