"""What one writes with NumPy for a dense network of any depth: a matrix product per layer."""

from __future__ import annotations

import warnings

import numpy as np
from given import Given

warnings.filterwarnings("ignore", "overflow")  # exp of saturated units: 1 / (1 + inf) is 0


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


class NumPy:
    """Vectorised over the samples of a batch; takes the loss of each batch, as purenn does."""

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
