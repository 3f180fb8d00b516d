"""Input scaling and labels of a Network: what they mean, what is refused, on both engines."""

from array import array
from decimal import Decimal
from functools import partial

import pytest
from bits import bits
from cases import EDGES, OTHERS, PROBABILITIES
from test_network import refused

from purenn import Network, reference

NAN, INF = float("nan"), float("inf")

X = [[1.0, 20.0, 255.0], [4.0, 0.0, 51.0], [2.5, -7.0, 0.0]]
Y = [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]
OFFSET, SCALE = [1.0, -3.0, 0.1], [0.3, -10.0, 255.0]


def network(engine, sizes=(3, 4, 2), **options):
    return Network(sizes, seed=1, backend=engine.name, **options)


def preparation(engine, **options):
    return network(engine, **options).architecture.preparation


def single(engine, w, b, **options):
    """One sigmoid of as many inputs as there are weights."""
    net = network(engine, (len(w), 1), **options)
    net.set_weights([([[value] for value in w], [b])])
    return net


refused = partial(refused, lines=1)


# What is computed


def test_scaled_by_hand(engine):
    options = {"activations": "identity", "input_offset": [1, 2], "input_scale": [2, -4]}
    net = network(engine, (2, 1), **options)
    net.set_weights([([[10.0], [1.0]], [0.5])])
    assert net.predict([5, 4]) == [10.0 * 2.0 - 0.5 + 0.5]
    assert net.predict([[1, 2], [3, 2], [1, -2]]) == [[0.5], [10.5], [1.5]]
    # one number for all inputs; one of the two alone
    for options, x in (
        ({"input_offset": 3}, [4, 5]),
        ({"input_scale": -0.5}, [-0.5, -1]),
        ({"input_offset": 1, "input_scale": 255}, [256, 511]),
    ):
        net = network(engine, (2, 1), activations="identity", **options)
        net.set_weights([([[10.0], [1.0]], [0.5])])
        assert net.predict(x) == [12.5]


def test_what_is_held(engine):
    held = preparation(engine)
    assert (held.input_offset, held.input_scale, held.labels) == (None, None, None)
    held = preparation(engine, input_scale=255, labels=["no", "yes"])
    assert (held.input_offset, held.input_scale) == (None, (255.0,) * 3)
    assert held.labels == ("no", "yes")
    given = [1, 2, 3]
    held = preparation(engine, input_offset=given, input_scale=array("f", [0.5] * 3))
    given[0] = 99
    assert bits(held.input_offset) == bits([1.0, 2.0, 3.0])
    assert bits(held.input_scale) == bits([0.5] * 3)


def scaled(np, rows):
    """(x − offset) / scale as NumPy computes it."""
    return ((np.array(rows, "f8") - np.array(OFFSET)) / np.array(SCALE)).tolist()


@pytest.mark.parametrize("form", ["list", "f8", "f4", "u1", "f2", "i8", ">f8", "F", "offset"])
def test_as_a_network_without_scaling_on_scaled_inputs(engine, form):
    """Bit for bit: outputs, gradients, losses and weights, whatever the inputs come in."""
    np = pytest.importorskip("numpy")
    rows = np.abs(np.array(X))
    given = {
        "list": rows.tolist(),
        "F": np.asfortranarray(rows),
        "offset": np.frombuffer(b"x" + rows.tobytes(), offset=1).reshape(3, 3),
    }
    inputs = given[form] if form in given else rows.astype(form)
    S = scaled(np, inputs)
    before = np.array(inputs).tobytes()
    net = network(engine, input_offset=OFFSET, input_scale=SCALE)
    plain = network(engine)
    assert bits(net.predict(inputs)) == bits(plain.predict(S))
    assert bits([net.predict(row) for row in inputs]) == bits(plain.predict(S))
    loss, gradients = net.gradients(inputs, Y)
    expected_loss, expected = plain.gradients(S, Y)
    assert bits(loss) == bits(expected_loss) and bits(gradients) == bits(expected)
    options = {"epochs": 3, "learning_rate": 0.5, "batch_size": 2, "shuffle": True, "seed": 7}
    losses = net.fit(inputs, Y, **options).history["loss"]
    assert bits(losses) == bits(plain.fit(S, Y, **options).history["loss"])
    assert bits(net.get_weights()) == bits(plain.get_weights())
    assert np.array(inputs).tobytes() == before


