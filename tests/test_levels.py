"""Every level of kernels and number of threads through Python: the bits of the reference,
whatever the type of the data; what PURENN_SIMD and PURENN_THREADS say; and that a training can be
stopped."""

import os
import platform
import re
import signal
import subprocess
import sys
import time
from array import array
from collections import Counter
from functools import cache
from itertools import chain, islice
from itertools import count as integers
from math import isfinite
from types import SimpleNamespace

import pytest
from bits import bits
from cases import (
    ACTIVATIONS,
    LOSSES,
    RULES,
    Case,
    ClassCase,
    ShuffledCase,
    WideCase,
    WideClassCase,
    flat,
    train_epoch,
    train_step,
)

from purenn import Network, door, reference
from purenn.engines import engine as choose
from purenn.optimizers import PLAIN, Learning
from purenn.plain import engine as plain_engine
from purenn.random_state import RandomState

EVERY_LEVEL = ("plain", "avx2", "avx512", "zen4", "neon")
NAN, INF = float("nan"), float("inf")


@pytest.fixture(params=EVERY_LEVEL)
def level(request, native, monkeypatch):
    """Each level in turn."""
    if request.param not in native.core.available_levels():
        pytest.skip(f"this processor has no {request.param}")
    monkeypatch.setattr(native.core, "active", native.core.Kernels(request.param))
    return request.param


