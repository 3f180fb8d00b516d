"""Evaluation: how well a network does on samples, without training on them."""

from __future__ import annotations

from math import nan

from . import door, metrics, samples
from .annotations import TYPE_CHECKING, Any, Callable
from .architecture import Architecture
from .engines import numbers as numbers_of

if TYPE_CHECKING:
    from .engines import EngineWeights


class Evaluation:
    """The samples X (n, n_in) and Y, read once: `measure` looks at them with the present weights.

    Buffers are read where they lie. Raises ValueError or TypeError where X or Y is wrong.
    """

    def __init__(self, architecture: Architecture, weights: EngineWeights, X: Any, Y: Any) -> None:
        block = door.matrix("X", X, architecture.n_in, "sample")
        n = block.shape[0]
        self._weights, self._shape = weights, (n, architecture.n_out)
        self._X = samples.inputs(weights.engine, architecture, block)
        given: Any = samples.read_targets(architecture, Y, n)
        self._Y = samples.targets(weights.engine, architecture, given)
        self._metrics: dict[str, Callable[[Any, Any], float]] = {"accuracy": metrics.accuracy}
        self._truth: Any = samples.true_classes(architecture, given)
        if self._truth is None:
            self._truth = given.rows
            self._metrics = {"r2": metrics.r2, "mean_absolute_error": metrics.mean_absolute_error}

    def measure(self) -> dict[str, float]:
        """The mean loss and the metrics; NaN for these where an output is not finite."""
        engine = self._weights.engine
        loss, outputs = self._weights.evaluate(self._X, self._Y)
        block = door.Block(numbers_of(outputs), self._shape)
        finite = engine.first_not_finite(engine.inputs(block)) is None
        measured = {"loss": loss}
        for name, metric in self._metrics.items():
            measured[name] = metric(self._truth, block.rows) if finite else nan
        return measured
