"""The products of csrc/linalg.c over buffers. See purenn/reference/linalg.py for the formulas."""

from __future__ import annotations

from ..annotations import Any
from . import core
from .buffers import Matrix, matrix, matrix_out, scratch, vector, vector_out
from .core import lib, pointer, separate


def affine(X: Any, W: Any, b: Any, out: Any = None) -> Matrix:
    """Z = X·W + b. X (n, n_in), W (n_in, n_out), b (n_out) → Z (n, n_out)."""
    b = vector("b", b)
    W = matrix("W", W, n_columns=len(b))
    n_in, n_out = W.shape
    X = matrix("X", X, n_columns=n_in)
    Z = matrix_out(out, len(X), n_out)
    separate("out", Z.data, X.data, W.data, b)
    core.active.affine(
        pointer(Z.data),
        pointer(X.data),
        pointer(W.data),
        pointer(b),
        len(X),
        n_in,
        n_out,
        scratch(),
    )
    return Z


def weight_gradient(X: Any, dZ: Any, out: Any = None) -> Matrix:
    """dW = Xᵀ·dZ / n. X (n, n_in), dZ (n, n_out), n ≥ 1 → dW (n_in, n_out)."""
    X = matrix("X", X)
    n, n_in = X.shape
    dZ = matrix("dZ", dZ, n_rows=n)
    n_out = dZ.shape[1]
    _check_samples(n)
    dW = matrix_out(out, n_in, n_out)
    separate("out", dW.data, X.data, dZ.data)
    lib.pn_host_weight_gradient(
        core.active.table,
        pointer(dW.data),
        pointer(X.data),
        pointer(dZ.data),
        n,
        n_in,
        n_out,
        scratch(),
    )
    return dW


def bias_gradient(dZ: Any, out: Any = None) -> memoryview[float]:
    """db, the mean of the rows of dZ. dZ (n, n_out), n ≥ 1 → db (n_out)."""
    dZ = matrix("dZ", dZ)
    n, n_out = dZ.shape
    _check_samples(n)
    db = vector_out(out, n_out)
    separate("out", db, dZ.data)
    lib.pn_host_bias_gradient(core.active.table, pointer(db), pointer(dZ.data), n, n_out)
    return db


def input_gradient(dZ: Any, W: Any, out: Any = None) -> Matrix:
    """dX = dZ·Wᵀ. dZ (n, n_out), W (n_in, n_out) → dX (n, n_in)."""
    W = matrix("W", W)
    n_in, n_out = W.shape
    dZ = matrix("dZ", dZ, n_columns=n_out)
    dX = matrix_out(out, len(dZ), n_in)
    separate("out", dX.data, dZ.data, W.data)
    core.active.input_gradient(
        pointer(dX.data),
        pointer(dZ.data),
        pointer(W.data),
        len(dZ),
        n_in,
        n_out,
        scratch(),
    )
    return dX


def _check_samples(n: int) -> None:
    if n == 0:
        raise ValueError("dZ: expected at least one sample, got none")
