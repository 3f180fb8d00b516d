"""The functions of csrc/regularization.c, dropout.c and training.c, and the optimizer they take.

See purenn/reference for their formulas. Each is one call of C.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from ..annotations import Any
from ..checks import check_choice, check_count, check_number, counted, shown
from ..frozen import Frozen
from ..reference import DECAYS, RULES, Rates
from .core import ffi, function_pointer, lib, rule_pointer
from .functions import struct_of
from .matrices import Matrix, made, matrix, vector
from .memory import MOST_NUMBERS, Memory, zeros
from .network import (
    Network,
    batch_of,
    check_network,
    count_parameters,
    count_units,
    countable,
    fitting,
    layers_of,
    matrices,
    pairs,
    pointer_of,
    sample_weights_of,
)
from .random import Random, drawn


def gradient_norm(gradients: Any) -> float:
    """√(Σ g²) over all gradients [(dW, db), ...]."""
    block, sizes = _gradients(gradients)
    return lib.pn_gradient_norm(block.pointer, *countable(sizes))


def clip_gradients(gradients: Any, largest_norm: float) -> None:
    """Makes their norm largest_norm where it is larger, in place: the gradients of `backward`."""
    block, sizes = _gradients(gradients)
    for layer, (dW, _) in enumerate(gradients):
        if type(dW) is not Matrix:
            raise TypeError(
                f"gradients[{layer}]: expected what backward gives, got a {type(dW).__name__}"
            )
    lib.pn_clip_gradients(
        block.pointer, check_number("largest_norm", largest_norm), *countable(sizes)
    )
    for (dW, db), (own_dW, own_db) in zip(gradients, pairs(block, sizes)):
        dW.data[:] = own_dW.data
        db[:] = own_db


class Optimizer(Frozen):
    """How a network learns, as C computes with it: see purenn.reference.Optimizer.

    `struct` is a `struct pn_optimizer *`, `moments` lists each moment as `parameters` does.
    Raises ValueError or TypeError where a name is not known or a number is none.
    """

    __slots__ = ("_kept", "moments", "network", "struct")
    moments: list[list[tuple[Matrix, memoryview[Any]]]]
    network: Network
    struct: Any

    def __init_subclass__(cls) -> None:
        raise TypeError("Optimizer: expected no subclass, since C relies on what it says")

    def __init__(
        self,
        network: Network,
        rule: str,
        rates: Rates,
        decay: str | None = None,
        weight_decay: float = 0.0,
        largest_norm: float = 0.0,
    ) -> None:
        check_network(network)
        check_choice("rule", tuple(RULES), rule)
        if decay is not None:
            check_choice("decay", tuple(DECAYS), decay)
        count, struct = network.block.count, ffi.new("struct pn_optimizer *")
        kept = zeros(RULES[rule].moments * count)
        point_optimizer(struct, kept, rule, rates, decay, weight_decay, largest_norm)
        self._fill(
            _kept=kept,
            moments=[
                pairs(kept.part(i * count, count), network.sizes)
                for i in range(RULES[rule].moments)
            ],
            network=network,
            struct=struct,
        )


def point_optimizer(
    struct: Any,
    moments: Memory,
    rule: str,
    rates: Rates,
    decay: str | None,
    weight_decay: float,
    largest_norm: float,
) -> None:
    """Fills a struct pn_optimizer, before its first step, whose moments are all 0."""
    struct.rule, struct.rates = rule_pointer(rule), struct_of(rates)[0]
    if decay is not None:
        struct.decay = function_pointer(f"pn_{decay}_decay")
    struct.weight_decay = check_number("weight_decay", weight_decay)
    struct.largest_norm = check_number("largest_norm", largest_norm)
    if struct.largest_norm > 0.0:
        struct.clip = function_pointer("pn_clip_gradients")
    struct.moments = moments.pointer if moments.count else ffi.NULL
    struct.powers = (1.0, 1.0)


def update_parameters(network: Network, optimizer: Optimizer, gradients: Any) -> None:
    """One step of the parameters by their gradients [(dW, db), ...]."""
    _check_optimizer(optimizer, network)
    block, sizes = _gradients(gradients)
    if sizes != network.sizes:
        raise ValueError(f"gradients: expected sizes {network.sizes}, got {sizes}")
    lib.pn_update_parameters(network.struct, optimizer.struct, block.pointer)


class Dropout(Frozen):
    """The rates of a training's dropout, a list, and the Random that its masks are drawn from.

    Raises ValueError or TypeError where a rate is not at least 0 and less than 1.
    """

    __slots__ = ("random", "rates")
    random: Random
    rates: list[float]

    def __init__(self, rates: Sequence[float], random: Random) -> None:
        if not isinstance(random, Random):
            raise TypeError(f"random: expected purenn.native.Random, got {shown(random)}")
        self._fill(rates=check_rates(rates), random=random)


def check_rates(rates: Any) -> list[float]:
    """Rates of dropout as a list. Raises ValueError or TypeError where one can't be."""
    checked: list[Any] = vector("rates", rates).view().tolist()
    for i, rate in enumerate(checked):
        if not 0.0 <= rate < 1.0:
            raise ValueError(f"rates[{i}]: expected at least 0 and less than 1, got {rate}")
    return checked


