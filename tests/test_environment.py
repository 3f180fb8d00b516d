"""A processor that was switched to other arithmetic is noticed by both engines, which refuse to
compute and change nothing."""

import platform
from timeit import repeat

import pytest
from test_levels import in_a_process_of_its_own, printed

from purenn.environment import check_arithmetic

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="numbers of glibc")

# Two ways to switch, each of which returns the way back.
SWITCHES = """
import ctypes
libm = ctypes.CDLL("libm.so.6")

def with_bits(word):
    environment = (ctypes.c_uint32 * 8)()  # glibc's fenv_t of an x86-64: the last one is MXCSR
    libm.fegetenv(environment)
    before = environment[7]
    environment[7] |= word
    libm.fesetenv(environment)
    environment[7] = before
    return lambda: libm.fesetenv(environment)

def with_rounding(mode):
    libm.fesetround(mode)
    return lambda: libm.fesetround(0)
"""
FLUSHED, ROUNDED = "flush subnormal numbers to zero", "round in another direction"
X86_SWITCHES = {
    "FTZ": ("with_bits(0x8000)", FLUSHED),
    "DAZ": ("with_bits(0x0040)", FLUSHED),
    "FTZ and DAZ": ("with_bits(0x8040)", FLUSHED),
    "FTZ and upward": ("with_bits(0xC000)", f"{FLUSHED} and {ROUNDED}"),
    "downward": ("with_rounding(0x400)", ROUNDED),
    "upward": ("with_rounding(0x800)", ROUNDED),
    "toward zero": ("with_rounding(0xC00)", ROUNDED),
}
ARM_SWITCHES = {
    "upward": ("with_rounding(0x400000)", ROUNDED),
    "downward": ("with_rounding(0x800000)", ROUNDED),
    "toward zero": ("with_rounding(0xC00000)", ROUNDED),
}
EVERY_SWITCH = {"x86_64": X86_SWITCHES, "aarch64": ARM_SWITCHES}.get(platform.machine(), {})
switched = pytest.mark.parametrize("name", EVERY_SWITCH)

NETWORK = """
from purenn import Network, Training, export_c, export_python

backend = %r
X, Y = [[1.0, 2.0]], [[0.5]]

def new(seed=1):
    return Network([2, 3, 1], seed=seed, backend=backend)

network = new()
weights = network.get_weights()
network.save("network.json")
training = Training(network, X, Y, learning_rate=0.5)
calls = {
    "Network": new,
    "load": lambda: Network.load("network.json", backend=backend),
    "predict": lambda: network.predict(X),
    "predict one": lambda: network.predict(X[0]),
    "classify": lambda: network.classify(X),
    "gradients": lambda: network.gradients(X, Y),
    "fit": lambda: network.fit(X, Y, epochs=1, learning_rate=0.5),
    "fit shuffled": lambda: network.fit(X, Y, epochs=1, learning_rate=0.5, shuffle=True, seed=1),
    "step": lambda: training.step(),
    "epoch": lambda: training.epoch(),
    "save": lambda: network.save("refused.json"),
    "export_c": lambda: export_c(network, "refused", "network"),
    "export_python": lambda: export_python(network, "refused", "network"),
}
held = lambda: network.get_weights()
"""
# The binding's functions, which anybody can call by themselves.
BINDING = """
from purenn import Network, native

X, Y = [[1.0, 2.0]], [[0.5]]
weights = Network([2, 3, 1], seed=1).get_weights()
own = native.Network(weights, ["sigmoid"] * 2, "mean_squared_error", True)
optimizer = native.Optimizer(own, "adam", native.Rates(0.5))
calls = {
    "affine": lambda: native.affine(X, *weights[0]),
    "exp": lambda: native.exp(1.0),
    "mean": lambda: native.mean([1.0]),
    "forward": lambda: native.forward(X, own),
    "train_step": lambda: native.train_step(own, optimizer, X, Y),
    "train_epoch": lambda: native.train_epoch(own, optimizer, X, Y, [0], 1),
}
held = lambda: [(W.tolist(), list(b)) for W, b in own.parameters]
"""
REFUSED = """
import os
messages = {}
back = %s
for name, call in calls.items():
    try:
        call()
    except FloatingPointError as error:
        messages[name] = str(error)
back()
assert set(messages) == set(calls), set(calls) - set(messages)
assert len(set(messages.values())) == 1, messages
assert held() == weights
assert [path for path in os.listdir() if "refused" in path] == []
for call in calls.values():
    call()
assert held() != weights
print(*messages.values(), sep="\\n")
"""


def check_refused(code, name, tmp_path):
    """All calls of the code are refused while the processor is switched, and none afterwards."""
    switch, what = EVERY_SWITCH[name]
    said = printed(SWITCHES + code + REFUSED % switch, tmp_path)
    assert f"switched this thread's processor to {what}, so" in said


@switched
def test_a_network_computes_nothing(engine, name, tmp_path):
    check_refused(NETWORK % engine.name, name, tmp_path)


@switched
def test_the_binding_computes_nothing(native, name, tmp_path):
    check_refused(BINDING, name, tmp_path)


COMMAND = """
from purenn.commands import main

arguments = ["reproduce", "letters", "--epochs", "1", "--backend", %r]
back = %s
refused = main(arguments)
back()
assert refused == 2 and main(arguments) != 2
"""


@switched
def test_the_command_line_says_so_in_one_line(engine, name, tmp_path):
    switch, what = EVERY_SWITCH[name]
    code = SWITCHES + COMMAND % (engine.name, switch)
    done = in_a_process_of_its_own(code, tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("purenn: ") and f"processor to {what}, so" in line


HOT = """
from purenn.environment import check_arithmetic

def refused():
    for call in range(200_000):
        if call == 100_000:
            switch()
        check_arithmetic()

switch = lambda: %s
try:
    refused()
except FloatingPointError:
    print("refused")
"""


@switched
def test_no_compiler_takes_the_answer_for_constant(name, tmp_path):
    """PyPy compiles the loop before the processor is switched."""
    assert printed(SWITCHES + HOT % EVERY_SWITCH[name][0], tmp_path) == "refused\n"


def test_looking_costs_next_to_nothing():
    assert min(repeat(check_arithmetic, number=10_000, repeat=9)) / 10_000 < 1e-6
