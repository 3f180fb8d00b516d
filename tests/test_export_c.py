"""A network exported as C computes what the library computes, and proves it by itself."""

import ctypes
import random
import re
import shutil
import struct
import subprocess
import warnings
from itertools import product
from math import isfinite

import pytest
from bits import bits
from cases import PROBABILITIES
from exports import (
    BUILDS,
    EDGES,
    LIMITS,
    call,
    compile_c,
    doubles,
    load,
    random_network,
    some_inputs,
)
from test_c_core import FAMILY, ROOT, STRICT, refused

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

from purenn import Network, Optimizer, Training, TrainingWarning, export_c, export_python
from purenn.commands.export import rounded_up
from purenn.export.c.plan import literal
from purenn.export.change import bound_of_change, change_of
from purenn.export.rounding import stored
from purenn.export.vectors import fused_multiply_add

FAST, ALL = range(10), range(200)
REPRESENTATIVE = range(8)


def exported(folder, seeds, **how):
    """Those networks, each exported under a prefix of its own; networks and reports by prefix."""
    networks = {f"n{seed}": random_network(seed) for seed in seeds}
    results = {p: export_c(net, folder, p, inputs=LIMITS, **how) for p, net in networks.items()}
    return networks, results


def rounded_to(form, network):
    """The network with its weights as an export in that form stores them."""
    layers = stored(network.get_weights(), form)
    return Network.of(network.architecture, [layer.weights for layer in layers])


def flat(weights):
    return [value for W, b in weights for row in (*W, b) for value in row]


def counted(seeds):
    """The fast ones, and all of them where there is time."""
    return pytest.mark.parametrize(
        "seeds", [FAST, pytest.param(seeds, marks=pytest.mark.slow)], ids=["some", "all"]
    )


@counted(ALL)
@pytest.mark.parametrize("weights", ["float64", "float32", "int8"])
@pytest.mark.parametrize("build", ["gcc", pytest.param("clang", marks=pytest.mark.slow)])
def test_predictions_have_the_bits_of_the_library(build, weights, seeds, tmp_path):
    """In float32 and int8, those of the network with rounded weights, and within the bound."""
    networks, results = exported(tmp_path, seeds, weights=weights)
    library = load(build, tmp_path, [f"{p}.c" for p in networks])
    for p, network in networks.items():
        name, n_in, n_out = f"{p}_predict", network.architecture.n_in, network.architecture.n_out
        rounded = rounded_to(weights, network)
        inputs = some_inputs(network, 20, p)
        edges = [[EDGES[(i + k) % len(EDGES)] for k in range(n_in)] for i in range(11)]
        for x in inputs + edges:
            assert bits(call(library, name, x, n_out)) == bits(rounded.predict(x)), (p, x)
        if weights != "float64":
            change = results[p].change
            for x in inputs:
                pairs = zip(call(library, name, x, n_out), network.predict(x))
                assert max(abs(a - b) for a, b in pairs) <= change.bound
            assert change.seen <= change.bound


@pytest.mark.parametrize("weights", ["float64", "float32", "int8"])
def test_the_loops_of_small_processors_have_the_same_bits(weights, tmp_path):
    """What is compiled where addresses have 32 bits, here."""
    networks, _ = exported(tmp_path, FAST, weights=weights)
    for p in networks:
        path = tmp_path / f"{p}.c"
        text = path.read_text(encoding="utf-8")
        assert "#if SIZE_MAX > 0xFFFFFFFF\n" in text
        path.write_text(text.replace("#if SIZE_MAX > 0xFFFFFFFF\n", "#if 0\n"), encoding="utf-8")
    library = load("gcc", tmp_path, [f"{p}.c" for p in networks])
    for p, network in networks.items():
        rounded = rounded_to(weights, network)
        for x in some_inputs(network, 20, p):
            found = call(library, f"{p}_predict", x, network.architecture.n_out)
            assert bits(found) == bits(rounded.predict(x)), (p, x)


