/* SPDX-License-Identifier: MIT */
/* The products of a dense layer, csrc/linalg.c with independent sums side by side.
 *
 * Each sum of a product lives in one lane of one register while its terms are added one by one in
 * the stated order, so it is the plain sum. A tile is ROWS rows by one or two vectors of such
 * sums: enough of them that the processor never waits for an addition to end, and few enough to
 * stay in its registers. Whoever includes this file has defined ROWS, from 4 to 8.
 *
 * The matrix whose rows are read as vectors is copied into panels, PANEL columns side by side and 0
 * where it has no more: by the first tile that reads it; beforehand where it is transposed, or there
 * are fewer rows than a tile has; not at all where it is a panel. The other one, where it is read
 * often, is first copied into a block of rows. Where a sum is longer than a panel is deep, it is
 * stored and taken up again, which is exact. */
#ifndef PN_SIMD_LINALG_H
#define PN_SIMD_LINALG_H

#include "kernels.h"
#include "rows.h"
#include "vector.h"

#define NARROW 8                    /* rows of a narrow tile; NARROW_TILE has a case for each */
#define PANEL (2 * LANES)           /* columns of a panel */
#define DEPTH 256                   /* terms that are added before a sum is stored */
#define TOGETHER 4                  /* panels that are packed beforehand */
#define BLOCK 128                   /* rows that are copied together */
#define BLOCK_ROW (DEPTH + 8)       /* from row to row of a block: not a power of two */
#define OFTEN (4 * PANEL)           /* columns, from which on copying the rows pays */
#define CACHE_LINE 8                /* doubles */

/* scratch holds the panels, then a block; this is its size for the widest vectors. */
typedef char scratch_suffices[TOGETHER * PANEL * DEPTH + BLOCK * BLOCK_ROW <= PN_SCRATCH ? 1 : -1];

/* C(i, j) at C[i*row + j], i < m and j < width: what a panel's tiles add to. */
struct sums {
    double *C;
    size_t row, width;
    int fresh;          /* whether they begin at 0.0 */
    const double *bias; /* NULL, or bias[j] is added last */
};

/* a(i, p) at a[i*a_row + p*a_step] and B(p, j) at B[p*b_row + j], p < count: whose products are added
 * up. B is a panel, and b_row PANEL, unless there is a panel into which the first tile copies it. */
struct factors {
    const double *a, *B;
    size_t a_row, a_step, a_tile; /* the last one from tile to tile */
    size_t b_row, count;
    double *panel;
};

/* C[i][j] = C[i][j] + sum of a(i, p)*B(p, j), p ascending, for i < rows and `vectors` vectors of
 * columns; B is copied to the panel if `copies`. The last three are constants wherever this is
 * called. */
INLINE void tile(struct sums sums, struct factors factors, int copies, size_t rows, size_t vectors)
{
    vec C[ROWS][2], b[2];
    size_t i, v, p;
    UNROLL
    for (i = 0; i < rows; i++) {
        UNROLL
        for (v = 0; v < vectors; v++)
            C[i][v] = all(0.0);
        if (!sums.fresh)
            load_columns(C[i], sums.C + i * sums.row, sums.width, vectors);
    }
    for (p = 0; p < factors.count; p++) {
        if (copies)
            load_columns(b, factors.B + p * factors.b_row, sums.width, vectors);
        UNROLL
        for (v = 0; v < vectors; v++)
            if (copies)
                store(factors.panel + p * PANEL + v * LANES, b[v]);
            else
                b[v] = load(factors.B + p * PANEL + v * LANES);
        UNROLL
        for (i = 0; i < rows; i++) {
            const double *x = factors.a + i * factors.a_row + p * factors.a_step;
            UNROLL
            for (v = 0; v < vectors; v++)
                C[i][v] = C[i][v] + scaled(b[v], x);
        }
    }
    if (sums.bias) {
        load_columns(b, sums.bias, sums.width, vectors);
        UNROLL
        for (i = 0; i < rows; i++) {
            UNROLL
            for (v = 0; v < vectors; v++)
                C[i][v] = C[i][v] + b[v];
        }
    }
    UNROLL
    for (i = 0; i < rows; i++)
        store_columns(sums.C + i * sums.row, C[i], sums.width, vectors);
}

