"""The binding: the C core over float64 buffers, its functions under the names of the reference.

Ctrl-C waits until a function of this module has ended; a Network and a Training look often.
"""

from . import core
from .functions import (
    FUNCTIONS,
    divide,
    exp,
    expm1,
    gradient_descent,
    log,
    log1p,
    mean,
    power_of_two,
    tanh,
    xdivy,
    xlogy,
)
from .matrices import Matrix
from .network import (
    Network,
    backward,
    count_parameters,
    count_units,
    forward,
    output_gradient,
    output_losses,
    train_epoch,
    train_step,
)
from .work import processors, threads_asked_for

globals().update(FUNCTIONS)


def about() -> dict[str, str]:
    """Compiler, kernels and threads. Raises ValueError where PURENN_THREADS is no number."""
    return {
        "compiler": core.compiler(),
        "simd": f"{core.active.name} (of {', '.join(core.available_levels())})",
        "threads": str(threads_asked_for() or f"up to {processors()}"),
    }
