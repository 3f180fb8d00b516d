"""How networks learn: every optimizer, weight decay, clipping, dropout and weights of samples.

Held to PyTorch in float64, whose values tests/generate/pytorch_trainings.py writes: after fifty
steps losses agree to 12 digits and weights to 11, or to 1e-14 where they are close to 0; gradients
agree to 13. Rule by rule they are held to the formulas in NumPy's float64, bit for bit.
"""

import copy
import json
import pickle
from fractions import Fraction
from pathlib import Path

import pytest
from bits import bits
from cases import EDGES

from purenn import Network, Optimizer, Training
from purenn.architecture import Architecture
from purenn.engines import lists
from purenn.optimizers import OPTIMIZERS
from purenn.reference import RULES, Rates

np = pytest.importorskip("numpy")
pytest.importorskip("hypothesis")

from hypothesis import given
from hypothesis import strategies as st

DATA = Path(__file__).parent / "data" / "pytorch_trainings.json"
PYTORCH = json.loads(DATA.read_text(encoding="utf-8"))


# PyTorch


def cases(parts):
    """A parameter for each case, named by what is set in it."""
    keys = ("optimizer", "network", "settings", "batch_size", "dropout", "sample_weight")
    return [
        pytest.param(case, id=" ".join(str(case[key]) for key in keys if case.get(key)))
        for case in parts
    ]


def flat(values):
    """The numbers in a nest of lists."""
    if isinstance(values, (int, float)):
        return [values]
    return [number for value in values for number in flat(value)]


def flat_parameters(parameters):
    return flat([[lists(W), lists(b)] for W, b in parameters])


def near(values, digits):
    """Equal to the numbers in that nest to so many digits; those near 0 to three places more."""
    return pytest.approx(flat(values), rel=10.0**-digits, abs=10.0 ** -(digits + 3))


def network_of(engine, case, **more):
    """The network of a case, as a user holds it."""
    architecture = Architecture(
        case["sizes"],
        activations=case["activations"],
        loss=case["loss"],
        dropout=case.get("dropout", 0.0),
        **more,
    )
    return Network.of(architecture, case["weights"], backend=engine.name)


def fitted(engine, case, Y, **more):
    """The network and the losses after the training of a case, as a user makes it."""
    network = network_of(engine, case)
    history = network.fit(
        case["X"],
        Y,
        epochs=len(case["losses"]),
        optimizer=Optimizer(case["optimizer"], **case["settings"]),
        learning_rate=case["learning_rate"],
        batch_size=case["batch_size"],
        seed=case.get("seed"),
        **more,
    )
    return network, history["loss"]


def test_the_version_that_made_the_values():
    assert PYTORCH["torch"] == "2.13.0"


def test_the_values_cover_every_optimizer_and_setting():
    trainings = PYTORCH["trainings"]
    for name in OPTIMIZERS:
        of = [case for case in trainings if case["optimizer"] == name]
        assert {case["loss"] for case in of} == {case["loss"] for case in trainings}
        assert any("sample_weight" in case for case in of) and any("dropout" in case for case in of)
        clipped = [case["clipped"] for case in of if "clip_norm" in case["settings"]]
        assert 50 in clipped and any(0 < steps < 50 for steps in clipped)
        if name != "rprop":
            assert {setting for case in of for setting in case["settings"]} == {
                *OPTIMIZERS[name][2]
            }


@pytest.mark.parametrize("case", cases(PYTORCH["trainings"]))
def test_fifty_steps_of_fit(engine, case):
    network, losses = fitted(engine, case, case["Y"], sample_weight=case.get("sample_weight"))
    assert losses == near(case["losses"], 12)
    assert flat(network.get_weights()) == near(case["trained"], 11)


