"""random.py, random.c and NumPy's legacy generator: one stream, whatever is drawn from it, in any
order."""

import pytest
from bits import bits

from purenn import reference

np = pytest.importorskip("numpy")
pytest.importorskip("hypothesis")

from hypothesis import example, given, settings
from hypothesis import strategies as st

LARGEST = 2**32 - 1
SEEDS = [0, 1, 5489, 2**31, LARGEST]
seeds = st.one_of(st.sampled_from(SEEDS), st.integers(0, LARGEST))


def held(state):
    """All that a state is."""
    return list(state.words), state.position, state.has_spare, bits(state.spare)


def copied(functions, state):
    return functions.Random(state.words, state.position, state.has_spare, state.spare)


class NumPys:
    """NumPy's generator under the names of the functions."""

    def __init__(self, seed):
        self._stream = np.random.RandomState(seed)

    def random_word(self):
        return int(self._stream.randint(0, 2**32, dtype=np.uint32))

    def random_uniform(self):
        return float(self._stream.rand())

    def random_below_or_equal(self, largest):
        return int(self._stream.randint(0, largest + 1, dtype=np.int64))

    def random_permutation(self, n):
        return self._stream.permutation(n).tolist()

    def random_normal(self):
        return float(self._stream.randn())


def ulps(x, y):
    """How many floats apart two of one sign are."""
    difference = np.float64(x).view(np.int64) - np.float64(y).view(np.int64)
    return abs(int(difference))


# The words themselves


@pytest.mark.parametrize("seed", SEEDS)
def test_the_state_is_numpys(engine, seed):
    """Seeded, after each of two turns of the circle, and in the midst of the third."""
    functions, numpys = engine.functions, np.random.RandomState(seed)
    state = functions.random_seed(seed)
    for count in (0, 1, 623, 1, 623, 300):
        drawn = [functions.random_word(state) for _ in range(count)]
        assert drawn == numpys.randint(0, 2**32, count, np.uint32).tolist()
        _, words, position, _, _ = numpys.get_state()
        assert held(state) == (words.tolist(), position, False, bits(0.0))


def test_a_twist_is_what_the_624th_word_waits_for(engine):
    functions = engine.functions
    state, other = functions.random_seed(3), functions.random_seed(3)
    functions.random_twist(state)
    first = functions.random_word(other)
    assert state.position == 0 and list(state.words) == list(other.words)
    assert functions.random_word(state) == first


@pytest.mark.parametrize("seed", SEEDS)
def test_long_streams(native, seed):
    in_c, in_python, numpys = native.random_seed(seed), reference.random_seed(seed), NumPys(seed)
    for name, count in (("random_word", 20_000), ("random_uniform", 10_000)):
        found = [getattr(native, name)(in_c) for _ in range(count)]
        assert found == [getattr(reference, name)(in_python) for _ in range(count)]
        assert found == [getattr(numpys, name)() for _ in range(count)]
    found = [native.random_normal(in_c) for _ in range(10_001)]
    assert bits(found) == bits([reference.random_normal(in_python) for _ in range(10_001)])
    assert held(in_c) == held(in_python) and in_c.has_spare


# Permutations


@pytest.mark.parametrize("n", [0, 1, 2, 3, 623, 624, 625, 1797])
@pytest.mark.parametrize("seed", SEEDS)
def test_permutations(engine, seed, n):
    functions, numpys = engine.functions, NumPys(seed)
    state = functions.random_seed(seed)
    for _ in range(3):
        assert functions.random_permutation(state, n) == numpys.random_permutation(n)
    assert functions.random_word(state) == numpys.random_word()


def test_a_long_permutation(native):
    in_c, in_python, numpys = native.random_seed(9), reference.random_seed(9), NumPys(9)
    found = native.random_permutation(in_c, 100_000)
    assert found == reference.random_permutation(in_python, 100_000)
    assert found == numpys.random_permutation(100_000)
    assert held(in_c) == held(in_python)


# Numbers up to a largest one

EDGES = [largest for k in range(33) for largest in (2**k - 2, 2**k - 1, 2**k)]
LARGESTS = sorted({largest for largest in EDGES if 0 <= largest <= LARGEST})


@pytest.mark.parametrize("largest", LARGESTS)
def test_whole_numbers(engine, largest):
    functions, numpys = engine.functions, NumPys(largest)
    state = functions.random_seed(largest)
    found = [functions.random_below_or_equal(state, largest) for _ in range(40)]
    assert found == [numpys.random_below_or_equal(largest) for _ in range(40)]
    assert functions.random_word(state) == numpys.random_word()


# Anything, in any order

draws = st.one_of(
    st.tuples(st.just("random_word")),
    st.tuples(st.just("random_uniform")),
    st.tuples(st.just("random_normal")),
    st.tuples(st.just("random_below_or_equal"), st.integers(0, LARGEST)),
    st.tuples(st.just("random_permutation"), st.integers(0, 700)),
)


