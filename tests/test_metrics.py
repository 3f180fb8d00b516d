"""Metrics: scikit-learn's values, exact fractions, and what is refused."""

import json
from array import array
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from test_network import refused

import purenn
from purenn import metrics

DATA = Path(__file__).parent / "data" / "sklearn_metrics.json"
SKLEARN = json.loads(DATA.read_text(encoding="utf-8"))
SCORES = ("precision", "recall", "f1")
NAN, INF = float("nan"), float("inf")


def test_the_room_is_part_of_the_package():
    assert purenn.metrics is metrics and "metrics" in purenn.__all__


# Values of scikit-learn


@pytest.mark.parametrize("case", SKLEARN["classes"], ids=lambda case: f"{case['Y'][:4]}")
def test_classes_as_scikit_learn(case):
    """What is one quotient of counts is equal; means may round otherwise."""
    Y, predicted, classes = case["Y"], case["predicted"], case["classes"]
    assert metrics.accuracy(Y, predicted) == case["accuracy"]
    assert metrics.confusion_matrix(Y, predicted, classes) == case["confusion_matrix"]
    for name in SCORES:
        score = getattr(metrics, name)
        assert score(Y, predicted, classes=classes) == case[name]
        assert score(Y, predicted, "micro", classes) == case[f"{name} micro"]
        for average in ("macro", "weighted"):
            expected = pytest.approx(case[f"{name} {average}"], rel=1e-15, abs=0.0)
            assert score(Y, predicted, average, classes) == expected
        if f"{name} binary" in case:
            assert score(Y, predicted, "binary") == case[f"{name} binary"]


@pytest.mark.parametrize("case", SKLEARN["outputs"], ids=lambda case: f"{len(case['outputs'][0])}")
def test_top_k_as_scikit_learn(case):
    for k, expected in enumerate(case["top_k_accuracy"], 1):
        assert metrics.top_k_accuracy(case["Y"], case["outputs"], k) == expected
    assert metrics.accuracy(case["Y"], case["outputs"]) == case["top_k_accuracy"][0]


@pytest.mark.parametrize("case", SKLEARN["numbers"], ids=lambda case: f"{case['Y'][:1]}")
def test_numbers_as_scikit_learn(case):
    Y, outputs = case["Y"], case["outputs"]
    for name in ("r2", "mean_absolute_error"):
        expected = pytest.approx(case[name], rel=1e-14, nan_ok=True)
        assert getattr(metrics, name)(Y, outputs) == expected
        if len(Y[0]) == 1:  # as numbers alone, too
            flat = [y for (y,) in Y], array("d", [a for (a,) in outputs])
            assert getattr(metrics, name)(*flat) == expected


# Exact values, by their definitions


def test_classes_by_their_definitions():
    """Of any classes, with counts that are counted otherwise."""
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    pairs = st.one_of(
        st.lists(st.tuples(st.integers(-3, 4), st.integers(-3, 4)), min_size=1),
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1),
    )

    @hypothesis.given(pairs)
    def check(pairs):
        Y, predicted = map(list, zip(*pairs))
        counts = Counter(pairs)
        names = sorted({*Y, *predicted})
        assert metrics.confusion_matrix(Y, predicted) == [
            [counts[t, p] for p in names] for t in names
        ]
        right = [sum(t == p == name for t, p in pairs) for name in names]
        assert metrics.accuracy(Y, predicted) == sum(right) / len(pairs)
        parts = {
            "precision": [(r, predicted.count(name)) for r, name in zip(right, names)],
            "recall": [(r, Y.count(name)) for r, name in zip(right, names)],
            "f1": [(2 * r, Y.count(x) + predicted.count(x)) for r, x in zip(right, names)],
        }
        for name, quotients in parts.items():
            exact = [Fraction(a, b) if b else Fraction(0) for a, b in quotients]
            score = getattr(metrics, name)
            assert score(Y, predicted) == [*map(float, exact)]
            macro = float(sum(exact) / len(exact))
            weighted = float(sum(e * Y.count(x) for e, x in zip(exact, names)) / len(Y))
            assert score(Y, predicted, "macro") == pytest.approx(macro, rel=1e-14)
            assert score(Y, predicted, "weighted") == pytest.approx(weighted, rel=1e-14)
            assert score(Y, predicted, "micro") == sum(right) / len(pairs)

    check()


