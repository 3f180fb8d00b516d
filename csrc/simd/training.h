/* SPDX-License-Identifier: MIT */
/* The output gradient, the update, and training on one sample at a time. */
#ifndef PN_SIMD_TRAINING_H
#define PN_SIMD_TRAINING_H

#include "activations.h"
#include "losses.h"
#include "sparse.h"

/* dZ of the last layer: pn_output_gradient. */
static void output_gradient(double *dZ, const double *A, const double *Y, int activation, int loss,
                            size_t n, size_t n_out)
{
    int matched = (activation == PN_SIGMOID && loss == PN_BINARY_CROSS_ENTROPY) ||
                  (activation == PN_SOFTMAX && loss == PN_CATEGORICAL_CROSS_ENTROPY);
    size_t count = n * n_out;
    size_t i, width;
    if (matched || loss == PN_MEAN_SQUARED_ERROR) {
        double scale = matched ? 1.0 : 2.0 / (double)n_out;
        FOR_VECTORS(i, width, count)
        {
            store_part(dZ + i, scale * (load_part(A + i, width) - load_part(Y + i, width)), width);
        }
    } else {
        pn_loss_gradient(dZ, A, Y, loss, n, n_out);
    }
    if (!matched)
        activation_backward(dZ, dZ, A, activation, n, n_out);
}

/* w[i] = w[i] - learning_rate*(sums[i] / n): the division of the gradients, and pn_gradient_descent.
 *
 * Dividing by a power of two is multiplying by its inverse, which is exact. */
static void gradient_descent(double *w, const double *sums, double learning_rate, size_t n,
                             size_t count)
{
    size_t i, width;
    if ((n & (n - 1)) == 0) {
        double inverse = 1.0 / (double)n;
        FOR_VECTORS(i, width, count)
        {
            vec g = load_part(sums + i, width) * inverse;
            store_part(w + i, load_part(w + i, width) - learning_rate * g, width);
        }
    } else {
        FOR_VECTORS(i, width, count)
        {
            vec g = load_part(sums + i, width) / (double)n;
            store_part(w + i, load_part(w + i, width) - learning_rate * g, width);
        }
    }
}

static int all_finite(const double *x, size_t count)
{
    vec zero = all(0.0);
    size_t i, width;
    FOR_VECTORS(i, width, count)
    {
        zero = zero + 0.0 * load_part(x + i, width);
    }
    return !any((mask)(zero != zero));
}


/* pn_train_epoch with batches of one, for inputs of that type.
 *
 * for each sample: pn_train_step on it
 * workspace holds A and dZ of every layer. */
INLINE void steps_of_type(double *total, const struct pn_network *network, double *workspace,
                          int *sparse, const struct pn_inputs *inputs, int type, const double *Y,
                          struct pn_rows rows)
{
    const size_t *sizes = network->sizes;
    size_t last = network->n_layers - 1;
    size_t n_out = sizes[last + 1];
    size_t tiles = (inputs->n_in + TILE - 1) / TILE;
    double rate = network->learning_rate;
    size_t units = 0, s, layer;
    for (layer = 0; layer <= last; layer++)
        units += sizes[layer + 1];
    for (s = 0; s < rows.n; s++) {
        size_t row = row_number(rows, s);
        const double *y = Y + row * n_out;
        double *W = network->parameters;
        double *a = workspace;
        double *dz = workspace + units;
        struct sample sample = {row_of(inputs, row), NULL, inputs->n_in};
        double L;
        if (*sparse)
            sample = sample_tiles(inputs, row, 0, tiles);
        for (layer = 0;; layer++) {
            size_t n_in = sizes[layer], width = sizes[layer + 1];
            const double *b = W + n_in * width;
            if (layer > 0)
                affine_of_row(a, a - n_in, PN_FLOAT64, NULL, n_in, W, b, width);
            else if (*sparse)
                affine_of_row(a, sample.x, type, sample.columns, sample.count, W, b, width);
            else
                affine_of_row(a, sample.x, type, NULL, n_in, W, b, width);
            activation_forward(a, a, network->activations[layer], 1, width);
            if (layer == last)
                break;
            W += (n_in + 1) * width;
            a += width;
            dz += width;
        }
        sample_losses(&L, a, y, network->loss, 1, n_out);
        *total = *total + L;
        output_gradient(dz, a, y, network->activations[last], network->loss, 1, n_out);
        for (layer = last;; layer--) {
            size_t n_in = sizes[layer], width = sizes[layer + 1];
            double *b = W + n_in * width;
            size_t j;
            if (layer > 0) {
                a -= n_in;
                input_gradient_of_row(dz - n_in, dz, W, n_in, width);
                step_of_row(W, a, PN_FLOAT64, NULL, n_in, dz, rate, width);
            } else if (*sparse && all_finite(dz, width)) {
                *sparse = step_of_row(W, sample.x, type, sample.columns, sample.count, dz, rate,
                                      width);
            } else {
                step_of_row(W, sample.x, type, NULL, n_in, dz, rate, width);
                *sparse = 0;
            }
            for (j = 0; j < width; j++)
                b[j] = b[j] - rate * (network->bias ? 0.0 + dz[j] : 0.0);
            if (layer == 0)
                break;
            dz -= n_in;
            activation_backward(dz, dz, a, network->activations[layer - 1], 1, n_in);
            W -= (sizes[layer - 1] + 1) * n_in;
        }
    }
}

static void steps_of_one(double *total, const struct pn_network *network, double *workspace,
                         int *sparse, const struct pn_inputs *inputs, const double *Y,
                         struct pn_rows rows)
{
    if (inputs->type == PN_UINT8)
        steps_of_type(total, network, workspace, sparse, inputs, PN_UINT8, Y, rows);
    else if (inputs->type == PN_FLOAT32)
        steps_of_type(total, network, workspace, sparse, inputs, PN_FLOAT32, Y, rows);
    else
        steps_of_type(total, network, workspace, sparse, inputs, PN_FLOAT64, Y, rows);
}

#endif
