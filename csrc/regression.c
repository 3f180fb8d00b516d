/* SPDX-License-Identifier: MIT */
/* Losses for numbers of any size, and their gradients by the outputs A; Y are the targets.
 *
 * A and Y are (n, n_out), rows are samples. What they average, and what they never divide by,
 * stands in losses.c. */
#include "contract.h"
#include "purenn.h"

#include <math.h>

/* L[s] = (sum of (A[s][j] - Y[s][j])^2) / n_out, j ascending. */
void pn_mean_squared_error(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *a = A + s * n_out, *y = Y + s * n_out;
        double total = 0.0;
        for (size_t j = 0; j < n_out; j++)
            total = total + (a[j] - y[j]) * (a[j] - y[j]);
        L[s] = total / (double)n_out;
    }
}

/* dA = (2 / n_out)*(A - Y). */
void pn_mean_squared_error_gradient(double *dA, const double *A, const double *Y,
                                    size_t n, size_t n_out)
{
    double scale = 2.0 / (double)n_out;
    for (size_t i = 0; i < n * n_out; i++)
        dA[i] = scale * (A[i] - Y[i]);
}

/* L[s] = (sum of |A[s][j] - Y[s][j]|) / n_out, j ascending. */
void pn_mean_absolute_error(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *a = A + s * n_out, *y = Y + s * n_out;
        double total = 0.0;
        for (size_t j = 0; j < n_out; j++)
            total = total + fabs(a[j] - y[j]);
        L[s] = total / (double)n_out;
    }
}

/* dA = (1 / n_out)*(the sign of A - Y), 0 where they are equal. */
void pn_mean_absolute_error_gradient(double *dA, const double *A, const double *Y,
                                     size_t n, size_t n_out)
{
    double scale = 1.0 / (double)n_out;
    for (size_t i = 0; i < n * n_out; i++) {
        double d = A[i] - Y[i];
        dA[i] = scale * (d > 0.0 ? 1.0 : d < 0.0 ? -1.0 : d);
    }
}

/* L[s] = (sum of d^2/2 where |d| <= 1, else |d| - 1/2) / n_out, d = A[s][j] - Y[s][j], j
 * ascending. */
void pn_huber(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *a = A + s * n_out, *y = Y + s * n_out;
        double total = 0.0;
        for (size_t j = 0; j < n_out; j++) {
            double d = fabs(a[j] - y[j]);
            total = total + (d <= 1.0 ? 0.5 * (d * d) : d - 0.5);
        }
        L[s] = total / (double)n_out;
    }
}

/* dA = (1 / n_out)*(A - Y, but at least -1 and at most 1). */
void pn_huber_gradient(double *dA, const double *A, const double *Y, size_t n, size_t n_out)
{
    double scale = 1.0 / (double)n_out;
    for (size_t i = 0; i < n * n_out; i++) {
        double d = A[i] - Y[i];
        dA[i] = scale * (d > 1.0 ? 1.0 : d < -1.0 ? -1.0 : d);
    }
}
