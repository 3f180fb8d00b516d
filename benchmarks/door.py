"""What it costs to come in by the door: calls from Python, beside the C that they call.

    python benchmarks/door.py

prints each figure with its target, for one thread. Times are the least of many short runs, those of
large data the least time of the thread. Needs nothing but purenn with its C core.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from random import Random
from time import perf_counter, thread_time

from purenn import Network, Training, door

CLASSES = {"activations": ["sigmoid", "sigmoid", "softmax"], "loss": "categorical_cross_entropy"}
SIZES = [784, 16, 16, 10]
ROUNDS = 60


def main() -> None:
    """All figures."""
    for section in (calls, loops, lists, predictions):
        for name, value, unit, target in section():
            held = "" if value <= target else "  missed"
            print(f"{name:54} {value:8.2f} {unit:2}  target {target:g}{held}", flush=True)


def calls():
    """Short calls, all in turns: what they take, or take outside of C."""
    stream = Random(1)
    letters = network([30, 5, 3], bias=False)
    letters_data = matrix(stream, 3, 30, 0.6), one_hot(3, 3)
    digits = network(SIZES, **CLASSES)
    digit = matrix(stream, 1, 784, 0.81), one_hot(1, 10)
    small, point = network([2, 3, 1]), array("d", [0.1, 0.2])
    row = array("d", digit[0].tolist()[0])
    one = {"learning_rate": 0.1, "batch_size": 1}
    training = Training(letters, *letters_data, learning_rate=0.1)
    stepped = Training(letters, *letters_data, learning_rate=0.1)
    times = least(
        {
            "100": lambda: letters.fit(*letters_data, epochs=100, **one),
            "200": lambda: letters.fit(*letters_data, epochs=200, **one),
            "fit": lambda: digits.fit(*digit, epochs=1, learning_rate=0.01),
            "2-3-1": lambda: small.predict(point),
            "784": lambda: digits.predict(row),
            "step": training.step,
            "epoch": training.epoch,
            "C": step_in_c(stepped),
        }
    )
    c = times["200"] - times["100"]
    yield "letters, fit of 100 epochs: outside of C", times["100"] - c, "µs", 10
    yield "784-16-16-10, fit of one sample, one epoch", times["fit"], "µs", 12
    yield "2-3-1, one prediction", times["2-3-1"], "µs", 2.5
    yield "784-16-16-10, one prediction", times["784"], "µs", 2.5
    yield "letters, a step of a Training: outside of C", times["step"] - times["C"], "µs", 2
    yield "letters, an epoch of a Training: outside of C", times["epoch"] - times["C"], "µs", 2


def loops():
    """Fits of one epoch each, over one fit of as many; the last number is the batch's."""
    cases = [
        (f"30,000×784 {kind}, {zeros:.0%} zeros, {batch}", SIZES, 30000, form, zeros, batch, 5)
        for form, kind in (("d", "float64"), ("f", "float32"), ("B", "bytes"))
        for zeros in (0.81, 0.0)
        for batch in (None, 128)
    ]
    cases += [
        ("2,000×784 float64, 81% zeros, None", SIZES, 2000, "d", 0.81, None, 40),
        ("2,000×784 float64, 0% zeros, None", SIZES, 2000, "d", 0.0, None, 40),
        ("20,000×2, 2-4-2, None", [2, 4, 2], 20000, "d", 0.0, None, 40),
        ("512×784, 784-512-512-10, 128", [784, 512, 512, 10], 512, "d", 0.0, 128, 2),
    ]
    for name, sizes, n, form, zeros, batch, epochs in cases:
        options = {**CLASSES, "activations": ["sigmoid"] * (len(sizes) - 2) + ["softmax"]}
        net = network(sizes, **options)
        X, Y = repeated(n, sizes[0], form, zeros), one_hot(n, sizes[-1])
        how = {"learning_rate": 0.01, "batch_size": batch}
        times = {"one": [], "loop": []}
        for _ in range(4):
            times["one"].append(timed(lambda: net.fit(X, Y, epochs=epochs, **how)))  # noqa: B023
            times["loop"].append(
                timed(lambda: [net.fit(X, Y, epochs=1, **how) for _ in range(epochs)])  # noqa: B023
            )
        yield f"fits of one epoch, {name}", min(times["loop"]) / min(times["one"]), "×", 1.2


