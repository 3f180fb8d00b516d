"""Losses from Z, where activation and loss match: finite and with all their digits, for any Z."""

import math

import pytest
from bits import bits
from cases import EDGES, copied, train_epoch

from purenn import Network, TrainingWarning, reference
from purenn.engines import lists

mpmath = pytest.importorskip("mpmath")
pytest.importorskip("hypothesis")

from hypothesis import example, given
from hypothesis import strategies as st

INF, NAN = math.inf, math.nan
EPSILON = 2.0**-52
BINARY, CATEGORICAL = "binary_cross_entropy_with_logits", "categorical_cross_entropy_with_logits"
MATCHED = {"sigmoid": "binary_cross_entropy", "softmax": "categorical_cross_entropy"}

sizes = st.one_of(st.floats(-50.0, 50.0), st.floats(-1e308, 1e308), st.sampled_from(EDGES))
finite = sizes.filter(math.isfinite)
targets = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))


def rows(numbers, most=6):
    """Z and Y of one sample."""
    return st.lists(st.tuples(numbers, targets), min_size=1, max_size=most)


def exact_binary(z, y):
    """y·log(1 + e⁻ᶻ) + (1 − y)·log(1 + eᶻ), each of which has all its digits."""
    with mpmath.workdps(60):
        z, y = mpmath.mpf(z), mpmath.mpf(y)
        total = (1 - y if z > 0 else y) * abs(z)
        return total + mpmath.log1p(mpmath.exp(-abs(z)))


def exact_categorical(z, y):
    """Σ y·(log Σ e^z − z)."""
    with mpmath.workdps(60):
        m = max(z)
        others = list(z)
        others.remove(m)
        log_total = mpmath.log1p(sum(mpmath.exp(mpmath.mpf(z_i) - m) for z_i in others))
        terms = (mpmath.mpf(y_j) * (mpmath.mpf(m) - z_j + log_total) for z_j, y_j in zip(z, y))
        return sum(terms, mpmath.mpf(0))


def assert_close(found, exact, ulps):
    """To so many units in the last place, or in that of the smallest normal number."""
    if float(exact) == INF or math.isinf(found):
        assert abs(exact) >= mpmath.mpf(2) ** 1023
        return
    assert abs(mpmath.mpf(found) - exact) <= ulps * EPSILON * max(abs(exact), 2.0**-1022)


def losses(engine, name, z, y):
    (found,) = lists(getattr(engine.functions, name)([z], [y]))
    return found


@pytest.mark.parametrize(
    ("z", "y", "expected"),
    [
        (40.0, 0.0, 40.0),
        (40.0, 1.0, 4.248354255291589e-18),
        (20.0, 0.0, 20.000000002061153),
        (20.0, 1.0, 2.061153620314381e-09),
        (-40.0, 1.0, 40.0),
        (-40.0, 0.0, 4.248354255291589e-18),
        (-800.0, 1.0, 800.0),
        (700.0, 1.0, 9.85967654375977e-305),
        (0.0, 0.5, 0.6931471805599453),
        (-0.0, 1.0, 0.6931471805599453),
        (1e308, 0.0, 1e308),
        (1e308, 1.0, 0.0),
        (1e308, 0.5, 5e307),
        (INF, 1.0, 0.0),
        (-INF, 0.0, 0.0),
        (INF, 0.0, INF),
        (-INF, 1.0, INF),
        (INF, 0.25, INF),
        (NAN, 0.0, NAN),
        (NAN, 1.0, NAN),
        (1.0, NAN, NAN),
    ],
)
def test_binary_by_hand(engine, z, y, expected):
    found = losses(engine, BINARY, [z], [y])
    assert bits(found) == bits(expected) or found == pytest.approx(expected, rel=EPSILON)


