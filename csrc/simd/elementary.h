/* SPDX-License-Identifier: MIT */
/* csrc/elementary.c and csrc/near_zero.c on vectors: line by line the same operations.
 *
 * Where the plain functions return early, these compute on and choose the right result at the
 * end; a lane that is not chosen may hold anything. */
#ifndef PN_SIMD_ELEMENTARY_H
#define PN_SIMD_ELEMENTARY_H

#include "vector.h"

#include <math.h>

#define LOG2_E 1.442695040888963
#define LN2_HI 0.6931471804855391
#define LN2_LO 7.44061711001e-11
#define SQRT_HALF 0.7071067811865476
#define ROUND 6755399441055744.0

/* y[i] = pn_exp(x[i]) for each lane with x[i] <= 710, or NaN.
 *
 * k + ROUND holds the whole number k in its last bits, so no conversion is needed: with
 * u = k + 2048 > 0, 2^half and 2^(k - half) are made from u, half being k/2 rounded down. Another
 * split of k than the plain one, the same product: y*2^half is exact either way. */
INLINE vec vexp_of_small(vec x)
{
    vec shifted = x * LOG2_E + ROUND;
    vec k = shifted - ROUND;
    vec high = x - k * LN2_HI;
    vec low = k * LN2_LO;
    vec r = high - low;
    vec r2 = r * r;
    vec r4 = r2 * r2;
    vec p01 = 0.5 + 0.1666666666666667 * r;
    vec p23 = 0.04166666666666669 + 0.00833333333332614 * r;
    vec p45 = 0.001388888888887441 + 0.0001984126987480385 * r;
    vec p67 = 2.480158734731201e-05 + 2.755725542201325e-06 * r;
    vec p89 = 2.75572529390086e-07 + 2.51052077553315e-08 * r;
    vec p8a = p89 + 2.0921580396635e-09 * r2;
    vec p = ((p01 + p23 * r2) + (p45 + p67 * r2) * r4) + p8a * (r4 * r4);
    vec y = 1.0 + (high + (r2 * p - low));
    bits u = (bits)shifted - ((bits)all(ROUND) - 2048);
    bits half = u >> 1;
    y = y * (vec)((half - 1) << 52) * (vec)((u - half - 1) << 52);
    return choose(less(x, all(-746.0)), all(0.0), y);
}

/* y[i] = pn_exp(x[i]) for each lane. */
INLINE vec vexp(vec x)
{
    return choose(less(all(710.0), x), all((double)INFINITY), vexp_of_small(x));
}

/* log(2^k*(1 + f)) as pn_log computes it. */
INLINE vec vlog_of_parts(vec f, vec k)
{
    vec s = f / (2.0 + f);
    vec w = s * s;
    vec w2 = w * w;
    vec p01 = 0.666666666666667 + 0.3999999999989851 * w;
    vec p23 = 0.2857142862637063 + 0.222222110774591 * w;
    vec p45 = 0.1818289288483782 + 0.1533160799805648 * w;
    vec p46 = p45 + 0.14617736790073 * w2;
    vec R = w * ((p01 + p23 * w2) + p46 * (w2 * w2));
    vec half_square = 0.5 * f * f;
    return k * LN2_HI - ((half_square - (s * (half_square + R) + k * LN2_LO)) - f);
}

/* y[i] = pn_log(x[i]*2^-shift[i]) for each lane with a normal, finite x[i] > 0: m and k of
 * x = m*2^k from the bits of x; k becomes a double by way of the last bits of ROUND. */
INLINE vec vlog_of_normal(vec x, vec shift)
{
    bits exponent = (bits)x >> 52;
    vec m = (vec)(((bits)x & 0x000FFFFFFFFFFFFFu) | 0x3FE0000000000000u);
    vec k = ((vec)(exponent + (bits)all(ROUND)) - (ROUND + 1022.0)) - shift;
    mask low = less(m, all(SQRT_HALF));
    m = choose(low, 2.0 * m, m);
    return vlog_of_parts(m - 1.0, choose(low, k - 1.0, k));
}

/* y[i] = pn_log(x[i]) for each lane, a subnormal x being multiplied by 2^54 first. */
INLINE vec vlog(vec x)
{
    mask subnormal = less(x, all(2.2250738585072014e-308));
    vec y = vlog_of_normal(choose(subnormal, x * 18014398509481984.0, x),
                           choose(subnormal, all(54.0), all(0.0)));
    y = choose(equal(x, all(0.0)), all(-(double)INFINITY), y);
    y = choose(less(x, all(0.0)), all((double)NAN), y);
    y = choose(equal(x, all((double)INFINITY)), x, y);
    return choose(differ(x, x), x, y);
}

/* y[i] = pn_log1p(x[i]) for each lane with a finite x[i] >= 0, or NaN. */
INLINE vec vlog1p(vec x)
{
    vec u = 1.0 + x;
    return vlog_of_normal(u, all(0.0)) + (x - (u - 1.0)) / u;
}

/* y[i] = pn_log1p(x[i]) for each lane with 0 <= x[i] <= 1, or NaN. */
INLINE vec vlog1p_of_fraction(vec x)
{
    vec u = 1.0 + x;
    mask low = less(u, all(2.0 * SQRT_HALF));
    vec f = choose(low, u, 0.5 * u) - 1.0;
    return vlog_of_parts(f, choose(low, all(0.0), all(1.0))) + (x - (u - 1.0)) / u;
}

/* y[i] = pn_tanh(x[i]) for each lane. */
INLINE vec vtanh(vec x)
{
    mask negative = less(x, all(0.0));
    vec size = choose(negative, -x, x);
    mask small = less(size, all(0.625));
    vec y = x;
    if (!every(small)) {
        vec large = 1.0 - 2.0 / (vexp(2.0 * size) + 1.0);
        y = choose(negative, -large, large);
    }
    if (any(small)) {
        vec u = x * x;
        vec u2 = u * u;
        vec u4 = u2 * u2;
        vec p01 = 0.3333333333333333 - 0.1333333333333306 * u;
        vec p23 = 0.05396825396791437 - 0.02186948851970079 * u;
        vec p45 = 0.008863235117391483 - 0.003592121919887286 * u;
        vec p67 = 0.001455776666597123 - 0.0005896666490737057 * u;
        vec p89 = 0.0002376090320789604 - 9.26061865902112e-05 * u;
        vec pab = 3.123881822002352e-05 - 6.50270360319642e-06 * u;
        vec p = ((p01 + p23 * u2) + (p45 + p67 * u2) * u4) + (p89 + pab * u2) * (u4 * u4);
        y = choose(small, x - x * u * p, y);
    }
    return choose(less(size, all(1e-08)), x, y);
}

/* y[i] = pn_expm1(x[i]) for each lane. */
INLINE vec vexpm1(vec x)
{
    mask large = less(all(1.0), x);
    mask small = less(choose(less(x, all(0.0)), -x, x), all(1e-16));
    vec t = vtanh(0.5 * x);
    vec y = 2.0 * t / (1.0 - t);
    if (any(large))
        y = choose(large, vexp(x) - 1.0, y);
    return choose(small, x, y);
}

#endif
