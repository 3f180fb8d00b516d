"""Training: one step on a batch, one epoch over all samples."""

from .dropout import draw_masks
from .losses import mean
from .network import Network, backward, forward, output_losses
from .optimizers import RULES, Rates
from .regularization import DECAYS, clip_gradients


class Optimizer:
    """How a network learns: a rule of RULES, its rates, a decay of DECAYS or None, the largest norm
    of gradients or 0 for any, and the state.

    That are the moments, as many as the rule keeps, each with a row for every row of W and for b,
    layer by layer; and the powers that correct its rates.
    """

    def __init__(
        self,
        network: Network,
        rule: str,
        rates: Rates,
        decay=None,
        weight_decay: float = 0.0,
        largest_norm: float = 0.0,
    ) -> None:
        self.rule = RULES[rule]
        self.rates = rates
        self.decay = DECAYS[decay] if decay else None
        self.weight_decay = weight_decay
        self.largest_norm = largest_norm
        self.moments = [
            [[[0.0] * len(b) for _ in range(len(W) + 1)] for W, b in network.parameters]
            for _ in range(self.rule.moments)
        ]
        self.powers = [1.0, 1.0]


def update_parameters(network: Network, optimizer: Optimizer, gradients: list) -> None:
    """One step of the parameters by their gradients, which it changes.

    The gradients are clipped, weights decay, then the rule makes its step.
    """
    rule, rates = optimizer.rule, optimizer.rates
    learning_rate = rates.learning_rate
    if optimizer.largest_norm > 0.0:
        clip_gradients(gradients, optimizer.largest_norm)
    if rule.correct:
        rates = Rates(learning_rate, rates.mu, rates.beta_1, rates.beta_2, rates.epsilon)
        rule.correct(rates, optimizer.powers)
    numbers = [getattr(rates, name) for name in rule.rates]
    for layer, ((W, b), (dW, db)) in enumerate(zip(network.parameters, gradients)):
        for row, (w, g) in enumerate(zip(W + [b], dW + [db])):
            if optimizer.decay:
                optimizer.decay(w, g, optimizer.weight_decay, learning_rate)
            moments = [moment[layer][row] for moment in optimizer.moments]
            rule.update(w, *(moments + [g] + numbers))


def train_step(
    network: Network,
    optimizer: Optimizer,
    X: list[list[float]],
    Y: list[list[float]],
    sample_weights=None,
    dropout=None,
) -> list[float]:
    """Changes the parameters by one step of the optimizer on the batch X, Y.

    X (n, n_in), Y (n, n_out), sample_weights (n) or None for 1, dropout or None → L, the loss of
    each sample before the step, times its weight, (n).
    """
    masks = None
    if dropout is not None:
        sizes = [len(X[0])] + [len(b) for _, b in network.parameters]
        masks = draw_masks(dropout.random, dropout.rates, len(X), sizes)
    Z, A = forward(X, network, masks)
    L = output_losses(Z[-1], A[-1], Y, network.activations[-1], network.loss)
    if sample_weights is not None:
        L = [weight * loss for weight, loss in zip(sample_weights, L)]
    dZ, gradients = backward(A, X, Y, network, sample_weights, masks)
    update_parameters(network, optimizer, gradients)
    return L


def train_epoch(
    network: Network,
    optimizer: Optimizer,
    X: list[list[float]],
    Y: list[list[float]],
    order: list[int],
    batch_size: int,
    sample_weights=None,
    dropout=None,
) -> float:
    """One step for each batch of batch_size samples, taken in the given order.

    The last batch holds what is left. order (n) names rows of X (n, n_in), Y (n, n_out) and
    sample_weights (n), or None for 1.
    Returns the mean over all samples of the loss each had before its batch's step.
    """
    L = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batch_X = [X[row] for row in rows]
        batch_Y = [Y[row] for row in rows]
        weights = None if sample_weights is None else [sample_weights[row] for row in rows]
        L.extend(train_step(network, optimizer, batch_X, batch_Y, weights, dropout))
    return mean(L)
