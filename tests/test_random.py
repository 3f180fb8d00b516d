"""RandomState against NumPy's legacy generator of the same name.

All streams are equal bit for bit but randn and normal, which take purenn's own logarithm. One of
its values and NumPy's are neighbours at most; the quotient, the root and the product after it make
at most 3 ulp of that. About 8 of a million numbers differ by 3, nearly all by nothing.
"""

import math

import pytest
from bits import bits

from purenn.random_state import RandomState

np = pytest.importorskip("numpy")

LARGEST_SEED = 2**32 - 1
SEEDS = [0, 1, 2, 42, 5489, 12345, 2**31 - 1, 2**31, LARGEST_SEED - 1, LARGEST_SEED]
SEEDS += [int(seed) for seed in np.random.default_rng(1).integers(0, 2**32, 10)]


def ulps(found, expected):
    """The largest distance, counted in floats, between numbers of one sign."""
    found, expected = np.array(found), np.array(expected)
    assert found.shape == expected.shape
    assert (np.signbit(found) == np.signbit(expected)).all()
    return int(np.abs(found.view(np.int64) - expected.view(np.int64)).max())


def both(seed):
    return RandomState(seed), np.random.RandomState(seed)


# Streams that are equal bit for bit


def test_the_10000th_number_of_the_mersenne_twister():
    # As the standard of C++ states it for std::mt19937 (rand.predef).
    stream = RandomState(5489)
    assert stream.randint(2**32, size=10000)[-1] == 4123659995


@pytest.mark.parametrize("seed", SEEDS)
def test_rand(seed):
    ours, numpys = both(seed)
    assert bits(ours.rand(700)) == bits(numpys.rand(700).tolist())
    assert bits(ours.rand()) == bits(float(numpys.rand()))
    assert bits(ours.rand(5, 3)) == bits(numpys.rand(5, 3).tolist())


@pytest.mark.parametrize("seed", SEEDS)
def test_uniform(seed):
    ours, numpys = both(seed)
    assert bits(ours.uniform()) == bits(numpys.uniform())
    for low, high in [(-0.5, 0.5), (2.0, 2.1), (-1e300, 1e300), (3.0, -1.0), (0.1, 0.1)]:
        expected = numpys.uniform(low, high, 50).tolist()
        assert bits(ours.uniform(low, high, 50)) == bits(expected)
    expected = numpys.uniform(-1.0, 1.0, (4, 3)).tolist()
    assert bits(ours.uniform(-1.0, 1.0, size=(4, 3))) == bits(expected)


INTEGER_RANGES = [
    (0, 1),
    (5, 6),
    (0, 2),
    (0, 3),
    (-7, 9),
    (0, 10),
    (0, 255),
    (0, 256),
    (0, 257),
    (0, 2**31),
    (-(2**31), 2**31 - 1),
    (0, 2**32 - 1),
    (0, 2**32),
    (0, 2**32 + 1),
    (0, 2**33),
    (-(2**40), 3 * 2**40),
    (0, 10**15 + 7),
    (0, 2**63 - 1),
    (-(2**63), 2**63 - 1),
]


@pytest.mark.parametrize(("low", "high"), INTEGER_RANGES)
def test_randint(low, high):
    for seed in SEEDS[:6]:
        ours, numpys = both(seed)
        assert ours.randint(low, high, 60) == numpys.randint(low, high, 60, np.int64).tolist()
        assert ours.randint(low, high) == numpys.randint(low, high, dtype=np.int64)
        expected = numpys.randint(low, high, (3, 4), np.int64).tolist()
        assert ours.randint(low, high, size=(3, 4)) == expected
        # Both have taken as many numbers from the stream.
        assert ours.rand() == numpys.rand()


def test_randint_with_one_bound_starts_at_0():
    ours, numpys = both(8)
    assert ours.randint(6, size=100) == numpys.randint(6, size=100).tolist()
    assert ours.randint(6) == numpys.randint(6)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 16, 17, 100, 1000, 1797])
def test_permutation(n):
    for seed in SEEDS[:6]:
        ours, numpys = both(seed)
        assert ours.permutation(n) == numpys.permutation(n).tolist()
        assert ours.permutation(n) == numpys.permutation(n).tolist()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 257])
def test_shuffle(n):
    for seed in SEEDS[:6]:
        ours, numpys = both(seed)
        shuffled, expected = [f"item {i}" for i in range(n)], [f"item {i}" for i in range(n)]
        assert ours.shuffle(shuffled) is None
        numpys.shuffle(expected)
        assert shuffled == expected


# Normal numbers, which need a logarithm


@pytest.mark.parametrize("seed", SEEDS)
def test_randn_is_within_3_ulp(seed):
    ours, numpys = both(seed)
    assert ulps(ours.randn(5000), numpys.randn(5000)) <= 3
    assert ulps(ours.randn(), numpys.randn()) <= 3
    assert ulps(ours.randn(3, 5), numpys.randn(3, 5)) <= 3


def test_a_number_that_is_3_ulp_away():
    # About eight in a million are.
    assert ulps(RandomState(1).randn(1126)[1125:], np.random.RandomState(1).randn(1126)[1125:]) == 3


def test_most_of_randn_is_equal():
    ours, numpys = both(11)
    equal = np.array(ours.randn(20000)) == numpys.randn(20000)
    assert 0.5 < equal.mean() < 1.0