@counted(ALL)
@pytest.mark.parametrize("build", ["gcc", pytest.param("clang", marks=pytest.mark.slow)])
def test_training_has_the_bits_of_the_library(build, seeds, tmp_path):
    networks, results = exported(tmp_path, seeds, train=True)
    library = load(build, tmp_path, [f"{p}.c" for p in networks])
    for p, network in networks.items():
        n_out, X = network.architecture.n_out, some_inputs(network, 5, p)
        Y = [[float((s + j) % max(n_out, 2) == 0) for j in range(n_out)] for s in range(5)]
        count = network.architecture.parameter_count
        per_sample = results[p].workspace // 8 - count
        workspace = doubles([0.0] * (count + 5 * per_sample))
        step = getattr(library, f"{p}_train_step")
        step.restype = ctypes.c_double
        flat_X, flat_Y = (doubles([value for row in rows for value in row]) for rows in (X, Y))
        losses = [
            step(flat_X, flat_Y, ctypes.c_size_t(5), ctypes.c_double(0.03), workspace)
            for _ in range(3)
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TrainingWarning)
            history = network.fit(X, Y, epochs=3, learning_rate=0.03)
        if len(history["loss"]) < 3:  # it ends where C goes on
            assert not isfinite(losses[len(history["loss"])])
            continue
        assert bits(losses) == bits(history.history["loss"]), p
        parameters = list((ctypes.c_double * count).in_dll(library, f"{p}_parameters"))
        assert bits(parameters) == bits(flat(network.get_weights())), p
        for x in X:
            assert bits(call(library, f"{p}_predict", x, n_out)) == bits(network.predict(x)), p


