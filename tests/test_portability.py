"""The same workload has the same hashes on every target that this machine can run.

A target whose tools are missing is skipped; where PURENN_TARGETS=require, as in CI, it fails.
"""

import ast
import os
import runpy
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest
from golden import FULL, WORKLOAD, golden
from portability import (
    HERE,
    HOSTS,
    REFERENCE,
    TARGETS,
    X87,
    Absent,
    Core,
    Elsewhere,
    Failed,
    Reference,
    compute,
    expand,
)
from portability_page import PAGE, shown
from test_micropython import Shorten

if sys.implementation.name != "cpython":
    pytest.skip("CPython runs the targets, PyPy among them", allow_module_level=True)

pytestmark = pytest.mark.slow


def or_skip(function, *arguments):
    """What the function gives; a skip where something is absent, or a failure if required."""
    try:
        return function(*arguments)
    except Absent as absent:
        if os.environ.get("PURENN_TARGETS") == "require" and not isinstance(absent, Elsewhere):
            pytest.fail(f"PURENN_TARGETS=require, but this machine lacks {absent}")
        pytest.skip(f"needs {absent}")


@pytest.fixture(scope="session")
def runs(request):
    """Every target that this session asks for, as many at a time as there are processors."""
    parameters = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = {each.params["target"] for each in parameters if each and "target" in each.params}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: pool.submit(compute, TARGETS[name], [*WORKLOAD]) for name in chosen}


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_the_golden_hashes(runs, target):
    result = or_skip(runs[target].result)
    assert result.digests == [golden(name) for name in WORKLOAD]


@pytest.mark.parametrize("host", [name for name in HOSTS if isinstance(TARGETS[name], Core)])
def test_the_articles_full_lengths(host):
    """On the installed core and PyPy: tests/test_golden.py."""
    result = or_skip(compute, TARGETS[host], [*FULL])
    assert result.digests == [golden(name) for name in FULL]


class Unguarded(Core):
    """The core without its line against fused multiplications and additions."""

    def export(self, folder):
        super().export(folder)
        path = folder / "purenn.c"
        text = path.read_text(encoding="ascii")
        assert text.count('"fp-contract=off", ') == 1
        path.write_text(text.replace('"fp-contract=off", ', ""))


@pytest.mark.parametrize("name", ["C core, Cortex-M7, bare metal", "C core, s390x, big-endian"])
def test_the_hashes_would_tell_a_fused_operation(name):
    result = or_skip(compute, Unguarded(*TARGETS[name]), [*WORKLOAD])
    assert all(digest != golden(name) for digest, name in zip(result.digests, WORKLOAD))


class Wide(float):
    """A float that is added as x87 adds: to 64 bits of significand, and from there to 53."""

    def __add__(self, other):
        exact = Fraction(float(self)) + Fraction(float(other))
        return Wide(Fraction(round(exact * 2**11), 2**11))  # right between 2⁵² and 2⁵³


def test_sums_that_are_rounded_twice_are_refused(tmp_path):
    source = (REFERENCE / "elementary.py").read_text(encoding="utf-8")
    wide = tmp_path / "elementary.py"
    wide.write_text(ast.unparse(Shorten().visit(ast.parse(source))), encoding="utf-8")
    with pytest.raises(ImportError, match=r"^purenn needs .* x87[^\n]*$"):
        runpy.run_path(str(wide), init_globals={"Short": Wide})


def test_python_on_x87_is_refused():
    with pytest.raises(Failed, match=r"\nImportError: purenn needs .* x87[^\n]*\n$"):
        or_skip(compute, X87, [*WORKLOAD])


class Unchecked(Reference):
    """The reference without its refusals."""

    def reference(self, folder):
        super().reference(folder)
        path = folder / "reference" / "elementary.py"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("raise ImportError(", "str("), encoding="utf-8")


def test_python_on_x87_would_compute_other_bits():
    """In four of the six: two round twice as well, but never meet a tie that matters."""
    result = or_skip(compute, Unchecked(*X87), [*WORKLOAD])
    same = [name for name, digest in zip(WORKLOAD, result.digests) if digest == golden(name)]
    assert same == ["house_price, 1000 epochs", "planar, 100 iterations"]


@pytest.mark.parametrize("suffix", ["json", "safetensors"])
def test_model_files_go_between_big_and_little_endian(tmp_path, suffix):
    """Both write the same bytes, each loads the other's file, and both predict the same bits."""
    big = TARGETS["CPython, s390x, big-endian"]
    command = or_skip(expand, big.command.replace("program.py", ""), big.install)
    checkout = tmp_path / "checkout"
    shutil.copytree(REFERENCE.parent, checkout / "purenn")

    def model(python, own, other):
        return subprocess.run(
            [*python, HERE / "model.py", own, other],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    little, big_endian, again = (f"{name}.{suffix}" for name in ("little", "big", "again"))
    here = model([sys.executable], little, little)
    there = model(command, big_endian, little)
    assert here.startswith("little [") and there.startswith("big [")
    assert (tmp_path / big_endian).read_bytes() == (tmp_path / little).read_bytes()
    assert model([sys.executable], again, big_endian) == here
    assert there.split(" ", 1)[1] == here.split(" ", 1)[1]


def test_the_page_has_every_target_and_hash():
    text = PAGE.read_text(encoding="utf-8")
    for name in (*WORKLOAD, *FULL):
        assert f"| {name} | `{golden(name)}` |" in text
    for name in TARGETS:
        assert f"| {name} | {shown([golden(name) for name in WORKLOAD], WORKLOAD)} |" in text
