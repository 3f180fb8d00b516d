"""The letters article run backwards: what is recovered, and the mathematics that recovers it."""

from decimal import Decimal, localcontext

import pytest
from cases import train_step

from purenn import reference
from purenn.articles import least_squares
from purenn.articles import letters_rewind as rewind
from purenn.articles.letters import a, b, c, weights
from purenn.random_state import RandomState
from purenn.reference import Network, forward, mean_squared_error
from purenn.shipped import dataset_bytes, dataset_tables, numbers

np = pytest.importorskip("numpy")

LETTERS = [[float(pixel) for pixel in letter] for letter in (a, b, c)]
LABELS = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]


@pytest.fixture(scope="module")
def recovery():
    return rewind.recover()


@pytest.fixture(scope="module")
def shipped():
    """The recovered initial weights as they ship."""
    return rewind.Weights(*weights(rewind.RECOVERED_WEIGHTS))


@pytest.fixture(scope="module")
def jacobian(shipped):
    """The program's derivatives, results by coordinates: (130, 30)."""
    return np.array(rewind.jacobian(rewind.train(shipped))).T


@pytest.fixture(scope="module")
def exact_jacobian(shipped):
    """The same derivatives from 31 trainings with 50 digits and all 30 pixels: (130, 30)."""
    with localcontext() as context:
        context.prec = 50
        h = Decimal("1e-20")
        start = decimal_results(shipped, None, h)
        columns = []
        for unit in np.eye(rewind.UNKNOWNS).tolist():
            moved = decimal_results(shipped, unit, h)
            columns.append([float((b - a) / h) for a, b in zip(start, moved)])
    return np.array(columns).T


def decimal_results(w, direction, h):
    """100 accuracies and 30 trained coordinates, from w moved by h in the direction."""
    w1 = [[Decimal(v) for v in row] for row in w.w1]
    w2 = [[Decimal(v) for v in row] for row in w.w2]
    Q = [[Decimal(v) for v in q] for q in rewind.Q]
    if direction is not None:
        c = [Decimal(v) for v in direction]
        for k in range(30):
            for j in range(5):
                w1[k][j] += h * sum(Q[m][k] * c[5 * m + j] for m in range(3))
        for i in range(5):
            for j in range(3):
                w2[i][j] += h * c[15 + 3 * i + j]
    alpha = Decimal(rewind.ALPHA)
    acc = []
    for _ in range(100):
        loss = Decimal(0)
        for letter in range(3):
            on = [k for k in range(30) if LETTERS[letter][k]]
            a1 = [1 / (1 + (-sum(w1[k][j] for k in on)).exp()) for j in range(5)]
            a2 = [1 / (1 + (-sum(a1[i] * w2[i][j] for i in range(5))).exp()) for j in range(3)]
            d2 = [a2[j] - int(j == letter) for j in range(3)]
            loss += sum(d * d for d in d2) / 3
            d1 = [a1[i] * (1 - a1[i]) * sum(w2[i][j] * d2[j] for j in range(3)) for i in range(5)]
            for k in on:
                w1[k] = [v - alpha * d for v, d in zip(w1[k], d1)]
            for i in range(5):
                w2[i] = [v - alpha * a1[i] * d for v, d in zip(w2[i], d2)]
        acc.append(100 * (1 - loss / 3))
    seen = [sum(q[k] * w1[k][j] for k in range(30)) for q in Q for j in range(5)]
    return acc + seen + [v for row in w2 for v in row]


def reference_training(w):
    """acc and trained weights by the reference's own training step, which carries the biases."""
    w1, w2 = ([list(row) for row in matrix] for matrix in w)
    network = Network(
        [(w1, [0.0] * 5), (w2, [0.0] * 3)], ["sigmoid", "sigmoid"], "binary_cross_entropy", False
    )
    acc = []
    for _ in range(100):
        total = 0.0
        for x, y in zip(LETTERS, LABELS):
            _, A = forward([x], network)
            total = total + mean_squared_error(A[-1], [y])[0]
            train_step(reference, network, [x], [y], 0.1)
        acc.append((1 - total / 3) * 100)
    return acc, rewind.Weights(w1, w2)


def random_weights(seed, scale=1.0):
    """Normal numbers in the shapes of w1 and w2."""
    random = RandomState(seed)
    return rewind.Weights(
        random.normal(scale=scale, size=(30, 5)), random.normal(scale=scale, size=(5, 3))
    )


def print_instead_of_the_article(w, monkeypatch):
    """Lets the program read what the article would print had it begun with w."""
    acc, trained, _ = rewind.train(w)
    w1, w2 = ([[float(f"{v:.8f}") for v in row] for row in matrix] for matrix in trained)
    monkeypatch.setattr(rewind, "printed_results", lambda: (acc, rewind.Weights(w1, w2)))


