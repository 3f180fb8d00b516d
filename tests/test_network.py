"""What a user holds: Network accepts what means numbers, refuses the rest, and loses nothing."""

import struct
from array import array
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from time import perf_counter

import pytest
from bits import bits
from cases import OTHERS

import purenn
from purenn import BackendError, Network, Training, TrainingWarning
from purenn.reference import ACTIVATIONS, LOSSES

NAN, INF = float("nan"), float("inf")

ROWS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
TARGETS = [[1.0, 0.0], [0.0, 1.0]]


def network(engine, sizes=(3, 4, 2), **options):
    return Network(sizes, seed=1, backend=engine.name, **options)


def linear(engine, W, b, **options):
    """One layer of identity with these weights: its numbers can be computed in the head."""
    net = network(engine, (len(W), len(b)), activations="identity", **options)
    net.set_weights([(W, b)])
    return net


def refused(call, *words, lines=2):
    """That the call raises ValueError or TypeError, readable, with all of the words."""
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert len(message.splitlines()) <= lines, message
    assert len(message) <= 300, f"{len(message)} characters: {message[:300]}"
    return message


@pytest.fixture
def no_arithmetic(monkeypatch, engine):
    """Fails the test where an engine is asked to compute."""

    def fail(*arguments):
        pytest.fail(f"the arithmetic was reached with {arguments!r:.100}")

    for name in ("forward", "backward", "train_step"):
        monkeypatch.setattr(engine.functions, name, fail)
    if engine.name == "c":
        for name in ("pn_predict", "pn_train"):
            monkeypatch.setattr(engine.functions.core.lib, name, fail)


# Construction


def test_defaults(engine):
    net = Network([2, 3, 1], seed=5, backend=engine.name)
    architecture = net.architecture
    assert architecture.sizes == (2, 3, 1)
    assert architecture.activations == ("sigmoid", "sigmoid")
    assert (architecture.loss, architecture.bias) == ("mean_squared_error", True)
    assert (architecture.seed, net.seed) == (5, 5)
    assert net.backend == engine.name


@pytest.mark.parametrize("sizes", [(2, 3, 1), [2, 3, 1], range(1, 4)])
def test_sizes_may_be_any_sequence_of_whole_numbers(engine, sizes):
    net = Network(sizes, seed=0, backend=engine.name)
    assert net.architecture.sizes == tuple(sizes)
    shapes = [(len(W), len(b)) for W, b in net.get_weights()]
    assert shapes == [(sizes[0], sizes[1]), (sizes[1], sizes[2])]


def test_synonyms_and_one_activation_a_layer(engine):
    net = network(engine, (1, 1, 1), activations=("linear", "logistic"))
    assert net.architecture.activations == ("identity", "sigmoid")


def test_numpy_numbers_as_sizes_and_seed(engine):
    np = pytest.importorskip("numpy")
    net = Network([np.int64(2), np.int8(1)], seed=np.uint32(7), backend=engine.name)
    assert bits(net.get_weights()) == bits(
        Network([2, 1], seed=7, backend=engine.name).get_weights()
    )


WRONG_SIZES = {
    "None": (None, "None"),
    "a number": (5, "5"),
    "text": ("23", "'23'"),
    "bytes": (b"23", "23"),
    "a set": ({1, 2}, "1, 2"),
    "a generator": ((n for n in (2, 1)), "generator"),
    "none": ([], "inputs and outputs"),
    "one": ([2], "inputs and outputs"),
    "zero": ([2, 0], "sizes[1]", "0"),
    "negative": ([2, -1], "sizes[1]", "-1"),
    "float": ([2, 1.0], "sizes[1]", "whole number", "1.0"),
    "bool": ([2, True], "sizes[1]", "True"),
    "text in it": ([2, "1"], "sizes[1]", "'1'"),
    "None in it": ([None, 1], "sizes[0]", "None"),
    "Decimal": ([2, Decimal(1)], "sizes[1]", "Decimal"),
    "rows": ([[2, 1], [3, 4]], "sizes[0]", "[2, 1]"),
    "huge": ([2, 10**12], "parameters"),
    "huge together": ([2**20, 2**20], "parameters"),
    "absurd": ([10**60, 10**60], "parameters"),
}


@pytest.mark.parametrize("name", WRONG_SIZES)
def test_wrong_sizes(engine, name):
    sizes, *words = WRONG_SIZES[name]
    refused(lambda: Network(sizes, backend=engine.name), "sizes", *words)


WRONG_ACTIVATIONS = {
    "None": (None, "None"),
    "a number": (5, "5"),
    "a bool": (True, "True"),
    "empty": ("", "''"),
    "capitals": ("SIGMOID", *ACTIVATIONS, "'SIGMOID'"),
    "unknown": ("selu", *ACTIVATIONS, "'selu'"),
    "bytes": (b"sigmoid",),
    "too few": (["tanh"], "2", "1"),
    "too many": (["tanh"] * 3, "2", "3"),
    "None in it": (["tanh", None], "None"),
    "a list in it": (["tanh", ["sigmoid"]], "['sigmoid']"),
    "a dict in it": (["tanh", {}], "{}"),
    "a number in it": ([1, "tanh"], "1"),
    "a set, which has no order": ({"tanh", "sigmoid"},),
    "a dict": ({"tanh": 1, "sigmoid": 2},),
    "long": ("x" * 10000, "xxx"),
}


@pytest.mark.parametrize("name", WRONG_ACTIVATIONS)
def test_wrong_activations(engine, name):
    activations, *words = WRONG_ACTIVATIONS[name]
    refused(lambda: network(engine, (2, 3, 1), activations=activations), "activations", *words)


@pytest.mark.parametrize(
    "loss", [None, "", "mse", 0, b"mean_squared_error", [], {}, ["mean_squared_error"]]
)
def test_wrong_loss(engine, loss):
    refused(lambda: network(engine, loss=loss), "loss", *LOSSES, repr(loss))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mse", "mean_squared_error"),
        ("MSELoss", "mean_squared_error"),
        ("mae", "mean_absolute_error"),
        ("binary_crossentropy", "binary_cross_entropy"),
        ("Categorical_Crossentropy", "categorical_cross_entropy"),
        ("sparse_categorical_crossentropy", "categorical_cross_entropy"),
        ("CrossEntropyLoss", "categorical_cross_entropy"),
    ],
)
def test_losses_of_others(engine, name, meant):
    said = refused(lambda: network(engine, loss=name), f"got {name!r}")
    assert said.endswith(f"; did you mean {meant!r}?")


@pytest.mark.parametrize(
    ("name", "meant"), [("ReLU", "relu"), ("Linear", "identity"), ("Softmax", "softmax")]
)
def test_activations_of_others(engine, name, meant):
    said = refused(lambda: network(engine, activations=[name, "sigmoid"]), f"got {name!r}")
    assert said.endswith(f"; did you mean {meant!r}?")
    assert "did you mean" not in refused(lambda: network(engine, activations="selu"), "'selu'")


def test_one_output_is_no_choice_among_classes(engine):
    settings = {"loss": "categorical_cross_entropy", "backend": engine.name}
    words = "got one output", "use binary_cross_entropy"
    refused(lambda: Network([2, 1], **settings), "loss: categorical", *words, lines=1)
    Network([2, 2], **settings)


def test_arrays_are_no_names(engine):
    np = pytest.importorskip("numpy")
    refused(lambda: network(engine, loss=np.array(["mean_squared_error"])), "loss")
    refused(lambda: network(engine, loss=np.array([1, 2])), "loss")
    refused(lambda: Network([2, 1], backend=np.array([1, 2])), "backend")
    refused(lambda: network(engine, activations=["tanh", np.array([1, 2])]), "activations")


