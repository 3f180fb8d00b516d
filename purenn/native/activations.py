"""The activations of csrc/activations.c over buffers. See purenn/reference/activations.py.

Every forward takes Z (n, n_out) and gives A, every backward takes dA and A and gives dZ. `out`
may be the Z or the dA: they work in place.
"""

from __future__ import annotations

from typing import Any, Callable

from .buffers import Matrix, matrix, matrix_out
from .core import ACTIVATIONS, code, in_place_or_separate, lib, pointer


def _forward(function: Any) -> Callable[..., Matrix]:
    def forward(Z: Any, out: Any = None) -> Matrix:
        Z = matrix("Z", Z)
        A = matrix_out(out, *Z.shape)
        if out is not None:
            in_place_or_separate(A.data, Z.data)
        function(pointer(A.data), pointer(Z.data), *Z.shape)
        return A

    return forward


def _backward(function: Any) -> Callable[..., Matrix]:
    def backward(dA: Any, A: Any, out: Any = None) -> Matrix:
        A = matrix("A", A)
        dA = matrix("dA", dA, *A.shape)
        dZ = matrix_out(out, *A.shape)
        if out is not None:
            in_place_or_separate(dZ.data, dA.data, A.data)
        function(pointer(dZ.data), pointer(dA.data), pointer(A.data), *A.shape)
        return dZ

    return backward


identity_forward = _forward(lib.pn_identity_forward)
identity_backward = _backward(lib.pn_identity_backward)
sigmoid_forward = _forward(lib.pn_sigmoid_forward)
sigmoid_backward = _backward(lib.pn_sigmoid_backward)
tanh_forward = _forward(lib.pn_tanh_forward)
tanh_backward = _backward(lib.pn_tanh_backward)
relu_forward = _forward(lib.pn_relu_forward)
relu_backward = _backward(lib.pn_relu_backward)
leaky_relu_forward = _forward(lib.pn_leaky_relu_forward)
leaky_relu_backward = _backward(lib.pn_leaky_relu_backward)
softmax_forward = _forward(lib.pn_softmax_forward)
softmax_backward = _backward(lib.pn_softmax_backward)


def activation_forward(Z: Any, activation: str, out: Any = None) -> Matrix:
    """A = f(Z) for the activation of that name."""
    Z = matrix("Z", Z)
    number = code("activation", ACTIVATIONS, activation)
    A = matrix_out(out, *Z.shape)
    if out is not None:
        in_place_or_separate(A.data, Z.data)
    lib.pn_activation_forward(pointer(A.data), pointer(Z.data), number, *Z.shape)
    return A


def activation_backward(dA: Any, A: Any, activation: str, out: Any = None) -> Matrix:
    """dZ from dA for the activation of that name."""
    A = matrix("A", A)
    dA = matrix("dA", dA, *A.shape)
    number = code("activation", ACTIVATIONS, activation)
    dZ = matrix_out(out, *A.shape)
    if out is not None:
        in_place_or_separate(dZ.data, dA.data, A.data)
    lib.pn_activation_backward(
        pointer(dZ.data), pointer(dA.data), pointer(A.data), number, *A.shape
    )
    return dZ
