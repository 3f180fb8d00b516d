/* SPDX-License-Identifier: MIT */
/* The products of one sample, whose inputs may be of any type and have their zeros left out.
 *
 * A sum that starts at +0.0 is never -0.0, so a term 0*w with finite w changes none of its bits:
 * docs/arithmetic.md, section 5. Such terms are left out where `columns` names the others. */
#ifndef PN_SIMD_ROWS_H
#define PN_SIMD_ROWS_H

#include "kernels.h"
#include "vector.h"

#define MOST 4         /* vectors at a time; FOR_COLUMNS has a case for each number of them */
#define MANY 8         /* vectors of sums at a time, where there are as many */
#define ROWS_AT_ONCE 8 /* rows of W, whose sums don't wait for each other */

/* x[k] of whatever type; type is a constant wherever this is called. */
INLINE double number(const void *x, int type, size_t k)
{
    switch (type) {
    case PN_UINT8:
        return ((const uint8_t *)x)[k];
    case PN_FLOAT32:
        return (double)((const float *)x)[k];
    default:
        return ((const double *)x)[k];
    }
}

/* Row `row` of the inputs. */
INLINE const void *row_of(const struct pn_inputs *inputs, size_t row)
{
    static const size_t bytes[] = {sizeof(double), sizeof(float), sizeof(uint8_t)};
    return (const char *)inputs->X + row * inputs->n_in * bytes[inputs->type];
}

INLINE size_t row_number(struct pn_rows rows, size_t s)
{
    return rows.order ? rows.order[rows.first + s] : rows.first + s;
}

/* f(..., type) with the type of numbers as a constant. */
#define BY_TYPE(type, f, ...)                                                                     \
    ((type) == PN_UINT8     ? f(__VA_ARGS__, PN_UINT8)                                            \
     : (type) == PN_FLOAT32 ? f(__VA_ARGS__, PN_FLOAT32)                                          \
                            : f(__VA_ARGS__, PN_FLOAT64))

/* A case of a switch that calls f(..., number), the number being a constant. */
#define CASE(number, f, ...)                                                                      \
    case number:                                                                                  \
        f(__VA_ARGS__, number);                                                                   \
        break;

/* Calls f(..., vectors) for each group of up to MOST vectors of columns j ... j + width - 1, with
 * the number of vectors as a constant, from the present j on. */
#define FOR_COLUMNS(j, width, n_out, f, ...)                                                      \
    for (; j < (n_out) && (width = smaller(MOST * LANES, (n_out)-j)) > 0; j += MOST * LANES)      \
        switch ((width + LANES - 1) / LANES) {                                                    \
            CASE(1, f, __VA_ARGS__)                                                               \
            CASE(2, f, __VA_ARGS__)                                                               \
            CASE(3, f, __VA_ARGS__)                                                               \
            CASE(4, f, __VA_ARGS__)                                                               \
        }

/* v[0] ... v[vectors - 1] = p[0] ... p[width - 1]. */
INLINE void load_columns(vec *v, const double *p, size_t width, size_t vectors)
{
    size_t i;
    UNROLL
    for (i = 0; i + 1 < vectors; i++)
        v[i] = load(p + i * LANES);
    v[vectors - 1] = load_part(p + (vectors - 1) * LANES, width - (vectors - 1) * LANES);
}

INLINE void store_columns(double *p, const vec *v, size_t width, size_t vectors)
{
    size_t i;
    UNROLL
    for (i = 0; i + 1 < vectors; i++)
        store(p + i * LANES, v[i]);
    store_part(p + (vectors - 1) * LANES, v[vectors - 1], width - (vectors - 1) * LANES);
}

