/* SPDX-License-Identifier: MIT */
/* Losses for numbers of any size, and their gradients by the outputs A; Y are the targets.
 *
 * A and Y are (n, n_out), rows are samples. What they average, and what they never divide by,
 * stands in losses.c. */
#include "contract.h"
#include "purenn.h"

/* L[s] = (sum of (A[s][j] - Y[s][j])^2) / n_out, j ascending. */
void pn_mean_squared_error(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    size_t s, j;
    for (s = 0; s < n; s++) {
        const double *a = A + s * n_out;
        const double *y = Y + s * n_out;
        double total = 0.0;
        for (j = 0; j < n_out; j++)
            total = total + (a[j] - y[j]) * (a[j] - y[j]);
        L[s] = total / (double)n_out;
    }
}

/* dA = (2 / n_out)*(A - Y). */
void pn_mean_squared_error_gradient(double *dA, const double *A, const double *Y,
                                    size_t n, size_t n_out)
{
    size_t i;
    double scale = 2.0 / (double)n_out;
    for (i = 0; i < n * n_out; i++)
        dA[i] = scale * (A[i] - Y[i]);
}
