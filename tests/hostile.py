"""Does to purenn what nobody should: data that change while C reads them, views that are released,
classes that lie about themselves, threads that get in each other's way. Results may be anything,
and errors are expected; memory has to stay whole.

    python tests/hostile.py CALLS

prints how many calls were made. tests/test_memory.py runs it, also under AddressSanitizer.
"""

import collections.abc
import gc
import pickle
import random
import sys
import threading
from array import array

from purenn import Network, Training, native
from purenn.native import memory

EXPECTED = (
    ValueError,
    TypeError,
    BufferError,
    RuntimeError,
    AttributeError,
    MemoryError,
    IndexError,
)
N, N_IN, N_OUT = 48, 70, 3


def attempt(call, *arguments, **named):
    """What the call gives, or nothing where it raises what it may."""
    try:
        return call(*arguments, **named)
    except (*EXPECTED, FloatingPointError):
        return None


def small_network(stream, threads=None):
    return Network(
        [N_IN, 5, N_OUT],
        activations=stream.choice(["tanh", "relu", "sigmoid"]),
        seed=stream.randrange(1000),
        backend="c",
        threads=threads,
    )


def buffer(form, n, columns, value=0):
    return memoryview(array(form, [value] * (n * columns))).cast("B").cast(form, (n, columns))


# Data that change


class Changing:
    """Numbers that another thread sets to 0, to others and back, as fast as it can."""

    def __init__(self, form):
        self.memory = array(form, [0] * (N * N_IN))
        self.rows = memoryview(self.memory).cast("B").cast(form, (N, N_IN))
        others = [1, 200] if form == "B" else [1.0, float("nan"), float("inf"), -0.0]
        self._contents = [array(form, [value] * (N * N_IN)) for value in [0, *others]]
        self._stop = False
        self._thread = threading.Thread(target=self._change)

    def _change(self):
        flat = memoryview(self.memory)
        while not self._stop:
            for content in self._contents:
                flat[:] = content

    def __enter__(self):
        self._thread.start()
        return self.rows

    def __exit__(self, *exception):
        self._stop = True
        self._thread.join()