/* tile for up to NARROW rows and one vector of columns, with B where it lies; and, unless totals
 * is NULL, totals[j] = totals[j] + sum of B[p][j]. */
INLINE void narrow_tile(double *C, double *totals, size_t width, const double *a, size_t a_row,
                        size_t a_step, const double *B, size_t count, int fresh, size_t rows)
{
    vec sums[NARROW];
    vec total = fresh || !totals ? all(0.0) : load_part(totals, width);
    size_t i, p;
    UNROLL
    for (i = 0; i < rows; i++)
        sums[i] = fresh ? all(0.0) : load_part(C + i * width, width);
    for (p = 0; p < count; p++) {
        vec b = load_part(B + p * width, width);
        UNROLL
        for (i = 0; i < rows; i++)
            sums[i] = sums[i] + a[i * a_row + p * a_step] * b;
        total = total + b;
    }
    UNROLL
    for (i = 0; i < rows; i++)
        store_part(C + i * width, sums[i], width);
    if (totals)
        store_part(totals, total, width);
}

/* Asks for the rows from <= p < to of the PANEL columns that follow those of B, which the next panel
 * is copied from. */
INLINE void fetch(struct factors factors, size_t from, size_t to)
{
    uintptr_t next = (uintptr_t)(factors.B + PANEL);
    size_t p, j;
    for (p = from; p < to; p++)
        for (j = 0; j < PANEL; j += CACHE_LINE)
            __builtin_prefetch((const void *)(next + (p * factors.b_row + j) * sizeof(double)), 0, 2);
}

/* The tiles of one panel, m rows; there are ROWS or more where B is to be copied. If another panel
 * `follows`, its rows are asked for meanwhile, a few before each tile. */
INLINE void tiles(struct sums sums, struct factors factors, size_t m, int follows, size_t vectors)
{
    struct factors copied = factors;
    size_t asked = 0, soon = follows ? factors.count : 0, some = soon * ROWS / m + 1;
    if (factors.panel) {
        tile(sums, factors, 1, ROWS, vectors);
        copied.B = factors.panel;
        copied.b_row = PANEL;
        copied.a += factors.a_tile;
        sums.C += ROWS * sums.row;
        m -= ROWS;
    }
    for (; m >= ROWS; m -= ROWS, copied.a += copied.a_tile, sums.C += ROWS * sums.row) {
        if (asked < soon) {
            fetch(factors, asked, smaller(asked + some, soon));
            asked += some;
        }
        tile(sums, copied, 0, ROWS, vectors);
    }
    for (; m >= 4; m -= 4, copied.a += 4 * copied.a_row, sums.C += 4 * sums.row)
        tile(sums, copied, 0, 4, vectors);
    for (; m >= 2; m -= 2, copied.a += 2 * copied.a_row, sums.C += 2 * sums.row)
        tile(sums, copied, 0, 2, vectors);
    if (m > 0)
        tile(sums, copied, 0, 1, vectors);
}

/* tiles for a panel of whatever width up to PANEL. */
INLINE void panel(const struct sums *sums, struct factors factors, size_t m, int follows)
{
    if (sums->width > LANES)
        tiles(*sums, factors, m, follows, 2);
    else
        tiles(*sums, factors, m, follows, 1);
}

/* The tiles of one panel; one of a_row and a_step is 1, and as a constant it makes them faster. */
static void panel_products(const struct sums *sums, const struct factors *factors, size_t m,
                           int follows)
{
    struct factors known = *factors;
    if (factors->a_step == 1) {
        known.a_step = 1;
        panel(sums, known, m, follows);
    } else {
        known.a_row = 1;
        panel(sums, known, m, follows);
    }
}

