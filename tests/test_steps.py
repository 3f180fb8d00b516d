"""A Training: its steps, epochs and runs go on from each other, and are what `fit` does."""

import signal
import sys

import pytest
from bits import bits

from purenn import Network, Training

N = 7
X = [[(5 * s + 3 * k) % 7 / 7.0 for k in range(4)] for s in range(N)]
Y = [[float(s % 2), float(s % 3)] for s in range(N)]
WAYS = {
    "all at once": {"learning_rate": 0.3},
    "one by one": {"learning_rate": 0.3, "batch_size": 1},
    "in batches": {"learning_rate": 0.3, "batch_size": 3},
    "shuffled": {"learning_rate": 0.3, "batch_size": 3, "shuffle": True, "seed": 9},
}


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


def network(engine):
    return Network([4, 3, 2], activations=["tanh", "sigmoid"], seed=1, backend=engine.name)


def fitted(engine, way, epochs=4):
    """The bits of the weights and losses after a fit of so many epochs."""
    net = network(engine)
    history = net.fit(X, Y, epochs=epochs, **way)
    return bits(net.get_weights()), bits(history.history["loss"])


def steps_of(training):
    for _ in range(4 * -(-N // training._batch_size)):
        training.step()


def unlike_pieces(training):
    training.step()
    training.epoch()
    training.run(1)
    training.step()
    training.run(2)


PIECES = {
    "run": lambda training: training.run(4),
    "epochs": lambda training: [training.epoch() for _ in range(4)],
    "steps": steps_of,
    "unlike pieces": unlike_pieces,
}


@pytest.mark.parametrize("pieces", PIECES)
def test_pieces_of_a_training_are_one_fit(engine, way, pieces):
    net = network(engine)
    training = Training(net, X, Y, **way)
    PIECES[pieces](training)
    whole = pieces == "unlike pieces" and training._batch_size == N  # a step is an epoch
    assert training.position == (6 if whole else 4, 0)
    found = bits(net.get_weights()), bits(training.history.history["loss"])
    assert found == fitted(engine, way, training.position[0])


def test_the_position_says_what_comes_next(engine):
    training = Training(network(engine), X, Y, learning_rate=0.1, batch_size=3)
    positions = [training.position]
    for _ in range(4):
        training.step()
        positions.append(training.position)
    assert positions == [(0, 0), (0, 3), (0, 6), (1, 0), (1, 3)]
    assert training.epoch() == training.history.history["loss"][-1]
    assert training.position == (2, 0)


def test_each_step_sees_the_weights_that_are_set_before_it(engine):
    """Training computes with the network's own weights, and keeps none of them."""
    net, other = network(engine), Network([4, 3, 2], seed=8, backend=engine.name)
    training = Training(net, X, Y, learning_rate=0.3)
    training.step()
    net.set_weights(other.get_weights())
    training.step()
    expected = Network.of(net.architecture, other.get_weights(), backend=engine.name)
    Training(expected, X, Y, learning_rate=0.3).step()
    assert bits(net.get_weights()) == bits(expected.get_weights())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a timer's signal")
@pytest.mark.skipif(
    sys.implementation.name != "cpython" or sys.version_info < (3, 11),
    reason="a signal may come between any two instructions",
)
def test_a_run_without_end_can_be_stopped_and_gone_on_with(engine, way):
    """No number of epochs is too large to begin with."""

    class Stop(Exception):
        pass

    def stop(number, frame):
        raise Stop

    net = network(engine)
    training = Training(net, X, Y, **way)
    before = signal.signal(signal.SIGALRM, stop)
    try:
        for epochs in (2**63, 10**12, 10**30, 2**63, 2**64):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            with pytest.raises(Stop):
                training.run(epochs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    training.epoch()
    found = bits(net.get_weights()), bits(training.history.history["loss"])
    assert found == fitted(engine, way, training.position[0])


def test_a_history_is_printed_in_ascii(engine):
    training = Training(network(engine), X, Y, learning_rate=0.1)
    assert repr(training.history) == "History(0 epochs)"
    training.epoch()
    assert repr(training.history).startswith("History(1 epoch, loss ")
    training.run(2)
    assert repr(training.history).startswith("History(3 epochs, loss ")
    assert repr(training.history).isascii() and " -> " in repr(training.history)


@pytest.mark.parametrize("epochs", [0, -1, 1.5, True, None, "3"])
def test_wrong_numbers_of_epochs(engine, epochs):
    training = Training(network(engine), X, Y, learning_rate=0.1)
    with pytest.raises((TypeError, ValueError), match=r"^epochs: expected"):
        training.run(epochs)
    assert training.position == (0, 0)
