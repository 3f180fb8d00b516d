"""How a network was trained: what it knows of that, in memory, in copies and in both forms of its
file."""

import ast
import gc
import json
import math
import random
import weakref
from array import array

import pytest
from bits import bits
from hypothesis import given, settings
from hypothesis import strategies as st
from test_copies import WAYS
from test_model_file import edge_network, forged
from test_model_tensors import forged as forged_tensors
from test_model_tensors import parts_of

from purenn import Network, Optimizer, Training, TrainingWarning, schedules
from purenn.callbacks import Checkpoint, EarlyStopping
from purenn.model import trained_of, training_lines
from purenn.notation import parse
from purenn.optimizers import OPTIMIZERS
from purenn.trained import OWN, Trained

N = 12
STREAM = random.Random(3)
X = [[STREAM.uniform(-1.0, 1.0) for _ in range(2)] for _ in range(N)]
Y = [int(a * b > 0.0) for a, b in X]
FIT = {"learning_rate": 0.5, "epochs": 3}


def network(engine, **options):
    how = {"activations": ["tanh", "sigmoid"], "loss": "binary_cross_entropy", "seed": 1}
    return Network([2, 3, 1], backend=engine.name, **{**how, **options})


def identity(net, **options):
    """A network of one weight, whose loss is (w·x − y)²."""
    return Network([1, 1], activations="identity", bias=False, backend=net.name, **options)


@pytest.fixture(params=["model.json", "model.safetensors"])
def either(request, tmp_path):
    """A path for each form of the file."""
    return tmp_path / request.param


def text_of(path):
    """What isn't a tensor, in either form."""
    if path.suffix == ".json":
        return path.read_text(encoding="ascii")
    return parts_of(path)[1]["purenn"]


def field_of(path):
    """What the file says, and that it is JSON and a Python literal."""
    text = text_of(path)
    fields = json.loads(text)
    assert repr(fields) == repr(ast.literal_eval(text))
    return fields.get("training")


def change(path, old, new):
    """Changes the text of a file, which gets the digest that it would have."""
    if path.suffix == ".json":
        path.write_text(forged(text_of(path), old, new), encoding="ascii")
        return
    tensors, metadata = parts_of(path)
    assert metadata["purenn"].count(old) == 1
    forged_tensors(path, tensors, metadata["purenn"].replace(old, new))


# What it says


def test_all_that_fit_was_told_and_reached(engine, either):
    net = network(engine)
    assert net.trained is None
    history = net.fit(
        X,
        Y,
        epochs=4,
        optimizer=Optimizer("adamw", beta_1=0.8, clip_norm=2),
        learning_rate=0.05,
        batch_size=5,
        shuffle=True,
        seed=7,
        validation_data=(X[:3], Y[:3]),
    )
    measured = {name: series[3] for name, series in history.items()}
    assert [*measured] == ["loss", "val_loss", "val_accuracy"]
    trained = net.trained
    assert trained.optimizer == Optimizer("adamw", beta_1=0.8, clip_norm=2)
    assert (trained.learning_rate, trained.batch_size, trained.shuffle) == (0.05, 5, True)
    assert (trained.seed, trained.samples, trained.epochs) == (7, N, 4)
    assert trained.measured == measured
    net.save(either)
    assert field_of(either) == {
        "optimizer": {
            "name": "adamw",
            "beta_1": 0.8,
            "beta_2": 0.999,
            "epsilon": 1e-8,
            "weight_decay": 0.01,
            "clip_norm": 2.0,
        },
        "learning_rate": [0.05],
        "batch_size": 5,
        "shuffle": 1,
        "seed": 7,
        "samples": N,
        "epochs": 4,
        "measured": measured,
    }


def test_what_is_not_there_is_not_said(engine, either):
    net = network(engine)
    net.save(either)
    assert field_of(either) is None and Network.load(either).trained is None
    history = net.fit(X, Y, epochs=2, seed=7)
    net.save(either)
    assert field_of(either) == {
        "optimizer": {"name": "gradient_descent", "weight_decay": 0.0},
        "learning_rate": [0.01],
        "batch_size": N,
        "shuffle": 0,
        "samples": N,
        "epochs": 2,
        "measured": {"loss": history["loss"][1]},
    }


