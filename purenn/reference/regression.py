"""Losses for numbers of any size, and their gradients by the outputs A; Y are the targets.

A and Y are (n, n_out), rows are samples. What they average, and what they never divide by, stands
in losses.py.
"""

from .elementary import divide


def mean_squared_error(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = (Σ (A[s][j] − Y[s][j])²) / n_out, j ascending."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total + (a - y) * (a - y)
        L.append(divide(total, len(a_row)))
    return L


def mean_squared_error_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dA = (2 / n_out)·(A − Y)."""
    dA = []
    for a_row, y_row in zip(A, Y):
        scale = divide(2.0, len(a_row))
        dA.append([scale * (a - y) for a, y in zip(a_row, y_row)])
    return dA
