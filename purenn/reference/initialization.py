"""First weights: each rule draws W (n_in, n_out) from the stream of a state, row by row.

Uniform and normal weights of the same name have the same variance. The normal ones are not cut off:
PyTorch's aren't either, while Keras draws again beyond 2 deviations, and widens the rest to the
same variance.

Sources: X. Glorot and Y. Bengio, AISTATS 2010, equations 12 and 16; K. He et al., ICCV 2015,
equation 10; Y. LeCun et al., "Efficient BackProp", 1998, equation 16.
"""

from math import sqrt

from .elementary import divide
from .random import Random, random_normal, random_uniform


def uniform_weights(state: Random, limit: float, n_in: int, n_out: int) -> list[list[float]]:
    """W = (2·u − 1)·limit, u uniform in [0, 1)."""
    return [
        [(2.0 * random_uniform(state) - 1.0) * limit for _ in range(n_out)] for _ in range(n_in)
    ]


def normal_weights(state: Random, deviation: float, n_in: int, n_out: int) -> list[list[float]]:
    """W = g·deviation, g normal of mean 0 and deviation 1."""
    return [[random_normal(state) * deviation for _ in range(n_out)] for _ in range(n_in)]


def glorot_uniform(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W uniform in ±√(6 / (n_in + n_out)): for tanh, sigmoid and softmax."""
    return uniform_weights(state, sqrt(divide(6.0, n_in + n_out)), n_in, n_out)


def glorot_normal(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W normal with deviation √(2 / (n_in + n_out)): for tanh, sigmoid and softmax."""
    return normal_weights(state, sqrt(divide(2.0, n_in + n_out)), n_in, n_out)


def he_uniform(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W uniform in ±√(6 / n_in): for relu and leaky_relu."""
    return uniform_weights(state, sqrt(divide(6.0, n_in)), n_in, n_out)


def he_normal(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W normal with deviation √(2 / n_in): for relu and leaky_relu."""
    return normal_weights(state, sqrt(divide(2.0, n_in)), n_in, n_out)


def lecun_uniform(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W uniform in ±√(3 / n_in): for tanh and identity."""
    return uniform_weights(state, sqrt(divide(3.0, n_in)), n_in, n_out)


def lecun_normal(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W normal with deviation √(1 / n_in): for tanh and identity."""
    return normal_weights(state, sqrt(divide(1.0, n_in)), n_in, n_out)


def zeros(state: Random, n_in: int, n_out: int) -> list[list[float]]:
    """W = 0, nothing drawn: for a single layer. Units of a hidden layer would remain the same."""
    return [[0.0 for _ in range(n_out)] for _ in range(n_in)]


INITIALIZATIONS = {
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "zeros": zeros,
}


def initialize(sizes: list[int], initialization: str, state: Random) -> list:
    """First parameters: W of each layer in turn by the rule, every b = 0.

    sizes are the inputs, then the outputs of each layer → (W, b) of each layer.
    """
    parameters = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        W = INITIALIZATIONS[initialization](state, n_in, n_out)
        parameters.append((W, [0.0 for _ in range(n_out)]))
    return parameters
