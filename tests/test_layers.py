"""Dense layers, activations, losses and their gradients on both engines, against NumPy.

Where the arithmetic is + − × ÷ alone the expected values follow the stated order of every sum, so
they are equal bit for bit; with exp, log or tanh they are NumPy's to a few ulp. The gradients of
whole networks are also the differences of NumPy's losses.
"""

import itertools
import math

import pytest
from bits import bits
from cases import ACTIVATIONS, LOSSES, PROBABILITIES

from purenn import reference
from purenn.engines import lists

np = pytest.importorskip("numpy")

INF = math.inf
NAN = math.nan
EPSILON = 2.0**-52

SHAPES = [(1, 1, 1), (1, 3, 2), (4, 1, 3), (5, 3, 1), (6, 7, 5), (3, 40, 10)]  # n, n_in, n_out


def draws(seed, *shape):
    """Numbers of different sizes, whose sums depend on their order."""
    stream = np.random.default_rng(seed)
    return stream.normal(size=shape) * 10.0 ** stream.uniform(-3, 3, shape)


def uniform(seed, low, high, *shape):
    return np.random.default_rng(seed).uniform(low, high, shape)


def assert_close(found, expected, ulps=8, absolute=0.0):
    expected = np.asarray(expected, float)
    found = np.array(found, float)
    assert found.shape == expected.shape
    assert (np.abs(found - expected) <= ulps * EPSILON * np.abs(expected) + absolute).all()


# The products of a layer, every sum in its order


def ordered_sum(terms):
    """Terms (m, ...) added one after the other, from 0."""
    total = np.zeros(terms.shape[1:])
    for term in terms:
        total = total + term
    return total


@pytest.mark.parametrize(("n", "n_in", "n_out"), SHAPES)
def test_affine_adds_inputs_in_their_order_and_the_bias_last(engine, n, n_in, n_out):
    X, W, b = draws(1, n, n_in), draws(2, n_in, n_out), draws(3, n_out)
    Z = engine.functions.affine(X.tolist(), W.tolist(), b.tolist())
    expected = ordered_sum(X.T[:, :, None] * W[:, None, :]) + b
    assert bits(lists(Z)) == bits(expected.tolist())
    assert_close(lists(Z), X @ W + b, absolute=n_in * EPSILON * (np.abs(X) @ np.abs(W)).max())


@pytest.mark.parametrize(("n", "n_in", "n_out"), SHAPES)
def test_gradients_of_a_layer_add_in_their_order_and_divide_last(engine, n, n_in, n_out):
    X, W, dZ = draws(1, n, n_in), draws(2, n_in, n_out), draws(4, n, n_out)
    f = engine.functions
    dW = f.weight_gradient(X.tolist(), dZ.tolist())
    db = f.bias_gradient(dZ.tolist())
    dX = f.input_gradient(dZ.tolist(), W.tolist())
    assert bits(lists(dW)) == bits((ordered_sum(X[:, :, None] * dZ[:, None, :]) / n).tolist())
    assert bits(lists(db)) == bits((ordered_sum(dZ) / n).tolist())
    assert bits(lists(dX)) == bits(ordered_sum(dZ.T[:, :, None] * W.T[:, None, :]).tolist())
    largest = np.abs(X).max() * np.abs(dZ).max()
    assert_close(lists(dW), X.T @ dZ / n, absolute=n * EPSILON * largest)
    assert_close(lists(db), dZ.mean(axis=0), absolute=n * EPSILON * np.abs(dZ).max())
    largest = np.abs(W).max() * np.abs(dZ).max()
    assert_close(lists(dX), dZ @ W.T, absolute=n_out**2 * EPSILON * largest)


@pytest.mark.parametrize(("n", "n_in"), [(1, 1), (4, 3), (7, 40)])
def test_inputs_are_shifted_then_divided(engine, n, n_in):
    X, offset, scale = draws(1, n, n_in), draws(2, n_in), draws(3, n_in)
    S = engine.functions.scale_inputs(X.tolist(), offset.tolist(), scale.tolist())
    assert bits(lists(S)) == bits(((X - offset) / scale).tolist())
    if n > 1:  # enough numbers to tell it from this
        assert bits(lists(S)) != bits((X / scale - offset / scale).tolist())


