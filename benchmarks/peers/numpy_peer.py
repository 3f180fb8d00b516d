"""Dense networks with NumPy, written in several ways; the fastest of a task is the peer."""

from __future__ import annotations

import warnings
from math import log

import numpy as np
from given import Given

warnings.filterwarnings("ignore", "overflow")  # exp of saturated units: 1 / (1 + inf) is 0


class Textbook:
    """What one writes first: a matrix product per layer, formulas as they stand in books.

    Vectorised over the samples of a batch; takes the loss of each batch, as purenn does.
    """

    version = f"NumPy {np.__version__}"
    differs = ""

    def __init__(self, given: Given, threads: int) -> None:
        self.task = given.task
        self.X = np.array(given.X, dtype=np.float64)
        self.Y = np.array(given.Y)
        self.first = [(np.array(W), np.array(b)) for W, b in given.weights]
        self.forward_of = [FORWARD[name] for name in self.task.activations]
        self.slope_of = [SLOPE[name] for name in self.task.activations[:-1]]
        self.loss_of = LOSS[self.task.loss]
        self.run = self.predict if self.task.call == "predict" else self.train

    def reset(self) -> None:
        self.W = [W.copy() for W, _ in self.first]
        self.b = [b.copy() for _, b in self.first]

    def forward(self, X):
        """The inputs, then the outputs of every layer."""
        A = [X]
        for W, b, f in zip(self.W, self.b, self.forward_of):
            A.append(f(A[-1] @ W + b if self.task.bias else A[-1] @ W))
        return A

    def step(self, X, Y) -> float:
        """One batch: its loss, and gradient descent."""
        A = self.forward(X)
        loss = self.loss_of(A[-1], Y)
        rate = self.task.rate / len(X)
        dZ = A[-1] - Y
        for layer in range(len(self.W) - 1, -1, -1):
            dW = A[layer].T @ dZ
            db = dZ.sum(axis=0)
            if layer:
                dZ = (dZ @ self.W[layer].T) * self.slope_of[layer - 1](A[layer])
            self.W[layer] -= rate * dW
            if self.task.bias:
                self.b[layer] -= rate * db
        return loss

    def train(self) -> None:
        """All epochs; a batch of 1 makes it a call for each sample."""
        n, batch = self.task.samples, self.task.batch
        self.losses = [
            self.step(self.X[i : i + batch], self.Y[i : i + batch])
            for _ in range(self.task.epochs)
            for i in range(0, n, batch)
        ]

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(self.X[i : i + 1])

    def outputs(self):
        return self.forward(self.X)[-1].tolist()


def sigmoid(Z):
    return 1.0 / (1.0 + np.exp(-Z))


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def binary_cross_entropy(A, Y):
    return -np.sum(Y * np.log(A) + (1.0 - Y) * np.log(1.0 - A)) / len(Y)


def categorical_cross_entropy(A, Y):
    return -np.sum(Y * np.log(A)) / len(Y)


FORWARD = {"sigmoid": sigmoid, "tanh": np.tanh, "softmax": softmax}
SLOPE = {"sigmoid": lambda A: A * (1.0 - A), "tanh": lambda A: 1.0 - A * A}  # from the output
LOSS = {
    "binary_cross_entropy": binary_cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
}


