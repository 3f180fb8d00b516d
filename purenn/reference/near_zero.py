"""log(1 + x) and eˣ − 1, which keep their digits where x is near 0."""

from .elementary import exp, log, tanh


def log1p(x: float) -> float:
    """log(1 + x) within 2 ulp.

    u = 1 + x is rounded, and log u + (x − (u − 1)) / u makes up for that where log u is finite;
    where u is 1, it is x. log 0 is −inf, the logarithm of a negative number NaN.
    """
    u = 1.0 + x
    if u == 1.0:
        return x
    y = log(u)
    if y - y != 0.0:
        return y
    return y + (x - (u - 1.0)) / u


def expm1(x: float) -> float:
    """eˣ − 1 within 3 ulp.

    Below 10⁻¹⁶ it rounds to x. Up to 1 it is 2·t / (1 − t), t = tanh(x/2), above that eˣ − 1.
    """
    if abs(x) < 1e-16:
        return x
    if x > 1.0:
        return exp(x) - 1.0
    t = tanh(0.5 * x)
    return 2.0 * t / (1.0 - t)