def test_top_k_by_its_definition():
    """Also among equals, of which the first are the larger ones."""
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies

    @hypothesis.given(st.data(), st.integers(2, 5))
    def check(data, n_classes):
        row = st.lists(
            st.sampled_from([-1.0, -0.0, 0.0, 5e-324, 2.0]),
            min_size=n_classes,
            max_size=n_classes,
        )
        rows = data.draw(st.lists(row, min_size=1, max_size=6))
        classes = st.integers(0, n_classes - 1)
        Y = data.draw(st.lists(classes, min_size=len(rows), max_size=len(rows)))
        for k in range(1, n_classes + 1):
            best = [sorted(range(n_classes), key=lambda j: -row[j])[:k] for row in rows]
            expected = sum(t in some for t, some in zip(Y, best)) / len(Y)
            assert metrics.top_k_accuracy(Y, rows, k) == expected
        assert metrics.accuracy(Y, rows) == metrics.top_k_accuracy(Y, rows, 1)

    check()


def test_numbers_by_their_definitions():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    number = st.integers(-1000, 1000).map(lambda n: n / 8)

    @hypothesis.given(st.integers(1, 3), st.data())
    def check(n_out, data):
        row = st.lists(st.tuples(number, number), min_size=n_out, max_size=n_out)
        samples = data.draw(st.lists(row, min_size=2, max_size=8))
        Y, outputs = ([[pair[i] for pair in row] for row in samples] for i in (0, 1))
        scores = []
        for j in range(n_out):
            y = [Fraction(row[j]) for row in Y]
            a = [Fraction(row[j]) for row in outputs]
            residual = sum((p - q) ** 2 for p, q in zip(y, a))
            spread = sum((p - sum(y) / len(y)) ** 2 for p in y)
            scores.append(1 - residual / spread if spread else Fraction(residual == 0))
        size = 1 + max(abs(score) for score in scores)  # 1 − residual / spread may cancel
        expected = float(sum(scores) / n_out)
        assert metrics.r2(Y, outputs) == pytest.approx(expected, abs=1e-12 * float(size))
        errors = [abs(Fraction(y) - Fraction(a)) for row in samples for y, a in row]
        expected = float(sum(errors) / len(errors))
        assert metrics.mean_absolute_error(Y, outputs) == pytest.approx(expected, rel=1e-14)

    check()


def test_sums_go_over_the_samples_in_their_order():
    """2⁵³ + 1 is 2⁵³: what follows it is lost, and what stands before it counts."""
    large = 2.0**53
    assert metrics.mean_absolute_error([0.0, 0.0, 0.0], [large, 1.0, 1.0]) == large / 3
    assert metrics.mean_absolute_error([0.0, 0.0, 0.0], [1.0, 1.0, large]) == (large + 2.0) / 3
    assert metrics.mean_absolute_error([[0.0, 0.0]] * 2, [[1.0, large], [1.0, 0.0]]) == large / 4


def test_a_constant_truth_is_one_also_where_its_mean_is_rounded():
    assert (0.1 + 0.1 + 0.1) / 3 != 0.1
    assert metrics.r2([0.1] * 3, [0.1] * 3) == 1.0
    assert metrics.r2([0.1] * 3, [0.1, 0.1, 0.2]) == 0.0


def test_a_spread_that_is_too_small_for_a_float64():
    assert metrics.r2([0.0, 1e-200], [0.0, 1e-200]) == 1.0
    assert metrics.r2([0.0, 1e-200], [0.0, 1.0]) == 0.0


def test_errors_too_large_for_a_float64():
    assert metrics.mean_absolute_error([1e308], [-1e308]) == INF
    assert metrics.r2([1e200, 0.0], [-1e200, 0.0]) != metrics.r2([1e200, 0.0], [-1e200, 0.0])  # NaN


# What is taken