@pytest.mark.parametrize(
    ("z", "y", "expected"),
    [
        ([0.0, 800.0], [1.0, 0.0], 800.0),
        ([0.0, 800.0], [0.0, 1.0], 0.0),
        ([0.0, 40.0], [0.0, 1.0], 4.248354255291589e-18),
        ([0.0, 40.0], [1.0, 0.0], 40.0),
        ([1e308, -1e308], [0.0, 1.0], INF),
        ([1e308, 0.0], [0.0, 1.0], 1e308),
        ([5.0, 5.0], [1.0, 0.0], 0.6931471805599453),
        ([3.0, 3.0, 3.0, 3.0], [0.25] * 4, 1.3862943611198906),
        ([7.0], [1.0], 0.0),
        ([-INF, 0.0], [0.0, 1.0], 0.0),
        ([-INF, 0.0], [1.0, 0.0], INF),
        ([INF, 0.0], [1.0, 0.0], NAN),
        ([-INF, -INF], [1.0, 0.0], NAN),
        ([NAN, 0.0], [0.0, 1.0], NAN),
        ([0.0, NAN], [1.0, 0.0], NAN),
        ([NAN, INF], [0.0, -0.0], 0.0),
    ],
)
def test_categorical_by_hand(engine, z, y, expected):
    found = losses(engine, CATEGORICAL, z, y)
    assert bits(found) == bits(expected) or found == pytest.approx(expected, rel=2 * EPSILON)


@given(z=finite, y=targets)
def test_binary_has_all_its_digits(engine, z, y):
    assert_close(losses(engine, BINARY, [z], [y]), exact_binary(z, y), 3)


@given(row=rows(finite))
@example(row=[(33.0, 1.0), (0.001, 0.0)])
def test_categorical_has_all_its_digits(engine, row):
    """But for what rounding m − z by half an ulp changes in e^(z − m)."""
    z, y = map(list, zip(*row))
    exact = exact_categorical(z, y)
    if all(abs(z_j) < 1e307 for z_j in z):  # or a difference of two overflows
        below = [mpmath.mpf(max(z)) - z_j for z_j in z]
        rounded = sum(y) * sum(d / 2 * mpmath.exp(-d) for d in below) * EPSILON
        found = mpmath.mpf(losses(engine, CATEGORICAL, z, y))
        bound = (4 + 2 * len(z)) * EPSILON * max(abs(exact), 2.0**-1022)
        assert abs(found - exact) <= bound + rounded


@given(row=rows(finite))
def test_sums_run_over_the_outputs_in_their_order(engine, row):
    z, y = map(list, zip(*row))
    total = 0.0
    for z_j, y_j in zip(z, y):
        total = total + losses(engine, BINARY, [z_j], [y_j])
    assert bits(losses(engine, BINARY, z, y)) == bits(total)


@pytest.mark.parametrize("name", [BINARY, CATEGORICAL])
@pytest.mark.parametrize("n_out", [1, 2, 7, 8, 9, 63, 64, 65, 200])
def test_of_any_width(native, name, n_out):
    """Several samples, the largest Z at every place."""
    Z = [[((7 * j + 3 * s) % 11) / 3 - 2.0 for j in range(n_out)] for s in range(n_out + 3)]
    for s in range(n_out):
        Z[s][s] = 5.0
    Y = [[float(j == s % n_out) for j in range(n_out)] for s in range(n_out + 3)]
    expected = getattr(reference, name)(Z, Y)
    assert bits(getattr(native, name)(Z, Y)) == bits(expected)
    exact = exact_binary if name == BINARY else exact_categorical
    for z, y, found in list(zip(Z, Y, expected))[:5]:
        value = sum(map(exact, z, y), mpmath.mpf(0)) if name == BINARY else exact(z, y)
        assert_close(found, value, 4 + 2 * n_out)


