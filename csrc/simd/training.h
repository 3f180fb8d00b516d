/* SPDX-License-Identifier: MIT */
/* The output gradient, the update, and training on one sample at a time. */
#ifndef PN_SIMD_TRAINING_H
#define PN_SIMD_TRAINING_H

#include "activations.h"
#include "losses.h"
#include "sparse.h"

/* dZ of the last layer, pn_output_gradient, where the elements of matrices that are computed one by
 * one may be more than n*n_out: whole vectors.
 *
 * for each i: dZ[i] = A[i] - Y[i], or scale * (A[i] - Y[i]) and f' of it */
INLINE void output_gradient_of(double *dZ, const double *A, const double *Y, int activation,
                               int loss, size_t n, size_t n_out, size_t count)
{
    int matched = (activation == PN_SIGMOID && loss == PN_BINARY_CROSS_ENTROPY) ||
                  (activation == PN_SOFTMAX && loss == PN_CATEGORICAL_CROSS_ENTROPY);
    size_t i, width;
    if (matched) {
        FOR_VECTORS(i, width, count)
        {
            store_part(dZ + i, load_part(A + i, width) - load_part(Y + i, width), width);
        }
        return;
    }
    if (loss == PN_MEAN_SQUARED_ERROR) {
        double scale = 2.0 / (double)n_out;
        FOR_VECTORS(i, width, count)
        {
            store_part(dZ + i, scale * (load_part(A + i, width) - load_part(Y + i, width)), width);
        }
    } else {
        pn_loss_gradient(dZ, A, Y, loss, n, n_out);
    }
    activation_backward_of(dZ, dZ, A, activation, n, n_out, count);
}

static void output_gradient(double *dZ, const double *A, const double *Y, int activation, int loss,
                            size_t n, size_t n_out)
{
    output_gradient_of(dZ, A, Y, activation, loss, n, n_out, n * n_out);
}

/* w[i] = w[i] - learning_rate*(sums[i] / n): the division of gradients and pn_gradient_descent.
 *
 * for each i: w[i] -= learning_rate * (sums[i] / n)
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

/* Whether every x[i] is finite: 0.0*x[i] is NaN where it is not, and so is then the sum. */
static int all_finite(const double *x, size_t count)
{
    vec zero = all(0.0);
    size_t i, width;
    FOR_VECTORS(i, width, count)
    {
        zero = zero + 0.0 * load_part(x + i, width);
    }
    return !any(differ(zero, zero));
}

/* A layer whose rows of W, and b, are whole vectors: in the parameters, or in a padded copy. */
struct layer {
    size_t n_in, width, row; /* row is padded(width) */
    double *parameters;      /* W and b where they belong */
    double *copy;            /* where their copy is, if row is not width */
};

INLINE double *weights_of(struct layer layer)
{
    return layer.row == layer.width ? layer.parameters : layer.copy;
}

INLINE struct layer first_layer(const struct pn_network *network, double *copies)
{
    struct layer layer = {network->sizes[0], network->sizes[1], padded(network->sizes[1]),
                          network->parameters, copies};
    return layer;
}

INLINE struct layer layer_after(struct layer layer, size_t width)
{
    struct layer next = {layer.width, width, padded(width),
                         layer.parameters + (layer.n_in + 1) * layer.width, layer.copy};
    if (layer.row != layer.width)
        next.copy += (layer.n_in + 1) * layer.row;
    return next;
}

INLINE struct layer layer_before(struct layer layer, size_t n_in)
{
    struct layer before = {n_in, layer.n_in, padded(layer.n_in),
                           layer.parameters - (n_in + 1) * layer.n_in, layer.copy};
    if (before.row != before.width)
        before.copy -= (n_in + 1) * before.row;
    return before;
}

/* Fills the copies from the parameters, or the parameters from the copies. */
static void copy_layers(const struct pn_network *network, double *copies, int back)
{
    struct layer layer = first_layer(network, copies);
    size_t l, k, j;
    for (l = 1;; l++) {
        for (k = 0; layer.row != layer.width && k <= layer.n_in; k++) {
            double *own = layer.parameters + k * layer.width, *copy = layer.copy + k * layer.row;
            for (j = 0; j < layer.width; j++)
                if (back)
                    own[j] = copy[j];
                else
                    copy[j] = own[j];
            for (; j < layer.row; j++)
                copy[j] = 0.0;
        }
        if (l == network->n_layers)
            return;
        layer = layer_after(layer, network->sizes[l + 1]);
    }
}

/* The units of all layers, each layer padded: the room of A, and of dZ. */
INLINE size_t padded_units(const struct pn_network *network)
{
    size_t units = 0, l;
    for (l = 1; l <= network->n_layers; l++)
        units += padded(network->sizes[l]);
    return units;
}

/* pn_train_step on one sample, whose inputs have that type: its loss.
 *
 * z = x*W + b, a = f(z) for each layer; dz of the last; from there to the first layer
 * dx = dz*W^T, W = W - learning_rate*(0.0 + x*dz), b = b - learning_rate*(0.0 + dz)
 * What is stored as a whole vector can be loaded again at once; so everything here is padded. */