def test_scaled_inputs_by_hand(engine):
    scale_inputs = engine.functions.scale_inputs
    assert lists(scale_inputs([[3.0, 1.0], [5.0, -1.0]], [1.0, 0.0], [2.0, -4.0])) == [
        [1.0, -0.25],
        [2.0, 0.25],
    ]
    S = lists(scale_inputs([[-0.0, 1.0, -1.0, 0.0]], [0.0] * 4, [1.0, 0.0, 0.0, -0.0]))
    assert bits(S) == bits([[-0.0, INF, -INF, NAN]])


def test_the_order_of_these_sums_can_be_seen():
    X, W, dZ = draws(1, 3, 40), draws(2, 40, 10), draws(4, 6, 5)
    terms = X.T[:, :, None] * W[:, None, :]
    assert bits(ordered_sum(terms).tolist()) != bits(ordered_sum(terms[::-1]).tolist())
    assert bits(ordered_sum(dZ).tolist()) != bits(ordered_sum(dZ[::-1]).tolist())


def test_products_of_one_number(engine):
    f = engine.functions
    assert lists(f.affine([[3.0]], [[5.0]], [0.25])) == [[15.25]]
    assert lists(f.weight_gradient([[3.0]], [[5.0]])) == [[15.0]]
    assert lists(f.bias_gradient([[5.0]])) == [5.0]
    assert lists(f.input_gradient([[5.0]], [[3.0]])) == [[15.0]]


def test_a_sum_starts_at_positive_zero(engine):
    f = engine.functions
    assert bits(lists(f.affine([[-0.0]], [[1.0]], [-0.0]))) == bits([[0.0]])
    assert bits(lists(f.weight_gradient([[-0.0]], [[1.0]]))) == bits([[0.0]])
    assert bits(lists(f.bias_gradient([[-0.0]]))) == bits([0.0])
    assert bits(lists(f.input_gradient([[-0.0]], [[1.0]]))) == bits([[0.0]])


def test_no_product_is_fused_with_a_sum(engine):
    # (1 + ε)² is 1 + 2ε + ε², of which only a fused multiply-add sees ε².
    x = 1.0 + EPSILON
    Z = engine.functions.affine([[1.0, x]], [[-1.0 - 2 * EPSILON], [x]], [0.0])
    assert lists(Z) == [[0.0]]


# Activations


FORWARD = {
    "identity": lambda Z: Z,
    "sigmoid": lambda Z: 1.0 / (1.0 + np.exp(-Z)),
    "tanh": np.tanh,
    "relu": lambda Z: np.maximum(Z, 0.0),
    "leaky_relu": lambda Z: np.where(Z > 0.0, Z, 0.01 * Z),
    "elu": lambda Z: np.where(Z > 0.0, Z, np.expm1(np.minimum(Z, 0.0))),
    "softplus": lambda Z: np.logaddexp(0.0, Z),
    "softmax": lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
}


def jacobian(name, A):
    """dA[j]/dZ[i] of one row of outputs, (n_out, n_out)."""
    if name == "softmax":
        return np.diag(A) - np.outer(A, A)
    return np.diag(
        {
            "identity": np.ones_like(A),
            "sigmoid": A * (1.0 - A),
            "tanh": 1.0 - A**2,
            "relu": np.where(A > 0.0, 1.0, 0.0),
            "leaky_relu": np.where(A > 0.0, 1.0, 0.01),
            "elu": np.where(A > 0.0, 1.0, 1.0 + A),
            "softplus": -np.expm1(-A),
        }[name]
    )


def activation(engine, name):
    return getattr(engine.functions, f"{name}_forward")


