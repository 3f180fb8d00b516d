"""Training: one step on a batch, one epoch over all samples."""

from .losses import mean, sample_losses
from .network import backward, forward
from .optimizers import gradient_descent


def train_step(
    parameters: list,
    X: list[list[float]],
    Y: list[list[float]],
    activations: list[str],
    loss: str,
    bias: bool,
    learning_rate: float,
) -> list[float]:
    """Changes the parameters by one step of gradient descent on the batch X, Y.

    X (n, n_in), Y (n, n_out) → L, the loss of each sample before the step, (n).
    """
    Z, A = forward(X, parameters, activations)
    L = sample_losses(A[-1], Y, loss)
    dZ, gradients = backward(A, X, Y, parameters, activations, loss, bias)
    for (W, b), (dW, db) in zip(parameters, gradients):
        for w, dw in zip(W, dW):
            gradient_descent(w, dw, learning_rate)
        gradient_descent(b, db, learning_rate)
    return L


def train_epoch(
    parameters: list,
    X: list[list[float]],
    Y: list[list[float]],
    order: list[int],
    batch_size: int,
    activations: list[str],
    loss: str,
    bias: bool,
    learning_rate: float,
) -> float:
    """One step for each batch of batch_size samples, taken in the given order.

    The last batch holds what is left. order (n) names rows of X (n, n_in) and Y (n, n_out).
    Returns the mean over all samples of the loss each had before its batch's step.
    """
    L = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batch_X = [X[row] for row in rows]
        batch_Y = [Y[row] for row in rows]
        L.extend(train_step(parameters, batch_X, batch_Y, activations, loss, bias, learning_rate))
    return mean(L)
