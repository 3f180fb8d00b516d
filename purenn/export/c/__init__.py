"""A trained network as one C file and its header: C99, nothing else needed.

Its arithmetic is csrc's; what is written here is the order in which one network calls it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from ...checks import check_bool, check_choice
from ...network import Network
from ...optimizers import PLAIN, Optimizer, check_optimizer
from ...weights import check_finite_weights
from ..change import Change, change_of
from ..files import check_network, check_prefix, write_new
from ..rounding import FORMATS, stored
from ..vectors import LIMITS, check_limits, choose_vectors, train_on
from .plan import Plan
from .selftest import selftest
from .source import header_text, source_text

KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while"
)
# Headers of C, and those that a C library includes in them: prefix.h would be found before these.
HEADERS = (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn "
    "string tgmath threads time uchar wchar wctype alloca endian features newlib pthread sched "
    "strings unistd"
)
RESERVED = {"a keyword of C": KEYWORDS.split(), "which names a header of C": HEADERS.split()}


class CExport(NamedTuple):
    """What was written, and what it takes, in bytes and in multiply-adds of one prediction.

    `flash` counts weights, scaling and labels, but not the code; `ram` the buffers on the stack of
    a prediction, and the parameters where they are trained. `workspace` is what the caller gives
    to a training step on one sample, `state` what an optimizer remembers between steps. `change`
    tells how far rounded weights move the outputs, for inputs within `inputs`.
    """

    paths: list[str]
    flash: int
    ram: int
    workspace: int
    state: int
    multiply_adds: int
    inputs: tuple[float, float]
    change: Change | None


def export_c(
    network: Network,
    folder: str | os.PathLike = ".",
    prefix: str = "network",
    *,
    weights: str = "float64",
    train: bool = False,
    optimizer: str | Optimizer = PLAIN,
    inputs: Sequence[float] = LIMITS,
) -> CExport:
    """Writes prefix.h and prefix.c, which compute the network's outputs bit for bit.

    `weights` is float64, float32 or int8; the outputs of the last two are those of the network
    with its weights rounded. `train` adds the training step, of that `optimizer`, a name or an
    Optimizer. `inputs` are the limits, after the network's own input scaling, of the random inputs
    for the self-test and for what is said about rounding.
    Raises ValueError or TypeError for a wrong argument, or for a weight or output that is not
    finite, and FileExistsError where a file exists already; then nothing is written.
    """
    check_network(network)
    check_prefix(prefix, RESERVED)
    check_choice("weights", FORMATS, weights)
    if check_bool("train", train) and weights != "float64":
        raise ValueError(f"train: needs weights in float64 to change them, got {weights}")
    optimizer = check_optimizer(optimizer)
    if not (train or optimizer.is_plain):
        raise ValueError(f"optimizer: expected train=True beside {optimizer!r}")
    low, high = check_limits(inputs)
    check_finite_weights(network.get_weights(), "export")
    architecture = network.architecture
    layers = stored(network.get_weights(), weights)
    rounded = Network.of(architecture, [layer.weights for layer in layers], backend=network.backend)
    change = None if weights == "float64" else change_of(network, rounded, low, high)
    vectors = choose_vectors(rounded, low, high)
    plan = Plan(prefix, architecture, layers, weights, optimizer if train else None)
    test = selftest(plan, vectors, train_on(rounded, vectors, optimizer) if train else None)
    texts = {f"{prefix}.h": header_text(plan), f"{prefix}.c": source_text(plan, test)}
    return CExport(
        write_new(folder, texts),
        plan.flash(),
        plan.ram(),
        8 * (architecture.parameter_count + plan.workspace_per_sample()) if train else 0,
        8 * plan.state_size,
        architecture.multiply_adds,
        (low, high),
        change,
    )
