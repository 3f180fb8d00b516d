"""Writes tests/data/pytorch_trainings.json: fifty steps of every optimizer by PyTorch in float64.

What goes in is made by fixed_numbers.py and written down with what comes out: the loss of each
epoch, a mean over samples of the losses before their steps, and the weights at last. Weights are
lists of (W, b), W (n_in, n_out). With dropout, PyTorch gets the masks that purenn draws from the
seed; those of the gradients are written down, too.

Run as: PYTHONPATH=. python tests/generate/pytorch_trainings.py tests/data
"""

import sys
from functools import partial
from pathlib import Path

import torch
from fixed_numbers import numbers, weights_of, write_json
from pytorch_values import ACTIVATIONS, targets, tensors
from torch.nn import functional

from purenn.reference import draw_masks, random_seed

torch.set_default_dtype(torch.float64)

STEPS, N = 50, 9
NETWORKS = {
    "regression": ([3, 4, 2], ["tanh", "identity"], "mean_squared_error"),
    "two classes": ([3, 4, 3, 2], ["leaky_relu", "tanh", "sigmoid"], "binary_cross_entropy"),
    "classes": ([3, 5, 3], ["sigmoid", "softmax"], "categorical_cross_entropy"),
}

# One for each sample; the last Z comes with A, since PyTorch recommends to begin with it.
LOSSES = {
    "mean_squared_error": lambda Z, A, Y: functional.mse_loss(A, Y, reduction="none").mean(dim=1),
    "binary_cross_entropy": lambda Z, A, Y: functional.binary_cross_entropy_with_logits(
        Z, Y, reduction="none"
    ).sum(dim=1),
    "categorical_cross_entropy": lambda Z, A, Y: functional.cross_entropy(Z, Y, reduction="none"),
}


def sgd(parameters, rate, momentum, **how):
    return torch.optim.SGD(parameters, rate, momentum, **how)


def by_adam(make):
    """Adam or AdamW, which take beta_1 and beta_2 as a pair."""

    def optimizer(parameters, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **how):
        return make(parameters, rate, (beta_1, beta_2), epsilon, **how)

    return optimizer


# For each optimizer of purenn: PyTorch's, its learning rate, settings other than the usual ones.
ADAM = {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.01}
OPTIMIZERS = {
    "gradient_descent": (partial(sgd, momentum=0.0), 0.3, {"weight_decay": 0.02}),
    "momentum": (partial(sgd, momentum=0.9), 0.05, {"momentum": 0.5, "weight_decay": 0.02}),
    "nesterov": (
        partial(sgd, momentum=0.9, nesterov=True),
        0.05,
        {"momentum": 0.5, "weight_decay": 0.02},
    ),
    "adam": (by_adam(torch.optim.Adam), 0.02, {**ADAM, "weight_decay": 0.05}),
    "adamw": (by_adam(torch.optim.AdamW), 0.02, {**ADAM, "weight_decay": 0.3}),
    "rprop": (torch.optim.Rprop, 0.01, {}),
}

ALWAYS, SOMETIMES = 0.002, {"regression": 0.5, "two classes": 0.3, "classes": 0.3}
SAMPLE_WEIGHTS = [1.0, 0.5, 2.0, 0.0, 1.25, 3.0, 0.75, 1.0, 0.3]
CLASS_WEIGHTS = [0.5, 3.0, 1.25]
DROPOUT = {"regression": [0.3], "two classes": [0.4, 0.2], "classes": [0.5]}
SEED = 5


def outputs_of(parameters, X, activations, masks):
    """The last Z and A, where hidden activations are multiplied by masks."""
    A = X
    for layer, ((W, b), activation) in enumerate(zip(parameters, activations)):
        Z = A @ W + b
        A = ACTIVATIONS[activation](Z)
        if masks and layer + 1 < len(parameters):
            A = A * torch.tensor(masks[layer])
    return Z, A


def losses_of(case, parameters, rows, masks):
    """The loss of each of those samples, times its weight."""
    X, Y = torch.tensor(case["X"])[rows], torch.tensor(case["Y"])[rows]
    Z, A = outputs_of(parameters, X, case["activations"], masks)
    if "class_weight" in case:
        weights = torch.tensor(case["class_weight"])
        return functional.cross_entropy(Z, Y.argmax(dim=1), weight=weights, reduction="none")
    losses = LOSSES[case["loss"]](Z, A, Y)
    if "sample_weight" in case:
        losses = torch.tensor(case["sample_weight"])[rows] * losses
    return losses


