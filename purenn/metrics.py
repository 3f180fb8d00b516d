"""Metrics: how well what was predicted fits the truth. They know no network.

The truth Y comes first, then what was predicted, as in scikit-learn. Both are lists or buffers.

Classes are whole numbers or strings, one for each sample; or rows, one for each sample, in which
the place of the largest number is the class, the first among equals. A column of predictions holds
probabilities: above 0.5 is class 1, else 0. Numbers are rows, or one for each sample.

Counts are exact, sums go over the samples in their order, and a quotient whose denominator is 0 is
0: scikit-learn warns as well. As there, ValueError or TypeError is raised where there are no
samples, where the truth has another shape than the predictions or other kinds of classes, and where
a number is not finite.
"""

from __future__ import annotations

from math import isfinite, nan

from . import door
from .annotations import Any, Callable
from .checks import check_choice, check_count, counted, shown
from .classes import check_classes, check_known, check_range, flat_items
from .reference import mean

AVERAGES = ("binary", "macro", "micro", "weighted")


def accuracy(Y: Any, outputs: Any) -> float:
    """The share of the samples whose class was predicted.

    Y and outputs are classes (n), or rows (n, n_classes). scikit-learn: accuracy_score.
    """
    truth, predicted = _classes_of_both(Y, "outputs", outputs)
    right = 0
    for t, p in zip(truth, predicted):
        if t == p:
            right += 1
    return right / len(truth)


def top_k_accuracy(Y: Any, outputs: Any, k: int) -> float:
    """The share of the samples whose class is among those of the k largest outputs.

    Y are class numbers (n) or rows, outputs rows (n, n_classes), k is 1 … n_classes. The first of
    equal outputs is taken for the largest, as `accuracy` does. scikit-learn: top_k_accuracy_score,
    which takes the last one, and larger k.
    """
    rows = _rows("outputs", outputs)
    n_classes = len(rows[0])
    if n_classes == 1:
        raise ValueError("outputs: expected rows of 2 numbers or more, got 1")
    truth, _ = _classes_of_both(Y, "outputs", outputs)
    k = check_count("k", k, 1, n_classes)
    right = 0
    for t, row in zip(truth, rows):
        larger = 0
        for j, a in enumerate(row):
            if a > row[t] or (a == row[t] and j < t):
                larger += 1
        if larger < k:
            right += 1
    return right / len(rows)


def confusion_matrix(Y: Any, predicted: Any, classes: Any = None) -> list[list[int]]:
    """M[i][j]: how many samples of class i were predicted as class j.

    Y and predicted are classes (n), or rows (n, n_classes). `classes` lists the classes in the
    order of M: without it they are those that occur, sorted. scikit-learn: confusion_matrix, which
    leaves out samples of classes that are not listed, where this raises ValueError.
    """
    return _confusion(Y, predicted, classes)[0]


def precision(Y: Any, predicted: Any, average: str | None = None, classes: Any = None) -> Any:
    """tp / (tp + fp): of the samples that were predicted as a class, the share that is of it.

    Y, predicted and classes are those of `confusion_matrix`, tp the samples that are of a class and
    predicted as it, fp those that are predicted only, fn those that are of it only. The result is a
    list with a number for each class; or with `average` one number:

    - "macro": the mean over the classes;
    - "weighted": the mean over the classes, each weighted with its samples in Y;
    - "micro": the formula with the sums of tp, fp and fn over the classes;
    - "binary": that of class 1, where there are 0 and 1; or of the second of two `classes`.

    scikit-learn: precision_score, whose average is "binary" unless another one is given.
    """
    return _score(lambda tp, fp, fn: _share(tp, tp + fp), Y, predicted, average, classes)


def recall(Y: Any, predicted: Any, average: str | None = None, classes: Any = None) -> Any:
    """tp / (tp + fn): of the samples of a class, the share that was predicted as it.

    Arguments and result are those of `precision`. scikit-learn: recall_score.
    """
    return _score(lambda tp, fp, fn: _share(tp, tp + fn), Y, predicted, average, classes)


def f1(Y: Any, predicted: Any, average: str | None = None, classes: Any = None) -> Any:
    """2·tp / (2·tp + fp + fn): the harmonic mean of precision and recall.

    Arguments and result are those of `precision`. scikit-learn: f1_score.
    """
    return _score(
        lambda tp, fp, fn: _share(2 * tp, 2 * tp + fp + fn), Y, predicted, average, classes
    )


def r2(Y: Any, outputs: Any) -> float:
    """1 − Σ (Y − A)² / Σ (Y − mean of Y)² over the samples, its mean over the outputs.

    Y and outputs A are numbers (n) or (n, n_out). Of an output whose truth is constant it is 1
    where each prediction is exact, else 0; of a single sample it is NaN. scikit-learn: r2_score,
    which takes a constant truth for one that isn't where its mean is rounded.
    """
    truth, found = _numbers_of_both(Y, outputs)
    return mean([_r2_of_output(y, a) for y, a in zip(zip(*truth), zip(*found))])


def mean_absolute_error(Y: Any, outputs: Any) -> float:
    """Σ |Y − A| / (n·n_out), over the outputs of each sample, then over the samples.

    Y and outputs A are numbers (n) or (n, n_out). scikit-learn: mean_absolute_error.
    """
    truth, found = _numbers_of_both(Y, outputs)
    return mean([abs(y - a) for rows in zip(truth, found) for y, a in zip(*rows)])