def derivative(engine, name):
    return getattr(engine.functions, f"{name}_backward")


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (6, 7)])
def test_activations(engine, name, shape):
    Z = uniform(5, -6.0, 6.0, *shape)
    A = lists(activation(engine, name)(Z.tolist()))
    assert_close(A, FORWARD[name](Z), ulps=12)
    assert bits(reference.ACTIVATIONS[name].forward(Z.tolist())) == bits(A)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (6, 7)])
def test_derivatives(engine, name, shape):
    A, dA = FORWARD[name](uniform(6, -6.0, 6.0, *shape)), draws(7, *shape)
    dZ = lists(derivative(engine, name)(dA.tolist(), A.tolist()))
    expected = [jacobian(name, a) @ d for a, d in zip(A, dA)]
    assert_close(dZ, expected, absolute=16 * EPSILON * np.abs(dA).max())
    assert bits(reference.ACTIVATIONS[name].backward(dA.tolist(), A.tolist())) == bits(dZ)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_the_slopes_of_activations(engine, name):
    h = 1e-6
    Z, dA = uniform(8, -3.0, 3.0, 4, 5), uniform(9, -1.0, 1.0, 4, 5)
    slopes = np.empty_like(Z)
    for s, j in np.ndindex(*Z.shape):
        up, down = Z.copy(), Z.copy()
        up[s, j] += h
        down[s, j] -= h
        slopes[s, j] = ((FORWARD[name](up) - FORWARD[name](down)) * dA).sum() / (2 * h)
    A = activation(engine, name)(Z.tolist())
    dZ = derivative(engine, name)(dA.tolist(), A)
    assert_close(lists(dZ), slopes, absolute=1e-9)


EDGES = [
    ("identity", [-0.0, INF, NAN, 5e-324], [-0.0, INF, NAN, 5e-324]),
    ("sigmoid", [0.0, -0.0, 800.0, -800.0, INF, -INF], [0.5, 0.5, 1.0, 0.0, 1.0, 0.0]),
    ("sigmoid", [1e-300, 40.0, NAN], [0.5, 1.0, NAN]),
    ("tanh", [0.0, -0.0, 800.0, -800.0, INF, -INF, NAN], [0.0, -0.0, 1.0, -1.0, 1.0, -1.0, NAN]),
    ("relu", [0.0, -0.0, -1.0, -INF, INF, 5e-324, NAN], [0.0, 0.0, 0.0, 0.0, INF, 5e-324, NAN]),
    ("leaky_relu", [0.0, -0.0, -100.0, -INF, INF, NAN], [0.0, -0.0, -1.0, -INF, INF, NAN]),
    (
        "elu",
        [0.0, -0.0, 2.5, INF, NAN, 5e-324, -5e-324],
        [0.0, -0.0, 2.5, INF, NAN, 5e-324, -5e-324],
    ),
    ("elu", [-800.0, -INF, -1e308, -1e-20], [-1.0, -1.0, -1.0, -1e-20]),
    ("softplus", [800.0, INF, -INF, NAN, 1e308, -1e308], [800.0, INF, 0.0, NAN, 1e308, 0.0]),
    ("softplus", [0.0, -0.0, -745.13, -750.0], [0.6931471805599453] * 2 + [5e-324, 0.0]),
    ("softmax", [0.0, -0.0], [0.5, 0.5]),
    ("softmax", [7.0], [1.0]),
    ("softmax", [-800.0], [1.0]),
    ("softmax", [1e308, 1e308, -1e308], [0.5, 0.5, 0.0]),
    ("softmax", [-1e308, -1e308], [0.5, 0.5]),
    ("softmax", [3.3, 3.3, 3.3, 3.3], [0.25, 0.25, 0.25, 0.25]),
    ("softmax", [0.0, -INF, 0.0], [0.5, 0.0, 0.5]),
    ("softmax", [800.0, 0.0, -800.0], [1.0, 0.0, 0.0]),
    ("softmax", [-INF, -INF], [NAN, NAN]),
    ("softmax", [0.0, INF], [NAN, NAN]),
    ("softmax", [0.0, NAN], [NAN, NAN]),
]


@pytest.mark.parametrize(("name", "z", "a"), EDGES)
def test_activations_at_the_edges(engine, name, z, a):
    assert bits(lists(activation(engine, name)([z]))) == bits([a])


