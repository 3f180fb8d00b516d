"""The C core by itself: warnings, sanitizers and other people's flags, in a plain C program."""

import shutil
import subprocess
from pathlib import Path

import pytest
from bits import bits
from cases import EDGES, Case, copied

from purenn import reference
from purenn.engines import ACTIVATIONS, LOSSES

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "csrc").glob("*.c"))
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
BUILDS = {
    "O0": ["-std=c99", "-O0"],
    "O2": ["-std=c99", "-O2"],
    "O3": ["-std=c99", "-O3"],
    "gnu-haswell": ["-std=gnu99", "-O2", "-march=haswell"],
    "sanitizers": ["-std=c99", *SANITIZERS],
}
FAST = ("O3", "gnu-haswell")


@pytest.fixture(scope="module", params=["gcc", "clang"])
def compiler(request):
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return request.param


def run(*command, **options):
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_compiles_without_a_warning(compiler, source, tmp_path):
    run(compiler, "-std=c99", *STRICT, "-O2", "-c", source, "-o", tmp_path / "out.o")


def test_header_serves_cplusplus(compiler, tmp_path):
    source = tmp_path / "use.cpp"
    source.write_text('#include "purenn.h"\ndouble one() { return pn_exp(0.0); }\n')
    run(compiler, "-Wall", "-Wextra", "-Werror", "-I", ROOT / "csrc", "-c", source, cwd=tmp_path)


@pytest.mark.parametrize(
    "flag", ["-ffast-math", "-Ofast", pytest.param("-m32 -mno-sse -mfpmath=387", id="x87")]
)
def test_refuses_other_arithmetic(compiler, flag, tmp_path):
    source = ROOT / "csrc" / "contract.h"
    command = [compiler, *flag.split(), "-fsyntax-only", "-x", "c", str(source)]
    result = subprocess.run(command, capture_output=True, text=True)
    if "387" in flag and compiler == "clang":
        pytest.skip("clang has no -mfpmath=387 of its own")
    assert result.returncode != 0
    assert "purenn:" in result.stderr


OTHER_PEOPLES_FLAGS = [
    "-ffinite-math-only",
    "-fno-signed-zeros",
    "-freciprocal-math",
    "-fassociative-math -fno-signed-zeros -fno-trapping-math",
    "-ffast-math -fno-finite-math-only",
    "-fsingle-precision-constant",
    "-fno-math-errno -fno-trapping-math -frounding-math",
]


@pytest.mark.parametrize("flags", OTHER_PEOPLES_FLAGS)
def test_other_flags_are_refused_or_change_no_bit(compiler, flags, tmp_path):
    objects = []
    for source in SOURCES:
        objects.append(tmp_path / f"{source.stem}.o")
        command = [compiler, "-std=c99", "-O3", *flags.split(), "-c", source, "-o", objects[-1]]
        built = subprocess.run([*map(str, command)], capture_output=True, text=True)
        if built.returncode != 0:
            assert "purenn:" in built.stderr or "pn_literals_are_doubles" in built.stderr
            return
    program = tmp_path / "driver"
    driver = ROOT / "tests" / "c" / "driver.c"
    run(compiler, "-std=c99", "-I", ROOT / "csrc", driver, *objects, "-o", program)
    check_driver(program, cases=20)


@pytest.mark.slow
@pytest.mark.parametrize(
    "flags",
    ["-fno-signed-zeros", "-fassociative-math -fno-signed-zeros -fno-trapping-math"],
)
def test_clang_for_arm_refuses_them_or_changes_no_bit(flags, tmp_path):
    """It has no pragma float_control there, and no macro tells these flags."""
    if not all(map(shutil.which, ("clang", "aarch64-linux-gnu-gcc", "qemu-aarch64"))):
        pytest.skip("clang, gcc-aarch64-linux-gnu or qemu-user is not installed")
    program, driver = tmp_path / "driver", ROOT / "tests" / "c" / "driver.c"
    command = ["clang", "--target=aarch64-linux-gnu", "-static", "-std=c99", "-O3", "-w"]
    run(*command, *flags.split(), "-I", ROOT / "csrc", driver, *SOURCES, "-o", program)
    check_driver(program, cases=20, runner=["qemu-aarch64"])


def test_no_allocation_no_output_no_globals():
    for source in SOURCES:
        text = source.read_text()
        for word in ("malloc", "calloc", "realloc", "free(", "printf", "stdio.h", "stdlib.h"):
            assert word not in text, f"{source.name} uses {word}"


@pytest.mark.parametrize(
    "build", [b if b in FAST else pytest.param(b, marks=pytest.mark.slow) for b in BUILDS]
)
def test_other_builds_compute_the_same_bits(compiler, build, tmp_path):
    """Eighty of the trainings of test_equal_bits.py, and the elementary functions."""
    program = tmp_path / "driver"
    driver = ROOT / "tests" / "c" / "driver.c"
    run(compiler, *BUILDS[build], "-I", ROOT / "csrc", driver, *SOURCES, "-o", program)
    check_driver(program, cases=80)


def check_driver(program, cases, runner=()):
    """The program computes that many trainings and the elementary functions as the text does."""
    cases = [Case(seed) for seed in range(cases)]
    xs = [x * 2.0**k for x in EDGES for k in (-60, 0, 60)] + [k / 16 - 750 for k in range(24000)]
    lines = [f"e {len(xs)} {hexes(xs)}", *map(case_text, cases)]
    output = run(*runner, program, input="\n".join(lines)).splitlines()
    expected = [
        [
            bits(f(x))
            for x, other in zip(xs, reversed(xs))
            for f in (reference.exp, reference.log, reference.tanh, dividing_by(other))
        ],
        bits(reference.scale_inputs([xs[:-2]], xs[1:-1], xs[2:])[0]),
    ]
    for case in cases:
        expected += expected_lines(case)
    for found, line in zip(output, expected):
        assert bits([float.fromhex(word) for word in found.split()]) == line
    assert len(output) == len(expected)


def dividing_by(divisor):
    return lambda x: reference.divide(x, divisor)


def hexes(numbers):
    return " ".join(float(number).hex() for number in numbers)


def flat(weights):
    return [value for W, b in weights for row in [*W, b] for value in row]


def case_text(case):
    ordered = any(order != range(len(case.X)) for order in case.orders)
    words = [len(case.activations), len(case.X), case.batch_size, len(case.orders), int(ordered)]
    words += [LOSSES.index(case.loss), int(case.bias), *case.sizes]
    words += [ACTIVATIONS.index(name) for name in case.activations]
    data = [value for rows in (case.X, case.Y) for row in rows for value in row]
    numbers = [case.rate, *flat(case.weights), *data]
    orders = [row for order in case.orders for row in order] if ordered else []
    return f"t {' '.join(map(str, words))} {hexes(numbers)} {' '.join(map(str, orders))}"


def expected_lines(case):
    """What the driver prints for a training, from the text."""
    parameters = copied(case.weights)
    how = (case.activations, case.loss, case.bias)
    lines = [
        [reference.train_epoch(parameters, case.X, case.Y, order, case.batch_size, *how, case.rate)]
        for order in case.orders
    ]
    Z, A = reference.forward(case.X, parameters, case.activations)
    dZ, gradients = reference.backward(A, case.X, case.Y, parameters, *how)
    lines.append(flat(parameters))
    for layers in (Z, A, dZ):
        lines.append([value for matrix in layers for row in matrix for value in row])
    lines.append(flat(gradients))
    return [bits(line) for line in lines]
