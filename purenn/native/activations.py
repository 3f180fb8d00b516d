"""The activations of csrc/activations.c over buffers. See purenn/reference/activations.py.

Every forward takes Z (n, n_out) and gives A, every backward takes dA and A and gives dZ. `out`
may be the Z or the dA: they work in place.
"""

from __future__ import annotations

from typing import Any, Callable

from .buffers import Matrix, matrix, matrix_out
from .core import ACTIVATIONS, code, in_place_or_separate, lib, pointer


def _forward(name: str) -> Callable[..., Matrix]:
    function = getattr(lib, f"pn_{name}")

    def forward(Z: Any, out: Any = None, codes: tuple[int, ...] = ()) -> Matrix:
        Z = matrix("Z", Z)
        A = matrix_out(out, *Z.shape)
        if out is not None:
            in_place_or_separate(A.data, Z.data)
        function(pointer(A.data), pointer(Z.data), *codes, *Z.shape)
        return A

    forward.__name__ = forward.__qualname__ = name
    return forward


def _backward(name: str) -> Callable[..., Matrix]:
    function = getattr(lib, f"pn_{name}")

    def backward(dA: Any, A: Any, out: Any = None, codes: tuple[int, ...] = ()) -> Matrix:
        A = matrix("A", A)
        dA = matrix("dA", dA, *A.shape)
        dZ = matrix_out(out, *A.shape)
        if out is not None:
            in_place_or_separate(dZ.data, dA.data, A.data)
        function(pointer(dZ.data), pointer(dA.data), pointer(A.data), *codes, *A.shape)
        return dZ

    backward.__name__ = backward.__qualname__ = name
    return backward


identity_forward = _forward("identity_forward")
identity_backward = _backward("identity_backward")
sigmoid_forward = _forward("sigmoid_forward")
sigmoid_backward = _backward("sigmoid_backward")
tanh_forward = _forward("tanh_forward")
tanh_backward = _backward("tanh_backward")
relu_forward = _forward("relu_forward")
relu_backward = _backward("relu_backward")
leaky_relu_forward = _forward("leaky_relu_forward")
leaky_relu_backward = _backward("leaky_relu_backward")
softmax_forward = _forward("softmax_forward")
softmax_backward = _backward("softmax_backward")
_any_forward = _forward("activation_forward")
_any_backward = _backward("activation_backward")


def activation_forward(Z: Any, activation: str, out: Any = None) -> Matrix:
    """A = f(Z) for that activation."""
    return _any_forward(Z, out, (code("activation", ACTIVATIONS, activation),))


def activation_backward(dA: Any, A: Any, activation: str, out: Any = None) -> Matrix:
    """dZ from dA for that activation."""
    return _any_backward(dA, A, out, (code("activation", ACTIVATIONS, activation),))
