/* SPDX-License-Identifier: MIT */
/* The products of a dense layer, Z = X*W + b, and of its gradients.
 *
 * Rows are samples: X is (n, n_in), W is (n_in, n_out), b is (n_out), Z is (n, n_out).
 * Every sum starts at 0.0 and runs in the order that its function states: the order is part of
 * the result. Where the inner loop runs over independent sums, they can be computed side by side. */
#include "contract.h"
#include "purenn.h"

/* Z[s][j] = (sum of X[s][k]*W[k][j]) + b[j], k ascending, the bias added last.
 *
 * X (n, n_in), W (n_in, n_out), b (n_out) -> Z (n, n_out). */
void pn_affine(double *Z, const double *X, const double *W, const double *b,
               size_t n, size_t n_in, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        double *z = Z + s * n_out;
        const double *x = X + s * n_in;
        for (size_t j = 0; j < n_out; j++)
            z[j] = 0.0;
        for (size_t k = 0; k < n_in; k++)
            for (size_t j = 0; j < n_out; j++)
                z[j] = z[j] + x[k] * W[k * n_out + j];
        for (size_t j = 0; j < n_out; j++)
            z[j] = z[j] + b[j];
    }
}

/* dW[k][j] = (sum of X[s][k]*dZ[s][j]) / n, s ascending.
 *
 * X (n, n_in), dZ (n, n_out) -> dW (n_in, n_out). */
void pn_weight_gradient(double *dW, const double *X, const double *dZ,
                        size_t n, size_t n_in, size_t n_out)
{
    const double *end = dW + n_in * n_out;
    for (double *dw = dW; dw < end; dw++)
        *dw = 0.0;
    for (size_t s = 0; s < n; s++, X += n_in, dZ += n_out) {
        double *dw = dW;
        for (size_t k = 0; k < n_in; k++)
            for (size_t j = 0; j < n_out; j++, dw++)
                *dw = *dw + X[k] * dZ[j];
    }
    for (double *dw = dW; dw < end; dw++)
        *dw = *dw / (double)n;
}

/* db[j] = (sum of dZ[s][j]) / n, s ascending.
 *
 * dZ (n, n_out) -> db (n_out). */
void pn_bias_gradient(double *db, const double *dZ, size_t n, size_t n_out)
{
    for (size_t j = 0; j < n_out; j++)
        db[j] = 0.0;
    for (size_t s = 0; s < n; s++)
        for (size_t j = 0; j < n_out; j++)
            db[j] = db[j] + dZ[s * n_out + j];
    for (size_t j = 0; j < n_out; j++)
        db[j] = db[j] / (double)n;
}

/* dX[s][k] = sum of dZ[s][j]*W[k][j], j ascending.
 *
 * dZ (n, n_out), W (n_in, n_out) -> dX (n, n_in). */
void pn_input_gradient(double *dX, const double *dZ, const double *W,
                       size_t n, size_t n_in, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *dz = dZ + s * n_out;
        for (size_t k = 0; k < n_in; k++) {
            const double *w = W + k * n_out;
            double total = 0.0;
            for (size_t j = 0; j < n_out; j++)
                total = total + dz[j] * w[j];
            dX[s * n_in + k] = total;
        }
    }
}
