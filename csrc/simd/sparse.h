/* SPDX-License-Identifier: MIT */
/* The products of the first layer for inputs whose zeros are left out. See rows.h for why. */
#ifndef PN_SIMD_SPARSE_H
#define PN_SIMD_SPARSE_H

#include "rows.h"

#define CACHE (128 * 1024) /* bytes of sums that stay near while samples pass */
#define LINE 64            /* bytes of a cache line */
#define NEXT 6             /* samples ahead of which inputs are asked for */
#define FAR 12             /* and further ahead, where their names begin */
#define ENOUGH 16          /* samples and columns, from which on copying columns pays */
#define WIDE 128

/* The sums that stay near may be copied to scratch. */
typedef char near_sums_fit[CACHE / sizeof(double) <= PN_SCRATCH ? 1 : -1];

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

/* Whether a matrix of n_out columns, of which MOST vectors are taken at a time, is copied to where
 * these lie close together: in rows that lie far apart they share too few places of a cache. */
INLINE int packs(size_t n, size_t n_out)
{
    return n >= ENOUGH && n_out >= WIDE;
}

/* to[k][j] = from[k][j] for `width` columns of so many rows, which lie so far apart. */
INLINE void move_columns(double *to, size_t to_row, const double *from, size_t from_row,
                         size_t rows, size_t width, size_t vectors)
{
    vec v[MOST];
    for (; rows > 0; rows--, to += to_row, from += from_row) {
        load_columns(v, from, width, vectors);
        store_columns(to, v, width, vectors);
    }
}

INLINE void sparse_affine_columns(double *Z, const struct pn_inputs *inputs, struct pn_rows rows,
                                  const double *W, const double *b, size_t n_out, double *scratch,
                                  int type, size_t width, size_t vectors)
{
    size_t tiles = tiles_of(inputs), w_row = n_out, s;
    if (packs(rows.n, n_out) && inputs->n_in <= PN_SCRATCH / (MOST * LANES)) {
        move_columns(scratch, vectors * LANES, W, n_out, inputs->n_in, width, vectors);
        W = scratch;
        w_row = vectors * LANES;
    }
    for (s = 0; s + 2 <= rows.n; s += 2, Z += 2 * n_out) {
        struct sample one = sample_tiles(inputs, row_number(rows, s), 0, tiles);
        struct sample two = sample_tiles(inputs, row_number(rows, s + 1), 0, tiles);
        affine_columns_of_two(Z, Z + n_out, one, two, W, b, w_row, type, width, vectors);
    }
    if (s < rows.n) {
        struct sample one = sample_tiles(inputs, row_number(rows, s), 0, tiles);
        affine_columns(Z, one.x, one.columns, one.count, W, b, w_row, type, width, vectors);
    }
}

INLINE void sparse_affine_of_type(double *Z, const struct pn_inputs *inputs, struct pn_rows rows,
                                  const double *W, const double *b, size_t n_out, double *scratch,
                                  int type)
{
    size_t step = packs(rows.n, n_out) ? rows.n : 2, s, i, j, width;
    for (s = 0; s < rows.n; s += step) {
        struct pn_rows some = {rows.order, rows.first + s, smaller(step, rows.n - s)};
        for (i = 0; rows.order && i < some.n; i++)
            ask_for(inputs, rows, s + NEXT + i);
        j = 0;
        FOR_COLUMNS(j, width, n_out, sparse_affine_columns, Z + s * n_out + j, inputs, some, W + j,
                    b + j, n_out, scratch, type, width)
    }
}

/* Z[s][j] = (sum of X[s][k]*W[k][j]) + b[j], k ascending, over the X[s][k] that are not 0.
 *
 * for each s, j: Z[s][j] = 0.0; for each k of s: Z[s][j] += X[s][k] * W[k][j]; Z[s][j] += b[j] */
static void sparse_affine(double *Z, const struct pn_inputs *inputs, struct pn_rows rows,
                          const double *W, const double *b, size_t n_out, double *scratch)
{
    BY_TYPE(inputs->type, sparse_affine_of_type, Z, inputs, rows, W, b, n_out, scratch);
}

/* Adds a sample's products to sums, whose first row is that of input `first`. */
INLINE void add_columns(double *sums, size_t row, size_t first, struct sample sample,
                        const double *dz, int type, size_t width, size_t vectors)
{
    vec d[MOST], w[MOST];
    size_t i, v;
    load_columns(d, dz, width, vectors);
    for (i = 0; i < sample.count; i++) {
        size_t k = sample.columns[i];
        double x = number(sample.x, type, k);
        load_columns(w, sums + (k - first) * row, width, vectors);
        UNROLL
        for (v = 0; v < vectors; v++)
            w[v] = w[v] + x * d[v];
        store_columns(sums + (k - first) * row, w, width, vectors);
    }
}

INLINE void sparse_add_columns(double *sums, const struct pn_inputs *inputs, struct pn_rows rows,
                               const double *dZ, size_t n_out, size_t from, size_t to,
                               double *scratch, int type, size_t width, size_t vectors)
{
    size_t first = from * PN_TILE, count = smaller(to * PN_TILE, inputs->n_in) - first, s;
    double *own = sums + first * n_out, *near = own;
    size_t row = n_out;
    if (packs(rows.n, n_out)) {
        near = scratch;
        row = vectors * LANES;
        move_columns(near, row, own, n_out, count, width, vectors);
    }
    for (s = 0; s < rows.n; s++)
        add_columns(near, row, first, sample_tiles(inputs, row_number(rows, s), from, to),
                    dZ + s * n_out, type, width, vectors);
    if (near != own)
        move_columns(own, n_out, near, row, count, width, vectors);
}

INLINE void sparse_add_of_type(double *sums, const struct pn_inputs *inputs, struct pn_rows rows,
                               const double *dZ, size_t n_out, size_t from, size_t to,
                               double *scratch, int type)
{
    size_t j = 0, width;
    FOR_COLUMNS(j, width, n_out, sparse_add_columns, sums + j, inputs, rows, dZ + j, n_out, from,
                to, scratch, type, width)
}

/* sums[k][j] = sums[k][j] + sum of X[s][k]*dZ[s][j], s ascending, over the X[s][k] that are not 0,
 * for the k of the tiles from <= t < to; as many tiles at a time as stay in the cache.
 *
 * for each s: for each k of s: for each j: sums[k][j] += X[s][k] * dZ[s][j] */
static void sparse_add_weight_products(double *sums, const struct pn_inputs *inputs,
                                       struct pn_rows rows, const double *dZ, size_t n_out,
                                       size_t from, size_t to, double *scratch)
{
    size_t row = packs(rows.n, n_out) ? MOST * LANES : n_out;
    size_t bytes = PN_TILE * row * sizeof(double);
    size_t together = bytes > 0 && bytes < CACHE ? CACHE / bytes : 1;
    for (; from < to; from += together) {
        BY_TYPE(inputs->type, sparse_add_of_type, sums, inputs, rows, dZ, n_out, from,
                smaller(from + together, to), scratch);
    }
}

#endif
