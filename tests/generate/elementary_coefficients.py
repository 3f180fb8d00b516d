"""Computes the coefficients in purenn/reference/elementary.py and csrc/elementary.c.

Each polynomial is the one with the least largest absolute error on its interval, found by the
Remez exchange in 60 digits. The exchange looks for the errors on a fixed grid and stops where they
are level to a thousandth: from there on only the last digits of the higher coefficients would
change. The coefficients are rounded to float64, and that to decimals which every parser reads
alike: digits of at most 2⁵³, a power of ten of at most 10²². The constant one comes first.

Run as: python tests/generate/elementary_coefficients.py
"""

from mpmath import cos, exp, fsum, log, lu_solve, matrix, mpf, nint, pi, sqrt, tanh, workdps

DIGITS = 60
GRID_POINTS = 40  # for each coefficient and one more
LEVEL = 1.001  # the largest error over the smallest, where the exchange stops


def exp_remainder(r):
    """(eʳ − 1 − r) / r²."""
    if abs(r) < mpf(10) ** -10:
        return mpf(1) / 2 + r / 6 + r * r / 24
    return (exp(r) - 1 - r) / (r * r)


def log_remainder(w):
    """(log((1 + s)/(1 − s)) − 2s) / (s·w) with w = s²."""
    if w < mpf(10) ** -14:
        return mpf(2) / 3 + 2 * w / 5 + 2 * w * w / 7
    s = sqrt(w)
    return (log((1 + s) / (1 - s)) - 2 * s) / (s * w)


def tanh_remainder(u):
    """(x − tanh x) / x³ with u = x²."""
    if u < mpf(10) ** -14:
        return mpf(1) / 3 - 2 * u / 15
    x = sqrt(u)
    return (x - tanh(x)) / (x * u)


def chebyshev_points(a, b, count):
    """count points from a to b, closer together towards the ends."""
    return [(a + b) / 2 + (b - a) / 2 * cos(pi * i / (count - 1)) for i in range(count - 1, -1, -1)]


def levelled(f, points):
    """The polynomial p for which f − p is +e, −e, +e ... at the points.

    There is one coefficient less than there are points; e is the last unknown.
    """
    size = len(points)
    equations = matrix(size, size)
    values = matrix(size, 1)
    for i, x in enumerate(points):
        for power in range(size - 1):
            equations[i, power] = x**power
        equations[i, size - 1] = (-1) ** i
        values[i] = f(x)
    return list(lu_solve(equations, values))[:-1]


def polynomial(coefficients, x):
    return fsum(c * x**power for power, c in enumerate(coefficients))


def alternating_extremes(points, errors, count):
    """count pairs (point, error), the errors as large as can be and of alternating signs.

    Each run of errors of one sign gives its largest; where there are more runs than wanted, the
    smaller end is left out.
    """
    extremes = []
    for x, error in zip(points, errors):
        if not extremes or extremes[-1][1] * error < 0:
            extremes.append((x, error))
        elif abs(error) > abs(extremes[-1][1]):
            extremes[-1] = (x, error)
    while len(extremes) > count:
        extremes.pop(0 if abs(extremes[0][1]) < abs(extremes[-1][1]) else -1)
    if len(extremes) < count:
        raise ArithmeticError(f"{len(extremes)} extremes, expected {count}")
    return extremes


def minimax(f, a, b, count):
    """The count coefficients of the polynomial nearest to f on the grid from a to b."""
    reference = chebyshev_points(a, b, count + 1)
    grid = chebyshev_points(a, b, GRID_POINTS * (count + 1) + 1)
    values = [f(x) for x in grid]
    while True:
        coefficients = levelled(f, reference)
        errors = [y - polynomial(coefficients, x) for x, y in zip(grid, values)]
        extremes = alternating_extremes(grid, errors, count + 1)
        sizes = [abs(error) for _, error in extremes]
        if max(sizes) < LEVEL * min(sizes):
            return coefficients
        reference = [x for x, _ in extremes]


def short_decimal(c):
    """c as float64 with as many decimal places as digits of at most 2⁵³ allow, but at most 22."""
    c = mpf(float(c))
    places = 22
    while abs(nint(c * 10**places)) > 2**53:
        places -= 1
    return float(f"{int(nint(c * 10**places))}e-{places}")


def coefficients():
    """The polynomials P of exp, log and tanh as lists of floats, by name."""
    with workdps(DIGITS):
        half_ln2 = log(mpf(2)) / 2
        largest_w = (3 - 2 * sqrt(mpf(2))) ** 2
        largest_u = mpf("0.625") ** 2
        exact = {
            "exp": minimax(exp_remainder, -half_ln2, half_ln2, 11),
            "log": minimax(log_remainder, mpf(0), largest_w, 7),
            "tanh": minimax(tanh_remainder, mpf(0), largest_u, 12),
        }
        return {name: [short_decimal(c) for c in values] for name, values in exact.items()}


if __name__ == "__main__":
    for name, values in coefficients().items():
        print(name, *map(repr, values), sep="\n    ")