def _r2_of_output(Y: tuple[float, ...], A: tuple[float, ...]) -> float:
    if len(Y) == 1:
        return nan
    middle = mean([*Y])
    residual = spread = 0.0
    for y, a in zip(Y, A):
        residual = residual + (y - a) * (y - a)
        spread = spread + (y - middle) * (y - middle)
    if spread == 0.0 or min(Y) == max(Y):
        return 1.0 if residual == 0.0 else 0.0
    return 1.0 - residual / spread


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _score(
    score: Callable[[int, int, int], float], Y: Any, predicted: Any, average: Any, classes: Any
) -> Any:
    """The score of tp, fp and fn, for each class or averaged."""
    if average is not None:
        check_choice("average", AVERAGES, average)
    if average == "binary" and classes is None:
        classes = (0, 1)
    M, names = _confusion(Y, predicted, classes)
    if average == "binary" and len(names) != 2:
        raise ValueError(f"classes: expected two for the binary average, got {len(names)}")
    # Of class i: M[i][i], and what else stands in its column and in its row.
    counts = [
        (row[i], sum(other[i] for other in M) - row[i], sum(row) - row[i])
        for i, row in enumerate(M)
    ]
    scores = [score(*of_class) for of_class in counts]
    if average is None:
        return scores
    if average == "binary":
        return scores[1]
    if average == "micro":
        return score(*map(sum, zip(*counts)))
    if average == "macro":
        return mean(scores)
    total, n = 0.0, 0
    for of_class, row in zip(scores, M):
        total = total + of_class * sum(row)
        n += sum(row)
    return total / n


def _confusion(Y: Any, predicted: Any, classes: Any) -> tuple[list[list[int]], list]:
    """The confusion matrix, and the classes in its order."""
    truth, found = _classes_of_both(Y, "predicted", predicted)
    if classes is None:
        names: list = sorted({*truth, *found})
        places = {name: i for i, name in enumerate(names)}
    else:
        names = _listed(classes)
        places = {name: i for i, name in enumerate(names)}
        check_known("Y", truth, places, "the classes")
        check_known("predicted", found, places, "the classes")
    M = [[0] * len(names) for _ in names]
    for t, p in zip(truth, found):
        M[places[t]][places[p]] += 1
    return M, names


def _listed(classes: Any) -> list:
    """The classes that a user lists, each once."""
    listed = flat_items("classes", classes)
    if listed is None:
        raise TypeError(f"classes: expected a list of classes, got {shown(classes)}")
    names: list = check_classes("classes", listed)
    if len({*names}) < len(names):
        raise ValueError(f"classes: expected each class once, got {shown(names)}")
    return names


def _classes_of_both(Y: Any, name: str, predicted: Any) -> tuple[list, list]:
    """A class for each sample, as it is and as it was predicted."""
    truth, n_true = _classes("Y", Y, check_classes)
    found, n_found = _classes(name, predicted, _more_likely)
    if len(found) != len(truth):
        samples = counted(len(truth), "sample")
        raise ValueError(f"{name}: expected {samples}, as many as Y has, got {len(found)}")
    if type(found[0]) is not type(truth[0]):
        what = "a string" if isinstance(truth[0], str) else "a whole number"
        raise TypeError(f"{name}: expected {what} for each sample, as in Y, got {shown(found[0])}")
    if n_true and n_found and n_true != n_found:
        raise ValueError(f"{name}: expected {n_true} classes, as many as Y has, got {n_found}")
    if n_true or n_found:
        check_range("Y", truth, n_true or n_found)
        check_range(name, found, n_true or n_found)
    return truth, found


def _classes(name: str, values: Any, of_column: Callable[[str, list], Any]) -> tuple[list, int]:
    """A class for each sample, and how many classes there are: 0 where nothing says so."""
    found = flat_items(name, values)
    if found is not None:
        return check_classes(name, found), 0
    rows = _rows(name, values)
    n_classes = len(rows[0])
    if n_classes > 1:
        return [row.index(max(row)) for row in rows], n_classes
    return of_column(name, [number for (number,) in rows]), 0


def _more_likely(name: str, probabilities: list[float]) -> list[int]:
    """1 for each probability above 0.5, else 0."""
    for s, probability in enumerate(probabilities):
        if not 0.0 <= probability <= 1.0:
            raise ValueError(
                f"{name}[{s}][0]: expected a probability from 0 to 1, got {probability}"
            )
    return [int(probability > 0.5) for probability in probabilities]


def _numbers_of_both(Y: Any, outputs: Any) -> tuple[list[list[float]], list[list[float]]]:
    """Rows of as many numbers, as they are and as they were predicted."""
    truth, found = _numbers("Y", Y), _numbers("outputs", outputs)
    shapes = [(len(rows), len(rows[0])) for rows in (truth, found)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"outputs: expected shape {shapes[0]}, as Y has, got {shapes[1]}")
    return truth, found


def _numbers(name: str, values: Any) -> list[list[float]]:
    """The values in rows, which may be of one number and no rows."""
    if flat_items(name, values) is None:
        return _rows(name, values)
    return _finite(name, door.column(name, values))


def _rows(name: str, values: Any) -> list[list[float]]:
    return _finite(name, door.matrix(name, values))


def _finite(name: str, block: door.Block) -> list[list[float]]:
    """The rows of a block, which must hold finite numbers."""
    numbers: Any = block.numbers.tolist()
    n_rows, n_columns = block.shape
    if not n_rows or not n_columns:
        what = "number in a row" if n_rows else "sample"
        raise ValueError(f"{name}: expected at least one {what}, got none")
    rows = [numbers[start : start + n_columns] for start in range(0, len(numbers), n_columns)]
    if not isfinite(sum(numbers)):  # at a glance
        for s, row in enumerate(rows):
            if not all(map(isfinite, row)):
                raise door.not_finite(name, block, s)
    return rows
