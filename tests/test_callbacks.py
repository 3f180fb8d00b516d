"""Callbacks and what they see: records, series, early stopping, checkpoints, progress, validation,
schedules."""

import array
import io
import math
import sys

import pytest
from bits import bits
from test_network import INF, NAN, linear, refused

import purenn
import purenn.history
from purenn import Network, Training, TrainingWarning, callbacks
from purenn.callbacks import Checkpoint, EarlyStopping, Progress
from purenn.random_state import RandomState
from purenn.schedules import Exponential, Linear, WarmUp

N = 20
STREAM = RandomState(4)
X = [[2.0 * u - 1.0 for u in row] for row in STREAM.rand(N, 3)]
Y = [int(a + b * c > 0.0) for a, b, c in X]
FLAT = memoryview(array.array("d", [number for row in X for number in row]))
RATE = {"learning_rate": 0.5}


def network(engine, **options):
    loss = "categorical_cross_entropy"
    activations = ["tanh", "softmax"]
    settings = {"activations": activations, "loss": loss, "seed": 1, **options}
    return Network([3, 4, 2], backend=engine.name, **settings)


def weights_of(net):
    return bits(net.get_weights())


def after(engine, epochs, **settings):
    """The bits of the weights after so many epochs that nobody watches."""
    net = network(engine)
    net.fit(X, Y, epochs=epochs, **{**RATE, **settings})
    return weights_of(net)


def told(values, name="val_loss"):
    """A callback that puts these values, one after the other, in place of what was measured."""
    values = iter(values)

    def tell(training, record):
        record[name] = next(values)

    return tell


def test_it_is_a_part_of_purenn():
    assert purenn.callbacks is callbacks and "callbacks" in purenn.__all__


# The protocol


def test_each_epoch_is_told_with_its_training_and_its_record(engine):
    net, seen = network(engine), []
    training = Training(net, X, Y, **RATE)

    def look(*arguments):
        seen.append((arguments[0], dict(arguments[1]), training.position, weights_of(net)))

    history = training.run(3, callbacks=look)
    assert history is training.history and len(seen) == 3
    for epoch, (found, record, position, weights) in enumerate(seen):
        assert found is training and position == (epoch + 1, 0)
        assert record == {"loss": history["loss"][epoch]}
        assert weights == after(engine, epoch + 1)


@pytest.mark.parametrize("listeners", [0, 1, 3])
@pytest.mark.parametrize("settings", [{}, {"batch_size": 3, "shuffle": True, "seed": 2}])
def test_listeners_change_no_bit(engine, settings, listeners):
    net = network(engine)
    net.fit(X, Y, epochs=7, callbacks=[lambda *_: None] * listeners, **RATE, **settings)
    assert weights_of(net) == after(engine, 7, **settings)


@pytest.mark.parametrize(
    ("answer", "epochs"), [(True, 2), (1, 5), ("yes", 5), ([0], 5), (None, 5), (False, 5)]
)
def test_true_stops_and_nothing_else(engine, answer, epochs):
    net = network(engine)
    history = net.fit(
        X, Y, epochs=5, callbacks=lambda t, _: answer if t.position[0] == 2 else None, **RATE
    )
    assert len(history["loss"]) == epochs
    assert weights_of(net) == after(engine, epochs)


def test_numpys_true_stops_as_well(engine):
    np = pytest.importorskip("numpy")
    for answer, epochs in ((np.True_, 1), (np.False_, 3), (np.int64(1), 3), (np.array(True), 3)):
        history = network(engine).fit(X, Y, epochs=3, callbacks=lambda *_: answer, **RATE)  # noqa: B023
        assert len(history["loss"]) == epochs


def test_all_are_called_also_behind_one_that_stops(engine):
    calls = []
    listeners = [
        lambda t, _: calls.append(("first", t.position[0], t.goal)),
        lambda t, _: t.position[0] == 2,
        lambda t, _: calls.append(("last", t.position[0], t.goal)),
    ]
    network(engine).fit(X, Y, epochs=9, callbacks=listeners, **RATE)
    assert calls == [("first", 1, 9), ("last", 1, 9), ("first", 2, 9), ("last", 2, 2)]