def in_a_process_of_its_own(code, tmp_path, **environment):
    """The process that has run the code, with these variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PURENN_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def printed(code, tmp_path, **environment):
    """What the code prints."""
    result = in_a_process_of_its_own(code, tmp_path, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


@cache
def expected(kind, seed):
    """A case, and the bits of the reference: losses, parameters, a last prediction."""
    case = kind(seed)
    return case, trained_by_the_reference(case)


def trained_by_the_reference(case):
    network, learning = case.network(reference), case.learning
    optimizer, dropout = learning.begin(reference, network)
    stream = dropout.random if dropout else reference.random_seed(learning.seed or 0)
    losses = []
    for order in case.orders:
        if learning.shuffle:
            order = reference.random_permutation(stream, len(case.X))
        rest = case.batch_size, learning.sample_weights, dropout
        losses.append(reference.train_epoch(network, optimizer, case.X, case.Y, order, *rest))
    _, A = reference.forward(case.X, network)
    return [bits(part) for part in (losses, network.parameters, A[-1])]


def trained_in_python(case):
    """By the Python engine."""
    engine = choose("python")
    weights = engine.weights(architecture_of(case), block_of(case), None)
    X, Y = (engine.inputs(door.matrix(name, getattr(case, name))) for name in "XY")
    steps, losses = weights.steps(X, Y, case.batch_size, case.learning), []
    for order in case.orders:
        steps._order = order
        steps.run(losses, 1)
    return [bits(part) for part in (losses, weights.network.parameters, weights.outputs(X))]


def architecture_of(case):
    """What an engine reads of an Architecture, which would refuse some cases."""
    return SimpleNamespace(
        sizes=tuple(case.sizes),
        activations=case.activations,
        loss=case.loss,
        bias=case.bias,
        n_in=case.sizes[0],
        n_out=case.sizes[-1],
        shapes=[*zip(case.sizes, case.sizes[1:])],
        parameter_count=reference.count_parameters(case.sizes),
    )


def block_of(case):
    """The first weights in one block."""
    return array("d", flat(case.weights))


def buffer(rows, form="d"):
    """Rows as a buffer of that type, (n, n_in)."""
    values = [int(value) if form == "B" else value for row in rows for value in row]
    return memoryview(array(form, values)).cast("B").cast(form, (len(rows), len(rows[0])))


class Native:
    """A case as the C core computes it for a Network, whose door refuses some of its numbers."""

    def __init__(self, case, X=None, threads=None, batch_size=None, rate=None, learning=None):
        engine = choose("c")
        self.X = engine.inputs(door.matrix("X", case.X if X is None else X))
        self.X.name_columns()
        self.weights = engine.weights(architecture_of(case), block_of(case), threads)
        Y = [case.Y[s % len(case.Y)] for s in range(self.X.shape[0])]
        classes = getattr(case, "classes", None)
        self.steps = self.weights.steps(
            self.X,
            engine.classes(array("I", classes), case.sizes[-1])
            if classes
            else engine.targets(door.matrix("Y", Y)),
            batch_size or case.batch_size,
            learning or Learning(PLAIN, case.rate if rate is None else rate),
        )
        self.steps._room = 0  # it doesn't go back where numbers are not finite
        self.shuffled = any(not isinstance(order, range) for order in case.orders)

    @property
    def parameters(self):
        return bits(self.weights._network.parameters)

    def epoch(self, order=None):
        """The loss of one epoch more, or of the rest of one; without an order as they stand."""
        if self.shuffled and order is not None:
            from purenn.native.core import ffi

            if self.steps.position[1] == 0:
                self.steps._workspace = None  # rows that are gathered need more room
            self.steps._order = ffi.new("size_t[]", list(order))
            self.steps._struct.order = self.steps._order
        losses = []
        self.steps.run(losses, 1)
        (loss,) = losses
        return loss


def trained(case, X, threads):
    """The bits of that case as `expected` gives them."""
    made = Native(case, X, threads, learning=case.learning)
    losses = [made.epoch(order) for order in case.orders]
    return [bits(losses), made.parameters, bits(made.weights.outputs(made.X))]


# Levels and threads


THREADS = range(1, 9)
# What a configuration may have besides a rule, a decay, a loss, an activation.
TRAITS = {
    "clips": lambda case: case.learning.largest_norm > 0.0,
    "weighs samples": lambda case: case.learning.sample_weights is not None,
    "drops out": lambda case: case.learning.dropout is not None,
    "draws its orders": lambda case: case.learning.shuffle,
    "has an order": lambda case: any(order != range(len(case.X)) for order in case.orders),
    "one by one": lambda case: case.batch_size == 1,
    "batches": lambda case: 1 < case.batch_size < len(case.X),
    "all at once": lambda case: 1 < case.batch_size == len(case.X),
    "no biases": lambda case: not case.bias,
    "mostly zeros": lambda case: isinstance(case, WideCase),
}
EVERY_TRAIT = {
    *(("rule", rule, decay) for rule in RULES for decay in (None, "l2", "decoupled")),
    *(("loss", loss, last) for loss in LOSSES for last in ACTIVATIONS),
    *(("trait", name, value) for name in TRAITS for value in (False, True)),
}


def traits_of(case):
    learning = case.learning
    yield "rule", learning.rule, learning.decay
    yield "loss", case.loss, case.activations[-1]
    for name, has in TRAITS.items():
        yield "trait", name, bool(has(case))


def configurations():
    """Numbered cases of every kind, but for those with a layer without units, which no Architecture
    allows."""
    for number in integers():
        kind = WideCase if number % 16 == 15 else (Case, ShuffledCase)[number % 2]
        case = kind(number)
        if 0 not in case.sizes:
            yield number, case


@pytest.mark.parametrize("count", [200, pytest.param(3000, marks=pytest.mark.slow)])
def test_random_trainings(native, monkeypatch, count):
    """Each configuration by the reference, by the Python engine, and in C at every level, with all
    numbers of threads in turn; that all which may be in one occurred, is counted."""
    monkeypatch.setattr(plain_engine, "isfinite", lambda x: True)  # so that it doesn't go back
    levels, counted = native.core.available_levels(), Counter()
    for number, case in islice(configurations(), count):
        right = trained_by_the_reference(case)
        assert trained_in_python(case) == right, number
        X = buffer(case.X, case.type) if isinstance(case, WideCase) else case.X
        for place, level in enumerate(levels):
            monkeypatch.setattr(native.core, "active", native.core.Kernels(level))
            threads = THREADS[(number // 16 + number + place) % 8]
            assert trained(case, X, threads) == right, (number, level, threads)
            counted["run", level, threads] += 1
        counted.update(traits_of(case))
    runs = {("run", level, threads) for level in levels for threads in THREADS}
    assert sum(counted[run] for run in runs) == count * len(levels)
    assert {*counted} <= runs | EVERY_TRAIT
    if count >= 3000:
        assert {*counted} == runs | EVERY_TRAIT


@pytest.mark.parametrize("threads", range(1, 9))
def test_threads_that_share_work(native, level, threads):
    """On bytes, float32 and float64 as they lie, zeros left out."""
    for seed in range(12):
        case, right = expected(WideCase, seed)
        assert trained(case, buffer(case.X, case.type), threads) == right, seed


def test_random_trainings_on_classes(native, level):
    """As the reference trains on the rows that name them."""
    for seed in range(40):
        case, right = expected(ClassCase, seed)
        assert trained(case, case.X, 1 + seed % 8) == right, seed


@pytest.mark.parametrize("threads", range(1, 9))
def test_threads_that_share_classes(native, level, threads):
    for seed in range(3, 8):
        case, right = expected(WideClassCase, seed)
        assert trained(case, buffer(case.X, case.type), threads) == right, seed


@pytest.mark.parametrize("threads", [1, 3])
def test_predictions_of_few_and_many(native, level, threads):
    case = WideCase(2)
    _, A = reference.forward(case.X, case.network(reference))
    right = bits(A[-1])
    for n in (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 36):
        for form in "df":
            made = Native(case, buffer(case.X[:n], form), threads)
            assert bits(made.weights.outputs(made.X)) == right[:n], (n, form)
    made = Native(case, [row for row in case.X for _ in range(20)], threads)
    assert bits(made.weights.outputs(made.X)) == [row for row in right for _ in range(20)]


def test_the_functions_of_the_reference(native, level):
    """forward, backward and the others, also with more terms in a sum than a panel is deep."""
    stream = RandomState(5)
    for n, n_in, n_out in ((1, 600, 9), (9, 1100, 3), (1100, 5, 9), (6, 7, 1100), (3, 2, 17)):
        X, W, dZ = stream.randn(n, n_in), stream.randn(n_in, n_out), stream.randn(n, n_out)
        b = stream.randn(n_out)
        for name, *arguments in (
            ("affine", X, W, b),
            ("weight_gradient", X, dZ),
            ("bias_gradient", dZ),
            ("input_gradient", dZ, W),
        ):
            found = getattr(native, name)(*arguments)
            assert bits(found) == bits(getattr(reference, name)(*arguments)), (name, n, n_in)
        in_python, in_c = (
            functions.Network([(W, b)], ["tanh"], "mean_squared_error", True)
            for functions in (reference, native)
        )
        A = reference.forward(X, in_python)[1]
        assert bits(native.forward(X, in_c)[1]) == bits(A)
        found = native.backward(A, X, dZ, in_c)
        assert bits(found) == bits(reference.backward(A, X, dZ, in_python))


# Kinds of data


def strided(np, X):
    wide = np.zeros((len(X), 2 * X.shape[1]), X.dtype)
    wide[:, ::2] = X
    return wide[:, ::2]


def unaligned(np, X):
    return np.frombuffer(b"\0" + X.tobytes(), X.dtype, offset=1).reshape(X.shape)


def read_only(np, X):
    X.flags.writeable = False
    return X


NUMPY_FORMS = {
    "array": lambda np, X: X,
    "read-only": read_only,
    "strided": strided,
    "every second row": lambda np, X: np.repeat(X, 2, axis=0)[::2],
    "fortran": lambda np, X: np.asfortranarray(X),
    "other byte order": lambda np, X: X.astype(X.dtype.newbyteorder("S")),
    "unaligned": unaligned,
    "part of a larger one": lambda np, X: np.concatenate([X[:3], X, X[:3]])[3:-3],
}
PLAIN_FORMS = {
    "lists": lambda X, form: X,
    "tuples": lambda X, form: tuple(map(tuple, X)),
    "rows of arrays": lambda X, form: [array("d", row) for row in X],
    "memoryview": buffer,
    "read-only memoryview": lambda X, form: memoryview(buffer(X, form).tobytes()).cast(
        form, (len(X), len(X[0]))
    ),
}
# The same recipe for every form: whole numbers up to 255, most of them 0.
CASE = WideCase(13)
ROWS = [[value if value < 200 else 0.0 for value in row] for row in CASE.X]


@cache
def fit_of_the_reference(shuffle, batch_size, rate=1e-4):
    """Losses, weights and outputs of three epochs by the reference, from lists."""
    start = Network(CASE.sizes, activations=CASE.activations, loss=CASE.loss, seed=3)
    network = reference.Network(start.get_weights(), CASE.activations, CASE.loss, True)
    stream = RandomState(9)
    n = len(ROWS)
    losses = []
    for _ in range(3):
        order = stream.permutation(n) if shuffle else range(n)
        losses.append(train_epoch(reference, network, ROWS, CASE.Y, order, batch_size, rate))
    A = reference.forward(ROWS, network)[1]
    return bits(losses), bits(network.parameters), bits(A[-1])


def check_fit(engine, X, shuffle=True, batch_size=7, threads=None):
    network = Network(
        CASE.sizes,
        activations=CASE.activations,
        loss=CASE.loss,
        seed=3,
        backend=engine.name,
        threads=threads,
    )
    options = {"shuffle": True, "seed": 9} if shuffle else {}
    history = network.fit(X, CASE.Y, epochs=3, learning_rate=1e-4, batch_size=batch_size, **options)
    found = bits(history.history["loss"]), bits(network.get_weights()), bits(network.predict(X))
    assert found == fit_of_the_reference(shuffle, batch_size)


@pytest.mark.parametrize("type", ["B", "f", "d"])
@pytest.mark.parametrize("form", PLAIN_FORMS)
def test_forms_of_data(engine, form, type):
    check_fit(engine, PLAIN_FORMS[form](ROWS, type))


@pytest.mark.parametrize("type", ["B", "f", "d"])
@pytest.mark.parametrize("form", NUMPY_FORMS)
def test_forms_of_numpy_arrays(engine, form, type):
    np = pytest.importorskip("numpy")
    check_fit(engine, NUMPY_FORMS[form](np, np.array(ROWS, {"B": "u1"}.get(type, type))))


@pytest.mark.parametrize("type", ["B", "f", "d"])
def test_one_sample_as_a_flat_buffer(engine, type):
    """Its own way to C, with the outputs that it has among others."""
    network = Network(CASE.sizes, activations=CASE.activations, seed=3, backend=engine.name)
    right = network.predict(ROWS)
    values = buffer(ROWS, type).cast("B").cast(type)
    n_in = CASE.sizes[0]
    for s in range(len(ROWS)):
        flat = network.predict(values[s * n_in : (s + 1) * n_in])
        assert bits(flat) == bits(right[s])
    backwards = memoryview(array(type, values[::-1].tolist()))[::-1]
    assert bits(network.predict(backwards[:n_in])) == bits(right[0])


@pytest.mark.parametrize("type", ["B", "f", "d"])
def test_unaligned_memory(engine, type):
    raw = bytearray(b"\0" + buffer(ROWS, type).tobytes())
    check_fit(engine, memoryview(raw)[1:].cast(type, (len(ROWS), len(ROWS[0]))))


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 7, len(ROWS)])
@pytest.mark.parametrize("type", ["B", "f", "d"])
def test_batches_and_orders(native, level, type, batch_size, shuffle):
    check_fit(choose("c"), buffer(ROWS, type), shuffle, batch_size, threads=3)


# Zeros left out


@cache
def epochs_of_the_reference(seed, batch_size):
    """A case, and after each epoch the loss, the weights, and whether the first ones are finite."""
    case = WideCase(seed)
    batch_size = batch_size or len(case.X)
    network, epochs = case.network(reference), []
    for order in case.orders:
        loss = train_epoch(reference, network, case.X, case.Y, order, batch_size, case.rate)
        finite = all(map(isfinite, chain.from_iterable(network.parameters[0][0])))
        epochs.append((bits(loss), bits(network.parameters), finite))
    return case, batch_size, epochs


@pytest.mark.parametrize("batch_size", [1, pytest.param(7, marks=pytest.mark.slow), None])
def test_zeros_are_left_out_until_a_weight_is_not_finite(native, level, batch_size):
    """Zero times inf is NaN, so the sums must have their zeros back when a step overflows."""
    left_out = set()
    for seed in range(25):
        case, size, epochs = epochs_of_the_reference(seed, batch_size)
        made = Native(case, buffer(case.X, case.type), 2, size)
        struct = made.steps._struct
        assert bool(struct.sparse) == (level != "plain")
        for order, (loss, weights, finite) in zip(case.orders, epochs):
            assert bits(made.epoch(order)) == loss, seed
            assert made.parameters == weights, seed
            if level == "plain" or not finite or (size == 1 and case.rate < 0.0):
                assert struct.sparse == 0, seed
            left_out.add(struct.sparse)
    assert left_out == ({0} if level == "plain" else {0, 1})


@pytest.mark.parametrize("wrong", [INF, -INF, NAN])
@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("batch_size", [1, 20])
def test_zeros_stay_where_weights_begin_not_finite(native, level, batch_size, layer, wrong):
    """In the second layer, they make the gradients of the first one so."""
    case = WideCase(3)
    case.weights[layer][0][-1][-1] = wrong
    order = case.orders[0][::-1]
    in_python, in_c = case.network(reference), Native(case, buffer(case.X, "f"), 3, batch_size)
    loss = train_epoch(reference, in_python, case.X, case.Y, order, batch_size, case.rate)
    assert bits(in_c.epoch(order)) == bits(loss)
    assert in_c.parameters == bits(in_python.parameters)
    assert in_c.steps._struct.sparse == 0


@pytest.mark.parametrize("batch_size", [1, 7, 36])
@pytest.mark.parametrize("rate", [0.0, -0.0, 5e-324, 1e-310, -0.1, 1e300, INF, -INF, NAN])
def test_learning_rates_that_only_the_binding_takes(native, level, rate, batch_size):
    """A step of −0.0 makes a weight of −0.0 positive, one of NaN every weight NaN."""
    case = WideCase(4)
    in_python, in_c = case.network(reference), Native(case, buffer(case.X), 3, batch_size, rate)
    for order in case.orders[:2]:
        loss = train_epoch(reference, in_python, case.X, case.Y, order, batch_size, rate)
        assert bits(in_c.epoch(order)) == bits(loss)
        assert in_c.parameters == bits(in_python.parameters)


def test_inputs_that_are_not_finite(native, level):
    """The binding takes them; they are not 0, so they are in every sum."""
    for seed in (3, 4, 9):
        case = WideCase(seed)
        case.X[3][5], case.X[4][60], case.X[5][1] = INF, NAN, -INF
        in_python, in_c = case.network(reference), Native(case, buffer(case.X, "d"), 2)
        for order in case.orders:
            in_c.epoch(order)
            train_epoch(reference, in_python, case.X, case.Y, order, case.batch_size, case.rate)
            assert in_c.parameters == bits(in_python.parameters), seed


# PURENN_SIMD and PURENN_THREADS

TRAIN = """
from purenn import Network, backend_info
network = Network([2, 3, 1], seed=1)
history = network.fit([[1.0, 2.0]] * 40, [0.5] * 40, epochs=2, learning_rate=0.5)
print(backend_info()["simd"].split()[0], network.predict([[1.0, 2.0]])[0][0].hex())
"""


def test_purenn_simd_chooses_the_level(native, tmp_path):
    lines = {
        level: printed(TRAIN, tmp_path, PURENN_SIMD=level).split()
        for level in native.core.available_levels()
    }
    assert {level: line[0] for level, line in lines.items()} == {level: level for level in lines}
    assert len({line[1] for line in lines.values()}) == 1


def level_of_this_processor():
    """The level that suits it, by what Linux says of it."""
    if platform.machine() == "aarch64":
        return "neon"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            said = dict(re.findall(r"^(\w[\w ]*\w)\s*: (.*)$", file.read().split("\n\n")[0], re.M))
    except FileNotFoundError:
        pytest.skip("needs Linux's /proc")
    flags = said["flags"].split()
    if {"avx512f", "avx512dq", "avx512vl"} <= {*flags}:
        zen4 = (said["vendor_id"], said["cpu family"]) == ("AuthenticAMD", "25")
        return "zen4" if zen4 else "avx512"
    return "avx2" if "avx2" in flags else "plain"


def test_the_level_that_suits_the_processor_is_the_default(native, tmp_path):
    assert printed(TRAIN, tmp_path).split()[0] == level_of_this_processor()


@pytest.mark.parametrize("word", ["", "AVX", "sse", "avx2 ", "0"])
def test_a_wrong_purenn_simd_is_one_clear_line(native, tmp_path, word):
    for code in ("import purenn.native", TRAIN):
        result = in_a_process_of_its_own(code, tmp_path, PURENN_SIMD=word)
        line = result.stderr.splitlines()[-1]
        assert result.returncode != 0
        assert line == (
            "ValueError: PURENN_SIMD: expected one of plain, avx2, avx512, zen4, neon, "
            f"got {word!r}"
        )


def test_a_level_that_the_processor_lacks_is_one_clear_line(native, tmp_path):
    have = native.core.available_levels()
    lacking = next(level for level in EVERY_LEVEL if level not in have)
    result = in_a_process_of_its_own(TRAIN, tmp_path, PURENN_SIMD=lacking)
    line = result.stderr.splitlines()[-1]
    assert result.returncode != 0
    assert line.startswith("ValueError: PURENN_SIMD: ") and ", ".join(have) in line
    assert line.endswith(f"got {lacking!r}")


def test_purenn_simd_is_nothing_to_the_reference(tmp_path):
    code = TRAIN.replace("backend_info()", '{"simd": "none"}')
    out = printed(code, tmp_path, PURENN_SIMD="wrong", PURENN_BACKEND="python")
    assert out.split()[0] == "none"


def test_purenn_threads_is_the_number_of_threads(native, monkeypatch):
    for number in (1, 2, 64):
        monkeypatch.setenv("PURENN_THREADS", str(number))
        assert native.work.Work((1, 1), None).shares(100)[1] == number
        assert native.work.Work((1, 1), 5).shares(100)[1] == 5
        case = WideCase(2)
        assert Native(case).steps._struct.threads == number
        assert Native(case, threads=5).steps._struct.threads == 5


@pytest.mark.parametrize("word", ["", "0", "65", "-1", "2.0", "two", " ", "²", "1" * 30])
def test_a_wrong_purenn_threads_is_one_clear_line(native, monkeypatch, word):
    network = Network([2, 1], seed=1, backend="c")
    before = bits(network.get_weights())
    monkeypatch.setenv("PURENN_THREADS", word)
    for call in (
        lambda: Network([2, 1], backend="c"),
        lambda: network.predict([[1.0, 2.0]] * 2),
        lambda: network.fit([[1.0, 2.0]], [1.0], epochs=1, learning_rate=0.1),
    ):
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == f"PURENN_THREADS: expected 1 to 64, got {word!r}"
    assert bits(network.get_weights()) == before


@pytest.mark.parametrize("threads", [0, 65, -1, 2.0, "2", True])
def test_a_wrong_number_of_threads_is_refused(threads):
    with pytest.raises((ValueError, TypeError), match=r"^threads: expected "):
        Network([2, 1], threads=threads)


def test_backend_info_says_level_and_threads(native, level, monkeypatch):
    import purenn

    have = ", ".join(native.core.available_levels())
    assert purenn.backend_info()["simd"] == f"{level} (of {have})"
    monkeypatch.setenv("PURENN_THREADS", "3")
    assert purenn.backend_info()["threads"] == "3"


# Stopping


def stop_after(native, monkeypatch, steps, calls):
    """Runs the training until Ctrl-C comes after that many calls of C, 7 or 8 samples each."""
    function, made = native.core.lib.pn_train, []

    def train(*arguments):
        if len(made) == calls:
            raise KeyboardInterrupt
        made.append(1)
        return function(*arguments)

    steps._struct.range, steps._at_once = 8, 7
    with monkeypatch.context() as patched:
        patched.setattr(native.core.lib, "pn_train", train)
        patched.setattr(native.training, "next_samples", lambda samples, *taken: samples)
        with pytest.raises(KeyboardInterrupt):
            steps.run([], 1)


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("batch_size", [1, 7, 90])
def test_a_stopped_training_has_made_whole_steps(native, level, monkeypatch, batch_size, calls):
    """And can go on: at the end of the epoch nothing tells that it was stopped."""
    case = WideCase(29)
    assert len(case.X) == 90
    made, network = Native(case, buffer(case.X), 1, batch_size), case.network(reference)
    stop_after(native, monkeypatch, made.steps, calls)
    steps, losses = [bits(network.parameters)], []
    for start in range(0, 90, batch_size):
        rows = slice(start, start + batch_size)
        losses += train_step(reference, network, case.X[rows], case.Y[rows], case.rate)
        steps.append(bits(network.parameters))
    assert made.parameters in steps
    assert (made.parameters == steps[0]) == (calls == 0 or batch_size == 90)
    assert bits(made.epoch()) == bits(reference.mean(losses))
    assert made.parameters == steps[-1]


@pytest.mark.parametrize(("threads", "most"), [(1, 2_000_000), (2, 2)])
def test_the_first_call_of_c_is_short(native, monkeypatch, threads, most):
    """Before it is known how long a batch takes: threads that meet after each may take any time."""
    function, firsts = native.core.lib.pn_train, []

    def train(*arguments):
        firsts.append(arguments[-1])
        return function(*arguments)

    monkeypatch.setattr(native.core.lib, "pn_train", train)
    network = Network([1, 1], seed=1, backend="c", threads=threads)
    network.fit([[0.5]] * 1000, [[0.5]] * 1000, epochs=20, learning_rate=0.1, batch_size=2)
    assert firsts[0] <= most


def test_no_call_of_c_takes_long(native, level, monkeypatch):
    """A few tenths of a second of this thread, whatever the batch."""
    function, seconds = native.core.lib.pn_train, []

    def train(*arguments):
        start = time.thread_time()
        result = function(*arguments)
        seconds.append(time.thread_time() - start)
        return result

    monkeypatch.setattr(native.core.lib, "pn_train", train)
    n, sizes = 2000, (784, 100, 10)
    X = memoryview(bytes(range(1, 255)) * (n * 784 // 254 + 1))[: n * 784].cast("B", (n, 784))
    Y = [[float(j == s % 10) for j in range(10)] for s in range(n)]
    for batch_size in (1, 100, n):
        network = Network(sizes, seed=1, backend="c", threads=1)
        network.fit(X, Y, epochs=2, learning_rate=0.1, batch_size=batch_size)
    assert max(seconds) < 0.3
    assert len(seconds) > 3


INTERRUPTED = """
import signal
from purenn import Network
from purenn.native import core

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a background process may ignore
n, made, function = 1000, [], core.lib.pn_train
X = memoryview(bytes(s * k % 251 for s in range(n) for k in range(784))).cast("B", (n, 784))
Y = [[float(j == s % 10) for j in range(10)] for s in range(n)]

