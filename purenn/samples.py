"""A user's samples as an engine computes with them: checked, scaled, and targets that fit a loss.

Everything here raises TypeError or ValueError with the argument's name, what was expected and what
came.
"""

from __future__ import annotations

from math import inf, isfinite
from sys import float_info

from . import door
from .annotations import TYPE_CHECKING, Any
from .architecture import Architecture
from .checks import counted
from .reference import LOSSES, scale_inputs

if TYPE_CHECKING:
    from .engines import Engine

LARGEST = float_info.max
SLACK = 1e-6  # how far a sum of probabilities may be from 1: float32 is nearer


def inputs(engine: Engine, architecture: Architecture, block: door.Block, units: int = 0) -> Any:
    """The samples X of a block, checked and scaled, as the engine computes with them; `units` are
    those of the first layer if it will be trained on X."""
    scales = architecture.preparation.scales
    inputs = engine.inputs(block)
    row = engine.first_not_finite(inputs, 0 if scales else units)
    if row is not None:
        raise door.not_finite("X", block, row)
    if scales:
        inputs = engine.scaled(inputs, *architecture.scaling)
        row = engine.first_not_finite(inputs, units)
        if row is not None:
            raise _too_far(architecture, block, row)
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
    row = engine.first_outside(targets, *_limits(architecture))
    if row is not None:
        raise _wrong_target(architecture, block, row)
    return targets


def _limits(architecture: Architecture) -> tuple[float, float, float, float]:
    """The least and the largest target, and the least and the largest sum of a sample's targets.

    After softmax, whose outputs sum to 1, A − Y is the gradient of its cross-entropy only where the
    targets sum to 1 as well.
    """
    loss, activation = LOSSES[architecture.loss], architecture.activations[-1]
    if not loss.of_probabilities:
        return -LARGEST, LARGEST, -inf, inf
    if activation == "softmax" == loss.matched:
        return 0.0, 1.0, 1.0 - SLACK, 1.0 + SLACK
    return 0.0, 1.0, -inf, inf


def _wrong_target(architecture: Architecture, block: door.Block, row: int) -> ValueError:
    """The error for targets that are not finite, are not from 0 to 1 or don't sum to 1."""
    loss, values = architecture.loss, block.row(row)  # as they are by now: somebody may change them
    if not all(map(isfinite, values)):
        return door.not_finite("Y", block, row)
    wrong = next((value for value in values if not 0.0 <= value <= 1.0), None)
    if wrong is not None:
        return ValueError(f"Y[{row}]: {loss} expects targets from 0 to 1, got {wrong}")
    return ValueError(
        f"Y[{row}]: {loss} after softmax expects targets that sum to 1, "
        f"got a sum of {sum(values):.9g}"
    )


def _too_far(architecture: Architecture, block: door.Block, row: int) -> ValueError:
    """The error for finite inputs that are not finite any more."""
    (values,) = scale_inputs([block.row(row)], *architecture.scaling)
    column = next((k for k, value in enumerate(values) if not isfinite(value)), 0)
    return ValueError(
        f"X[{row}][{column}]: expected finite numbers after scaling, "
        f"got {values[column]}; this one is too far from input_offset for input_scale"
    )
