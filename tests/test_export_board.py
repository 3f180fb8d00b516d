"""The self-test of exported networks on a bare Cortex-M4 and Cortex-M7 in QEMU."""

import re
import subprocess
import sys

import pytest
from exports import random_network
from portability import FLAGS, HERE, TARGETS, expand
from test_c_core import ROOT
from test_portability import or_skip

from purenn import export_c

sys.path.append(str(ROOT / "benchmarks"))
from images import trained_letters

BOARDS = ["C core, Cortex-M4, bare metal", "C core, Cortex-M7, bare metal"]
PUTS = """\
#include "target.h"
int puts(const char *text);
int puts(const char *text)
{
    put(text);
    put("\\n");
    return 0;
}
"""


def selftest(name, folder, prefix):
    """What the self-test says on that board, and whether it passed."""
    board = TARGETS[name]
    compiler = or_skip(expand, board.compiler, board.install)
    runner = or_skip(expand, board.runner, board.install)
    (folder / "puts.c").write_text(PUTS)
    sources = [folder / f"{prefix}.c", folder / "puts.c", HERE / "board.c"]
    options = [f"-D{prefix.upper()}_SELFTEST", f"-I{HERE}", "-nostartfiles", f"-T{HERE}/board.ld"]
    image = folder / "image"
    subprocess.run([*compiler, *FLAGS, *options, *sources, "-o", image], check=True)
    done = subprocess.run([*runner, image], capture_output=True, text=True, timeout=100)
    return done.stdout, done.returncode == 0


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize(
    "how",
    [
        {},
        pytest.param({"weights": "float32"}, marks=pytest.mark.slow),
        {"weights": "int8"},
        {"train": True},
    ],
    ids=str,
)
def test_letters_pass(board, how, tmp_path):
    export_c(trained_letters(), tmp_path, "letters", **how)
    steps = " and 2 training steps" if how.get("train") else ""
    said = f"letters: passed: the same bits as purenn in 4 predictions{steps}\n"
    assert selftest(board, tmp_path, "letters") == (said, True)


@pytest.mark.slow
@pytest.mark.parametrize("board", BOARDS)
def test_random_networks_pass(board, tmp_path):
    for seed in range(8):
        export_c(random_network(seed), tmp_path, f"n{seed}", train=seed % 2 == 1)
        said, passed = selftest(board, tmp_path, f"n{seed}")
        assert passed and said.startswith(f"n{seed}: passed")


@pytest.mark.parametrize(
    "weights", ["float64", pytest.param("float32", marks=pytest.mark.slow), "int8"]
)
@pytest.mark.parametrize("board", BOARDS)
def test_letters_fail_where_one_weight_is_altered(board, weights, tmp_path):
    export_c(trained_letters(), tmp_path, "letters", weights=weights)
    path = tmp_path / "letters.c"
    text = path.read_text()
    start = text.index("{", text.index(" letters_W1["))
    digit = r"\d(?=,)" if weights == "int8" else r"(?<=\.)\d"
    altered = re.sub(digit, lambda found: str((int(found[0]) + 5) % 10), text[start:], count=1)
    path.write_text(text[:start] + altered)
    said, passed = selftest(board, tmp_path, "letters")
    assert (said, passed) == ("letters: FAILED: a weight or another constant was altered\n", False)


def test_a_fused_build_fails(tmp_path):
    """The Cortex-M7 has the fused instruction, and gcc uses it where nothing forbids it."""
    export_c(trained_letters(), tmp_path, "letters")
    path = tmp_path / "letters.c"
    text = path.read_text()
    assert text.count('"fp-contract=off", ') == 1
    path.write_text(text.replace('"fp-contract=off", ', ""))
    said, passed = selftest(BOARDS[1], tmp_path, "letters")
    assert not passed and "rounded by itself" in said