def draw_masks(random: Random, rates: Any, n: int, sizes: Sequence[int]) -> list[Matrix]:
    """The masks of n samples, a matrix for each layer but the last: see purenn.reference."""
    n, rates = check_count("n", n, 0, MOST_NUMBERS), check_rates(rates)
    struct, n_layers = countable(sizes)
    hidden = [*sizes[:-1]]
    if len(rates) != n_layers - 1:
        raise ValueError(f"rates: expected {counted(n_layers - 1, 'number')}, got {len(rates)}")
    masks = zeros(n * count_units(hidden))
    own = ffi.new("double[]", rates)
    drawn(
        random,
        lambda state: lib.pn_draw_masks(masks.pointer, state, own, n, struct, n_layers),
    )
    return matrices(masks, hidden, n)


def drop(A: Any, mask: Any) -> Matrix:
    """A·mask, number by number. A and mask are (n, n_out)."""
    A = matrix("A", A)
    mask = fitting("mask", mask, *A.shape)
    D = zeros(A.memory.count)
    lib.pn_drop(D.pointer, A.memory.pointer, mask.memory.pointer, *A.shape)
    return made(D, *A.shape)


def train_step(
    network: Network,
    optimizer: Optimizer,
    X: Any,
    Y: Any,
    sample_weights: Any = None,
    dropout: Dropout | None = None,
) -> memoryview[Any]:
    """Changes the parameters by one step on the batch X, Y; the loss of each sample before it."""
    X, Y = batch_of(X, Y, network)
    _check_optimizer(optimizer, network)
    weights = sample_weights_of(sample_weights, len(X), network)
    struct, _kept = _dropout(dropout, network, len(X))
    L = zeros(len(X))
    workspace = _workspace(network, len(X))
    _in_turn(
        dropout,
        lib.pn_train_step,
        L.pointer,
        network.struct,
        optimizer.struct,
        workspace.pointer,
        X.memory.pointer,
        Y.memory.pointer,
        pointer_of(weights),
        struct,
        len(X),
    )
    return L.view()


def train_epoch(
    network: Network,
    optimizer: Optimizer,
    X: Any,
    Y: Any,
    order: Sequence[int],
    batch_size: int,
    sample_weights: Any = None,
    dropout: Dropout | None = None,
) -> float:
    """One step for each batch of samples in the given order; the mean loss before the steps."""
    X, Y = batch_of(X, Y, network)
    n = len(X)
    _check_optimizer(optimizer, network)
    batch_size = min(check_count("batch_size", batch_size), n)
    weights = sample_weights_of(sample_weights, n, network)
    struct, _kept = _dropout(dropout, network, batch_size)
    rows = ffi.new("size_t[]", row_numbers(order, n))
    L, workspace = zeros(n), _workspace(network, batch_size)
    batch = zeros(batch_size * (network.sizes[0] + network.sizes[-1] + 1))
    return _in_turn(
        dropout,
        lib.pn_train_epoch,
        L.pointer,
        network.struct,
        optimizer.struct,
        workspace.pointer,
        batch.pointer,
        X.memory.pointer,
        Y.memory.pointer,
        rows,
        batch_size,
        pointer_of(weights),
        struct,
        n,
    )


def row_numbers(order: Any, n: int) -> list[int]:
    """The numbers of n rows as a list that nobody else has, each checked."""
    try:
        rows = [int.__index__(index(row)) for row in order]  # whatever a subclass of int says
    except TypeError:
        raise TypeError(f"order: expected {n} row numbers, got {shown(order)}") from None
    if len(rows) != n or not all(0 <= row < n for row in rows):
        raise ValueError(f"order: expected {n} row numbers from 0 to {n - 1}, got {shown(rows)}")
    return rows


def _check_optimizer(optimizer: Any, network: Network) -> None:
    """Of that network: its moments have the shapes of the parameters."""
    check_network(network)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer: expected purenn.native.Optimizer, got {type(optimizer).__name__}"
        )
    if optimizer.network.sizes != network.sizes:
        raise ValueError(
            f"optimizer: expected one for sizes {network.sizes}, got {optimizer.network.sizes}"
        )


def _gradients(gradients: Any) -> tuple[Memory, tuple[int, ...]]:
    """A copy of [(dW, db), ...] in one block, and its sizes."""
    layers = layers_of(gradients)
    sizes = (layers[0][0].shape[0], *(W.shape[1] for W, _ in layers))
    block = zeros(count_parameters(sizes))
    for (dW, db), (own_dW, own_db) in zip(layers, pairs(block, sizes)):
        own_dW.data[:] = dW.data
        own_db[:] = db.view()
    return block, sizes


def _dropout(dropout: Any, network: Network, n: int) -> tuple[Any, Any]:
    """A struct pn_dropout for batches of n samples, or NULL, and what it points at."""
    if dropout is None:
        return ffi.NULL, None
    if not isinstance(dropout, Dropout):
        raise TypeError(f"dropout: expected purenn.native.Dropout, got {type(dropout).__name__}")
    hidden = network.sizes[:-1]
    if len(dropout.rates) != len(hidden) - 1:
        expected = counted(len(hidden) - 1, "rate")
        raise ValueError(f"dropout: expected {expected}, got {len(dropout.rates)}")
    masks = zeros(n * count_units(hidden))
    rates = ffi.new("double[]", dropout.rates)
    struct = ffi.new("struct pn_dropout *")
    struct.draw, struct.rates = function_pointer("pn_draw_masks"), rates
    struct.random, struct.masks = dropout.random.struct, masks.pointer
    return struct, (masks, rates)


def _in_turn(dropout: Dropout | None, function: Any, *arguments: Any) -> Any:
    """What the function gives, in a turn of the random numbers that it draws."""
    if dropout is None:
        return function(*arguments)
    return drawn(dropout.random, lambda state: function(*arguments))


def _workspace(network: Network, n: int) -> Memory:
    return zeros(network.block.count + 2 * n * count_units(network.sizes))
