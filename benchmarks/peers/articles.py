"""What the three training articles compute with NumPy, loop for loop as they compute it.

Printing is left out. Each article has its own order of axes and its own products; the data and
the first weights are purenn's.
"""

from __future__ import annotations

import warnings

import numpy as np
from given import Given

warnings.filterwarnings("ignore", "overflow")


def article(given: Given, threads: int):
    """The article that has this task."""
    classes = {"letters": Letters, "planar": Planar, "digits": Digits}
    return classes[given.task.start](given)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Article:
    """What the three have in common."""

    version = f"NumPy {np.__version__}"
    differs = ""


class Letters(Article):
    """Letter by letter, in rows of integers; a forward pass for the loss, another for the step."""

    def __init__(self, given: Given) -> None:
        X = np.array(given.X).astype(int)
        self.x = [row.reshape(1, len(row)) for row in X]
        self.y = np.array(given.Y).astype(int)
        self.first = [np.array(W) for W, _ in given.weights]
        self.alpha, self.epochs = given.task.rate, given.task.epochs

    def reset(self) -> None:
        self.w1, self.w2 = (w.copy() for w in self.first)

    @staticmethod
    def forward(x, w1, w2):
        """Hidden layer, output layer."""
        hidden = sigmoid(x.dot(w1))
        return sigmoid(hidden.dot(w2))

    def loss(self, out, target):
        """Squared error, averaged over the outputs."""
        squares = np.square(out - target)
        return np.sum(squares) / len(self.y)

    @staticmethod
    def back(x, y, w1, w2, alpha):
        """The two weight matrices after a step on one letter."""
        a1 = sigmoid(x.dot(w1))
        a2 = sigmoid(a1.dot(w2))
        error2 = a2 - y
        error1 = np.multiply(w2.dot(error2.transpose()).transpose(), np.multiply(a1, 1 - a1))
        step1 = x.transpose().dot(error1)
        step2 = a1.transpose().dot(error2)
        return w1 - alpha * step1, w2 - alpha * step2

    def run(self) -> None:
        w1, w2 = self.w1, self.w2
        accuracies, losses = [], []
        for _ in range(self.epochs):
            epoch = []
            for i in range(len(self.x)):
                out = self.forward(self.x[i], w1, w2)
                epoch.append(self.loss(out, self.y[i]))
                w1, w2 = self.back(self.x[i], self.y[i], w1, w2, self.alpha)
            accuracies.append((1 - sum(epoch) / len(self.x)) * 100)
            losses.append(sum(epoch) / len(self.x))
        self.w1, self.w2 = w1, w2

    def outputs(self):
        return [self.forward(x, self.w1, self.w2)[0].tolist() for x in self.x]


class Planar(Article):
    """All points at once, samples in columns, new arrays for every update."""

    def __init__(self, given: Given) -> None:
        self.X = np.array(given.X).T.copy()
        self.Y = np.array(given.Y).T.astype("uint8")
        self.first = [(np.array(W).T.copy(), np.array(b).reshape(-1, 1)) for W, b in given.weights]
        self.rate, self.iterations = given.task.rate, given.task.epochs

    def reset(self) -> None:
        (self.W1, self.b1), (self.W2, self.b2) = self.first

    @staticmethod
    def forward(X, W1, W2, b1, b2):
        """The output, and everything on the way to it."""
        Z1 = np.dot(W1, X) + b1
        A1 = np.tanh(Z1)
        Z2 = np.dot(W2, A1) + b2
        A2 = sigmoid(Z2)
        return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}

    @staticmethod
    def cost(A2, Y):
        """Cross-entropy, averaged over the points."""
        m = Y.shape[1]
        return np.squeeze(-(1 / m) * np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)))

    def back(self, W1, b1, W2, b2, kept):
        """All parameters after a step."""
        A1, A2 = kept["A1"], kept["A2"]
        m = self.Y.shape[1]
        dZ2 = A2 - self.Y
        dW2 = (1 / m) * np.dot(dZ2, A1.T)
        db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
        dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
        dW1 = (1 / m) * np.dot(dZ1, self.X.T)
        db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
        return (
            W1 - self.rate * dW1,
            W2 - self.rate * dW2,
            b1 - self.rate * db1,
            b2 - self.rate * db2,
        )

    def run(self) -> None:
        W1, W2, b1, b2 = self.W1, self.W2, self.b1, self.b2
        for _ in range(self.iterations):
            A2, kept = self.forward(self.X, W1, W2, b1, b2)
            self.last_cost = self.cost(A2, self.Y)
            W1, W2, b1, b2 = self.back(W1, b1, W2, b2, kept)
        self.W1, self.W2, self.b1, self.b2 = W1, W2, b1, b2

    def outputs(self):
        return self.forward(self.X, self.W1, self.W2, self.b1, self.b2)[0].T.tolist()


