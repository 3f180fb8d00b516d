"""Learning rates by epoch: their formulas to rounding, their order of operations, and records."""

import copy
import pickle
from fractions import Fraction

import pytest
from bits import bits
from test_network import INF, NAN, refused

import purenn
from purenn import schedules
from purenn.schedules import Constant, Exponential, Linear, Step, WarmUp, rate_of

ULP = Fraction(1, 2**52)

ALL = [
    Constant(0.1),
    Step(0.1, 0.5, 10),
    Step(rate=1.0, factor=1.1, every=1),
    Exponential(0.3, 0.97),
    Linear(0.5, 0.01, 20),
    Linear(0.0, 1, 3),
    WarmUp(Constant(0.1), 5),
    WarmUp(Step(0.1, 0.1, 3), 4),
    WarmUp(schedule=WarmUp(Linear(0.1, 0.0, 7), 2), epochs=1),
]


def test_the_room_is_part_of_the_package():
    assert purenn.schedules is schedules and "schedules" in purenn.__all__


# Formulas


def test_constant():
    assert {Constant(0.1)(epoch) for epoch in range(50)} == {0.1}


def test_powers_are_within_their_roundings():
    """n roundings at most of the exact power, one more of the product."""
    for factor in (0.97, 0.5, 0.1, 1.01):
        schedule = Exponential(0.3, factor)
        for epoch in [*range(70), 127, 128, 1000]:
            exact = Fraction(0.3) * Fraction(factor) ** epoch
            if exact < Fraction(1, 2**1000):
                continue
            assert abs(Fraction(schedule(epoch)) - exact) <= (epoch + 2) * ULP * exact


def rounded(value):
    """A float64 of an exact number, rounded once."""
    return Fraction(float(value))


def test_powers_are_multiplied_in_the_stated_order():
    """Bit for bit: factor, factor², factor⁴ …, of which the lowest are taken first."""
    for factor in (0.97, 0.1, 1.3):
        squares = [Fraction(factor)]
        while len(squares) < 8:
            squares.append(rounded(squares[-1] * squares[-1]))
        for epoch in range(200):
            power = Fraction(1)
            for bit, square in enumerate(squares):
                if epoch >> bit & 1:
                    power = rounded(power * square)
            expected = float(rounded(Fraction(0.3) * power))
            assert bits(Exponential(0.3, factor)(epoch)) == bits(expected)
            assert bits(Step(0.3, factor, 3)(3 * epoch + epoch % 3)) == bits(expected)


def test_a_step_every_so_many_epochs():
    schedule = Step(1.0, 0.5, 3)
    assert [schedule(e) for e in range(8)] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_far_epochs():
    """Of powers that are 0 or inf by then, in no time."""
    assert Exponential(0.1, 0.5)(10**30) == 0.0
    assert Exponential(0.1, 2.0)(10**30) == INF
    assert Exponential(0.1, 1.0)(10**30) == 0.1
    assert Step(0.1, 0.5, 10**30)(10**30) == 0.05
    assert Linear(0.1, 0.3, 2**53)(10**400) == 0.3
    assert Exponential(1.0, 0.5)(1074) == 5e-324


@pytest.mark.parametrize("first, last, epochs", [(0.5, 0.01, 20), (0.0, 1.0, 3), (0.1, 0.7, 49)])
def test_linear_goes_from_one_end_to_the_other(first, last, epochs):
    schedule = Linear(first, last, epochs)
    assert (schedule(0), schedule(epochs), schedule(epochs + 7)) == (first, last, last)
    rates = [schedule(epoch) for epoch in range(epochs + 1)]
    assert rates == sorted(rates, reverse=first > last)
    for epoch, rate in enumerate(rates):
        exact = Fraction(first) + (Fraction(last) - Fraction(first)) * epoch / epochs
        assert abs(Fraction(rate) - exact) <= 4 * ULP * Fraction(max(first, last))


def test_linear_between_any_ends():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    rate = st.floats(0.0, 1e300)

    @hypothesis.given(rate, rate, st.integers(1, 2**53), st.data())
    def check(first, last, epochs, data):
        schedule = Linear(first, last, epochs)
        epoch = data.draw(st.integers(0, epochs))
        exact = Fraction(first) + (Fraction(last) - Fraction(first)) * epoch / epochs
        limit = 4 * ULP * Fraction(max(first, last)) + Fraction(5e-324)
        if max(first, last) * epochs < 1e308:
            assert abs(Fraction(schedule(epoch)) - exact) <= limit
        assert bits([schedule(0), schedule(epochs)]) == bits([first, last])

    check()


