/* SPDX-License-Identifier: MIT */
/* The plain kernels: the functions of csrc/ themselves, for every compiler and processor.
 *
 * Sums that go on from one range of samples to the next are the loops of csrc/linalg.c without
 * their beginning and their division. */
#include "../contract.h"
#include "../purenn.h"
#include "kernels.h"
#include "step.h"

#define EACH_NUMBER(name)                                                                         \
    static void name##_forward(double *y, const double *x, size_t count)                          \
    {                                                                                             \
        size_t i;                                                                                 \
        for (i = 0; i < count; i++)                                                               \
            y[i] = pn_##name(x[i]);                                                               \
    }

EACH_NUMBER(exp)
EACH_NUMBER(log)
EACH_NUMBER(tanh)

static void affine(double *Z, const double *X, const double *W, const double *b, size_t n,
                   size_t n_in, size_t n_out, double *scratch)
{
    (void)scratch;
    pn_affine(Z, X, W, b, n, n_in, n_out);
}

static void add_bias_products(double *sums, const double *dZ, size_t n, size_t n_out, int fresh)
{
    size_t s, j;
    for (j = 0; fresh && j < n_out; j++)
        sums[j] = 0.0;
    for (s = 0; s < n; s++)
        for (j = 0; j < n_out; j++)
            sums[j] = sums[j] + dZ[s * n_out + j];
}

static void add_weight_products(double *sums, double *bias_sums, const double *X, size_t x_row,
                                const double *dZ, size_t n, size_t n_in, size_t n_out, int fresh,
                                double *scratch)
{
    size_t s, k, j;
    (void)scratch;
    for (k = 0; fresh && k < n_in * n_out; k++)
        sums[k] = 0.0;
    for (s = 0; s < n; s++)
        for (k = 0; k < n_in; k++)
            for (j = 0; j < n_out; j++)
                sums[k * n_out + j] =
                    sums[k * n_out + j] + X[s * x_row + k] * dZ[s * n_out + j];
    if (bias_sums)
        add_bias_products(bias_sums, dZ, n, n_out, fresh);
}

static void input_gradient(double *dX, const double *dZ, const double *W, size_t w_row, size_t n,
                           size_t n_in, size_t n_out, double *scratch)
{
    size_t s, k, j;
    (void)scratch;
    for (s = 0; s < n; s++)
        for (k = 0; k < n_in; k++) {
            double total = 0.0;
            for (j = 0; j < n_out; j++)
                total = total + dZ[s * n_out + j] * W[k * w_row + j];
            dX[s * n_in + k] = total;
        }
}

static void activation_forward(double *A, const double *Z, const struct pn_activation *activation,
                               size_t n, size_t n_out, size_t count)
{
    (void)count;
    activation->forward(A, Z, n, n_out);
}

static void activation_backward(double *dZ, const double *dA, const double *A,
                                const struct pn_activation *activation, size_t n, size_t n_out,
                                size_t count)
{
    (void)count;
    activation->backward(dZ, dA, A, n, n_out);
}

static void output_gradient(double *dZ, const double *A, const double *Y,
                            const struct pn_activation *activation, const struct pn_loss *loss,
                            size_t n, size_t n_out, size_t count)
{
    (void)count;
    pn_output_gradient(dZ, A, Y, activation, loss, n, n_out);
}

static void update(double *w, double *moments, const double *sums, const struct pn_step *step,
                   size_t count)
{
    update_by_rule(w, moments, sums, step, count);
}

static int all_finite(const double *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        if (!(x[i] - x[i] == 0.0))
            return 0;
    return 1;
}

/* X[i] of whatever type. */
static double number(const void *X, int type, size_t i)
{
    return type == PN_UINT8     ? ((const uint8_t *)X)[i]
           : type == PN_FLOAT32 ? (double)((const float *)X)[i]
                                : ((const double *)X)[i];
}

static size_t first_not_finite(const void *X, int type, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        if (!(number(X, type, i) - number(X, type, i) == 0.0))
            return i;
    return count;
}

static int find_columns(uint16_t *columns, uint32_t *starts, const struct pn_inputs *inputs,
                        size_t room, size_t first, size_t n)
{
    size_t n_in = inputs->n_in, tiles = (n_in + PN_TILE - 1) / PN_TILE, s, t, k;
    uint32_t next = starts[first * tiles];
    int found = 0;
    for (s = first; s < first + n; s++)
        for (t = 0; t < tiles; t++) {
            if (room - next < PN_TILE)
                return PN_NO_ROOM;
            for (k = t * PN_TILE; k < n_in && k < (t + 1) * PN_TILE; k++) {
                double x = number(inputs->X, inputs->type, s * n_in + k);
                if (x != 0.0)
                    columns[next++] = (uint16_t)k;
                if (!(x - x == 0.0))
                    found = PN_NOT_FINITE;
            }
            starts[s * tiles + t + 1] = next;
        }
    return found;
}

static const struct pn_kernels own_kernels = {
    .name = "plain",
    .exp = exp_forward,
    .log = log_forward,
    .tanh = tanh_forward,
    .affine = affine,
    .add_weight_products = add_weight_products,
    .add_bias_products = add_bias_products,
    .input_gradient = input_gradient,
    .activation_forward = activation_forward,
    .activation_backward = activation_backward,
    .output_losses = pn_output_losses,
    .output_gradient = output_gradient,
    .update = update,
    .all_finite = all_finite,
    .first_not_finite = first_not_finite,
    .find_columns = find_columns,
};

const struct pn_kernels *const pn_kernels_plain = &own_kernels;
