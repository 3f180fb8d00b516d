"""All of elementary.py and near_zero.py: their errors, edges and constants.

An error is measured in ulp of the exact value, 2^(e − 52) where 2^e is the power of two at or
below it, but never less than 2^−1074, the distance of the subnormal numbers.
"""

import ast
import math
import random
import re
from functools import cache
from pathlib import Path

import pytest
from bits import bits

mpmath = pytest.importorskip("mpmath")
pytest.importorskip("hypothesis")
from generate import elementary_coefficients
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent
PYTHON_TEXT = (ROOT / "purenn" / "reference" / "elementary.py").read_text(encoding="utf-8")
C_TEXT = (ROOT / "csrc" / "elementary.c").read_text(encoding="utf-8")

INF = math.inf
NAN = math.nan
TINY = 5e-324  # the smallest subnormal number
NORMAL = 2.2250738585072014e-308  # the smallest normal number
LARGEST = 1.7976931348623157e308

NAMES = ("exp", "log", "tanh", "log1p", "expm1")
POLYNOMIALS = ("exp", "log", "tanh")
PROMISED = {"exp": 1.0, "log": 1.0, "tanh": 1.5, "log1p": 2.0, "expm1": 3.0}  # ulp
MEASURED = {"exp": 0.946, "log": 0.911, "tanh": 1.319, "log1p": 1.4375, "expm1": 2.5186}  # ulp
DIGITS = 40
SAMPLES = 1500  # in each range

# Where the largest errors are, of 2·10⁹ arguments measured in C against libquadmath, 440 million
# of log1p, 620 of expm1: a third in ranges like the ones below, the others where the roundings add
# up.
WORST = {
    "exp": [71.740820219785718, -384.34983070771239, 458.51694753184023, -303.25116873092594],
    "log": [0.70704864423823055, 0.70688012093741726, 1.4030383912142039, 1.413879762875023],
    "tanh": [0.62751246384199233, 0.62667363983292812, 0.54671917068340126, 0.87414088525035061],
    "log1p": [-1.6653346810025746e-16, 0.40433299081382967, -0.29290786928578066],
    "expm1": [0.69075239887601991, -0.015670460569764601, 0.9904750744644264],
}


def signed(draw):
    """Draws, and gives half of them a minus."""
    return lambda stream: draw(stream) * stream.choice((1.0, -1.0))


def near(x):
    """x times a little more or less than 1, down to its neighbours."""
    return lambda stream: x * (1.0 + stream.choice((1.0, -1.0)) * 2.0 ** stream.uniform(-53, -4))


def uniform(low, high):
    return lambda stream: stream.uniform(low, high)


def power(low, high):
    """2 to a uniform power."""
    return lambda stream: stream.uniform(1.0, 2.0) * 2.0 ** stream.randint(low, high)


RANGES = {
    "exp": {
        "all": uniform(-745.2, 709.78),
        "-1 to 1": uniform(-1.0, 1.0),
        "near 0": signed(power(-1074, -1)),
        "halfway between multiples of ln 2": lambda stream: (
            (stream.randint(-1074, 1022) + 0.5 + stream.uniform(-1e-3, 1e-3)) * 0.6931471805599453
        ),
        "subnormal results": uniform(-745.2, -708.39),
        "near overflow": lambda stream: 709.782712893384 - stream.random() ** 8,
        "near the smallest normal result": near(-708.3964185322641),
        "near the smallest result": lambda stream: -745.1332191019412 + stream.random() ** 8,
        "below the smallest result": uniform(-746.5, -745.1332191019412),
    },
    "log": {
        "all": power(-1074, 1023),
        "1/2 to 2": uniform(0.5, 2.0),
        "near 1": near(1.0),
        "0.70 to 0.72": uniform(0.70, 0.72),
        "near √½": near(0.7071067811865476),
        "near √2": near(1.4142135623730951),
        "subnormal": lambda stream: stream.randint(1, 2**52 - 1) * TINY,
        "powers of two": lambda stream: 2.0 ** stream.randint(-1074, 1023),
        "largest": uniform(1e308, LARGEST),
    },
    "tanh": {
        "-20 to 20": uniform(-20.0, 20.0),
        "0.5 to 0.8": signed(uniform(0.5, 0.8)),
        "near 0": signed(power(-1074, -1)),
        "near 1e-8": signed(near(1e-8)),
        "near 0.625": signed(near(0.625)),
        "just above 0.625": signed(uniform(0.625, 0.64)),
        "near 1 as result": signed(uniform(17.0, 23.0)),
        "large": signed(power(5, 1023)),
    },
    "log1p": {
        "all": power(-1074, 1023),
        "-1 to 1": uniform(-1.0, 1.0),
        "near 0": signed(power(-1074, -1)),
        "near -1": near(-1.0),
        "where 1 + x is a few ulp from 1": signed(power(-55, -48)),
        "near √½ - 1": near(-0.2928932188134524),
        "near √2 - 1": near(0.41421356237309503),
    },
    "expm1": {
        "-40 to 709": uniform(-40.0, 709.78),
        "-1.3 to 1.3": uniform(-1.3, 1.3),
        "near 0": signed(power(-1074, -1)),
        "near 1e-16": signed(near(1e-16)),
        "near 1": near(1.0),
        "near -1.25": near(-1.25),
        "large": lambda stream: -(2.0 ** stream.uniform(5.0, 1023.0)),
    },
}
ALL_RANGES = [(name, where) for name in NAMES for where in RANGES[name]]


