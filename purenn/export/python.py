"""A trained network as one Python module, for CPython, PyPy and MicroPython.

It is made of the reference's own functions, and imports only `math`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from keyword import kwlist
from math import copysign, frexp
from string import Template

from ..architecture import Architecture
from ..network import Network
from ..version import VERSION
from ..weights import check_finite_weights
from .files import check_network, check_prefix, write_new
from .parts import needed, python_parts
from .vectors import LIMITS, check_limits, choose_vectors

MODULE = Template('''\
# SPDX-License-Identifier: MIT
# The functions of purenn's reference in this file are Copyright (c) 2026 The purenn authors.
"""$name: a dense network, $sizes, $activations; exported by purenn $version.

predict(x) gives the outputs for a list of inputs$classes.
It needs 64-bit floats and `math`, and computes the same bits on CPython, PyPy and MicroPython.
Run this file to test that. A number that some parsers misread is written as ldexp(m, e) = m*2**e.
"""

import math
from math import ldexp

$functions

$constants


def predict(x):
    """The outputs for x, a list of $n_in numbers."""
    A = [x]
$layers    return A[0]

$classify
TEST_VECTORS = [
$test_vectors]


def checksum(numbers):
    """A whole number that changes with every digit of every number."""
    total = 0
    for number in numbers:
        significand, exponent = math.frexp(number)
        sign = int(math.copysign(1.0, number))
        total = 31 * total + int(significand * 9007199254740992.0) + exponent + sign
        total = total % 2305843009213693951
    return total


def selftest():
    """Whether no constant was altered, and every test vector gives the outputs of purenn."""
    numbers = [number for matrix in CONSTANTS for row in matrix for number in row]
$labels    pairs = [pair for x, outputs in TEST_VECTORS for pair in zip(predict(x), outputs)]
    right = [a == b and math.copysign(1.0, a) == math.copysign(1.0, b) for a, b in pairs]
    return checksum(numbers) == $checksum and all(right)


if __name__ == "__main__":
    if not selftest():
        raise SystemExit("$name: FAILED: a constant was altered, or an output has other bits")
    print("$name: passed: the same bits as purenn in", len(TEST_VECTORS), "predictions")
''')

CLASSIFY = Template('''
def classify(x):
    """The ${what}class of x: $rule."""
    outputs = predict(x)
    return $result

''')

NUMBERS_OF_LABELS = "    numbers += [float(ord(c)) for label in LABELS for c in label]\n"

MODULES = {"math", *getattr(sys, "stdlib_module_names", ())}
RESERVED = {"a keyword of Python": kwlist, "which names a module of Python": MODULES}

MOST_DIGITS, LARGEST_POWER = 2**53, 22  # of ten: exact, so that a parser rounds once
LINE = 98


def export_python(
    network: Network,
    folder: str | os.PathLike = ".",
    prefix: str = "network",
    *,
    inputs: Sequence[float] = LIMITS,
) -> list[str]:
    """Writes the module prefix.py, which computes the network's outputs bit for bit; its path.

    `inputs` are the limits, after the network's own input scaling, of its test vectors.
    Raises ValueError or TypeError for a wrong argument, or for a weight or output that is not
    finite, and FileExistsError where the file exists already; then nothing is written.
    """
    check_network(network)
    check_prefix(prefix, RESERVED)
    low, high = check_limits(inputs)
    check_finite_weights(network.get_weights(), "export")
    return write_new(folder, {f"{prefix}.py": module_text(network, prefix, low, high)})


def module_text(network: Network, name: str, low: float, high: float) -> str:
    """The whole file."""
    architecture = network.architecture
    labels = architecture.preparation.labels or ()
    classify = classification(architecture)
    lines = forward_lines(architecture)
    named = constants(network)
    texts = [assignment(name, rows) for name, rows in named]
    matrices = [name if name.startswith("W") else f"[{name}]" for name, _ in named]
    texts.append(f"CONSTANTS = [{', '.join(matrices)}]")
    numbers = [number for _, rows in named for values in rows for number in values]
    if labels:
        texts.append(f"LABELS = {list(labels)!r}")
        numbers += [float(ord(c)) for label in labels for c in label]
    return MODULE.substitute(
        name=name,
        sizes="-".join(map(str, architecture.sizes)),
        activations=", ".join(architecture.activations),
        version=VERSION,
        classes=f", classify(x) the {'label' if labels else 'class'}" if classify else "",
        functions=functions(lines),
        constants="\n".join(texts),
        checksum=checksum(numbers),
        labels=NUMBERS_OF_LABELS if labels else "",
        n_in=architecture.n_in,
        layers="".join(f"    A = {line}\n" for line in lines),
        classify=classify,
        test_vectors="".join(
            f"    ({row(x, 5)},\n     {row(output, 5)}),\n"
            for x, output in choose_vectors(network, low, high)
        ),
    )


def forward_lines(architecture: Architecture) -> list[str]:
    """What A becomes, line by line."""
    lines = ["scale_inputs(A, OFFSET, SCALE)"] if architecture.preparation.scales else []
    for number, activation in enumerate(architecture.activations, 1):
        lines.append(f"{activation}_forward(affine(A, W{number}, b{number}))")
    return lines


def classification(architecture: Architecture) -> str:
    """The function that gives the class of a sample, if the network has classes."""
    if not architecture.gives_probabilities:
        return ""
    rule = "the number of the largest output, the first among equals"
    number = "outputs.index(max(outputs))"
    if architecture.n_out == 1:
        rule, number = "1 where the output is more than 0.5, else 0", "int(outputs[0] > 0.5)"
    if architecture.preparation.labels:
        return CLASSIFY.substitute(what="label of the ", rule=rule, result=f"LABELS[{number}]")
    return CLASSIFY.substitute(what="", rule=rule, result=number)


def functions(lines: list[str]) -> str:
    """The parts of the reference that these lines need, functions apart from each other."""
    text = ""
    for part in needed(python_parts(), re.findall(r"\w+", " ".join(lines))):
        if part.text.startswith("def "):
            text += f"\n\n{part.text}"
        else:
            text += part.text
    return text


def constants(network: Network) -> list[tuple[str, list[list[float]]]]:
    """Weights and what scales the inputs, each as a matrix with its name."""
    named, architecture = [], network.architecture
    if architecture.preparation.scales:
        offset, scale = architecture.scaling
        named += [("OFFSET", [offset]), ("SCALE", [scale])]
    for number, (W, b) in enumerate(network.get_weights(), 1):
        named += [(f"W{number}", W), (f"b{number}", [b])]
    return named


def assignment(name: str, rows: list[list[float]]) -> str:
    """The constant of that name: W is a matrix, the others are one row."""
    if not name.startswith("W"):
        return f"{name} = {row(rows[0])}"
    lines = "".join(f"    {row(values, 5)},\n" for values in rows)
    return f"{name} = [\n{lines}]"


def checksum(numbers: Iterable[float]) -> int:
    """What the module's function of that name returns."""
    total = 0
    for number in numbers:
        significand, exponent = frexp(number)
        total = 31 * total + int(significand * 2.0**53) + exponent + int(copysign(1.0, number))
        total = total % (2**61 - 1)
    return total


def row(values: Iterable[float], indent: int = 4) -> str:
    """A list of numbers, in as many lines as it needs."""
    lines = [""]
    for value in values:
        word = f"{literal(value)}, "
        if len(lines[-1]) + len(word) + indent > LINE:
            lines.append("")
        lines[-1] += word
    return "[" + ("\n" + " " * indent).join(line.rstrip() for line in lines).rstrip(", ") + "]"


def literal(value: float) -> str:
    """A decimal if every parser reads it as this number, else its significand and exponent."""
    found = re.fullmatch(r"-?(\d+)\.?(\d*)(?:e(.*))?", repr(value))
    assert found is not None
    whole, fraction, power = found.groups()
    fraction = fraction.rstrip("0")
    shift = int(power or 0) - len(fraction)
    if int(whole + fraction) <= MOST_DIGITS and abs(shift) <= LARGEST_POWER:
        return repr(value)
    significand, exponent = frexp(value)
    digits = int(significand * 2.0**53)
    trailing = (digits & -digits).bit_length() - 1
    return f"ldexp({digits >> trailing}, {exponent - 53 + trailing})"