@pytest.mark.parametrize("activation", OTHERS)
@pytest.mark.parametrize("loss", [loss for loss in LOSSES if LOSSES[loss].of_probabilities])
def test_cross_entropy_needs_probabilities(engine, loss, activation):
    refused(lambda: network(engine, activations=activation, loss=loss), loss, activation)


@pytest.mark.parametrize(
    ("sizes", "activations"),
    [
        ((2, 1), "softmax"),
        ((2, 1, 1), ["softmax", "sigmoid"]),
        ((2, 3, 1, 2), ["softmax", "softmax", "tanh"]),
    ],
)
def test_softmax_needs_more_than_one_unit(engine, sizes, activations):
    """Over a single one it is 1, whatever comes in."""
    refused(lambda: network(engine, sizes, activations=activations), "softmax", "sigmoid")


@pytest.mark.parametrize("bias", ["no", "False", None, [], 2])
def test_bias_is_true_or_false(engine, bias):
    refused(lambda: network(engine, bias=bias), "bias", repr(bias))


@pytest.mark.parametrize("seed", [-1, 2**32, 10**40, 1.5, 1.0, True, "1", [1], NAN, Decimal(1)])
def test_wrong_seed(engine, seed):
    refused(lambda: Network([2, 1], seed=seed, backend=engine.name), "seed", str(seed))


@pytest.mark.parametrize("backend", [None, "", "C", "numpy", 1, [], ["c"], b"c", {}])
def test_wrong_backend(backend):
    refused(lambda: Network([2, 1], backend=backend), "backend", "auto, c, python", repr(backend))


def test_all_but_the_sizes_is_keyword_only():
    with pytest.raises(TypeError):
        Network([2, 1], "tanh")
    with pytest.raises(TypeError):
        Network([2, 1], activation="tanh")


def test_environment_chooses_the_backend(monkeypatch):
    monkeypatch.setenv("PURENN_BACKEND", "python")
    assert Network([1, 1]).backend == "python"
    monkeypatch.setenv("PURENN_BACKEND", "nonsense")
    refused(lambda: Network([1, 1]), "PURENN_BACKEND", "auto, c, python", "'nonsense'")
    assert Network([1, 1], backend="python").backend == "python"


def test_without_the_core(without_core):
    """auto falls back, c says what is missing."""
    assert Network([1, 1]).backend == "python"
    assert purenn.backend_info()["c core"].startswith("absent: ")
    with pytest.raises(BackendError, match=r"C core is not installed: .+"):
        Network([1, 1], backend="c")


# First weights


def test_first_weights_are_glorots_from_numpys_stream(engine):
    np = pytest.importorskip("numpy")
    net = Network([3, 4, 2], seed=42, backend=engine.name)
    stream = np.random.RandomState(42)
    for (W, b), (n_in, n_out) in zip(net.get_weights(), [(3, 4), (4, 2)]):
        limit = np.sqrt(6.0 / (n_in + n_out))
        expected = (2.0 * stream.rand(n_in, n_out) - 1.0) * limit
        assert bits(W) == bits(expected.tolist())
        assert bits(b) == bits([0.0] * n_out)


def test_without_a_seed_one_is_drawn_and_kept(engine):
    nets = [Network([3, 2], backend=engine.name) for _ in range(3)]
    assert len({net.seed for net in nets}) > 1
    for net in nets:
        assert 0 <= net.seed < 2**32 and f"seed={net.seed}" in repr(net)
        again = Network([3, 2], seed=net.seed, backend=engine.name)
        assert bits(again.get_weights()) == bits(net.get_weights())


def test_repr_says_all(engine):
    text = repr(network(engine, (2, 2), activations="softmax", loss="categorical_cross_entropy"))
    for part in ("[2, 2]", "softmax", "categorical_cross_entropy", "seed=1", engine.name):
        assert part in text
    assert "sum over outputs, mean over samples" in text
    assert "mean over samples and outputs" in repr(network(engine))


# Weights


def test_weights_come_back_as_they_went_in(engine):
    W = [[-0.0, 5e-324, 1.7976931348623157e308], [2.2250738585072014e-308, -5e-324, 0.1]]
    b = [-0.0, 1 / 3, -1.7976931348623157e308]
    net = network(engine, (2, 3))
    net.set_weights([(W, b)])
    ((W_now, b_now),) = net.get_weights()
    assert (bits(W_now), bits(b_now)) == (bits(W), bits(b))
    assert {type(value) for row in [*W_now, b_now] for value in row} == {float}
    assert type(W_now) is list and type(W_now[0]) is list and type(b_now) is list


def test_weights_are_copied_both_ways(engine):
    given = [([[1.0], [2.0]], [3.0])]
    net = network(engine, (2, 1), activations="identity")
    net.set_weights(given)
    given[0][0][0][0] = given[0][1][0] = 99.0
    taken = net.get_weights()
    taken[0][0][1][0] = taken[0][1][0] = 99.0
    assert net.predict([1, 1]) == [6.0]
    assert net.get_weights() == [([[1.0], [2.0]], [3.0])]