class Columns:
    """Samples in columns, nothing allocated: every result goes to a buffer.

    The bias is the weight of one more input, which is always 1. `order` is that of a matrix of
    samples in memory: in C's, a unit's values for all samples lie together. Of a batch, no more
    than `block` samples are computed at a time, and their gradients added up.
    """

    version = Textbook.version
    differs = ""
    order = "C"
    block = 10**9
    single = False  # whether it is for one sample at a time

    def __init__(self, given: Given, threads: int) -> None:
        task = self.task = given.task
        if (task.batch == 1) != self.single:
            raise NotImplementedError(f"a batch has {task.batch} samples")
        self.width = min(self.block, task.batch)
        self.X = with_ones(given.X, task.bias).T
        self.Y = np.array(given.Y).T.copy(self.order)
        parameters = [np.vstack([W, b][: 1 + task.bias]) for W, b in given.weights]
        self.first = [P.T.copy() for P in parameters]
        self.W = [np.empty_like(P) for P in self.first]
        self.G, self.more = ([np.empty_like(P) for P in self.first] for _ in range(2))
        self.back = [W[:, :n_in].T for W, n_in in zip(self.W, task.sizes)]
        ones = [*[task.bias] * (len(self.W) - 1), False]
        self.A = [self.buffer(n + one) for n, one in zip(task.sizes[1:], ones)]
        self.D = [self.buffer(n) for n in task.sizes[1:]]
        self.activate = [IN_PLACE[name] for name in task.activations]
        self.times_slope = [TIMES_SLOPE[name] for name in task.activations[:-1]]
        self.run = self.predict if task.call == "predict" else self.train

    def buffer(self, rows):
        return np.ones((rows, self.width), order=self.order)

    def reset(self) -> None:
        for W, first in zip(self.W, self.first):
            np.copyto(W, first)

    def forward(self, start: int, stop: int):
        """What each layer takes in, and the outputs of the last."""
        A, taken = self.X[:, start:stop], []
        for W, buffer, activate in zip(self.W, self.A, self.activate):
            taken.append(A)
            A = buffer[:, : stop - start]
            Z = A[: len(W)]
            np.matmul(W, taken[-1], out=Z)
            activate(Z)
        return taken, A

    def gradients(self, start: int, stop: int, rate: float, G) -> float:
        """Of these samples, multiplied by the rate; the sum of their losses."""
        taken, P = self.forward(start, stop)
        Y = self.Y[:, start:stop]
        loss = summed_loss(P, Y, self.task.output)
        D = self.D[-1][:, : stop - start]
        np.subtract(P, Y, out=D)
        np.multiply(D, rate, out=D)
        for layer in range(len(G) - 1, -1, -1):
            np.matmul(D, taken[layer].T, out=G[layer])
            if layer:
                E = self.D[layer - 1][:, : stop - start]
                np.matmul(self.back[layer], D, out=E)
                self.times_slope[layer - 1](E, taken[layer][: len(E)])
                D = E
        return loss

    def step(self, start: int, stop: int) -> float:
        """One batch: its loss, and gradient descent."""
        rate, loss = self.task.rate / (stop - start), 0.0
        for i in range(start, stop, self.width):
            G = self.more if i > start else self.G
            loss += self.gradients(i, min(i + self.width, stop), rate, G)
            if i > start:
                for total, part in zip(self.G, G):
                    np.add(total, part, out=total)
        for W, G in zip(self.W, self.G):
            np.subtract(W, G, out=W)
        return loss / (stop - start)

    def train(self) -> None:
        """All epochs."""
        n, batch = self.task.samples, self.task.batch
        self.losses = [
            self.step(i, min(i + batch, n))
            for _ in range(self.task.epochs)
            for i in range(0, n, batch)
        ]

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(i, i + 1)

    def outputs(self):
        starts = range(0, self.task.samples, self.width)
        stops = [min(i + self.width, self.task.samples) for i in starts]
        return [row for i, j in zip(starts, stops) for row in self.forward(i, j)[1].T.tolist()]


class Rows(Columns):
    """The same with samples in rows: a sample's values lie together."""

    order = "F"


class Blocks(Columns):
    """As many samples at a time as the cache holds, so that each is read once for both ways."""

    block = 512

    def __init__(self, given: Given, threads: int) -> None:
        if given.task.batch <= self.block:
            raise NotImplementedError(f"batches are of {self.block} samples or fewer")
        super().__init__(given, threads)


