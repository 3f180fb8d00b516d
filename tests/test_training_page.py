"""docs/training.md and docs/optimizers.md: programs print what the pages show, tables hold."""

import contextlib
import io
import json
import re
import subprocess
from pathlib import Path
from statistics import median

import pytest

from purenn import Network, Optimizer, Training
from purenn.optimizers import CLIPPED, OPTIMIZERS, SYNONYMS

# What people are shown gives no false alarm.
pytestmark = pytest.mark.filterwarnings("error::purenn.TrainingWarning")

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
OPTIMIZERS_PAGE = (ROOT / "docs" / "optimizers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```\n(?:\n```\n(.*?)^```)?", PAGE, re.S | re.M)
SETUP, CANCER, DIABETES, DIGITS, RESUMED = (code for code, _ in BLOCKS)
PRINTED = dict(BLOCKS)
PEER = json.loads((ROOT / "tests" / "data" / "sklearn_trainings.json").read_text(encoding="utf-8"))
TASKS = {"breast cancer, accuracy": CANCER, "diabetes, r²": DIABETES, "digits, accuracy": DIGITS}
OF_SKLEARN = [pytest.param(name, marks=pytest.mark.slow) for name in list(TASKS)[:2]]


def run_blocks(*codes):
    """What is printed by the last one of these programs, and the names that they define."""
    names, output = {}, io.StringIO()
    for code in (SETUP, *codes):
        if "sklearn" in code:
            pytest.importorskip("sklearn")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(code, names)
    return output.getvalue(), names