/* Panels one after the other: panel[p][j] = B[p*b_row + j], or B[j*b_row + p] if transposed, for
 * the `width` columns j, and 0 to the end of the last vector. */
static void pack(double *panels, const double *B, size_t b_row, int transposed, size_t count,
                 size_t width)
{
    size_t p, j, part;
    FOR_VECTORS(j, part, width)
    {
        double *to = panels + j / PANEL * count * PANEL + j % PANEL;
        for (p = 0; p < count; p++)
            store(to + p * PANEL, transposed ? load_apart(B + j * b_row + p, b_row, part)
                                             : load_part(B + p * b_row + j, part));
    }
}

/* to[i][p] = from[i][p] for rows that lie so far apart. */
static void copy_rows(double *to, size_t to_row, const double *from, size_t from_row, size_t n,
                      size_t width)
{
    size_t i, p, part;
    for (i = 0; i < n; i++) {
        FOR_VECTORS(p, part, width)
        {
            store_part(to + i * to_row + p, load_part(from + i * from_row + p, part), part);
        }
    }
}

/* C[i][j] = C[i][j] + sum of a(i, p)*B(p, j), p ascending, from 0.0 if fresh, then + bias[j].
 *
 * for each i, j: for each p: C[i][j] += a[i*a_row + p*a_step] * B[p*b_row + j]
 * i < m, j < n, p < count; one of a_row and a_step is 1; B[j*b_row + p] if transposed. */
INLINE void products(double *C, const double *a, size_t a_row, size_t a_step, const double *B,
                     size_t b_row, int transposed, size_t m, size_t n, size_t count, int fresh,
                     const double *bias, double *scratch)
{
    size_t chunks = count / DEPTH + (count % DEPTH != 0 || count == 0);
    size_t depth = (count + chunks - 1) / chunks; /* even ones */
    double *block = scratch + TOGETHER * PANEL * DEPTH;
    size_t i, j, chunk;
    for (chunk = 0; chunk < chunks; chunk++) {
        size_t p = chunk * depth, deep = smaller(depth, count - p);
        const double *last_bias = chunk + 1 == chunks ? bias : NULL;
        for (i = 0; i < m; i += BLOCK) {
            size_t rows = smaller(BLOCK, m - i);
            struct factors factors = {a + i * a_row + p * a_step, NULL, a_row, a_step,
                                      ROWS * a_row, PANEL, deep, NULL};
            if (n >= OFTEN && a_step == 1) {
                copy_rows(block, BLOCK_ROW, factors.a, a_row, rows, deep);
                factors.a = block;
                factors.a_row = BLOCK_ROW;
                factors.a_tile = ROWS * BLOCK_ROW;
            } else if (n >= OFTEN) {
                for (j = 0; j < rows; j += ROWS)
                    copy_rows(block + j * deep, ROWS, factors.a + j, a_step, deep,
                              smaller(ROWS, rows - j));
                factors.a = block;
                factors.a_step = ROWS;
                factors.a_tile = ROWS * deep;
            }
            for (j = 0; j < n; j += PANEL) {
                struct sums sums = {C + i * n + j, n, smaller(PANEL, n - j), fresh && chunk == 0,
                                    last_bias ? last_bias + j : NULL};
                if (transposed || (b_row != PANEL && rows < ROWS)) {
                    size_t nth = j / PANEL % TOGETHER;
                    if (nth == 0)
                        pack(scratch, transposed ? B + j * b_row + p : B + p * b_row + j, b_row,
                             transposed, deep, smaller(TOGETHER * PANEL, n - j));
                    factors.B = scratch + nth * deep * PANEL;
                } else {
                    factors.B = B + p * b_row + j;
                    factors.b_row = b_row;
                    factors.panel = b_row == PANEL ? NULL : scratch;
                }
                panel_products(&sums, &factors, rows, factors.panel && j + PANEL < n);
            }
        }
    }
}