def test_a_sigmoid_below_its_saturation_is_not_0(engine):
    ((a,),) = lists(engine.functions.sigmoid_forward([[-700.0]]))
    assert a == pytest.approx(9.85967654375977e-305, rel=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_outputs_reach_the_limits_of_their_activation_and_no_more(engine, name):
    row = reference.ACTIVATIONS[name]
    Z = [[z, -z] for z in (0.0, 5e-324, 0.5, 40.0, 1e308)]
    A = np.array(lists(activation(engine, name)(Z)))
    assert row.low <= A.min() and A.max() <= row.high
    for limit, reached in ((row.low, A.min()), (row.high, A.max())):
        assert abs(reached) > 1e300 if math.isinf(limit) else abs(limit - reached) < 1e-15


def test_softmax_sums_to_1_and_does_not_move_with_its_arguments(engine):
    softmax = engine.functions.softmax_forward
    Z = np.round(uniform(10, -20.0, 20.0, 30, 6) * 1024.0) / 1024.0
    A = np.array(lists(softmax(Z.tolist())))
    assert_close(A.sum(axis=1), np.ones(30), ulps=6)
    assert bits(lists(softmax((Z + 1000.0).tolist()))) == bits(A.tolist())


BACKWARD_EDGES = [
    ("sigmoid", [0.0, 1.0, 0.5], [3.0, 3.0, -4.0], [0.0, 0.0, -1.0]),
    ("tanh", [1.0, -1.0, 0.0, -0.0], [3.0, 3.0, 3.0, -3.0], [0.0, 0.0, 3.0, -3.0]),
    ("relu", [0.0, -0.0, 5e-324, 2.0], [3.0, NAN, 3.0, -3.0], [0.0, 0.0, 3.0, -3.0]),
    ("leaky_relu", [0.0, -0.0, -2.0, 2.0], [100.0, 100.0, -100.0, 3.0], [1.0, 1.0, -1.0, 3.0]),
    ("elu", [0.0, -0.0, -1.0, -0.5, 2.0], [3.0, -3.0, 3.0, 4.0, -3.0], [3.0, -3.0, 0.0, 2.0, -3.0]),
    ("elu", [INF, NAN, -5e-324], [3.0, 3.0, 3.0], [3.0, NAN, 3.0]),
    (
        "softplus",
        [0.0, -0.0, INF, 800.0, 5e-324],
        [3.0, 3.0, 3.0, -3.0, 1.0],
        [0.0, -0.0, 3.0, -3.0, 5e-324],
    ),
    ("softplus", [NAN, 1e-20], [3.0, 2.0], [NAN, 2e-20]),
    ("softmax", [1.0, 0.0], [3.0, 5.0], [0.0, 0.0]),
    ("softmax", [1.0], [3.0], [0.0]),
    ("softmax", [0.5, 0.5], [4.0, 2.0], [0.5, -0.5]),
    ("identity", [1.0, NAN], [-0.0, 2.0], [-0.0, 2.0]),
]


@pytest.mark.parametrize(("name", "a", "da", "dz"), BACKWARD_EDGES)
def test_derivatives_at_the_edges(engine, name, a, da, dz):
    assert bits(lists(derivative(engine, name)([da], [a]))) == bits([dz])


# Losses


def xlogy(x, y):
    return np.where(x == 0.0, 0.0, x * np.log(np.where(x == 0.0, 1.0, y)))


LOSS = {
    "mean_squared_error": lambda A, Y: ((A - Y) ** 2).mean(axis=1),
    "mean_absolute_error": lambda A, Y: np.abs(A - Y).mean(axis=1),
    "huber": lambda A, Y: np.where(
        np.abs(A - Y) <= 1.0, (A - Y) ** 2 / 2.0, np.abs(A - Y) - 0.5
    ).mean(axis=1),
    "binary_cross_entropy": lambda A, Y: -(xlogy(Y, A) + xlogy(1.0 - Y, 1.0 - A)).sum(axis=1),
    "categorical_cross_entropy": lambda A, Y: -xlogy(Y, A).sum(axis=1),
}

GRADIENT = {
    "mean_squared_error": lambda A, Y: 2.0 * (A - Y) / A.shape[1],
    "mean_absolute_error": lambda A, Y: np.sign(A - Y) / A.shape[1],
    "huber": lambda A, Y: np.clip(A - Y, -1.0, 1.0) / A.shape[1],
    "binary_cross_entropy": lambda A, Y: (A - Y) / (A * (1.0 - A)),
    "categorical_cross_entropy": lambda A, Y: -Y / A,
}


def loss_gradient(engine, loss):
    return getattr(engine.functions, f"{loss}_gradient")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (6, 7)])
