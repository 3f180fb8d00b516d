"""How a network was trained: what it keeps of that; model.py writes it to files."""

from __future__ import annotations

from math import isnan

from .annotations import Any
from .architecture import check_seed
from .checks import check_bool, check_count, check_number, shown
from .frozen import Record
from .optimizers import Optimizer, check_optimizer
from .schedules import Schedule, described, made

OWN = "a function of its own"  # a learning rate that no file can hold


class Trained(Record):
    """How a network was trained: what `Network.trained` gives, and its file holds.

    Of the last training, in the words of `fit`: `optimizer`, an Optimizer; `learning_rate`, a
    number, a schedule of purenn.schedules, or "a function of its own"; `batch_size`; `shuffle`;
    `seed`, None where nothing was drawn; `samples`, how many. Of all trainings since the first
    weights, or since weights were set: `epochs`, how many ended. `measured` has the loss of the
    last epoch, and what else was measured then, by name, but for NaN.

    Raises ValueError or TypeError where one of them can't be.
    """

    __slots__ = (
        "_measured",
        "batch_size",
        "epochs",
        "learning_rate",
        "optimizer",
        "samples",
        "seed",
        "shuffle",
    )
    optimizer: Optimizer
    learning_rate: float | Schedule | str
    batch_size: int
    shuffle: bool
    seed: int | None
    samples: int
    epochs: int
    _measured: tuple[tuple[str, float], ...]

    def __init__(
        self,
        optimizer: str | Optimizer,
        learning_rate: float | Schedule | str,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        samples: int,
        epochs: int,
        measured: Any = (),
    ) -> None:
        samples = check_count("samples", samples)
        numbers = [(name, _measure(name, value)) for name, value in dict(measured).items()]
        self._fill(
            optimizer=check_optimizer(optimizer),
            learning_rate=_rate(learning_rate),
            batch_size=check_count("batch_size", batch_size, 1, samples),
            shuffle=check_bool("shuffle", shuffle),
            seed=None if seed is None else check_seed(seed),
            samples=samples,
            epochs=check_count("epochs", epochs, 0),
            _measured=tuple((name, value) for name, value in numbers if not isnan(value)),
        )

    def _values(self) -> dict[str, Any]:
        names = ("optimizer", "learning_rate", "batch_size", "shuffle", "seed", "samples", "epochs")
        return {**{name: getattr(self, name) for name in names}, "measured": self._measured}

    def __repr__(self) -> str:
        values = {**self._values(), "measured": self.measured}
        return f"Trained({', '.join(f'{name}={value!r}' for name, value in values.items())})"

    @property
    def measured(self) -> dict[str, float]:
        """The loss of the last epoch, and what else was measured then, by name."""
        return dict(self._measured)


class Ongoing:
    """A training as it goes on, with `settings` as Trained has them, up to `samples`: on a network
    trained for `before` epochs when `first` ones of its own had ended, and now `ended`; and what
    was `measured` of the last one."""

    __slots__ = ("before", "ended", "first", "measured", "settings")

    def __init__(self, *settings: Any) -> None:
        self.settings = settings

    def begin(self, before: int, ended: int) -> None:
        """Goes on with a network trained for so many epochs, after so many of its own."""
        self.before, self.first, self.ended = before, ended, ended
        self.measured: dict[str, float] = {}

    @property
    def epochs(self) -> int:
        """For how many epochs the network was trained until now."""
        return self.before + self.ended - self.first

    @property
    def trained(self) -> Trained:
        """How the network was trained until now."""
        return Trained(*(*self.settings, self.epochs, self.measured))


class Past:
    """How a network came to its weights: `last` is an Ongoing, a Trained, or None. Whoever changes
    the weights says so here."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last: Ongoing | Trained | None = None

    @property
    def epochs(self) -> int:
        """For how many epochs the network was trained."""
        return 0 if self.last is None else self.last.epochs

    @property
    def trained(self) -> Trained | None:
        """How the network was trained."""
        return self.last.trained if isinstance(self.last, Ongoing) else self.last


def _rate(rate: Any) -> Any:
    if isinstance(rate, str) and rate == OWN:
        return OWN
    description = described(rate)
    return made(description) if description else OWN


def _measure(name: Any, value: Any) -> float:
    if not isinstance(name, str):
        raise TypeError(f"measured: expected names, got {shown(name)}")
    return check_number(f"measured[{shown(name)}]", value)
