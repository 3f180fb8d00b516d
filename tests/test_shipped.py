"""The data sets that ship with purenn, beside their sources."""

import os

import pytest

from purenn.shipped import dataset_bytes, dataset_tables, numbers


def test_data_sets_have_their_shapes():
    (table,) = dataset_tables("optical_digits.csv")
    assert len(table) == 1797 and {len(row) for row in table} == {65}
    values = [[int(field) for field in row] for row in table]
    assert {value for row in values for value in row[:-1]} == set(range(17))
    assert {row[-1] for row in values} == set(range(10))
    (points,) = dataset_tables("planar.csv")
    assert [sum(row[2] == label for row in points) for label in "01"] == [200, 200]
    W1, W2 = map(numbers, dataset_tables("planar_initial_weights.csv"))
    assert [len(W1), len(W1[0]), len(W2), len(W2[0])] == [4, 2, 1, 4]
    for name in os.listdir(os.path.join(os.path.dirname(__file__), "..", "datasets")):
        if name.endswith(".csv"):
            assert dataset_bytes(name).isascii() and dataset_tables(name)


def test_optical_digits_are_scikit_learns():
    datasets = pytest.importorskip("sklearn.datasets")
    expected = datasets.load_digits()
    (table,) = dataset_tables("optical_digits.csv")
    values = [[int(field) for field in row] for row in table]
    assert [row[:-1] for row in values] == expected.data.astype(int).tolist()
    assert [row[-1] for row in values] == expected.target.tolist()


def test_planar_data_are_numpys():
    np = pytest.importorskip("numpy")
    stream = np.random.RandomState(1)
    X, Y = np.zeros((400, 2)), np.zeros(400)
    for j in range(2):
        t = np.linspace(j * 3.12, (j + 1) * 3.12, 200) + stream.randn(200) * 0.2
        r = 4 * np.sin(4 * t) + stream.randn(200) * 0.2
        X[200 * j : 200 * (j + 1)] = np.c_[r * np.sin(t), r * np.cos(t)]
        Y[200 * j : 200 * (j + 1)] = j
    (points,) = dataset_tables("planar.csv")
    shipped = np.array(numbers(points))
    # NumPy's sin, cos and log differ by a few ulp between machines.
    assert np.abs(shipped[:, :2] - X).max() < 1e-14 and (shipped[:, 2] == Y).all()
    W1, W2 = stream.randn(4, 2) * 0.01, stream.randn(1, 4) * 0.01
    for found, expected in zip(dataset_tables("planar_initial_weights.csv"), (W1, W2)):
        assert np.abs(np.array(numbers(found)) - expected).max() < 1e-16


def test_a_data_set_that_does_not_ship():
    for name in ("absent.csv", "", "../README.md"):
        with pytest.raises(FileNotFoundError, match="missing from this copy of purenn"):
            dataset_bytes(name)
