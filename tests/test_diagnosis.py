"""What a training says that may keep it from learning, and where it keeps silent."""

import math
import random
import warnings
from array import array

import pytest
from bits import bits

from purenn import Network, Optimizer, Training, TrainingWarning, diagnosis, door, schedules
from purenn.articles import digits, letters
from purenn.engines import engine as choose

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings
from hypothesis import strategies as st

NUMBERS = {"activations": ["tanh", "identity"]}
RELU = {"activations": ["relu", "identity"]}
CLASSES = {"activations": ["tanh", "softmax"], "loss": "categorical_cross_entropy"}
EDGES = [0.0, -0.0, 5e-324, 1.0, -1.0, 1e3, -1e-3, 1e154, 1e308, -1e308]


def samples(n=50, n_in=3):
    stream = random.Random(1)
    X = [[stream.gauss(0.0, 1.0) for _ in range(n_in)] for _ in range(n)]
    return X, [[x[0]] for x in X]


def network(engine, sizes=(3, 4, 1), seed=1, **settings):
    return Network(sizes, seed=seed, backend=engine.name, **settings)


def said(net, X, Y, **how):
    """What a fit says."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        net.fit(X, Y, **{"epochs": 1, "learning_rate": 0.01, **how})
    assert all(warning.category is TrainingWarning for warning in found)
    assert all(warning.filename == __file__ for warning in found)
    return [str(warning.message) for warning in found]


def is_said(messages, *words):
    """Whether there is one message, with all of these words, and no longer than three lines."""
    assert len(messages) == 1, messages
    assert all(word in messages[0] for word in words), messages
    assert len(messages[0]) < 380 and "inf" not in messages[0] and "nan" not in messages[0]
    return True


def test_an_input_that_never_changes(engine):
    X, Y = samples()
    constant = [[a, b, 7.0] for a, b, _ in X]
    assert is_said(said(network(engine, **NUMBERS), constant, Y), "X: column 2 is 7 in all 50")
    assert said(network(engine, **NUMBERS, bias=False), constant, Y) == []
    assert said(network(engine, **NUMBERS), constant[:9], Y[:9]) == []
    assert said(network(engine, **NUMBERS), [[a, b, 0.0] for a, b, _ in X], Y) == []
    assert said(network(engine, **NUMBERS), [[a, -2.5, -2.5] for a, _, _ in X], Y) == []
    two = [[a, -2.5, 4.0] for a, _, _ in X]
    assert is_said(said(network(engine, **NUMBERS), two, Y), "column 1 is -2.5", "1 column more")


@pytest.mark.parametrize("row", [[1.0, 0.0, 7.0], [0.0, 0.0, 0.0]])
def test_inputs_that_never_change(engine, row):
    Y = samples()[1]
    assert is_said(said(network(engine, **NUMBERS), [row] * 50, Y), "no input differs among all 50")
    assert said(network(engine, **NUMBERS), [row], Y[:1]) == []


def test_inputs_of_different_scales(engine):
    X, Y = samples()
    wide = [[a, 1e5 * b, c] for a, b, c in X]
    assert is_said(
        said(network(engine, **NUMBERS), wide, Y), "column 2 ranges", "column 1 from", "input_scale"
    )
    net = network(engine, **NUMBERS, input_scale=[1.0, 1e5, 1.0])
    assert said(net, wide, Y) == []
    net = network(engine, **NUMBERS, input_scale=[1.0, 1e-5, 1.0])
    assert is_said(said(net, X, Y), "once scaled, ", "scale only once")
    assert said(network(engine, **NUMBERS), [[a, 100.0 * b, c] for a, b, c in X], Y) == []


def test_a_learning_rate_beyond_reason(engine):
    X, Y = samples()
    large = [[300.0 * x for x in row] for row in X]
    for optimizer in ("sgd", "momentum", "nesterov"):
        messages = said(network(engine, **RELU), large, Y, optimizer=optimizer)
        assert "learning_rate: 0.01 is too large for inputs as large as" in messages[0]
    assert said(network(engine, **RELU), large, Y, optimizer="adam") == []
    messages = said(network(engine, **RELU), large, Y, optimizer="adam", learning_rate=30.0)
    assert is_said(messages, "learning_rate: 30 is")
    assert said(network(engine, **RELU), large, Y, optimizer="rprop", learning_rate=0.1) == []
    assert said(network(engine, **NUMBERS), large, Y) == []
    warm = schedules.WarmUp(schedules.Constant(0.01), 10**6)
    assert said(network(engine, **RELU), large, Y, learning_rate=warm) == []


def test_targets_that_outputs_cant_be(engine):
    X, Y = samples()
    for name, limits in [("tanh", "-1 to 1"), ("sigmoid", "0 to 1"), ("relu", "0 and above")]:
        net = network(engine, activations=["tanh", name])
        row = next(s for s, (y,) in enumerate(Y) if not (-1 if name == "tanh" else 0) <= y <= 1)
        if name == "relu":
            row = next(s for s, (y,) in enumerate(Y) if y < 0.0)
        assert is_said(said(net, X, Y), f"Y[{row}] is", f"{name}, the last", limits)
        low = -1.0 if name == "tanh" else 0.0
        limited = [[1.0 if y > 0.0 else low] for (y,) in Y]
        assert said(network(engine, activations=["tanh", name]), X, limited) == []
        assert said(network(engine, activations=["tanh", name]), X[:1], [[low - 1e-9]]) == []


def test_targets_that_are_all_the_same(engine):
    X, Y = samples()
    assert is_said(said(network(engine, **NUMBERS), X, [[2.5]] * 50), "same target, 2.5")
    net = network(engine, (3, 4, 3), **CLASSES, labels=["a", "b", "c"])
    assert is_said(said(net, X, ["b"] * 50), "all 50 samples are of one class, b:")
    assert is_said(said(network(engine, (3, 4, 3), **CLASSES), X, [2] * 50), "class, 2:")
    net = network(engine, activations=["tanh", "sigmoid"], loss="binary_cross_entropy")
    assert is_said(said(net, X, [0] * 50), "class, 0:")
    assert said(network(engine, (3, 4, 3), **CLASSES), X, [2] * 49 + [1]) == []
    assert said(network(engine, (3, 4, 3), **CLASSES), X[:5], [2] * 5) == []


def test_a_loss_that_does_not_move(engine):
    X, Y = samples()
    far = [[5.0 + y] for (y,) in Y]
    messages = said(network(engine, **NUMBERS), X, far, epochs=10, learning_rate=1e-12)
    assert is_said(messages, "in epoch 10; always", "learning_rate 1e-12 is too small")
    assert said(network(engine, **NUMBERS), X, far, epochs=9, learning_rate=1e-12) == []
    assert said(network(engine, **NUMBERS), X, Y, epochs=10, learning_rate=1e-3) == []
    net = network(engine, (3, 1), activations="identity")
    net.fit(X, [[y + x[1] * x[2]] for x, (y,) in zip(X, Y)], epochs=2000, learning_rate=0.3)
    assert said(net, X, [[y + x[1] * x[2]] for x, (y,) in zip(X, Y)], epochs=20) == []  # learned


def test_a_loss_far_above_that_of_a_constant(engine):
    X, Y = samples()
    prices = [[500.0 + 100.0 * y] for (y,) in Y]
    net = network(engine, **RELU)
    assert is_said(said(net, X, prices, epochs=60, optimizer="adam"), "train on (y - mean)")
    scaled = network(engine, **RELU)
    assert said(scaled, X, Y, epochs=60, optimizer="adam") == []
    classes = [s % 3 for s in range(50)]
    net = network(engine, (3, 4, 3), **CLASSES)
    said_of_large_steps = said(net, X, classes, epochs=10, optimizer="adam", learning_rate=100.0)
    assert is_said(said_of_large_steps, "saturated", "try a smaller learning_rate")
    net = network(engine, (3, 3), activations="softmax", loss="categorical_cross_entropy")
    grows = said(net, X, classes, epochs=10, optimizer="adam", learning_rate=100.0)
    assert is_said(grows, "It grows, so steps are too large")


def test_weights_of_zero(engine):
    X, Y = samples()
    net = network(engine, **NUMBERS, initialization="zeros")
    assert is_said(said(net, X, Y), "initialization", "stay alike")
    net.set_weights(network(engine, **NUMBERS).get_weights())
    assert said(net, X, Y) == []
    assert said(network(engine, (3, 1), activations="identity", initialization="zeros"), X, Y) == []


def test_it_is_said_when_it_is_seen(engine):
    """At the tenth epoch, not at the end of a long run."""
    X, Y = samples()
    messages = said(with_bias(network(engine, **RELU), 0, -50.0), X, Y, epochs=500)
    assert is_said(messages, "after 10 epochs, 4 of 4 units are dead")


def with_bias(net, layer, bias):
    weights = net.get_weights()
    W, b = weights[layer]
    weights[layer] = W, [bias] * len(b)
    net.set_weights(weights)
    return net


def test_units_that_are_dead_or_saturated(engine):
    X, Y = samples()
    messages = said(with_bias(network(engine, **RELU), 0, -50.0), X, Y, epochs=10)
    words = "layer 1 (relu, weights[0])", "10 epochs", "4 of 4 units are dead", "leaky_relu"
    assert is_said(messages, *words)
    net = with_bias(network(engine, **NUMBERS), 0, 50.0)
    assert is_said(said(net, X, Y, epochs=12), "10 epochs, 4 of 4 units are saturated", "tanh")
    net = with_bias(network(engine, (3, 1), activations="relu"), 0, -50.0)
    assert is_said(said(net, X, [[abs(y)] for (y,) in Y], epochs=10), "1 of 1 unit is dead")
    net = with_bias(network(engine, **NUMBERS), 0, 50.0)
    assert said(net, X, Y, epochs=9) == []
    net = with_bias(network(engine, (3, 4, 3), **CLASSES), 1, 50.0)
    assert said(net, X, [s % 3 for s in range(50)], epochs=12) == []


def test_some_units_may_be_stuck(engine):
    """Two of four; or all of them, where the network has learned."""
    X, Y = samples()
    net = network(engine, **RELU)
    (W, b), last = net.get_weights()
    net.set_weights([(W, [-50.0, -50.0, *b[2:]]), last])
    assert said(net, X, Y, epochs=10) == []
    steep = [([[50.0, -50.0], [50.0, -50.0]], [-25.0, 75.0]), ([[1.0], [1.0]], [-1.0])]
    net = network(engine, (2, 2, 1), activations=["sigmoid", "identity"])
    net.set_weights(steep)
    XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    assert said(net, XOR, [[0.0], [1.0], [1.0], [0.0]], epochs=12, learning_rate=0.001) == []


def test_each_finding_is_told_once(engine, tmp_path):
    X, Y = samples()
    wide = [[a, 1e5 * b, 7.0] for a, b, _ in X]
    net = with_bias(network(engine, **NUMBERS), 0, 50.0)
    training = Training(net, wide, [[2.5]] * 50, learning_rate=0.01)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        training.step()
        assert len(found) == 3
        training.run(20, callbacks=lambda training, record: None)
        training.save(tmp_path / "training")
        loaded = Training.load(tmp_path / "training", wide, [[2.5]] * 50)
        loaded.run(12)
        training.epoch()
    assert len({str(warning.message) for warning in found}) == len(found)
    assert {warning.filename for warning in found} == {__file__}


def test_who_listens_is_told_after_the_tenth_epoch(engine):
    net, told = with_bias(network(engine, **RELU), 0, -50.0), []
    with pytest.warns(TrainingWarning, match="after 10 epochs"):
        net.fit(*samples(), epochs=15, callbacks=lambda t, record: told.append(t.position[0]))
    assert told == [*range(1, 16)]


def test_many_samples_are_looked_at_sooner(engine):
    assert diagnosis.epochs_to_look_after(997) == [10]
    assert diagnosis.epochs_to_look_after(2000) == [5, 10]
    assert diagnosis.epochs_to_look_after(60_000) == [1, 10]
    X, Y = samples(2000)
    net = with_bias(network(engine, **RELU), 0, -50.0)
    assert is_said(said(net, X, Y, epochs=5), "5 epochs", "all of the 997 evenly spaced samples")
    constant = [[a, b, 7.0] for a, b, _ in X]
    messages = said(network(engine, **NUMBERS), constant, Y)
    assert is_said(messages, "all of the 997 evenly spaced samples")


def test_a_look_takes_no_longer_than_a_part_of_the_training(engine):
    """Of wide samples few are looked at before a single epoch."""
    X, Y = samples(50, 600)
    for x in X:
        x[7] = 7.0
    sizes = (600, 2, 1)
    assert said(network(engine, sizes, **NUMBERS), X, Y) == []
    assert is_said(said(network(engine, sizes, **NUMBERS), X, Y, epochs=8), "column 7 is 7")
    heard = {"epochs": 8, "callbacks": lambda training, record: None}
    assert is_said(said(network(engine, sizes, **NUMBERS), X, Y, **heard), "column 7 is 7")


def test_a_warning_may_be_an_error(engine):
    """Nothing has changed then, and the next run goes on."""
    X, _ = samples()
    net = network(engine, **NUMBERS)
    before = net.get_weights()
    training = Training(net, X, [[2.5]] * 50, learning_rate=0.01)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TrainingWarning, match="same target"):
            training.run(1)
        assert net.get_weights() == before and training.position == (0, 0)
        training.run(1)
    assert training.position == (1, 0)


def test_data_that_are_well_are_silent(engine):
    """Pictures with pixels that are 0 in all of them, or that are the same after scaling."""
    images, _ = digits.load(None)
    X, _, Y = images.part(0, 200)
    what = {"activations": ["relu", "softmax"], "loss": "categorical_cross_entropy"}
    for scaling in ({"input_scale": 16.0}, {"input_scale": 6.0, "input_offset": 4.9}):
        net = network(engine, (64, 16, 10), **what, **scaling)
        assert said(net, X, Y, epochs=12, learning_rate=0.1, batch_size=20) == []
    recipe = letters.RECIPE
    X, Y = recipe.samples()
    net = network(engine, recipe.sizes, activations=recipe.activations, bias=False)
    assert said(net, X, Y, epochs=12, learning_rate=0.1, batch_size=1) == []
    XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    for loss in ("binary_cross_entropy", "mean_squared_error"):
        for rate in (0.01, 0.5):
            net = network(engine, (2, 4, 1), loss=loss)
            assert said(net, XOR, [0, 1, 1, 0], epochs=20, learning_rate=rate) == []


@settings(max_examples=60)
@given(data=st.data())
def test_it_never_raises_and_both_engines_say_the_same(data, native):
    """Whatever is trained: the words are the same, and so are the bits."""
    n, n_in = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 70))
    width, n_out = data.draw(st.integers(2, 5)), data.draw(st.integers(2, 3))
    numbers = st.sampled_from(EDGES) | st.floats(-10.0, 10.0)
    if data.draw(st.booleans()):
        numbers = st.sampled_from(data.draw(st.lists(numbers, min_size=1, max_size=2)))
    stream = random.Random(data.draw(st.integers(0, 2**32)))
    pool = data.draw(st.lists(numbers, min_size=1, max_size=8))
    X = [[stream.choice(pool) for _ in range(n_in)] for _ in range(n)]
    Y = [[stream.choice(pool) for _ in range(n_out)] for _ in range(n)]
    names = st.sampled_from(["relu", "tanh", "sigmoid", "identity", "elu", "softplus", "softmax"])
    activations = [data.draw(names), data.draw(names)]
    how = {
        "optimizer": data.draw(st.sampled_from(["sgd", "momentum", "adam", "rprop"])),
        "learning_rate": data.draw(st.sampled_from([1e-300, 0.01, 1e3])),
        "sample_weight": data.draw(st.none() | st.just([stream.choice([0.0, 2.0])] * n)),
        "epochs": data.draw(st.integers(1, 11)),
    }
    found, networks = [], []
    for backend in ("python", "c"):
        net = Network([n_in, width, n_out], activations=activations, seed=1, backend=backend)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            net.fit(X, Y, **how)
        found.append([str(warning.message) for warning in caught])
        networks.append(net)
    assert found[0] == found[1]
    for message in found[0]:
        assert " inf" not in message and "nan" not in message
    assert bits(networks[0].get_weights()) == bits(networks[1].get_weights())


@settings(max_examples=60)
@given(data=st.data())
def test_inputs_are_seen_as_they_are(data, native):
    """By both engines, in any of their types, against sums of Python's own."""
    n, n_in, most = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 140)), 13
    stream = random.Random(data.draw(st.integers(0, 2**32)))
    form = data.draw(st.sampled_from("dfB"))
    pool = [0, 1, 255, 7] if form == "B" else [0.0, -0.0, 1.5, -2.25, 1000.0]
    one = {k for k in range(n_in) if stream.random() < 0.3}
    rows = [
        [pool[k % 4] if k in one else stream.choice(pool) for k in range(n_in)] for _ in range(n)
    ]
    flat = door.vector("X", [x for row in rows for x in row]).tolist()
    numbers = array(form, map(int, flat) if form == "B" else flat)
    block = door.matrix("X", memoryview(numbers).cast("B").cast(form, (n, n_in)), n_in, "sample")
    found = []
    for backend in ("python", "c"):
        chosen = choose(backend)
        found.append(chosen.look(chosen.inputs(block), most))
    assert found[0] == found[1]
    looked = [rows[i * n // min(n, most)] for i in range(min(n, most))]
    columns = [*zip(*looked)]
    varying = [k for k, column in enumerate(columns) if len({*column}) > 1]
    constant = [k for k, column in enumerate(columns) if len({*column}) == 1 and column[0]]
    assert found[0][0] == len(varying) and found[0][1] == len(constant)
    assert found[0][2] == (constant[0] if constant else 0)
    assert found[0][11] == max(abs(x) for row in looked for x in row)
    squares = math.fsum(x * x for row in looked for x in row) / len(looked)
    assert math.isclose(found[0][13], squares)
    if varying:
        ranges = [max(columns[k]) - min(columns[k]) for k in varying]
        assert found[0][5] == varying[ranges.index(min(ranges))]
        assert found[0][8] == varying[ranges.index(max(ranges))]


def test_units_are_counted_the_same_by_both_engines(native):
    stream, counted = random.Random(3), []
    for shape in ([4, 4, 8, 2], [70, 20, 2], [1, 2], [2, 300, 3]):
        activations = [stream.choice(["relu", "tanh", "softmax", "elu"]) for _ in shape[1:]]
        X, found = [[stream.gauss(0, 1) for _ in range(shape[0])] for _ in range(25)], []
        for backend in ("python", "c"):
            net = Network(shape, activations=activations, seed=2, backend=backend)
            (W, b), *rest = net.get_weights()
            net.set_weights([(W, [-90.0 if j % 8 else 0.1 for j in range(len(b))]), *rest])
            X_of_engine = net.weights.engine.inputs(door.matrix("X", X))
            found.append(net.weights.stuck(X_of_engine, 20))
        assert found[0] == found[1]
        counted.append(found[0])
    assert any(counted) and None in counted


def test_an_optimizer_with_settings_is_looked_at_as_well(engine):
    X, Y = samples()
    large = [[300.0 * x for x in row] for row in X]
    optimizer = Optimizer("nesterov", momentum=0.5)
    messages = said(network(engine, **RELU), large, Y, optimizer=optimizer)
    assert "is too large" in messages[0]


def test_classes_are_as_rows(engine):
    """By number, where a row names each for what is said."""
    X, _ = samples()
    classes = [s % 3 for s in range(50)]
    rows = [[float(j == number) for j in range(3)] for number in classes]
    for wrong in (X, [[1e5 * a, b, 7.0] for a, b, _ in X]):
        net, other = (network(engine, (3, 4, 3), **CLASSES) for _ in "ab")
        how = {"epochs": 10, "learning_rate": 1e-14}
        assert said(net, wrong, classes, **how) == said(other, wrong, rows, **how) != []


def test_few_samples_have_no_scales(engine):
    stream = random.Random(3)
    for n in (2, 3, 9):
        X = [[stream.gauss(0.0, 1.0) for _ in range(600)] for _ in range(n)]
        assert said(network(engine, (600, 2, 1), **NUMBERS), X, [[0.1 * s] for s in range(n)]) == []