def test_weights_from_arrays_are_copied(engine):
    np = pytest.importorskip("numpy")
    W, b = np.array([[1.0], [2.0]]), np.array([3.0])
    net = network(engine, (2, 1), activations="identity")
    net.set_weights([(W, b)])
    W[:] = b[:] = 99.0
    assert net.get_weights() == [([[1.0], [2.0]], [3.0])]


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", ">f8", "<i4", ">i2", "u1", "?"])
def test_weights_of_every_kind_of_number(engine, dtype):
    np = pytest.importorskip("numpy")
    net = network(engine, (2, 2))
    for order in "CF":
        W = np.array([[1, 0], [0, 1]], dtype=dtype, order=order)
        net.set_weights([(W, np.array([1, 0], dtype=dtype))])
        assert net.get_weights() == [([[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0])]


W0, B0 = [[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0]
W1, B1 = [[7.0], [8.0]], [9.0]
WRONG_WEIGHTS = {
    "None": (None, "None"),
    "a number": (5, "5"),
    "text": ("ab", "weights"),
    "none": ([], "2 layers", "0"),
    "a layer missing": ([(W0, B0)], "2 layers", "1"),
    "a layer too many": ([(W0, B0), (W1, B1), (W1, B1)], "2 layers", "3"),
    "numbers": ([1, 2], "weights[0]"),
    "None in it": ([(W0, B0), None], "weights[1]", "None"),
    "strings": (["ab", "cd"], "weights[0]"),
    "three in a layer": ([(W0, B0, 1), (W1, B1)], "weights[0]", "(W, b)", "3"),
    "W alone": ([(W0,), (W1,)], "weights[0]", "(W, b)", "1"),
    "dicts": ([{"W": W0, "b": B0}, {"W": W1, "b": B1}], "weights[0]"),
    "a dict": ({0: (W0, B0), 1: (W1, B1)}, "weights"),
    "W is None": ([(None, B0), (W1, B1)], "weights[0] W", "None"),
    "W is a number": ([(1.0, B0), (W1, B1)], "weights[0] W", "float"),
    "W is text": ([("1234", B0), (W1, B1)], "weights[0] W", "str"),
    "W is flat": ([(W0, B0), ([7.0, 8.0], B1)], "weights[1] W"),
    "W is transposed": ([(W0, B0), ([[7.0, 8.0]], B1)], "weights[1] W", "1", "2"),
    "W is ragged": ([([[1.0, 2.0], [3.0]], B0), (W1, B1)], "weights[0] W[1]", "2", "1"),
    "W has a row more": ([([*W0, [1.0, 1.0]], B0), (W1, B1)], "weights[0] W", "2 rows", "3"),
    "W is too deep": ([([W0], B0), (W1, B1)], "weights[0] W"),
    "NaN in W": ([([[1.0, NAN], [3.0, 4.0]], B0), (W1, B1)], "weights[0] W[0]", "nan"),
    "inf in W": ([(W0, B0), ([[7.0], [-INF]], B1)], "weights[1] W[1]", "-inf"),
    "text in W": ([([["1", 2.0], [3.0, 4.0]], B0), (W1, B1)], "weights[0] W[0][0]", "'1'"),
    "an integer too large": ([([[10**400, 2], [3, 4]], B0), (W1, B1)], "weights[0] W[0][0]"),
    "b is None": ([(W0, None), (W1, B1)], "weights[0] b"),
    "b is a number": ([(W0, 5.0), (W1, B1)], "weights[0] b"),
    "b is rows": ([(W0, [[5.0, 6.0]]), (W1, B1)], "weights[0] b"),
    "b is short": ([(W0, [5.0]), (W1, B1)], "weights[0] b", "2", "1"),
    "b is long": ([(W0, B0), (W1, [9.0, 9.0])], "weights[1] b", "1", "2"),
    "b is empty": ([(W0, []), (W1, B1)], "weights[0] b", "2", "0"),
    "b is a set": ([(W0, {5.0, 6.0}), (W1, B1)], "weights[0] b"),
    "b is a dict": ([(W0, {5.0: 1, 6.0: 1}), (W1, B1)], "weights[0] b"),
    "b is text": ([(W0, "56"), (W1, B1)], "weights[0] b"),
    "b is bytes": ([(W0, b"56"), (W1, B1)], "weights[0] b"),
    "b is a bytearray": ([(W0, bytearray(b"56")), (W1, B1)], "weights[0] b"),
    "NaN in b": ([(W0, [5.0, NAN]), (W1, B1)], "weights[0] b", "nan"),
    "None in b": ([(W0, [5.0, None]), (W1, B1)], "weights[0] b", "None"),
    "complex in b": ([(W0, [5.0, 1j]), (W1, B1)], "weights[0] b", "1j"),
}


@pytest.mark.parametrize("name", WRONG_WEIGHTS)
def test_wrong_weights_change_nothing(engine, name):
    weights, *words = WRONG_WEIGHTS[name]
    net = network(engine, (2, 2, 1))
    before = bits(net.get_weights())
    refused(lambda: net.set_weights(weights), "weights", *words)
    assert bits(net.get_weights()) == before


def test_a_network_without_biases(engine):
    net = network(engine, (2, 2), bias=False)
    before = bits(net.get_weights())
    refused(lambda: net.set_weights([(W0, [0.0, 1.0])]), "weights[0] b", "without biases")
    assert bits(net.get_weights()) == before
    net.set_weights([(W0, [0.0, -0.0])])
    loss, ((dW, db),) = net.gradients([[1, 2]], [[0, 0]])
    assert db == [0.0, 0.0] and any(any(row) for row in dW)
    net.fit([[1, 2]], [[0, 0]], epochs=3, learning_rate=0.5)
    ((W, b),) = net.get_weights()
    assert bits(b) == bits([0.0, 0.0]) and W != W0


# Samples


def test_predict_by_hand(engine):
    net = linear(engine, [[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5])
    assert net.predict([[1, 1], [2, 0]]) == [[4.5, 5.5], [2.5, 3.5]]
    assert net.predict([1, 1]) == [4.5, 5.5]  # one sample gives one row
    assert net.predict([[1, 1]]) == [[4.5, 5.5]]


def test_predict_against_numpy(engine):
    np = pytest.importorskip("numpy")
    net = network(engine, (3, 4, 2), activations=["tanh", "sigmoid"])
    (W1, b1), (W2, b2) = [(np.array(W), np.array(b)) for W, b in net.get_weights()]
    X = np.array(ROWS) / 10.0
    expected = 1.0 / (1.0 + np.exp(-(np.tanh(X @ W1 + b1) @ W2 + b2)))
    assert np.abs(np.array(net.predict(X)) - expected).max() < 1e-14


def test_predictions_are_lists_of_floats_and_a_copy(engine):
    net = network(engine)
    outputs = net.predict(ROWS)
    assert type(outputs) is list and type(outputs[0]) is list and type(outputs[0][0]) is float
    X = [[1.0, 2.0]]
    identity = linear(engine, [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    identity.predict(X)[0][0] = 99.0
    assert X == [[1.0, 2.0]] and identity.predict(X) == [[1.0, 2.0]]


# Ways to say [[1, 2, 3], [4, 5, 6]].
FORMS = {
    "ints": [[1, 2, 3], [4, 5, 6]],
    "tuples": ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)),
    "ranges": [range(1, 4), range(4, 7)],
    "fractions": [[Fraction(value) for value in row] for row in ROWS],
    "decimals": [[Decimal(value) for value in row] for row in ROWS],
    "arrays of doubles": [array("d", row) for row in ROWS],
    "arrays of floats": [array("f", row) for row in ROWS],
    "arrays of ints": [array("i", map(int, row)) for row in ROWS],
    "memoryviews": [memoryview(array("d", row)) for row in ROWS],
    "a memoryview": memoryview(struct.pack("6d", *range(1, 7))).cast("B").cast("d", (2, 3)),
    "a memoryview of ints": memoryview(struct.pack("6i", *range(1, 7))).cast("B").cast("i", (2, 3)),
}

NUMPY_FORMS = {
    "float64": lambda np, G: G,
    "little-endian float64": lambda np, G: G.astype("<f8"),
    "big-endian float64": lambda np, G: G.astype(">f8"),
    "float32": lambda np, G: G.astype("f4"),
    "big-endian float32": lambda np, G: G.astype(">f4"),
    "float16": lambda np, G: G.astype("f2"),
    "int64": lambda np, G: G.astype("i8"),
    "big-endian int32": lambda np, G: G.astype(">i4"),
    "int8": lambda np, G: G.astype("i1"),
    "uint8": lambda np, G: G.astype("u1"),
    "uint64": lambda np, G: G.astype("u8"),
    "Fortran order": lambda np, G: np.asfortranarray(G),
    "Fortran order, float32": lambda np, G: np.asfortranarray(G.astype("f4")),
    "negative strides": lambda np, G: G[::-1, ::-1].copy()[::-1, ::-1],
    "every other column": lambda np, G: np.repeat(G, 2, axis=1)[:, ::2],
    "transposed": lambda np, G: G.T.copy().T,
    "not aligned": lambda np, G: np.frombuffer(b"x" + G.tobytes(), offset=1).reshape(2, 3),
    "read-only": lambda np, G: np.frombuffer(G.tobytes()).reshape(2, 3),
    "a list of rows": lambda np, G: list(G),
    "a list of float32 rows": lambda np, G: list(G.astype("f4")),
    "a list of big-endian rows": lambda np, G: list(G.astype(">f8")),
    "a list of lists of scalars": lambda np, G: [[np.float32(v) for v in row] for row in G],
    "a subclass": lambda np, G: np.ma.array(G),
}


@pytest.mark.parametrize("name", FORMS)
def test_samples_in_every_form(engine, name):
    same_in_every_form(engine, FORMS[name])


@pytest.mark.parametrize("name", NUMPY_FORMS)
def test_samples_as_numpy_arrays(engine, name):
    np = pytest.importorskip("numpy")
    X = NUMPY_FORMS[name](np, np.array(ROWS))
    before = bits([[float(value) for value in row] for row in X])
    same_in_every_form(engine, X)
    assert bits([[float(value) for value in row] for row in X]) == before


def same_in_every_form(engine, X):
    net = network(engine)
    assert bits(net.predict(X)) == bits(net.predict(ROWS))
    loss, gradients = net.gradients(X, TARGETS)
    expected_loss, expected_gradients = net.gradients(ROWS, TARGETS)
    assert (bits(loss), bits(gradients)) == (bits(expected_loss), bits(expected_gradients))
    one, other = network(engine), network(engine)
    options = {"epochs": 2, "learning_rate": 0.5, "batch_size": 1}
    one.fit(X, TARGETS, **options)
    other.fit(ROWS, TARGETS, **options)
    assert bits(one.get_weights()) == bits(other.get_weights())


FLAT_FORMS = {
    "list": [1, 2, 3],
    "tuple": (1.0, 2.0, 3.0),
    "range": range(1, 4),
    "array": array("d", [1, 2, 3]),
    "array of ints": array("h", [1, 2, 3]),
    "memoryview": memoryview(array("d", [1, 2, 3])),
}


@pytest.mark.parametrize("name", FLAT_FORMS)
def test_one_sample_in_every_form(engine, name):
    net = network(engine)
    X = FLAT_FORMS[name]
    (expected,) = net.predict([[1.0, 2.0, 3.0]])
    assert bits(net.predict(X)) == bits(expected)
    results = [net.gradients(X, Y) for Y in ([1, 0], (1, 0), [[1, 0]], array("d", [1, 0]))]
    results.append(net.gradients([[1.0, 2.0, 3.0]], [[1.0, 0.0]]))
    assert [(bits(loss), bits(g)) for loss, g in results[:-1]] == [
        (bits(results[-1][0]), bits(results[-1][1]))
    ] * 4


def test_one_sample_as_numpy_array(engine):
    np = pytest.importorskip("numpy")
    net = network(engine)
    (expected,) = net.predict([[1.0, 2.0, 3.0]])
    for X in (np.array([1, 2, 3]), np.array([1.0, 9, 2, 9, 3, 9])[::2], np.array([1, 2, 3], ">f4")):
        assert bits(net.predict(X)) == bits(expected)


def test_truth_values_count_as_0_and_1(engine):
    net = linear(engine, [[1.0], [2.0]], [0.0])
    assert net.predict([[True, False], [False, True]]) == [[1.0], [2.0]]


def test_numbers_of_any_kind_in_one_row(engine):
    """Float, int, truth value and whatever else is a real number, also side by side."""
    row = [0.5, 3, True, Fraction(1, 4), Decimal("0.75"), 10**20]
    net = linear(engine, [[1.0], [2.0], [4.0], [8.0], [16.0], [32.0]], [0.0])
    expected = [0.5 + 6.0 + 4.0 + 2.0 + 12.0 + 32.0 * 1e20]
    for X in (row, tuple(row), [row], [tuple(row), row]):
        assert bits(net.predict(X)) in (bits(expected), bits([expected] * len(X)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["uint8", "int8", "float16", "float32", "float64", "bool"])
def test_numpys_scalars_in_lists(engine, kind):
    """Nobody adds them up in their own type, where they may overflow."""
    np = pytest.importorskip("numpy")
    values = np.array([120.0, 100.0, 90.0] if "8" in kind else [6e4, 5e4, 1.0]).astype(kind)
    net = linear(engine, [[1.0], [2.0], [4.0]], [0.0])
    (expected,) = net.predict([[float(value) for value in values]])
    for X in ([list(values)], list(values), [[*values[:2], float(values[2])]]):
        assert bits(net.predict(X)) in (bits(expected), bits([expected]))


def test_what_only_adds_up_is_no_number(engine):
    class Summand:
        def __radd__(self, other):
            return 1.0

    net = network(engine)
    refused(lambda: net.predict([[1.0, Summand(), 3.0]]), "X[0][1]", "Summand")
    refused(lambda: net.predict([[1.0, 2.0 + 1.0j, 3.0]]), "X[0][1]", "j")


def test_predictions_without_lists(engine):
    net = network(engine)
    for X in (ROWS, array("d", ROWS[0]), ROWS[1], ROWS * 40):
        expected, outputs = net.predict(X), net.predict(X, lists=False)
        assert type(outputs) is memoryview and outputs.format == "d" and outputs.c_contiguous
        rows = (len(expected),) if isinstance(expected[0], list) else ()
        assert outputs.shape == (*rows, net.architecture.n_out)
        assert bits(outputs.tolist()) == bits(expected)
    assert bits(net.predict(ROWS, lists=1)) == bits(net.predict(ROWS))
    for wrong in (None, "no", 2, [True]):
        refused(lambda: net.predict(ROWS, lists=wrong), "lists", "True or False")  # noqa: B023
    refused(lambda: net.predict([[1.0, NAN, 3.0]], lists=False), "X[0][1]", "nan")


def test_numpy_takes_predictions_as_they_are(engine):
    np = pytest.importorskip("numpy")
    net = network(engine)
    outputs = net.predict(ROWS, lists=False)
    taken = np.asarray(outputs)
    assert taken.dtype == np.float64 and bits(taken.tolist()) == bits(net.predict(ROWS))
    taken[0, 0] = 7.0
    assert outputs[0, 0] == 7.0


@pytest.mark.parametrize("form", ["d", "f"])
@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 69), (7, 64), (8, 3), (29, 69)])
@pytest.mark.parametrize("value", [NAN, -INF])
@pytest.mark.parametrize("apart", [1, 9])
def test_numbers_that_are_not_finite(engine, form, row, column, value, apart, monkeypatch):
    """In any tile, behind any call of C; where few inputs are not 0, one look finds both."""
    if engine.name == "c":
        monkeypatch.setattr("purenn.native.inputs.AT_ONCE", 210)
        monkeypatch.setattr("purenn.native.engine.AT_ONCE", 64)
    numbers = array(form, [0.0] * (30 * 70))
    numbers[::apart] = array(form, [1.0] * len(numbers[::apart]))
    numbers[70 * row + column] = value
    X = memoryview(numbers).cast("B").cast(form, (30, 70))
    net = network(engine, (70, 2, 1))
    before = bits(net.get_weights())
    words = f"X[{row}][{column}]: expected finite numbers, got {value}"
    for call in (
        lambda: net.fit(X, [1.0] * 30, epochs=1, learning_rate=0.1),
        lambda: Training(net, X, [1.0] * 30, learning_rate=0.1, batch_size=7),
        lambda: net.gradients(X, [1.0] * 30),
    ):
        refused(call, words)
    assert bits(net.get_weights()) == before


class LongRow:
    """A row that claims 3 numbers and has 7."""

    def __len__(self):
        return 3

    def __iter__(self):
        return iter([1.0] * 7)


def nested(depth):
    values = [1.0, 2.0, 3.0]
    for _ in range(depth):
        values = [values]
    return values


def recursive():
    values = []
    values.append(values)
    return values


WRONG_SAMPLES = {
    "None": (None, "None"),
    "a number": (5, "int"),
    "a truth value": (True, "bool"),
    "text": ("123", "str"),
    "bytes": (b"123", "bytes"),
    "a bytearray": (bytearray(b"123"), "bytearray"),
    "a set": ({1.0, 2.0, 3.0}, "set"),
    "a dict": ({0: [1, 2, 3]}, "dict"),
    "a generator": ((row for row in ROWS), "generator"),
    "a map": (map(list, ROWS), "map"),
    "an object": (object(), "object"),
    "nothing": ([], "at least one"),
    "an empty tuple": ((), "at least one"),
    "an empty row": ([[]], "X[0]", "3 numbers", "0"),
    "ragged": ([[1, 2, 3], [4, 5]], "X[1]", "3 numbers", "2"),
    "narrow": ([[1, 2], [3, 4]], "X[0]", "3 numbers", "2"),
    "wide": ([[1, 2, 3, 4]], "X[0]", "3 numbers", "4"),
    "flat and narrow": ([1, 2], "3 numbers", "2"),
    "flat and wide": ([1, 2, 3, 4], "3 numbers", "4"),
    "a row among numbers": ([1, [1, 2, 3], 3], "X[0][1]", "[1, 2, 3]"),
    "a number among rows": ([[1, 2, 3], 1], "X[1]", "1"),
    "text rows": (["123", "456"], "X[0]", "'123'"),
    "three text rows": (["1", "2", "3"], "X[0]", "'1'"),
    "text in a row": ([["1", "2", "3"]], "X[0][0]", "'1'"),
    "bytes as rows": ([b"123"], "X[0]", "b'123'"),
    "bytearrays as rows": ([bytearray(b"123")], "X[0]", "bytearray"),
    "sets as rows": ([{1.0, 2.0, 3.0}], "X[0]", "1.0, 2.0, 3.0"),
    "dicts as rows": ([{1: 1, 2: 2, 3: 3}], "X[0]", "1: 1"),
    "generators as rows": ([(v for v in row) for row in ROWS], "X[0]", "generator"),
    "None in a row": ([[1, None, 3]], "X[0][1]", "None"),
    "complex in a row": ([[1, 2, 3j]], "X[0][2]", "3j"),
    "a function in a row": ([[1, 2, len]], "X[0][2]", "len"),
    "a type in a row": ([[1, 2, int]], "X[0][2]", "int"),
    "NaN": ([[1, 2, 3], [1, NAN, 3]], "X[1][1]", "finite", "nan"),
    "inf": ([[1, 2, INF]], "X[0][2]", "finite", "inf"),
    "minus inf in a flat sample": ([1, 2, -INF], "X", "finite", "-inf"),
    "NaN in an array": ([array("d", [1, NAN, 3])], "X[0][1]", "finite", "nan"),
    "NaN in one array": (array("d", [1, NAN, 3]), "finite", "nan"),
    "a Decimal NaN": ([[1, Decimal("NaN"), 3]], "X[0][1]", "finite"),
    "a signalling NaN": ([[1, Decimal("sNaN"), 3]], "X[0][1]", "sNaN"),
    "a Decimal too large": ([[1, Decimal("1e999"), 3]], "X[0][1]"),
    "an integer too large": ([[1, 10**400, 3]], "X[0][1]", "integer"),
    "a Fraction too large": ([[1, Fraction(10**400), 3]], "X[0][1]"),
    "too deep": ([[[1, 2, 3]]], "X[0]"),
    "far too deep": (nested(5000), "X"),
    "in itself": (recursive(), "X"),
    "a memoryview of bytes as text": (memoryview(b"123").cast("c"), "X"),
    "an array of no numbers": (array("d"), "at least one"),
    "an array too short": (array("d", [1, 2]), "3 numbers", "2"),
    "three dimensions": (memoryview(bytes(48)).cast("d", (1, 2, 3)), "X", "3"),
    "a long text in it": ([["x" * 10000, 2, 3]], "X[0][0]", "xxx"),
    "a long list in it": ([[[1] * 10000, 2, 3]], "X[0][0]"),
    "a long row in it": ([[1, 2, 3], "x" * 10000], "X[1]", "xxx"),
    "a row that is longer than it says": ([LongRow()], "X[0]", "3 numbers"),
}


@pytest.mark.parametrize("form", [list, tuple, lambda row: array("d", row)])
def test_samples_one_after_the_other_in_one_row(engine, form):
    net, said = network(engine), "or a list of such rows, got 300 numbers in one row"
    refused(lambda: net.predict(form([0.5] * 300)), "X: expected a row of 3 numbers, " + said)
    Y = form([0.5] * 300)
    numbers = linear(engine, [[1.0, 2.0]] * 3, [0.0, 0.0])
    refused(lambda: numbers.gradients(ROWS, Y), "Y: expected a row of 2 numbers, " + said)


@pytest.mark.parametrize("name", WRONG_SAMPLES)
def test_wrong_samples(engine, no_arithmetic, name):
    X, *words = WRONG_SAMPLES[name]
    net = network(engine)
    before = bits(net.get_weights())
    refused(lambda: net.predict(X), "X", *words)
    refused(lambda: net.gradients(X, TARGETS), "X")
    refused(lambda: net.fit(X, TARGETS, epochs=1, learning_rate=0.1), "X")
    assert bits(net.get_weights()) == before


WRONG_ARRAYS = {
    "0 dimensions": (lambda np: np.array(1.0), "X", "0"),
    "3 dimensions": (lambda np: np.ones((1, 2, 3)), "X", "3"),
    "no rows": (lambda np: np.ones((0, 3)), "(0, 3)"),
    "no columns": (lambda np: np.ones((2, 0)), "(2, 0)"),
    "nothing": (lambda np: np.ones(0), "X"),
    "narrow": (lambda np: np.ones((2, 2)), "3 numbers", "2"),
    "transposed": (lambda np: np.array(ROWS).T, "3 numbers", "2"),
    "flat and wide": (lambda np: np.ones(6), "3 numbers", "6"),
    "a column": (lambda np: np.ones((3, 1)), "3 numbers", "1"),
    "complex": (lambda np: np.ones((2, 3), complex), "numbers"),
    "objects": (lambda np: np.array([[1, 2, None]], object), "X"),
    "text": (lambda np: np.array([["1", "2", "3"]]), "numbers"),
    "bytes": (lambda np: np.array([[b"1", b"2", b"3"]]), "numbers"),
    "dates": (lambda np: np.zeros((2, 3), "M8[s]"), "X"),
    "spans of time": (lambda np: np.zeros((2, 3), "m8[s]"), "X"),
    "records": (lambda np: np.zeros((2, 3), [("a", "f8")]), "numbers"),
    "NaN": (lambda np: np.array([[1, 2, 3], [4, 5, NAN]]), "X[1]", "finite", "nan", "2"),
    "NaN in float32": (lambda np: np.array([[1, 2, NAN]], "f4"), "X[0][2]", "finite", "nan"),
    "NaN in float16": (lambda np: np.array([[1, 2, NAN]], "f2"), "X[0][2]", "finite", "nan"),
    "inf in a column of F order": (lambda np: np.array([[1, INF, 3]] * 2, order="F"), "inf"),
    "NaN in one sample": (lambda np: np.array([1, NAN, 3]), "finite", "nan"),
    "rows of text": (lambda np: [np.array(["1", "2", "3"])], "X[0]", "3 numbers", "'1'"),
    "rows of complex numbers": (lambda np: [np.ones(3, complex)], "X[0]", "3 numbers", "0.j"),
    "complex scalars": (lambda np: [[np.complex128(1), 2, 3]], "X[0][0]"),
    "small complex scalars": (lambda np: [[np.complex64(1), 2, 3]], "X[0][0]"),
    "dates in a row": (lambda np: [[np.datetime64(1, "s"), 2, 3]], "X[0][0]"),
    "arrays of one number in a row": (lambda np: [[np.ones(1), 2, 3]], "X[0][0]"),
    "matrices in a row": (lambda np: [[np.ones((50, 50)), 2, 3]], "X[0][0]"),
    "rows of 0 dimensions": (lambda np: [np.array(1.0)] * 2, "X"),
    "rows of 2 dimensions": (lambda np: [np.ones((3, 3))], "X[0]"),
    "a long double too large": (
        lambda np: [[np.longdouble("1e4000"), 2, 3]],
        "X[0][0]",
        "finite",
    ),
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_wrong_arrays(engine, no_arithmetic, name):
    np = pytest.importorskip("numpy")
    make, *words = WRONG_ARRAYS[name]
    net = network(engine)
    refused(lambda: net.predict(make(np)), "X", *words)
    refused(lambda: net.gradients(make(np), TARGETS), "X")
    refused(lambda: net.fit(make(np), TARGETS, epochs=1, learning_rate=0.1), "X")


def test_the_engines_refuse_alike(native):
    """The same message, whichever engine computes."""
    for X, *_ in WRONG_SAMPLES.values():
        if isinstance(X, list) and X and hasattr(X[0], "__next__"):
            continue  # the address of what came is in the message
        nets = [Network((3, 4, 2), seed=1, backend=backend) for backend in ("python", "c")]
        messages = []
        for net in nets:
            with pytest.raises((ValueError, TypeError)) as caught:
                net.predict(X)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]


# Targets


@pytest.mark.parametrize(
    "Y", [[1, 2], (1, 2), [[1], [2]], [[1], 2], range(1, 3), array("d", [1, 2]), array("b", [1, 2])]
)
def test_targets_of_one_output(engine, Y):
    net = network(engine, (3, 1))
    expected = net.gradients(ROWS, [[1.0], [2.0]])
    assert net.gradients(ROWS, Y) == expected


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", ">f8", "i8", "u1"])
@pytest.mark.parametrize("shape", [(2,), (2, 1)])
def test_targets_of_one_output_as_numpy_array(engine, dtype, shape):
    np = pytest.importorskip("numpy")
    net = network(engine, (3, 1))
    Y = np.array([1, 2], dtype).reshape(shape)
    assert net.gradients(ROWS, Y) == net.gradients(ROWS, [[1.0], [2.0]])


WRONG_TARGETS = {
    "None": (None, "NoneType"),
    "a number": (1, "int"),
    "text": ("10", "str"),
    "bytes that are characters": (b"10", "Y[0]", "class from 0 to 1", "got 49"),
    "a generator": (iter(TARGETS), "iterator"),
    "nothing": ([], "at least one"),
    "too few": ([[1, 0]], "2 rows", "1"),
    "too many": ([[1, 0]] * 3, "2 rows", "3"),
    "a flat list of numbers": ([0.5, 0.5], "Y[0]", "class", "whole number", "got 0.5"),
    "narrow": ([[1], [0]], "Y[0]", "2 numbers", "1"),
    "wide": ([[1, 0, 0]] * 2, "Y[0]", "2 numbers", "3"),
    "ragged": ([[1, 0], [1]], "Y[1]", "2 numbers", "1"),
    "NaN": ([[1, 0], [NAN, 1]], "Y[1][0]", "finite", "nan"),
    "inf": ([[1, INF], [0, 1]], "Y[0][1]", "finite", "inf"),
    "text in it": ([[1, "0"], [0, 1]], "Y[0][1]", "'0'"),
    "None in it": ([[1, None], [0, 1]], "Y[0][1]", "None"),
    "sets": ([{1, 0}, {0, 1}], "Y[0]"),
}


@pytest.mark.parametrize("name", WRONG_TARGETS)
def test_wrong_targets(engine, no_arithmetic, name):
    Y, *words = WRONG_TARGETS[name]
    net = network(engine)
    before = bits(net.get_weights())
    refused(lambda: net.gradients(ROWS, Y), "Y", *words)
    refused(lambda: net.fit(ROWS, Y, epochs=1, learning_rate=0.1), "Y")
    assert bits(net.get_weights()) == before


WRONG_TARGETS_OF_ONE_OUTPUT = {
    "None": (None, "NoneType"),
    "a number": (1, "int"),
    "text": ("10",),
    "bytes": (b"\1\0",),
    "a bytearray": (bytearray(b"\1\0"),),
    "strings": (["1", "0"], "Y[0]", "'1'"),
    "a set": ({0, 1}, "set"),
    "a dict": ({0: 1, 1: 0}, "dict"),
    "dicts": ([{0: 1}, {1: 0}], "Y[0]"),
    "sets": ([{0}, {1}], "Y[0]"),
    "too few": ([1], "2 rows", "1"),
    "too many": (array("d", [1, 0, 1]), "2 rows", "3"),
    "NaN": ([1, NAN], "Y[1]", "nan"),
    "NaN in an array": (array("d", [1, NAN]), "Y[1]", "nan"),
    "empty rows": ([[], []], "Y[0]", "0"),
    "one-hot": (TARGETS, "Y[0]", "2"),
}


@pytest.mark.parametrize("name", WRONG_TARGETS_OF_ONE_OUTPUT)
def test_wrong_targets_of_one_output(engine, no_arithmetic, name):
    Y, *words = WRONG_TARGETS_OF_ONE_OUTPUT[name]
    refused(lambda: network(engine, (3, 1)).gradients(ROWS, Y), "Y", *words)


@pytest.mark.parametrize(
    "make",
    [
        lambda np: np.array(["1", "0"]),
        lambda np: np.array([1 + 0j, 0]),
        lambda np: np.array(1.0),
        lambda np: np.ones((2, 1, 1)),
        lambda np: np.ones((1, 2)),
        lambda np: np.ones(0),
        lambda np: np.zeros(2, "M8[s]"),
        lambda np: np.array([1, NAN], "f2"),
    ],
)
def test_wrong_target_arrays(engine, no_arithmetic, make):
    np = pytest.importorskip("numpy")
    refused(lambda: network(engine, (3, 1)).gradients(ROWS, make(np)), "Y")


# Gradients


def test_gradients_by_hand(engine):
    # a = 3·2 + 1 = 7, loss (7 − 5)² = 4, dL/da = 2·2, dW = 4·2, db = 4
    net = linear(engine, [[3.0]], [1.0])
    assert net.gradients([2], [5]) == (4.0, [([[8.0]], [4.0])])
    # the mean with x = 0, y = 0: a = 1, loss 1, dL/da 2, dW 0, db 2
    assert net.gradients([[2], [0]], [5, 0]) == (2.5, [([[4.0]], [3.0])])
    # two outputs share the mean: a = (7, 7), losses 4 and 0
    net = linear(engine, [[3.0, 3.0]], [1.0, 1.0])
    assert net.gradients([2], [5, 7]) == (2.0, [([[4.0, 0.0]], [2.0, 0.0])])


def test_gradients_change_nothing(engine):
    net = network(engine)
    before = bits(net.get_weights())
    X, Y = [list(row) for row in ROWS], [list(row) for row in TARGETS]
    loss, gradients = net.gradients(X, Y)
    assert bits(net.get_weights()) == before and (X, Y) == (ROWS, TARGETS)
    gradients[0][0][0][0] = gradients[0][1][0] = 99.0
    assert bits(net.get_weights()) == before
    assert type(loss) is float and [len(dW) for dW, _ in gradients] == [3, 4]


# Training


def test_a_step_by_hand(engine):
    net = linear(engine, [[3.0]], [1.0])
    history = net.fit([2], [5], epochs=1, learning_rate=0.125)
    assert history.history == {"loss": [4.0]}  # taken before the step
    assert net.get_weights() == [([[2.0]], [0.5])]  # 3 − 8/8, 1 − 4/8


def test_batches_by_hand(engine):
    X, Y = [[2], [0], [1]], [5, 0, 3]
    # the whole batch: errors 2, 1, 1: dW = 2·(2·2 + 0 + 1)/3, db = 2·(2 + 1 + 1)/3
    net = linear(engine, [[3.0]], [1.0])
    net.fit(X, Y, epochs=1, learning_rate=0.375)
    assert net.get_weights() == [([[3.0 - 0.375 * (10 / 3)]], [1.0 - 0.375 * (8 / 3)])]
    # two and one: errors 2 and 1 give dW = 4, db = 3; then 1·2.5 + 0.625 − 3 = 0.125
    net = linear(engine, [[3.0]], [1.0])
    history = net.fit(X, Y, epochs=1, learning_rate=0.125, batch_size=2)
    assert net.get_weights() == [([[2.5 - 0.125 * 0.25]], [0.625 - 0.125 * 0.25])]
    assert history.history == {"loss": [(4.0 + 1.0 + 0.125 * 0.125) / 3]}


def test_batches_larger_than_the_data_are_the_whole(engine):
    results = []
    for batch_size in (None, 2, 3, 10**30, 2**64):
        net = network(engine)
        net.fit(ROWS, TARGETS, epochs=2, learning_rate=0.1, batch_size=batch_size)
        results.append(bits(net.get_weights()))
    assert all(result == results[0] for result in results)


def test_training_can_be_continued(engine):
    at_once, in_parts = network(engine), network(engine)
    whole = at_once.fit(ROWS, TARGETS, epochs=5, learning_rate=0.5)
    first = in_parts.fit(ROWS, TARGETS, epochs=2, learning_rate=0.5)
    second = in_parts.fit(ROWS, TARGETS, epochs=3, learning_rate=0.5)
    assert bits(in_parts.get_weights()) == bits(at_once.get_weights())
    losses = first.history["loss"] + second.history["loss"]
    assert len(losses) == 5 and bits(losses) == bits(whole.history["loss"])


def test_shuffling_takes_numpys_permutations(engine):
    np = pytest.importorskip("numpy")
    X = [[float(i), float(i * i)] for i in range(9)]
    Y = [float(i % 2) for i in range(9)]
    net, by_hand = network(engine, (2, 1)), network(engine, (2, 1))
    options = {"learning_rate": 0.01, "batch_size": 2}
    history = net.fit(X, Y, epochs=3, shuffle=True, seed=7, **options)
    assert history.seed == 7
    stream = np.random.RandomState(7)
    losses = []
    for _ in range(3):
        order = stream.permutation(9)
        part = by_hand.fit([X[i] for i in order], [Y[i] for i in order], epochs=1, **options)
        losses += part.history["loss"]
    assert bits(net.get_weights()) == bits(by_hand.get_weights())
    assert bits(history.history["loss"]) == bits(losses)


def test_shuffling_without_a_seed_keeps_the_one_it_drew(engine):
    X, Y = [[float(i)] for i in range(9)], [float(i % 2) for i in range(9)]
    options = {"epochs": 2, "learning_rate": 0.5, "batch_size": 1, "shuffle": True}
    one, other = network(engine, (1, 1)), network(engine, (1, 1))
    seed = one.fit(X, Y, **options).seed
    assert 0 <= seed < 2**32
    other.fit(X, Y, seed=seed, **options)
    assert bits(one.get_weights()) == bits(other.get_weights())
    assert network(engine).fit(ROWS, TARGETS, epochs=1, learning_rate=1).seed is None


def test_training_leaves_the_data_alone(engine):
    np = pytest.importorskip("numpy")
    X, Y = np.array(ROWS), np.array(TARGETS)
    network(engine).fit(X, Y, epochs=3, learning_rate=0.5, batch_size=1, shuffle=True, seed=1)
    assert X.tolist() == ROWS and Y.tolist() == TARGETS


def test_a_training_ends_where_its_loss_is_not_finite_any_more(engine):
    """It keeps the last weights that were good, and says so; the next one can go on."""
    net = linear(engine, [[3.0]], [1.0])
    before = net.get_weights()
    with pytest.warns(TrainingWarning, match="epoch 1.*not finite.*learning_rate"):
        history = net.fit([[1e200]], [[0.0]], epochs=3, learning_rate=1.0)
    assert history.history["loss"] == [] and net.get_weights() == before
    X, Y = [[1.0], [2.0], [-3.0]], [[1.0], [0.0], [2.0]]
    with pytest.warns(TrainingWarning, match="not finite"):
        history = net.fit(X, Y, epochs=10_000, learning_rate=0.7, batch_size=2)
    epochs = len(history.history["loss"])
    assert 10 < epochs < 9_000 and all(map(isfinite, history.history["loss"]))
    same = linear(engine, [[3.0]], [1.0])
    same.fit(X, Y, epochs=epochs, learning_rate=0.7, batch_size=2)
    assert bits(same.get_weights()) == bits(net.get_weights())
    with pytest.warns(TrainingWarning):
        assert same.fit(X, Y, epochs=1, learning_rate=0.7, batch_size=2).history["loss"] == []


@pytest.mark.parametrize("learning_rate", [1, 0.25, Fraction(1, 4), Decimal("0.25"), 5e-324])
def test_learning_rates(engine, learning_rate):
    net = linear(engine, [[3.0]], [1.0])
    net.fit([2], [5], epochs=1, learning_rate=learning_rate)
    rate = float(learning_rate)
    assert net.get_weights() == [([[3.0 - rate * 8.0]], [1.0 - rate * 4.0])]


WRONG_WAYS_TO_TRAIN = [
    ("epochs", 0),
    ("epochs", -1),
    ("epochs", True),
    ("epochs", 1.5),
    ("epochs", 2.0),
    ("epochs", None),
    ("epochs", "3"),
    ("epochs", [1]),
    ("epochs", NAN),
    ("learning_rate", 0),
    ("learning_rate", -0.0),
    ("learning_rate", -0.1),
    ("learning_rate", NAN),
    ("learning_rate", INF),
    ("learning_rate", "0.1"),
    ("learning_rate", 1j),
    ("learning_rate", [0.1]),
    ("learning_rate", 10**400),
    ("learning_rate", Decimal("sNaN")),
    ("batch_size", 0),
    ("batch_size", -1),
    ("batch_size", True),
    ("batch_size", 1.5),
    ("batch_size", "1"),
    ("batch_size", [1]),
    ("shuffle", "no"),
    ("shuffle", None),
    ("shuffle", []),
    ("seed", -1),
    ("seed", 2**32),
    ("seed", 1.5),
    ("seed", True),
    ("seed", "1"),
]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("name", "value"), WRONG_WAYS_TO_TRAIN)
def test_wrong_ways_to_train(engine, no_arithmetic, name, value, shuffle):
    options = {"epochs": 1, "learning_rate": 0.1, "shuffle": shuffle, name: value}
    net = network(engine)
    before = bits(net.get_weights())
    refused(lambda: net.fit(ROWS, TARGETS, **options), name)
    assert bits(net.get_weights()) == before


