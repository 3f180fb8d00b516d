"""The two engines, the text and the C core, and the choice between them.

PURENN_BACKEND=auto|c|python chooses for the process, `backend=` for one network. auto is the
C core where it is installed and the text elsewhere.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence

from . import reference
from .annotations import Any
from .checks import all_finite, check_choice
from .shipped import shipped_bytes

BACKENDS = ("auto", "c", "python")

# What the text calls them is what both engines know.
ACTIVATIONS = tuple(reference.activations.FORWARD)
LOSSES = tuple(reference.losses.LOSS)


class BackendError(RuntimeError):
    """The C core was asked for and is not there; the message says why."""


class TextPredictor:
    """Predicts with those parameters of the text: X (n, n_in) → A (n, n_out)."""

    def __init__(self, parameters: Any, activations: Sequence[str]) -> None:
        self._parameters, self._activations = parameters, list(activations)

    def __call__(self, X: list) -> list:
        _, A = reference.forward(X, self._parameters, self._activations)
        return A[-1]

    def row(self, x: memoryview) -> None:
        """The text has no shorter way for one row."""
        return None


class TextTraining:
    """A training of the text, epoch by epoch."""

    def __init__(self, parameters: Any, X: list, Y: list, batch_size: int, *how: Any) -> None:
        self._data = parameters, X, Y
        self._n, self._batch_size, self._how = len(X), batch_size, how

    def run(self, epochs: int, order: Sequence[int] | None = None) -> list[float]:
        """Trains for that many epochs, on the samples in that order; the loss of each epoch."""
        rows = list(range(self._n) if order is None else order)
        return [
            reference.train_epoch(*self._data, rows, self._batch_size, *self._how)
            for _ in range(epochs)
        ]


class Engine:
    """What computes: a module of functions, and the form in which it holds numbers."""

    def __init__(self, name: str, functions: Any) -> None:
        self.name, self.functions = name, functions

    def parameters(self, weights: Sequence[tuple[Any, Any]]) -> Any:
        """A copy of [(W, b), ...] that this engine's training can change."""
        if self.name == "c":
            return self.functions.Parameters(weights)
        return [([list(row) for row in W], list(b)) for W, b in weights]

    def matrix(self, rows: Any) -> Any:
        """A matrix in this engine's form: where it lies if it can be, else converted once."""
        if self.name == "c":
            if isinstance(rows, memoryview) and (rows.format != "d" or self._misaligned(rows)):
                rows = as_float64(rows)
            return self.functions.buffers.matrix("matrix", rows)
        return rows if isinstance(rows, list) else [[*map(float, row)] for row in rows.tolist()]

    def inputs(self, rows: Any) -> Any:
        """The inputs of a data set in this engine's form: C reads float32 and bytes as they are."""
        if self.name == "c":
            in_place = isinstance(rows, memoryview) and not self._misaligned(rows)
            return rows if in_place else self.matrix(rows)
        return self.matrix(rows)

    def _misaligned(self, rows: memoryview) -> bool:
        return self.functions.core.address(rows) % rows.itemsize != 0

    def all_finite(self, numbers: memoryview) -> bool:
        """Whether every number of a buffer of float64, float32 or bytes is finite."""
        if self.name == "c":
            return self.functions.first_not_finite(numbers) == len(numbers)
        return all_finite(numbers)

    def all_between(self, matrix: Any, low: float, high: float) -> bool:
        """Whether every number of a matrix is low … high."""
        if self.name == "c":
            return self.functions.first_outside(matrix, low, high) == len(matrix.data)
        return all(low <= value <= high for row in matrix for value in row)

    def predictor(
        self, parameters: Any, activations: Sequence[str], threads: int | None = None
    ) -> Any:
        """What gives the outputs for inputs, as often as it is called."""
        if self.name == "c":
            return self.functions.Predictor(parameters, activations, threads)
        return TextPredictor(parameters, activations)

    def training(
        self, parameters: Any, X: Any, Y: Any, *how: Any, threads: int | None = None
    ) -> Any:
        """A training with `run(epochs, order)`, which gives the loss of each epoch.

        `how` is batch_size, activations, loss, bias and learning_rate.
        """
        if self.name == "c":
            return self.functions.Training(parameters, X, Y, *how, threads)
        return TextTraining(parameters, X, Y, *how)


def as_float64(rows: Any) -> memoryview[float]:
    """A matrix of float64, float32 or bytes as float64, in memory of its own."""
    numbers = array("d", (value for row in rows.tolist() for value in row))
    return memoryview(numbers).cast("B").cast("d", rows.shape)


def lists(values: Any) -> list:
    """A matrix or vector of either engine as lists of floats."""
    return values if isinstance(values, list) else values.tolist()


def engine(backend: str = "auto") -> Engine:
    """The engine for a backend of auto, c or python; auto asks PURENN_BACKEND.

    Raises ValueError for another word, BackendError where c is asked for and absent.
    """
    check_choice("backend", BACKENDS, backend)
    if backend == "auto":
        backend = os.environ.get("PURENN_BACKEND", "auto")
        check_choice("PURENN_BACKEND", BACKENDS, backend)
    if backend == "python":
        return Engine("python", reference)
    try:
        from . import native
    except ImportError as error:
        if backend == "c":
            raise BackendError(f"the C core is not installed: {why_absent(error)}") from None
        return Engine("python", reference)
    return Engine("c", native)


def why_absent(error: ImportError) -> str:
    """Why the C core can't be imported: the note its build left, or else what Python said."""
    try:
        return shipped_bytes("native/absent.txt").decode("utf-8").strip()
    except FileNotFoundError:
        pass
    if error.name == "purenn.native._core" or "_core" in str(error):
        return (
            f"the copy in {os.path.dirname(os.path.abspath(__file__))} holds no built core; "
            "pip install . builds one, which runs from outside of the checkout"
        )
    return str(error)


def backend_info() -> dict[str, str]:
    """What computes here: the backend in use, the C core's compiler, or why it is absent."""
    info = {"backend": engine().name}
    try:
        from . import native
    except ImportError as error:
        info["c core"] = "absent: " + why_absent(error)
    else:
        info["c core"] = "installed"
        info["compiler"] = native.compiler()
        info["simd"] = f"{native.core.active.name} (of {', '.join(native.core.available_levels())})"
        threads = f"up to {native.threads.processors()}"
        if "PURENN_THREADS" in os.environ:  # refused here as wherever it is used
            smallest = native.Parameters([([[0.0]], [0.0])])
            threads = str(native.threads.threads_for(smallest, 1, None))
        info["threads"] = threads
    return info
