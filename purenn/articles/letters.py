"""The letters A, B and C: 30 pixels, 5 hidden units, 3 outputs, no biases.

"Implementation of neural network from scratch using NumPy" came in two editions: document 000, of
18 April 2023, and 004, of 11 April 2025. Neither names its author; 004 names its site, GfG
(GeeksforGeeks). The article trains for 100 epochs, one letter at a time. 000 prints the initial
weights, 100 accuracies and the trained weights. The printed initial weights are from another run;
letters_rewind.py recovers a start that leads to every printed accuracy and to the printed trained
weights, and this program trains from it. "acc" is 100·(1 − mean loss). 004 prints the same data and
initial weights, nothing of the training, and a prediction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..engines import lists
from ..random_state import RandomState
from ..shipped import dataset_tables, numbers
from ..terminal import blocks, curve
from .letters_printed import (
    DOCUMENTS as DOCUMENTS,
)
from .letters_printed import (
    accuracy_numbers,
    data_numbers,
    data_of_004,
    initial_weight_numbers,
    labels_text,
    prediction_number,
    printed_start_number,
    run_of_004,
    trained_weight_numbers,
)
from .printed import Options, Result, array_text
from .recipe import Recipe

if TYPE_CHECKING:
    from ..engines import Engine

PRINTED_START = "letters_printed_initial_weights.csv"
RECOVERED_START = "letters_recovered_initial_weights.csv"

# Creating data set

# A
a = [
    0, 0, 1, 1, 0, 0,
    0, 1, 0, 0, 1, 0,
    1, 1, 1, 1, 1, 1,
    1, 0, 0, 0, 0, 1,
    1, 0, 0, 0, 0, 1,
]  # fmt: skip
# B
b = [
    0, 1, 1, 1, 1, 0,
    0, 1, 0, 0, 1, 0,
    0, 1, 1, 1, 1, 0,
    0, 1, 0, 0, 1, 0,
    0, 1, 1, 1, 1, 0,
]  # fmt: skip
# C
c = [
    0, 1, 1, 1, 1, 0,
    0, 1, 0, 0, 0, 0,
    0, 1, 0, 0, 0, 0,
    0, 1, 0, 0, 0, 0,
    0, 1, 1, 1, 1, 0,
]  # fmt: skip

# Creating labels
LABELS = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]

# Each image and each label is one row: a batch of one sample.
x = [[[float(pixel) for pixel in letter]] for letter in (a, b, c)]
y = [[[float(value) for value in label]] for label in LABELS]

NO_BIAS_1, NO_BIAS_2 = [0.0] * 5, [0.0] * 3


def f_forward(engine: Engine, x: Any, w1: Any, w2: Any) -> tuple[Any, Any]:
    """Creating the feed forward neural network: outputs of the hidden and of the output layer."""
    f = engine.functions
    # hidden
    z1 = f.affine(x, w1, NO_BIAS_1)  # input from layer 1
    a1 = f.sigmoid_forward(z1)  # output of layer 2
    # output layer
    z2 = f.affine(a1, w2, NO_BIAS_2)  # input of out layer
    a2 = f.sigmoid_forward(z2)  # output of out layer
    return a1, a2


def generate_wt(stream: RandomState, rows: int, columns: int) -> list[list[float]]:
    """Initializing the weights randomly."""
    return stream.randn(rows, columns)


def loss(engine: Engine, out: Any, Y: Any) -> float:
    """For loss we will be using mean square error (MSE)."""
    return engine.functions.mean_squared_error(out, Y)[0]


def back_prop(engine: Engine, x: Any, y: Any, w1: Any, w2: Any, alpha: float) -> None:
    """Back propagation of error, and one step on w1 and w2 in place."""
    f = engine.functions
    a1, a2 = f_forward(engine, x, w1, w2)
    # error in output layer
    d2 = f.matched_gradient(a2, y)
    d1 = f.sigmoid_backward(f.input_gradient(d2, w2), a1)
    # gradient for w1 and w2
    w1_adj = f.weight_gradient(x, d1)
    w2_adj = f.weight_gradient(a1, d2)
    # updating parameters
    for w, adj in ((w1, w1_adj), (w2, w2_adj)):
        for w_row, adj_row in zip(w, adj):
            f.gradient_descent(w_row, adj_row, alpha)


def train(
    engine: Engine, w1: Any, w2: Any, alpha: float = 0.01, epoch: int = 10
) -> tuple[list[float], list[float]]:
    """Trains w1 and w2 in place on all letters; accuracies in percent and losses by epoch."""
    acc = []
    losss = []
    for _ in range(epoch):
        total = 0.0
        for i in range(len(x)):
            _, out = f_forward(engine, x[i], w1, w2)
            total = total + loss(engine, out, y[i])
            back_prop(engine, x[i], y[i], w1, w2, alpha)
        acc.append((1 - (total / len(x))) * 100)
        losss.append(total / len(x))
    return acc, losss


def predict(engine: Engine, x: Any, w1: Any, w2: Any) -> str:
    """The article's sentence about an image."""
    _, Out = f_forward(engine, x, w1, w2)
    maxm = 0.0
    k = 0
    for i, value in enumerate(Out[0]):
        if maxm < value:
            maxm = value
            k = i
    return f"Image is of letter {'ABC'[k]}."


