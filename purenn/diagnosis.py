"""Diagnosis: what may keep a training from learning, seen before and while it goes on.

Each function gives what a TrainingWarning says, or None where there is nothing to say. It looks at
no more than LOOKED samples, evenly spaced. The bounds are wide: nothing of what learns in
tests/test_diagnosis.py comes near one.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt

from .annotations import TYPE_CHECKING, Any, Sequence
from .architecture import Architecture
from .checks import counted
from .optimizers import Learning
from .reference import ACTIVATIONS, LOSSES, divide, mean

if TYPE_CHECKING:
    from .engines import EngineWeights, Steps

LOOKED = 997  # samples: a prime, so that few patterns in the data keep step with it
NUMBERS = 2**22  # of them, at most, where samples are wide
QUICK, PART = 512, 32  # numbers that are looked at in no time; the part of a training that may be
FEW = 10  # samples, less than which are often alike by chance
APART = 1e3  # how many times the smallest range of an input is the largest
LARGEST_MOVE = 1e3  # learning_rate times the mean of Σ x², of gradient descent
LARGEST_ADAM_MOVE = 1e4  # learning_rate times the mean of Σ |x|, of Adam
EPOCHS = 10  # after which a training should have begun to learn
STILL, SLOW = 1e-6, 1e-3  # of a loss, less than which is no move; or next to none
LEARNED, NOTHING_LEARNED, FAR_ABOVE = 0.75, 0.99, 2.0  # times the loss of a constant
UNSCALED = 10.0  # the mean of targets and their deviation, or the inverse of that


def epochs_to_look_after(n: int) -> list[int]:
    """After how many epochs a training on n samples is looked at.

    When it has seen ten times the samples that are looked at, and after ten epochs: forward for
    them costs at most a thirtieth of the training.
    """
    return [EPOCHS] if n <= LOOKED else sorted({min(EPOCHS, -(-EPOCHS * LOOKED // n)), EPOCHS})


def before(
    steps: Steps, weights: EngineWeights, X: Any, Y: Any, n: int, learning: Learning, epochs: int
) -> list[str]:
    """What is to be said before the first of those steps, on n samples as the engine has them.

    A first look takes no longer than about a fiftieth of so many epochs, and decides whether there
    is a second one, at LOOKED samples, which finds what is said.
    """
    architecture, rate, rule = weights.architecture, learning.learning_rate, learning.optimizer.rule
    n_in, size, squares = architecture.n_in, inf, inf
    most = LOOKED if n_in * LOOKED <= NUMBERS else max(1, NUMBERS // n_in)
    if architecture.first_limit == inf and rule != "rprop" and rate > 0.0:
        if rule == "adam":
            size = LARGEST_ADAM_MOVE / rate
        else:
            squares = LARGEST_MOVE / rate
    low, high = architecture.output_limits
    some = max(QUICK // n_in, epochs * n // PART) or 1
    found, engine = [], weights.engine
    hidden = len(architecture.sizes) > 2
    if hidden and architecture.initialization == "zeros" and not any(weights.block()):
        found.append(zero_weights())
    if steps.are_usual(some if some < most else most, FEW, APART, size, squares, low, high):
        return found
    varying, constant, first, value, others, *ranges, largest, x, x_x = engine.look(X, most)
    if n >= FEW and (constant or not varying):
        samples = _samples(n, min(n, most))
        constants = varying, constant, first, value, others
        said = constant_inputs(architecture, samples, constants)
        found += [said] if said else []
    if n >= FEW and ranges[5] - ranges[4] > APART * (ranges[2] - ranges[1]):
        found.append(unscaled_inputs(architecture, ranges))
    if x > size or x_x > squares:
        found.append(large_steps(rate, x if rule == "adam" else x_x, largest))
    row = engine.first_outside(Y, low, high, -inf, inf)
    if row is not None:
        found.append(targets_outside(architecture, row, engine.target_rows(Y, [row])[0]))
    if n >= FEW and engine.are_alike(Y):
        found.append(one_class(architecture, n, engine.target_rows(Y, [0])[0]))
    return found


def constant_inputs(architecture: Architecture, samples: str, seen: Sequence[float]) -> str | None:
    """Inputs that are the same in all samples: all of them, or one that isn't 0.

    An input that is 0 does nothing, several with one value are the background of pictures, and one
    in a network without biases is the bias.
    """
    varying, constant, first, value, different = seen
    if not varying:
        return (
            f"X: no input differs among {samples}, so outputs can't differ either. Check X: a "
            "scale that is far too large, or whole numbers cut off, can cause this"
        )
    if not architecture.bias or (constant > 1 and not different):
        return None
    others = f", and {counted(int(constant) - 1, 'column')} more are constant"
    return (
        f"X: column {int(first)} is {_g(value)} in {samples}{others if constant > 1 else ''}. A "
        "constant input acts as a bias: leave it out, or look for why it is constant"
    )


def unscaled_inputs(architecture: Architecture, ranges: Sequence[float]) -> str:
    """Inputs of which one has more than APART times the range of another."""
    narrow, narrow_low, narrow_high, wide, wide_low, wide_high = ranges
    scaled = architecture.preparation.scales
    advice = (
        "input_offset has to be the mean of each column as it stands in X, and input_scale its "
        "deviation; scale only once"
        if scaled
        else "What is learned follows the large ones: give input_offset the mean of each column, "
        "and input_scale its deviation"
    )
    return (
        f"X: inputs differ in scale by a factor of more than {APART:,.0f}: "
        f"{'once scaled, ' if scaled else ''}column {int(narrow)} ranges from {_g(narrow_low)} to "
        f"{_g(narrow_high)}, column {int(wide)} from {_g(wide_low)} to {_g(wide_high)}. {advice}"
    )


def large_steps(learning_rate: float, sums: float, largest: float) -> str:
    """A learning rate beyond reason for the inputs of a first layer whose outputs have no limit.

    A step of gradient descent moves what the first layer computes by about learning_rate·Σ x², one
    of Adam by learning_rate·Σ |x|, times what is wrong: `sums` are the means of these. Outputs that
    have limits end what such a step does.
    """
    fitting = 1.0 / sums
    at_most = f", or try learning_rate={fitting:.0e}" if fitting > 0.0 else ""
    return (
        f"learning_rate: {_g(learning_rate)} is too large for inputs as large as {_g(largest)}; "
        "steps will overshoot, and losses grow or units die. Scale the inputs (input_offset, "
        f"input_scale){at_most}"
    )


def targets_outside(architecture: Architecture, row: int, target: Sequence[float]) -> str:
    """Targets that the last activation can't give: those of the first such sample."""
    name = architecture.activations[-1]
    last = ACTIVATIONS[name]
    column = next((j for j, y in enumerate(target) if not last.low <= y <= last.high), 0)
    limits = f"{last.low:g} to {last.high:g}" if last.high < inf else f"{last.low:g} and above"
    return (
        f"Y[{row}]{f'[{column}]' if len(target) > 1 else ''} is {_g(target[column])}, and {name}, "
        f"the last activation, gives {limits}: the loss can't reach 0. Scale the targets, or take "
        "identity as the last of activations"
    )