FORMS = {
    "tuples": tuple,
    "floats": lambda classes: [*map(float, classes)],
    "fractions": lambda classes: [*map(Fraction, classes)],
    "array q": lambda classes: array("q", classes),
    "array B": lambda classes: array("B", classes),
    "array f": lambda classes: array("f", classes),
    "bytes": lambda classes: memoryview(bytes(classes)),
    "columns": lambda classes: [[c] for c in classes],
    "one-hot": lambda classes: [[float(c == j) for j in range(3)] for c in classes],
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_classes(form):
    Y, outputs = [0, 2, 1, 2], [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.9, 0.1, 0.0], [1.0, 0.0, 0.0]]
    make = FORMS[form]
    assert metrics.accuracy(make(Y), outputs) == 0.5
    assert metrics.top_k_accuracy(make(Y), outputs, 2) == 0.75
    assert metrics.confusion_matrix(make(Y), outputs) == [[1, 0, 0], [1, 0, 0], [1, 0, 1]]
    if form != "columns":  # of predictions, which are probabilities
        assert metrics.recall(Y, make([0, 2, 1, 0])) == [1.0, 1.0, 0.5]


@pytest.mark.parametrize("dtype", ["u1", "i2", ">i4", "i8", "f4", "f8", "f2", ">f8", object])
def test_forms_of_classes_in_numpy(dtype):
    np = pytest.importorskip("numpy")
    Y = np.array([0, 2, 1, 2], dtype)
    assert metrics.accuracy(Y, [0, 2, 1, 1]) == 0.75
    assert metrics.accuracy([0, 2, 1, 1], [*Y]) == 0.75
    assert metrics.confusion_matrix(Y, Y) == [[1, 0, 0], [0, 1, 0], [0, 0, 2]]
    assert metrics.accuracy(np.array(["a", "b"]), np.array(["a", "c"], object)) == 0.5
    rows = np.eye(3)[[0, 2, 1, 0]]
    assert metrics.accuracy(Y, rows) == metrics.accuracy(Y, np.asfortranarray(rows)) == 0.75


def test_probabilities_of_two_classes():
    """Above 0.5 is class 1, as `Network.classify` has it."""
    assert metrics.accuracy([0, 1, 0, 1], [[0.5], [0.6], [0.7], [1.0]]) == 0.75
    assert metrics.precision([0, 1, 0, 1], [[0.5], [0.6], [0.7], [1.0]], "binary") == 2 / 3


def test_large_classes_are_not_rounded():
    assert metrics.accuracy([2**60], [2**60 + 1]) == 0.0
    assert metrics.accuracy(array("q", [2**60]), array("q", [2**60 + 1])) == 0.0


def test_two_classes_that_are_named():
    Y, predicted = ["spam", "ham", "ham"], ["spam", "spam", "ham"]
    assert metrics.precision(Y, predicted, "binary", ["ham", "spam"]) == 0.5
    assert metrics.precision(Y, predicted, "binary", ["spam", "ham"]) == 1.0
    assert metrics.recall([1, 0, 0], [1, 1, 0], "binary", (1, 0)) == 0.5


def test_results_are_floats_and_lists():
    for name in SCORES:
        score = getattr(metrics, name)
        assert [type(x) for x in score([0, 1], [0, 1])] == [float, float]
        for average in metrics.AVERAGES:
            assert type(score([0, 1], [1, 0], average)) is float
    assert type(metrics.accuracy([1], [1])) is type(metrics.r2([1, 2], [1, 2])) is float


# What is refused


