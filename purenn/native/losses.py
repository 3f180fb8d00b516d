"""The losses of csrc/losses.c over buffers. See purenn/reference/losses.py for the formulas.

Every loss takes the outputs A and the targets Y, both (n, n_out), and gives one number per sample,
(n); every gradient gives (n, n_out).
"""

from __future__ import annotations

from collections.abc import Callable

from ..annotations import Any
from . import core
from .buffers import Matrix, matrix, matrix_out, vector, vector_out
from .core import LOSSES, code, in_place_or_separate, lib, pointer, separate


def sample_losses(A: Any, Y: Any, loss: str, out: Any = None) -> memoryview[float]:
    """L, one number per sample, of that loss."""
    number = code("loss", LOSSES, loss)
    A = matrix("A", A)
    Y = matrix("Y", Y, *A.shape)
    L = vector_out(out, len(A))
    separate("out", L, A.data, Y.data)
    core.active.sample_losses(pointer(L), pointer(A.data), pointer(Y.data), number, *A.shape)
    return L


def _loss(loss: str) -> Callable[..., memoryview[float]]:
    def losses(A: Any, Y: Any, out: Any = None) -> memoryview[float]:
        return sample_losses(A, Y, loss, out)

    losses.__name__ = losses.__qualname__ = loss
    return losses


def _gradient(name: str) -> Callable[..., Matrix]:
    function = getattr(lib, f"pn_{name}")

    def gradient(A: Any, Y: Any, out: Any = None, codes: tuple[int, ...] = ()) -> Matrix:
        A = matrix("A", A)
        Y = matrix("Y", Y, *A.shape)
        dA = matrix_out(out, *A.shape)
        if out is not None:
            in_place_or_separate(dA.data, A.data, Y.data)
        function(pointer(dA.data), pointer(A.data), pointer(Y.data), *codes, *A.shape)
        return dA

    gradient.__name__ = gradient.__qualname__ = name
    return gradient


xlogy = lib.pn_xlogy
xdivy = lib.pn_xdivy
mean_squared_error = _loss("mean_squared_error")
mean_squared_error_gradient = _gradient("mean_squared_error_gradient")
binary_cross_entropy = _loss("binary_cross_entropy")
binary_cross_entropy_gradient = _gradient("binary_cross_entropy_gradient")
categorical_cross_entropy = _loss("categorical_cross_entropy")
categorical_cross_entropy_gradient = _gradient("categorical_cross_entropy_gradient")
matched_gradient = _gradient("matched_gradient")
_any_gradient = _gradient("loss_gradient")


def loss_gradient(A: Any, Y: Any, loss: str, out: Any = None) -> Matrix:
    """dA of that loss."""
    return _any_gradient(A, Y, out, (code("loss", LOSSES, loss),))


def mean(L: Any) -> float:
    """The mean of L (n), the loss of a batch."""
    L = vector("L", L)
    return lib.pn_mean(pointer(L), len(L))
