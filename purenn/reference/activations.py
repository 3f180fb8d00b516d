"""Activations A = f(Z) and their derivatives, a forward and a backward each.

All matrices are (n, n_out), rows are samples. A backward function takes dA, the gradient with
respect to the outputs A, and gives dZ; the outputs alone are enough to know each derivative.
"""

from .elementary import INF, exp, tanh
from .near_zero import expm1, log1p

LEAK = 0.01  # the slope of leaky_relu below zero


def identity_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = Z."""
    return [list(row) for row in Z]


def identity_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = dA."""
    return [list(row) for row in dA]


def sigmoid_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = 1 / (1 + e⁻ᶻ)."""
    return [[1.0 / (1.0 + exp(-z)) for z in row] for row in Z]


def sigmoid_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = dA · (A·(1 − A))."""
    return [[d * (a * (1.0 - a)) for d, a in zip(*rows)] for rows in zip(dA, A)]


def tanh_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = tanh Z."""
    return [[tanh(z) for z in row] for row in Z]


def tanh_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = dA · (1 − A·A)."""
    return [[d * (1.0 - a * a) for d, a in zip(*rows)] for rows in zip(dA, A)]


def relu_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = 0 where Z ≤ 0, else Z."""
    return [[0.0 if z <= 0.0 else z for z in row] for row in Z]


def relu_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = 0 where A ≤ 0, else dA: the derivative at 0 is taken as 0."""
    return [[0.0 if a <= 0.0 else d for d, a in zip(*rows)] for rows in zip(dA, A)]


def leaky_relu_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = 0.01·Z where Z ≤ 0, else Z."""
    return [[LEAK * z if z <= 0.0 else z for z in row] for row in Z]


def leaky_relu_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = 0.01·dA where A ≤ 0, else dA: the derivative at 0 is taken as 0.01."""
    return [[LEAK * d if a <= 0.0 else d for d, a in zip(*rows)] for rows in zip(dA, A)]


def elu_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = Z where Z > 0, else eᶻ − 1."""
    return [[z if z > 0.0 else expm1(z) for z in row] for row in Z]


def elu_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = dA where A > 0, else dA·(A + 1): the derivative at 0 is 1."""
    return [[d if a > 0.0 else d * (a + 1.0) for d, a in zip(*rows)] for rows in zip(dA, A)]


def softplus_forward(Z: list[list[float]]) -> list[list[float]]:
    """A = log(1 + eᶻ), as Z + log(1 + e⁻ᶻ) where Z > 0."""
    return [[z + log1p(exp(-z)) if z > 0.0 else log1p(exp(z)) for z in row] for row in Z]


def softplus_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ = dA · (1 − e^−A)."""
    return [[d * -expm1(-a) for d, a in zip(*rows)] for rows in zip(dA, A)]


def softmax_forward(Z: list[list[float]]) -> list[list[float]]:
    """A[j] = e^(Z[j] − m) / Σ e^(Z[i] − m) in each row, m its maximum, i ascending.

    Subtracting m changes no quotient and keeps every power at most 1.
    """
    A = []
    for row in Z:
        largest = -INF
        for z in row:
            if z > largest:
                largest = z
        powers = [exp(z - largest) for z in row]
        total = 0.0
        for power in powers:
            total = total + power
        A.append([power / total for power in powers])
    return A


def softmax_backward(dA: list[list[float]], A: list[list[float]]) -> list[list[float]]:
    """dZ[j] = A[j]·(dA[j] − Σ dA[i]·A[i]) in each row, i ascending."""
    dZ = []
    for da, a in zip(dA, A):
        total = 0.0
        for d_i, a_i in zip(da, a):
            total = total + d_i * a_i
        dZ.append([a_j * (d_j - total) for d_j, a_j in zip(da, a)])
    return dZ


class Activation:
    """An activation as a network uses it: its two functions, and what is known of its outputs.

    They lie between `low` and `high` (0 and 1: they can be probabilities), and none moves by more
    than `slope` times the largest move in its row of Z.
    """

    def __init__(self, forward, backward, low: float, high: float, slope: float) -> None:
        self.forward = forward
        self.backward = backward
        self.low = low
        self.high = high
        self.slope = slope


ACTIVATIONS = {
    "identity": Activation(identity_forward, identity_backward, -INF, INF, 1.0),
    "sigmoid": Activation(sigmoid_forward, sigmoid_backward, 0.0, 1.0, 0.25),
    "tanh": Activation(tanh_forward, tanh_backward, -1.0, 1.0, 1.0),
    "relu": Activation(relu_forward, relu_backward, 0.0, INF, 1.0),
    "leaky_relu": Activation(leaky_relu_forward, leaky_relu_backward, -INF, INF, 1.0),
    "elu": Activation(elu_forward, elu_backward, -1.0, INF, 1.0),
    "softplus": Activation(softplus_forward, softplus_backward, 0.0, INF, 1.0),
    "softmax": Activation(softmax_forward, softmax_backward, 0.0, 1.0, 0.5),
}
