"""The letters A, B and C: 30 pixels, 5 hidden units, 3 outputs, no biases.

The article (documents 000 and 004) trains for 100 epochs, one letter at a time, and prints the
initial weights, 100 accuracies and the trained weights. The printed initial weights are from
another run; letters_rewind.py recovers a start that leads to every printed accuracy and to the
printed trained weights, and this program trains from it. "acc" is 100·(1 − mean loss).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engines import Engine, lists
from ..reference.random import RandomState
from ..shipped import dataset_tables, numbers
from ..terminal import blocks, curve
from .figures import Figure, Options, Result, array_text, exact_figure, matrix_figures, text_figure

ARTICLE = "letters"
EPOCHS = 100
ALPHA = 0.1

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

PRINTED_X = {
    "A": "001100 010010 111111 100001 100001",
    "B": "011110 010010 011110 010010 011110",
    "C": "011110 010000 010000 010000 011110",
}
PRINTED_C_IN_004 = "011110 010000 001000 010000 0011110"  # 31 pixels
PRINTED_Y = "[[1 0 0][0 1 0][0 0 1]]"
PRINTED_PREDICTION = "Image is of letter B."


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


def trained_from(
    engine: Engine, start: tuple[list[list[float]], list[list[float]]], epochs: int
) -> tuple[Any, Any, list[float], list[float]]:
    """Trained w1 and w2, accuracies and losses from that start, which stays as it is."""
    w1, w2 = (engine.matrix([list(row) for row in w]) for w in start)
    acc, losss = train(engine, w1, w2, ALPHA, epochs)
    return w1, w2, acc, losss


def reproduce(engine: Engine, show: Callable[[str], None], options: Options) -> Result:
    """Prints what the article prints, from the recovered start, or from random weights."""
    epochs = options.epochs or EPOCHS
    if options.seed is None:
        start = weights("letters_recovered_initial_weights.csv")
    else:
        stream = RandomState(options.seed)
        start = generate_wt(stream, 30, 5), generate_wt(stream, 5, 3)

    for name, letter in zip("ABC", (a, b, c)):
        show(f"{name}\n{blocks(letter, 6)}\n")
    show("[" + ", \n ".join(f"array([{letter}])" for letter in (a, b, c)) + "]")
    show(f"\n\n {labels_text()}\n")
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

    figures = data_figures()
    shortened = ""
    if options.seed is None:
        figures += accuracy_figures(acc)
        if epochs == EPOCHS:
            figures += trained_weight_figures(w1, w2)
            figures += [text_figure(ARTICLE, "prediction", PRINTED_PREDICTION, prediction)]
            figures += [printed_start_figure(engine)]
        else:
            shortened = f"{epochs} epochs, not {EPOCHS}: the trained weights are not compared"
    else:
        shortened = f"seed {options.seed} is not the article's run, so only its data is compared"
    trace = acc + [value for row in w1 + w2 for value in row]
    return Result(figures, trace, lambda figure: plot(figure, acc, losss), shortened)


def data_figures() -> list[Figure]:
    """The letters and labels as printed, document 004's misprint of C included."""
    figures = [
        text_figure(ARTICLE, f"x, {name}", PRINTED_X[name], pixel_text(letter))
        for name, letter in zip("ABC", (a, b, c))
    ]
    figures.append(text_figure(ARTICLE, "y", PRINTED_Y, labels_text().replace("\n ", "")))
    misprint = text_figure(ARTICLE, "x, C in document 004", PRINTED_C_IN_004, pixel_text(c), "L6")
    return [*figures, misprint]


def labels_text() -> str:
    """The labels as NumPy prints them."""
    return "[" + "\n ".join(f"[{' '.join(map(str, label))}]" for label in LABELS) + "]"


def pixel_text(letter: list[int]) -> str:
    """The pixels of a letter, in groups of a row."""
    return " ".join("".join(map(str, letter[i : i + 6])) for i in range(0, len(letter), 6))


def accuracy_figures(acc: list[float]) -> list[Figure]:
    """The printed accuracies of as many epochs as were computed."""
    (printed,) = dataset_tables("letters_accuracies.csv")
    return [
        exact_figure(ARTICLE, f"acc, epoch {epoch}", text, value)
        for (epoch, text), value in zip(printed, acc)
    ]


def trained_weight_figures(w1: list[list[float]], w2: list[list[float]]) -> list[Figure]:
    """The 165 printed trained weights."""
    printed_w1, printed_w2 = dataset_tables("letters_printed_trained_weights.csv")
    return matrix_figures(ARTICLE, "trained w1", printed_w1, w1) + matrix_figures(
        ARTICLE, "trained w2", printed_w2, w2
    )


def printed_start_figure(engine: Engine) -> Figure:
    """Where the printed initial weights lead, against the accuracy that the article prints."""
    _, _, acc, _ = trained_from(engine, weights("letters_printed_initial_weights.csv"), EPOCHS)
    (printed,) = dataset_tables("letters_accuracies.csv")
    figure = exact_figure(
        ARTICLE, "acc, epoch 100, from the printed initial weights", printed[-1][1], acc[-1]
    )
    return figure._replace(erratum="L3", again=True)


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
