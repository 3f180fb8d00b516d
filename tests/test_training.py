"""Training by gradient descent on both engines, against NumPy's own and the letters article's."""

import itertools

import pytest
from bits import bits
from cases import train_epoch, train_step

from purenn.engines import lists

np = pytest.importorskip("numpy")

N = 8


# Gradient descent as NumPy writes it


def sigmoid(Z):
    return 1.0 / (1.0 + np.exp(-Z))


def softmax(Z):
    powers = np.exp(Z)
    return powers / powers.sum(axis=1, keepdims=True)


# A = f(Z), and dZ from dA, Z and A.
ACTIVATIONS = {
    "identity": (lambda Z: Z, lambda dA, Z, A: dA),
    "sigmoid": (sigmoid, lambda dA, Z, A: dA * A * (1.0 - A)),
    "tanh": (np.tanh, lambda dA, Z, A: dA / np.cosh(Z) ** 2),
    "relu": (lambda Z: np.maximum(Z, 0.0), lambda dA, Z, A: dA * (Z > 0.0)),
    "leaky_relu": (
        lambda Z: np.maximum(Z, 0.01 * Z),
        lambda dA, Z, A: dA * np.where(Z > 0.0, 1.0, 0.01),
    ),
    "elu": (
        lambda Z: np.where(Z > 0.0, Z, np.exp(np.minimum(Z, 0.0)) - 1.0),
        lambda dA, Z, A: dA * np.exp(np.minimum(Z, 0.0)),
    ),
    "softplus": (lambda Z: np.log(1.0 + np.exp(Z)), lambda dA, Z, A: dA * sigmoid(Z)),
    "softmax": (softmax, lambda dA, Z, A: A * (dA - (dA * A).sum(axis=1, keepdims=True))),
}

# The loss of each sample, and its gradient by A.
LOSSES = {
    "mean_squared_error": (
        lambda A, Y: ((A - Y) ** 2).mean(axis=1),
        lambda A, Y: 2.0 * (A - Y) / A.shape[1],
    ),
    "mean_absolute_error": (
        lambda A, Y: np.abs(A - Y).mean(axis=1),
        lambda A, Y: np.sign(A - Y) / A.shape[1],
    ),
    "huber": (
        lambda A, Y: np.where(np.abs(A - Y) < 1.0, (A - Y) ** 2 / 2.0, np.abs(A - Y) - 0.5).mean(
            axis=1
        ),
        lambda A, Y: np.clip(A - Y, -1.0, 1.0) / A.shape[1],
    ),
    "binary_cross_entropy": (
        lambda A, Y: -(Y * np.log(A) + (1.0 - Y) * np.log(1.0 - A)).sum(axis=1),
        lambda A, Y: (A - Y) / (A * (1.0 - A)),
    ),
    "categorical_cross_entropy": (
        lambda A, Y: -(Y * np.log(A)).sum(axis=1),
        lambda A, Y: -Y / A,
    ),
}


def numpys_step(weights, X, Y, activations, loss, bias, rate):
    """Changes the arrays in weights; the loss of each sample before the change."""
    Z, A = [], [X]
    for (W, b), activation in zip(weights, activations):
        Z.append(A[-1] @ W + b)
        A.append(ACTIVATIONS[activation][0](Z[-1]))
    losses = LOSSES[loss][0](A[-1], Y)
    dA = LOSSES[loss][1](A[-1], Y)
    for layer in reversed(range(len(weights))):
        W, b = weights[layer]
        dZ = ACTIVATIONS[activations[layer]][1](dA, Z[layer], A[layer + 1])
        dA = dZ @ W.T
        W -= rate * (A[layer].T @ dZ / len(X))
        if bias:
            b -= rate * dZ.mean(axis=0)
    return losses.tolist()