def units_of_error(J):
    """The rows divided by what each result is trusted to."""
    return np.array([rewind.weighted(column) for column in J.T.tolist()]).T


# What is recovered


def test_the_shipped_files_are_what_the_program_writes(recovery):
    for name, text in rewind.data_files(recovery).items():
        assert dataset_bytes(name) == text.encode("utf-8"), name


@pytest.mark.slow
def test_write_writes_the_files_into_the_folder(tmp_path, capsys):
    rewind.main(["--write", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "100 of 100" in shown
    assert "165 of 165" in shown
    for name in (rewind.RECOVERED_WEIGHTS, rewind.DIRECTIONS):
        assert (tmp_path / name).read_bytes() == dataset_bytes(name)


def test_the_reference_trains_the_shipped_start_to_everything_printed(shipped):
    printed_acc, printed = rewind.printed_results()
    acc, trained = reference_training(shipped)
    assert len(acc) == len(printed_acc) == 100
    assert max(abs(found - p) for found, p in zip(acc, printed_acc)) <= rewind.ACCURACY_ERROR
    decimals = [f"{v:.8f}" for v in rewind.flat(trained.w1 + trained.w2)]
    assert len(decimals) == 165
    assert decimals == [f"{v:.8f}" for v in rewind.flat(printed.w1 + printed.w2)]


def test_the_program_trains_with_the_bits_of_the_reference(shipped):
    run = rewind.train(shipped)
    assert (run.acc, run.trained) == reference_training(shipped)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 11])
def test_a_known_start_is_recovered_within_a_few_deviations(seed, monkeypatch):
    known = random_weights(seed)
    print_instead_of_the_article(known, monkeypatch)
    found = rewind.recover()
    J = rewind.jacobian(rewind.train(found.initial))
    _, directions = least_squares.singular_values([column[:100] for column in J])
    miss = np.subtract(rewind.coordinates(found.initial), rewind.coordinates(known))
    deviations = [direction.deviation for direction in found.directions]
    assert np.abs(np.array(directions) @ miss / deviations).max() < 3.0


@pytest.mark.slow
def test_a_run_that_forgets_its_start_is_an_error(monkeypatch):
    print_instead_of_the_article(random_weights(2), monkeypatch)
    with pytest.raises(ArithmeticError, match="no initial weights found"):
        rewind.recover()


def test_each_correction_brings_the_accuracies_nearer(recovery):
    worst = [fit.worst_accuracy for fit in recovery.fits]
    assert 2e-4 < worst[0] < 3e-4
    assert all(later < 1e-3 * earlier for earlier, later in zip(worst, worst[1:]))
    assert recovery.fits[-1].accuracies == 100
    assert [fit.weights for fit in recovery.fits] == [165] * len(worst)


def test_pixels_that_no_letter_uses_keep_the_printed_weights(shipped):
    _, printed = rewind.printed_results()
    unused = [k for k in range(30) if not any(letter[k] for letter in LETTERS)]
    assert 0 in unused
    assert [shipped.w1[k] for k in unused] == [printed.w1[k] for k in unused]


# Backwards


@pytest.mark.parametrize("letter", range(3))
@pytest.mark.parametrize("seed", range(10))
def test_a_step_after_its_inverse_leads_back(seed, letter):
    w = random_weights(seed)
    back = rewind.step(rewind.inverse_step(w, letter), letter)
    assert np.allclose(back.w1, w.w1, rtol=0.0, atol=2e-15)
    assert np.allclose(back.w2, w.w2, rtol=0.0, atol=2e-15)


@pytest.mark.parametrize("seed", range(10))
def test_the_inverse_of_a_step_leads_back(seed):
    w = random_weights(seed)
    back = rewind.inverse_step(rewind.step(w, 1), 1)
    assert np.allclose(back.w1, w.w1, rtol=0.0, atol=1e-14)
    assert np.allclose(back.w2, w.w2, rtol=0.0, atol=1e-14)


def test_rewinding_then_training_gives_the_printed_trained_weights():
    _, printed = rewind.printed_results()
    run = rewind.train(rewind.rewind(printed))
    assert np.allclose(run.trained.w1, printed.w1, rtol=0.0, atol=1e-14)
    assert np.allclose(run.trained.w2, printed.w2, rtol=0.0, atol=1e-14)


def test_a_step_without_a_fixed_point_is_an_error():
    # Under weights this large the gradient changes more than the weights do.
    with pytest.raises(ArithmeticError, match="no fixed point"):
        rewind.inverse_step(random_weights(13, scale=20.0), 0)


# The thirty directions


def test_the_basis_is_orthonormal_and_spans_the_letters():
    Q, x = np.array(rewind.Q), np.array(LETTERS)
    assert np.allclose(Q @ Q.T, np.eye(3), rtol=0.0, atol=1e-15)
    assert np.allclose(np.concatenate(rewind.x_in_Q) @ Q, x, rtol=0.0, atol=1e-14)


