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
        self.moments = {id(p): (np.zeros_like(p), np.zeros_like(p)) for p in [*self.W, *self.b]}
        self.steps = 0

    def forward(self, X):
        """The inputs, then the outputs of every layer."""
        A = [X]
        for W, b, f in zip(self.W, self.b, self.forward_of):
            A.append(f(A[-1] @ W + b if self.task.bias else A[-1] @ W))
        return A

    def step(self, X, Y) -> float:
        """One batch: its loss, and a step of all parameters."""
        A = self.forward(X)
        loss = self.loss_of(A[-1], Y)
        dZ = (A[-1] - Y) / len(X)
        self.steps += 1
        for layer in range(len(self.W) - 1, -1, -1):
            dW = A[layer].T @ dZ
            db = dZ.sum(axis=0)
            if layer:
                dZ = (dZ @ self.W[layer].T) * self.slope_of[layer - 1](A[layer])
            self.update(self.W[layer], dW)
            if self.task.bias:
                self.update(self.b[layer], db)
        return loss

    def update(self, p, g) -> None:
        """The optimizer's rule, in place."""
        task, (m, v) = self.task, self.moments[id(p)]
        if task.optimizer == "adam":
            beta_1, beta_2, epsilon = task.settings.values()
            m += (1.0 - beta_1) * (g - m)
            v += (1.0 - beta_2) * (g * g - v)
            m_hat = m / (1.0 - beta_1**self.steps)
            v_hat = v / (1.0 - beta_2**self.steps)
            p -= task.rate * m_hat / (np.sqrt(v_hat) + epsilon)
        elif task.optimizer == "momentum":
            m *= task.settings["momentum"]
            m += g
            p -= task.rate * m
        else:
            p -= task.rate * g

    def train(self) -> None:
        """All epochs; a batch of 1 makes it a call for each sample."""
        self.losses = [self.step(self.X[rows], self.Y[rows]) for rows in batches(self.task)]

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(self.X[i : i + 1])

    def outputs(self):
        return self.forward(self.X)[-1].tolist()


def batches(task):
    """The rows of each batch of all epochs: a slice, or their numbers in the order of an epoch."""
    n, batch = task.samples, task.batch
    stream = np.random.RandomState(task.seed)
    for _ in range(task.epochs):
        order = stream.permutation(n) if task.shuffle else None
        for i in range(0, n, batch):
            yield slice(i, min(i + batch, n)) if order is None else order[i : i + batch]


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
        self.w, self.W = together(self.first)
        (self.g, self.G), (self.more_g, self.more) = together(self.first), together(self.first)
        self.back = [W[:, :n_in].T for W, n_in in zip(self.W, task.sizes)]
        ones = [*[task.bias] * (len(self.W) - 1), False]
        self.A = [self.buffer(n + one) for n, one in zip(task.sizes[1:], ones)]
        self.D = [self.buffer(n) for n in task.sizes[1:]]
        self.drawn = np.empty((task.batch, len(self.X))), np.empty((len(self.Y), task.batch))
        self.activate = [IN_PLACE[name] for name in task.activations]
        self.times_slope = [TIMES_SLOPE[name] for name in task.activations[:-1]]
        self.update = OPTIMIZERS[task.optimizer](task, self.w, self.g)
        self.run = self.predict if task.call == "predict" else self.train

    def buffer(self, rows):
        return np.ones((rows, self.width), order=self.order)

    def reset(self) -> None:
        for W, first in zip(self.W, self.first):
            np.copyto(W, first)
        self.update.reset()

    def forward(self, A):
        """What each layer takes in, and the outputs of the last."""
        taken = []
        for W, buffer, activate in zip(self.W, self.A, self.activate):
            taken.append(A)
            A = buffer[:, : A.shape[1]]
            Z = A[: len(W)]
            np.matmul(W, taken[-1], out=Z)
            activate(Z)
        return taken, A

    def gradients(self, X, Y, scale: float, G) -> float:
        """Of these samples, multiplied by the scale; the sum of their losses."""
        taken, P = self.forward(X)
        loss = summed_loss(P, Y, self.task.output)
        D = self.D[-1][:, : X.shape[1]]
        np.subtract(P, Y, out=D)
        np.multiply(D, scale, out=D)
        for layer in range(len(G) - 1, -1, -1):
            np.matmul(D, taken[layer].T, out=G[layer])
            if layer:
                E = self.D[layer - 1][:, : X.shape[1]]
                np.matmul(self.back[layer], D, out=E)
                self.times_slope[layer - 1](E, taken[layer][: len(E)])
                D = E
        return loss

    def step(self, rows) -> float:
        """One batch: its loss, and a step of all parameters."""
        X, Y = self.samples(rows)
        n = X.shape[1]
        loss, scale = 0.0, self.update.scale / n
        for i in range(0, n, self.width):
            G = self.more if i else self.G
            loss += self.gradients(X[:, i : i + self.width], Y[:, i : i + self.width], scale, G)
            if i:
                np.add(self.g, self.more_g, out=self.g)
        self.update()
        return loss / n

    def samples(self, rows):
        """Their X and Y, where they lie or gathered."""
        if isinstance(rows, slice):
            return self.X[:, rows], self.Y[:, rows]
        X, Y = self.drawn[0][: len(rows)], self.drawn[1][:, : len(rows)]
        self.X.T.take(rows, axis=0, out=X, mode="clip")
        self.Y.take(rows, axis=1, out=Y, mode="clip")
        return X.T, Y

    def train(self) -> None:
        """All epochs."""
        self.losses = [self.step(rows) for rows in batches(self.task)]

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(self.X[:, i : i + 1])

    def outputs(self):
        starts = range(0, self.task.samples, self.width)
        return [
            row for i in starts for row in self.forward(self.X[:, i : i + self.width])[1].T.tolist()
        ]


