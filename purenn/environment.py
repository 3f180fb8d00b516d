"""What this thread's processor does with subnormal numbers and with rounding.

Another library may have switched it, and then the same sums have other bits. This module looks
before Python computes, csrc/host/environment.c before C does.
"""

from __future__ import annotations

# In a list, whose numbers no compiler takes for constants: each look has to compute.
PROBES = [1e-300, 1.0]


def check_arithmetic() -> None:
    """Raises FloatingPointError where this thread's arithmetic isn't that of IEEE-754.

    1e-310 is subnormal, and 1 ± 1e-300 is nearest to 1.
    """
    tiny, one = PROBES
    flushes = tiny * 1e-10 * 1e10 == 0.0
    rounds = one + tiny != one - tiny
    if flushes or rounds:
        raise other_arithmetic(flushes, rounds)


def other_arithmetic(flushes: bool, rounds: bool) -> FloatingPointError:
    """The error for a processor that flushes subnormal numbers, or rounds otherwise, or both."""
    changes = []
    if flushes:
        changes.append("flush subnormal numbers to zero")
    if rounds:
        changes.append("round in another direction")
    return FloatingPointError(
        f"another library has switched this thread's processor to {' and '.join(changes)}, so "
        "purenn would compute other bits; switch it back, or use purenn in a process without it"
    )
