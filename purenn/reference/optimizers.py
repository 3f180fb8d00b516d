"""The update rules: how a gradient g changes the parameters w, and what they remember for it.

All vectors are (count): w and g are all parameters and their gradients, or any part of them; v, m,
before and sizes are the moments of a rule, which it keeps from step to step, all 0 at first. Each
rule works in place, number by number. sqrt is that of IEEE-754, rounded correctly.
"""

from math import sqrt

from .elementary import divide

GROWTH, SHRINKAGE = 1.2, 0.5  # of the steps of rprop
SMALLEST, LARGEST = 1e-06, 50.0


def gradient_descent(w: list[float], g: list[float], learning_rate: float) -> None:
    """w[i] ← w[i] − (learning_rate·g[i])."""
    for i, g_i in enumerate(g):
        w[i] = w[i] - learning_rate * g_i


def momentum(
    w: list[float], v: list[float], g: list[float], learning_rate: float, mu: float
) -> None:
    """v[i] ← mu·v[i] + g[i], w[i] ← w[i] − learning_rate·v[i].

    Source: B. Polyak, USSR Comp. Math. and Math. Phys. 4 (1964); PyTorch's form, no dampening.
    """
    for i, g_i in enumerate(g):
        v[i] = mu * v[i] + g_i
        w[i] = w[i] - learning_rate * v[i]


def nesterov(
    w: list[float], v: list[float], g: list[float], learning_rate: float, mu: float
) -> None:
    """v[i] ← mu·v[i] + g[i], w[i] ← w[i] − learning_rate·(g[i] + mu·v[i]).

    Source: I. Sutskever et al., ICML 2013; PyTorch's form.
    """
    for i, g_i in enumerate(g):
        v[i] = mu * v[i] + g_i
        w[i] = w[i] - learning_rate * (g_i + mu * v[i])


def adam(
    w: list[float],
    m: list[float],
    v: list[float],
    g: list[float],
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> None:
    """m[i] ← m[i] + (1 − beta_1)·(g[i] − m[i]), v[i] ← beta_2·v[i] + (1 − beta_2)·(g[i]·g[i]),
    w[i] ← w[i] − (learning_rate·m[i]) / (√(v[i]) + epsilon), with the rates of adam_rates.

    Source: D. Kingma and J. Ba, ICLR 2015, the form at the end of its section 2.
    """
    for i, g_i in enumerate(g):
        m[i] = m[i] + (1.0 - beta_1) * (g_i - m[i])
        v[i] = beta_2 * v[i] + (1.0 - beta_2) * (g_i * g_i)
        w[i] = w[i] - divide(learning_rate * m[i], sqrt(v[i]) + epsilon)


def rprop(
    w: list[float], before: list[float], sizes: list[float], g: list[float], learning_rate: float
) -> None:
    """iRPROP−: w[i] moves by sizes[i] against the sign of g[i], however large g[i] is.

    A size is learning_rate at first, where it is 0. It grows by 1.2 where g[i] has the sign of
    before[i], and shrinks by 0.5 where it has the other one, for which w[i] stays this once; it is
    kept within 10⁻⁶ ... 50. before[i] is the g[i] of the last step, 0 where w[i] stayed.
    Source: C. Igel and M. Hüsken, "Improving the Rprop learning algorithm", NC 2000.
    """
    for i, g_i in enumerate(g):
        size = learning_rate if sizes[i] == 0.0 else sizes[i]
        if before[i] * g_i > 0.0:
            size = size * GROWTH
        elif before[i] * g_i < 0.0:
            size = size * SHRINKAGE
            g_i = 0.0
        if size < SMALLEST:
            size = SMALLEST
        if size > LARGEST:
            size = LARGEST
        if g_i > 0.0:
            w[i] = w[i] - size
        elif g_i < 0.0:
            w[i] = w[i] + size
        before[i], sizes[i] = g_i, size


class Rates:
    """The numbers of a step: each rule takes those that it names."""

    def __init__(self, learning_rate: float, mu=0.9, beta_1=0.9, beta_2=0.999, epsilon=1e-08):
        self.learning_rate = learning_rate
        self.mu = mu
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon


def adam_rates(rates: Rates, powers: list[float]) -> None:
    """Corrects rates for moments that began at 0, in Adam's step t = 1, 2, 3 ...

    learning_rate ← (learning_rate·√(c₂)) / c₁ and epsilon ← epsilon·√(c₂), where
    c₁ = 1 − beta_1ᵗ and c₂ = 1 − beta_2ᵗ. powers (2) are the running products beta_1ᵗ and
    beta_2ᵗ, 1 before the first.
    """
    powers[0] = powers[0] * rates.beta_1
    powers[1] = powers[1] * rates.beta_2
    root = sqrt(1.0 - powers[1])
    rates.learning_rate = divide(rates.learning_rate * root, 1.0 - powers[0])
    rates.epsilon = rates.epsilon * root


class Rule:
    """An update rule as a training uses it: its function, how many moments and which rates that
    takes, and what corrects the rates before each step, or None."""

    def __init__(self, update, moments: int, rates: tuple, correct=None) -> None:
        self.update = update
        self.moments = moments
        self.rates = rates
        self.correct = correct


RULES = {
    "gradient_descent": Rule(gradient_descent, 0, ("learning_rate",)),
    "momentum": Rule(momentum, 1, ("learning_rate", "mu")),
    "nesterov": Rule(nesterov, 1, ("learning_rate", "mu")),
    "adam": Rule(adam, 2, ("learning_rate", "beta_1", "beta_2", "epsilon"), adam_rates),
    "rprop": Rule(rprop, 2, ("learning_rate",)),
}