@pytest.mark.parametrize("labels", [False, True])
def test_losses(engine, loss, shape, labels):
    A, Y = uniform(11, 0.01, 0.99, *shape), uniform(12, 0.0, 1.0, *shape)
    if labels:
        Y = np.round(Y)
    L = lists(getattr(engine.functions, loss)(A.tolist(), Y.tolist()))
    assert_close(L, LOSS[loss](A, Y), ulps=2 * shape[1] + 6)
    assert bits(reference.LOSSES[loss].losses(A.tolist(), Y.tolist())) == bits(L)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (6, 7)])
@pytest.mark.parametrize("labels", [False, True])
def test_gradients_of_losses(engine, loss, shape, labels):
    A, Y = uniform(13, 0.01, 0.99, *shape), uniform(14, 0.0, 1.0, *shape)
    if labels:
        Y = np.round(Y)
    dA = lists(loss_gradient(engine, loss)(A.tolist(), Y.tolist()))
    # The binary one is a difference of two quotients of at most 100.
    assert_close(dA, GRADIENT[loss](A, Y), absolute=400 * EPSILON)
    assert bits(reference.LOSSES[loss].gradient(A.tolist(), Y.tolist())) == bits(dA)


def test_sums_of_losses_in_their_order(engine):
    A, Y = draws(15, 4, 9), draws(16, 4, 9)
    L = engine.functions.mean_squared_error(A.tolist(), Y.tolist())
    squares = (A - Y) * (A - Y)
    assert bits(lists(L)) == bits((ordered_sum(squares.T) / 9).tolist())
    assert bits(ordered_sum(squares.T).tolist()) != bits(ordered_sum(squares.T[::-1]).tolist())
    losses = draws(17, 50)
    assert bits(engine.functions.mean(losses.tolist())) == bits(float(ordered_sum(losses) / 50))
    assert bits(engine.functions.mean([-0.0])) == bits(0.0)


LOG_2 = 0.6931471805599453

