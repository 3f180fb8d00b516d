"""Random trainings that are the same in every place: architecture, data, order, batch size."""

import random

from bits import bits

from purenn.engines import ACTIVATIONS, LOSSES

# Operands at which arithmetic goes wrong first.
EDGES = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, -1e-310, 1.0, -1.0, 0.5, 2.0]
EDGES += [float("inf"), float("-inf"), float("nan"), 1.7976931348623157e308, -1e308, 1e154]
EDGES += [709.782712893384, -745.1332191019412, -708.4, 0.625, -0.625, 3.7e-9, 0.7071067811865476]


class Case:
    """A random network, its data, and how it is trained."""

    def __init__(self, seed):
        stream = random.Random(seed)
        self.sizes = [stream.randint(1, 7)]
        self.sizes += [stream.randint(0 if stream.random() < 0.05 else 1, 7) for _ in range(3)]
        if stream.random() < 0.1:  # wide enough for every vector, and a rest
            self.sizes = [stream.randint(8, 40) for _ in self.sizes]
        self.sizes = self.sizes[: stream.randint(2, 4)]
        self.activations = [stream.choice(ACTIVATIONS) for _ in self.sizes[1:]]
        self.loss = stream.choice(LOSSES)
        self.bias = stream.random() < 0.5
        self.rate = stream.choice([0.01, 0.1, 0.5, 1.0, 30.0])
        n = stream.randint(1, 12)
        self.batch_size = stream.choice([1, n, stream.randint(1, n)])
        self.orders = [
            stream.sample(range(n), n) if stream.random() < 0.5 else range(n) for _ in range(3)
        ]
        edge = stream.random() < 0.15

        def number(low, high):
            if edge and stream.random() < 0.1:
                return stream.choice(EDGES)
            return stream.uniform(low, high)

        def matrix(n_rows, n_columns, low, high):
            return [[number(low, high) for _ in range(n_columns)] for _ in range(n_rows)]

        self.X = matrix(n, self.sizes[0], -3.0, 3.0)
        self.Y = matrix(n, self.sizes[-1], 0.0, 1.0)
        if stream.random() < 0.5:  # labels, as in classification
            self.Y = [[1.0 if value > 0.5 else 0.0 for value in y] for y in self.Y]
        self.weights = [
            (
                matrix(n_in, n_out, -1.5, 1.5),
                matrix(1, n_out, -0.5, 0.5)[0] if self.bias else [0.0] * n_out,
            )
            for n_in, n_out in zip(self.sizes, self.sizes[1:])
        ]

    def train(self, functions, parameters):
        """The parameters' and losses' bits after three epochs, then what a last look computes."""
        how = (self.activations, self.loss, self.bias)
        losses = [
            functions.train_epoch(
                parameters, self.X, self.Y, order, self.batch_size, *how, self.rate
            )
            for order in self.orders
        ]
        step = functions.train_step(parameters, self.X, self.Y, *how, self.rate)
        Z, A = functions.forward(self.X, parameters, self.activations)
        dZ, gradients = functions.backward(A, self.X, self.Y, parameters, *how)
        return [bits(part) for part in (losses, parameters, step, Z, A, dZ, gradients)]


def copied(weights):
    return [([list(row) for row in W], list(b)) for W, b in weights]