def test_wrong_numpy_numbers_to_train_with(engine, no_arithmetic):
    np = pytest.importorskip("numpy")
    options = {"epochs": 1, "learning_rate": 0.1}
    for name, value in (
        ("learning_rate", np.complex64(1)),
        ("learning_rate", np.array([0.1, 0.2])),
        ("learning_rate", np.float64("nan")),
        ("epochs", np.float64(1)),
        ("batch_size", np.array([1, 2])),
    ):
        net = network(engine)
        refused(lambda: net.fit(ROWS, TARGETS, **{**options, name: value}), name)  # noqa: B023


def test_epochs_have_no_default(engine):
    for options in ({}, {"learning_rate": 0.1}):
        with pytest.raises(TypeError):
            network(engine).fit(ROWS, TARGETS, **options)
    with pytest.raises(TypeError):
        network(engine).fit(ROWS, TARGETS, 1, 0.1)


def test_refusal_in_training_keeps_what_was_learned(engine):
    net = network(engine)
    net.fit(ROWS, TARGETS, epochs=3, learning_rate=0.5)
    learned = bits(net.get_weights())
    refused(lambda: net.fit(ROWS, [[1, 0], [NAN, 1]], epochs=1, learning_rate=0.5), "Y[1][0]")
    assert bits(net.get_weights()) == learned