@pytest.mark.parametrize("case", cases(PYTORCH["trainings"]))
def test_fifty_steps_of_train_epoch(engine, case):
    f = engine.functions
    weights = [([list(row) for row in W], list(b)) for W, b in case["weights"]]
    network = f.Network(weights, case["activations"], case["loss"], True)
    how = Optimizer(case["optimizer"], **case["settings"])
    rates = how.rates(case["learning_rate"])
    optimizer = f.Optimizer(network, how.rule, rates, how.decay, how.weight_decay, how.largest_norm)
    X, Y, n = engine.matrix(case["X"]), engine.matrix(case["Y"]), len(case["X"])
    size, dropout = case["batch_size"] or n, None
    if "dropout" in case:
        dropout = f.Dropout(case["dropout"], f.random_seed(case["seed"]))
    losses = [
        f.train_epoch(network, optimizer, X, Y, range(n), size, case.get("sample_weight"), dropout)
        for _ in case["losses"]
    ]
    assert losses == near(case["losses"], 12)
    assert flat_parameters(network.parameters) == near(case["trained"], 11)


@pytest.mark.parametrize("case", cases(PYTORCH["classes"]))
def test_weights_of_classes(engine, case):
    classes = [row.index(1.0) for row in case["Y"]]
    network, losses = fitted(
        engine, case, classes, class_weight=dict(enumerate(case["class_weight"]))
    )
    assert losses == near(case["losses"], 12)
    assert flat(network.get_weights()) == near(case["trained"], 11)


@pytest.mark.parametrize("case", cases(PYTORCH["gradients"]))
def test_gradients_with_sample_weights_and_masks(engine, case):
    f, weights = engine.functions, case["sample_weight"]
    network = f.Network(case["weights"], case["activations"], case["loss"], True)
    masks = [engine.matrix(mask) for mask in case["masks"]]
    _, A = f.forward(case["X"], network, masks)
    losses = getattr(f, case["loss"])(A[-1], case["Y"])
    weighed = [weight * loss for weight, loss in zip(weights, losses)]
    assert f.mean(weighed) == pytest.approx(case["value"], rel=1e-13)
    _, gradients = f.backward(A, case["X"], case["Y"], network, weights, masks)
    assert flat_parameters(gradients) == near(case["gradients"], 13)


# The rules, number by number


def by_numpy(rule, w, moments, g, rates):
    """The step of arrays by the formula of that rule, in NumPy's float64: w and the moments."""
    with np.errstate(all="ignore"):
        rate, mu = rates.learning_rate, rates.mu
        if rule == "gradient_descent":
            return w - rate * g, []
        if rule in ("momentum", "nesterov"):
            v = mu * moments[0] + g
            return w - rate * (v if rule == "momentum" else g + mu * v), [v]
        if rule == "adam":
            m, v = moments
            m = m + (1.0 - rates.beta_1) * (g - m)
            v = rates.beta_2 * v + (1.0 - rates.beta_2) * (g * g)
            return w - (rate * m) / (np.sqrt(v) + rates.epsilon), [m, v]
        before, sizes = moments
        sizes = np.where(sizes == 0.0, rate, sizes)
        grows, shrinks = before * g > 0.0, before * g < 0.0
        sizes = np.where(grows, sizes * 1.2, np.where(shrinks, sizes * 0.5, sizes))
        sizes = np.minimum(np.maximum(sizes, 1e-6), 50.0)
        g = np.where(shrinks, 0.0, g)
        return np.where(g > 0.0, w - sizes, np.where(g < 0.0, w + sizes, w)), [g, sizes]


def step_of(engine, rule, w, moments, g, rates):
    """The same by the engine's function."""
    w, moments = engine.vector(w), [engine.vector(moment) for moment in moments]
    numbers = [getattr(rates, name) for name in RULES[rule].rates]
    getattr(engine.functions, rule)(w, *moments, engine.vector(g), *numbers)
    return w, moments


RATES = Rates(0.1, 0.9, 0.8, 0.95, 1e-3)


@pytest.mark.parametrize("rule", RULES)
def test_rules_at_all_edges(engine, rule):
    """±0, subnormals, infinities and NaN, in weights, gradients and moments."""
    n = len(EDGES)
    w, g = np.repeat(EDGES, n), np.tile(EDGES, n)
    for edge in EDGES:
        moments = [np.full(n * n, edge), np.full(n * n, abs(edge))][: RULES[rule].moments]
        found = step_of(engine, rule, w, moments, g, RATES)
        assert bits(found) == bits(by_numpy(rule, w, moments, g, RATES)), edge


