"""The functions of csrc/initialization.c: see purenn/reference/initialization.py."""

from __future__ import annotations

from collections.abc import Callable

from ..annotations import Sequence
from ..checks import check_choice, check_count, check_number
from ..reference import INITIALIZATIONS
from . import core
from .core import ffi, lib
from .matrices import Matrix
from .memory import MOST_NUMBERS, Memory, zeros
from .network import count_parameters, countable, pairs
from .random import Random, drawn


def uniform_weights(state: Random, limit: float, n_in: int, n_out: int) -> Matrix:
    """W = (2·u − 1)·limit, u uniform in [0, 1)."""
    return _weights("uniform_weights", state, n_in, n_out, check_number("limit", limit))


def normal_weights(state: Random, deviation: float, n_in: int, n_out: int) -> Matrix:
    """W = g·deviation, g normal of mean 0 and deviation 1."""
    return _weights("normal_weights", state, n_in, n_out, check_number("deviation", deviation))


def bound(name: str) -> Callable[[Random, int, int], Matrix]:
    """The rule of that name."""

    def call(state: Random, n_in: int, n_out: int) -> Matrix:
        return _weights(name, state, n_in, n_out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"First weights W (n_in, n_out): see purenn.reference.{name}."
    return call


RULES = {name: bound(name) for name in INITIALIZATIONS}


def initialize(sizes: Sequence[int], initialization: str, state: Random) -> list:
    """First parameters: W of each layer in turn by the rule, every b = 0."""
    rule = check_choice("initialization", tuple(INITIALIZATIONS), initialization)
    own, n_layers = countable(sizes)
    checked = ffi.unpack(own, n_layers + 1)
    return pairs(first_parameters(checked, rule, state), checked)


def first_parameters(sizes: Sequence[int], initialization: str, state: Random) -> Memory:
    """First parameters in one block, of sizes and by a rule that were checked."""
    block, own = zeros(count_parameters(sizes)), ffi.new("size_t[]", sizes)
    rule = ffi.addressof(core.unchecked, f"pn_{initialization}")
    drawn(state, lambda struct: lib.pn_initialize(block.pointer, own, rule, struct, len(sizes) - 1))
    return block


def _weights(name: str, state: Random, n_in: int, n_out: int, *scale: float) -> Matrix:
    """W (n_in, n_out) by the function of that name."""
    n_in = check_count("n_in", n_in, 0, MOST_NUMBERS)
    n_out = check_count("n_out", n_out, 0, MOST_NUMBERS)
    W, function = Matrix(n_in, n_out), getattr(lib, f"pn_{name}")
    drawn(state, lambda struct: function(W.memory.pointer, struct, *scale, n_in, n_out))
    return W