def test_without_numpy(engine):
    """Lists, arrays and memoryviews against the reference."""
    S = reference.scale_inputs(X, OFFSET, SCALE)
    expected = bits(network(engine).predict(S))
    net = network(engine, input_offset=OFFSET, input_scale=SCALE)
    flat = array("d", [value for row in X for value in row])
    for given in (X, [array("d", row) for row in X], memoryview(flat).cast("B").cast("d", (3, 3))):
        assert bits(net.predict(given)) == expected
    assert bits([net.predict(array("d", row)) for row in X]) == expected


def test_many_bytes_with_few_that_are_not_zero(engine):
    """0 stays 0 in scaling by a number: what is left out changes no bit."""
    np = pytest.importorskip("numpy")
    stream = np.random.default_rng(1)
    images = stream.integers(1, 256, (70, 100)) * (stream.random((70, 100)) < 0.05)
    targets = stream.random((70, 2))
    net = network(engine, (100, 5, 2), input_scale=255)
    plain = network(engine, (100, 5, 2))
    options = {"epochs": 2, "learning_rate": 0.5, "batch_size": 10}
    net.fit(images.astype("u1"), targets, **options)
    plain.fit(images / 255.0, targets, **options)
    assert bits(net.get_weights()) == bits(plain.get_weights())
    assert bits(net.predict(images.astype("u1"))) == bits(plain.predict(images / 255.0))


def test_nothing_changes_without_scaling(native, monkeypatch):
    """Buffers go to C where they lie, a single row by the shortest way."""
    monkeypatch.setattr(native.core.lib, "pn_scale_inputs", None)
    net = Network([3, 4, 2], seed=1, backend="c", labels=["no", "yes"])
    rows = []
    of = type(net.weights)
    row = of.row
    monkeypatch.setattr(of, "row", lambda self, x: rows.append(x) or row(self, x))
    net.predict(array("d", X[0]))
    net.classify(array("d", X[0]))
    assert len(rows) == 2
    net.fit(X, Y, epochs=1, learning_rate=0.1)


def test_every_finite_edge(engine):
    """Where NumPy's quotient is finite the bits of the plain network on it, else refused."""
    np = pytest.importorskip("numpy")
    finite = [x for x in EDGES if abs(x) < INF]
    inputs = np.array(finite)[:, None]
    plain = network(engine, (1, 1), activations="identity")
    for offset in finite:
        for scale in finite:
            if scale == 0.0:
                continue
            options = {"input_offset": offset, "input_scale": scale}
            net = network(engine, (1, 1), activations="identity", **options)
            with np.errstate(over="ignore", under="ignore"):
                S = (inputs - offset) / scale
            for x, s in zip(inputs, S):
                if abs(s[0]) < INF:
                    assert bits(net.predict(x)) == bits(plain.predict(s)), (x, offset, scale)
                else:
                    refused(lambda: net.predict(x), "after scaling")  # noqa: B023


@pytest.mark.parametrize(
    ("offset", "scale", "x", "found"),
    [(-1e308, 1, 1.7e308, "inf"), (0, 1e-308, -1e3, "-inf"), (1e308, -0.5, -1e308, "inf")],
)
def test_inputs_that_overflow_in_scaling(engine, offset, scale, x, found):
    net = network(engine, (2, 1), input_offset=[0, offset], input_scale=[1, scale])
    before = bits(net.get_weights())
    rows = [[1.0, offset], [2.0, x]]
    words = "X[1][1]", "expected finite numbers after scaling", f"got {found};"
    np = pytest.importorskip("numpy")
    for given in (rows, np.array(rows)):
        refused(lambda: net.predict(given), *words)  # noqa: B023
        refused(lambda: net.classify(given), *words)  # noqa: B023
        refused(lambda: net.gradients(given, [0, 1]), *words)  # noqa: B023
        refused(lambda: net.fit(given, [0, 1], epochs=1, learning_rate=1), *words)  # noqa: B023
    refused(lambda: net.predict(rows[1]), "X[0][1]", *words[1:])
    assert bits(net.get_weights()) == before


