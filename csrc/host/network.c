/* SPDX-License-Identifier: MIT */
/* csrc/network.c with the kernels of a processor, and predictions of many samples. */
#include "../contract.h"
#include "../purenn.h"
#include "../threads/team.h"
#include "host.h"

#include <string.h>

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* dW or db from their sums. */
static void divide(double *gradient, size_t n, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        gradient[i] = gradient[i] / (double)n;
}

void pn_host_weight_gradient(const struct pn_kernels *kernels, double *dW, const double *X,
                             const double *dZ, size_t n, size_t n_in, size_t n_out,
                             double *scratch)
{
    kernels->add_weight_products(dW, NULL, X, n_in, dZ, n, n_in, n_out, 1, scratch);
    divide(dW, n, n_in * n_out);
}

void pn_host_bias_gradient(const struct pn_kernels *kernels, double *db, const double *dZ,
                           size_t n, size_t n_out)
{
    kernels->add_bias_products(db, dZ, n, n_out, 1);
    divide(db, n, n_out);
}

void pn_host_forward(const struct pn_kernels *kernels, double *Z, double *A, const double *X,
                     const struct pn_network *network, size_t n, double *scratch)
{
    const double *W = network->parameters;
    size_t layer;
    for (layer = 0; layer < network->n_layers; layer++) {
        size_t n_in = network->sizes[layer];
        size_t n_out = network->sizes[layer + 1];
        const double *b = W + n_in * n_out;
        kernels->affine(Z, X, W, b, n, n_in, n_out, scratch);
        kernels->activation_forward(A, Z, network->activations[layer], n, n_out);
        X = A;
        Z += n * n_out;
        A += n * n_out;
        W = b + n_out;
    }
}

void pn_host_backward(const struct pn_kernels *kernels, double *dZ, double *gradients,
                      const double *A, const double *X, const double *Y,
                      const struct pn_network *network, size_t n, double *scratch)
{
    const size_t *sizes = network->sizes;
    const double *W = network->parameters;
    double *dW = gradients;
    size_t last = network->n_layers - 1;
    size_t layer;
    for (layer = 0; layer < last; layer++) {
        size_t count = (sizes[layer] + 1) * sizes[layer + 1];
        W += count;
        dW += count;
        A += n * sizes[layer + 1];
        dZ += n * sizes[layer + 1];
    }
    kernels->output_gradient(dZ, A, Y, network->activations[last], network->loss, n,
                             sizes[last + 1]);
    for (layer = last;; layer--) {
        size_t n_in = sizes[layer];
        size_t n_out = sizes[layer + 1];
        double *db = dW + n_in * n_out;
        pn_host_weight_gradient(kernels, dW, layer > 0 ? A - n * n_in : X, dZ, n, n_in, n_out,
                                scratch);
        if (network->bias)
            pn_host_bias_gradient(kernels, db, dZ, n, n_out);
        else
            memset(db, 0, n_out * sizeof *db);
        if (layer == 0)
            break;
        kernels->input_gradient(dZ - n * n_in, dZ, W, n, n_in, n_out, scratch);
        dZ -= n * n_in;
        A -= n * n_in;
        kernels->activation_backward(dZ, dZ, A, network->activations[layer - 1], n, n_in);
        W -= (sizes[layer - 1] + 1) * n_in;
        dW -= (sizes[layer - 1] + 1) * n_in;
    }
}

struct prediction {
    const struct pn_kernels *kernels;
    double *outputs;
    const struct pn_network *network;
    double *workspace;
    struct pn_inputs inputs;
    size_t n, range;
};

static size_t widest(const struct pn_network *network)
{
    size_t most = 0, layer;
    for (layer = 1; layer <= network->n_layers; layer++)
        if (network->sizes[layer] > most)
            most = network->sizes[layer];
    return most;
}

/* A few samples are multiplied where their weights lie, without packing. */
static size_t scratch_for(size_t range)
{
    return range < 4 ? 0 : PN_SCRATCH;
}

size_t pn_predict_workspace(const struct pn_network *network, size_t range)
{
    return scratch_for(range) + range * (network->sizes[0] + 2 * widest(network));
}

/* A range of samples through all layers, the layers' outputs in two buffers by turns. */
static void predict_range(const struct prediction *task, double *workspace, size_t first, size_t n)
{
    const struct pn_network *network = task->network;
    double *scratch = workspace;
    double *read = scratch + scratch_for(task->range);
    double *turns = read + task->range * network->sizes[0];
    const double *X = read;
    const double *W = network->parameters;
    size_t layer;
    if (task->inputs.type == PN_FLOAT64) {
        X = (const double *)task->inputs.X + first * task->inputs.n_in;
    } else {
        struct pn_rows rows = {NULL, first, n};
        pn_read_columns(read, &task->inputs, rows, 0, task->inputs.n_in);
    }
    for (layer = 0; layer < network->n_layers; layer++) {
        size_t n_in = network->sizes[layer];
        size_t n_out = network->sizes[layer + 1];
        double *A = turns + layer % 2 * task->range * widest(network);
        if (layer + 1 == network->n_layers)
            A = task->outputs + first * n_out;
        task->kernels->affine(A, X, W, W + n_in * n_out, n, n_in, n_out, scratch);
        task->kernels->activation_forward(A, A, network->activations[layer], n, n_out);
        X = A;
        W += (n_in + 1) * n_out;
    }
}

/* Each member takes a part of the samples that lies together. */
static void predict_part(void *context, size_t member, struct pn_team *team)
{
    const struct prediction *task = context;
    double *workspace =
        task->workspace + member * pn_predict_workspace(task->network, task->range);
    size_t part = (task->n + team->members - 1) / team->members;
    size_t from = smaller(member * part, task->n);
    size_t to = smaller(from + part, task->n);
    for (; from < to; from += task->range)
        predict_range(task, workspace, from, smaller(to - from, task->range));
}

void pn_predict(const struct pn_kernels *kernels, double *outputs,
                const struct pn_network *network, double *workspace, const void *X, int type,
                size_t n, size_t range, size_t threads)
{
    struct pn_inputs inputs = {X, type, network->sizes[0], NULL, NULL};
    struct prediction task = {kernels, outputs, network, workspace, inputs, n, range};
    struct pn_team team;
    pn_team_run(&team, threads, predict_part, &task);
}
