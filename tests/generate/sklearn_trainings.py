"""Writes tests/data/sklearn_trainings.json: the three tasks of docs/training.md by scikit-learn.

MLPClassifier and MLPRegressor learn with the settings of that page, seeds 0 to 9, an epoch at a
time, on the same parts of the data, scaled in the same way. As there, the weights are those of the
epoch with the least loss of the validation part, after which none was better for `patience` epochs.

Run as: python tests/generate/sklearn_trainings.py tests/data
"""

import copy
import sys
from pathlib import Path

import numpy as np
import sklearn
from fixed_numbers import write_json
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.neural_network import MLPClassifier, MLPRegressor

DIGITS = Path(__file__).parents[2] / "datasets" / "optical_digits.csv"
EPOCHS = 500


def thirds(rows):
    """Those to train on, to validate and to test, as the page's `parts`."""
    place = np.arange(len(rows)) % 5
    return rows[place > 1], rows[place == 0], rows[place == 1]


def scaled(X):
    """By the offset and the scale of the first part."""
    return [(part - X[0].mean(axis=0)) / X[0].std(axis=0) for part in X]


def breast_cancer():
    """The parts of X and Y, the network, the patience."""
    X, Y = load_breast_cancer(return_X_y=True)
    settings = {"hidden_layer_sizes": (16,), "activation": "tanh", "learning_rate_init": 0.01}
    return scaled(thirds(X)), thirds(Y), MLPClassifier(**settings), 10


def diabetes():
    """The same; targets are scaled as well."""
    X, Y = load_diabetes(return_X_y=True, scaled=False)
    settings = {"hidden_layer_sizes": (8,), "activation": "tanh", "learning_rate_init": 0.005}
    return scaled(thirds(X)), scaled(thirds(Y)), MLPRegressor(**settings), 20


def digits():
    """The same: 1000 images, 284, and 513."""
    table = np.loadtxt(DIGITS, delimiter=",", dtype=int, comments="#")
    X, Y = np.split(table[:, :-1] / 16.0, [1000, 1284]), np.split(table[:, -1], [1000, 1284])
    settings = {"hidden_layer_sizes": (32,), "activation": "relu", "learning_rate_init": 0.005}
    return X, Y, MLPClassifier(**settings), 10


def trained(X, Y, model, patience, seed):
    """The epochs that it took, and the score of the test part."""
    model.set_params(solver="adam", alpha=0.0, batch_size=32, shuffle=True, random_state=seed)
    classes = {"classes": np.unique(Y[0])} if isinstance(model, MLPClassifier) else {}
    least, best, epoch, since = np.inf, None, 0, 0
    while epoch < EPOCHS and since < patience:
        model.partial_fit(X[0], Y[0], **classes)
        loss = (
            log_loss(Y[1], model.predict_proba(X[1]))
            if classes
            else mean_squared_error(Y[1], model.predict(X[1]))
        )
        epoch, since = epoch + 1, since + 1
        if loss < least:
            least, best, since = loss, copy.deepcopy(model), 0
    return {"seed": seed, "epochs": epoch, "score": best.score(X[2], Y[2])}


def main(folder):
    parts = {
        task.__name__: [trained(*task(), seed) for seed in range(10)]
        for task in (breast_cancer, diabetes, digits)
    }
    write_json(folder / "sklearn_trainings.json", "scikit-learn", sklearn.__version__, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