def changing_data(stream, calls):
    """find_zeros counts, makes room, and looks again: between the two, everything may change."""
    made = 0
    for form in "Bfd":
        with Changing(form) as X:
            Y = buffer("d", N, N_OUT, 0.5)
            for _ in range(calls // 9 + 1):
                net = small_network(stream, threads=stream.choice([1, 2]))
                batch = stream.choice([1, 7, None])
                attempt(net.fit, X, Y, epochs=2, learning_rate=0.1, batch_size=batch)
                attempt(net.predict, X)
                attempt(net.gradients, X, Y)
                attempt(net.evaluate, X, Y)
                made += 4
    return made


def changing_classes(stream, calls):
    """Between a look at classes and a training on them, they may become others."""
    made, X = 0, buffer("d", N, N_IN, 1)
    classes = array("q", [0] * N)
    contents = [array("q", [value] * N) for value in (0, N_OUT - 1, 2**31, -1)]
    stop = threading.Event()

    def change():
        flat = memoryview(classes)
        while not stop.is_set():
            for content in contents:
                flat[:] = content

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(calls // 3 + 1):
            net = Network([N_IN, 5, N_OUT], activations="sigmoid", seed=1, backend="c")
            batch = stream.choice([1, 7, None])
            attempt(net.fit, X, classes, epochs=2, learning_rate=0.1, batch_size=batch)
            attempt(net.gradients, X, classes)
            attempt(net.evaluate, X, classes)
            made += 3
    finally:
        stop.set()
        thread.join()
    return made


# Views that are released, memory that would move


def released_views(stream, calls):
    made = 0
    for _ in range(calls // 8 + 1):
        matrix = native.Matrix(4, 3)
        matrix.data.release()
        row = matrix[1]
        row.release()
        attempt(native.sigmoid_forward, matrix)
        attempt(matrix.__init__, 1, 1)
        attempt(matrix.tolist)
        network = native.Network(
            [([[1.0] * 4] * 3, [0.0] * 4)], ["tanh"], "mean_squared_error", True
        )
        for W, b in network.parameters:
            W.data.release()
            b.release()
        attempt(network.__init__, [([[1.0]], [0.0])], ["tanh"], "mean_squared_error", True)
        attempt(native.forward, matrix, network)
        optimizer = native.Optimizer(network, "adam", native.Rates(0.1))
        attempt(native.train_step, network, optimizer, matrix, buffer("d", 4, 4))

        raw = bytearray(8 * N * N_IN)
        X = memoryview(raw).cast("d", (N, N_IN))
        Y = array("d", [0.5] * (N * N_OUT))
        net = small_network(stream)
        rows = memoryview(Y).cast("B").cast("d", (N, N_OUT))
        training = Training(net, X, rows, learning_rate=0.1, batch_size=stream.choice([1, 5, N]))
        X.release()
        rows.release()
        attempt(raw.clear)
        attempt(raw.extend, bytes(4096))
        attempt(Y.append, 1.0)
        del raw, Y
        gc.collect(0)
        training.step()
        training.epoch()
        made += 8
    return made


# Classes that lie


class LongList(list):
    """Says that it is longer than it is."""

    def __len__(self):
        return 10**6


class OtherRows(list):
    """Gives other rows each time."""

    def __iter__(self):
        return iter([[1.0] * random.randrange(90)] * random.randrange(90))


class Endless(collections.abc.Sequence):
    def __len__(self):
        return N

    def __getitem__(self, index):
        return [float(index)] * (N_IN + index % 2)


class LyingArray(array):
    shape = (10**6, 10**6)

    def __len__(self):
        return 10**9

    def __iter__(self):
        return iter([1.0] * 5)


class Evil:
    """A number that clears lists and collects garbage while it is read."""

    def __init__(self, *lists):
        self.lists = lists

    def __float__(self):
        for victim in self.lists:
            victim.clear()
        gc.collect(0)
        return 1.0

    def __index__(self):
        self.__float__()
        return 0


def lying_classes(stream, calls):
    made = 0
    try:
        type("M", (native.Matrix,), {"shape": (4000, 4000)})
    except TypeError:
        pass
    else:
        raise AssertionError("a subclass of Matrix")
    for _ in range(calls // 10 + 1):
        net = small_network(stream)
        Y = [[0.5] * N_OUT] * N
        row = [0.5] * N_IN
        evil_row = [0.5] * N_IN
        evil_rows = [evil_row] * N
        evil_row[3] = Evil(evil_row, evil_rows)
        lying = [
            LongList([row] * N),
            OtherRows([row] * N),
            Endless(),
            [LongList(row)] * N,
            [OtherRows(row)] * N,
            [LyingArray("d", row)] * N,
            evil_rows,
            LyingArray("d", row),
        ]
        for X in lying:
            attempt(net.predict, X)
            attempt(net.fit, X, Y, epochs=1, learning_rate=0.1)
        classes = [
            LongList([1] * N),
            OtherRows([1] * N),
            [Evil(evil_rows)] * N,
            LyingArray("B", [1] * N),
        ]
        for Y in classes:
            attempt(net.evaluate, [row] * N, Y)
        evil_order = [Evil(evil_rows)] * 4
        network = native.Network([([[1.0]] * 2, [0.0])], ["tanh"], "mean_squared_error", True)
        data, targets = [[1.0, 2.0]] * 4, [[1.0]] * 4
        optimizer = native.Optimizer(network, "adam", native.Rates(0.1))
        attempt(native.train_epoch, network, optimizer, data, targets, evil_order, 2)
        attempt(native.train_epoch, network, optimizer, data, targets, LongList([0, 1]), 2)
        state = native.random_seed(1)
        for sizes in (LongList([3, 2]), [Evil(evil_rows), 2], Endless(), LyingArray("d", row)):
            attempt(native.initialize, sizes, "glorot_uniform", state)
            attempt(native.Random, sizes, 0, False, 0.0)
        attempt(setattr, state, "struct", None)
        for name, value in (("shape", (4000, 4000)), ("memory", None), ("data", b"")):
            attempt(setattr, native.Matrix(2, 2), name, value)
        for name, value in (("sizes", (4000, 4000)), ("block", None)):
            attempt(setattr, network, name, value)
        for name in ("architecture", "weights", "activations", "sizes"):
            attempt(setattr, net, name, None)
        made += 33
    return made


# Threads


def threads_on_one_network(stream, calls):
    """Trainings, predictions, copies and new weights, all at once."""
    net = small_network(stream, threads=2)
    X, Y = buffer("d", N, N_IN, 0.25), buffer("d", N, N_OUT, 0.5)
    training = Training(net, X, Y, learning_rate=0.01, batch_size=5, shuffle=True, seed=1)
    weights = net.get_weights()
    state = native.random_seed(1)
    actions = [
        lambda: net.fit(X, Y, epochs=1, learning_rate=0.1),
        training.step,
        training.epoch,
        lambda: net.predict(X),
        lambda: net.predict(X[0:1]),
        lambda: net.set_weights(weights),
        lambda: pickle.loads(pickle.dumps(net)),
        lambda: net.gradients(X, Y),
        lambda: native.random_permutation(state, 700),
        lambda: native.initialize([3, 40, 2], "he_normal", state),
        lambda: native.Random(state.words, state.position, state.has_spare, state.spare),
    ]

    def work(seed):
        own = random.Random(seed)
        for _ in range(calls // 4 + 1):
            attempt(own.choice(actions))

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 4 * (calls // 4 + 1)


# No memory left


def no_memory(stream, calls):
    """Wherever memory is asked for, there may be none; the next call must do without."""
    made, zeros = 0, memory.zeros
    modules = [
        sys.modules[f"purenn.native.{name}"]
        for name in ("work", "engine", "network", "learning", "initialization")
    ]

    def scarce(count):
        if stream.random() < 0.3:
            raise MemoryError
        return zeros(count)

    X, Y = buffer("d", N, N_IN, 0.25), buffer("d", N, N_OUT, 0.5)
    for _ in range(calls // 12 + 1):
        net = small_network(stream)
        weights, steps = net.get_weights(), []
        for module in modules:
            module.zeros = scarce
        try:
            training = attempt(Training, net, X, Y, learning_rate=0.1, batch_size=5)
            ordered = attempt(
                Training, net, X, Y, learning_rate=0.1, batch_size=5, shuffle=True, seed=1
            )
            steps = [t for t in (training, ordered) if t is not None]
            for t in steps * 3:
                attempt(t.step)
                attempt(t.epoch)
            attempt(net.predict, X)
            attempt(net.gradients, X, Y)
            attempt(net.set_weights, weights)
        finally:
            for module in modules:
                module.zeros = zeros
        for t in steps:
            t.epoch()
        made += 12
    return made


# Garbage


def cycles_of_garbage(stream, calls):
    """Memoryviews, matrices and trainings that end in one cycle, in every order."""

    class Node:
        pass

    made = 0
    for _ in range(calls // 4 + 1):
        parts = [memoryview(bytearray(8 * N * N_IN)).cast("d", (N, N_IN)), native.Matrix(2, 2)]
        net = small_network(stream)
        parts += [net, Training(net, parts[0], buffer("d", N, N_OUT), learning_rate=0.1)]
        parts += [parts[1].data, net.weights]
        stream.shuffle(parts)
        node = Node()
        node.own, node.parts = node, parts
        parts.append(node)
        attempt(net.predict, [[1.0] * N_IN] * 2)
        del node, parts, net
        if stream.random() < 0.2:
            gc.collect()
        made += 4
    return made


def main(calls, seed=0):
    """Makes at least that many calls; how many it made."""
    scenes = [
        changing_data,
        changing_classes,
        released_views,
        lying_classes,
        threads_on_one_network,
        no_memory,
        cycles_of_garbage,
    ]
    made = 0
    sys.setswitchinterval(1e-5)
    while made < calls:
        stream = random.Random(seed)
        seed += 1
        for scene in scenes:
            made += scene(stream, min(calls, 600) // len(scenes))
    return made


if __name__ == "__main__":
    print(main(int(sys.argv[1])), "calls")
