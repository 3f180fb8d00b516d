"""Writes tests/data/pytorch_values.json: losses, gradients and trainings by PyTorch in float64.

What goes in is made by fixed_numbers.py and written down with what comes out. A loss is
the one of a batch and a gradient the one of that loss, so both hold the mean over samples.
Weights are lists of (W, b), W (n_in, n_out).

Run as: python tests/generate/pytorch_values.py tests/data
"""

import sys
from pathlib import Path

import torch
from fixed_numbers import numbers, weights_of, write_json
from torch.nn import functional

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "identity": lambda Z: Z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,  # its slope is 0.01
    "elu": functional.elu,
    "softplus": functional.softplus,
    "softmax": lambda Z: torch.softmax(Z, dim=1),
}

# The cross-entropies summed over outputs and averaged over samples, the others averaged over both.
LOSSES = {
    "mean_squared_error": functional.mse_loss,
    "mean_absolute_error": functional.l1_loss,
    "huber": functional.huber_loss,
    "binary_cross_entropy": lambda A, Y: (
        functional.binary_cross_entropy(A, Y, reduction="sum") / len(A)
    ),
    "categorical_cross_entropy": lambda A, Y: -(Y * torch.log(A)).sum() / len(A),
}

# From the last Z at once, as PyTorch recommends.
LOSSES_OF_Z = {
    ("sigmoid", "binary_cross_entropy"): lambda Z, Y: (
        functional.binary_cross_entropy_with_logits(Z, Y, reduction="sum") / len(Z)
    ),
    ("softmax", "categorical_cross_entropy"): functional.cross_entropy,
}

PAIRS = [(name, "mean_squared_error") for name in ACTIVATIONS] + [
    ("elu", "mean_absolute_error"),
    ("softplus", "huber"),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "binary_cross_entropy"),
    ("sigmoid", "categorical_cross_entropy"),
    ("softmax", "categorical_cross_entropy"),
]


def targets(start, n_rows, n_columns, loss):
    """Numbers from 0 to 1, in rows that sum to 1 for the categorical cross-entropy."""
    Y = numbers(start, n_rows, n_columns, 0.0, 1.0)
    if loss == "categorical_cross_entropy":
        Y = [[round(y / sum(row), 3) for y in row[:-1]] for row in Y]
        Y = [[*row, round(1.0 - sum(row), 3)] for row in Y]
    return Y


def leaf(values):
    return torch.tensor(values, requires_grad=True)


def tensors(weights):
    return [(leaf(W), leaf(b)) for W, b in weights]


def loss_of(parameters, X, Y, activations, loss):
    """The loss of the network on a batch."""
    A = X
    for (W, b), activation in zip(parameters, activations):
        Z = A @ W + b
        A = ACTIVATIONS[activation](Z)
    if (activations[-1], loss) in LOSSES_OF_Z:
        return LOSSES_OF_Z[activations[-1], loss](Z, Y)
    return LOSSES[loss](A, Y)


def activation_values():
    """A = f(Z), and dZ where the gradient of the outputs is dA."""
    for name, function in ACTIVATIONS.items():
        Z, dA = numbers(3, 6, 4, -4.0, 4.0), numbers(8, 6, 4, -1.0, 1.0)
        z = leaf(Z)
        A = function(z)
        A.backward(torch.tensor(dA))
        yield {"activation": name, "Z": Z, "dA": dA, "A": A.tolist(), "dZ": z.grad.tolist()}


def loss_values():
    """The loss of a batch, and its gradient with respect to the outputs."""
    for loss, function in LOSSES.items():
        for n, n_out in [(1, 1), (1, 4), (5, 1), (4, 3)]:
            A, Y = numbers(5, n, n_out, 0.0, 1.0), targets(7, n, n_out, loss)
            a = leaf(A)
            value = function(a, torch.tensor(Y))
            value.backward()
            yield {
                "loss": loss,
                "A": A,
                "Y": Y,
                "value": value.item(),
                "gradient": a.grad.tolist(),
            }


