"""The engine in plain Python: the fast bodies where they may compute, else the reference."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import inf, isfinite

from .. import door, reference
from ..annotations import Any
from ..architecture import Architecture
from ..environment import check_arithmetic
from ..optimizers import Learning
from ..state import Snapshot, State
from ..weights import lists_of
from .network import Tiled, pairs, tiled
from .training import Batch, Samples, WeighedSamples, gradients


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

    def classes(self, numbers: array, n_out: int) -> list[list[float]]:
        """The rows that name these classes, one for each class: samples share it."""
        present = [*{*numbers}]
        rows = dict(zip(present, reference.one_hot(present, n_out)))
        return [rows[number] for number in numbers]

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

    def target_rows(self, Y: list[list[float]], order: Sequence[int]) -> list[list[float]]:
        """The rows of targets in that order."""
        return [Y[s] for s in order]

    def look(self, X: list[list[float]], most: int) -> list[float]:
        """What `engines.py` says of at most so many samples, evenly spaced."""
        return look_at([X[s] for s in evenly(len(X), most)])

    def are_alike(self, Y: list[list[float]]) -> bool:
        """Whether all rows of targets are the same."""
        return all(row == Y[0] for row in Y)

    def first_weights(self, architecture: Architecture) -> array:
        """First weights, drawn from the architecture's seed, in one block."""
        state = reference.random_seed(architecture.seed)
        sizes, rule = list(architecture.sizes), architecture.initialization
        return block_of(reference.initialize(sizes, rule, state))

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

    def evaluate(self, X: list[list[float]], Y: list[list[float]]) -> tuple[float, list]:
        """The mean loss over the samples, and their outputs."""
        architecture, network = self.architecture, self.network
        if not architecture.matched:
            A = self.outputs(X)
            return reference.mean(reference.LOSSES[architecture.loss].losses(A, Y)), A
        check_arithmetic()
        plain = network.untiled() if isinstance(network, Tiled) else network
        Zs, As = reference.forward(X, plain)
        last = architecture.activations[-1], architecture.loss
        return reference.mean(reference.output_losses(Zs[-1], As[-1], Y, *last)), As[-1]

    def stuck(self, X: list[list[float]], most: int) -> list[int] | None:
        """How many units of each layer are stuck in at most so many samples, evenly spaced; None
        where that is less than three quarters in every layer."""
        check_arithmetic()
        network = self.network.untiled() if isinstance(self.network, Tiled) else self.network
        stuck = [[True] * len(b) for _, b in network.parameters]
        layers = list(zip(stuck, network.activations, self.architecture.least_slopes))
        for s in evenly(len(X), most):
            A = reference.forward([X[s]], network)[1]
            for (units, activation, least), (outputs,) in zip(layers, A):
                for j, slope in enumerate(slopes(activation, outputs)):
                    units[j] = units[j] and slope <= least
            if not any(4 * sum(units) >= 3 * len(units) for units in stuck):
                return None
        return [sum(units) for units in stuck]

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
        self, X: list[list[float]], Y: list[list[float]], batch_size: int, learning: Learning
    ) -> PlainSteps:
        """A training of these weights, which can be stopped after every step."""
        if not isinstance(self.network, Tiled):  # they may have become tame
            self.network = tiled(self.network) or self.network
        return PlainSteps(self, X, Y, batch_size, learning)


class PlainSteps:
    """The steps of a training, batch by batch.

    A step makes other weights, and another state of the optimizer, which take their places when
    they are whole, so that Ctrl-C and other threads find them between two steps.
    """

    def __init__(
        self,
        weights: PlainWeights,
        X: list[list[float]],
        Y: list[list[float]],
        batch_size: int,
        learning: Learning,
    ) -> None:
        self._weights, self._n, self._batch_size = weights, len(X), batch_size
        self._data = X, Y
        self._samples = samples_of(X, Y, weights.network, learning)
        self._order: Sequence[int] = range(len(X))
        self._random = None if learning.seed is None else reference.random_seed(learning.seed)
        self._shuffles, self._draws_masks = learning.shuffle, learning.dropout is not None
        self.position, self._total, self.diverged = (0, 0), 0.0, False
        self._kept = self._state()

    def are_usual(self, most: int, few: int, apart: float, *limits: float) -> bool:
        """Whether there is nothing to say about the samples, at most so many of which are looked
        at: `limits` are the largest means of Σ |x| and Σ x², the least and the largest target."""
        (X, Y), engine, (size, squares, low, high) = self._data, self._weights.engine, limits
        found = engine.look(X, most)
        constant = min(self._n, most) >= few and (not found[0] or found[1])
        if constant or (self._n >= few and engine.are_alike(Y)):
            return False
        unscaled = found[10] - found[9] > apart * (found[7] - found[6])
        unscaled = unscaled and min(self._n, most) >= few
        outside = engine.first_outside(Y, low, high, -inf, inf) is not None
        return not (unscaled or found[12] > size or found[13] > squares or outside)

    def take_learning_rate(self, learning_rate: float) -> None:
        """Learns at that rate from now on."""
        self._samples.take_learning_rate(learning_rate)

    def state(self) -> State:
        """A copy of what it goes on from, at the end of a batch."""
        begun = snapshot_of(self._kept) if self.position[1] else None
        return State(self.position, self._total, snapshot_of(self._state()), begun)

    def take_state(self, state: State) -> None:
        """Goes on from there."""
        architecture = self._weights.architecture
        self.position, self._total = state.position, state.total
        if state.begun is not None:
            self._kept = state_of(architecture, state.begun)
            if self._shuffles:
                random = copy_of_random(self._kept[2])
                self._order = reference.random_permutation(random, self._n)
        self._go_back(state_of(architecture, state.now))

    def _state(self) -> tuple:
        """What a step changes, and the next one needs."""
        return self._weights.network, self._samples.state, self._random

    def _go_back(self, state: tuple) -> None:
        self._weights.network, self._samples.state, self._random = state

    def run(self, losses: list[float], epochs: int, samples: int | None = None) -> None:
        """Goes on for so many epochs, or until `samples` more are taken; adds epochs' losses."""
        check_arithmetic()
        self.diverged = False
        weights, step, n, size = self._weights, self._samples.step, self._n, self._batch_size
        (epoch, first), total, order = self.position, self._total, self._order
        last, left = epoch + epochs, n * epochs if samples is None else samples
        while epoch < last and left > 0:
            random: Any = self._random
            if random is not None and (self._draws_masks or first == 0):
                random = copy_of_random(random)
            if first == 0:
                self._kept = self._state()
                if self._shuffles:
                    order = reference.random_permutation(random, n)
            rows = order[first : first + size] if size > 1 else (order[first],)
            network, state, L = step(weights.network, rows, random)
            for loss in L:
                total = total + loss
            first += len(rows)
            left -= len(rows)
            if first == n:
                first = 0
                if not isfinite(total) or not is_finite(network):
                    self._go_back(self._kept)
                    self._total, self.position, self.diverged = 0.0, (epoch, 0), True
                    break
                losses[epoch:] = [total / n]
                epoch, total = epoch + 1, 0.0
            weights.network, self._samples.state, self._random = network, state, random
            self._order, self._total, self.position = order, total, (epoch, first)