def weights(name: str) -> tuple[list[list[float]], list[list[float]]]:
    """w1 (30, 5) and w2 (5, 3) of a file in datasets/."""
    w1, w2 = dataset_tables(name)
    return numbers(w1), numbers(w2)


def recovered_start() -> list:
    """The recovered initial weights, as (W, b) of purenn."""
    w1, w2 = weights(RECOVERED_START)
    return [(w1, NO_BIAS_1), (w2, NO_BIAS_2)]


# d2 = a2 − y, which back_prop descends, is the gradient of the cross-entropy.
RECIPE = Recipe(
    sizes=(30, 5, 3),
    activations=("sigmoid", "sigmoid"),
    loss="binary_cross_entropy",
    bias=False,
    learning_rate=0.1,
    batch_size=1,
    epochs=100,
    start=recovered_start,
    samples=lambda: ([row for (row,) in x], [row for (row,) in y]),
)


def trained_from(
    engine: Engine, start: tuple[list[list[float]], list[list[float]]], epochs: int
) -> tuple[Any, Any, list[float], list[float]]:
    """Trained w1 and w2, accuracies and losses from that start, which stays as it is."""
    w1, w2 = map(engine.matrix, start)
    acc, losss = train(engine, w1, w2, RECIPE.learning_rate, epochs)
    return w1, w2, acc, losss


def reproduce(engine: Engine, show: Callable[[str], None], options: Options) -> Result:
    """Prints what the article prints, from the recovered start, or from random weights."""
    epochs = options.epochs or RECIPE.epochs
    if options.seed is None:
        start = weights(RECOVERED_START)
    else:
        stream = RandomState(options.seed)
        start = generate_wt(stream, 30, 5), generate_wt(stream, 5, 3)

    for name, letter in zip("ABC", (a, b, c)):
        show(f"{name}\n{blocks(letter, 6)}\n")
    show("[" + ", \n ".join(f"array([{letter}])" for letter in (a, b, c)) + "]")
    show(f"\n\n {labels_text(LABELS)}\n")
    show(f"{array_text(start[0])} \n\n {array_text(start[1])}\n")
    w1, w2, acc, losss = trained_from(engine, start, epochs)
    for j, value in enumerate(acc):
        show(f"epochs: {j + 1} ======== acc: {value}")
    show("\n" + curve(acc, "Accuracy"))
    show("\n" + curve(losss, "Loss"))
    w1, w2 = lists(w1), lists(w2)
    show(f"\n{array_text(w1)} \n {array_text(w2)}\n")
    prediction = predict(engine, x[1], w1, w2)
    show(f"{prediction}\n{blocks(b, 6)}")

    compared = data_numbers((a, b, c), LABELS)
    of_004 = data_of_004(compared)
    shortened = ""
    if options.seed is not None:
        shortened = f"seed {options.seed} is not the article's run, so only its data is compared"
    else:
        compared += initial_weight_numbers(start) + accuracy_numbers(acc)
        if epochs == RECIPE.epochs:
            compared += [*trained_weight_numbers((w1, w2)), prediction_number(prediction)]
        else:
            shortened = f"{epochs} epochs, not {RECIPE.epochs}: the trained weights are left out"
        compared += [printed_start_number(accuracy_from_the_printed_start(engine))]
        of_004 += run_of_004(own_prediction_of_004(engine))
    trace = acc + [value for row in w1 + w2 for value in row]
    return Result(compared + of_004, trace, lambda figure: plot(figure, acc, losss), shortened)


def own_prediction_of_004(engine: Engine) -> str:
    """For the B, from the printed initial weights; its train returns after one epoch (L11)."""
    w1, w2, _, _ = trained_from(engine, weights(PRINTED_START), 1)
    return predict(engine, x[1], lists(w1), lists(w2))


def accuracy_from_the_printed_start(engine: Engine) -> float:
    """The last one of a training that begins at the printed initial weights."""
    _, _, acc, _ = trained_from(engine, weights(PRINTED_START), RECIPE.epochs)
    return acc[-1]


def plot(figure: Any, acc: list[float], losss: list[float]) -> None:
    """The images of A, B and C, and accuracy and loss over the epochs."""
    images, curves = figure.subfigures(2, 1, height_ratios=(1, 2))
    for axes, letter in zip(images.subplots(1, 3), (a, b, c)):
        axes.imshow([letter[start : start + 6] for start in range(0, 30, 6)])
    accuracy, loss = curves.subplots(1, 2)
    accuracy.plot(acc)
    accuracy.set(xlabel="Epochs:", ylabel="Accuracy")
    loss.plot(losss)
    loss.set(xlabel="Epochs:", ylabel="Loss")
