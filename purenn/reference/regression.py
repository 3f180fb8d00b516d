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


def mean_absolute_error(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = (Σ |A[s][j] − Y[s][j]|) / n_out, j ascending."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            total = total + abs(a - y)
        L.append(divide(total, len(a_row)))
    return L


def mean_absolute_error_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dA = (1 / n_out)·(the sign of A − Y), 0 where they are equal."""
    dA = []
    for a_row, y_row in zip(A, Y):
        scale = divide(1.0, len(a_row))
        differences = [a - y for a, y in zip(a_row, y_row)]
        dA.append([scale * (1.0 if d > 0.0 else -1.0 if d < 0.0 else d) for d in differences])
    return dA


def huber(A: list[list[float]], Y: list[list[float]]) -> list[float]:
    """L[s] = (Σ d²/2 where |d| ≤ 1, else |d| − 1/2) / n_out, d = A[s][j] − Y[s][j], j ascending."""
    L = []
    for a_row, y_row in zip(A, Y):
        total = 0.0
        for a, y in zip(a_row, y_row):
            d = abs(a - y)
            total = total + (0.5 * (d * d) if d <= 1.0 else d - 0.5)
        L.append(divide(total, len(a_row)))
    return L


def huber_gradient(A: list[list[float]], Y: list[list[float]]) -> list[list[float]]:
    """dA = (1 / n_out)·(A − Y, but at least −1 and at most 1)."""
    dA = []
    for a_row, y_row in zip(A, Y):
        scale = divide(1.0, len(a_row))
        differences = [a - y for a, y in zip(a_row, y_row)]
        dA.append([scale * (1.0 if d > 1.0 else -1.0 if d < -1.0 else d) for d in differences])
    return dA
