"""A network of neurons in plain Python: each one a dictionary, each sum a loop.

This is how tutorials without NumPy tend to write it. Sigmoid everywhere, one sample at a time.
"""

from __future__ import annotations

import platform
from math import exp, log

from given import Given


def sigmoid(z):
    return 1.0 / (1.0 + exp(-z))


def activate(neuron, inputs):
    """The weighted sum of the inputs, the bias being the last weight."""
    weights = neuron["weights"]
    total = weights[-1]
    for i in range(len(weights) - 1):
        total += weights[i] * inputs[i]
    return total


def forward(network, row):
    """The outputs of the last layer; every neuron keeps its own."""
    inputs = row
    for layer in network:
        outputs = []
        for neuron in layer:
            neuron["output"] = sigmoid(activate(neuron, inputs))
            outputs.append(neuron["output"])
        inputs = outputs
    return inputs


def backward(network, expected):
    """The error of every neuron, from the last layer to the first."""
    for i in reversed(range(len(network))):
        layer = network[i]
        for j in range(len(layer)):
            neuron = layer[j]
            if i == len(network) - 1:  # the slope of the cross-entropy and the sigmoid together
                neuron["delta"] = neuron["output"] - expected[j]
            else:
                error = 0.0
                for following in network[i + 1]:
                    error += following["weights"][j] * following["delta"]
                neuron["delta"] = error * neuron["output"] * (1.0 - neuron["output"])


def update(network, row, rate, bias):
    """A step on all weights."""
    for i in range(len(network)):
        inputs = row
        if i > 0:
            inputs = [neuron["output"] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron["weights"][j] -= rate * neuron["delta"] * inputs[j]
            if bias:
                neuron["weights"][-1] -= rate * neuron["delta"]


def cross_entropy(outputs, expected):
    """The loss of one sample."""
    total = 0.0
    for a, y in zip(outputs, expected):
        total -= log(a) if y == 1.0 else log(1.0 - a)
    return total


class PlainPython:
    """Trains sample by sample."""

    version = f"{platform.python_implementation()} {platform.python_version()}"
    differs = ""

    def __init__(self, given: Given, threads: int) -> None:
        self.task = given.task
        self.X = given.X.tolist()
        self.Y = given.Y.tolist()
        self.first = [(W.tolist(), b.tolist()) for W, b in given.weights]

    def reset(self) -> None:
        self.network = [
            [{"weights": [*column, bias]} for column, bias in zip(zip(*W), b)]
            for W, b in self.first
        ]

    def run(self) -> None:
        task = self.task
        self.losses = []
        for _ in range(task.epochs):
            total = 0.0
            for row, expected in zip(self.X, self.Y):
                total += cross_entropy(forward(self.network, row), expected)
                backward(self.network, expected)
                update(self.network, row, task.rate, task.bias)
            self.losses.append(total / len(self.X))

    def outputs(self):
        return [forward(self.network, row) for row in self.X]
