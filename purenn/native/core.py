"""The compiled core and how its functions are called. Importing it fails where it wasn't built.

PURENN_SIMD=plain|avx2|avx512|neon chooses the kernels; by default the fastest that this processor
runs. All compute the same bits.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace

from ..annotations import Any
from ..checks import check_choice, shown
from . import _core  # type: ignore[attr-defined]

ffi: Any = _core.ffi
unchecked: Any = _core.lib
ALIGNMENT = ffi.alignof("double")
LEVELS = ("plain", "avx2", "avx512", "neon")
ENVIRONMENT = {
    unchecked.PN_FLUSHES_SUBNORMALS: "flush subnormal numbers to zero",
    unchecked.PN_ROUNDS_OTHERWISE: "round in another direction",
}


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The C function, refused where this thread's processor was switched to other arithmetic."""
    environment = unchecked.pn_environment

    def call(*arguments: Any) -> Any:
        changed = environment()
        if changed:
            what = " and ".join(text for bit, text in ENVIRONMENT.items() if changed & bit)
            raise FloatingPointError(
                f"another library has switched this thread's processor to {what}, so purenn would "
                "compute other bits; switch it back, or use backend='python' in another process"
            )
        return function(*arguments)

    return call


# What purenn.h and host/host.h declare: constants, and functions that check where they compute.
lib: Any = SimpleNamespace(
    **{
        name: checked(value) if callable(value) else value
        for name, value in ((name, getattr(unchecked, name)) for name in dir(unchecked))
    }
)

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


class Kernels:
    """The heavy functions for one level of csrc/simd/, and the table that holds them."""

    def __init__(self, name: str | None = None) -> None:
        """The kernels of that name, or the fastest. Raises ValueError where there are none."""
        if name is not None:
            check_choice("PURENN_SIMD", LEVELS, name)
        self.table = unchecked.pn_kernels(ffi.NULL if name is None else name.encode())
        if self.table == ffi.NULL:
            raise ValueError(
                f"PURENN_SIMD: expected a level that this processor and build have, one of "
                f"{', '.join(available_levels())}, got {shown(name)}"
            )
        self.name = ffi.string(self.table.name).decode()
        self.sparse = self.table.sparse_affine != ffi.NULL
        self.affine = checked(self.table.affine)
        self.input_gradient = checked(self.table.input_gradient)
        self.activation_forward = checked(self.table.activation_forward)
        self.activation_backward = checked(self.table.activation_backward)
        self.sample_losses = checked(self.table.sample_losses)
        self.output_gradient = checked(self.table.output_gradient)
        self.gradient_descent = checked(self.table.gradient_descent)


def available_levels() -> list[str]:
    """The levels that can be chosen here."""
    return [name for name in LEVELS if unchecked.pn_kernels(name.encode()) != ffi.NULL]


active = Kernels(os.environ.get("PURENN_SIMD"))


def compiler() -> str:
    """Name and version of the compiler that built the core."""
    return ffi.string(unchecked.pn_compiler()).decode()


def pointer(view: memoryview[Any]) -> Any:
    """The `double *` to a buffer for a call: the buffer stays alive as long as the pointer does."""
    return ffi.from_buffer("double[]", view)


def lasting_pointer(view: Any, kind: str = "double *") -> Any:
    """The pointer to a buffer that its holder keeps alive beside it.

    An object that lives on must not hold a from_buffer of a memoryview: where both end in a cycle
    of garbage, the memoryview may be cleared first, and releasing the other crashes CPython.
    """
    return ffi.cast(kind, ffi.from_buffer(view))


def code(kind: str, codes: dict[str, int], name: str) -> int:
    """The C enum value of an activation or a loss. Raises ValueError for an unknown name."""
    return codes[check_choice(kind, tuple(codes), name)]


def separate(name: str, out: memoryview[float], *inputs: memoryview[Any]) -> None:
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


def address(view: memoryview[Any]) -> int:
    """Where a buffer lies."""
    return int(lasting_pointer(view, "uintptr_t"))


def misaligned(numbers: Any) -> bool:
    """Whether a `double *` points where this machine keeps no doubles."""
    return int(ffi.cast("uintptr_t", numbers)) % ALIGNMENT != 0
