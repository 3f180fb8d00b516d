"""The letters article run backwards: from its printed results to weights it can have begun with.

The article prints the initial weights of a network, the accuracy after each of 100 epochs and the
trained weights. The initial weights are not those of that run: pixel (0, 0) is 0 in all three
letters, so training can't touch row 0 of w1, yet the row differs in the two printouts. The
accuracies and the trained weights do belong together, and from these two alone this program finds
initial weights that lead to both.

Training can be run backwards because one step hardly moves the weights. It computes

    w′ = w − alpha·g(w)

and, given w′, the weights before it are the w that satisfies

    w = w′ + alpha·g(w).

With a small alpha the right side changes less than w does: put any w in, and what comes out is
nearer to the solution. So begin at w′ and repeat until nothing changes. 100 epochs of three
letters are 300 such steps, from the last letter of the last epoch to the first of the first.

The printed trained weights are rounded to 8 decimals, and going back magnifies that: the weights
found this way give the accuracies to 2e-4, while the article prints them to 1e-14. The second
half of the program repairs it by the method of Gauss and Newton: take the derivatives of all
that is printed with respect to the initial weights, find the change that mends the residuals as
if they were linear, and repeat. A residual counts in units of what it can be trusted to: an
accuracy 1e-13, the rounding of two computations; a trained weight 3e-9, the standard deviation of
rounding to 8 decimals (1e-8 / √12). Without these units the accuracies would hardly count.

Of the 165 weights only 30 combinations matter. The gradient of w1 is xᵀ·d1, a multiple of a
letter's pixels in each column, and w1 acts only through x·w1. So in the 30 dimensions of the
pixels, w1 moves along the three letters and is seen along the three letters. With an orthonormal
basis of what they span, w1 is 3·5 numbers that count; w2 adds 5·3. In the other 27·5 = 135
directions the initial weights are the trained ones, and no accuracy can tell more: there the
residuals are 0 after rewinding and remain 0, and the other 30 can be corrected by themselves.

What is found is *a* start consistent with everything printed, not the only one. How far each of
the 30 directions is known, the program says at its end. The article's run is a kind one: of the
starts that purenn's generator draws from the seeds 0 to 11, trained and printed in the same way,
only those of 4 and 11 can be got back like this. Going back from the others magnifies the rounding
so much that the corrections lose the way.

    python -m purenn.articles.letters_rewind                    shows the recovery
    python -m purenn.articles.letters_rewind --write FOLDER     and writes its two data files

Only + − × ÷ and square roots are used, each sum in a fixed order: the bits are the same everywhere.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

from ..reference import (
    affine,
    gradient_descent,
    input_gradient,
    matched_gradient,
    mean,
    mean_squared_error,
    sigmoid_backward,
    sigmoid_forward,
    weight_gradient,
)
from ..shipped import dataset_tables, numbers
from .least_squares import (
    Matrix,
    Vector,
    dot,
    orthonormal,
    singular_values,
    solved,
    solved_transposed,
    triangular,
)
from .letters import NO_BIAS_1, NO_BIAS_2, RECIPE, weights, x, y

TRAINED_WEIGHTS = "letters_printed_trained_weights.csv"
ACCURACIES = "letters_accuracies.csv"
RECOVERED_WEIGHTS = "letters_recovered_initial_weights.csv"
DIRECTIONS = "letters_recovered_directions.csv"

ALPHA, EPOCHS = RECIPE.learning_rate, RECIPE.epochs
PIXELS, HIDDEN, OUTPUTS = RECIPE.sizes
ALL_WEIGHTS = PIXELS * HIDDEN + HIDDEN * OUTPUTS  # 165

ACCURACY_ERROR = 1e-13  # what a printed accuracy is trusted to
WEIGHT_ERROR = 3e-9  # what a printed weight is trusted to


class Weights(NamedTuple):
    """The weights of the network: w1 (30, 5) and w2 (5, 3)."""

    w1: Matrix
    w2: Matrix


# Forwards: the article's training
# --------------------------------


class Activity(NamedTuple):
    """What one letter makes of the network: a1 (1, 5) and a2 (1, 3); d1, d2 the errors."""

    a1: Matrix
    a2: Matrix
    d1: Matrix
    d2: Matrix


def activity(letter: int, w: Weights) -> Activity:
    """a1 = σ(x·w1), a2 = σ(a1·w2), d2 = a2 − y, d1 = d2·w2ᵀ · a1·(1 − a1)."""
    a1 = sigmoid_forward(affine(x[letter], w.w1, NO_BIAS_1))
    a2 = sigmoid_forward(affine(a1, w.w2, NO_BIAS_2))
    d2 = matched_gradient(a2, y[letter])
    d1 = sigmoid_backward(input_gradient(d2, w.w2), a1)
    return Activity(a1, a2, d1, d2)


def stepped(w: Weights, letter: int, at: Activity, alpha: float) -> Weights:
    """w1 − alpha·xᵀ·d1 and w2 − alpha·a1ᵀ·d2."""
    w1 = [list(row) for row in w.w1]
    w2 = [list(row) for row in w.w2]
    for row, w1_adj in zip(w1, weight_gradient(x[letter], at.d1)):
        gradient_descent(row, w1_adj, alpha)
    for row, w2_adj in zip(w2, weight_gradient(at.a1, at.d2)):
        gradient_descent(row, w2_adj, alpha)
    return Weights(w1, w2)


def step(w: Weights, letter: int) -> Weights:
    """w′ = w − alpha·g(w), the article's step on one letter."""
    return stepped(w, letter, activity(letter, w), ALPHA)