WRONG = {
    "no samples": (lambda: metrics.accuracy([], []), "Y", "at least one sample, got none"),
    "no predictions": (lambda: metrics.accuracy([1], []), "outputs", "at least one sample"),
    "no numbers": (lambda: metrics.r2([], []), "Y", "at least one sample, got none"),
    "rows of nothing": (lambda: metrics.accuracy([[]], [[]]), "Y", "at least one number"),
    "too few": (lambda: metrics.accuracy([1, 2], [1]), "outputs", "2 samples", "got 1"),
    "too many": (lambda: metrics.recall([1], [1, 2]), "predicted", "1 sample,", "got 2"),
    "too few rows": (lambda: metrics.r2([1, 2], [1]), "outputs", "shape (2, 1)", "got (1, 1)"),
    "wide rows": (lambda: metrics.r2([[1], [2]], [[1, 2]] * 2), "outputs", "shape (2, 1)"),
    "no whole number": (lambda: metrics.accuracy([1, 1.5], [1, 1]), "Y[1]", "whole", "got 1.5"),
    "probabilities": (lambda: metrics.accuracy([1], [0.7]), "outputs[0]", "whole", "got 0.7"),
    "a bool": (lambda: metrics.accuracy([1, True], [1, 1]), "Y[1]", "whole number", "True"),
    "None": (lambda: metrics.accuracy(None, [1]), "Y", "NoneType"),
    "a None": (lambda: metrics.accuracy([1, None], [1, 1]), "Y[1]", "None"),
    "text": (lambda: metrics.accuracy("ab", "ab"), "Y", "str"),
    "a number": (lambda: metrics.accuracy(1, 1), "Y", "int"),
    "strings and numbers": (lambda: metrics.accuracy(["a"], [1]), "outputs", "a string", "got 1"),
    "numbers and strings": (lambda: metrics.f1([1], ["a"]), "predicted", "whole number", "'a'"),
    "strings and rows": (lambda: metrics.f1(["a"], [[0, 1]]), "predicted", "a string"),
    "a mixture": (lambda: metrics.accuracy(["a", 1], ["a", "b"]), "Y[1]", "string", "got 1"),
    "a mixture of numbers": (lambda: metrics.accuracy([1, "a"], [1, 1]), "Y[1]", "'a'"),
    "a row among classes": (lambda: metrics.accuracy([1, [0, 1]], [1, 1]), "Y[1]", "[0, 1]"),
    "a class among rows": (lambda: metrics.accuracy([[0, 1], 1], [1, 1]), "Y[1]", "got 1"),
    "NaN": (lambda: metrics.accuracy([1], [[0.5, NAN]]), "outputs[0][1]", "finite", "nan"),
    "a class NaN": (lambda: metrics.accuracy([NAN], [1]), "Y[0]", "whole number", "nan"),
    "a class inf": (lambda: metrics.accuracy([1], [INF]), "outputs[0]", "whole number", "inf"),
    "inf": (lambda: metrics.r2([1, 2], [1, INF]), "outputs[1][0]", "finite", "inf"),
    "NaN in Y": (lambda: metrics.mean_absolute_error([[1, NAN]], [[1, 2]]), "Y[0][1]", "nan"),
    "no probability": (lambda: metrics.accuracy([1], [[3]]), "outputs[0][0]", "0 to 1", "got 3"),
    "a class too large": (lambda: metrics.accuracy([2], [[0, 1]]), "Y[0]", "from 0 to 1", "got 2"),
    "a class too small": (lambda: metrics.accuracy([[0, 1]], [-1]), "outputs[0]", "got -1"),
    "other widths": (lambda: metrics.accuracy([[0, 1]], [[0, 1, 0]]), "outputs", "2", "got 3"),
    "k too small": (lambda: metrics.top_k_accuracy([1], [[0, 1]], 0), "k", "1 to 2", "got 0"),
    "k too large": (lambda: metrics.top_k_accuracy([1], [[0, 1]], 3), "k", "1 to 2", "got 3"),
    "k a float": (lambda: metrics.top_k_accuracy([1], [[0, 1]], 1.0), "k", "whole number"),
    "classes for outputs": (lambda: metrics.top_k_accuracy([0, 1], [0, 1], 1), "outputs[0]", "row"),
    "one output": (lambda: metrics.top_k_accuracy([0], [[0.3]], 1), "outputs", "2 numbers", "1"),
    "labels of outputs": (lambda: metrics.top_k_accuracy(["a"], [[0, 1]], 1), "outputs", "string"),
    "strings for numbers": (lambda: metrics.r2(["a"], [1]), "Y[0]", "'a'"),
    "no such average": (lambda: metrics.f1([1], [1], "mean"), "average", "binary, macro", "'mean'"),
    "three for binary": (lambda: metrics.f1([0, 2], [0, 1], "binary"), "Y[1]", "[0, 1]", "got 2"),
    "three classes": (lambda: metrics.f1([0], [0], "binary", [0, 1, 2]), "classes", "two", "3"),
    "strings for binary": (lambda: metrics.f1(["a"], ["b"], "binary"), "Y[0]", "[0, 1]", "'a'"),
    "not listed": (lambda: metrics.confusion_matrix([0], [3], [0, 1]), "predicted[0]", "got 3"),
    "twice": (lambda: metrics.confusion_matrix([0], [0], [0, 1, 0]), "classes", "once"),
    "no classes": (lambda: metrics.confusion_matrix([0], [0], []), "classes", "a list"),
    "a set": (lambda: metrics.confusion_matrix([0], [0], {0, 1}), "classes", "a list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name):
    call, *words = WRONG[name]
    refused(call, *words)
