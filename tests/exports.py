"""Random networks to export, and what compiles and calls them."""

import ctypes
import random
import shutil
import subprocess

import pytest
from cases import ACTIVATIONS, LOSSES, PROBABILITIES, lasts

from purenn import Network

BUILDS = {
    "gcc": ["gcc", "-std=c99", "-O2"],
    "clang": ["clang", "-std=c99", "-O2"],
    "gcc-haswell": ["gcc", "-std=gnu99", "-O3", "-march=haswell"],
    "clang-haswell": ["clang", "-std=gnu99", "-O3", "-march=haswell"],
    "g++": ["g++", "-x", "c++", "-std=c++11", "-O2"],
    "g++-haswell": ["g++", "-x", "c++", "-std=gnu++17", "-O3", "-march=haswell"],
    "clang++": ["clang++", "-x", "c++", "-std=c++11", "-O2"],
    "clang++-haswell": ["clang++", "-x", "c++", "-std=gnu++17", "-O3", "-march=haswell"],
}
LIMITS = (-2.0, 3.0)
EDGES = [0.0, -0.0, 5e-324, -1e-310, 1e-160, 1.0, -1.0, 0.5, 700.0, -746.0, 1e10]


def random_network(seed, backend="auto"):
    """Any sizes, activations and loss, with and without biases, scaling and labels."""
    stream = random.Random(seed)
    sizes = [stream.randint(1, 9) for _ in range(stream.randint(2, 5))]
    loss = stream.choice(LOSSES)
    last = stream.choice(lasts(loss))
    if last == "softmax" or loss == "categorical_cross_entropy":
        sizes[-1] += 1
    activations = [stream.choice(choices(width)) for width in sizes[1:-1]] + [last]
    optional = {}
    if stream.random() < 0.3:
        optional["input_offset"] = stream.choice([128.0, -0.25, [stream.gauss(0, 1)] * sizes[0]])
    if stream.random() < 0.3:
        scales = [stream.uniform(0.5, 2.0) * stream.choice([-1, 1]) for _ in range(sizes[0])]
        optional["input_scale"] = stream.choice([255.0, scales])
    if last in PROBABILITIES and stream.random() < 0.3:
        names = ["über", 'a "b"', "c\\d", "trigraph ??/", "数"]
        optional["labels"] = [f"{stream.choice(names)} {j}" for j in range(max(2, sizes[-1]))]
    bias = stream.random() < 0.7
    network = Network(
        sizes,
        activations=activations,
        loss=loss,
        bias=bias,
        seed=seed,
        backend=backend,
        **optional,
    )
    edge = stream.random() < 0.2

    def number():
        if edge and stream.random() < 0.1:
            return stream.choice([0.0, -0.0, 5e-324, 1e-300, -3e-39, 4096.5])
        return stream.uniform(-1.5, 1.5)

    network.set_weights(
        [
            (
                [[number() for _ in range(n_out)] for _ in range(n_in)],
                [number() if bias else 0.0 for _ in range(n_out)],
            )
            for n_in, n_out in zip(sizes, sizes[1:])
        ]
    )
    return network


def choices(width):
    """The activations of a hidden layer: softmax needs more than one unit."""
    return [name for name in ACTIVATIONS if name != "softmax" or width > 1]


def some_inputs(network, count, seed):
    """Inputs as a user has them: within LIMITS after scaling."""
    stream = random.Random(seed)
    offset, scale = network.architecture.scaling
    return [[o + s * stream.uniform(*LIMITS) for o, s in zip(offset, scale)] for _ in range(count)]


def compile_c(build, *arguments):
    """Runs that build's compiler with these arguments; skips where there is none."""
    command = [*BUILDS[build], *map(str, arguments)]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def load(build, folder, sources, *flags):
    """The sources as one library that can be called."""
    whole = folder / f"{build}.c"
    whole.write_text("".join(f'#include "{source}"\n' for source in sources), encoding="utf-8")
    library = folder / f"{build}.so"
    compile_c(build, *flags, "-shared", "-fPIC", "-I", folder, whole, "-o", library)
    return ctypes.CDLL(str(library))


def doubles(values):
    """The numbers as a C array."""
    return (ctypes.c_double * len(values))(*values)


def call(library, name, x, n_out):
    """The outputs of a function that takes x and fills n_out numbers."""
    out = (ctypes.c_double * n_out)()
    getattr(library, name)(doubles(x), out)
    return list(out)
