/* SPDX-License-Identifier: MIT */
/* The losses of csrc/regression.c and csrc/cross_entropy.c, a vector of terms at a time, their sums
 * one by one. Their gradients: output_gradient in training.h. */
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

/* Known to the compiler, as addresses aren't. */
enum terms { SQUARED_ERROR, ABSOLUTE_ERROR, HUBER, BINARY, BINARY_OF_Z, CATEGORICAL };

/* What one output a adds to the loss of its sample, or one z. */
INLINE vec term(vec a, vec y, enum terms loss)
{
    if (loss == BINARY_OF_Z) {
        mask positive = less(all(0.0), a);
        vec size = choose(positive, a, -a), v = choose(positive, 1.0 - y, y);
        return choose(equal(v, all(0.0)), all(0.0), v * size) + vlog1p_of_fraction(vexp_of_small(-size));
    }
    if (loss == SQUARED_ERROR)
        return (a - y) * (a - y);
    if (loss == ABSOLUTE_ERROR || loss == HUBER) {
        vec d = a - y, size = choose(less(d, all(0.0)), -d, d);
        if (loss == ABSOLUTE_ERROR)
            return size;
        return choose(at_most(size, all(1.0)), 0.5 * (size * size), size - 0.5);
    }
    if (loss == CATEGORICAL)
        return -vxlogy(y, a);
    if (every(equal(y * (1.0 - y), all(0.0)))) /* 0 or 1: one of the two logarithms is all */
        return -(0.0 + vlog(choose(equal(y, all(0.0)), 1.0 - a, a)));
    return -(vxlogy(y, a) + vxlogy(1.0 - y, 1.0 - a));
}

/* L[s] = sum of the terms of sample s, j ascending; for those of regression.c divided by n_out.
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
                L[s++] = loss <= HUBER ? total / (double)n_out : total;
                total = 0.0;
                j = 0;
            }
        }
    }
}

/* r = sum of e^(z[i] - m) but for the first i where z[i] is the largest, m, which is left in *m. */
INLINE double sum_of_others(const double *z, size_t n_out, double *m)
{
    double powers[TERMS + LANES], largest = -(double)INFINITY, r = 0.0;
    size_t start, i, width;
    int found = 0;
    for (i = 0; i < n_out; i++)
        largest = z[i] > largest ? z[i] : largest;
    for (start = 0; start < n_out; start += TERMS) {
        size_t chunk = smaller(TERMS, n_out - start);
        FOR_VECTORS(i, width, chunk)
        {
            vec v = load_part(z + start + i, width);
            unsigned places = bits_of(equal(v, all(largest)));
            store(powers + i, vexp_of_small(v - largest));
            if (places && !found) {
                powers[i + (size_t)__builtin_ctz(places)] = 0.0; /* adds nothing to r >= +0 */
                found = 1;
            }
        }
        for (i = 0; i < chunk; i++)
            r = r + powers[i];
    }
    *m = largest;
    return r;
}

/* Sum of y[j]*((m - z[j]) + log_total), j ascending, without the terms where y[j] is 0. */
INLINE double sum_of_targets(const double *z, const double *y, size_t n_out, double m,
                             double log_total)
{
    double total = 0.0;
    size_t start, i, width;
    for (start = 0; start < n_out; start += TERMS) {
        size_t chunk = smaller(TERMS, n_out - start);
        uint64_t places = 0;
        FOR_VECTORS(i, width, chunk)
        {
            mask there = differ(load_part(y + start + i, width), all(0.0));
            places |= (uint64_t)bits_of(there) << i;
        }
        for (; places; places &= places - 1) {
            size_t j = start + (size_t)__builtin_ctzll(places);
            total = total + y[j] * ((m - z[j]) + log_total);
        }
    }
    return total;
}

/* pn_categorical_cross_entropy_with_logits, TERMS samples at a time for their log(1 + r). */
static void categorical_of_Z(double *L, const double *Z, const double *Y, size_t n, size_t n_out)
{
    double largest[TERMS];
    size_t start, s, width;
    for (start = 0; start < n; start += TERMS) {
        size_t chunk = smaller(TERMS, n - start);
        const double *z = Z + start * n_out, *y = Y + start * n_out;
        double *l = L + start;
        for (s = 0; s < chunk; s++)
            l[s] = sum_of_others(z + s * n_out, n_out, &largest[s]);
        FOR_VECTORS(s, width, chunk)
        {
            store_part(l + s, vlog1p(load_part(l + s, width)), width);
        }
        for (s = 0; s < chunk; s++)
            l[s] = sum_of_targets(z + s * n_out, y + s * n_out, n_out, largest[s], l[s]);
    }
}

/* L by the fast body of that loss, or by its own where there is none. */
static void output_losses(double *L, const double *Z, const double *A, const double *Y,
                          const struct pn_activation *activation, const struct pn_loss *loss,
                          size_t n, size_t n_out)
{
    const struct pn_loss *fast = n_out > 0 ? loss : NULL;
    int matched = loss->matched == activation;
    if (matched && fast == &pn_binary_cross_entropy_loss)
        sums_of_terms(L, Z, Y, BINARY_OF_Z, n, n_out);
    else if (matched && loss == &pn_categorical_cross_entropy_loss)
        categorical_of_Z(L, Z, Y, n, n_out);
    else if (matched)
        loss->losses_of_Z(L, Z, Y, n, n_out);
    else if (fast == &pn_mean_squared_error_loss)
        sums_of_terms(L, A, Y, SQUARED_ERROR, n, n_out);
    else if (fast == &pn_mean_absolute_error_loss)
        sums_of_terms(L, A, Y, ABSOLUTE_ERROR, n, n_out);
    else if (fast == &pn_huber_loss)
        sums_of_terms(L, A, Y, HUBER, n, n_out);
    else if (fast == &pn_binary_cross_entropy_loss)
        sums_of_terms(L, A, Y, BINARY, n, n_out);
    else if (fast == &pn_categorical_cross_entropy_loss)
        sums_of_terms(L, A, Y, CATEGORICAL, n, n_out);
    else
        loss->losses(L, A, Y, n, n_out);
}

#endif