def lists():
    """Rows of Python's numbers, until C can read them, over array("d", row) row by row."""
    stream = Random(2)
    kinds = {
        "floats": stream.random,
        "ints": lambda: stream.randrange(256),
        "mixed": lambda: stream.choice([0, stream.random()]),
    }
    for width, n in ((784, 60), (30, 1000), (2, 8000)):
        for kind, number in kinds.items():
            for rows_as in (list, tuple):
                rows = [rows_as(number() for _ in range(width)) for _ in range(n)]
                times = least(
                    {
                        "door": lambda: door.matrix("X", rows, width, "sample"),  # noqa: B023
                        "array": lambda: [array("d", row) for row in rows],  # noqa: B023
                    },
                    1,
                )
                name = f"{rows_as.__name__}s of {width} {kind}, over array('d', row)"
                yield name, times["door"] / times["array"], "×", 1.5


def predictions():
    """Many rows at once, with lists and without."""
    n, net = 200_000, network([2, 3, 1])
    X = repeated(n, 2, "d", 0.0)
    times = {True: [], False: []}
    for _ in range(5):
        for as_lists, seconds in times.items():
            seconds.append(timed(lambda: net.predict(X, lists=as_lists)))  # noqa: B023
    yield "200,000 predictions as a memoryview", 1e3 * min(times[False]), "ms", 50
    yield "the same, over those in lists", min(times[False]) / min(times[True]), "×", 0.5


def network(sizes: list[int], **options) -> Network:
    return Network(sizes, seed=1, threads=1, backend="c", **options)


def matrix(stream: Random, n: int, n_in: int, zeros: float) -> memoryview:
    """Numbers from 0 to 1, some of them 0."""
    numbers = [stream.random() if stream.random() > zeros else 0.0 for _ in range(n * n_in)]
    return memoryview(array("d", numbers)).cast("B").cast("d", (n, n_in))


def repeated(n: int, n_in: int, form: str, zeros: float) -> memoryview:
    """500 rows again and again, zeros at the margin as in the images of digits."""
    stream, base = Random(3), min(n, 500)
    raw = array(form)
    for _ in range(base):
        for k in range(n_in):
            margin = min(k // 28 % 28, k % 28, 27 - k // 28 % 28, 27 - k % 28) < 4
            zero = zeros > 0.0 and stream.random() < (0.98 if margin else 0.64)
            value = 0 if zero else stream.randrange(1, 256)
            raw.append(value if form == "B" else value / 255.0)
    some = raw.tobytes()
    numbers = bytearray(some * -(-n // base))[: n * n_in * raw.itemsize]
    return memoryview(numbers).cast(form, (n, n_in))


def one_hot(n: int, n_out: int) -> memoryview:
    targets = array("d", bytes(8 * n * n_out))
    for s in range(n):
        targets[s * n_out + s % n_out] = 1.0
    return memoryview(targets).cast("B").cast("d", (n, n_out))


def step_in_c(training: Training) -> Callable[[], object]:
    """The call of C that a step makes, and nothing else; the training has to be kept."""
    from purenn.native import core

    training.step()  # which leaves it the workspace
    steps, train = training._steps, core.unchecked.pn_train
    arguments = core.active.table, steps._struct, steps._losses, 1000, training._n
    return lambda: train(*arguments)


def least(actions: dict[str, Callable[[], object]], count: int = 50) -> dict[str, float]:
    """The least time of each, in microseconds; they take turns."""
    times = dict.fromkeys(actions, float("inf"))
    for _ in range(ROUNDS):
        for name, action in actions.items():
            start = perf_counter()
            for _ in range(count):
                action()
            times[name] = min(times[name], (perf_counter() - start) / count * 1e6)
    return times


def timed(action: Callable[[], object]) -> float:
    """Seconds of this thread."""
    start = thread_time()
    action()
    return thread_time() - start


if __name__ == "__main__":
    main()
