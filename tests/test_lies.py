"""Classes that lie, tampered pickles, endless sequences, and calls that come in between: what is
passed is taken at what it is, refused in a line or two, or can do no harm."""

import copy
import os
import pickle
import signal
import subprocess
import sys
import threading
import weakref
from array import array
from collections.abc import Sequence

import pytest
from bits import bits
from cases import train_epoch
from test_network import refused

from purenn import Architecture, Network, Training, export_c, export_python

X, Y = [[1.0, 2.0], [3.0, 4.0]], [[1.0], [0.0]]
FIT = {"epochs": 1, "learning_rate": 0.1}
needs_timers = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer's signal")
signals_wait = pytest.mark.skipif(
    sys.implementation.name != "cpython" or sys.version_info < (3, 11),
    reason="a signal may come between any two instructions",
)


def network(engine, sizes=(2, 3, 1), **options):
    return Network(sizes, seed=1, backend=engine.name, **options)


class Unequal(int):
    """Neither larger nor smaller than anything."""

    def __index__(self):
        return self

    def __lt__(self, other):
        return False

    __gt__ = __le__ = __ge__ = __lt__


class One(Unequal):
    """Whatever is done with it gives 1."""

    def __mul__(self, other):
        return 1

    __rmul__ = __add__ = __radd__ = __mul__


class Word(str):
    """Equal to every other one, and printed as another."""

    def __eq__(self, other):
        return True

    def __str__(self):
        return 'a\n "b'

    __hash__ = str.__hash__


class Endless(Sequence):
    """Says how many there are, and never stops."""

    def __init__(self, value, length):
        self.value, self.length = value, length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.value


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


def test_whole_numbers_are_what_they_are(engine):
    refused(lambda: network(engine).fit(X, Y, batch_size=Unequal(0), **FIT), "batch_size", "got 0")
    refused(lambda: network(engine, threads=Unequal(0)), "threads", "1 to 64", "got 0")
    refused(lambda: network(engine, (Unequal(0), 1)), "sizes[0]", "at least 1")
    refused(lambda: network(engine, (2, Unequal(-1))), "sizes[1]", "at least 1")
    net = network(engine, (One(20), 30, 1))
    assert [type(size) for size in net.architecture.sizes] == [int] * 3
    assert bits(net.predict([[1.0] * 20])) == bits(
        network(engine, (20, 30, 1)).predict([[1.0] * 20])
    )


@pytest.mark.parametrize("value", ["2", 2.5, None])
def test_an_index_that_is_none(engine, value):
    refused(
        lambda: network(engine).fit(X, Y, batch_size=Index(value), **FIT), "batch_size", "whole"
    )


def test_row_numbers_are_what_they_are(native):
    net = native.Network([([[1.0]] * 2, [0.0])], ["tanh"], "mean_squared_error", True)
    for order in ([0, Unequal(10**9)], [Unequal(-1), 0]):
        refused(lambda: train_epoch(native, net, X, Y, order, 1, 0.1), "order")  # noqa: B023


@pytest.mark.parametrize("digits", [5000])
def test_numbers_that_python_does_not_print(engine, digits):
    huge = 10**digits
    refused(lambda: network(engine, (huge, 1)), "sizes")
    refused(lambda: Network([2, 1], seed=huge), "seed", "0 to")
    refused(lambda: network(engine, threads=huge), "threads")
    refused(lambda: network(engine).fit(X, Y, epochs=-huge, learning_rate=0.1), "epochs")


def test_names_are_what_they_are(engine):
    refused(lambda: network(engine, loss=Word("evil")), "loss", "evil")
    refused(lambda: network(engine, activations=[Word("evil"), "tanh"]), "activations", "evil")
    refused(lambda: Network([2, 1], backend=Word("evil")), "backend", "evil")
    labels = network(engine, labels=[Word("no"), Word("yes")]).architecture.preparation.labels
    assert [(type(label), label) for label in labels] == [(str, "no"), (str, "yes")]


