/* SPDX-License-Identifier: MIT */
/* The output gradient, and training on one sample at a time by gradient descent. */
#ifndef PN_SIMD_TRAINING_H
#define PN_SIMD_TRAINING_H

#include "../host/layers.h"

#include "activations.h"
#include "linalg.h"
#include "losses.h"
#include "optimizers.h"
#include "sparse.h"

#include <string.h>

/* dZ of the last layer, pn_output_gradient.
 *
 * for each i: dZ[i] = A[i] - Y[i]; or scale * (A[i] - Y[i]), for two losses cut at -1 and 1, and f'
 * of it */
static void output_gradient(double *dZ, const double *A, const double *Y,
                            const struct pn_activation *activation, const struct pn_loss *loss,
                            size_t n, size_t n_out, size_t count)
{
    size_t i, width;
    if (loss->matched == activation) {
        FOR_VECTORS(i, width, count)
        {
            store_part(dZ + i, load_part(A + i, width) - load_part(Y + i, width), width);
        }
        return;
    }
    if (loss == &pn_mean_squared_error_loss) {
        double scale = 2.0 / (double)n_out;
        FOR_VECTORS(i, width, count)
        {
            store_part(dZ + i, scale * (load_part(A + i, width) - load_part(Y + i, width)), width);
        }
    } else if (loss == &pn_mean_absolute_error_loss || loss == &pn_huber_loss) {
        double scale = 1.0 / (double)n_out, edge = loss == &pn_huber_loss ? 1.0 : 0.0;
        FOR_VECTORS(i, width, count)
        {
            vec d = load_part(A + i, width) - load_part(Y + i, width);
            d = choose(less(all(edge), d), all(1.0), choose(less(d, all(-edge)), all(-1.0), d));
            store_part(dZ + i, scale * d, width);
        }
    } else {
        loss->gradient(dZ, A, Y, n, n_out);
    }
    activation_backward(dZ, dZ, A, activation, n, n_out, count);
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

/* The table of this level: a constant, so that a walk calls its functions directly. */
static const struct pn_kernels own_kernels;

/* Fills the copies of layers from the parameters, or the parameters from the copies. */
static void copy_layers(const struct walk *walk, int back)
{
    size_t l, k;
    for (l = 0; l < walk->network->n_layers; l++) {
        const struct layer *layer = &walk->layers[l];
        for (k = 0; layer->W != layer->parameters && k <= layer->n_in; k++) {
            double *own = layer->parameters + k * layer->width, *copy = layer->W + k * layer->row;
            memcpy(back ? own : copy, back ? copy : own, layer->width * sizeof *own);
        }
    }
}

/* x[k] = the inputs of a sample as doubles. */
INLINE void read_row(double *x, const void *X, size_t n_in, int type)
{
    size_t k;
    for (k = 0; k < n_in; k++)
        x[k] = number(X, type, k);
}

/* The inputs of a sample as doubles: where they lie, or in x. */
INLINE const double *doubles_of(const struct pn_inputs *inputs, size_t row, double *x)
{
    const void *X = row_of(inputs, row);
    if (inputs->type == PN_FLOAT64)
        return X;
    BY_TYPE(inputs->type, read_row, x, X, inputs->n_in);
    return x;
}

/* pn_train_step on the sample of that row, whose targets come to lie in y: its loss.
 *
 * After the walk, for each layer: W = W - learning_rate*(0.0 + x*dz), b = b - learning_rate*(0.0 +
 * dz). *sparse tells whether zeros may be left out; and then of the next sample, which they may
 * where they were of this one and its weights are finite. */
INLINE double step_on_sample(const struct pn_training *t, struct walk *walk, double *x, double *y,
                             size_t row, int *sparse)
{
    size_t n_layers = t->network.n_layers, n_out = t->network.sizes[n_layers], l, j, part;
    const struct pn_inputs *inputs = &t->inputs;
    double rate = t->optimizer.rates.learning_rate, L;
    struct sample sample = {NULL, NULL, 0};
    if (*sparse)
        sample = sample_tiles(inputs, row, 0, tiles_of(inputs));
    walk->rows.first = row;
    walk->X = *sparse ? NULL : doubles_of(inputs, row, x);
    if (t->classes) {
        pn_one_hot(y, t->classes + row, n_out, 1);
    } else {
        FOR_VECTORS(j, part, n_out)
        {
            store(y + j, load_part(t->Y + row * n_out + j, part));
        }
    }
    walk_forward(&own_kernels, walk);
    walk_backward(&own_kernels, walk, &L, y);
    if (!walk->X && !all_finite(walk->layers->dZ, walk->layers->width))
        walk->X = doubles_of(inputs, row, x);
    *sparse = 0;
    for (l = n_layers; l-- > 0;) {
        const struct layer *layer = &walk->layers[l];
        const double *X = l > 0 ? layer[-1].A : walk->X;
        if (X)
            step_of_row(layer->W, X, NULL, layer->n_in, layer->dZ, rate, layer->row, PN_FLOAT64);
        else
            *sparse = BY_TYPE(inputs->type, step_of_row, layer->W, sample.x, sample.columns,
                              sample.count, layer->dZ, rate, layer->row);
        for (j = 0; j < layer->row; j += LANES) {
            vec g = t->network.bias ? 0.0 + load(layer->dZ + j) : all(0.0);
            store(layer->b + j, load(layer->b + j) - rate * g);
        }
    }
    return L;
}

/* The units of all layers, each layer padded. */
static size_t padded_units(const struct pn_network *network)
{
    size_t units = 0, l;
    for (l = 1; l <= network->n_layers; l++)
        units += padded(network->sizes[l]);
    return units;
}

/* pn_train_epoch with batches of one: `samples` steps at most, `epochs` epochs at most.
 *
 * for each sample: pn_train_step on it; total = total + its loss
 * In the workspace lie the layers; x and y, A and dZ of every layer, all of them rows of whole
 * vectors, so that what is stored as one can be loaded again at once; the copies. */
static void train_one_by_one(struct pn_training *t, double *losses, size_t epochs, size_t samples)
{
    size_t units = padded_units(&t->network), ended = 0;
    double *x = t->workspace + padded(layers_room(&t->network));
    double *y = x + padded(t->inputs.n_in);
    double *A = y + padded(t->network.sizes[t->network.n_layers]), *dZ = A + units, *end;
    struct layer *layers = (struct layer *)(void *)t->workspace;
    struct walk walk = {&t->network, layers, &t->inputs, {NULL, 0, 1}, NULL, 0, NULL, NULL, 0, NULL};
    struct pn_rows rows = {t->order, 0, t->n};
    int sparse = t->sparse;
    end = lay_out(layers, &t->network, LANES, 1, A, dZ, dZ + units);
    memset(x, 0, (size_t)(end - x) * sizeof *x);
    copy_layers(&walk, 0);
    for (; samples > 0 && ended < epochs; samples--) {
        size_t row;
        if (t->first == 0 && t->shuffle)
            pn_random_permutation(t->order, t->random, t->n);
        row = row_number(rows, t->first);
        if (rows.order && sparse)
            ask_for(&t->inputs, rows, t->first + NEXT);
        t->total = t->total + step_on_sample(t, &walk, x, y, row, &sparse);
        if (++t->first == t->n) {
            losses[ended++] = t->total / (double)t->n;
            t->total = 0.0;
            t->first = 0;
            if (!is_finite(losses[ended - 1]))
                break;
        }
    }
    copy_layers(&walk, 1);
    t->sparse = sparse;
    t->ended = ended;
}

static size_t one_by_one_workspace(const struct pn_network *network)
{
    const size_t *sizes = network->sizes;
    size_t l, room = padded(layers_room(network)) + padded(sizes[0]) +
                     padded(sizes[network->n_layers]) + 2 * padded_units(network);
    for (l = 0; l < network->n_layers; l++)
        if (padded(sizes[l + 1]) != sizes[l + 1])
            room += (sizes[l] + 1) * padded(sizes[l + 1]);
    return room;
}

#endif
