"""History: the mapping that a training gives, and the line that tells how far one is."""

import copy
import pickle
from collections.abc import Mapping

import pytest
from bits import bits
from test_network import INF, NAN, linear, network

import purenn
from purenn import History, Training
from purenn.history import progress_line


def made(**series):
    history = History(3)
    history.history.update(series)
    return history


def test_a_mapping_of_series(engine):
    net = linear(engine, [[3.0]], [1.0])
    history = net.fit([2], [5], epochs=2, learning_rate=0.125)
    assert history["loss"] == [4.0, 0.25] and history["loss"] is history.history["loss"]
    assert list(history) == list(history.keys()) == ["loss"]
    assert len(history) == 1 and "loss" in history and "val_loss" not in history
    assert list(history.items()) == [("loss", [4.0, 0.25])]
    assert list(history.values()) == [[4.0, 0.25]]
    assert history.get("accuracy") is None
    assert isinstance(history, Mapping)
    assert dict(history) == {**history} == history.history
    with pytest.raises(KeyError, match="val_loss"):
        history["val_loss"]


def test_it_grows_with_its_training(engine):
    net = network(engine)
    training = Training(net, [[1, 2, 3]], [1], learning_rate=0.5)
    history = training.history
    assert history["loss"] == [] and bool(history)
    training.epoch()
    training.run(2)
    assert len(history["loss"]) == 3 and training.history is history


def test_several_series():
    history = made(loss=[2.0, 0.5], val_loss=[3.0, 1.0], accuracy=[0.5, 1.0], val_accuracy=[])
    assert list(history) == ["loss", "val_loss", "accuracy", "val_accuracy"]
    assert repr(history) == "History(2 epochs, loss 2 -> 0.5, val_loss 3 -> 1, accuracy 0.5 -> 1)"


def test_it_is_printed_in_ascii():
    assert repr(made(loss=[])) == "History(0 epochs)"
    assert repr(made(loss=[1.5])) == "History(1 epoch, loss 1.5 -> 1.5)"
    assert repr(made(loss=[INF, NAN])) == "History(2 epochs, loss inf -> nan)"
    assert repr(made(loss=[1e-300, 123456789.0])).isascii()


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda h: pickle.loads(pickle.dumps(h))])
def test_copies(way):
    history = made(loss=[2.0, 0.5], val_loss=[3.0, 1.0])
    again = way(history)
    assert type(again) is purenn.History and again.seed == 3
    assert list(again) == list(history) and bits(list(again.values())) == [
        bits([2.0, 0.5]),
        bits([3.0, 1.0]),
    ]
    assert repr(again) == repr(history)


def test_equal_where_the_series_are():
    assert made(loss=[1.0]) == made(loss=[1.0]) == {"loss": [1.0]}
    assert made(loss=[1.0]) != made(loss=[2.0])


# The line


LINES = {
    "epoch 12/100  loss 0.0312  val_loss 0.041  accuracy 0.981  1.2 s, 8.8 s left": (
        12,
        100,
        {"loss": 0.0312, "val_loss": 0.0410, "accuracy": 0.981},
        1.2,
    ),
    "epoch 0/5  0 s": (0, 5, {}, 0.0),
    "epoch 1/2  loss 0.3333  0.01 s, 0.01 s left": (1, 2, {"loss": 1 / 3}, 0.01),
    "epoch 5/5  loss 1e-09  12 s": (5, 5, {"loss": 1e-9}, 12.34),
    "epoch 1/3  loss nan  inf inf  50 s, 1 min 40 s left": (1, 3, {"loss": NAN, "inf": INF}, 50.0),
    "epoch 1/2  99 s, 99 s left": (1, 2, {}, 99.4),
    "epoch 1/2  1 min 40 s, 1 min 40 s left": (1, 2, {}, 99.6),
    "epoch 1/3  59 min 59 s, 1 h 59 min left": (1, 3, {}, 3599.4),
    "epoch 1/2  1 h 0 min, 1 h 0 min left": (1, 2, {}, 3599.6),
    "epoch 7/8  27 h 46 min, 3 h 58 min left": (7, 8, {}, 1e5),
}


@pytest.mark.parametrize("line", LINES)
def test_progress_lines(line):
    assert progress_line(*LINES[line]) == line


def test_progress_takes_what_stands_in_a_history():
    history = made(loss=[2.0, 0.5], val_loss=[3.0, 1.0])
    latest = {name: series[-1] for name, series in history.items()}
    assert progress_line(2, 2, latest, 3.0) == "epoch 2/2  loss 0.5  val_loss 1  3 s"
