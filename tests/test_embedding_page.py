"""docs/embedding.md: its program, its commands and its C print what the page says."""

import ast
import importlib
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from purenn import Network

# What people are shown gives no false alarm.
pytestmark = pytest.mark.filterwarnings("error::purenn.TrainingWarning")

PAGE = Path(__file__).parent.parent / "docs" / "embedding.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.S | re.M)
COMMANDS = re.findall(r"^    purenn (export .*)$", TEXT, re.M)


@pytest.fixture
def exported(run, tmp_path):
    """What the page's first command prints, after its program."""
    exec(BLOCKS[0][1], {})
    return run(*shlex.split(COMMANDS[0]))


def test_the_first_export_prints_what_the_page_shows(exported):
    assert exported == (0, BLOCKS[1][1].splitlines(), [])


def test_the_c_program_prints_what_the_page_shows(exported, tmp_path):
    (tmp_path / "main.c").write_text(BLOCKS[2][1])
    command = ["gcc", "-std=c99", "-Ifirmware", "main.c", "firmware/room.c", "-o", "main"]
    subprocess.run(command, cwd=tmp_path, check=True)
    said = subprocess.run([tmp_path / "main"], capture_output=True, text=True).stdout
    assert said == BLOCKS[3][1]
    network = Network.load(tmp_path / "room.json")
    label, probability = said.split(", ")
    assert network.classify([25.5, 870]) == label
    assert network.predict([25.5, 870])[1] == float(probability)


def test_the_self_test_that_it_names_passes(exported, tmp_path):
    test = exported[1][-1].removeprefix("test ")
    said = subprocess.run(test, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout.startswith("room: passed")


def test_every_other_command_works(exported, run):
    assert len(COMMANDS) == 3
    for command in COMMANDS[1:]:
        code, _, err = run(*shlex.split(command))
        assert (code, err) == (0, [])


def test_what_it_says_of_python(exported, run, monkeypatch, tmp_path):
    """Its calls of the exported module give what the network gives."""
    assert run(*shlex.split(COMMANDS[1]))[0] == 0
    monkeypatch.syspath_prepend(tmp_path / "lib")
    room = importlib.import_module("room")
    network = Network.load(tmp_path / "room.json")
    calls = dict(re.findall(r"`room\.(\w+)\((\[.*?\])\)`", TEXT))
    assert calls.keys() == {"predict", "classify"}
    for name, argument in calls.items():
        x = ast.literal_eval(argument)
        assert getattr(room, name)(x) == getattr(network, name)(x)
