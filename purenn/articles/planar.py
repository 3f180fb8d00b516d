"""Two classes on the petals of a flower: 2 inputs, 4 hidden units of tanh, 1 sigmoid output.

"Deep Neural net with forward and back propagation from scratch - Python" (document 003, of 10
September 2024, which gives neither author nor site) draws data and weights from np.random.seed(1),
which determines its whole run, and prints no number. The data needs sin and cos, which are not
purenn's, so the 400 points and 12 weights are shipped as NumPy computes them;
`load_planar_dataset` and `initial_weights` draw them anew, to within GENERATOR_BOUND. Here rows
are samples: X is the article's X transposed, W1 and W2 too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..random_state import RandomState
from ..shipped import dataset_tables, numbers
from ..terminal import curve, decision_map, progress
from .printed import Document, Options, Result
from .recipe import Recipe

if TYPE_CHECKING:
    from ..engines import Engine

TITLE = "Deep Neural net with forward and back propagation from scratch - Python"
DOCUMENTS = [Document("planar", "003", TITLE, numbers=0, date="10 Sep 2024")]
SEED = 1
GENERATOR_BOUND = 1e-14  # sin, cos and log each differ by a few ulp; coordinates are below 5


def load_planar_dataset(
    stream: RandomState, m: int = 400
) -> tuple[list[list[float]], list[list[float]]]:
    """X (m, 2) and Y (m, 1), labels 0 for red and 1 for blue, drawn as the article draws them."""
    N = m // 2  # number of points per class
    a = 4  # maximum ray of the flower
    X = []
    Y = []
    for j in range(2):
        step = ((j + 1) * 3.12 - j * 3.12) / (N - 1)
        t = [j * 3.12 + i * step for i in range(N)]  # np.linspace
        t[-1] = (j + 1) * 3.12
        t = [angle + g * 0.2 for angle, g in zip(t, stream.randn(N))]  # theta
        r = [a * math.sin(4 * angle) + g * 0.2 for angle, g in zip(t, stream.randn(N))]  # radius
        X += [[ray * math.sin(angle), ray * math.cos(angle)] for ray, angle in zip(r, t)]
        Y += [[float(j)] for _ in range(N)]
    return X, Y


def initial_weights(stream: RandomState) -> tuple[list[list[float]], list[list[float]]]:
    """W1 (2, 4) and W2 (4, 1): the article draws them as (4, 2) and (1, 4), times 0.01."""
    W1 = [[g * 0.01 for g in row] for row in stream.randn(4, 2)]
    W2 = [[g * 0.01 for g in row] for row in stream.randn(1, 4)]
    return transposed(W1), transposed(W2)


def transposed(rows: list[list[float]]) -> list[list[float]]:
    """Rows as columns."""
    return [list(column) for column in zip(*rows)]


def shipped_dataset() -> tuple[list, list, list, list]:
    """X, Y, W1 and W2 as NumPy's np.random.seed(1) gives them."""
    (points,) = dataset_tables("planar.csv")
    X = [[float(x1), float(x2)] for x1, x2, _ in points]
    Y = [[float(label)] for _, _, label in points]
    W1, W2 = (transposed(numbers(W)) for W in dataset_tables("planar_initial_weights.csv"))
    return X, Y, W1, W2


def forward_propagation(engine: Engine, X: Any, W1: Any, W2: Any, b1: Any, b2: Any) -> tuple:
    """A2, and A1 for backpropagation."""
    f = engine.functions
    Z1 = f.affine(X, W1, b1)
    A1 = f.tanh_forward(Z1)
    Z2 = f.affine(A1, W2, b2)
    A2 = f.sigmoid_forward(Z2)
    return A2, A1


def compute_cost(engine: Engine, A2: Any, Y: Any) -> float:
    """cost = −(1/m)·Σ (Y·log A2 + (1 − Y)·log(1 − A2))."""
    return engine.functions.mean(engine.functions.binary_cross_entropy(A2, Y))


def back_propagation(
    engine: Engine,
    X: Any,
    Y: Any,
    W1: Any,
    b1: Any,
    W2: Any,
    b2: Any,
    A1: Any,
    A2: Any,
    learning_rate: float,
) -> None:
    """Backward propagation, and the update of W1, b1, W2 and b2 in place."""
    f = engine.functions
    # calculate dW1, db1, dW2, db2
    dZ2 = f.matched_gradient(A2, Y)
    dW2 = f.weight_gradient(A1, dZ2)
    db2 = f.bias_gradient(dZ2)
    dZ1 = f.tanh_backward(f.input_gradient(dZ2, W2), A1)
    dW1 = f.weight_gradient(X, dZ1)
    db1 = f.bias_gradient(dZ1)
    # updating parameters according to algorithm
    for W, dW in ((W1, dW1), (W2, dW2)):
        for w, dw in zip(W, dW):
            f.gradient_descent(w, dw, learning_rate)
    f.gradient_descent(b1, db1, learning_rate)
    f.gradient_descent(b2, db2, learning_rate)


