"""What keeps weights and steps small: weight decay, and clipping by the norm of all gradients."""

from math import sqrt


def l2_decay(w: list[float], g: list[float], weight_decay: float, learning_rate: float) -> None:
    """g[i] ← g[i] + weight_decay·w[i], in place: the gradient of (weight_decay / 2)·Σ w[i]².

    w and g are (count): all parameters and their gradients, or any part of them.
    """
    for i, w_i in enumerate(w):
        g[i] = g[i] + weight_decay * w_i


def decoupled_decay(
    w: list[float], g: list[float], weight_decay: float, learning_rate: float
) -> None:
    """w[i] ← (1 − learning_rate·weight_decay)·w[i], in place, before the step: with Adam, AdamW.

    w is (count): all parameters, or any part of them.
    Source: I. Loshchilov and F. Hutter, ICLR 2019; PyTorch's form.
    """
    rest = 1.0 - learning_rate * weight_decay
    for i, w_i in enumerate(w):
        w[i] = rest * w_i


DECAYS = {"l2": l2_decay, "decoupled": decoupled_decay}


def gradient_norm(gradients: list) -> float:
    """√(Σ g²) over all gradients (dW, db), layer by layer.

    In a layer the squares of each column of dW are summed, rows ascending; then the sum goes on
    over these sums, columns ascending, and over the squares of db, ascending.
    """
    total = 0.0
    for dW, db in gradients:
        for j in range(len(db)):
            column = 0.0
            for dw in dW:
                column = column + dw[j] * dw[j]
            total = total + column
        for g in db:
            total = total + g * g
    return sqrt(total)


def clip_gradients(gradients: list, largest_norm: float) -> None:
    """g ← (largest_norm / (norm + 10⁻⁶))·g for all gradients, in place, if that factor is below 1.

    Source: R. Pascanu et al., ICML 2013; with the 10⁻⁶ of PyTorch.
    """
    factor = largest_norm / (gradient_norm(gradients) + 1e-06)
    if factor < 1.0:
        for dW, db in gradients:
            for row in dW + [db]:
                for j, g in enumerate(row):
                    row[j] = factor * g
