"""Dropout: in a training, units of hidden layers are left out at random, others count for more.

Source: N. Srivastava et al., JMLR 15 (2014); inverted, so that a prediction needs no factor.
"""

from .random import Random, random_word


class Dropout:
    """The rates of a training's dropout, one for every layer but the last, and the state of the
    stream that its masks are drawn from."""

    def __init__(self, rates: list[float], random: Random) -> None:
        self.rates = rates
        self.random = random


def draw_masks(random: Random, rates: list[float], n: int, sizes: list[int]) -> list:
    """masks[l][s][j]: 0 with probability rates[l], else 1 / (1 − rates[l]), for hidden layers l.

    A word of the stream for each unit of each layer with a rate above 0, sample by sample, in each
    layer by layer, units ascending: the unit is left out where the word is below rates[l]·2³².
    sizes are the inputs, then the outputs of each layer → matrices (n, n_out of layer l).
    """
    masks: list = [[] for _ in rates]
    for _ in range(n):
        for layer, rate in enumerate(rates):
            kept = 1.0 / (1.0 - rate)
            mask = []
            for _ in range(sizes[layer + 1]):
                left_out = rate > 0.0 and random_word(random) < rate * 4294967296.0
                mask.append(0.0 if left_out else kept)
            masks[layer].append(mask)
    return masks


def drop(A: list[list[float]], mask: list[list[float]]) -> list[list[float]]:
    """D[s][j] = A[s][j]·mask[s][j].

    A, mask and D are (n, n_out).
    """
    return [[a * m for a, m in zip(*rows)] for rows in zip(A, mask)]