OPTIMIZERS = {
    "momentum": "momentum",
    "nesterov": Optimizer("nesterov", momentum=0.5, clip_norm=0.01),
    "adam": Optimizer("adam", weight_decay=0.1),
    "adamw": "adamw",
    "rprop": "rprop",
    "clipped": Optimizer("gradient_descent", clip_norm=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_by_another_optimizer(name, tmp_path):
    """Step by step, its state in the caller's memory."""
    network, optimizer = Network([4, 6, 3], seed=5), OPTIMIZERS[name]
    result = export_c(network, tmp_path, "net", train=True, optimizer=optimizer)
    library = load("gcc", tmp_path, ["net.c"])
    stream = random.Random(2)
    X = [[stream.gauss(0.0, 1.0) for _ in range(4)] for _ in range(5)]
    Y = [[stream.random() for _ in range(3)] for _ in range(5)]
    workspace = doubles([0.0] * (5 * result.workspace // 8))
    state = doubles([0.0] * (result.state // 8 or 1))
    library.net_train_step.restype = ctypes.c_double
    flat_X, flat_Y = (doubles([value for row in rows for value in row]) for rows in (X, Y))
    sizes = ctypes.c_size_t(5), ctypes.c_double(0.03)
    given = [workspace, state] if result.state else [workspace]
    losses = [library.net_train_step(flat_X, flat_Y, *sizes, *given) for _ in range(20)]
    history = network.fit(X, Y, epochs=20, learning_rate=0.03, optimizer=optimizer)
    assert bits(losses) == bits(history["loss"])
    count = network.architecture.parameter_count
    parameters = list((ctypes.c_double * count).in_dll(library, "net_parameters"))
    assert bits(parameters) == bits(flat(network.get_weights()))
    moments = {"momentum": 1, "nesterov": 1, "adam": 2, "adamw": 2, "rprop": 2, "clipped": 0}[name]
    assert result.state == (8 * (3 + moments * count) if moments else 0)
    define, source = "-DNET_SELFTEST", tmp_path / "net.c"
    compile_c("gcc", define, source, "-lm", "-o", tmp_path / "program")
    said = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True).stdout
    assert "and 2 training steps" in said


def test_an_optimizer_needs_a_training_step(tmp_path):
    with pytest.raises(ValueError, match="train=True"):
        export_c(Network([2, 1], seed=1), tmp_path, "net", optimizer="adam")


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
def test_other_people_s_flags_change_no_bit(build, tmp_path):
    """Levels of optimisation, fused instructions, gnu mode, C++."""
    networks, _ = exported(tmp_path, REPRESENTATIVE)
    library = load(build, tmp_path, [f"{p}.c" for p in networks])
    for p, network in networks.items():
        for x in some_inputs(network, 20, p):
            found = call(library, f"{p}_predict", x, network.architecture.n_out)
            assert bits(found) == bits(network.predict(x)), p


def test_classes_and_labels_are_those_of_the_library(tmp_path):
    networks, _ = exported(tmp_path, range(60))
    library = load("gcc", tmp_path, [f"{p}.c" for p in networks])
    labelled = 0
    for p, network in networks.items():
        if network.architecture.activations[-1] not in PROBABILITIES:
            assert not hasattr(library, f"{p}_classify")
            continue
        labels = network.architecture.preparation.labels
        names = labels or range(max(2, network.architecture.n_out))
        for x in some_inputs(network, 10, p):
            assert names[getattr(library, f"{p}_classify")(doubles(x))] == network.classify(x)
        if labels:
            labelled += 1
            size = max(len(name.encode()) for name in labels) + 1
            array = (ctypes.c_char * size * len(labels)).in_dll(library, f"{p}_labels")
            assert tuple(label.value.decode() for label in array) == labels
    assert labelled > 5


@pytest.mark.slow
@pytest.mark.parametrize("build", ["gcc", "clang", "g++", "clang++"])
@pytest.mark.parametrize("how", [{}, {"weights": "int8"}, {"train": True}], ids=str)
def test_compiles_without_a_warning(build, how, tmp_path):
    networks, _ = exported(tmp_path, REPRESENTATIVE, **how)
    load(build, tmp_path, [f"{p}.c" for p in networks], *STRICT)
    for p in list(networks)[:3]:
        flags = [*STRICT, "-c", tmp_path / f"{p}.c", "-o", tmp_path / "out.o"]
        compile_c(build, f"-D{p.upper()}_SELFTEST", *flags)


@pytest.mark.slow
def test_needs_nothing(tmp_path):
    """No allocation, no libm, no purenn: the compiler's own memset and memcpy at most."""
    networks, _ = exported(tmp_path, REPRESENTATIVE, train=True)
    for p in networks:
        compile_c("gcc", "-c", tmp_path / f"{p}.c", "-o", tmp_path / f"{p}.o")
        listed = subprocess.run(["nm", "-u", tmp_path / f"{p}.o"], capture_output=True, text=True)
        needed = set(re.findall(r"U (\w+)", listed.stdout))
        assert needed <= {"memset", "memcpy", "_GLOBAL_OFFSET_TABLE_"}
    text = (tmp_path / "n0.c").read_text()
    assert "stdio" not in text[: text.index("_SELFTEST")]


def test_its_functions_are_the_core_s_own(tmp_path):
    """Word for word but for the prefix, forward, backward and the training step among them."""
    core = "".join(path.read_text(encoding="ascii") for path in (ROOT / "csrc").glob("*.c"))
    export_c(random_network(7), tmp_path, "net", train=True)
    text = (tmp_path / "net.c").read_text(encoding="utf-8").replace("net_pn_", "pn_")
    functions = re.findall(r"^static (\w+ (pn_\w+)\(.*?^}\n)", text, re.M | re.S)
    assert {"pn_forward", "pn_backward", "pn_train_step"} < {name for _, name in functions}
    for function, name in functions:
        assert function in core, name


def selftest(folder, prefix, *flags, build="gcc"):
    """What the self-test says, and whether it passed."""
    program = folder / f"{prefix}-selftest"
    define = f"-D{prefix.upper()}_SELFTEST"
    compile_c(build, *flags, define, folder / f"{prefix}.c", "-o", program)
    done = subprocess.run([program], capture_output=True, text=True)
    return done.stdout, done.returncode == 0


@pytest.mark.parametrize(
    "weights", ["float64", pytest.param("float32", marks=pytest.mark.slow), "int8"]
)
@pytest.mark.parametrize("build", ["gcc", pytest.param("clang-haswell", marks=pytest.mark.slow)])
def test_selftest_passes(build, weights, tmp_path):
    networks, _ = exported(tmp_path, REPRESENTATIVE, weights=weights)
    for p in networks:
        said, passed = selftest(tmp_path, p, build=build)
        assert passed and said == f"{p}: passed: the same bits as purenn in 4 predictions\n"


def test_selftest_of_training_passes(tmp_path):
    networks, _ = exported(tmp_path, REPRESENTATIVE, train=True)
    for p in networks:
        said, passed = selftest(tmp_path, p)
        assert passed and said.endswith("in 4 predictions and 2 training steps\n")


def altered(folder, text, array):
    """net.c with a digit of one number in that array changed, five times over."""
    start = text.index("{", text.index(f" net_{array}[")) + 1
    numbers = text[start : text.index("}", start)]
    digits = r"(?<=\.)\d" if "." in numbers else r"\d(?=,|$)"
    for match in list(re.finditer(digits, numbers))[:5]:
        digit = str((int(match[0]) + 1) % 10)
        changed = numbers[: match.start()] + digit + numbers[match.end() :]
        (folder / "net.c").write_text(text[:start] + changed + text[start + len(numbers) :])
        yield selftest(folder, "net")


CONSTANT = "net: FAILED: a weight or another constant was altered\n"


@pytest.mark.parametrize(
    ("how", "array", "failure"),
    [
        ({}, "W1", CONSTANT),
        pytest.param(*({}, "b2", CONSTANT), marks=pytest.mark.slow),
        pytest.param(*({}, "input_offset", CONSTANT), marks=pytest.mark.slow),
        pytest.param(*({}, "input_scale", CONSTANT), marks=pytest.mark.slow),
        pytest.param(*({"weights": "float32"}, "W2", CONSTANT), marks=pytest.mark.slow),
        pytest.param(*({"weights": "int8"}, "W1", CONSTANT), marks=pytest.mark.slow),
        pytest.param(*({"weights": "int8"}, "scale2", CONSTANT), marks=pytest.mark.slow),
        ({"train": True}, "parameters", CONSTANT),
        ({}, "test_out", "net: FAILED: an output has other bits\n"),
        pytest.param(
            *({}, "test_x", "net: FAILED: an output has other bits\n"), marks=pytest.mark.slow
        ),
        ({}, "test_class", "net: FAILED: a class is wrong\n"),
        pytest.param(
            *({"train": True}, "test_loss", "net: FAILED: a training step has other bits\n"),
            marks=pytest.mark.slow,
        ),
        ({"train": True}, "test_trained", "net: FAILED: a training step has other bits\n"),
    ],
)
def test_selftest_fails_where_one_number_is_altered(how, array, failure, tmp_path):
    network = Network([6, 4, 3], activations="sigmoid", seed=5, input_offset=0.5, input_scale=2.5)
    network.set_weights([(W, [0.5 + j for j in range(len(b))]) for W, b in network.get_weights()])
    export_c(network, tmp_path, "net", **how)
    found = list(altered(tmp_path, (tmp_path / "net.c").read_text(), array))
    assert found and set(found) == {(failure, False)}


def test_selftest_fails_where_a_label_is_altered(tmp_path):
    network = Network([1, 1], activations="sigmoid", seed=5, labels=["stop", "go"])
    export_c(network, tmp_path, "net")
    path = tmp_path / "net.c"
    path.write_text(path.read_text().replace('"stop"', '"step"'))
    assert selftest(tmp_path, "net") == (CONSTANT, False)


def test_selftest_fails_in_a_fused_build(tmp_path):
    """clang's -ffp-contract=fast overrules what the file says."""
    networks, _ = exported(tmp_path, REPRESENTATIVE)
    for p in networks:
        said, passed = selftest(tmp_path, p, "-ffp-contract=fast", build="clang-haswell")
        assert not passed and "rounded by itself" in said


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
@pytest.mark.parametrize("flag", FAMILY)
def test_other_flags_are_refused_or_the_selftest_passes(flag, tmp_path):
    export_c(random_network(7), tmp_path, "net", train=True)
    if not refused("gcc", flag, "-fsyntax-only", tmp_path / "net.c"):
        assert selftest(tmp_path, "net", "-O3", flag)[1]


def test_the_first_vector_shows_a_fused_build(tmp_path):
    """Apart from the sum in the self-test that does so: the outputs themselves have other bits."""
    networks, _ = exported(tmp_path, FAST)
    for p in networks:
        path = tmp_path / f"{p}.c"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"fp-contract=off", ', ""), encoding="utf-8")
    fused = load("gcc-haswell", tmp_path, [f"{p}.c" for p in networks], "-ffp-contract=fast")
    shown = 0
    for p, network in networks.items():
        text = (tmp_path / f"{p}.c").read_text(encoding="utf-8")
        vectors = text[text.index(f"{p}_test_x[") :]
        numbers = re.findall(r"[-\d.e+]+", vectors[vectors.index("{") : vectors.index("}")])
        x = [float(number) for number in numbers[: network.architecture.n_in]]
        found = call(fused, f"{p}_predict", x, network.architecture.n_out)
        shown += bits(found) != bits(network.predict(x))
    assert shown > 0.7 * len(networks)


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    [
        (1 + 2**-30, 1 + 2**-30, -1 - 2**-29, 2**-60),
        (0.1, 10.0, -1.0, 2**-54),
        (1e200, 1e200, 0.0, float("inf")),
        (5e-324, 0.5, 0.0, 0.0),
        (float("nan"), 1.0, 1.0, float("inf")),
    ],
)
def test_fused_multiply_add_by_hand(a, b, c, expected):
    assert fused_multiply_add(a, b, c) == expected


@pytest.mark.parametrize("weights", ["float64", "int8"])
def test_both_engines_write_the_same_files(native, weights, tmp_path):
    for backend in ("c", "python"):
        for seed in range(6):
            network = random_network(seed, backend=backend)
            export_c(network, tmp_path / backend, f"n{seed}", weights=weights)
    files = sorted(path.name for path in (tmp_path / "c").iterdir())
    assert len(files) == 12
    for name in files:
        assert (tmp_path / "c" / name).read_bytes() == (tmp_path / "python" / name).read_bytes()


FLOATS = [0.0, -0.0, 1.0, 0.1, 3.4028234663852886e38, 3.4027e38, 1e-45, -1.1754942e-38, 16777217.0]
FLOATS += [7.038531e-26, 1e22, 123456.789, 1 / 3]


@pytest.mark.parametrize("build", ["gcc", pytest.param("clang", marks=pytest.mark.slow)])
def test_literals_are_read_as_the_same_bits(build, tmp_path):
    """7.038531e-26 lies so near to the middle of two floats that rounding twice gives the other."""
    floats = [struct.unpack("f", struct.pack("f", value))[0] for value in FLOATS]
    texts = [literal(value, "float") for value in floats]
    source = tmp_path / "literals.c"
    source.write_text(
        f"const float floats[] = {{{', '.join(texts)}}};\n"
        f"const double doubles[] = {{{', '.join(literal(value) for value in EDGES)}}};\n"
    )
    compile_c(build, *STRICT, "-shared", "-fPIC", source, "-o", tmp_path / "literals.so")
    library = ctypes.CDLL(str(tmp_path / "literals.so"))
    assert bits((ctypes.c_float * len(floats)).in_dll(library, "floats")) == bits(floats)
    assert bits((ctypes.c_double * len(EDGES)).in_dll(library, "doubles")) == bits(EDGES)


@pytest.mark.parametrize("weights", ["float32", "int8"])
def test_no_corner_of_the_limits_breaks_the_bound(weights):
    """Where the largest changes are, in networks of few inputs."""
    for seed in range(300):
        network = random_network(seed)
        rounded = rounded_to(weights, network)
        bound = bound_of_change(network, rounded, *LIMITS)
        offset, scale = network.architecture.scaling
        corners = [
            [o + s * value for o, s, value in zip(offset, scale, corner)]
            for corner in product(LIMITS, repeat=network.architecture.n_in)
        ]
        for a, b in zip(network.predict(corners), rounded.predict(corners)):
            assert max(abs(p - q) for p, q in zip(a, b)) <= bound, seed


def test_the_bound_by_hand():
    """One weight, identity: |w' − w|·max|x|, and next to nothing for roundings."""
    network = Network([1, 1], activations="identity", seed=0)
    network.set_weights([([[0.1]], [0.0])])
    rounded = rounded_to("float32", network)
    exact = abs(0.10000000149011612 - 0.1) * 3.0
    assert exact <= bound_of_change(network, rounded, -3.0, 2.0) <= exact * 1.000001


def test_the_bound_covers_the_way_through_the_scaling(tmp_path):
    """Seen inputs are a little beyond the limits here: 1e10 + 1e-6·x has few digits left."""
    options = {"activations": "identity", "input_offset": 1e10, "input_scale": 1e-6}
    network = Network([1, 1], seed=0, **options)
    network.set_weights([([[0.1]], [0.0])])
    change = export_c(network, tmp_path, "net", weights="float32").change
    assert 0.0 < change.seen <= change.bound


def test_the_bound_covers_the_sum_of_a_wide_softmax():
    """All outputs alike but for roundings, of which the sum of 3000 powers has many."""
    network = Network([1, 3000], activations="softmax", loss="categorical_cross_entropy", seed=0)
    network.set_weights([([[1e-7 * (j % 7) for j in range(3000)]], [0.0] * 3000)])
    rounded = rounded_to("float32", network)
    change = change_of(network, rounded, -1.0, 1.0)
    assert 0.0 < change.seen <= change.bound


@pytest.mark.parametrize("inputs", [(1e-304, 1e-303), (1e305, 8e305)])
def test_int8_keeps_its_bits_where_products_leave_the_range(inputs, tmp_path):
    """Each weight is whole before it is multiplied: no sum of small or large products alone."""
    network = Network([2, 2], activations="identity", seed=0)
    network.set_weights([([[1e-5, 0.9], [-0.9, 2e-5]], [0.0, 0.0])])
    export_c(network, tmp_path, "net", weights="int8", inputs=inputs)
    _, passed = selftest(tmp_path, "net")
    assert passed


def test_the_bound_is_infinite_where_a_sum_may_overflow():
    """Its interval is from −inf to inf, and 0·inf in the next layer no number."""
    network = Network([2, 2, 2], activations="identity", seed=0)
    network.set_weights(
        [([[3e38, -3e38], [3e38, 3e38]], [0.0, 0.0]), ([[0.0, 3e38], [3e38, 0.0]], [0.0, 0.0])]
    )
    rounded = rounded_to("float32", network)
    assert bound_of_change(network, rounded, -1e300, 1e300) == float("inf")


@pytest.mark.parametrize(
    ("value", "text"), [(0.0001, "0.0001"), (0.000103016, "0.00011"), (9.94, "10"), (0.0, "0")]
)
def test_a_bound_is_never_printed_smaller_than_it_is(value, text):
    assert rounded_up(value) == text


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_no_bound_is_printed_smaller_than_it_is(value):
    assert value <= float(rounded_up(value)) <= 1.2 * value


def test_a_network_that_can_t_be_trained_is_refused(tmp_path):
    """Its outputs are 1e200, so that the squared error is infinite at any learning rate."""
    network = Network([1, 1], activations="identity", seed=0)
    network.set_weights([([[0.0]], [1e200])])
    with pytest.raises(ValueError, match=r"^train: expected a network that can be trained"):
        export_c(network, tmp_path / "out", "net", train=True)
    assert not (tmp_path / "out").exists()


def test_int8_keeps_a_power_of_two_for_each_output():
    """By hand: 127·2⁻⁷ holds 0.9 as 115·2⁻⁷, and 1.0 needs 2⁻⁶; 0 keeps any."""
    network = Network([2, 3], activations="identity", seed=0)
    network.set_weights([([[0.9, 1.0, 0.0], [-0.004, 0.5, 0.0]], [0.1, 0.0, -2.0])])
    (layer,) = stored(network.get_weights(), "int8")
    assert [row[:2] for row in layer.W] == [[115, 64], [-1, 32]]
    assert layer.scale[:2] == [2.0**-7, 2.0**-6]
    assert layer.b == [0.10000000149011612, 0.0, -2.0]


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "2net",
        "a-b",
        "a b",
        "_a",
        "für",
        "int",
        "pn",
        "pn_net",
        "math",
        "a\n",
        None,
        3,
        "a.b",
        "x" * 3 + "/y",
    ],
)
def test_refuses_a_prefix_that_is_no_identifier(prefix, tmp_path):
    with pytest.raises(ValueError, match=r"^prefix: expected [^\n]*$"):
        export_c(random_network(1), tmp_path / "out", prefix)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["net.c", "net.h"])
def test_refuses_a_path_that_exists(name, tmp_path):
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError, match=rf"{name}: exists already"):
        export_c(random_network(1), tmp_path, "net")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"weights": "float16"}, "weights: expected one of float64, float32, int8, got 'float16'"),
        ({"weights": "int8", "train": True}, "train: needs weights in float64"),
        ({"inputs": (1.0, 1.0)}, "inputs: expected a lower and a higher limit"),
        ({"inputs": (0.0,)}, "inputs: expected 2 numbers, got 1"),
        ({"inputs": (-1e308, 1e308)}, "inputs: expected a lower and a higher limit"),
        ({"inputs": (0.0, float("inf"))}, "inputs.*expected a finite number"),
    ],
)
def test_refuses_wrong_arguments(how, error, tmp_path):
    with pytest.raises(ValueError, match=error):
        export_c(random_network(1), tmp_path / "out", "net", **how)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("weight", "weights", "error"),
    [
        (1e39, "float32", "expected numbers up to 3.4e38 for float32"),
        (1e41, "int8", "expected numbers up to 2e40 for int8"),
    ],
)
def test_refuses_what_does_not_fit(weight, weights, error, tmp_path):
    network = Network([1, 1], activations="sigmoid", seed=0)
    network.set_weights([([[weight]], [0.0])])
    with pytest.raises(ValueError, match=error):
        export_c(network, tmp_path / "out", "net", weights=weights)
    assert not (tmp_path / "out").exists()


