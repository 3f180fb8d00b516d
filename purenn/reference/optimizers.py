"""The update rules: how a gradient g changes the parameters w."""


def gradient_descent(w: list[float], g: list[float], learning_rate: float) -> None:
    """w[i] ← w[i] − (learning_rate·g[i]), in place.

    w and g are (count): all parameters and their gradients, or any part of them.
    """
    for i, g_i in enumerate(g):
        w[i] = w[i] - learning_rate * g_i