INLINE void affine_columns(double *z, const void *x, const uint16_t *columns, size_t count,
                           const double *W, const double *b, size_t n_out, int type,
                           size_t width, size_t vectors)
{
    vec sums[MANY], w[MANY];
    size_t i, v;
    UNROLL
    for (v = 0; v < vectors; v++)
        sums[v] = all(0.0);
    for (i = 0; i < count; i++) {
        size_t k = columns ? columns[i] : i;
        double x_k = number(x, type, k);
        load_columns(w, W + k * n_out, width, vectors);
        UNROLL
        for (v = 0; v < vectors; v++)
            sums[v] = sums[v] + x_k * w[v];
    }
    load_columns(w, b, width, vectors);
    UNROLL
    for (v = 0; v < vectors; v++)
        sums[v] = sums[v] + w[v];
    store_columns(z, sums, width, vectors);
}

/* z[j] = (sum of x[k]*W[k][j]) + b[j], k ascending: a row of pn_affine.
 *
 * for each j: z[j] = 0.0; for each k: z[j] += x[k] * W[k][j]; z[j] += b[j]
 * k runs over 0 ... count - 1 or, where columns is not NULL, over columns[0] ... */
INLINE void affine_of_row(double *z, const void *x, const uint16_t *columns, size_t count,
                          const double *W, const double *b, size_t n_out, int type)
{
    size_t j = 0, width = MANY * LANES;
    for (; j + width <= n_out; j += width)
        affine_columns(z + j, x, columns, count, W + j, b + j, n_out, type, width, MANY);
    FOR_COLUMNS(j, width, n_out, affine_columns, z + j, x, columns, count, W + j, b + j, n_out,
                type, width)
}

INLINE void step_columns(vec *finite, double *W, const void *x, const uint16_t *columns,
                         size_t count, const double *dz, double learning_rate, size_t n_out,
                         int type, size_t width, size_t vectors)
{
    vec d[MOST], w[MOST];
    size_t i, v;
    load_columns(d, dz, width, vectors);
    for (i = 0; i < count; i++) {
        size_t k = columns ? columns[i] : i;
        double x_k = number(x, type, k);
        load_columns(w, W + k * n_out, width, vectors);
        UNROLL
        for (v = 0; v < vectors; v++) {
            w[v] = w[v] - learning_rate * (0.0 + x_k * d[v]);
            *finite = *finite + 0.0 * w[v];
        }
        store_columns(W + k * n_out, w, width, vectors);
    }
}

/* W[k][j] = W[k][j] - learning_rate*(0.0 + x[k]*dz[j]): the gradient of one sample and its step.
 *
 * for each k, j: W[k][j] -= learning_rate * (0.0 + x[k] * dz[j])
 * Whether all weights that it wrote are finite. */
INLINE int step_of_row(double *W, const void *x, const uint16_t *columns, size_t count,
                       const double *dz, double learning_rate, size_t n_out, int type)
{
    size_t j = 0, width;
    vec finite = all(0.0);
    FOR_COLUMNS(j, width, n_out, step_columns, &finite, W + j, x, columns, count, dz + j,
                learning_rate, n_out, type, width)
    return !any(differ(finite, finite));
}

/* input_gradient_of_row for so few rows of W, a constant number. */
INLINE void input_gradient_of_rows(double *dx, const double *dz, const double *W, size_t n_out,
                                   size_t w_row, size_t rows)
{
    double totals[ROWS_AT_ONCE] = {0.0};
    size_t j, k;
    for (j = 0; j < n_out; j++) {
        UNROLL
        for (k = 0; k < rows; k++)
            totals[k] = totals[k] + dz[j] * W[k * w_row + j];
    }
    UNROLL
    for (k = 0; k < rows; k++)
        dx[k] = totals[k];
}

/* dx[k] = sum of dz[j]*W[k][j], j ascending: a row of pn_input_gradient, for a W whose rows lie
 * w_row doubles apart. */
INLINE void input_gradient_of_row(double *dx, const double *dz, const double *W, size_t n_in,
                                  size_t n_out, size_t w_row)
{
    size_t k = 0;
    for (; k + ROWS_AT_ONCE <= n_in; k += ROWS_AT_ONCE)
        input_gradient_of_rows(dx + k, dz, W + k * w_row, n_out, w_row, ROWS_AT_ONCE);
    for (; k < n_in; k++)
        input_gradient_of_rows(dx + k, dz, W + k * w_row, n_out, w_row, 1);
}

#endif
