"""scikit-learn's MLPClassifier."""

from __future__ import annotations

import warnings

import numpy as np
import sklearn
from given import Given
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore", category=ConvergenceWarning)
warnings.filterwarnings("ignore", "overflow")

NAMES = {"sigmoid": "logistic", "tanh": "tanh"}


class ScikitLearn:
    """No regularisation, a fixed learning rate, no early stop."""

    version = f"scikit-learn {sklearn.__version__}"

    def __init__(self, given: Given, threads: int) -> None:
        task = self.task = given.task
        self.differs = "" if task.bias else "trains biases too"
        if task.optimizer == "adam":
            self.differs = "adds epsilon to a root that is not corrected"
        self.weights = [(np.array(W), np.array(b)) for W, b in given.weights]
        self.X = np.array(given.X, dtype=np.float64)
        Y = np.array(given.Y)
        one_of_many = task.output == "softmax"
        self.Y = Y.argmax(axis=1) if one_of_many else np.squeeze(Y.astype(int))
        self.model = MLPClassifier(
            hidden_layer_sizes=task.sizes[1:-1],
            activation=NAMES[task.hidden],
            solver="adam" if task.optimizer == "adam" else "sgd",
            alpha=0.0,
            batch_size=task.batch,
            learning_rate="constant",
            learning_rate_init=task.rate,
            momentum=task.settings.get("momentum", 0.0),
            nesterovs_momentum=False,
            shuffle=task.shuffle,
            random_state=task.seed,
            max_iter=task.epochs,
            n_iter_no_change=np.inf,
            warm_start=task.call == "train",  # else partial_fit goes on by itself
        )
        classes = np.arange(max(2, task.sizes[-1]))
        self.model.partial_fit(self.X[: task.batch], self.Y[: task.batch], classes=classes)
        self.run = getattr(self, task.call)

    def reset(self) -> None:
        self.model.coefs_ = [W.copy() for W, _ in self.weights]
        self.model.intercepts_ = [b.copy() for _, b in self.weights]

    def train(self) -> None:
        """The whole training in one call."""
        self.model.fit(self.X, self.Y)

    def step(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.model.partial_fit(self.X[i : i + 1], self.Y[i : i + 1])

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.model.predict_proba(self.X[i : i + 1])

    def outputs(self):
        probabilities = self.model.predict_proba(self.X)
        return probabilities[:, -self.task.sizes[-1] :].tolist()  # of two classes, the second