def test_numbers_that_are_not_finite_are_refused_before_scaling(engine):
    net = network(engine, (1, 1), input_scale=1e308)
    refused(lambda: net.predict([INF]), "X[0][0]", "expected finite numbers, got inf")


WRONG_SCALING = {
    "text": ("1", "'1'"),
    "bytes": (b"123", "123"),
    "too short": ([1, 2], "3", "2"),
    "too long": ([1, 2, 3, 4], "3", "4"),
    "empty": ([], "3", "0"),
    "rows": ([[1, 2, 3]], "1"),
    "a set": ({1, 2, 3}, "{1, 2, 3}"),
    "a dict": ({0: 1, 1: 2, 2: 3}, "0: 1"),
    "NaN": (NAN, "finite", "nan"),
    "inf": ([1, INF, 2], "[1]", "finite", "inf"),
    "None in it": ([1, 2, None], "[2]", "None"),
    "text in it": ([1, "2", 3], "[1]", "'2'"),
    "complex": (1j, "1j"),
    "an integer too large": (10**400, "integer"),
    "a Decimal NaN": (Decimal("NaN"), "finite"),
}


@pytest.mark.parametrize("option", ["input_offset", "input_scale"])
@pytest.mark.parametrize("name", WRONG_SCALING)
def test_wrong_scaling(engine, name, option):
    wrong, *words = WRONG_SCALING[name]
    refused(lambda: network(engine, **{option: wrong}), option, *words)


@pytest.mark.parametrize("scale", [0, 0.0, -0.0, False, Decimal(0)])
def test_a_scale_of_0(engine, scale):
    refused(lambda: network(engine, input_scale=scale), "input_scale[0]", "other than 0")
    refused(lambda: network(engine, input_scale=[1, 2, scale]), "input_scale[2]", "other than 0")


# Classes


def test_classes_by_hand(engine):
    net = network(engine, (1, 3))
    net.set_weights([([[1.0, 1.0, -1.0]], [0.0, 0.0, 0.0])])
    assert net.classify([[2], [-2], [0]]) == [0, 2, 0]  # the first among equals
    assert net.classify([-2]) == 2 and net.classify(array("d", [2])) == 0
    assert {type(number) for number in net.classify([[2], [-2]])} == {int}
    net = single(engine, [1.0], 0.0)
    assert net.classify([[-1], [0], [5e-324], [1e-15], [1]]) == [0, 0, 0, 1, 1]  # 0.5 is not above
    assert net.classify([1]) == 1


def test_classes_are_numpys_argmax(engine):
    np = pytest.importorskip("numpy")
    samples = np.random.default_rng(1).normal(size=(50, 3))
    net = network(engine, (3, 5, 4), activations=["tanh", "softmax"], input_scale=0.5)
    classes = net.classify(samples)
    assert classes == np.argmax(net.predict(samples), axis=1).tolist()
    assert len(set(classes)) > 1


def test_labels_instead_of_numbers(engine):
    net = single(engine, [1.0], 0.0, labels=("off", "on"))
    assert net.classify([[-1], [0], [1]]) == ["off", "off", "on"]
    assert net.classify([1]) == "on"
    net = network(engine, (1, 2), activations="softmax", labels=["first", "second"])
    net.set_weights([([[1.0, -1.0]], [0.0, 0.0])])
    assert net.classify([[1], [0], [-1]]) == ["first", "first", "second"]


@pytest.mark.parametrize("activation", OTHERS)
def test_classes_need_probabilities(engine, activation):
    net = network(engine, activations=["sigmoid", activation])
    refused(lambda: net.classify(X), " or ".join(PROBABILITIES), f"got {activation}", "predict")
    labels = ["no", "yes"]
    refused(lambda: network(engine, activations=activation, labels=labels), "labels", activation)


