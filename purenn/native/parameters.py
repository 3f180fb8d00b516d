"""A network's weights and biases, or its layers' matrices, in one buffer each, as C holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..annotations import Any
from ..checks import shown
from .buffers import Fixed, Matrix, matrix, vector, zeros


class Parameters(Fixed):
    """Weights and biases, or their gradients, in one buffer: layer by layer, W, then b.

    Iterates as pairs (W, b), W a Matrix (n_in, n_out) and b a memoryview (n_out), both views of
    the buffer `data`. `sizes` are the inputs, then the outputs of each layer.
    Raises ValueError where a layer's W does not fit its b or the layer before.
    """

    __slots__ = ("data", "pairs", "sizes")
    sizes: tuple[int, ...]
    data: memoryview[float]
    pairs: tuple[tuple[Matrix, memoryview[float]], ...]

    def __init__(self, weights: Sequence[tuple[Any, Any]]) -> None:
        if not isinstance(weights, (Sequence, Parameters)) or isinstance(weights, (str, bytes)):
            raise TypeError(f"weights: expected a list of (W, b), got {shown(weights)}")
        if len(weights) == 0:
            raise ValueError("weights: expected at least one layer, got none")
        layers = []
        n_in = None
        for index, pair in enumerate(weights):
            if not isinstance(pair, Sequence) or len(pair) != 2:
                raise ValueError(f"weights[{index}]: expected a pair (W, b), got {shown(pair)}")
            W, b = pair
            b = vector(f"weights[{index}] b", b)
            W = matrix(f"weights[{index}] W", W, n_in, len(b))
            n_in = len(b)
            layers.append((W, b))
        self._allocate((layers[0][0].shape[0], *(W.shape[1] for W, _ in layers)))
        for (W, b), (own_W, own_b) in zip(layers, self.pairs):
            own_W.data[:] = W.data
            own_b[:] = b

    def _allocate(self, sizes: tuple[int, ...]) -> None:
        self._set("sizes", sizes)
        self._set("data", zeros(sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))))
        pairs = []
        start = 0
        for n_in, n_out in zip(sizes, sizes[1:]):
            middle = start + n_in * n_out
            end = middle + n_out
            pairs.append((Matrix(n_in, n_out, self.data[start:middle]), self.data[middle:end]))
            start = end
        self._set("pairs", tuple(pairs))

    @classmethod
    def zeros(cls, sizes: tuple[int, ...]) -> Parameters:
        """Parameters of that shape, all 0."""
        parameters = cls.__new__(cls)
        parameters._allocate(sizes)
        return parameters

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[tuple[Matrix, memoryview[float]]]:
        return iter(self.pairs)

    def __getitem__(self, layer: int) -> tuple[Matrix, memoryview[float]]:
        return self.pairs[layer]


class Layers(Fixed):
    """One matrix (n, n_out) per layer, for the same n samples, in one buffer `data`."""

    __slots__ = ("data", "matrices")
    data: memoryview[float]
    matrices: tuple[Matrix, ...]

    def __init__(self, n: int, sizes: Sequence[int]) -> None:
        self._set("data", zeros(n * sum(sizes)))
        matrices = []
        start = 0
        for size in sizes:
            matrices.append(Matrix(n, size, self.data[start : start + n * size]))
            start = start + n * size
        self._set("matrices", tuple(matrices))

    @classmethod
    def of(cls, name: str, matrices: Any, n: int, sizes: Sequence[int]) -> Layers:
        """Those matrices as Layers: as they are, or copied together.

        Raises ValueError where their number or a shape is another.
        """
        if not isinstance(matrices, (Sequence, Layers)):
            raise TypeError(f"{name}: expected a list of matrices, got {shown(matrices)}")
        given = list(matrices)
        if len(given) != len(sizes):
            raise ValueError(f"{name}: expected {len(sizes)} layers, got {len(given)}")
        checked = [
            matrix(f"{name}[{index}]", values, n, size)
            for index, (values, size) in enumerate(zip(given, sizes))
        ]
        if isinstance(matrices, cls):
            return matrices
        layers = cls(n, sizes)
        for own, values in zip(layers.matrices, checked):
            own.data[:] = values.data
        return layers

    def __len__(self) -> int:
        return len(self.matrices)

    def __iter__(self) -> Iterator[Matrix]:
        return iter(self.matrices)

    def __getitem__(self, layer: int) -> Matrix:
        return self.matrices[layer]
