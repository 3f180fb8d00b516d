/* SPDX-License-Identifier: MIT */
/* log(1 + x) and e^x - 1, which keep their digits where x is near 0. */
#include "contract.h"
#include "purenn.h"

/* log(1 + x) within 2 ulp.
 *
 * u = 1 + x is rounded, and log u + (x - (u - 1)) / u makes up for that where log u is finite;
 * where u is 1, it is x. log 0 is -inf, the logarithm of a negative number NaN. */
double pn_log1p(double x)
{
    double u = 1.0 + x;
    if (u == 1.0)
        return x;
    double y = pn_log(u);
    if (y - y != 0.0)
        return y;
    return y + (x - (u - 1.0)) / u;
}

/* e^x - 1 within 3 ulp.
 *
 * Below 10^-16 it rounds to x. Up to 1 it is 2*t / (1 - t), t = tanh(x/2), above that e^x - 1. */
double pn_expm1(double x)
{
    if (-1e-16 < x && x < 1e-16)
        return x;
    if (x > 1.0)
        return pn_exp(x) - 1.0;
    double t = pn_tanh(0.5 * x);
    return 2.0 * t / (1.0 - t);
}
