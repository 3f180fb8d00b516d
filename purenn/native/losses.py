"""The losses of csrc/losses.c over buffers. See purenn/reference/losses.py for the formulas.

Every loss takes the outputs A and the targets Y, both (n, n_out), and gives one number per sample,
(n); every gradient gives (n, n_out).
"""

from __future__ import annotations

from typing import Any, Callable

from .buffers import Matrix, matrix, matrix_out, vector, vector_out
from .core import LOSSES, code, in_place_or_separate, lib, pointer, separate


def _loss(function: Any) -> Callable[..., memoryview[float]]:
    def losses(A: Any, Y: Any, out: Any = None) -> memoryview[float]:
        A = matrix("A", A)
        Y = matrix("Y", Y, *A.shape)
        L = vector_out(out, len(A))
        separate("out", L, A.data, Y.data)
        function(pointer(L), pointer(A.data), pointer(Y.data), *A.shape)
        return L

    return losses


def _gradient(function: Any) -> Callable[..., Matrix]:
    def gradient(A: Any, Y: Any, out: Any = None) -> Matrix:
        A = matrix("A", A)
        Y = matrix("Y", Y, *A.shape)
        dA = matrix_out(out, *A.shape)
        if out is not None:
            in_place_or_separate(dA.data, A.data, Y.data)
        function(pointer(dA.data), pointer(A.data), pointer(Y.data), *A.shape)
        return dA

    return gradient


xlogy = lib.pn_xlogy
xdivy = lib.pn_xdivy
mean_squared_error = _loss(lib.pn_mean_squared_error)
mean_squared_error_gradient = _gradient(lib.pn_mean_squared_error_gradient)
binary_cross_entropy = _loss(lib.pn_binary_cross_entropy)
binary_cross_entropy_gradient = _gradient(lib.pn_binary_cross_entropy_gradient)
categorical_cross_entropy = _loss(lib.pn_categorical_cross_entropy)
categorical_cross_entropy_gradient = _gradient(lib.pn_categorical_cross_entropy_gradient)
matched_gradient = _gradient(lib.pn_matched_gradient)


def sample_losses(A: Any, Y: Any, loss: str, out: Any = None) -> memoryview[float]:
    """L, one number per sample, of the loss of that name."""
    A = matrix("A", A)
    Y = matrix("Y", Y, *A.shape)
    number = code("loss", LOSSES, loss)
    L = vector_out(out, len(A))
    separate("out", L, A.data, Y.data)
    lib.pn_sample_losses(pointer(L), pointer(A.data), pointer(Y.data), number, *A.shape)
    return L


def loss_gradient(A: Any, Y: Any, loss: str, out: Any = None) -> Matrix:
    """dA of the loss of that name."""
    A = matrix("A", A)
    Y = matrix("Y", Y, *A.shape)
    number = code("loss", LOSSES, loss)
    dA = matrix_out(out, *A.shape)
    if out is not None:
        in_place_or_separate(dA.data, A.data, Y.data)
    lib.pn_loss_gradient(pointer(dA.data), pointer(A.data), pointer(Y.data), number, *A.shape)
    return dA


def mean(L: Any) -> float:
    """The mean of L (n), the loss of a batch."""
    L = vector("L", L)
    return lib.pn_mean(pointer(L), len(L))