finite = st.floats(-1e3, 1e3)


@pytest.mark.parametrize("rule", RULES)
@given(rows=st.lists(st.tuples(finite, finite, finite, finite), max_size=9), rate=finite)
def test_rules_anywhere(engine, rule, rows, rate):
    w, g, first, second = np.array(rows).reshape(-1, 4).T
    moments = [first, np.abs(second)][: RULES[rule].moments]
    rates = Rates(rate, 0.5, 0.9, 0.999, 1e-8)
    found = step_of(engine, rule, w, moments, g, rates)
    assert bits(found) == bits(by_numpy(rule, w, moments, g, rates))


def test_momentum_by_hand(engine):
    """Three steps with numbers that binary64 holds exactly."""
    w, v, mu, rate = Fraction(3), Fraction(0), Fraction(3, 4), Fraction(1, 8)
    found, moment = engine.vector([3.0]), engine.vector([0.0])
    for g in (Fraction(2), Fraction(-5, 2), Fraction(0)):
        v = mu * v + g
        w = w - rate * v
        engine.functions.momentum(found, moment, [float(g)], 0.125, 0.75)
        assert (found[0], moment[0]) == (float(w), float(v))
    assert (w, v) == (Fraction(95, 32), Fraction(-3, 4))


def test_nesterov_by_hand(engine):
    w, v, mu, rate = Fraction(3), Fraction(0), Fraction(3, 4), Fraction(1, 8)
    found, moment = engine.vector([3.0]), engine.vector([0.0])
    for g in (Fraction(2), Fraction(-5, 2), Fraction(0)):
        v = mu * v + g
        w = w - rate * (g + mu * v)
        engine.functions.nesterov(found, moment, [float(g)], 0.125, 0.75)
        assert (found[0], moment[0]) == (float(w), float(v))


def test_the_first_steps_of_adam_by_hand(engine):
    """Whatever g is, the first one is learning_rate long, but for epsilon; NumPy says how long."""
    one, f = np.float64(1.0), engine.functions
    beta_1, beta_2, epsilon, rate = map(np.float64, (0.9, 0.999, 1e-8, 0.1))
    w, m, v = np.float64(0.5), np.float64(0.0), np.float64(0.0)
    power_1 = power_2 = one
    found, moments, powers = engine.vector([0.5]), [engine.vector([0.0]) for _ in "mv"], [1.0, 1.0]
    powers = engine.vector(powers)
    for t, g in enumerate((np.float64(3.0), np.float64(-0.25)), 1):
        power_1, power_2 = power_1 * beta_1, power_2 * beta_2
        root = np.sqrt(one - power_2)
        own_rate, own_epsilon = (rate * root) / (one - power_1), epsilon * root
        m = m + (one - beta_1) * (g - m)
        v = beta_2 * v + (one - beta_2) * (g * g)
        before, w = w, w - (own_rate * m) / (np.sqrt(v) + own_epsilon)
        rates = Rates(0.1)
        f.adam_rates(rates, powers)
        assert bits([rates.learning_rate, rates.epsilon]) == bits([own_rate, own_epsilon])
        f.adam(found, *moments, [float(g)], rates.learning_rate, 0.9, 0.999, rates.epsilon)
        assert bits([found, *moments]) == bits([[w], [m], [v]])
        # the textbook's form: both moments corrected
        corrected = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        assert before - w == pytest.approx(0.1 * corrected, rel=1e-12)
    assert powers[0] == pytest.approx(0.81) and powers[1] == pytest.approx(0.998001)


@pytest.mark.parametrize("epsilon", [0.0, 5e-324])
def test_adam_without_epsilon(engine, epsilon):
    """0 / 0 is NaN on both engines; a smallest epsilon is 0 once it is corrected."""
    w, m, v = engine.vector([1.0]), engine.vector([0.0]), engine.vector([0.0])
    rates = Rates(0.1, epsilon=epsilon)
    engine.functions.adam_rates(rates, engine.vector([1.0, 1.0]))
    engine.functions.adam(w, m, v, [0.0], rates.learning_rate, 0.9, 0.999, rates.epsilon)
    assert bits(w) == ["nan"]


