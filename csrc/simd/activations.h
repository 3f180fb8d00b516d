/* SPDX-License-Identifier: MIT */
/* The activations of csrc/activations.c, a vector at a time. */
#ifndef PN_SIMD_ACTIVATIONS_H
#define PN_SIMD_ACTIVATIONS_H

#include "elementary.h"

#include "../purenn.h"

#define LEAK 0.01

/* A = f(Z) for count numbers, where f is a function or an expression of z. */
#define FORWARD(name, f)                                                                          \
    static void name(double *A, const double *Z, size_t count)                                    \
    {                                                                                             \
        size_t i, width;                                                                          \
        FOR_VECTORS(i, width, count)                                                              \
        {                                                                                         \
            vec z = load_part(Z + i, width);                                                      \
            store_part(A + i, f, width);                                                          \
        }                                                                                         \
    }

FORWARD(exp_forward, vexp(z))
FORWARD(log_forward, vlog(z))
FORWARD(identity_forward, z)
FORWARD(sigmoid_forward, 1.0 / (1.0 + vexp(-z)))
FORWARD(tanh_forward, vtanh(z))
FORWARD(relu_forward, choose(at_most(z, all(0.0)), all(0.0), z))
FORWARD(leaky_relu_forward, choose(at_most(z, all(0.0)), LEAK * z, z))

/* dZ = dA times the derivative, an expression of dA and a, for count numbers. */
#define BACKWARD(name, expression)                                                                \
    static void name(double *dZ, const double *dA, const double *A, size_t count)                 \
    {                                                                                             \
        size_t i, width;                                                                          \
        FOR_VECTORS(i, width, count)                                                              \
        {                                                                                         \
            vec da = load_part(dA + i, width);                                                    \
            vec a = load_part(A + i, width);                                                      \
            store_part(dZ + i, expression, width);                                                \
        }                                                                                         \
    }

BACKWARD(sigmoid_backward, da * (a * (1.0 - a)))
BACKWARD(tanh_backward, da * (1.0 - a * a))
BACKWARD(relu_backward, choose(at_most(a, all(0.0)), all(0.0), da))
BACKWARD(leaky_relu_backward, choose(at_most(a, all(0.0)), LEAK * da, da))

/* A[j] = e^(Z[j] - m) / sum of e^(Z[i] - m) in each row, m its maximum, i ascending.
 *
 * The powers of all rows side by side, the sum of each row one by one. */
static void softmax_forward(double *A, const double *Z, size_t n, size_t n_out)
{
    size_t s, j;
    for (s = 0; s < n; s++) {
        const double *z = Z + s * n_out;
        double largest = -(double)INFINITY;
        for (j = 0; j < n_out; j++)
            if (z[j] > largest)
                largest = z[j];
        for (j = 0; j < n_out; j++)
            A[s * n_out + j] = z[j] - largest;
    }
    exp_forward(A, A, n * n_out);
    for (s = 0; s < n; s++) {
        double *a = A + s * n_out;
        double total = 0.0;
        size_t width;
        for (j = 0; j < n_out; j++)
            total = total + a[j];
        FOR_VECTORS(j, width, n_out)
        {
            store_part(a + j, load_part(a + j, width) / total, width);
        }
    }
}

/* A = f(Z) for matrices (n, n_out); functions of single numbers are computed for count of them,
 * which may be more: whole vectors. */
INLINE void activation_forward_of(double *A, const double *Z, int activation, size_t n,
                                  size_t n_out, size_t count)
{
    switch (activation) {
    case PN_IDENTITY:
        if (A != Z)
            identity_forward(A, Z, count);
        break;
    case PN_SIGMOID:
        sigmoid_forward(A, Z, count);
        break;
    case PN_TANH:
        tanh_forward(A, Z, count);
        break;
    case PN_RELU:
        relu_forward(A, Z, count);
        break;
    case PN_LEAKY_RELU:
        leaky_relu_forward(A, Z, count);
        break;
    case PN_SOFTMAX:
        softmax_forward(A, Z, n, n_out);
        break;
    }
}

static void activation_forward(double *A, const double *Z, int activation, size_t n, size_t n_out)
{
    activation_forward_of(A, Z, activation, n, n_out, n * n_out);
}

INLINE void activation_backward_of(double *dZ, const double *dA, const double *A, int activation,
                                   size_t n, size_t n_out, size_t count)
{
    switch (activation) {
    case PN_SIGMOID:
        sigmoid_backward(dZ, dA, A, count);
        break;
    case PN_TANH:
        tanh_backward(dZ, dA, A, count);
        break;
    case PN_RELU:
        relu_backward(dZ, dA, A, count);
        break;
    case PN_LEAKY_RELU:
        leaky_relu_backward(dZ, dA, A, count);
        break;
    default: /* identity, and softmax, whose sums over a row are plain ones */
        pn_activation_backward(dZ, dA, A, activation, n, n_out);
    }
}

static void activation_backward(double *dZ, const double *dA, const double *A, int activation,
                                size_t n, size_t n_out)
{
    activation_backward_of(dZ, dA, A, activation, n, n_out, n * n_out);
}

#endif
