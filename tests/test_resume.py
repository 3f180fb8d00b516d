"""A training that is saved and loaded goes on with the same bits, in whichever engine."""

import contextlib
import itertools
import math
import random
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from array import array
from math import isfinite

import pytest
from bits import bits

from purenn import Network, Optimizer, Training, TrainingWarning, training_file
from purenn.callbacks import EarlyStopping
from purenn.model import signed
from purenn.schedules import Exponential, WarmUp
from purenn.state import Best
from purenn.tensors import Tensor, read_tensors, write_tensors

N = 23
STREAM = random.Random(1)
X = [[STREAM.gauss(0.0, 1.0) for _ in range(4)] for _ in range(N)]
Y = [s % 3 for s in range(N)]
WAYS = {
    "gradient descent": {},
    "momentum": {"optimizer": "momentum", "shuffle": True},
    "nesterov": {"optimizer": Optimizer("nesterov", clip_norm=0.05), "shuffle": True},
    "adam": {"optimizer": "adam", "shuffle": True, "learning_rate": 0.02},
    "adamw": {"optimizer": "adamw", "learning_rate": WarmUp(Exponential(0.01, 0.9), 3)},
    "rprop": {"optimizer": "rprop", "batch_size": None},
    "weighed": {"optimizer": Optimizer("adam", weight_decay=0.1)},
}


def network(backend, threads=None, dropout=0.0):
    return Network(
        [4, 9, 6, 3],
        activations=["tanh", "relu", "softmax"],
        loss="categorical_cross_entropy",
        dropout=dropout,
        seed=3,
        backend=backend,
        threads=threads,
    )


def data(way):
    weights = [0.5 + s % 4 for s in range(N)] if way == "weighed" else None
    return {"sample_weight": weights, "class_weight": {1: 2.0} if way == "weighed" else None}


def begun(way, backend, dropout, threads=None):
    settings = {"batch_size": 5, "seed": 7, **WAYS[way]}
    return Training(network(backend, threads, dropout), X, Y, **settings, **data(way))


