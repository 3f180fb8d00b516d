/* SPDX-License-Identifier: MIT */
/* The products of a dense layer, csrc/linalg.c with independent sums side by side.
 *
 * Each sum of a product lives in one lane of one register while its terms are added one by one in
 * the stated order, so it is the plain sum. A tile is ROWS rows by one or two vectors of such
 * sums: enough of them that the processor never waits for an addition to end. The matrix whose
 * rows are read as vectors is first copied into a panel, PANEL columns side by side and 0 where
 * it has no more, unless it lies so already. Where a sum is longer than the panel is deep, it is
 * stored and taken up again, which is exact.
 *
 * scratch holds one panel: PN_SCRATCH doubles. */
#ifndef PN_SIMD_LINALG_H
#define PN_SIMD_LINALG_H

#include "kernels.h"
#include "rows.h"
#include "vector.h"

#define ROWS 8
#define PANEL (2 * LANES)
#define DEPTH (PN_SCRATCH / PANEL)

/* C[i][j] = C[i][j] + sum of a(i, p)*B[p][j], p ascending, for i < rows and the first width of
 * vectors*LANES columns, where a(i, p) = a[i*a_row + p*a_step]. From 0.0 if `fresh`.
 *
 * C (rows, width) with c_row doubles from row to row, B (count, vectors*LANES) likewise with
 * b_row; rows and vectors are constants wherever this is called. */
INLINE void tile(double *C, size_t c_row, size_t width, const double *a, size_t a_row,
                 size_t a_step, const double *B, size_t b_row, size_t count, int fresh,
                 size_t rows, size_t vectors)
{
    vec sums[ROWS][2];
    size_t last = width - (vectors - 1) * LANES;
    size_t i, v, p;
    UNROLL
    for (i = 0; i < rows; i++) {
        UNROLL
        for (v = 0; v < vectors; v++)
            sums[i][v] = fresh ? all(0.0)
                       : v + 1 < vectors ? load(C + i * c_row + v * LANES)
                       : load_part(C + i * c_row + v * LANES, last);
    }
    for (p = 0; p < count; p++) {
        vec b[2];
        UNROLL
        for (v = 0; v < vectors; v++)
            b[v] = load(B + p * b_row + v * LANES);
        UNROLL
        for (i = 0; i < rows; i++) {
            vec x = all(a[i * a_row + p * a_step]);
            UNROLL
            for (v = 0; v < vectors; v++)
                sums[i][v] = sums[i][v] + x * b[v];
        }
    }
    UNROLL
    for (i = 0; i < rows; i++) {
        UNROLL
        for (v = 0; v < vectors; v++)
            if (v + 1 < vectors)
                store(C + i * c_row + v * LANES, sums[i][v]);
            else
                store_part(C + i * c_row + v * LANES, sums[i][v], last);
    }
}

/* The tiles of one panel: C (m, width) as tile has it, for any m. */
INLINE void tiles(double *C, size_t c_row, size_t width, const double *a, size_t a_row,
                  size_t a_step, const double *B, size_t b_row, size_t count, int fresh, size_t m,
                  size_t vectors)
{
    size_t i = 0;
    for (; i + ROWS <= m; i += ROWS)
        tile(C + i * c_row, c_row, width, a + i * a_row, a_row, a_step, B, b_row, count, fresh,
             ROWS, vectors);
    for (; i + 2 <= m; i += 2)
        tile(C + i * c_row, c_row, width, a + i * a_row, a_row, a_step, B, b_row, count, fresh, 2,
             vectors);
    if (i < m)
        tile(C + i * c_row, c_row, width, a + i * a_row, a_row, a_step, B, b_row, count, fresh, 1,
             vectors);
}

/* tiles for a panel of whatever width up to PANEL. */
static void panel_products(double *C, size_t c_row, size_t width, const double *a, size_t a_row,
                           size_t a_step, const double *B, size_t b_row, size_t count, int fresh,
                           size_t m)
{
    if (width > LANES)
        tiles(C, c_row, width, a, a_row, a_step, B, b_row, count, fresh, m, 2);
    else
        tiles(C, c_row, width, a, a_row, a_step, B, b_row, count, fresh, m, 1);
}

/* panel (count, PANEL) = `width` columns of rows that lie `row` doubles apart, the rest 0. */
static void pack(double *panel, const double *rows, size_t row, size_t count, size_t width)
{
    size_t p;
    for (p = 0; p < count; p++, panel += PANEL, rows += row) {
        if (width > LANES) {
            store(panel, load(rows));
            store(panel + LANES, load_part(rows + LANES, width - LANES));
        } else {
            store(panel, load_part(rows, width));
        }
    }
}

