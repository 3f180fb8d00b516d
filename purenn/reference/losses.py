"""What all losses have in common, and their table, LOSSES.

A loss gives one number per sample, (n), and a gradient is per sample too: it carries the 1/n_out of
a mean over outputs but never 1/n. The mean over samples is taken once: of the losses in `mean`, of
the gradients in dW and db.

Scales: mean_squared_error, mean_absolute_error and huber are means over samples and outputs, as in
Keras and PyTorch; the delta of huber is 1, as theirs is unless told otherwise. Both cross-entropies
are summed over outputs and averaged over samples; Keras and PyTorch divide the binary one by the
number of outputs as well.
"""

from .cross_entropy import (
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    categorical_cross_entropy_gradient,
    categorical_cross_entropy_with_logits,
)
from .elementary import divide
from .regression import (
    huber,
    huber_gradient,
    mean_absolute_error,
    mean_absolute_error_gradient,
    mean_squared_error,
    mean_squared_error_gradient,
)


def one_hot(classes: list[int], n_out: int) -> list[list[float]]:
    """Y[s][j] = 1 where j is the class of sample s, else 0: targets that name classes.

    classes (n), each less than n_out → Y (n, n_out).
    """
    Y = [[0.0] * n_out for _ in classes]
    for y, number in zip(Y, classes):
        y[number] = 1.0
    return Y


def mean(L: list[float]) -> float:
    """(Σ L[s]) / n, s ascending: the loss of a batch."""
    total = 0.0
    for sample_loss in L:
        total = total + sample_loss
    return divide(total, len(L))


class Loss:
    """A loss as a network uses it: its functions, and what goes with them.

    `matched` is the activation with which dZ is A − Y, or None, and `losses_of_Z` gives the losses
    there, from Z; `of_probabilities` tells whether outputs and targets must lie between 0 and 1;
    `scale` says what is summed and what averaged.
    """

    def __init__(
        self, losses, gradient, scale: str, of_probabilities=False, matched=None, losses_of_Z=None
    ) -> None:
        self.losses = losses
        self.gradient = gradient
        self.scale = scale
        self.of_probabilities = of_probabilities
        self.matched = matched
        self.losses_of_Z = losses_of_Z


MEAN = "mean over samples and outputs"
SUM = "sum over outputs, mean over samples"

LOSSES = {
    "mean_squared_error": Loss(mean_squared_error, mean_squared_error_gradient, MEAN),
    "mean_absolute_error": Loss(mean_absolute_error, mean_absolute_error_gradient, MEAN),
    "huber": Loss(huber, huber_gradient, MEAN + ", delta 1"),
    "binary_cross_entropy": Loss(
        binary_cross_entropy,
        binary_cross_entropy_gradient,
        SUM,
        True,
        "sigmoid",
        binary_cross_entropy_with_logits,
    ),
    "categorical_cross_entropy": Loss(
        categorical_cross_entropy,
        categorical_cross_entropy_gradient,
        SUM,
        True,
        "softmax",
        categorical_cross_entropy_with_logits,
    ),
}
