"""exp and tanh in fewer steps of the interpreter."""

from .. import reference
from ..reference import power_of_two

POWERS = {float(k): power_of_two(k) for k in range(-500, 501)}


def exp(x: float) -> float:
    """reference.exp: the same operations, in fewer variables, and 2ᵏ from a table.

    A product with it is rounded once at most, as there. Where k is not in the table, the reference
    decides: it is too large or too small, infinite, or NaN.
    """
    k = (x * 1.442695040888963 + 6755399441055744.0) - 6755399441055744.0
    high = x - k * 0.6931471804855391
    low = k * 7.44061711001e-11
    r = high - low
    r2 = r * r
    r4 = r2 * r2
    p = (
        (0.5 + 0.1666666666666667 * r)
        + (0.04166666666666669 + 0.00833333333332614 * r) * r2
        + (
            (0.001388888888887441 + 0.0001984126987480385 * r)
            + (2.480158734731201e-05 + 2.755725542201325e-06 * r) * r2
        )
        * r4
        + ((2.75572529390086e-07 + 2.51052077553315e-08 * r) + 2.0921580396635e-09 * r2) * (r4 * r4)
    )
    try:
        return (1.0 + (high + (r2 * p - low))) * POWERS[k]
    except KeyError:
        return reference.exp(x)


def tanh(x: float) -> float:
    """reference.tanh, with this exp."""
    size = abs(x)
    if size < 0.625:
        return reference.tanh(x)
    y = 1.0 - 2.0 / (exp(2.0 * size) + 1.0)
    if x < 0.0:
        return -y
    return y