def begun(network, start):
    """A case's data and first weights."""
    sizes, activations, loss = NETWORKS[network]
    return {
        "network": network,
        "sizes": sizes,
        "activations": activations,
        "loss": loss,
        "X": numbers(start, N, sizes[0], -2.0, 2.0),
        "Y": targets(start + 2, N, sizes[-1], loss),
        "weights": weights_of(sizes, start + 3),
    }


def trained(case):
    """The case with the losses of its epochs, its weights after fifty steps, and, if gradients are
    clipped, at how many of the steps they were."""
    make, rate, _ = OPTIMIZERS[case["optimizer"]]
    settings = dict(case["settings"])
    clip_norm = settings.pop("clip_norm", None)
    parameters = tensors(case["weights"])
    flat = [p for pair in parameters for p in pair]
    optimizer = make(flat, rate, **settings)
    stream, size = random_seed(SEED), case["batch_size"] or N
    losses, clipped = [], 0
    for _ in range(STEPS // -(-N // size)):
        total = 0.0
        for first in range(0, N, size):
            rows = list(range(first, min(first + size, N)))
            masks = None
            if "dropout" in case:
                masks = draw_masks(stream, case["dropout"], len(rows), case["sizes"])
            optimizer.zero_grad()
            L = losses_of(case, parameters, rows, masks)
            (L.sum() / len(rows)).backward()
            if clip_norm is not None:
                clipped += float(torch.nn.utils.clip_grad_norm_(flat, clip_norm)) > clip_norm
            optimizer.step()
            total += L.sum().item()
        losses.append(total / N)
    weights = [(W.tolist(), b.tolist()) for W, b in parameters]
    return {**case, "clipped": clipped, "losses": losses, "trained": weights}


def variants(optimizer, network):
    """What is set in a case, its batch size, and what it has besides."""
    _, _, others = OPTIMIZERS[optimizer]
    clipped = {"clip_norm": SOMETIMES[network]}
    weights = {"sample_weight": SAMPLE_WEIGHTS}
    dropout = {"dropout": DROPOUT[network], "seed": SEED}
    yield {"clip_norm": ALWAYS}, None, {}
    yield clipped, None, {}
    yield {}, None, weights
    yield {}, None, dropout
    if others:
        yield others, None, {}
        yield {**others, **clipped}, 2, weights
        yield others, 2, {**dropout, **weights}


def training_values():
    """Each optimizer as it is on all networks, then each of its variants on one of them."""
    names = list(NETWORKS)
    for first, (optimizer, (_, _, others)) in enumerate(OPTIMIZERS.items()):
        cases = [
            (network, {}, size, {})
            for size in ([None, 2] if others else [None])
            for network in names
        ]
        for turn in range(7 if others else 4):
            network = names[(first + turn) % 3]
            cases.append((network, *list(variants(optimizer, network))[turn]))
        for network, settings, batch_size, more in cases:
            yield trained(
                {
                    "optimizer": optimizer,
                    "settings": settings,
                    "learning_rate": OPTIMIZERS[optimizer][1],
                    "batch_size": batch_size,
                    **begun(network, 10),
                    **more,
                }
            )


def class_values():
    """Weights of classes, whose samples have one each."""
    case = begun("classes", 20)
    for row in case["Y"]:
        row[:] = [float(y == max(row)) for y in row]
    for optimizer in ("gradient_descent", "adam"):
        yield trained(
            {
                "optimizer": optimizer,
                "settings": {},
                "learning_rate": OPTIMIZERS[optimizer][1],
                "batch_size": 2,
                **case,
                "class_weight": CLASS_WEIGHTS,
            }
        )


def gradient_values():
    """The mean loss and its gradients, with sample weights and masks."""
    for network, (sizes, *_) in NETWORKS.items():
        masks = draw_masks(random_seed(SEED), DROPOUT[network], N, sizes)
        case = {**begun(network, 30), "sample_weight": SAMPLE_WEIGHTS, "masks": masks}
        parameters = tensors(case["weights"])
        value = losses_of(case, parameters, list(range(N)), masks).sum() / N
        value.backward()
        gradients = [(W.grad.tolist(), b.grad.tolist()) for W, b in parameters]
        yield {**case, "value": value.item(), "gradients": gradients}


def main(folder):
    parts = {
        "trainings": training_values(),
        "classes": class_values(),
        "gradients": gradient_values(),
    }
    version = torch.__version__.partition("+")[0]
    write_json(folder / "pytorch_trainings.json", "torch", version, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
