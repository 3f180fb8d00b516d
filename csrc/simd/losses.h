/* SPDX-License-Identifier: MIT */
/* The losses of csrc/losses.c, a vector of terms at a time, their sums one by one. Their gradients:
 * output_gradient in training.h. */
#ifndef PN_SIMD_LOSSES_H
#define PN_SIMD_LOSSES_H

#include "elementary.h"

#include "../purenn.h"

#define TERMS 64 /* how many terms are computed before they are added */

/* x*log y, which is 0 where x is 0, whatever y. */
INLINE vec vxlogy(vec x, vec y)
{
    mask zero = equal(x, all(0.0));
    if (every(zero))
        return all(0.0);
    return choose(zero, all(0.0), x * vlog(y));
}

enum terms { SQUARED_ERROR, BINARY, CATEGORICAL }; /* known to the compiler; addresses aren't */

/* What one output adds to the loss of its sample. */
INLINE vec term(vec a, vec y, enum terms loss)
{
    if (loss == SQUARED_ERROR)
        return (a - y) * (a - y);
    if (loss == CATEGORICAL)
        return -vxlogy(y, a);
    if (every(equal(y * (1.0 - y), all(0.0)))) /* 0 or 1: one of the two logarithms is all */
        return -(0.0 + vlog(choose(equal(y, all(0.0)), 1.0 - a, a)));
    return -(vxlogy(y, a) + vxlogy(1.0 - y, 1.0 - a));
}

/* L[s] = sum of the terms of sample s, j ascending; for the squared error divided by n_out.
 *
 * for each s: L[s] = 0.0; for each j: L[s] += term(A[s][j], Y[s][j]) */
INLINE void sums_of_terms(double *L, const double *A, const double *Y, enum terms loss, size_t n,
                          size_t n_out)
{
    double terms[TERMS + LANES];
    size_t count = n * n_out;
    size_t start, i, j = 0, s = 0;
    double total = 0.0;
    for (start = 0; start < count; start += TERMS) {
        size_t chunk = smaller(TERMS, count - start);
        size_t width;
        FOR_VECTORS(i, width, chunk)
        {
            store(terms + i, term(load_part(A + start + i, width),
                                  load_part(Y + start + i, width), loss));
        }
        for (i = 0; i < chunk; i++) {
            total = total + terms[i];
            if (++j == n_out) {
                L[s++] = loss == SQUARED_ERROR ? total / (double)n_out : total;
                total = 0.0;
                j = 0;
            }
        }
    }
}

/* L by the fast body of that loss, or by its own where there is none. */
static void sample_losses(double *L, const double *A, const double *Y, const struct pn_loss *loss,
                          size_t n, size_t n_out)
{
    const struct pn_loss *fast = n_out > 0 ? loss : NULL;
    if (fast == &pn_mean_squared_error_loss)
        sums_of_terms(L, A, Y, SQUARED_ERROR, n, n_out);
    else if (fast == &pn_binary_cross_entropy_loss)
        sums_of_terms(L, A, Y, BINARY, n, n_out);
    else if (fast == &pn_categorical_cross_entropy_loss)
        sums_of_terms(L, A, Y, CATEGORICAL, n, n_out);
    else
        loss->losses(L, A, Y, n, n_out);
}

#endif