def shipped_start() -> list:
    """The shipped weights and the article's biases of 0, as [(W1, b1), (W2, b2)]."""
    _, _, W1, W2 = shipped_dataset()
    return [(W1, [0.0] * 4), (W2, [0.0])]


RECIPE = Recipe(
    sizes=(2, 4, 1),
    activations=("tanh", "sigmoid"),
    loss="binary_cross_entropy",
    bias=True,
    learning_rate=0.01,
    batch_size=None,
    epochs=10000,
    start=shipped_start,
    samples=lambda: shipped_dataset()[:2],
)


def reproduce(engine: Engine, show: Callable[[str], None], options: Options) -> Result:
    """Trains as the article does and prints its lines, then the decision boundary."""
    iterations = options.epochs or RECIPE.epochs
    X, Y, W1, W2 = shipped_dataset()
    seed = SEED if options.seed is None else options.seed
    stream = RandomState(seed)
    drawn_X, drawn_Y = load_planar_dataset(stream)
    drawn_W1, drawn_W2 = initial_weights(stream)
    if seed == SEED:
        distance = largest_difference(X + W1 + W2, drawn_X + drawn_W1 + drawn_W2)
        show(
            f"points and weights drawn again: within {distance:.1e} of NumPy's "
            f"(at most {GENERATOR_BOUND} expected)"
        )
    else:
        X, Y, W1, W2 = drawn_X, drawn_Y, drawn_W1, drawn_W2
    labels = [int(label) for (label,) in Y]

    W1, W2 = engine.matrix(W1), engine.matrix(W2)
    b1, b2 = engine.vector([0.0] * 4), engine.vector([0.0])
    points, targets = engine.matrix(X), engine.matrix(Y)
    costs = []
    for i in progress(range(iterations), iterations, f"planar, {engine.name}"):
        # forward propagation
        A2, A1 = forward_propagation(engine, points, W1, W2, b1, b2)
        # cost function
        cost = compute_cost(engine, A2, targets)
        # backpropagation
        back_propagation(engine, points, targets, W1, b1, W2, b2, A1, A2, RECIPE.learning_rate)
        # print the cost ten times
        if i % (iterations / 10) == 0:
            show(f"cost after  {i} iteration is :  {cost}")
        costs.append(cost)

    def classify(rows: list[list[float]]) -> list[int]:
        A2, _ = forward_propagation(engine, rows, W1, W2, b1, b2)
        return [1 if a > 0.5 else 0 for (a,) in A2]

    right = sum(guess == label for guess, label in zip(classify(X), labels))
    show(f"accuracy: {100 * right / len(X):.2f} %")
    show(curve(costs, "cost"))
    show("the plane: · is class 0, ▒ class 1; the points: o is class 0, x class 1")
    show(decision_map(classify, X, labels))
    all_iterations = RECIPE.epochs
    shortened = (
        "" if iterations >= all_iterations else f"{iterations} of {all_iterations} iterations"
    )
    return Result([], costs, lambda figure: plot(figure, costs, classify, X, labels), shortened)


def largest_difference(A: list[list[float]], B: list[list[float]]) -> float:
    """max |A[i][j] − B[i][j]|."""
    return max(abs(p - q) for rows in zip(A, B) for p, q in zip(*rows))


def plot(
    figure: Any, costs: list[float], classify: Callable, X: list[list[float]], labels: list[int]
) -> None:
    """The cost, and the points with the decision boundary between the two classes."""
    cost, plane = figure.subplots(1, 2)
    cost.plot(costs)
    cost.set(xlabel="iteration", ylabel="cost")
    side = [-5 + i / 20 for i in range(201)]
    classes = classify([[x1, x2] for x2 in side for x1 in side])
    rows = [classes[start : start + len(side)] for start in range(0, len(classes), len(side))]
    colours = {"cmap": "Spectral", "vmin": 0, "vmax": 1}
    plane.pcolormesh(side, side, rows, alpha=0.4, **colours)
    plane.scatter(*zip(*X), c=labels, s=12, edgecolors="black", linewidths=0.3, **colours)
    plane.set(xlabel="x1", ylabel="x2", aspect="equal")
