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
    if (optimizer->clip)
        optimizer->clip(gradients, optimizer->largest_norm, network->sizes, network->n_layers);
    if (optimizer->decay)
        optimizer->decay(network->parameters, gradients, optimizer->weight_decay,
                         rates.learning_rate, count);
    if (optimizer->rule->correct)
        optimizer->rule->correct(&rates, optimizer->powers);
    optimizer->rule->update(network->parameters, optimizer->moments, gradients, &rates, count,
                            count);
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
    size_t n_layers = network->n_layers;
    size_t n_out = network->sizes[n_layers];
    size_t units = pn_count_units(network->sizes, n_layers);
    double *gradients = workspace;
    double *A = gradients + pn_count_parameters(network->sizes, n_layers);
    double *dZ = A + n * units;
    double *masks = NULL;
    size_t last = n * (units - n_out);
    if (dropout) {
        masks = dropout->masks;
        dropout->draw(masks, dropout->random, dropout->rates, n, network->sizes, n_layers);
    }
    pn_forward(dZ, A, X, network, masks, n); /* the Z lie where the dZ will */
    pn_output_losses(L, dZ + last, A + last, Y, network->activations[n_layers - 1], network->loss,
                     n, n_out);
    if (sample_weights)
        pn_weigh_samples(L, sample_weights, n, 1);
    pn_backward(dZ, gradients, A, X, Y, network, sample_weights, masks, n);
    pn_update_parameters(network, optimizer, gradients);
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
    size_t n_in = network->sizes[0];
    size_t n_out = network->sizes[network->n_layers];
    size_t start, size, s, i;
    for (start = 0; start < n; start += size) {
        const double *batch_X = X + start * n_in;
        const double *batch_Y = Y + start * n_out;
        const double *weights = sample_weights ? sample_weights + start : NULL;
        size = n - start < batch_size ? n - start : batch_size;
        if (order) {
            double *rows_X = batch;
            double *rows_Y = batch + size * n_in;
            double *rows_weights = rows_Y + size * n_out;
            for (s = 0; s < size; s++) {
                size_t row = order[start + s];
                for (i = 0; i < n_in; i++)
                    rows_X[s * n_in + i] = X[row * n_in + i];
                for (i = 0; i < n_out; i++)
                    rows_Y[s * n_out + i] = Y[row * n_out + i];
                if (sample_weights)
                    rows_weights[s] = sample_weights[row];
            }
            batch_X = rows_X;
            batch_Y = rows_Y;
            weights = sample_weights ? rows_weights : NULL;
        }
        pn_train_step(L + start, network, optimizer, workspace, batch_X, batch_Y, weights, dropout,
                      size);
    }
    return pn_mean(L, n);
}