def losses_of_Z_values():
    """The loss of a sample whose outputs are too near to 0 and 1 to compute it from them."""
    samples = {
        ("sigmoid", "binary_cross_entropy"): [
            *([[z], [y]] for z in (20.0, 40.0, -40.0, 700.0, -800.0) for y in (0.0, 1.0, 0.25)),
            [[1e308, -1e308], [1.0, 0.0]],
            [[1e308], [0.0]],
            [[3.0, -30.0, 0.0], [0.0, 1.0, 1.0]],
        ],
        ("softmax", "categorical_cross_entropy"): [
            [[0.0, 800.0], [1.0, 0.0]],
            [[0.0, 800.0], [0.0, 1.0]],
            [[0.0, 20.0], [1.0, 0.0]],
            [[-1e308, 0.0], [0.0, 1.0]],
            [[1e308, 0.0], [0.0, 1.0]],
            [[3.0, -30.0, 0.5], [0.25, 0.5, 0.25]],
        ],
    }
    for (activation, loss), pairs in samples.items():
        for z, y in pairs:
            value = LOSSES_OF_Z[activation, loss](torch.tensor([z]), torch.tensor([y]))
            yield {"activation": activation, "loss": loss, "z": z, "y": y, "value": value.item()}


def gradient_values():
    """The gradients of networks: every activation and loss at the end, every activation before."""
    ends = [(["tanh", last], loss) for last, loss in PAIRS]
    before = [([first, "sigmoid"], "binary_cross_entropy") for first in ACTIVATIONS]
    deep = [(["relu", "tanh", "softmax"], "categorical_cross_entropy")]
    for start, (activations, loss) in enumerate(ends + before + deep):
        sizes = [3, 4, 2] if len(activations) == 2 else [3, 5, 4, 3]
        X, Y = numbers(start, 5, 3, -2.0, 2.0), targets(start, 5, sizes[-1], loss)
        weights = weights_of(sizes, start)
        parameters = tensors(weights)
        value = loss_of(parameters, torch.tensor(X), torch.tensor(Y), activations, loss)
        value.backward()
        yield {
            "activations": activations,
            "loss": loss,
            "X": X,
            "Y": Y,
            "weights": weights,
            "value": value.item(),
            "gradients": [(W.grad.tolist(), b.grad.tolist()) for W, b in parameters],
        }


def training_values():
    """Networks after a few epochs of stochastic gradient descent, samples in their order."""
    settings = [
        ([3, 4, 2], ["tanh", "identity"], "mean_squared_error", 5, 0.1),
        ([3, 4, 2], ["sigmoid", "sigmoid"], "binary_cross_entropy", 1, 0.5),
        ([3, 4, 3], ["relu", "softmax"], "categorical_cross_entropy", 2, 0.2),
        ([2, 3, 3, 1], ["leaky_relu", "tanh", "sigmoid"], "mean_squared_error", 3, 0.8),
        ([3, 4, 4, 2], ["elu", "softplus", "identity"], "huber", 2, 0.2),
        ([3, 4, 2], ["softplus", "elu"], "mean_absolute_error", 1, 0.05),
    ]
    for sizes, activations, loss, batch_size, rate in settings:
        X, Y = numbers(4, 5, sizes[0], -2.0, 2.0), targets(6, 5, sizes[-1], loss)
        weights = weights_of(sizes, 9)
        parameters = tensors(weights)
        optimizer = torch.optim.SGD([p for pair in parameters for p in pair], lr=rate)
        losses = []
        for _ in range(3):
            total = 0.0
            for start in range(0, len(X), batch_size):
                batch_X = torch.tensor(X[start : start + batch_size])
                batch_Y = torch.tensor(Y[start : start + batch_size])
                optimizer.zero_grad()
                value = loss_of(parameters, batch_X, batch_Y, activations, loss)
                value.backward()
                optimizer.step()
                total += value.item() * len(batch_X)
            losses.append(total / len(X))
        yield {
            "activations": activations,
            "loss": loss,
            "learning_rate": rate,
            "batch_size": batch_size,
            "X": X,
            "Y": Y,
            "weights": weights,
            "losses": losses,
            "trained": [(W.tolist(), b.tolist()) for W, b in parameters],
        }


def main(folder):
    parts = {
        "activations": activation_values(),
        "losses": loss_values(),
        "losses of Z": losses_of_Z_values(),
        "gradients": gradient_values(),
        "trainings": training_values(),
    }
    version = torch.__version__.partition("+")[0]
    write_json(folder / "pytorch_values.json", "torch", version, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