LOSS_EDGES = [
    ("mean_squared_error", [1.0], [1.0], 0.0, [0.0]),
    ("mean_squared_error", [3.0, 1.0], [1.0, 1.0], 2.0, [2.0, 0.0]),
    ("mean_squared_error", [1e200], [0.0], INF, [2e200]),
    ("mean_absolute_error", [3.0, 1.0], [1.0, 1.5], 1.25, [0.5, -0.5]),
    ("mean_absolute_error", [1.0, -0.0], [1.0, 0.0], 0.0, [0.0, 0.0]),
    ("mean_absolute_error", [5e-324], [0.0], 5e-324, [1.0]),
    ("mean_absolute_error", [INF], [1.0], INF, [1.0]),
    ("mean_absolute_error", [1e308, -1e308], [-1e308, 0.0], INF, [0.5, -0.5]),
    ("huber", [3.0, 1.0], [1.0, 1.5], 0.8125, [0.5, -0.25]),
    ("huber", [1.0, -1.0], [0.0, 0.0], 0.5, [0.5, -0.5]),
    ("huber", [1.0 + 2.0**-52], [0.0], 0.5 + 2.0**-52, [1.0]),
    ("huber", [1e200, -1e200], [0.0, 0.0], 1e200, [0.5, -0.5]),
    ("huber", [1e-200], [0.0], 0.0, [1e-200]),
    ("huber", [-INF], [1.0], INF, [-1.0]),
    ("binary_cross_entropy", [0.0], [0.0], 0.0, [1.0]),
    ("binary_cross_entropy", [1.0], [1.0], 0.0, [-1.0]),
    ("binary_cross_entropy", [1.0, 0.0], [1.0, 0.0], 0.0, [-1.0, 1.0]),
    ("binary_cross_entropy", [0.0], [1.0], INF, [-(2.0**1022)]),
    ("binary_cross_entropy", [1.0], [0.0], INF, [2.0**1022]),
    ("binary_cross_entropy", [1.0], [0.5], INF, [2.0**1021]),
    ("binary_cross_entropy", [0.0], [0.5], INF, [-(2.0**1021)]),
    ("binary_cross_entropy", [0.5], [1.0], LOG_2, [-2.0]),
    ("binary_cross_entropy", [0.5], [0.5], LOG_2, [0.0]),
    ("categorical_cross_entropy", [1.0, 0.0], [1.0, 0.0], 0.0, [-1.0, 0.0]),
    ("categorical_cross_entropy", [0.0, 1.0], [1.0, 0.0], INF, [-(2.0**1022), 0.0]),
    ("categorical_cross_entropy", [0.5, 0.5], [-0.0, 1.0], LOG_2, [0.0, -2.0]),
    ("categorical_cross_entropy", [1.0], [1.0], 0.0, [-1.0]),
]


@pytest.mark.parametrize(("loss", "a", "y", "value", "gradient"), LOSS_EDGES)
def test_losses_at_the_edges(engine, loss, a, y, value, gradient):
    """Equal as numbers: a 0 may have either sign."""
    assert lists(getattr(engine.functions, loss)([a], [y])) == [value]
    assert lists(loss_gradient(engine, loss)([a], [y])) == [gradient]


@pytest.mark.parametrize("x", [0.0, -0.0])
@pytest.mark.parametrize("y", [0.0, -0.0, -1.0, INF, -INF, NAN, 5e-324])
def test_0_times_a_logarithm_and_0_over_anything_are_0(engine, x, y):
    assert bits(engine.functions.xlogy(x, y)) == bits(0.0)
    assert bits(engine.functions.xdivy(x, y)) == bits(0.0)


def test_xlogy_and_xdivy_of_other_numbers(engine):
    f = engine.functions
    assert f.xlogy(3.0, 0.0) == -INF
    assert f.xlogy(-3.0, 0.0) == INF
    assert math.isnan(f.xlogy(1.0, -1.0))
    assert f.xlogy(2.0, math.e) == pytest.approx(2.0, rel=1e-15)
    assert f.xdivy(3.0, 4.0) == 0.75
    for y in (0.0, -0.0, 5e-324, 2.0**-1022, -1.0, -INF):
        assert (f.xdivy(1.0, y), f.xdivy(-0.5, y)) == (2.0**1022, -(2.0**1021))
    assert f.xdivy(4.0, 0.0) == INF
    assert f.xdivy(1.0, 3.0 * 2.0**-1022) == 2.0**1022 / 3.0
    assert math.isnan(f.xdivy(NAN, 0.0)) and math.isnan(f.xdivy(1.0, NAN))


# The gradient at the output, and its short form


MATCHED = [("sigmoid", "binary_cross_entropy"), ("softmax", "categorical_cross_entropy")]


def probabilities(seed, *shape):
    Y = uniform(seed, 0.01, 1.0, *shape)
    return Y / Y.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("name", "loss"), MATCHED)
def test_the_short_form_is_the_product_of_both_derivatives(engine, name, loss):
    f = engine.functions
    A, Y = FORWARD[name](uniform(18, -3.0, 3.0, 7, 4)), probabilities(19, 7, 4)
    short = lists(f.output_gradient(A.tolist(), Y.tolist(), name, loss))
    assert bits(short) == bits((A - Y).tolist())
    assert bits(lists(f.matched_gradient(A.tolist(), Y.tolist()))) == bits(short)
    dA = loss_gradient(engine, loss)(A.tolist(), Y.tolist())
    product = np.array(lists(derivative(engine, name)(dA, A.tolist())))
    assert_close(product, A - Y, absolute=16 * EPSILON)
    assert bits(product.tolist()) != bits(short)  # so the test above sees which one was taken


