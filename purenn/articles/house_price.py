"""The price of a house: two inputs, three hidden units, one output, forward only.

The article (document 001) divides rooms and quality by their maxima, sets every weight to 0.5,
and prints z2, a2, z3 and y. Those figures are not of the rows that it prints but of others, so
both are computed here. It stops before learning; here the network is trained, from the article's
equal weights, which keep the hidden units equal for ever, and from random ones, and answers the
article's question mark for (4, 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engines import Engine, lists
from ..network import Network
from ..reference.random import RandomState
from ..terminal import curve
from .figures import Figure, Options, Result, array_text, decimals_figure, matrix_figures

ARTICLE = "house_price"
EPOCHS = 1000
LEARNING_RATE = 0.5
SEED = 1

# X = (No.Bedroom, Quality), y = score on salePrice
PRINTED_ROWS = [[2.0, 7.0], [1.0, 3.0], [3.0, 9.0]]
ROWS_BEHIND_THE_FIGURES = [[2.0, 9.0], [1.0, 5.0], [3.0, 6.0]]
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


def train(engine: Engine, weights: list, epochs: int) -> tuple[Network, list[float]]:
    """The learning that the article leaves to a sequel: mean squared error, full batch."""
    network = Network((2, 3, 1), bias=False, seed=0, backend=engine.name)
    network.set_weights(weights)
    X = scale(PRINTED_ROWS, amax(PRINTED_ROWS))
    y = [[price / 100] for (price,) in PRICES]  # max salePrice is 100
    history = network.fit(X, y, epochs=epochs, learning_rate=LEARNING_RATE)
    return network, history.history["loss"]


def random_weights(seed: int) -> list:
    """np.random.randn, which the article's text announces and its code does not use."""
    stream = RandomState(seed)
    return [(stream.randn(2, 3), NO_BIAS_1), (stream.randn(3, 1), NO_BIAS_2)]


def reproduce(engine: Engine, show: Callable[[str], None], options: Options) -> Result:
    """Prints what the article prints, then what it stops short of."""
    epochs = options.epochs or EPOCHS
    seed = SEED if options.seed is None else options.seed

    behind = forward(engine, scale(ROWS_BEHIND_THE_FIGURES, amax(ROWS_BEHIND_THE_FIGURES)))
    for name in PRINTED:
        show(f"print({name})\n{array_text(behind[name])}")
    show("The rows (2,9) (1,5) (3,6) give these figures. The rows that the article prints,")
    as_printed = forward(engine, scale(PRINTED_ROWS, amax(PRINTED_ROWS)))
    show(f"(2,7) (1,3) (3,9), give\nprint(z2)\n{array_text(as_printed['z2'])}")

    figures: list[Figure] = []
    for name, printed in PRINTED.items():
        figures += matrix_figures(ARTICLE, name, printed, behind[name])
    for name, printed in PRINTED.items():
        for i, (text, *_) in enumerate(printed):
            place = f"{name}[{i}][0] from the printed rows"
            figure = decimals_figure(ARTICLE, place, text, as_printed[name][i][0])
            figures.append(figure._replace(erratum="H1", again=True))

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

    steps = (*behind.values(), *as_printed.values())
    trace = [value for rows in steps for row in rows for value in row]
    trace += equal_losses + free_losses
    return Result(figures, trace, lambda figure: plot(figure, equal_losses, free_losses))


def plot(figure: Any, equal_losses: list[float], free_losses: list[float]) -> None:
    """The two loss curves."""
    axes = figure.subplots()
    axes.plot(equal_losses, label="from weights of 0.5")
    axes.plot(free_losses, label="from random weights")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    axes.legend()