def numpys_epoch(weights, X, Y, order, batch_size, activations, loss, bias, rate):
    """The mean of all losses, each before its step."""
    losses = []
    for start in range(0, len(order), batch_size):
        rows = list(order[start : start + batch_size])
        losses += numpys_step(weights, X[rows], Y[rows], activations, loss, bias, rate)
    return np.mean(losses)


class Example:
    """Weights, inputs and targets of N samples."""

    def __init__(self, sizes, seed=1, n=N):
        stream = np.random.default_rng(seed)
        self.weights = [
            (stream.uniform(-1.0, 1.0, shape), stream.uniform(-0.3, 0.3, shape[1]))
            for shape in zip(sizes, sizes[1:])
        ]
        self.X = stream.uniform(-2.0, 2.0, (n, sizes[0]))
        self.Y = stream.uniform(0.05, 0.95, (n, sizes[-1]))

    def without_biases(self):
        self.weights = [(W, np.zeros_like(b)) for W, b in self.weights]
        return self

    def arrays(self):
        return [(W.copy(), b.copy()) for W, b in self.weights]

    def network(self, engine, activations, loss, bias=True):
        """The network as the engine's functions take it."""
        return engine.functions.Network(self.lists(), activations, loss, bias)

    def lists(self):
        return [(W.tolist(), b.tolist()) for W, b in self.weights]

    def data(self, engine):
        return engine.matrix(self.X.tolist()), engine.matrix(self.Y.tolist())


def as_lists(parameters):
    return [(lists(W), lists(b)) for W, b in parameters]


def assert_close(parameters, weights, relative=1e-12):
    assert len(parameters) == len(weights)
    for (W, b), (expected_W, expected_b) in zip(parameters, weights):
        np.testing.assert_allclose(lists(W), expected_W, rtol=relative, atol=1e-14)
        np.testing.assert_allclose(lists(b), expected_b, rtol=relative, atol=1e-14)


# Weights move by more than 1e-3 in a few epochs, and losses fall all the way.
NETS = {
    "tanh, identity, squared error": (
        [3, 5, 2],
        ["tanh", "identity"],
        "mean_squared_error",
        0.1,
    ),
    "sigmoid, sigmoid, binary": ([4, 3, 3], ["sigmoid", "sigmoid"], "binary_cross_entropy", 0.5),
    "relu, softmax, categorical": (
        [2, 6, 4],
        ["relu", "softmax"],
        "categorical_cross_entropy",
        0.3,
    ),
    "leaky relu, tanh, sigmoid, squared error": (
        [3, 4, 3, 1],
        ["leaky_relu", "tanh", "sigmoid"],
        "mean_squared_error",
        0.8,
    ),
    "softmax, sigmoid, binary": ([3, 3, 1], ["softmax", "sigmoid"], "binary_cross_entropy", 0.2),
    "elu, softplus, identity, Huber's error": (
        [3, 4, 4, 2],
        ["elu", "softplus", "identity"],
        "huber",
        0.2,
    ),
    "softplus, elu, absolute error": (
        [3, 5, 2],
        ["softplus", "elu"],
        "mean_absolute_error",
        0.005,
    ),
    "one unit": ([1, 1], ["sigmoid"], "mean_squared_error", 1.0),
}
ORDERS = {
    "as they stand": list(range(N)),
    "backwards": list(range(N))[::-1],
    "permuted": [5, 0, 7, 2, 1, 6, 4, 3],
}


def net_of(name):
    sizes, activations, loss, rate = NETS[name]
    example = Example(sizes)
    if loss == "categorical_cross_entropy":
        example.Y = example.Y / example.Y.sum(axis=1, keepdims=True)
    return example, activations, loss, rate


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("batch_size", [1, 3, N], ids=["per sample", "batches", "full batch"])
def test_epochs(engine, name, order, batch_size):
    """Batches of 3 of 8 samples leave one of 2."""
    example, activations, loss, rate = net_of(name)
    weights, network = example.arrays(), example.network(engine, activations, loss)
    X, Y = example.data(engine)
    how = (ORDERS[order], batch_size)
    for _ in range(3):
        found = train_epoch(engine.functions, network, X, Y, *how, rate)
        expected = numpys_epoch(weights, example.X, example.Y, *how, activations, loss, True, rate)
        assert found == pytest.approx(expected, rel=1e-12)
        assert_close(network.parameters, weights)
    moved = max(np.abs(W - start).max() for (W, _), (start, _) in zip(weights, example.weights))
    assert moved > 1e-3