@pytest.mark.parametrize("scale", [1.0, 0.25, 1024.0, 2.0**-30])
def test_normal_around_0_is_within_3_ulp_where_the_scale_is_a_power_of_two(scale):
    ours, numpys = both(3)
    found = ours.normal(0.0, scale, 2000)
    assert ulps(found, numpys.normal(0.0, scale, 2000)) <= 3
    assert ulps(ours.normal(scale=scale), numpys.normal(scale=scale)) <= 3
    expected = numpys.normal(0.0, scale, (4, 3))
    assert ulps(ours.normal(0.0, scale, size=(4, 3)), expected) <= 3


@pytest.mark.parametrize("scale", [0.1, 0.7, 3.0, 1e10])
def test_normal_around_0_is_within_5_ulp_for_any_scale(scale):
    # 3 ulp of g, whose significand then is above √2, are less than 5 of scale·g.
    ours, numpys = both(3)
    assert ulps(ours.normal(0.0, scale, 5000), numpys.normal(0.0, scale, 5000)) <= 5


@pytest.mark.parametrize(("loc", "scale"), [(1.0, 1.0), (-3.0, 0.7), (100.0, 15.0)])
def test_normal_around_loc_is_as_near_as_its_parts(loc, scale):
    # Where loc + scale·g is near 0 no bound in its own ulp holds.
    ours, numpys = both(3)
    found, expected = ours.normal(loc, scale, 5000), numpys.normal(loc, scale, 5000).tolist()
    for x, y in zip(found, expected):
        spread = abs(y - loc) + abs(y)
        assert abs(x - y) <= 6 * math.ulp(spread)


# One stream under all methods


def test_interleaved_calls():
    ours, numpys = both(77)
    for _ in range(200):
        assert ulps(ours.randn(), numpys.randn()) <= 3
        assert ours.rand() == numpys.rand()
        assert ours.randint(0, 1000) == numpys.randint(0, 1000)
        assert ours.permutation(5) == numpys.permutation(5).tolist()
        assert ours.uniform(-2.0, 2.0) == numpys.uniform(-2.0, 2.0)
        assert ulps(ours.normal(0.0, 2.0, 3), numpys.normal(0.0, 2.0, 3)) <= 3


def test_the_second_normal_number_waits_while_others_are_drawn():
    ours, numpys = both(5)
    pair = RandomState(5).randn(2)
    assert ours.randn() == pair[0]
    assert ulps(numpys.randn(), pair[0]) <= 3
    assert ours.rand(3) == numpys.rand(3).tolist()
    assert ours.randn() == pair[1]
    assert ulps(numpys.randn(), pair[1]) <= 3
    assert ours.rand() == numpys.rand()


def test_seed_starts_anew_and_forgets_the_second_normal_number():
    ours, numpys = both(5)
    ours.randn()
    numpys.randn()
    ours.seed(6)
    numpys.seed(6)
    assert ulps(ours.randn(3), numpys.randn(3)) <= 3
    assert ours.rand(3) == numpys.rand(3).tolist()
    ours.seed(5)
    assert bits(ours.randn(4)) == bits(RandomState(5).randn(4))


def test_streams_do_not_share_their_state():
    a, b = RandomState(1), RandomState(1)
    first = a.rand(5)
    a.seed(2)
    a.rand(1000)
    assert b.rand(5) == first == np.random.RandomState(1).rand(5).tolist()


# Shapes


def test_sizes_of_0():
    stream = RandomState(1)
    assert stream.rand(0) == stream.randn(0) == stream.uniform(size=0) == []
    assert stream.randint(5, size=0) == stream.normal(size=(0, 3)) == []
    assert stream.uniform(size=(2, 0)) == [[], []]
    assert stream.rand() == np.random.RandomState(1).rand()


def test_numbers_are_pythons_own():
    stream = RandomState(1)
    assert type(stream.rand()) is type(stream.randn()) is type(stream.normal()) is float
    assert type(stream.uniform(size=(1, 1))[0][0]) is float
    assert type(stream.randint(7)) is type(stream.permutation(3)[0]) is int


# Errors


@pytest.mark.parametrize("seed", [-1, 2**32, 2**64])
def test_a_seed_out_of_range_is_an_error(seed):
    with pytest.raises(ValueError, match=rf"seed: expected 0 to 4294967295, got {seed}"):
        RandomState(seed)
    stream = RandomState(4)
    with pytest.raises(ValueError, match="seed"):
        stream.seed(seed)
    # The stream goes on as if nothing had happened.
    assert stream.rand() == np.random.RandomState(4).rand()


@pytest.mark.parametrize(("low", "high"), [(0, None), (-3, None), (5, 5), (5, 4), (0, 2**64 + 1)])
def test_a_range_of_no_or_too_many_numbers_is_an_error(low, high):
    with pytest.raises(ValueError, match=r"randint: expected 1 to 2\*\*64 numbers"):
        RandomState(1).randint(low, high)


@pytest.mark.parametrize("draw", ["rand", "randn", "permutation"])
def test_a_stream_goes_on_from_a_state(draw):
    """Which nothing that is drawn later changes."""
    stream = RandomState(5)
    stream.randn(701)
    state = stream.get_state()
    expected = getattr(stream, draw)(1500)
    again = RandomState(6)
    for _ in range(2):
        again.set_state(state)
        assert getattr(again, draw)(1500) == expected
