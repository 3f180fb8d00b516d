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

/* log(1 + e^z), as z + log(1 + e^-z) where z > 0. */
INLINE vec vsoftplus(vec z)
{
    mask positive = less(all(0.0), z);
    vec tail = vlog1p_of_fraction(vexp_of_small(choose(positive, -z, z)));
    return choose(positive, z + tail, tail);
}

FORWARD(exp_forward, vexp(z))
FORWARD(log_forward, vlog(z))
FORWARD(sigmoid_forward, 1.0 / (1.0 + vexp(-z)))
FORWARD(tanh_forward, vtanh(z))
FORWARD(relu_forward, choose(at_most(z, all(0.0)), all(0.0), z))
FORWARD(leaky_relu_forward, choose(at_most(z, all(0.0)), LEAK * z, z))

FORWARD(elu_forward, choose(less(all(0.0), z), z, vexpm1(z)))
FORWARD(softplus_forward, vsoftplus(z))

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

BACKWARD(elu_backward, choose(less(all(0.0), a), da, da * (a + 1.0)))
BACKWARD(softplus_backward, da * -vexpm1(-a))

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

#define FOR_EACH_FAST(f) f(sigmoid) f(tanh) f(relu) f(leaky_relu) f(elu) f(softplus)

/* A = f(Z) by the fast body of that activation, or by its own where there is none. */
static void activation_forward(double *A, const double *Z, const struct pn_activation *activation,
                               size_t n, size_t n_out, size_t count)
{
#define TRY(name)                                                                                 \
    if (activation == &pn_##name##_activation)                                                    \
        name##_forward(A, Z, count);                                                              \
    else
    FOR_EACH_FAST(TRY)
#undef TRY
    if (activation == &pn_softmax_activation)
        softmax_forward(A, Z, n, n_out);
    else if (activation != &pn_identity_activation || A != Z)
        activation->forward(A, Z, n, n_out);
}

/* dZ from dA likewise; softmax has its own, whose sums over a row are plain ones. */
static void activation_backward(double *dZ, const double *dA, const double *A,
                                const struct pn_activation *activation, size_t n, size_t n_out,
                                size_t count)
{
#define TRY(name)                                                                                 \
    if (activation == &pn_##name##_activation)                                                    \
        name##_backward(dZ, dA, A, count);                                                        \
    else
    FOR_EACH_FAST(TRY)
#undef TRY
    if (activation != &pn_identity_activation || dZ != dA)
        activation->backward(dZ, dA, A, n, n_out);
}

#endif