@pytest.mark.parametrize("name", NETS)
def test_steps(engine, name):
    example, activations, loss, rate = net_of(name)
    weights, network = example.arrays(), example.network(engine, activations, loss)
    X, Y = example.data(engine)
    for _ in range(3):
        found = train_step(engine.functions, network, X, Y, rate)
        expected = numpys_step(weights, example.X, example.Y, activations, loss, True, rate)
        assert lists(found) == pytest.approx(expected, rel=1e-12)
        assert_close(network.parameters, weights)


def test_the_order_and_the_batches_can_be_seen():
    example, activations, loss, rate = net_of("sigmoid, sigmoid, binary")
    results = []
    for order, batch_size in itertools.product(ORDERS.values(), [1, 3, N]):
        weights = example.arrays()
        numpys_epoch(
            weights, example.X, example.Y, order, batch_size, activations, loss, True, rate
        )
        results.append(weights[0][0][0, 0])
    # The full batch is the same in any order, but for rounding.
    assert len({round(value, 9) for value in results}) == 7


@pytest.mark.parametrize("batch_size", [N + 1, 100])
def test_a_batch_larger_than_the_data_is_the_full_batch(engine, batch_size):
    example, activations, loss, rate = net_of("tanh, identity, squared error")
    weights, network = example.arrays(), example.network(engine, activations, loss)
    how = (list(range(N)), batch_size)
    train_epoch(engine.functions, network, *example.data(engine), *how, rate)
    numpys_epoch(weights, example.X, example.Y, *how, activations, loss, True, rate)
    assert_close(network.parameters, weights)


# Every sum in its order: where no exp, log or tanh is used, NumPy gives the same bits


def ordered_sum(terms):
    """Terms (m, ...) added one after the other, from 0."""
    total = np.zeros(terms.shape[1:])
    for term in terms:
        total = total + term
    return total


def ordered_step(weights, X, Y, rate):
    """A step of a net of leaky_relu and identity on the squared error, sums as documented."""
    (W1, b1), (W2, b2) = weights
    n, n_out = Y.shape
    Z1 = ordered_sum(X.T[:, :, None] * W1[:, None, :]) + b1
    A1 = np.where(Z1 <= 0.0, 0.01 * Z1, Z1)
    A2 = ordered_sum(A1.T[:, :, None] * W2[:, None, :]) + b2
    losses = ordered_sum(((A2 - Y) * (A2 - Y)).T) / n_out
    dZ2 = (2.0 / n_out) * (A2 - Y)
    dA1 = ordered_sum(dZ2.T[:, :, None] * W2.T[:, None, :])
    dZ1 = np.where(A1 <= 0.0, 0.01 * dA1, dA1)
    changes = [
        ordered_sum(X[:, :, None] * dZ1[:, None, :]) / n,
        ordered_sum(dZ1) / n,
        ordered_sum(A1[:, :, None] * dZ2[:, None, :]) / n,
        ordered_sum(dZ2) / n,
    ]
    W1, b1, W2, b2 = (w - rate * g for w, g in zip((W1, b1, W2, b2), changes))
    return [(W1, b1), (W2, b2)], losses


