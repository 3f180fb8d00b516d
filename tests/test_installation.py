"""What was installed is what runs: the file, the engine, the bare checkout, the build's modes."""

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import purenn
from purenn.shipped import dataset_bytes

ROOT = Path(__file__).parent.parent
PACKAGE = Path(purenn.__file__).parent


def is_editable():
    direct_url = metadata.distribution("purenn").read_text("direct_url.json") or "{}"
    return json.loads(direct_url).get("dir_info", {}).get("editable", False)


def test_the_installed_package_runs_not_the_checkout():
    assert is_editable() or ROOT not in PACKAGE.parents, PACKAGE


def test_the_engine_that_was_asked_for_runs(request):
    info = purenn.backend_info()
    if os.environ.get("PURENN_BACKEND") == "python":
        assert info["backend"] == "python"
        return
    if info["c core"] != "installed" and os.environ.get("PURENN_BUILD_C") != "require":
        pytest.skip(info["c core"])
    assert info["backend"] == "c", info
    assert purenn.Network([1, 1], seed=0).backend == "c"
    from purenn.native import _core

    assert PACKAGE in Path(_core.__file__).parents


def test_version_is_that_of_the_distribution():
    assert purenn.__version__ == metadata.version("purenn")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {purenn.__version__}" in changelog


def test_data_sets_are_in_the_package():
    for path in (ROOT / "datasets").iterdir():
        assert dataset_bytes(path.name) == path.read_bytes()


def copy_of_the_tree(folder):
    """What the repository holds, nothing built, in a folder of its own."""
    ignored = shutil.ignore_patterns(".*", "build", "*.egg-info", "*.so", "__pycache__")
    shutil.copytree(ROOT, folder / "purenn-copy", ignore=ignored)
    return folder / "purenn-copy"


def run(*command, cwd, **environment):
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_bare_checkout_runs_without_site_packages(tmp_path):
    """No cffi, no C core, nothing installed: python -S has the standard library alone."""
    tree = copy_of_the_tree(tmp_path)
    result = run(
        "-S", "-m", "purenn", "reproduce", "house_price", "letters", cwd=tree, PURENN_BACKEND="auto"
    )
    assert result.returncode == 0, result.stderr
    assert "reproduced" in result.stdout and result.stdout.count("acc, epoch") == 101
    demanded = run("-S", "-m", "purenn", "info", cwd=tree, PURENN_BACKEND="c")
    assert demanded.returncode == 2
    assert demanded.stderr.count("\n") == 1 and "C core is not installed" in demanded.stderr


@pytest.mark.parametrize(
    ("mode", "compiler", "note"),
    [
        ("off", None, "PURENN_BUILD_C=off"),
        ("auto", "no-such-compiler", "compiler or Python headers missing"),
    ],
)
def test_a_build_without_c_needs_nothing_and_says_why(tmp_path, mode, compiler, note):
    pytest.importorskip("setuptools")
    tree = copy_of_the_tree(tmp_path)
    environment = {"PURENN_BUILD_C": mode}
    if compiler:
        environment["CC"] = compiler
    built = run("setup.py", "-q", "build", "-b", "out", "egg_info", cwd=tree, **environment)
    assert built.returncode == 0, built.stderr
    requirements = (tree / "purenn.egg-info" / "requires.txt").read_text()
    assert not requirements.split("[")[0].strip()
    info = run("-m", "purenn", "info", cwd=tree / "out" / "lib", PURENN_BACKEND="auto")
    assert note in info.stdout, info.stdout
    assert "backend: python" in info.stdout
    demanded = run("-m", "purenn", cwd=tree / "out" / "lib", PURENN_BACKEND="c")
    assert demanded.returncode == 2
    assert note in demanded.stderr


def test_a_checkout_that_hides_an_installed_purenn_says_so(tmp_path):
    """Python takes what lies in its folder, and that is pure Python there."""
    for folder in ("checkout", "installed", "elsewhere"):
        (tmp_path / folder).mkdir()
    checkout, installed = (
        copy_of_the_tree(tmp_path / folder) for folder in ("checkout", "installed")
    )
    code = "import purenn; print(purenn.backend_info().get('note'))"
    note = (
        f"this is the copy in {checkout / 'purenn'}; purenn is also installed in "
        f"{installed / 'purenn'}: start Python in another folder to use that one"
    )
    for cwd, said in ((checkout, note), (tmp_path / "elsewhere", "None")):
        asked = run("-S", "-c", code, cwd=cwd, PYTHONPATH=str(installed))
        assert asked.stdout.strip() == said, asked.stderr
        info = run("-S", "-m", "purenn", "info", cwd=cwd, PYTHONPATH=str(installed))
        assert (f"note: {said}\n" in info.stdout) == (cwd == checkout), info.stdout


@pytest.mark.parametrize("mode", ["require", "sometimes"])
def test_a_required_core_that_fails_is_an_error(tmp_path, mode):
    pytest.importorskip("setuptools")
    tree = copy_of_the_tree(tmp_path)
    environment = {"PURENN_BUILD_C": mode, "CC": "no-such-compiler"}
    built = run("setup.py", "-q", "build", cwd=tree, **environment)
    assert built.returncode != 0
    assert f"PURENN_BUILD_C{'=require' if mode == 'require' else ':'}" in built.stderr


def test_an_unknown_backend_is_an_error(tmp_path):
    result = run("-m", "purenn", "info", cwd=tmp_path, PURENN_BACKEND="fortran")
    assert result.returncode == 2
    assert result.stderr == (
        "purenn: PURENN_BACKEND: expected one of auto, c, python, got 'fortran'\n"
    )
