"""The trained weights of each article have one SHA-256, in the reference and at every level of C.

These are values that purenn itself computed: the one exception, for a digest proves no arithmetic
right, only that no place computes other bits; tests/test_articles.py has what the articles print.
"""

import sys

import pytest
from golden import COURSES, FULL, SHORT, digest, digest_of_numbers, golden, learned, trained

from purenn.articles import house_price, letters, planar
from purenn.engines import engine as choose
from purenn.engines import lists

LEVELS = ("plain", "avx2", "avx512", "zen4", "neon")
SHARED = ("planar, 100 iterations", "digits, 2 epochs, 100 images")


@pytest.fixture(params=LEVELS)
def c(request, native, monkeypatch):
    """The C engine at each level in turn."""
    if request.param not in native.core.available_levels():
        pytest.skip(f"this processor has no {request.param}")
    monkeypatch.setattr(native.core, "active", native.core.Kernels(request.param))
    return choose("c")


@pytest.mark.parametrize("name", SHORT)
def test_the_reference(name):
    """Under PyPy as well."""
    assert trained(choose("python"), name) == golden(name)


@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "pypy", reason="takes CPython minutes")
@pytest.mark.parametrize("name", FULL)
def test_the_reference_s_full_runs(name):
    assert trained(choose("python"), name) == golden(name)


@pytest.mark.parametrize("name", SHORT)
def test_every_level(c, name):
    assert trained(c, name) == golden(name)


@pytest.mark.parametrize("threads", range(1, 9))
@pytest.mark.parametrize("name", SHARED)
def test_every_number_of_threads(c, name, threads):
    assert trained(c, name, threads) == golden(name)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", FULL)
def test_the_articles_full_runs(c, name, threads):
    assert trained(c, name, threads) == golden(name)


@pytest.mark.parametrize("name", COURSES)
def test_courses_by_the_reference(name):
    assert digest_of_numbers(learned(choose("python"), name)) == golden(name)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("name", COURSES)
def test_courses_at_every_level(c, name, threads):
    assert digest_of_numbers(learned(c, name, threads)) == golden(name)


# The articles' own programs, function by function, compute what their recipes do.


def test_house_price_s_program(engine):
    weights = house_price.random_weights(house_price.SEED)
    network, _ = house_price.train(engine, weights, house_price.RECIPE.epochs)
    assert digest(network.get_weights()) == golden("house_price, 1000 epochs")


def test_letters_program(engine):
    start = letters.weights("letters_recovered_initial_weights.csv")
    w1, w2, _, _ = letters.trained_from(engine, start, letters.RECIPE.epochs)
    weights = [(lists(w1), letters.NO_BIAS_1), (lists(w2), letters.NO_BIAS_2)]
    assert digest(weights) == golden("letters, 100 epochs")


def test_planar_s_program(engine):
    X, Y, W1, W2 = planar.shipped_dataset()
    W1, W2 = engine.matrix(W1), engine.matrix(W2)
    b1, b2 = engine.vector([0.0] * 4), engine.vector([0.0])
    points, targets = engine.matrix(X), engine.matrix(Y)
    rate = planar.RECIPE.learning_rate
    for _ in range(100):
        A2, A1 = planar.forward_propagation(engine, points, W1, W2, b1, b2)
        planar.back_propagation(engine, points, targets, W1, b1, W2, b2, A1, A2, rate)
    weights = [(lists(W1), lists(b1)), (lists(W2), lists(b2))]
    assert digest(weights) == golden("planar, 100 iterations")
