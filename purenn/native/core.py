"""The compiled core and how its functions are called. Importing it fails where it wasn't built.

PURENN_SIMD=plain|avx2|avx512|zen4|neon chooses the kernels; by default the fastest that this
processor runs. All compute the same bits.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import BuiltinFunctionType, SimpleNamespace

from ..annotations import Any
from ..checks import check_choice, shown
from ..environment import other_arithmetic
from . import _core  # type: ignore[attr-defined]

ffi: Any = _core.ffi
unchecked: Any = _core.lib
LEVELS = ("plain", "avx2", "avx512", "zen4", "neon")
LOOKING = ("pn_find_columns", "pn_predict_row", "pn_train")  # and say what they saw


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The C function, refused where this thread's processor was switched to other arithmetic."""
    environment = unchecked.pn_environment

    def call(*arguments: Any) -> Any:
        found = environment()
        if found:
            refuse(found)
        return function(*arguments)

    return call


def refuse(found: int) -> None:
    """Raises FloatingPointError where enum pn_found says that this thread's processor was."""
    flushes, rounds = found & lib.PN_FLUSHES_SUBNORMALS, found & lib.PN_ROUNDS_OTHERWISE
    if flushes or rounds:
        raise other_arithmetic(bool(flushes), bool(rounds))


# What the headers declare: constants, descriptions, and functions that check where they compute.
lib: Any = SimpleNamespace(
    **{
        name: checked(value)
        if isinstance(value, BuiltinFunctionType) and name not in LOOKING
        else value
        for name, value in ((name, getattr(unchecked, name)) for name in dir(unchecked))
    }
)


class Kernels:
    """The heavy functions for one level of csrc/simd/: the table that C gets."""

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


def available_levels() -> list[str]:
    """The levels that can be chosen here."""
    return [name for name in LEVELS if unchecked.pn_kernels(name.encode()) != ffi.NULL]


active = Kernels(os.environ.get("PURENN_SIMD"))


def compiler() -> str:
    """Name and version of the compiler that built the core."""
    return ffi.string(unchecked.pn_compiler()).decode()


def activation_pointer(name: str) -> Any:
    """The `const struct pn_activation *` of that name."""
    return getattr(lib, f"pn_{name}_activation_pointer")


def loss_pointer(name: str) -> Any:
    """The `const struct pn_loss *` of that name."""
    return getattr(lib, f"pn_{name}_loss_pointer")


def rule_pointer(name: str) -> Any:
    """The `const struct pn_rule *` of that name."""
    return getattr(lib, f"pn_{name}_rule_pointer")


def function_pointer(name: str) -> Any:
    """The C function of that name, for C to call."""
    return ffi.addressof(unchecked, name)
