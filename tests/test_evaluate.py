"""Network.evaluate: the loss of the training, and the metrics that fit."""

from array import array
from math import isnan

import pytest
from bits import bits
from test_network import INF, NAN, linear, network, refused

from purenn import Network
from purenn.evaluation import Evaluation
from purenn.random_state import RandomState
from purenn.reference import LOSSES

LABELS = ["a", "b", "c"]


def drawn(seed, n, width):
    """Rows of numbers from −1 to 1."""
    stream = RandomState(seed)
    return [[2.0 * u - 1.0 for u in stream.rand(width)] for _ in range(n)]


# By hand


def test_regression_by_hand(engine):
    # the outputs are 7 and 1; the squared errors 4 and 1, the truth has the mean 2.5
    net = linear(engine, [[3.0]], [1.0])
    expected = {"loss": 2.5, "r2": 1.0 - 5.0 / 12.5, "mean_absolute_error": 1.5}
    assert net.evaluate([[2], [0]], [5, 0]) == expected
    assert net.evaluate([[2], [0]], array("f", [5, 0])) == expected


def test_classification_by_hand(engine):
    # outputs 0.5 and above, of which the second is above 0.5
    net = network(engine, (1, 1), labels=["no", "yes"])
    net.set_weights([([[1.0]], [0.0])])
    for Y in ([0, 0], [[0], [0]], ["no", "no"], array("B", [0, 0])):
        assert net.evaluate([[0.0], [2.0]], Y)["accuracy"] == 0.5
    assert net.evaluate([[0.0], [2.0]], [0, 1])["accuracy"] == 1.0
    assert net.evaluate([0.0], [0]) == {"loss": 0.25, "accuracy": 1.0}


# By NumPy, and by the training


@pytest.mark.parametrize("n", [1, 2, 9, 40])
@pytest.mark.parametrize("n_out", [1, 2, 5])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_is_that_of_the_gradients(engine, loss, n_out, n):
    """Bit for bit, of targets that are numbers and of classes."""
    last = "softmax" if loss == "categorical_cross_entropy" else "sigmoid"
    if last == "softmax" and n_out == 1:
        return
    net = network(engine, (3, 6, n_out), activations=["tanh", last], loss=loss)
    X, classes = drawn(n, n, 3), [s % max(n_out, 2) for s in range(n)]
    rows = [[c] if n_out == 1 else [float(c == j) for j in range(n_out)] for c in classes]
    for Y in (rows, classes):
        if n == 1 == len(Y) and n_out > 1 and Y is classes:
            Y = [classes[0]]
        found = net.evaluate(X, Y)
        assert list(found) == ["loss", "accuracy"]
        assert bits(found["loss"]) == bits(net.gradients(X, Y)[0])
        predicted = [max(range(n_out), key=a.__getitem__) for a in net.predict(X)]
        if n_out == 1:
            predicted = [int(a > 0.5) for (a,) in net.predict(X)]
        assert found["accuracy"] == sum(map(int.__eq__, predicted, classes)) / n


@pytest.mark.parametrize("last", ["identity", "sigmoid", "softmax"])
@pytest.mark.parametrize("n_out", [1, 3])
def test_numbers_as_numpy(engine, last, n_out):
    """Also of probabilities whose targets name no class."""
    np = pytest.importorskip("numpy")
    if last == "softmax" and n_out == 1:
        return
    net = network(engine, (2, 4, n_out), activations=["tanh", last])
    X, Y = drawn(1, 30, 2), drawn(2, 30, n_out)
    A, truth = np.array(net.predict(X)), np.array(Y)
    found = net.evaluate(X, Y)
    spread = ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)
    r2 = (1.0 - ((truth - A) ** 2).sum(axis=0) / spread).mean()
    assert list(found) == ["loss", "r2", "mean_absolute_error"]
    assert found["loss"] == pytest.approx(((truth - A) ** 2).mean(), rel=1e-13)
    assert found["r2"] == pytest.approx(r2, rel=1e-12)
    assert found["mean_absolute_error"] == pytest.approx(abs(truth - A).mean(), rel=1e-13)


def test_the_engines_give_the_same_bits(native):
    X, Y = drawn(3, 50, 4), drawn(4, 50, 2)
    found = [
        Network([4, 9, 2], activations="tanh", seed=2, backend=b).evaluate(X, Y)
        for b in ("python", "c")
    ]
    assert list(found[0]) == list(found[1])
    assert bits([*found[0].values()]) == bits([*found[1].values()])


def test_many_samples_in_parts(native, monkeypatch):
    """The C core looks at so many numbers at once."""
    from purenn.native import engine

    net = Network([2, 3], seed=1, backend="c")
    X, Y = drawn(5, 40, 2), [s % 3 for s in range(40)]
    expected = net.evaluate(X, Y)
    for most in (1, 3, 10, 119):
        monkeypatch.setattr(engine, "AT_ONCE", most)
        monkeypatch.setattr(engine, "TARGETS_AT_ONCE", most)
        for targets in (Y, [[float(number == j) for j in range(3)] for number in Y]):
            assert net.evaluate(X, targets) == expected


