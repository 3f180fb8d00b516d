/* SPDX-License-Identifier: MIT */
/* exp, log and tanh from + - * / and powers of two alone, the same bits on every machine.
 *
 * A platform's own exp, log and tanh differ in the last bit from machine to machine; these do
 * not. Each reduces its argument to a short interval, evaluates a polynomial there, and undoes
 * the reduction. The coefficients are the minimax ones of
 * tests/generate/elementary_coefficients.py. The order of evaluation is Estrin's: pairs first,
 * then pairs of pairs. It is part of the result.
 *
 * Every decimal here has digits of at most 2^53 and a power of ten of at most 10^22, both exact in
 * binary64, so that any parser which divides or multiplies once reads the same number.
 *
 * No function here raises: overflow gives inf, an argument outside the domain NaN. */
#include "contract.h"
#include "purenn.h"

#include <math.h>
#include <string.h>

#define INF ((double)INFINITY)
#define NOT_A_NUMBER ((double)NAN)

#define LOG2_E 1.442695040888963
#define LN2_HI 0.6931471804855391      /* ln 2 cut after 33 binary places: k*LN2_HI is exact */
#define LN2_LO 7.44061711001e-11       /* ln 2 - LN2_HI */
#define SQRT_HALF 0.7071067811865476
#define ROUND 6755399441055744.0       /* 1.5*2^52: adding and subtracting it rounds */

/* a / b as IEEE-754 defines it, also where Python raises.
 *
 * 0/0 and NaN/0 are NaN; any other a/0 is an infinity with the sign of the quotient. */
double pn_divide(double a, double b)
{
    return a / b;
}

/* 2^k, exact, for -1022 <= k <= 1023. */
double pn_power_of_two(int k)
{
    uint64_t bits = (uint64_t)(k + 1023) << 52; /* the biased exponent */
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* (c[0] + c[1]*x) + (c[2] + c[3]*x)*x^2: so Estrin's scheme begins with each four coefficients. */
static PN_ONE_COPY double pn_four(const double *c, double x, double x2)
{
    return (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
}

/* e^x within 1 ulp.
 *
 * x = k*ln 2 + r with |r| <= ln 2 / 2, and r = high - low, of which high is exact;
 * e^x = 2^k*(1 + (high + (r^2*P(r) - low))), where P(r) ~ (e^r - 1 - r) / r^2.
 * 2^k is multiplied in two factors, so that only the last product rounds into a subnormal. */
double pn_exp(double x)
{
    static const double P[] = {
        0.5, 0.1666666666666667, 0.04166666666666669, 0.00833333333332614,
        0.001388888888887441, 0.0001984126987480385, 2.480158734731201e-05, 2.755725542201325e-06,
        2.75572529390086e-07, 2.51052077553315e-08, 2.0921580396635e-09};
    if (x != x)
        return x;
    if (x > 710.0)
        return INF;
    if (x < -746.0)
        return 0.0;
    double k = (x * LOG2_E + ROUND) - ROUND;
    double high = x - k * LN2_HI;
    double low = k * LN2_LO;
    double r = high - low;
    double r2 = r * r;
    double r4 = r2 * r2;
    double p8a = (P[8] + P[9] * r) + P[10] * r2;
    double p = (pn_four(P, r, r2) + pn_four(P + 4, r, r2) * r4) + p8a * (r4 * r4);
    double y = 1.0 + (high + (r2 * p - low));
    int half = (int)(0.5 * k);
    return y * pn_power_of_two(half) * pn_power_of_two((int)k - half);
}

/* x = m*2^k with 0.5 <= m < 1, for finite x > 0: frexp of math.h, from the bits of x. */
static double pn_split(double x, int *k)
{
    uint64_t bits;
    int subnormal = x < DBL_MIN;
    if (subnormal)
        x *= 18014398509481984.0; /* 2^54 */
    memcpy(&bits, &x, sizeof bits);
    *k = (int)(bits >> 52) - 1022 - (subnormal ? 54 : 0);
    bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FE0000000000000u;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The natural logarithm within 1 ulp.
 *
 * x = 2^k*(1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), s = f / (2 + f), w = s^2, R = w*P(w);
 * log(1 + f) = f - (f^2/2 - s*(f^2/2 + R)), where P(w) ~ (log(1 + f) - 2*s) / (s*w).
 * log 0 is -inf, the logarithm of a negative number NaN. */
double pn_log(double x)
{
    static const double P[] = {
        0.666666666666667, 0.3999999999989851, 0.2857142862637063, 0.222222110774591,
        0.1818289288483782, 0.1533160799805648, 0.14617736790073};
    int k;
    if (x != x || x == INF)
        return x;
    if (x <= 0.0)
        return x == 0.0 ? -INF : NOT_A_NUMBER;
    double m = pn_split(x, &k);
    if (m < SQRT_HALF) {
        m = 2.0 * m;
        k = k - 1;
    }
    double f = m - 1.0;
    double s = f / (2.0 + f);
    double w = s * s;
    double w2 = w * w;
    double p46 = (P[4] + P[5] * w) + P[6] * w2;
    double R = w * (pn_four(P, w, w2) + p46 * (w2 * w2));
    double half_square = 0.5 * f * f;
    return k * LN2_HI - ((half_square - (s * (half_square + R) + k * LN2_LO)) - f);
}

/* The hyperbolic tangent within 1.5 ulp.
 *
 * Below 10^-8 it rounds to x. Below 0.625, tanh x = x - x^3*P(x^2), P(u) ~ (x - tanh x) / x^3.
 * From there on tanh x = 1 - 2 / (e^2x + 1), with the sign of x. */
double pn_tanh(double x)
{
    double size = x < 0.0 ? -x : x;
    static const double P[] = {
        0.3333333333333333, -0.1333333333333306, 0.05396825396791437, -0.02186948851970079,
        0.008863235117391483, -0.003592121919887286, 0.001455776666597123, -0.0005896666490737057,
        0.0002376090320789604, -9.26061865902112e-05, 3.123881822002352e-05, -6.50270360319642e-06};
    if (size < 1e-08)
        return x;
    if (size < 0.625) {
        double u = x * x;
        double u2 = u * u;
        double u4 = u2 * u2;
        double low = pn_four(P, u, u2) + pn_four(P + 4, u, u2) * u4;
        return x - x * u * (low + pn_four(P + 8, u, u2) * (u4 * u4));
    }
    double y = 1.0 - 2.0 / (pn_exp(2.0 * size) + 1.0);
    return x < 0.0 ? -y : y;
}
