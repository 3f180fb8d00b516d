"""Losses for probabilities: by the outputs A, or by the Z behind them; Y are the targets.

A, Z and Y are (n, n_out), rows are samples. What they add and average stands in losses.py.
"""

from .elementary import exp, log, power_of_two
from .near_zero import log1p

NORMAL = power_of_two(-1022)  # the smallest normal number


def xlogy(x: float, y: float) -> float:
    """x·log y, which is 0 where x is 0, whatever y."""
    if x == 0.0:
        return 0.0
    return x * log(y)


def xdivy(x: float, y: float) -> float:
    """x / max(y, 2⁻¹⁰²²), which is 0 where x is 0, whatever y: the derivative of x·log y by y.

    With this divisor it is finite for |x| ≤ 1, so that it times a derivative of 0 is 0.
    """
    if x == 0.0:
        return 0.0
    return x / (NORMAL if y < NORMAL else y)


def binary_cross_entropy(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = −Σ (Y·log A + (1 − Y)·log(1 − A)) over the outputs j, ascending; 0·log 0 is 0."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total - (xlogy(y, a) + xlogy(1.0 - y, 1.0 - a))
        L.append(total)
    return L


def binary_cross_entropy_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dA = (1 − Y) / (1 − A) − Y / A, each quotient 0 where its numerator is 0."""
    return [[xdivy(1.0 - y, 1.0 - a) - xdivy(y, a) for a, y in zip(*rows)] for rows in zip(A, Y)]


def binary_cross_entropy_with_logits(Z: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = Σ (V·|Z| + log(1 + e⁻|Z|)), V = 1 − Y where Z > 0, else Y; j ascending; 0·inf is 0.

    The binary cross-entropy of the sigmoids of Z, which loses no digits where they are near 0 or 1.
    """
    L = []
    for z_row, y_row in zip(Z, Y):
        total = 0.0
        for z, y in zip(z_row, y_row):
            size, v = (z, 1.0 - y) if z > 0.0 else (-z, y)
            total = total + ((0.0 if v == 0.0 else v * size) + log1p(exp(-size)))
        L.append(total)
    return L


def categorical_cross_entropy(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = −Σ Y[s][j]·log A[s][j], j ascending; 0·log 0 is 0."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total - xlogy(y, a)
        L.append(total)
    return L


def categorical_cross_entropy_gradient(
    A: list[list[float]], Y: list[list[float]]
) -> list[list[float]]:
    """dA = −Y / A, 0 where Y is 0."""
    return [[-xdivy(y, a) for a, y in zip(*rows)] for rows in zip(A, Y)]


def categorical_cross_entropy_with_logits(
    Z: list[list[float]], Y: list[list[float]]
) -> list[float]:
    """L[s] = Σ Y·((m − Z) + log(1 + r)), j ascending, without the terms where Y is 0.

    m is the largest Z[i] of the row, the first of them, and r = Σ e^(Z[i] − m) over the others, i
    ascending. The categorical cross-entropy of the softmax of Z, which loses no digits where that
    is near 0 or 1.
    """
    L = []
    for z_row, y_row in zip(Z, Y):
        m = 0
        for i, z in enumerate(z_row):
            if z > z_row[m]:
                m = i
        r = 0.0
        for i, z in enumerate(z_row):
            if i != m:
                r = r + exp(z - z_row[m])
        log_total = log1p(r)
        total = 0.0
        for z, y in zip(z_row, y_row):
            if y != 0.0:
                total = total + y * ((z_row[m] - z) + log_total)
        L.append(total)
    return L


def matched_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dZ = A − Y: the short form, gradient by Z at once, where activation and loss match.

    They match as sigmoid with binary and softmax with categorical cross-entropy, there for
    targets that sum to 1.
    """
    return [[a - y for a, y in zip(*rows)] for rows in zip(A, Y)]