def test_adam_rates_of_betas_that_are_0_or_1(engine):
    rates, powers = Rates(0.5, beta_1=0.0, beta_2=0.0, epsilon=0.25), engine.vector([1.0, 1.0])
    engine.functions.adam_rates(rates, powers)
    assert (rates.learning_rate, rates.epsilon, list(powers)) == (0.5, 0.25, [0.0, 0.0])
    rates, powers = Rates(0.5, beta_1=1.0), engine.vector([1.0, 1.0])
    engine.functions.adam_rates(rates, powers)
    assert rates.learning_rate == float("inf")


RPROP = {  # before, size, g: then w (from 1.0), before, size
    "the first step": ((0.0, 0.0, 3.0), (0.75, 3.0, 0.25)),
    "the first step, downwards": ((0.0, 0.0, -1e-300), (1.25, -1e-300, 0.25)),
    "the same sign": ((2.0, 0.5, 7.0), (1.0 - 0.5 * 1.2, 7.0, 0.5 * 1.2)),
    "the same sign, below 0": ((-2.0, 0.5, -7.0), (1.0 + 0.5 * 1.2, -7.0, 0.5 * 1.2)),
    "the other sign": ((2.0, 0.5, -7.0), (1.0, 0.0, 0.25)),
    "after the other sign": ((0.0, 0.25, -7.0), (1.25, -7.0, 0.25)),
    "a gradient of 0": ((2.0, 0.5, 0.0), (1.0, 0.0, 0.5)),
    "a gradient of -0": ((2.0, 0.5, -0.0), (1.0, -0.0, 0.5)),
    "the largest": ((1.0, 45.0, 1.0), (-49.0, 1.0, 50.0)),
    "the smallest": ((1.0, 1.5e-6, -1.0), (1.0, 0.0, 1e-6)),
    "a product that is 0": ((1e-200, 0.5, 1e-200), (0.5, 1e-200, 0.5)),
    "NaN": ((1.0, 0.5, float("nan")), (1.0, float("nan"), 0.5)),
    "infinite": ((1.0, 0.5, float("inf")), (1.0 - 0.5 * 1.2, float("inf"), 0.5 * 1.2)),
}


@pytest.mark.parametrize("case", RPROP)
def test_rprop_by_hand(engine, case):
    (before, size, g), expected = RPROP[case]
    w, moments = engine.vector([1.0]), [engine.vector([before]), engine.vector([size])]
    engine.functions.rprop(w, *moments, [g], 0.25)
    assert bits([w[0], moments[0][0], moments[1][0]]) == bits(list(expected))


@pytest.mark.parametrize(("rate", "size"), [(1e-9, 1e-6), (80.0, 50.0)])
def test_rprop_begins_within_its_limits(engine, rate, size):
    w, before, sizes = engine.vector([0.0]), engine.vector([0.0]), engine.vector([0.0])
    engine.functions.rprop(w, before, sizes, [1.0], rate)
    assert (w[0], sizes[0]) == (-size, size)


def test_decays_by_numpy(engine):
    n = len(EDGES)
    w, g = np.repeat(EDGES, n), np.tile(EDGES, n)
    own_w, own_g = engine.vector(w), engine.vector(g)
    with np.errstate(all="ignore"):
        engine.functions.l2_decay(own_w, own_g, 0.3, 0.1)
        assert bits([own_w, own_g]) == bits([w, g + 0.3 * w])
        own_g = engine.vector(g)
        engine.functions.decoupled_decay(own_w, own_g, 0.3, 0.1)
        assert bits([own_w, own_g]) == bits([(1.0 - 0.1 * 0.3) * w, g])


# Clipping


def gradients_of(engine, shapes, seed=3):
    """Random gradients, as NumPy has them and as the engine does."""
    random = np.random.RandomState(seed)
    gradients = [(random.randn(*shape), random.randn(shape[1])) for shape in shapes]
    own = [(engine.matrix(dW.tolist()), engine.vector(db)) for dW, db in gradients]
    return gradients, own