def test_training_moves_the_weights_along_the_letters_only(shipped):
    run = rewind.train(shipped)
    Q = np.array(rewind.Q)
    change = np.array(run.trained.w1) - np.array(shipped.w1)
    assert np.abs(change).max() > 0.1
    assert np.allclose(change, Q.T @ (Q @ change), rtol=0.0, atol=1e-13)


def test_the_accuracies_see_the_weights_along_the_letters_only(shipped):
    Q = np.array(rewind.Q)
    change = np.array(random_weights(1).w1)
    change = change - Q.T @ (Q @ change)
    aside = rewind.Weights(rewind.added(shipped.w1, change.tolist()), shipped.w2)
    assert np.allclose(rewind.train(aside).acc, rewind.train(shipped).acc, rtol=0.0, atol=1e-12)


def test_a_change_of_coordinates_moves_the_coordinates_by_itself(shipped):
    change = rewind.flat(RandomState(2).normal(size=(1, 30)))
    before = rewind.coordinates(shipped)
    after = rewind.coordinates(rewind.moved(shipped, change))
    assert np.allclose(np.subtract(after, before), change, rtol=0.0, atol=1e-13)


# The derivatives


@pytest.mark.slow
def test_the_jacobian_is_that_of_a_training_with_50_digits(jacobian, exact_jacobian):
    assert jacobian.shape == exact_jacobian.shape == (130, 30)
    assert np.allclose(jacobian, exact_jacobian, rtol=0.0, atol=2e-13)


def test_the_jacobian_agrees_with_finite_differences(shipped, jacobian):
    h = 1e-5
    for seed in range(3):
        direction = rewind.flat(RandomState(seed).normal(size=(1, 30)))
        ends = []
        for side in (h, -h):
            run = rewind.train(rewind.moved(shipped, [side * v for v in direction]))
            ends.append(np.array(run.acc + rewind.coordinates(run.trained)))
        difference = (ends[0] - ends[1]) / (2.0 * h)
        assert np.allclose(jacobian @ direction, difference, rtol=0.0, atol=1e-5)


# Least squares


@pytest.mark.slow
def test_the_shipped_directions_are_those_of_numpy(exact_jacobian):
    (table,) = dataset_tables(rewind.DIRECTIONS)
    index, singular_values, deviations = np.array(numbers(table)).T
    assert index.tolist() == list(range(1, 31))
    _, expected, directions = np.linalg.svd(exact_jacobian[:100])
    assert np.allclose(singular_values, expected, rtol=1e-12, atol=1e-13)
    # Along v the covariance V·S⁻²·Vᵀ of the weighted system has the deviation |S⁻¹·Vᵀ·v|.
    _, S, Vt = np.linalg.svd(units_of_error(exact_jacobian))
    expected = np.linalg.norm((Vt @ directions.T) / S[:, np.newaxis], axis=0)
    assert np.allclose(deviations, expected, rtol=1e-6, atol=0.0)


def test_the_corrections_are_those_of_numpy(jacobian):
    system = units_of_error(jacobian)
    b = RandomState(3).normal(size=130)
    R, c = least_squares.triangular(system.T.tolist(), b)
    expected = np.linalg.lstsq(system, b, rcond=None)[0]
    found = least_squares.solved(R, c)
    assert np.linalg.norm(found - expected) <= 1e-7 * np.linalg.norm(expected)


def test_triangular_systems_are_solved_both_ways():
    columns = RandomState(4).normal(size=(6, 9))
    R, _ = least_squares.triangular(columns, [0.0] * 9)
    full = np.zeros((6, 6))
    for j, column in enumerate(R):
        full[: j + 1, j] = column
    b = RandomState(5).normal(size=6)
    assert np.allclose(full @ least_squares.solved(R, b), b, rtol=0.0, atol=1e-13)
    assert np.allclose(full.T @ least_squares.solved_transposed(R, b), b, rtol=0.0, atol=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_singular_values_and_directions_of_any_matrix(seed):
    columns = np.array(RandomState(seed).normal(size=(7, 12)))
    columns = columns * np.array([[10.0 ** -(2 * j)] for j in range(7)])
    values, directions = least_squares.singular_values(columns.tolist())
    directions = np.array(directions)
    assert np.allclose(values, np.linalg.svd(columns.T)[1], rtol=1e-12, atol=1e-15)
    assert np.allclose(directions @ directions.T, np.eye(7), rtol=0.0, atol=1e-14)
    stretched = np.linalg.norm(columns.T @ directions.T, axis=0)
    assert np.allclose(stretched, values, rtol=1e-6, atol=1e-15)
