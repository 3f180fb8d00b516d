"""A minimal Python is enough: Debian's, without site, home or environment, from a zip file, from a
folder that can't be written; and importing purenn brings in nothing that a run doesn't need."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

import purenn
from purenn import Network, export_c, export_python
from purenn.export import export_core

pytestmark = pytest.mark.skipif(os.name != "posix", reason="what POSIX can forbid")

ROOT = Path(__file__).parent.parent
PACKAGE = Path(purenn.__file__).parent
ABSENT = ("json", "dataclasses", "gzip", "shutil", "numbers", "gettext")

# What a run takes from outside of purenn, and what the C core takes besides.
NEEDED = "__future__, array, collections.abc, math, os, reprlib, struct, types"
NEEDED_BY_C = "_cffi_backend, operator, time"

MOST_SECONDS = 0.040
MOST_BYTES = 10_000_000
ROUNDS = 11

ISOLATED = ("-S", "-I")  # no site-packages; no PYTHON… of the environment, no current folder

# Its arguments are the current folder, which goes, what holds purenn, and where to save.
START = """
import os, sys

here, place, path = sys.argv[1:]
os.rmdir(here)
sys.path.insert(0, place)
"""

# Trains, saves at `path`, loads and predicts.
RUN = """
from purenn import Network

X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
net = Network(
    [2, 3, 1], activations=["tanh", "sigmoid"], loss="binary_cross_entropy", seed=1,
    input_offset=[0.5, 0.5], labels=["même", "autre 😀"],
)
net.fit(X, Y, epochs=20, learning_rate=0.5, batch_size=3, shuffle=True, seed=2)
net.save(path)
net.save(f"{path}.safetensors")
predicted = []
for loaded in (Network.load(path), Network.load(f"{path}.safetensors")):
    predicted += [loaded.predict(X), loaded.classify(X), loaded.architecture == net.architecture]
"""


@pytest.fixture(scope="session")
def minimal_python():
    """Debian's, with what its two packages hold and nothing else."""
    python = os.environ.get("PURENN_MINIMAL_PYTHON")
    if not python:
        pytest.skip(
            "PURENN_MINIMAL_PYTHON isn't set: on Debian 12, run `apt-get download"
            " python3.11-minimal libpython3.11-minimal`, unpack both with `dpkg -x FILE FOLDER`,"
            " and set it to FOLDER/usr/bin/python3.11"
        )
    for name in ABSENT:
        command = [python, *ISOLATED, "-c", f"import {name}"]
        error = subprocess.run(command, capture_output=True, text=True).stderr
        assert f"No module named '{name}'" in error, f"{python} is not minimal: it has {name}"
    return python


@pytest.fixture(params=["this Python", "Debian's minimal Python"])
def python(request):
    """Each Python in turn."""
    if request.param == "this Python":
        return sys.executable
    return request.getfixturevalue("minimal_python")


@pytest.fixture(params=["folder", "zip"])
def place(request, tmp_path):
    """purenn as a checkout has it, in a folder that can't be written or in a zip file."""
    folder = copy_of_purenn(tmp_path)
    if request.param == "zip":
        return shutil.make_archive(folder, "zip", folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert run(shutil.which("touch"), folder / "purenn" / "new", cwd=tmp_path).returncode != 0
    return folder


def copy_of_purenn(tmp_path):
    """The package, the data sets and the C, nothing built, in a folder of their own."""
    ignored = shutil.ignore_patterns("*.so", "__pycache__", "absent.txt")
    for name in ("purenn", "datasets", "csrc"):
        shutil.copytree(ROOT / name, tmp_path / "place" / name, ignore=ignored)
    return tmp_path / "place"


def run(*command, cwd, **environment):
    """A command with that environment alone, without home, which no permission is waived for."""
    if os.geteuid() == 0:
        waivers = "-dac_override,-dac_read_search"
        command = (shutil.which("setpriv"), "--bounding-set", waivers, *command)
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=300
    )


def succeed(*command, **options):
    """What a command prints; it must end well."""
    result = run(*command, **options)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


# What works


def test_train_save_load_predict(python, place, tmp_path):
    """In a current folder that is gone; the file and the predictions are those of any Python."""
    path = tmp_path / "model.json"
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"{START}{RUN}print(net.backend, predicted)"
    printed = succeed(python, *ISOLATED, "-c", code, gone, place, path, cwd=gone)
    ours = {"path": tmp_path / "ours.json"}
    exec(RUN, ours)
    assert printed == f"python {ours['predicted']}\n"
    for suffix in ("", ".safetensors"):
        saved = Path(f"{path}{suffix}")
        assert saved.read_bytes() == Path(f"{ours['path']}{suffix}").read_bytes()
        assert Network.load(saved).get_weights() == ours["net"].get_weights()


@pytest.mark.parametrize("home", [{}, {"HOME": "/nonexistent"}], ids=["no home", "no such home"])
def test_the_command_line(python, place, tmp_path, home):
    """In a current folder that can't be read."""
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o300)
    options = {"cwd": closed, "PYTHONPATH": str(place), **home}
    command = (python, "-S", "-m", "purenn")
    about = succeed(*command, "info", **options)
    assert f"package: {place}{os.sep}purenn\nbackend: python\n" in about
    printed = succeed(*command, "reproduce", "letters", "house_price", **options)
    (total,) = [line.split() for line in printed.splitlines() if line.startswith("all ")]
    assert total[5] == "0" and total[7] == "-", "none differs, one engine"