def test_warm_up_rises_to_the_first_rate_and_goes_on():
    schedule = WarmUp(Step(1.0, 0.5, 2), 3)
    assert [schedule(e) for e in range(8)] == [0.25, 0.5, 0.75, 1.0, 1.0, 0.5, 0.5, 0.25]
    assert WarmUp(lambda epoch: 10 - epoch, 1)(0) == 5.0


def test_they_remember_nothing():
    """The same bits whatever was asked before."""
    for schedule in ALL:
        ahead = [schedule(epoch) for epoch in range(40)]
        assert bits([schedule(epoch) for epoch in reversed(range(40))]) == bits(ahead[::-1])
        assert all(type(rate) is float for rate in ahead)


# Records


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_records(schedule):
    ways = (
        copy.copy,
        copy.deepcopy,
        lambda s: pickle.loads(pickle.dumps(s)),
        lambda s: eval(repr(s), vars(schedules)),
        lambda s: type(s)(**s._values()),
    )
    for way in ways:
        again = way(schedule)
        assert again == schedule and hash(again) == hash(schedule)
        assert type(again) is type(schedule) and repr(again) == repr(schedule)
        assert bits([again(epoch) for epoch in range(30)]) == bits(
            [schedule(epoch) for epoch in range(30)]
        )
    assert [other for other in ALL if other == schedule] == [schedule]
    with pytest.raises(AttributeError, match="can't be changed"):
        schedule.rate = 1.0
    with pytest.raises(AttributeError, match="made already"):
        schedule.__init__(**schedule._values())


def test_what_they_print():
    assert repr(Step(0.1, 0.5, 10)) == "Step(rate=0.1, factor=0.5, every=10)"
    assert repr(WarmUp(Constant(1), 2)) == "WarmUp(schedule=Constant(rate=1.0), epochs=2)"


# What is refused


WRONG = {
    "a rate of 0": (lambda: Constant(0), "rate", "above 0", "got 0"),
    "a negative rate": (lambda: Exponential(-0.1, 0.5), "rate", "above 0", "-0.1"),
    "a rate NaN": (lambda: Step(NAN, 0.5, 1), "rate", "finite", "nan"),
    "text": (lambda: Constant("0.1"), "rate", "number", "'0.1'"),
    "None": (lambda: Linear(None, 0.1, 3), "first", "number", "None"),
    "a factor of 0": (lambda: Exponential(0.1, 0), "factor", "above 0", "got 0"),
    "a factor inf": (lambda: Exponential(0.1, INF), "factor", "finite", "inf"),
    "every 0": (lambda: Step(0.1, 0.5, 0), "every", "at least 1", "got 0"),
    "every 1.5": (lambda: Step(0.1, 0.5, 1.5), "every", "whole number", "1.5"),
    "a negative end": (lambda: Linear(0.1, -0.1, 5), "last", "at least 0", "-0.1"),
    "an end inf": (lambda: Linear(0.1, INF, 5), "last", "finite", "inf"),
    "no epochs": (lambda: Linear(0.1, 0.2, 0), "epochs", "1 to", "got 0"),
    "too many epochs": (lambda: Linear(0.1, 0.2, 2**53 + 1), "epochs", "1 to"),
    "a bool": (lambda: WarmUp(Constant(0.1), True), "epochs", "whole number", "True"),
    "a number to warm up": (lambda: WarmUp(0.1, 3), "schedule", "Constant(0.1)", "got 0.1"),
    "a negative epoch": (lambda: Exponential(0.1, 0.5)(-1), "epoch", "at least 0", "-1"),
    "half an epoch": (lambda: Constant(0.1)(0.5), "epoch", "whole number", "0.5"),
    "a function of nothing": (lambda: WarmUp(lambda e: None, 2)(0), "epoch 0", "number", "None"),
    "a function of NaN": (lambda: WarmUp(lambda e: NAN, 2)(5), "epoch 3", "finite", "nan"),
    "a function below 0": (lambda: rate_of(lambda e: -1, 4), "epoch 4", "at least 0", "got -1"),
    "a power of inf": (lambda: rate_of(Exponential(1, 2), 2000), "epoch 2000", "finite", "inf"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name):
    call, *words = WRONG[name]
    refused(call, *words)


def test_any_function_is_a_schedule():
    assert rate_of(lambda epoch: 0.1 / (epoch + 1), 1) == 0.05
    assert rate_of({0: 1, 1: 0}.__getitem__, 1) == 0.0
