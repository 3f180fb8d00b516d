"""Least squares and singular values in plain Python, for the articles that need them.

A vector is a list of numbers, a matrix the list of its columns: columns[j][i] is row i of column
j. Only + − × ÷ and square roots are used, each sum in a fixed order.
"""

from __future__ import annotations

from math import sqrt

Vector = list[float]
Matrix = list[Vector]

RIGHT_ANGLE = 1e-14  # the cosine of an angle that rounding can't tell from a right one


def dot(u: Vector, v: Vector) -> float:
    """Σ u[i]·v[i], i ascending."""
    total = 0.0
    for u_i, v_i in zip(u, v):
        total = total + u_i * v_i
    return total


def orthonormal(vectors: Matrix) -> Matrix:
    """Gram–Schmidt: vectors of length 1, at right angles, that span the same space."""
    basis: Matrix = []
    for v in vectors:
        for q in basis:
            along = dot(q, v)
            v = [v_i - along * q_i for q_i, v_i in zip(q, v)]
        length = sqrt(dot(v, v))
        basis.append([v_i / length for v_i in v])
    return basis


def triangular(columns: Matrix, b: Vector) -> tuple[Matrix, Vector]:
    """Householder's method: the columns of the triangular R, and b as long as they are many.

    Reflections turn one independent column after the other so that nothing is left below its
    diagonal; b is reflected along, and what the columns cannot reach of it is cut off. With rows
    of very different weight this is accurate if the heavy ones come first, as the accuracies do.
    """
    columns = [list(column) for column in columns] + [list(b)]
    n = len(columns) - 1
    for k in range(n):
        v = columns[k][k:]
        length = sqrt(dot(v, v))
        # Of the two reflections onto the axis, the one that subtracts no nearly equal numbers.
        v[0] = v[0] + length if v[0] > 0.0 else v[0] - length
        half = 0.5 * dot(v, v)
        for column in columns[k:]:
            tail = column[k:]
            along = dot(v, tail) / half
            column[k:] = [t - along * v_i for t, v_i in zip(tail, v)]
    return [column[: j + 1] for j, column in enumerate(columns[:n])], columns[n][:n]


def solved(R: Matrix, b: Vector) -> Vector:
    """u with R·u = b, R upper triangular, from the last unknown to the first."""
    u = list(b)
    for j in range(len(R) - 1, -1, -1):
        u[j] = u[j] / R[j][j]
        for i in range(j):
            u[i] = u[i] - R[j][i] * u[j]
    return u


def solved_transposed(R: Matrix, b: Vector) -> Vector:
    """u with Rᵀ·u = b, R upper triangular, from the first unknown to the last."""
    u: Vector = []
    for column, b_j in zip(R, b):
        diagonal = column[-1]
        u.append((b_j - dot(column[:-1], u)) / diagonal)
    return u


def singular_values(columns: Matrix) -> tuple[Vector, Matrix]:
    """Jacobi's one-sided method: the singular values, largest first, and their directions.

    Turns two columns at a time in their plane until they are at right angles, and the unit
    vectors with them. When all columns are at right angles, their lengths are the singular
    values, and the turned unit vectors are the directions that the matrix stretches by them.
    """
    n = len(columns)
    U = [list(column) for column in columns]
    V = [[float(i == j) for i in range(n)] for j in range(n)]
    for _ in range(60):
        turned = False
        for p in range(n - 1):
            for q in range(p + 1, n):
                pp, qq, pq = dot(U[p], U[p]), dot(U[q], U[q]), dot(U[p], U[q])
                if abs(pq) <= RIGHT_ANGLE * sqrt(pp * qq):
                    continue
                turned = True
                # The tangent of the smaller of the two angles that bring them to a right one.
                zeta = (qq - pp) / (2.0 * pq)
                t = 1.0 / (abs(zeta) + sqrt(1.0 + zeta * zeta))
                t = t if zeta > 0.0 else -t
                cosine = 1.0 / sqrt(1.0 + t * t)
                turn(U, p, q, cosine, cosine * t)
                turn(V, p, q, cosine, cosine * t)
        if not turned:
            order = sorted(range(n), key=lambda j: dot(U[j], U[j]), reverse=True)
            return [sqrt(dot(U[j], U[j])) for j in order], [V[j] for j in order]
    raise ArithmeticError("the columns did not come to right angles")


def turn(columns: Matrix, p: int, q: int, cosine: float, sine: float) -> None:
    """Columns p and q become cosine·p − sine·q and sine·p + cosine·q."""
    u, v = columns[p], columns[q]
    columns[p] = [cosine * a - sine * b for a, b in zip(u, v)]
    columns[q] = [sine * a + cosine * b for a, b in zip(u, v)]