@pytest.mark.parametrize(("activation", "loss"), MATCHED)
def test_the_short_form_is_right_where_the_product_is_not_a_number(engine, activation, loss):
    dZ = engine.functions.output_gradient([[1.0, 0.0]], [[0.0, 1.0]], activation, loss)
    assert lists(dZ) == [[1.0, -1.0]]


@pytest.mark.parametrize(
    ("activation", "loss"), sorted(set(itertools.product(ACTIVATIONS, LOSSES)) - set(MATCHED))
)
def test_elsewhere_it_is_the_product(engine, activation, loss):
    A, Y = uniform(20, 0.1, 0.9, 5, 3), uniform(21, 0.0, 1.0, 5, 3)
    dZ = engine.functions.output_gradient(A.tolist(), Y.tolist(), activation, loss)
    dA = GRADIENT[loss](A, Y)
    expected = [jacobian(activation, a) @ d for a, d in zip(A, dA)]
    assert_close(lists(dZ), expected, absolute=64 * EPSILON)


# Whole networks


def numpys_forward(X, weights, activations):
    """Z and A of every layer."""
    Z, A = [], [X]
    for (W, b), activation in zip(weights, activations):
        Z.append(A[-1] @ W + b)
        A.append(FORWARD[activation](Z[-1]))
    return Z, A[1:]


def numpys_loss(X, Y, weights, activations, loss):
    return LOSS[loss](numpys_forward(X, weights, activations)[1][-1], Y).mean()


def as_lists(weights):
    return [(W.tolist(), b.tolist()) for W, b in weights]


def differences(X, Y, weights, activations, loss):
    """The gradients of NumPy's loss by central differences."""
    h = 1e-5
    gradients = []
    for layer in weights:
        for parameter in layer:
            gradient = np.empty_like(parameter)
            for index in np.ndindex(*parameter.shape):
                start = parameter[index]
                parameter[index] = start + h
                up = numpys_loss(X, Y, weights, activations, loss)
                parameter[index] = start - h
                down = numpys_loss(X, Y, weights, activations, loss)
                parameter[index] = start
                gradient[index] = (up - down) / (2 * h)
            gradients.append(gradient)
    return gradients