# Both engines


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_same_call_gives_the_same_bits(native, activation, loss):
    last = "softmax" if LOSSES[loss].of_probabilities else activation
    X = [[0.1 * i - 0.3 * j for j in range(3)] for i in range(5)]
    Y = [[i % 3 / 2.0, 1.0 - i % 3 / 2.0] for i in range(5)]
    results = []
    for backend in ("python", "c"):
        net = Network([3, 4, 2], activations=[activation, last], loss=loss, seed=3, backend=backend)
        value, gradients = net.gradients(X, Y)
        history = net.fit(
            X, Y, epochs=3, learning_rate=0.7, batch_size=2, shuffle=True, seed=11
        ).history["loss"]
        results.append(bits([value, gradients, history, net.get_weights(), net.predict(X)]))
    assert results[0] == results[1]


@pytest.mark.parametrize("wrong", [7.0, -0.1, 1.0000001])
def test_targets_of_a_cross_entropy_lie_between_0_and_1(engine, wrong):
    net = Network([2, 1], loss="binary_cross_entropy", seed=1, backend=engine.name)
    with pytest.raises(ValueError, match=r"Y\[1\]: binary_cross_entropy expects targets from 0 to"):
        net.fit([[0, 1], [1, 0]], [0, wrong], epochs=1, learning_rate=0.1)
    assert Network([2, 1], seed=1, backend=engine.name).gradients([0, 1], [wrong])[0] >= 0.0


