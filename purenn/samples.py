"""A user's samples as an engine computes with them: checked, scaled, and targets that fit a loss.

Everything here raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

from math import isfinite

from . import door
from .annotations import TYPE_CHECKING, Any
from .architecture import Architecture
from .checks import counted
from .reference import LOSSES, scale_inputs

if TYPE_CHECKING:
    from .engines import Engine

SLACK = 1e-6  # how far a sum of probabilities may be from 1: float32 is nearer


def inputs(engine: Engine, architecture: Architecture, block: door.Block) -> Any:
    """The samples X of a block, checked and scaled, as the engine computes with them."""
    inputs = engine.inputs(block)
    _check_finite("X", engine, inputs, block)
    preparation = architecture.preparation
    if preparation.scales:
        inputs = engine.scaled(inputs, *architecture.scaling)
        _check_scaled(engine, architecture, inputs, block)
    return inputs


def targets(engine: Engine, architecture: Architecture, Y: Any, n_rows: int) -> Any:
    """Y for n_rows samples, as the engine computes with it and the loss can take it.

    Where each sample has one number, a flat list of them will do.
    """
    n_out = architecture.n_out
    block = door.column("Y", Y) if n_out == 1 else door.matrix("Y", Y, n_out, "target")
    if block.shape[0] != n_rows:
        rows = counted(n_rows, "row")
        raise ValueError(f"Y: expected {rows}, as many as X has, got {block.shape[0]}")
    targets = engine.targets(block)
    _check_finite("Y", engine, targets, block)
    if LOSSES[architecture.loss].of_probabilities:
        _check_probabilities(engine, architecture, targets, block)
    return targets


def _check_finite(name: str, engine: Engine, matrix: Any, block: door.Block) -> None:
    row = engine.first_not_finite(matrix)
    if row is not None:
        raise door.not_finite(name, block, row)


def _check_scaled(
    engine: Engine, architecture: Architecture, inputs: Any, block: door.Block
) -> None:
    """Refuses finite inputs that are not finite any more."""
    row = engine.first_not_finite(inputs)
    if row is not None:
        (values,) = scale_inputs([block.row(row)], *architecture.scaling)
        column = next((k for k, value in enumerate(values) if not isfinite(value)), 0)
        raise ValueError(
            f"X[{row}][{column}]: expected finite numbers after scaling, "
            f"got {values[column]}; this one is too far from input_offset for input_scale"
        )


def _check_probabilities(
    engine: Engine, architecture: Architecture, Y: Any, block: door.Block
) -> None:
    """Refuses targets outside of 0 to 1; and for softmax, whose outputs sum to 1, other sums.

    A − Y is the gradient of its cross-entropy only where the targets sum to 1 as well.
    """
    loss = architecture.loss
    row = engine.first_outside(Y, 0.0, 1.0)
    if row is not None:
        values = block.row(row)  # as they are by now: somebody may change them
        wrong = next((value for value in values if not 0.0 <= value <= 1.0), values[0])
        raise ValueError(f"Y[{row}]: {loss} expects targets from 0 to 1, got {wrong}")
    if architecture.matched and architecture.activations[-1] == "softmax":
        row = engine.first_sum_outside(Y, 1.0 - SLACK, 1.0 + SLACK)
        if row is not None:
            raise ValueError(
                f"Y[{row}]: {loss} after softmax expects targets that sum to 1, "
                f"got a sum of {sum(block.row(row)):.9g}"
            )