def norm(numbers):
    total = np.float64(0.0)
    for number in numbers:
        total = total + number
    return np.sqrt(total)


def test_the_order_of_the_norm(engine):
    """Column by column; row by row, at once or backwards are other sums."""
    gradients, own = gradients_of(engine, [(23, 5), (5, 4)], seed=2)
    terms = []
    for dW, db in gradients:
        for column in (dW * dW).T:
            total = np.float64(0.0)
            for square in column:
                total = total + square
            terms.append(total)
        terms.extend(db * db)
    found = bits(engine.functions.gradient_norm(own))
    assert found == bits(norm(terms))
    by_column = [np.append((dW * dW).T.ravel(), db * db) for dW, db in gradients]
    by_row = [np.append((dW * dW).ravel(), db * db) for dW, db in gradients]
    others = [np.concatenate(by_column), np.concatenate(by_row), terms[::-1]]
    assert all(found != bits(norm(other)) for other in others)


def test_gradients_below_the_norm_stay(engine):
    gradients, own = gradients_of(engine, [(4, 3), (3, 2)])
    engine.functions.clip_gradients(own, 2e-6 + engine.functions.gradient_norm(own))
    assert bits(flat_parameters(own)) == bits(flat_parameters(gradients))


def test_gradients_above_the_norm_are_multiplied(engine):
    gradients, own = gradients_of(engine, [(4, 3), (3, 2)])
    factor = 0.5 / (np.float64(engine.functions.gradient_norm(own)) + 1e-6)
    engine.functions.clip_gradients(own, 0.5)
    expected = [(factor * dW, factor * db) for dW, db in gradients]
    assert bits(flat_parameters(own)) == bits(flat_parameters(expected))
    norms = [*(dW.ravel() for dW, _ in expected), *(db for _, db in expected)]
    assert np.linalg.norm(np.concatenate(norms)) == pytest.approx(0.5, rel=1e-5)


# Gradients of 0


@pytest.mark.parametrize("batch_size", [1, 8])
@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov", "adam"])
def test_a_gradient_of_0_still_moves_a_weight(engine, name, batch_size):
    """An input that is 0 but in the first batch, among many that are always 0, in a wide layer."""
    n, n_in, column = 16, 130, 70
    X = np.zeros((n, n_in))
    X[0, column] = 2.0
    network = zeros(engine, n_in)
    training = Training(
        network, X.tolist(), [0.5] * n, learning_rate=0.125, optimizer=name, batch_size=batch_size
    )
    rates, (w, moments) = Rates(0.125), (np.zeros(1), [np.zeros(1)] * RULES[name].moments)
    powers = np.ones(2)
    for step in range(n // batch_size):
        training.step()
        g = np.array([2.0 * -1.0 / batch_size if step == 0 else 0.0])
        powers = powers * [0.9, 0.999]
        if name == "adam":
            root = np.sqrt(1.0 - powers[1])
            rates = Rates((0.125 * root) / (1.0 - powers[0]), epsilon=1e-8 * root)
        before = w
        w, moments = by_numpy(name, w, moments, g, rates)
        assert (w[0] != before[0]) == (step == 0 or name != "gradient_descent")
        assert bits(network.get_weights()[0][0][column]) == bits(w)
    others = network.get_weights()[0][0]
    del others[column]
    assert not any(flat(others))


def zeros(engine, n_in):
    """The loss's gradient with respect to the one output is 2·(a − y)."""
    architecture = Architecture([n_in, 1], activations="identity", bias=False)
    return Network.of(architecture, [([[0.0]] * n_in, [0.0])], backend=engine.name)


@pytest.mark.parametrize("batch_size", [1, 8])
@pytest.mark.parametrize("name", ["gradient_descent", "adamw"])
def test_weights_of_inputs_that_are_0_decay(engine, name, batch_size):
    n, n_in = 16, 130
    architecture = Architecture([n_in, 3], activations="tanh")
    W = np.random.RandomState(1).randn(n_in, 3)
    network = Network.of(architecture, [(W.tolist(), [0.0] * 3)], backend=engine.name)
    X = np.zeros((n, n_in))
    X[:, 4] = np.arange(n)
    network.fit(
        X.tolist(),
        [[0.5] * 3] * n,
        epochs=3,
        learning_rate=0.25,
        optimizer=Optimizer(name, weight_decay=0.1),
        batch_size=batch_size,
    )
    for _ in range(3 * n // batch_size):
        W = (1.0 - 0.25 * 0.1) * W if name == "adamw" else W - 0.25 * (0.0 + 0.1 * W)
    found = np.array(network.get_weights()[0][0])
    assert bits(np.delete(found, 4, 0)) == bits(np.delete(W, 4, 0))
    assert not (found[4] == W[4]).any()


# Optimizer


def test_equal_optimizers():
    assert Optimizer("sgd") == Optimizer("gradient_descent") and Optimizer("sgd").is_plain
    assert Optimizer("momentum") == Optimizer("momentum", momentum=0.9, clip_norm=None)
    assert hash(Optimizer("momentum")) == hash(Optimizer("momentum", momentum=0.9))
    assert Optimizer("adam") != Optimizer("adamw", weight_decay=0.0)
    assert Optimizer("adam", clip_norm=1) == Optimizer("adam", clip_norm=1.0)
    assert Optimizer("adam", clip_norm=1.0) != Optimizer("adam", clip_norm=2.0)
    assert Optimizer("adam") != "adam"


@pytest.mark.parametrize("name", [*OPTIMIZERS, "sgd"])
def test_reprs_copies_and_pickles(name):
    plain = Optimizer(name)
    assert repr(plain) == f"Optimizer({plain.name!r})"
    changed = Optimizer(name, weight_decay=0.25, clip_norm=1.5)
    assert repr(changed) == f"Optimizer({plain.name!r}, weight_decay=0.25, clip_norm=1.5)"
    for optimizer in (plain, changed):
        assert eval(repr(optimizer)) == optimizer
        for made in (copy.copy, copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))):
            assert made(optimizer) == optimizer
            assert repr(made(optimizer)) == repr(optimizer)