def train(*arguments):
    if not made:
        print("training", flush=True)
    made.append(1)
    return function(*arguments)

core.lib.pn_train = train
def network():
    return Network([784, 200, 10], activations=["tanh", "softmax"], seed=1, threads=2)
stopped = network()
try:
    stopped.fit(X, Y, epochs=100000, learning_rate=0.1)
except KeyboardInterrupt:
    print("stopped", flush=True)
again, steps = network(), 0
while again.get_weights() != stopped.get_weights() and steps < 1000:
    again.fit(X, Y, epochs=1, learning_rate=0.1)
    steps += 1
print(steps)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal")
@pytest.mark.parametrize("simd", ["plain", None])
def test_ctrl_c_stops_a_large_training_within_a_second(native, tmp_path, simd):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PURENN_")}
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=tmp_path,
        env={**kept, "PURENN_SIMD": simd} if simd else kept,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "training\n"
        time.sleep(1.5)
        pressed = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopped\n"
        assert time.monotonic() - pressed < 1.0
        assert 0 < int(process.stdout.readline()) < 1000  # whole steps
    assert process.returncode == 0


# Memory

PEAK = """
from array import array
from purenn import Network

def peak():
    with open("/proc/self/status") as file:
        return 1024 * int(next(line for line in file if line.startswith("VmHWM")).split()[1])

n, zeros = 30000, %d
row = bytes(0 if k %% 10 < zeros else 1 + k %% 255 for k in range(784))
X = memoryview(row * n).cast("B", (n, 784))
Y = memoryview(array("d", [0.5]) * n)
network = Network([784, 16, 1], seed=1)
before = peak()
network.fit(X, Y, epochs=1, learning_rate=0.1, batch_size=%d, shuffle=True, seed=1)
network.predict(X[:10])
print((peak() - before) / X.nbytes)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc/self/status")
@pytest.mark.parametrize("zeros", [0, 8])
@pytest.mark.parametrize("batch_size", [1, 30000])
def test_bytes_are_trained_on_where_they_lie(native, tmp_path, zeros, batch_size):
    """As float64 they would take 8 times their memory more."""
    assert float(printed(PEAK % (zeros, batch_size), tmp_path)) < 1.0