def test_refuses_a_network_that_overflows(tmp_path):
    network = Network([1, 1], activations="identity", seed=0)
    network.set_weights([([[1.7e308]], [0.0])])
    with pytest.raises(ValueError, match="outputs: expected finite numbers"):
        export_c(network, tmp_path / "out", "net", inputs=(2.0, 3.0))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("backend", ["c", "python"])
def test_refuses_weights_that_have_overflowed(backend, native, tmp_path):
    network = Network([1, 1], activations="identity", seed=0, backend=backend)
    Training(network, [[1e200]] * 2, [0.0] * 2, learning_rate=1e200, batch_size=1).step()
    for export in (export_c, export_python):
        with pytest.raises(ValueError, match=r"^weights\[0\] W: expected finite numbers to export"):
            export(network, tmp_path / "out", "net")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        export_c(random_network(1), tmp_path / "file", "net")


def test_report_by_hand(tmp_path):
    """30-5-3 without biases, in float32: 165 weights of 4 bytes; 5 hidden and 3 outputs of 8."""
    network = Network([30, 5, 3], bias=False, seed=1)
    result = export_c(network, tmp_path, "letters", weights="float32")
    assert (result.flash, result.ram, result.workspace, result.multiply_adds) == (660, 64, 0, 165)
    trained = export_c(network, tmp_path, "trained", train=True)
    assert trained.flash == 8 * 173 and trained.ram == 64 + 8 * 173
    assert trained.workspace == 8 * (173 + 2 * 8 + 1)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("clang") is None, reason="clang is not installed")
def test_sanitizers_find_nothing(tmp_path):
    networks, _ = exported(tmp_path, REPRESENTATIVE, train=True)
    flags = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    for p in list(networks)[:4]:
        _, passed = selftest(tmp_path, p, *flags, build="clang")
        assert passed
