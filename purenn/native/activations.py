"""The activations of csrc/activations.c over buffers. See purenn/reference/activations.py.

Every forward takes Z (n, n_out) and gives A, every backward takes dA and A and gives dZ. `out`
may be the Z or the dA: they work in place.
"""

from __future__ import annotations

from collections.abc import Callable

from ..annotations import Any
from . import core
from .buffers import Matrix, matrix, matrix_out
from .core import ACTIVATIONS, code, in_place_or_separate, pointer


def activation_forward(Z: Any, activation: str, out: Any = None) -> Matrix:
    """A = f(Z) for that activation."""
    number = code("activation", ACTIVATIONS, activation)
    Z = matrix("Z", Z)
    A = matrix_out(out, *Z.shape)
    if out is not None:
        in_place_or_separate(A.data, Z.data)
    core.active.activation_forward(pointer(A.data), pointer(Z.data), number, *Z.shape)
    return A


def activation_backward(dA: Any, A: Any, activation: str, out: Any = None) -> Matrix:
    """dZ from dA for that activation."""
    number = code("activation", ACTIVATIONS, activation)
    A = matrix("A", A)
    dA = matrix("dA", dA, *A.shape)
    dZ = matrix_out(out, *A.shape)
    if out is not None:
        in_place_or_separate(dZ.data, dA.data, A.data)
    core.active.activation_backward(
        pointer(dZ.data), pointer(dA.data), pointer(A.data), number, *A.shape
    )
    return dZ


def _forward(activation: str) -> Callable[..., Matrix]:
    def forward(Z: Any, out: Any = None) -> Matrix:
        return activation_forward(Z, activation, out)

    forward.__name__ = forward.__qualname__ = f"{activation}_forward"
    return forward


def _backward(activation: str) -> Callable[..., Matrix]:
    def backward(dA: Any, A: Any, out: Any = None) -> Matrix:
        return activation_backward(dA, A, activation, out)

    backward.__name__ = backward.__qualname__ = f"{activation}_backward"
    return backward


identity_forward = _forward("identity")
identity_backward = _backward("identity")
sigmoid_forward = _forward("sigmoid")
sigmoid_backward = _backward("sigmoid")
tanh_forward = _forward("tanh")
tanh_backward = _backward("tanh")
relu_forward = _forward("relu")
relu_backward = _backward("relu")
leaky_relu_forward = _forward("leaky_relu")
leaky_relu_backward = _backward("leaky_relu")
softmax_forward = _forward("softmax")
softmax_backward = _backward("softmax")