@pytest.mark.parametrize("activation", reference.ACTIVATIONS)
@pytest.mark.parametrize("loss", reference.LOSSES)
def test_which_losses_are_taken(engine, activation, loss):
    """From Z where they match, from A elsewhere: here Z and A don't belong together."""
    f, Z, A, Y = engine.functions, [[3.0, -1.0]], [[0.25, 0.75]], [[1.0, 0.0]]
    found = lists(f.output_losses(Z, A, Y, activation, loss))
    matched = MATCHED.get(activation) == loss
    expected = getattr(f, f"{loss}_with_logits")(Z, Y) if matched else getattr(f, loss)(A, Y)
    assert bits(found) == bits(lists(expected))


def test_losses_of_shapes_that_do_not_fit(native):
    for Z, A, Y in ([[1.0]], [[1.0, 2.0]], [[1.0]]), ([[1.0]], [[1.0]], [[1.0], [2.0]]):
        with pytest.raises(ValueError, match=r"^[AY]: expected 1 row"):
            native.output_losses(Z, A, Y, "sigmoid", "binary_cross_entropy")
    with pytest.raises(ValueError, match=r"^loss"):
        native.output_losses([[1.0]], [[1.0]], [[1.0]], "sigmoid", "none")


@pytest.mark.parametrize("batch_size", [1, 2])
@pytest.mark.parametrize(
    ("activation", "weights", "y", "expected"),
    [
        ("sigmoid", [[40.0]], [0.0], 40.0),
        ("sigmoid", [[20.0]], [0.0], 20.000000002061153),
        ("softmax", [[0.0, 800.0]], [1.0, 0.0], 800.0),
        ("softmax", [[0.0, 40.0]], [0.0, 1.0], 4.248354255291589e-18),
    ],
)
def test_a_network_reports_them(engine, activation, weights, y, expected, batch_size):
    net = Network(
        [1, len(y)], activations=activation, loss=MATCHED[activation], bias=False, seed=1,
        backend=engine.name,
    )  # fmt: skip
    net.set_weights([(weights, [0.0] * len(y))])
    X, Y = [[1.0], [1.0]], [y, y]
    assert net.gradients(X, Y)[0] == expected
    history = net.fit(X, Y, epochs=1, learning_rate=1e-300, batch_size=batch_size)
    assert history.history["loss"] == [expected]


# Where activation and loss don't match, no gradient is NaN


UNMATCHED = [("softmax", "binary_cross_entropy"), ("sigmoid", "categorical_cross_entropy")]
OUTPUTS = [0.0, 5e-324, 1e-310, 2.0**-1022, 1e-300, 0.5, 1.0 - 2.0**-53, 1.0]


@pytest.mark.parametrize(("activation", "loss"), UNMATCHED)
@pytest.mark.parametrize("y", [[0.0, 1.0], [1.0, 0.0], [0.25, 0.75]])
def test_outputs_of_0_and_1(engine, activation, loss, y):
    for a in OUTPUTS:
        dZ = lists(engine.functions.output_gradient([[a, 1.0 - a]], [y], activation, loss))
        assert all(map(math.isfinite, dZ[0])), (a, dZ)
        if a in (0.0, 1.0):
            assert dZ == [[0.0, 0.0]]


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize(("activation", "loss"), UNMATCHED)
def test_trainings_with_saturated_outputs(engine, activation, loss, batch_size):
    net = Network([2, 3], activations=activation, loss=loss, seed=1, backend=engine.name)
    net.set_weights([([[900.0, -900.0, 0.0], [-740.0, 0.0, 5.0]], [0.0, 0.0, -1.0])])
    X = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]]
    Y = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    f, parameters = engine.functions, copied(net.get_weights())
    network = f.Network(parameters, [activation], loss, True)
    for _ in range(3):
        train_epoch(f, network, engine.matrix(X), engine.matrix(Y), range(3), batch_size, 0.1)
    assert all(math.isfinite(w) for W, b in network.parameters for row in (*W, b) for w in row)
    before = bits(net.get_weights())
    with pytest.warns(TrainingWarning):  # the loss is infinite where an output is 0
        net.fit(X, Y, epochs=3, learning_rate=0.1, batch_size=batch_size)
    assert bits(net.get_weights()) == before
