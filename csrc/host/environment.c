/* SPDX-License-Identifier: MIT */
/* Whether somebody has switched the processor to other arithmetic: each test is a sum or a product
 * whose result would differ. volatile keeps the compiler from knowing it. */
#include "../contract.h"
#include "host.h"

int pn_environment(void)
{
    volatile double smallest = DBL_MIN, tiny = 4.9406564584124654e-324, one = 1.0, half = 0.5;
    volatile double third = DBL_EPSILON / 3.0, flushed, denormal, up, down;
    int found = 0;
    flushed = smallest * half;
    denormal = tiny * one;
    if (flushed == 0.0 || denormal * 4503599627370496.0 == 0.0)
        found |= PN_FLUSHES_SUBNORMALS;
    up = one + third;
    down = one - third / 2.0;
    if (up != 1.0 || down != 1.0 || -one - third != -1.0)
        found |= PN_ROUNDS_OTHERWISE;
    return found;
}
