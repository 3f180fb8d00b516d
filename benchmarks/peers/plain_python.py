"""A network of neurons in plain Python: each one a dictionary, each sum a loop.

This is how tutorials without NumPy tend to write it, with what is used in a loop taken out of its
dictionary before. Sigmoid everywhere. Inputs are pairs of a number and a value, so that those that
are 0 can be left out.
"""

from __future__ import annotations

import platform
from math import exp, log

from given import Given


def sigmoid(z):
    return 1.0 / (1.0 + exp(-z))


def forward(network, inputs):
    """The outputs of the last layer; every neuron keeps its own. The bias is the last weight."""
    for layer in network:
        outputs = []
        for neuron in layer:
            weights = neuron["weights"]
            total = weights[-1]
            for i, x in inputs:
                total += weights[i] * x
            neuron["output"] = sigmoid(total)
            outputs.append(neuron["output"])
        inputs = list(enumerate(outputs))
    return outputs


def backward(network, expected):
    """The error of every neuron, from the last layer to the first."""
    for neuron, y in zip(network[-1], expected):
        neuron["delta"] = neuron["output"] - y  # the slope of the cross-entropy and the sigmoid
    for layer, following in zip(network[-2::-1], network[:0:-1]):
        for j, neuron in enumerate(layer):
            error = 0.0
            for other in following:
                error += other["weights"][j] * other["delta"]
            neuron["delta"] = error * neuron["output"] * (1.0 - neuron["output"])


def layers_and_inputs(network, row):
    """Each layer with what goes into it."""
    inputs = row
    for layer in network:
        yield layer, inputs
        inputs = [(i, neuron["output"]) for i, neuron in enumerate(layer)]


def update(network, row, rate, bias):
    """A step on all weights, for one sample."""
    for layer, inputs in layers_and_inputs(network, row):
        for neuron in layer:
            weights, step = neuron["weights"], rate * neuron["delta"]
            for i, x in inputs:
                weights[i] -= step * x
            if bias:
                weights[-1] -= step


def add_gradients(network, row):
    """Adds a sample's to those of its batch."""
    for layer, inputs in layers_and_inputs(network, row):
        for neuron in layer:
            gradient, delta = neuron["gradient"], neuron["delta"]
            for i, x in inputs:
                gradient[i] += delta * x
            gradient[-1] += delta


def step(network, rate, bias):
    """A step by the gradients of a batch, which begin anew."""
    for layer in network:
        for neuron in layer:
            weights, gradient = neuron["weights"], neuron["gradient"]
            if not bias:
                gradient[-1] = 0.0
            neuron["weights"] = [w - rate * g for w, g in zip(weights, gradient)]
            neuron["gradient"] = [0.0] * len(weights)


def cross_entropy(outputs, expected):
    """The loss of one sample."""
    total = 0.0
    for a, y in zip(outputs, expected):
        total -= log(a) if y == 1.0 else log(1.0 - a)
    return total


class PlainPython:
    """Trains sample by sample, or in batches."""

    version = f"{platform.python_implementation()} {platform.python_version()}"
    differs = ""
    zeros = True

    def __init__(self, given: Given, threads: int) -> None:
        self.task = given.task
        self.X = [
            [(i, x) for i, x in enumerate(row) if x != 0.0 or self.zeros]
            for row in given.X.tolist()
        ]
        self.Y = given.Y.tolist()
        self.first = [(W.tolist(), b.tolist()) for W, b in given.weights]

    def reset(self) -> None:
        self.network = [
            [
                {"weights": [*column, bias], "gradient": [0.0] * (len(W) + 1)}
                for column, bias in zip(zip(*W), b)
            ]
            for W, b in self.first
        ]

    def run(self) -> None:
        task = self.task
        self.losses = []
        epoch = self.epoch if task.batch == 1 else self.epoch_in_batches
        for _ in range(task.epochs):
            self.losses.append(epoch() / len(self.X))

    def epoch(self) -> float:
        """A step for each sample; the sum of their losses."""
        network, rate, bias = self.network, self.task.rate, self.task.bias
        total = 0.0
        for row, expected in zip(self.X, self.Y):
            total += cross_entropy(forward(network, row), expected)
            backward(network, expected)
            update(network, row, rate, bias)
        return total

    def epoch_in_batches(self) -> float:
        """A step for each batch; the sum of the losses."""
        network, task = self.network, self.task
        total = 0.0
        for start in range(0, len(self.X), task.batch):
            rows = self.X[start : start + task.batch]
            for row, expected in zip(rows, self.Y[start:]):
                total += cross_entropy(forward(network, row), expected)
                backward(network, expected)
                add_gradients(network, row)
            step(network, task.rate / len(rows), task.bias)
        return total

    def outputs(self):
        return [forward(self.network, row) for row in self.X]


class WithoutZeros(PlainPython):
    """Leaves out inputs that are 0."""

    zeros = False