class Example:
    """A network, inputs and targets; positive throughout where the outputs must be above 0."""

    def __init__(self, seed, sizes, positive):
        stream = np.random.default_rng(seed)
        low, high = (0.05, 0.15) if positive else (-1.0, 1.0)
        self.weights = [
            (stream.uniform(low, high, shape), stream.uniform(0.0, high, shape[1]))
            for shape in zip(sizes, sizes[1:])
        ]
        self.X = stream.uniform(0.1 if positive else -1.5, 0.8, (4, sizes[0]))
        self.Y = stream.uniform(0.0, 1.0, (4, sizes[-1]))
        self.Y = self.Y / self.Y.sum(axis=1, keepdims=True)

    def network(self, functions, activations, loss, bias=True):
        """The network as these functions take it."""
        return functions.Network(as_lists(self.weights), activations, loss, bias)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("last", ACTIVATIONS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_gradients_of_networks_are_the_differences_of_the_loss(engine, hidden, last, loss):
    f = engine.functions
    positive = reference.LOSSES[loss].of_probabilities and last not in PROBABILITIES
    net = Example(22, [3, 4, 2], positive)
    activations = [hidden, last]
    network = net.network(f, activations, loss)
    _, A = f.forward(net.X.tolist(), network)
    assert not positive or (np.array(lists(A[-1])) > 0.0).all()
    value = f.mean(getattr(f, loss)(A[-1], net.Y.tolist()))
    expected = numpys_loss(net.X, net.Y, net.weights, activations, loss)
    assert value == pytest.approx(expected, rel=1e-13)
    _, gradients = f.backward(A, net.X.tolist(), net.Y.tolist(), network)
    expected = differences(net.X, net.Y, net.weights, activations, loss)
    found = [lists(part) for layer in gradients for part in layer]
    assert len(found) == len(expected) == 4
    for part, difference in zip(found, expected):
        assert_close(part, difference, absolute=1e-8)
    assert max(np.abs(part).max() for part in expected) > 1e-3


SIZES = [[1, 1], [3, 1], [1, 1, 1], [2, 5, 3], [4, 1, 6, 2], [6, 5, 4, 3, 2]]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("bias", [True, False])
def test_every_layer_forward_and_backward(engine, sizes, bias):
    """Backpropagation as NumPy writes it, with matrix products."""
    f = engine.functions
    net = Example(23, sizes, False)
    names = ["tanh", "leaky_relu", "softmax", "sigmoid"]
    activations = names[: len(sizes) - 2] + ["sigmoid"]
    loss = "mean_squared_error"
    network = net.network(f, activations, loss, bias)
    Z, A = f.forward(net.X.tolist(), network)
    numpys_Z, numpys_A = numpys_forward(net.X, net.weights, activations)
    assert len(Z) == len(A) == len(sizes) - 1
    for layer in range(len(A)):
        assert_close(lists(Z[layer]), numpys_Z[layer], absolute=64 * EPSILON)
        assert_close(lists(A[layer]), numpys_A[layer], absolute=64 * EPSILON)

    dZ, gradients = f.backward(A, net.X.tolist(), net.Y.tolist(), network)
    assert len(dZ) == len(gradients) == len(sizes) - 1
    dA = GRADIENT[loss](numpys_A[-1], net.Y)
    inputs = [net.X, *numpys_A]
    for layer in reversed(range(len(A))):
        expected = [jacobian(activations[layer], a) @ d for a, d in zip(numpys_A[layer], dA)]
        assert_close(lists(dZ[layer]), expected, absolute=64 * EPSILON)
        dW, db = gradients[layer]
        expected = np.array(expected)
        assert_close(lists(dW), inputs[layer].T @ expected / 4, absolute=64 * EPSILON)
        if bias:
            assert_close(lists(db), expected.mean(axis=0), absolute=64 * EPSILON)
        else:
            assert bits(lists(db)) == bits([0.0] * sizes[layer + 1])
        dA = expected @ net.weights[layer][0].T


def test_forward_and_backward_change_nothing_that_goes_in(engine):
    f = engine.functions
    net = Example(24, [3, 4, 2], False)
    X, Y, weights = net.X.tolist(), net.Y.tolist(), as_lists(net.weights)
    network = net.network(f, ["relu", "softmax"], "categorical_cross_entropy")
    _, A = f.forward(X, network)
    before = bits([lists(a) for a in A])
    f.backward(A, X, Y, network)
    assert bits([lists(a) for a in A]) == before
    assert bits([(lists(W), lists(b)) for W, b in network.parameters]) == bits(weights)
    assert bits([X, Y]) == bits([net.X.tolist(), net.Y.tolist()])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_make_matrices_of_their_own(engine, name):
    Z = engine.matrix([[0.5, -0.25]])
    A = activation(engine, name)(Z)
    dZ = derivative(engine, name)(Z, A)
    before = bits(lists(A)), bits(lists(dZ))
    Z[0][0] = 7.0
    assert (bits(lists(A)), bits(lists(dZ))) == before


# Backward is linear in dA


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_twice_the_gradient_of_the_outputs_gives_twice_the_gradient(engine, name):
    A, dA = FORWARD[name](uniform(25, -2.0, 2.0, 5, 4)), uniform(26, -1.0, 1.0, 5, 4)
    backward = derivative(engine, name)
    once = np.array(lists(backward(dA.tolist(), A.tolist())))
    twice = lists(backward((2.0 * dA).tolist(), A.tolist()))
    assert bits((2.0 * once).tolist()) == bits(twice)