def test_targets_as_a_memoryview_of_one_column(engine):
    """Which Python can't take apart into rows."""
    rows = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    lists, view = (Network([2, 3, 1], seed=1, backend=engine.name) for _ in range(2))
    column = memoryview(struct.pack("3d", 0.25, 0.5, 0.75)).cast("B").cast("d", (3, 1))
    lists.fit(rows, [[0.25], [0.5], [0.75]], epochs=2, learning_rate=0.5)
    view.fit(rows, column, epochs=2, learning_rate=0.5)
    assert view.get_weights() == lists.get_weights()


SOFTMAX = {"activations": "softmax", "loss": "categorical_cross_entropy", "bias": False}


@pytest.mark.parametrize("wrong", [(1.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.5, 0.5 + 2e-6, 0.0)])
def test_softmax_targets_that_do_not_sum_to_1_are_refused(engine, wrong):
    """With (1, 1, 0), A − Y is −0.699, −0.668, 0.367; the gradient of the loss that would be
    reported is −0.399, −0.336, 0.734, by differences."""
    net = Network([1, 3], seed=1, backend=engine.name, **SOFTMAX)
    net.set_weights([([[0.1, 0.2, 0.3]], [0.0] * 3)])
    before = bits(net.get_weights())
    for call in (
        lambda: net.gradients([[1.0]], [wrong]),
        lambda: net.fit([[1.0]] * 2, [[1, 0, 0], wrong], epochs=1, learning_rate=0.1),
    ):
        refused(call, "Y[", "categorical_cross_entropy after softmax", "sum to 1", "got a sum of")
    assert bits(net.get_weights()) == before


