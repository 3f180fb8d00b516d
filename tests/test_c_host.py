"""The C core on a host: every level of kernels, with threads, in plain C programs.

Each program is built by gcc and clang at every level of optimisation, and with sanitizers. host.c
computes trainings, which must have the bits of the reference; kernels.c compares each kernel with
csrc/; environment.c switches the processor to other arithmetic.
"""

import os
import platform
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import pytest
from bits import bits
from cases import EDGES, Case, ClassCase, WideCase, WideClassCase
from golden import SHORT, digest_of_numbers, golden
from test_c_core import BUILDS, ROOT, STRICT, case_text, dividing_by, expected_lines, hexes

from purenn import reference

SOURCES = sorted((ROOT / "csrc").glob("*.c")) + sorted((ROOT / "csrc").glob("*/*.c"))
PROGRAMS = ("host", "kernels", "environment")
LEVELS = {"x86_64": ("plain", "avx2", "avx512", "zen4"), "aarch64": ("plain", "neon")}
AVX512 = {"avx512f", "avx512dq", "avx512vl"}
SKYLAKE = AVX512 | {"avx512bw", "avx512cd", "adx", "clflushopt"}
CPU_FLAGS = {"plain": set(), "avx2": {"avx2"}, "avx512": AVX512, "zen4": AVX512}
NO_SUCH_LEVEL = 3
EVERY_LEVEL = ("plain", "avx2", "avx512", "zen4", "neon")


class Target(NamedTuple):
    """A compiler, and what runs its programs where this processor can't."""

    command: tuple
    machine: str
    runner: tuple = ()


HERE = platform.machine()
ARM = "aarch64-linux-gnu"
TARGETS = {
    "gcc": Target(("gcc",), HERE),
    "clang": Target(("clang",), HERE),
    "gcc-arm": Target((f"{ARM}-gcc", "-static"), "aarch64", ("qemu-aarch64",)),
    "clang-arm": Target(("clang", f"--target={ARM}", "-static"), "aarch64", ("qemu-aarch64",)),
}
SANITIZED = ["-std=c99", "-g", "-O0", "-fno-sanitize-recover=all"]
HOST_BUILDS = {
    **{name: flags for name, flags in BUILDS.items() if name != "sanitizers"},
    "sanitizers": [*SANITIZED, "-fsanitize=address,undefined"],  # -O1 takes a minute to compile
    "races": ["-std=c99", "-g", "-O1", "-fsanitize=thread"],
    # Where gcc 12 computed other bits: csrc/simd/avx512.c.
    "skylake-avx512": ["-std=c99", "-O1", "-fsanitize=null", "-march=skylake-avx512"],
}
ARM_BUILDS = {"O0": BUILDS["O0"], "O3": BUILDS["O3"], "gnu-O2": ["-std=gnu99", "-O2"]}
EACH = [(target, build) for target in ("gcc", "clang") for build in HOST_BUILDS]
EACH += [(target, build) for target in ("gcc-arm", "clang-arm") for build in ARM_BUILDS]
# The others take five to twenty seconds each.
FAST = [("gcc", "O3")]


def cpu_flags():
    """What this processor says that it has."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return set(next((line for line in file if line.startswith("flags")), "").split())
    except OSError:
        return set()


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Builds the programs, each source by itself and without a warning, once."""

    @cache
    def build(target, name):
        command, machine, runner = TARGETS[target]
        for tool in (command[0], *runner):
            if shutil.which(tool) is None:
                pytest.skip(f"{tool} is not installed")
        if "arm" in target and not os.path.exists(f"/usr/{ARM}/lib/libc.a"):
            pytest.skip(f"no C library for {ARM} is installed")
        flags = (ARM_BUILDS if runner else HOST_BUILDS)[name]
        if "haswell" in name and machine != "x86_64":
            pytest.skip("haswell is an x86-64")
        if "skylake" in name and SKYLAKE - cpu_flags():
            pytest.skip("this processor lacks what Skylake with AVX-512 has")
        folder = tmp_path_factory.mktemp(f"{target}-{name}")

        def compiled(source):
            output = folder / f"{source.parent.name}-{source.stem}.o"
            run(*command, *flags, *STRICT, "-pthread", "-I", ROOT / "csrc", "-c", source,
                "-o", output)  # fmt: skip
            return output

        own = [ROOT / "tests" / "c" / f"{program}.c" for program in PROGRAMS]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            objects = list(pool.map(compiled, [*reversed(SOURCES), *own]))
        core, own = objects[: len(SOURCES)], objects[len(SOURCES) :]
        for program, main in zip(PROGRAMS, own):
            run(*command, *flags, "-pthread", main, *core, "-lm", "-o", folder / program)
        return folder

    return build