def exact_value(name, x):
    """The function at x as a number of 40 digits."""
    with mpmath.workdps(DIGITS):
        return getattr(mpmath, name)(mpmath.mpf(x))


@cache
def samples(name, where):
    """Arguments of a range and the exact values there."""
    stream = random.Random(f"{name} {where}")
    xs = [RANGES[name][where](stream) for _ in range(SAMPLES)]
    return [(x, exact_value(name, x)) for x in xs]


def error(y, exact):
    """The distance of y from the exact value in ulp of the exact value."""
    if exact == 0:
        return abs(y) / TINY
    with mpmath.workdps(DIGITS):
        ulp = mpmath.ldexp(1, max(mpmath.mag(exact) - 53, -1074))
        return float(abs(mpmath.mpf(y) - exact) / ulp)


def largest_error(function, pairs):
    """The largest error over pairs of argument and exact value, and where it is."""
    return max((error(function(x), exact), x) for x, exact in pairs)


# The size of the errors


def test_an_error_is_counted_in_ulp_of_the_exact_value():
    with mpmath.workdps(DIGITS):
        below_1 = 1 - mpmath.mpf(2) ** -60
    assert error(1.0, mpmath.mpf(1)) == 0.0
    assert error(1.0 + 2.0**-52, mpmath.mpf(1)) == 1.0
    assert error(1.0 - 2.0**-53, mpmath.mpf(1)) == 0.5
    assert error(1.0 - 2.0**-53, below_1) == pytest.approx(1.0 - 2.0**-7)
    assert error(3 * TINY, mpmath.mpf(TINY)) == 2.0
    assert error(0.0, mpmath.mpf(TINY)) == 1.0


@pytest.mark.parametrize(("name", "where"), ALL_RANGES)
def test_errors_are_within_the_promise(engine, name, where):
    largest, x = largest_error(getattr(engine.functions, name), samples(name, where))
    assert largest <= PROMISED[name], x


@pytest.mark.parametrize("name", NAMES)
def test_the_largest_error_is_the_measured_one(engine, name):
    pairs = [(x, exact_value(name, x)) for x in WORST[name]]
    for where in RANGES[name]:
        pairs.extend(samples(name, where))
    largest, x = largest_error(getattr(engine.functions, name), pairs)
    assert largest == pytest.approx(MEASURED[name], abs=5e-4), x


