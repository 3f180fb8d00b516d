"""The reference and its fast bodies on MicroPython: the same bits, and the rules behind that."""

import ast
import contextlib
import io
import os
import pathlib
import re
import runpy
import shutil
import struct
import subprocess
import sys
from itertools import zip_longest

import pytest

import purenn.reference

REFERENCE = pathlib.Path(purenn.reference.__file__).parent
FILES = sorted(REFERENCE.glob("*.py"))
TREES = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
HERE = pathlib.Path(__file__).parent / "micropython"
FUNCTIONS = HERE / "functions.py"

FAST = REFERENCE.parent / "plain"
FAST_FILES = [path for path in sorted(FAST.glob("*.py")) if path.name != "engine.py"]
RANDOM_STATE = REFERENCE.parent / "random_state.py"

ALLOWED_MATH = {"sqrt", "ldexp", "frexp", "copysign"}
COMPENSATED = {"sum", "fsum", "sumprod", "pow"}
MISSING_IN_MICROPYTHON = {"bit_length", "fromhex", "__doc__"}


def run(command, folder):
    """The lines that a command prints; it must end well."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=str(folder),
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr.decode("utf-8", "replace")
    return result.stdout.decode("utf-8").splitlines()


def copy_of_package(package, folder):
    """A copy without what Python compiled."""
    shutil.copytree(
        str(package), str(folder / package.name), ignore=shutil.ignore_patterns("__pycache__")
    )


def portable(folder):
    """A package of what is portable of purenn: the reference, its fast bodies, RandomState."""
    package = folder / "purenn"
    (package / FAST.name).mkdir(parents=True)
    (package / "__init__.py").touch()
    copy_of_package(REFERENCE, package)
    for path in [*FAST_FILES, RANDOM_STATE]:
        shutil.copy(str(path), str(package / path.relative_to(REFERENCE.parent)))
    return package


def run_on_cpython(script, folder, package):
    """What the script prints here, in a folder with nothing beside it but the package."""
    copy_of_package(package, folder)
    shutil.copy(str(script), str(folder / "script.py"))
    return run([sys.executable, "-s", "script.py"], folder)


def run_on_micropython(script, folder, package):
    """What the script prints on MicroPython."""
    micropython = os.environ.get("PURENN_MICROPYTHON")
    if not micropython:
        pytest.skip(
            "PURENN_MICROPYTHON isn't set: run `npm install"
            " @micropython/micropython-webassembly-pyscript@1.27.0` and set it to the folder"
            " node_modules/@micropython/micropython-webassembly-pyscript"
        )
    return run(["node", HERE / "run.mjs", os.path.abspath(micropython), package, script], folder)


def assert_same_lines(there, here):
    """Both printed the same; else fails with the lines that differ, the first twenty of them."""
    different = [
        f"line {number}\n  MicroPython: {theirs}\n  CPython:     {ours}"
        for number, (theirs, ours) in enumerate(zip_longest(there, here, fillvalue=""), 1)
        if theirs != ours
    ]
    if different:
        heading = f"{len(different)} of {len(here)} lines differ"
        pytest.fail("\n".join([heading, *different[:20]]), pytrace=False)


def test_every_function_gives_the_same_bits(tmp_path):
    package = portable(tmp_path / "there")
    there = run_on_micropython(FUNCTIONS, tmp_path, package)
    here = run_on_cpython(FUNCTIONS, tmp_path, package)
    assert len(here) > 2000
    assert_same_lines(there, here)


def test_fast_bodies_give_the_bits_of_the_reference(tmp_path):
    package = portable(tmp_path / "there")
    there = run_on_micropython(HERE / "trainings.py", tmp_path, package)
    here = run_on_cpython(HERE / "trainings.py", tmp_path, package)
    assert len(here) > 30 and all(line.endswith("equal") for line in here)
    assert_same_lines(there, here)


def test_every_number_in_the_reference_is_read_as_the_same_bits(tmp_path):
    """MicroPython reads decimals exactly since 1.26, where long double is wider than double."""
    numbers = sorted({number for name in TREES for number in float_literals(name)})
    script = tmp_path / "numbers.py"
    lines = [f"print({text!r}, struct.pack('>d', {text}).hex())" for text in numbers]
    script.write_text("\n".join(["import struct", *lines]) + "\n", encoding="utf-8")
    there = run_on_micropython(script, tmp_path, REFERENCE)
    here = [f"{text} {struct.pack('>d', float(text)).hex()}" for text in numbers]
    assert_same_lines(there, here)


def float_literals(name):
    """The floats in a file of the reference, as they are written there."""
    source = (REFERENCE / name).read_text(encoding="utf-8")
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield ast.get_source_segment(source, node)


def test_every_function_of_the_reference_is_called():
    """So that a new function of the reference is compared on MicroPython too."""
    called = set()

    def note(frame, event, argument):
        if event == "call":
            path = pathlib.Path(frame.f_code.co_filename)
            called.add((path.name, frame.f_code.co_name))

    with contextlib.redirect_stdout(io.StringIO()):
        sys.setprofile(note)
        try:
            runpy.run_path(str(FUNCTIONS))
        finally:
            sys.setprofile(None)
    written = {
        (name, node.name)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name != "__init__"
    }
    assert written - called == set()


@pytest.mark.parametrize("name", sorted(TREES))
def test_reference_imports_only_math_and_itself(name):
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            assert [alias.name for alias in node.names] == ["math"], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module == "math", node.lineno
            assert {alias.name for alias in node.names} <= ALLOWED_MATH, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, node.lineno
            assert f"{node.module}.py" in TREES, node.lineno


@pytest.mark.parametrize("path", FAST_FILES, ids=lambda path: path.name)
def test_fast_bodies_import_only_math_the_reference_and_themselves(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Import), node.lineno
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module == "math", node.lineno
            assert {alias.name for alias in node.names} <= ALLOWED_MATH, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 2:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            assert names[0].split(".")[0] == "reference", node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert FAST / f"{node.module}.py" in FAST_FILES, node.lineno


@pytest.mark.parametrize(
    "path", [*FILES, *FAST_FILES, RANDOM_STATE], ids=lambda path: "-".join(path.parts[-2:])
)
def test_they_keep_to_portable_arithmetic(path):
    """No libm, no compensated sum, no power, nothing that MicroPython lacks."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            assert node.id not in COMPENSATED | MISSING_IN_MICROPYTHON, node.lineno
        elif isinstance(node, ast.Attribute):
            assert node.attr not in COMPENSATED | MISSING_IN_MICROPYTHON, node.lineno
            if isinstance(node.value, ast.Name) and node.value.id == "math":
                assert node.attr in ALLOWED_MATH, node.lineno
        elif isinstance(node, (ast.BinOp, ast.AugAssign)):
            assert not isinstance(node.op, ast.Pow), node.lineno
        elif isinstance(node, ast.Dict):
            assert None not in node.keys, node.lineno
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(item, ast.Starred) for item in node.elts), node.lineno


