"""First weights: each rule against its formula, against NumPy's numbers, in both engines, and as a
part of a network."""

import copy
import math
import pickle

import pytest
from bits import bits

from purenn import Architecture, Network, reference
from purenn.reference import INITIALIZATIONS

np = pytest.importorskip("numpy")
pytest.importorskip("hypothesis")

from hypothesis import given, settings
from hypothesis import strategies as st

# Half the width of what is uniform, and the deviation of what is normal.
LIMITS = {
    "glorot_uniform": lambda n_in, n_out: np.sqrt(6.0 / (n_in + n_out)),
    "he_uniform": lambda n_in, n_out: np.sqrt(6.0 / n_in),
    "lecun_uniform": lambda n_in, n_out: np.sqrt(3.0 / n_in),
}
DEVIATIONS = {
    "glorot_normal": lambda n_in, n_out: np.sqrt(2.0 / (n_in + n_out)),
    "he_normal": lambda n_in, n_out: np.sqrt(2.0 / n_in),
    "lecun_normal": lambda n_in, n_out: np.sqrt(1.0 / n_in),
}
RULES = list(INITIALIZATIONS)
LARGEST = 2**32 - 1


def test_every_rule_is_tested():
    assert {*LIMITS, *DEVIATIONS, "zeros"} == set(RULES)


def drawn(engine, rule, sizes, seed):
    """(W, b) of each layer, by that engine."""
    functions = engine.functions
    layers = functions.initialize(sizes, rule, functions.random_seed(seed))
    return [(np.array([list(row) for row in W]), list(b)) for W, b in layers]


def numpys(rule, sizes, seed):
    """The same numbers, from NumPy's generator and its arithmetic."""
    stream = np.random.RandomState(seed)
    for n_in, n_out in zip(sizes, sizes[1:]):
        if rule in LIMITS:
            yield (2.0 * stream.rand(n_in, n_out) - 1.0) * LIMITS[rule](n_in, n_out)
        elif rule in DEVIATIONS:
            yield stream.randn(n_in, n_out) * DEVIATIONS[rule](n_in, n_out)
        else:
            yield np.zeros((n_in, n_out))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", [0, 1, 77, LARGEST])
@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 1), (17, 5, 9, 3)])
def test_numpy_draws_the_same(engine, rule, seed, sizes):
    """Uniform ones bit for bit; a normal number is within 3 ulp, and its product within 5."""
    found = drawn(engine, rule, sizes, seed)
    assert len(found) == len(sizes) - 1
    for (W, b), expected in zip(found, numpys(rule, sizes, seed)):
        assert W.shape == expected.shape
        if rule in DEVIATIONS:
            assert (np.signbit(W) == np.signbit(expected)).all()
            assert np.abs(W.view(np.int64) - expected.view(np.int64)).max() <= 5
        else:
            assert bits(W.tolist()) == bits(expected.tolist())
        assert bits(b) == bits([0.0] * W.shape[1])


@pytest.mark.parametrize("rule", RULES)
def test_statistics(native, rule):
    """Mean, deviation, the largest, and the share within one deviation: bounds of 5 sigma."""
    n_in, n_out = 400, 250
    W = np.array(native.initialize((n_in, n_out), rule, native.random_seed(5))[0][0].data)
    if rule == "zeros":
        assert not W.any()
        return
    uniform = rule in LIMITS
    deviation = LIMITS[rule](n_in, n_out) / math.sqrt(3) if uniform else DEVIATIONS[rule](400, 250)
    kurtosis, within = (1.8, 1 / math.sqrt(3)) if uniform else (3.0, math.erf(math.sqrt(0.5)))
    sigma = 5 / math.sqrt(W.size)
    assert abs(W.mean()) < sigma * deviation
    assert abs(W.var() / deviation**2 - 1) < sigma * math.sqrt(kurtosis - 1)
    share = (np.abs(W) < deviation).mean()
    assert abs(share - within) < sigma * math.sqrt(within * (1 - within))
    if uniform:
        assert 0.999 < np.abs(W).max() / (deviation * math.sqrt(3)) <= 1.0
    else:  # not cut off at 2 deviations
        assert (np.abs(W) > 3 * deviation).any()


@given(
    rule=st.sampled_from(RULES),
    seed=st.integers(0, LARGEST),
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    before=st.integers(0, 3),
)
@settings(max_examples=150)
def test_both_engines_draw_the_same_bits(native, rule, seed, sizes, before):
    """Also between other draws, with a normal number that waits, and for layers of size 0."""
    states = [(functions, functions.random_seed(seed)) for functions in (native, reference)]
    found = []
    for functions, state in states:
        numbers = [functions.random_normal(state) for _ in range(before)]
        layers = functions.initialize(sizes, rule, state)
        after = functions.random_normal(state), functions.random_word(state)
        weights = [(bits(list(W)), bits(list(b))) for W, b in layers]
        found.append((bits(numbers), weights, bits(after)))
    assert found[0] == found[1]


@given(
    seed=st.integers(0, LARGEST),
    scale=st.floats(),
    n_in=st.integers(0, 6),
    n_out=st.integers(0, 6),
)
def test_weights_of_any_scale(native, seed, scale, n_in, n_out):
    for name in ("uniform_weights", "normal_weights"):
        found, expected = (
            getattr(functions, name)(functions.random_seed(seed), scale, n_in, n_out)
            for functions in (native, reference)
        )
        assert bits(list(found)) == bits(expected)