def one_class(architecture: Architecture, n: int, target: Sequence[float]) -> str:
    """Targets that are the same for all samples."""
    if not LOSSES[architecture.loss].of_probabilities:
        numbers = ", ".join(map(_g, target[:3])) + (" ..." if len(target) > 3 else "")
        return (
            f"Y: all {n} samples have the same target, {numbers}: there is nothing to learn but "
            "that. Check Y"
        )
    labels, ones = architecture.preparation.labels, [j for j, y in enumerate(target) if y == 1.0]
    name = ""
    if len(target) == 1 and target[0] in (0.0, 1.0):
        ones = [int(target[0])]
    if len(ones) == 1:
        name = f", {labels[ones[0]] if labels else ones[0]}"
    return (
        f"Y: all {n} samples are of one class{name}: it can only learn to predict that. Give "
        "samples of every class; where they are sorted, validation_split takes the last ones away"
    )


def during(
    weights: EngineWeights,
    X: Any,
    Y: Any,
    n: int,
    learning_rate: float,
    sample_weights: Sequence[float] | None,
    losses: Sequence[float],
) -> str | None:
    """What is to be said after the epochs that had those losses, which are all of a training.

    Nothing where the loss shows that the network has learned: units may be stuck then, since they
    tell classes apart without a doubt, and a loss may rest.
    """
    stuck = weights.stuck(X, LOOKED)
    late = len(losses) >= EPOCHS
    still = late and not _moves(losses[:EPOCHS], STILL)
    unsure = late and n >= FEW and losses[-1] > 0.5 * losses[0]
    if stuck is None and not still and not unsure:
        return None
    architecture, looked = weights.architecture, min(n, LOOKED)
    order = [i * n // looked for i in range(looked)]
    Y = weights.engine.target_rows(Y, order)
    of_samples = [1.0 if sample_weights is None else sample_weights[s] for s in order]
    constant = loss_of_a_constant(architecture.loss, Y, of_samples)
    if stuck is not None and losses[-1] > LEARNED * constant:
        return stuck_units(architecture, stuck, looked, n, len(losses))
    least = NOTHING_LEARNED if still else FAR_ABOVE if _moves(losses[:EPOCHS], SLOW) else 1.0
    if (still or unsure) and losses[-1] > least * constant:
        return nothing_learned(architecture, losses, constant, learning_rate, Y)
    return None


def loss_of_a_constant(loss: str, Y: list[list[float]], weights: Sequence[float]) -> float:
    """The mean loss of the best that an output can be which is the same for all samples, or above.

    It is the mean of Y (n, n_out), weighted as the losses are by weights (n).
    """
    total, constant = 0.0, [0.0 for _ in Y[0]]
    for y, weight in zip(Y, weights):
        total = total + weight
        constant = [c + weight * y_j for c, y_j in zip(constant, y)]
    constant = [divide(c, total) for c in constant]
    L = LOSSES[loss].losses([constant for _ in Y], Y)
    return mean([weight * sample_loss for weight, sample_loss in zip(weights, L)])


def stuck_units(
    architecture: Architecture, stuck: Sequence[int], looked: int, n: int, epochs: int
) -> str:
    """The first layer of which at least three quarters of the units are dead or saturated."""
    widths = architecture.sizes[1:]
    layer = next(i for i, width in enumerate(widths) if 4 * stuck[i] >= 3 * width)
    name, samples = architecture.activations[layer], _samples(n, looked)
    what = (
        f"layer {layer + 1} ({name}, weights[{layer}]): after {counted(epochs, 'epoch')}, "
        f"{stuck[layer]} of {counted(widths[layer], 'unit')} "
        f"{'is' if stuck[layer] == 1 else 'are'}"
    )
    scaled = architecture.preparation.scales
    scale = "" if scaled else "scale the inputs (input_offset: means, input_scale: deviations), "
    state, remedy = f"saturated: {name} is flat there", "smaller first weights"
    if name == "relu":
        state, remedy = "dead: 0", "leaky_relu or elu"
    return (
        f"{what} {state} in {samples}, so that next to no gradient comes through. Inputs, steps or "
        f"first weights were too large: {scale}try a smaller learning_rate, or {remedy}"
    )


def nothing_learned(
    architecture: Architecture,
    losses: Sequence[float],
    constant: float,
    learning_rate: float,
    Y: list[list[float]],
) -> str:
    """A loss that hardly moved in the first epochs, or is far above that of a constant."""
    unscaled = None if LOSSES[architecture.loss].of_probabilities else _scale_of(Y)
    if unscaled:
        cause = f"{unscaled}: train on (y - mean) / deviation, and scale predictions back"
    elif losses[-1] > losses[0]:
        cause = "It grows, so steps are too large: try a smaller learning_rate"
    else:
        cause = (
            f"learning_rate {_g(learning_rate)} is too small, weight_decay is too large, or the "
            "inputs say nothing about the targets: leave learning_rate out"
        )
        if not architecture.preparation.scales:
            cause += ", or scale the inputs (input_offset, input_scale)"
    return (
        f"loss: {_g(losses[0])} in epoch 1 and {_g(losses[-1])} in epoch {len(losses)}; always "
        f"predicting the mean of Y would give {_g(constant)}. {cause}"
    )


def zero_weights() -> str:
    """First weights that are 0 behind a hidden layer."""
    return (
        "initialization: with 'zeros' all units of a hidden layer stay alike, whatever they are "
        "trained on: leave initialization out, or give weights of your own"
    )


def _scale_of(Y: list[list[float]]) -> str | None:
    """The scale of targets, if steps of usual size don't fit it: that of the first such output."""
    for j, column in enumerate(zip(*Y)):
        mean_y = mean(list(column))
        deviation = sqrt(mean([(y - mean_y) * (y - mean_y) for y in column]))
        if not isfinite(deviation):
            return None
        if abs(mean_y) > UNSCALED or deviation > UNSCALED or 0.0 < deviation < 1.0 / UNSCALED:
            name = "Y has" if len(Y[0]) == 1 else f"column {j} of Y has"
            return f"{name} mean {_g(mean_y)} and deviation {_g(deviation)}"
    return None


def _moves(losses: Sequence[float], share: float) -> bool:
    """Whether a loss is not the first one, to that share of it."""
    return any(abs(loss - losses[0]) > share * losses[0] for loss in losses)


def _samples(n: int, looked: int) -> str:
    """Those that were looked at, as a message says it."""
    return (
        f"all {n} samples"
        if looked == n
        else f"all of the {looked} evenly spaced samples looked at"
    )


def _g(number: float) -> str:
    """A number as a message shows it."""
    return f"{number + 0.0:g}"