def together(arrays):
    """Zeros for all of them in one row, each from a cache line on, and as many views of it."""
    starts, end = [], 0
    for array in arrays:
        starts.append(end)
        end += -(-array.size // 8) * 8
    row = np.zeros(end)
    views = [row[i : i + array.size].reshape(array.shape) for i, array in zip(starts, arrays)]
    return row, views


class GradientDescent:
    """w -= g, where g has the rate in it."""

    def __init__(self, task, w, g) -> None:
        self.scale, self.w, self.g = task.rate, w, g

    def reset(self) -> None:
        """It remembers nothing."""

    def __call__(self) -> None:
        np.subtract(self.w, self.g, out=self.w)


class Momentum:
    """v = mu·v + g, w -= v, where g has the rate in it; as much at a time as a cache holds."""

    def __init__(self, task, w, g) -> None:
        self.scale, self.mu, self.v = task.rate, np.array(task.settings["momentum"]), 0.0 * w
        self.parts = parts(w, self.v, g)

    def reset(self) -> None:
        self.v.fill(0.0)

    def __call__(self) -> None:
        for w, v, g in self.parts:
            np.multiply(v, self.mu, out=v)
            np.add(v, g, out=v)
            np.subtract(w, v, out=w)


class Adam:
    """Moments m and v, w -= rate·m / (√v + epsilon), both corrected; likewise."""

    scale = 1.0

    def __init__(self, task, w, g) -> None:
        self.task, self.m, self.v, room = task, 0.0 * w, 0.0 * w, np.empty(AT_ONCE)
        self.parts = [(*part, room[: len(part[0])]) for part in parts(w, self.m, self.v, g)]

    def reset(self) -> None:
        self.m.fill(0.0)
        self.v.fill(0.0)
        self.powers = 1.0, 1.0

    def __call__(self) -> None:
        beta_1, beta_2, epsilon = self.task.settings.values()
        self.powers = power_1, power_2 = self.powers[0] * beta_1, self.powers[1] * beta_2
        root = (1.0 - power_2) ** 0.5
        rate, epsilon = self.task.rate * root / (1.0 - power_1), epsilon * root
        for w, m, v, g, t in self.parts:
            np.subtract(g, m, out=t)
            np.multiply(t, 1.0 - beta_1, out=t)
            np.add(m, t, out=m)
            np.multiply(g, g, out=g)
            np.multiply(g, 1.0 - beta_2, out=g)
            np.multiply(v, beta_2, out=v)
            np.add(v, g, out=v)
            np.sqrt(v, out=t)
            np.add(t, epsilon, out=t)
            np.divide(m, t, out=t)
            np.multiply(t, rate, out=t)
            np.subtract(w, t, out=w)


AT_ONCE = 2**14  # numbers of each array


def parts(*rows):
    """So many numbers of each row, then the next ones."""
    return [tuple(row[i : i + AT_ONCE] for row in rows) for i in range(0, len(rows[0]), AT_ONCE)]


OPTIMIZERS = {"gradient_descent": GradientDescent, "momentum": Momentum, "adam": Adam}


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
        if task.optimizer != "gradient_descent":
            raise NotImplementedError("samples one by one take gradient descent")
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
        stream = np.random.RandomState(self.task.seed)
        samples = list(zip(self.x, self.x_rows, self.y, self.p, self.labels))
        for _ in range(self.task.epochs):
            order = stream.permutation(len(samples)).tolist() if self.task.shuffle else None
            for x, x_row, y, p, label in [samples[i] for i in order] if order else samples:
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