class Moment(NamedTuple):
    """One of the 300 moments of training, before its step: the letter, its activity, and w2."""

    letter: int
    at: Activity
    w2: Matrix


class Run(NamedTuple):
    """A whole training: acc (100), the trained weights, and the 300 moments on the way."""

    acc: Vector
    trained: Weights
    moments: list[Moment]


def train(w: Weights) -> Run:
    """acc = 100·(1 − mean loss of the three letters, each before its step), for every epoch."""
    acc = []
    moments = []
    for _ in range(EPOCHS):
        losses = []
        for letter in range(len(x)):
            at = activity(letter, w)
            losses.extend(mean_squared_error(at.a2, y[letter]))
            moments.append(Moment(letter, at, w.w2))
            w = stepped(w, letter, at, ALPHA)
        acc.append((1.0 - mean(losses)) * 100.0)
    return Run(acc, w, moments)


# Backwards
# ---------


def inverse_step(trained: Weights, letter: int) -> Weights:
    """The weights w from which `step` leads to the given w′: the fixed point of w′ + alpha·g(w).

    At the end the last bit of a weight may swing between two neighbours for ever, as in one of
    the article's 300 steps; then either will do. Raises ArithmeticError where 100 repetitions
    don't get there.
    """
    w, before = trained, None
    for _ in range(100):
        # A step of −alpha from w′, with the gradient taken at w.
        closer = stepped(trained, letter, activity(letter, w), -ALPHA)
        if closer in (w, before):
            return w
        w, before = closer, w
    raise ArithmeticError("inverse step: no fixed point in 100 repetitions")


def rewind(w: Weights) -> Weights:
    """The weights from which 100 epochs lead to w: 300 inverse steps, the last letter first."""
    for _ in range(EPOCHS):
        for letter in reversed(range(len(x))):
            w = inverse_step(w, letter)
    return w


# The thirty directions
# ---------------------

Q = orthonormal([pixels for (pixels,) in x])  # (3, 30), a vector a row
x_in_Q = [[[dot(q, pixels) for q in Q]] for (pixels,) in x]  # the letters in that basis, (1, 3)

