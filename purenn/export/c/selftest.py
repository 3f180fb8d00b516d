"""The self-test of an exported network: a program that proves on the target that it is whole."""

from __future__ import annotations

from math import isfinite
from string import Template
from struct import pack

from ...network import class_of
from ..weights import network_of
from .numbers import constant, literal
from .plan import Plan

RATES = [2.0**power for power in range(-4, -1000, -100)]  # the first that keeps all finite
STEPS = 2
FNV_OFFSET, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3

SELFTEST = Template("""\
#ifdef ${P}_SELFTEST

#include <stdio.h>

$constants
/* With a = 1 + 2^-30, separate roundings give a*a - (1 + 2^-29) = 0, fused ones 2^-60. Rounding
 * first to more digits loses the 2^-78 that is added to half a unit. Subnormals are kept. */
static int ${p}_arithmetic(void)
{
    volatile double a = 1.0 + 1.0 / 1073741824.0, c = 1.0 + 1.0 / 536870912.0, one = 1.0;
    volatile double half = 1.0 / 9007199254740992.0 + 1.0 / 302231454903657293676544.0;
    volatile double smallest = DBL_MIN;
    double x = a, y = c;
    return x * x - y == 0.0 && one + half > 1.0 && smallest * 0.5 > 0.0;
}

/* One step of the FNV-1a checksum, over a number's eight bytes, the highest first. */
static uint64_t ${p}_checksum(uint64_t sum, double value)
{
    uint64_t bits;
    int shift;
    memcpy(&bits, &value, sizeof bits);
    for (shift = 56; shift >= 0; shift -= 8)
        sum = (sum ^ ((bits >> shift) & 0xFF)) * ${prime}u;
    return sum;
}

static int ${p}_constants(void)
{
    uint64_t sum = ${start}u;
    size_t i;
$sums    return sum == ${sum}u;
}

static int ${p}_outputs(const double *expected)
{
    double out[$n_out];
    size_t s;
    for (s = 0; s < $count; s++, expected += $n_out) {
        ${p}_$predict(${p}_test_x + s * $n_in, out);
        if (memcmp(out, expected, sizeof out) != 0)
            return 0;
    }
    return 1;
}
$more
int main(void)
{
    const char *verdict = "$p: passed: the same bits as purenn in $done";
    int failed = 1;
    if (!${p}_arithmetic())
        verdict = "$p: FAILED: doubles are not binary64 with each operation rounded by itself";
    else if (!${p}_constants())
        verdict = "$p: FAILED: a weight or another constant was altered";
    else if (!${p}_outputs(${p}_test_out))
        verdict = "$p: FAILED: an output has other bits";
$checks    else
        failed = 0;
    puts(verdict);
    return failed;
}

#endif
""")

SUM = Template("""\
    for (i = 0; i < $count; i++)
        sum = ${p}_checksum(sum, $value);
""")

CLASSES = Template("""
static int ${p}_classes(void)
{
    size_t s;
    for (s = 0; s < $count; s++)
        if (${p}_predict(${p}_test_x + s * $n_in) != ${p}_test_class[s])
            return 0;
    return 1;
}
""")

CHECK_CLASSES = Template("""\
    else if (!${p}_classes())
        verdict = "$p: FAILED: a class is another one";
""")

TRAINING = Template("""
static int ${p}_training(void)
{
    static double workspace[${P}_WORKSPACE($count)];
    size_t step;
    for (step = 0; step < $steps; step++)
        if (${p}_train_step(${p}_test_x, ${p}_test_y, $count, $rate, workspace) !=
            ${p}_test_loss[step])
            return 0;
    return ${p}_outputs(${p}_test_trained);
}
""")

CHECK_TRAINING = Template("""\
    else if (!${p}_training())
        verdict = "$p: FAILED: a training step has other bits";
""")


