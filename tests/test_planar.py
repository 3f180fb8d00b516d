"""The planar article: its data, and its whole run, against NumPy."""

import pytest

from purenn.articles import planar
from purenn.articles.planar import GENERATOR_BOUND
from purenn.articles.printed import Options
from purenn.engines import engine as choose
from purenn.random_state import RandomState

# What people are shown gives no false alarm.
pytestmark = pytest.mark.filterwarnings("error::purenn.TrainingWarning")

np = pytest.importorskip("numpy")

ITERATIONS, LEARNING_RATE = 10000, 0.01  # as the article has them


@pytest.fixture(scope="module")
def drawn():
    """The article's X (2, 400), Y (1, 400), W1 (4, 2) and W2 (1, 4), from np.random.seed(1)."""
    stream = np.random.RandomState(1)
    points = []
    for j in range(2):
        theta = np.linspace(3.12 * j, 3.12 * (j + 1), 200) + 0.2 * stream.randn(200)
        radius = 4 * np.sin(4 * theta) + 0.2 * stream.randn(200)
        points.append(radius * np.array([np.sin(theta), np.cos(theta)]))
    X, Y = np.hstack(points), np.repeat([[0.0, 1.0]], 200, axis=1)
    return X, Y, stream.randn(4, 2) * 0.01, stream.randn(1, 4) * 0.01


@pytest.fixture(scope="module")
def shipped():
    """X, Y, W1 and W2 of datasets/, in the article's orientation: samples are columns."""
    return [np.array(values).T for values in planar.shipped_dataset()]


@pytest.fixture(scope="module")
def numpy_run(shipped):
    """The article's training in NumPy: the cost of every iteration, and the last A2."""
    X, Y, W1, W2 = shipped
    b1, b2 = np.zeros((4, 1)), np.zeros((1, 1))
    m = Y.size
    costs = []
    for _ in range(ITERATIONS):
        A1 = np.tanh(W1 @ X + b1)
        A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
        costs.append(-np.where(Y == 1, np.log(A2), np.log(1 - A2)).sum() / m)
        dZ2 = A2 - Y
        dZ1 = (W2.T @ dZ2) * (1 - A1 * A1)
        W2, b2 = W2 - LEARNING_RATE / m * (dZ2 @ A1.T), b2 - LEARNING_RATE * dZ2.mean()
        W1 = W1 - LEARNING_RATE / m * (dZ1 @ X.T)
        b1 = b1 - LEARNING_RATE * dZ1.mean(axis=1, keepdims=True)
    A1 = np.tanh(W1 @ X + b1)
    return costs, 1 / (1 + np.exp(-(W2 @ A1 + b2)))


def test_shipped_data_is_numpys(shipped, drawn):
    X, Y, W1, W2 = shipped
    numpy_X, numpy_Y, numpy_W1, numpy_W2 = drawn
    assert X.shape == (2, 400) and W1.shape == (4, 2) and W2.shape == (1, 4)
    # Points may differ where another machine's sin and cos do.
    assert np.abs(X - numpy_X).max() <= 1e-14
    assert np.array_equal(Y, numpy_Y)
    assert np.array_equal(W1, numpy_W1)
    assert np.array_equal(W2, numpy_W2)


def test_generator_draws_the_shipped_data(shipped, drawn):
    stream = RandomState(1)
    generated = [*planar.load_planar_dataset(stream), *planar.initial_weights(stream)]
    for values, ours, numpys in zip(generated, shipped, drawn):
        values = np.array(values).T
        assert values.shape == ours.shape
        assert np.abs(values - ours).max() <= GENERATOR_BOUND
        assert np.abs(values - numpys).max() <= GENERATOR_BOUND


def test_generator_draws_other_sizes_and_seeds():
    X, Y = planar.load_planar_dataset(RandomState(2), m=10)
    assert [len(X), len(Y)] == [10, 10]
    assert Y == [[0.0]] * 5 + [[1.0]] * 5
    other_X, _ = planar.load_planar_dataset(RandomState(3), m=10)
    assert other_X != X


def test_numpys_run(numpy_run, shipped):
    costs, A2 = numpy_run
    assert [round(costs[i], 5) for i in (0, 3000, 9000)] == [0.69311, 0.66645, 0.45884]
    assert 100 * np.mean((A2 > 0.5) == shipped[1]) == 85.25


def check_run(engine, iterations, numpy_costs):
    """Runs the program, compares its costs and what it prints of them; the lines it shows."""
    lines = []
    result = planar.reproduce(engine, lines.append, Options(epochs=iterations))
    assert result.numbers == []
    assert len(result.trace) == iterations
    assert np.abs(np.array(result.trace) - numpy_costs[:iterations]).max() <= 1e-9
    printed = [line.split() for line in lines if line.startswith("cost after")]
    assert [int(words[2]) for words in printed] == list(range(0, iterations, iterations // 10))
    for words in printed:
        assert abs(float(words[-1]) - numpy_costs[int(words[2])]) <= 1e-9
    return result, lines


def test_first_costs_are_numpys(engine, numpy_run):
    result, _ = check_run(engine, 100, numpy_run[0])
    assert result.shortened == "100 of 10000 iterations"


@pytest.mark.slow
def test_all_costs_are_numpys(native, numpy_run):
    result, lines = check_run(choose("c"), ITERATIONS, numpy_run[0])
    assert result.shortened == ""
    assert "accuracy: 85.25 %" in lines
    assert [round(result.trace[i], 5) for i in (0, 3000, 9000)] == [0.69311, 0.66645, 0.45884]
