/* SPDX-License-Identifier: MIT */
/* An epoch as pn_train_epoch computes it, by the kernels named KERNELS: workload.c, compiled for
 * them, has this name in its place. */
#include "host/host.h"

#include <stdlib.h>

double train_epoch(double *L, const struct pn_network *network, struct pn_optimizer *optimizer,
                   double *workspace, double *batch, const double *X, const double *Y,
                   const size_t *order, size_t batch_size, const double *sample_weights,
                   const struct pn_dropout *dropout, size_t n);

static void *room(size_t bytes)
{
    void *memory = malloc(bytes);
    if (memory == NULL)
        abort();
    return memory;
}

double train_epoch(double *L, const struct pn_network *network, struct pn_optimizer *optimizer,
                   double *workspace, double *batch, const double *X, const double *Y,
                   const size_t *order, size_t batch_size, const double *sample_weights,
                   const struct pn_dropout *dropout, size_t n)
{
    const struct pn_kernels *kernels = pn_kernels(KERNELS);
    size_t n_in = network->sizes[0], most = n * n_in + PN_TILE;
    size_t tiles = (n_in + PN_TILE - 1) / PN_TILE;
    uint16_t *columns = room(most * sizeof *columns);
    uint32_t *starts = room((n * tiles + 1) * sizeof *starts);
    struct pn_training training = {0};
    struct pn_random random[2];
    double mean;
    training.network = *network;
    training.optimizer = *optimizer;
    training.sample_weights = sample_weights;
    training.inputs.X = X;
    training.inputs.type = PN_FLOAT64;
    training.inputs.n_in = n_in;
    starts[0] = 0;
    if (pn_find_columns(kernels, columns, starts, &training.inputs, most, 0, n) != 0)
        abort();
    training.inputs.columns = columns;
    training.inputs.starts = starts;
    training.sparse = 1;
    training.Y = Y;
    training.order = (size_t *)order;
    training.n = n;
    training.batch_size = batch_size;
    training.range = 8;
    training.threads = 1;
    if (dropout) {
        random[0] = *dropout->random;
        training.random = random;
        training.dropout = dropout->rates;
    }
    training.workspace = room(pn_training_workspace(kernels, &training) * sizeof(double));
    if (pn_train(kernels, &training, &mean, 1, n) != 0)
        abort();
    *optimizer = training.optimizer;
    if (dropout)
        *dropout->random = random[0];
    free(training.workspace), free(columns), free(starts);
    (void)L, (void)workspace, (void)batch;
    return mean;
}