@pytest.mark.parametrize("dropout", [0.0, [0.3, 0.1]], ids=["whole", "dropout"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", [("python", "c"), ("c", "python"), ("c", "c")], ids="-".join)
def test_five_and_five_epochs_are_ten(native, way, order, dropout, tmp_path):
    """Also where it is saved within an epoch, by another engine, with other threads."""
    path = tmp_path / "training.safetensors"
    whole = begun(way, "c", dropout, 1)
    whole.run(10)
    expected = bits([whole.network.get_weights(), whole.history["loss"]])
    for steps in (0, 2):
        training = begun(way, order[0], dropout)
        training.run(5)
        for _ in range(steps):
            training.step()
        training.save(path)
        loaded = Training.load(path, X, Y, backend=order[1], threads=2, **data(way))
        assert loaded.position == training.position
        loaded.run(10 - loaded.position[0])
        assert bits([loaded.network.get_weights(), loaded.history["loss"]]) == expected


def interrupt(training, at):
    """Ctrl-C comes near the end of that step of a training in plain Python, from 0."""
    samples = training._steps._samples
    whole, calls = samples.step, itertools.count()

    def step(*arguments):
        found = whole(*arguments)
        if next(calls) == at:
            raise KeyboardInterrupt
        return found

    samples.step = step


@pytest.mark.parametrize("after", ["save", "step"])
@pytest.mark.parametrize("dropout", [0.0, [0.3, 0.1]], ids=["whole", "dropout"])
@pytest.mark.parametrize("way", ["gradient descent", "adam"])
def test_ctrl_c_in_any_step_changes_no_bits(native, way, dropout, after, tmp_path):
    """An epoch's first step draws its order: it is drawn again as long as that step isn't whole."""
    path = tmp_path / "training.safetensors"
    whole = begun(way, "c", dropout)
    whole.run(3)
    expected = bits([whole.network.get_weights(), whole.history["loss"]])
    for at in range(3 * 5):
        training = begun(way, "python", dropout)
        interrupt(training, at)
        with pytest.raises(KeyboardInterrupt):
            training.run(3)
        assert training.position == (at // 5, at % 5 * 5)
        if after == "step":
            training.step()
        training.save(path)
        loaded = Training.load(path, X, Y, backend=["python", "c"][at % 2])
        for going_on in (training, loaded):
            if going_on.position[0] < 3:
                going_on.run(3 - going_on.position[0])
            found = [going_on.network.get_weights(), going_on.history["loss"]]
            assert bits(found) == expected, at


def diverging(backend):
    """The second epoch has a finite loss, 4e300, but leaves infinite weights; the third has not."""
    net = Network([1, 1], activations="identity", backend=backend)
    net.set_weights([([[1e-150]], [0.0])])
    return Training(net, [[1.0]], [[0.0]], learning_rate=1e300)


@pytest.mark.parametrize("at", range(4))
def test_ctrl_c_leaves_a_diverging_training_finite(native, at):
    """It goes back to the end of the same epoch, wherever Ctrl-C came."""
    whole, training = diverging("c"), diverging("python")
    with pytest.warns(TrainingWarning, match="training ended in epoch 2"):
        whole.run(5)
    interrupt(training, at)
    with pytest.warns(TrainingWarning, match="training ended in epoch 2"):
        with contextlib.suppress(KeyboardInterrupt):
            training.run(5)
        if not training.diverged:
            training.run(5)
    assert training.diverged and whole.position == training.position == (1, 0)
    assert all(map(math.isfinite, training.network.weights.block()))
    found, expected = [[t.network.get_weights(), t.history["loss"]] for t in (training, whole)]
    assert bits(found) == bits(expected)


def test_other_data_are_refused(engine, tmp_path):
    path = tmp_path / "training.safetensors"
    training = begun("adam", engine.name, 0.0)
    training.run(2)
    training.save(path)
    other = [row[:] for row in X]
    other[3][1] += 1e-9
    for samples, targets, more in (
        (other, Y, {}),
        (X, Y[::-1], {}),
        (X, Y, {"sample_weight": [1.0] * N}),
    ):
        with pytest.raises(ValueError, match="expected the same data and sample weights"):
            Training.load(path, samples, targets, **more)
    counts = rf"got {N - 1} samples, this training began with {N}; give validation_split again"
    with pytest.raises(ValueError, match=counts):
        Training.load(path, X[:-1], Y[:-1])


def test_a_file_of_another_form(engine, tmp_path):
    path, model = tmp_path / "x.training", tmp_path / "m.json"
    training = begun("adam", engine.name, 0.0)
    training.save(path)
    with pytest.raises(ValueError, match=r"looks like a safetensors file: Training\.load loads"):
        Network.load(path, backend=engine.name)
    training.network.save(model)
    with pytest.raises(ValueError, match=r"m\.json: .* got JSON, which is no training"):
        Training.load(model, X, Y)


def test_a_function_as_schedule_has_to_be_given_again(engine, tmp_path):
    path = tmp_path / "training.safetensors"
    net = network(engine.name)
    training = Training(net, X, Y, learning_rate=lambda epoch: 0.1 / (1 + epoch))
    training.run(2)
    training.save(path)
    with pytest.raises(ValueError, match=r"learning_rate: .* give it again"):
        Training.load(path, X, Y)
    loaded = Training.load(path, X, Y, learning_rate=lambda epoch: 0.1 / (1 + epoch))
    assert bits(loaded.run(2)["loss"]) == bits(training.run(2)["loss"])


def test_early_stopping_goes_on_with_its_best(engine, tmp_path):
    path = tmp_path / "training.safetensors"
    settings = {"validation_split": 0.3}
    whole = Training(network(engine.name), X, Y, optimizer="adam", **settings)
    whole.run(40, callbacks=EarlyStopping(3))
    half = Training(network(engine.name), X, Y, optimizer="adam", **settings)
    half.run(1, callbacks=EarlyStopping(3))
    half.save(path)
    loaded = Training.load(path, X, Y, **settings)
    assert loaded.best.epoch == half.best.epoch
    loaded.run(39, callbacks=EarlyStopping(3))
    assert bits(loaded.history["val_loss"]) == bits(whole.history["val_loss"])
    assert bits(loaded.network.get_weights()) == bits(whole.network.get_weights())


def test_altered_files_are_refused(engine, tmp_path):
    """A byte of them, or a piece at the end."""
    path = tmp_path / "training.safetensors"
    training = begun("adam", engine.name, [0.3, 0.1])
    training.run(2)
    training.step()
    training.save(path)
    whole, stream = path.read_bytes(), random.Random(3)
    places = [stream.randrange(len(whole)) for _ in range(150)]
    for place in places:
        changed = whole[place] ^ (1 << stream.randrange(8))
        path.write_bytes(whole[:place] + bytes([changed]) + whole[place + 1 :])
        with pytest.raises(ValueError):
            Training.load(path, X, Y)
    for end in (0, 7, 100, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError):
            Training.load(path, X, Y)


def test_a_model_file_is_no_training(tmp_path):
    path = tmp_path / "model.safetensors"
    network("auto").save(path)
    with pytest.raises(ValueError, match="purenn training"):
        Training.load(path, X, Y)


def forged(path, change):
    """The file, changed, with the digest of what it now holds."""
    tensors, metadata = read_tensors(path)
    text = metadata["purenn"][: metadata["purenn"].rindex('"sha256"')]
    text = change(text, tensors) or text
    digest = training_file._digest(text, tensors)
    write_tensors(path, tensors, {"purenn": signed(text, digest)})


def setting(name, place, value):
    def change(text, tensors):
        tensors[name].numbers[place] = value

    return change


def saying(before, after):
    def change(text, tensors):
        assert before in text
        return text.replace(before, after)

    return change


def best(weight):
    """A best epoch with such a weight."""

    def change(text, tensors):
        block = tensors["weights"].numbers[:]
        block[0] = weight
        tensors["best.weights"] = Tensor((len(block),), block)
        tensors["best.value"] = Tensor((1,), array("d", [0.5]))
        return text.replace('"best": []', '"best": [1, 1]')

    return change


FORGERIES = {
    "a place behind the words": setting("random", 624, 1e6),
    "a place before them": setting("random", 624, -1.0),
    "half a place": setting("random", 624, 0.5),
    "a word that is none": setting("random", 3, float("nan")),
    "an infinite word": setting("begun.random", 3, float("inf")),
    "a negative word": setting("random", 3, -1.0),
    "a large word": setting("begun.random", 0, 2.0**32),
    "half a flag": setting("random", 625, 0.5),
    "a sample within a batch": saying('"position": [2, 5]', '"position": [2, 4]'),
    "more samples": saying(f'"samples": {N}', f'"samples": {10 * N}'),
    "a sample behind the last": lambda text, tensors: text.replace(
        f'"samples": {N}', '"samples": 100000'
    ).replace('"position": [2, 5]', '"position": [2, 50000]'),
    "a learning rate that is none": saying('"learning_rate": [0.02]', '"learning_rate": ["x"]'),
    "a best epoch to come": saying('"best": []', '"best": [3, 3]'),
    "a best epoch without its epochs": saying('"best": []', '"best": [1]'),
    "three numbers of the best epoch": saying('"best": []', '"best": [1, 2, 3]'),
    "best weights that are not finite": best(float("inf")),
    "an infinite weight as the epoch began": setting("begun.weights", 0, float("inf")),
    "a moment that is not finite": setting("begun.moments.0", 0, float("nan")),
    "a negative mean of squares": setting("moments.1", 0, -5.0),
    "a mean of squares that is none": setting("begun.moments.1", 0, float("nan")),
    "a negative power": setting("powers", 0, -0.5),
    "a power above 1": setting("begun.powers", 1, 1.5),
    "a power that is none": setting("powers", 1, float("nan")),
    "a constant rate of two": saying(
        '"learning_rate": [0.02]', '"learning_rate": ["Constant", 1, 2]'
    ),
    "an optimizer's self": saying('{"name": "adam"', '{"name": "adam", "self": 1'),
    "rprop with batches": lambda text, tensors: re.sub(
        '"optimizer": .*', '"optimizer": {"name": "rprop"},', text
    ),
    "larger batches than samples": saying('"batch_size": 5', '"batch_size": 24'),
    "a seed that is none": saying('"stream_seed": [7]', '"stream_seed": ["x"]'),
    "two seeds": saying('"stream_seed": [7]', '"stream_seed": [7, 7]'),
    "no seed": saying('"stream_seed": [7]', '"stream_seed": []'),
    "epochs of 4,300 digits": saying(' "epochs": 2', f' "epochs": {"9" * 4300}'),
    "samples of 4,300 digits": saying(f' "samples": {N}', f' "samples": {"9" * 4300}'),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_file_never_reaches_c(engine, forgery, tmp_path):
    """Its digest is right; what it says can't be."""
    path = tmp_path / "training.safetensors"
    training = begun("adam", engine.name, [0.3, 0.1])
    training.run(2)
    training.step()
    training.save(path)
    forged(path, lambda text, tensors: None)
    Training.load(path, X, Y, backend=engine.name)
    forged(path, FORGERIES[forgery])
    with pytest.raises(ValueError, match=r"training\.safetensors"):
        Training.load(path, X, Y, backend=engine.name)


BETWEEN_EPOCHS = {
    "a weight that is none": ("adam", setting("weights", 0, float("nan"))),
    "an infinite moment": ("momentum", setting("moments.0", 0, float("inf"))),
    "a loss": ("adam", setting("total", 0, 5.0)),
    "a bias": ("adam", setting("weights", 4 * 9, 5.0)),
    "an impulse of a bias": ("adam", setting("moments.0", 4 * 9, 5.0)),
    "a large size": ("rprop", setting("moments.1", 0, 51.0)),
    "a negative size": ("rprop", setting("moments.1", 0, -1.0)),
}


@pytest.mark.parametrize("forgery", BETWEEN_EPOCHS)
def test_a_forged_file_makes_no_network_that_cannot_be(engine, forgery, tmp_path):
    path = tmp_path / "training.safetensors"
    way, change = BETWEEN_EPOCHS[forgery]
    net = Network([4, 9, 3], seed=3, bias=False, backend=engine.name)
    rows = [[float(k == y) for k in range(3)] for y in Y]
    training = Training(net, X, rows, **{"batch_size": 5, "seed": 7, **WAYS[way]})
    training.run(2)
    training.save(path)
    forged(path, lambda text, tensors: None)
    Training.load(path, X, rows, backend=engine.name)
    forged(path, change)
    with pytest.raises(ValueError, match=r"training\.safetensors: \S+: expected"):
        Training.load(path, X, rows, backend=engine.name)


def test_what_a_step_left_not_finite_is_kept(engine, tmp_path):
    """The epoch goes back at its end, as without a file."""
    path = tmp_path / "training.safetensors"
    net = Network([4, 9, 3], activations=["relu", "identity"], seed=3, backend=engine.name)
    rows = [[1e200] * 3 for _ in range(N)]
    training = Training(net, X, rows, batch_size=5, learning_rate=1e200)
    for _ in range(4):
        training.step()
    assert not all(map(isfinite, net.weights.block()))
    training.save(path)
    loaded = Training.load(path, X, rows, backend=engine.name)
    with pytest.warns(TrainingWarning, match="epoch 1"):
        loaded.step()
    assert loaded.diverged and all(map(isfinite, loaded.network.weights.block()))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.0])
def test_any_best_value_is_kept(engine, value, tmp_path):
    path = tmp_path / "training.safetensors"
    training = begun("adam", engine.name, 0.0)
    training.run(2)
    training.best = Best(1, value, training.network.weights.block(), training.ongoing.trained)
    training.save(path)
    best = Training.load(path, X, Y, backend=engine.name).best
    assert (best.epoch, bits(best.value), best.block) == (1, bits(value), training.best.block)


def test_another_thread_can_t_save_in_the_midst_of_a_run(engine, tmp_path):
    """A callback can: it stands between two epochs."""
    path, refusals = tmp_path / "training.safetensors", []
    training = begun("adam", engine.name, 0.0)

    def watch(training, record):
        training.save(path)
        thread = threading.Thread(target=save_elsewhere)
        thread.start()
        thread.join()

    def save_elsewhere():
        try:
            training.save(tmp_path / "other")
        except RuntimeError as error:
            refusals.append(str(error))

    training.run(2, callbacks=watch)
    assert len(refusals) == 2 and "being trained" in refusals[0]
    assert not (tmp_path / "other").exists()
    training.save(tmp_path / "other")
    assert (tmp_path / "other").read_bytes() == path.read_bytes()


KILLED = """
    import sys
    sys.path.insert(0, {tests!r})
    from purenn import Training
    from purenn.callbacks import Checkpoint
    from test_resume import X, Y, begun
    import os
    path = sys.argv[1]
    training = begun("adam", "auto", [0.3, 0.1])
    if os.path.exists(path):
        training = Training.load(path, X, Y)
    print("began", flush=True)
    training.run(400 - training.position[0], callbacks=Checkpoint(path))
    print("ended", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_killed_at_any_moment_it_goes_on(tmp_path):
    """Two hundred times in all: the file is there whole or as it was before."""
    from pathlib import Path

    program = textwrap.dedent(KILLED).format(tests=str(Path(__file__).parent))
    whole = begun("adam", "auto", [0.3, 0.1])
    whole.run(400)
    expected = bits([whole.network.get_weights(), whole.history["loss"]])
    stream, killed, run = random.Random(5), 0, 0
    while killed < 200:
        path = tmp_path / f"{run}.safetensors"
        run += 1
        while True:
            process = subprocess.Popen(
                [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout.readline() == "began\n"
            time.sleep(stream.uniform(0.0, 0.12))
            process.send_signal(signal.SIGKILL)
            rest = process.communicate()[0]
            killed += 1
            if rest == "ended\n":
                break
        training = Training.load(path, X, Y)
        assert training.position == (400, 0)
        assert bits([training.network.get_weights(), training.history["loss"]]) == expected
    assert run >= 3
