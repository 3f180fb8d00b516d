"""exp, log and tanh of csrc/elementary.c. See purenn/reference/elementary.py."""

from .core import lib

divide = lib.pn_divide
exp = lib.pn_exp
log = lib.pn_log
tanh = lib.pn_tanh


def power_of_two(k: int) -> float:
    """2ᵏ, exact. Raises ValueError outside −1022 ≤ k ≤ 1023."""
    if not -1022 <= k <= 1023:
        raise ValueError(f"power_of_two: expected -1022 to 1023, got {k}")
    return lib.pn_power_of_two(k)