def test_a_stopped_training_goes_on(engine):
    net = network(engine)
    training = Training(net, X, Y, **RATE)
    training.run(10, callbacks=lambda t, _: t.position[0] == 3)
    training.run(4)
    assert training.position == (7, 0) and weights_of(net) == after(engine, 7)


def test_an_epoch_that_has_begun_is_counted_and_told(engine):
    training, seen = Training(network(engine), X, Y, batch_size=8, **RATE), []
    training.step()
    training.run(2, callbacks=lambda t, _: seen.append(t.position))
    assert seen == [(1, 0), (2, 0)]


@pytest.mark.parametrize("wrong", [None, 3, 0.5, "early_stopping", b"stop"])
def test_wrong_callbacks(engine, wrong):
    net = network(engine)
    before = weights_of(net)
    refused(lambda: net.fit(X, Y, epochs=1, callbacks=wrong, **RATE), "callbacks: expected a func")
    listeners = [lambda *_: None, wrong]
    message = "callbacks[1]: expected a function of a training and a record"
    refused(lambda: net.fit(X, Y, epochs=1, callbacks=listeners, **RATE), message)
    assert weights_of(net) == before


def test_a_class_is_no_callback(engine):
    fit = network(engine).fit
    refused(lambda: fit(X, Y, epochs=1, callbacks=EarlyStopping, **RATE), "callbacks[0]", "class")


def test_several_from_any_iterable(engine):
    calls = []
    listeners = (lambda t, _, i=i: calls.append(i) for i in range(3))
    network(engine).fit(X, Y, epochs=2, callbacks=listeners, **RATE)
    assert calls == [0, 1, 2] * 2


class Wrong(Exception):
    pass


@pytest.mark.parametrize("settings", [{}, {"validation_split": 0.25}])
def test_after_a_callback_that_raises_it_goes_on(engine, settings):
    net, whole = network(engine), network(engine)

    def fail(training, record):
        if training.position[0] == 3:
            raise Wrong

    training = Training(net, X, Y, **RATE, **settings)
    with pytest.raises(Wrong):
        training.run(8, callbacks=fail)
    assert training.position == (3, 0)
    assert [len(series) for series in training.history.values()] == [3] * len(training.history)
    history = training.run(5)
    expected = whole.fit(X, Y, epochs=8, **RATE, **settings)
    assert bits(list(history.values())) == bits(list(expected.values()))
    assert weights_of(net) == weights_of(whole)


def test_callbacks_can_look_but_not_train(engine):
    training = Training(network(engine), X, Y, **RATE)
    for forbidden in (
        lambda t, _: t.step(),
        lambda t, _: t.run(1),
        lambda t, _: t.network.set_weights(t.network.get_weights()),
    ):
        with pytest.raises(RuntimeError):
            training.run(2, callbacks=forbidden)
    training.run(1, callbacks=lambda t, _: t.network.predict(X))
    assert training.position == (4, 0)


