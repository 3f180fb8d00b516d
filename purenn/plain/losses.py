"""Losses of one sample, and their gradients: rows z, a and y of sums, outputs and targets."""

from ..reference import LOSSES, log1p, output_gradient
from .elementary import exp


def binary_of_z(z: list[float], y: list[float]) -> float:
    """L = Σ (v·|z| + log(1 + e⁻|z|)), v = 1 − y where z > 0, else y; j ascending; 0·inf is 0."""
    total = 0.0
    for z_j, y_j in zip(z, y):
        if z_j > 0.0:
            z_j, y_j = -z_j, 1.0 - y_j
        tail = log1p(exp(z_j))
        total = total + (y_j * -z_j + tail if y_j != 0.0 else tail)
    return total


def categorical_of_z(z: list[float], y: list[float]) -> float:
    """L = Σ y·((m − z) + log(1 + r)), j ascending, without the terms where y is 0.

    m is the largest z, the first of them, and r = Σ e^(z[i] − m) over the others, i ascending.
    """
    place = 0
    for i, z_i in enumerate(z):
        if z_i > z[place]:
            place = i
    m = z[place]
    r = 0.0
    for i, z_i in enumerate(z):
        if i != place:
            r = r + exp(z_i - m)
    log_total = log1p(r)
    total = 0.0
    for z_j, y_j in zip(z, y):
        if y_j != 0.0:
            total = total + y_j * ((m - z_j) + log_total)
    return total


def matched_gradient(a: list[float], y: list[float]) -> list[float]:
    """dz = a − y, where activation and loss match."""
    return [a_j - y_j for a_j, y_j in zip(a, y)]


def loss_of(activation: str, loss: str):
    """What gives the loss of a sample: from z and y where they match, else from a and y."""
    if LOSSES[loss].matched == activation:
        return {"sigmoid": binary_of_z, "softmax": categorical_of_z}[activation]
    return lambda a, y: LOSSES[loss].losses([a], [y])[0]


def gradient_of(activation: str, loss: str):
    """What gives dz of the last layer from a and y."""
    if LOSSES[loss].matched == activation:
        return matched_gradient
    return lambda a, y: output_gradient([a], [y], activation, loss)[0]