@pytest.mark.parametrize("n_out", [1, 2])
def test_an_output_that_is_no_number_has_no_class(engine, n_out):
    net = network(engine, (2, n_out))
    net.set_weights([([[1.7e308] * n_out, [-1.7e308] * n_out], [0.0] * n_out)])
    assert bits(net.predict([10, 10])) == ["nan"] * n_out
    refused(lambda: net.classify([[0, 0], [10, 10]]), "nan")
    assert net.classify([0, 0]) == 0


def test_wrong_samples_to_classify(engine):
    net = network(engine)
    for wrong in (None, [], [1, 2], [[1, NAN, 3]], "123"):
        refused(lambda: net.classify(wrong), "X")  # noqa: B023


WRONG_LABELS = {
    "text": ("ab", "'ab'"),
    "a number": (2, "2"),
    "a set": ({"a", "b"}, "list of strings"),
    "a dict": ({"a": 0, "b": 1}, "list of strings"),
    "none": ([], "2", "0"),
    "too few": (["a"], "2", "1"),
    "too many": (["a", "b", "c"], "2", "3"),
    "numbers": ([0, 1], "labels[0]", "0"),
    "None in it": (["a", None], "labels[1]", "None"),
    "bytes": ([b"a", b"b"], "labels[0]", "b'a'"),
    "empty": (["a", ""], "labels[1]", "1 to 255", "0"),
    "equal": (["same", "same"], "labels[1]", "'same'"),
    "long": (["a" * 256, "b"], "labels[0]", "1 to 255", "256"),
    "long and equal": (["a" * 255] * 2, "labels[1]", "aaa"),
    "from right to left": (["a\u200f", "b"], "labels[0]", "control"),
}


@pytest.mark.parametrize("name", WRONG_LABELS)
def test_wrong_labels(engine, name):
    wrong, *words = WRONG_LABELS[name]
    refused(lambda: network(engine, labels=wrong), "labels", *words)
    refused(lambda: network(engine, (3, 1), labels=wrong), "labels", *words)


CONTROLS = [*range(32), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
CONTROLS += [0xD800, 0xDBFF, 0xDC00, 0xDFFF]


@pytest.mark.parametrize("code", CONTROLS)
def test_control_characters_in_labels(engine, code):
    refused(lambda: network(engine, labels=["a", f"b{chr(code)}"]), "labels[1]", "control")


def test_other_characters_in_labels(engine):
    labels = [" ", "~\xa0\u200d\u2027\u202f\u2065\u206a\ud7ff\ue000\ufeff\U0001f600'\"\\"]
    assert preparation(engine, labels=labels).labels == tuple(labels)


def test_repr_says_what_was_given(engine):
    text = repr(network(engine, (1, 2)))
    assert "input" not in text and "labels" not in text
    text = repr(network(engine, (1, 2), input_scale=255))
    assert "input_scale=(255.0,)" in text and "offset" not in text and "labels" not in text
    text = repr(network(engine, (500, 1), input_offset=0.5, labels=["off", "on"]))
    assert "labels=('off', 'on')" in text and len(text) < 300
    assert "input_offset=(0.5, 0.5," in text and "scale" not in text.split("#")[0]


def test_what_scales_and_names_can_t_be_changed(engine):
    net = network(engine, input_offset=OFFSET, input_scale=SCALE, labels=["a", "b"])
    before = net.predict([[1.0, 2.0, 3.0]])
    held = net.architecture.preparation
    for name in ("input_offset", "input_scale", "labels"):
        values = getattr(held, name)
        with pytest.raises(TypeError):
            values[0] = values[1]
        with pytest.raises(AttributeError):
            setattr(held, name, values[::-1])
    for values in net.architecture.scaling:
        values[0] = 99.0
    assert net.predict([[1.0, 2.0, 3.0]]) == before


def test_labels_as_numpy_has_them(engine):
    np = pytest.importorskip("numpy")
    held = preparation(engine, labels=np.array(["setosa", "virginica"]))
    assert held.labels == ("setosa", "virginica")
