"""The two engines, the text and the C core, and the choice between them.

PURENN_BACKEND=auto|c|python chooses for the process, `backend=` for one network. auto is the
C core where it is installed and the text elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple

from . import reference
from .checks import check_choice

BACKENDS = ("auto", "c", "python")

# What the text calls them is what both engines know.
ACTIVATIONS = tuple(reference.activations.FORWARD)
LOSSES = tuple(reference.losses.LOSS)


class BackendError(RuntimeError):
    """The C core was asked for and is not there; the message says why."""


class Engine(NamedTuple):
    """What computes: a module of functions, and the form in which it holds numbers."""

    name: str
    functions: ModuleType

    def parameters(self, weights: Sequence[tuple[Any, Any]]) -> Any:
        """A copy of [(W, b), ...] that this engine's training can change."""
        if self.name == "c":
            return self.functions.Parameters(weights)
        return [([list(row) for row in W], list(b)) for W, b in weights]

    def matrix(self, rows: Any) -> Any:
        """A matrix in this engine's form: where it lies if it can be, else converted once."""
        if self.name == "c":
            return self.functions.buffers.matrix("matrix", rows)
        return rows if isinstance(rows, list) else rows.tolist()


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
    note = os.path.join(os.path.dirname(__file__), "native", "absent.txt")
    if os.path.exists(note):
        with open(note, encoding="utf-8") as file:
            return file.read().strip()
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
    return info