def selftest(plan: Plan, vectors: list) -> str:
    """The program: its vectors, its checks, main."""
    p = plan.prefix
    names = {**plan.names, "count": len(vectors), "steps": STEPS}
    X, outputs = [x for x, _ in vectors], [output for _, output in vectors]
    constants = [constant(f"{p}_test_x", X), constant(f"{p}_test_out", outputs)]
    more = checks = ""
    done = f"{len(vectors)} predictions"
    if plan.classifies:
        constants.append(constant(f"{p}_test_class", [[*map(class_of, outputs)]], "int"))
        more += CLASSES.substitute(names)
        checks += CHECK_CLASSES.substitute(names)
    if plan.train:
        # Targets that the outputs are near, so that every loss is finite.
        Y = [[float(a > 0.5) for a in output] for output in outputs]
        rate, losses, after = trained(plan, X, Y)
        constants.append(constant(f"{p}_test_y", Y))
        constants.append(constant(f"{p}_test_loss", [losses]))
        constants.append(constant(f"{p}_test_trained", after))
        more += TRAINING.substitute(names, rate=literal(rate))
        checks += CHECK_TRAINING.substitute(names)
        done += f" and {STEPS} training steps"
    sums, total = checksums(plan)
    return SELFTEST.substitute(
        names,
        constants="\n".join(constants),
        prime=f"0x{FNV_PRIME:X}",
        start=f"0x{FNV_OFFSET:X}",
        sums=sums,
        sum=f"0x{total:016X}",
        predict="predict_proba" if plan.classifies else "predict",
        more=more,
        checks=checks,
        done=done,
    )


def checksums(plan: Plan) -> tuple[str, int]:
    """The loops over all constants of the network, and the checksum they must give."""
    p, labels = plan.prefix, plan.network.labels
    arrays: list[tuple[str, list[float]]] = []
    if plan.train:
        rows = [row for W, b, _ in plan.layers for row in (*W, b)]
        arrays.append((f"{p}_parameters[i]", [value for row in rows for value in row]))
    else:
        for number, layer in enumerate(plan.layers, 1):
            W, b = layer.values()
            scale = f" * (double){p}_scale{number}[i % {len(b)}]" if layer.scale else ""
            weights = [value for row in W for value in row]
            arrays.append((f"(double){p}_W{number}[i]{scale}", weights))
            if plan.bias_type:
                arrays.append((f"(double){p}_b{number}[i]", b))
    for name, values in plan.scaling.items():
        arrays.append((f"{p}_input_{name}[i]", values))
    if labels:
        size = plan.label_size
        characters = b"".join(label.encode().ljust(size, b"\0") for label in labels)
        place = f"{p}_labels[i / {size}][i % {size}]"
        arrays.append((f"(unsigned char){place}", [float(byte) for byte in characters]))
    loops = [SUM.substitute(p=p, count=len(values), value=value) for value, values in arrays]
    return "".join(loops), checksum([number for _, numbers in arrays for number in numbers])


def checksum(numbers: list[float]) -> int:
    """FNV-1a with 64 bits, of the numbers as big-endian binary64.

    Source: G. Fowler, L. C. Noll and K.-P. Vo, "The FNV Non-Cryptographic Hash Algorithm".
    """
    total = FNV_OFFSET
    for byte in pack(f">{len(numbers)}d", *numbers):
        total = (total ^ byte) * FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return total


def trained(plan: Plan, X: list, Y: list) -> tuple[float, list[float], list[list[float]]]:
    """A learning rate at which all stays finite, the losses of the steps, the outputs after."""
    for rate in RATES:
        network = network_of(plan.network, plan.layers)
        losses = network.fit(X, Y, epochs=STEPS, learning_rate=rate).history["loss"]
        outputs = network.predict(X)
        if all(isfinite(value) for row in (losses, *outputs) for value in row):
            return rate, losses, outputs
    raise ValueError(f"train: expected a network that can be trained, got the losses {losses}")
