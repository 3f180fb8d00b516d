"""Forward and backward of csrc/network.c over buffers. See purenn/reference/network.py."""

from __future__ import annotations

from collections.abc import Sequence

from ..annotations import Any
from . import core
from .buffers import Matrix, matrix, matrix_out, scratch, vector, zeros
from .core import (
    ACTIVATIONS,
    LOSSES,
    code,
    ffi,
    in_place_or_separate,
    lasting_pointer,
    lib,
    misaligned,
    pointer,
    separate,
    unchecked,
)
from .inputs import Inputs
from .parameters import Layers, Parameters
from .threads import MULTIPLY_ADDS_AT_ONCE, samples_at_a_time, threads_for


class CNetwork:
    """A struct pn_network of those parameters, and what it points to. Read-only while C runs."""

    def __init__(
        self,
        parameters: Parameters,
        activations: Sequence[str],
        loss: str = "mean_squared_error",
        bias: bool = True,
        learning_rate: float = 0.0,
    ) -> None:
        self.parameters = parameters
        self.activations = activation_codes(activations, parameters)
        self.sizes = ffi.new("size_t[]", parameters.sizes)
        self.struct = ffi.new("struct pn_network *")
        self.struct.parameters = lasting_pointer(parameters.data)
        self.struct.activations = self.activations
        self.struct.sizes = self.sizes
        self.struct.n_layers = len(parameters)
        self.struct.loss = code("loss", LOSSES, loss)
        self.struct.bias = bool(bias)
        self.struct.learning_rate = learning_rate


def scale_inputs(X: Any, offset: Any, scale: Any, out: Any = None) -> Matrix:
    """S = (X − offset) / scale. X (n, n_in), also of float32 or bytes, the others (n_in) → S."""
    offset = vector("offset", offset)
    scale = vector("scale", scale, len(offset))
    X = Inputs("X", X, len(offset))
    S = matrix_out(out, *X.shape)
    separate("out", S.data, offset, scale)
    numbers = X.view
    if X.type == lib.PN_FLOAT64:
        in_place_or_separate(S.data, numbers)
    else:
        separate("out", S.data, numbers)
        inputs = ffi.new("struct pn_inputs *")
        X.fill(inputs)
        lib.pn_read_columns(pointer(S.data), inputs, (ffi.NULL, 0, len(X)), 0, len(offset))
        numbers = S.data
    lib.pn_scale_inputs(
        pointer(S.data), pointer(numbers), pointer(offset), pointer(scale), *S.shape
    )
    return S


def forward(X: Any, parameters: Any, activations: Sequence[str]) -> tuple[Layers, Layers]:
    """Z and A of every layer. X (n, n_in) → matrices (n, n_out of the layer)."""
    parameters = as_parameters(parameters)
    sizes = parameters.sizes
    X = matrix("X", X, n_columns=sizes[0])
    network = CNetwork(parameters, activations)
    Z = Layers(len(X), sizes[1:])
    A = Layers(len(X), sizes[1:])
    lib.pn_host_forward(
        core.active.table,
        pointer(Z.data),
        pointer(A.data),
        pointer(X.data),
        network.struct,
        len(X),
        scratch(),
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
    core.active.output_gradient(
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
    network = CNetwork(parameters, activations, loss, bias)
    dZ = Layers(len(X), sizes[1:])
    gradients = Parameters.zeros(sizes)
    lib.pn_host_backward(
        core.active.table,
        pointer(dZ.data),
        pointer(gradients.data),
        pointer(A.data),
        pointer(X.data),
        pointer(Y.data),
        network.struct,
        len(X),
        scratch(),
    )
    return dZ, gradients


class Predictor:
    """Predicts with those parameters, as often as it is called: X (n, n_in) → A (n, n_out)."""

    def __init__(
        self, parameters: Parameters, activations: Sequence[str], threads: int | None = None
    ) -> None:
        self._network = CNetwork(parameters, activations)
        self._sizes = parameters.sizes
        self._threads = threads
        self._range = samples_at_a_time(parameters)
        self._at_once = max(self._range, MULTIPLY_ADDS_AT_ONCE // (len(parameters.data) or 1))
        self._room = {
            n: lib.pn_predict_workspace(self._network.struct, n) for n in (1, self._range)
        }

    def __call__(self, X: Any) -> Matrix:
        parameters, struct = self._network.parameters, self._network.struct
        n_in, n_out = parameters.sizes[0], parameters.sizes[-1]
        X = Inputs("X", X, n_in)
        n = X.shape[0]
        outputs = matrix_out(None, n, n_out)
        size, threads = 1, 1
        if n > 1:
            size, threads = self._range, threads_for(parameters, n, self._threads)
        workspace, A = pointer(zeros(threads * self._room[size])), pointer(outputs.data)
        inputs, row_bytes = ffi.from_buffer(X.view), n_in * X.view.itemsize
        for first in range(0, n, self._at_once):
            lib.pn_predict(
                core.active.table,
                A + first * n_out,
                struct,
                workspace,
                inputs + first * row_bytes,
                X.type,
                min(self._at_once, n - first),
                size,
                threads,
            )
        return outputs

    def row(self, x: memoryview[Any]) -> list[float] | None:
        """The outputs for one row of float64, or None where it isn't one that C can take."""
        n_in = self._sizes[0]
        if x.format != "d" or x.shape != (n_in,) or not x.c_contiguous:
            return None
        inputs = ffi.from_buffer("double[]", x)
        if unchecked.pn_first_not_finite(inputs, lib.PN_FLOAT64, n_in) != n_in or misaligned(
            inputs
        ):
            return None
        outputs = ffi.new("double[]", self._sizes[-1])
        workspace = ffi.new("double[]", self._room[1])
        lib.pn_predict(
            core.active.table,
            outputs,
            self._network.struct,
            workspace,
            inputs,
            lib.PN_FLOAT64,
            1,
            1,
            1,
        )
        return ffi.unpack(outputs, self._sizes[-1])


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
