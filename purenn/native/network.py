"""Forward and backward of csrc/network.c over buffers. See purenn/reference/network.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .buffers import Matrix, matrix, matrix_out
from .core import ACTIVATIONS, LOSSES, code, ffi, in_place_or_separate, lib, pointer, separate
from .parameters import Layers, Parameters


def forward(X: Any, parameters: Any, activations: Sequence[str]) -> tuple[Layers, Layers]:
    """Z and A of every layer. X (n, n_in) → matrices (n, n_out of the layer)."""
    parameters = as_parameters(parameters)
    sizes = parameters.sizes
    X = matrix("X", X, n_columns=sizes[0])
    codes = activation_codes(activations, parameters)
    Z = Layers(len(X), sizes[1:])
    A = Layers(len(X), sizes[1:])
    lib.pn_forward(
        pointer(Z.data),
        pointer(A.data),
        pointer(X.data),
        pointer(parameters.data),
        codes,
        sizes,
        len(parameters),
        len(X),
    )
    return Z, A


def output_gradient(A: Any, Y: Any, activation: str, loss: str, out: Any = None) -> Matrix:
    """dZ of the last layer, whose outputs are A. A, Y and dZ are (n, n_out)."""
    A = matrix("A", A)
    Y = matrix("Y", Y, *A.shape)
    activation_code = code("activation", ACTIVATIONS, activation)
    loss_code = code("loss", LOSSES, loss)
    dZ = matrix_out(out, *A.shape)
    separate("out", dZ.data, A.data)  # which is read again after dZ is written
    in_place_or_separate(dZ.data, Y.data)
    lib.pn_output_gradient(
        pointer(dZ.data), pointer(A.data), pointer(Y.data), activation_code, loss_code, *A.shape
    )
    return dZ


def backward(
    A: Any,
    X: Any,
    Y: Any,
    parameters: Any,
    activations: Sequence[str],
    loss: str,
    bias: bool,
) -> tuple[Layers, Parameters]:
    """dZ of every layer, and the gradients (dW, db). X (n, n_in), Y (n, n_out), n ≥ 1."""
    parameters = as_parameters(parameters)
    sizes = parameters.sizes
    X = matrix("X", X, n_columns=sizes[0])
    if len(X) == 0:
        raise ValueError("X: expected at least one sample, got none")
    Y = matrix("Y", Y, len(X), sizes[-1])
    A = Layers.of("A", A, len(X), sizes[1:])
    codes = activation_codes(activations, parameters)
    loss_code = code("loss", LOSSES, loss)
    dZ = Layers(len(X), sizes[1:])
    gradients = Parameters.zeros(sizes)
    lib.pn_backward(
        pointer(dZ.data),
        pointer(gradients.data),
        pointer(A.data),
        pointer(X.data),
        pointer(Y.data),
        pointer(parameters.data),
        codes,
        loss_code,
        bool(bias),
        sizes,
        len(parameters),
        len(X),
    )
    return dZ, gradients


def as_parameters(parameters: Any) -> Parameters:
    """Parameters as they are, or a copy of a list of (W, b)."""
    return parameters if isinstance(parameters, Parameters) else Parameters(parameters)


def activation_codes(activations: Sequence[str], parameters: Parameters) -> Any:
    """The `int *` with one activation for each layer. Raises ValueError for another number."""
    if not isinstance(activations, Sequence):
        raise TypeError(f"activations: expected a list of names, got {activations!r}")
    if len(activations) != len(parameters):
        raise ValueError(
            f"activations: expected {len(parameters)}, one per layer, got {len(activations)}"
        )
    return ffi.new("int[]", [code("activation", ACTIVATIONS, name) for name in activations])