def test_an_optimizer_stays_as_it_was_made():
    optimizer = Optimizer("momentum")
    with pytest.raises(AttributeError, match="make a new Optimizer"):
        optimizer.name = "adam"
    optimizer.settings["momentum"] = 0.5
    assert optimizer == Optimizer("momentum")


SHARES = ("momentum", "beta_1", "beta_2")
WRONG = [
    *((setting, value) for setting in SHARES for value in (-0.1, -5e-324, 1.0, 1, 2.0)),
    *(("weight_decay", value) for value in (-0.1, -5e-324)),
    *((setting, value) for setting in ("epsilon", "clip_norm") for value in (0.0, -0.0, -1.0)),
    *(
        (setting, value)
        for setting in (*SHARES, "weight_decay", "epsilon", "clip_norm")
        for value in (float("inf"), float("nan"), "0.5", [0.5], 0.5j)
    ),
    *((setting, None) for setting in (*SHARES, "weight_decay", "epsilon")),
]


@pytest.mark.parametrize(("setting", "value"), WRONG)
def test_wrong_settings(setting, value):
    name = "momentum" if setting == "momentum" else "adam"
    with pytest.raises((TypeError, ValueError), match=f"^{setting}: expected "):
        Optimizer(name, **{setting: value})


@pytest.mark.parametrize("name", [*OPTIMIZERS, "sgd"])
@pytest.mark.parametrize("setting", [*SHARES, "epsilon", "dampening", "learning_rate"])
def test_settings_that_an_optimizer_does_not_have(name, setting):
    own = OPTIMIZERS[Optimizer(name).name][2]
    if setting in own:
        assert Optimizer(name, **{setting: 0.5}).settings[setting] == 0.5
        return
    with pytest.raises(TypeError, match=f"^{setting}: .*no such setting; it has .*weight_decay"):
        Optimizer(name, **{setting: 0.5})