@pytest.fixture
def here(native, tmp_path, monkeypatch):
    """A folder to write into; plain Python would take minutes."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("task", [*OF_SKLEARN, "digits, accuracy"])
def test_each_program_prints_what_the_page_shows(here, task):
    printed, names = run_blocks(TASKS[task])
    assert printed == PRINTED[TASKS[task]]
    saved, exported = names["net"].get_weights(), sorted((here / "firmware").iterdir())
    (model,) = [path for path in here.iterdir() if path.is_file()]
    assert Network.load(model).get_weights() == saved
    header, source = (path.name for path in reversed(exported))
    assert header == source[:-1] + "h"
    define = f"-D{source[:-2].upper()}_SELFTEST"
    build = ["cc", "-std=c99", "-O2", define, str(here / "firmware" / source), "-o", "selftest"]
    subprocess.run(build, cwd=here, check=True)
    said = subprocess.run([here / "selftest"], capture_output=True, text=True).stdout
    assert said.startswith(f"{source[:-2]}: passed")


@pytest.mark.parametrize("task", [*OF_SKLEARN, "digits, accuracy"])
def test_the_table_has_ten_seeds_of_each_library(here, task):
    scores = []
    for seed in range(10):
        code = TASKS[task].split("net.save")[0].replace("seed=0", f"seed={seed}")
        result = run_blocks(code)[1]["result"]
        scores.append(result.get("accuracy", result.get("r2")))
    key = task.split(",")[0].replace(" ", "_")
    cells = [cell(scores), cell([case["score"] for case in PEER[key]])]
    assert f"| {task} | {cells[0]} | {cells[1]} |" in PAGE
    assert f"| | purenn | scikit-learn {PEER['scikit-learn']} |" in PAGE


def cell(scores):
    return f"{median(scores):.3f} ({min(scores):.3f} to {max(scores):.3f})"


def test_sizes_of_the_data(here):
    _, names = run_blocks(DIGITS.split("net =")[0])
    assert [len(names[part]) for part in ("Y", "Y_val", "Y_test")] == [1000, 284, 513]
    assert max(map(max, names["X"].tolist())) == 16
    for words in ("1,797 images", "first 1,000", "284 to validate", "last 513"):
        assert words in " ".join(PAGE.split())


@pytest.mark.slow
def test_sizes_of_scikit_learn_s_data():
    data = pytest.importorskip("sklearn.datasets")
    X, Y = data.load_breast_cancer(return_X_y=True)
    assert X.shape == (569, 30) and "569 tumours, 30 measurements" in PAGE
    assert (X.mean(axis=0) < 0.01).any() and (X.mean(axis=0) > 100).any()
    X, Y = data.load_diabetes(return_X_y=True, scaled=False)
    assert len(X) == 442 and "442 patients" in PAGE
    assert (Y.min(), Y.max()) == (25, 346) and "25 to 346" in PAGE


def test_a_training_is_resumed_as_the_page_shows(here):
    printed, names = run_blocks(DIGITS.split("net =")[0], RESUMED)
    assert printed == PRINTED[RESUMED] and printed.endswith("True\n")
    assert names["training"].history == names["whole"].history


# docs/optimizers.md


def test_its_table_has_each_optimizer_with_its_defaults():
    rows = re.findall(r"^\| `(\w+)`(?:, also `(\w+)`)? \| (.*?) ?\| ([\d.]+) \| (\d) \|$",
                      OPTIMIZERS_PAGE, re.M)  # fmt: skip
    assert [name for name, *_ in rows] == list(OPTIMIZERS)
    assert {synonym: name for name, synonym, *_ in rows if synonym} == SYNONYMS
    for name, _, settings, rate, moments in rows:
        optimizer = Optimizer(name)
        assert optimizer.learning_rate == float(rate) and optimizer.moments == int(moments)
        given = {key: float(x) for key, x in re.findall(r"`(\w+)=([\d.e-]+)`", settings)}
        assert {**CLIPPED, **given} == optimizer.settings


def test_its_program_runs(engine, monkeypatch):
    monkeypatch.setenv("PURENN_BACKEND", engine.name)
    names = {}
    exec(re.search(r"```python\n(.*?)```", OPTIMIZERS_PAGE, re.S)[1], names)
    found = [round(a) for (a,) in names["net"].predict(names["X"])]
    assert found == names["Y"]


X = [[0.5, -1.0], [1.5, 0.25], [-0.5, 2.0], [1.0, 1.0]]
Y = [1.0, -2.0, 0.5, 3.0]


def stepped(engine, optimizer, factor=1.0, weights=None, batch_size=None, rates=(0.1,), **options):
    """The weights after an epoch at each rate, from the same start."""
    net = Network(
        [2, 3, 1], activations=["tanh", "identity"], seed=3, backend=engine.name, **options
    )
    for rate in rates:
        training = Training(
            net, X, [y * factor for y in Y], optimizer=optimizer, learning_rate=rate,
            sample_weight=weights, batch_size=batch_size, seed=5,
        )  # fmt: skip
        training.epoch()
    return [w for W, b in net.get_weights() for row in [*W, b] for w in row]


def test_weights_of_2_make_steps_twice_as_large(engine):
    start = [w for W, b in Network([2, 3, 1], seed=3).get_weights() for row in [*W, b] for w in row]
    one, two = (stepped(engine, "sgd", weights=[w] * 4) for w in (1.0, 2.0))
    for w, a, b in zip(start, one, two):
        assert b - w == pytest.approx(2.0 * (a - w), rel=1e-9, abs=1e-15)


def test_what_decays_is_not_clipped(engine):
    """With gradients clipped to almost nothing, g is weight_decay·w; adamw multiplies w."""
    start = [w for W, b in Network([2, 3, 1], seed=3).get_weights() for row in [*W, b] for w in row]
    for name in ("sgd", "adamw"):
        settings = {"weight_decay": 0.5, "clip_norm": 1e-12}
        if name == "adamw":
            settings["epsilon"] = 1.0  # its step is as small as the gradient then
        found = stepped(engine, Optimizer(name, **settings))
        assert found == pytest.approx([w * (1.0 - 0.1 * 0.5) for w in start], abs=1e-9)


def test_masks_do_not_depend_on_the_batch_size(engine):
    """With steps of no size, the losses of an epoch are those of its masks."""
    losses = []
    for size in (1, 2, 4):
        net = Network([2, 3, 1], dropout=0.5, seed=3, backend=engine.name)
        training = Training(
            net, X, [0.5, 1, 0, 1], learning_rate=lambda _: 0.0, batch_size=size, seed=5
        )
        losses.append(training.epoch())
    assert losses[0] == pytest.approx(losses[1], rel=1e-14) == pytest.approx(losses[2], rel=1e-14)
    other = Network([2, 3, 1], seed=3, backend=engine.name)
    assert other.evaluate(X, [0.5, 1, 0, 1])["loss"] != pytest.approx(losses[0], rel=1e-6)