def test_a_seed_that_was_drawn(engine, either):
    for options, how in (({"dropout": 0.5}, {}), ({}, {"shuffle": True})):
        net = network(engine, **options)
        history = net.fit(X, Y, **FIT, **how)
        net.save(either)
        assert history.seed is not None and field_of(either)["seed"] == history.seed


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(engine, either, name):
    for optimizer in (name, Optimizer(name, weight_decay=0.25, clip_norm=5e-324)):
        net = network(engine)
        net.fit(X, Y, epochs=1, optimizer=optimizer)
        net.save(either)
        asked = Optimizer(name) if optimizer is name else optimizer
        assert net.trained.optimizer == Network.load(either).trained.optimizer == asked
        assert net.trained.learning_rate == OPTIMIZERS[name][3]
        kept = {key: value for key, value in asked.settings.items() if value is not None}
        assert field_of(either)["optimizer"] == {"name": name, **kept}


def of_one_s_own(epoch):
    return 0.1 / (1 + epoch)


SCHEDULES = {
    "constant": (schedules.Constant(0.1), ["Constant", 0.1]),
    "step": (schedules.Step(0.1, 0.5, 2), ["Step", 0.1, 0.5, 2]),
    "exponential": (schedules.Exponential(0.1, 0.9), ["Exponential", 0.1, 0.9]),
    "linear": (schedules.Linear(0.1, 0.0, 5), ["Linear", 0.1, 0.0, 5]),
    "warm-up": (
        schedules.WarmUp(schedules.Exponential(0.1, 0.9), 3),
        ["WarmUp", ["Exponential", 0.1, 0.9], 3],
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(engine, either, name):
    schedule, words = SCHEDULES[name]
    net = network(engine)
    net.fit(X, Y, epochs=3, learning_rate=schedule)
    net.save(either)
    assert net.trained.learning_rate == Network.load(either).trained.learning_rate == schedule
    assert field_of(either)["learning_rate"] == words


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_function_of_one_s_own(engine, either, wrapped):
    net = network(engine)
    rate = schedules.WarmUp(of_one_s_own, 2) if wrapped else lambda epoch: 0.1 / (1 + epoch)
    net.fit(X, Y, epochs=3, learning_rate=rate)
    net.save(either)
    assert field_of(either)["learning_rate"] == ["a function of its own"]
    for each in (net, Network.load(either), *(way(net) for way in WAYS.values())):
        assert each.trained.learning_rate == "a function of its own"


def test_both_engines_write_the_same_file(native, either):
    contents = []
    for backend in ("python", "c"):
        net = Network([2, 3, 1], seed=1, dropout=0.3, backend=backend)
        how = {"optimizer": "adam", "shuffle": True, "seed": 2, "validation_split": 0.25}
        net.fit(X, [[float(y)] for y in Y], epochs=4, **how)
        net.save(either)
        contents.append(either.read_bytes())
    assert contents[0] == contents[1]


# Numbers that are not finite


def test_an_infinite_loss_is_a_word(engine, either):
    net = identity(engine)
    data = {"validation_data": ([[1e200]], [[-1e200]])}
    net.fit([[1.0]], [[0.5]], epochs=2, learning_rate=0.1, **data)
    assert net.trained.measured["val_loss"] == math.inf
    net.save(either)
    field = field_of(either)["measured"]
    assert field["val_loss"] == "inf" and type(field["loss"]) is float
    assert Network.load(either).trained == net.trained


def test_what_was_not_measured_is_left_out(engine, either):
    """The metrics of outputs that are not finite, and of an epoch that nobody watched."""
    net = identity(engine)
    net.set_weights([([[3.0]], [0.0])])
    data = {"validation_data": ([[1e308], [1.0]], [[0.0], [1.0]])}
    training = Training(net, [[1.0]], [[3.0]], learning_rate=0.1, **data)
    history = training.run(1)
    assert math.isnan(history["val_r2"][0])
    assert "val_r2" not in net.trained.measured
    net.save(either)
    assert "nan" not in text_of(either) and Network.load(either).trained == net.trained
    training.epoch()
    assert net.trained.measured == {"loss": history["loss"][1]}


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.floats() | st.sampled_from([-0.0, 5e-324, math.inf, -math.inf, 1.7976931348623157e308])
ABOVE = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)
RATES = ABOVE | st.builds(schedules.Exponential, ABOVE, ABOVE) | st.just(OWN)


@st.composite
def records(draw):
    samples = draw(st.integers(1, 2**60))
    name = draw(st.sampled_from([*OPTIMIZERS]))
    optimizer = Optimizer(
        name, weight_decay=draw(ABOVE | st.just(0.0)), clip_norm=draw(st.none() | ABOVE)
    )
    return Trained(
        optimizer,
        draw(RATES),
        draw(st.integers(1, samples)),
        draw(st.booleans()),
        draw(st.none() | st.integers(0, 2**32 - 1)),
        samples,
        draw(st.integers(0, 2**60)),
        draw(st.dictionaries(NAMES, NUMBERS, max_size=4)),
    )


@given(records())
@settings(max_examples=200)
def test_every_record_round_trips_through_its_text(trained):
    (text,) = training_lines(trained)
    assert text.isascii()
    json.loads("{" + text + "}", parse_constant=pytest.fail)  # NaN and its like
    ast.literal_eval("{" + text + "}")  # no true or null
    (field,) = parse("{" + text + "}").values()
    again = trained_of(field)
    assert again == trained and hash(again) == hash(trained)
    assert bits(again.measured.values()) == bits(trained.measured.values())
    assert training_lines(again) == [text]
    assert not any(math.isnan(value) for value in trained.measured.values())


# Epochs, and which training it is


def test_epochs_add_up_and_settings_are_the_last_ones(engine):
    net = network(engine)
    net.fit(X, Y, **FIT)
    first = net.trained
    net.fit(X[:5], Y[:5], epochs=2, optimizer="adam", batch_size=2)
    trained = net.trained
    assert (trained.epochs, trained.samples, trained.batch_size) == (5, 5, 2)
    assert trained.optimizer.name == "adam"
    assert (first.epochs, first.samples) == (3, N)  # and stays as it was


def test_two_trainings_in_turns(engine):
    net = network(engine)
    one = Training(net, X, Y, learning_rate=0.1)
    other = Training(net, X[:4], Y[:4], learning_rate=0.2)
    one.run(3)
    other.run(2)
    assert (net.trained.epochs, net.trained.learning_rate) == (5, 0.2)
    one.run(4)
    assert (net.trained.epochs, net.trained.learning_rate) == (9, 0.1)
    assert net.trained.measured == {"loss": one.history["loss"][-1]}


def test_weights_of_one_s_own_are_not_trained(engine, either):
    net = network(engine)
    training = Training(net, X, Y, learning_rate=0.1)
    training.run(3)
    weights = net.get_weights()
    with pytest.raises(ValueError):
        net.set_weights(weights[:1])
    assert net.trained.epochs == 3
    net.set_weights(weights)
    assert net.trained is None
    net.save(either)
    assert field_of(either) is None
    training.run(2)
    assert net.trained.epochs == 2
    net.fit(X, Y, **FIT)
    assert net.trained.epochs == 5
    assert Network.of(net.architecture, net.get_weights()).trained is None


def test_steps_count_where_an_epoch_ends(engine):
    net = network(engine)
    training = Training(net, X, Y, batch_size=5)
    assert net.trained is None
    for epochs in (0, 0, 1, 1, 1, 2):
        training.step()
        assert net.trained.epochs == epochs
        last = training.history["loss"][-1:]
        assert [*net.trained.measured.values()] == last
    net.set_weights(net.get_weights())
    training.step()
    assert (net.trained.epochs, net.trained.measured) == (0, {})


def test_the_best_weights_have_their_own_epochs(engine, either):
    """So many epochs make these weights again."""
    how = {"learning_rate": 1.0, "batch_size": 4, "shuffle": True, "seed": 2}
    data = {"validation_data": (X[:4], [1 - y for y in Y[:4]])}
    net = network(engine)
    history = net.fit(X, Y, epochs=60, callbacks=EarlyStopping(3), **how, **data)
    trained = net.trained
    best = history["val_loss"].index(min(history["val_loss"]))
    assert trained.epochs == best + 1 < len(history["loss"])
    assert trained.measured == {name: series[best] for name, series in history.items()}
    twin = network(engine)
    twin.fit(X, Y, epochs=trained.epochs, **how, **data)
    for each in (net, twin):
        each.save(either.with_stem(f"{id(each)}"))
    first, second = (either.with_stem(f"{id(each)}").read_bytes() for each in (net, twin))
    assert first == second


@pytest.mark.parametrize("rate", [0.5, lambda epoch: 0.5], ids=["number", "function"])
def test_the_best_weights_twice(engine, tmp_path, rate):
    """The training goes on from them, and comes back to them, also from a file."""
    path = tmp_path / "training"
    net = network(engine)
    net.fit(X, Y, **FIT)
    training = Training(net, X, Y, learning_rate=rate)
    stop = EarlyStopping(2, monitor="loss", min_delta=1e9)
    training.run(5, callbacks=[stop, Checkpoint(path)])
    restored = net.trained
    assert (restored.epochs, training.position[0]) == (3 + 1, 3)
    assert restored.measured == {"loss": training.history["loss"][0]}
    again = {"learning_rate": rate} if callable(rate) else {}
    loaded = Training.load(path, X, Y, backend=engine.name, **again)
    assert loaded.network.trained == restored
    for each in (training, loaded):
        each.run(1)
        assert each.network.trained.epochs == 4 + 1
        each.run(5, callbacks=stop)
        assert each.network.trained == restored


def test_a_diverging_training_leaves_what_was_there(engine):
    net = identity(engine)
    for _ in range(2):
        before = net.trained
        for attempt in range(2):
            with pytest.warns(TrainingWarning):
                net.fit([[1e200]], [[1e200]], epochs=3, learning_rate=1e200)
            assert net.trained == before, attempt
        net.fit([[1.0]], [[2.0]], epochs=2, learning_rate=0.1)
    assert net.trained.epochs == 4


def test_epochs_until_it_diverged(engine):
    net = identity(engine)
    training = Training(net, [[1.0]], [[2.0]], learning_rate=1e60)
    with pytest.warns(TrainingWarning):
        training.run(100)
    assert 0 < net.trained.epochs == training.position[0] < 100
    assert net.trained.measured == {"loss": training.history["loss"][-1]}


@pytest.mark.parametrize("watched", [False, True])
def test_ctrl_c_leaves_the_epochs_that_ended(engine, watched):
    def rate(epoch):
        if epoch == 3:
            raise KeyboardInterrupt
        return 0.1

    net = network(engine)
    data = {"validation_data": (X, Y)} if watched else {}
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, Y, epochs=9, learning_rate=rate, **data)
    assert net.trained.epochs == 3
    assert [*net.trained.measured] == ["loss", *["val_loss", "val_accuracy"] * watched]


