"""The fast bodies in plain Python have the bits of the reference, whatever they are given."""

import math
import random

import pytest
from bits import bits
from cases import ACTIVATIONS, EDGES, LOSSES, Case, WideCase, copied, lasts, train_epoch

from purenn import Network, Training, reference
from purenn.plain import elementary, training
from purenn.plain import network as plain_network
from purenn.plain.linalg import WIDTH, parts
from purenn.plain.network import LIMIT, MOST_KEPT, MOST_LAYERS, Tiled, layers_of, tiled
from purenn.random_state import RandomState

pytest.importorskip("hypothesis")

from hypothesis import given, settings
from hypothesis import strategies as st

numbers = st.one_of(
    st.floats(-1.0, 1.0), st.sampled_from([0.0, 1.0]), st.sampled_from(EDGES), st.floats()
)
widths = st.one_of(st.integers(1, 5), st.sampled_from([0, WIDTH, WIDTH + 1, 2 * WIDTH + 1]))
rates = st.one_of(st.sampled_from([0.1, 1.0]), st.sampled_from([0.0, -0.1, 1e95, 1e300]))


@st.composite
def networks(draw):
    """Sizes, a network that may have any numbers, and samples that may, too."""
    sizes = [draw(st.integers(0, 20)), *draw(st.lists(widths, min_size=1, max_size=3))]
    edgy = draw(st.sampled_from([(), ("weights",), ("X",), ("Y",), ("weights", "X", "Y")]))

    def matrix(what, n_rows, n_columns):
        # Numbers from a stream: hypothesis alone would take too long over thousands of them.
        stream = random.Random(draw(st.integers(0, 2**32)))
        rows = [
            [stream.choice([0.0, stream.uniform(-1.0, 1.0)]) for _ in range(n_columns)]
            for _ in range(n_rows)
        ]
        for _ in range(draw(st.integers(1, 3)) if what in edgy and n_rows and n_columns else 0):
            row, column = draw(st.integers(0, n_rows - 1)), draw(st.integers(0, n_columns - 1))
            rows[row][column] = draw(numbers)
        return rows

    bias, count = draw(st.booleans()), len(sizes) - 1
    weights = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        b = matrix("weights", 1, n_out)[0] if bias else [0.0] * n_out
        weights.append((matrix("weights", n_in, n_out), b))
    activations = [draw(st.sampled_from(ACTIVATIONS)) for _ in range(count)]
    network = reference.Network(weights, activations, draw(st.sampled_from(LOSSES)), bias)
    n = draw(st.integers(1, 7))
    return network, matrix("X", n, sizes[0]), matrix("Y", n, sizes[-1])


def copy_of(network):
    return reference.Network(
        copied(network.parameters), network.activations, network.loss, network.bias
    )


@given(drawn=networks(), rate=rates, data=st.data())
@settings(max_examples=150)
def test_trainings(drawn, rate, data):
    """Any sizes, numbers, batches and orders."""
    network, X, Y = drawn
    other, n = copy_of(network), len(X)
    for _ in range(2):
        order = data.draw(st.one_of(st.just(range(n)), st.permutations(range(n))))
        batch_size = data.draw(st.integers(1, n))
        expected = train_epoch(reference, network, X, Y, order, batch_size, rate)
        found = training.train_epoch(other, X, Y, order, batch_size, rate)
        assert bits(found) == bits(expected)
        assert bits(other.parameters) == bits(network.parameters)


@pytest.mark.parametrize("kind, count", [(Case, 150), (WideCase, 10)])
def test_the_trainings_that_c_is_held_to(kind, count):
    for seed in range(count):
        case = kind(seed)
        theirs, ours = case.network(reference), case.network(reference)
        for order in case.orders:
            given = case.X, case.Y, order, case.batch_size, case.rate
            expected = train_epoch(reference, theirs, *given)
            assert bits(training.train_epoch(ours, *given)) == bits(expected), seed
            assert bits(ours.parameters) == bits(theirs.parameters), seed


def first_weights(network):
    """The weights of a Network as the engine holds them, for functions of the reference."""
    a = network.architecture
    return reference.Network(network.get_weights(), list(a.activations), a.loss, a.bias)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n_hidden", [1, 3, WIDTH + 1])
def test_networks(loss, n_hidden, bias):
    """predict, gradients and fit of a Network on this engine, for every pair of activations."""
    stream = random.Random(n_hidden)
    X = [[stream.choice([0.0, -0.0, 1.0, stream.random()]) for _ in range(5)] for _ in range(4)]
    Y = [[float(j == s % 3) for j in range(3)] for s in range(4)]
    for last in lasts(loss):
        for hidden in ACTIVATIONS if n_hidden > 1 else ["tanh"]:
            net = Network(
                [5, n_hidden, 3], activations=[hidden, last], loss=loss, bias=bias, seed=1,
                backend="python",
            )  # fmt: skip
            text = first_weights(net)
            Z, A = reference.forward(X, text)
            assert bits(net.predict(X)) == bits(A[-1])
            assert bits(net.predict(X[0])) == bits(A[-1][0])
            L, dW = net.gradients(X, Y)
            losses = reference.output_losses(Z[-1], A[-1], Y, last, loss)
            assert bits(L) == bits(reference.mean(losses))
            assert bits(dW) == bits(reference.backward(A, X, Y, text)[1])
            for batch_size in (1, 3, 4):
                history = net.fit(X, Y, epochs=2, learning_rate=0.3, batch_size=batch_size).history
                expected = [
                    train_epoch(reference, text, X, Y, range(4), batch_size, 0.3) for _ in range(2)
                ]
                assert bits(history["loss"]) == bits(expected)
                assert bits(net.get_weights()) == bits(text.parameters)


