"""The binding: the C core over float64 buffers, its functions under the names of the reference.

Ctrl-C waits until a function of this module has ended; a Network and a Training look often.
"""

from ..reference import Rates
from . import core
from .functions import (
    FUNCTIONS,
    adam_rates,
    divide,
    exp,
    expm1,
    log,
    log1p,
    mean,
    one_hot,
    power_of_two,
    tanh,
    weigh_samples,
    xdivy,
    xlogy,
)
from .initialization import RULES, initialize, normal_weights, uniform_weights
from .learning import (
    Dropout,
    Optimizer,
    clip_gradients,
    draw_masks,
    drop,
    gradient_norm,
    train_epoch,
    train_step,
    update_parameters,
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
)
from .random import (
    Random,
    random_below_or_equal,
    random_normal,
    random_permutation,
    random_seed,
    random_twist,
    random_uniform,
    random_word,
)
from .work import processors, threads_asked_for

globals().update(FUNCTIONS)
globals().update(RULES)


def about() -> dict[str, str]:
    """Compiler, kernels and threads. Raises ValueError where PURENN_THREADS is no number."""
    return {
        "compiler": core.compiler(),
        "simd": f"{core.active.name} (of {', '.join(core.available_levels())})",
        "threads": str(threads_asked_for() or f"up to {processors()}"),
    }
