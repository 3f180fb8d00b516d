/* SPDX-License-Identifier: MIT */
/* Losses for probabilities: by the outputs A, or by the Z behind them; Y are the targets.
 *
 * A, Z and Y are (n, n_out), rows are samples. What they add and average stands in losses.c. */
#include "contract.h"
#include "purenn.h"

/* x*log y, which is 0 where x is 0, whatever y. */
double pn_xlogy(double x, double y)
{
    if (x == 0.0)
        return 0.0;
    return x * pn_log(y);
}

/* x / max(y, 2^-1022), which is 0 where x is 0, whatever y: the derivative of x*log y by y.
 *
 * With this divisor it is finite for |x| <= 1, so that it times a derivative of 0 is 0. */
PN_ONE_COPY double pn_xdivy(double x, double y)
{
    if (x == 0.0)
        return 0.0;
    return x / (y < DBL_MIN ? DBL_MIN : y);
}

/* L[s] = sum of term(A, Y) over the outputs j, ascending. */
static void pn_add_terms(double *L, const double *A, const double *Y, size_t n, size_t n_out,
                      double (*term)(double a, double y))
{
    for (size_t s = 0; s < n; s++) {
        double total = 0.0;
        for (size_t j = 0; j < n_out; j++)
            total = total + term(*A++, *Y++);
        L[s] = total;
    }
}

static double pn_binary_term(double a, double y)
{
    return -(pn_xlogy(y, a) + pn_xlogy(1.0 - y, 1.0 - a));
}

/* L[s] = -sum of (Y*log A + (1 - Y)*log(1 - A)) over the outputs j, ascending; 0*log 0 is 0. */
void pn_binary_cross_entropy(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    pn_add_terms(L, A, Y, n, n_out, pn_binary_term);
}

/* dA = (1 - Y) / (1 - A) - Y / A, each quotient 0 where its numerator is 0. */
void pn_binary_cross_entropy_gradient(double *dA, const double *A, const double *Y,
                                      size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dA[i] = pn_xdivy(1.0 - Y[i], 1.0 - A[i]) - pn_xdivy(Y[i], A[i]);
}

static double pn_binary_term_of_Z(double z, double y)
{
    double size = z > 0.0 ? z : -z, v = z > 0.0 ? 1.0 - y : y;
    return (v == 0.0 ? 0.0 : v * size) + pn_log1p(pn_exp(-size));
}

/* L[s] = sum of (V*|Z| + log(1 + e^-|Z|)), V = 1 - Y where Z > 0, else Y; j ascending; 0*inf is 0.
 *
 * The binary cross-entropy of the sigmoids of Z, which loses no digits where they are near 0 or
 * 1. */
void pn_binary_cross_entropy_with_logits(double *L, const double *Z, const double *Y,
                                         size_t n, size_t n_out)
{
    pn_add_terms(L, Z, Y, n, n_out, pn_binary_term_of_Z);
}

static double pn_categorical_term(double a, double y)
{
    return -pn_xlogy(y, a);
}

/* L[s] = -sum of Y[s][j]*log A[s][j], j ascending; 0*log 0 is 0. */
void pn_categorical_cross_entropy(double *L, const double *A, const double *Y,
                                  size_t n, size_t n_out)
{
    pn_add_terms(L, A, Y, n, n_out, pn_categorical_term);
}

/* dA = -Y / A, 0 where Y is 0. */
void pn_categorical_cross_entropy_gradient(double *dA, const double *A, const double *Y,
                                           size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dA[i] = -pn_xdivy(Y[i], A[i]);
}

/* L[s] = sum of Y*((m - Z) + log(1 + r)), j ascending, without the terms where Y is 0.
 *
 * m is the largest Z[i] of the row, the first of them, and r = sum of e^(Z[i] - m) over the others,
 * i ascending. The categorical cross-entropy of the softmax of Z, which loses no digits where that
 * is near 0 or 1. */
void pn_categorical_cross_entropy_with_logits(double *L, const double *Z, const double *Y,
                                              size_t n, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *z = Z + s * n_out, *y = Y + s * n_out;
        const double *m = z;
        double r = 0.0, total = 0.0;
        for (size_t j = 1; j < n_out; j++)
            if (z[j] > *m)
                m = z + j;
        for (size_t j = 0; j < n_out; j++)
            if (z + j != m)
                r = r + pn_exp(z[j] - *m);
        double log_total = pn_log1p(r);
        for (size_t j = 0; j < n_out; j++)
            if (y[j] != 0.0)
                total = total + y[j] * ((*m - z[j]) + log_total);
        L[s] = total;
    }
}

/* dZ = A - Y: the short form, gradient by Z at once, where activation and loss match.
 *
 * They match as sigmoid with binary and softmax with categorical cross-entropy, there for
 * targets that sum to 1. */
void pn_matched_gradient(double *dZ, const double *A, const double *Y, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = A[i] - Y[i];
}
