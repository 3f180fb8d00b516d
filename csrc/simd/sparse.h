/* SPDX-License-Identifier: MIT */
/* The products of the first layer for inputs whose zeros are left out. See rows.h for why. */
#ifndef PN_SIMD_SPARSE_H
#define PN_SIMD_SPARSE_H

#include "rows.h"

#define CACHE (128 * 1024) /* bytes of sums that stay near while samples pass */
#define LINE 64            /* bytes of a cache line */
#define NEXT 6             /* samples ahead of which inputs are asked for */
#define FAR 12             /* and further ahead, where their names begin */

INLINE size_t tiles_of(const struct pn_inputs *inputs)
{
    return (inputs->n_in + PN_TILE - 1) / PN_TILE;
}

/* One sample: its inputs and the columns of those that are not 0. */
struct sample {
    const void *x;
    const uint16_t *columns;
    size_t count;
};

/* The part of a sample in the tiles from <= t < to. */
INLINE struct sample sample_tiles(const struct pn_inputs *inputs, size_t row, size_t from,
                                  size_t to)
{
    const uint32_t *starts = inputs->starts + row * tiles_of(inputs);
    struct sample sample = {row_of(inputs, row), inputs->columns + starts[from],
                            starts[to] - starts[from]};
    return sample;
}

/* Asks for the names and the inputs of sample s, and before that for where its names begin: in an
 * order of its own a data set lies anywhere in memory. Behind the last sample it does nothing. */
INLINE void ask_for(const struct pn_inputs *inputs, struct pn_rows rows, size_t s)
{
    size_t tiles = tiles_of(inputs), i;
    const char *x;
    if (s + FAR < rows.n)
        __builtin_prefetch(inputs->starts + row_number(rows, s + FAR) * tiles);
    if (s < rows.n) {
        struct sample sample = sample_tiles(inputs, row_number(rows, s), 0, tiles);
        const char *end = row_of(inputs, row_number(rows, s) + 1);
        for (i = 0; i < sample.count * sizeof *sample.columns; i += LINE)
            __builtin_prefetch((const char *)sample.columns + i);
        for (x = sample.x; x < end; x += LINE)
            __builtin_prefetch(x);
    }
}

/* affine_columns for two samples in turn, so that neither waits for its last addition. */
INLINE void affine_columns_of_two(double *z, double *z2, struct sample one, struct sample two,
                                  const double *W, const double *b, size_t n_out, int type,
                                  size_t width, size_t vectors)
{
    vec sums[MOST], sums2[MOST], w[MOST];
    size_t both = smaller(one.count, two.count);
    size_t i, v, k;
    double x;
    UNROLL
    for (v = 0; v < vectors; v++)
        sums[v] = sums2[v] = all(0.0);
#define ADD(sums, sample)                                                                         \
    k = sample.columns[i];                                                                        \
    x = number(sample.x, type, k);                                                                \
    load_columns(w, W + k * n_out, width, vectors);                                               \
    UNROLL                                                                                        \
    for (v = 0; v < vectors; v++)                                                                 \
        sums[v] = sums[v] + x * w[v];
    for (i = 0; i < both; i++) {
        ADD(sums, one)
        ADD(sums2, two)
    }
    for (i = both; i < one.count; i++) {
        ADD(sums, one)
    }
    for (i = both; i < two.count; i++) {
        ADD(sums2, two)
    }
#undef ADD
    load_columns(w, b, width, vectors);
    UNROLL
    for (v = 0; v < vectors; v++) {
        sums[v] = sums[v] + w[v];
        sums2[v] = sums2[v] + w[v];
    }
    store_columns(z, sums, width, vectors);
    store_columns(z2, sums2, width, vectors);
}

INLINE void sparse_affine_of_type(double *Z, const struct pn_inputs *inputs, struct pn_rows rows,
                                  const double *W, const double *b, size_t n_out, int type)
{
    size_t tiles = tiles_of(inputs);
    size_t s, width;
    for (s = 0; s + 2 <= rows.n; s += 2) {
        struct sample one = sample_tiles(inputs, row_number(rows, s), 0, tiles);
        struct sample two = sample_tiles(inputs, row_number(rows, s + 1), 0, tiles);
        double *z = Z + s * n_out;
        size_t j = 0;
        if (rows.order) {
            ask_for(inputs, rows, s + NEXT);
            ask_for(inputs, rows, s + NEXT + 1);
        }
        FOR_COLUMNS(j, width, n_out, affine_columns_of_two, z + j, z + n_out + j, one, two, W + j,
                    b + j, n_out, type, width)
    }
    if (s < rows.n) {
        struct sample one = sample_tiles(inputs, row_number(rows, s), 0, tiles);
        affine_of_row(Z + s * n_out, one.x, one.columns, one.count, W, b, n_out, type);
    }
}

/* Z[s][j] = (sum of X[s][k]*W[k][j]) + b[j], k ascending, over the X[s][k] that are not 0.
 *
 * for each s, j: Z[s][j] = 0.0; for each k of s: Z[s][j] += X[s][k] * W[k][j]; Z[s][j] += b[j] */
static void sparse_affine(double *Z, const struct pn_inputs *inputs, struct pn_rows rows,
                          const double *W, const double *b, size_t n_out)
{
    BY_TYPE(inputs->type, sparse_affine_of_type, Z, inputs, rows, W, b, n_out);
}

INLINE void add_columns(double *sums, struct sample sample, const double *dz, size_t n_out,
                        int type, size_t width, size_t vectors)
{
    vec d[MOST], w[MOST];
    size_t i, v;
    load_columns(d, dz, width, vectors);
    for (i = 0; i < sample.count; i++) {
        size_t k = sample.columns[i];
        double x = number(sample.x, type, k);
        load_columns(w, sums + k * n_out, width, vectors);
        UNROLL
        for (v = 0; v < vectors; v++)
            w[v] = w[v] + x * d[v];
        store_columns(sums + k * n_out, w, width, vectors);
    }
}

INLINE void sparse_add_of_type(double *sums, const struct pn_inputs *inputs, struct pn_rows rows,
                               const double *dZ, size_t n_out, size_t from, size_t to, int type)
{
    size_t s, width;
    for (s = 0; s < rows.n; s++) {
        struct sample sample = sample_tiles(inputs, row_number(rows, s), from, to);
        size_t j = 0;
        FOR_COLUMNS(j, width, n_out, add_columns, sums + j, sample, dZ + s * n_out + j, n_out, type,
                    width)
    }
}

/* sums[k][j] = sums[k][j] + sum of X[s][k]*dZ[s][j], s ascending, over the X[s][k] that are not 0,
 * for the k of the tiles from <= t < to; as many tiles at a time as stay in the cache.
 *
 * for each s: for each k of s: for each j: sums[k][j] += X[s][k] * dZ[s][j] */
static void sparse_add_weight_products(double *sums, const struct pn_inputs *inputs,
                                       struct pn_rows rows, const double *dZ, size_t n_out,
                                       size_t from, size_t to)
{
    size_t bytes = PN_TILE * n_out * sizeof(double);
    size_t together = bytes > 0 && bytes < CACHE ? CACHE / bytes : 1;
    for (; from < to; from += together) {
        BY_TYPE(inputs->type, sparse_add_of_type, sums, inputs, rows, dZ, n_out, from,
                smaller(from + together, to));
    }
}

#endif