def test_what_is_tame_is_left_to_no_reference(monkeypatch):
    """Or all these tests would compare the reference with itself."""

    def refuse(*arguments):
        raise AssertionError("the reference was asked")

    for name in ("forward", "backward", "train_step"):
        monkeypatch.setattr(reference, name, refuse)
    net = Network([5, 4, 2], seed=1, backend="python")
    X, Y = [[0.0, 1.0, 0.5, -1.0, 2.0]] * 5, [[0.0, 1.0]] * 5
    for batch_size in (1, 2, 5):
        net.fit(X, Y, epochs=2, learning_rate=0.5, batch_size=batch_size)
    net.gradients(X, Y)
    net.predict(X)


WILD = {  # layer, row and column of a weight, or row and column of X or Y, and what it becomes
    "a weight of -0": ("W", (1, 0, 0), -0.0),
    "an infinite weight": ("W", (0, 0, 0), math.inf),
    "a weight that is not a number": ("W", (0, 1, 0), math.nan),
    "a huge weight": ("W", (0, 0, 0), 10 * LIMIT),
    "a huge input": ("X", (1, 1), -10 * LIMIT),
    "an input that is not a number": ("X", (0, 0), math.nan),
    "an infinite target": ("Y", (1, 0), math.inf),
}


@pytest.mark.parametrize("batch_size", [1, 2, 4])
@pytest.mark.parametrize("wild", WILD)
def test_what_is_not_tame(wild, batch_size):
    """Zeros of an input may not be left out, nor a +0 that a sum starts from."""
    X = [[0.0, 1.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, -0.0]]
    Y = [[0.0], [1.0], [0.5], [0.25]]
    W = [([[0.5, -0.5], [0.25, 1.0], [0.0, -1.0]], [0.0, 0.5]), ([[1.0], [-1.0]], [0.0])]
    name, (*place, column), value = WILD[wild]
    rows = {"W": [W[0][0], W[1][0]], "X": X, "Y": Y}[name]
    for index in place:
        rows = rows[index]
    rows[column] = value
    theirs = reference.Network(W, ["relu", "identity"], "mean_squared_error", True)
    ours = copy_of(theirs)
    for _ in range(3):
        expected = train_epoch(reference, theirs, X, Y, range(4), batch_size, 0.5)
        found = training.train_epoch(ours, X, Y, range(4), batch_size, 0.5)
        assert bits([found, ours.parameters]) == bits([expected, theirs.parameters])


@pytest.mark.parametrize("w", [0.0, -0.0])
def test_a_weight_of_zero_keeps_its_sign(w):
    """The gradient is 0.0 + −2e-400, which is +0."""
    theirs = reference.Network([([[w]], [0.0])], ["identity"], "mean_squared_error", False)
    ours = copy_of(theirs)
    train_epoch(reference, theirs, [[1e-300]], [[1e-100]], [0], 1, 1.0)
    training.train_epoch(ours, [[1e-300]], [[1e-100]], [0], 1, 1.0)
    assert bits(ours.parameters) == bits(theirs.parameters) == [[[[bits(w)]], [bits(0.0)]]]


@pytest.mark.parametrize("x, rate", [(1e300, 0.5), (1.0, 1e300)])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_weight_that_overflows_in_one_step(x, rate, batch_size):
    """The next sample's zero meets an infinite weight."""
    X, Y = [[x, 0.0], [0.0, 1.0], [0.0, 1.0]], [[1e20], [0.0], [0.0]]
    theirs = reference.Network([([[0.0]] * 2, [0.0])], ["identity"], "mean_squared_error", False)
    ours = copy_of(theirs)
    expected = train_epoch(reference, theirs, X, Y, range(3), batch_size, rate)
    assert bits(training.train_epoch(ours, X, Y, range(3), batch_size, rate)) == bits(expected)
    assert bits(ours.parameters) == bits(theirs.parameters) and expected != expected


def test_biases_that_no_training_changes():
    theirs = reference.Network([([[0.5]], [0.25])], ["tanh"], "mean_squared_error", False)
    ours = copy_of(theirs)
    for _ in range(2):
        expected = train_epoch(reference, theirs, [[1.0]], [[0.5]], [0], 1, 0.5)
        assert training.train_epoch(ours, [[1.0]], [[0.5]], [0], 1, 0.5) == expected
    assert bits(ours.parameters) == bits(theirs.parameters)


