"""Random trainings that are the same in every place: architecture, data, order, batch size."""

import random
import struct

from bits import bits

from purenn.reference import ACTIVATIONS as DESCRIPTIONS
from purenn.reference import LOSSES as LOSS_DESCRIPTIONS
from purenn.reference import RULES as DESCRIBED_RULES
from purenn.reference import Rates

ACTIVATIONS, LOSSES = tuple(DESCRIPTIONS), tuple(LOSS_DESCRIPTIONS)
PROBABILITIES = tuple(name for name, a in DESCRIPTIONS.items() if (a.low, a.high) == (0.0, 1.0))
OTHERS = tuple(name for name in ACTIVATIONS if name not in PROBABILITIES)


def lasts(loss):
    """The activations that may stand before that loss."""
    return PROBABILITIES if LOSS_DESCRIPTIONS[loss].of_probabilities else ACTIVATIONS


RULES = tuple(DESCRIBED_RULES)


def train_epoch(functions, network, X, Y, order, batch_size, rate):
    """An epoch of gradient descent."""
    optimizer = descent(functions, network, rate)
    return functions.train_epoch(network, optimizer, X, Y, order, batch_size)


def train_step(functions, network, X, Y, rate):
    """A step of gradient descent."""
    return functions.train_step(network, descent(functions, network, rate), X, Y)


def descent(functions, network, rate):
    return functions.Optimizer(network, "gradient_descent", functions.Rates(rate))


class Learning:
    """How a case learns: by gradient descent alone, but for what is set."""

    rule, moments, numbers = "gradient_descent", 0, ()
    decay, weight_decay, largest_norm, sample_weights = None, 0.0, 0.0, None
    dropout, seed, shuffle = None, None, False

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def vary(self, stream, n, hidden, edge):
        """Another rule, decay, clipping, and weights of n samples."""
        self.rule = stream.choice(RULES)
        self.moments = DESCRIBED_RULES[self.rule].moments
        self.numbers = [stream.choice([0.0, 0.5, 0.9]), stream.choice([0.0, 0.8, 0.9])]
        self.numbers += [stream.choice([0.0, 0.99, 0.999]), stream.choice([1e-8, 1e-3])]
        self.decay = stream.choice([None, "l2", "decoupled"])
        self.weight_decay = stream.choice([0.0, 0.01, 0.3]) if self.decay else 0.0
        self.largest_norm = stream.choice([0.0, 0.0, 1e-3, 0.1, 10.0])
        weights = [stream.choice([0.0, 1.0, 2.0, stream.random()]) for _ in range(n)]
        if edge:
            weights[0] = stream.choice(EDGES)
        self.sample_weights = weights if stream.random() < 0.4 else None
        if stream.random() < 0.4 and hidden:
            self.dropout = [stream.choice([0.0, 0.2, 0.5, 0.999]) for _ in range(hidden)]
            self.seed = stream.randrange(2**32)

    @property
    def optimizer(self):
        """What an engine asks of an optimizer."""
        return self

    @property
    def is_plain(self):
        return self.rule == "gradient_descent" and not self.decay and not self.largest_norm

    def rates(self, learning_rate):
        return Rates(learning_rate, *self.numbers)

    def begin(self, functions, network):
        """The optimizer for that network and the dropout, as those functions take them."""
        how = self.decay, self.weight_decay, self.largest_norm
        optimizer = functions.Optimizer(network, self.rule, self.rates(self.learning_rate), *how)
        if self.dropout is None:
            return optimizer, None
        return optimizer, functions.Dropout(self.dropout, functions.random_seed(self.seed))


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
        self.learning = Learning(self.rate)
        if stream.random() < 0.5:
            self.learning.vary(stream, n, len(self.sizes) - 2, edge)

    def network(self, functions):
        """The network with copies of the first weights, as those functions take it."""
        return functions.Network(copied(self.weights), self.activations, self.loss, self.bias)

    def train(self, functions):
        """The parameters' and losses' bits after three epochs, then what a last look computes."""
        network, weights = self.network(functions), self.learning.sample_weights
        optimizer, dropout = self.learning.begin(functions, network)
        losses = [
            functions.train_epoch(
                network, optimizer, self.X, self.Y, order, self.batch_size, weights, dropout
            )
            for order in self.orders
        ]
        step = functions.train_step(network, optimizer, self.X, self.Y, weights, dropout)
        masks = None
        if dropout is not None:
            n = len(self.X)
            masks = functions.draw_masks(dropout.random, self.learning.dropout, n, self.sizes)
        Z, A = functions.forward(self.X, network, masks)
        dZ, gradients = functions.backward(A, self.X, self.Y, network, weights, masks)
        norm = [functions.gradient_norm(gradients)]
        found = losses, network.parameters, step, Z, A, dZ, gradients, norm
        return [bits(part) for part in found]