def snapshot_of(state: tuple) -> Snapshot:
    """What PlainSteps keeps, as every engine has it."""
    network, learned, random = state
    moments, powers = learned or ([], (1.0, 1.0))
    blocks = [array("d", [m for rows in moment for row in rows for m in row]) for moment in moments]
    words = random and (list(random.words), random.position, random.has_spare, random.spare)
    return Snapshot(block_of(network.parameters), blocks, tuple(powers), words)


def state_of(architecture: Architecture, snapshot: Snapshot) -> tuple:
    """The same from a snapshot."""
    a = architecture
    parameters = lists_of(a, snapshot.block)
    network: Any = reference.Network(parameters, list(a.activations), a.loss, a.bias)
    learned = None
    if snapshot.moments:
        blocks = [lists_of(a, moment) for moment in snapshot.moments]
        moments = [[[*W, b] for W, b in block] for block in blocks]
        learned = moments, list(snapshot.powers)
    random = None if snapshot.random is None else reference.Random(*snapshot.random)
    return tiled(network) or network, learned, random


def evenly(n: int, most: int) -> list[int]:
    """At most so many of n samples, evenly spaced."""
    looked = min(n, most)
    return [i * n // looked for i in range(looked)]


def look_at(X: list[list[float]]) -> list[float]:
    """What `engines.py` says of these samples."""
    varying, constants, narrow, wide = 0, [], None, None
    largest = size = squares = 0.0
    for k, column in enumerate(zip(*X)):
        low, high = min(column), max(column)
        largest = max(largest, -low, high)
        if low < high:
            varying += 1
            if narrow is None or high - low < narrow[2] - narrow[1]:
                narrow = k, low, high
            if wide is None or high - low > wide[2] - wide[1]:
                wide = k, low, high
        elif low != 0.0:
            constants.append((k, low))
        column_size = column_squares = 0.0
        for x in column:
            column_size = column_size + abs(x)
            column_squares = column_squares + x * x
        size, squares = size + column_size, squares + column_squares
    first = constants[0] if constants else (0, 0.0)
    other = any(value != first[1] for _, value in constants)
    none = (0, 0.0, 0.0)
    numbers = varying, len(constants), *first, other, *(narrow or none), *(wide or none)
    return [*map(float, numbers), largest, size / len(X), squares / len(X)]


def slopes(activation: str, outputs: list[float]) -> list[float]:
    """The slope of each unit by its own z; that of softmax is a sigmoid's with the same output."""
    sloping = reference.ACTIVATIONS["sigmoid" if activation == "softmax" else activation]
    return sloping.backward([[1.0] * len(outputs)], [outputs])[0]


def is_finite(network: Any) -> bool:
    """Whether all its parameters are."""
    if isinstance(network, Tiled):
        rows = [row for tiles in network.tiles for tile in tiles for row in tile]
    else:
        rows = [row for W, b in network.parameters for row in [*W, b]]
    return isfinite(sum(map(sum, rows))) or all(isfinite(w) for row in rows for w in row)


def copy_of_random(random: Any) -> reference.Random:
    """The same state of a stream, for whoever goes on from it."""
    return reference.Random(random.words, random.position, random.has_spare, random.spare)


def samples_of(X: list, Y: list, network: Any, learning: Learning) -> Samples | WeighedSamples:
    """The samples of a training that begins."""
    optimizer, weights = learning.optimizer, learning.sample_weights
    if optimizer.is_plain and weights is None and learning.dropout is None:
        bias = network.layers.bias if isinstance(network, Tiled) else network.bias
        return Samples(X, Y, bias, learning.learning_rate)
    settings = optimizer.decay, optimizer.weight_decay, optimizer.largest_norm
    rates = optimizer.rates(learning.learning_rate)
    begun = reference.Optimizer(network, optimizer.rule, rates, *settings)
    return WeighedSamples(X, Y, begun, weights, learning.dropout)


def block_of(parameters: list) -> array:
    """(W, b) of each layer in one block."""
    block = array("d")
    for W, b in parameters:
        for row in (*W, b):
            block.extend(row)
    return block