/* Z[s][j] = (sum of X[s][k]*W[k][j]) + b[j], k ascending: pn_affine.
 *
 * for each s, j: Z[s][j] = 0.0; for each k: Z[s][j] += X[s][k] * W[k][j]; Z[s][j] += b[j] */
static void affine(double *Z, const double *X, const double *W, const double *b, size_t n,
                   size_t n_in, size_t n_out, double *scratch)
{
    size_t s;
    if (n < PN_LEAST_PACKED)
        for (s = 0; s < n; s++)
            affine_of_row(Z + s * n_out, X + s * n_in, NULL, n_in, W, b, n_out, PN_FLOAT64);
    else
        products(Z, X, n_in, 1, W, n_out, 0, n, n_out, n_in, 1, b, scratch);
}

/* sums[j] = sums[j] + sum of dZ[s][j], s ascending: the sums of pn_bias_gradient over a range, from
 * 0.0 if fresh.
 *
 * for each j: for each s: sums[j] += dZ[s][j] */
static void add_bias_products(double *sums, const double *dZ, size_t n, size_t n_out, int fresh)
{
    size_t s, j, width;
    FOR_VECTORS(j, width, n_out)
    {
        vec total = fresh ? all(0.0) : load_part(sums + j, width);
        for (s = 0; s < n; s++)
            total = total + load_part(dZ + s * n_out + j, width);
        store_part(sums + j, total, width);
    }
}

/* sums[k][j] = sums[k][j] + sum of X[s][k]*dZ[s][j], s ascending: the sums of pn_weight_gradient
 * over a range of samples, from 0.0 if fresh; and, unless bias_sums is NULL, those of
 * pn_bias_gradient.
 *
 * for each k, j: for each s: sums[k][j] += X[s][k] * dZ[s][j]
 * for each j: for each s: bias_sums[j] += dZ[s][j]
 * X (n, n_in) with x_row doubles from row to row. */
static void add_weight_products(double *sums, double *bias_sums, const double *X, size_t x_row,
                                const double *dZ, size_t n, size_t n_in, size_t n_out, int fresh,
                                double *scratch)
{
    if (1 <= n_in && n_in <= NARROW && 1 <= n_out && n_out <= LANES) {
#define NARROW_TILE(rows) CASE(rows, narrow_tile, sums, bias_sums, n_out, X, 1, x_row, dZ, n, fresh)
        switch (n_in) {
            NARROW_TILE(1)
            NARROW_TILE(2)
            NARROW_TILE(3)
            NARROW_TILE(4)
            NARROW_TILE(5)
            NARROW_TILE(6)
            NARROW_TILE(7)
            NARROW_TILE(8)
        }
#undef NARROW_TILE
        return;
    }
    products(sums, X, 1, x_row, dZ, n_out, 0, n_in, n_out, n, fresh, NULL, scratch);
    if (bias_sums)
        add_bias_products(bias_sums, dZ, n, n_out, fresh);
}

/* dX[s][k] = sum of dZ[s][j]*W[k][j], j ascending: pn_input_gradient, for a W whose rows lie w_row
 * doubles apart.
 *
 * for each s, k: dX[s][k] = 0.0; for each j: dX[s][k] += dZ[s][j] * W[k][j] */
static void input_gradient(double *dX, const double *dZ, const double *W, size_t w_row, size_t n,
                           size_t n_in, size_t n_out, double *scratch)
{
    size_t s;
    if (n < PN_LEAST_PACKED)
        for (s = 0; s < n; s++)
            input_gradient_of_row(dX + s * n_in, dZ + s * n_out, W, n_in, n_out, w_row);
    else
        products(dX, dZ, n_out, 1, W, w_row, 1, n, n_in, n_out, 1, NULL, scratch);
}

#endif
