"""Writes tests/data/sklearn_metrics.json: what scikit-learn's metrics give.

Run as: python tests/generate/sklearn_metrics.py tests/data
"""

import sys
import warnings
from pathlib import Path

import sklearn
from fixed_numbers import numbers, write_json
from sklearn import metrics

SCORES = {
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
}
WORDS = ["B", "A", "été", "C"]


def drawn(start, n, classes):
    """n of these classes."""
    row = numbers(start, 1, n, 0.0, len(classes) - 0.001)[0]
    return [classes[int(x)] for x in row]


CLASSES = [
    # truth, prediction, classes or None, average over two
    (drawn(1, 40, [0, 1]), drawn(2, 40, [0, 1]), None, True),
    (drawn(3, 40, [0, 1]), drawn(4, 40, [0, 1]), [0, 1], True),
    (drawn(5, 40, [0, 1]), drawn(6, 40, [0, 1]), [1, 0], False),
    (drawn(7, 90, range(5)), drawn(8, 90, range(5)), None, False),
    (drawn(9, 90, range(5)), drawn(10, 90, range(5)), [4, 2, 0, 1, 3], False),
    (drawn(11, 30, [3, 7, -2]), drawn(12, 30, [3, 7, -2]), None, False),
    (drawn(13, 30, [0, 1, 2]), drawn(14, 30, [0, 1, 2]), [0, 1, 2, 3, 4], False),
    (drawn(15, 25, WORDS), drawn(16, 25, WORDS), None, False),
    (drawn(17, 25, WORDS), drawn(18, 25, WORDS), WORDS, False),
    ([0, 0, 0], [0, 0, 0], None, True),
    ([0, 0, 0], [1, 0, 1], None, True),
    ([1, 1, 1], [1, 1, 1], None, True),
    ([1], [0], None, True),
    ([4], [4], None, False),
    ([2, 2, 2], [0, 1, 0], None, False),
    ([0, 1, 2], [0, 0, 0], None, False),
    ([0, 0, 0], [0, 1, 2], None, False),
    (["no", "no"], ["yes", "no"], ["no", "yes"], False),
]


def of_classes(truth, predicted, classes, binary):
    """Accuracy, confusion matrix, and each score per class, averaged, and of class 1 of two."""
    case = {
        "Y": truth,
        "predicted": predicted,
        "classes": classes,
        "accuracy": metrics.accuracy_score(truth, predicted),
        "confusion_matrix": metrics.confusion_matrix(truth, predicted, labels=classes).tolist(),
    }
    for name, score in SCORES.items():
        case[name] = score(truth, predicted, labels=classes, average=None).tolist()
        for average in ("macro", "micro", "weighted"):
            case[f"{name} {average}"] = score(truth, predicted, labels=classes, average=average)
        if binary:
            case[f"{name} binary"] = score(truth, predicted, average="binary")
    return case


def of_outputs(start, n, n_classes):
    """Top-k accuracy for every k, of outputs that all differ."""
    rows = numbers(start, n, n_classes, -1.0, 1.0)
    assert all(len({*row}) == n_classes for row in rows)
    truth = drawn(start + 50, n, range(n_classes))
    labels = range(n_classes)
    return {
        "Y": truth,
        "outputs": rows,
        "top_k_accuracy": [
            metrics.top_k_accuracy_score(truth, rows, k=k, labels=labels)
            for k in range(1, n_classes + 1)
        ],
    }


NUMBERS = [
    (numbers(60, 20, 1, -2.0, 2.0), numbers(61, 20, 1, -2.0, 2.0)),
    (numbers(62, 20, 1, 90.0, 91.0), numbers(63, 20, 1, 90.0, 91.0)),
    (numbers(64, 15, 3, -2.0, 2.0), numbers(65, 15, 3, -2.0, 2.0)),
    (numbers(66, 2, 4, -2.0, 2.0), numbers(67, 2, 4, -2.0, 2.0)),
    ([[1.0], [1.0], [1.0]], [[2.0], [1.0], [1.0]]),
    ([[1.0], [1.0], [1.0]], [[1.0], [1.0], [1.0]]),
    ([[1.0, 2.0], [1.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]),
    ([[2.5, -1.0]], [[2.0, 1.0]]),
    ([[3.0], [4.0]], [[3.0], [4.0]]),
]


def of_numbers(truth, outputs):
    return {
        "Y": truth,
        "outputs": outputs,
        "r2": metrics.r2_score(truth, outputs),
        "mean_absolute_error": metrics.mean_absolute_error(truth, outputs),
    }


def main(folder):
    warnings.simplefilter("ignore")  # of quotients that are set to 0
    parts = {
        "classes": [of_classes(*case) for case in CLASSES],
        "outputs": [of_outputs(70, 40, 3), of_outputs(71, 60, 6), of_outputs(72, 20, 10)],
        "numbers": [of_numbers(*case) for case in NUMBERS],
    }
    write_json(folder / "sklearn_metrics.json", "scikit-learn", sklearn.__version__, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