UNKNOWNS = len(Q) * HIDDEN + HIDDEN * OUTPUTS  # 30


def coordinates(w: Weights) -> Vector:
    """The 30 numbers of w that count: Q·w1 (3, 5) row by row, then w2 (5, 3) row by row."""
    return flat(affine(Q, w.w1, NO_BIAS_1)) + flat(w.w2)


def unpacked(c: Vector) -> tuple[Matrix, Matrix]:
    """c1 (3, 5) and c2 (5, 3), of which `coordinates` makes its 30 numbers."""
    cut = len(Q) * HIDDEN
    c1 = [c[i : i + HIDDEN] for i in range(0, cut, HIDDEN)]
    c2 = [c[i : i + OUTPUTS] for i in range(cut, UNKNOWNS, OUTPUTS)]
    return c1, c2


def moved(w: Weights, change: Vector) -> Weights:
    """w1 + Qᵀ·c1 and w2 + c2, for a change of the 30 numbers."""
    c1, c2 = unpacked(change)
    columns_of_Q = [list(column) for column in zip(*Q)]
    return Weights(added(w.w1, affine(columns_of_Q, c1, NO_BIAS_1)), added(w.w2, c2))


def flat(W: Matrix) -> Vector:
    """The numbers of W row by row."""
    return [v for row in W for v in row]


def added(U: Matrix, V: Matrix) -> Matrix:
    """U + V."""
    return [[u + v for u, v in zip(*rows)] for rows in zip(U, V)]


# The derivatives of everything printed
# -------------------------------------


def tangent(moments: list[Moment], direction: Vector) -> Vector:
    """How fast all results change as the initial weights move in one direction.

    Forward-mode differentiation: training is gone through once more, and for each quantity v in
    it the chain rule gives v_dot, its derivative along the direction. σ′ = a·(1 − a) carries
    derivatives forwards as it carries errors backwards, so sigmoid_backward serves both.

    direction (30) → derivatives of the 100 accuracies, then of the 30 trained coordinates.
    """
    w1_dot, w2_dot = unpacked(direction)
    acc_dot = []
    loss_dot = 0.0
    for letter, (a1, a2, _, d2), w2 in moments:
        inputs = x_in_Q[letter]
        z1_dot = affine(inputs, w1_dot, NO_BIAS_1)
        a1_dot = sigmoid_backward(z1_dot, a1)
        z2_dot = added(affine(a1_dot, w2, NO_BIAS_2), affine(a1, w2_dot, NO_BIAS_2))
        a2_dot = sigmoid_backward(z2_dot, a2)
        d2_dot = a2_dot
        # d1 = e·a1·(1 − a1) with e = d2·w2ᵀ, and a1·(1 − a1) changes by (1 − 2·a1)·a1_dot.
        e = input_gradient(d2, w2)
        e_dot = added(input_gradient(d2_dot, w2), input_gradient(d2, w2_dot))
        slope_dot = [(1.0 - 2.0 * a) * a_dot for a, a_dot in zip(a1[0], a1_dot[0])]
        bend = [[e_i * s_dot for e_i, s_dot in zip(e[0], slope_dot)]]
        d1_dot = added(sigmoid_backward(e_dot, a1), bend)
        w1_adj_dot = weight_gradient(inputs, d1_dot)
        w2_adj_dot = added(weight_gradient(a1_dot, d2), weight_gradient(a1, d2_dot))
        for row, adj_dot in zip(w1_dot, w1_adj_dot):
            gradient_descent(row, adj_dot, ALPHA)
        for row, adj_dot in zip(w2_dot, w2_adj_dot):
            gradient_descent(row, adj_dot, ALPHA)
        loss_dot = loss_dot + 2.0 * dot(d2[0], a2_dot[0]) / OUTPUTS
        if letter == len(x) - 1:
            acc_dot.append(-100.0 * loss_dot / len(x))
            loss_dot = 0.0
    return acc_dot + flat(w1_dot) + flat(w2_dot)