@pytest.mark.parametrize("row", [0, 1, 2, 3, 9, 10])
@pytest.mark.parametrize(("value", "words"), [(-1.0, "from 0 to 1"), (0.5, "sum to 1")])
def test_wrong_targets_are_named_wherever_they_stand(engine, row, value, words, monkeypatch):
    """Also behind what one call of C looks at."""
    if engine.name == "c":
        monkeypatch.setattr("purenn.native.engine.AT_ONCE", 8)
    Y = [[0.0, 1.0, 0.0] for _ in range(11)]
    Y[row][2] = value
    net = Network([1, 3], seed=1, backend=engine.name, **SOFTMAX)
    refused(lambda: net.gradients([[1.0]] * 11, Y), f"Y[{row}]", words)


def test_softmax_targets_of_float32_are_accepted(engine):
    rows = [struct.unpack("10f", struct.pack("10f", *[0.1] * 10)), [0.05] * 9 + [0.55]]
    net = Network([1, 10], seed=1, backend=engine.name, **SOFTMAX)
    assert sum(rows[0]) != 1.0
    net.fit([[1.0]] * 2, rows, epochs=1, learning_rate=0.1)


@pytest.mark.parametrize(
    "Y", [(0.5, 0.25, 0.25), (0.0, 1.0, 0.0), (0.3333333, 0.3333333, 0.3333333)]
)
def test_the_gradient_of_softmax_is_that_of_the_loss(engine, Y):
    w, h = [0.1, 0.2, 0.3], 2.0**-18

    def loss_and_gradient(w):
        net = Network([1, 3], seed=1, backend=engine.name, **SOFTMAX)
        net.set_weights([([w], [0.0] * 3)])
        loss, [(dW, _)] = net.gradients([[1.0]], [Y])
        return loss, dW[0]

    gradient = loss_and_gradient(w)[1]
    for k in range(3):
        up, down = ([*w[:k], w[k] + d, *w[k + 1 :]] for d in (h, -h))
        difference = (loss_and_gradient(up)[0] - loss_and_gradient(down)[0]) / (2.0 * h)
        assert abs(difference - gradient[k]) < 1e-6


