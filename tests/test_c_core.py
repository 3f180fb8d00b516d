"""The C core by itself: warnings, sanitizers and other people's flags, in a plain C program."""

import platform
import shutil
import subprocess
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from bits import bits
from cases import ACTIVATIONS, EDGES, LOSSES, RULES, Case, flat

from purenn import reference

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "csrc").glob("*.c"))
DRIVER = ROOT / "tests" / "c" / "driver.c"
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


# What others may compile with: the parts of -ffast-math, and what else touches floating point.
FAMILY = (
    "-fassociative-math",
    "-freciprocal-math",
    "-fno-signed-zeros",
    "-fno-trapping-math",
    "-ffinite-math-only",
    "-funsafe-math-optimizations",
    "-fno-math-errno",
)
TOGETHER = (
    "-fassociative-math -fno-signed-zeros -fno-trapping-math",
    "-ffast-math -fno-finite-math-only",
    "-fno-math-errno -fno-trapping-math -frounding-math",
)
PAIRS = tuple(map(" ".join, combinations(FAMILY, 2)))
OTHERS = {
    "gcc": (
        "-fsingle-precision-constant",
        "-ffp-contract=fast -march=haswell",
        "-fassociative-math -ffp-contract=fast -march=haswell",
        "-fassociative-math -frounding-math",
        "-funsafe-math-optimizations -fsigned-zeros -ftrapping-math -fno-associative-math "
        "-fno-reciprocal-math",
        "-Ofast -fno-fast-math",
        "-fexcess-precision=fast",
        "-fexcess-precision=standard",
        "-ffloat-store",
        "-fsignaling-nans",
        "-fcx-limited-range",
        "-fcx-fortran-rules",
        "-fallow-store-data-races",
        "-fno-fp-int-builtin-inexact",
        "-mfpmath=387",
        "-mfpmath=both",
        "-mrecip",
    ),
    "clang": (
        "-frounding-math",
        "-fno-honor-nans",
        "-fno-honor-infinities",
        "-fapprox-func",
        "-ffp-contract=on -march=haswell",
        "-ffp-model=strict",
        "-ffp-model=fast",
        "-mrecip=all",
    ),
}
REFUSALS = ("purenn:", "pn_literals_are_doubles", "nan-infinity-disabled")


def refused(compiler, *arguments):
    """Whether the compiler stops because csrc/contract.h says so; any other error fails."""
    built = subprocess.run([*map(str, (compiler, *arguments))], capture_output=True, text=True)
    if built.returncode == 0:
        return False
    assert any(word in built.stderr for word in REFUSALS), built.stderr
    return True


@pytest.mark.parametrize(
    "flags",
    [
        *TOGETHER,
        *(pytest.param(flag, marks=pytest.mark.slow) for flag in FAMILY),
        pytest.param("-fsingle-precision-constant", marks=pytest.mark.slow),
    ],
)
def test_other_flags_are_refused_or_change_no_bit(compiler, flags, tmp_path):
    objects = []
    for source in SOURCES:
        objects.append(tmp_path / f"{source.stem}.o")
        if refused(compiler, "-std=c99", "-O3", *flags.split(), "-c", source, "-o", objects[-1]):
            return
    program = tmp_path / "driver"
    run(compiler, "-std=c99", "-I", ROOT / "csrc", DRIVER, *objects, "-lm", "-o", program)
    check_driver(program, cases=20)


def check_one_file(compiler, flags, tmp_path, runner=()):
    """The core and a program that uses it, as one file with these flags: refused, or no bit."""
    whole, compiled, program = (tmp_path / name for name in ("whole.c", "whole.o", "driver"))
    whole.write_text("".join(f'#include "{path}"\n' for path in [*SOURCES, DRIVER]))
    if refused(*compiler, *flags, "-I", ROOT / "csrc", "-c", whole, "-o", compiled):
        return
    run(*compiler, compiled, "-lm", "-o", program)
    check_driver(program, cases=20, runner=runner)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["-O2", "-O3"])
