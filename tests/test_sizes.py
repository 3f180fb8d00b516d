"""What purenn takes on a Cortex-M4 stays small, and `export_c` says what an export takes."""

import os
import re
import subprocess
import sys

import pytest
from exports import LIMITS, compile_c, random_network
from test_c_core import ROOT

from purenn import Network, export_c
from purenn.reference import ACTIVATIONS

sys.path.append(str(ROOT / "benchmarks"))
from compiled import Absent
from images import (
    CORTEX_M4,
    CORTEX_M4F,
    FOUNDATION,
    LARGEST_CORE,
    LARGEST_CORE_M4F,
    LARGEST_LETTERS,
    core,
    exported_letters,
    image,
)

FORMS = {
    "float64": {},
    "float32": {"weights": "float32"},
    "int8": {"weights": "int8"},
    "train": {"train": True},
}
PROCESSORS = pytest.mark.parametrize("flags", [CORTEX_M4, CORTEX_M4F], ids=["M4", "M4F"])
DATA = re.compile(r"^\w+ (\w+) [rRdDbB] p_(\w+)$", re.M)
COEFFICIENTS = re.compile(r" r P\.\d+$", re.M)  # of a function's polynomial: counted as code
NUMBERS = re.compile(r"W\d|b\d|scale\d|input_\w+|labels|parameters")
DESCRIPTION = {"sizes", "activations", "loss", "network", "rule", *ACTIVATIONS}  # counted as code
ARRAY = re.compile(r"^    double \w+\[(\d+)\];$", re.M)


def flash(source, roots, flags):
    """Bytes of these functions; a skip without the compiler, or a failure if it is required."""
    try:
        return image(str(source), roots, flags).flash
    except Absent as reason:
        if os.environ.get("PURENN_TARGETS") == "require":
            pytest.fail(f"PURENN_TARGETS=require, but {reason}")
        pytest.skip(str(reason))


@PROCESSORS
def test_the_core_fits_its_limit(flags, tmp_path):
    """Forward, backward, losses, gradient descent, exp, log, tanh."""
    largest = LARGEST_CORE_M4F if "hard" in " ".join(flags) else LARGEST_CORE
    assert flash(core(str(tmp_path)), FOUNDATION, flags) <= largest
    assert (LARGEST_CORE, LARGEST_CORE_M4F) == (8192, 8448)


@PROCESSORS
def test_the_letters_fit_their_limit(flags, tmp_path):
    exported_letters(str(tmp_path), weights="float32")
    assert flash(tmp_path / "letters.c", ["letters_classify"], flags) <= LARGEST_LETTERS == 4096


def test_the_page_names_the_limits():
    page = " ".join((ROOT / "docs" / "sizes.md").read_text(encoding="utf-8").split())
    assert f"more than {LARGEST_CORE:,} bytes of flash ({LARGEST_CORE_M4F:,} on the M4F)" in page
    assert f"letters in float32 more than {LARGEST_LETTERS:,}" in page


def a_network(**optional):
    return Network([4, 6, 5, 3], loss="categorical_cross_entropy", seed=1, **optional)


NETWORKS = {
    "plain": a_network(),
    "no biases": a_network(bias=False),
    "scaled": a_network(input_offset=[1.0, 2.0, 3.0, 4.0], input_scale=[2.0, 2.0, 2.0, 1.0]),
    "scaled alike": a_network(input_offset=128.0, input_scale=64.0),
    "labels": a_network(labels=["A", "über", "C"]),
    "one output": Network([2, 1], loss="binary_cross_entropy", seed=1, labels=["no", "yes"]),
    "no class": Network([2, 3, 1], loss="mean_squared_error", seed=1),
    **{f"random {seed}": random_network(seed) for seed in range(10)},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[] if n in ("scaled", "labels", "one output") else pytest.mark.slow)
        for n in NETWORKS
    ],
)
def test_the_reported_bytes_are_those_of_the_compiled_object(name, form, tmp_path):
    """Constants by their size in the object, buffers by what the predicting functions declare."""
    result = export_c(NETWORKS[name], tmp_path, "p", inputs=LIMITS, **FORMS[form])
    source, compiled = tmp_path / "p.c", tmp_path / "p.o"
    compile_c("gcc", "-O0", "-c", source, "-o", compiled)
    printed = subprocess.run(["nm", "-S", compiled], capture_output=True, text=True, check=True)
    symbols = {symbol: int(size, 16) for size, symbol in DATA.findall(printed.stdout)}
    others = len(COEFFICIENTS.findall(printed.stdout))
    assert len(symbols) + others == len(re.findall(r" [rRdDbB] ", printed.stdout))
    numbers = {symbol for symbol in symbols if NUMBERS.fullmatch(symbol)}
    assert symbols.keys() - numbers <= (DESCRIPTION if form == "train" else set())
    assert result.flash == sum(symbols[symbol] for symbol in numbers)
    text = source.read_text(encoding="utf-8").split("#ifdef P_SELFTEST")[0]
    arrays = sum(8 * int(count) for count in ARRAY.findall(text))
    assert result.ram == arrays + symbols.get("parameters", 0)


def test_the_reported_workspace_is_that_of_the_header(tmp_path):
    result = export_c(NETWORKS["scaled"], tmp_path, "p", train=True)
    source = tmp_path / "use.c"
    claim = f"sizeof(double) * P_WORKSPACE(1) == {result.workspace}"
    source.write_text(f'#include "p.h"\ntypedef char equal[{claim} ? 1 : -1];\n')
    compile_c("gcc", "-fsyntax-only", source)