def test_sequences_without_end(engine):
    assert network(engine, Endless(2, 3)).architecture.sizes == (2, 2, 2)
    assert network(engine, activations=Endless("tanh", 2)).architecture.activations[1] == "tanh"
    network(engine).fit(X, Endless(1.0, 2), **FIT)
    network(engine).fit(Endless([1.0, 2.0], 2), Endless([1.0], 2), **FIT)
    refused(lambda: network(engine, labels=Endless("a", 2)), "labels[1]", "taken")


def test_views_of_two_dimensions_as_lists(engine):
    view = memoryview(bytes(16)).cast("d", (1, 2))
    refused(lambda: network(engine, view), "sizes")
    refused(lambda: network(engine, activations=view), "activations")
    refused(lambda: network(engine).set_weights([view, view]), "weights[0]")


def test_messages_are_short(engine):
    deep = [[[[[["x" * 99] * 9] * 9] * 9] * 9] * 9] * 9
    refused(lambda: network(engine, deep), "sizes")
    refused(lambda: network(engine).predict([[1.0, deep]]), "X[0][1]")


def test_what_is_no_network(engine):
    for wrong in (None, "abc", 3, Architecture([2, 1])):
        refused(lambda: Training(wrong, X, Y, learning_rate=0.1), "network: expected a Network")  # noqa: B023
        for export in (export_c, export_python):
            with pytest.raises(TypeError, match=r"expected a Network.*Network\.load reads"):
                export(wrong)
        if not isinstance(wrong, Architecture):
            refused(lambda: Network.of(wrong, []), "architecture: expected an Architecture")  # noqa: B023


# Copies


def test_a_tampered_pickle_is_refused(engine):
    net = network(engine)
    make, (kind, architecture, block, *rest) = net.__reduce__()
    refused(lambda: make(kind, architecture, block[:1], *rest).fit(X, Y, **FIT), "block", "13")
    rebuild, (kind, values) = architecture.__reduce__()
    assert rebuild(kind, values) == architecture
    for change in ({"sizes": (2, 3, 0)}, {"sizes": "abc"}, {"loss": "no"}, {"seed": -1}):
        refused(lambda: rebuild(kind, {**values, **change}), *change)  # noqa: B023


class Plain(Network):
    __slots__ = ()


class Named(Network):
    __slots__ = ("name",)


def test_subclasses_keep_their_kind(engine, tmp_path):
    path = tmp_path / "model.json"
    for kind in (Plain, Named):
        net = kind([2, 3, 1], seed=1, backend=engine.name)
        net.save(path)
        others = [copy.copy(net), copy.deepcopy(net), pickle.loads(pickle.dumps(net))]
        others += [kind.load(path), kind.of(net.architecture, net.get_weights())]
        for other in others:
            assert type(other) is kind
            assert bits(other.predict(X)) == bits(network(engine).predict(X))


def test_networks_may_be_referred_to_weakly(engine):
    net = network(engine)
    assert weakref.ref(net)() is net


def test_weights_check_what_they_are_given(native):
    """What lies beneath a Network can be tampered with; it stays within its own sizes."""
    net = Network([2, 50, 1], seed=1, backend="c")
    other = Network([2, 3], seed=1, backend="c")
    net.weights.architecture = other.architecture
    assert len(net.predict(X)[0]) == 1
    refused(lambda: net.weights.replace(array("d", [0.0])), "block")

    for row in (memoryview(bytes(2)), memoryview(bytes(24)).cast("d")):
        refused(lambda: net.weights.row(row), "X", "16 bytes")  # noqa: B023

    class Mixed:
        architecture, weights, claim = Architecture([3, 50, 1]), net.weights, net.claim

    refused(lambda: Training(Mixed, [[1.0] * 3], [[1.0]], learning_rate=0.1), "shapes that fit")
    with pytest.raises(TypeError, match="subclass"):
        type("N", (native.Network,), {"sizes": (1000, 1)})


def test_settings_of_a_training_stay(engine):
    training = Training(network(engine), X, Y, learning_rate=0.1)
    for name in ("position", "history", "learning_rate", "batch_size", "n_samples", "diverged"):
        with pytest.raises(AttributeError):
            setattr(training, name, None)


# In between


