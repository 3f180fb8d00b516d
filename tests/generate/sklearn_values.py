"""Writes tests/data/sklearn_values.json: epochs of MLPRegressor and MLPClassifier.

Each is one epoch of plain stochastic gradient descent: no momentum, no penalty, samples in their
order. The loss is scikit-learn's loss_, the mean over the epoch of the losses before each step.
Its squared error is half the mean over samples and outputs, but its gradient is a − y for each
output: half the gradient of the sum over outputs. Weights are lists of (W, b), W (n_in, n_out).

Run as: python tests/generate/sklearn_values.py tests/data
"""

import sys
from pathlib import Path

import numpy as np
import sklearn
from fixed_numbers import numbers, weights_of, write_json
from sklearn.neural_network import MLPClassifier, MLPRegressor

N_IN = 3
HIDDEN = 4
N = 7

LABELS = {
    1: [[1], [0], [0], [1], [1], [0], [1]],
    3: [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]],
    4: [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]] + 3 * [[0, 0, 0, 1]],
}
SEVERAL_LABELS = {
    2: [[1, 1], [0, 1], [0, 0], [1, 0], [1, 1], [0, 0], [0, 1]],
    3: [[1, 1, 0], [0, 1, 1], [0, 0, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1], [0, 1, 0]],
}

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
NAMES = {"logistic": "sigmoid"}


def one_epoch(estimator, kind, n_out, activation, batch_size):
    """What went in, the loss of the epoch, and the weights after it."""
    X = numbers(n_out, N, N_IN, -2.0, 2.0)
    weights = weights_of([N_IN, HIDDEN, n_out], n_out)
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
    if kind == "numbers":
        Y = numbers(n_out + 20, N, n_out, -1.0, 1.0)
        y = np.array(Y).ravel() if n_out == 1 else np.array(Y)
        model.partial_fit(np.array(X), y)
    elif kind == "labels":
        Y = LABELS[n_out]
        y = np.array(Y).argmax(axis=1) if n_out > 1 else np.array(Y).ravel()
        model.partial_fit(np.array(X), y, classes=np.unique(y))
    else:
        Y = SEVERAL_LABELS[n_out]
        y = np.array(Y)
        model.partial_fit(np.array(X), y, classes=np.arange(n_out))
    # That made the arrays which are replaced now.
    model.coefs_ = [np.array(W) for W, _ in weights]
    model.intercepts_ = [np.array(b) for _, b in weights]
    model.partial_fit(np.array(X), y)
    return {
        "estimator": estimator.__name__,
        "activations": [NAMES.get(name, name) for name in (activation, model.out_activation_)],
        "learning_rate": rate,
        "batch_size": batch_size,
        "X": X,
        "Y": Y,
        "weights": weights,
        "loss": model.loss_,
        "trained": [(W.tolist(), b.tolist()) for W, b in zip(model.coefs_, model.intercepts_)],
    }


def main(folder):
    parts = {"epochs": [one_epoch(*setting) for setting in SETTINGS]}
    write_json(folder / "sklearn_values.json", "scikit-learn", sklearn.__version__, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
