"""What a network promises to several threads: they take turns, see its weights between two steps
of a training, and while one changes it, another that would do so is refused and changes nothing."""

import signal
import sys
import threading
import time

import pytest
from bits import bits

from purenn import Network, Training

X = [[(7 * s + 3 * k) % 11 / 11.0 for k in range(6)] for s in range(12)]
Y = [[float(s % 3 == j) for j in range(3)] for s in range(12)]
FIT = {"learning_rate": 0.5, "batch_size": 5}
COMPILED = 20 if sys.implementation.name == "pypy" else 1  # so much faster is its Python
EPOCHS = {"python": 1500 * COMPILED, "c": 200_000}  # about half a second
SEEN = {"python": 100, "c": 5_000}


def network(engine):
    return Network([6, 5, 3], seed=1, backend=engine.name)


class Thread(threading.Thread):
    """Makes a call; `result` waits for what it gave, or raises what it raised."""

    def __init__(self, call, *arguments, **named):
        super().__init__(daemon=True)
        self._call, self._arguments, self._named = call, arguments, named
        self._result = self._error = None
        self.start()

    def run(self):
        try:
            self._result = self._call(*self._arguments, **self._named)
        except BaseException as error:
            self._error = error

    def result(self):
        self.join()
        if self._error is not None:
            raise self._error
        return self._result


FIRST = Network([6, 5, 3], seed=1).get_weights()


def begun(net):
    """Waits until another thread has trained the network for a step."""
    while net.get_weights() == FIRST:
        time.sleep(0)


OTHERS = Network([6, 5, 3], seed=2).get_weights()
CHANGES = {
    "fit": lambda net: net.fit(X, Y, epochs=1, **FIT),
    "set_weights": lambda net: net.set_weights(OTHERS),
    "another training": lambda net: Training(net, X, Y, **FIT).step(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_second_thread_may_not_change_what_one_trains(engine, change):
    net, alone = network(engine), network(engine)
    epochs = EPOCHS[engine.name]
    expected = alone.fit(X, Y, epochs=epochs, **FIT).history
    training = Thread(net.fit, X, Y, epochs=epochs, **FIT)
    begun(net)
    with pytest.raises(RuntimeError, match="this network is being trained or changed; wait"):
        CHANGES[change](net)
    assert training.is_alive()
    assert training.result().history == expected
    assert bits(net.get_weights()) == bits(alone.get_weights())
    CHANGES[change](net)  # now that it has finished


@pytest.mark.parametrize("shuffle", [False, True])
def test_two_threads_may_not_run_one_training(engine, shuffle):
    net, alone = network(engine), network(engine)
    epochs = EPOCHS[engine.name] // 8
    Training(alone, X, Y, shuffle=shuffle, seed=4, **FIT).run(epochs)
    training = Training(net, X, Y, shuffle=shuffle, seed=4, **FIT)
    other = Thread(training.run, epochs)
    begun(net)
    for call in (training.step, training.epoch, lambda: training.run(2)):
        with pytest.raises(RuntimeError, match="this network is being trained or changed; wait"):
            call()
    assert other.is_alive()
    other.result()
    assert bits(net.get_weights()) == bits(alone.get_weights())
    assert training.position == (epochs, 0)


def key(values):
    return str(bits(values))


def seen(engine):
    """A fresh network, and what it predicts before each of some steps and after the last."""
    net = network(engine)
    training, outputs = Training(net, X, Y, **FIT), [key(net.predict(X))]
    while training.position < (SEEN[engine.name], 0):
        training.step()
        outputs.append(key(net.predict(X)))
    return network(engine), outputs


def watched(net, epochs, look):
    """What `look` gave, again and again, while another thread trained."""
    training, results = Thread(net.fit, X, Y, epochs=epochs, **FIT), []
    while training.is_alive():
        results.append(look())
    training.result()
    return results


def test_predictions_are_of_weights_between_two_steps(engine):
    _, outputs = seen(engine)
    at = {output: step for step, output in enumerate(outputs)}
    for _ in range(100):  # until the system lets both threads run
        net = network(engine)
        found = watched(net, SEEN[engine.name], lambda: key(net.predict(X)))  # noqa: B023
        steps = [at[output] for output in found]
        assert steps == sorted(steps)
        assert key(net.predict(X)) == outputs[-1]
        if len(set(steps)) > 1:
            break
    else:
        pytest.fail("no prediction was made during a training")


def test_files_are_of_weights_between_two_steps(engine, tmp_path):
    net, outputs = seen(engine)
    path = tmp_path / "model.json"

    def save():
        net.save(path)
        return key(Network.load(path, backend=engine.name).predict(X))

    assert set(watched(net, SEEN[engine.name], save)) <= set(outputs)
    assert save() == outputs[-1]


def test_gradients_are_of_weights_between_two_steps(engine):
    alone = network(engine)
    training, expected = Training(alone, X, Y, **FIT), {key(alone.gradients(X, Y))}
    while training.position < (SEEN[engine.name], 0):
        training.step()
        expected.add(key(alone.gradients(X, Y)))
    net = network(engine)
    found = watched(net, SEEN[engine.name], lambda: key(net.gradients(X, Y)))
    assert set(found) <= expected


def test_many_threads_may_use_what_none_changes(engine):
    net = network(engine)
    expected = bits([net.predict(X), net.gradients(X, Y), net.get_weights()])

    def use():
        for _ in range(30):
            assert bits([net.predict(X), net.gradients(X, Y), net.get_weights()]) == expected

    for thread in [Thread(use) for _ in range(6)]:
        thread.result()


def test_after_an_exception_others_may_go_on(engine):
    class Stop(BaseException):
        pass

    def interrupted(*arguments):
        raise Stop

    net = network(engine)
    training = Training(net, X, Y, shuffle=True, seed=3, **FIT)
    run = training._steps.run
    training._steps.run = interrupted
    with pytest.raises(Stop):
        Thread(training.run, 3).result()
    training._steps.run = run
    training.run(3)
    alone = network(engine)
    alone.fit(X, Y, epochs=3, shuffle=True, seed=3, **FIT)
    assert bits(net.get_weights()) == bits(alone.get_weights())


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer's signal")
@pytest.mark.parametrize("change", CHANGES)
def test_nothing_changes_a_network_in_the_midst_of_a_step(engine, change):
    """Not even a handler in the thread that trains it."""
    net, alone, refusals = network(engine), network(engine), []

    def handler(number, frame):
        with pytest.raises(RuntimeError, match="being trained or changed"):
            CHANGES[change](net)
        refusals.append(number)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        epochs = EPOCHS[engine.name] // 2
        training = Training(net, X, Y, **FIT)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        training.run(epochs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    alone.fit(X, Y, epochs=epochs, **FIT)
    assert refusals and bits(net.get_weights()) == bits(alone.get_weights())
