/* SPDX-License-Identifier: MIT */
/* Activations A = f(Z) and their derivatives, a forward and a backward each.
 *
 * All matrices are (n, n_out), rows are samples. A backward function takes dA, the gradient with
 * respect to the outputs A, and gives dZ; the outputs alone are enough to know each derivative. */
#include "contract.h"
#include "purenn.h"

#include <math.h>

#define LEAK 0.01 /* the slope of leaky_relu below zero */

/* A = Z. */
void pn_identity_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = Z[i];
}

/* dZ = dA. */
void pn_identity_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    (void)A;
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = dA[i];
}

/* A = 1 / (1 + e^-z). */
void pn_sigmoid_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = 1.0 / (1.0 + pn_exp(-Z[i]));
}

/* dZ = dA * (A*(1 - A)). */
void pn_sigmoid_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = dA[i] * (A[i] * (1.0 - A[i]));
}

/* A = tanh Z. */
void pn_tanh_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = pn_tanh(Z[i]);
}

/* dZ = dA * (1 - A*A). */
void pn_tanh_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = dA[i] * (1.0 - A[i] * A[i]);
}

/* A = 0 where Z <= 0, else Z. */
void pn_relu_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = Z[i] <= 0.0 ? 0.0 : Z[i];
}

/* dZ = 0 where A <= 0, else dA: the derivative at 0 is taken as 0. */
void pn_relu_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = A[i] <= 0.0 ? 0.0 : dA[i];
}

/* A = 0.01*Z where Z <= 0, else Z. */
void pn_leaky_relu_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = Z[i] <= 0.0 ? LEAK * Z[i] : Z[i];
}

/* dZ = 0.01*dA where A <= 0, else dA: the derivative at 0 is taken as 0.01. */
void pn_leaky_relu_backward(double *dZ, const double *dA, const double *A,
                            size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = A[i] <= 0.0 ? LEAK * dA[i] : dA[i];
}

/* A = Z where Z > 0, else e^z - 1. */
void pn_elu_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = Z[i] > 0.0 ? Z[i] : pn_expm1(Z[i]);
}

/* dZ = dA where A > 0, else dA*(A + 1): the derivative at 0 is 1. */
void pn_elu_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = A[i] > 0.0 ? dA[i] : dA[i] * (A[i] + 1.0);
}

/* A = log(1 + e^z), as Z + log(1 + e^-z) where Z > 0. */
void pn_softplus_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        A[i] = Z[i] > 0.0 ? Z[i] + pn_log1p(pn_exp(-Z[i])) : pn_log1p(pn_exp(Z[i]));
}

/* dZ = dA * (1 - e^-A). */
void pn_softplus_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = dA[i] * -pn_expm1(-A[i]);
}

/* A[j] = e^(Z[j] - m) / sum of e^(Z[i] - m) in each row, m its maximum, i ascending.
 *
 * Subtracting m changes no quotient and keeps every power at most 1. */
void pn_softmax_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *z = Z + s * n_out;
        double *a = A + s * n_out;
        double largest = -(double)INFINITY, total = 0.0;
        for (size_t j = 0; j < n_out; j++)
            if (z[j] > largest)
                largest = z[j];
        for (size_t j = 0; j < n_out; j++)
            a[j] = pn_exp(z[j] - largest);
        for (size_t j = 0; j < n_out; j++)
            total = total + a[j];
        for (size_t j = 0; j < n_out; j++)
            a[j] = a[j] / total;
    }
}

/* dZ[j] = A[j]*(dA[j] - sum of dA[i]*A[i]) in each row, i ascending. */
void pn_softmax_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out)
{
    for (size_t s = 0; s < n; s++) {
        const double *da = dA + s * n_out, *a = A + s * n_out;
        double total = 0.0;
        for (size_t j = 0; j < n_out; j++)
            total = total + da[j] * a[j];
        for (size_t j = 0; j < n_out; j++)
            dZ[s * n_out + j] = a[j] * (da[j] - total);
    }
}

const struct pn_activation pn_identity_activation = {pn_identity_forward, pn_identity_backward};
const struct pn_activation pn_sigmoid_activation = {pn_sigmoid_forward, pn_sigmoid_backward};
const struct pn_activation pn_tanh_activation = {pn_tanh_forward, pn_tanh_backward};
const struct pn_activation pn_relu_activation = {pn_relu_forward, pn_relu_backward};
const struct pn_activation pn_leaky_relu_activation = {
    pn_leaky_relu_forward, pn_leaky_relu_backward};
const struct pn_activation pn_elu_activation = {pn_elu_forward, pn_elu_backward};
const struct pn_activation pn_softplus_activation = {pn_softplus_forward, pn_softplus_backward};
const struct pn_activation pn_softmax_activation = {pn_softmax_forward, pn_softmax_backward};