def test_a_training_that_runs_away():
    """From finite weights to infinite ones and on to NaN, in steps that can be gone back to."""
    X, Y = [[1.0, 0.0], [0.0, 3.0]], [[1.0], [-1.0]]
    W = [([[1.0, 2.0], [0.5, -1.0]], [0.0, 0.0]), ([[1.0], [2.0]], [0.0])]
    theirs = reference.Network(W, ["identity"] * 2, "mean_squared_error", True)
    net = Network([2, 2, 1], activations="identity", backend="python")
    net.set_weights(W)
    samples = training.Samples(X, Y, True, 10.0)
    ours = net.weights.network
    for _ in range(20):
        L = []
        for row in range(2):
            ours, _, losses = samples.step(ours, [row])
            L += losses
        expected = train_epoch(reference, theirs, X, Y, range(2), 1, 10.0)
        assert bits(reference.mean(L)) == bits(expected)
        assert bits(ours.parameters) == bits(theirs.parameters)
    assert expected != expected


def test_a_step_leaves_the_weights_before_it_as_they_were():
    """Other threads may be reading them."""
    net = Network([3, 4, 2], seed=1, backend="python")
    X, Y = [[1.0, 0.0, 2.0]] * 3, [[0.0, 1.0]] * 3
    steps = Training(net, X, Y, learning_rate=0.5, batch_size=2)
    for _ in range(4):
        before = net.weights.network
        weights = bits(before.parameters)
        steps.step()
        assert isinstance(before, Tiled) and net.weights.network is not before
        assert bits(before.parameters) == weights != bits(net.get_weights())


def test_after_a_wild_training_the_next_one_is_fast_again():
    net = Network([2, 3, 1], activations="identity", seed=1, backend="python")
    net.fit([[1.0, 2.0]], [[1e120]], epochs=1, learning_rate=1e-120)
    assert not isinstance(net.weights.network, Tiled)
    theirs = first_weights(net)
    net.fit([[1.0, 2.0]], [[1.0]], epochs=1, learning_rate=0.1)
    train_epoch(reference, theirs, [[1.0, 2.0]], [[1.0]], [0], 1, 0.1)
    assert isinstance(net.weights.network, Tiled)
    assert bits(net.get_weights()) == bits(theirs.parameters)


def test_written_out_layers_are_not_kept_for_ever(monkeypatch):
    kept: dict = {}
    monkeypatch.setattr(plain_network, "_layers", kept)
    for width in range(1, MOST_KEPT + 3):
        layers = layers_of([width], ["tanh"], "mean_squared_error", True)
        assert layers_of([width], ["tanh"], "mean_squared_error", True) is layers
        assert len(kept) <= MOST_KEPT


def test_shuffled_batches_are_made_anew():
    """A batch of the same rows as the last one is not, others are."""
    X, Y = [[float(s), 1.0] for s in range(5)], [[s / 5] for s in range(5)]
    net = Network([2, 3, 1], seed=3, backend="python")
    text = first_weights(net)
    net.fit(X, Y, epochs=4, learning_rate=0.1, batch_size=4, shuffle=True, seed=7)
    stream = RandomState(7)
    for _ in range(4):
        train_epoch(reference, text, X, Y, stream.permutation(5), 4, 0.1)
    assert bits(net.get_weights()) == bits(text.parameters)


@pytest.mark.parametrize("name", ["exp", "tanh"])
def test_elementary_functions(name):
    stream = random.Random(name)
    xs = [sign * x for x in EDGES for sign in (1.0, -1.0)]
    xs += [stream.uniform(-750.0, 750.0) for _ in range(20000)]
    xs += [stream.uniform(-1.0, 1.0) * 2.0**power for power in range(-1074, 1024)]
    ours, theirs = getattr(elementary, name), getattr(reference, name)
    assert [bits(ours(x)) for x in xs] == [bits(theirs(x)) for x in xs]


def test_tiles_cover_all_outputs():
    for n_out in range(1, 200):
        places = parts(n_out)
        assert [j for start, end in places for j in range(start, end)] == list(range(n_out))
        sizes = [end - start for start, end in places]
        assert max(sizes) <= WIDTH and max(sizes) - min(sizes) <= 1


def test_networks_without_tiles():
    """Those of no inputs, no outputs or very many layers are the reference's."""
    deep = [([[0.5]], [0.0]) for _ in range(MOST_LAYERS + 1)]
    for W, is_tiled in ((deep, False), (deep[1:], True)):
        network = reference.Network(W, ["tanh"] * len(W), "mean_squared_error", True)
        assert (tiled(network) is not None) == is_tiled
    for sizes in ([0, 2], [2, 0], [2, 0, 1]):
        W = [
            ([[0.5] * n_out for _ in range(n_in)], [0.0] * n_out)
            for n_in, n_out in zip(sizes, sizes[1:])
        ]
        network = reference.Network(W, ["tanh"] * len(W), "mean_squared_error", True)
        assert tiled(network) is None