# Kept


def test_a_loaded_network_keeps_it(engine, either, tmp_path):
    net = network(engine)
    net.fit(X, Y, **FIT, validation_split=0.25)
    net.save(either)
    loaded = Network.load(either, backend=engine.name)
    assert loaded.trained == net.trained and repr(loaded.trained) == repr(net.trained)
    for again in (either.with_stem("again"), tmp_path / "other.json", tmp_path / "o.safetensors"):
        loaded.save(again)
        assert field_of(again) == field_of(either)
    assert either.with_stem("again").read_bytes() == either.read_bytes()
    loaded.fit(X, Y, **FIT)
    assert loaded.trained.epochs == 6


@pytest.mark.parametrize("way", WAYS)
def test_copies_have_it(engine, way):
    net = network(engine)
    assert WAYS[way](net).trained is None
    net.fit(X, Y, epochs=3, learning_rate=schedules.Linear(0.1, 0.0, 5), shuffle=True)
    again, record = WAYS[way](net), WAYS[way](net.trained)
    assert again.trained == net.trained == record and hash(record) == hash(net.trained)
    again.fit(X, Y, **FIT)
    assert (again.trained.epochs, net.trained.epochs) == (6, 3)
    make, arguments = net.__reduce__()
    assert make(*arguments[:-1]).trained is None  # as pickled before