# Which metrics fit


FITTING = {
    "one-hot rows": ("softmax", [[1, 0, 0], [0, 0, 1]], ["accuracy"]),
    "classes": ("softmax", [0, 2], ["accuracy"]),
    "labels": ("sigmoid", ["a", "c"], ["accuracy"]),
    "shares": ("softmax", [[0.5, 0.5, 0], [0, 0, 1]], ["r2", "mean_absolute_error"]),
    "several at once": ("sigmoid", [[1, 1, 0], [0, 0, 1]], ["r2", "mean_absolute_error"]),
    "none of them": ("sigmoid", [[1, 0, 0], [0, 0, 0]], ["r2", "mean_absolute_error"]),
}


@pytest.mark.parametrize("name", FITTING)
def test_metrics_that_fit(engine, name):
    last, Y, names = FITTING[name]
    net = network(engine, (2, 3), activations=last, labels=LABELS)
    assert list(net.evaluate([[1, 2], [3, 4]], Y)) == ["loss", *names]


def test_zeros_and_ones_of_a_network_without_probabilities_are_numbers(engine):
    net = network(engine, (2, 1), activations="tanh")
    assert list(net.evaluate([[1, 2], [3, 4]], [0, 1])) == ["loss", "r2", "mean_absolute_error"]
    net = network(engine, (2, 1))
    assert list(net.evaluate([[1, 2], [3, 4]], [0, 0.5]))[1] == "r2"


# Edges


def test_scaling_bytes_and_one_sample(engine):
    net = network(engine, input_offset=1.0, input_scale=2.0)
    expected = net.evaluate([[1.0, 3.0, 255.0]], [1])
    assert net.evaluate(memoryview(bytes([1, 3, 255])), [1]) == expected
    assert net.evaluate([1, 3, 255], [1]) == expected


def test_a_single_sample_has_no_r2(engine):
    found = linear(engine, [[3.0]], [1.0]).evaluate([2], [5])
    assert found["loss"] == 4.0 and isnan(found["r2"]) and found["mean_absolute_error"] == 2.0


def test_outputs_that_are_not_finite_have_metrics_that_are_none(engine):
    """A training that went too far can still be looked at."""
    net = linear(engine, [[1e300]], [0.0])
    net.weights.replace(array("d", [INF, 0.0]))
    found = net.evaluate([[1.0], [2.0]], [1.0, 2.0])
    assert found["loss"] == INF and isnan(found["r2"]) and isnan(found["mean_absolute_error"])
    net = network(engine, (1, 2), activations="softmax")
    net.weights.replace(array("d", [NAN] * 4))
    found = net.evaluate([[1.0], [2.0]], [0, 1])
    assert isnan(found["loss"]) and isnan(found["accuracy"])


def test_nothing_changes(engine):
    net = network(engine)
    before, X, Y = bits(net.get_weights()), [[1.0, 2.0, 3.0]], [1]
    net.evaluate(X, Y)
    assert bits(net.get_weights()) == before and (X, Y) == ([[1.0, 2.0, 3.0]], [1])


def test_an_evaluation_follows_the_weights(engine):
    """Samples are read once, and looked at with the weights of the moment."""
    net = network(engine)
    X, Y = [[1.0, 2.0, 3.0], [0.0, 1.0, 0.5]], [0, 1]
    evaluation = Evaluation(net.architecture, net.weights, X, Y)
    for _ in range(3):
        assert evaluation.measure() == net.evaluate(X, Y)
        net.fit(X, Y, epochs=1, learning_rate=0.5)
    Y[0] = 5  # no buffer, so read already
    assert evaluation.measure() == net.evaluate(X, [0, 1])


def test_what_is_refused(engine):
    net = network(engine)
    refused(lambda: net.evaluate([[1, 2]], [1]), "X", "3 numbers")
    refused(lambda: net.evaluate([], []), "X", "at least one sample")
    refused(lambda: net.evaluate([[1, 2, NAN]], [1]), "X[0][2]", "finite")
    refused(lambda: net.evaluate([[1, 2, 3]], [2]), "Y[0]", "0 to 1", "got 2")
    refused(lambda: net.evaluate([[1, 2, 3]] * 2, [1]), "Y", "2 rows or classes", "got 1")
    refused(lambda: net.evaluate([[1, 2, 3]], [[1, INF]]), "Y[0][1]", "finite")
    refused(lambda: net.evaluate([[1, 2, 3]], None), "Y", "NoneType")


def test_the_core_refuses_targets_of_another_shape(native):
    """What C would read beyond their end."""
    net, other = (Network([3, n_out], seed=1, backend="c") for n_out in (2, 1))
    block = [[1.0, 2.0, 3.0]] * 2
    wide, narrow = (Evaluation(n.architecture, n.weights, block, [0, 1]) for n in (net, other))
    for Y in (narrow._Y, net.weights.engine.classes(array("I", [0, 1, 0, 1]), 1)):
        refused(lambda: net.weights.evaluate(wide._X, Y), "Y", "(2, 2)", str(Y.shape))  # noqa: B023
