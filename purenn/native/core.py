"""The compiled core and how its arguments are made. Importing it fails where it wasn't built."""

from __future__ import annotations

from typing import Any

from ..checks import check_choice
from . import _core  # type: ignore[attr-defined]

lib: Any = _core.lib
ffi: Any = _core.ffi

ACTIVATIONS = {
    "identity": lib.PN_IDENTITY,
    "sigmoid": lib.PN_SIGMOID,
    "tanh": lib.PN_TANH,
    "relu": lib.PN_RELU,
    "leaky_relu": lib.PN_LEAKY_RELU,
    "softmax": lib.PN_SOFTMAX,
}

LOSSES = {
    "mean_squared_error": lib.PN_MEAN_SQUARED_ERROR,
    "binary_cross_entropy": lib.PN_BINARY_CROSS_ENTROPY,
    "categorical_cross_entropy": lib.PN_CATEGORICAL_CROSS_ENTROPY,
}


def compiler() -> str:
    """Name and version of the compiler that built the core."""
    return ffi.string(lib.pn_compiler()).decode()


def pointer(view: memoryview[float]) -> Any:
    """The `double *` to a buffer, which stays alive as long as the pointer does."""
    return ffi.from_buffer("double[]", view)


def code(kind: str, codes: dict[str, int], name: str) -> int:
    """The C enum value of an activation or a loss. Raises ValueError for an unknown name."""
    return codes[check_choice(kind, tuple(codes), name)]


def separate(name: str, out: memoryview[float], *inputs: memoryview[float]) -> None:
    """Raises ValueError where an output shares memory with an input that C still reads."""
    start = address(out)
    for view in inputs:
        other = address(view)
        if start < other + view.nbytes and other < start + out.nbytes:
            raise ValueError(
                f"{name}: expected memory of its own, got a buffer that is also an input"
            )


def in_place_or_separate(out: memoryview[float], *inputs: memoryview[float]) -> None:
    """Raises ValueError where an output shares a part of an input's memory without being it."""
    for view in inputs:
        if address(view) != address(out):
            separate("out", out, view)


def address(view: memoryview[float]) -> int:
    """Where a buffer lies."""
    return int(ffi.cast("uintptr_t", pointer(view)))
