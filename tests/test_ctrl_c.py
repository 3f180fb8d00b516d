"""Ctrl-C ends any call within 0.2 seconds, wherever it is, and leaves a network that is whole."""

import os
import signal
import statistics
import subprocess
import sys
import time

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs a signal"),
]

CALLS = {
    "fit, one by one": "network.fit(X, Y, epochs=1000, learning_rate=0.01, batch_size=1)",
    "fit, in batches": "network.fit(X, Y, epochs=1000, learning_rate=0.01, batch_size=32)",
    "fit, all at once": "network.fit(X, Y, epochs=1000, learning_rate=0.01)",
    "fit, shuffled": "network.fit(X, Y, epochs=9, learning_rate=0.01, batch_size=9, shuffle=True)",
    "a training": "purenn.Training(network, X, Y, learning_rate=0.01).run(1000)",
    "gradients": "network.gradients(X, Y)",
    "predict": "network.predict(X)",
    "classify": "network.classify(X)",
}
CODE = """
import signal
import sys
import time

import purenn

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a background process may ignore
backend, sizes, n = sys.argv[1], eval(sys.argv[2]), int(sys.argv[3])
X = memoryview(bytes(1 + k % 250 for k in range(n * sizes[0]))).cast("B", (n, sizes[0]))
Y = [[float(j == s % sizes[-1]) for j in range(sizes[-1])] for s in range(n)]
activations = ["tanh"] * (len(sizes) - 2) + ["softmax"]
network = purenn.Network(
    sizes, activations=activations, loss="categorical_cross_entropy", seed=1, backend=backend
)
print("ready", flush=True)
try:
    while True:
        CALL
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
rows = X[:3]
outputs = network.predict(rows)
again = purenn.Network.of(network.architecture, network.get_weights(), backend=backend)
assert again.predict(rows) == outputs
network.fit(rows, Y[:3], epochs=1, learning_rate=0.01)
"""


def seconds_to_stop(folder, backend, sizes, n, call, wait, **environment):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE.replace("CALL", call), backend, repr(sizes), str(n)],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(wait)
        pressed = time.monotonic()
        process.send_signal(signal.SIGINT)
        stopped = float(process.stdout.readline())
    assert process.returncode == 0
    return stopped - pressed


@pytest.mark.parametrize("simd", [None, "plain"])
@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_ends_a_call_of_the_core(native, tmp_path, call, simd):
    environment = {"PURENN_SIMD": simd} if simd else {}
    seconds = [
        seconds_to_stop(tmp_path, "c", [784, 1000, 10], 3000, CALLS[call], wait, **environment)
        for wait in (0.05, 0.6, 1.3)
    ]
    assert statistics.median(seconds) < 0.2, seconds  # another process may be in the way once


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_ends_a_call_in_plain_python(tmp_path, call):
    seconds = [
        seconds_to_stop(tmp_path, "python", [64, 100, 10], 300, CALLS[call], wait)
        for wait in (0.05, 0.2, 0.5)
    ]
    assert statistics.median(seconds) < 0.2, seconds
