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
from .reference import scale_inputs

if TYPE_CHECKING:
    from .engines import Engine


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
    row = engine.first_outside(targets, *architecture.target_limits)
    if row is not None:
        raise _wrong_target(architecture, block, row)
    return targets


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
