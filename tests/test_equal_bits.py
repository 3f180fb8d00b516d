"""The reference and the C core compute the same bits: every function, and whole trainings."""

import random
from array import array

import pytest
from bits import bits
from cases import ACTIVATIONS, EDGES, LOSSES, Case

from purenn import reference

pytest.importorskip("hypothesis")

from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import composite

numbers = st.one_of(st.sampled_from(EDGES), st.floats(-4.0, 4.0), st.floats(-1e3, 1e3), st.floats())


def matrices(n_rows, n_columns, elements=numbers):
    row = st.lists(elements, min_size=n_columns, max_size=n_columns)
    return st.lists(row, min_size=n_rows, max_size=n_rows)


# Every function by its arguments.
ONE_NUMBER = ["exp", "log", "tanh", "log1p", "expm1"]
TWO_NUMBERS = ["divide", "xlogy", "xdivy"]
FORWARD = [f"{name}_forward" for name in ACTIVATIONS]
BACKWARD = [f"{name}_backward" for name in ACTIVATIONS]
LOSS = [*LOSSES, *(f"{name}_with_logits" for name in LOSSES if "cross_entropy" in name)]
GRADIENT = [f"{name}_gradient" for name in LOSSES] + ["matched_gradient"]


@pytest.mark.parametrize("name", ONE_NUMBER)
@given(x=numbers)
def test_functions_of_a_number(native, name, x):
    assert bits(getattr(native, name)(x)) == bits(getattr(reference, name)(x))


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_functions_of_a_number_over_all_exponents(native, name):
    stream = random.Random(name)
    xs = [
        sign * stream.uniform(1.0, 2.0) * 2.0**power
        for power in range(-1074, 1024)
        for sign in (1.0, -1.0)
    ] + [stream.uniform(-750.0, 750.0) for _ in range(20000)]
    in_python, in_c = getattr(reference, name), getattr(native, name)
    assert [bits(in_c(x)) for x in xs] == [bits(in_python(x)) for x in xs]


@pytest.mark.parametrize("name", TWO_NUMBERS)
@given(x=numbers, y=numbers)
def test_functions_of_two_numbers(native, name, x, y):
    assert bits(getattr(native, name)(x, y)) == bits(getattr(reference, name)(x, y))


@pytest.mark.parametrize("name", TWO_NUMBERS)
def test_functions_of_two_numbers_at_all_edges(native, name):
    for x in EDGES:
        for y in EDGES:
            expected = getattr(reference, name)(x, y)
            assert bits(getattr(native, name)(x, y)) == bits(expected), (x, y)


@given(k=st.integers(-1022, 1023))
def test_power_of_two(native, k):
    assert bits(native.power_of_two(k)) == bits(reference.power_of_two(k)) == bits(2.0**k)


@composite
def layers(draw):
    n, n_in, n_out = draw(st.integers(1, 4)), draw(st.integers(0, 4)), draw(st.integers(0, 4))
    return (
        draw(matrices(n, n_in)),
        draw(matrices(n_in, n_out)),
        draw(st.lists(numbers, min_size=n_out, max_size=n_out)),
        draw(matrices(n, n_out)),
    )


@given(sizes=st.lists(st.integers(0, 2**28), min_size=2, max_size=9))
def test_counts(native, sizes):
    for name in ("count_parameters", "count_units"):
        assert getattr(native, name)(sizes) == getattr(reference, name)(sizes)


@pytest.mark.parametrize("sizes", [[2**31] * 9, [2**64, 0], [1, -1], [], [1.0, 2]])
def test_what_c_can_t_count(native, sizes):
    for name in ("count_parameters", "count_units"):
        with pytest.raises((ValueError, TypeError), match=r"^sizes"):
            getattr(native, name)(sizes)


@given(layer=layers())
def test_linalg(native, layer):
    X, W, b, dZ = layer
    assert bits(native.affine(X, W, b)) == bits(reference.affine(X, W, b))
    assert bits(native.weight_gradient(X, dZ)) == bits(reference.weight_gradient(X, dZ))
    assert bits(native.bias_gradient(dZ)) == bits(reference.bias_gradient(dZ))
    if W:
        assert bits(native.input_gradient(dZ, W)) == bits(reference.input_gradient(dZ, W))