def jacobian(run: Run) -> Matrix:
    """The tangents of the 30 directions: J[j][i] is result i by coordinate j, (30, 130).

    A list of its columns, as least_squares takes it.
    """
    units = [[float(i == j) for i in range(UNKNOWNS)] for j in range(UNKNOWNS)]
    return [tangent(run.moments, unit) for unit in units]


def weighted(results: Vector) -> Vector:
    """100 accuracies and 30 coordinates of weights, each in units of its error."""
    acc, trained = results[:EPOCHS], results[EPOCHS:]
    return [v / ACCURACY_ERROR for v in acc] + [v / WEIGHT_ERROR for v in trained]


# The recovery
# ------------


class Fit(NamedTuple):
    """How well a start leads to what is printed."""

    worst_accuracy: float  # the largest difference from a printed accuracy, in percentage points
    worst_weight: float  # the largest difference from a printed trained weight
    accuracies: int  # of 100, those within 1e-13
    weights: int  # of 165, those that round to the 8 printed decimals


class Direction(NamedTuple):
    """A direction of the initial weights, and how well it is known."""

    singular_value: float  # how far the accuracies move along it, by unit of the move
    deviation: float  # the standard deviation of the recovered start along it


class Recovery(NamedTuple):
    """The initial weights, the fit after rewinding and after each correction, the directions."""

    initial: Weights
    fits: list[Fit]
    directions: list[Direction]


def recover(progress: Callable[[int, Fit], None] = lambda corrections, fit: None) -> Recovery:
    """Initial weights that lead to all printed accuracies and trained weights.

    `progress` is called with the number of corrections so far and the fit they led to. Raises
    ArithmeticError where ten corrections do not lead to everything printed.
    """
    printed_acc, printed = printed_results()
    target = printed_acc + coordinates(printed)
    w = rewind(printed)
    fits = []
    for corrections in range(11):
        run = train(w)
        fit = fit_of(run, printed_acc, printed)
        fits.append(fit)
        progress(corrections, fit)
        J = jacobian(run)
        if fit.accuracies == EPOCHS and fit.weights == ALL_WEIGHTS:
            return Recovery(w, fits, directions_of(J))
        found = run.acc + coordinates(run.trained)
        residuals = [t - f for t, f in zip(target, found)]
        R, b = triangular([weighted(column) for column in J], weighted(residuals))
        w = moved(w, solved(R, b))
    raise ArithmeticError("no initial weights found that lead to everything printed")


def printed_results() -> tuple[Vector, Weights]:
    """The article's 100 accuracies and its trained weights."""
    (epochs_and_accuracies,) = dataset_tables(ACCURACIES)
    acc = [accuracy for _, accuracy in numbers(epochs_and_accuracies)]
    return acc, Weights(*weights(TRAINED_WEIGHTS))


def fit_of(run: Run, printed_acc: Vector, printed: Weights) -> Fit:
    """The run beside what the article prints."""
    misses = [abs(found - acc) for found, acc in zip(run.acc, printed_acc)]
    pairs = list(zip(flat(run.trained.w1 + run.trained.w2), flat(printed.w1 + printed.w2)))
    return Fit(
        worst_accuracy=max(misses),
        worst_weight=max(abs(found - w) for found, w in pairs),
        accuracies=len([miss for miss in misses if miss <= ACCURACY_ERROR]),
        weights=len([w for found, w in pairs if f"{found:.8f}" == f"{w:.8f}"]),
    )


