"""The update rules of csrc/optimizers.c over buffers. See purenn/reference/optimizers.py."""

from __future__ import annotations

from ..annotations import Any
from . import core
from .buffers import number, vector, vector_in_place
from .core import pointer, separate


def gradient_descent(w: Any, g: Any, learning_rate: float) -> None:
    """w[i] ← w[i] − (learning_rate·g[i]), in place. w and g are (count), w a buffer."""
    w = vector_in_place("w", w)
    g = vector("g", g, len(w))
    separate("w", w, g)
    learning_rate = number("learning_rate", learning_rate)
    core.active.gradient_descent(pointer(w), pointer(g), learning_rate, 1, len(w))