@given(layer=layers(), data=st.data())
def test_scale_inputs(native, layer, data):
    X, n_in = layer[0], len(layer[1])
    offset, scale = data.draw(matrices(2, n_in))
    expected = bits(reference.scale_inputs(X, offset, scale))
    assert bits(native.scale_inputs(X, offset, scale)) == expected


def test_scale_inputs_at_all_edges(native):
    X = [[x] * len(EDGES) for x in EDGES]
    for offset in EDGES:
        given = X, [offset] * len(EDGES), EDGES
        assert bits(native.scale_inputs(*given)) == bits(reference.scale_inputs(*given)), offset


@given(n_out=st.integers(1, 40), data=st.data())
def test_one_hot(native, n_out, data):
    classes = data.draw(st.lists(st.integers(0, n_out - 1), min_size=1, max_size=30))
    expected = bits([[1.0 if j == number else 0.0 for j in range(n_out)] for number in classes])
    assert bits(reference.one_hot(classes, n_out)) == expected
    for form in "IqBd":
        assert bits(native.one_hot(array(form, classes), n_out)) == expected
    assert bits(native.one_hot(classes, n_out)) == expected


def test_affine_of_no_samples(native):
    assert bits(native.affine([], [[1.0]], [2.0])) == bits(reference.affine([], [[1.0]], [2.0]))


pairs = st.tuples(st.integers(1, 4), st.integers(0, 4)).flatmap(
    lambda shape: st.tuples(matrices(*shape), matrices(*shape))
)


@pytest.mark.parametrize("name", FORWARD)
@given(pair=pairs)
def test_activations_forward(native, name, pair):
    Z, _ = pair
    assert bits(getattr(native, name)(Z)) == bits(getattr(reference, name)(Z))


@pytest.mark.parametrize("name", BACKWARD)
@given(pair=pairs)
def test_activations_backward(native, name, pair):
    assert bits(getattr(native, name)(*pair)) == bits(getattr(reference, name)(*pair))


@pytest.mark.parametrize("name", LOSS)
@given(pair=pairs)
def test_losses(native, name, pair):
    assert bits(getattr(native, name)(*pair)) == bits(getattr(reference, name)(*pair))


@pytest.mark.parametrize("name", GRADIENT)
@given(pair=pairs)
def test_loss_gradients(native, name, pair):
    assert bits(getattr(native, name)(*pair)) == bits(getattr(reference, name)(*pair))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(pair=pairs)
@settings(max_examples=25)
def test_output_gradient(native, activation, loss, pair):
    expected = bits(reference.output_gradient(*pair, activation, loss))
    assert bits(native.output_gradient(*pair, activation, loss)) == expected


@given(values=st.lists(numbers, max_size=9))
def test_mean(native, values):
    assert bits(native.mean(values)) == bits(reference.mean(values))


@given(pair=pairs, rate=numbers)
def test_gradient_descent(native, pair, rate):
    for w, g in zip(*pair):
        in_python = list(w)
        reference.gradient_descent(in_python, g, rate)
        in_c = array("d", w)
        native.gradient_descent(in_c, g, rate)
        assert bits(in_c) == bits(in_python)


def check_training(native, seed):
    case = Case(seed)
    assert case.train(native) == case.train(reference), f"case {seed}: {vars(case)}"


@pytest.mark.parametrize(
    "block", [0, 1, *(pytest.param(block, marks=pytest.mark.slow) for block in range(2, 8))]
)
def test_two_thousand_trainings(native, block):
    for seed in range(250 * block, 250 * (block + 1)):
        check_training(native, seed)


@given(seed=st.integers(2000, 2**64))
@example(seed=0)
@settings(max_examples=200)
def test_trainings_never_seen_before(native, seed):
    check_training(native, seed)
