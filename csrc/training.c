/* SPDX-License-Identifier: MIT */
/* Training: one step on a batch, one epoch over all samples. */
#include "contract.h"
#include "purenn.h"

/* One step of the parameters by their gradients, which it changes.
 *
 * The gradients are clipped, weights decay, then the rule makes its step. */
void pn_update_parameters(const struct pn_network *network, struct pn_optimizer *optimizer,
                          double *gradients)
{
    struct pn_rates rates = optimizer->rates;
    size_t count = pn_count_parameters(network->sizes, network->n_layers);
    struct pn_update update = {network->parameters, optimizer->moments, gradients, &rates, count,
                               count};
    if (optimizer->clip)
        optimizer->clip(gradients, optimizer->largest_norm, network->sizes, network->n_layers);
    if (optimizer->decay)
        optimizer->decay(network->parameters, gradients, optimizer->weight_decay,
                         rates.learning_rate, count);
    if (optimizer->rule->correct)
        optimizer->rule->correct(&rates, optimizer->powers);
    optimizer->rule->update(&update);
}

/* Changes the parameters by one step of the optimizer on the batch X, Y.
 *
 * X (n, n_in), Y (n, n_out), sample_weights (n) or None for 1, dropout or None -> L, the loss of
 * each sample before the step, times its weight, (n). */
void pn_train_step(double *L, const struct pn_network *network,
                   struct pn_optimizer *optimizer, double *workspace, const double *X,
                   const double *Y, const double *sample_weights,
                   const struct pn_dropout *dropout, size_t n)
{
    size_t n_layers = network->n_layers, n_out = network->sizes[n_layers];
    size_t units = pn_count_units(network->sizes, n_layers);
    double *gradients = workspace;
    double *A = gradients + pn_count_parameters(network->sizes, n_layers);
    double *dZ = A + n * units;
    double *masks = dropout ? dropout->masks : NULL;
    size_t last = n * (units - n_out);
    if (dropout)
        dropout->draw(masks, dropout->random, dropout->rates, n, network->sizes, n_layers);
    pn_forward(dZ, A, X, network, masks, n); /* the Z lie where the dZ will */
    pn_output_losses(L, dZ + last, A + last, Y, network->activations[n_layers - 1], network->loss,
                     n, n_out);
    if (sample_weights)
        pn_weigh_samples(L, sample_weights, n, 1);
    pn_backward(dZ, gradients, A, X, Y, network, sample_weights, masks, n);
    pn_update_parameters(network, optimizer, gradients);
}

/* The n rows that order names from `start` on, in `rows`, or where they lie; NULL of NULL. */
static const double *pn_take(double *rows, const double *from, const size_t *order, size_t start,
                             size_t n, size_t width)
{
    if (from == NULL || order == NULL)
        return from ? from + start * width : NULL;
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < width; i++)
            rows[s * width + i] = from[order[start + s] * width + i];
    return rows;
}

/* One step for each batch of batch_size samples, taken in the given order.
 *
 * The last batch holds what is left. order (n) names rows of X (n, n_in), Y (n, n_out) and
 * sample_weights (n), or None for 1.
 * Returns the mean over all samples of the loss each had before its batch's step. */
double pn_train_epoch(double *L, const struct pn_network *network,
                      struct pn_optimizer *optimizer, double *workspace, double *batch,
                      const double *X, const double *Y, const size_t *order, size_t batch_size,
                      const double *sample_weights, const struct pn_dropout *dropout, size_t n)
{
    size_t n_in = network->sizes[0], n_out = network->sizes[network->n_layers], size;
    for (size_t start = 0; start < n; start += size) {
        size = n - start < batch_size ? n - start : batch_size;
        double *rows_Y = order ? batch + size * n_in : NULL;
        double *rows_weights = order ? rows_Y + size * n_out : NULL;
        pn_train_step(L + start, network, optimizer, workspace,
                      pn_take(batch, X, order, start, size, n_in),
                      pn_take(rows_Y, Y, order, start, size, n_out),
                      pn_take(rows_weights, sample_weights, order, start, size, 1), dropout, size);
    }
    return pn_mean(L, n);
}
