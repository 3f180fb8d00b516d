"""A network exported as Python computes what the library computes, on every Python."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from math import ldexp
from pathlib import Path

import pytest
from bits import bits
from exports import EDGES, LIMITS, random_network, some_inputs
from test_micropython import REFERENCE, run_on_micropython

from purenn import Network, export_python
from purenn.export.python import literal

SEEDS = range(60)


def exported(folder, seed):
    """The network of that seed, and its module as it runs here."""
    network = random_network(seed)
    (path,) = export_python(network, folder, f"net{seed}", inputs=LIMITS)
    return network, path, runpy.run_path(path)


@pytest.mark.parametrize("seed", SEEDS)
def test_predictions_have_the_bits_of_the_library(seed, tmp_path):
    network, _, module = exported(tmp_path, seed)
    n_in, predict = network.architecture.n_in, module["predict"]
    edges = [[EDGES[(i + k) % len(EDGES)] for k in range(n_in)] for i in range(11)]
    for x in some_inputs(network, 10, seed) + edges:
        assert bits(predict(x)) == bits(network.predict(x))
        if network.architecture.gives_probabilities:
            assert module["classify"](x) == network.classify(x)
        else:
            assert "classify" not in module


PYTHONS = {
    "cpython": [sys.executable, "-S", "-I"],
    "pypy": ["pypy3"],
    "minimal": [os.environ.get("PURENN_MINIMAL_PYTHON", "no-minimal-python"), "-S", "-I"],
}


@pytest.mark.parametrize("python", PYTHONS)
def test_selftest_passes(python, tmp_path):
    if shutil.which(PYTHONS[python][0]) is None:
        pytest.skip(f"{python} is not installed")
    for seed in range(5):
        _, path, _ = exported(tmp_path, seed)
        done = subprocess.run([*PYTHONS[python], path], capture_output=True, text=True)
        assert done.stdout == f"net{seed}: passed: the same bits as purenn in 4 predictions\n"


def test_selftest_passes_on_micropython(tmp_path):
    for seed in range(8):
        _, path, _ = exported(tmp_path, seed)
        (said,) = run_on_micropython(path, tmp_path, REFERENCE)
        assert said == f"net{seed}: passed: the same bits as purenn in 4 predictions"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.25]", "0.2500000000000001]"),
        ("[0.125]", "[0.1250000000000001]"),
        ("255.0]", "256.0]"),
        ("'off'", "'of'"),
        ("-0.0", "0.0"),
        ("TEST_VECTORS = [\n    ([", "TEST_VECTORS = [\n    ([1e9 + "),
    ],
)
def test_selftest_fails_where_one_number_is_altered(old, new, tmp_path):
    options = {"input_scale": 255.0, "labels": ["off", "on"], "seed": 0}
    network = Network([3, 1], activations="sigmoid", **options)
    network.set_weights([([[0.5], [-0.0], [0.25]], [0.125])])
    (path,) = export_python(network, tmp_path, "net")
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr == "net: FAILED: a constant was altered, or an output has other bits\n"


def test_labels_come_along(tmp_path):
    for seed in SEEDS:
        network, _, module = exported(tmp_path, seed)
        assert tuple(module.get("LABELS", ())) == (network.architecture.preparation.labels or ())


def test_imports_only_math(tmp_path):
    for seed in SEEDS:
        _, path, _ = exported(tmp_path, seed)
        text = Path(path).read_text(encoding="utf-8")
        assert re.findall(r"^\s*(?:from|import) +(\w+)", text, re.M) == ["math", "math"]


def test_has_only_what_it_needs(tmp_path):
    (path,) = export_python(Network([2, 1], activations="relu", seed=0), tmp_path, "net")
    functions = re.findall(r"^def (\w+)", Path(path).read_text(encoding="utf-8"), re.M)
    assert functions == ["relu_forward", "affine", "predict", "checksum", "selftest"]


NUMBERS = [0.5, -0.0, 0.1, 2.0**-1074, -(2.0**-1022), 1.7976931348623157e308, 2.0**53 - 1]
NUMBERS += [0.12345678901234567, -9.123456789012345e-05, 1e22, 1e23, 1 / 3, 3e-39, 12.0]


@pytest.mark.parametrize("value", NUMBERS)
def test_literals_are_read_as_the_same_bits(value):
    assert bits(eval(literal(value), {"ldexp": ldexp})) == bits(value)


def test_literals_are_read_as_the_same_bits_on_micropython(tmp_path):
    script = tmp_path / "script.py"
    lines = [f"print(struct.pack('>d', {literal(value)}).hex())" for value in NUMBERS]
    script.write_text("\n".join(["import struct", "from math import ldexp", *lines]))
    assert run_on_micropython(script, tmp_path, REFERENCE) == bits(NUMBERS)


def test_literals_by_hand():
    """Up to 2⁵³ and 10²² a decimal stays; 1/3 is 6004799503160661·2⁻⁵⁴, read from 16 digits."""
    assert [literal(x) for x in (0.5, -0.25, 1e22, 0.1)] == ["0.5", "-0.25", "1e+22", "0.1"]
    assert literal(1 / 3) == "0.3333333333333333"
    assert literal(1 - 2.0**-53) == "ldexp(9007199254740991, -53)"
    assert literal(-(2.0**-1074)) == "ldexp(-1, -1074)"


@pytest.mark.parametrize("prefix", ["class", "lambda", "a-b", "", "math", "purenn"])
def test_refuses_what_is_no_module_name(prefix, tmp_path):
    with pytest.raises(ValueError, match=r"^prefix: expected"):
        export_python(random_network(1), tmp_path / "out", prefix)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(sys, "stdlib_module_names"), reason="known since Python 3.10")
def test_refuses_a_name_of_the_standard_library(tmp_path):
    with pytest.raises(ValueError, match=r"^prefix: .*, which names a module of Python"):
        export_python(random_network(1), tmp_path / "out", "json")


def test_refuses_a_path_that_exists(tmp_path):
    (tmp_path / "net.py").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already"):
        export_python(random_network(1), tmp_path, "net")
    assert (tmp_path / "net.py").read_text() == "mine"


def test_both_engines_write_the_same_file(native, tmp_path):
    for backend in ("c", "python"):
        export_python(random_network(3, backend=backend), tmp_path / backend, "net")
    assert (tmp_path / "c/net.py").read_bytes() == (tmp_path / "python/net.py").read_bytes()