@pytest.mark.parametrize("name", NAMES)
@given(x=st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_is_within_the_promise(engine, name, x):
    y = getattr(engine.functions, name)(x)
    zero = -1.0 if name == "log1p" else 0.0
    if name.startswith("log") and x <= zero:
        assert bits(y) == bits(-INF if x == zero else NAN)
    elif name.startswith("exp") and x > 709.782712893384:
        assert y == INF
    elif name == "expm1" and x < -746.0:
        assert y == -1.0
    elif name == "exp" and x < -746.0:
        assert bits(y) == bits(0.0)
    else:
        assert error(y, exact_value(name, x)) <= PROMISED[name]


# Special values


SPECIAL = [
    ("exp", 0.0, 1.0),
    ("exp", -0.0, 1.0),
    ("exp", INF, INF),
    ("exp", -INF, 0.0),
    ("exp", NAN, NAN),
    ("exp", TINY, 1.0),
    ("exp", -TINY, 1.0),
    ("exp", 709.7827128933841, INF),
    ("exp", 710.0, INF),
    ("exp", 710.0000000000001, INF),
    ("exp", LARGEST, INF),
    ("exp", -745.1332191019411, TINY),
    ("exp", -745.1332191019412, 0.0),
    ("exp", -746.0, 0.0),
    ("exp", -746.0000000000001, 0.0),
    ("exp", -LARGEST, 0.0),
    ("log", 1.0, 0.0),
    ("log", 0.0, -INF),
    ("log", -0.0, -INF),
    ("log", INF, INF),
    ("log", -INF, NAN),
    ("log", NAN, NAN),
    ("log", -TINY, NAN),
    ("log", -1.0, NAN),
    ("log", -LARGEST, NAN),
    ("tanh", 0.0, 0.0),
    ("tanh", -0.0, -0.0),
    ("tanh", INF, 1.0),
    ("tanh", -INF, -1.0),
    ("tanh", NAN, NAN),
    ("tanh", TINY, TINY),
    ("tanh", -TINY, -TINY),
    ("tanh", NORMAL, NORMAL),
    ("tanh", LARGEST, 1.0),
    ("tanh", -LARGEST, -1.0),
    ("log1p", 0.0, 0.0),
    ("log1p", -0.0, -0.0),
    ("log1p", INF, INF),
    ("log1p", -INF, NAN),
    ("log1p", NAN, NAN),
    ("log1p", -1.0, -INF),
    ("log1p", -1.0000000000000002, NAN),
    ("log1p", TINY, TINY),
    ("log1p", -TINY, -TINY),
    ("log1p", 2.0**-53, 2.0**-53),
    ("log1p", 2.0**53, 36.7368005696771),
    ("log1p", LARGEST, 709.782712893384),
    ("expm1", 0.0, 0.0),
    ("expm1", -0.0, -0.0),
    ("expm1", INF, INF),
    ("expm1", -INF, -1.0),
    ("expm1", NAN, NAN),
    ("expm1", TINY, TINY),
    ("expm1", -TINY, -TINY),
    ("expm1", 3 * TINY, 3 * TINY),
    ("expm1", 710.0, INF),
    ("expm1", LARGEST, INF),
    ("expm1", -LARGEST, -1.0),
    ("expm1", -40.0, -1.0),
    ("tanh", 22.0, 1.0),
    ("tanh", -22.0, -1.0),
]


@pytest.mark.parametrize(("name", "x", "expected"), SPECIAL)
def test_special_values(engine, name, x, expected):
    assert bits(getattr(engine.functions, name)(x)) == bits(expected)


def test_exp_is_finite_up_to_its_last_argument(engine):
    last = 709.782712893384
    assert error(engine.functions.exp(last), exact_value("exp", last)) <= PROMISED["exp"]
    assert engine.functions.exp(last) < INF


@pytest.mark.parametrize("name", NAMES)
def test_every_exponent_gives_a_float_and_no_exception(engine, name):
    function = getattr(engine.functions, name)
    stream = random.Random(3)
    for exponent in range(-1074, 1024):
        for mantissa in (1.0, 1.5, stream.uniform(1.0, 2.0), 2.0 - 2.0**-52):
            for sign in (1.0, -1.0):
                assert type(function(sign * mantissa * 2.0**exponent)) is float


def test_tanh_is_odd(engine):
    tanh = engine.functions.tanh
    for where in RANGES["tanh"]:
        for x, _ in samples("tanh", where):
            assert bits(tanh(-x)) == bits(-tanh(x))


# Monotonicity: steps of the argument over which the exact value grows by several ulp.


def rising(start, stop, count):
    return [start + (stop - start) * i / count for i in range(count + 1)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("exp", rising(-708.0, 709.0, 20000)),
        ("exp", rising(-1.0, 1.0, 20000)),
        ("exp", rising(0.34, 0.35, 20000)),
        ("log", rising(1e-300, 2.0, 20000)),
        ("log", rising(0.7, 0.71, 20000)),
        ("log", rising(1.0 - 1e-9, 1.0 + 1e-9, 20000)),
        ("log", [1.1**i for i in range(-7400, 7400)]),
        ("log1p", rising(-0.999, 2.0, 20000)),
        ("log1p", rising(-1e-9, 1e-9, 20000)),
        ("log1p", [1.1**i for i in range(-7400, 7400)]),
        ("expm1", rising(-30.0, 30.0, 20000)),
        ("expm1", rising(0.99, 1.01, 20000)),
        ("expm1", rising(-1.26, -1.24, 20000)),
        ("expm1", rising(-1e-9, 1e-9, 20000)),
        ("tanh", rising(-15.0, 15.0, 20000)),
        ("tanh", rising(0.62, 0.63, 20000)),
        ("tanh", rising(0.5e-8, 2e-8, 20000)),
    ],
)
def test_values_rise_with_the_argument(engine, name, arguments):
    function = getattr(engine.functions, name)
    values = [function(x) for x in arguments]
    assert all(a < b for a, b in zip(values, values[1:]))


# Division and powers of two


OPERANDS = [0.0, TINY, 3 * TINY, NORMAL, 1e-310, 1.0, 1.5, 3.0, 1e200, LARGEST, INF, NAN]
OPERANDS = OPERANDS + [-value for value in OPERANDS]