@pytest.mark.parametrize("batch_size", [1, 3, N])
def test_every_bit_of_an_epoch(engine, batch_size):
    example = Example([6, 9, 3], seed=4)
    order = ORDERS["permuted"]
    weights = example.weights
    network = example.network(engine, ["leaky_relu", "identity"], "mean_squared_error")
    X, Y = example.data(engine)
    for _ in range(3):
        losses = []
        for start in range(0, N, batch_size):
            rows = order[start : start + batch_size]
            weights, batch_losses = ordered_step(weights, example.X[rows], example.Y[rows], 0.07)
            losses.append(batch_losses)
        found = train_epoch(engine.functions, network, X, Y, order, batch_size, 0.07)
        assert bits(found) == bits(float(ordered_sum(np.concatenate(losses)) / N))
        expected = [(W.tolist(), b.tolist()) for W, b in weights]
        assert bits(as_lists(network.parameters)) == bits(expected)


# What an epoch gives


@pytest.mark.parametrize("batch_size", [1, 3, N])
def test_the_loss_of_an_epoch_is_the_mean_before_each_step(engine, batch_size):
    """One weight w, the output w·x: every number is exact, and short enough to see through."""
    x, y, w = [1.0, 2.0, 0.5, 1.0, -1.0, 0.5, 2.0, 1.0], [1.0] * N, 0.5
    losses = []
    for start in range(0, N, batch_size):
        batch = range(start, min(start + batch_size, N))
        losses += [(w * x[s] - y[s]) ** 2 for s in batch]
        w -= 0.25 * sum(2.0 * (w * x[s] - y[s]) * x[s] for s in batch) / len(batch)
    f = engine.functions
    network = f.Network([([[0.5]], [0.0])], ["identity"], "mean_squared_error", False)
    found = train_epoch(
        f,
        network,
        engine.matrix([[value] for value in x]),
        engine.matrix([[value] for value in y]),
        range(N),
        batch_size,
        0.25,
    )
    assert found == pytest.approx(sum(losses) / N, rel=1e-15)
    assert lists(network.parameters[0][0])[0][0] == pytest.approx(w, rel=1e-15)


def test_a_learning_rate_of_0_changes_nothing(engine):
    example, activations, loss, _ = net_of("sigmoid, sigmoid, binary")
    network = example.network(engine, activations, loss)
    X, Y = example.data(engine)
    found = [
        train_epoch(engine.functions, network, X, Y, ORDERS["permuted"], 3, 0.0) for _ in range(2)
    ]
    assert bits(as_lists(network.parameters)) == bits(example.lists())
    how = (ORDERS["permuted"], 3, activations, loss, True, 0.0)
    expected = numpys_epoch(example.arrays(), example.X, example.Y, *how)
    assert found == pytest.approx([expected] * 2, rel=1e-13)


def test_training_leaves_the_data_alone(engine):
    example, activations, loss, rate = net_of("relu, softmax, categorical")
    network = example.network(engine, activations, loss)
    X, Y = example.data(engine)
    order = list(ORDERS["permuted"])
    train_epoch(engine.functions, network, X, Y, order, 3, rate)
    assert bits([lists(X), lists(Y)]) == bits([example.X.tolist(), example.Y.tolist()])
    assert order == ORDERS["permuted"]


@pytest.mark.parametrize("name", NETS)
def test_many_epochs_lower_the_loss(engine, name):
    example, activations, loss, rate = net_of(name)
    network = example.network(engine, activations, loss)
    X, Y = example.data(engine)
    losses = [train_epoch(engine.functions, network, X, Y, range(N), N, rate) for _ in range(60)]
    assert all(later < earlier for earlier, later in zip(losses, losses[1:]))


# Networks without biases


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("batch_size", [1, 3, N])
def test_without_bias_all_biases_stay_positive_zero(engine, name, batch_size):
    example, activations, loss, rate = net_of(name)
    example.without_biases()
    weights, network = example.arrays(), example.network(engine, activations, loss, False)
    how = (ORDERS["permuted"], batch_size)
    for _ in range(3):
        train_epoch(engine.functions, network, *example.data(engine), *how, rate)
        numpys_epoch(weights, example.X, example.Y, *how, activations, loss, False, rate)
    assert_close(network.parameters, weights)
    for _, b in network.parameters:
        assert bits(lists(b)) == bits([0.0] * len(b))