def test_a_learning_rate_belongs_to_fit():
    with pytest.raises(TypeError, match=r"^learning_rate: adam .*; give it to fit or Training$"):
        Optimizer("adam", learning_rate=0.01)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SGD", "gradient_descent"), ("Adam", "adam"), ("AdamW", "adamw"), ("Rprop", "rprop")],
)
def test_names_of_others(name, meant):
    with pytest.raises(ValueError, match=f"got '{name}'; did you mean '{meant}'\\?$"):
        Optimizer(name)
    with pytest.raises(ValueError, match=r"got 'rmsprop'$"):
        Optimizer("rmsprop")


@pytest.mark.parametrize("optimizer", ["Adam", "", "sgd ", None, 3, b"adam", ["adam"], Optimizer])
def test_wrong_optimizers(engine, optimizer):
    network = zeros(engine, 2)
    with pytest.raises((TypeError, ValueError), match=r"^optimizer: expected .*rprop"):
        network.fit([[1.0, 2.0]], [1.0], epochs=1, optimizer=optimizer)
    with pytest.raises((TypeError, ValueError), match=r"^optimizer: expected "):
        Optimizer(optimizer)
    assert network.get_weights() == [([[0.0], [0.0]], [0.0])]


def test_rprop_takes_all_samples_at_a_time(engine):
    network, X, Y = zeros(engine, 1), [[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match=r"^batch_size: rprop needs .* leave .* out; got 2$"):
        network.fit(X, Y, epochs=1, optimizer="rprop", batch_size=2)
    assert network.get_weights() == [([[0.0]], [0.0])]
    network.fit(X, Y, epochs=1, optimizer="rprop", batch_size=3)
    assert network.get_weights() == [([[0.01]], [0.0])]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_learning_rate_where_none_is_given(engine, name):
    found = []
    for learning_rate in (None, 0.001 if name.startswith("adam") else 0.01):
        network = zeros(engine, 2)
        network.fit([[1.0, 2.0]], [3.0], epochs=3, optimizer=name, learning_rate=learning_rate)
        found.append(bits(network.get_weights()))
    assert found[0] == found[1]


# Weights of samples and classes


def first_steps(engine, case, batch_size=2, **weights):
    """The bits of the weights and losses of a case after three epochs."""
    network = network_of(engine, case)
    history = network.fit(
        case["X"], case["Y"], epochs=3, learning_rate=0.1, batch_size=batch_size, **weights
    )
    return bits([network.get_weights(), history["loss"]])


@pytest.mark.parametrize("batch_size", [1, 2, None])
@pytest.mark.parametrize("case", cases(PYTORCH["gradients"]))
def test_weights_of_1_change_no_bit(engine, case, batch_size):
    n = len(case["X"])
    expected = first_steps(engine, case, batch_size)
    for ones in ([1] * n, [1.0] * n, np.ones(n), np.ones(n, "f")):
        assert first_steps(engine, case, batch_size, sample_weight=ones) == expected
    twos = [2.0] + [1.0] * (n - 1)
    assert first_steps(engine, case, batch_size, sample_weight=twos) != expected


def test_a_weight_of_2_takes_a_gradient_twice(engine):
    """By NumPy: dw = (Σ weight·2·(a − y)·x) / n, s ascending; n stays the number of samples."""
    random = np.random.RandomState(2)
    X, y, w = random.randn(7, 3), random.randn(7), random.randn(3)
    weights = [1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0]
    architecture = Architecture([3, 1], activations="identity")
    network = Network.of(architecture, [(w.reshape(3, 1).tolist(), [0.5])], backend=engine.name)
    history = network.fit(
        X.tolist(), y.tolist(), epochs=1, learning_rate=0.25, sample_weight=weights
    )
    dw, db, loss = np.zeros(3), np.float64(0.0), np.float64(0.0)
    for s, times in enumerate((1, 2, 1, 0, 1, 2, 1)):
        z = np.float64(0.0)
        for k in range(3):
            z = z + X[s, k] * w[k]
        a = z + 0.5
        dz = 2.0 * (a - y[s])
        dz = sum([dz] * times, np.float64(0.0))
        dw, db = dw + X[s] * dz, db + dz
        loss = loss + sum([(a - y[s]) * (a - y[s])] * times, np.float64(0.0))
    ((W, b),) = network.get_weights()
    assert bits([W, b]) == bits([[[v] for v in w - 0.25 * (dw / 7)], [0.5 - 0.25 * (db / 7)]])
    assert bits(history["loss"]) == bits([loss / 7])


LABELS = ("low", "middle", "high")
CLASSES = [0, 2, 1, 1, 0, 2, 2, 0, 1]


def by_class(engine, Y, **weights):
    """The bits of the weights and losses of a network with labels after two epochs."""
    case = PYTORCH["classes"][0]
    network = network_of(engine, case, labels=LABELS)
    history = network.fit(
        case["X"], Y, epochs=2, learning_rate=0.1, optimizer="adam", batch_size=4, **weights
    )
    return bits([network.get_weights(), history["loss"]])


@pytest.mark.parametrize(
    "weights", [{0: 0.5, 1: 3.0}, {"low": 0.5, "middle": 3}, {0: 0.5, "middle": 3}]
)
def test_classes_by_number_and_by_label(engine, weights):
    """A class that isn't named has the weight 1."""
    each = [(0.5, 3.0, 1.0)[number] for number in CLASSES]
    expected = by_class(engine, CLASSES, sample_weight=each)
    rows = [[float(number == j) for j in range(3)] for number in CLASSES]
    for Y in (CLASSES, [LABELS[number] for number in CLASSES], rows, np.array(CLASSES)):
        assert by_class(engine, Y, class_weight=weights) == expected
    own = [0.25, 2.0, 1.0] * 3
    both = [a * b for a, b in zip(own, each)]
    found = by_class(engine, CLASSES, sample_weight=own, class_weight=weights)
    assert found == by_class(engine, CLASSES, sample_weight=both) != expected


def test_classes_of_one_output(engine):
    """0 and 1 are classes."""
    X, Y = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]], [0, 1, 1]
    found = []
    for weights in ({"class_weight": {1: 3.0}}, {"sample_weight": [1.0, 3.0, 3.0]}, {}):
        network = Network([2, 1], loss="binary_cross_entropy", seed=1, backend=engine.name)
        network.fit(X, Y, epochs=2, learning_rate=0.1, **weights)
        found.append(bits(network.get_weights()))
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0] * 8, "expected 9 numbers, got 8"),
        ([1.0] * 10, "expected 9 numbers, got 10"),
        ([], "expected"),
        ([1.0] * 8 + [-0.5], r"\[8\]: expected a finite number of at least 0, got -0.5"),
        ([float("nan")] + [1.0] * 8, r"\[0\]: expected a finite number of at least 0, got nan"),
        ([1.0] * 8 + [float("inf")], r"\[8\]: expected a finite number of at least 0, got inf"),
        (["1"] * 9, "expected"),
        (2.0, "expected"),
        ([[1.0]] * 9, "expected"),
        (np.ones((3, 3)), "expected"),
    ],
)
def test_wrong_sample_weights(engine, weights, message):
    with pytest.raises((TypeError, ValueError), match=f"^sample_weight.*{message}"):
        by_class(engine, CLASSES, sample_weight=weights)


@pytest.mark.parametrize(
    "weights",
    [
        {3: 1.0},
        {-1: 1.0},
        {"tall": 1.0},
        {1.5: 1.0},
        {True: 1.0},
        {None: 1.0},
        {0: -1.0},
        {0: float("nan")},
        {0: float("inf")},
        {0: "2"},
        {"low": None},
        [1.0, 2.0, 3.0],
        1.0,
        "balanced",
    ],
    ids=str,
)
def test_wrong_class_weights(engine, weights):
    with pytest.raises((TypeError, ValueError), match=r"^class_weight.*: expected "):
        by_class(engine, CLASSES, class_weight=weights)


def test_class_weights_need_classes(engine):
    case = PYTORCH["gradients"][0]
    with pytest.raises(ValueError, match=r"^class_weight: expected Y that names a class"):
        first_steps(engine, case, class_weight={0: 2.0})
    case = PYTORCH["gradients"][2]
    with pytest.raises(ValueError, match=r"^class_weight: expected Y that names a class"):
        first_steps(engine, case, class_weight={0: 2.0})
