"""Training: one step on a batch, one epoch over all samples."""

from .losses import mean
from .network import Network, backward, forward, output_losses
from .optimizers import gradient_descent


def train_step(
    network: Network, X: list[list[float]], Y: list[list[float]], learning_rate: float
) -> list[float]:
    """Changes the parameters by one step of gradient descent on the batch X, Y.

    X (n, n_in), Y (n, n_out) → L, the loss of each sample before the step, (n).
    """
    Z, A = forward(X, network)
    L = output_losses(Z[-1], A[-1], Y, network.activations[-1], network.loss)
    dZ, gradients = backward(A, X, Y, network)
    for (W, b), (dW, db) in zip(network.parameters, gradients):
        for w, dw in zip(W, dW):
            gradient_descent(w, dw, learning_rate)
        gradient_descent(b, db, learning_rate)
    return L


def train_epoch(
    network: Network,
    X: list[list[float]],
    Y: list[list[float]],
    order: list[int],
    batch_size: int,
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
        L.extend(train_step(network, batch_X, batch_Y, learning_rate))
    return mean(L)
