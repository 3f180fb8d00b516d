"""A training that is saved and loaded goes on with the same bits, in whichever engine."""

import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from bits import bits

from purenn import Network, Optimizer, Training, training_file
from purenn.callbacks import EarlyStopping
from purenn.model import signed
from purenn.schedules import Exponential, WarmUp
from purenn.state import Best
from purenn.tensors import read_tensors, write_tensors

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
    "a best epoch to come": saying('"best": []', '"best": [3]'),
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
