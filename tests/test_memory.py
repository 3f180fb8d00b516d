"""Memory stays whole, whatever the data, their owners and other threads do meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_installation import copy_of_the_tree

import purenn

HOSTILE = Path(__file__).parent / "hostile.py"


def made_calls(calls, folder, **environment):
    result = subprocess.run(
        [sys.executable, HOSTILE, str(calls)],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, (result.returncode, result.stderr[-4000:])
    assert int(result.stdout.split()[0]) >= calls


def test_hostile_calls_leave_memory_whole(native, tmp_path):
    made_calls(1000, tmp_path, PYTHONPATH=str(Path(purenn.__file__).parent.parent))


@pytest.mark.slow
def test_hostile_calls_leave_memory_whole_under_address_sanitizer(native, tmp_path):
    pytest.importorskip("setuptools")
    library = subprocess.run(
        ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True
    ).stdout.strip()
    if not os.path.isabs(library):
        pytest.skip("gcc has no AddressSanitizer")
    tree = copy_of_the_tree(tmp_path)
    built = subprocess.run(
        [sys.executable, "setup.py", "-q", "build", "--build-lib", "out"],
        cwd=tree,
        env={
            **os.environ,
            "PURENN_BUILD_C": "require",
            "CC": "gcc",
            "CFLAGS": "-fsanitize=address -fno-omit-frame-pointer -g -O1",
            "LDFLAGS": "-fsanitize=address",
        },
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr[-4000:]
    made_calls(
        100_000,
        tmp_path,
        PYTHONPATH=str(tree / "out"),
        LD_PRELOAD=library,
        PYTHONMALLOC="malloc",
        ASAN_OPTIONS="detect_leaks=0",  # Python leaves some at exit
    )
