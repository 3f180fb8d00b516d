"""Activations as linalg.py writes them out, by the formulas of the reference.

FORWARD has the output # for its sum z#, and then the row of them all; BACKWARD has the row dz for
the rows da and a.
"""

from .. import reference
from ..reference.elementary import INF
from .elementary import exp

FORWARD = {
    "identity": ("z#", "a"),
    "sigmoid": ("1.0 / (1.0 + exp(-z#))", "a"),
    "tanh": ("tanh(z#)", "a"),
    "relu": ("0.0 if z# <= 0.0 else z#", "a"),
    "leaky_relu": ("LEAK * z# if z# <= 0.0 else z#", "a"),
    "elu": ("z# if z# > 0.0 else expm1(z#)", "a"),
    "softplus": ("z# + log1p(exp(-z#)) if z# > 0.0 else log1p(exp(z#))", "a"),
    "softmax": ("z#", "softmax_forward(a)"),
}
BACKWARD = {
    "identity": "da",
    "sigmoid": "[d * (a_k * (1.0 - a_k)) for d, a_k in zip(da, a)]",
    "tanh": "[d * (1.0 - a_k * a_k) for d, a_k in zip(da, a)]",
    "relu": "[0.0 if a_k <= 0.0 else d for d, a_k in zip(da, a)]",
    "leaky_relu": "[LEAK * d if a_k <= 0.0 else d for d, a_k in zip(da, a)]",
    "elu": "[d if a_k > 0.0 else d * (a_k + 1.0) for d, a_k in zip(da, a)]",
    "softplus": "[d * -expm1(-a_k) for d, a_k in zip(da, a)]",
    "softmax": "softmax_backward(da, a)",
}


def softmax_forward(z: list[float]) -> list[float]:
    """a[j] = e^(z[j] − m) / Σ e^(z[i] − m), m the largest z, i ascending."""
    largest = -INF
    for z_j in z:
        if z_j > largest:
            largest = z_j
    powers = [exp(z_j - largest) for z_j in z]
    total = 0.0
    for power in powers:
        total = total + power
    return [power / total for power in powers]


def softmax_backward(da: list[float], a: list[float]) -> list[float]:
    """dz[j] = a[j]·(da[j] − Σ da[i]·a[i]), i ascending."""
    return reference.softmax_backward([da], [a])[0]