INLINE double step_of_type(const struct pn_training *t, int *sparse, size_t row, int type,
                           size_t units)
{
    const struct pn_network *network = &t->network;
    const size_t *sizes = network->sizes;
    size_t last = network->n_layers - 1, n_out = sizes[last + 1], l, j, part;
    double rate = network->learning_rate, L;
    double *y = t->workspace, *a = y + padded(n_out), *dz = a + units;
    struct layer layer = first_layer(network, dz + units);
    struct sample sample = {row_of(&t->inputs, row), NULL, sizes[0]};
    if (*sparse)
        sample = sample_tiles(&t->inputs, row, 0, (sizes[0] + TILE - 1) / TILE);
    for (l = 0;; l++) {
        const double *W = weights_of(layer), *b = W + layer.n_in * layer.row;
        if (l > 0)
            affine_of_row(a, a - padded(layer.n_in), PN_FLOAT64, NULL, layer.n_in, W, b,
                          layer.row);
        else if (*sparse)
            affine_of_row(a, sample.x, type, sample.columns, sample.count, W, b, layer.row);
        else
            affine_of_row(a, sample.x, type, NULL, layer.n_in, W, b, layer.row);
        activation_forward_of(a, a, network->activations[l], 1, layer.width, layer.row);
        if (l == last)
            break;
        a += layer.row;
        dz += layer.row;
        layer = layer_after(layer, sizes[l + 2]);
    }
    FOR_VECTORS(j, part, n_out)
    {
        store(y + j, load_part(t->Y + row * n_out + j, part));
    }
    sample_losses(&L, a, y, network->loss, 1, n_out);
    output_gradient_of(dz, a, y, network->activations[last], network->loss, 1, n_out, layer.row);
    for (l = last;; l--) {
        double *W = weights_of(layer), *b = W + layer.n_in * layer.row;
        if (l > 0) {
            a -= padded(layer.n_in);
            input_gradient_of_row(dz - padded(layer.n_in), dz, W, layer.n_in, layer.width,
                                  layer.row);
            step_of_row(W, a, PN_FLOAT64, NULL, layer.n_in, dz, rate, layer.row);
        } else if (*sparse && all_finite(dz, layer.width)) {
            *sparse = step_of_row(W, sample.x, type, sample.columns, sample.count, dz, rate,
                                  layer.row);
        } else {
            step_of_row(W, sample.x, type, NULL, layer.n_in, dz, rate, layer.row);
            *sparse = 0;
        }
        for (j = 0; j < layer.row; j += LANES) {
            vec g = network->bias ? 0.0 + load(dz + j) : all(0.0);
            store(b + j, load(b + j) - rate * g);
        }
        if (l == 0)
            return L;
        dz -= padded(layer.n_in);
        activation_backward_of(dz, dz, a, network->activations[l - 1], 1, layer.n_in,
                               padded(layer.n_in));
        layer = layer_before(layer, sizes[l - 1]);
    }
}

/* pn_train_epoch with batches of one: `samples` steps at most, `epochs` epochs at most.
 *
 * for each sample: pn_train_step on it; total = total + its loss
 * In the workspace lie y, A and dZ of every layer, all padded, then the copies of layers. */
static size_t train_one_by_one(struct pn_training *t, double *losses, size_t epochs,
                               size_t samples)
{
    size_t units = padded_units(&t->network), ended = 0;
    double *copies = t->workspace + padded(t->network.sizes[t->network.n_layers]) + 2 * units;
    int sparse = t->sparse;
    size_t i;
    for (i = 0; i < 2 * units; i++)
        copies[-1 - (ptrdiff_t)i] = 0.0;
    copy_layers(&t->network, copies, 0);
    for (; samples > 0 && ended < epochs; samples--) {
        size_t row = t->order ? t->order[t->first] : t->first;
        double L = t->inputs.type == PN_UINT8 ? step_of_type(t, &sparse, row, PN_UINT8, units)
                 : t->inputs.type == PN_FLOAT32
                     ? step_of_type(t, &sparse, row, PN_FLOAT32, units)
                     : step_of_type(t, &sparse, row, PN_FLOAT64, units);
        t->total = t->total + L;
        if (++t->first == t->n) {
            losses[ended++] = t->total / (double)t->n;
            t->total = 0.0;
            t->first = 0;
        }
    }
    copy_layers(&t->network, copies, 1);
    t->sparse = sparse;
    return ended;
}

/* The room that train_one_by_one needs, in doubles. */
static size_t one_by_one_workspace(const struct pn_network *network)
{
    const size_t *sizes = network->sizes;
    size_t room = padded(sizes[network->n_layers]) + 2 * padded_units(network), l;
    for (l = 0; l < network->n_layers; l++)
        if (padded(sizes[l + 1]) != sizes[l + 1])
            room += (sizes[l] + 1) * padded(sizes[l + 1]);
    return room;
}

#endif
