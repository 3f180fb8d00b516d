"""What every engine keeps to, and the choice between plain Python and the C core.

PURENN_BACKEND=auto|c|python chooses for the process, `backend=` for one network. auto is the
C core where it is installed and plain Python elsewhere.
"""

from __future__ import annotations

import os
import sys

from . import door
from .annotations import TYPE_CHECKING, Any, Sequence
from .checks import check_choice
from .shipped import shipped_bytes

if TYPE_CHECKING:
    from array import array
    from typing import Protocol

    from .architecture import Architecture
    from .door import Block
    from .optimizers import Learning
    from .state import State

    class Engine(Protocol):
        """What computes. `functions` are those of purenn.reference on this engine's matrices."""

        name: str
        functions: Any

        def matrix(self, rows: Any) -> Any:
            """A copy of the rows as a matrix, which functions may change."""

        def vector(self, numbers: Any) -> Any:
            """A copy of the numbers, which functions may change."""

        def inputs(self, block: Block) -> Any:
            """The rows of a block as inputs, where they lie if they can be."""

        def scaled(self, X: Any, offset: list[float], scale: list[float]) -> Any:
            """Inputs, each as (x − offset) / scale."""

        def targets(self, block: Block) -> Any:
            """The rows of a block as a matrix of float64, where they lie if they can be."""

        def classes(self, numbers: array, n_out: int) -> Any:
            """Targets that name these classes, 0 … n_out − 1, in 4 bytes each."""

        def first_not_finite(self, X: Any, units: int = 0) -> int | None:
            """The row of the first input that is not finite, or None. `units` tells that a layer
            of so many will be trained on X."""

        def first_outside(
            self, Y: Any, low: float, high: float, least: float, most: float
        ) -> int | None:
            """The first row of targets with a number that is not low … high, or a sum that is not
            least … most; or None."""

        def target_rows(self, Y: Any, order: Sequence[int]) -> list[list[float]]:
            """The rows of targets in that order."""

        def look(self, X: Any, most: int) -> list[float]:
            """What at most so many samples, evenly spaced, say about the inputs, in the order of
            enum pn_look in csrc/host/host.h."""

        def are_alike(self, Y: Any) -> bool:
            """Whether all rows of targets are the same."""

        def first_weights(self, architecture: Architecture) -> array:
            """First weights, drawn from the architecture's seed, in one block."""

        def weights(
            self, architecture: Architecture, block: array, threads: int | None
        ) -> EngineWeights:
            """The weights in that block, as this engine holds them."""

    class EngineWeights(Protocol):
        """The weights of a network where an engine computes with them.

        Each method sees them between two steps, whatever other threads do.
        """

        architecture: Architecture

        @property
        def engine(self) -> Engine:
            """The engine that holds them."""

        def replace(self, block: array) -> None:
            """Takes the weights of that block from now on."""

        def block(self) -> array:
            """A copy of the weights in one block."""

        def outputs(self, X: Any) -> Any:
            """The outputs for the samples X, as a matrix of the engine."""

        def row(self, numbers: memoryview[Any]) -> list[float]:
            """The outputs for one sample of float64 numbers; ValueError where one isn't finite."""

        def evaluate(self, X: Any, Y: Any) -> tuple[float, Any]:
            """The mean loss over the samples, and their outputs as a matrix of the engine."""

        def stuck(self, X: Any, most: int) -> list[int] | None:
            """How many units of each layer have no slope above the architecture's least ones, in at
            most so many samples, evenly spaced; None where that is less than three quarters of
            every layer."""

        def gradients(self, X: Any, Y: Any) -> tuple[float, array]:
            """The mean loss over the samples, and its gradients in one block."""

        def steps(self, X: Any, Y: Any, batch_size: int, learning: Learning) -> Steps:
            """A training of these weights, which can be stopped after every step."""

    class Steps(Protocol):
        """The steps of a training."""

        @property
        def diverged(self) -> bool:
            """Whether the last run went back, since a number was not finite."""

        @property
        def position(self) -> tuple[int, int]:
            """How many epochs have ended, and the next sample of this one."""

        def state(self) -> State:
            """A copy of what it goes on from, at the end of a batch."""

        def take_state(self, state: State) -> None:
            """Goes on from there."""

        def are_usual(self, most: int, few: int, apart: float, *limits: float) -> bool:
            """Whether there is nothing to say about the samples, at most so many of which are
            looked at: no input's range is more than `apart` times another's; `limits` are the
            largest means of Σ |x| and Σ x², the least and the largest target; and where samples
            are few or more, some input varies, none is constant but for 0, and targets differ."""

        def take_learning_rate(self, learning_rate: float) -> None:
            """Learns at that rate from now on."""

        def run(self, losses: list[float], epochs: int, samples: int | None = None) -> None:
            """Goes on for so many epochs, or until `samples` more are taken, and adds the loss of
            each epoch that ended. Where a loss or a weight is no longer finite, it goes back to
            the end of the last epoch that left them finite, and ends."""


BACKENDS = ("auto", "c", "python")
MOST_THREADS = 64  # of the C core: csrc/host/limits.h


class BackendError(RuntimeError):
    """The C core was asked for and is not there; the message says why."""


def engine(backend: str = "auto") -> Engine:
    """The engine for a backend of auto, c or python; auto asks PURENN_BACKEND.

    Raises ValueError for another word, BackendError where c is asked for and absent.
    """
    check_choice("backend", BACKENDS, backend)
    if backend == "auto":
        backend = os.environ.get("PURENN_BACKEND", "auto")
        check_choice("PURENN_BACKEND", BACKENDS, backend)
    if backend != "python":
        try:
            from .native.engine import NativeEngine
        except ImportError as error:
            if backend == "c":
                raise BackendError(f"the C core is not installed: {why_absent(error)}") from None
        else:
            return NativeEngine()
    from .plain.engine import PlainEngine

    return PlainEngine()


def lists(values: Any) -> list:
    """A matrix or vector of any engine as lists of floats."""
    return values if isinstance(values, list) else values.tolist()


def numbers(values: Any) -> memoryview[Any]:
    """All numbers of a matrix of any engine, row by row."""
    return door.matrix("matrix", values).numbers if isinstance(values, list) else values.data


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
        info.update(native.about())
    hidden = installed_elsewhere()
    if hidden is not None:
        info["note"] = (
            f"this is the copy in {os.path.dirname(os.path.abspath(__file__))}; purenn is also "
            f"installed in {hidden}: start Python in another folder to use that one"
        )
    return info


def installed_elsewhere() -> str | None:
    """Another copy of purenn on Python's path, which this one hides, as a checkout does."""
    here = os.path.realpath(os.path.dirname(os.path.abspath(__file__)))
    for folder in sys.path:
        found = os.path.realpath(os.path.join(folder or os.curdir, __package__ or "purenn"))
        if found != here and os.path.isfile(os.path.join(found, "__init__.py")):
            return found
    return None