def test_a_training_that_goes_on_from_a_file(engine, either, tmp_path):
    """The model is that of a training that was never interrupted, byte for byte."""
    path = tmp_path / "training"
    how = {"optimizer": "adam", "batch_size": 5, "shuffle": True, "seed": 3}
    data = {"validation_data": (X[:3], Y[:3])}

    def begun():
        net = network(engine)
        net.fit(X, Y, **FIT)
        return Training(net, X, Y, **how, **data)

    whole, half = begun(), begun()
    whole.run(8)
    whole.network.save(either)
    expected = either.read_bytes()
    half.run(4)
    half.step()
    half.save(path)
    loaded = Training.load(path, X, Y, backend=engine.name, **data)
    assert loaded.network.trained == half.network.trained
    loaded.run(4)
    loaded.network.save(either)
    assert either.read_bytes() == expected and field_of(either)["epochs"] == 3 + 8


def test_a_training_that_has_not_begun(engine, tmp_path):
    path = tmp_path / "training"
    for epochs in (0, 3):
        net = network(engine)
        if epochs:
            net.fit(X, Y, **{**FIT, "epochs": epochs})
        Training(net, X, Y, optimizer="adam").save(path)
        loaded = Training.load(path, X, Y)
        assert loaded.network.trained == net.trained
        loaded.run(2)
        assert loaded.network.trained.epochs == epochs + 2


