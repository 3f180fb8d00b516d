"""The engine in plain Python: the fast bodies where they may compute, else the reference."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isfinite

from .. import door, reference
from ..annotations import Any
from ..architecture import Architecture
from ..environment import check_arithmetic
from ..weights import lists_of
from .network import Tiled, pairs, tiled
from .training import Batch, Samples, gradients


class PlainEngine:
    """Computes with purenn.reference, on lists of lists."""

    name = "python"
    functions: Any = reference

    def matrix(self, rows: Any) -> list[list[float]]:
        """A copy of the rows, which functions may change."""
        return self.inputs(door.matrix("matrix", rows))

    def vector(self, numbers: Any) -> list[float]:
        """A copy of the numbers, which functions may change."""
        copy: Any = door.vector("vector", numbers).tolist()
        return copy

    def inputs(self, block: door.Block) -> list[list[float]]:
        """The rows of a block as lists of floats."""
        rows = [block.row(row) for row in range(block.shape[0])]
        return [[*map(float, row)] for row in rows] if block.numbers.format == "B" else rows

    targets = inputs

    def scaled(
        self, X: list[list[float]], offset: list[float], scale: list[float]
    ) -> list[list[float]]:
        """Inputs, each as (x − offset) / scale."""
        return reference.scale_inputs(X, offset, scale)

    def first_not_finite(self, X: list[list[float]], units: int = 0) -> int | None:
        """The row of the first input that is not finite, or None."""
        for s, row in enumerate(X):
            if not isfinite(sum(row)) and not all(map(isfinite, row)):
                return s
        return None

    def first_outside(
        self, Y: list[list[float]], low: float, high: float, least: float, most: float
    ) -> int | None:
        """The first row with a number that is not low … high, or a sum not least … most."""
        sums = reference.affine(Y, [[1.0]] * len(Y[0]), [0.0])
        for s, (row, (total,)) in enumerate(zip(Y, sums)):
            if not (least <= total <= most and all(low <= value <= high for value in row)):
                return s
        return None

    def weights(
        self, architecture: Architecture, block: array, threads: int | None
    ) -> PlainWeights:
        """The weights in that block, as this engine holds them, which uses one thread."""
        return PlainWeights(self, architecture, block)


class PlainWeights:
    """The weights in a network, tiled or not, which may be replaced but never changes."""

    def __init__(self, engine: PlainEngine, architecture: Architecture, block: array) -> None:
        self.engine, self.architecture = engine, architecture
        self.replace(block)

    def replace(self, block: array) -> None:
        """Takes the weights of that block from now on."""
        a = self.architecture
        network = reference.Network(lists_of(a, block), list(a.activations), a.loss, a.bias)
        self.network = tiled(network) or network

    def block(self) -> array:
        """A copy of the weights in one block."""
        return block_of(self.network.parameters)

    def outputs(self, X: list[list[float]]) -> list[list[float]]:
        """The outputs for the samples X."""
        check_arithmetic()
        network = self.network
        if not isinstance(network, Tiled):
            return reference.forward(X, network)[1][-1]
        outputs, tiles, bias = network.layers.outputs, network.tiles, network.layers.bias
        return [outputs(pairs(x, bias), tiles) for x in X]

    def row(self, numbers: memoryview[Any]) -> list[float]:
        """The outputs for one sample of float64 numbers."""
        x: Any = numbers.tolist()
        if self.engine.first_not_finite([x]) is not None:
            raise door.not_finite("X", door.Block(numbers, (1, len(x))), 0)
        return self.outputs([x])[0]

    def gradients(self, X: list[list[float]], Y: list[list[float]]) -> tuple[float, array]:
        """The mean loss over the samples, and its gradients in one block."""
        check_arithmetic()
        L, parameters = self._gradients(X, Y)
        return reference.mean(L), block_of(parameters)

    def _gradients(self, X: list[list[float]], Y: list[list[float]]) -> tuple:
        network = self.network
        if isinstance(network, Tiled):
            bias = network.layers.bias
            batch = Batch([pairs(x, bias) for x in X], Y, len(X[0]) + bias)
            found = gradients(network, batch)
            if found is not None:
                L, dW = found
                return L, Tiled(network.layers, dW).parameters
            network = network.untiled()
        Z, A = reference.forward(X, network)
        L = reference.output_losses(Z[-1], A[-1], Y, network.activations[-1], network.loss)
        return L, reference.backward(A, X, Y, network)[1]

    def steps(
        self, X: list[list[float]], Y: list[list[float]], batch_size: int, learning_rate: float
    ) -> PlainSteps:
        """A training of these weights, which can be stopped after every step."""
        if not isinstance(self.network, Tiled):  # they may have become tame
            self.network = tiled(self.network) or self.network
        return PlainSteps(self, X, Y, batch_size, learning_rate)


class PlainSteps:
    """The steps of a training, batch by batch.

    A step makes other weights, which take their place when they are whole, so that Ctrl-C and other
    threads find them between two steps.
    """

    def __init__(
        self,
        weights: PlainWeights,
        X: list[list[float]],
        Y: list[list[float]],
        batch_size: int,
        learning_rate: float,
    ) -> None:
        self._weights, self._n, self._batch_size = weights, len(X), batch_size
        self._samples = Samples(X, Y, weights.architecture.bias, learning_rate)
        self._order: Sequence[int] = range(len(X))
        self.position, self._total = (0, 0), 0.0

    def take_order(self, order: Sequence[int]) -> None:
        """Takes the samples in that order in the epoch that begins now."""
        self._order = order

    def run(self, losses: list[float], epochs: int, samples: int | None = None) -> None:
        """Goes on for so many epochs, or until `samples` more are taken; adds epochs' losses."""
        check_arithmetic()
        weights, step, n = self._weights, self._samples.step, self._n
        order, size = self._order, self._batch_size
        (epoch, first), total = self.position, self._total
        last, left = epoch + epochs, n * epochs if samples is None else samples
        while epoch < last and left > 0:
            rows = order[first : first + size] if size > 1 else (order[first],)
            network, L = step(weights.network, rows)
            for loss in L:
                total = total + loss
            first += len(rows)
            left -= len(rows)
            if first == n:
                losses[epoch:] = [total / n]
                epoch, first, total = epoch + 1, 0, 0.0
            weights.network, self._total, self.position = network, total, (epoch, first)


def block_of(parameters: list) -> array:
    """(W, b) of each layer in one block."""
    block = array("d")
    for W, b in parameters:
        for row in (*W, b):
            block.extend(row)
    return block
