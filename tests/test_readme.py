"""The README's examples do what the README says."""

import ast
import contextlib
import io
import re
from pathlib import Path

import pytest

import purenn

# What people are shown gives no false alarm.
pytestmark = pytest.mark.filterwarnings("error::purenn.TrainingWarning")

README = Path(__file__).parent.parent / "README.md"


def test_example_prints_its_numbers(engine, tmp_path, monkeypatch):
    text = README.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S)[1]
    printed = re.search(r"engine,\n\n```\n(.*?)```", text, re.S)[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PURENN_BACKEND", engine.name)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, {})
    assert output.getvalue() == printed
    assert len([line for line in code.splitlines() if line]) <= 10
    assert purenn.Network([1, 1], seed=0).backend == engine.name


def test_a_training_goes_on(engine, tmp_path, monkeypatch):
    first, second, _ = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PURENN_BACKEND", engine.name)
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(first, names)
        exec(second, names)
    assert names["training"].position == (1000, 0)
    assert names["training"].history.history["loss"][0] < names["history"].history["loss"][-1]


def test_early_stopping_stops_where_it_says(engine, tmp_path, monkeypatch):
    text = README.read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.S)[2]
    monkeypatch.setenv("PURENN_BACKEND", engine.name)
    output, names = io.StringIO(), {"Network": purenn.Network}
    with contextlib.redirect_stdout(output):
        exec(code, names)
    *_, told, found = output.getvalue().splitlines()
    epochs = re.search(r"It stops after (\d+) epochs", text)[1]
    assert told.startswith(f"epoch {epochs}/{epochs}  loss ") and " val_accuracy " in told
    assert ast.literal_eval(found)["accuracy"] > 0.95
    names["net"].save(tmp_path / "circle.json")
    page = (README.parent / "docs" / "files.md").read_text(encoding="utf-8")
    field = re.search(r"```json\n(.*?)\n```", page, re.S)[1]
    assert f"\n{field},\n" in (tmp_path / "circle.json").read_text(encoding="ascii")