@pytest.fixture(
    scope="module",
    params=[pytest.param(x, marks=[] if x in FAST else [pytest.mark.slow]) for x in EACH],
    ids=lambda each: "-".join(each),
)
def programs(request, built):
    """The command that begins with a program's name, for each compiler and build."""
    target, build = request.param
    folder = built(target, build)
    levels = LEVELS.get(TARGETS[target].machine, ("plain",))

    def command(program, level, *arguments):
        if level not in levels:
            pytest.skip(f"{level} is not of this processor's kind")
        return [*TARGETS[target].runner, folder / program, level, *arguments]

    return command


def run(*command, **options):
    """What the program prints. A level that this processor lacks is skipped."""
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    if result.returncode == NO_SUCH_LEVEL:
        pytest.skip(result.stderr.strip())
    assert result.returncode == 0, result.stderr[-3000:] + result.stdout[-1000:]
    assert result.stderr == ""
    return result.stdout


@cache
def trainings(small, wide):
    """These trainings as host.c reads them, and the bits that the reference computes for them."""
    xs = [x * 2.0**k for x in EDGES for k in (-60, 0, 60)] + [k / 4 - 750 for k in range(6000)]
    functions = (reference.exp, reference.log, reference.tanh)
    lines = [f"e {len(xs)} {hexes(xs)}"]
    expected = [
        bits([f(x) for x, y in zip(xs, reversed(xs)) for f in (*functions, dividing_by(y))])
    ]
    with_classes = [*map(ClassCase, small[::3]), *map(WideClassCase, wide[::3])]
    for case in [*map(Case, small), *map(WideCase, wide), *with_classes]:
        lines.append(case_text(case))
        expected += expected_lines(case)
    return "\n".join(lines), expected


@cache
def check(output, small, wide):
    """That the program computed these trainings as the reference does; equal outputs only once."""
    expected = trainings(small, wide)[1]
    for found, line in zip(output.splitlines(), expected):
        assert bits([float.fromhex(word) for word in found.split()]) == line
    assert len(output.splitlines()) == len(expected)


def check_trainings(command, small=range(60), wide=range(24)):
    output = run(*command, input=trainings(small, wide)[0])
    check(output.replace("-nan", "nan"), small, wide)


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_trainings_have_the_bits_of_the_reference(programs, level):
    """Stopped and taken up after every range or two, zeros left out in half of them."""
    check_trainings(programs("host", level, 1))


@pytest.mark.parametrize("threads", [2, 3, 8])
@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_threads_have_the_bits_of_the_reference(programs, level, threads):
    check_trainings(programs("host", level, threads), range(10), range(1, 8))


@pytest.mark.parametrize("level", EVERY_LEVEL)
@pytest.mark.parametrize("name", SHORT)
def test_the_articles_weights_have_their_golden_digest(programs, name, level):
    recipe = SHORT[name]()
    output = run(*programs("host", level, 2), input=case_text(recipe)).splitlines()
    weights = output[len(recipe.orders)].split()
    assert digest_of_numbers([float.fromhex(word) for word in weights]) == golden(name)


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_kernels_have_the_bits_of_csrc(programs, level):
    assert run(*programs("kernels", level, 600)) == "600 shapes, 0 differences\n"


def test_switched_arithmetic_is_noticed(programs):
    assert run(*programs("environment", "plain")) == ""


@pytest.mark.slow
@pytest.mark.parametrize("level", ["avx2", "avx512", "zen4", "neon"])
def test_kernels_at_many_shapes(built, level):
    if level not in LEVELS.get(HERE, ()):
        pytest.skip(f"{level} is not of this processor's kind")
    command = built("gcc", "O3") / "kernels"
    assert run(command, level, 50000) == "50000 shapes, 0 differences\n"


def test_as_many_threads_as_there_may_be(built):
    check_trainings([built("gcc", "O3") / "host", "plain", 64], range(4), range(2, 4))


@pytest.mark.slow
@pytest.mark.parametrize("level", ["plain", "avx2"])
@pytest.mark.parametrize("threads", [1, 3])
def test_valgrind_finds_nothing(built, level, threads):
    """valgrind 3.19 knows no AVX-512."""
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    command = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full"]
    folder = built("gcc", "O2")
    check_trainings([*command, folder / "host", level, threads], range(12), range(1, 4))
    assert run(*command, folder / "kernels", level, 60) == "60 shapes, 0 differences\n"


@pytest.mark.skipif(HERE != "x86_64", reason="the flags are those of an x86-64")
@pytest.mark.skipif(not os.path.exists("/proc/cpuinfo"), reason="no /proc/cpuinfo")
def test_every_level_that_the_processor_has_is_found(built):
    flags = cpu_flags()
    program = built("gcc", "O3") / "kernels"
    for level, needed in CPU_FLAGS.items():
        found = subprocess.run([program, level, "0"], capture_output=True).returncode == 0
        assert found == (needed <= flags), level
