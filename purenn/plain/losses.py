"""Losses of one sample, and their gradients: rows a and y of outputs and targets."""

from ..reference import LOSSES, log, output_gradient


def binary_cross_entropy(a: list[float], y: list[float]) -> float:
    """L = −Σ (y·log a + (1 − y)·log(1 − a)), j ascending; 0·log 0 is 0."""
    total = 0.0
    for a_j, y_j in zip(a, y):
        of_one = y_j * log(a_j) if y_j != 0.0 else 0.0
        of_zero = (1.0 - y_j) * log(1.0 - a_j) if y_j != 1.0 else 0.0
        total = total - (of_one + of_zero)
    return total


def categorical_cross_entropy(a: list[float], y: list[float]) -> float:
    """L = −Σ y·log a, j ascending; 0·log 0 is 0."""
    total = 0.0
    for a_j, y_j in zip(a, y):
        if y_j != 0.0:
            total = total - y_j * log(a_j)
    return total


def matched_gradient(a: list[float], y: list[float]) -> list[float]:
    """dz = a − y, where activation and loss match."""
    return [a_j - y_j for a_j, y_j in zip(a, y)]


def loss_of(loss: str):
    """What gives the loss of a sample from a and y."""
    if loss == "binary_cross_entropy":
        return binary_cross_entropy
    if loss == "categorical_cross_entropy":
        return categorical_cross_entropy
    return lambda a, y: LOSSES[loss].losses([a], [y])[0]


def gradient_of(activation: str, loss: str):
    """What gives dz of the last layer from a and y."""
    if LOSSES[loss].matched == activation:
        return matched_gradient
    return lambda a, y: output_gradient([a], [y], activation, loss)[0]
