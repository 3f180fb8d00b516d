"""The functions of purenn.reference under their names, computed by the C core over buffers.

Each takes what its namesake takes, as a Matrix, as a contiguous float64 buffer, which is used where
it lies, or as lists, and is one call of C. Their formulas stand in purenn/reference.
"""

from __future__ import annotations

from collections.abc import Callable

from ..annotations import Any
from ..checks import check_count, check_number, counted, shown
from ..classes import check_range, flat_items, packed, whole_numbers
from ..reference import ACTIVATIONS, LOSSES, Rates
from .core import ffi, lib
from .matrices import Matrix, in_place, made, matrix, new, vector
from .memory import Memory, zeros
from .targets import targets_of

SHAPES = {
    **dict.fromkeys(("X", "S", "dX"), ("n", "n_in")),
    **dict.fromkeys(("Z", "A", "dZ", "dA", "Y"), ("n", "n_out")),
    **dict.fromkeys(("W", "dW"), ("n_in", "n_out")),
    **dict.fromkeys(("b", "db"), ("n_out",)),
    **dict.fromkeys(("offset", "scale"), ("n_in",)),
    "L": ("n",),
}

# What each gives, what it takes as its namesake does, and the sizes that C takes after that.
SIGNATURES = {
    "affine": ("Z", "X W b", "n n_in n_out"),
    "weight_gradient": ("dW", "X dZ", "n n_in n_out"),
    "bias_gradient": ("db", "dZ", "n n_out"),
    "input_gradient": ("dX", "dZ W", "n n_in n_out"),
    "scale_inputs": ("S", "X offset scale", "n n_in"),
    "matched_gradient": ("dZ", "A Y", "n n_out"),
    **{f"{activation}_forward": ("A", "Z", "n n_out") for activation in ACTIVATIONS},
    **{f"{activation}_backward": ("dZ", "dA A", "n n_out") for activation in ACTIVATIONS},
    **dict.fromkeys(LOSSES, ("L", "A Y", "n n_out")),
    **{f"{loss}_gradient": ("dA", "A Y", "n n_out") for loss in LOSSES},
    **{
        f"{loss}_with_logits": ("L", "Z Y", "n n_out")
        for loss, known in LOSSES.items()
        if known.matched
    },
}
OF_A_BATCH = ("dW", "db")  # which are means over the samples


def bound(name: str, output: str, inputs: str, sizes: str) -> Callable[..., Any]:
    """The function of that name, which raises ValueError or TypeError where shapes don't fit."""
    function, names = getattr(lib, f"pn_{name}"), inputs.split()

    def call(*arguments: Any, **named: Any) -> Any:
        given = by_name(name, names, arguments, named)
        found: dict[str, int] = {}
        memories = [take(key, given[key], found) for key in names]
        if output in OF_A_BATCH and found["n"] == 0:
            raise ValueError(f"{names[0]}: expected at least one sample, got none")
        shape = [found.get(size, 0) for size in SHAPES[output]]
        result = new(*shape) if len(shape) == 2 else zeros(*shape)
        memory = result.memory if isinstance(result, Matrix) else result
        pointers = [given.pointer for given in memories]
        function(memory.pointer, *pointers, *(found.get(size, 0) for size in sizes.split()))
        return result if isinstance(result, Matrix) else result.view()

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{output} from {', '.join(names)}: see purenn.reference.{name}."
    return call


