"""Writes tests/data/sklearn_values.json: one epoch of scikit-learn's MLPRegressor and MLPClassifier.

Plain stochastic gradient descent: no momentum, no penalty, samples in their order. The loss is
scikit-learn's loss_, the mean over the epoch of the losses before each step. Its squared error is
half the mean over samples and outputs, but its gradient is a − y for each output: half the
gradient of the sum over outputs. Weights are lists of (W, b), W (n_in, n_out).

Run as: python tests/generate/sklearn_values.py tests/data
"""

import json
import sys
from pathlib import Path

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

N_IN = 3
HIDDEN = 4
N = 7


def numbers(start, n_rows, n_columns, low, high):
    """Rows of multiples of 1/101 of the way from low to high, without a pattern to the eye."""
    steps = ((start + 37 * i) * (start + 11 * i) % 101 for i in range(n_rows * n_columns))
    flat = [round(low + (high - low) * (step + 0.5) / 101, 6) for step in steps]
    return [flat[i : i + n_columns] for i in range(0, len(flat), n_columns)]


def labels(start, n_columns):
    """Rows of one 1 and else 0; a single column of 0 and 1."""
    if n_columns == 1:
        return [[(i * i + start) % 2] for i in range(N)]
    return [[int((i * i + start) % n_columns == j) for j in range(n_columns)] for i in range(N)]


def several_labels(start, n_columns):
    """Rows of any number of 1."""
    return [[(i * i * (j + 1) + i + start) % 3 % 2 for j in range(n_columns)] for i in range(N)]


SETTINGS = [
    # estimator, targets, outputs, hidden activation, batch size
    (MLPRegressor, "numbers", 1, "identity", N),
    (MLPRegressor, "numbers", 3, "tanh", N),
    (MLPRegressor, "numbers", 2, "relu", 3),
    (MLPClassifier, "labels", 1, "logistic", N),
    (MLPClassifier, "labels", 3, "tanh", N),
    (MLPClassifier, "labels", 4, "relu", 2),
    (MLPClassifier, "several labels", 2, "logistic", N),
    (MLPClassifier, "several labels", 3, "identity", 1),
]
LAST = {"identity": "identity", "logistic": "sigmoid", "softmax": "softmax"}


def one_epoch(estimator, kind, n_out, activation, batch_size):
    """What went in, the loss of the epoch, and the weights after it."""
    X = numbers(n_out, N, N_IN, -2.0, 2.0)
    if kind == "numbers":
        Y = numbers(n_out + 1, N, n_out, -1.0, 1.0)
    elif kind == "labels":
        Y = labels(n_out, n_out)
    else:
        Y = several_labels(n_out, n_out)
    weights = [
        (numbers(5, N_IN, HIDDEN, -1.2, 1.2), numbers(5, 1, HIDDEN, -0.4, 0.4)[0]),
        (numbers(6, HIDDEN, n_out, -1.2, 1.2), numbers(6, 1, n_out, -0.4, 0.4)[0]),
    ]
    rate = 0.3
    model = estimator(
        hidden_layer_sizes=(HIDDEN,),
        activation=activation,
        solver="sgd",
        alpha=0.0,
        batch_size=batch_size,
        learning_rate="constant",
        learning_rate_init=rate,
        shuffle=False,
        momentum=0.0,
        nesterovs_momentum=False,
        random_state=0,
    )
    y = np.array(Y)
    if estimator is MLPClassifier and kind == "labels":
        y = y.argmax(axis=1) if n_out > 1 else y.ravel()
        classes = {"classes": np.unique(y)}
    elif estimator is MLPClassifier:
        classes = {"classes": np.arange(n_out)}
    else:
        y = y.ravel() if n_out == 1 else y
        classes = {}
    model.partial_fit(np.array(X), y, **classes)  # makes the arrays that are replaced next
    model.coefs_ = [np.array(W) for W, _ in weights]
    model.intercepts_ = [np.array(b) for _, b in weights]
    model.partial_fit(np.array(X), y)
    return {
        "estimator": estimator.__name__,
        "activations": [{"logistic": "sigmoid"}.get(activation, activation), last_of(model)],
        "learning_rate": rate,
        "batch_size": batch_size,
        "X": X,
        "Y": Y,
        "weights": weights,
        "loss": model.loss_,
        "trained": [(W.tolist(), b.tolist()) for W, b in zip(model.coefs_, model.intercepts_)],
    }


def last_of(model):
    return LAST[model.out_activation_]


def json_text(version, cases):
    """A JSON object with one case on each line."""
    lines = ",\n".join(json.dumps(case) for case in cases)
    return f'{{\n"scikit-learn": "{version}",\n"epochs": [\n{lines}\n]\n}}\n'


def main(folder):
    cases = [one_epoch(*setting) for setting in SETTINGS]
    text = json_text(sklearn.__version__, cases)
    (folder / "sklearn_values.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