@given(rule=st.sampled_from(RULES), n_in=st.integers(0, 6), n_out=st.integers(0, 6))
def test_each_rule_by_itself(native, rule, n_in, n_out):
    found = getattr(native, rule)(native.random_seed(1), n_in, n_out)
    assert found.shape == (n_in, n_out)
    assert bits(list(found)) == bits(INITIALIZATIONS[rule](reference.random_seed(1), n_in, n_out))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 1), "xavier"), "initialization: expected one of glorot_uniform, .*, got 'xavier'"),
        (((2, -1), "zeros"), r"sizes\[1\]: expected 0 to "),
        (((), "zeros"), "sizes: expected"),
        (((2**40, 2**40), "zeros"), "sizes: expected at most"),
        (((2, 1.5), "zeros"), r"sizes\[1\]: expected a whole number"),
    ],
)
def test_the_binding_refuses(native, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        native.initialize(*arguments, native.random_seed(1))


def test_the_binding_refuses_sizes_and_states(native):
    state = native.random_seed(1)
    for n_in, n_out in ((-1, 1), (1, -1), (2**62, 2**62), (2**31, 2**31)):
        with pytest.raises(ValueError, match=r"n_\w+: expected"):
            native.he_normal(state, n_in, n_out)
    for wrong in (None, reference.random_seed(1)):
        with pytest.raises(TypeError, match="state: expected"):
            native.he_normal(wrong, 1, 1)
        with pytest.raises(TypeError, match="state: expected"):
            native.initialize((1, 1), "zeros", wrong)
    with pytest.raises(TypeError, match="limit: expected a number, got 'wide'"):
        native.uniform_weights(state, "wide", 1, 1)
    assert native.random_word(state) == reference.random_word(reference.random_seed(1))


def test_sizes_that_change_while_they_are_read(native):
    class Growing(list):
        """A list that is longer each time, of larger numbers."""

        def __iter__(self):
            self[:] = [10 * number for number in [*super().__iter__(), 1]]
            return super().__iter__()

    layers = native.initialize(Growing([1, 2]), "he_normal", native.random_seed(1))
    assert [(W.shape, len(b)) for W, b in layers] == [((10, 20), 20), ((20, 10), 10)]


# As a part of a network


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("bias", [True, False])
def test_networks_begin_with_it(engine, rule, bias):
    network = Network([3, 4, 2], seed=42, initialization=rule, bias=bias, backend=engine.name)
    expected = reference.initialize([3, 4, 2], rule, reference.random_seed(42))
    assert bits(network.get_weights()) == bits(expected)
    assert network.architecture.initialization == rule
    assert f"seed=42, initialization={rule!r}" in repr(network)
    assert f"initialization={rule!r}" in repr(network.architecture)


def test_the_default_is_glorot_uniform(engine):
    network = Network([3, 2], seed=1, backend=engine.name)
    assert network.architecture.initialization == "glorot_uniform"
    other = Network([3, 2], seed=1, initialization="glorot_uniform", backend=engine.name)
    assert network.architecture == other.architecture
    assert bits(network.get_weights()) == bits(other.get_weights())


def test_architectures_differ_by_it():
    one, other = (Architecture([2, 1], seed=1, initialization=rule) for rule in RULES[:2])
    assert one != other and len({one, other}) == 2


@pytest.mark.parametrize("wrong", ["xavier", "", None, 3, ["zeros"]])
def test_other_rules_are_refused(engine, wrong):
    message = "initialization: expected one of glorot_uniform, .*, zeros, got "
    with pytest.raises(ValueError, match=message):
        Network([2, 1], initialization=wrong, backend=engine.name)
    with pytest.raises(ValueError, match=message):
        Architecture([2, 1], initialization=wrong)


@pytest.mark.parametrize("rule", RULES)
def test_it_is_kept_in_copies_pickles_and_files(engine, rule, tmp_path):
    network = Network([2, 2], seed=1, initialization=rule, backend=engine.name)
    network.fit([[1, 2]], [[0, 1]], epochs=1, learning_rate=0.5)
    path = tmp_path / "net.json"
    network.save(path)
    for other in (
        copy.copy(network),
        copy.deepcopy(network),
        pickle.loads(pickle.dumps(network)),
        Network.load(path, backend=engine.name),
        Network.of(network.architecture, network.get_weights(), backend=engine.name),
    ):
        assert other.architecture == network.architecture
        assert bits(other.get_weights()) == bits(network.get_weights())


def test_a_file_says_it_only_where_it_is_not_the_default(tmp_path):
    path = tmp_path / "net.json"
    for rule in RULES:
        Network([2, 1], seed=1, initialization=rule).save(path)
        line = f'"seed": 1,\n"initialization": "{rule}",\n"weights"'
        default = '"seed": 1,\n"weights"'
        assert (default if rule == "glorot_uniform" else line) in path.read_text()
    text = path.read_text()
    for altered in (
        text.replace('"zeros"', '"he_normal"'),
        text.replace('"zeros"', '"glorot_uniform"'),
        text.replace('"initialization": "zeros",\n', ""),
    ):
        path.write_text(altered)
        with pytest.raises(ValueError, match="sha256: the file was altered"):
            Network.load(path)
    path.write_text(text.replace('"zeros"', "0"))
    with pytest.raises(ValueError, match="initialization: expected a string, got 0"):
        Network.load(path)
    path.write_text(text.replace('"zeros"', '"ones"'))
    with pytest.raises(ValueError, match=r"initialization: expected one of .*, got 'ones'"):
        Network.load(path)


def test_hidden_units_of_zeros_remain_the_same(engine):
    """Which is why the rule is for a single layer."""
    network = Network([2, 3, 1], initialization="zeros", seed=1, backend=engine.name)
    network.fit([[0, 1], [1, 1]], [1, 1], epochs=5, learning_rate=0.5)
    (W1, b1), _ = network.get_weights()
    assert any(map(any, W1)) and all(len(set(row)) == 1 for row in [*W1, b1])