def test_other_losses_take_any_sums(engine):
    net = Network([1, 3], activations="softmax", seed=1, backend=engine.name)
    net.gradients([[1.0]], [[1.0, 1.0, 0.0]])
    net = Network(
        [1, 3], activations="sigmoid", loss="binary_cross_entropy", seed=1, backend=engine.name
    )
    net.gradients([[1.0]], [[1.0, 1.0, 0.0]])


def test_views_of_several_dimensions_as_rows(engine):
    """Python can't take them apart: they are refused as any other row that is none."""
    view = memoryview(bytes(8 * 6)).cast("d", (2, 3))
    refused(lambda: network(engine).predict([view, view]), "X[0]", "row of 3 numbers")
    refused(lambda: network(engine).fit([view], TARGETS, epochs=1, learning_rate=0.1), "X[0]")
    weights = [(view, [0.0] * 4), (ROWS, [0.0] * 2)]
    refused(lambda: network(engine).set_weights(weights), "weights[0] W")


def test_the_time_of_a_prediction_grows_with_the_layers(engine):
    """Sixteen times the layers take at most some 16 times as long; their square would be 256."""

    def seconds(layers):
        net = Network([1] * (layers + 1), seed=1, backend=engine.name)
        x, times = array("d", [0.5]), []
        for _ in range(5):
            begin = perf_counter()
            net.predict(x)
            times.append(perf_counter() - begin)
        return min(times)

    assert seconds(4800) < 64 * seconds(300)
