"""Losses and their gradients with respect to the outputs A; Y are the targets.

A and Y are (n, n_out), rows are samples. A loss gives one number per sample, (n), and a gradient
is per sample too: it carries the 2/n_out of the squared error but never 1/n. The mean over
samples is taken once: of the losses in `mean`, of the gradients in dW and db.

Scales: mean_squared_error is the mean over samples and outputs, as in Keras and PyTorch. Both
cross-entropies are summed over outputs and averaged over samples; Keras and PyTorch divide the
binary one by the number of outputs as well.
"""

from .elementary import divide, log


def xlogy(x: float, y: float) -> float:
    """x·log y, which is 0 where x is 0, whatever y."""
    if x == 0.0:
        return 0.0
    return x * log(y)


def xdivy(x: float, y: float) -> float:
    """x / y, which is 0 where x is 0, whatever y: the derivative of x·log y by y."""
    if x == 0.0:
        return 0.0
    return divide(x, y)


def mean_squared_error(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = (Σ (A[s][j] − Y[s][j])²) / n_out, j ascending."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total + (a - y) * (a - y)
        L.append(divide(total, len(a_row)))
    return L


def mean_squared_error_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dA = (2 / n_out)·(A − Y)."""
    dA = []
    for a_row, y_row in zip(A, Y):
        scale = divide(2.0, len(a_row))
        dA.append([scale * (a - y) for a, y in zip(a_row, y_row)])
    return dA


def binary_cross_entropy(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = −Σ (Y·log A + (1 − Y)·log(1 − A)) over the outputs j, ascending; 0·log 0 is 0."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total - (xlogy(y, a) + xlogy(1.0 - y, 1.0 - a))
        L.append(total)
    return L


def binary_cross_entropy_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dA = (1 − Y) / (1 − A) − Y / A, each quotient 0 where its numerator is 0."""
    return [[xdivy(1.0 - y, 1.0 - a) - xdivy(y, a) for a, y in zip(*rows)] for rows in zip(A, Y)]


def categorical_cross_entropy(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = −Σ Y[s][j]·log A[s][j], j ascending; 0·log 0 is 0."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total - xlogy(y, a)
        L.append(total)
    return L


def categorical_cross_entropy_gradient(
    A: list[list[float]], Y: list[list[float]]
) -> list[list[float]]:
    """dA = −Y / A, 0 where Y is 0."""
    return [[-xdivy(y, a) for a, y in zip(*rows)] for rows in zip(A, Y)]


def matched_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dZ = A − Y: the short form, gradient by Z at once, where activation and loss match.

    They match as sigmoid with binary and softmax with categorical cross-entropy, there for
    targets that sum to 1.
    """
    return [[a - y for a, y in zip(*rows)] for rows in zip(A, Y)]


def mean(L: list[float]) -> float:
    """(Σ L[s]) / n, s ascending: the loss of a batch."""
    total = 0.0
    for sample_loss in L:
        total = total + sample_loss
    return divide(total, len(L))


class Loss:
    """A loss as a network uses it: its two functions, and what goes with them.

    `matched` is the activation with which dZ is A − Y, or None; `of_probabilities` tells whether
    outputs and targets must lie between 0 and 1; `scale` says what is summed and what averaged.
    """

    def __init__(self, losses, gradient, matched, of_probabilities: bool, scale: str) -> None:
        self.losses = losses
        self.gradient = gradient
        self.matched = matched
        self.of_probabilities = of_probabilities
        self.scale = scale


LOSSES = {
    "mean_squared_error": Loss(
        mean_squared_error,
        mean_squared_error_gradient,
        None,
        False,
        "mean over samples and outputs",
    ),
    "binary_cross_entropy": Loss(
        binary_cross_entropy,
        binary_cross_entropy_gradient,
        "sigmoid",
        True,
        "sum over outputs, mean over samples",
    ),
    "categorical_cross_entropy": Loss(
        categorical_cross_entropy,
        categorical_cross_entropy_gradient,
        "softmax",
        True,
        "sum over outputs, mean over samples",
    ),
}