class Vectors(Columns):
    """One sample at a time: products of a matrix and a vector, outer products for gradients."""

    single = True

    def __init__(self, given: Given, threads: int) -> None:
        super().__init__(given, threads)
        task = self.task
        self.x = list(self.X.T)
        self.x_rows = [x[None] for x in self.x]
        self.y = list(self.Y.T.copy())
        self.labels = self.Y.argmax(axis=0).tolist()
        self.P = np.empty((task.samples, task.sizes[-1]))
        self.p = list(self.P)
        self.rate = np.array(task.rate)  # a Python float would be converted in every call
        taken = [A[:, 0] for A in self.A[:-1]]
        outputs = [a[:n] for a, n in zip(taken, task.sizes[1:])]
        self.d = [D[:, 0] for D in self.D]
        self.hidden = list(zip(self.W, outputs, taken, self.activate))
        rows = [a[None] for a in taken]
        per_layer = (self.W[1:], self.back[1:], self.G[1:], self.D[1:], rows)
        self.later = list(zip(*per_layer, outputs, self.d, self.times_slope))[::-1]

    def forward_one(self, x, p) -> None:
        """The outputs of one sample, into p."""
        for W, z, a, activate in self.hidden:
            W.dot(x, z)
            activate(z)
            x = a
        self.W[-1].dot(x, p)
        self.activate[-1](p)

    def step_one(self, x, x_row, y, p) -> None:
        """Gradient descent on one sample."""
        self.forward_one(x, p)
        d, dot, subtract = self.d[-1], np.dot, np.subtract
        subtract(p, y, d)
        np.multiply(d, self.rate, d)
        for W, back, G, column, row, z, e, times_slope in self.later:
            dot(column, row, G)
            back.dot(d, e)
            subtract(W, G, W)
            times_slope(e, z)
            d = e
        dot(self.D[0], x_row, self.G[0])
        subtract(self.W[0], self.G[0], self.W[0])

    def train(self) -> None:
        """All epochs; each sample's loss, where outputs are sigmoids all at an epoch's end."""
        self.losses = []
        softmax = self.task.output == "softmax"
        for _ in range(self.task.epochs):
            for x, x_row, y, p, label in zip(self.x, self.x_rows, self.y, self.p, self.labels):
                self.step_one(x, x_row, y, p)
                if softmax:
                    self.losses.append(-log(p[label]))
            if not softmax:
                self.losses.append(summed_loss(self.P.T, self.Y, "sigmoid") / len(self.P))

    def predict(self) -> None:
        """A call for each sample."""
        for x, p in zip(self.x, self.p):
            self.forward_one(x, p)

    def outputs(self):
        self.predict()
        return self.P.tolist()


ONE = np.array(1.0)


def with_ones(X, bias: bool):
    """X, with a column of ones where there are biases; copied once."""
    n, n_in = X.shape
    result = np.ones((n, n_in + bias))
    result[:, :n_in] = X
    return result


def sigmoid_in_place(Z) -> None:
    np.negative(Z, Z)
    np.exp(Z, Z)
    np.add(Z, ONE, Z)
    np.reciprocal(Z, Z)


def tanh_in_place(Z) -> None:
    np.tanh(Z, Z)


def softmax_in_place(Z) -> None:
    np.subtract(Z, np.maximum.reduce(Z), Z)
    np.exp(Z, Z)
    np.divide(Z, np.add.reduce(Z), Z)


def times_sigmoid_slope(E, A) -> None:
    """E·A·(1 − A); A is lost."""
    np.multiply(E, A, E)
    np.subtract(ONE, A, A)
    np.multiply(E, A, E)


def times_tanh_slope(E, A) -> None:
    """E·(1 − A²); A is lost."""
    np.multiply(A, A, A)
    np.subtract(ONE, A, A)
    np.multiply(E, A, E)


def summed_loss(P, Y, output: str) -> float:
    """The logarithm of what each output, or each sample's right one, is said to be true with."""
    right = np.multiply(P, Y).sum(axis=0) if output == "softmax" else np.abs(P + Y - ONE)
    return -np.log(right, out=right).sum()


IN_PLACE = {"sigmoid": sigmoid_in_place, "tanh": tanh_in_place, "softmax": softmax_in_place}
TIMES_SLOPE = {"sigmoid": times_sigmoid_slope, "tanh": times_tanh_slope}