def test_a_step_ends_the_batch_that_was_begun(native):
    """C may stop within a batch, between two ranges of samples."""
    rows = [[float(s % 7), float(s % 5)] for s in range(700)]
    targets = [[float(s % 3 == 0)] for s in range(700)]
    net, whole = (Network([2, 3, 1], seed=1, backend="c", threads=1) for _ in range(2))
    training = Training(net, rows, targets, learning_rate=0.1, batch_size=600)
    twin = Training(whole, rows, targets, learning_rate=0.1, batch_size=600)
    training._go_on(1, 100)
    assert 100 <= training.position[1] < 600
    net.predict(rows), net.gradients(rows, targets)  # which need room of their own
    for expected in ((0, 600), (1, 0), (1, 600)):
        training.step()
        twin.step()
        assert training.position == twin.position == expected
        assert bits(net.get_weights()) == bits(whole.get_weights())


@needs_timers
def test_a_prediction_within_a_prediction(engine):
    """A handler of a signal may predict, too."""
    net = network(engine)
    one, other = array("d", [1.0, 2.0]), array("d", [5.0, -7.0])
    expected, called = net.predict(one), []
    before = signal.signal(signal.SIGALRM, lambda *_: called.append(net.predict(other)))
    try:
        signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
        assert all(net.predict(one) == expected for _ in range(20_000))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert called and all(outputs == net.predict(other) for outputs in called)


@needs_timers
@signals_wait
def test_ctrl_c_leaves_no_claim_and_no_turn(engine):
    """Wherever it comes, other threads can go on afterwards."""

    class Stop(Exception):
        pass

    def stop(number, frame):
        raise Stop

    net, done = network(engine), []
    before = signal.signal(signal.SIGALRM, stop)
    try:
        for microseconds in range(1, 300):
            try:
                signal.setitimer(signal.ITIMER_REAL, microseconds * 1e-6, 0.01)
                while True:
                    net.fit(X, Y, **FIT)
            except Stop:
                signal.setitimer(signal.ITIMER_REAL, 0.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    for call in (lambda: net.fit(X, Y, **FIT), lambda: net.predict(X), net.get_weights):
        thread = threading.Thread(target=lambda: done.append(call()), daemon=True)  # noqa: B023
        thread.start()
        thread.join(10)
    assert len(done) == 3


CYCLES = """
import gc, sys
from array import array
from purenn import Network

net = Network([2, 3, 1], seed=1, backend=sys.argv[1])
wrong = array("d", [0.0, float("nan"), 1.0])

def refuse(x):
    try:
        net.predict(x)
    except ValueError as error:
        kept = error  # whose traceback keeps this frame, which keeps it

for x in (wrong[:2], memoryview(wrong[:2]), memoryview(wrong)[:2], memoryview(wrong)[1:]):
    for _ in range(20):
        refuse(x)
    gc.collect()
print("whole")
"""


def test_errors_may_be_kept_in_cycles(engine, tmp_path):
    """CPython crashes where one holds a memoryview of which a part is in use."""
    command = [sys.executable, "-c", CYCLES, engine.name]
    kept = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert kept.stdout == "whole\n", kept.stderr


FORKED = """
import os, signal, sys, threading, time
from purenn import Network

n = 1000 if sys.argv[1] == "c" else 30
X = [[0.1 * (s % 7)] * 40 for s in range(n)]
Y = [[float(s % 2)] for s in range(n)]
net = Network([40, 60, 1], seed=1, backend=sys.argv[1])
fit = lambda epochs: net.fit(X, Y, epochs=epochs, learning_rate=0.01)
first = net.get_weights()
threading.Thread(target=fit, args=(10**9,), daemon=True).start()
while net.get_weights() == first:
    time.sleep(0.001)
for _ in range(5):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        net.predict(X[:2]), net.get_weights(), fit(1)
        net.save("child.json")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
net.predict(X)
print("whole", flush=True)
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_while_another_thread_trains(engine, tmp_path):
    """The child has a network of its own, which nobody trains there."""
    command = [sys.executable, "-W", "ignore", "-c", FORKED, engine.name]
    forked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert forked.stdout == "whole\n", forked.stderr
