"""How a network learns: an update rule and its settings, what a training makes a step with."""

from __future__ import annotations

from .annotations import Any
from .checks import check_choice, check_finite, check_positive, shown
from .frozen import Record
from .reference import RULES, Rates

# For each optimizer: the rule and the decay of the reference, its settings and what they are where
# none is given, and the learning rate where none is given.
CLIPPED = {"weight_decay": 0.0, "clip_norm": None}
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
OPTIMIZERS: dict[str, tuple[str, str, dict[str, Any], float]] = {
    "gradient_descent": ("gradient_descent", "l2", CLIPPED, 0.01),
    "momentum": ("momentum", "l2", {"momentum": 0.9, **CLIPPED}, 0.01),
    "nesterov": ("nesterov", "l2", {"momentum": 0.9, **CLIPPED}, 0.01),
    "adam": ("adam", "l2", {**ADAM, **CLIPPED}, 0.001),
    "adamw": ("adam", "decoupled", {**ADAM, **CLIPPED, "weight_decay": 0.01}, 0.001),
    "rprop": ("rprop", "l2", CLIPPED, 0.01),
}
SYNONYMS = {"sgd": "gradient_descent"}


class Optimizer(Record):
    """An optimizer by its name, with the settings that it has.

    gradient_descent, momentum and nesterov (`momentum`, 0.9), adam and adamw (`beta_1` 0.9,
    `beta_2` 0.999, `epsilon` 1e-8), rprop, which takes all samples at a time. Each has
    `weight_decay`, 0: that times w is added to the gradient of w, of biases as well; with adamw,
    where it is 0.01, w is multiplied by 1 − learning_rate·weight_decay instead. And `clip_norm`,
    the largest norm of all gradients together, or None. Formulas and sources:
    purenn/reference/optimizers.py and regularization.py.
    Raises ValueError or TypeError for a setting that it doesn't have, or that is out of range.
    """

    __slots__ = ("_settings", "name")
    name: str
    _settings: dict[str, Any]

    def __init__(self, /, name: str, **settings: Any) -> None:
        if isinstance(name, str):
            name = SYNONYMS.get(name, name)
        name = check_choice("optimizer", tuple(OPTIMIZERS), name, SYNONYMS)
        defaults = OPTIMIZERS[name][2]
        for setting in settings:
            if setting not in defaults:
                known = ", ".join(defaults)
                hint = "; give it to fit or Training" if setting == "learning_rate" else ""
                raise TypeError(f"{setting}: {name} has no such setting; it has {known}{hint}")
        chosen = {**defaults, **settings}
        self._fill(
            name=name,
            _settings={setting: _checked(setting, value) for setting, value in chosen.items()},
        )

    def _values(self) -> dict[str, Any]:
        return {"name": self.name, **self._settings}

    def __repr__(self) -> str:
        defaults = OPTIMIZERS[self.name][2]
        given = "".join(
            f", {setting}={value!r}"
            for setting, value in self._settings.items()
            if value != defaults[setting]
        )
        return f"Optimizer({self.name!r}{given})"

    @property
    def settings(self) -> dict[str, Any]:
        """All its settings, by name."""
        return {**self._settings}

    @property
    def learning_rate(self) -> float:
        """The learning rate where none is given."""
        return OPTIMIZERS[self.name][3]

    @property
    def rule(self) -> str:
        """The name of its update rule in the reference."""
        return OPTIMIZERS[self.name][0]

    @property
    def decay(self) -> str | None:
        """The name of its weight decay in the reference, or None."""
        return OPTIMIZERS[self.name][1] if self._settings["weight_decay"] else None

    @property
    def weight_decay(self) -> float:
        """How much weights decay."""
        return float(self._settings["weight_decay"])

    @property
    def largest_norm(self) -> float:
        """The largest norm of gradients, or 0 for any."""
        return float(self._settings["clip_norm"] or 0.0)

    @property
    def moments(self) -> int:
        """How many numbers it keeps for each parameter."""
        return RULES[self.rule].moments

    @property
    def is_plain(self) -> bool:
        """Whether it is gradient descent and nothing else."""
        return self.name == "gradient_descent" and not self.decay and not self.largest_norm

    def rates(self, learning_rate: float) -> Rates:
        """Its rates as the reference takes them."""
        rates = Rates(learning_rate)
        for setting, rate in (("momentum", "mu"), *((name, name) for name in ADAM)):
            if setting in self._settings:
                setattr(rates, rate, self._settings[setting])
        return rates


class Learning:
    """How a training learns: an optimizer, its learning rate, the seed of its random numbers, which
    may be None where it needs none, whether it shuffles, the rates of its dropout or None, and the
    weights of its samples as a vector of the engine, or None where all are 1."""

    __slots__ = ("dropout", "learning_rate", "optimizer", "sample_weights", "seed", "shuffle")

    def __init__(
        self,
        optimizer: Optimizer,
        learning_rate: float,
        seed: int | None = None,
        shuffle: bool = False,
        dropout: tuple[float, ...] | None = None,
        sample_weights: Any = None,
    ) -> None:
        self.optimizer, self.learning_rate, self.seed = optimizer, learning_rate, seed
        self.shuffle, self.dropout, self.sample_weights = shuffle, dropout, sample_weights


def check_optimizer(optimizer: Any) -> Optimizer:
    """An Optimizer, or the one of that name. Raises ValueError or TypeError for anything else."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not isinstance(optimizer, str):
        raise TypeError(
            f"optimizer: expected a name or an Optimizer, got {shown(optimizer)}; "
            f"the names are {', '.join(OPTIMIZERS)}"
        )
    return PLAIN if optimizer == PLAIN.name else Optimizer(optimizer)


def _checked(setting: str, value: Any) -> float | None:
    if setting == "clip_norm":
        return None if value is None else check_positive(setting, value)
    if setting == "epsilon":
        return check_positive(setting, value)
    number = check_finite(setting, value)
    if number < 0.0:
        raise ValueError(f"{setting}: expected at least 0, got {shown(value)}")
    if setting != "weight_decay" and number >= 1.0:
        raise ValueError(f"{setting}: expected less than 1, got {shown(value)}")
    return number


PLAIN = Optimizer("gradient_descent")