def by_name(name: str, names: list[str], arguments: tuple, named: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the function of that name by theirs, or TypeError for others."""
    given = {**dict(zip(names, arguments)), **named}
    if len(arguments) + len(named) != len(names) or sorted(given) != sorted(names):
        raise TypeError(f"{name}: expected the arguments {', '.join(names)}")
    return given


def take(name: str, values: Any, found: dict[str, int]) -> Memory:
    """The memory of an input, whose sizes must be those found before it, or are found here."""
    sizes = SHAPES[name]
    if len(sizes) == 1:
        memory = vector(name, values)
        shape: tuple[int, ...] = (memory.count,)
    else:
        given = matrix(name, values)
        memory, shape = given.memory, given.shape
        if shape == (0, 0):  # an empty list is of any width
            shape = (0,)
    for size, number, what in zip(sizes, shape, ("row", "column")):
        if found.setdefault(size, number) != number:
            expected = counted(found[size], what if len(sizes) == 2 else "number")
            raise ValueError(f"{name}: expected {expected}, got {number}")
    return memory


FUNCTIONS = {name: bound(name, *signature) for name, signature in SIGNATURES.items()}
divide = lib.pn_divide
exp = lib.pn_exp
log = lib.pn_log
tanh = lib.pn_tanh
log1p = lib.pn_log1p
expm1 = lib.pn_expm1
xlogy = lib.pn_xlogy
xdivy = lib.pn_xdivy


def power_of_two(k: int) -> float:
    """2ᵏ, exact. Raises ValueError outside −1022 ≤ k ≤ 1023."""
    return lib.pn_power_of_two(check_count("k", k, -1022, 1023))


def mean(L: Any) -> float:
    """The mean of L (n), the loss of a batch."""
    losses = vector("L", L)
    return lib.pn_mean(losses.pointer, losses.count)


# What each changes in place, then what it reads, all of them (count), then its numbers.
UPDATES = {
    "gradient_descent": ("w", "g", "learning_rate"),
    "momentum": ("w v", "g", "learning_rate mu"),
    "nesterov": ("w v", "g", "learning_rate mu"),
    "adam": ("w m v", "g", "learning_rate beta_1 beta_2 epsilon"),
    "rprop": ("w before sizes", "g", "learning_rate"),
    "l2_decay": ("w g", "", "weight_decay learning_rate"),
    "decoupled_decay": ("w g", "", "weight_decay learning_rate"),
}


def updating(name: str, changed: str, read: str, numbers: str) -> Callable[..., None]:
    """The function of that name, whose vectors must be of one length and not overlap."""
    function, names = getattr(lib, f"pn_{name}"), f"{changed} {read} {numbers}".split()

    def call(*arguments: Any, **named: Any) -> None:
        given = by_name(name, names, arguments, named)
        memories: list[Memory] = []
        for key in names[: len(names) - len(numbers.split())]:
            values = given[key]
            own = (
                in_place(key, values, writable=True)
                if key in changed.split()
                else vector(key, values)
            )
            count = memories[0].count if memories else own.count
            if own.count != count:
                raise ValueError(f"{key}: expected {counted(count, 'number')}, got {own.count}")
            if any(own.overlaps(other) for other in memories):
                raise ValueError(f"{key}: expected memory of its own, got a part of another")
            memories.append(own)
        rates = [check_number(key, given[key]) for key in numbers.split()]
        function(*(own.pointer for own in memories), *rates, memories[0].count)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Changes {changed} in place: see purenn.reference.{name}."
    return call


FUNCTIONS.update({name: updating(name, *signature) for name, signature in UPDATES.items()})


def one_hot(classes: Any, n_out: int) -> Matrix:
    """Y (n, n_out) of n classes from 0 to n_out − 1: see purenn.reference.one_hot."""
    found, n_out = flat_items("classes", classes), check_count("n_out", n_out)
    if found is None:
        raise TypeError(f"classes: expected a list of classes, got {shown(classes)}")
    numbers = whole_numbers("classes", found)
    check_range("classes", numbers, n_out)
    targets = targets_of(packed(numbers), n_out)
    return made(targets.rows(0, len(numbers)), *targets.shape)


def weigh_samples(dZ: Any, sample_weights: Any) -> None:
    """dZ[s][j] ← sample_weights[s]·dZ[s][j], in place. dZ is a Matrix (n, n_out)."""
    if type(dZ) is not Matrix:
        raise TypeError(f"dZ: expected a Matrix, got {type(dZ).__name__}")
    rows, weights = matrix("dZ", dZ), vector("sample_weights", sample_weights)
    if weights.count != len(rows):
        expected = counted(len(rows), "number")
        raise ValueError(f"sample_weights: expected {expected}, got {weights.count}")
    if rows.memory.overlaps(weights):
        raise ValueError("sample_weights: expected memory of its own, got a part of dZ")
    lib.pn_weigh_samples(rows.memory.pointer, weights.pointer, *rows.shape)


def adam_rates(rates: Rates, powers: Any) -> None:
    """Corrects the rates of Adam's step, and powers (2): see purenn.reference.adam_rates."""
    own = in_place("powers", powers, writable=True)
    if own.count != 2:
        raise ValueError(f"powers: expected 2 numbers, got {own.count}")
    struct = struct_of(rates)
    lib.pn_adam_rates(struct, own.pointer)
    rates.learning_rate, rates.epsilon = struct.learning_rate, struct.epsilon


def struct_of(rates: Rates) -> Any:
    """The rates as a `struct pn_rates *`."""
    if not isinstance(rates, Rates):
        raise TypeError(f"rates: expected Rates, got {type(rates).__name__}")
    return ffi.new(
        "struct pn_rates *",
        {name: check_number(name, value) for name, value in vars(rates).items()},
    )