@pytest.mark.parametrize(
    ("compiler", "flags"),
    [
        (compiler, flags)
        for compiler, others in OTHERS.items()
        for flags in (*FAMILY, *TOGETHER, *PAIRS, *others)
    ],
)
def test_flags_for_one_file_are_refused_or_change_no_bit(compiler, flags, level, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    if platform.machine() != "x86_64" and " -m" in f" {flags}":
        pytest.skip("a flag for x86-64")
    check_one_file([compiler, "-std=gnu99"], [level, *flags.split()], tmp_path)


CROSS = {
    "gcc": ["aarch64-linux-gnu-gcc"],
    "clang": ["clang", "--target=aarch64-linux-gnu"],
}
# Of those below, what docs/arithmetic.md lists for clang: the first two before clang 16.
UNNOTICED = ("-freciprocal-math", "-funsafe-math-optimizations", "-ffp-contract=fast")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "flags"),
    [
        (name, flags)
        for name in CROSS
        for flags in (*FAMILY, *TOGETHER[:1], "-ffp-contract=fast")
        if not (name == "clang" and flags in UNNOTICED)
    ],
)
def test_flags_for_arm_are_refused_or_change_no_bit(name, flags, tmp_path):
    """Its fused operations are at hand without a flag."""
    compiler = CROSS[name]
    if not all(map(shutil.which, (compiler[0], "aarch64-linux-gnu-gcc", "qemu-aarch64"))):
        pytest.skip(f"{compiler[0]}, gcc-aarch64-linux-gnu or qemu-user is not installed")
    command = [*compiler, "-static", "-std=gnu99"]
    check_one_file(command, ["-O3", *flags.split()], tmp_path, ["qemu-aarch64"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
@pytest.mark.parametrize(
    "flags",
    [
        flags
        for flags in (*FAMILY, *TOGETHER[:1], "-ffp-contract=fast")
        if flags != "-funsafe-math-optimizations"  # which docs/arithmetic.md lists for links
    ],
)
def test_flags_of_a_program_that_gcc_optimizes_as_a_whole_change_no_bit(flags, tmp_path):
    """The core without them, its caller and the link with them, and all of it optimized at once."""
    command = ["gcc", "-std=gnu99", "-O3", "-flto"]
    fused = ["-march=haswell"] if platform.machine() == "x86_64" else []
    objects = [f"{source.stem}.o" for source in SOURCES]
    run(*command, *fused, "-c", *SOURCES, cwd=tmp_path)
    run(*command, *fused, *flags.split(), "-I", ROOT / "csrc", "-c", DRIVER, cwd=tmp_path)
    run(*command, *fused, *flags.split(), "driver.o", *objects, "-lm", "-o", "driver", cwd=tmp_path)
    check_driver(tmp_path / "driver", cases=20)


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
    run(compiler, *BUILDS[build], "-I", ROOT / "csrc", DRIVER, *SOURCES, "-lm", "-o", program)
    check_driver(program, cases=80)


def test_the_programs_have_the_tables_of_the_reference():
    tables = (ROOT / "tests" / "c" / "tables.h").read_text(encoding="ascii")
    tables = tables.replace(" \\\n   ", "")
    for macro, names in (
        ("EACH_ACTIVATION", ACTIVATIONS),
        ("EACH_LOSS", LOSSES),
        ("EACH_INITIALIZATION", reference.INITIALIZATIONS),
    ):
        line = next(line for line in tables.splitlines() if line.startswith(f"#define {macro}"))
        assert line == f"#define {macro}(f) {' '.join(f'f({name})' for name in names)}"


def check_driver(program, cases, runner=()):
    """The program trains, draws and computes the elementary functions as the reference does."""
    questions, answers = asked(cases)
    output = run(*runner, program, input=questions).splitlines()
    for found, line in zip(output, answers):
        assert bits([float.fromhex(word) for word in found.split()]) == line
    assert len(output) == len(answers)


@cache
def asked(cases):
    """What the driver reads, and what it prints, from the reference."""
    cases = [Case(seed) for seed in range(cases)]
    xs = [x * 2.0**k for x in EDGES for k in (-60, 0, 60)] + [k / 16 - 750 for k in range(24000)]
    seeds = (0, 1, 5489, 2**32 - 1)
    lines = [f"e {len(xs)} {hexes(xs)}", *(f"r {seed}" for seed in seeds), *map(case_text, cases)]
    expected = [
        [
            bits(f(x))
            for x, other in zip(xs, reversed(xs))
            for f in (reference.exp, reference.log, reference.tanh, dividing_by(other))
        ],
        bits(reference.scale_inputs([xs[:-2]], xs[1:-1], xs[2:])[0]),
    ]
    for seed in seeds:
        expected += map(bits, drawn(reference.random_seed(seed)))
    for case in cases:
        expected += expected_lines(case)
    return "\n".join(lines), expected


def drawn(state, count=1500):
    """What the driver draws from a state, line by line."""
    yield [reference.random_word(state) for _ in range(count)]
    draws = reference.random_normal, *[reference.random_uniform] * 3
    yield [draws[i % 4](state) for i in range(count - 1)]
    yield [reference.random_below_or_equal(state, i**3) for i in range(count)]
    yield reference.random_permutation(state, count)
    for name in reference.INITIALIZATIONS:
        yield flat(reference.initialize([3, 5, 0, 2], name, state))


def dividing_by(divisor):
    return lambda x: reference.divide(x, divisor)


def hexes(numbers):
    return " ".join(float(number).hex() for number in numbers)


def case_text(case):
    ordered = any(order != range(len(case.X)) for order in case.orders)
    words = [len(case.activations), len(case.X), case.batch_size, len(case.orders), int(ordered)]
    words += [LOSSES.index(case.loss), int(case.bias), *case.sizes]
    words += [ACTIVATIONS.index(name) for name in case.activations]
    data = [value for rows in (case.X, case.Y) for row in rows for value in row]
    how = case.learning
    words += [RULES.index(how.rule), (None, "l2", "decoupled").index(how.decay)]
    optimizer = hexes(
        [*vars(how.rates(how.learning_rate)).values(), how.weight_decay, how.largest_norm]
    )
    weights = "0" if how.sample_weights is None else f"1 {hexes(how.sample_weights)}"
    numbers = hexes([*flat(case.weights), *data])
    orders = [row for order in case.orders for row in order] if ordered else []
    rest = " ".join(map(str, orders))
    dropout = "0" if how.dropout is None else f"1 {how.seed} {hexes(how.dropout)}"
    return f"t {' '.join(map(str, words))} {optimizer} {weights} {dropout} {numbers} {rest}"


def expected_lines(case):
    """What the driver prints for a training, from the reference."""
    network, weights = case.network(reference), case.learning.sample_weights
    optimizer, dropout = case.learning.begin(reference, network)
    rest = case.batch_size, weights, dropout
    lines = [
        [reference.train_epoch(network, optimizer, case.X, case.Y, order, *rest)]
        for order in case.orders
    ]
    Z, A = reference.forward(case.X, network)
    dZ, gradients = reference.backward(A, case.X, case.Y, network, weights)
    lines.append(flat(network.parameters))
    for layers in (Z, A, dZ):
        lines.append([value for matrix in layers for row in matrix for value in row])
    lines.append(flat(gradients))
    return [bits(line) for line in lines]