class Digits(Article):
    """Image by image, outer products summed over the epoch, one update at its end.

    The article indexes a pandas table, which takes longer; here images are rows of one array.
    """

    def __init__(self, given: Given) -> None:
        self.X = np.array(given.X, dtype=np.float64)
        self.Y_one = np.array(given.Y).T
        (W1, b1), (W2, b2), (W3, b3) = ((np.array(W).T, np.array(b)) for W, b in given.weights)
        self.shift = given.task.epsilon  # purenn's first biases have it built in
        self.first = [W1, b1 + self.shift, W2, b2 + self.shift, W3, b3]
        self.alpha, self.epochs = given.task.rate, given.task.epochs

    def reset(self) -> None:
        self.parameters = [array.copy() for array in self.first]

    def forward(self, x):
        """The outputs of the three layers for one image."""
        W1, B1, W2, B2, W3, B3 = self.parameters
        A1 = 1 / (1 + np.exp(-(np.dot(W1, x) + B1) + self.shift))
        A2 = 1 / (1 + np.exp(-(np.dot(W2, A1) + B2) + self.shift))
        y = np.exp(np.dot(W3, A2) + B3 + self.shift)
        y /= sum(y)
        return A1, A2, y

    def run(self) -> None:
        W1, B1, W2, B2, W3, B3 = self.parameters
        m = len(self.X)
        for _ in range(self.epochs):
            dw1, db1 = np.zeros(W1.shape), np.zeros(B1.shape)
            dw2, db2 = np.zeros(W2.shape), np.zeros(B2.shape)
            dw3, db3 = np.zeros(W3.shape), np.zeros(B3.shape)
            for i in range(m):
                # forward, written out here as in the article
                Z1 = np.dot(W1, self.X[i]) + B1
                A1 = 1 / (1 + np.exp(-Z1 + self.shift))
                Z2 = np.dot(W2, A1) + B2
                A2 = 1 / (1 + np.exp(-Z2 + self.shift))
                Z3 = np.dot(W3, A2) + B3
                y = np.exp(Z3 + self.shift)
                y /= sum(y)
                # and back
                dz3 = y - self.Y_one.T[i]
                dw3 += np.outer(dz3, A2)
                db3 += dz3
                da2 = np.dot(W3.T, dz3)
                dz2 = A2 * (1 - A2) * da2
                dw2 += np.outer(dz2, A1)
                db2 += dz2
                da1 = np.dot(W2.T, dz2)
                dz1 = A1 * (1 - A1) * da1
                dw1 += np.outer(dz1, self.X[i])
                db1 += dz1
            W3 -= self.alpha * dw3 / m
            B3 -= self.alpha * db3 / m
            W2 -= self.alpha * dw2 / m
            B2 -= self.alpha * db2 / m
            W1 -= self.alpha * dw1 / m
            B1 -= self.alpha * db1 / m

    def outputs(self):
        return [self.forward(x)[-1].tolist() for x in self.X]