def test_divide_is_the_quotient_of_ieee_754(engine):
    np = pytest.importorskip("numpy")
    with np.errstate(all="ignore"):
        quotients = np.divide.outer(np.array(OPERANDS), np.array(OPERANDS)).tolist()
    divide = engine.functions.divide
    assert bits([[divide(a, b) for b in OPERANDS] for a in OPERANDS]) == bits(quotients)


def test_powers_of_two_are_exact(engine):
    powers = [engine.functions.power_of_two(k) for k in range(-1022, 1024)]
    assert powers == [float.fromhex(f"0x1p{k}") for k in range(-1022, 1024)]


# The constants


def constants_of_python(name):
    """The numbers in a function of elementary.py, as they stand, but for 0."""
    numbers = [
        (node.lineno, node.col_offset, float(node.value))
        for node in ast.walk(python_function(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
    ]
    return [value for _, _, value in sorted(numbers) if value]


def python_function(name):
    functions = [node for node in ast.parse(PYTHON_TEXT).body if isinstance(node, ast.FunctionDef)]
    (function,) = [node for node in functions if node.name == name]
    return function


def parts_of_c(name):
    """The table in a function of elementary.c, and what stands below it but for places in it."""
    text = re.sub(r"/\*.*?\*/", "", C_TEXT, flags=re.DOTALL)
    (body,) = re.findall(rf"^double pn_{name}\(.*?\)\n\{{\n(.*?)^\}}", text, re.DOTALL | re.M)
    table, rest = body.split("static const double P[] = {", 1)[1].split("};", 1)
    return table, re.sub(r"P\[\d+\]|P \+ \d+", "P", rest)


def coefficients_of_c(name):
    """The table in a function of elementary.c."""
    return [float(number) for number in parts_of_c(name)[0].split(",")]


def constants_of_c(name):
    """The numbers in a function of elementary.c, as they stand, but for 0 and the table."""
    numbers = re.findall(r"(?<![\w.])\d[\d.]*(?:e[+-]?\d+)?", parts_of_c(name)[1])
    return [float(number) for number in numbers if float(number)]


def module_constants_of_python():
    """NAME = number at the top of elementary.py."""
    return {
        node.targets[0].id: node.value.value
        for node in ast.parse(PYTHON_TEXT).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }


def module_constants_of_c():
    """#define NAME number at the top of elementary.c."""
    found = re.findall(r"^#define (\w+) (\d\S*)", C_TEXT, re.MULTILINE)
    return {name: float(number) for name, number in found}


def coefficients_of_python(name):
    """The coefficients of a polynomial, with their signs, lowest degree first.

    They are the numbers in the sums p01, p23 and so on, each the value of one digit.
    """
    found = []
    for node in ast.walk(python_function(name)):
        name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
        if re.fullmatch("p[0-9a-f]{2}", name):
            found.extend(signed_numbers(node.value))
    return found


def signed_numbers(node, sign=1.0):
    if isinstance(node, ast.Constant):
        return [sign * node.value]
    if isinstance(node, ast.BinOp):
        right = -sign if isinstance(node.op, ast.Sub) else sign
        return signed_numbers(node.left, sign) + signed_numbers(node.right, right)
    return []


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_the_reference_and_c_have_the_same_constants(name):
    coefficients = coefficients_of_python(name)
    assert coefficients_of_c(name) == coefficients
    sizes = [*map(abs, coefficients)]
    others = constants_of_python(name)
    for size in sizes:
        others.remove(size)
    assert len(sizes) > 6 and len(others) > 2
    assert constants_of_c(name) == others


def test_the_reference_and_c_have_the_same_names_for_constants():
    constants = module_constants_of_python()
    assert sorted(constants) == ["LN2_HI", "LN2_LO", "LOG2_E", "ROUND", "SQRT_HALF"]
    assert module_constants_of_c() == constants


@pytest.fixture(scope="module")
def minimax():
    return elementary_coefficients.coefficients()


@pytest.mark.parametrize(("name", "count"), [("exp", 11), ("log", 7), ("tanh", 12)])
def test_the_coefficients_are_the_generated_ones(minimax, name, count):
    assert len(minimax[name]) == count
    assert coefficients_of_python(name) == minimax[name]


def test_the_constants_for_ln_2():
    constants = module_constants_of_python()
    with mpmath.workdps(DIGITS):
        ln2 = mpmath.log(2)
        high = mpmath.floor(ln2 * 2**33) / 2**33
        assert constants["LN2_HI"] == high
        assert constants["LN2_LO"] == elementary_coefficients.short_decimal(ln2 - high)
        assert constants["LOG2_E"] == elementary_coefficients.short_decimal(1 / ln2)
        assert constants["SQRT_HALF"] == float(mpmath.sqrt(0.5))
    assert constants["ROUND"] == 1.5 * 2**52
