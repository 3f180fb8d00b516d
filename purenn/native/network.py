"""The functions of csrc/network.c, and the network that they take.

See purenn/reference/network.py for their formulas. Each is one call of C.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import reference
from ..annotations import Any
from ..checks import check_bool, check_choice, check_count, counted, shown
from ..frozen import Frozen
from ..reference import ACTIVATIONS, LOSSES
from .core import activation_pointer, ffi, lib, loss_pointer
from .matrices import Matrix, made, matrix, vector
from .memory import MOST_NUMBERS, Memory, zeros


class Network(Frozen):
    """A network as C computes with it: its parameters in one block, its settings in a struct.

    `parameters` are [(W, b), ...], which are copied: W (n_in, n_out), b (n_out). `sizes` are the
    inputs, then the outputs of each layer; `struct` is a `struct pn_network *`.
    Raises ValueError or TypeError where a layer's W does not fit its b or the layer before, or a
    name is not known.
    """

    __slots__ = ("_kept", "block", "sizes", "struct")
    sizes: tuple[int, ...]
    block: Memory
    struct: Any

    def __init_subclass__(cls) -> None:
        raise TypeError("Network: expected no subclass, since C relies on what a Network says")

    def __init__(
        self, parameters: Sequence[Any], activations: Sequence[str], loss: str, bias: bool
    ) -> None:
        layers = layers_of(parameters)
        sizes = (layers[0][0].shape[0], *(W.shape[1] for W, _ in layers))
        block = zeros(count_parameters(sizes))
        self._point(sizes, block, activations, loss, bias)
        for (W, b), (own_W, own_b) in zip(layers, self.parameters):
            own_W.data[:] = W.data
            own_b[:] = b.view()

    def _point(
        self,
        sizes: tuple[int, ...],
        block: Memory,
        activations: Sequence[str],
        loss: str,
        bias: bool,
    ) -> None:
        if not isinstance(activations, Sequence) or len(activations) != len(sizes) - 1:
            raise ValueError(
                f"activations: expected {len(sizes) - 1}, one per layer, got {shown(activations)}"
            )
        for name in activations:
            check_choice("activation", tuple(ACTIVATIONS), name)
        check_choice("loss", tuple(LOSSES), loss)
        struct = ffi.new("struct pn_network *")
        kept = (
            ffi.new("size_t[]", sizes),
            ffi.new("struct pn_activation *[]", [*map(activation_pointer, activations)]),
        )
        struct.sizes, struct.activations = kept
        struct.loss = loss_pointer(loss)
        struct.parameters = block.pointer
        struct.n_layers = len(sizes) - 1
        struct.bias = check_bool("bias", bias)
        self._fill(_kept=kept, block=block, sizes=sizes, struct=struct)

    @property
    def parameters(self) -> list[tuple[Matrix, memoryview[Any]]]:
        """[(W, b), ...] where they lie."""
        return pairs(self.block, self.sizes)


def network_of(
    sizes: tuple[int, ...], block: Memory, activations: Sequence[str], loss: str, bias: bool
) -> Network:
    """A network whose parameters are that block."""
    network = Network.__new__(Network)
    network._point(sizes, block, activations, loss, bias)
    return network


def pairs(block: Memory, sizes: Sequence[int]) -> list[tuple[Matrix, memoryview[Any]]]:
    """A block of parameters or gradients as [(W, b), ...]."""
    found, start = [], 0
    for n_in, n_out in zip(sizes, sizes[1:]):
        W = made(block.part(start, n_in * n_out), n_in, n_out)
        found.append((W, block.part(start + n_in * n_out, n_out).view()))
        start += (n_in + 1) * n_out
    return found


def matrices(block: Memory, sizes: Sequence[int], n: int) -> list[Matrix]:
    """A block of Z, A or dZ as a matrix (n, n_out) for each layer."""
    found, start = [], 0
    for n_out in sizes[1:]:
        found.append(made(block.part(start, n * n_out), n, n_out))
        start += n * n_out
    return found


def count_parameters(sizes: Sequence[int]) -> int:
    """All numbers in W and b. sizes are the inputs, then the outputs of each layer."""
    return lib.pn_count_parameters(*countable(sizes))


def count_units(sizes: Sequence[int]) -> int:
    """All numbers in A for one sample. sizes are the inputs, then the outputs of each layer."""
    return lib.pn_count_units(*countable(sizes))


def forward(X: Any, network: Network, masks: Any = None) -> tuple[list[Matrix], list[Matrix]]:
    """Z and A of every layer. X (n, n_in) → matrices (n, n_out of the layer)."""
    X = _samples("X", X, network)
    n, units = len(X), count_units(network.sizes)
    Z, A = zeros(n * units), zeros(n * units)
    block = masks_of(masks, network, n)
    lib.pn_forward(Z.pointer, A.pointer, X.memory.pointer, network.struct, pointer_of(block), n)
    return matrices(Z, network.sizes, n), matrices(A, network.sizes, n)


def output_losses(Z: Any, A: Any, Y: Any, activation: str, loss: str) -> memoryview[Any]:
    """The loss of each sample, L (n). Z and A of the last layer, and Y, are (n, n_out)."""
    _check_names(activation, loss)
    Z = matrix("Z", Z)
    A, Y = fitting("A", A, *Z.shape), fitting("Y", Y, *Z.shape)
    L = zeros(len(Z))
    lib.pn_output_losses(
        L.pointer,
        Z.memory.pointer,
        A.memory.pointer,
        Y.memory.pointer,
        activation_pointer(activation),
        loss_pointer(loss),
        *Z.shape,
    )
    return L.view()


def output_gradient(A: Any, Y: Any, activation: str, loss: str) -> Matrix:
    """dZ of the last layer, whose outputs are A. A, Y and dZ are (n, n_out)."""
    _check_names(activation, loss)
    A = matrix("A", A)
    Y = fitting("Y", Y, *A.shape)
    dZ = zeros(A.memory.count)
    lib.pn_output_gradient(
        dZ.pointer,
        A.memory.pointer,
        Y.memory.pointer,
        activation_pointer(activation),
        loss_pointer(loss),
        *A.shape,
    )
    return made(dZ, *A.shape)


def backward(
    A: Any, X: Any, Y: Any, network: Network, sample_weights: Any = None, masks: Any = None
) -> tuple[list[Matrix], list[tuple[Matrix, memoryview[Any]]]]:
    """dZ of every layer, and the gradients (dW, db). X (n, n_in), Y (n, n_out), n ≥ 1."""
    X, Y = batch_of(X, Y, network)
    weights = sample_weights_of(sample_weights, len(X), network)
    block = masks_of(masks, network, len(X))
    n, sizes = len(X), network.sizes
    outputs = _outputs(A, network, n)
    dZ, gradients = zeros(outputs.count), zeros(network.block.count)
    lib.pn_backward(
        dZ.pointer,
        gradients.pointer,
        outputs.pointer,
        X.memory.pointer,
        Y.memory.pointer,
        network.struct,
        pointer_of(weights),
        pointer_of(block),
        n,
    )
    return matrices(dZ, sizes, n), pairs(gradients, sizes)


def masks_of(masks: Any, network: Network, n: int) -> Memory | None:
    """The masks of n samples in one block, or None."""
    if masks is None:
        return None
    hidden = network.sizes[:-1]
    if not isinstance(masks, Sequence) or len(masks) != len(hidden) - 1:
        raise ValueError(
            f"masks: expected a list of {len(hidden) - 1} matrices, got {shown(masks)}"
        )
    block = zeros(n * count_units(hidden))
    for number, (own, values) in enumerate(zip(matrices(block, hidden, n), masks)):
        own.data[:] = fitting(f"masks[{number}]", values, *own.shape).data
    return block


def pointer_of(memory: Memory | None) -> Any:
    """Where it begins, or NULL."""
    return memory.pointer if memory else ffi.NULL


def _check_names(activation: str, loss: str) -> None:
    check_choice("activation", tuple(ACTIVATIONS), activation)
    check_choice("loss", tuple(LOSSES), loss)


def countable(sizes: Sequence[int]) -> tuple[Any, int]:
    """Sizes as C takes them. Raises ValueError where what they count is too large for it."""
    checked = [check_count(f"sizes[{i}]", size, 0, MOST_NUMBERS) for i, size in enumerate(sizes)]
    if not checked or reference.count_parameters(checked) > MOST_NUMBERS:
        raise ValueError(f"sizes: expected at most {MOST_NUMBERS} parameters, got {shown(checked)}")
    return ffi.new("size_t[]", checked), len(checked) - 1


def layers_of(parameters: Any) -> list[tuple[Matrix, Memory]]:
    if not isinstance(parameters, Sequence) or isinstance(parameters, (str, bytes)):
        raise TypeError(f"parameters: expected a list of (W, b), got {shown(parameters)}")
    if len(parameters) == 0:
        raise ValueError("parameters: expected at least one layer, got none")
    layers: list[tuple[Matrix, Memory]] = []
    for number, pair in enumerate(parameters):
        name = f"parameters[{number}]"
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise ValueError(f"{name}: expected a pair (W, b), got {shown(pair)}")
        W, b = matrix(f"{name} W", pair[0]), vector(f"{name} b", pair[1])
        n_in = layers[-1][1].count if layers else W.shape[0]
        layers.append((fitting(f"{name} W", W, n_in, b.count), b))
    return layers


def fitting(name: str, values: Any, n_rows: int, n_columns: int) -> Matrix:
    """The values as a matrix of that shape."""
    found = matrix(name, values)
    if found.shape == (0, 0) and n_rows == 0:  # an empty list is of any width
        return made(found.memory, 0, n_columns)
    if found.shape != (n_rows, n_columns):
        raise ValueError(
            f"{name}: expected {counted(n_rows, 'row')} of {counted(n_columns, 'number')}, "
            f"got {found.shape[0]} of {found.shape[1]}"
        )
    return found


def check_network(network: Any) -> None:
    if not isinstance(network, Network):
        raise TypeError(f"network: expected purenn.native.Network, got {type(network).__name__}")


def sample_weights_of(values: Any, n: int, network: Network) -> Memory | None:
    """The weight of each of n samples, or None for 1."""
    if values is None:
        return None
    weights = vector("sample_weights", values)
    if weights.count != n:
        expected = counted(n, "number")
        raise ValueError(f"sample_weights: expected {expected}, got {weights.count}")
    if weights.overlaps(network.block):
        raise ValueError("sample_weights: expected memory of its own, got the parameters")
    return weights


def _samples(name: str, X: Any, network: Network) -> Matrix:
    check_network(network)
    found = matrix(name, X)
    return fitting(name, found, len(found), network.sizes[0])


def batch_of(X: Any, Y: Any, network: Network) -> tuple[Matrix, Matrix]:
    """X and Y of at least one sample, neither in the memory of the parameters."""
    X = _samples("X", X, network)
    if len(X) == 0:
        raise ValueError("X: expected at least one sample, got none")
    Y = fitting("Y", Y, len(X), network.sizes[-1])
    for name, given in (("X", X), ("Y", Y)):
        if given.memory.overlaps(network.block):
            raise ValueError(f"{name}: expected memory of its own, got the network's parameters")
    return X, Y


def _outputs(A: Any, network: Network, n: int) -> Memory:
    """A of every layer, one after the other."""
    sizes = network.sizes
    if not isinstance(A, Sequence) or len(A) != len(sizes) - 1:
        raise ValueError(f"A: expected a list of {len(sizes) - 1} matrices, got {shown(A)}")
    block = zeros(n * count_units(sizes))
    for number, (own, values) in enumerate(zip(matrices(block, sizes, n), A)):
        own.data[:] = fitting(f"A[{number}]", values, *own.shape).data
    return block