# Read-only, and light


def test_it_can_t_be_changed(engine):
    net = network(engine)
    net.fit(X, Y, **FIT)
    with pytest.raises(AttributeError):
        net.trained = None
    for name in ("epochs", "measured", "optimizer"):
        with pytest.raises(AttributeError):
            setattr(net.trained, name, None)
    net.trained.measured.clear()
    net.trained.optimizer.settings.clear()
    assert net.trained.measured and net.trained.optimizer.settings


def test_a_history_belongs_to_the_user(engine, either):
    net = network(engine)
    history = net.fit(X, Y, **FIT, validation_data=(X, Y)).history
    before = net.trained
    history["loss"].clear()
    history["val_loss"], history["mine"] = None, "words"
    del history["val_accuracy"]
    net.save(either)
    assert net.trained == before == Network.load(either).trained


def test_no_data_and_no_history_are_kept(engine):
    rows = array("d", [number for row in X for number in row])
    net = network(engine)
    history = net.fit(memoryview(rows).cast("B").cast("d", (N, 2)), Y, **FIT)
    gone = weakref.ref(rows), weakref.ref(history)
    del rows, history
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


# What is wrong in a file

WRONG = {
    "a list": ('"training": {', '"training": [], "preparation": {', "training", "fields in braces"),
    "no optimizer": ('"optimizer":', '"optimiser":', "training", "a field 'optimizer', found none"),
    "no epochs": ('"epochs": 3,\n', "", "training: expected a field 'epochs', found none"),
    "a field more": ('"epochs": 3', '"epochs": 3, "mood": 1', "training", "no field 'mood'"),
    "a field twice": ('"epochs": 3', '"epochs": 3, "epochs": 3', "'epochs' twice"),
    "optimizer a word": ('{"name": "adam"', '"adam", "x": {"name": "adam"', "optimizer", "braces"),
    "an unknown optimizer": ('"adam"', '"adams"', "training: optimizer", "'adams'"),
    "an optimizer without a name": ('"name": "adam", ', "", "training: optimizer", "''"),
    "a setting it lacks": ('"beta_1"', '"beta_3"', "training: beta_3", "adam has no such"),
    "a setting out of range": ('"beta_1": 0.9', '"beta_1": 1.5', "training: beta_1", "1.5"),
    "a setting in words": ('"beta_1": 0.9', '"beta_1": "0.9"', "training: beta_1", "'0.9'"),
    "an infinite setting": ('"beta_1": 0.9', '"beta_1": 1e999', "training: beta_1", "inf"),
    "no learning rate": ("[0.001]", "[]", "training: learning_rate", "[]"),
    "a learning rate of 0": ("[0.001]", "[0.0]", "training: learning_rate", "above 0"),
    "an unknown schedule": ("[0.001]", '["Cosine", 0.1]', "training: learning_rate", "'Cosine'"),
    "an argument of a schedule": ("[0.001]", '["Constant", -1]', "training: rate", "above 0"),
    "a learning rate alone": ("[0.001]", "0.001", "training: learning_rate", "a list"),
    "two arguments for one": ("[0.001]", '["Constant", 1, 2]', "training: learning_rate", "rate"),
    "a setting called self": ('{"name"', '{"self": 1, "name"', "training: self", "no such"),
    "epochs of 4,300 digits": ('"epochs": 3', f'"epochs": {"9" * 4300}', "training: epochs"),
    "samples of 4,300 digits": ('"samples": 12', f'"samples": {"9" * 4300}', "training: samples"),
    "deep schedules": ("[0.001]", '["WarmUp", ' * 700 + "[1]" + ", 1]" * 700, ""),
    "a batch of none": ('"batch_size": 4', '"batch_size": 0', "training: batch_size", "1 to 12"),
    "a larger batch": ('"batch_size": 4', '"batch_size": 13', "training: batch_size", "1 to 12"),
    "half a batch": ('"batch_size": 4', '"batch_size": 0.5', "training: batch_size", "0.5"),
    "shuffle a word": ('"shuffle": 1', '"shuffle": "yes"', "training: shuffle", "0 or 1"),
    "shuffle 2": ('"shuffle": 1', '"shuffle": 2', "training: shuffle", "2"),
    "a negative seed": ('"seed": 5', '"seed": -5', "training: seed", "-5"),
    "no samples": ('"samples": 12', '"samples": 0', "training: samples", "at least 1"),
    "negative epochs": ('"epochs": 3', '"epochs": -3', "training: epochs", "-3"),
    "measured a list": ('"measured": {', '"measured": [], "x": {', "training: measured", "braces"),
    "a loss in words": (
        '{"loss": ',
        '{"loss": "low", "x": ',
        "training: measured['loss']",
        "'low'",
    ),
    "a loss in a list": ('{"loss": ', '{"loss": [1], "x": ', "training: measured['loss']", "[1]"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_fields_even_with_a_right_digest(either, name):
    old, new, *words = WRONG[name]
    net = edge_network()
    how = {"optimizer": "adam", "batch_size": 4, "shuffle": True, "seed": 5}
    net.fit(X, [[float(y)] for y in Y], epochs=3, **how)
    net.save(either)
    change(either, old, new)
    with pytest.raises(ValueError) as caught:
        Network.load(either, backend="python")
    message = str(caught.value)
    assert message.startswith(f"{either}: "), message
    assert all(word in message for word in words), message
    assert len(message.splitlines()) <= 2 and len(message) <= len(str(either)) + 400, message


def test_a_number_that_was_altered(either):
    """A word that is right, and the digest no more."""
    net = edge_network()
    net.fit(X, [[float(y)] for y in Y], **FIT)
    net.save(either)
    assert Network.load(either).trained.epochs == 3
    change(either, '"epochs": 3', '"epochs": 4')
    assert Network.load(either).trained.epochs == 4
    content = either.read_bytes()
    either.write_bytes(
        content.replace(b'epochs": 4', b'epochs": 5').replace(b'epochs\\": 4', b'epochs\\": 5')
    )
    assert either.read_bytes() != content
    with pytest.raises(ValueError, match="sha256"):
        Network.load(either)


def test_read_without_json(either, monkeypatch):
    net = edge_network()
    net.fit(X, [[float(y)] for y in Y], epochs=2, learning_rate=schedules.Linear(0.1, 0.0, 5))
    net.save(either)
    monkeypatch.setitem(__import__("sys").modules, "json", None)
    assert Network.load(either).trained == net.trained


# purenn info


def test_info_shows_it(engine, run, either):
    net = network(engine, dropout=0.25, labels=["no", "yes"])
    net.save(either)
    code, out, err = run("info", str(either))
    assert (code, err) == (0, [])
    facts = dict(line.split(": ", 1) for line in out)
    assert facts["network"] == net.architecture.description
    assert facts["parameters"] == "13" and facts["trained"] == "nothing is recorded"
    how = {"optimizer": "adam", "learning_rate": schedules.Exponential(0.1, 0.9)}
    net.fit(X, Y, epochs=1, batch_size=5, shuffle=True, seed=8, validation_data=(X, Y), **how)
    net.save(either)
    code, out, err = run("info", str(either))
    assert (code, err) == (0, [])
    facts = dict(line.split(": ", 1) for line in out)
    assert facts["trained"] == "1 epoch in all, the last training on 12 samples"
    assert facts["optimizer"] == (
        "adam, beta_1 0.9, beta_2 0.999, epsilon 1e-08, weight_decay 0.0, clip_norm None"
    )
    assert facts["learning_rate"] == "Exponential(rate=0.1, factor=0.9)"
    assert (facts["batch_size"], facts["shuffle"]) == ("5", "True")
    assert facts["seed of the training"] == "8" and "dropout=[0.25]" in facts["network"]
    shown = ast.literal_eval(facts["measured"])
    assert shown == {k: pytest.approx(v, rel=1e-5) for k, v in net.trained.measured.items()}


def test_info_refuses_what_is_no_model(refused, tmp_path):
    (tmp_path / "model.json").write_text("{}", encoding="ascii")
    refused(["info", "model.json"], "model.json", "'format'")
