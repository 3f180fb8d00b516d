"""Training by the fast bodies, with the bits of purenn/reference/training.py.

A step makes another network, and leaves the one that it began with as it was. What the fast bodies
may not compute, the reference does: network.py says why.
"""

from .. import reference
from .network import LIMIT, Tiled, pairs, tiled


class Batch:
    """Samples that make a step together: X as pairs, also by columns, and Y."""

    def __init__(self, X: list, Y: list[list[float]], n_columns: int) -> None:
        self.X, self.Y = X, Y
        self.columns: list = [[] for _ in range(n_columns)]
        for s, x in enumerate(X):
            for k, x_k in x:
                self.columns[k].append((s, x_k))


def gradients(network: Tiled, batch: Batch):
    """Each sample's loss, and the gradients in the shape of the tiles; None if not allowed."""
    layers = network.layers
    L = []
    outputs = []
    errors = []
    for x, y in zip(batch.X, batch.Y):
        found = layers.errors(x, y, network.tiles)
        if found is None:
            return None
        loss, A, dZ = found
        L.append(loss)
        outputs.append(A)
        errors.append(dZ)
    columns = batch.columns
    dW = []
    for weight_gradient, A, dZ in zip(layers.weight_gradients, zip(*outputs), zip(*errors)):
        dW.append(weight_gradient(columns, dZ))
        columns = [list(enumerate(column)) for column in zip(*A)]
        if layers.bias:
            columns.append([(s, 1.0) for s in range(len(A))])
    return L, dW


def batch_step(network: Tiled, batch: Batch, learning_rate: float):
    """The network after a step on the batch, and the losses before; None if not allowed."""
    found = gradients(network, batch)
    if found is None:
        return None
    L, dW = found
    work = zip(network.layers.steps, dW, network.tiles)
    tiles = [step(g, rows, learning_rate) for step, g, rows in work]
    return Tiled(network.layers, tiles), L


class Samples:
    """All samples of a training by gradient descent: X (n, n_in), Y (n, n_out), learning rate.

    It has no state that steps change.
    """

    state = None

    def __init__(self, X: list, Y: list, bias: bool, learning_rate: float) -> None:
        self._X, self._Y, self._bias = X, Y, bias
        self._pairs = [pairs(x, bias) for x in X]
        small = [not x or (min(x) > -LIMIT and max(x) < LIMIT) for x in X]  # NaN: dz is, too
        self._X_is_small = all(small)
        self._batch: tuple = (), None
        self.take_learning_rate(learning_rate)

    def take_learning_rate(self, learning_rate: float) -> None:
        """Learns at that rate from now on."""
        self._learning_rate = learning_rate
        self._small = 0.0 < learning_rate < LIMIT and self._X_is_small

    def step(self, network, rows, random=None) -> tuple:
        """The network after a step on those rows, tiled or not, the state, the losses before."""
        if self._small and isinstance(network, Tiled):
            if len(rows) == 1:
                x, y = self._pairs[rows[0]], self._Y[rows[0]]
                stepped = network.layers.one_step(x, y, network.tiles, self._learning_rate)
                if stepped is not None:
                    return Tiled(network.layers, stepped[0]), None, [stepped[1]]
            else:
                stepped = batch_step(network, self.batch(rows), self._learning_rate)
                if stepped is not None:
                    return stepped[0], None, stepped[1]
        network = network.untiled() if isinstance(network, Tiled) else copy_of(network)
        X, Y = [self._X[row] for row in rows], [self._Y[row] for row in rows]
        rates = reference.Rates(self._learning_rate)
        optimizer = reference.Optimizer(network, "gradient_descent", rates)
        return network, None, reference.train_step(network, optimizer, X, Y)

    def batch(self, rows) -> Batch:
        """Those rows, as they were made for the last step if it had the same."""
        if rows != self._batch[0]:
            X, Y = [self._pairs[row] for row in rows], [self._Y[row] for row in rows]
            self._batch = rows, Batch(X, Y, len(self._X[0]) + self._bias)
        return self._batch[1]


class WeighedSamples:
    """All samples of any training: its optimizer, whose state is kept, their weights, the rates of
    its dropout. The reference makes the steps.
    """

    def __init__(self, X: list, Y: list, optimizer, sample_weights, dropout) -> None:
        self._X, self._Y, self._weights, self._optimizer = X, Y, sample_weights, optimizer
        self._dropout = dropout
        self.state = optimizer.moments, optimizer.powers

    def take_learning_rate(self, learning_rate: float) -> None:
        """Learns at that rate from now on."""
        self._optimizer.rates.learning_rate = learning_rate

    def step(self, network, rows, random=None) -> tuple:
        """The network after a step on those rows, the state, the losses before; random draws the
        masks of dropout."""
        network = network.untiled() if isinstance(network, Tiled) else copy_of(network)
        optimizer = self._optimizer
        moments, powers = self.state or ([], [1.0, 1.0])
        optimizer.moments = [[[list(row) for row in rows] for rows in m] for m in moments]
        optimizer.powers = list(powers)
        X, Y = [self._X[row] for row in rows], [self._Y[row] for row in rows]
        weights = None if self._weights is None else [self._weights[row] for row in rows]
        dropout = None if self._dropout is None else reference.Dropout(self._dropout, random)
        L = reference.train_step(network, optimizer, X, Y, weights, dropout)
        return network, (optimizer.moments, optimizer.powers), L


def copy_of(network: reference.Network) -> reference.Network:
    """The same network with parameters of its own."""
    parameters = [([list(row) for row in W], list(b)) for W, b in network.parameters]
    return reference.Network(parameters, network.activations, network.loss, network.bias)


def train_epoch(
    network: reference.Network,
    X: list[list[float]],
    Y: list[list[float]],
    order: list[int],
    batch_size: int,
    learning_rate: float,
) -> float:
    """reference.train_epoch by gradient descent: the same parameters after it, the same loss."""
    samples = Samples(X, Y, network.bias, learning_rate)
    present = tiled(network) or network
    L = []
    for start in range(0, len(order), batch_size):
        present, _, losses = samples.step(present, order[start : start + batch_size])
        L.extend(losses)
    network.parameters = present.parameters
    return reference.mean(L)
