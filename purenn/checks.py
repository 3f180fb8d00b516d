"""What a user may set: names, whole numbers, yes or no.

Every check raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

import sys
from math import inf, isfinite
from reprlib import Repr

from .annotations import Any, Mapping, Sequence

STRINGS = (str, bytes, bytearray)

_short = Repr()
_short.maxother = _short.maxstring = _short.maxlong = 80
_short.maxlevel = 3
LONGEST_SHOWN = 200


def check_choice(
    name: str, choices: Sequence[str], value: Any, elsewhere: Mapping[str, str] | None = None
) -> str:
    """One of the names that exist; `elsewhere` has what others call them, in lower case."""
    choice = str.__str__(value) if isinstance(value, str) else ""  # whatever a subclass says
    if choice not in choices:
        lower = choice.lower()
        meant = (elsewhere or {}).get(lower, lower)
        hint = f"; did you mean {meant!r}?" if meant in choices else ""
        raise ValueError(f"{name}: expected one of {', '.join(choices)}, got {shown(value)}{hint}")
    return choice


def check_bool(name: str, value: Any) -> bool:
    """True or False, also as 1 or 0."""
    if value is True or value is False:
        return value
    if hasattr(value, "__len__") or value not in (0, 1):
        raise TypeError(f"{name}: expected True or False, got {shown(value)}")
    return bool(value)


def check_count(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """A whole number, at least `least` and at most `most`."""
    number = value if type(value) is int else _whole_number(name, value)
    if number < least or (most is not None and number > most):
        limits = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name}: expected {limits}, got {shown(number)}")
    return number


def _whole_number(name: str, value: Any) -> int:
    if not hasattr(value, "__index__") or isinstance(value, bool) or hasattr(value, "__len__"):
        raise TypeError(f"{name}: expected a whole number, got {shown(value)}")
    number = value.__index__()
    if not isinstance(number, int):
        raise TypeError(f"{name}: expected a whole number, got {shown(value)}")
    return int.__index__(number)  # whatever a subclass of int says


def check_number(name: str, value: Any) -> float:
    """A number, which may be infinite or NaN."""
    if type(value) is float:
        return value
    if type(value) is not int and not is_number(value):
        raise TypeError(f"{name}: expected a number, got {shown(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name}: expected a float64 number, got a larger integer") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a number, got {shown(value)}") from None


def check_finite(name: str, value: Any) -> float:
    """A finite number."""
    number = check_number(name, value)
    if not isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {number}")
    return number


def check_positive(name: str, value: Any) -> float:
    """A finite number above 0."""
    if type(value) is float and 0.0 < value < inf:
        return value
    number = check_finite(name, value)
    if number <= 0.0:
        raise ValueError(f"{name}: expected a number above 0, got {shown(value)}")
    return number


def shown(value: Any) -> str:
    """The value in one short line, for a message."""
    try:
        line = " ".join(_short.repr(value).split())
    except ValueError:  # an integer of thousands of digits
        line = f"a huge {type(value).__name__}"
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 3] + "..."


def counted(number: int, what: str) -> str:
    """So many of these: "1 row", "3 rows"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def is_number(value: Any) -> bool:
    """Whether the value is one real number: no string, no complex number, no array."""
    return (
        hasattr(value, "__float__")
        and not isinstance(value, STRINGS)  # NumPy's strings have a __float__
        and getattr(value, "shape", ()) == ()
        and not _is_complex(value)
    )


def is_bool(kind: type) -> bool:
    """Whether it is the type of True and False, Python's or NumPy's."""
    return kind.__name__ in ("bool", "bool_")


def _is_complex(value: Any) -> bool:
    """Whether its class says so: it needs `numbers` for that, which not every Python has."""
    numbers = sys.modules.get("numbers")
    is_real = isinstance(value, getattr(numbers, "Real", ()))
    return not is_real and isinstance(value, getattr(numbers, "Complex", ()))