def test_with_bias_they_do_not(engine):
    example, activations, loss, rate = net_of("sigmoid, sigmoid, binary")
    network = example.without_biases().network(engine, activations, loss)
    train_epoch(engine.functions, network, *example.data(engine), range(N), N, rate)
    assert all(value != 0.0 for _, b in network.parameters for value in lists(b))


# A step on numbers


def test_gradient_descent_subtracts_the_rounded_product(engine):
    np_w, np_g = np.random.default_rng(5).normal(size=(2, 200))
    w = engine.vector(np_w)
    engine.functions.gradient_descent(w, np_g, 0.3)
    assert bits(lists(w)) == bits((np_w - 0.3 * np_g).tolist())


@pytest.mark.parametrize(
    ("w", "g", "rate", "expected"),
    [
        (1.0, 2.0, 0.25, 0.5),
        (0.0, 0.0, 0.1, 0.0),
        (-0.0, 0.0, 0.1, -0.0),
        (0.0, -0.0, 0.1, 0.0),
        (1.0, 2.0**-53, 1.0, 1.0 - 2.0**-53),
        (1.0, float("inf"), 0.1, float("-inf")),
        (1.0, float("nan"), 0.1, float("nan")),
        (1e308, -1e308, 10.0, float("inf")),
    ],
)
def test_gradient_descent_at_the_edges(engine, w, g, rate, expected):
    own = engine.vector([w])
    engine.functions.gradient_descent(own, [g], rate)
    assert bits(lists(own)) == bits([expected])


# The letters article


LETTERS = """
    001100 010010 111111 100001 100001
    011110 010010 011110 010010 011110
    011110 010000 010000 010000 011110
"""


def letters_data():
    rows = LETTERS.split()
    return [
        np.array([[int(pixel) for pixel in "".join(rows[5 * i : 5 * i + 5])]]) for i in range(3)
    ]


def articles_back_prop(x, y, w1, w2, alpha):
    """back_prop as documents 000 and 004 print it."""
    z1 = x.dot(w1)
    a1 = sigmoid(z1)
    z2 = a1.dot(w2)
    a2 = sigmoid(z2)
    d2 = a2 - y
    d1 = np.multiply((w2.dot(d2.transpose())).transpose(), np.multiply(a1, 1 - a1))
    w1_adj = x.transpose().dot(d1)
    w2_adj = a1.transpose().dot(d2)
    w1 = w1 - (alpha * (w1_adj))
    w2 = w2 - (alpha * (w2_adj))
    return w1, w2


def test_binary_cross_entropy_makes_the_update_of_the_letters_article(engine):
    """It reports the squared error, but d2 = a2 − y is the gradient of the cross-entropy."""
    x, y = letters_data(), np.eye(3)
    assert [int(image.sum()) for image in x] == [14, 16, 11]
    stream = np.random.RandomState(3)
    w1, w2 = stream.randn(30, 5), stream.randn(5, 3)
    X, Y = engine.matrix(np.concatenate(x).astype(float).tolist()), engine.matrix(y.tolist())
    of_logs, of_squares = (
        engine.functions.Network(
            [(w1.tolist(), [0.0] * 5), (w2.tolist(), [0.0] * 3)], ["sigmoid"] * 2, loss, False
        )
        for loss in ("binary_cross_entropy", "mean_squared_error")
    )
    for _ in range(100):
        for i in range(3):
            w1, w2 = articles_back_prop(x[i], y[i], w1, w2, 0.1)
        for network in (of_logs, of_squares):
            train_epoch(engine.functions, network, X, Y, range(3), 1, 0.1)
    assert_close(of_logs.parameters, [(w1, np.zeros(5)), (w2, np.zeros(3))])
    assert np.abs(np.array(lists(of_squares.parameters[1][0])) - w2).max() > 0.1