@given(seed=seeds, calls=st.lists(draws, max_size=40))
@example(seed=LARGEST, calls=[("random_normal",), ("random_permutation", 624), ("random_normal",)])
@settings(max_examples=60)
def test_mixed_calls(native, seed, calls):
    in_c, in_python, numpys = native.random_seed(seed), reference.random_seed(seed), NumPys(seed)
    for name, *arguments in calls:
        found = getattr(native, name)(in_c, *arguments)
        expected = getattr(reference, name)(in_python, *arguments)
        theirs = getattr(numpys, name)(*arguments)
        assert bits(found) == bits(expected)
        assert ulps(found, theirs) <= 3 if name == "random_normal" else found == theirs
    assert held(in_c) == held(in_python)


@given(seed=seeds, twists=st.integers(0, 5))
def test_twists(native, seed, twists):
    in_c, in_python = native.random_seed(seed), reference.random_seed(seed)
    for _ in range(twists):
        native.random_twist(in_c)
        reference.random_twist(in_python)
    assert held(in_c) == held(in_python)


@given(seed=seeds, drawn=st.integers(0, 1300))
@settings(max_examples=30)
def test_a_state_goes_on_in_the_other_engine_and_in_a_copy(native, seed, drawn):
    in_python = reference.random_seed(seed)
    for _ in range(drawn % 5):
        reference.random_normal(in_python)
    for _ in range(drawn):
        reference.random_word(in_python)
    in_c = copied(native, in_python)
    back = copied(reference, in_c)
    for functions, state in ((native, in_c), (reference, back)):
        copy = copied(functions, state)
        found = [functions.random_normal(state) for _ in range(3)]
        assert bits(found) == bits([functions.random_normal(copy) for _ in range(3)])
    assert held(in_c) == held(back) != held(in_python)


# What the binding refuses, and changes nothing

WORDS = [1] * 624


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1] * 623, 0, False, 0.0), "words: expected 624 whole numbers"),
        ((5, 0, False, 0.0), "words: expected 624 whole numbers"),
        (([1] * 623 + [2**32], 0, False, 0.0), r"words\[623\]: expected 0 to 4294967295"),
        (([-1] * 624, 0, False, 0.0), r"words\[0\]: expected 0 to 4294967295, got -1"),
        (([1.0] * 624, 0, False, 0.0), r"words\[0\]: expected a whole number"),
        (([1] + [0] * 623, 0, False, 0.0), "words: expected some other than 0"),
        ((WORDS, -1, False, 0.0), "position: expected 0 to 624, got -1"),
        ((WORDS, 625, False, 0.0), "position: expected 0 to 624, got 625"),
        ((WORDS, 0, "no", 0.0), "has_spare: expected True or False"),
        ((WORDS, 0, True, float("nan")), "spare: expected a finite number"),
        ((WORDS, 0, True, "0"), "spare: expected a number"),
    ],
)
def test_no_state(native, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        native.Random(*arguments)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", None, True])
def test_no_seed(native, seed):
    with pytest.raises((TypeError, ValueError), match="seed: expected"):
        native.random_seed(seed)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("random_below_or_equal", (-1,), "largest: expected 0 to 4294967295, got -1"),
        ("random_below_or_equal", (2**32,), "largest: expected 0 to 4294967295, got 4294967296"),
        ("random_below_or_equal", (1.0,), "largest: expected a whole number, got 1.0"),
        ("random_permutation", (-1,), "n: expected 0 to 4294967296, got -1"),
        ("random_permutation", (2**32 + 1,), "n: expected 0 to 4294967296, got 4294967297"),
        ("random_permutation", ("3",), "n: expected a whole number, got '3'"),
    ],
)
def test_no_argument(native, name, arguments, message):
    state = native.random_seed(1)
    before = held(state)
    with pytest.raises((TypeError, ValueError), match=message):
        getattr(native, name)(state, *arguments)
    assert held(state) == before


@pytest.mark.parametrize("state", [None, 1, reference.random_seed(1)])
@pytest.mark.parametrize("name", ["random_word", "random_uniform", "random_normal", "random_twist"])
def test_states_of_others(native, name, state):
    with pytest.raises(TypeError, match=r"state: expected purenn\.native\.Random, got "):
        getattr(native, name)(state)


def test_a_state_of_the_binding_stays_what_it_is(native):
    state = native.random_seed(1)
    for change in (
        lambda: setattr(state, "position", 5),
        lambda: delattr(state, "struct"),
        lambda: state.__init__(WORDS, 0, False, 0.0),
    ):
        with pytest.raises(AttributeError):
            change()
    with pytest.raises(TypeError, match="no subclass"):
        type("Own", (native.Random,), {})


def test_threads_share_a_state(native):
    """No word is drawn twice, and none is lost."""
    from concurrent.futures import ThreadPoolExecutor

    state = native.random_seed(4)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: native.random_word(state), range(4000)))
    numpys = np.random.RandomState(4).randint(0, 2**32, 4000, np.uint32).tolist()
    assert sorted(found) == sorted(numpys)