def calls_of_python(run):
    """How many functions of Python are called meanwhile."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts CPython's calls")
def test_without_listeners_python_rests_between_epochs(native):
    net = Network([3, 4, 2], activations="tanh", seed=1, backend="c", threads=1)
    training = Training(net, X, [[0.5, 0.5]] * N, learning_rate=0.1, batch_size=4)
    training.run(10)  # after which it looks at the network, once
    few, many = calls_of_python(lambda: training.run(2)), calls_of_python(lambda: training.run(40))
    assert few > 0
    assert many <= few + 2  # the first calls of C are short ones
    watched = calls_of_python(lambda: training.run(40, callbacks=lambda *_: None))
    assert watched >= few + 40


# The series


def test_series_of_a_run_with_validation(engine):
    net, seen = network(engine), []
    history = net.fit(
        X[:14],
        Y[:14],
        epochs=4,
        validation_data=(X[14:], Y[14:]),
        callbacks=lambda t, record: seen.append(
            ({f"val_{k}": v for k, v in t.network.evaluate(X[14:], Y[14:]).items()}, dict(record))
        ),
        **RATE,
    )
    assert list(history) == ["loss", "val_loss", "val_accuracy"]
    for epoch, (measured, record) in enumerate(seen):
        assert record == {"loss": history["loss"][epoch], **measured}
        assert record == {name: series[epoch] for name, series in history.items()}


def test_series_of_numbers(engine):
    net = linear(engine, [[3.0]], [1.0])
    history = net.fit([2], [5], epochs=2, learning_rate=0.125, validation_data=([[1], [2]], [2, 4]))
    assert list(history) == ["loss", "val_loss", "val_r2", "val_mean_absolute_error"]
    # w, b are 2, 0.5 after the first epoch: outputs 2.5 and 4.5
    assert history["loss"] == [4.0, 0.25]
    assert (history["val_loss"][0], history["val_mean_absolute_error"][0]) == (0.25, 0.5)
    assert history["val_r2"][0] == 1.0 - 0.5 / 2.0


def test_epochs_without_a_look_have_nan(engine):
    training = Training(network(engine), X, Y, validation_split=0.3, **RATE)
    training.epoch()
    assert dict(training.history) == {"loss": training.history["loss"]}
    training.run(2)
    training.epoch()
    training.step()
    training.run(1)
    training.epoch()
    history = training.history
    assert [len(series) for series in history.values()] == [7, 7, 7]
    for name in ("val_loss", "val_accuracy"):
        unseen = [epoch for epoch, value in enumerate(history[name]) if math.isnan(value)]
        assert unseen == [0, 3, 4, 6]
    assert all(map(math.isfinite, history["loss"]))


# EarlyStopping


STOPS = {
    # values of an epoch each; settings; where it stops, or None; the best epoch
    "nothing gets better": ([3, 4, 5, 6, 7], {"patience": 2}, 3, 1),
    "equal is no better": ([3, 3, 3, 3], {"patience": 3}, 4, 1),
    "better just in time": ([3, 4, 2, 4, 4], {"patience": 2}, 5, 3),
    "it ends before": ([3, 2, 4, 4], {"patience": 3}, None, 2),
    "the last is the best": ([3, 2, 1], {"patience": 1}, None, 3),
    "too little": ([3, 2.5, 2.75, 2], {"patience": 2, "min_delta": 0.5}, 3, 1),
    "just more": ([3, 2.25, 1.5, 0.75], {"patience": 1, "min_delta": 0.5}, None, 4),
    "upwards": ([3, 4, 5, 4, 4], {"patience": 2, "mode": "max"}, 5, 3),
    "downwards": ([3, 4, 5], {"patience": 2, "mode": "min"}, 3, 1),
    "nan at first": ([NAN, 3, 4, 4], {"patience": 2}, 4, 2),
    "nan in between": ([3, NAN, NAN, 2], {"patience": 2}, 3, 1),
    "nan alone": ([NAN, NAN, NAN, NAN], {"patience": 2}, 3, 1),
    "inf at first": ([INF, INF, 3, 4, 4], {"patience": 2}, 5, 3),
    "minus inf, upwards": ([-INF, 3, 2], {"patience": 1, "mode": "max"}, 3, 2),
}


@pytest.mark.parametrize("case", STOPS)
def test_early_stopping(engine, case):
    values, settings, stop, best = STOPS[case]
    net, epochs = network(engine), len(values)
    training = Training(net, X, Y, **RATE)
    history = training.run(epochs, callbacks=[told(values), EarlyStopping(**settings)])
    assert len(history["loss"]) == (stop or epochs)
    assert training.best.epoch == best
    assert bits(training.best.value) == bits(float(values[best - 1]))
    assert weights_of(net) == after(engine, best)


@pytest.mark.parametrize(
    ("name", "best"),
    [("loss", 1), ("val_loss", 1), ("mean_absolute_error", 1), ("accuracy", 3)]
    + [("val_accuracy", 3), ("val_r2", 3), ("val_mean_absolute_error", 1), ("mine", 1)],
)
def test_which_way_is_better(engine, name, best):
    training = Training(network(engine), X, Y, **RATE)
    listeners = [told([1.0, 2.0, 3.0], name), EarlyStopping(5, monitor=name)]
    training.run(3, callbacks=listeners)
    assert training.best.epoch == best


def test_without_a_name_it_looks_at_validation_or_else_at_the_loss(engine):
    for settings, name in (({}, "loss"), ({"validation_split": 0.3}, "val_loss")):
        training = Training(network(engine), X, Y, **RATE, **settings)
        training.run(4, callbacks=EarlyStopping(9))
        series = training.history[name]
        assert training.best.value == min(series) == series[training.best.epoch - 1]


def test_another_that_stops_it_restores_the_best_too(engine):
    net = network(engine)
    stop = [told([3, 1, 2, 2, 2]), lambda t, _: t.position[0] == 4, EarlyStopping(9)]
    net.fit(X, Y, epochs=5, callbacks=stop, **RATE)
    assert weights_of(net) == after(engine, 2)


def test_what_is_not_measured_is_refused(engine):
    fit = network(engine).fit
    for name, settings in (("val_loss", {}), ("val_r2", {"validation_split": 0.5}), ("los", {})):
        stopping = EarlyStopping(monitor=name)
        words = ["monitor: expected one of loss", repr(name), *(["val_accuracy"] * bool(settings))]
        said = refused(lambda: fit(X, Y, epochs=2, callbacks=stopping, **RATE, **settings), *words)  # noqa: B023
        assert said.endswith("; it needs validation_data") == (name == "val_loss")


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"patience": 0}, "patience"),
        ({"patience": 1.5}, "patience"),
        ({"min_delta": -1e-9}, "min_delta: expected at least 0"),
        ({"min_delta": NAN}, "min_delta"),
        ({"mode": "up"}, "mode: expected one of min, max"),
    ],
)
def test_wrong_settings_of_early_stopping(settings, word):
    refused(lambda: EarlyStopping(**settings), word)


# Checkpoint


@pytest.mark.parametrize(
    ("every", "epochs", "saved"),
    [(1, 3, [1, 2, 3]), (2, 5, [2, 4, 5]), (9, 4, [4]), (2, 4, [2, 4])],
)
def test_checkpoints(engine, tmp_path, every, epochs, saved):
    path, found = tmp_path / "training.safetensors", []

    def look(training, record):
        if path.exists():
            found.append(Training.load(path, X, Y).position[0])
            path.unlink()

    listeners = [Checkpoint(path, every=every), look]
    network(engine).fit(X, Y, epochs=epochs, callbacks=listeners, **RATE)
    assert found == saved


def test_a_checkpoint_goes_on_with_the_same_bits(engine, tmp_path):
    path = tmp_path / "training.safetensors"
    settings = {"optimizer": "adam", "batch_size": 3, "shuffle": True, "seed": 3}
    data = {"validation_data": (X[:5], Y[:5])}
    whole = Training(network(engine), X, Y, **settings, **data)
    whole.run(9)
    part = Training(network(engine), X, Y, **settings, **data)
    part.run(9, callbacks=[Checkpoint(str(path), every=4), lambda t, _: t.position[0] == 5])
    loaded = Training.load(path, X, Y, **data)
    assert loaded.position == (4, 0)
    loaded.run(5)
    assert weights_of(loaded.network) == weights_of(whole.network)
    assert bits(list(loaded.history.values())) == bits(list(whole.history.values()))


def test_a_checkpoint_behind_early_stopping_has_the_best_weights(engine, tmp_path):
    path = tmp_path / "training.safetensors"
    listeners = [told([3, 2, 4, 4]), EarlyStopping(1), Checkpoint(path, every=100)]
    network(engine).fit(X, Y, epochs=4, callbacks=listeners, **RATE)
    loaded = Training.load(path, X, Y, backend=engine.name)
    assert loaded.position == (3, 0) and loaded.best.epoch == 2
    assert weights_of(loaded.network) == after(engine, 2)


def test_a_checkpoint_that_cannot_be_written(engine, tmp_path):
    net = network(engine)
    with pytest.raises(OSError):
        net.fit(X, Y, epochs=3, callbacks=Checkpoint(tmp_path / "no" / "file"), **RATE)
    assert weights_of(net) == after(engine, 1)
    refused(lambda: Checkpoint("name", every=0), "every")


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""
    now = [100.0]
    monkeypatch.setattr(purenn.history, "perf_counter", lambda: now[0])
    return now


def watched(engine, monkeypatch, clock, stream, epochs, seconds, **settings):
    """What is written where each epoch takes so many seconds."""
    monkeypatch.setattr(sys, "stdout", stream)

    def wait(training, record):
        clock[0] += seconds

    fit = network(engine).fit
    fit(X, Y, epochs=epochs, callbacks=wait, verbose=True, **RATE, **settings)
    return stream and stream.getvalue()


def test_lines_elsewhere_at_most_one_a_second_and_the_last(engine, monkeypatch, clock):
    text = watched(engine, monkeypatch, clock, io.StringIO(), 7, 0.375)
    epochs = [line.split()[1] for line in text.splitlines()]
    assert epochs == ["1/7", "4/7", "7/7"] and "\r" not in text
    assert text.endswith("  2.6 s\n") and "0.38 s, 2.2 s left" in text


def test_each_slow_epoch_has_a_line_with_what_was_measured(engine, monkeypatch, clock):
    text = watched(engine, monkeypatch, clock, io.StringIO(), 3, 2.0, validation_split=0.3)
    lines = text.splitlines()
    assert len(lines) == 3
    for line, end in zip(lines, ("2 s, 4 s left", "4 s, 2 s left", "6 s")):
        assert line.endswith(f"  {end}")
        assert all(f"  {name} " in line for name in ("loss", "val_loss", "val_accuracy"))


def test_a_terminal_has_one_line(engine, monkeypatch, clock):
    text = watched(engine, monkeypatch, clock, Terminal(), 7, 0.0625)
    first, *lines = text.split("\r")
    assert first == "" and text.count("\n") == 1 and text.endswith("\n")
    assert [line.split()[1] for line in lines] == ["1/7", "3/7", "5/7", "7/7"]
    assert all(len(line.rstrip("\n")) == 79 for line in lines)


def test_the_line_ends_where_the_training_stops(engine, monkeypatch, clock):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    network(engine).fit(X, Y, epochs=9, callbacks=lambda t, _: True, verbose=True, **RATE)
    assert stream.getvalue().startswith("\repoch 1/1 ") and stream.getvalue().endswith("\n")


def test_time_left_of_a_training_that_goes_on(engine, monkeypatch, clock):
    """Goes by its own epochs, not by earlier ones, which took time elsewhere."""
    training = Training(network(engine), X, Y, **RATE)
    training.run(6)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)

    def wait(training, record):
        clock[0] += 2.0

    training.run(4, callbacks=wait, verbose=True)
    assert stream.getvalue().splitlines()[1].startswith("epoch 8/10 ")
    assert stream.getvalue().splitlines()[1].endswith("  4 s, 4 s left")


def test_nothing_is_written_without_verbose_or_stdout(engine, monkeypatch, capsys, clock):
    network(engine).fit(X, Y, epochs=2, **RATE)
    assert capsys.readouterr() == ("", "")
    assert watched(engine, monkeypatch, clock, None, 3, 2.0) is None


def test_wrong_verbose(engine):
    for wrong in (2, "yes", None, []):
        fit = network(engine).fit
        refused(lambda: fit(X, Y, epochs=1, verbose=wrong, **RATE), "verbose: expected True")  # noqa: B023


class Bar:
    def __init__(self):
        self.calls = []

    def set_postfix(self, record):
        self.calls.append(dict(record))

    def update(self, n):
        self.calls.append(n)


def test_a_bar_moves_on(engine, capsys):
    bar = Bar()
    history = network(engine).fit(X, Y, epochs=2, callbacks=Progress(bar), **RATE)
    first, last = history["loss"]
    assert bar.calls == [{"loss": first}, 1, {"loss": last}, 1]
    assert capsys.readouterr() == ("", "")


def test_tqdm_is_such_a_bar(engine):
    tqdm = pytest.importorskip("tqdm")
    stream = io.StringIO()
    with tqdm.tqdm(total=3, file=stream) as bar:
        history = network(engine).fit(X, Y, epochs=3, callbacks=Progress(bar), **RATE)
        assert bar.n == 3
    assert f"loss={history['loss'][-1]:.3g}" in stream.getvalue()


# Validation


def forms():
    """X and Y in every form that can be sliced."""
    found = [("lists", X, Y), ("tuples", tuple(X), tuple(Y))]
    found += [("array", X, array.array("b", Y)), ("rows", X, [[1 - y, y] for y in Y])]
    if sys.implementation.name == "cpython":
        found += [("memoryview", FLAT.cast("B").cast("d", (N, 3)), Y)]
    try:
        import numpy as np
    except ImportError:
        return found
    return [*found, ("NumPy", np.array(X), np.array(Y)), ("float32", np.float32(X), np.uint8(Y))]


@pytest.mark.parametrize(("form", "x", "y"), forms(), ids=lambda value: str(value)[:8])
def test_the_last_share_is_looked_at(engine, form, x, y):
    del form
    net, other = network(engine), network(engine)
    history = net.fit(x, y, epochs=3, validation_split=0.3, **RATE)
    data = x[14:], y[14:]
    expected = other.fit(x[:14], y[:14], epochs=3, validation_data=data, **RATE)
    assert weights_of(net) == weights_of(other)
    assert bits(list(history.values())) == bits(list(expected.values()))


def test_sample_weights_are_split_as_well(engine):
    net, other = network(engine), network(engine)
    weights = [s / 4.0 for s in range(N)]
    history = net.fit(X, Y, epochs=3, validation_split=0.5, sample_weight=weights, **RATE)
    data = X[10:], Y[10:]
    expected = other.fit(
        X[:10], Y[:10], epochs=3, sample_weight=weights[:10], validation_data=data, **RATE
    )
    assert weights_of(net) == weights_of(other)
    assert bits(list(history.values())) == bits(list(expected.values()))


@pytest.mark.parametrize("share", [0, 0.0, 1, 1.0, 0.96, -0.5, 1.5, 1e300])
def test_shares_that_leave_nothing(engine, share):
    words = "validation_split: expected a share between 0 and 1", "of 20"
    refused(lambda: Training(network(engine), X, Y, validation_split=share, **RATE), *words)


def test_small_shares(engine):
    """Of 20 one is left to look at, of 1 none to train on."""
    share = {"validation_split": 0.04}
    assert Training(network(engine), X, Y, **share, **RATE).n_samples == 19
    refused(lambda: Training(network(engine), X[:1], Y[:1], **share, **RATE), "0.04 of 1")


class NoSlices:
    """As some memoryviews of two dimensions have it."""

    def __len__(self):
        return N

    def __getitem__(self, index):
        raise NotImplementedError("multi-dimensional slicing is not implemented")


def test_what_cannot_be_split(engine):
    def train(x, y, **more):
        return lambda: Training(network(engine), x, y, validation_split=0.5, **RATE, **more)

    hint = "validation_data instead"
    refused(train(NoSlices(), Y), "can be sliced", hint)
    refused(train(iter(X), Y), "can be sliced", hint)
    refused(train(X, None), "can be sliced", hint)
    refused(train(X, [*Y, 1]), "Y: expected 20 rows, as many as X has, got 21")
    weights = {"sample_weight": [1.0] * 21}
    refused(train(X, Y, **weights), "sample_weight: expected 20 numbers", "got 21")
    both = {"validation_data": (X, Y)}
    refused(train(X, Y, **both), "give validation_split or validation_data, not both")
    for wrong in (NAN, INF, "half", True, [0.5]):
        with pytest.raises((TypeError, ValueError), match=r"^validation_split: expected"):
            Training(network(engine), X, Y, validation_split=wrong, **RATE)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (X, ["pair (X, Y)"]),
        (5, ["pair (X, Y)", "got 5"]),
        ((X, Y, Y), ["pair (X, Y)"]),
        (([[1.0, 2.0]], [0]), ["X", "3 numbers"]),
        ((X, Y[1:]), ["Y: expected 20 rows", "got 19"]),
        ((X, [2] * N), ["Y[0]", "0 to 1", "got 2"]),
        ((X[:1] + [[1.0, NAN, 2.0]], Y[:2]), ["X[1][1]", "finite"]),
        (([], []), ["X", "at least one sample"]),
    ],
)
def test_wrong_validation_data(engine, data, words):
    net = network(engine)
    before = weights_of(net)
    message = refused(lambda: net.fit(X, Y, epochs=1, validation_data=data, **RATE), *words)
    assert message.startswith("validation_data: ") and weights_of(net) == before


def test_validation_draws_nothing_and_drops_nothing(engine):
    """With dropout and a shuffled order, a look changes no bit of the training."""
    trained = []
    for data in (None, (X[:4], Y[:4])):
        net = network(engine, dropout=0.5)
        settings = {"shuffle": True, "batch_size": 3, "seed": 4, "validation_data": data}
        history = net.fit(X, Y, epochs=3, **RATE, **settings)
        trained.append((weights_of(net), bits(history["loss"])))
    assert trained[0] == trained[1]
    assert history["val_loss"][-1] == net.evaluate(X[:4], Y[:4])["loss"]


# Schedules


SCHEDULES = {
    "exponential": Exponential(0.5, 0.75),
    "linear": Linear(0.5, 0.0, 4),
    "warm-up": WarmUp(Exponential(0.5, 0.5), 3),
    "a function": lambda epoch: 1.0 / (1 + epoch),
}


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("name", SCHEDULES)
def test_each_epoch_has_the_rate_of_its_schedule(engine, name, watched):
    """As fits of an epoch each, at that rate."""
    schedule, net, other = SCHEDULES[name], network(engine), network(engine)
    history = net.fit(X, Y, epochs=4, learning_rate=schedule, callbacks=[lambda *_: None] * watched)
    losses = []
    for epoch in range(4):
        losses += other.fit(X, Y, epochs=1, learning_rate=schedule(epoch))["loss"]
    assert weights_of(net) == weights_of(other) and bits(history["loss"]) == bits(losses)


def test_a_rate_holds_for_the_whole_epoch(engine):
    asked = []

    def schedule(epoch):
        asked.append(epoch)
        return 0.5 / (1 + epoch)

    net, other = network(engine), network(engine)
    training = Training(net, X, Y, learning_rate=schedule, batch_size=8)
    for _ in range(4):
        training.step()
    training.run(2)
    for epoch in range(3):
        other.fit(X, Y, epochs=1, learning_rate=0.5 / (1 + epoch), batch_size=8)
    assert training.position == (3, 0) and set(asked) == {0, 1, 2}
    assert weights_of(net) == weights_of(other)


@pytest.mark.parametrize("wrong", [NAN, INF, -0.1, "0.1", None])
@pytest.mark.parametrize("epoch", [0, 2])
def test_wrong_rates_of_a_schedule(engine, wrong, epoch):
    net = network(engine)

    def schedule(number):
        return wrong if number == epoch else 0.5

    with pytest.raises(
        (TypeError, ValueError), match=rf"^learning rate of epoch {epoch}: expected"
    ):
        net.fit(X, Y, epochs=4, learning_rate=schedule)
    expected = after(engine, epoch) if epoch else weights_of(network(engine))
    assert weights_of(net) == expected


# Divergence


def test_a_training_that_diverges_ends_and_calls_nobody_any_more(engine):
    net, calls = linear(engine, [[3.0]], [1.0]), []
    listeners = lambda t, record: calls.append(dict(record))  # noqa: E731
    with pytest.warns(TrainingWarning, match="training ended in epoch"):
        history = net.fit([2], [5], epochs=9999, learning_rate=1e60, callbacks=listeners)
    assert 0 < len(calls) == len(history["loss"]) < 9999
    assert all(map(math.isfinite, history["loss"]))
    assert all(math.isfinite(w) for W, b in net.get_weights() for w in [*W[0], *b])


# What ends in between


@pytest.mark.parametrize("where", ["_go_on", "_record"])
def test_an_epoch_that_nobody_was_told_of_is_told_of_later(engine, monkeypatch, where):
    """Ctrl-C after its last step: before the callbacks, or before anything was measured."""
    settings = {**RATE, "validation_data": (X, Y)}
    whole, seen = Training(network(engine), X, Y, **settings), []
    whole.run(6)
    training, found = Training(network(engine), X, Y, **settings), getattr(Training, where)

    def interrupted(self, *arguments):
        if self.position[0] == 3 or (where == "_go_on" and self.position[0] == 2):
            monkeypatch.setattr(Training, where, found)
            if where == "_go_on":
                found(self, *arguments)
            raise KeyboardInterrupt
        return found(self, *arguments)

    monkeypatch.setattr(Training, where, interrupted)

    def look(training, record):
        seen.append(training.position[0])

    with pytest.raises(KeyboardInterrupt):
        training.run(6, callbacks=look)
    assert training.position == (3, 0) and seen == [1, 2]
    training.run(3, callbacks=look)
    assert seen == [1, 2, 3, 4, 5, 6]
    assert bits(training.history["val_loss"]) == bits(whole.history["val_loss"])


def test_the_best_weights_are_restored_where_a_training_diverges(engine):
    net = linear(engine, [[0.5]], [0.0])
    rates = [0.1, 0.1, 0.1, 3.0, 1e300, 1e300]
    training = Training(
        net, [[1.0], [2.0]], [1.0, 2.0], learning_rate=lambda epoch: rates[epoch],
        validation_data=([[1.0]], [1.0]),
    )  # fmt: skip
    with pytest.warns(TrainingWarning, match="those of the best epoch, 2"):
        history = training.run(6, callbacks=EarlyStopping(10))
    assert len(history["val_loss"]) == 5 and min(history["val_loss"]) == history["val_loss"][1]
    assert bits(net.evaluate([[1.0]], [1.0])["loss"]) == bits(history["val_loss"][1])
    assert net.trained.epochs == 2


def test_one_thing_is_best(engine):
    training = Training(network(engine), X, Y, validation_data=(X, Y), **RATE)
    training.run(2, callbacks=EarlyStopping(5, monitor="loss"))
    with pytest.raises(ValueError, match="smallest loss as its best, expected no"):
        training.run(2, callbacks=EarlyStopping(5, monitor="val_accuracy"))
    training.best = None
    training.run(2, callbacks=EarlyStopping(5, monitor="val_accuracy"))
    assert training.best.by == "largest val_accuracy"


def test_a_training_that_never_began_leaves_the_record(engine):
    net = network(engine)
    net.fit(X, Y, epochs=3, optimizer="adam")
    before = net.trained

    def none(epoch):
        raise OSError

    training = Training(net, X, Y, learning_rate=lambda epoch: 0.1, batch_size=2)
    training._schedule = none
    with pytest.raises(OSError):
        training.run(2)
    assert net.trained == before