class ShuffledCase(Case):
    """A training that draws its orders, from the stream of its masks."""

    def __init__(self, seed):
        super().__init__(seed)
        self.orders = [range(len(self.X))] * len(self.orders)
        self.learning.shuffle = True
        if self.learning.seed is None:
            self.learning.seed = seed


class WideCase(Case):
    """A training with work for several threads, on bytes, float32 or float64, mostly zeros.

    Zeros may be left out only where no bit tells. So weights of an input that is always 0 are −0.0,
    and of five such cases one has a rate at which weights overflow one by one, one a negative
    rate, and one an infinite weight at first or an infinite gradient at last; where inf and NaN
    spread, for an epoch only.
    """

    def __init__(self, seed):
        stream = random.Random(seed)
        overflows, negative, infinite = (seed % 5 == kind for kind in range(3))
        n = 36 if overflows else stream.choice([36, 90] if negative or infinite else [36, 65, 90])
        self.sizes = [stream.choice([64, 97, 130]), stream.randint(9, 21), stream.randint(1, 10)]
        if overflows or (not infinite and stream.random() < 0.3):
            del self.sizes[1]
        self.loss = stream.choice(LOSSES)
        last = stream.choice(lasts(self.loss))
        self.activations = [stream.choice(ACTIVATIONS) for _ in self.sizes[2:]]
        self.activations.append("sigmoid" if overflows else last)
        self.bias = stream.random() < 0.5
        self.type = "Bfd"[seed // 2 % 3]
        self.rate = 1e-5 if self.type == "B" else 0.01
        self.rate = 1e308 if overflows else -self.rate if negative else self.rate
        self.batch_size = [1, 7, n // 2, n][seed % 4]
        epochs = 1 if overflows or infinite else 3
        self.orders = [stream.sample(range(n), n) if seed % 2 else range(n) for _ in range(epochs)]
        share, low, high = (0.04, 100.0, 200.0) if overflows else (0.2, -2.0, 2.0)

        def number():
            if stream.random() > share:
                return 0.0 if self.type == "B" else stream.choice([0.0, -0.0])
            if self.type == "B":
                return float(stream.randint(1, 255))
            return struct.unpack(self.type, struct.pack(self.type, stream.uniform(low, high)))[0]

        self.X = [[0.0] * 2 + [number() for _ in range(self.sizes[0] - 2)] for _ in range(n)]
        self.Y = [[float(stream.random() < 0.3) for _ in range(self.sizes[-1])] for _ in range(n)]
        self.weights = [
            (
                [[stream.uniform(-0.2, 0.2) for _ in range(n_out)] for _ in range(n_in)],
                [stream.uniform(-0.2, 0.2) if self.bias else 0.0 for _ in range(n_out)],
            )
            for n_in, n_out in zip(self.sizes, self.sizes[1:])
        ]
        self.weights[0][0][1] = [-0.0] * self.sizes[1]
        if infinite and seed % 2:
            self.weights[0][0][0][0] = float("inf")
        elif infinite:
            self.Y[self.orders[0][-1]][0] = float("inf")
        self.learning = Learning(self.rate)
        if stream.random() < 0.5:
            self.learning.vary(stream, n, len(self.sizes) - 2, False)


class WithClasses:
    """Targets that name classes: 1 at the class of each sample, else 0."""

    def __init__(self, seed):
        super().__init__(seed)
        stream, n_out = random.Random(seed), self.sizes[-1]
        self.classes = [stream.randrange(n_out) for _ in self.X] if n_out else None
        self.Y = [[float(j == number) for j in range(n_out)] for number in self.classes or []]
        self.Y = self.Y or [[] for _ in self.X]


class ClassCase(WithClasses, Case):
    pass


class WideClassCase(WithClasses, WideCase):
    pass


def copied(weights):
    return [([list(row) for row in W], list(b)) for W, b in weights]


def flat(weights):
    """All numbers, layer by layer, W row-major, then b."""
    return [value for W, b in weights for row in [*W, b] for value in row]