/* panel[p][i] = rows[i][p]: `width` rows, `row` doubles apart, become columns; the rest is 0. */
static void pack_transposed(double *panel, const double *rows, size_t row, size_t count,
                            size_t width)
{
    size_t p, i;
    for (i = 0; i < PANEL; i++)
        for (p = 0; p < count; p++)
            panel[p * PANEL + i] = i < width ? rows[i * row + p] : 0.0;
}

/* Z[s][j] = (sum of X[s][k]*W[k][j]) + b[j]: pn_affine.
 *
 * for each s, j: Z[s][j] = 0.0; for each k: Z[s][j] += X[s][k] * W[k][j]; Z[s][j] += b[j] */
static void affine(double *Z, const double *X, const double *W, const double *b, size_t n,
                   size_t n_in, size_t n_out, double *scratch)
{
    size_t s, j, k;
    if (n < 4) {
        for (s = 0; s < n; s++)
            affine_of_row(Z + s * n_out, X + s * n_in, PN_FLOAT64, NULL, n_in, W, b, n_out);
        return;
    }
    for (j = 0; j < n_out; j += PANEL) {
        size_t width = smaller(PANEL, n_out - j);
        for (k = 0; k == 0 || k < n_in; k += DEPTH) {
            size_t count = smaller(DEPTH, n_in - k);
            const double *panel = W + k * n_out;
            if (n_out != PANEL) {
                pack(scratch, W + k * n_out + j, n_out, count, width);
                panel = scratch;
            }
            panel_products(Z + j, n_out, width, X + k, n_in, 1, panel, PANEL, count, k == 0, n);
        }
    }
    for (s = 0; s < n; s++) {
        double *z = Z + s * n_out;
        size_t part;
        FOR_VECTORS(j, part, n_out)
        {
            store_part(z + j, load_part(z + j, part) + load_part(b + j, part), part);
        }
    }
}

/* sums[k][j] = sums[k][j] + sum of X[s][k]*dZ[s][j], s ascending: the sums of pn_weight_gradient
 * over a range of samples.
 *
 * for each k, j: for each s: sums[k][j] += X[s][k] * dZ[s][j]
 * X (n, n_in) with x_row doubles from row to row. */
static void add_weight_products(double *sums, const double *X, size_t x_row, const double *dZ,
                                size_t n, size_t n_in, size_t n_out, double *scratch)
{
    size_t j, s;
    for (j = 0; j < n_out; j += PANEL) {
        size_t width = smaller(PANEL, n_out - j);
        for (s = 0; s < n; s += DEPTH) {
            size_t count = smaller(DEPTH, n - s);
            const double *panel = dZ + s * n_out;
            if (n_out != PANEL) {
                pack(scratch, dZ + s * n_out + j, n_out, count, width);
                panel = scratch;
            }
            panel_products(sums + j, n_out, width, X + s * x_row, 1, x_row, panel, PANEL, count,
                           0, n_in);
        }
    }
}

/* sums[j] = sums[j] + sum of dZ[s][j], s ascending: the sums of pn_bias_gradient over a range.
 *
 * for each j: for each s: sums[j] += dZ[s][j] */
static void add_bias_products(double *sums, const double *dZ, size_t n, size_t n_out)
{
    size_t j, s, width;
    FOR_VECTORS(j, width, n_out)
    {
        vec total = load_part(sums + j, width);
        for (s = 0; s < n; s++)
            total = total + load_part(dZ + s * n_out + j, width);
        store_part(sums + j, total, width);
    }
}

/* dX[s][k] = sum of dZ[s][j]*W[k][j], j ascending: pn_input_gradient.
 *
 * for each s, k: dX[s][k] = 0.0; for each j: dX[s][k] += dZ[s][j] * W[k][j] */
static void input_gradient(double *dX, const double *dZ, const double *W, size_t n, size_t n_in,
                           size_t n_out, double *scratch)
{
    size_t s, k, j;
    if (n < 4) {
        for (s = 0; s < n; s++)
            input_gradient_of_row(dX + s * n_in, dZ + s * n_out, W, n_in, n_out, n_out);
        return;
    }
    for (k = 0; k < n_in; k += PANEL) {
        size_t width = smaller(PANEL, n_in - k);
        for (j = 0; j == 0 || j < n_out; j += DEPTH) {
            size_t count = smaller(DEPTH, n_out - j);
            pack_transposed(scratch, W + k * n_out + j, n_out, count, width);
            panel_products(dX + k, n_in, width, dZ + j, n_out, 1, scratch, PANEL, count, j == 0,
                           n);
        }
    }
}

#endif
