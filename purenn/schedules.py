"""Learning rates that change: a schedule is whatever gives one for an epoch, 0, 1, 2 and so on.

Any function of the epoch will do. Those here give the same bits on every machine, whichever epochs
they are asked for; a power is multiplied out, in a stated order. They can't be changed, are equal
where they say the same, and can be copied, pickled, and read back from what they print.
"""

from __future__ import annotations

from .annotations import Any, Callable
from .checks import check_count, check_finite, check_positive, shown
from .frozen import Record

Schedule = Callable[[int], float]
MOST_EPOCHS = 2**53  # as a float each number of them is exact


def rate_of(schedule: Schedule, epoch: int) -> float:
    """What the schedule gives for that epoch.

    Raises TypeError or ValueError where it is not a finite number of at least 0.
    """
    return _check_rate(f"learning rate of epoch {epoch}", schedule(epoch))


def _check_rate(name: str, value: Any) -> float:
    rate = check_finite(name, value)
    if rate < 0.0:
        raise ValueError(f"{name}: expected a number of at least 0, got {shown(value)}")
    return rate


def _check_epoch(epoch: int) -> int:
    return check_count("epoch", epoch, 0)


def _power(factor: float, n: int) -> float:
    """factorⁿ: the product of factor, factor², factor⁴ … that n is made of, the lowest first."""
    power = 1.0
    while n:
        if n & 1:
            power = power * factor
        factor = factor * factor
        n >>= 1
    return power


class _Schedule(Record):
    """A schedule with the arguments that its slots name."""

    __slots__: tuple[str, ...] = ()

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __repr__(self) -> str:
        arguments = (f"{name}={value!r}" for name, value in self._values().items())
        return f"{type(self).__name__}({', '.join(arguments)})"


class Constant(_Schedule):
    """The same rate in every epoch.

    Raises TypeError or ValueError where rate is not a finite number above 0.
    """

    __slots__ = ("rate",)
    rate: float

    def __init__(self, rate: float) -> None:
        self._fill(rate=check_positive("rate", rate))

    def __call__(self, epoch: int) -> float:
        _check_epoch(epoch)
        return self.rate


class Step(_Schedule):
    """rate·factorᵏ, k = epoch // every: another rate every so many epochs.

    Raises TypeError or ValueError where rate or factor is not a finite number above 0, or every
    not a whole number above 0. A factor above 1 leads to inf in the end.
    """

    __slots__ = ("rate", "factor", "every")  # noqa: RUF023
    rate: float
    factor: float
    every: int

    def __init__(self, rate: float, factor: float, every: int) -> None:
        self._fill(
            rate=check_positive("rate", rate),
            factor=check_positive("factor", factor),
            every=check_count("every", every),
        )

    def __call__(self, epoch: int) -> float:
        return self.rate * _power(self.factor, _check_epoch(epoch) // self.every)


class Exponential(_Schedule):
    """rate·factorⁿ, n = epoch.

    Raises TypeError or ValueError where rate or factor is not a finite number above 0. A factor
    above 1 leads to inf in the end.
    """

    __slots__ = ("rate", "factor")  # noqa: RUF023
    rate: float
    factor: float

    def __init__(self, rate: float, factor: float) -> None:
        self._fill(rate=check_positive("rate", rate), factor=check_positive("factor", factor))

    def __call__(self, epoch: int) -> float:
        return self.rate * _power(self.factor, _check_epoch(epoch))


class Linear(_Schedule):
    """first + (last − first)·epoch / epochs, and last from epoch `epochs` on.

    Raises TypeError or ValueError where first or last is not a finite number of at least 0, or
    epochs not a whole number above 0.
    """

    __slots__ = ("first", "last", "epochs")  # noqa: RUF023
    first: float
    last: float
    epochs: int

    def __init__(self, first: float, last: float, epochs: int) -> None:
        self._fill(
            first=_check_rate("first", first),
            last=_check_rate("last", last),
            epochs=check_count("epochs", epochs, 1, MOST_EPOCHS),
        )

    def __call__(self, epoch: int) -> float:
        if _check_epoch(epoch) >= self.epochs:
            return self.last
        return self.first + (self.last - self.first) * epoch / self.epochs


class WarmUp(_Schedule):
    """schedule(0)·(epoch + 1) / (epochs + 1) in the first epochs, then schedule(epoch − epochs).

    So the rate rises in equal steps to that with which the schedule begins. Raises TypeError or
    ValueError where schedule can't be called, or epochs is not a whole number above 0.
    """

    __slots__ = ("schedule", "epochs")  # noqa: RUF023
    schedule: Schedule
    epochs: int

    def __init__(self, schedule: Schedule, epochs: int) -> None:
        if not callable(schedule):
            example = "a schedule such as Constant(0.1)"
            raise TypeError(f"schedule: expected {example}, got {shown(schedule)}")
        self._fill(schedule=schedule, epochs=check_count("epochs", epochs, 1, MOST_EPOCHS))

    def __call__(self, epoch: int) -> float:
        if _check_epoch(epoch) >= self.epochs:
            return rate_of(self.schedule, epoch - self.epochs)
        return rate_of(self.schedule, 0) * (epoch + 1) / (self.epochs + 1)


def described(schedule: Any) -> list:
    """A rate or a schedule of this module in words and numbers, for a file: a list of one number,
    or of a name and its arguments; empty for any other function."""
    if not callable(schedule):
        return [schedule]
    if type(schedule) not in _SCHEDULES:
        return []
    values = schedule._values().values()
    inner = [described(value) if callable(value) else value for value in values]
    if any(value == [] for value in inner):
        return []
    return [type(schedule).__name__, *inner]


def made(description: list) -> Any:
    """The rate or schedule that `described` puts so. Raises ValueError or TypeError for others."""
    if len(description) == 1:
        return check_positive("learning_rate", description[0])
    kinds: dict[str, Any] = {kind.__name__: kind for kind in _SCHEDULES}
    name = description[0] if description else ""
    if not isinstance(name, str) or name not in kinds:
        raise ValueError(f"learning_rate: expected a schedule, got {shown(description)}")
    inner = [made(value) if isinstance(value, list) else value for value in description[1:]]
    arguments = kinds[name].__slots__
    if len(inner) != len(arguments):
        expected = f"{name} with {', '.join(arguments)}"
        raise ValueError(f"learning_rate: expected {expected}, got {shown(description)}")
    return kinds[name](*inner)


_SCHEDULES: tuple[Any, ...] = (Constant, Step, Exponential, Linear, WarmUp)