def directions_of(J: Matrix) -> list[Direction]:
    """The directions by how far the accuracies move along them, most first, and their deviations.

    With all rows of J in units of their errors, the covariance of the solution is (JᵀJ)⁻¹ =
    R⁻¹·R⁻ᵀ, and its standard deviation along a unit vector v is the length of R⁻ᵀ·v.
    """
    values, vectors = singular_values([column[:EPOCHS] for column in J])
    R, _ = triangular([weighted(column) for column in J], [0.0] * len(J[0]))
    lengths = []
    for v in vectors:
        u = solved_transposed(R, v)
        lengths.append(sqrt(dot(u, u)))
    return [Direction(*row) for row in zip(values, lengths)]


# What it writes and prints
# -------------------------

WEIGHTS_REMARKS = """\
# Initial weights recovered for the letters article: w1 (30, 5), then w2 (5, 3).
# Made by `python -m purenn.articles.letters_rewind --write datasets` from
# letters_printed_trained_weights.csv and letters_accuracies.csv, and from nothing else.
# Training from here gives all that these two hold; it is a start consistent with everything
# printed, not the only one: see letters_recovered_directions.csv.
"""

DIRECTIONS_REMARKS = """\
# How far the recovered initial weights of the letters article are known in each direction that
# the training can tell: direction, singular value of the accuracies, standard deviation.
# Made by `python -m purenn.articles.letters_rewind --write datasets` from
# letters_printed_trained_weights.csv and letters_accuracies.csv. Rounding errors of up to 1e-13
# remain in the derivatives and so in the singular values: of the last ones only the leading
# digits count.
"""

MEANING = """\
Each direction is a unit vector of the 30 coordinates. A start moved by t along it has accuracies
that differ by t times its singular value (the root of the summed squares). The deviation says how
far the start is known along it, if the accuracies are good to 1e-13 and the trained weights to
3e-9. Down to about the 20th the accuracies decide, and it is 1e-13 / singular value; from the 25th
on the trained weights do, and it is what rounding them to 8 decimals left open. In the other 135
directions the start equals the trained weights, known to 3e-9 as well. The article's own start is
to be expected within a few deviations of this one: this is a start consistent with everything
printed, not the only one."""


def table(rows: Matrix) -> str:
    """The rows as lines of CSV, each number with the digits that give it back exactly."""
    return "".join(",".join(map(repr, row)) + "\n" for row in rows)


def data_files(recovery: Recovery) -> dict[str, str]:
    """The names and texts of the two data files."""
    w1, w2 = recovery.initial
    numbered = [[i + 1, *direction] for i, direction in enumerate(recovery.directions)]
    return {
        RECOVERED_WEIGHTS: WEIGHTS_REMARKS + table(w1) + "\n" + table(w2),
        DIRECTIONS: DIRECTIONS_REMARKS + table(numbered),
    }


def print_fit(corrections: int, fit: Fit) -> None:
    """One line of the table of fits."""
    start = f"correction {corrections}" if corrections else "rewound"
    print(
        f"{start:12} {fit.worst_accuracy:14.2e} {fit.accuracies:7d} of {EPOCHS}"
        f" {fit.worst_weight:12.2e} {fit.weights:7d} of {ALL_WEIGHTS}",
        flush=True,
    )


def main(arguments: list[str] | None = None) -> None:
    """Shows the recovery, and writes its data files where asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m purenn.articles.letters_rewind",
        description="Recovers initial weights of the letters article from its printed results.",
    )
    parser.add_argument("--write", metavar="FOLDER", help="write the two data files there")
    folder = parser.parse_args(arguments).write

    print("Training backwards from the printed trained weights, then correcting the start:\n")
    print("start        worst accuracy  within 1e-13 worst weight  to 8 decimals")
    recovery = recover(print_fit)
    print("\ndirection   singular value   deviation")
    for i, (singular_value, deviation) in enumerate(recovery.directions):
        print(f"{i + 1:9d} {singular_value:16.2e} {deviation:11.1e}")
    print("\n" + MEANING)
    if folder is not None:
        try:
            for name, text in data_files(recovery).items():
                path = os.path.join(folder, name)
                with open(path, "w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                print(f"wrote {path}")
        except OSError as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
