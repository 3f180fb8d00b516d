"""Trains by the fast bodies and by the reference, and prints whether they gave the same bits.

Runs unchanged on CPython and MicroPython, beside what is portable of purenn.
tests/test_micropython.py compares what the two print.
"""

import struct

from purenn import reference
from purenn.plain.elementary import exp, tanh
from purenn.plain.network import tiled
from purenn.plain.training import train_epoch
from purenn.random_state import RandomState

random = RandomState(5)


def bits(x):
    """A number as a string; a list as its numbers on one line."""
    if isinstance(x, (list, tuple)):
        return " ".join([bits(item) for item in x])
    return "nan" if x != x else struct.pack(">d", x).hex()


def network_of(weights, activations, loss, bias):
    """A network with weights of its own."""
    copies = [([list(row) for row in W], list(b)) for W, b in weights]
    return reference.Network(copies, activations, loss, bias)


def training(sizes, activation, output, loss, bias, batch_size):
    """Three epochs, each way."""
    X = [[x if x > 0.0 else 0.0 for x in random.randn(sizes[0])] for _ in range(5)]
    Y = [[1.0 if j == s % sizes[-1] else 0.0 for j in range(sizes[-1])] for s in range(5)]
    pairs = list(zip(sizes[:-1], sizes[1:]))
    weights = [(random.randn(n_in, n_out), random.randn(n_out)) for n_in, n_out in pairs]
    if not bias:
        weights = [(W, [0.0 for _ in b]) for W, b in weights]
    activations = [activation for _ in sizes[2:]] + [output]
    theirs = network_of(weights, activations, loss, bias)
    ours = network_of(weights, activations, loss, bias)
    assert tiled(ours) is not None
    same = True
    for _ in range(3):
        order = random.permutation(5)
        descent = reference.Optimizer(theirs, "gradient_descent", reference.Rates(0.1))
        expected = reference.train_epoch(theirs, descent, X, Y, order, batch_size)
        found = train_epoch(ours, X, Y, order, batch_size, 0.1)
        same = same and bits(found) == bits(expected)
    same = same and bits(ours.parameters) == bits(theirs.parameters)
    digest = bits(ours.parameters[-1])[:40]
    print(activation, output, bias, batch_size, digest, "equal" if same else "different")


def elementary_functions():
    """exp and tanh over their ranges, and where the reference decides."""
    inf = float("inf")
    xs = random.uniform(-750.0, 750.0, 500) + random.uniform(-1.0, 1.0, 200)
    xs = xs + [0.0, -0.0, inf, -inf, inf - inf, 0.625, -0.625, 1e-9, 1e300]
    same = [bits(exp(x)) == bits(reference.exp(x)) for x in xs]
    same = same + [bits(tanh(x)) == bits(reference.tanh(x)) for x in xs]
    print("exp tanh", "equal" if all(same) else "different")


elementary_functions()
for name in sorted(reference.ACTIVATIONS):
    for size in (1, 3, 5):
        for way in (True, False):
            training([6, 4, 3], name, "softmax", "categorical_cross_entropy", way, size)
for size in (1, 4):
    training([6, 17, 33, 2], "tanh", "sigmoid", "binary_cross_entropy", True, size)
    training([6, 1, 2], "relu", "identity", "mean_squared_error", True, size)