def test_exports(python, place, tmp_path):
    """The files are those of any Python, and the one in Python runs on this one."""
    network = Network([2, 3, 1], activations=["tanh", "sigmoid"], seed=3)
    network.save(tmp_path / "net.json")
    command = (python, "-S", "-m", "purenn", "export")
    options = {"cwd": tmp_path, "PYTHONPATH": str(place)}
    for how in (["--to", "c", "--int8"], ["--to", "python"]):
        succeed(*command, "net.json", *how, "--out", "there", **options)
    succeed(*command, "--core", "--out", "there", **options)
    export_c(network, tmp_path / "here", "net", weights="int8")
    export_python(network, tmp_path / "here", "net")
    export_core(tmp_path / "here")
    for path in (tmp_path / "here").iterdir():
        assert (tmp_path / "there" / path.name).read_bytes() == path.read_bytes()
    said = succeed(python, *ISOLATED, tmp_path / "there" / "net.py", cwd=tmp_path)
    assert said == "net: passed: the same bits as purenn in 4 predictions\n"


def test_what_a_build_left_is_read_in_a_zip_file_too(tmp_path):
    folder = copy_of_purenn(tmp_path)
    (folder / "purenn" / "native" / "absent.txt").write_text("no compiler\n", encoding="utf-8")
    archive = shutil.make_archive(folder, "zip", folder)
    about = succeed(sys.executable, "-S", "-m", "purenn", "info", cwd="/", PYTHONPATH=archive)
    assert "c core: absent: no compiler\n" in about


def test_images_are_unzipped_without_gzip(minimal_python, tmp_path):
    path = tmp_path / "train.csv.gz"
    path.write_bytes(gzip.compress(b"label,pixel0,pixel1\n7,0,255\n"))
    code = "import sys; from purenn.images import read_images; print(read_images(sys.argv[1], 9))"
    printed = succeed(minimal_python, "-S", "-c", code, path, cwd="/", PYTHONPATH=str(ROOT))
    assert printed == f"{(bytes([0, 255]), 2, [7])}\n"


def test_json_records_say_what_they_lack(minimal_python):
    command = (minimal_python, "-S", "-m", "purenn", "reproduce", "letters", "--json")
    result = run(*command, cwd="/", PYTHONPATH=str(ROOT))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "purenn: --json: needs Python's json module, which this Python lacks\n"


# What it takes to import


@pytest.fixture(params=["reference", "reference on Debian's minimal Python", "C core"])
def importing(request, tmp_path):
    """A Python, told where to find purenn and to keep bytecode; and the engine to import."""
    python, backend, paths = sys.executable, "python", [str(PACKAGE.parent)]
    if request.param == "C core":
        backend = request.getfixturevalue("native") and "c"
        paths.append(os.path.dirname(sys.modules["_cffi_backend"].__file__))
    elif request.param != "reference":
        python = request.getfixturevalue("minimal_python")
    command = (python, *ISOLATED, "-X", f"pycache_prefix={tmp_path / 'bytecode'}", "-c")
    return command, f"import sys; sys.path[:0] = {paths}\n", backend


def test_a_run_imports_nothing_that_it_does_not_need(importing, tmp_path):
    command, setup, backend = importing
    needed = NEEDED if backend == "python" else f"{NEEDED}, {NEEDED_BY_C}"
    use = f"""
import purenn
net = purenn.Network([2, 1], seed=1, backend={backend!r})
net.fit([[0.0, 1.0]], [[1.0]], epochs=1, learning_rate=0.1)
net.predict([0.0, 1.0])
"""
    listing = "print(*(name for name in sys.modules if not name.startswith('purenn')))"
    allowed = succeed(*command, f"{setup}import {needed}\n{listing}", cwd=tmp_path).split()
    found = succeed(*command, f"{setup}{use}{listing}", cwd=tmp_path).split()
    assert set(found) - set(allowed) == set()


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="others load more from the start")
def test_import_loads_nothing_that_takes_long(importing, tmp_path):
    command, setup, _ = importing
    loaded = succeed(*command, f"{setup}import purenn\nprint(*sys.modules)", cwd=tmp_path).split()
    assert "purenn.network" in loaded
    assert not {"collections", "threading", "typing", "purenn.native", "json"} & set(loaded)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the bounds are CPython's")
def test_import_takes_little_time_and_memory(importing, tmp_path):
    command, setup, backend = importing
    module = "purenn" if backend == "python" else "purenn.native"
    codes = {"bare": setup, "purenn": f"{setup}import {module}"}
    seconds = {name: [] for name in codes}
    memory = {name: [] for name in codes}
    peak = "\nprint(*(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))"
    for name, code in codes.items():  # which also writes the bytecode
        if os.path.exists("/proc/self/status"):
            memory[name] = 1024 * int(succeed(*command, code + peak, cwd=tmp_path))
    for _ in range(ROUNDS):
        for name, code in codes.items():
            start = perf_counter()
            subprocess.run([*command, code], check=True)
            seconds[name].append(perf_counter() - start)
    assert median(seconds["purenn"]) - median(seconds["bare"]) <= MOST_SECONDS, seconds
    if memory["bare"]:
        assert memory["purenn"] - memory["bare"] <= MOST_BYTES, memory
