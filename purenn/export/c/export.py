"""export_c: checks, the two files, and what the network takes on the device."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from ...checks import check_choice, check_truth
from ...network import Network, check_finite_weights
from ..change import Change, change_of
from ..files import check_prefix, write_new
from ..vectors import LIMITS, check_limits, choose_vectors
from ..weights import FORMATS, multiply_adds, network_of, stored
from .header import header_text
from .plan import Plan
from .source import source_text

# Headers of C99 and of C libraries, before which a header of such a name would stand.
HEADERS = (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdarg "
    "stdbool stddef stdint stdio stdlib string tgmath time wchar wctype alloca endian features "
    "newlib unistd"
)


class CExport(NamedTuple):
    """What was written, and what it takes, in bytes and in multiply-adds of one prediction.

    `flash` holds the constants, to which the code comes; `ram` the buffers on the stack of a
    prediction, and the parameters where they are trained. `workspace` is what the caller gives
    to a training step on one sample. `change` tells what rounding the weights changed, for inputs
    within `inputs`.
    """

    paths: list[str]
    flash: int
    ram: int
    workspace: int
    multiply_adds: int
    inputs: tuple[float, float]
    change: Change | None


def export_c(
    network: Network,
    folder: str | os.PathLike,
    prefix: str,
    *,
    weights: str = "float64",
    train: bool = False,
    inputs: Sequence[float] = LIMITS,
) -> CExport:
    """Writes prefix.h and prefix.c, which compute the network's outputs bit for bit.

    `weights` is float64, float32 or int8; the outputs of the last two are those of the network
    with its weights rounded. `train` adds the training step. `inputs` are the limits, after the
    network's own input scaling, of the random inputs for the self-test and for what is said about
    rounding.
    Raises ValueError or TypeError for a wrong argument, or a weight or output that is not finite,
    and FileExistsError where a file exists; nothing is written then.
    """
    check_prefix(prefix, HEADERS.split())
    check_choice("weights", FORMATS, weights)
    if check_truth("train", train) and weights != "float64":
        raise ValueError(f"train: needs weights in float64 to change them, got {weights}")
    low, high = check_limits(inputs)
    check_finite_weights(network.get_weights(), "export")
    layers = stored(network.get_weights(), weights)
    rounded = network_of(network, layers)
    change = None if weights == "float64" else change_of(network, rounded, low, high)
    plan = Plan(prefix, rounded, layers, weights, train)
    vectors = choose_vectors(rounded, low, high)
    texts = {f"{prefix}.h": header_text(plan), f"{prefix}.c": source_text(plan, vectors)}
    return CExport(
        write_new(folder, texts),
        plan.flash(),
        plan.ram(),
        8 * (plan.n_parameters + plan.workspace_per_sample()) if train else 0,
        multiply_adds(network),
        (low, high),
        change,
    )
