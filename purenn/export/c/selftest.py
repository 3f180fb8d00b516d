"""The self-test of an exported network: a program that proves on the target that it is whole."""

from __future__ import annotations

from string import Template
from struct import pack

from ...classes import class_of
from ..vectors import STEPS, Trained
from .plan import Array, Plan, literal

FNV_OFFSET, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3

SELFTEST = Template("""\
#ifdef ${P}_SELFTEST

#include <stdio.h>

$arrays
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
        ${p}_predict(${p}_test_x + s * $n_in, out);
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
        sum = ${p}_checksum(sum, $element);
""")

CLASSES = Template("""
static int ${p}_classes(void)
{
    size_t s;
    for (s = 0; s < $count; s++)
        if (${p}_classify(${p}_test_x + s * $n_in) != ${p}_test_class[s])
            return 0;
    return 1;
}
""")

CHECK_CLASSES = Template("""\
    else if (!${p}_classes())
        verdict = "$p: FAILED: a class is wrong";
""")

TRAINING = Template("""
static int ${p}_training(void)
{
    static double workspace[${P}_WORKSPACE($count)]$declared;
    size_t step;
    for (step = 0; step < $steps; step++)
        if (${p}_train_step(${p}_test_x, ${p}_test_y, $count, $rate, workspace$given) !=
            ${p}_test_loss[step])
            return 0;
    return ${p}_outputs(${p}_test_trained);
}
""")

CHECK_TRAINING = Template("""\
    else if (!${p}_training())
        verdict = "$p: FAILED: a training step has other bits";
""")


def selftest(plan: Plan, vectors: list, trained: Trained | None) -> str:
    """The program: its vectors, its checks, main."""
    p = plan.prefix
    names = {**plan.names, "count": len(vectors), "steps": STEPS}
    outputs = [output for _, output in vectors]
    tests: dict[str, tuple[str, list]] = {
        "x": ("double", [x for x, _ in vectors]),
        "out": ("double", outputs),
    }
    more = checks = ""
    done = f"{len(vectors)} predictions"
    if plan.architecture.gives_probabilities:
        tests["class"] = "int", [[*map(class_of, outputs)]]
        more += CLASSES.substitute(names)
        checks += CHECK_CLASSES.substitute(names)
    if trained is not None:
        tests["y"] = "double", trained.Y
        tests["loss"] = "double", [trained.losses]
        tests["trained"] = "double", trained.outputs
        more += TRAINING.substitute(
            names,
            rate=literal(trained.learning_rate),
            declared=f", state[{p.upper()}_STATE]" * (plan.state_size > 0),
            given=", state" * (plan.state_size > 0),
        )
        checks += CHECK_TRAINING.substitute(names)
        done += f" and {STEPS} training steps"
    arrays = (Array(f"{p}_test_{name}", *numbers) for name, numbers in tests.items())
    return SELFTEST.substitute(
        names,
        arrays="\n".join(array.definition for array in arrays),
        prime=f"0x{FNV_PRIME:X}",
        start=f"0x{FNV_OFFSET:X}",
        sums="".join(
            SUM.substitute(p=p, count=array.length, element=array.element) for array in plan.arrays
        ),
        sum=f"0x{checksum([v for array in plan.arrays for row in array.rows for v in row]):016X}",
        more=more,
        checks=checks,
        done=done,
    )


def checksum(numbers: list[float]) -> int:
    """FNV-1a with 64 bits, of the numbers as big-endian binary64.

    Source: G. Fowler, L. C. Noll and K.-P. Vo, "The FNV Non-Cryptographic Hash Algorithm".
    """
    total = FNV_OFFSET
    for byte in pack(f">{len(numbers)}d", *numbers):
        total = (total ^ byte) * FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return total