def test_reference_stays_short():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 150} == {}
    assert sum(lengths.values()) <= 1400


@pytest.mark.parametrize("name", sorted(TREES))
def test_every_number_is_read_exactly_by_any_parser(name):
    """Digits up to 2⁵³ and powers of ten up to 10²²: both exact, so one division rounds once."""
    for text in float_literals(name):
        whole, fraction, power = re.fullmatch(r"(\d+)\.?(\d*)(?:e(-?\d+))?", text).groups()
        fraction = fraction.rstrip("0")
        assert int(whole + fraction) <= 2**53, text
        assert abs(int(power or 0) - len(fraction)) <= 22, text


class Short(float):
    """A float of 32 bits, as on many MicroPython boards: every sum is rounded to binary32."""

    def __add__(self, other):
        return Short(struct.unpack("f", struct.pack("f", float(self) + float(other)))[0])


class Shorten(ast.NodeTransformer):
    """Every float in a module becomes a Short."""

    def visit_Constant(self, node):
        if not isinstance(node.value, float):
            return node
        name = ast.Name("Short", ast.Load())
        return ast.copy_location(ast.Call(name, [node], []), node)


def test_floats_of_32_bits_are_refused(tmp_path):
    source = (REFERENCE / "elementary.py").read_text(encoding="utf-8")
    short = tmp_path / "elementary.py"
    short.write_text(ast.unparse(Shorten().visit(ast.parse(source))), encoding="utf-8")
    with pytest.raises(ImportError, match=r"^purenn needs 64-bit floats .*[^\n]$"):
        runpy.run_path(str(short), init_globals={"Short": Short})
