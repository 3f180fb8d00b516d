"""Losses, gradients and trainings against PyTorch and scikit-learn, both in float64.

Their values are in tests/data, written by tests/generate/pytorch_values.py and sklearn_values.py.
"""

import json
from pathlib import Path

import pytest

from purenn.engines import lists
from purenn.reference import ACTIVATIONS, LOSSES

DATA = Path(__file__).parent / "data"
PYTORCH = json.loads((DATA / "pytorch_values.json").read_text(encoding="utf-8"))
SKLEARN = json.loads((DATA / "sklearn_values.json").read_text(encoding="utf-8"))


def cases(parts, *keys):
    """A parameter for each case, named by what the keys say of it."""
    return [
        pytest.param(case, id=" ".join(str(case[key]) for key in keys).replace("'", ""))
        for case in parts
    ]


def flat(values):
    """The numbers in a nest of lists."""
    if isinstance(values, (int, float)):
        return [values]
    return [number for value in values for number in flat(value)]


def close(values, factor=1.0):
    """Equal to the numbers in that nest, times the factor, to 13 digits."""
    return pytest.approx([factor * value for value in flat(values)], rel=1e-13, abs=5e-16)


def flat_parameters(parameters):
    return flat([[lists(W), lists(b)] for W, b in parameters])


def test_the_versions_that_made_the_values():
    assert PYTORCH["torch"] == "2.13.0"
    assert SKLEARN["scikit-learn"] == "1.9.1"


# PyTorch


@pytest.mark.parametrize("case", cases(PYTORCH["activations"], "activation"))
def test_activations(engine, case):
    forward = getattr(engine.functions, f"{case['activation']}_forward")
    backward = getattr(engine.functions, f"{case['activation']}_backward")
    assert flat(lists(forward(case["Z"]))) == close(case["A"])
    dZ = backward(case["dA"], case["A"])
    assert flat(lists(dZ)) == close(case["dZ"])


@pytest.mark.parametrize("case", cases(PYTORCH["losses"], "loss"))
def test_losses(engine, case):
    """PyTorch's gradient is the one of the mean over samples, purenn's is per sample."""
    f = engine.functions
    A, Y, loss = case["A"], case["Y"], case["loss"]
    assert f.mean(getattr(f, loss)(A, Y)) == pytest.approx(case["value"], rel=1e-13)
    assert flat(lists(getattr(f, f"{loss}_gradient")(A, Y))) == close(case["gradient"], len(A))


@pytest.mark.parametrize("case", cases(PYTORCH["losses of Z"], "loss", "z", "y"))
def test_losses_of_z(engine, case):
    """PyTorch gives 0 for log(1 + e^-40) where z is -40."""
    losses = getattr(engine.functions, f"{case['loss']}_with_logits")
    assert lists(losses([case["z"]], [case["y"]])) == [
        pytest.approx(case["value"], rel=1e-13, abs=1e-17)
    ]


@pytest.mark.parametrize("case", cases(PYTORCH["gradients"], "activations", "loss"))
def test_gradients_of_networks(engine, case):
    f = engine.functions
    X, Y, loss = case["X"], case["Y"], case["loss"]
    network = network_of(engine, case, loss)
    _, A = f.forward(X, network)
    assert f.mean(getattr(f, loss)(A[-1], Y)) == pytest.approx(case["value"], rel=1e-13)
    _, gradients = f.backward(A, X, Y, network)
    assert flat_parameters(gradients) == close(case["gradients"])


@pytest.mark.parametrize("case", cases(PYTORCH["trainings"], "loss", "batch_size"))
def test_trainings(engine, case):
    network = network_of(engine, case, case["loss"])
    losses = [train_epoch(engine, network, case) for _ in case["losses"]]
    assert losses == close(case["losses"])
    assert flat_parameters(network.parameters) == close(case["trained"])


def network_of(engine, case, loss):
    """The network of the case as the engine's functions take it."""
    weights = [([list(row) for row in W], list(b)) for W, b in case["weights"]]
    return engine.functions.Network(weights, case["activations"], loss, True)


def train_epoch(engine, network, case, factor=1.0):
    """One epoch with the settings of the case, its learning rate times the factor."""
    functions = engine.functions
    rates = functions.Rates(factor * case["learning_rate"])
    optimizer = functions.Optimizer(network, "gradient_descent", rates)
    return functions.train_epoch(
        network,
        optimizer,
        engine.matrix(case["X"]),
        engine.matrix(case["Y"]),
        range(len(case["X"])),
        case["batch_size"],
    )


def test_the_values_cover_every_activation_and_loss():
    of = PYTORCH["gradients"]
    assert {case["activations"][0] for case in of} == set(ACTIVATIONS)
    assert {case["activations"][-1] for case in of} == set(ACTIVATIONS)
    assert {case["loss"] for case in of} == set(LOSSES)


# scikit-learn


CLASSIFIERS = [case for case in SKLEARN["epochs"] if case["estimator"] == "MLPClassifier"]
REGRESSORS = [case for case in SKLEARN["epochs"] if case["estimator"] == "MLPRegressor"]


@pytest.mark.parametrize("case", cases(CLASSIFIERS, "activations", "batch_size"))
def test_an_epoch_of_mlp_classifier(engine, case):
    softmax = case["activations"][-1] == "softmax"
    loss = "categorical_cross_entropy" if softmax else "binary_cross_entropy"
    network = network_of(engine, case, loss)
    found = train_epoch(engine, network, case)
    assert found == pytest.approx(case["loss"], rel=1e-13)
    assert flat_parameters(network.parameters) == close(case["trained"])


@pytest.mark.parametrize("case", cases(REGRESSORS, "activations", "batch_size"))
def test_an_epoch_of_mlp_regressor(engine, case):
    """It states half the mean over samples and outputs k, and descends half the sum over k."""
    k = len(case["Y"][0])
    network = network_of(engine, case, "mean_squared_error")
    found = train_epoch(engine, network, case, k / 2)
    assert found == pytest.approx(2 * case["loss"], rel=1e-13)
    assert flat_parameters(network.parameters) == close(case["trained"])
